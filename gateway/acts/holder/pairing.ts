/**
 * A new device: a clerk at the counter, or a holder with a device of his own, gets a one-time code and says it; the new phone brings the code and its key here; whoever
 * opened the pairing compares and registers the device by the act that there is for it (device.put). The code makes nobody a holder: without that signature it is worth nothing.
 */
import { randomInt, timingSafeEqual } from 'node:crypto';
import type { Level } from 'level';
import { instantOf } from '#chaincode/facts/calendar';
import { standingFault } from '#chaincode/facts/delegation';
import { deviceFingerprint } from '#chaincode/facts/device';
import { hmacSha256 } from '#chaincode/facts/hash';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { nowOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import { Turns } from '../../identity/turns.js';
import { randomId, type Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import type { Counter, Whom } from '../use/counter.js';
import type { DeviceKey } from './device.js';
import type { Acting } from '../licence/licence.js';
import type { Managers } from '../../ledger/managers.js';
import type { Named } from '../use/scene.js';
import { standing, type SignedIn } from '../use/standing.js';

interface Row {
  readonly id: string;
  /** Who opened it: an agency's clerk, or a device. */
  readonly agency?: string;
  readonly opener?: string;
  /** Where the code is looked for: its first characters. What is secret of it is only here as a keyed digest. */
  readonly place: string;
  readonly code: string;
  readonly openedAt: string;
  readonly tries: number;
  readonly device?: DeviceKey;
}

export interface Invited {
  readonly id: string;
  readonly code: string;
  readonly expiresAt: string;
}
export interface OpenedPairing extends Invited {
  /** Whether the holder has devices in use or had some: then a second person must sign. */
  readonly further: boolean;
}
/** waiting: for the phone. brought: a key waits for the clerk. done: the device is on the ledger. over: too late, or too many wrong codes. */
export interface PairingView {
  readonly state: 'waiting' | 'brought' | 'done' | 'over';
  readonly device?: DeviceKey & { readonly fingerprint: string };
}

/** Without characters that are taken for one another: 0 O, 1 I L. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const PLACE_LENGTH = 3;
const SECRET_LENGTH = 8;
export const PAIRING_CODE = `^[${ALPHABET}]{${String(PLACE_LENGTH + SECRET_LENGTH)}}$`;
export const PAIRING_TRIES_MAX = 5;
const CODE_MS = 10 * 60_000;
/** Until then the clerk has signed, or it is forgotten. */
const KEPT_MS = 60 * 60_000;
/** Places are drawn until a free one is found; so many are never taken at once. */
const DRAWS_MAX = 20;

export interface PairingsParts {
  readonly desk: Level<string, string>;
  readonly keyring: Keyring;
  readonly projection: Projection;
  readonly managers: Pick<Managers, 'of'>;
  readonly counter: Counter;
  readonly clock: Clock;
}

const chars = (length: number): string => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
const rowKey = (id: string): string => `pairing/${id}`;
const placeKey = (place: string): string => `pairing-place/${place}`;

export class Pairings {
  readonly #turns = new Turns();

  constructor(private readonly parts: PairingsParts) {}

  /** For an organisation, or for the holder of a licence that the clerk's agency manages. The code is told once. @throws GatewayFault FACE_INVALID, NOT_FOUND, BUSY */
  async open({ agency }: Acting, whom: Whom): Promise<OpenedPairing> {
    const { projection, managers, counter } = this.parts;
    const subject = counter.subjectOf(whom);
    const own = whom.licence === undefined ? undefined : parseOwnIdentifier(whom.licence);
    const record = own && projection.get('licence', own.id);
    if (own && (!record || managers.of(record) !== agency)) throw new GatewayFault('NOT_FOUND');
    return { ...(await this.#open({ agency })), further: (projection.get('holder', subject)?.registered ?? 0) > 0 };
  }

  /** For a further device of the holder, by one of his own; or for one of his people, by whoever gave him his delegation. @throws GatewayFault NOT_FOUND, REFUSED, BUSY */
  async invite(who: SignedIn & { readonly device: string }, delegation?: string): Promise<Invited> {
    const { projection, clock } = this.parts;
    const { subject } = standing(projection, clock, who, delegation === undefined ? 'holder' : 'members');
    const record = delegation === undefined ? undefined : projection.get('delegation', delegation);
    if (delegation !== undefined && (record?.subject !== subject || (who.delegation !== undefined && record.above !== who.delegation))) throw new GatewayFault('NOT_FOUND');
    return this.#open({ opener: who.device });
  }

  async #open(by: Pick<Row, 'agency' | 'opener'>): Promise<Invited> {
    const { desk, clock } = this.parts;
    const place = await this.#freePlace();
    const code = place + chars(SECRET_LENGTH);
    const row: Row = { id: randomId(), ...by, place, code: this.#digest(code).toString('base64url'), openedAt: nowOf(clock), tries: 0 };
    await desk.batch([{ type: 'put', key: rowKey(row.id), value: JSON.stringify(row) }, { type: 'put', key: placeKey(place), value: row.id }], { sync: true });
    return { id: row.id, code, expiresAt: instantOf(clock.now() + CODE_MS) };
  }

  /** The phone brings the code and its key, which it has shown that it has. Good once. @throws GatewayFault PAIRING_CODE, whatever is wrong with it */
  async bring(code: string, device: DeviceKey): Promise<{ readonly agency?: Named; readonly fingerprint: string }> {
    const place = code.slice(0, PLACE_LENGTH);
    const { agency } = await this.#turns.take(place, () => this.#try(code, place, device));
    return { ...(agency === undefined ? {} : { agency: { code: agency, name: this.parts.projection.get('agency', agency)?.name ?? agency } }), fingerprint: deviceFingerprint(device.spki) };
  }

  async #try(code: string, place: string, device: DeviceKey): Promise<Row> {
    const { desk, clock } = this.parts;
    const id = await desk.get(placeKey(place));
    const row = id === undefined ? undefined : await this.#row(id);
    if (!row || !this.#stands(row) || row.device || row.tries >= PAIRING_TRIES_MAX || Date.parse(row.openedAt) + CODE_MS <= clock.now()) throw new GatewayFault('PAIRING_CODE');
    const right = timingSafeEqual(this.#digest(code), Buffer.from(row.code, 'base64url'));
    // Counted on the disk before it is answered: a restart gives nobody new tries.
    const after: Row = right ? { ...row, device } : { ...row, tries: row.tries + 1 };
    await desk.put(rowKey(row.id), JSON.stringify(after), { sync: true });
    if (!right) throw new GatewayFault('PAIRING_CODE');
    return after;
  }

  /** A code goes with the device that told it: lost, or removed, its code is void. */
  #stands({ opener }: Row): boolean {
    const { projection, clock } = this.parts;
    const device = opener === undefined ? undefined : projection.get('device', opener);
    return opener === undefined || (device?.status === 'in-use' && standingFault(device, nowOf(clock), (id) => projection.get('delegation', id)) === undefined);
  }

  /** For whoever opened it, who compares what the phone shows. @throws GatewayFault NOT_FOUND for anybody else too */
  async view(by: { readonly agency: string } | { readonly opener: string }, id: string): Promise<PairingView> {
    const row = await this.#row(id);
    if (!row || ('agency' in by ? row.agency !== by.agency : row.opener !== by.opener)) throw new GatewayFault('NOT_FOUND');
    const { device, tries, openedAt } = row;
    if (!device) return { state: tries >= PAIRING_TRIES_MAX || Date.parse(openedAt) + CODE_MS <= this.parts.clock.now() ? 'over' : 'waiting' };
    return { state: this.parts.projection.get('device', device.id) ? 'done' : 'brought', device: { ...device, fingerprint: deviceFingerprint(device.spki) } };
  }

  async sweep(): Promise<void> {
    const { desk, clock } = this.parts;
    for (const text of await desk.values({ gt: 'pairing/', lt: 'pairing0' }).all()) {
      const { id, place, openedAt } = JSON.parse(text) as Row;
      if (Date.parse(openedAt) + KEPT_MS < clock.now()) await desk.batch([{ type: 'del', key: rowKey(id) }, { type: 'del', key: placeKey(place) }]);
    }
  }

  async #row(id: string): Promise<Row | undefined> {
    const text = await this.parts.desk.get(rowKey(id));
    return text === undefined ? undefined : (JSON.parse(text) as Row);
  }

  async #freePlace(): Promise<string> {
    for (let draw = 0; draw < DRAWS_MAX; draw++) {
      const place = chars(PLACE_LENGTH);
      if ((await this.parts.desk.get(placeKey(place))) === undefined) return place;
    }
    throw new GatewayFault('BUSY');
  }

  #digest(code: string): Buffer {
    return hmacSha256(this.parts.keyring.secret('pairing-codes.key', { create: true }), code);
  }
}
