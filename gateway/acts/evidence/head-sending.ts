/** Sends signed heads out: into a directory that is carried elsewhere, and to the gateways of other agencies on this ledger; and keeps those that they send here (docs/decisions/0032). */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64url, fromBase64url, sha256Text } from '#chaincode/facts/hash';
import { canonical } from '#chaincode/facts/canonical';
import { instantOf, type Instant } from '#chaincode/facts/calendar';
import type { Level } from 'level';
import type { NamedHead } from '../../alarms/alarm.js';
import type { Fork } from '../../alarms/standing.js';
import type { Clock } from '../../clock.js';
import { headerHash } from '../../documents/block-header.js';
import { compareHeads, headHolds, parseHead, type HeadsFinding, type SignedHead } from '../../documents/head.js';
import { keyName } from '../../documents/jws.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Heads } from './heads.js';
import { post } from '../transport/post.js';
import type { Asker, Transport } from '../transport/transport.js';

const DAY_MS = 86_400_000;
/** Of every agency so many: a year of days, and some on demand. */
const KEPT_MAX = 500;
const LAST = 'head-sent';
/** How often a head is tried while there is no key to sign it. */
const KEY_MS = 10_000;
/** Heads of two instants so near each other may have been signed by clocks that were set meanwhile. */
const CLOCKS_APART_MS = 300_000;
/** Nobody waits for a peer's gateway longer. */
const PEER_MS = 5_000;

/** Whom a head was sent to, and what became of it. */
export interface Sent {
  readonly head: string;
  readonly at: string;
  readonly file?: string;
  readonly agencies: readonly { readonly agency: string; readonly outcome: string }[];
}

/** A head that another agency sent here. */
export interface KeptHead {
  readonly head: string;
  readonly receivedAt: string;
  /** What it says against this gateway's own copy of the chain; absent where that had not come so far. */
  readonly finding?: Extract<HeadsFinding, 'HEADS_APPENDED' | 'LEDGER_FORKED'>;
  /** An earlier head of the same agency that it contradicts: both say something else of one block. */
  readonly contradicts?: string;
}
/** Whether it is proof that somebody tells two stories. */
const isProof = ({ finding, contradicts }: Pick<KeptHead, 'finding' | 'contradicts'>): boolean => finding === 'LEDGER_FORKED' || contradicts !== undefined;

export interface HeadSendingParts {
  readonly heads: Pick<Heads, 'sign'>;
  readonly projection: Pick<Projection, 'all' | 'headers' | 'block' | 'keysOfUse' | 'get'>;
  readonly transport: Transport;
  readonly desk: Level<string, string>;
  readonly hosts: (agency: string) => boolean;
  readonly clock: Clock;
  /** Absent: no files are written. */
  readonly directory?: string | undefined;
  readonly authorities?: string | undefined;
}

const attestationRequest = (blocks: readonly number[]): string => sha256Text(canonical({ blocks }));
export const headRequest = (head: string): string => sha256Text(canonical({ head }));

export class HeadSending {
  readonly #parts: HeadSendingParts;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #lastOut: Instant | undefined;
  onFailure: (error: unknown) => void = () => undefined;

  constructor(parts: HeadSendingParts) {
    this.#parts = parts;
  }

  /** When one last went somewhere from this process. */
  get lastOut(): Instant | undefined {
    return this.#lastOut;
  }

  start(everyMs = DAY_MS): void {
    const again = (ms: number): void => { if (!this.#closed) this.#timer = setTimeout(send, ms).unref(); };
    const send = (): void => {
      this.send().then(() => { again(everyMs); }, (error: unknown) => {
        // At a first start the key is made a moment later: waited for, and no failure. One that never comes is an alarm.
        const isEarly = error instanceof GatewayFault && error.code === 'HEAD_KEY_NOT_HERE';
        if (!isEarly) this.onFailure(error);
        again(isEarly ? Math.min(KEY_MS, everyMs) : everyMs);
      });
    };
    send();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Signs the head of now and sends it everywhere. @throws GatewayFault HEAD_KEY_NOT_HERE; a directory that cannot be written */
  async send(): Promise<Sent> {
    const { heads, clock, directory } = this.#parts;
    const token = await heads.sign();
    const file = directory === undefined ? undefined : written(directory, token);
    const agencies = await Promise.all(this.#peers().map(async ({ agency, address }) => ({ agency, outcome: await this.#sendTo(agency, address, token) })));
    const at = instantOf(clock.now());
    const sent: Sent = { head: token, at, ...(file === undefined ? {} : { file }), agencies };
    if (file !== undefined || agencies.some(({ outcome }) => outcome === 'kept')) this.#lastOut = at;
    await this.#parts.desk.put(LAST, JSON.stringify(sent), { sync: true });
    return sent;
  }

  /** The last that left this gateway, also before it was started. */
  async lastEver(): Promise<Sent | undefined> {
    const text = await this.#parts.desk.get(LAST);
    return text === undefined ? undefined : (JSON.parse(text) as Sent);
  }

  /** Whether there is neither a directory nor another gateway for heads to go to. */
  get leadsNowhere(): boolean {
    return this.#parts.directory === undefined && this.#peers().length === 0;
  }

  /** One gateway of each agency that has its own. */
  #peers(): { readonly agency: string; readonly address: string }[] {
    const { projection, hosts } = this.#parts;
    const found = new Map<string, { readonly agency: string; readonly address: string }>();
    for (const { agency, address, status } of projection.keysOfUse('transport')) {
      if (status === 'in-use' && address !== undefined && !hosts(agency) && projection.get('agency', agency)?.active === true) found.set(address, { agency, address });
    }
    return [...found.values()];
  }

  async #sendTo(agency: string, address: string, head: string): Promise<string> {
    const { transport, authorities } = this.#parts;
    try {
      const from = transport.own()[0]?.agency;
      if (from === undefined) return 'TRANSPORT_KEY_NOT_HERE';
      const { assertion } = transport.assert(transport.way(from, agency), headRequest(head));
      const { status } = await post({ url: new URL('/exchange/heads', address), assertion, body: JSON.stringify({ head }), authorities, withinMs: PEER_MS });
      return status === 200 ? 'kept' : 'SOURCE_REFUSED';
    } catch (error) {
      if (error instanceof GatewayFault) return error.code;
      throw error;
    }
  }

  /** What the gateways of other agencies say of blocks: their signed heads at them. Of those that do not answer in time, nothing. */
  async attest(blocks: readonly number[]): Promise<string[]> {
    const from = this.#parts.transport.own()[0]?.agency;
    if (from === undefined || blocks.length === 0) return [];
    const answers = await Promise.all(this.#peers().map(({ agency, address }) => this.#asked(from, agency, address, blocks).catch((): string[] => [])));
    return answers.flat();
  }

  async #asked(from: string, agency: string, address: string, blocks: readonly number[]): Promise<string[]> {
    const { transport, authorities } = this.#parts;
    const { assertion } = transport.assert(transport.way(from, agency), attestationRequest(blocks));
    const { status, text } = await post({ url: new URL('/exchange/attestations', address), assertion, body: JSON.stringify({ blocks }), authorities, withinMs: PEER_MS });
    const { heads = [] } = status === 200 ? (JSON.parse(text) as { heads?: unknown[] }) : {};
    const signed = heads.flatMap((token) => (typeof token === 'string' ? (parseHead(token) ?? []) : []));
    const good = await Promise.all(signed.map((each) => this.#isSigned(each, agency)));
    const said = signed.filter(({ head: { height } }, i) => good[i] === true && blocks.includes(height - 1));
    // What contradicts the chain here is kept, by whichever way it came.
    for (const each of said) if ((await this.#compare(each)) === 'LEDGER_FORKED') await this.#keepOf(agency, each);
    return said.map(({ token }) => token);
  }

  /** Says of blocks, to another agency's gateway, what the peer here made of them. @throws GatewayFault ASSERTION_REFUSED, HEAD_KEY_NOT_HERE, NOT_FOUND */
  async attestations({ request }: Asker, blocks: readonly number[]): Promise<string[]> {
    if (request !== attestationRequest(blocks)) throw new GatewayFault('ASSERTION_REFUSED', { fields: [{ field: 'assertion', code: 'ASSERTION_FORM' }] });
    return Promise.all(blocks.map((block) => this.#parts.heads.sign({ block })));
  }

  /** Takes a head that another agency's gateway sends, if a head key of that agency signed it. @throws GatewayFault ASSERTION_REFUSED, EXCHANGE_RECORD */
  async keep({ agency, request }: Asker, token: string): Promise<KeptHead> {
    const signed = parseHead(token);
    if (request !== headRequest(token)) throw new GatewayFault('ASSERTION_REFUSED', { fields: [{ field: 'assertion', code: 'ASSERTION_FORM' }] });
    if (!signed || !(await this.#isSigned(signed, agency))) throw new GatewayFault('EXCHANGE_RECORD', { fields: [{ field: 'head', code: 'HEAD_SIGNATURE' }] });
    return this.#keepOf(agency, signed);
  }

  async #keepOf(agency: string, signed: SignedHead): Promise<KeptHead> {
    const { desk, clock } = this.#parts;
    const [finding, contradicts] = [await this.#compare(signed), await this.#contradicted(agency, signed)];
    const kept: KeptHead = { head: signed.token, receivedAt: instantOf(clock.now()), ...(finding === undefined ? {} : { finding }), ...(contradicts === undefined ? {} : { contradicts }) };
    await desk.put(rowOf(agency, signed), JSON.stringify(kept), { sync: true });
    await this.#trim(agency);
    return kept;
  }

  /** A head that the same agency signed of the same block, and that says something else of it. */
  async #contradicted(agency: string, { head, token }: SignedHead): Promise<string | undefined> {
    for await (const text of this.#parts.desk.values({ gt: `${heightRow(agency, head.height)}/`, lt: `${heightRow(agency, head.height)}0` })) {
      const known = JSON.parse(text) as KeptHead;
      const earlier = known.head === token ? undefined : parseHead(known.head)?.head;
      if (earlier && earlier.agency === head.agency && compareHeads(earlier, head) !== 'HEADS_APPENDED') return known.head;
    }
    return undefined;
  }

  async #isSigned(signed: SignedHead, by: string): Promise<boolean> {
    const { projection } = this.#parts;
    const key = projection.keysOfUse('head').find(({ spki, status }) => keyName(spki) === signed.kid && status === 'in-use');
    const speaks = key && (key.agency === by || projection.get('agency', key.agency)?.parent === by);
    return speaks === true && signed.head.agency === key.agency && signed.head.ledger === projection.get('ledger', 'settings')?.ledger && headHolds(signed, key.spki);
  }

  async #compare({ head: { height, hash } }: SignedHead): Promise<KeptHead['finding']> {
    const own = await this.#ownHash(height);
    return own === undefined ? undefined : own === hash ? 'HEADS_APPENDED' : 'LEDGER_FORKED';
  }

  /** Header hash of the last of so many blocks as they are here; undefined where the index has not come so far. */
  async #ownHash(height: number): Promise<string | undefined> {
    const { projection } = this.#parts;
    if (height - 1 > Number(projection.block)) return undefined;
    const { previous, data: [data = ''] } = await projection.headers(height - 1, height);
    return base64url(headerHash(height - 1, fromBase64url(previous) ?? new Uint8Array(), fromBase64url(data) ?? new Uint8Array()));
  }

  /** Heads here that contradict, the first that came first. Those of a key that was stopped since say nothing of an agency: it was in other hands. */
  async forks(): Promise<Fork[]> {
    const stopped = new Set(this.#parts.projection.keysOfUse('head').filter(({ status }) => status === 'stopped').map(({ spki }) => keyName(spki)));
    const counted = (token: string | undefined): SignedHead | undefined => { const signed = token === undefined ? undefined : parseHead(token); return signed && !stopped.has(signed.kid) ? signed : undefined; };
    const heads = (await this.kept()).flatMap((kept) => { const signed = counted(kept.head); return signed ? [{ ...kept, signed }] : []; });
    const forks: Fork[] = [];
    for (const { signed, receivedAt, finding, contradicts } of heads) {
      const { agency, height } = signed.head;
      if (finding === 'LEDGER_FORKED') forks.push({ agency, receivedAt, heads: [named(signed), { height, hash: (await this.#ownHash(height)) ?? '' }] });
      else {
        const other = counted(contradicts);
        if (other) forks.push({ agency, receivedAt, heads: [named(signed), named(other)] });
      }
    }
    return [...forks, ...setBack(heads)].sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1));
  }

  async #trim(agency: string): Promise<void> {
    const keys = await this.#parts.desk.keys({ gt: `head/${agency}/`, lt: `head/${agency}0` }).all();
    // One that contradicts the chain is what they are kept for: the oldest of the others goes first.
    for (const key of keys.slice(0, Math.max(0, keys.length - KEPT_MAX))) if (!isProof(JSON.parse((await this.#parts.desk.get(key)) ?? '{}') as KeptHead)) await this.#parts.desk.del(key);
  }

  /** Heads that other agencies have sent here, by agency and height; those that were ahead of the chain here, compared as soon as it has come so far, and those that did not fit, again: this copy may have been put right. */
  async kept(): Promise<KeptHead[]> {
    const { desk } = this.#parts;
    const rows = await desk.iterator({ gt: 'head/', lt: 'head0' }).all();
    return Promise.all(rows.map(async ([row, text]) => {
      const kept = JSON.parse(text) as KeptHead;
      const signed = kept.finding === 'HEADS_APPENDED' ? undefined : parseHead(kept.head);
      const finding = signed && (await this.#compare(signed));
      if (finding === undefined || finding === kept.finding) return kept;
      await desk.put(row, JSON.stringify({ ...kept, finding }));
      return { ...kept, finding };
    }));
  }
}

const named = ({ head: { agency, height, hash, at } }: SignedHead): NamedHead => ({ agency, height, hash, at });

/** Each agency's newest head, where one that it signed before was higher: its ledger was cut off, until it signs one as high. An `earlier` one, which anybody may ask for, says nothing of that. */
function setBack(heads: readonly { readonly signed: SignedHead; readonly receivedAt: string }[]): Fork[] {
  const ofLast = heads.filter(({ signed }) => signed.head.earlier !== true);
  return [...new Set(ofLast.map(({ signed }) => signed.head.agency))].flatMap((agency): Fork[] => {
    const [newest, ...before] = ofLast.filter(({ signed }) => signed.head.agency === agency).sort((a, b) => (a.signed.head.at > b.signed.head.at ? -1 : 1));
    const higher = newest && before.find(({ signed: { head } }) => head.height > newest.signed.head.height && Date.parse(newest.signed.head.at) - Date.parse(head.at) > CLOCKS_APART_MS);
    return newest && higher ? [{ agency, receivedAt: newest.receivedAt, heads: [named(newest.signed), named(higher.signed)] }] : [];
  });
}

const heightRow = (agency: string, height: number): string => `head/${agency}/${String(height).padStart(12, '0')}`;
/** By its text too: two heads of one instant are the proof, and neither takes the place of the other. */
const rowOf = (agency: string, { head: { height, at }, token }: SignedHead): string => `${heightRow(agency, height)}/${at}/${sha256Text(token).slice(0, 12)}`;

/** A file a head, never written over. */
function written(directory: string, token: string): string {
  const { ledger = '', height = 0, at = '', agency = '' } = parseHead(token)?.head ?? {};
  const file = join(directory, ledger, `${String(height).padStart(12, '0')}-${at.replace(/[^0-9]/g, '')}-${agency}.head`);
  mkdirSync(join(directory, ledger), { recursive: true });
  if (!existsSync(file)) writeFileSync(file, `${token}\n`, { flag: 'wx' });
  return file;
}
