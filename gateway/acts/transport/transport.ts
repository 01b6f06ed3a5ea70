/** Transport keys: by which one gateway asks another, and knows who asks. Addresses and keys are the ledger's; nothing is believed because of where it came from. */
import { LRUCache } from 'lru-cache';
import { base64url } from '#chaincode/facts/hash';
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import type { Clock } from '../../clock.js';
import { ASSERTION_SECONDS, draftAnswer, draftAssertion, parseAssertion, signedWith, type Assertion } from '../../documents/exchange.js';
import { keyName } from '../../documents/jws.js';
import { GatewayFault } from '../../fault.js';
import { randomId, type Keyring, type ListSigner } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';

type TransportKey = AgencyKeyRecord & { readonly address: string };
type OwnKey = TransportKey & { readonly signer: ListSigner };

/** From an agency here to the gateway of another. */
export interface Way {
  readonly own: OwnKey;
  readonly to: TransportKey;
}

/** Another agency's gateway, whose request has been checked for this hour and this address. */
export interface Asker extends Pick<Assertion, 'jti' | 'request'> {
  readonly agency: string;
  /** The key here whose address it asked. */
  readonly own: OwnKey;
}

export interface TransportParts {
  readonly projection: Pick<Projection, 'get' | 'agencyKeys'>;
  readonly keyring: Pick<Keyring, 'signer'>;
  /** Agencies hosted here. */
  readonly hosted: () => Iterable<string>;
  readonly clock: Clock;
}

/** Clocks of gateways may differ by that much. */
const SKEW_SECONDS = 30;
/** More than all agencies of a province send in the time that an assertion is good for. */
const SEEN_MAX = 100_000;
const isTransport = (key: AgencyKeyRecord): key is TransportKey => key.status === 'in-use' && key.address !== undefined;
const urnOf = (agency: string): string => `urn:uscc:${agency}`;
const refused = (code: string): GatewayFault => new GatewayFault('ASSERTION_REFUSED', { fields: [{ field: 'assertion', code }] });

export class Transport {
  readonly #parts: TransportParts;
  /** An assertion is good once. */
  readonly #seen = new LRUCache<string, true>({ max: SEEN_MAX, ttl: 1000 * (ASSERTION_SECONDS + 2 * SKEW_SECONDS) });
  /** Whether one of before the start was used already, nobody knows any more. */
  readonly #since: number;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#since = Math.floor(parts.clock.now() / 1000);
  }

  /** Keys here, with the addresses at which this gateway is asked. */
  own(): OwnKey[] {
    const { keyring, hosted } = this.#parts;
    return [...hosted()].flatMap((agency) => this.#keysOf(agency)).flatMap((key) => {
      const signer = keyring.signer('transport', key.agency, key.id);
      return signer ? [{ ...key, signer }] : [];
    });
  }

  /** The newest first. */
  #keysOf(agency: string): TransportKey[] {
    return this.#parts.projection.agencyKeys('transport', agency).filter(isTransport);
  }

  /** Its own, else those of the agency that it is a branch of. */
  #speaking(agency: string): TransportKey[] {
    const parent = this.#parts.projection.get('agency', agency)?.parent;
    const keys = this.#keysOf(agency);
    return keys.length > 0 || parent === undefined ? keys : this.#keysOf(parent);
  }

  /** Whether an agency that asks may speak for another: itself, and its branches that are in service. */
  speaksFor({ agency: asker }: Pick<Asker, 'agency'>, agency: string): boolean {
    const { active, parent } = this.#parts.projection.get('agency', agency) ?? {};
    return active === true && (asker === agency || asker === parent);
  }

  /** The gateway of an agency, and the key by which it is asked. @throws GatewayFault FACE_NOT_HERE, saying what is missing */
  way(from: string, source: string): Way {
    const own = this.own();
    const [to] = this.#speaking(source);
    // Kept nowhere else: its face was erased, or never came.
    if (to && own.some(({ id }) => id === to.id)) throw new GatewayFault('FACE_NOT_HERE');
    const mine = this.#speaking(from).flatMap(({ id }) => own.filter((key) => key.id === id))[0];
    if (!mine) throw new GatewayFault('FACE_NOT_HERE', { fields: [{ field: 'agency', code: 'TRANSPORT_KEY_NOT_HERE' }] });
    if (!to) throw new GatewayFault('FACE_NOT_HERE', { fields: [{ field: 'source', code: 'TRANSPORT_ADDRESS_NONE' }] });
    return { own: mine, to };
  }

  /** An assertion for one request, and what its answer must fit. */
  assert({ own, to }: Way, request: string): { readonly assertion: string; readonly expected: Pick<Assertion, 'iss' | 'aud' | 'jti' | 'request'> } {
    const [iss, iat, jti] = [urnOf(own.agency), Math.floor(this.#parts.clock.now() / 1000), randomId()];
    const unsigned = draftAssertion({ iss, sub: iss, aud: to.address, jti, iat, exp: iat + ASSERTION_SECONDS, request }, keyName(own.spki));
    return { assertion: signed(unsigned, own.signer), expected: { iss: urnOf(to.agency), aud: iss, jti, request } };
  }

  /** The key of a source by its name, where it may sign answers. */
  keyOf({ to }: Way): (kid: string) => string | undefined {
    return (kid) => this.#keysOf(to.agency).find(({ spki }) => keyName(spki) === kid)?.spki;
  }

  /** Who asks: a key in use of an agency in service, for this gateway, now, once. @throws GatewayFault ASSERTION_REFUSED */
  async check(authorization: string | undefined): Promise<Asker> {
    const { projection, clock } = this.#parts;
    const parsed = parseAssertion(/^Bearer ([\w.-]+)$/.exec(authorization ?? '')?.[1] ?? '');
    if (!parsed) throw refused('ASSERTION_FORM');
    const { iss, aud, jti, iat, exp, request } = parsed.claims;
    const agency = iss.slice('urn:uscc:'.length);
    const key = this.#keysOf(agency).find(({ spki }) => keyName(spki) === parsed.kid);
    if (!key || projection.get('agency', agency)?.active !== true) throw refused('ASSERTION_KEY');
    if (!(await signedWith(parsed, key.spki))) throw refused('ASSERTION_SIGNATURE');
    const own = this.own().find(({ address }) => address === aud);
    if (!own) throw refused('ASSERTION_AUDIENCE');
    const now = clock.now() / 1000;
    if (iat > now + SKEW_SECONDS || exp < now - SKEW_SECONDS) throw refused('ASSERTION_TIME');
    if (iat < this.#since || this.#seen.has(`${agency}/${jti}`)) throw refused('ASSERTION_USED');
    this.#seen.set(`${agency}/${jti}`, true);
    return { agency, jti, request, own };
  }

  /** What is answered, for the asker alone. */
  answer({ agency, jti, request, own }: Asker, content: object): string {
    return signed(draftAnswer({ iss: urnOf(own.agency), aud: urnOf(agency), jti, iat: Math.floor(this.#parts.clock.now() / 1000), request, content }, keyName(own.spki)), own.signer);
  }
}

const signed = (unsigned: string, signer: ListSigner): string => `${unsigned}.${base64url(signer.sign(Buffer.from(unsigned)))}`;
