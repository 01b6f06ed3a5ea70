/**
 * Sealed PDFs, made behind the acts: right after a version is on the ledger its paper is drawn, sealed, kept, and its digest registered, under
 * the approval the version was made by. What is still to be made is read from the ledger's index, so a crash loses nothing but the one in hand.
 */
import { addDays, dayOf, instantOf, type Instant } from '#chaincode/facts/calendar';
import type { Command } from '#chaincode/facts/commands';
import { sha256Text } from '#chaincode/facts/hash';
import type { LicenceRecord } from '#chaincode/facts/records';
import { mayTrigger } from '#chaincode/facts/seal';
import { EXPIRY_DAYS_MAX } from '#chaincode/rules/actors';
import { nowOf, todayOf } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import { randomId } from '../../keyring.js';
import { laneOf, type Lanes } from '../../ledger/lanes.js';
import { awaitsPaper } from '../../ledger/projection.js';
import type { Drafter } from '../licence/draft.js';
import type { LicenceActs } from '../licence/licence.js';
import type { Lookup } from '../verify/lookup.js';
import { printPaper, type PrintParts, type ToPrint } from './paper.js';
import type { PaperShelf } from './paper-shelf.js';

/** Digests registered in one request: a block for every paper would cost more than the paper. */
const REQUEST_PAPERS = 16;
/** Waiting papers looked at in one go. */
const SIGHT = 64;
/** Names of new versions held in memory: a large job's. */
const FRESH_MAX = 50_000;
/** What could not be made (seal stopped, approver gone, thread failed) is tried again after so long. */
const ASIDE_MS = 10 * 60_000;
/** A person waits this long for a paper that is being made. */
const SOON_MS = 20_000;
/** How often papers without a time stamp ask for one again. */
const STAMP_MS = 10 * 60_000;

export interface PapersParts extends PrintParts {
  readonly drafter: Pick<Drafter, 'holds' | 'signer'>;
  readonly lanes: Lanes;
  readonly acts: LicenceActs;
  readonly lookup: Lookup;
  readonly shelf: PaperShelf;
  /** Whether others need the machine more: then only what somebody waits for is printed. */
  readonly busy: () => boolean;
}

/** A version with all that its paper is made of. */
interface Task extends ToPrint {
  /** Whoever of those who approved the version is still in service, and may trigger the seal. */
  readonly staff: string;
}
interface Made {
  readonly task: Task;
  readonly digest: string;
}
interface Asking {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Papers {
  readonly #parts: PapersParts;
  /** Licences somebody waits for, first come first served, before all others. */
  readonly #asked = new Map<string, Asking>();
  readonly #aside = new Map<string, number>();
  /** Versions that came onto the ledger since the start, in order. */
  #fresh: string[] = [];
  /** How far the index has been searched for what is left from before; undefined between searches. */
  #searched: string | undefined = '';
  #searchedAt = 0;
  /** Made and not yet registered, by agency, person and lane: what one request can carry. */
  readonly #made = new Map<string, Made[]>();
  readonly #underWay = new Set<string>();
  readonly #registering = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | undefined;
  /** Told of papers that could not be made. */
  onFailure: (error: unknown) => void = () => undefined;

  constructor(parts: PapersParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#parts.projection.onAwaitingPaper = (licence) => {
      // What does not fit is found by the next search.
      if (this.#fresh.length < FRESH_MAX) this.#fresh.push(licence);
      else this.#searched ??= '';
    };
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
    for (const { reject } of this.#asked.values()) reject(new GatewayFault('STOPPING'));
  }

  /** Others need the machine no more. */
  goOn(): void {
    this.#wake.abort();
  }

  /** Versions whose paper is still to be made. */
  waiting(): Promise<number> {
    return this.#parts.projection.countAwaitingPaper();
  }

  /**
   * The sealed PDF of a version; made at once where it still waits.
   * @throws GatewayFault PAPER_WAITS where it is not ready in time, PAPER_NOT_HERE where there is none here
   */
  async pdf(record: LicenceRecord, number: number): Promise<Uint8Array> {
    const kept = await this.#kept(record, number);
    if (kept) return kept;
    if (this.#parts.vault.isErased(record.subject)) throw new GatewayFault('FACE_ERASED');
    if (!this.#running || record.versions.at(-1)?.version !== number || !awaitsPaper(record) || !this.#task(record)) throw new GatewayFault('PAPER_NOT_HERE');
    await this.#soon(record.id);
    const now = this.#parts.projection.get('licence', record.id);
    const made = now && (await this.#kept(now, number));
    if (!made) throw new GatewayFault('PAPER_NOT_HERE');
    return made;
  }

  /** The newest form: the one with a time stamp, where there is one. */
  async #kept(record: LicenceRecord, number: number): Promise<Uint8Array | undefined> {
    const version = this.#parts.lookup.whole(record).versions.find((each) => each.version === number);
    for (const { type, digest } of [...(version?.documents ?? [])].reverse()) {
      const pdf = type === 'pdf' ? await this.#parts.vault.paper({ licence: record.id, version: number, digest }, record.subject) : undefined;
      if (pdf) return pdf;
    }
    return undefined;
  }

  async #soon(licence: string): Promise<void> {
    let asking = this.#asked.get(licence);
    if (!asking) {
      asking = deferred();
      asking.promise.catch(() => undefined);
      this.#asked.set(licence, asking);
      this.#aside.delete(licence);
      this.#wake.abort();
    }
    const late = new Promise<never>((_, reject) => { AbortSignal.timeout(SOON_MS).addEventListener('abort', () => { reject(new GatewayFault('PAPER_WAITS')); }); });
    await Promise.race([asking.promise, late]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let stampedAt = 0;
    while (!signal.aborted) {
      try {
        const licence = await this.#next();
        if (licence !== undefined) {
          await this.#make(licence);
          continue;
        }
        this.#registerAll();
        await Promise.all(this.#registering);
        const { authority } = this.#parts;
        if (authority !== undefined && this.#parts.clock.now() - stampedAt > STAMP_MS) {
          stampedAt = this.#parts.clock.now();
          await this.#stampLate(authority);
        }
        await this.#rest();
      } catch (error) {
        this.onFailure(error);
        await this.#rest();
      }
    }
    this.#registerAll();
    await Promise.all(this.#registering);
  }

  /** Until the ledger moves, somebody asks, or it is time to look for what was put aside. */
  async #rest(): Promise<void> {
    this.#wake = new AbortController();
    if ((this.#fresh.length > 0 && !this.#parts.busy()) || [...this.#asked.keys()].some((licence) => !this.#underWay.has(licence))) return;
    await this.#parts.projection.moved(AbortSignal.any([this.#wake.signal, this.#stop.signal, AbortSignal.timeout(ASIDE_MS)]));
  }

  /** Whom somebody waits for, then what is new, then what an earlier run or a failure left. */
  async #next(): Promise<string | undefined> {
    const now = this.#parts.clock.now();
    for (const licence of this.#asked.keys()) if (!this.#underWay.has(licence)) return licence;
    if (this.#parts.busy()) return undefined;
    const free = (licence: string): boolean => !this.#underWay.has(licence) && (this.#aside.get(licence) ?? 0) <= now;
    for (let licence = this.#fresh.shift(); licence !== undefined; licence = this.#fresh.shift()) if (free(licence)) return licence;
    if (this.#searched === undefined && now - this.#searchedAt > ASIDE_MS) {
      this.#searched = '';
      // Others are printed by the gateway of their own agency, and would be remembered here for ever.
      for (const [licence, until] of this.#aside) if (until <= now) this.#aside.delete(licence);
    }
    while (this.#searched !== undefined) {
      const waiting = await this.#parts.projection.awaitingPaper(SIGHT, this.#searched);
      const found = waiting.find(free);
      this.#searched = found ?? (waiting.length < SIGHT ? undefined : waiting.at(-1));
      this.#searchedAt = now;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async #make(licence: string): Promise<void> {
    this.#underWay.add(licence);
    try {
      const record = this.#parts.projection.get('licence', licence);
      const task = record && awaitsPaper(record) ? this.#task(record) : undefined;
      if (!task) {
        this.#put(licence, record && awaitsPaper(record) ? new GatewayFault('PAPER_NOT_HERE') : undefined);
        return;
      }
      const digest = await this.#print(task);
      const key = [task.seal.agency, task.staff, laneOf(licence)].join('/');
      const made = this.#made.get(key) ?? [];
      this.#made.set(key, [...made, { task, digest }]);
      // A person does not wait for the request to fill.
      if (made.length + 1 >= REQUEST_PAPERS || this.#asked.has(licence)) this.#register(key);
    } catch (error) {
      this.#put(licence, error);
      this.onFailure(error);
    }
  }

  /** What can be made here and now: our seal, in force, and an approval that is fresh, by somebody still in service. */
  #task(record: LicenceRecord): Task | undefined {
    const { projection, drafter, clock } = this.#parts;
    const version = record.versions.at(-1);
    const seal = version?.seal === undefined ? undefined : projection.get('seal', version.seal);
    const made = version && record.events.find((event) => event.version === version.version);
    const zone = projection.get('ledger', 'settings')?.zone;
    if (!version || !seal || !drafter.holds(seal) || !made || !zone) return undefined;
    const now = nowOf(clock);
    if (seal.status !== 'in-use' || now < seal.validFrom || now > seal.validUntil) return undefined;
    if (addDays(dayOf(made.recordedAt as Instant, zone), EXPIRY_DAYS_MAX) < todayOf(clock, zone)) return undefined;
    const staff = made.actors.flatMap((actor) => projection.get('staff', actor.staff) ?? []).find((each) => each.active && mayTrigger(seal, [each]))?.id;
    return staff === undefined ? undefined : { record, version, seal, staff };
  }

  /** Draws, seals, keeps. @returns the digest of the file */
  async #print(task: Task): Promise<string> {
    const { vault, authority, shelf } = this.#parts;
    const { record, version } = task;
    const { pdf, stamped } = await printPaper(this.#parts, task);
    const digest = sha256Text(pdf);
    // Durable before the ledger hears of it, as faces are.
    await vault.putPaper({ licence: record.id, version: version.version, digest }, record.subject, pdf);
    if (authority !== undefined && !stamped) await shelf.put({ licence: record.id, version: version.version, digest });
    return digest;
  }

  #registerAll(): void {
    for (const key of [...this.#made.keys()]) this.#register(key);
  }

  #register(key: string): void {
    const made = this.#made.get(key) ?? [];
    this.#made.delete(key);
    const work: Promise<void> = this.#send(made).catch((error: unknown) => {
      for (const { task } of made) this.#put(task.record.id, error);
      this.onFailure(error);
    }).finally(() => this.#registering.delete(work));
    this.#registering.add(work);
  }

  async #send(made: readonly Made[]): Promise<void> {
    const [first] = made;
    if (!first) return;
    const { lanes, acts, projection, clock } = this.#parts;
    const { agency } = first.task.seal;
    const expiresAt = instantOf(clock.now() + ASIDE_MS);
    const commands: Command[] = made.map(({ task: { record, version }, digest }) => ({ act: { op: 'document.add', licence: record.id, version: version.version }, expiresAt, documents: [{ type: 'pdf', alg: 'sha-256', digest }] }));
    const content = acts.contentOf(agency, { papers: made.map(({ digest }) => digest) });
    const { results, block } = await lanes.submit({ request: { agency, requestId: randomId(), content, actors: [{ staff: first.task.staff, method: 'gateway' }], commands }, entries: [] }, laneOf(first.task.record.id));
    if (block !== undefined) await projection.reached(block);
    made.forEach(({ task }, i) => {
      const result = results[i];
      this.#put(task.record.id, result?.ok === true ? undefined : new GatewayFault('REFUSED', result?.ok === false ? { refusal: result.code } : {}));
    });
  }

  /** One is through, or is put aside. */
  #put(licence: string, error: unknown): void {
    this.#underWay.delete(licence);
    if (error === undefined) this.#aside.delete(licence);
    else this.#aside.set(licence, this.#parts.clock.now() + ASIDE_MS);
    const asking = this.#asked.get(licence);
    this.#asked.delete(licence);
    if (error === undefined) asking?.resolve();
    else asking?.reject(error instanceof GatewayFault ? error : new GatewayFault('PAPER_NOT_HERE', { cause: error }));
  }

  /** Papers made while the authority was away get a stamp over the whole file, and the stamped file joins the version as a further form. */
  async #stampLate(authority: string): Promise<void> {
    const { shelf, projection, vault, press } = this.#parts;
    for (const row of await shelf.all()) {
      const record = projection.get('licence', row.licence);
      const task = record && record.versions.at(-1)?.version === row.version ? this.#task(record) : undefined;
      const pdf = record && (await vault.paper(row, record.subject));
      const registered = record?.versions.some(({ documents }) => documents.some(({ digest }) => digest === row.digest));
      if (task && pdf && registered) {
        const stamped = await press.stamp({ sealed: pdf, authority });
        if (!stamped) return; // still away
        const digest = sha256Text(stamped.pdf);
        await vault.putPaper({ ...row, digest }, task.record.subject, stamped.pdf);
        await this.#send([{ task, digest }]);
      }
      // Otherwise the version is over, or nobody in service has approved it: it stays as it is.
      await shelf.remove(row);
    }
  }
}

function deferred(): Asking {
  let [resolve, reject]: [Asking['resolve'], Asking['reject']] = [() => undefined, () => undefined];
  const promise = new Promise<void>((yes, no) => { [resolve, reject] = [yes, no]; });
  return { promise, resolve, reject };
}
