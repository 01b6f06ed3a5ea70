/** Rows of acts in the index, written with the block they came in and read newest first, in pages that cost no more whatever was asked. */
import type { BatchOperation, Level } from 'level';
import type { Day, LegalZone } from '#chaincode/facts/calendar';
import { actOf, rowsOf, talliesOf, tallyOf, type IndexedAct, type MadeAct, type Tally } from './act-rows.js';
import type { RegisterAct, ToldAct } from './register-acts.js';

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

/** Rows that one question reads before it answers with what it has: some tens of milliseconds. */
export const SCAN_MAX = 20_000;

export interface ActQuery {
  /** Beginnings of keys, as `BY` makes them; what stands under several is found once. */
  readonly prefixes: readonly string[];
  readonly wanted: (act: IndexedAct) => boolean;
  /** Instants: the first that counts, and the first that does no more. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
  /** Cursor of the last answer. */
  readonly before?: string | undefined;
}
export interface ActPage {
  readonly acts: readonly IndexedAct[];
  /** Where to go on; absent at the end. A page may be short, or empty, and still have one. */
  readonly next?: string;
}

export class ActIndex {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Adds the rows of a block's acts. */
  take(operations: Operation[], acts: readonly MadeAct[], zone: LegalZone): void {
    // A record that moved a page in the same block shows its act twice.
    for (const key of new Set(acts.flatMap(rowsOf))) operations.push({ type: 'put', key, value: '' });
    const once = new Map(acts.map((act) => [`${act.noun}/${act.id}/${String(act.seq)}/${act.by}`, act]));
    for (const [key, count] of talliesOf([...once.values()], zone)) operations.push({ type: 'put', key, value: String(count + Number(this.#store.getSync(key) ?? 0)) });
  }

  /** Adds what acts on the register say of themselves, beside their rows. */
  tell(operations: Operation[], acts: readonly RegisterAct[]): void {
    for (const { noun, id, seq, told } of acts) operations.push({ type: 'put', key: `told/${noun}/${id}/${String(seq)}`, value: JSON.stringify(told) }, { type: 'put', key: `told-count/${noun}/${id}`, value: String(seq) });
  }

  /** How many acts on a record of the register are told of. */
  count(noun: string, id: string): number {
    return Number(this.#store.getSync(`told-count/${noun}/${id}`) ?? 0);
  }

  /** What an act on the register said of itself. */
  told({ noun, id, seq }: Pick<IndexedAct, 'noun' | 'id' | 'seq'>): ToldAct | undefined {
    const text = this.#store.getSync(`told/${noun}/${id}/${String(seq)}`);
    return text === undefined ? undefined : (JSON.parse(text) as ToldAct);
  }

  /** Newest first, at most `limit`, after at most SCAN_MAX rows. */
  async find({ prefixes, wanted, from, until, limit, before }: ActQuery): Promise<ActPage> {
    const acts: IndexedAct[] = [];
    const upper = [until, before].filter((bound) => bound !== undefined).sort()[0];
    let scanned = 0;
    let last: string | undefined;
    for await (const tail of this.#merged(prefixes, from ?? '', upper ?? '~')) {
      if (acts.length === limit || scanned === SCAN_MAX) return { acts, ...(last === undefined ? {} : { next: last }) };
      scanned++;
      last = tail;
      const act = actOf(tail);
      if (wanted(act)) acts.push(act);
    }
    return { acts };
  }

  /** Ends of keys under several prefixes, in one falling order. */
  async *#merged(prefixes: readonly string[], from: string, upper: string): AsyncGenerator<string> {
    const streams = prefixes.map((prefix) => ({ prefix, keys: this.#store.keys<string>({ gte: prefix + from, lt: prefix + upper, reverse: true }) }));
    try {
      const heads = await Promise.all(streams.map(headOf));
      for (let given: string | undefined; ;) {
        const best = heads.reduce((a: string | undefined, b) => (b !== undefined && (a === undefined || b > a) ? b : a), undefined);
        if (best === undefined) return;
        if (best !== given) yield best;
        given = best;
        for (const [i, stream] of streams.entries()) if (heads[i] === best) heads[i] = await headOf(stream);
      }
    } finally {
      await Promise.all(streams.map(({ keys }) => keys.close()));
    }
  }

  /** What was done to what an agency manages, from day to day: the first `limit` counts. */
  async tallies(agency: string, from: Day, to: Day, limit: number): Promise<Tally[]> {
    const rows = await this.#store.iterator({ gte: `tally/${agency}/${from}/`, lt: `tally/${agency}/${to}0`, limit }).all();
    return rows.map(tallyOf);
  }
}

async function headOf({ prefix, keys }: { readonly prefix: string; readonly keys: { next(): Promise<string | undefined> } }): Promise<string | undefined> {
  return (await keys.next())?.slice(prefix.length);
}
