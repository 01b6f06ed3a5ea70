/** 加注件: copies of a licence for one purpose, made by staff of the agency that manages it. Each is drawn and sealed anew; it carries the licence's own credential. */
import { addDays, parseDay, type Day } from '#chaincode/facts/calendar';
import { sha256Text } from '#chaincode/facts/hash';
import { parseOwnIdentifier, splitLicenceId } from '#chaincode/facts/identifier';
import { mayTrigger } from '#chaincode/facts/seal';
import { todayOf } from '../clock.js';
import { missingGlyphs } from '../documents/pdf/glyphs.js';
import { GatewayFault, type FieldFault } from '../fault.js';
import type { Drafter } from './draft.js';
import type { Acting } from './licence.js';
import type { Lookup } from './lookup.js';
import { statusOn } from './members.js';
import { printPaper, type PrintParts } from './paper.js';
import type { Uses } from './use.js';

/** A copy for longer is a second licence. */
export const COPY_DAYS_MAX = 366;

export interface CopyWish {
  /** What it may be used for. */
  readonly cause: string;
  /** Who asked for it. */
  readonly requester: string;
  /** The last day on which it may be used. */
  readonly expiresOn: string;
}

export interface CopiesParts extends PrintParts {
  readonly drafter: Pick<Drafter, 'signer' | 'sealFor' | 'zone'>;
  readonly lookup: Lookup;
  readonly uses: Pick<Uses, 'note'>;
}

export class Copies {
  readonly #parts: CopiesParts;

  constructor(parts: CopiesParts) {
    this.#parts = parts;
  }

  /**
   * @returns the sealed PDF, with the purpose drawn over every page and inside it; its use record keeps the digest
   * @throws GatewayFault NOT_FOUND, REFUSED (not in force; a role that may not trigger the seal), FACE_INVALID, FACE_NOT_HERE, SEAL_NOT_HERE, SEAL_LOCKED
   */
  async make({ agency, staff }: Acting, identifier: string, wish: CopyWish): Promise<Uint8Array> {
    const { projection, drafter, clock, lookup, uses } = this.#parts;
    const own = parseOwnIdentifier(identifier);
    const record = own && projection.get('licence', own.id);
    const version = record?.versions.at(-1);
    if (!version || record?.manager !== agency || version.version !== own?.version) throw new GatewayFault('NOT_FOUND');
    const today = todayOf(clock, drafter.zone);
    if (statusOn(projection, version, today) !== 'VALID') throw new GatewayFault('REFUSED', { refusal: 'STATUS_FORBIDS' });
    const fields = faultsOf(wish, today, version.validUntil as Day | undefined);
    if (fields.length > 0) throw new GatewayFault('FACE_INVALID', { fields });
    const seal = drafter.sealFor(agency, splitLicenceId(own.id).type, staff);
    // The ledger asks this of every act; a copy is none, so it is asked here.
    if (!mayTrigger(seal, [{ roles: projection.get('staff', staff)?.roles ?? [] }])) throw new GatewayFault('REFUSED', { refusal: 'SEAL_NOT_YOURS' });
    const { pdf } = await printPaper(this.#parts, { record, version, seal }, { ...wish, expiresOn: wish.expiresOn as Day });
    await uses.note({ agency, staff }, 'copy', lookup.byIdentifier(identifier, { agency }), { copy: { ...wish, digest: sha256Text(pdf) } });
    return pdf;
  }
}

function faultsOf({ cause, requester, expiresOn }: CopyWish, today: Day, validUntil: Day | undefined): FieldFault[] {
  const last = [addDays(today, COPY_DAYS_MAX), ...(validUntil === undefined ? [] : [validUntil])].sort()[0] ?? today;
  const drawn = Object.entries({ cause, requester }).flatMap(([field, value]): FieldFault[] => {
    if (value.trim() === '') return [{ field, code: 'FIELD_MISSING' }];
    const missing = missingGlyphs(value);
    return missing.length === 0 ? [] : [{ field, code: 'GLYPH_MISSING', characters: missing.join('') }];
  });
  const until = !parseDay(expiresOn) || expiresOn < today || expiresOn > last ? [{ field: 'expiresOn', code: 'COPY_UNTIL' }] : [];
  return [...drawn, ...until];
}
