/** The members of a composite licence as they are today: for the verdict, and for whoever reads it. */
import { LRUCache } from 'lru-cache';
import type { Day } from '#chaincode/facts/calendar';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { REASONS } from '#chaincode/facts/reason';
import type { KindRecord, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import { rollUp } from '#chaincode/facts/composite';
import { effectiveSince, effectiveStatus, type EffectiveStatus } from '#chaincode/facts/status';
import type { MemberFacts } from '../../documents/evidence.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import type { LicenceView } from './lookup.js';
import type { Managers } from '../../ledger/managers.js';

/** What is public of a permit, and what the composite asks of it. */
export type MemberView = Pick<LicenceView, 'identifier' | 'licence' | 'kind' | 'manager' | 'status' | 'since' | 'reason' | 'reasonCode' | 'decidedBy' | 'docNo' | 'validUntil'> & { readonly required: boolean; readonly number?: string };

/** @returns undefined for a version that lists none */
export function memberFacts(projection: Projection, version: VersionRecord | undefined, today: Day): MemberFacts[] | undefined {
  return version?.members?.flatMap(({ licence }) => {
    const record = projection.get('licence', licence);
    const current = record?.versions.at(-1);
    if (!record || !current) return [];
    return { licence, status: effectiveStatus(current.status, current.validFrom, current.validUntil, today), line: record.line, lineAgency: projection.lineAgency(record) };
  });
}

/** The status of a version on a day, a composite's by its members. A member of which nothing is known restricts nothing: the ledger took it in. */
export function statusOn(projection: Projection, version: VersionRecord, today: Day): EffectiveStatus {
  const own = effectiveStatus(version.status, version.validFrom, version.validUntil, today);
  if (own !== 'VALID' || !version.members || !version.rollUp) return own;
  const facts = memberFacts(projection, version, today) ?? [];
  return rollUp(version.rollUp, version.members.map(({ licence, required }) => ({ required, status: facts.find((each) => each.licence === licence)?.status }))) ?? own;
}

/** Since when. Of a composite that its members restrict, since the first of those that restrict it on that day. @param is what it is on that day */
export function sinceOn(projection: Projection, version: VersionRecord, is: EffectiveStatus, today: Day): string {
  if (is !== 'RESTRICTED') return effectiveSince(version, today);
  const days = (version.members ?? []).flatMap(({ licence, required }) => {
    const current = projection.get('licence', licence)?.versions.at(-1);
    const status = current && effectiveStatus(current.status, current.validFrom, current.validUntil, today);
    if (!current || status === 'VALID' || (version.rollUp === 'required' && !required)) return [];
    // A renewal that begins later took the place of the version before it on the day of the act.
    return status === 'NOT_YET_VALID' ? current.since : effectiveSince(current, today);
  });
  return days.sort()[0] ?? version.since;
}

/** More than an inspector's day has; each a few dozen bytes. */
const NUMBERS_MAX = 20_000;

export interface MembersParts {
  readonly projection: Projection;
  readonly vault: Pick<Vault, 'get' | 'isErased'>;
  readonly managers: Pick<Managers, 'of'>;
  readonly today: () => Day;
}

/** Members as anybody sees them. Told from the records alone: twenty members must not cost twenty verdicts. */
export class Members {
  /** Licence numbers, which are public, by document: each lies in a face that would have to be opened for it. */
  readonly #numbers = new LRUCache<string, string>({ max: NUMBERS_MAX });
  /** Told once a block and day: nothing else changes what is told, but for an erasure, and after one nothing is kept. */
  readonly #told = new WeakMap<LicenceRecord, { readonly block: bigint; readonly today: Day; readonly view: MemberView }>();

  constructor(private readonly parts: MembersParts) {}

  /** @returns undefined for a version that lists none */
  views({ members }: VersionRecord): MemberView[] | undefined {
    return members?.flatMap(({ licence, required }) => this.#view(licence, required) ?? []);
  }

  #view(licence: string, required: boolean): MemberView | undefined {
    const { projection, vault, today } = this.parts;
    const record = projection.get('licence', licence);
    if (!record) return undefined;
    const known = this.#told.get(record);
    const { block } = projection;
    if (known?.block === block && known.today === today() && known.view.required === required && !vault.isErased(record.subject)) return known.view;
    const view = this.#read(record, required);
    if (view?.number !== undefined) this.#told.set(record, { block, today: today(), view });
    return view;
  }

  #read(record: LicenceRecord, required: boolean): MemberView | undefined {
    const { projection, today } = this.parts;
    const version = record.versions.at(-1);
    const last = record.events.findLast((event) => event.version === version?.version);
    if (!version || !last) return undefined;
    const id = record.id as LicenceId;
    const { type } = splitLicenceId(id);
    const kind = projection.get('kind', type);
    const said = version.status === 'VALID' ? undefined : REASONS[last.reason];
    const named = (code: string) => ({ code, name: projection.get('agency', code)?.name ?? code });
    const number = kind && this.#number(record, version, kind);
    return {
      identifier: identifierOf(id, version.version), licence: id, kind: { type, name: kind?.name ?? { zh: type, en: type } }, manager: named(this.parts.managers.of(record)), required,
      status: effectiveStatus(version.status, version.validFrom, version.validUntil, today()), since: effectiveSince(version, today()), ...(said ? { reason: { zh: said.zh, en: said.en }, reasonCode: last.reason, decidedBy: named(last.decidedBy) } : {}),
      ...(last.docNo === undefined ? {} : { docNo: last.docNo }), ...(version.validUntil === undefined ? {} : { validUntil: version.validUntil }), ...(number === undefined ? {} : { number }),
    };
  }

  #number({ id, subject }: LicenceRecord, { documents }: VersionRecord, { fields }: KindRecord): string | undefined {
    const digest = documents[0]?.digest ?? '';
    const field = fields.find(({ role, disclosure }) => role === 'number' && disclosure === 'public');
    if (!field || this.parts.vault.isErased(subject)) return undefined;
    const known = this.#numbers.get(digest);
    if (known !== undefined) return known;
    const value = this.parts.vault.get(id, digest, subject)?.face[field.name];
    if (typeof value !== 'string') return undefined;
    this.#numbers.set(digest, value);
    return value;
  }
}
