/** Status lists as this gateway publishes them: signed when they have changed or their time is up, and somebody asks. */
import { deflateSync } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import { todayOf, type Clock } from '../../clock.js';
import { STATUS_LIST_VALUE } from '#chaincode/facts/status';
import { listUri } from '#chaincode/facts/list-uri';
import { draftStatusList, listName, setValue, valueAt } from '../../documents/status-list.js';
import { keyName } from '../../documents/jws.js';
import { base64url } from '#chaincode/facts/hash';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import { statusOn } from './members.js';

/** A cache asks again after five minutes. */
export const STATUS_LIST_TTL_SECONDS = 300;
/** On a stick a list is good for a week; how old it may be is the verifier's to say. */
const EXPIRES_SECONDS = 7 * 86_400;
/** A busy list is signed no oftener: its change is seen as soon as that. */
const CHANGED_MS = 2_000;

/** A few KiB each. */
const TOKENS_IN_MEMORY = 10_000;

interface Signed {
  readonly token: string;
  /** Milliseconds by the clock here. */
  readonly signedAt: number;
  readonly issuedAt: number;
  readonly block: bigint;
  readonly key: string;
}

export interface StatusListsParts {
  readonly projection: Projection;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly publicName: string;
}

export class StatusLists {
  readonly #parts: StatusListsParts;
  readonly #signed = new LRUCache<string, Signed>({ max: TOKENS_IN_MEMORY });

  constructor(parts: StatusListsParts) {
    this.#parts = parts;
  }

  /** The signed list. @throws GatewayFault NOT_FOUND, LIST_KEY_NOT_HERE, LEDGER_UNAVAILABLE */
  async token(agency: string, list: number): Promise<string> {
    const { projection, clock } = this.#parts;
    const name = listName(agency, list);
    const listed = await projection.listValues(agency, list);
    if (!listed) throw new GatewayFault('NOT_FOUND');
    const [key, known] = [this.#key(agency), this.#signed.get(name)];
    if (!key) throw new GatewayFault('LIST_KEY_NOT_HERE');
    // What the list says, it says of the hour at which the index was known to hold everything: a gateway cut off from its ledger makes no new lists.
    const issuedAt = Math.floor(Date.parse(projection.knownAt) / 1000);
    if (issuedAt === 0) throw new GatewayFault('LEDGER_UNAVAILABLE');
    const changed = known && listed.changedIn > known.block && clock.now() - known.signedAt >= CHANGED_MS;
    if (known && !changed && known.key === key.id && issuedAt - known.issuedAt < STATUS_LIST_TTL_SECONDS / 2) return known.token;
    const token = this.#sign(agency, list, this.#rolledUp(agency, list, listed.values), key, issuedAt);
    this.#signed.set(name, { token, signedAt: clock.now(), issuedAt, block: projection.block, key: key.id });
    return token;
  }

  /** What nobody has written: composites whose members do not all allow it, on the day of the list. */
  #rolledUp(agency: string, list: number, values: Uint8Array): Uint8Array {
    const { projection, clock } = this.#parts;
    const zone = projection.get('ledger', 'settings')?.zone;
    const restricted = projection.compositesIn(agency, list).flatMap((id) => {
      const record = projection.get('licence', id);
      const version = record?.versions.at(-1);
      return record && version && zone && statusOn(projection, version, todayOf(clock, zone)) === 'RESTRICTED' ? [{ record, version }] : [];
    });
    if (restricted.length === 0) return values;
    const rolled = values.slice();
    for (const { record, version } of restricted) {
      const sealer = version.seal === undefined ? undefined : projection.get('seal', version.seal)?.agency;
      for (const [of, place] of [[sealer, version.place], [projection.lineAgency(record), record.line]] as const) {
        if (of === agency && place?.list === list && valueAt(rolled, place.index) === STATUS_LIST_VALUE.VALID) setValue(rolled, place.index, STATUS_LIST_VALUE.RESTRICTED);
      }
    }
    return rolled;
  }

  #sign(agency: string, list: number, values: Uint8Array, key: AgencyKeyRecord, issuedAt: number): string {
    const { projection, keyring, publicName } = this.#parts;
    const facts = { uri: listUri(publicName, agency, list), agency, ledger: projection.get('ledger', 'settings')?.ledger ?? '', block: Number(projection.block), issuedAt, nextUpdateAt: issuedAt + STATUS_LIST_TTL_SECONDS, expiresAt: issuedAt + EXPIRES_SECONDS };
    const unsigned = draftStatusList(facts, deflateSync(values, { level: 9 }), keyName(key.spki));
    const signature = keyring.signer('status-list', agency, key.id)?.sign(Buffer.from(unsigned));
    if (!signature) throw new GatewayFault('LIST_KEY_NOT_HERE');
    return `${unsigned}.${base64url(signature)}`;
  }

  /** All lists of the agencies whose keys are here, in order of name. */
  async all(): Promise<string[]> {
    const tokens: string[] = [];
    for await (const [, { agency, number }] of this.#parts.projection.records('list')) if (this.#key(agency)) tokens.push(await this.token(agency, number));
    return tokens;
  }

  /** The agency's newest key in use that lies here. */
  #key(agency: string): AgencyKeyRecord | undefined {
    const { projection, keyring } = this.#parts;
    return projection.agencyKeys('status-list', agency).find(({ id, status }) => status === 'in-use' && keyring.signer('status-list', agency, id));
  }
}
