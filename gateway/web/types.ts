/** What the gateway answers, as the pages read it. Types only: nothing of the gateway's own code enters the bundle. */
import type { AgencyRecord, EventRecord, Role } from '#chaincode/facts/records';
import type { Message } from '../messages.js';
import type { ConditionView } from '../acts/licence/conditions.js';
import type { PdfView } from '../acts/verify/lookup.js';
import type { Registered } from '../documents/evidence.js';
import type { Verdict } from '../documents/verdict.js';
import type { ShownDocument } from '../documents/verifier.js';

export type { FaceField, KindRecord } from '#chaincode/facts/records';

export type { ApplicationView } from '../acts/applications/application-view.js';
export type { FilledField, MaterialAnswer, MaterialsAnswer, Saved } from '../acts/applications/materials.js';
export type { MatterRecord, TradeRecord } from '#chaincode/facts/matter';
export type { PdfView } from '../acts/verify/lookup.js';
export type { Part, Verdict } from '../documents/verdict.js';
export type { ShownDocument } from '../documents/verifier.js';
interface Named {
  readonly code: string;
  readonly name: string;
}
export interface LicenceView {
  readonly identifier: string;
  readonly licence: string;
  readonly version: number;
  readonly currentIdentifier: string;
  readonly kind: { readonly type: string; readonly name: Message };
  readonly issuer: Named;
  readonly manager: Named;
  readonly origin: 'issued' | 'imported';
  readonly source?: string;
  readonly sample: boolean;
  readonly status: string;
  readonly since: string;
  readonly reason?: Message;
  readonly reasonCode?: string;
  readonly decidedBy?: Named;
  readonly docNo?: string;
  readonly issuedOn: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly members?: readonly (Pick<LicenceView, 'identifier' | 'licence' | 'kind' | 'manager' | 'status' | 'since' | 'reason' | 'reasonCode' | 'decidedBy' | 'docNo' | 'validUntil'> & { readonly required: boolean; readonly number?: string })[];
  readonly face: readonly { readonly name: string; readonly label: Message; readonly value: string | readonly string[]; readonly masked: boolean }[];
  readonly transaction: string;
  readonly block?: string;
  readonly audience: 'public' | 'holder' | 'agency';
  readonly erased?: { readonly since?: string };
  readonly conditions?: readonly ConditionView[];
  readonly promise?: true;
  readonly automatic?: { readonly rules: string };
}
export type { AlarmView } from '../acts/audit/alarm.js';
export type { Checked as CheckedReport, ReportRow, ReportView } from '../acts/report/report.js';
export type { ConditionItem, UntakenItem } from '../acts/office/work.js';
/** Of the holder's own list. */
export interface OwnLicence extends Answer {
  readonly pickUp?: { readonly code: string; readonly agency: Named };
}

export interface Answer {
  readonly by: 'identifier' | 'credential' | 'presentation' | 'qr' | 'pdf';
  readonly verdict: Verdict;
  readonly checkedAt: string;
  readonly licence?: LicenceView;
  readonly pdf?: PdfView;
  /** To questions by identifier, and of what a device shows. */
  readonly registered?: Registered;
  /** What a document says of itself, where it was checked in this page. */
  readonly document?: ShownDocument;
}

export type { ReceiptAssessment } from '../documents/receipt.js';

export interface SessionView {
  readonly staff: string;
  readonly agency: string;
  readonly agencyName: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly method: string;
  readonly keys: readonly { readonly id: string; readonly method: string }[];
}
export type { GrantView } from '../acts/use/grant.js';
export type { AskedGrant } from '../acts/use/grant-request.js';
export type { Invited, OpenedPairing, PairingView } from '../acts/holder/pairing.js';
export type { ErasureView } from '../acts/wallet/erasure.js';
export type { OwnUse } from '../acts/wallet/wallet.js';
export type { IdentityView, Reliance } from '../acts/holder/identity.js';
export type { ProvidedView } from '../acts/holder/provider.js';
export type { AskedChallenge, Challenge, PresentationState, ShownIdentity, ShownLicence } from '../acts/holder/presentation.js';
export type { OwnApplication } from '../acts/applications/application-view.js';
export type { DelegationView } from '../acts/holder/delegation.js';
export type { FilingView } from '../acts/applications/filing.js';
export type { ObjectionView } from '../acts/holder/objection.js';
export type { PrintOrderView } from '../acts/print/print-order-view.js';
export type { PrintDone } from '../acts/print/print-order.js';
export type { TermView } from '../acts/office/terms.js';
export type { DeviceView } from '../acts/holder/device.js';
export interface Acted {
  readonly at: string;
  readonly act: string;
  readonly id: string;
}
export type { AuditedAct } from '../acts/audit/act-views.js';
export type { Dossier, DossierAsOf } from '../acts/audit/audit.js';
export type { Figures } from '../acts/audit/figures.js';
export type { TraceView } from '../acts/audit/trace.js';
export type { UseView } from '../acts/use/use.js';
export type { StaffView } from '../identity/staff.js';
export type { SealView } from '../seals/seals.js';
export type AgencyView = Pick<AgencyRecord, 'code' | 'name' | 'active' | 'rights'>;
export interface Codes {
  readonly reasons: Readonly<Record<string, Message & { readonly acts: readonly string[]; readonly penalty?: true }>>;
  readonly bases: Readonly<Record<string, Message>>;
}
/** The public history leaves out who acted. */
export type HistoryEvent = Omit<EventRecord, 'actors'>;
export interface ActResult {
  readonly licence?: string;
  readonly identifier?: string;
  /** It waits for other persons' signatures under this id. */
  readonly proposal?: string;
  readonly version?: number;
  readonly status?: string;
  readonly transaction?: string;
  readonly block?: string;
  readonly replayed: boolean;
}
