/** Asking a holder: what is asked for lies here until a device signs it, or until the holder says its one-time code at a counter. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Level } from 'level';
import { instantOf } from '#chaincode/facts/calendar';
import { termFault } from '#chaincode/facts/grant';
import type { Grant } from '#chaincode/facts/grant-commands';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { PURPOSES } from '#chaincode/facts/purpose';
import type { Label } from '#chaincode/facts/records';
import { COUNTER_HOURS_MAX, COUNTER_USES_MAX } from '#chaincode/rules/grant';
import { nowOf, type Clock } from '../../clock.js';
import { grantDetailsCommitment, grantDetailsText, OPENING_BYTES, type GrantDetails } from '../../documents/grant.js';
import { GatewayFault } from '../../fault.js';
import { randomId, type Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import type { KeptGrant, Vault } from '../../vault/vault.js';
import { invalid, type Counter, type Seen } from './counter.js';
import type { Grants } from './grant.js';
import type { Acting, DraftView, LicenceActs } from '../licence/licence.js';
import type { Named } from './scene.js';

export interface GrantWish {
  /** Identifiers of licences of one holder. */
  readonly licences?: readonly { readonly identifier: string; readonly fields: readonly string[] }[] | undefined;
  /** All licences of these kinds; of an organisation, or of whoever holds the licences named beside them. */
  readonly kinds?: readonly { readonly kind: string; readonly fields: readonly string[] }[] | undefined;
  readonly organisation?: string | undefined;
  readonly purpose: string;
  readonly notBefore?: string | undefined;
  readonly notAfter: string;
  readonly uses: number;
}

/** What the holder is shown before he signs, and all he needs to compute what he signs. */
export interface AskedGrant extends KeptGrant {
  readonly ledger: string;
  readonly grantee: Named;
  readonly askedAt: string;
  readonly expiresAt: string;
}

interface Row {
  readonly id: string;
  readonly subject: string;
  readonly agency: string;
  readonly askedAt: string;
  /** Keyed digest of the one-time code. */
  readonly code: string;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A holder who has not answered in a week has said no. */
const REQUEST_MS = 7 * DAY_MS;
/** From the desk of whoever asks to the counter of an agency. */
const CODE_MS = HOUR_MS;
/** Twelve digits: said on the phone, and not found by trying before the hour is over. */
const CODE_DIGITS = 12;

export interface GrantRequestsParts {
  readonly desk: Level<string, string>;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly projection: Projection;
  readonly grants: Grants;
  readonly acts: LicenceActs;
  readonly counter: Counter;
  readonly clock: Clock;
}

export class GrantRequests {
  constructor(private readonly parts: GrantRequestsParts) {}

  /** @returns the request, and the one-time code for a holder without a device @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async ask({ agency }: Acting, wish: GrantWish): Promise<AskedGrant & { readonly code: string }> {
    const { vault, desk, clock, grants } = this.parts;
    const askedAt = nowOf(clock);
    const { subject, details } = this.#detailsOf(wish);
    const [text, opening] = [grantDetailsText(details), randomBytes(OPENING_BYTES)];
    const grant: Grant = { id: randomId(), subject, grantee: agency, notBefore: wish.notBefore ?? askedAt, notAfter: wish.notAfter, uses: wish.uses, details: grantDetailsCommitment(opening, text) };
    const [code, field] = termFault(grant, askedAt) ?? [];
    if (code !== undefined && field !== undefined) throw invalid(field, code);
    const kept: KeptGrant = { grant, text, opening: base64url(opening) };
    grants.check(kept);
    const said = String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
    const row: Row = { id: grant.id, subject, agency, askedAt, code: this.#codeName(said) };
    await vault.putGrant(kept);
    await desk.batch([{ type: 'put', key: `grant-request/${row.id}`, value: JSON.stringify(row) }, { type: 'put', key: `grant-code/${row.code}`, value: row.id }, { type: 'put', key: `grant-asked/${subject}/${row.id}`, value: '' }], { sync: true });
    return { ...this.#shown(row, kept), code: said };
  }

  /** For whoever has the link, as long as it waits: on the ledger the id is no secret any more. @throws GatewayFault NOT_FOUND */
  async asked(id: string): Promise<AskedGrant> {
    const row = await this.#waiting(id);
    const kept = row && this.parts.vault.grant(id, row.subject);
    if (!kept) throw new GatewayFault('NOT_FOUND');
    return this.#shown(row, kept);
  }

  /** What waits for a holder, the latest first. */
  async of(subject: string, limit: number): Promise<AskedGrant[]> {
    const ids = (await this.parts.desk.keys({ gt: `grant-asked/${subject}/`, lt: `grant-asked/${subject}0` }).all()).map((key) => key.slice(key.lastIndexOf('/') + 1));
    const rows = (await Promise.all(ids.map((id) => this.#waiting(id)))).filter((row) => row !== undefined).sort((a, b) => (a.askedAt < b.askedAt ? 1 : -1));
    return rows.slice(0, limit).flatMap((row) => {
      const kept = this.parts.vault.grant(row.id, subject);
      return kept ? [this.#shown(row, kept)] : [];
    });
  }

  /** The agency that asked, which carries the answer. */
  async askerOf(id: string): Promise<string | undefined> {
    return (await this.#waiting(id))?.agency;
  }

  /** The holder says no, or whoever asked takes it back: nothing of it stays. @param asker an agency, where it is the one that asked @throws GatewayFault NOT_FOUND */
  async decline(id: string, asker?: string): Promise<void> {
    const row = await this.#waiting(id);
    if (!row || (asker !== undefined && row.agency !== asker)) throw new GatewayFault('NOT_FOUND');
    await this.#forget(row);
  }

  /**
   * For a holder without a device: he says the code at a counter, the staff see who he is, and sign a grant that is short. What it opens stays as it was asked.
   * @throws GatewayFault NOT_FOUND where the code is wrong, used or older than an hour
   */
  async atCounter(acting: Acting, requestId: string, code: string, seen: readonly Seen[]): Promise<DraftView> {
    const { desk, vault, counter, acts, clock } = this.parts;
    const id = await desk.get(`grant-code/${this.#codeName(code)}`);
    const row = id === undefined ? undefined : await this.#waiting(id);
    const kept = row && vault.grant(row.id, row.subject);
    if (!kept || Date.parse(row.askedAt) + CODE_MS < clock.now()) throw new GatewayFault('NOT_FOUND');
    const until = instantOf(Date.parse(row.askedAt) + COUNTER_HOURS_MAX * HOUR_MS);
    const grant: Grant = { ...kept.grant, notBefore: row.askedAt, notAfter: kept.grant.notAfter < until ? kept.grant.notAfter : until, uses: Math.min(kept.grant.uses, COUNTER_USES_MAX) };
    const attested = await counter.attest(acting, requestId, row.subject, { grant: row.id, seen: [...new Set<Seen>([...seen, 'ONE_TIME_CODE'])] });
    return acts.draft(acting, requestId, { op: 'register', act: { op: 'grant.put', grant, ...attested } });
  }

  /** Forgets what nobody has answered, and the codes of what was. */
  async sweep(): Promise<void> {
    const { desk, projection, clock } = this.parts;
    for (const text of await desk.values({ gt: 'grant-request/', lt: 'grant-request0' }).all()) {
      const row = JSON.parse(text) as Row;
      if (projection.get('grant', row.id)) await this.#answered(row);
      else if (Date.parse(row.askedAt) + REQUEST_MS < clock.now()) await this.#forget(row);
    }
  }

  async #waiting(id: string): Promise<Row | undefined> {
    const text = await this.parts.desk.get(`grant-request/${id}`);
    if (text === undefined || this.parts.projection.get('grant', id)) return undefined;
    const row = JSON.parse(text) as Row;
    return Date.parse(row.askedAt) + REQUEST_MS < this.parts.clock.now() ? undefined : row;
  }

  async #forget(row: Row): Promise<void> {
    await this.#answered(row);
    await this.parts.vault.removeGrant(row.id);
  }

  /** What the grant is for stays in the vault. */
  async #answered({ id, code, subject }: Row): Promise<void> {
    await this.parts.desk.batch([{ type: 'del', key: `grant-request/${id}` }, { type: 'del', key: `grant-code/${code}` }, { type: 'del', key: `grant-asked/${subject}/${id}` }]);
  }

  #codeName(code: string): string {
    return base64url(hmacSha256(this.parts.keyring.secret('grant-codes.key', { create: true }), code));
  }

  #shown({ agency, askedAt }: Row, kept: KeptGrant): AskedGrant {
    const { projection } = this.parts;
    return {
      ...kept, ledger: projection.get('ledger', 'settings')?.ledger ?? '', grantee: { code: agency, name: projection.get('agency', agency)?.name ?? agency },
      askedAt, expiresAt: instantOf(Date.parse(askedAt) + REQUEST_MS),
    };
  }

  #detailsOf({ licences, kinds, organisation, purpose }: GrantWish): { subject: string; details: GrantDetails } {
    const named = (licences ?? []).map(({ identifier, fields }) => ({ licence: this.#licenceOf(identifier), fields }));
    const [first] = named;
    const subject = first ? this.parts.projection.get('licence', first.licence)?.subject : organisation === undefined ? undefined : this.parts.counter.subjectOf({ organisation });
    if (subject === undefined || (first && organisation !== undefined)) throw invalid('organisation', first ? 'FIELD_UNEXPECTED' : 'FIELD_MISSING');
    const opened = { ...(first ? { licences: named } : {}), ...(kinds === undefined ? {} : { kinds }) };
    return { subject, details: { v: 1, ...opened, purpose, text: this.#words(opened, purpose) } };
  }

  #licenceOf(identifier: string): string {
    const own = parseOwnIdentifier(identifier);
    if (!own) throw invalid('licences', 'IDENTIFIER_CHECK');
    if (!this.parts.projection.get('licence', own.id)) throw invalid('licences', 'LICENCE_UNKNOWN');
    return own.id;
  }

  /** What the holder reads: for what, which licences, which fields. Who and until when stand in the grant itself. */
  #words({ licences = [], kinds = [] }: Pick<GrantDetails, 'licences' | 'kinds'>, purpose: string): Label {
    const { zh, en } = Object.hasOwn(PURPOSES, purpose) && PURPOSES[purpose] ? PURPOSES[purpose] : { zh: purpose, en: purpose };
    const items = [...licences.map(({ licence, fields }) => ({ kind: splitLicenceId(licence as LicenceId).type, fields, all: false })), ...kinds.map((item) => ({ ...item, all: true }))].map(({ kind, fields, all }) => this.#item(kind, fields, all));
    return { zh: `用途：${zh}。${items.map((item) => item.zh).join('；')}`, en: `For: ${en}. ${items.map((item) => item.en).join('; ')}` };
  }

  #item(type: string, fields: readonly string[], all: boolean): Label {
    const kind = this.parts.projection.get('kind', type);
    const labels = fields.map((name) => kind?.fields.find((field) => field.name === name)?.label ?? { zh: name, en: name });
    const name = kind?.name ?? { zh: type, en: type };
    return { zh: `${all ? '全部' : ''}${name.zh}：${labels.map((label) => label.zh).join('、')}`, en: `${all ? 'every ' : ''}${name.en}: ${labels.map((label) => label.en).join(', ')}` };
  }
}
