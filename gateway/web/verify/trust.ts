/**
 * What this device trusts, between visits and without a network: the root that was pinned at the first visit, the newest trust list, status lists.
 * What is kept is not trusted for lying here: everything but the pin is opened again, signature by signature, whenever it is read.
 */
import { BUNDLE_FORMAT, openBundle, type BundleFault, type Trust, type TrustBundle } from '../../documents/trust-bundle.js';
import { isSignedDocument, type SignedDocument } from '../../documents/jws.js';
import { listName } from '../../documents/status-list.js';
import { parseTrustList } from '../../documents/trust-list.js';
import { rootDigest } from '../../documents/trust-root.js';

/** Texts by name, on the device. Reading or writing may fail: a private window keeps nothing. */
export interface Shelf {
  read(name: string): Promise<string | undefined>;
  write(texts: Readonly<Record<string, string | undefined>>): Promise<void>;
  names(): Promise<readonly string[]>;
}
/** What a path of the gateway answers; undefined where it has nothing there. @throws where no answer came */
export type Source = (path: string) => Promise<string | undefined>;

export interface Refusal {
  readonly code: BundleFault;
  /** device: what was kept here. gateway: what was offered. */
  readonly of: 'device' | 'gateway';
  /** Digest of the root that was offered, where that was it. */
  readonly root?: string;
}
/** All lists at once, fetched for later. */
export interface Prepared {
  readonly fetchedAt: number;
  /** The oldest of what was fetched. */
  readonly asOf: number;
  readonly lists: number;
}

const PIN = 'root.pin';
const ROOTED = 'trust';
const PREPARED = 'prepared';
const LIST = 'status-list/';

/** Asking again sooner would bring the same: a list is signed anew every few minutes. */
export const FRESH_MS = 30_000;
const ROOTS_MAX = 64;

/** Where a refusal means that the gateway is not the one whose root is pinned here. */
const OTHER_ROOT: ReadonlySet<BundleFault> = new Set(['ROOT_NOT_PINNED', 'ROOT_SIGNATURES_TOO_FEW', 'ROOT_SKIPPED', 'ROOT_ROLLED_BACK', 'TRUST_LIST_SIGNATURES_TOO_FEW', 'TRUST_LIST_FOREIGN_ROOT', 'TRUST_LIST_FOREIGN_LEDGER']);

export class DeviceTrust {
  readonly #shelf: Shelf;
  readonly #source: Source;
  readonly #now: () => number;
  #pin: string | undefined;
  #trust: Trust | undefined;
  #refusals: readonly Refusal[] = [];
  #prepared: Prepared | undefined;
  /** When each list, or the trust list (''), was last fetched by this page. */
  readonly #fetched = new Map<string, number>();
  /** Questions that wait for an answer; whoever asks the same waits for the same answer. */
  readonly #asking = new Map<string, Promise<string | undefined>>();
  /** One change at a time: two at once would each build on what the other replaces. Nobody waits for the network in his turn. */
  #turn: Promise<unknown>;
  /** Called after every change. */
  readonly watchers = new Set<() => void>();

  constructor(shelf: Shelf, source: Source, now: () => number = Date.now) {
    this.#shelf = shelf;
    this.#source = source;
    this.#now = now;
    this.#turn = this.#load();
  }

  get pin(): string | undefined { return this.#pin; }
  get trust(): Trust | undefined { return this.#trust; }
  get prepared(): Prepared | undefined { return this.#prepared; }
  get refusals(): readonly Refusal[] { return this.#refusals; }
  /** Whether this gateway answers for what is trusted here; after another root, what it says counts for nothing. */
  get isEstranged(): boolean { return this.#refusals.some(({ of, code }) => of === 'gateway' && OTHER_ROOT.has(code)); }

  /** What is kept, with the status lists of these names as far as they are kept. */
  open(lists: readonly string[] = []): Promise<Trust | undefined> {
    return this.#inTurn(async () => {
      await this.#read(lists.filter((name) => this.#trust?.statusLists.has(name) !== true));
      return this.#trust;
    });
  }

  /** Fetches the trust list and these status lists, unless that was done a moment ago. @throws where no answer came */
  async update(lists: readonly string[]): Promise<void> {
    const due = lists.filter((name) => !this.#isFresh(name));
    if (due.length === 0 && this.#isFresh('')) return;
    const [rooted, ...tokens] = await Promise.all([this.#fetchRooted(), ...due.map((name) => this.#ask(`/status-lists/${name}`))]);
    if (!rooted) return;
    await this.#inTurn(async () => {
      if (this.#isFresh('') && due.every(this.#isFresh)) return;
      await this.#read(due.filter((name) => this.#trust?.statusLists.has(name) !== true));
      await this.#take({ format: BUNDLE_FORMAT, ...rooted, statusLists: tokens.filter((token) => token !== undefined) });
      for (const name of ['', ...due]) this.#fetched.set(name, this.#now());
    });
  }

  /** Fetches everything, for when there is no network. @returns false where the gateway has nothing to offer or it was refused @throws where no answer came */
  async prepare(): Promise<boolean> {
    const text = await this.#ask('/api/bundle');
    const offered = text === undefined ? undefined : parsed<TrustBundle>(text);
    if (!offered) return false;
    return this.#inTurn(async () => {
      // Everything kept is opened first: a list that has grown older since is refused.
      await this.#read((await this.#keptLists()).filter((name) => this.#trust?.statusLists.has(name) !== true));
      if (!(await this.#take(offered)) || !this.#trust) return false;
      const { statusLists, index } = this.#trust;
      const issued = [...statusLists.values()].filter(({ token }) => offered.statusLists.includes(token)).map(({ issuedAt }) => issuedAt * 1000);
      this.#prepared = { fetchedAt: this.#now(), asOf: Math.min(Date.parse(index.list.issuedAt), ...issued), lists: issued.length };
      const expired = [...statusLists.values()].filter(({ expiresAt }) => expiresAt * 1000 <= this.#now()).map(({ agency, list }) => LIST + listName(agency, list));
      await this.#write({ [PREPARED]: JSON.stringify(this.#prepared), ...Object.fromEntries(expired.map((name) => [name, undefined])) });
      return true;
    });
  }

  /** A person has compared the digest of another root and takes it instead; everything trusted before is forgotten. */
  repin(root: string): Promise<void> {
    return this.#inTurn(async () => {
      const lists = await this.#keptLists();
      [this.#pin, this.#trust, this.#prepared, this.#refusals] = [root, undefined, undefined, []];
      this.#fetched.clear();
      await this.#write({ [PIN]: root, [ROOTED]: undefined, [PREPARED]: undefined, ...Object.fromEntries(lists.map((name) => [LIST + name, undefined])) });
    });
  }

  #isFresh = (name: string): boolean => this.#now() - (this.#fetched.get(name) ?? Number.NEGATIVE_INFINITY) < FRESH_MS;

  #ask(path: string): Promise<string | undefined> {
    const asked = this.#asking.get(path) ?? this.#source(path).finally(() => this.#asking.delete(path));
    this.#asking.set(path, asked);
    return asked;
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step, step);
    this.#turn = done.catch(() => undefined).finally(() => { for (const watcher of this.watchers) watcher(); });
    return done;
  }

  async #load(): Promise<void> {
    try {
      this.#pin = await this.#shelf.read(PIN);
      this.#prepared = parsed<Prepared>((await this.#shelf.read(PREPARED)) ?? '');
      const kept = await this.#shelf.read(ROOTED);
      if (this.#pin === undefined || kept === undefined) return;
      const rooted = parsed<Pick<TrustBundle, 'roots' | 'trustList'>>(kept);
      const opened = await openBundle({ format: BUNDLE_FORMAT, ...rooted, statusLists: [] }, this.#pin);
      if (opened.ok) this.#trust = opened;
      else await this.#refuse({ code: opened.code, of: 'device' }, ROOTED);
    } catch {
      // A device that keeps nothing trusts nothing yet.
    }
  }

  /** Lists from the shelf, one by one: a damaged one costs only itself. */
  async #read(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const token = await this.#shelf.read(LIST + name).catch(() => undefined);
      if (token === undefined || this.#pin === undefined || !this.#trust) continue;
      const opened = await openBundle({ format: BUNDLE_FORMAT, roots: this.#trust.roots.signed, trustList: this.#trust.trustList, statusLists: [token] }, this.#pin, only(this.#trust, name));
      const list = opened.ok ? opened.statusLists.get(name) : undefined;
      if (list) this.#trust = { ...this.#trust, statusLists: new Map([...this.#trust.statusLists, [name, list]]) };
      // Under this name lies another list, or what is no list: it says nothing of this one.
      else await this.#refuse({ code: opened.ok ? 'STATUS_LIST_SUBJECT' : opened.code, of: 'device' }, LIST + name);
    }
  }

  async #fetchRooted(): Promise<Pick<TrustBundle, 'roots' | 'trustList'> | undefined> {
    const [list, first] = await Promise.all([this.#ask('/trust-list'), this.#ask('/trust-list/root/1')]);
    const trustList = parsed<SignedDocument>(list ?? '');
    if (!isSignedDocument(trustList) || first === undefined) return undefined;
    const newest = Math.min(parseTrustList(trustList)?.root ?? 1, ROOTS_MAX);
    const later = await Promise.all(Array.from({ length: newest - 1 }, (_, i) => this.#ask(`/trust-list/root/${String(i + 2)}`)));
    return { roots: [first, ...later].flatMap((root) => parsed<SignedDocument>(root ?? '') ?? []), trustList };
  }

  /** Takes what the gateway offers, without the status lists that do not hold. @returns whether anything was taken */
  async #take(offered: TrustBundle): Promise<boolean> {
    const first = offered.roots[0];
    const pin = this.#pin ?? (first && isSignedDocument(first) ? rootDigest(first) : '');
    const refused: Refusal[] = [];
    const opened = await openBundle(offered, pin, this.#trust, (code) => { refused.push({ code, of: 'gateway' }); });
    if (!opened.ok) {
      const { code } = opened;
      this.#say([...refused, { code, of: 'gateway', ...(code === 'ROOT_NOT_PINNED' && first && isSignedDocument(first) ? { root: rootDigest(first) } : {}) }]);
      return false;
    }
    [this.#trust, this.#pin] = [opened, pin];
    this.#say(refused);
    const lists = [...opened.statusLists].filter(([, { token }]) => offered.statusLists.includes(token)).map(([name, { token }]) => [LIST + name, token] as const);
    await this.#write({ [PIN]: pin, [ROOTED]: JSON.stringify({ roots: opened.roots.signed, trustList: opened.trustList }), ...Object.fromEntries(lists) });
    return true;
  }

  /** What the gateway offered last; what was found wrong on the device stays said as long as the page is open. */
  #say(refused: readonly Refusal[]): void {
    this.#refusals = [...this.#refusals.filter(({ of }) => of === 'device'), ...refused];
  }

  async #refuse(refusal: Refusal, name: string): Promise<void> {
    this.#refusals = [...this.#refusals, refusal];
    await this.#write({ [name]: undefined });
  }

  /** What cannot be kept is used all the same, as long as the page is open. */
  #write = (texts: Readonly<Record<string, string | undefined>>): Promise<void> => this.#shelf.write(texts).catch(() => undefined);

  async #keptLists(): Promise<string[]> {
    const names = await this.#shelf.names().catch(() => []);
    return names.filter((name) => name.startsWith(LIST)).map((name) => name.slice(LIST.length));
  }
}

/** The rest need not be opened anew for the sake of one. */
const only = (trust: Trust, name: string): Trust => ({ ...trust, statusLists: new Map([...trust.statusLists].filter(([each]) => each === name)) });

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
