/** 加注件: copies of a licence for one purpose, made by staff of the agency that manages it, or for its holder. Each is drawn and sealed anew; it carries the licence's own credential. */
import { addDays, parseDay, type Day } from '#chaincode/facts/calendar';
import { sha256Text } from '#chaincode/facts/hash';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord, Role, VersionRecord } from '#chaincode/facts/records';
import { mayTrigger } from '#chaincode/facts/seal';
import { todayOf } from '../../clock.js';
import { missingGlyphs } from '../../documents/pdf/glyphs.js';
import { GatewayFault, type FieldFault } from '../../fault.js';
import type { Drafter } from '../licence/draft.js';
import type { Acting } from '../licence/licence.js';
import type { Answer, Lookup } from '../verify/lookup.js';
import type { Managers } from '../../ledger/managers.js';
import { statusOn } from '../verify/members.js';
import { printPaper, type PrintParts } from './paper.js';
import { inReach, standing, type SignedIn } from '../use/standing.js';
import type { Uses } from '../use/use.js';

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
  readonly managers: Pick<Managers, 'of'>;
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
    const { projection, managers, lookup } = this.#parts;
    const current = this.#current(identifier, (record) => managers.of(record) === agency);
    return this.#make({ staff, agency }, current, wish, { roles: projection.get('staff', staff)?.roles ?? [], seen: () => lookup.byIdentifier(identifier, { agency }) });
  }

  /**
   * The holder's own, whoever he means it for. Nobody of the agency acts, so a seal that only certain staff may trigger seals none. Its use record is the managing agency's, and names the device.
   * @throws GatewayFault as `make`
   */
  async ofHolder(who: SignedIn & { readonly device: string }, identifier: string, wish: CopyWish): Promise<Uint8Array> {
    const { projection, clock } = this.#parts;
    const { subject, delegations } = standing(projection, clock, who, 'show');
    const current = this.#current(identifier, (record) => record.subject === subject && inReach(delegations, { kind: splitLicenceId(record.id as LicenceId).type }));
    return this.#make({ agency: this.#parts.managers.of(current.record), staff: who.device }, current, wish, { roles: [], seen: () => this.#parts.lookup.ofHolder(current.record) });
  }

  /** @throws GatewayFault NOT_FOUND for a licence that is not the asker's too */
  #current(identifier: string, isMine: (record: LicenceRecord) => boolean): Current {
    const own = parseOwnIdentifier(identifier);
    const record = own && this.#parts.projection.get('licence', own.id);
    const version = record?.versions.at(-1);
    if (!record || !version || !isMine(record) || version.version !== own?.version) throw new GatewayFault('NOT_FOUND');
    return { record, version };
  }

  async #make({ agency, staff }: Acting, { record, version }: Current, wish: CopyWish, { roles, seen }: { readonly roles: readonly Role[]; readonly seen: () => Answer }): Promise<Uint8Array> {
    const { drafter, clock, uses } = this.#parts;
    const today = todayOf(clock, drafter.zone);
    if (statusOn(this.#parts.projection, version, today) !== 'VALID') throw new GatewayFault('REFUSED', { refusal: 'STATUS_FORBIDS' });
    const fields = faultsOf(wish, today, version.validUntil as Day | undefined);
    if (fields.length > 0) throw new GatewayFault('FACE_INVALID', { fields });
    const seal = drafter.sealFor(agency, splitLicenceId(record.id as LicenceId).type, staff);
    // The ledger asks this of every act; a copy is none, so it is asked here.
    if (!mayTrigger(seal, [{ roles }])) throw new GatewayFault('REFUSED', { refusal: 'SEAL_NOT_YOURS' });
    const { pdf } = await printPaper(this.#parts, { record, version, seal }, { ...wish, expiresOn: wish.expiresOn as Day });
    await uses.note({ agency, staff }, 'copy', seen(), { copy: { ...wish, digest: sha256Text(pdf) } });
    return pdf;
  }
}

interface Current {
  readonly record: LicenceRecord;
  readonly version: VersionRecord;
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
