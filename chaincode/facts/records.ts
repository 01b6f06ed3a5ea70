/** What the ledger keeps, as stored: one state key a record. No face data, nothing computed from a face without a secret. */
import type { AutomaticRecord } from './automatic.js';
import type { ConditionRecord, ConditionRule } from './condition.js';
import type { CompositeRule, MemberRecord, RollUpRule } from './composite.js';
import type { Status } from './status.js';
import type { LegalZone } from './calendar.js';

export interface LedgerRecord {
  /** base64url SHA-256 header hash of the genesis block: binds every signature to this ledger. */
  readonly ledger: string;
  readonly zone: LegalZone;
  /** The agency whose registrars keep the registry. */
  readonly registrar: string;
  /** Set once: the ledger takes only kinds that are samples. */
  readonly demo: boolean;
  /** Web origins at which staff passkeys are used, and their relying-party id (WebAuthn). */
  readonly origins: readonly string[];
  readonly rpId: string;
}

export const RIGHTS = ['issue', 'supervise', 'penalise', 'import'] as const;
export type Right = (typeof RIGHTS)[number];

/** A right over a kind from a day on; when it ends because it moved, `to` names the agency that has it from the next day. */
export interface RightRecord {
  readonly kind: string;
  readonly right: Right;
  readonly from: string;
  readonly until?: string;
  readonly to?: string;
  /** The agency whose licences a right to supervise or penalise reaches; absent: every agency's. */
  readonly over?: string;
}

export interface AgencyRecord {
  readonly code: string;
  readonly name: string;
  readonly mspId: string;
  /** A town branch or department acts under its parent's MSP with its own certificate attribute. */
  readonly parent?: string;
  readonly active: boolean;
  readonly rights: readonly RightRecord[];
}

export const ROLES = ['clerk', 'reviewer', 'approver', 'registrar', 'auditor', 'machine'] as const;
export type Role = (typeof ROLES)[number];

/** Roles that make acts on licences, and so may be named as those who trigger a seal. */
export const TRIGGER_ROLES = ['clerk', 'reviewer', 'approver', 'machine'] as const satisfies readonly Role[];
export type TriggerRole = (typeof TRIGGER_ROLES)[number];

export interface StaffKey {
  readonly id: string;
  readonly method: 'key-file' | 'webauthn';
  readonly alg: 'ES256';
  /** base64url SubjectPublicKeyInfo. */
  readonly spki: string;
  readonly active: boolean;
}

export interface StaffRecord {
  readonly id: string;
  readonly agency: string;
  /** Random reference of the natural person: two accounts of one person share it, so that they never count as two. */
  readonly person: string;
  readonly roles: readonly Role[];
  readonly active: boolean;
  readonly keys: readonly StaffKey[];
}

export interface Label {
  readonly zh: string;
  readonly en: string;
}

export interface FaceField {
  readonly name: string;
  readonly label: Label;
  readonly type: 'text' | 'long-text' | 'day' | 'term' | 'uscc' | 'citizen-id' | 'choice' | 'list';
  readonly required: boolean;
  /** public: hangs on the wall. holder: only to whoever holds the document's secret (and, where a machine issues, to those who endorse). restricted: under a scene or grant. */
  readonly disclosure: 'public' | 'holder' | 'restricted';
  readonly max: number;
  readonly choices?: readonly string[];
  /** What the field says of the licence itself. */
  readonly role?: 'holder-name' | 'holder-code' | 'number' | 'scope' | 'address' | 'person-name';
}

export interface KindRecord {
  readonly type: string;
  readonly name: Label;
  readonly aliases: readonly string[];
  readonly schema: number;
  readonly fields: readonly FaceField[];
  readonly holder: 'organisation' | 'person';
  readonly number: 'food-permit' | 'uscc' | 'free' | 'none';
  /** Longest term in years; absent: no end is allowed and no limit. */
  readonly termYears?: number;
  /** Persons needed per act; one where the act is not named. */
  readonly persons: Readonly<Record<string, 1 | 2 | 3>>;
  /** Acts for which a sign-in at the gateway is enough. */
  readonly vouched: readonly string[];
  /** From this many commands under one signature an act is a mass act and needs the persons' own keys. */
  readonly massFrom: number;
  /** From this many on it needs two persons, whatever the act says; absent: 10,000. What ends licences needs them from `massFrom` on. */
  readonly twoFrom?: number;
  /** Days before and after the recorded day in which an act may take effect. */
  readonly windowBefore: number;
  readonly windowAfter: number;
  readonly retentionYears: number;
  /** Of a composite licence: what may be put together. */
  readonly composite?: CompositeRule;
  /** What may be handed in after the issue (容缺); absent: nothing. */
  readonly conditions?: ConditionRule;
  /** Whether agencies may issue it by rule (秒批). */
  readonly automatic?: boolean;
  /** wall: landscape, to be hung up; also where nothing is said. sheet: upright. */
  readonly paper?: 'wall' | 'sheet';
  readonly sample: boolean;
  readonly active: boolean;
}

export interface SealRecord {
  readonly id: string;
  readonly agency: string;
  readonly name: string;
  readonly use: 'seal';
  readonly alg: 'ES256';
  /** base64url DER certificate; its SAN URI is urn:uscc:<agency>. */
  readonly certificate: string;
  readonly validFrom: string;
  readonly validUntil: string;
  /** An act is sealed only if one of its actors has one of these roles; absent: any actor of the agency. */
  readonly triggers?: readonly TriggerRole[];
  /** Kinds whose licences it seals; absent: all. */
  readonly kinds?: readonly string[];
  /** The seal whose work this one takes over. Both are good until the older one ends or is stopped. */
  readonly renews?: string;
  readonly status: 'in-use' | 'stopped' | 'cancelled';
  /** Since when, instants: a verdict asks what the status was when the seal was used. */
  readonly history: readonly { readonly status: SealRecord['status']; readonly at: string }[];
}

/** A key with which an agency signs what is made for verifiers; one use for ever. */
export interface AgencyKeyRecord {
  readonly id: string;
  readonly agency: string;
  /** status-list: lists of its licences' status. trust: its part in the trust list. receipt: what was verified when. use-record: who used which licence for what. transport: what its gateway asks of others' and answers them. head: what its gateway saw of the ledger, and the evidence that it took from it. */
  readonly use: (typeof AGENCY_KEY_USES)[number];
  readonly alg: 'ES256';
  /** base64url SubjectPublicKeyInfo. */
  readonly spki: string;
  /** Of a transport key: where the agency's gateway is reached. */
  readonly address?: string;
  /** retired: laid aside in good order. stopped: perhaps in other hands. Neither comes back. */
  readonly status: 'in-use' | 'retired' | 'stopped';
  readonly history: readonly { readonly status: AgencyKeyRecord['status']; readonly at: string }[];
  /** Transaction that registered it: whose gateway sent that is whose key it is. */
  readonly putIn: string;
}
export const AGENCY_KEY_USES = ['status-list', 'trust', 'receipt', 'use-record', 'transport', 'head'] as const;

/** A root of trust, by version from 1 on: whose keys sign trust lists, and how many agencies must. Verifiers go by its signatures, not by this record. */
export interface TrustRootRecord {
  readonly version: number;
  readonly threshold: number;
  /** Ids of trust keys, of a different agency each. */
  readonly keys: readonly string[];
  readonly issuedAt: string;
}

export interface Place {
  readonly list: number;
  readonly index: number;
}

export interface DocumentDigest {
  readonly type: 'credential' | 'import-row' | 'pdf';
  readonly alg: 'sha-256';
  readonly digest: string;
}

export interface VersionRecord {
  readonly version: number;
  readonly schema: number;
  readonly documents: readonly DocumentDigest[];
  /** What the actors signed: base64url SHA-256 of the unsigned credential, or the commitment of an imported row. Another document sealed in its place does not match it. */
  readonly content: string;
  readonly seal?: string;
  readonly place?: Place;
  readonly issuedOn: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly status: Status;
  readonly since: string;
  /** Of a composite, and how their states are rolled up. */
  readonly members?: readonly MemberRecord[];
  readonly rollUp?: RollUpRule;
  /** Commitment to the promise (告知承诺书) under which it was issued. */
  readonly promise?: string;
  /** Issued by rule. */
  readonly automatic?: AutomaticRecord;
}

export interface EventRecord {
  readonly seq: number;
  readonly version: number;
  readonly act: string;
  readonly status: Status;
  readonly reason: string;
  readonly basis?: string;
  readonly decidedBy: string;
  readonly docNo?: string;
  readonly effectiveOn: string;
  readonly recordedAt: string;
  readonly txId: string;
  readonly actors: readonly { readonly staff: string; readonly method: string }[];
}

export interface LicenceRecord {
  readonly id: string;
  readonly origin: 'issued' | 'imported';
  /** Where an imported record came from: the data source's code. */
  readonly source?: string;
  readonly manager: string;
  readonly transferTo?: string;
  readonly takenBack?: true;
  readonly subject: string;
  readonly line?: Place;
  /** What it was issued without. */
  readonly conditions?: readonly ConditionRecord[];
  readonly versions: readonly VersionRecord[];
  readonly events: readonly EventRecord[];
  /** Pages of older versions and events, `page/<id>/<n>`, n from 0. */
  readonly pages?: number;
}

export interface ProposalRecord {
  readonly id: string;
  readonly agency: string;
  readonly requestId: string;
  readonly act: Readonly<Record<string, unknown>>;
  readonly content?: string;
  readonly expiresAt: string;
  readonly actors: readonly ProposalActor[];
  readonly status: 'open' | 'done' | 'withdrawn';
}
export interface ProposalActor {
  readonly staff: string;
  readonly person: string;
  readonly key: string;
  readonly method: string;
}

export interface RequestRecord {
  readonly content: string;
  readonly txId: string;
  /** Results by command index; only successes are kept, so that a refused command can be sent again under the same id. */
  readonly done: Readonly<Record<string, Outcome>>;
}

/** What a command that succeeded says. */
export interface Outcome {
  readonly licence?: string;
  readonly version?: number;
  readonly status?: string;
  readonly proposal?: string;
  readonly id?: string;
  readonly grant?: string;
  /** Uses that a grant still has. */
  readonly left?: number;
  /** Digest of the use that a grant was counted down for: the gateway that releases data compares it. */
  readonly leaf?: string;
}
