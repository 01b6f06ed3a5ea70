/** Asking the gateway of another agency: with a record that is durable here first. What comes back is compared with the ledger before anybody sees it; nothing of it is kept. */
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord } from '#chaincode/facts/records';
import { sceneOpens } from '#chaincode/facts/scene';
import { parseCredential, type Face } from '#chaincode/facts/credential';
import { askedDigest, isFieldsAnswer, isLicenceAnswer, readAnswer, type ExchangeAsked, type FieldsAsked } from '../../documents/exchange.js';
import { keyName } from '../../documents/jws.js';
import { readUse, releaseOf, type UseRecord } from '../../documents/use-record.js';
import { GatewayFault, type FaultCode } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import { messageOf } from '../../messages.js';
import type { KeptUse, UseLog } from '../../uses/log.js';
import type { Wish } from './authority.js';
import type { Acting } from '../licence/licence.js';
import type { Lookup } from '../verify/lookup.js';
import type { Managers } from '../../ledger/managers.js';
import { post } from '../transport/post.js';
import type { Transport, Way } from '../transport/transport.js';

/** Fields as another gateway gave them. */
export interface Obtained {
  readonly face: Face;
  /** The agency, what proves the fields, and its own signed record. ledger: its sealed document, whose digest the ledger has. agency: its word alone, for collected records that have no document. */
  readonly from: { readonly agency: string; readonly proof: 'ledger' | 'agency'; readonly record: string };
}

export interface ExchangeParts {
  readonly transport: Transport;
  readonly log: Pick<UseLog, 'append' | 'prepare'>;
  readonly projection: Pick<Projection, 'get' | 'all' | 'agencyKeys' | 'scenes'>;
  readonly managers: Pick<Managers, 'before' | 'ofKind'>;
  readonly lookup: Pick<Lookup, 'byCredential' | 'whole'>;
  /** PEM of authorities that certify other gateways, besides those of Node. */
  readonly authorities?: string | undefined;
}

/** What is looked for: the code of a natural person, for a case. */
export type Search = Omit<Wish, 'licence'> & { readonly kind: string; readonly holder: string; readonly caseNo: string; readonly scene?: string | undefined };

/** A statute that lets ask more agencies than these at once would spread a number over a province. */
const SOURCES_MAX = 8;

const wrong = (code: string): GatewayFault => new GatewayFault('SOURCE_ANSWER_WRONG', { fields: [{ field: 'source', code }] });

export class Exchange {
  readonly #parts: ExchangeParts;

  /** Told of every question to another gateway. */
  onAsked: (source: string, outcome: 'answered' | FaultCode, seconds: number) => void = () => undefined;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** @throws GatewayFault FACE_NOT_HERE where the agency cannot ask, or the source cannot be asked */
  way(agency: string, source: string): Way {
    return this.#parts.transport.way(agency, source);
  }

  /** The fields that a record of ours names. @throws GatewayFault FACE_NOT_HERE, SOURCE_UNREACHABLE, SOURCE_REFUSED, SOURCE_ANSWER_WRONG, LEDGER_UNAVAILABLE */
  async fields({ record, token, personal, random }: KeptUse, more: Pick<FieldsAsked, 'counted' | 'details' | 'opening'>): Promise<Obtained> {
    const { source, licence: id, version: number } = record;
    const licence = id === undefined ? undefined : this.#parts.projection.get('licence', id);
    const version = licence && this.#parts.lookup.whole(licence).versions.find((each) => each.version === number);
    if (source === undefined || !licence || !version || !personal || random === undefined) throw new GatewayFault('FACE_NOT_HERE');
    const way = this.way(record.agency, source);
    return this.#from(source, async () => {
      const content = await this.#ask(way, 'fields', { record: token, random, personal, ...more });
      if (!isFieldsAnswer(content)) throw wrong('SOURCE_FORM');
      const released = await this.#released(content.record, record);
      if (version.seal !== undefined && content.credential === undefined) throw wrong('SOURCE_UNPROVEN');
      const face = content.credential === undefined ? (content.face ?? {}) : await this.#proven(content.credential, identifierOf(licence.id as LicenceId, version.version));
      const names = Object.keys(face).sort();
      if (names.some((name) => !record.fields.includes(name)) || names.join() !== [...released.fields].sort().join()) throw wrong('SOURCE_OTHER_FIELDS');
      return { face, from: { agency: source, proof: content.credential === undefined ? 'agency' : 'ledger', record: content.record } };
    });
  }

  /** The sealed document: form, seal, signature, digest and dates against the ledger as this gateway has read it. */
  async #proven(credential: string, identifier: string): Promise<Face> {
    const parsed = parseCredential(credential);
    if (!parsed.ok) throw wrong(parsed.code);
    if (parsed.claims.certificateIdentifier !== identifier) throw wrong('SOURCE_OTHER_LICENCE');
    const { verdict } = await this.#parts.lookup.byCredential(credential);
    if (verdict.outcome === 'untrusted') throw wrong(verdict.parts.find(({ result, check }) => result === 'fail' && check !== 'status' && check !== 'dates')?.code ?? 'SOURCE_FORM');
    if (verdict.outcome === 'unchecked') throw new GatewayFault('LEDGER_UNAVAILABLE');
    return parsed.face;
  }

  /** The source has recorded this very use of ours, and nothing else. */
  async #released(token: string, asked: UseRecord): Promise<UseRecord> {
    const keys = this.#parts.projection.agencyKeys('use-record', asked.source ?? '');
    const released = await readUse(token, (kid) => keys.find(({ spki }) => keyName(spki) === kid));
    if (typeof released === 'string') throw wrong(released);
    const said = asked.licence === undefined ? (['agency', 'staff', 'act', 'purpose', 'source'] as const) : (['agency', 'staff', 'act', 'purpose', 'source', 'licence', 'version'] as const);
    if (released.release?.leaf !== releaseOf(asked).leaf || said.some((name) => released[name] !== asked[name])) throw wrong('SOURCE_RECORD');
    return released;
  }

  /**
   * The licence of a natural person, whom each agency knows by a reference of its own: asked of the agencies whose licences a scene opens, each under a record of its own.
   * @returns undefined where none of them has one @throws GatewayFault as `fields` does, where one of them could not say and no other has one
   */
  async find(acting: Acting, search: Search): Promise<LicenceRecord | undefined> {
    const found = await Promise.allSettled((await this.#sources(search)).map(([source, scene]) => this.#findAt(acting, source, scene, search)));
    const [licence] = found.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : []));
    const failed = found.find((each) => each.status === 'rejected');
    if (!licence && failed) throw failed.reason;
    return licence;
  }

  /** Agencies elsewhere, each with the scene that opens its licences. */
  async #sources({ agency, purpose, fields, kind, today, scene: named }: Search): Promise<[source: string, scene: string][]> {
    const { projection } = this.#parts;
    const opening = projection.scenes().filter((scene) => {
      const opened = scene.purpose === purpose && (named === undefined || scene.id === named) ? sceneOpens(scene, { grantee: agency, manager: scene.owner, kind, today }) : undefined;
      return opened !== undefined && fields.every((name) => opened.includes(name));
    });
    const issuers = opening.some(({ statute }) => statute) ? (await projection.all('agency')).filter(({ active, rights }) => active && rights.some((row) => row.kind === kind && row.right === 'issue')) : [];
    const all: [string, string][] = [];
    for (const { id, owner, statute } of opening) all.push(...(statute ? issuers.map(({ code }) => code) : await this.#keepers(owner, kind)).map((source): [string, string] => [source, id]));
    return [...new Map(all.filter(([source]) => this.#reaches(agency, source)))].slice(0, SOURCES_MAX);
  }

  /** Whose gateways may keep what an agency manages of a kind: its own, and those of the agencies from which the right has moved to it. */
  async #keepers(owner: string, kind: string): Promise<string[]> {
    const { managers } = this.#parts;
    return (await managers.before(owner)).filter((keeper) => managers.ofKind(keeper, kind) === owner);
  }

  #reaches(agency: string, source: string): boolean {
    try {
      return this.way(agency, source).to.address !== '';
    } catch (error) {
      if (error instanceof GatewayFault) return false;
      throw error;
    }
  }

  async #findAt({ agency, staff }: Acting, source: string, scene: string, { kind, holder, fields, purpose, caseNo }: Search): Promise<LicenceRecord | undefined> {
    const { log, projection } = this.#parts;
    const { record, token, personal, random } = await log.append(log.prepare({ agency, staff, act: 'look-up', authority: { by: 'scene', id: scene }, purpose, source, fields: [] }, { caseNo }));
    const way = this.way(agency, source);
    return this.#from(source, async () => {
      const content = await this.#ask(way, 'licence', { record: token, random: random ?? '', personal: personal ?? {}, kind, holder, fields });
      if (!isLicenceAnswer(content)) throw wrong('SOURCE_FORM');
      if ((await this.#released(content.record, record)).licence !== content.licence) throw wrong('SOURCE_RECORD');
      if (content.licence === undefined) return undefined;
      const licence = projection.get('licence', content.licence);
      if (!licence || splitLicenceId(licence.id as LicenceId).type !== kind || licence.manager !== source) throw wrong('SOURCE_OTHER_LICENCE');
      return licence;
    });
  }

  /** Tells how it went, and names the agency in what went wrong. */
  async #from<T>(source: string, step: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const told = (outcome: 'answered' | FaultCode): void => { this.onAsked(source, outcome, (performance.now() - from) / 1000); };
    try {
      const found = await step();
      told('answered');
      return found;
    } catch (error) {
      const { code, fields } = error instanceof GatewayFault ? error : new GatewayFault('INTERNAL');
      told(code);
      if (!code.startsWith('SOURCE_')) throw error;
      const name = this.#parts.projection.get('agency', source)?.name ?? source;
      throw new GatewayFault(code, { fields, explained: { zh: `提供机关：${name}`, en: `source: ${name}` }, cause: error });
    }
  }

  async #ask(way: Way, what: 'fields' | 'licence', asked: ExchangeAsked): Promise<Record<string, unknown>> {
    const { transport, authorities } = this.#parts;
    const { assertion, expected } = transport.assert(way, askedDigest(asked));
    const { status, text } = await post({ url: new URL(`/exchange/${what}`, way.to.address), assertion, body: JSON.stringify(asked), authorities });
    if (status >= 500) throw new GatewayFault('SOURCE_UNREACHABLE');
    const answer = objectOfText(text);
    const code = answer?.['code'];
    // Only codes that we have words for: the rest is a stranger's text.
    if (status >= 400 && typeof code === 'string' && messageOf(code).en !== code) throw new GatewayFault('SOURCE_REFUSED', { fields: [{ field: 'source', code }] });
    const content = await readAnswer(answer?.['answer'], expected, transport.keyOf(way));
    if (!content) throw wrong('SOURCE_FORM');
    return content;
  }
}

function objectOfText(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
