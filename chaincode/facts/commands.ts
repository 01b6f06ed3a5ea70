/** The commands of the contract: TypeBox schemas that are type, validator and published description in one. */
import Type, { type Static } from 'typebox';
import { ApplicationCommand } from './application-commands.js';
import { Automatic, RuleSetAct } from './automatic-commands.js';
import { Composite, Members, PartAct } from './composite-commands.js';
import { ConditionAct, ConditionRulePart, Conditions } from './condition-commands.js';
import { DelegationAct } from './delegation-commands.js';
import { DeviceAct } from './device-commands.js';
import { ErasureAct, ErasureConfirm } from './erasure-commands.js';
import { GrantAct } from './grant-commands.js';
import { IdentityAct } from './identity-commands.js';
import { LogAct } from './log-commands.js';
import { MatterPut, TradePut } from './matter-commands.js';
import { AGENCY_KEY_USES, RIGHTS, ROLES, TRIGGER_ROLES } from './records.js';
import { closed, code, DayText, DocumentNumber, EventNumber, fieldParts, InstantText, Label, LicenceIdText, literals, RandomId, Sha256, Signature, Spki, Subject, text, TypeCode, Uscc } from './parts.js';
import { ObjectionAct } from './objection-commands.js';
import { PrintOrderAct } from './print-order-commands.js';
import { ReportRecord } from './report-commands.js';
import { SceneAct } from './scene-commands.js';
import { SupervisionAct } from './supervision-commands.js';
import { TraceClose } from './trace-commands.js';
import { STATUS_ACTS } from './status.js';

export { DayText, DOCUMENT_NUMBER_MAX, DocumentNumber, EventNumber, InstantText, LicenceIdText, RandomId, Uscc } from './parts.js';

const Place = Type.Object({ list: Type.Integer({ minimum: 0, maximum: 0xffffffff }), index: Type.Integer({ minimum: 0, maximum: 0xffffff }) }, closed);

/** Decision: reason and legal basis as codes, the deciding agency, the document number, the day of effect. */
const decision = {
  reason: code,
  basis: Type.Optional(code),
  decidedBy: Uscc,
  docNo: Type.Optional(DocumentNumber),
  effectiveOn: DayText,
};
const term = { issuedOn: DayText, validFrom: Type.Optional(DayText), validUntil: Type.Optional(DayText) };
const sealed = { schema: Type.Integer({ minimum: 1, maximum: 999 }), seal: RandomId, place: Place, members: Type.Optional(Members), promise: Type.Optional(Sha256) };

export const IssueAct = Type.Object({ op: Type.Literal('licence.issue'), licence: LicenceIdText, subject: Subject, line: Place, ...term, ...sealed, conditions: Type.Optional(Conditions), automatic: Type.Optional(Automatic), ...decision }, closed);
export const ImportAct = Type.Object({ op: Type.Literal('licence.import'), licence: LicenceIdText, subject: Subject, schema: Type.Integer({ minimum: 1, maximum: 999 }), source: Uscc, status: literals(['VALID', 'CANCELLED', 'REVOKED', 'ANNULLED', 'WITHDRAWN', 'SUSPENDED']), ...term, ...decision }, closed);
/** Confirm, renew, change, accept: the next version of a licence. `after` is the last event the actor saw. */
export const VersionAct = Type.Object({ op: literals(['licence.confirm', 'licence.renew', 'licence.change', 'licence.accept']), licence: LicenceIdText, version: Type.Integer({ minimum: 2, maximum: 999 }), after: EventNumber, line: Type.Optional(Place), ...term, ...sealed, ...decision }, closed);
export const StatusActCommand = Type.Object({ op: literals(STATUS_ACTS.map((act) => `licence.${act}` as const)), licence: LicenceIdText, version: Type.Integer({ minimum: 1, maximum: 999 }), after: EventNumber, to: Type.Optional(Uscc), ...decision }, closed);

const RightRow = Type.Object({ kind: TypeCode, right: literals(RIGHTS), from: DayText, until: Type.Optional(DayText), to: Type.Optional(Uscc), over: Type.Optional(Uscc) }, closed);
export const AgencyPut = Type.Object({ op: Type.Literal('agency.put'), code: Uscc, name: text(120), mspId: text(64), parent: Type.Optional(Uscc), active: Type.Boolean(), rights: Type.Array(RightRow, { maxItems: 400 }) }, closed);
export const RightMove = Type.Object({ op: Type.Literal('right.move'), kind: TypeCode, right: literals(RIGHTS), from: Uscc, to: Uscc, on: DayText }, closed);
const StaffKey = Type.Object({ id: RandomId, method: literals(['key-file', 'webauthn']), alg: Type.Literal('ES256'), spki: Spki, active: Type.Boolean() }, closed);
export const StaffPut = Type.Object({ op: Type.Literal('staff.put'), id: RandomId, agency: Uscc, person: RandomId, roles: Type.Array(literals(ROLES), { minItems: 1, maxItems: 5 }), active: Type.Boolean(), keys: Type.Array(StaffKey, { maxItems: 12 }) }, closed);
const Field = Type.Object({
  ...fieldParts,
  role: Type.Optional(literals(['holder-name', 'holder-code', 'number', 'scope', 'address', 'person-name'])),
}, closed);
const persons = Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3)]);
const actName = Type.String({ pattern: '^[a-z]{4,10}$' });
export const KindPut = Type.Object({
  op: Type.Literal('kind.put'), type: TypeCode, name: Label, aliases: Type.Array(text(64), { maxItems: 32 }), schema: Type.Integer({ minimum: 1, maximum: 999 }),
  fields: Type.Array(Field, { minItems: 1, maxItems: 64 }), holder: literals(['organisation', 'person']), number: literals(['food-permit', 'uscc', 'free', 'none']),
  termYears: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })), persons: Type.Record(actName, persons), vouched: Type.Array(actName, { maxItems: 16 }),
  massFrom: Type.Integer({ minimum: 2, maximum: 500 }), twoFrom: Type.Optional(Type.Integer({ minimum: 2, maximum: 10_000_000 })), windowBefore: Type.Integer({ minimum: 0, maximum: 3660 }), windowAfter: Type.Integer({ minimum: 0, maximum: 3660 }),
  retentionYears: Type.Integer({ minimum: 0, maximum: 100 }), composite: Type.Optional(Composite), conditions: Type.Optional(ConditionRulePart), automatic: Type.Optional(Type.Boolean()), paper: Type.Optional(literals(['wall', 'sheet'])), sample: Type.Boolean(), active: Type.Boolean(),
}, closed);
/** The name on a seal, who may trigger it, and for which kinds of licence. */
export const SealName = text(64);
export const SealTriggers = Type.Array(literals(TRIGGER_ROLES), { minItems: 1, maxItems: TRIGGER_ROLES.length, uniqueItems: true });
export const SealKinds = Type.Array(TypeCode, { minItems: 1, maxItems: 64, uniqueItems: true });
export const SealPut = Type.Object({
  op: Type.Literal('seal.put'), id: RandomId, agency: Uscc, name: SealName, use: Type.Literal('seal'), alg: Type.Literal('ES256'), certificate: Type.String({ pattern: '^[A-Za-z0-9_-]{300,4000}$' }), validFrom: InstantText, validUntil: InstantText,
  triggers: Type.Optional(SealTriggers), kinds: Type.Optional(SealKinds), renews: Type.Optional(RandomId),
}, closed);
export const SealStatus = Type.Object({ op: Type.Literal('seal.status'), id: RandomId, status: literals(['in-use', 'stopped', 'cancelled']) }, closed);
export const AgencyKeyPut = Type.Object({ op: Type.Literal('agency-key.put'), id: RandomId, agency: Uscc, use: literals(AGENCY_KEY_USES), alg: Type.Literal('ES256'), spki: Spki, address: Type.Optional(text(160)) }, closed);
export const AgencyKeyStatus = Type.Object({ op: Type.Literal('agency-key.status'), id: RandomId, status: literals(['retired', 'stopped']) }, closed);
/** More agencies than 32 are no board that signs by hand. */
export const TrustRootPut = Type.Object({ op: Type.Literal('trust-root.put'), version: Type.Integer({ minimum: 1, maximum: 9999 }), threshold: Type.Integer({ minimum: 1, maximum: 32 }), keys: Type.Array(RandomId, { minItems: 1, maxItems: 32 }) }, closed);
export const SettingPut = Type.Object({ op: Type.Literal('setting.put'), origins: Type.Array(Type.String({ pattern: '^https?://[a-z0-9.:-]{1,120}$' }), { minItems: 1, maxItems: 16 }), rpId: Type.String({ pattern: '^[a-z0-9.-]{1,120}$' }) }, closed);

export type IssueCommand = Static<typeof IssueAct>;
export type ImportCommand = Static<typeof ImportAct>;
export type VersionCommand = Static<typeof VersionAct>;
export type StatusCommand = Static<typeof StatusActCommand>;
export type LicenceCommand = IssueCommand | ImportCommand | VersionCommand | StatusCommand;

/** Acts that change the register or a licence. Proposals wrap one of these. */
export const PlainAct = Type.Union([IssueAct, ImportAct, VersionAct, StatusActCommand, AgencyPut, RightMove, StaffPut, KindPut, SealPut, SealStatus, AgencyKeyPut, AgencyKeyStatus, TrustRootPut, SettingPut, ...SceneAct.anyOf, ...DeviceAct.anyOf, ...GrantAct.anyOf, ...PartAct.anyOf, MatterPut, TradePut, ...ApplicationCommand.anyOf, ...ErasureAct.anyOf, ...IdentityAct.anyOf, ...DelegationAct.anyOf, ...ObjectionAct.anyOf, ...PrintOrderAct.anyOf, ...ConditionAct.anyOf, ...RuleSetAct.anyOf, ...SupervisionAct.anyOf, TraceClose, ReportRecord]);
export type PlainAct = Static<typeof PlainAct>;

const Documents = Type.Array(Type.Object({ type: literals(['credential', 'import-row', 'pdf']), alg: Type.Literal('sha-256'), digest: Sha256 }, closed), { minItems: 1, maxItems: 4 });
/** `content`: base64url SHA-256 of the ASCII header.payload of the unsigned credential. */
const signedParts = { content: Type.Optional(Sha256), expiresAt: InstantText };
const Drafted = Type.Object({ act: PlainAct, ...signedParts, requestId: RandomId }, closed);
const ProposalOpen = Type.Object({ op: Type.Literal('proposal.open'), id: RandomId, command: Drafted }, closed);
const ProposalApprove = Type.Object({ op: Type.Literal('proposal.approve'), id: RandomId }, closed);
export const ProposalWithdraw = Type.Object({ op: Type.Literal('proposal.withdraw'), id: RandomId }, closed);
export const ProposalAct = Type.Union([ProposalOpen, ProposalApprove, ProposalWithdraw]);
export type ProposalAct = Static<typeof ProposalAct>;
/** A further form of a sealed version, the PDF: its digest joins the version's documents. */
export const DocumentAct = Type.Object({ op: Type.Literal('document.add'), licence: LicenceIdText, version: Type.Integer({ minimum: 1, maximum: 999 }) }, closed);
export type DocumentAct = Static<typeof DocumentAct>;
export type Act = PlainAct | ProposalAct | DocumentAct | LogAct | ErasureConfirm;

export const Command = Type.Object({ act: Type.Union([PlainAct, ProposalAct, DocumentAct, LogAct, ErasureConfirm]), ...signedParts, documents: Type.Optional(Documents) }, closed);
export type Command = Static<typeof Command>;

const ByKeyFile = Type.Object({ staff: RandomId, method: Type.Literal('key-file'), key: RandomId, signature: Signature }, closed);
const ByPasskey = Type.Object({ staff: RandomId, method: Type.Literal('webauthn'), key: RandomId, signature: Signature, authenticatorData: Type.String({ pattern: '^[A-Za-z0-9_-]{49,1400}$' }), clientDataJSON: Type.String({ pattern: '^[A-Za-z0-9_-]{40,1400}$' }) }, closed);
/** Somebody who has signed with a key of his own. */
export const Signer = Type.Union([ByKeyFile, ByPasskey]);
export const Actor = Type.Union([Type.Object({ staff: RandomId, method: Type.Literal('gateway') }, closed), ByKeyFile, ByPasskey]);
export type Actor = Static<typeof Actor>;

/** The part of a mass act's tree that a request carries: the signed root covers `size` acts, this request those from `index` on. */
export const Tree = Type.Object({ index: Type.Integer({ minimum: 0 }), size: Type.Integer({ minimum: 1 }), path: Type.Array(Sha256, { maxItems: 30 }) }, closed);

/** Persons who act in one request. */
export const ACTORS_MAX = 3;
/** Reasons for the limits: a batch of 500 is what one block write carries well; a mass act is cut into aligned chunks of 256. */
export const COMMANDS_MAX = 500;
export const CHUNK = 256;

export const Request = Type.Object({
  agency: Uscc,
  requestId: RandomId,
  /** base64url HMAC of the client's canonical request under a key of the agency: same id and other content is refused. */
  content: Sha256,
  atomic: Type.Optional(Type.Boolean()),
  /** None where no person of the agency acts: what a holder's device has signed, and the root of the gateway's log. */
  actors: Type.Array(Actor, { maxItems: ACTORS_MAX }),
  tree: Type.Optional(Tree),
  commands: Type.Array(Command, { minItems: 1, maxItems: COMMANDS_MAX }),
}, closed);
export type Request = Static<typeof Request>;

export const Requests = Type.Array(Request, { minItems: 1, maxItems: COMMANDS_MAX });

/** The first transaction of a ledger. */
export const Setup = Type.Object({
  ledger: Sha256, demo: Type.Boolean(),
  zone: Type.Object({ name: text(64), utcOffsetMinutes: Type.Integer({ minimum: -840, maximum: 840 }) }, closed),
  origins: SettingPut.properties.origins, rpId: SettingPut.properties.rpId,
  agency: Type.Object({ code: Uscc, name: text(120), mspId: text(64) }, closed),
  administrator: Type.Object({ id: RandomId, person: RandomId, key: StaffKey }, closed),
}, closed);
export type Setup = Static<typeof Setup>;
