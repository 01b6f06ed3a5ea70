/** The trust list and its roots, as this gateway publishes them: signed with the trust keys of the agencies hosted here, and by others' gateways where those do not suffice. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { instantOf } from '#chaincode/facts/calendar';
import { base64url } from '#chaincode/facts/hash';
import type { TrustRootRecord } from '#chaincode/facts/records';
import type { Clock } from '../../clock.js';
import { keyName, onlyVerified, protectedHeader, signers, signingInput, withSignature, isSignedDocument, type SignedDocument } from '../../documents/jws.js';
import { BUNDLE_FORMAT, type TrustBundle } from '../../documents/trust-bundle.js';
import { contentDigest, parseTrustList, TRUST_LIST_FORMAT, TRUST_LIST_TYPE, trustContent, trustListText, type TrustContent, type TrustList } from '../../documents/trust-list.js';
import { parseRoot, ROOT_FORMAT, ROOT_TYPE, rootText, type RootKey, type TrustRoot } from '../../documents/trust-root.js';
import { GatewayFault } from '../../fault.js';
import { writeKeyFile, type Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import type { StatusLists } from './status-lists.js';

const DAY_MS = 86_400_000;
/** Signed anew whenever the register has changed; this long it is good without a change being heard of. */
export const GOOD_DAYS = 7;
/** Boards that sign by hand meet no oftener. */
export const GOOD_DAYS_MAX = 90;
/** A list that says nothing new is signed again after an hour, so that its block and hour are of today. */
const REFRESH_MS = 3600_000;
/** The register is read no oftener. */
const READ_MS = 2_000;

export interface TrustListsParts {
  readonly projection: Projection;
  readonly keyring: Keyring;
  readonly clock: Clock;
  /** Where roots and lists lie that several gateways have signed. */
  readonly directory: string;
  readonly statusLists: StatusLists;
}

/** How far a document has come. */
export interface Signatures {
  readonly document: SignedDocument;
  /** Agencies that have signed, and of those how many must. */
  readonly agencies: readonly string[];
  readonly complete: boolean;
}

export class TrustLists {
  readonly #parts: TrustListsParts;
  #latest: { readonly readAt: number; readonly content: string; readonly list: TrustList; readonly document: SignedDocument } | undefined;

  constructor(parts: TrustListsParts) {
    this.#parts = parts;
  }

  /** Roots that enough agencies have signed, from the first on. */
  async roots(): Promise<SignedDocument[]> {
    const records = await this.#parts.projection.all('trust-root');
    const roots: { root: TrustRoot; document: SignedDocument }[] = [];
    for (const record of records.sort((a, b) => a.version - b.version)) {
      const signed = await this.#signRoot(this.#rootOf(record), roots.at(-1)?.root);
      if (!signed.complete) break;
      roots.push({ root: this.#rootOf(record), document: signed.document });
    }
    return roots.map(({ document }) => document);
  }

  /** The newest root on the ledger, with what signatures it has. @throws GatewayFault TRUST_NOT_SET_UP */
  async proposeRoot(): Promise<Signatures> {
    const roots = await this.roots();
    const records = await this.#parts.projection.all('trust-root');
    const next = records.find(({ version }) => version === Math.min(roots.length + 1, records.length));
    if (!next) throw new GatewayFault('TRUST_NOT_SET_UP');
    return this.#signRoot(this.#rootOf(next), roots.slice(0, next.version - 1).flatMap((document) => parseRoot(document) ?? []).at(-1));
  }

  #rootOf({ version, threshold, keys, issuedAt }: TrustRootRecord): TrustRoot {
    const { projection } = this.#parts;
    const rows = keys.flatMap((id): RootKey[] => { const key = projection.get('agency-key', id); return key ? [{ id, agency: key.agency, alg: key.alg, spki: key.spki }] : []; });
    return { format: ROOT_FORMAT, ledger: projection.get('ledger', 'settings')?.ledger ?? '', version, threshold, keys: rows, issuedAt };
  }

  async #signRoot(root: TrustRoot, before: TrustRoot | undefined): Promise<Signatures> {
    const file = this.#file(`root-${String(root.version)}`);
    const payload = base64url(rootText(root));
    const kept = this.#kept(file);
    const known = kept?.payload === payload ? kept : { payload, signatures: [] };
    const keys = [...root.keys, ...(before?.keys ?? [])];
    const document = this.#sign(await onlyVerified(known, ROOT_TYPE, keys), ROOT_TYPE, keys);
    const by = [root, ...(before ? [before] : [])];
    const signed = await Promise.all(by.map(async ({ keys, threshold }) => ({ agencies: await signers(document, ROOT_TYPE, keys), threshold })));
    const complete = signed.every(({ agencies, threshold }) => agencies.size >= threshold);
    // Kept for ever: what verifiers have pinned and followed must come out the same again.
    if (complete) this.#join(file, document);
    return { document, agencies: [...new Set(signed.flatMap(({ agencies }) => [...agencies]))], complete };
  }

  /** The trust list. @throws GatewayFault TRUST_NOT_SET_UP where too few have signed */
  async list(): Promise<SignedDocument> {
    const now = this.#parts.clock.now();
    if (this.#latest && now - this.#latest.readAt < READ_MS) return this.#latest.document;
    const root = (await this.roots()).flatMap((document) => parseRoot(document) ?? []).at(-1);
    if (!root) throw new GatewayFault('TRUST_NOT_SET_UP');
    const at = this.#asOf();
    const content = await this.#content();
    const digest = contentDigest(content);
    const known = this.#latest;
    if (known?.content === digest && known.list.root === root.version && Date.parse(at.issuedAt) - Date.parse(known.list.issuedAt) < REFRESH_MS) {
      this.#latest = { ...known, readAt: now };
      return known.document;
    }
    const list = listOf(content, root, at, GOOD_DAYS);
    const { document, complete } = await this.#signList(list, root);
    const published = complete ? { list, document } : this.#published(root);
    if (!published) throw new GatewayFault('TRUST_NOT_SET_UP');
    this.#latest = { readAt: now, content: contentDigest(published.list), ...published };
    return published.document;
  }

  /** Signed together elsewhere, and brought here. */
  #published(root: TrustRoot): { list: TrustList; document: SignedDocument } | undefined {
    const document = this.#kept(this.#file('list'));
    const list = document && parseTrustList(document);
    return document && list?.root === root.version ? { list, document } : undefined;
  }

  /** Taken before the register is read: a block that comes meanwhile must not be said to be in the list. */
  #asOf(): Pick<TrustList, 'block' | 'issuedAt'> {
    const { block, knownAt } = this.#parts.projection;
    return { block: Number(block), issuedAt: knownAt };
  }

  async #content(): Promise<TrustContent> {
    const { projection } = this.#parts;
    const ledger = projection.get('ledger', 'settings');
    if (!ledger) throw new GatewayFault('LEDGER_UNAVAILABLE');
    return trustContent({ ledger, agencies: await projection.all('agency'), seals: await projection.all('seal'), keys: await projection.all('agency-key'), kinds: projection.kinds() }, spkiOf);
  }

  async #signList(list: TrustList, root: TrustRoot, known: SignedDocument = { payload: base64url(trustListText(list)), signatures: [] }): Promise<Signatures> {
    const document = this.#sign(await onlyVerified(known, TRUST_LIST_TYPE, root.keys), TRUST_LIST_TYPE, root.keys);
    const agencies = await signers(document, TRUST_LIST_TYPE, root.keys);
    return { document, agencies: [...agencies], complete: agencies.size >= root.threshold };
  }

  /** Adds what the keys here can add. A key that the register no longer has in use does not sign. */
  #sign(document: SignedDocument, typ: string, keys: readonly RootKey[]): SignedDocument {
    const { projection, keyring } = this.#parts;
    let signed = document;
    for (const { id, agency, spki } of keys) {
      const header = protectedHeader(typ, keyName(spki));
      const signer = projection.get('agency-key', id)?.status === 'in-use' ? keyring.signer('trust', agency, id) : undefined;
      if (signer && !signed.signatures.some((each) => each.protected === header)) signed = withSignature(signed, header, signer.sign(signingInput(header, document.payload)));
    }
    return signed;
  }

  /** A list for others to sign too, good for some days. @throws GatewayFault TRUST_NOT_SET_UP */
  async propose(days: number): Promise<Signatures> {
    const root = (await this.roots()).flatMap((document) => parseRoot(document) ?? []).at(-1);
    if (!root) throw new GatewayFault('TRUST_NOT_SET_UP');
    const at = this.#asOf();
    return this.#signList(listOf(await this.#content(), root, at, days), root);
  }

  /**
   * Signs what another gateway has proposed, after comparing it with what this one has read from the ledger itself.
   * @throws GatewayFault TRUST_FORM, TRUST_DIFFERS
   */
  async cosign(offered: unknown): Promise<Signatures> {
    if (!isSignedDocument(offered)) throw new GatewayFault('TRUST_FORM');
    const [offeredRoot, list] = [parseRoot(offered), parseTrustList(offered)];
    if (offeredRoot) return this.#cosignRoot(offered, offeredRoot);
    if (!list) throw new GatewayFault('TRUST_FORM');
    const { projection, clock } = this.#parts;
    const root = (await this.roots()).flatMap((document) => parseRoot(document) ?? []).at(-1);
    const own = await this.#content();
    const [issued, until] = [Date.parse(list.issuedAt), Date.parse(list.nextUpdate)];
    const timely = issued <= clock.now() && until > clock.now() && until - issued <= GOOD_DAYS_MAX * DAY_MS;
    // Byte for byte: a member that nobody knows would be signed with the rest.
    const isOurs = root?.version === list.root && base64url(trustListText({ ...own, format: TRUST_LIST_FORMAT, root: list.root, block: list.block, issuedAt: list.issuedAt, nextUpdate: list.nextUpdate })) === offered.payload;
    if (!isOurs || list.block > Number(projection.block) || !timely) throw new GatewayFault('TRUST_DIFFERS');
    return this.#signList(list, root, offered);
  }

  async #cosignRoot(offered: SignedDocument, { version }: TrustRoot): Promise<Signatures> {
    const { projection } = this.#parts;
    const record = projection.get('trust-root', String(version));
    if (!record || base64url(rootText(this.#rootOf(record))) !== offered.payload) throw new GatewayFault('TRUST_DIFFERS');
    const before = projection.get('trust-root', String(version - 1));
    const [own, last] = [this.#rootOf(record), before && this.#rootOf(before)];
    const file = this.#file(`root-${String(version)}`);
    // What does not hold is not kept: of worthless signatures there can be so many that what lies there is no signed document any more.
    this.#join(file, await onlyVerified(offered, ROOT_TYPE, [...own.keys, ...(last?.keys ?? [])]));
    const signed = await this.#signRoot(own, last);
    this.#join(file, signed.document);
    return signed;
  }

  /** Adds signatures to those that are kept, in one go: of two registrars at once, neither must lose what the other has brought. */
  #join(file: string, { payload, signatures }: SignedDocument): void {
    const kept = this.#kept(file);
    const known = kept?.payload === payload ? kept.signatures : [];
    const added = signatures.filter(({ protected: header }) => !known.some((each) => each.protected === header));
    if (added.length > 0) this.#keep(file, { payload, signatures: [...known, ...added] });
  }

  /** Takes a list that enough agencies have signed, to be served from here. @throws GatewayFault TRUST_FORM, TRUST_DIFFERS, TRUST_INCOMPLETE */
  async publish(offered: unknown): Promise<Signatures> {
    const signed = await this.cosign(offered);
    if (!signed.complete) throw new GatewayFault('TRUST_INCOMPLETE');
    if (!parseRoot(signed.document)) this.#keep(this.#file('list'), signed.document);
    // Otherwise the one before is served on, without the seal that was just stopped.
    this.#latest = undefined;
    return signed;
  }

  /** Everything for a verifier without a network. */
  async bundle(): Promise<TrustBundle> {
    // Lists first: the trust list is then never older than the keys that signed them.
    const statusLists = await this.#parts.statusLists.all();
    return { format: BUNDLE_FORMAT, roots: await this.roots(), trustList: await this.list(), statusLists };
  }

  #file = (name: string): string => join(this.#parts.directory, `${name}.json`);

  #kept(file: string): SignedDocument | undefined {
    if (!existsSync(file)) return undefined;
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isSignedDocument(value) ? value : undefined;
  }

  #keep(file: string, document: SignedDocument): void {
    mkdirSync(this.#parts.directory, { recursive: true, mode: 0o700 });
    writeKeyFile(file, `${JSON.stringify(document)}\n`);
  }
}

const listOf = (content: TrustContent, { version }: TrustRoot, at: Pick<TrustList, 'block' | 'issuedAt'>, days: number): TrustList =>
  ({ format: TRUST_LIST_FORMAT, root: version, ...at, nextUpdate: instantOf(Date.parse(at.issuedAt) + days * DAY_MS), ...content });

const spkis = new Map<string, string>();

/** The public key in a certificate, both base64url DER. Certificates never change, so each is read once. */
function spkiOf(certificate: string): string {
  let spki = spkis.get(certificate);
  if (spki === undefined) spkis.set(certificate, (spki = base64url(new X509Certificate(Buffer.from(certificate, 'base64url')).publicKey.export({ format: 'der', type: 'spki' }))));
  return spki;
}
