/** Licences: issue and import, the next version, the status of the current one. One record a licence. */
import { addYears, daysBetween, parseDay, type Day } from '../facts/calendar.js';
import type { Command, ImportCommand, IssueCommand, LicenceCommand, StatusCommand, VersionCommand } from '../facts/commands.js';
import { parseUscc } from '../facts/holder-code.js';
import { parseLicenceId, splitLicenceId } from '../facts/identifier.js';
import { BASES, REASONS } from '../facts/reason.js';
import type { DocumentDigest, EventRecord, KindRecord, LedgerRecord, LicenceRecord, Outcome, SealRecord, VersionRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { isForKind, mayTrigger } from '../facts/seal.js';
import type { Shown } from '../facts/shown.js';
import { TRANSITIONS, type LicenceAct, type Status, type StatusAct } from '../facts/status.js';
import type { Moment, World } from '../world.js';
import { demandPersons, type Person } from './actors.js';
import { automatically, demandFace } from './automatic.js';
import { compose } from './composite.js';
import { openConditions } from './condition.js';
import { retain } from './erasure.js';
import { whole } from './pages.js';
import { activeKind, demandManager, demandRight, hasRight, managerOn } from './rights.js';
import { demandDocument, lineAgencyOf } from './shown.js';
import { takePlaces } from './status-list.js';

export interface LicenceContext {
  readonly world: World;
  readonly ledger: LedgerRecord;
  readonly moment: Moment;
  readonly agency: string;
  readonly persons: readonly Person[];
  /** Acts under one signature. */
  readonly mass: number;
  readonly documents: Command['documents'];
  readonly content: string | undefined;
  readonly shown: Shown;
}

const nameOf = (op: string): LicenceAct => op.slice('licence.'.length) as LicenceAct;

export async function applyLicence(context: LicenceContext, act: LicenceCommand): Promise<Outcome> {
  switch (act.op) {
    case 'licence.issue': return issue(context, act);
    case 'licence.import': return importRecord(context, act);
    case 'licence.confirm': case 'licence.renew': case 'licence.change': case 'licence.accept': return nextVersion(context, act);
    default: return setStatus(context, act);
  }
}

async function issue(context: LicenceContext, act: IssueCommand): Promise<Outcome> {
  const { world, agency, moment } = context;
  const { kind, issuer } = await subjectMatter(context, act);
  demand(issuer === agency, 'ISSUER_NOT_COMPETENT', 'licence');
  await demandRight(world, agency, kind.type, 'issue', moment.today);
  demand(act.schema === kind.schema, 'SCHEMA_OUTDATED', 'schema');
  checkSubject(kind, act.subject);
  checkTerm(act, kind);
  const members = await compose(context, kind, act);
  const retroactive = (await checkDecision(context, act, kind, { earliest: undefined, future: true })) || isBackdated(act, kind, moment.today);
  const conditions = act.conditions ? { conditions: openConditions(context, kind, act.conditions) } : {};
  const automatic = await automatically(context, kind, act);
  if (!automatic.automatic) demandActs(context, kind, act, retroactive);
  const seal = await demandSeal(context, act.seal, kind.type);
  demand((await world.get('licence', act.licence)) === undefined, 'LICENCE_EXISTS', 'licence');
  await retain(context, act.subject, { licences: act.licence });
  await takePlaces(world, agency, [act.place, act.line]);
  const version = { ...versionOf(context, act, 1, 'credential', 'VALID'), ...members, ...automatic };
  const document = await demandDocument(context, act, { seal, version: 1, line: act.line, lineAgency: agency, members });
  if (act.automatic) await demandFace(context, kind, act.subject, document);
  const record: LicenceRecord = { id: act.licence, origin: 'issued', manager: agency, subject: act.subject, line: act.line, ...conditions, versions: [version], events: [eventOf(context, act, 1, 1, 'VALID')] };
  world.put('licence', act.licence, record);
  return { licence: act.licence, version: 1, status: 'VALID' };
}

/** A published row becomes an unsealed record with its source. It is not an issue: nobody has decided anything here. */
async function importRecord(context: LicenceContext, act: ImportCommand): Promise<Outcome> {
  const { world, agency, moment } = context;
  const { kind } = await subjectMatter(context, act);
  await demandRight(world, agency, kind.type, 'import', moment.today);
  demand(parseUscc(act.source), 'USCC_CHECK_DIGIT', 'source');
  demand(act.schema === kind.schema, 'SCHEMA_OUTDATED', 'schema');
  if (act.subject.startsWith('uscc:')) demand(parseUscc(act.subject.slice(5)), 'USCC_CHECK_DIGIT', 'subject');
  checkTerm(act);
  await checkDecision(context, act, kind, { earliest: undefined, future: false, anyPast: true });
  demandActs(context, kind, act, false);
  demand((await world.get('licence', act.licence)) === undefined, 'LICENCE_EXISTS', 'licence');
  await retain(context, act.subject, { licences: act.licence });
  const version = versionOf(context, act, 1, 'import-row', act.status);
  world.put('licence', act.licence, { id: act.licence, origin: 'imported', source: act.source, manager: agency, subject: act.subject, versions: [version], events: [eventOf(context, act, 1, 1, act.status)] });
  return { licence: act.licence, version: 1, status: act.status };
}

/** Confirm, renew, change, accept: the current version is superseded by the next, sealed one. */
async function nextVersion(context: LicenceContext, act: VersionCommand): Promise<Outcome> {
  const { world, agency, moment } = context;
  const { kind, issuer } = await subjectMatter(context, act);
  const { record, current } = await currentVersion(context, act);
  const name = nameOf(act.op) as 'confirm' | 'renew' | 'change' | 'accept';
  demand(act.version === current.version + 1, 'VERSION_NOT_CURRENT', 'version');
  demand(TRANSITIONS[name].from.includes(current.status), 'STATUS_FORBIDS', 'op');
  // An imported record is somebody's claim until it is confirmed: nothing may be built on it before.
  demand((name === 'confirm') === (current.seal === undefined), 'ORIGIN_FORBIDS', 'op');
  if (name === 'accept') {
    demand(record.transferTo === agency, 'ISSUER_NOT_COMPETENT', 'agency');
    await demandRight(world, agency, kind.type, 'issue', moment.today);
  } else await demandManager(world, name === 'confirm' ? { manager: issuer } : record, agency, kind.type, moment.today);
  demand(act.schema === kind.schema, 'SCHEMA_OUTDATED', 'schema');
  demand((act.line !== undefined) === (record.line === undefined), 'COMMAND_MALFORMED', 'line');
  checkTerm(act, kind);
  // Of a change the ledger cannot tell: two versions with one face differ in every digest, for each has salts of its own. The gateway, which sees the faces, refuses it.
  demand(name !== 'renew' || act.validUntil !== current.validUntil, 'NOTHING_CHANGED', 'validUntil');
  const members = await compose(context, kind, { ...act, subject: record.subject });
  const retroactive = (await checkDecision(context, act, kind, { earliest: current.issuedOn, future: true, record })) || isBackdated(act, kind, moment.today, (await isByImporterAlone(context, record, name)) ? undefined : current);
  demandActs(context, kind, act, retroactive);
  const seal = await demandSeal(context, act.seal, kind.type);
  const line = record.line ?? act.line;
  demand(line, 'COMMAND_MALFORMED', 'line');
  await retain(context, record.subject, { licences: record.id });
  await takePlaces(world, agency, act.line ? [act.place, act.line] : [act.place]);
  const version = { ...versionOf(context, act, act.version, 'credential', 'VALID'), ...members };
  await demandDocument(context, act, { seal, version: act.version, line, lineAgency: record.line ? await lineAgencyOf(world, record) : agency, members });
  const superseded: VersionRecord = { ...current, status: 'SUPERSEDED', since: act.effectiveOn };
  const { transferTo: _, takenBack: __, ...rest } = record;
  put(context, {
    ...rest, manager: agency, line,
    versions: [...record.versions.slice(0, -1), superseded, version],
    events: [...record.events, eventOf(context, act, act.after + 1, act.version, 'VALID')],
  });
  return { licence: act.licence, version: act.version, status: 'VALID' };
}

async function setStatus(context: LicenceContext, act: StatusCommand): Promise<Outcome> {
  const { kind } = await subjectMatter(context, act);
  const { record, current } = await currentVersion(context, act);
  const name = nameOf(act.op) as StatusAct;
  demand(act.version === current.version, 'VERSION_NOT_CURRENT', 'version');
  demand(TRANSITIONS[name].from.includes(current.status), 'STATUS_FORBIDS', 'op');
  const retroactive = await checkDecision(context, act, kind, { earliest: current.issuedOn, future: false });
  await demandCompetence(context, record, kind, name, act);
  await demandGround(context, record, name, act);
  // What another agency ordered, one person here does not lift.
  const isOthers = name === 'restore' && record.events.findLast((event) => event.act === 'suspend')?.decidedBy !== context.agency;
  demandActs(context, kind, act, retroactive || isOthers, isPenal(act, record));
  const status = TRANSITIONS[name].to;
  put(context, {
    ...(await transferred(context, record, name, act)),
    versions: [...record.versions.slice(0, -1), { ...current, status, since: act.effectiveOn }],
    events: [...record.events, eventOf(context, act, act.after + 1, act.version, status)],
  });
  return { licence: act.licence, version: act.version, status };
}

/** A transfer names the agency that may accept it, and may be taken back once. */
async function transferred({ world, agency }: LicenceContext, record: LicenceRecord, name: StatusAct, act: StatusCommand): Promise<LicenceRecord> {
  demand((name === 'transfer') === (act.to !== undefined), 'COMMAND_MALFORMED', 'to');
  if (name === 'transfer' && act.to !== undefined) {
    demand(act.to !== agency && (await world.get('agency', act.to))?.active, 'AGENCY_UNKNOWN', 'to');
    return { ...record, transferTo: act.to };
  }
  if (name !== 'takeback') return record;
  demand(record.takenBack === undefined, 'TRANSFER_ALREADY_TAKEN_BACK', 'op');
  const { transferTo: _, ...rest } = record;
  return { ...rest, takenBack: true };
}

/** A penalty is imposed, or one imposed before is lifted. */
function isPenal(act: StatusCommand, record: LicenceRecord): boolean {
  const lifted = act.op === 'licence.restore' ? record.events.findLast((event) => event.act === 'suspend') : undefined;
  return act.op === 'licence.revoke' || REASONS[act.reason]?.penalty === true || (lifted !== undefined && REASONS[lifted.reason]?.penalty === true);
}

/** What the reason says must have happened here. */
async function demandGround({ world }: LicenceContext, record: LicenceRecord, name: StatusAct, { reason, basis }: StatusCommand): Promise<void> {
  const missed = (record.conditions ?? []).some(({ status, consequence }) => status === 'missed' && consequence === 'suspension');
  if (reason === 'CONDITION_MISSED') demand(missed, 'CONDITION_NOT_MISSED', 'reason');
  if (name === 'restore') {
    // What was suspended until papers come is restored when they have come, and for no other reason.
    const waits = record.events.findLast((event) => event.act === 'suspend')?.reason === 'CONDITION_MISSED';
    demand(waits === (reason === 'CONDITION_MET') && (!waits || !missed), 'CONDITION_NOT_MET', 'reason');
  }
  if (reason !== 'PROMISE_BROKEN') return;
  const promised = ({ promise }: VersionRecord) => promise !== undefined;
  demand(record.versions.some(promised) || (await whole(world, record)).versions.some(promised), 'PROMISE_UNKNOWN', 'reason');
  demand(basis !== undefined, 'BASIS_MISSING', 'basis');
}

/** The one who punishes need not be the one who issues: each act asks for its own right. */
async function demandCompetence({ world, agency, moment }: LicenceContext, record: LicenceRecord, kind: KindRecord, name: StatusAct, act: StatusCommand): Promise<void> {
  const over = await managerOn(world, record.manager, kind.type, moment.today);
  const right = (name: 'supervise' | 'penalise') => hasRight(world, agency, kind.type, name, moment.today, over);
  if (isPenal(act, record)) {
    demand(await right('penalise'), 'RIGHT_MISSING', 'agency');
    return;
  }
  // What follows from a paper that did not come is for the agency that waits for it to decide.
  const waits = act.reason === 'CONDITION_MISSED' || act.reason === 'CONDITION_MET';
  if ((name === 'suspend' || name === 'restore') && !waits && (await right('supervise'))) return;
  await demandManager(world, record, agency, kind.type, moment.today);
}

async function subjectMatter({ world, ledger }: LicenceContext, act: LicenceCommand): Promise<{ kind: KindRecord; issuer: string }> {
  const id = parseLicenceId(act.licence);
  demand(id, 'COMMAND_MALFORMED', 'licence');
  const { type, issuer } = splitLicenceId(id);
  demand(parseUscc(issuer), 'USCC_CHECK_DIGIT', 'licence');
  const kind = await activeKind(world, type);
  demand(!ledger.demo || kind.sample, 'KIND_NOT_SAMPLE', 'licence');
  return { kind, issuer };
}

/** Two clerks at one licence: the second one's `after` no longer names the last event, and he is told. */
async function currentVersion({ world, moment }: LicenceContext, act: { licence: string; after: number }): Promise<{ record: LicenceRecord; current: VersionRecord }> {
  const record = await world.get('licence', act.licence);
  const current = record?.versions.at(-1);
  const last = record?.events.at(-1);
  demand(record && current && last, 'LICENCE_UNKNOWN', 'licence');
  demand(last.seq === act.after, 'LICENCE_CHANGED', 'after');
  demand(moment.now >= last.recordedAt, 'TIME_STEPS_BACK');
  return { record, current };
}

function checkSubject(kind: KindRecord, subject: string): void {
  demand(subject.startsWith('uscc:') === (kind.holder === 'organisation'), 'COMMAND_MALFORMED', 'subject');
  if (kind.holder === 'organisation') demand(parseUscc(subject.slice(5)), 'USCC_CHECK_DIGIT', 'subject');
}

function checkTerm(act: { issuedOn: string; validFrom?: string; validUntil?: string }, kind?: KindRecord): void {
  const issuedOn = parseDay(act.issuedOn);
  demand(issuedOn, 'DATE_UNREAL', 'issuedOn');
  const from = act.validFrom === undefined ? issuedOn : parseDay(act.validFrom);
  demand(from, 'DATE_UNREAL', 'validFrom');
  if (act.validUntil === undefined) {
    demand(kind?.termYears === undefined, 'TERM_MISSING', 'validUntil');
    return;
  }
  const until = parseDay(act.validUntil);
  demand(until, 'DATE_UNREAL', 'validUntil');
  demand(from <= until, 'DATES_REVERSED', 'validUntil');
  if (kind?.termYears !== undefined) demand(until <= addYears(from, kind.termYears), 'TERM_TOO_LONG', 'validUntil');
}

interface EffectiveBounds {
  readonly earliest: string | undefined;
  readonly future: boolean;
  readonly anyPast?: boolean;
  /** Of a next version. */
  readonly record?: LicenceRecord;
}

/** Whether who confirms a collected record is nobody but the person who brought it in: its days are then one person's word. */
async function isByImporterAlone({ world, persons }: LicenceContext, { events: [first] }: LicenceRecord, name: string): Promise<boolean> {
  if (name !== 'confirm' || first?.act !== 'import') return false;
  const importers = await Promise.all(first.actors.map(async ({ staff }) => (await world.get('staff', staff))?.person));
  return persons.every(({ person }) => importers.includes(person));
}

/** An act is decided by the agency that does it, or by the one above it. Of a collected record it may be whoever decided it then. */
async function demandDecider({ world, agency }: LicenceContext, act: LicenceCommand, record: LicenceRecord | undefined): Promise<void> {
  demand(parseUscc(act.decidedBy), 'USCC_CHECK_DIGIT', 'decidedBy');
  const name = nameOf(act.op);
  if (name === 'import' || (name === 'confirm' && (act.decidedBy === record?.source || act.decidedBy === record?.events[0]?.decidedBy))) return;
  demand(act.decidedBy === agency || act.decidedBy === (await world.get('agency', agency))?.parent, 'AUTHORITY_UNKNOWN', 'decidedBy');
}

/** Codes known and fitting; the effective day within the kind's window. @returns whether it lies further back, which needs two persons. */
async function checkDecision(context: LicenceContext, act: LicenceCommand, kind: KindRecord, bounds: EffectiveBounds): Promise<boolean> {
  const { moment } = context;
  demand(Object.hasOwn(REASONS, act.reason) && REASONS[act.reason]?.acts.includes(nameOf(act.op)), 'REASON_UNKNOWN', 'reason');
  demand(act.basis === undefined || Object.hasOwn(BASES, act.basis), 'BASIS_UNKNOWN', 'basis');
  await demandDecider(context, act, bounds.record);
  // A document number is public; an identity number inside it would be on the chain for ever.
  demand(act.docNo === undefined || !/\d{17}[\dXx]/.test(act.docNo), 'DOCUMENT_NUMBER_PERSONAL', 'docNo');
  const effectiveOn = parseDay(act.effectiveOn);
  demand(effectiveOn, 'DATE_UNREAL', 'effectiveOn');
  const ahead = daysBetween(moment.today, effectiveOn);
  demand(ahead <= (bounds.future ? kind.windowAfter : 0), 'EFFECTIVE_DAY_OUTSIDE_WINDOW', 'effectiveOn');
  demand(bounds.earliest === undefined || act.effectiveOn >= bounds.earliest, 'EFFECTIVE_DAY_OUTSIDE_WINDOW', 'effectiveOn');
  return bounds.anyPast !== true && -ahead > kind.windowBefore;
}

/** Whether a certificate says of itself that it was issued, or good, further back than an act may take effect: as retroactive as the act's own day. What the version before it says already is nothing new. */
export function isBackdated({ issuedOn, validFrom = issuedOn }: { readonly issuedOn: string; readonly validFrom?: string }, { windowBefore }: Pick<KindRecord, 'windowBefore'>, today: Day, before?: VersionRecord): boolean {
  const reaches = (day: string, known: string | undefined): boolean => day !== known && daysBetween(day as Day, today) > windowBefore;
  return reaches(issuedOn, before?.issuedOn) || reaches(validFrom, before?.validFrom);
}

/** A district's whole register in one signature is no clerk's business alone. */
const TWO_FROM = 10_000;
const ENDING: ReadonlySet<LicenceAct> = new Set(['revoke', 'annul', 'withdraw', 'cancel']);

/** Persons that an act needs: as the kind states, and two where it is retroactive, ends many licences at once, or is over the limit. @param mass acts under one signature */
export function personsFor({ persons, massFrom, twoFrom = TWO_FROM }: Pick<KindRecord, 'persons' | 'massFrom' | 'twoFrom'>, name: LicenceAct, { mass, retroactive = false }: { readonly mass: number; readonly retroactive?: boolean }): 1 | 2 | 3 {
  const stated = Object.hasOwn(persons, name) ? (persons[name] ?? 1) : 1;
  return stated === 1 && (retroactive || mass >= twoFrom || (mass >= massFrom && ENDING.has(name))) ? 2 : stated;
}

/** Persons and keys an act needs. Penalties, mass acts and retroactive days never rest on a gateway's word. */
function demandActs({ persons, mass }: LicenceContext, kind: KindRecord, act: LicenceCommand, retroactive: boolean, penalty = false): void {
  const name = nameOf(act.op);
  demandPersons(persons, { persons: personsFor(kind, name, { mass, retroactive }), ownKey: penalty || retroactive || mass >= kind.massFrom || !kind.vouched.includes(name) });
}

/** In force, of the agency, for this kind, and among the actors somebody who may trigger it. */
export async function demandSeal({ world, agency, moment, persons }: Pick<LicenceContext, 'world' | 'agency' | 'moment' | 'persons'>, id: string, kind: string): Promise<SealRecord> {
  const seal = await world.get('seal', id);
  demand(seal, 'SEAL_UNKNOWN', 'seal');
  demand(seal.agency === agency, 'SEAL_NOT_OF_AGENCY', 'seal');
  demand(seal.status === 'in-use' && seal.validFrom <= moment.now && moment.now <= seal.validUntil, 'SEAL_NOT_IN_FORCE', 'seal');
  demand(isForKind(seal, kind), 'SEAL_NOT_FOR_KIND', 'seal');
  demand(mayTrigger(seal, persons), 'SEAL_NOT_YOURS', 'seal');
  return seal;
}

function versionOf(context: LicenceContext, act: IssueCommand | ImportCommand | VersionCommand, version: number, type: DocumentDigest['type'], status: Status): VersionRecord {
  demand(context.documents?.length === 1 && context.documents[0]?.type === type, 'DOCUMENT_MISSING', 'documents');
  const { schema, issuedOn, validFrom, validUntil } = act;
  const { content } = context;
  demand(content !== undefined, 'DOCUMENT_MISSING', 'content');
  // An imported row has no seal: what is signed and what is kept are the same commitment.
  demand(type === 'credential' || content === context.documents[0].digest, 'DOCUMENT_MISSING', 'content');
  return {
    version, schema, documents: context.documents, content, issuedOn, validFrom: (validFrom ?? issuedOn), status, since: act.effectiveOn,
    ...(validUntil === undefined ? {} : { validUntil }),
    ...('seal' in act ? { seal: act.seal, place: act.place, ...(act.promise === undefined ? {} : { promise: act.promise }) } : {}),
  };
}

function eventOf({ moment, persons }: LicenceContext, act: LicenceCommand, seq: number, version: number, status: Status): EventRecord {
  return {
    seq, version, act: nameOf(act.op), status, reason: act.reason,
    ...(act.basis === undefined ? {} : { basis: act.basis }),
    decidedBy: act.decidedBy,
    ...(act.docNo === undefined ? {} : { docNo: act.docNo }),
    effectiveOn: act.effectiveOn, recordedAt: moment.now, txId: moment.txId,
    actors: persons.map(({ staff, method }) => ({ staff, method })),
  };
}

/** Beyond these the oldest half moves to a page of its own, so that a long life does not make every act dearer. */
const VERSIONS_INLINE = 8;
const EVENTS_INLINE = 32;

function put({ world }: LicenceContext, record: LicenceRecord): void {
  if (record.versions.length <= VERSIONS_INLINE && record.events.length <= EVENTS_INLINE) {
    world.put('licence', record.id, record);
    return;
  }
  const [versions, events] = [Math.floor(record.versions.length / 2), Math.floor(record.events.length / 2)];
  const page = record.pages ?? 0;
  world.put('page', `${record.id}/${String(page)}`, [record.versions.slice(0, versions), record.events.slice(0, events)]);
  world.put('licence', record.id, { ...record, versions: record.versions.slice(versions), events: record.events.slice(events), pages: page + 1 });
}
