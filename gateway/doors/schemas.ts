/** Shapes at the doors: validator, type and OpenAPI in one. Unknown fields are refused, nothing is coerced. */
import Type from 'typebox';
import { AgencyKeyPut, AgencyKeyStatus, AgencyPut, DayText, DocumentNumber, EventNumber, InstantText, KindPut, LicenceIdText, ProposalWithdraw, RandomId, RightMove, SealPut, SealStatus, SettingPut, Signer, StaffPut, TrustRootPut, Uscc } from '#chaincode/facts/commands';
import { DecideAct } from '#chaincode/facts/application-commands';
import { PartEnd, PartPut } from '#chaincode/facts/composite-commands';
import { MEMBERS_MAX } from '#chaincode/facts/composite';
import { MatterPut, TradePut } from '#chaincode/facts/matter-commands';
import { DelegationRevoke } from '#chaincode/facts/delegation-commands';
import { ConditionAct, Conditions } from '#chaincode/facts/condition-commands';
import { DeviceStatus } from '#chaincode/facts/device-commands';
import { HoldLift } from '#chaincode/facts/erasure-commands';
import { GrantRevoke } from '#chaincode/facts/grant-commands';
import { IdentityEnd } from '#chaincode/facts/identity-commands';
import { text } from '#chaincode/facts/parts';
import { RuleSetAct } from '#chaincode/facts/automatic-commands';
import { SupervisionAct } from '#chaincode/facts/supervision-commands';
import { PrintSeal } from '#chaincode/facts/print-order-commands';
import { ReportRecord } from '#chaincode/facts/report-commands';
import { SceneApprove, SceneEnd, ScenePut } from '#chaincode/facts/scene-commands';
import type { KeptHead as KeptHeadValue } from '../acts/evidence/head-sending.js';
import type { Answer as AnswerValue } from '../acts/verify/lookup.js';
import type { OwnLicence as OwnLicenceValue } from '../acts/wallet/wallet.js';
import { STATUS_ACTS, VERSION_ACTS } from '#chaincode/facts/status';

const closed = { additionalProperties: false } as const;
const Code = Type.String({ pattern: '^[A-Z0-9][A-Z0-9_-]{0,47}$' });
const TypeCode = Type.String({ pattern: '^[0-9A-Z]{21}$' });
/** A case number (受理编号) of the agency that asks; it leaves this gateway only with a use at another, which keeps it under the holder's key. */
export const CaseNumber = text(64);
export const Identifier = Type.String({ minLength: 40, maxLength: 120, description: 'electronic licence identifier, GB/T 36904' });

export const Face = Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$' }), Type.Union([Type.String({ maxLength: 8000 }), Type.Array(Type.String({ maxLength: 400 }), { maxItems: 40 })]), { description: 'fields of the kind, by name' });
const decision = { reason: Type.Optional(Code), basis: Type.Optional(Code), decidedBy: Type.Optional(Uscc), docNo: Type.Optional(DocumentNumber), effectiveOn: Type.Optional(DayText) };
export const Term = Type.Object({ issuedOn: Type.Optional(DayText), validFrom: Type.Optional(DayText), validUntil: Type.Optional(DayText) }, closed);
const term = { issuedOn: Type.Optional(DayText), validFrom: Type.Optional(DayText), validUntil: Type.Optional(DayText) };

const members = Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 120 }), { minItems: 1, maxItems: MEMBERS_MAX, description: 'of a composite licence: identifiers of its member permits' }));
const conditions = Type.Optional(Conditions);
const promise = Type.Optional(Type.String({ minLength: 1, maxLength: 280_000, description: 'signed promise (告知承诺书), base64' }));
const permits = Type.Optional(Type.Array(Type.Object({ kind: TypeCode, face: Face, conditions, promise, ...term, ...decision }, closed), { minItems: 1, maxItems: MEMBERS_MAX, description: 'of a composite licence: permits that are issued with it, all or none' }));
export const IssueInput = Type.Object({ op: Type.Literal('issue'), kind: TypeCode, face: Face, members, permits, conditions, promise, ...term, ...decision }, closed);
export const VersionInput = Type.Object({ op: Type.Unsafe<(typeof VERSION_ACTS)[number]>(Type.Enum([...VERSION_ACTS])), licence: LicenceIdText, face: Type.Optional(Face), members, after: Type.Optional(EventNumber), ...term, ...decision }, closed);
export const StatusInput = Type.Object({ op: Type.Unsafe<(typeof STATUS_ACTS)[number]>(Type.Enum([...STATUS_ACTS])), licence: LicenceIdText, to: Type.Optional(Uscc), after: Type.Optional(EventNumber), ...decision }, closed);
export const RegisterInput = Type.Object({ op: Type.Literal('register'), act: Type.Union([AgencyPut, RightMove, StaffPut, KindPut, SealPut, SealStatus, AgencyKeyPut, AgencyKeyStatus, TrustRootPut, SettingPut, MatterPut, TradePut, PartPut, PartEnd, DecideAct, ProposalWithdraw, ScenePut, SceneApprove, SceneEnd, DeviceStatus, GrantRevoke, HoldLift, IdentityEnd, Type.Omit(DelegationRevoke, ['by']), ...ConditionAct.anyOf, ...RuleSetAct.anyOf, ...SupervisionAct.anyOf, PrintSeal, ReportRecord]) }, closed);
export const ActInput = Type.Union([IssueInput, VersionInput, StatusInput, RegisterInput], { description: 'an act' });

export const ActRequest = Type.Object({ requestId: RandomId, act: ActInput }, closed);
export const ActResult = Type.Object({
  licence: Type.Optional(Type.String()), identifier: Type.Optional(Type.String()), version: Type.Optional(Type.Integer()), status: Type.Optional(Type.String()),
  id: Type.Optional(Type.String()), proposal: Type.Optional(Type.String()), grant: Type.Optional(Type.String()), left: Type.Optional(Type.Integer()), transaction: Type.Optional(Type.String()), block: Type.Optional(Type.String()), replayed: Type.Boolean(),
}, closed);
export const DraftView = Type.Object({ requestId: RandomId, ledger: Type.String(), agency: Uscc, act: Type.Any(), content: Type.Optional(Type.String()), expiresAt: InstantText, digest: Type.String({ description: 'base64url SHA-256: what each person signs' }) }, closed);
/** Signed by keys of their own: whom the gateway vouches for, the session says, and never the request. */
export const Signatures = Type.Object({ actors: Type.Array(Signer, { minItems: 1, maxItems: 3 }) }, closed);
export const Approval = Type.Object({ requestId: RandomId, actors: Type.Array(Signer, { minItems: 1, maxItems: 2 }) }, closed);
export const RequestIdParam = Type.Object({ requestId: RandomId }, closed);

/** What stands on a copy for one purpose (加注件). */
export const CopyRequest = Type.Object({ cause: Type.String({ minLength: 1, maxLength: 60 }), requester: Type.String({ minLength: 1, maxLength: 60 }), expiresOn: DayText }, closed);

const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Named = Type.Object({ code: Type.String(), name: Type.String() });
const Part = Type.Object({ check: Type.String(), result: Type.Enum(['pass', 'fail', 'unchecked']), code: Type.String(), ageSeconds: Type.Optional(Type.Integer()) });
export const LicenceView = Type.Object({
  identifier: Type.String(), licence: Type.String(), version: Type.Integer(), currentIdentifier: Type.String(),
  kind: Type.Object({ type: Type.String(), name: Label }), issuer: Named, manager: Named, origin: Type.Enum(['issued', 'imported']), source: Type.Optional(Type.String()), sample: Type.Boolean(),
  status: Type.String(), since: Type.String(), reason: Type.Optional(Label), reasonCode: Type.Optional(Type.String()), decidedBy: Type.Optional(Named), docNo: Type.Optional(Type.String()),
  issuedOn: Type.String(), validFrom: Type.Optional(Type.String()), validUntil: Type.Optional(Type.String()),
  members: Type.Optional(Type.Array(Type.Object({
    identifier: Type.String(), licence: Type.String(), kind: Type.Object({ type: Type.String(), name: Label }), manager: Named, required: Type.Boolean(), number: Type.Optional(Type.String()),
    status: Type.String(), since: Type.String(), reason: Type.Optional(Label), reasonCode: Type.Optional(Type.String()), decidedBy: Type.Optional(Named), docNo: Type.Optional(Type.String()), validUntil: Type.Optional(Type.String()),
  }))),
  conditions: Type.Optional(Type.Array(Type.Object({ material: Type.String(), name: Label, dueOn: Type.String(), consequence: Type.String(), status: Type.String(), overdue: Type.Boolean() }, { description: 'papers that it was issued without; to the public overdue only where the consequence is a flag or a suspension' }))),
  promise: Type.Optional(Type.Literal(true, { description: 'issued on a signed promise' })),
  automatic: Type.Optional(Type.Object({ rules: Type.String(), reliedOn: Type.Array(Type.Object({ licence: Type.String(), version: Type.Integer() })) }, { description: 'issued by rule' })),
  face: Type.Array(Type.Object({ name: Type.String(), label: Label, value: Type.Union([Type.String(), Type.Array(Type.String())]), masked: Type.Boolean() })),
  transaction: Type.String(), block: Type.Optional(Type.String()), recordedAt: Type.String(), audience: Type.Enum(['public', 'holder', 'agency']),
  erased: Type.Optional(Type.Object({ since: Type.Optional(Type.String()) }, { description: 'the holder\'s data are erased by law: no face is kept any more' })),
});
const Place = Type.Object({ list: Type.Integer(), index: Type.Integer() });
const Registered = Type.Object({
  record: Type.Optional(Type.Object({ id: Type.String(), origin: Type.String(), line: Type.Optional(Place) })),
  version: Type.Optional(Type.Object({
    version: Type.Integer(), schema: Type.Integer(), documents: Type.Array(Type.Object({ type: Type.String(), alg: Type.String(), digest: Type.String() })), content: Type.String(), seal: Type.Optional(Type.String()), place: Type.Optional(Place),
    issuedOn: Type.String(), validFrom: Type.Optional(Type.String()), validUntil: Type.Optional(Type.String()), status: Type.String(), since: Type.String(),
    members: Type.Optional(Type.Array(Type.Object({ licence: Type.String(), required: Type.Boolean() }))), rollUp: Type.Optional(Type.String()),
  })),
  made: Type.Optional(Type.Object({ recordedAt: Type.String() })), lineAgency: Type.Optional(Type.String()), knownAt: Type.String(),
  members: Type.Optional(Type.Array(Type.Object({ licence: Type.String(), status: Type.String(), line: Type.Optional(Place), lineAgency: Type.Optional(Type.String()) }))),
}, { description: 'what the ledger has, to compare a document with where it lies; answered to questions by identifier' });
export const answerParts = {
  by: Type.Enum(['identifier', 'credential', 'presentation', 'qr', 'pdf']),
  verdict: Type.Object({ outcome: Type.Enum(['valid', 'not-in-force', 'untrusted', 'unchecked', 'imported']), status: Type.Optional(Type.String()), basis: Type.Enum(['ledger', 'lists']), parts: Type.Array(Part) }),
  checkedAt: Type.String(), licence: Type.Optional(LicenceView), registered: Type.Optional(Registered),
  pdf: Type.Optional(Type.Object({
    seals: Type.Array(Type.Object({ agency: Type.Optional(Named), claimedAt: Type.String(), stampedAt: Type.Optional(Type.String()) })), stampedAt: Type.Array(Type.String()),
    purpose: Type.Optional(Type.Object({ cause: Type.String(), requester: Type.String(), expiresOn: Type.String(), madeAt: Type.String() })),
  })),
};
export const Answer = Type.Unsafe<AnswerValue>(Type.Object(answerParts, { description: 'a verdict in parts' }));
export const OwnLicence = Type.Unsafe<OwnLicenceValue>(Type.Object({ ...answerParts, pickUp: Type.Optional(Type.Object({ code: Type.String(), agency: Named }, { description: 'the code for which the printed certificate is handed over, and where' })) }));

/** base64 of 2 MiB, the largest PDF that is read. */
export const PDF_TEXT_MAX = 2_800_000;

/** For the use record of somebody who is signed in. */
const asked = { purpose: Type.Optional(Code), caseNo: Type.Optional(CaseNumber) };
export const VerifyRequest = Type.Union([
  Type.Object({ identifier: Identifier, token: Type.Optional(Type.String({ maxLength: 60 })), ...asked }, closed),
  Type.Object({ credential: Type.String({ minLength: 1, maxLength: 400_000 }), ...asked }, closed),
  Type.Object({ qr: Type.String({ minLength: 1, maxLength: 2000 }), ...asked }, closed),
  Type.Object({ pdf: Type.String({ minLength: 1, maxLength: PDF_TEXT_MAX, pattern: '^[A-Za-z0-9+/]*={0,2}$', description: 'a sealed PDF, base64' }), ...asked }, closed),
]);
export const HistoryEvent = Type.Object({
  seq: Type.Integer(), version: Type.Integer(), act: Type.String(), status: Type.String(), reason: Type.String(), basis: Type.Optional(Type.String()), decidedBy: Type.String(),
  docNo: Type.Optional(Type.String()), effectiveOn: Type.String(), recordedAt: Type.String(), txId: Type.String(),
});

/** A head of the ledger that another agency has sent. */
export const KeptHead = Type.Unsafe<KeptHeadValue>(Type.Object({ head: Type.String({ description: 'compact JWS (docs/decisions/0032)' }), receivedAt: Type.String(), finding: Type.Optional(Type.String({ description: 'against the chain as this gateway has read it' })), contradicts: Type.Optional(Type.String({ description: 'an earlier head of the same agency that says something else of the same block' })) }));
