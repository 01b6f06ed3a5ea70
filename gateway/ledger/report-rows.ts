/** What a self-report counts, as rows of the index: for each figure the records behind it, by day and block. They come with the block, and are told by the records alone. */
import type { ApplicationRecord } from '#chaincode/facts/application';
import { addDays, dayOf, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import type { ConditionRecord } from '#chaincode/facts/condition';
import type { GrantRecord } from '#chaincode/facts/grant';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { REASONS } from '#chaincode/facts/reason';
import type { EventRecord, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import { TAKE_OVER_DAYS, type SupervisionRecord } from '#chaincode/facts/supervision';
import { VERSION_ACTS } from '#chaincode/facts/status';
import type { Listings } from './listings.js';
import { whole } from './pages.js';

/** One record behind a figure. */
export interface Fact {
  readonly agency: string;
  readonly figure: string;
  readonly of: string;
  readonly at: string;
  readonly noun: 'licence' | 'application' | 'grant';
  readonly id: string;
  /** What in the record: an event, a material, a finding. No slash. */
  readonly part: string;
  /** For how many it counts. */
  readonly count: number;
}

/** What the index knows of the records at hand; `transactions` those of the block. */
export interface FactReads {
  readonly get: Listings['get'];
  readonly transactions: ReadonlySet<string>;
  readonly zone: LegalZone;
  /** The record as it was before the block. */
  readonly before: object | undefined;
}

const VERSIONS: ReadonlySet<string> = new Set(['issue', 'import', ...VERSION_ACTS]);
type Parts = Pick<LicenceRecord, 'id' | 'manager'>;

/** What records of a block add. @param key of the record */
export function factsIn(key: string, record: object, reads: FactReads): Fact[] {
  const noun = key.slice(0, key.indexOf('/'));
  switch (noun) {
    case 'licence': {
      const { events, conditions = [] } = record as LicenceRecord;
      return [...ofEvents(record as LicenceRecord, events, reads), ...ofConditions('licence', record as LicenceRecord, conditions, reads)];
    }
    case 'page': {
      const licence = reads.get('licence', key.slice(5, key.lastIndexOf('/')));
      return licence ? ofEvents(licence, (record as readonly [unknown, EventRecord[]?])[1] ?? [], reads) : [];
    }
    case 'application': return ofApplication(record as ApplicationRecord, reads);
    case 'supervision': return ofSupervision(record as SupervisionRecord, reads);
    case 'grant': return ofGrant(record as GrantRecord, reads.before as GrantRecord | undefined);
    default: return [];
  }
}

function ofEvents({ id, manager }: Parts, events: readonly EventRecord[], { get, transactions }: FactReads): Fact[] {
  const kind = splitLicenceId(id as LicenceId).type;
  return events.filter(({ txId }) => transactions.has(txId)).flatMap(({ seq, act, version, reason, decidedBy, recordedAt: at }) => {
    const made = versionOf(get, id, version);
    const fact = (figure: string, of = kind, count = 1, agency = manager): Fact => ({ agency, figure, of, at, noun: 'licence', id, part: String(seq), count });
    const punished = REASONS[reason]?.penalty === true;
    return [
      fact(`${made?.members ? 'composite' : 'licence'}.${act}`),
      ...(act === 'issue' && made?.automatic ? [fact('automatic.issue'), ...reused(made.automatic.reliedOn).map(([of, count]) => fact('reuse.material', of, count))] : []),
      ...(VERSIONS.has(act) && made?.promise !== undefined ? [fact('promise.given')] : []),
      ...(reason === 'PROMISE_BROKEN' ? [fact('promise.broken')] : []),
      ...(punished ? [fact('penalty.on'), fact('penalty.by', kind, 1, decidedBy)] : []),
    ];
  });
}

/** How many licences of each kind stood for papers. */
function reused(reliedOn: readonly { readonly licence: string }[]): [kind: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { licence } of reliedOn) { const { type } = splitLicenceId(licence as LicenceId); counts.set(type, (counts.get(type) ?? 0) + 1); }
  return [...counts];
}

function versionOf(get: Listings['get'], id: string, version: number): VersionRecord | undefined {
  const record = get('licence', id);
  return record && whole({ get }, record).versions.find((each) => each.version === version);
}

function ofConditions(noun: 'licence' | 'application', { id, ...owner }: Parts | ApplicationRecord, conditions: readonly ConditionRecord[], { transactions }: FactReads): Fact[] {
  const agency = 'manager' in owner ? owner.manager : owner.agency;
  return conditions.flatMap(({ material, matter, steps }) => steps.filter(({ txId }) => transactions.has(txId)).map(({ act, at }): Fact =>
    ({ agency, figure: `condition.${act}`, of: matter ?? splitLicenceId(id as LicenceId).type, at, noun, id, part: matter === undefined ? material : `${matter}.${material}`, count: 1 })));
}

function ofApplication(record: ApplicationRecord, reads: FactReads): Fact[] {
  const { id, agency, events, conditions = [] } = record;
  const steps = events.filter(({ txId }) => reads.transactions.has(txId)).flatMap(({ seq, act, at, matter = '-', outcome, licence, version = 1, reliedOn = [] }) => {
    const fact = (figure: string, of: string, count = 1): Fact => ({ agency, figure, of, at, noun: 'application', id, part: String(seq), count });
    const form = reads.get('matter', matter)?.form ?? [];
    // What a rule relied on is counted with its issue.
    const ruled = new Set(licence === undefined ? [] : versionOf(reads.get, licence, version)?.automatic?.reliedOn.map((each) => each.licence));
    return [
      fact(`application.${outcome ?? act}`, matter),
      ...reused(reliedOn.filter((each) => !ruled.has(each.licence))).map(([kind, count]) => fact('reuse.material', kind, count)),
      ...reused(reliedOn).map(([kind]) => fact('reuse.field', kind, form.filter(({ from }) => from.some((source) => source.kind === kind)).length)).filter(({ count }) => count > 0),
    ];
  });
  return [...steps, ...ofConditions('application', record, conditions, reads)];
}

function ofSupervision({ licence, takenOver, findings }: SupervisionRecord, { get, transactions, zone }: FactReads): Fact[] {
  const record = get('licence', licence);
  if (!record) return [];
  const kind = splitLicenceId(licence as LicenceId).type;
  const fact = (agency: string, figure: string, of: string, at: string, part: string): Fact => ({ agency, figure, of, at, noun: 'licence', id: licence, part, count: 1 });
  return [
    ...takenOver.filter(({ txId }) => transactions.has(txId)).flatMap(({ agency, version, at }) => {
      const made = firstEvent(get, record, version)?.recordedAt;
      const late = made !== undefined && dayOf(at as Instant, zone) > dueOf(dayOf(made as Instant, zone));
      return [fact(agency, 'supervision.taken', kind, at, `v${String(version)}`), ...(late ? [fact(agency, 'supervision.late', kind, at, `v${String(version)}`)] : [])];
    }),
    ...findings.filter(({ txId }) => transactions.has(txId)).flatMap(({ id, agency, finding, at }) => [fact(record.manager, 'finding.on', finding, at, id), fact(agency, 'finding.by', finding, at, id)]),
  ];
}

/** By which day a version recorded on a day is to be taken over. */
export const dueOf = (recordedOn: Day): Day => addDays(recordedOn, TAKE_OVER_DAYS);

const firstEvent = (get: Listings['get'], record: LicenceRecord, version: number): EventRecord | undefined => whole({ get }, record).events.find((event) => event.version === version);

/** The record counts its uses; those of the block are what it has more than before. */
function ofGrant({ id, grantee, used, usedAt = '' }: GrantRecord, before: GrantRecord | undefined): Fact[] {
  const earlier = before?.used ?? 0;
  return Array.from({ length: used - earlier }, (_, i): Fact => ({ agency: grantee, figure: 'grant.used', of: '-', at: usedAt, noun: 'grant', id, part: String(earlier + i + 1), count: 1 }));
}

/** What stands open until something comes, with whom it is from when to when. */
export interface Standing {
  readonly what: 'condition' | 'untaken';
  readonly owner: string;
  /** Names it within the owner's, with no tilde. */
  readonly item: string;
  /** Instant; none where it stands no longer. */
  readonly since?: string;
}

/** What a record says stands open, and what no longer does. The owner before is told, where it was another. @param before the record as it was */
export function standingIn(key: string, record: object, { get, before }: Pick<FactReads, 'get' | 'before'>): Standing[] {
  if (key.startsWith('licence/')) return [...ofLicence(record as LicenceRecord, before as LicenceRecord | undefined, get('supervision', key.slice('licence/'.length)))];
  if (key.startsWith('application/')) {
    const { id, agency, conditions = [] } = record as ApplicationRecord;
    return conditions.map((condition) => ofCondition(agency, 'application', id, condition));
  }
  if (!key.startsWith('supervision/')) return [];
  const { licence, takenOver } = record as SupervisionRecord;
  const found = get('licence', licence);
  return found ? takenOver.map(({ version }) => ({ what: 'untaken', owner: untakenOwner(found), item: `${licence}/${String(version)}` })) : [];
}

const untakenOwner = ({ id, manager }: Parts): string => `${splitLicenceId(id as LicenceId).type}/${manager}`;
const ofCondition = (owner: string, of: string, id: string, { material, matter = '-', status, steps }: ConditionRecord): Standing =>
  ({ what: 'condition', owner, item: `${of}/${id}/${matter}/${material}`, ...(status === 'open' ? { since: steps[0]?.at ?? '' } : {}) });

function ofLicence(licence: LicenceRecord, before: LicenceRecord | undefined, supervision: SupervisionRecord | undefined): Standing[] {
  const { id, manager, origin, versions, events, conditions = [] } = licence;
  const moved = before !== undefined && before.manager !== manager;
  const last = events.at(-1)?.recordedAt ?? '';
  const open = conditions.flatMap((condition): Standing[] => {
    const now = ofCondition(manager, 'licence', id, condition);
    return moved ? [{ what: 'condition', owner: before.manager, item: now.item }, now.since === undefined ? now : { ...now, since: last }] : [now];
  });
  if (origin !== 'issued') return open;
  const [current, earlier] = [versions.at(-1)?.version ?? 1, before?.versions.at(-1)?.version];
  if (current === earlier) return open;
  const made = events.find(({ version }) => version === current)?.recordedAt ?? last;
  const taken = supervision?.takenOver.some(({ version }) => version === current) === true;
  return [...open, ...(before && earlier !== undefined ? [{ what: 'untaken' as const, owner: untakenOwner(before), item: `${id}/${String(earlier)}` }] : []), ...(taken ? [] : [{ what: 'untaken' as const, owner: untakenOwner(licence), item: `${id}/${String(current)}`, since: made }])];
}
