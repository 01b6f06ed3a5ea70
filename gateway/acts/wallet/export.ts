/** Everything that is kept about one holder, in one file that a person can read and a program too: licences with their documents, applications, grants, who looked, devices, who he was found to be, what he objected, whom he lets act, erasure. Written piece by piece, for a sealed PDF is in it for every version. */
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { isPurpose } from '#chaincode/facts/purpose';
import { REASONS } from '#chaincode/facts/reason';
import type { EventRecord, Label, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import { nowOf, type Clock } from '../../clock.js';
import { qrUrl } from '../../documents/qr.js';
import { GatewayFault } from '../../fault.js';
import { printOrdersOf } from '../../ledger/centre-rows.js';
import type { Managers } from '../../ledger/managers.js';
import type { Projection } from '../../ledger/projection.js';
import { messageOf } from '../../messages.js';
import type { Vault } from '../../vault/vault.js';
import { ApplicationShelf } from '../applications/application-shelf.js';
import { viewOf } from '../applications/application-view.js';
import type { Delegations } from '../holder/delegation.js';
import { reasonWords, type Erasures } from './erasure.js';
import type { Filings } from '../applications/filing.js';
import type { GrantRequests } from '../use/grant-request.js';
import type { Grants } from '../use/grant.js';
import { openedIdentity, type Identities } from '../holder/identity.js';
import type { Acting } from '../licence/licence.js';
import type { Lookup } from '../verify/lookup.js';
import type { Objections } from '../holder/objection.js';
import type { Papers } from '../print/papers.js';
import type { Named } from '../use/scene.js';
import type { Uses } from '../use/use.js';
import type { Wallet } from './wallet.js';

export const EXPORT_FORMAT = 'yizheng/export/1';
const PAGE = 200;

/** One part of the file, in the order of reading. */
interface Section {
  readonly section: string;
  readonly title: Label;
  readonly items: AsyncIterable<object>;
}

export interface ExportsParts {
  readonly managers: Pick<Managers, 'of'>;
  readonly projection: Projection;
  readonly vault: Vault;
  readonly lookup: Lookup;
  readonly papers: Pick<Papers, 'pdf'>;
  readonly grants: Pick<Grants, 'list'>;
  readonly grantRequests: Pick<GrantRequests, 'of'>;
  readonly wallet: Pick<Wallet, 'uses'>;
  readonly uses: Pick<Uses, 'note'>;
  readonly identities: Pick<Identities, 'of'>;
  readonly objections: Pick<Objections, 'of'>;
  readonly delegations: Pick<Delegations, 'list'>;
  readonly filings: Pick<Filings, 'of'>;
  readonly erasures: Erasures;
  readonly clock: Clock;
  readonly publicName: string;
}

export class Exports {
  readonly #shelf: ApplicationShelf;

  constructor(private readonly parts: ExportsParts) {
    this.#shelf = new ApplicationShelf(parts.vault);
  }

  /** For staff, who hand it to the holder: what their own agency keeps; a record is left for every licence first. @throws GatewayFault FACE_INVALID, NOT_FOUND, FACE_ERASED */
  async forStaff(acting: Acting, subject: string, { purpose, caseNo }: { readonly purpose: string; readonly caseNo: string }): Promise<AsyncGenerator<string, void>> {
    if (!isPurpose(purpose)) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'purpose', code: 'PURPOSE_UNKNOWN' }] });
    if (this.parts.vault.isErased(subject)) throw new GatewayFault('FACE_ERASED');
    const { projection, lookup, uses } = this.parts;
    for (const id of await projection.licencesOf(subject, Infinity)) {
      const licence = lookup.current(id, acting.agency);
      if (licence?.manager.code === acting.agency) await uses.note(acting, 'copy', { licence }, { purpose, caseNo });
    }
    return this.of(subject, acting.agency);
  }

  /** @param agency only what this one keeps; absent: all that this gateway keeps */
  async *of(subject: string, agency?: string): AsyncGenerator<string, void> {
    const { projection, clock, publicName } = this.parts;
    const head = {
      format: EXPORT_FORMAT, madeAt: nowOf(clock), by: publicName, ledger: projection.get('ledger', 'settings')?.ledger ?? '', subject, ...(agency === undefined ? {} : { agency: this.#named(agency) }),
      note: { zh: '本文件载有关于您保存的全部信息。', en: 'This file has everything that is kept about you.' },
    };
    yield `${JSON.stringify(head, undefined, 1).slice(0, -2)},\n "sections": [`;
    for (const [i, { section, title, items }] of this.#sections(subject, agency).entries()) {
      yield `${i === 0 ? '' : ','}\n{"section": ${JSON.stringify(section)}, "title": ${JSON.stringify(title)}, "items": [`;
      let first = true;
      for await (const item of items) {
        yield `${first ? '' : ','}\n${JSON.stringify(item, undefined, 1)}`;
        first = false;
      }
      yield ']}';
    }
    yield ']}\n';
  }

  #sections(subject: string, agency: string | undefined): Section[] {
    return [
      { section: 'licences', title: { zh: '证照', en: 'Licences' }, items: this.#licences(subject, agency) },
      { section: 'applications', title: { zh: '办件', en: 'Applications' }, items: this.#applications(subject, agency) },
      { section: 'requests', title: { zh: '等待本人决定的授权申请', en: 'Grants that wait for an answer' }, items: this.#requests(subject, agency) },
      { section: 'grants', title: { zh: '授权', en: 'Grants given' }, items: this.#grants(subject, agency) },
      { section: 'uses', title: { zh: '谁看过、用过', en: 'Who looked, and who used' }, items: this.#uses(subject, agency) },
      { section: 'devices', title: { zh: '设备', en: 'Devices' }, items: this.#devices(subject, agency) },
      { section: 'identities', title: { zh: '身份核验记录', en: 'Identity records' }, items: this.#identities(subject, agency) },
      { section: 'objections', title: { zh: '异议', en: 'Objections' }, items: this.#objections(subject, agency) },
      { section: 'delegations', title: { zh: '委托', en: 'Whom the holder lets act for him' }, items: this.#delegations(subject, agency) },
      { section: 'filings', title: { zh: '已提交、等待接收的申请', en: 'Applications that wait to be taken in' }, items: this.#filings(subject, agency) },
      { section: 'prints', title: { zh: '制证与发证', en: 'Papers printed and handed over' }, items: this.#prints(subject, agency) },
      { section: 'erasure', title: { zh: '删除申请与保全', en: 'Erasure and holds' }, items: this.#erasure(subject) },
    ];
  }

  async *#licences(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    const { projection, managers, lookup } = this.parts;
    for (const id of await projection.licencesOf(subject, Infinity)) {
      const record = projection.get('licence', id);
      if (!record || (agency !== undefined && managers.of(record) !== agency)) continue;
      const { versions, events } = lookup.whole(record);
      const { type, issuer } = splitLicenceId(id as LicenceId);
      const shown: object[] = [];
      for (const version of versions) shown.push(await this.#version(record, version));
      yield {
        licence: id, kind: projection.get('kind', type)?.name ?? { zh: type, en: type }, issuer: this.#named(issuer), manager: this.#named(managers.of(record)), origin: record.origin, ...(record.source === undefined ? {} : { source: this.#named(record.source) }),
        versions: shown, history: events.map((event) => this.#event(event)),
      };
    }
  }

  /** The whole face, also what is masked elsewhere: it is his own. */
  async #version(record: LicenceRecord, { version, documents, content: _, status, ...rest }: VersionRecord): Promise<object> {
    const { projection, lookup, publicName } = this.parts;
    const kept = lookup.kept(record, version);
    const labels = new Map(projection.get('kind', splitLicenceId(record.id as LicenceId).type)?.fields.map(({ name, label }) => [name, label]));
    const pdf = documents.some(({ type }) => type === 'pdf') ? await this.#pdf(record, version) : undefined;
    return {
      version, identifier: identifierOf(record.id as LicenceId, version), status, statusWords: messageOf(status), ...rest, documents,
      face: Object.entries(kept?.face ?? {}).map(([name, value]) => ({ name, label: labels.get(name) ?? { zh: name, en: name }, value })),
      ...(kept ? {} : { faceNotHere: messageOf('FACE_NOT_HERE') }), ...(kept?.row === undefined ? {} : { publishedRow: kept.row }), ...(kept?.credential === undefined ? {} : { credential: kept.credential }), ...(kept?.qr === undefined ? {} : { qr: qrUrl(publicName, kept.qr) }),
      ...(pdf ? { pdf: { mediaType: 'application/pdf', base64: Buffer.from(pdf).toString('base64') } } : {}),
    };
  }

  async #pdf(record: LicenceRecord, version: number): Promise<Uint8Array | undefined> {
    try {
      return await this.parts.papers.pdf(record, version);
    } catch (error) {
      if (error instanceof GatewayFault) return undefined;
      throw error;
    }
  }

  #event({ actors: _, act, reason, decidedBy, ...event }: EventRecord): object {
    const words = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
    return { act, words: messageOf(act), reason: words ? { code: reason, zh: words.zh, en: words.en } : { code: reason }, decidedBy: this.#named(decidedBy), ...event };
  }

  /** Staff are not named to the holder here either, and codes that are not used yet are told to nobody again. */
  async *#prints(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    const { projection } = this.parts;
    for (const licence of await projection.licencesOf(subject, Infinity)) {
      for (const key of await projection.keysUnder(printOrdersOf(licence), { limit: Infinity })) {
        const record = projection.get('print-order', key.slice(key.lastIndexOf('/') + 1));
        if (record && (agency === undefined || record.agency === agency)) yield { order: record.id, licence, version: record.version, agency: this.#named(record.agency), state: record.state, events: record.events.map(({ actors: _, opened: __, pickUp: ___, ...event }) => event) };
      }
    }
  }

  async *#applications(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    const { projection } = this.parts;
    for (const id of await projection.applicationsBy(subject)) {
      const record = projection.get('application', id);
      if (!record || (agency !== undefined && record.agency !== agency)) continue;
      const { next: _, ...view } = viewOf(projection, this.#shelf, record);
      // Staff are not named to the holder: the agency answers for them.
      yield { ...view, events: view.events.map(({ actors: __, ...event }) => event) };
    }
  }

  async *#requests(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    for (const { grant, text, grantee, askedAt, expiresAt } of await this.parts.grantRequests.of(subject, Infinity)) {
      if (agency === undefined || grantee.code === agency) yield { ...grant, grantee, askedAt, expiresAt, details: JSON.parse(text) as object };
    }
  }

  async *#grants(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    for (let before: string | undefined, more = true; more;) {
      const page = await this.parts.grants.list({ of: subject }, { limit: PAGE, before });
      for (const { cursor: _, ...grant } of page) if (agency === undefined || grant.grantee.code === agency || grant.broughtBy.code === agency) yield grant;
      before = page.at(-1)?.cursor;
      more = page.length === PAGE;
    }
  }

  async *#uses(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    const { projection, managers, wallet } = this.parts;
    const manages = (licence: string | undefined): boolean => { const record = projection.get('licence', licence ?? ''); return record !== undefined && managers.of(record) === agency; };
    for (let before: number | undefined, more = true; more;) {
      const page = await wallet.uses({ subject }, { limit: PAGE, before });
      for (const use of page) if (agency === undefined || use.agency.code === agency || manages(use.licence)) yield use;
      before = page.at(-1)?.seq;
      more = page.length === PAGE;
    }
  }

  async *#devices(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    for (const { id, method, agency: by, spki, status, history } of await this.parts.projection.devicesOf(subject)) {
      if (agency === undefined || by === agency) yield { id, method, registeredBy: this.#named(by), key: spki, status, history };
    }
  }

  /** With what was attested, unmasked: it is his own. */
  async *#identities(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    const { projection, vault, identities } = this.parts;
    for (const view of await identities.of(subject)) {
      const record = projection.get('identity', view.id);
      const facts = record && openedIdentity(vault, record);
      if (agency === undefined || view.agency.code === agency) yield { ...view, ...(facts ? { facts } : {}) };
    }
  }

  async *#objections(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    for (let before: string | undefined, more = true; more;) {
      const page = await this.parts.objections.of({ subject }, undefined, { limit: PAGE, before });
      for (const { cursor: _, ...objection } of page) if (agency === undefined || objection.manager.code === agency) yield objection;
      before = page.at(-1)?.cursor;
      more = page.length === PAGE;
    }
  }

  /** No agency's: what he calls his people is his. */
  async *#delegations(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    if (agency === undefined) yield* await this.parts.delegations.list({ subject });
  }

  async *#filings(subject: string, agency: string | undefined): AsyncGenerator<object, void> {
    for (const filing of await this.parts.filings.of({ subject })) if (agency === undefined || filing.agency.code === agency) yield filing;
  }

  async *#erasure(subject: string): AsyncGenerator<object, void> {
    const record = this.parts.projection.get('erasure', subject);
    for (const { reason, at, grounds } of record?.asks ?? []) yield { askedAt: at, reason: reasonWords(reason), grounds: grounds.map((ground) => ({ ...ground, words: messageOf(ground.code) })) };
    for (const id of this.parts.projection.get('retention', subject)?.holds ?? []) {
      const hold = this.parts.projection.get('hold', id);
      if (hold) yield { hold: id, agency: this.#named(hold.agency), putAt: hold.putAt };
    }
  }

  #named(code: string): Named {
    return { code, name: this.parts.projection.get('agency', code)?.name ?? code };
  }
}
