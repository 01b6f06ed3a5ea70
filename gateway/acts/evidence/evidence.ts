/** Makes evidence bundles (存证包): everything that proves a licence's record without this gateway and without its ledger (docs/decisions/0030). */
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { AgencyKeyRecord, LicenceRecord, SealRecord } from '#chaincode/facts/records';
import type { Noun } from '#chaincode/world';
import { parseUse } from '../../documents/use-record.js';
import { bundleDigest, EVIDENCE_FORMAT, HEADERS_MAX, USES_MAX, type EvidenceBlock, type EvidenceBundle, type EvidenceFact, type EvidenceUse } from '../../documents/evidence-bundle/format.js';
import { parseHead } from '../../documents/head.js';
import { keyName } from '../../documents/jws.js';
import { GatewayFault } from '../../fault.js';
import type { EvidenceBlocks } from '../../ledger/evidence-blocks.js';
import type { Managers } from '../../ledger/managers.js';
import type { Projection } from '../../ledger/projection.js';
import type { UseLog } from '../../uses/log.js';
import type { Heads } from './heads.js';
import type { Lookup } from '../verify/lookup.js';

export interface EvidenceParts {
  readonly managers: Pick<Managers, 'of'>;
  readonly projection: Projection;
  readonly lookup: Pick<Lookup, 'whole' | 'kept'>;
  readonly log: Pick<UseLog, 'ofHolder' | 'anchors' | 'inclusion' | 'id'>;
  readonly blocks: EvidenceBlocks;
  readonly heads: Heads;
  /** What the gateways of other agencies say of blocks: heads that they sign, of those that answer. */
  readonly attest: (blocks: readonly number[]) => Promise<readonly string[]>;
}

/** What a bundle may show besides the ledger: the face of a version, use records of an agency's own or of its licences. */
export interface EvidenceWish {
  readonly agency: string;
  /** Of which version the credential is put in; none where the asker may not see the face. */
  readonly faceOf?: number | undefined;
}

const USE_PAGE = 200;
type Place = Pick<EvidenceFact, 'block' | 'tx'>;

/** Facts to prove, each once. */
class Wanted {
  readonly #facts = new Map<string, EvidenceFact>();

  add(key: string, place: Place | undefined): void {
    // What the index names and cannot place would be left out in silence.
    if (!place) throw new GatewayFault('EVIDENCE_INCOMPLETE', { fields: [{ field: 'licence', code: 'EVIDENCE_BLOCK_MISSING', characters: key }] });
    this.#facts.set(`${String(place.block)}/${String(place.tx)}/${key}`, { key, ...place });
  }

  sorted(): EvidenceFact[] {
    return [...this.#facts.values()].sort((a, b) => a.block - b.block || a.tx - b.tx || (a.key < b.key ? -1 : 1));
  }
}

export class Evidence {
  readonly #parts: EvidenceParts;

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
  }

  /** @throws GatewayFault EVIDENCE_INCOMPLETE, EVIDENCE_TOO_LONG, HEAD_KEY_NOT_HERE */
  async make(record: LicenceRecord, { agency, faceOf }: EvidenceWish): Promise<EvidenceBundle> {
    const { projection, heads, blocks, lookup } = this.#parts;
    const last = Number(projection.block);
    const uses = await this.#uses(record, agency);
    const { facts, numbers, said } = await this.#attested(record, uses);
    const config = await blocks.config(numbers.at(-1) ?? 0);
    const from = startOf(numbers[0] ?? 0, config[1]?.number, last);
    if (last - from >= HEADERS_MAX) throw new GatewayFault('EVIDENCE_TOO_LONG');
    const held: EvidenceBlock[] = [];
    for (const number of numbers) held.push((await blocks.block(number)).block);
    const credential = faceOf === undefined ? undefined : lookup.kept(record, faceOf)?.credential;
    const bundle: EvidenceBundle = {
      format: EVIDENCE_FORMAT, ledger: projection.get('ledger', 'settings')?.ledger ?? '', licence: record.id, config, chain: await projection.headers(from, last + 1), blocks: held, facts,
      ...(credential === undefined ? {} : { credential }), uses, heads: said, made: '',
    };
    return { ...bundle, made: await heads.sign({ block: last, evidence: bundleDigest(bundle) }) };
  }

  /** Facts, and what agencies say of their blocks. Whoever says something is a fact as well: its key, and the agency whose key it is. */
  async #attested(record: LicenceRecord, uses: readonly EvidenceUse[]): Promise<{ readonly facts: readonly EvidenceFact[]; readonly numbers: readonly number[]; readonly said: readonly string[] }> {
    const { heads, attest } = this.#parts;
    const { key: own } = await heads.key();
    const first = numbersOf(await this.#facts(record, uses, [own]));
    const others = await attest(first);
    const keys = this.#signing(others);
    const facts = await this.#facts(record, uses, [own, ...keys]);
    const numbers = numbersOf(facts);
    const further = keys.length === 0 ? [] : await attest(numbers.filter((number) => !first.includes(number)));
    const mine = await Promise.all(numbers.map((block) => heads.sign({ block })));
    return { facts, numbers, said: [...mine, ...others, ...further].sort() };
  }

  #signing(tokens: readonly string[]): AgencyKeyRecord[] {
    const names = new Set(tokens.map((token) => parseHead(token)?.kid));
    return this.#parts.projection.keysOfUse('head').filter(({ spki }) => names.has(keyName(spki)));
  }

  async #facts(record: LicenceRecord, uses: readonly EvidenceUse[], keys: readonly AgencyKeyRecord[]): Promise<EvidenceFact[]> {
    const { projection, lookup } = this.#parts;
    const wanted = new Wanted();
    const newest = (noun: Noun, id: string): void => { wanted.add(`${noun}/${id}`, projection.placeOf(noun, id)); };
    const { versions, events } = lookup.whole(record);
    const { type, issuer } = splitLicenceId(record.id as LicenceId);
    newest('licence', record.id);
    newest('kind', type);
    for (let page = 0; page < (record.pages ?? 0); page++) newest('page', `${record.id}/${String(page)}`);
    for (const { txId } of events) wanted.add(`licence/${record.id}`, await this.#placeOf(txId));
    const seals = sealsOf(projection, versions.flatMap(({ seal }) => seal ?? []));
    for (const { id } of seals) newest('seal', id);
    const used = uses.flatMap(({ record: token, transaction }) => { const parsed = parseUse(token); return parsed ? [{ ...parsed, transaction }] : []; });
    for (const { record: { log }, transaction } of used) wanted.add(`log/${log}`, await this.#placeOf(transaction));
    const signing = [...new Set(used.map(({ kid }) => kid))].flatMap((kid) => this.#useKey(kid));
    for (const id of new Set([...keys.map(({ id }) => id), ...signing])) {
      newest('agency-key', id);
      wanted.add(`agency-key/${id}`, await this.#placeOf(projection.get('agency-key', id)?.putIn ?? ''));
    }
    for (const code of new Set([issuer, record.manager, ...keys.map(({ agency }) => agency), ...signing.flatMap((id) => projection.get('agency-key', id)?.agency ?? []), ...seals.map(({ agency }) => agency)])) newest('agency', code);
    return wanted.sorted();
  }

  #useKey(kid: string): string[] {
    const { projection } = this.#parts;
    const [found] = projection.keysOfUse('use-record').filter(({ spki }) => keyName(spki) === kid);
    return found ? [found.id] : [];
  }

  async #placeOf(txId: string): Promise<Place | undefined> {
    const block = this.#parts.projection.blockOf(txId);
    if (block === undefined) return undefined;
    const tx = (await this.#parts.blocks.block(Number(block))).places.get(txId);
    return tx === undefined ? undefined : { block: Number(block), tx };
  }

  /** Records of uses of this licence that the agency may show, and that are under a root: its staff's, and everybody's of its own licences. */
  async #uses(record: LicenceRecord, agency: string): Promise<EvidenceUse[]> {
    const { log, managers } = this.#parts;
    const manages = managers.of(record) === agency;
    const found: (EvidenceUse & { readonly seq: number })[] = [];
    for (let before: number | undefined; ;) {
      const page = await log.ofHolder(record.subject, { limit: USE_PAGE, before });
      for (const { record: use, token } of page) {
        const anchor = use.licence === record.id && (use.agency === agency || use.source === agency || manages) ? await log.anchors.of(use.seq) : undefined;
        if (anchor && this.#parts.projection.blockOf(anchor.txId) !== undefined) found.push({ seq: use.seq, record: token, size: anchor.size, root: anchor.root, path: log.inclusion(use.seq, anchor.size), transaction: anchor.txId });
      }
      before = page.at(-1)?.record.seq;
      if (page.length < USE_PAGE || found.length >= USES_MAX) break;
    }
    return found.slice(0, USES_MAX).sort((a, b) => a.seq - b.seq).map(({ seq: _seq, ...use }) => use);
  }
}

/** The first block of the chain: from the first configuration after block 0 on, where one orderer alone could have signed it, so that a kept head covers it too; not if that is too far. */
const startOf = (first: number, configured: number | undefined, last: number): number => (configured !== undefined && configured < first && last - configured < HEADERS_MAX ? configured : first);

const numbersOf = (facts: readonly EvidenceFact[]): number[] => [...new Set(facts.map(({ block }) => block))];

/** Seals, and those that they took over from. */
function sealsOf(projection: Projection, ids: readonly string[]): { readonly id: string; readonly agency: string }[] {
  const found = new Map<string, { readonly id: string; readonly agency: string }>();
  for (const first of ids) {
    for (let id: string | undefined = first; id !== undefined && !found.has(id);) {
      const seal: SealRecord | undefined = projection.get('seal', id);
      if (!seal) break;
      found.set(id, seal);
      id = seal.renews;
    }
  }
  return [...found.values()];
}
