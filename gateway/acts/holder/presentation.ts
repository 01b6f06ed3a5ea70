/**
 * Dynamic codes (动态码): what a holder's device shows now, to whoever brings the secret of its code first, or to the verifier whose challenge it answers.
 * In memory only: after a restart no code is good, so none is good twice.
 */
import { randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { instantOf } from '#chaincode/facts/calendar';
import { standingFault } from '#chaincode/facts/delegation';
import { isErased } from '#chaincode/facts/erasure';
import { base64url, fromBase64url, sha256 } from '#chaincode/facts/hash';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord } from '#chaincode/facts/records';
import { nowOf, type Clock } from '../../clock.js';
import { readIdentity, type IdentityFacts } from '../../documents/identity.js';
import { bindingFinding, parseBound, parsePresentation, PRESENTATION_MS, type Bound, type KnownDevice, type ParsedPresentation } from '../../documents/presentation.js';
import { GatewayFault } from '../../fault.js';
import { randomId } from '../../keyring.js';
import type { Finding } from '../../documents/evidence.js';
import type { Projection } from '../../ledger/projection.js';
import { invalid } from '../use/counter.js';
import type { Identities, IdentityView } from './identity.js';
import type { Acting } from '../licence/licence.js';
import type { Answer, Lookup } from '../verify/lookup.js';
import type { Named } from '../use/scene.js';
import { inReach, standing, type SignedIn } from '../use/standing.js';
import type { Uses } from '../use/use.js';

/** Who is signed in on the phone. */
export type Showing = SignedIn & { readonly device: string };
export interface Offer {
  /** SD-JWT with the key binding of the device. */
  readonly presentation: string;
  /** base64url SHA-256 of the secret in the code; the secret itself stays on the phone until somebody brings it. */
  readonly secret?: string | undefined;
  /** A verifier's challenge, which takes the place of a code. */
  readonly challenge?: string | undefined;
}
/** A verifier's challenge: eight characters for the holder, a secret for the verifier, and what the device must sign. */
export interface Challenge {
  readonly code: string;
  readonly secret: string;
  readonly nonce: string;
  readonly aud: string;
  readonly expiresAt: string;
}
/** What the holder learns of it: to whom he would show. */
export interface AskedChallenge extends Pick<Challenge, 'nonce' | 'aud' | 'expiresAt'> {
  /** Absent: nobody who is signed in. */
  readonly verifier?: Named;
}
/** waiting: nobody has fetched it. used: somebody has. over: too late, taken back, or another has taken its place. */
export interface PresentationState {
  readonly state: 'waiting' | 'used' | 'over';
  readonly usedAt?: string;
  /** Absent: nobody who is signed in. */
  readonly by?: Named;
}
/** What an agency gets of an identity record that is shown to it: the attested facts, and the record that they open. */
export interface ShownIdentity {
  readonly by: 'identity';
  readonly checkedAt: string;
  readonly identity: IdentityView;
  readonly facts: IdentityFacts;
  readonly presentation: string;
  readonly device: KnownDevice;
}
/** What the verifier gets: the chosen fields with the device's signature over them, and a verdict now. */
export interface ShownLicence extends Answer {
  readonly presentation: string;
  readonly device: KnownDevice;
}

interface Row {
  readonly id: string;
  readonly device: string;
  readonly bound: Bound;
  readonly subject: string;
  readonly text: string;
  readonly expected: { readonly ledger: string; readonly aud: string; readonly nonce: string };
  readonly secret: Uint8Array;
  /** It answers a challenge, and goes to whoever made that. */
  readonly asked: boolean;
  readonly expiresAt: number;
  used?: { readonly at: string; readonly by?: Named };
  over?: true;
}
interface Asked extends Challenge {
  readonly acting?: Acting | undefined;
  readonly endsAt: number;
  row?: Row;
}

/** More are shown at once in no province; what is pushed out is over. */
const ROWS_MAX = 20_000;
/** A holder looks for his phone. */
const CHALLENGE_MS = 5 * 60_000;
/** So long somebody who comes too late is told why. */
const KEPT_MS = 10 * 60_000;
/** Without characters that are taken for one another. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const CODE_LENGTH = 8;
export const CHALLENGE_CODE = `^[${ALPHABET}]{${String(CODE_LENGTH)}}$`;

export interface PresentationsParts {
  readonly projection: Projection;
  readonly lookup: Pick<Lookup, 'byPresentation' | 'kept'>;
  readonly identities: Pick<Identities, 'committed' | 'view'>;
  readonly uses: Pick<Uses, 'note' | 'rely'>;
  readonly clock: Clock;
  /** Origin of the public name. */
  readonly gateway: string;
}

const digestOf = (secret: string): Uint8Array => sha256(fromBase64url(secret) ?? new Uint8Array());
const isSecret = (given: string, digest: Uint8Array): boolean => timingSafeEqual(digestOf(given), digest);

export class Presentations {
  readonly #rows = new LRUCache<string, Row>({ max: ROWS_MAX, ttl: KEPT_MS });
  readonly #challenges = new LRUCache<string, Asked>({ max: ROWS_MAX, ttl: CHALLENGE_MS + KEPT_MS });
  /** What each device shows: one thing at a time. */
  readonly #current = new LRUCache<string, Row>({ max: ROWS_MAX, ttl: KEPT_MS });

  constructor(private readonly parts: PresentationsParts) {}

  /** For the phone, which chooses the fields itself: a licence of the holder as a credential. @throws GatewayFault NOT_FOUND for anybody else's too, FACE_NOT_HERE */
  credential(who: Showing, identifier: string): { readonly credential: string; readonly now: string } {
    const own = parseOwnIdentifier(identifier);
    const record = own && this.#licence(who, own.id);
    if (!record) throw new GatewayFault('NOT_FOUND');
    const credential = this.parts.lookup.kept(record, own.version)?.credential;
    if (credential === undefined) throw new GatewayFault('FACE_NOT_HERE');
    return { credential, now: nowOf(this.parts.clock) };
  }

  /** @param acting absent: nobody who is signed in */
  ask(acting?: Acting): Challenge {
    const { clock, gateway } = this.parts;
    const code = Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    const endsAt = clock.now() + CHALLENGE_MS;
    const challenge: Challenge = { code, secret: base64url(randomBytes(16)), nonce: randomId(), aud: acting ? `urn:uscc:${acting.agency}` : gateway, expiresAt: instantOf(endsAt) };
    this.#challenges.set(code, { ...challenge, acting, endsAt });
    return challenge;
  }

  /** @throws GatewayFault PRESENTATION_CHALLENGE */
  asked(code: string): AskedChallenge {
    const { nonce, aud, expiresAt, acting } = this.#open(code);
    return { nonce, aud, expiresAt, ...(acting ? { verifier: this.#named(acting.agency) } : {}) };
  }

  /** The device shows. What it showed before is over. @throws GatewayFault FACE_INVALID, DEVICE_REFUSED, NOT_FOUND, CONFLICT, PRESENTATION_CHALLENGE */
  async show(who: Showing, { presentation: text, secret, challenge: code }: Offer): Promise<{ readonly id: string; readonly expiresAt: string }> {
    const { clock, gateway } = this.parts;
    const { device, subject } = who;
    const bound = parseBound(text);
    if (!bound) throw invalid('presentation', 'BINDING_FORM');
    if ((secret === undefined) === (code === undefined)) throw invalid('secret', secret === undefined ? 'FIELD_MISSING' : 'FIELD_UNEXPECTED');
    const challenge = code === undefined ? undefined : this.#open(code);
    const { nonce } = bound.binding;
    const expected = { ledger: this.#ledger, aud: challenge?.aud ?? gateway, nonce: challenge?.nonce ?? nonce };
    if (bound.binding.kid !== device) throw new GatewayFault('DEVICE_REFUSED');
    await this.#demandOwn(text, bound, who, challenge);
    const finding = await bindingFinding(bound, { ...expected, now: nowOf(clock) }, this.#device(device));
    if (finding.result !== 'pass') throw invalid('presentation', finding.code);
    const expiresAt = Math.min(clock.now() + PRESENTATION_MS, bound.binding.exp * 1000);
    if (expiresAt <= clock.now()) throw invalid('presentation', 'BINDING_LATE');
    // Asked again after waiting: two at once would both have found it free.
    if (this.#rows.has(nonce) || challenge?.row !== undefined) throw new GatewayFault('CONFLICT');
    const digest = challenge ? digestOf(challenge.secret) : fromBase64url(secret ?? '');
    if (!digest) throw invalid('secret', 'SCHEMA');
    const row: Row = { id: nonce, device, subject, bound, text, expected, secret: digest, asked: challenge !== undefined, expiresAt };
    this.#end(device);
    this.#current.set(device, row);
    this.#rows.set(row.id, row);
    if (challenge) challenge.row = row;
    return { id: row.id, expiresAt: instantOf(expiresAt) };
  }

  /** For the phone that shows it. @throws GatewayFault NOT_FOUND for any other too */
  state(device: string, id: string): PresentationState {
    const row = this.#rows.get(id);
    if (row?.device !== device) throw new GatewayFault('NOT_FOUND');
    if (row.used) return { state: 'used', usedAt: row.used.at, ...(row.used.by ? { by: row.used.by } : {}) };
    return { state: this.#isOver(row) ? 'over' : 'waiting' };
  }

  /** Nobody gets it any more. */
  end(device: string, id: string): void {
    if (this.#current.get(device)?.id === id) this.#end(device);
  }

  /** By the code on the screen: good once. @throws GatewayFault PRESENTATION_OVER, also for whoever has not the secret; PRESENTATION_USED */
  async redeem(id: string, secret: string, acting?: Acting): Promise<ShownLicence> {
    const row = this.#rows.get(id);
    if (!row || row.asked || !isSecret(secret, row.secret)) throw new GatewayFault('PRESENTATION_OVER');
    const shown = await this.#take(row, acting);
    if (shown.by === 'identity') throw new GatewayFault('PRESENTATION_OVER');
    return shown;
  }

  /** By the verifier who asked. @returns undefined while nothing has been shown to him @throws as `redeem` */
  async answer(code: string, secret: string): Promise<ShownLicence | ShownIdentity | undefined> {
    const challenge = this.#challenges.get(code);
    if (!challenge || !isSecret(secret, digestOf(challenge.secret))) throw new GatewayFault('PRESENTATION_OVER');
    if (challenge.row) return this.#take(challenge.row, challenge.acting);
    if (challenge.endsAt <= this.parts.clock.now()) throw new GatewayFault('PRESENTATION_OVER');
    return undefined;
  }

  async #take(row: Row, acting: Acting | undefined): Promise<ShownLicence | ShownIdentity> {
    const { clock, lookup, uses } = this.parts;
    if (row.used) throw new GatewayFault('PRESENTATION_USED');
    if (this.#isOver(row)) throw new GatewayFault('PRESENTATION_OVER');
    // Before anything is waited for: of two at once, one gets it.
    row.used = { at: nowOf(clock), ...(acting ? { by: this.#named(acting.agency) } : {}) };
    const device = this.#device(row.device);
    const { bound, text, expected } = row;
    const finding = await bindingFinding(bound, { ...expected, now: nowOf(clock) }, device);
    const parsed = parsePresentation(text);
    if (!parsed) return this.#identity(row, finding, device, acting);
    const answer = await lookup.byPresentation(parsed.credential, finding);
    if (acting) await uses.note(acting, 'verify', answer);
    return { ...answer, presentation: text, device };
  }

  /** As the ledger has it at this moment: ended meanwhile, or shown by a phone that was reported lost meanwhile, it is not handed over. */
  async #identity({ bound, subject, text: presentation }: Row, finding: Finding, device: KnownDevice, acting: Acting | undefined): Promise<ShownIdentity> {
    const { identities, uses, clock } = this.parts;
    const read = readIdentity(bound.shown);
    const record = read && (await identities.committed(subject, read.commitment));
    if (!read || !record || !acting || finding.result !== 'pass') throw new GatewayFault('PRESENTATION_OVER');
    await uses.rely(acting, { identity: record.id, source: record.agency, subject, act: 'verify' }, {});
    return { by: 'identity', checkedAt: nowOf(clock), identity: identities.view(record), facts: read.facts, presentation, device };
  }

  /** Taken back, too late; or the holder was erased while it was on his screen. */
  #isOver({ over, expiresAt, subject }: Row): boolean {
    return over === true || expiresAt <= this.parts.clock.now() || isErased(this.parts.projection.get('erasure', subject));
  }

  #end(device: string): void {
    const before = this.#current.get(device);
    if (before && !before.used) before.over = true;
  }

  #open(code: string): Asked {
    const challenge = this.#challenges.get(code);
    if (!challenge || challenge.row || challenge.endsAt <= this.parts.clock.now()) throw new GatewayFault('PRESENTATION_CHALLENGE');
    return challenge;
  }

  /** A licence of his; or his identity, which is shown to agencies only. */
  async #demandOwn(text: string, { shown }: Bound, who: Showing, challenge: Asked | undefined): Promise<void> {
    const licence = parsePresentation(text);
    if (licence) return this.#demandCurrent(licence, who);
    const read = readIdentity(shown);
    if (!read) throw invalid('presentation', 'BINDING_FORM');
    if (!challenge?.acting) throw new GatewayFault('IDENTITY_TO_AGENCIES');
    const { subject } = standing(this.parts.projection, this.parts.clock, who, 'holder');
    if (!(await this.parts.identities.committed(subject, read.commitment))) throw new GatewayFault('NOT_FOUND');
  }

  /** The current version of a licence of his, as it was issued. */
  #demandCurrent({ credential: { claims, digest } }: ParsedPresentation, who: Showing): void {
    const own = parseOwnIdentifier(claims.certificateIdentifier);
    const record = own && this.#licence(who, own.id);
    if (record?.versions.at(-1)?.documents.some((document) => document.digest === digest) !== true) throw new GatewayFault('NOT_FOUND');
  }

  /** A licence of the holder's that whoever is signed in may show. @throws GatewayFault REFUSED */
  #licence(who: Showing, id: LicenceId): LicenceRecord | undefined {
    const { projection, clock } = this.parts;
    const { subject, delegations } = standing(projection, clock, who, 'show');
    const record = projection.get('licence', id);
    return record?.subject === subject && inReach(delegations, { kind: splitLicenceId(id).type }) ? record : undefined;
  }

  #device(id: string): KnownDevice {
    const device = this.parts.projection.get('device', id);
    if (!device) throw new GatewayFault('DEVICE_REFUSED');
    // Of a person whose leave has ended meanwhile the device no longer speaks for the holder.
    const ended = standingFault(device, nowOf(this.parts.clock), (delegation) => this.parts.projection.get('delegation', delegation)) !== undefined;
    return { id, spki: device.spki, status: ended ? 'revoked' : device.status };
  }

  get #ledger(): string {
    return this.parts.projection.get('ledger', 'settings')?.ledger ?? '';
  }

  #named(code: string): Named {
    return { code, name: this.parts.projection.get('agency', code)?.name ?? code };
  }
}
