/**
 * Work that a fallen licence leaves, as the index finds it again: when a licence falls, a row for all that relied on it then; for terms that end without an act, a row by the last day, which counts once the
 * day is over and the version is still the current one.
 */
import type { BatchOperation, Level } from 'level';
import { addDays, type Day } from '#chaincode/facts/calendar';
import type { EventRecord, LicenceRecord } from '#chaincode/facts/records';
import { VERSION_ACTS } from '#chaincode/facts/status';
import { fallId, isFall, itemId, traceDue } from '#chaincode/facts/trace';
import type { MadeAct } from './act-rows.js';
import type { Listings } from './listings.js';
import { whole } from './pages.js';

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

/** What the index knows of the records at hand. */
export type TraceReads = Pick<Listings, 'get' | 'decisionsOn' | 'permitsOn' | 'grants'> & { compositesOf(licence: string): readonly string[]; readonly traces: Pick<TraceIndex, 'ofLicence'> };

interface Dependent {
  readonly owner: string;
  readonly item: string;
}
export interface TraceRow {
  readonly owner: string;
  readonly licence: string;
  /** As `fallId` makes it. */
  readonly fall: string;
  readonly item: string;
  readonly dueOn: Day;
  readonly cursor: string;
}

const VERSION_MAKING: ReadonlySet<string> = new Set(VERSION_ACTS);
const put = (key: string): Operation => ({ type: 'put', key, value: '' });
/** Under the owner, by the day; and under the licence. */
const fallRows = (licence: string, fall: string, dueOn: Day, { owner, item }: Dependent): Operation[] => [put(`trace/${owner}/${dueOn}/${licence}/${fall}/${item}`), put(`traced/${licence}/${fall}/${owner}/${dueOn}/${item}`)];
const expiryRows = (licence: string, version: number, validUntil: string, { owner, item }: Dependent): Operation[] =>
  [put(`expiry/${owner}/${validUntil}/${licence}/${fallId({ version })}/${item}`), put(`traced/${licence}/${fallId({ version })}/${owner}/${dueAfter(validUntil)}/${item}`)];
/** A term ends with its last day. */
const dueAfter = (validUntil: string): Day => traceDue(addDays(validUntil as Day, 1));
const BEFORE_DUE = -31;

/** Rows of a block's acts. @param operations so far: what relied on a licence in the same block is found among them */
export async function traceRows(acts: readonly MadeAct[], reads: TraceReads, operations: readonly Operation[]): Promise<Operation[]> {
  const rows: Operation[] = [];
  for (const { noun, id, seq, act } of acts) {
    if (noun === 'application') rows.push(...ofDecision(reads, id, seq));
    if (noun !== 'licence') continue;
    const record = reads.get('licence', id);
    if (!record) continue;
    rows.push(...ofComposite(reads, record), ...(act === 'issue' ? byRule(reads, record) : []), ...(act === 'accept' ? await takenOver(reads, record) : []));
    if (isFall(act) || VERSION_MAKING.has(act)) rows.push(...(await ofLicence(reads, record, { seq, act }, operations)));
  }
  return rows;
}

async function ofLicence(reads: TraceReads, record: LicenceRecord, { seq, act }: Pick<MadeAct, 'seq' | 'act'>, operations: readonly Operation[]): Promise<Operation[]> {
  const { id, subject, versions } = record;
  const standing = [...reads.compositesOf(id).flatMap((composite) => composed(reads, composite, id)), ...(await decided(reads, id, operations)), ...(await ruled(reads, id, operations))];
  const event = eventAt(reads, record, seq);
  const before = eventAt(reads, record, seq - 1);
  // What was annulled or revoked is cancelled in the end: the work is there already.
  const falls = event !== undefined && isFall(act) && !(before && isFall(before.act) && before.act !== 'change');
  const granted = falls ? (await reads.grants({ of: subject }, { limit: Infinity })).flatMap((grant): Dependent[] => {
    const given = reads.get('grant', grant.id);
    return given?.status === 'in-force' && given.left > 0 && given.notAfter >= event.recordedAt ? [{ owner: given.grantee, item: itemId({ grant: grant.id }) }] : [];
  }) : [];
  const current = versions.at(-1);
  return [
    ...(falls ? [...standing, ...granted].flatMap((each) => fallRows(id, fallId({ event: seq }), traceDue(event.effectiveOn as Day), each)) : []),
    ...(VERSION_MAKING.has(act) && current?.validUntil !== undefined ? standing.flatMap((each) => expiryRows(id, current.version, current.validUntil ?? '', each)) : []),
  ];
}

/** A composite that has a new list, under each of its members. */
function ofComposite(reads: TraceReads, { id, manager, versions }: LicenceRecord): Operation[] {
  return (versions.at(-1)?.members ?? []).flatMap(({ licence }) => endOf(reads, licence, { owner: manager, item: itemId({ composite: id }) }));
}

/** A permit issued by rule, under each licence that the rules wanted. */
function byRule(reads: TraceReads, { id, manager, versions }: LicenceRecord): Operation[] {
  return (versions.at(-1)?.automatic?.reliedOn ?? []).flatMap(({ licence }) => endOf(reads, licence, { owner: manager, item: itemId({ permit: id }) }));
}

/** What an agency takes over brings its work with it. */
async function takenOver(reads: TraceReads, { id, manager, versions }: LicenceRecord): Promise<Operation[]> {
  const items = [itemId({ composite: id }), itemId({ permit: id })];
  const relied = new Set(versions.flatMap(({ members = [], automatic }) => [...members, ...(automatic?.reliedOn ?? [])]).map(({ licence }) => licence));
  const rows = (await Promise.all([...relied].map((licence) => reads.traces.ofLicence(licence, Infinity)))).flat().filter(({ item }) => items.includes(item));
  return rows.flatMap(({ licence, fall, item, dueOn }) => (fall.startsWith('v') ? expiryRows(licence, Number(fall.slice(1)), addDays(dueOn, BEFORE_DUE), { owner: manager, item }) : fallRows(licence, fall, dueOn, { owner: manager, item })));
}

/** A decision, under each licence it relied on; where that had fallen before, at once as work. */
function ofDecision(reads: TraceReads, id: string, seq: number): Operation[] {
  const record = reads.get('application', id);
  const event = record?.events.find((each) => each.seq === seq);
  if (!record || event?.outcome !== 'granted') return [];
  const dependent = { owner: record.agency, item: itemId({ application: id, seq }) };
  return (event.reliedOn ?? []).flatMap(({ licence }) => {
    const last = reads.get('licence', licence)?.events.at(-1);
    return [...endOf(reads, licence, dependent), ...(last && isFall(last.act) && last.act !== 'change' ? fallRows(licence, fallId({ event: last.seq }), traceDue(last.effectiveOn as Day), dependent) : [])];
  });
}

function endOf(reads: TraceReads, licence: string, dependent: Dependent): Operation[] {
  const current = reads.get('licence', licence)?.versions.at(-1);
  return current?.validUntil === undefined ? [] : expiryRows(licence, current.version, current.validUntil, dependent);
}

function composed(reads: TraceReads, composite: string, member: string): Dependent[] {
  const record = reads.get('licence', composite);
  return record?.versions.at(-1)?.members?.some(({ licence }) => licence === member) ? [{ owner: record.manager, item: itemId({ composite }) }] : [];
}

async function decided(reads: TraceReads, licence: string, operations: readonly Operation[]): Promise<Dependent[]> {
  const prefix = `relied/${licence}/`;
  const now = operations.flatMap(({ key }) => { const [, , , application = '', seq = ''] = key.startsWith(prefix) ? key.split('/') : []; return application === '' ? [] : [{ application, seq: Number(seq) }]; });
  const all = new Map([...(await reads.decisionsOn(licence, Infinity)), ...now].map((each) => [`${each.application}/${String(each.seq)}`, each]));
  return [...all.values()].flatMap(({ application, seq }) => {
    const record = reads.get('application', application);
    return record?.events.find((event) => event.seq === seq)?.outcome === 'granted' ? [{ owner: record.agency, item: itemId({ application, seq }) }] : [];
  });
}

async function ruled(reads: TraceReads, licence: string, operations: readonly Operation[]): Promise<Dependent[]> {
  const prefix = `ruled/${licence}/`;
  const now = operations.flatMap(({ key }) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
  return [...new Set([...(await reads.permitsOn(licence, Infinity)), ...now])].flatMap((permit) => {
    const record = reads.get('licence', permit);
    return record ? [{ owner: record.manager, item: itemId({ permit }) }] : [];
  });
}

const eventAt = (reads: TraceReads, record: LicenceRecord, seq: number): EventRecord | undefined => whole(reads, record).events.find((event) => event.seq === seq);

/** Reads the rows. */
export class TraceIndex {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Work under several owners by the day it is due, the first day first; of terms, those that ended before today, whether or not a new version came since. @param after cursor of the last row seen */
  async *of(owners: readonly string[], today: Day, after = ''): AsyncGenerator<TraceRow> {
    const from = after === '' ? '' : addDays(after.slice(0, 10) as Day, BEFORE_DUE);
    const streams = owners.flatMap((owner) => [this.#store.keys<string>({ gt: `trace/${owner}/${after}`, lt: `trace/${owner}0` }), this.#store.keys<string>({ gt: `expiry/${owner}/${from}`, lt: `expiry/${owner}/${today}` })]);
    const next = async (keys: (typeof streams)[number]): Promise<TraceRow | undefined> => {
      for (let key = await keys.next(); key !== undefined; key = await keys.next()) {
        const [name, owner = '', day = '', licence = '', fall = '', item = ''] = key.split('/');
        const dueOn = name === 'expiry' ? dueAfter(day) : (day as Day);
        const cursor = [dueOn, licence, fall, item].join('/');
        if (cursor > after) return { owner, licence, fall, item, dueOn, cursor };
      }
      return undefined;
    };
    try {
      const heads = await Promise.all(streams.map(next));
      for (;;) {
        const best = heads.reduce((a: TraceRow | undefined, b) => (b !== undefined && (a === undefined || b.cursor < a.cursor) ? b : a), undefined);
        if (best === undefined) return;
        yield best;
        for (const [i, stream] of streams.entries()) if (heads[i]?.cursor === best.cursor) heads[i] = await next(stream);
      }
    } finally {
      await Promise.all(streams.map((keys) => keys.close()));
    }
  }

  /** All work that a licence left, or will leave when its term ends. */
  async ofLicence(licence: string, limit: number): Promise<TraceRow[]> {
    const keys = await this.#store.keys({ gt: `traced/${licence}/`, lt: `traced/${licence}0`, limit }).all();
    return keys.map((key) => {
      const [, , fall = '', owner = '', dueOn = '', item = ''] = key.split('/');
      return { owner, licence, fall, item, dueOn: dueOn as Day, cursor: [dueOn, licence, fall, item].join('/') };
    });
  }
}
