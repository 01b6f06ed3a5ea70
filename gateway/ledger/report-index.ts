/** Figures of self-reports in the index: counts by day, the records behind each, and what stood open as of a day; each as of a block, though later ones have come since. */
import type { BatchOperation, Level } from 'level';
import { dayOf, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import type { LogRecord } from '#chaincode/facts/log';
import type { AgencyRecord } from '#chaincode/facts/records';
import type { Fact, Standing } from './report-rows.js';

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

/** A row behind a figure. */
export interface FigureRow extends Pick<Fact, 'noun' | 'id' | 'part' | 'count'> {
  readonly day: Day;
  readonly block: number;
  readonly cursor: string;
}
/** Up to which day, and which block, something counts. */
export interface Extent {
  readonly from: Day;
  readonly to: Day;
  readonly block: number;
}
export interface StandingRow {
  readonly item: string;
  /** Since when with this owner. */
  readonly since: Day;
  readonly cursor: string;
}

interface Named {
  readonly day: string;
  /** `figure/of`. */
  readonly name: string;
}

/** Ten digits, so that rows of a day lie in the order of blocks. */
const digits = (block: number): string => String(block).padStart(10, '0');
/** After every day. */
const OPEN = '~';

export class ReportIndex {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Adds the rows of a block. */
  take(operations: Operation[], facts: readonly Fact[], block: number, zone: LegalZone): void {
    const sums = new Map<string, number>();
    // A record that moved a page in the same block shows its act twice.
    const once = new Map(facts.map((fact) => [`fact/${fact.agency}/${fact.figure}/${fact.of}/${dayOf(fact.at as Instant, zone)}/${digits(block)}/${fact.noun}/${fact.id}/${fact.part}`, fact]));
    for (const [key, { agency, figure, of, at, count }] of once) {
      operations.push({ type: 'put', key, value: count === 1 ? '' : String(count) });
      const sum = `sum/${agency}/${dayOf(at as Instant, zone)}/${figure}/${of}`;
      sums.set(sum, (sums.get(sum) ?? 0) + count);
    }
    for (const [key, count] of sums) operations.push({ type: 'put', key, value: `${String(count + Number(this.#store.getSync(key)?.split(' ')[0] ?? 0))} ${String(block)}` });
  }

  /** Notes what stands open from this block on, and what no longer does. @param at instant of the block's transaction that said so */
  stand(operations: Operation[], standing: readonly Standing[], at: string, block: number, zone: LegalZone): void {
    for (const { what, owner, item, since } of standing) {
      const open = `stand/${what}/${owner}/${OPEN}/${item}`;
      // What has just been made has no row: most of what is written, and not looked for.
      const known = since === at ? undefined : this.#store.getSync(open);
      if (since !== undefined) {
        if (known === undefined) operations.push({ type: 'put', key: open, value: `${dayOf(since as Instant, zone)} ${digits(block)}` });
      } else if (known !== undefined) operations.push({ type: 'del', key: open }, { type: 'put', key: `stand/${what}/${owner}/${dayOf(at as Instant, zone)}/${item}`, value: `${known} ${digits(block)}` });
    }
  }

  /** The agency as each block that wrote it left it: rights are asked for as of then. */
  agency(operations: Operation[], record: AgencyRecord, block: number): void {
    operations.push({ type: 'put', key: `was/${record.code}/${digits(block)}`, value: JSON.stringify(record.rights) });
  }

  /** How many use records of an agency's log had a root on the ledger, by day: what shows that a report which says nothing of uses leaves them out. */
  anchored(operations: Operation[], { agency, id, size, at }: LogRecord, zone: LegalZone): void {
    operations.push({ type: 'put', key: `anchored/${agency}/${id}/${dayOf(at as Instant, zone)}`, value: String(size) });
  }

  /** By log of an agency: records under a root at the end of a day, and how many of them came under one from another day on. */
  async anchoredIn(agency: string, { from, to }: Pick<Extent, 'from' | 'to'>): Promise<ReadonlyMap<string, { readonly size: number; readonly added: number }>> {
    const logs = new Map<string, { readonly size: number; readonly added: number }>();
    const before = new Map<string, number>();
    for await (const [key, value] of this.#store.iterator({ gt: `anchored/${agency}/`, lt: `anchored/${agency}0` })) {
      const [, , log = '', day = ''] = key.split('/');
      const size = Number(value);
      if (day < from) before.set(log, size);
      if (day <= to) logs.set(log, { size, added: size - (before.get(log) ?? 0) });
    }
    return logs;
  }

  /** Rights of an agency as a block left them. */
  async rightsAt(code: string, block: number): Promise<AgencyRecord['rights']> {
    const [value] = await this.#store.values({ gt: `was/${code}/`, lte: `was/${code}/${digits(block)}`, reverse: true, limit: 1 }).all();
    return value === undefined ? [] : (JSON.parse(value) as AgencyRecord['rights']);
  }

  /** Counts of an agency by `figure/of`: days are read and not records, except of a day to which a later block added. */
  async counts(agency: string, { from, to, block }: Extent): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for await (const { key, count } of this.#sums(agency, { from, to })) {
      const late = count.last > block ? await this.#after(agency, key, block) : 0;
      counts.set(key.name, (counts.get(key.name) ?? 0) + count.sum - late);
    }
    return counts;
  }

  /** How many records of these days came in blocks after one, up to another. */
  async between(agency: string, { from, to, block }: Extent, until: number): Promise<number> {
    let added = 0;
    for await (const { key, count } of this.#sums(agency, { from, to })) if (count.last > block) added += (await this.#after(agency, key, block)) - (count.last > until ? await this.#after(agency, key, until) : 0);
    return added;
  }

  async *#sums(agency: string, { from, to }: Pick<Extent, 'from' | 'to'>): AsyncGenerator<{ readonly key: Named; readonly count: { readonly sum: number; readonly last: number } }> {
    for await (const [row, value] of this.#store.iterator({ gt: `sum/${agency}/${from}/`, lt: `sum/${agency}/${to}0` })) {
      const [, , day = '', ...rest] = row.split('/');
      const [sum = 0, last = 0] = value.split(' ').map(Number);
      yield { key: { day, name: rest.join('/') }, count: { sum, last } };
    }
  }

  async #after(agency: string, { day, name }: Named, block: number): Promise<number> {
    let sum = 0;
    for await (const value of this.#store.values({ gte: `fact/${agency}/${name}/${day}/${digits(block + 1)}`, lt: `fact/${agency}/${name}/${day}0` })) sum += value === '' ? 1 : Number(value);
    return sum;
  }

  /** The records behind one figure, oldest first. @param after cursor of the last row seen */
  async rows(agency: string, name: string, { from, to, block }: Extent, { after, limit }: { readonly after?: string | undefined; readonly limit: number }): Promise<FigureRow[]> {
    const prefix = `fact/${agency}/${name}/`;
    const found: FigureRow[] = [];
    for await (const [key, value] of this.#store.iterator({ gt: prefix + (after ?? from), lt: `${prefix}${to}0` })) {
      const cursor = key.slice(prefix.length);
      const [day = '', number = '', noun = '', id = '', part = ''] = cursor.split('/');
      if (Number(number) > block) continue;
      found.push({ day: day as Day, block: Number(number), noun: noun as FigureRow['noun'], id, part, count: value === '' ? 1 : Number(value), cursor });
      if (found.length === limit) break;
    }
    return found;
  }

  /** What stood open with an owner at the end of a day, as a block left it. What ended since is read too: to ask of a day long ago takes longer. @param after cursor of the last row seen, or nothing */
  async *standing(what: Standing['what'], owner: string, { from, to, block }: Extent, after: string): AsyncGenerator<StandingRow> {
    const prefix = `stand/${what}/${owner}/`;
    for await (const [key, value] of this.#store.iterator({ gt: prefix + (after === '' ? from : after), lt: `${prefix}${OPEN}${OPEN}` })) {
      const cursor = key.slice(prefix.length);
      const [end = '', ...item] = cursor.split('/');
      const [since = '', began = '', ended] = value.split(' ');
      const gone = ended !== undefined && end <= to && Number(ended) <= block;
      if (since <= to && Number(began) <= block && !gone) yield { item: item.join('/'), since: since as Day, cursor };
    }
  }
}
