/** A chain of several agencies as real peers and orderers would sign it, made by hand so that it can be made wrongly: evidence of a licence on it. */
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { base64url } from '#chaincode/facts/hash';
import { createAuthority, issueIdentity, type Credentials, type IdentityRole } from '#network/ca/authority';
import { makeGenesis, type Organisation } from '#network/channel/genesis';
import type { Ordering } from '#network/channel/consensus';
import { signLowS } from '#network/ecdsa';
import { commitHash, dataHash, headerHash, readBlock } from '#network/embedded/block';
import { headerBytes, sha256, transactionId } from '#network/embedded/crypto';
import { sortUtf8 } from '#network/embedded/order';
import { writeReadWriteSet } from '#network/rwset';
import { readActions, readEnvelope, readPayload, writeTransaction } from '#network/transaction';
import { WireWriter } from '#network/wire';
import { bundleDigest, EVIDENCE_FORMAT, type EvidenceBlock, type EvidenceBundle, type EvidenceFact } from '#gateway/documents/evidence-bundle/format';
import { draftHead, HEAD_FORMAT } from '#gateway/documents/head';
import { keyName } from '#gateway/documents/jws';
import { newKeyPair } from '#gateway/keyring';

const CHANNEL = 'yizheng';
const CONTRACT = 'yizheng';
const AT = new Date('2026-06-01T02:00:00.000Z');
const CODES = ['113703030099999063', '11370303009999228K', '113703030099993087'];
export const LICENCE = '11370000000000000T901.113703030099999063.SVP8I6PJLRVC8RPJ21RE';

interface Party {
  readonly mspId: string;
  readonly code: string;
  readonly authority: Credentials;
  readonly peer: Credentials;
  readonly orderer: Credentials;
  readonly client: Credentials;
  readonly head: ReturnType<typeof newKeyPair>;
  readonly organisation: Organisation;
}

async function party(index: number): Promise<Party> {
  const mspId = `Agency${String(index + 1)}MSP`;
  const authority = await createAuthority({ commonName: `${mspId} authority`, organization: mspId });
  const issue = (role: IdentityRole) => issueIdentity(authority, { commonName: `${role} of ${mspId}`, role });
  return {
    mspId, authority, code: CODES[index] ?? '', peer: await issue('peer'), orderer: await issue('orderer'), client: await issue('client'), head: newKeyPair(),
    organisation: { mspId, rootCertificate: authority.certificate, tlsRootCertificate: authority.certificate, ordererAddresses: [`127.0.0.1:${String(7050 + index)}`] },
  };
}

const identityOf = (mspId: string, { certificate }: Credentials): Buffer => new WireWriter().string(1, mspId).bytes(2, Buffer.from(certificate)).finish();
const signedBy = (message: Uint8Array, { privateKey }: Credentials): Buffer => signLowS(message, createPrivateKey(privateKey));

interface Written {
  readonly envelope: Uint8Array;
  readonly writes: Readonly<Record<string, unknown>>;
}
interface Made {
  readonly block: EvidenceBlock;
  readonly keys: readonly string[];
}

export class Consortium {
  readonly #parties: readonly Party[];
  readonly #bft: boolean;
  readonly config: EvidenceBlock[] = [];
  readonly #made: Made[] = [];
  readonly #headers: { previous: Uint8Array; data: Uint8Array }[] = [];
  #previous: Uint8Array = new Uint8Array();
  #commitHash: Uint8Array = new Uint8Array();
  #members: readonly number[];
  ledger = '';

  private constructor(parties: readonly Party[], bft: boolean) {
    this.#parties = parties;
    this.#bft = bft;
    this.#members = parties.map((_, i) => i);
  }

  /** @param founders how many of them are in block 0 */
  static async make(agencies = 3, { bft = false, founders = agencies } = {}): Promise<Consortium> {
    const made = new Consortium(await Promise.all(Array.from({ length: agencies }, (_, i) => party(i))), bft);
    made.#members = made.#members.slice(0, founders);
    made.#take({ number: 0, envelopes: [made.#configuration()], value: new Uint8Array(), signatures: [], codes: [] }, []);
    made.ledger = base64url(made.#previous);
    return made;
  }

  /** The chain as it is now, to be gone on with in another way by whoever has the keys. */
  fork(): Consortium {
    const made = new Consortium(this.#parties, this.#bft);
    made.config.push(...this.config);
    made.#made.push(...this.#made);
    made.#headers.push(...this.#headers);
    [made.#previous, made.#commitHash, made.#members, made.ledger] = [this.#previous, this.#commitHash, this.#members, this.ledger];
    return made;
  }

  party(index: number): Party {
    return this.#parties[index] as Party;
  }

  get height(): number {
    return this.#headers.length;
  }

  /** The configuration with those who are members now. */
  #configuration(): Uint8Array {
    const members = this.#members.map((i) => this.party(i));
    const consenters = members.map(({ mspId, orderer }, i) => ({ mspId, host: '127.0.0.1', port: 7050 + i, certificate: orderer.certificate, tlsCertificate: orderer.certificate }));
    const consensus: Ordering['consensus'] = this.#bft ? { type: 'BFT', forwardMs: 1000, complainMs: 2000, viewChangeMs: 2000, heartbeatMs: 1000 } : { type: 'etcdraft', tickMs: 500, electionTicks: 10 };
    const ordering: Ordering = { consenters, batch: { messages: 500, preferredBytes: 1 << 20, absoluteBytes: 1 << 20, timeoutMs: 100 }, consensus };
    const { bytes } = makeGenesis({ channel: CHANNEL, at: AT, capability: this.#bft ? 'V3_0' : 'V2_0', organisations: members.map(({ organisation }) => organisation), ordering });
    return readBlock(bytes).envelopes[0] ?? new Uint8Array();
  }

  /** An agency leaves: a block of configuration without it, signed by an orderer of the old one. */
  leave(index: number, by: readonly number[] = [0]): void {
    this.reconfigure(this.#members.filter((each) => each !== index), by);
  }

  /** A block of configuration with other members. @param by whose orderers sign it */
  reconfigure(members: readonly number[], by: readonly number[] = [0]): void {
    const before = this.#members;
    this.#members = members;
    const envelope = this.#configuration();
    this.#order([{ envelope, writes: {} }], [0], { lastConfig: this.height, by, members: before });
  }

  /** A transaction that writes records. @param endorsers by their numbers @param sender may be no member's */
  transaction(writes: Readonly<Record<string, unknown>>, endorsers: readonly number[], { at = AT, sender = 0, channel = CHANNEL } = {}): { envelope: Uint8Array; writes: Readonly<Record<string, unknown>>; txId: string } {
    const { mspId, client } = this.party(sender);
    const [creator, nonce] = [identityOf(mspId, client), randomBytes(24)];
    const txId = transactionId(nonce, creator);
    const seconds = Math.floor(at.getTime() / 1000);
    const chaincode = new WireWriter().string(2, CONTRACT).finish();
    const channelHeader = new WireWriter().number(1, 3).message(3, new WireWriter().number(1, seconds).finish()).string(4, channel).string(5, txId).bytes(7, new WireWriter().message(2, chaincode).finish()).finish();
    const signatureHeader = new WireWriter().bytes(1, creator).bytes(2, nonce).finish();
    const header = new WireWriter().bytes(1, channelHeader).bytes(2, signatureHeader).finish();
    const proposalPayload = new WireWriter().bytes(1, Buffer.from('submit')).finish();
    const value = (record: unknown) => Buffer.from(JSON.stringify(record).replaceAll('$TX', txId));
    const keys = sortUtf8(Object.keys(writes));
    const results = writeReadWriteSet({ namespace: CONTRACT, reads: [], ranges: [], writes: keys.map((key) => ({ key, isDelete: false, value: value(writes[key]) })) });
    const action = new WireWriter().bytes(1, results).message(3, new WireWriter().number(1, 200).finish()).message(4, chaincode).finish();
    const response = new WireWriter().bytes(1, sha256(channelHeader, signatureHeader, proposalPayload)).bytes(2, action).finish();
    const endorsements = endorsers.map((index) => {
      const { mspId: own, peer } = this.party(index);
      const endorser = identityOf(own, peer);
      return { endorser, signature: signedBy(Buffer.concat([response, endorser]), peer) };
    });
    const payload = readEnvelope(writeTransaction(header, proposalPayload, response, endorsements)).bytes;
    return { envelope: new WireWriter().bytes(1, payload).bytes(2, signedBy(payload, client)).finish(), writes, txId };
  }

  /** The same transaction with some of its endorsements, signed again by its sender. */
  endorsedBy({ envelope, writes }: Written, keep: readonly number[], sender = 0): Written {
    const { header, data } = readPayload(readEnvelope(envelope).bytes);
    const [action] = readActions(data);
    if (!action) throw new Error('no transaction');
    const payload = readEnvelope(writeTransaction(header, action.proposalPayload, action.responsePayload, keep.flatMap((i) => action.endorsements[i] ?? []))).bytes;
    return { envelope: new WireWriter().bytes(1, payload).bytes(2, signedBy(payload, this.party(sender).client)).finish(), writes };
  }

  /** A block of transactions. @param codes their validation codes; all valid where not given @param by the orderers that sign */
  order(transactions: readonly Written[], codes = transactions.map(() => 0), by: readonly number[] = this.#bft ? this.#members : [0]): number {
    return this.#order(transactions, codes, { lastConfig: this.config.at(-1)?.number ?? 0, by, members: this.#members });
  }

  #order(transactions: readonly Written[], codes: readonly number[], { lastConfig, by, members }: { lastConfig: number; by: readonly number[]; members: readonly number[] }): number {
    const envelopes = transactions.map(({ envelope }) => envelope);
    const [number, data] = [this.height, dataHash(envelopes)];
    const value = new WireWriter().message(1, new WireWriter().number(1, lastConfig).finish()).finish();
    const blockHeader = headerBytes(number, this.#previous, data);
    const signatures = by.map((index) => {
      const { mspId, orderer } = this.party(index);
      const numbered = new WireWriter().number(1, members.indexOf(index) + 1).bytes(2, randomBytes(24)).finish();
      const named = new WireWriter().bytes(1, identityOf(mspId, orderer)).bytes(2, randomBytes(24)).finish();
      const header = this.#bft ? numbered : named;
      return { by: this.#bft ? 'number' as const : 'certificate' as const, header: base64url(header), signature: base64url(signedBy(Buffer.concat([value, header, blockHeader]), orderer)) };
    });
    const keys = transactions.flatMap(({ writes }, tx) => Object.keys(writes).map((key) => `${String(tx)} ${key}`));
    this.#take({ number, envelopes, value, signatures, codes, updates: transactions }, keys);
    return number;
  }

  #take({ number, envelopes, value, signatures, codes, updates = [] }: { number: number; envelopes: readonly Uint8Array[]; value: Uint8Array; signatures: EvidenceBlock['signatures']; codes: readonly number[]; updates?: readonly Written[] }, keys: readonly string[]): void {
    const [data, previous, before] = [dataHash(envelopes), this.#previous, this.#commitHash];
    const filter = Uint8Array.from(codes);
    const isConfig = keys.length === 0;
    if (number > 0) this.#commitHash = hashOf(number, filter, isConfig ? [] : updates, before);
    const block: EvidenceBlock = {
      number, previous: base64url(previous), envelopes: envelopes.map((each) => base64url(each)), value: base64url(value), signatures,
      ...(isConfig ? { codes: '', commitHash: '', commitHashBefore: '' } : { codes: base64url(filter), commitHash: base64url(this.#commitHash), commitHashBefore: base64url(before) }),
    };
    if (isConfig) this.config.push(block);
    else this.#made.push({ block, keys });
    this.#headers.push({ previous, data });
    this.#previous = headerHash({ number, previousHash: previous, dataHash: data });
  }

  /** The commit hash that a forger writes over the first block, to have its one transaction be valid. */
  commitHashIfValid(number: number, transaction: Written): string {
    return base64url(hashOf(number, Uint8Array.of(0), [transaction], new Uint8Array()));
  }

  /** A head as an agency signs it. @param block the last one where not given */
  head(index: number, block = this.height - 1, evidence?: string): string {
    const { code, head } = this.party(index);
    const found = this.#made.find((each) => each.block.number === block)?.block;
    const hash = block === this.height - 1 ? base64url(this.#previous) : base64url(this.#headers[block + 1]?.previous ?? new Uint8Array());
    const unsigned = draftHead({ format: HEAD_FORMAT, ledger: this.ledger, agency: code, height: block + 1, hash, ...(found ? { commitHash: found.commitHash } : {}), at: AT.toISOString(), ...(evidence === undefined ? {} : { evidence }) }, keyName(head.spki));
    return `${unsigned}.${base64url(sign('sha256', Buffer.from(unsigned), { key: head.privateKey, dsaEncoding: 'ieee-p1363' }))}`;
  }

  /** The register of all agencies, and a licence with one event. */
  records(): Readonly<Record<string, unknown>> {
    const register = this.#parties.flatMap(({ code, mspId, head: { spki } }, i): [string, unknown][] => [
      [`agency/${code}`, { code, name: `示例${String(i + 1)}局`, mspId, active: true, rights: [] }], [`agency-key/${String(i)}`, { id: String(i), agency: code, use: 'head', alg: 'ES256', spki, status: 'in-use', history: [{ status: 'in-use', at: AT.toISOString() }], putIn: '$TX' }],
    ]);
    return Object.fromEntries([...register, [`licence/${LICENCE}`, this.licence()]]);
  }

  /** The register in one transaction of its keeper, but for the head keys of the other members, which each registers itself. @param change what is written otherwise */
  founding(endorsers: readonly number[], change: (key: string, i: number) => object = () => ({})): Written[] {
    const records = Object.entries(this.records()).map(([key, value], i): [string, unknown] => [key, { ...(value as object), ...change(key, i) }]);
    const ownKeys = new Map(this.#members.filter((i) => i > 0).map((i) => [`agency-key/${String(i)}`, i]));
    return [
      this.transaction(Object.fromEntries(records.filter(([key]) => !ownKeys.has(key))), endorsers),
      ...records.flatMap(([key, value]) => { const sender = ownKeys.get(key); return sender === undefined ? [] : [this.transaction({ [key]: value }, endorsers, { sender })]; }),
    ];
  }

  licence(): unknown {
    const event = { seq: 1, version: 1, act: 'import', status: 'VALID', reason: 'COLLECTED', decidedBy: CODES[0], effectiveOn: '2026-06-01', recordedAt: AT.toISOString(), txId: '$TX', actors: [] };
    return { id: LICENCE, origin: 'imported', manager: CODES[0], subject: 'uscc:91370303MA99TXT04C', versions: [{ version: 1, schema: 1, documents: [], content: 'x', issuedOn: '2026-06-01', status: 'VALID', since: '2026-06-01' }], events: [event] };
  }

  /** Evidence of the licence. @param attesting agencies that say what their peers made of each block */
  bundle({ attesting = this.#members, maker = 0 }: { attesting?: readonly number[]; maker?: number } = {}): EvidenceBundle {
    const from = this.#made[0]?.block.number ?? 0;
    const facts = this.#made.flatMap(({ block, keys }) => keys.map((each): EvidenceFact => { const [tx = '', key = ''] = each.split(' '); return { key, block: block.number, tx: Number(tx) }; }))
      .sort((a, b) => a.block - b.block || a.tx - b.tx || (a.key < b.key ? -1 : 1));
    const bundle: EvidenceBundle = {
      format: EVIDENCE_FORMAT, ledger: this.ledger, licence: LICENCE, config: this.config, chain: { from, previous: base64url(this.#headers[from]?.previous ?? new Uint8Array()), data: this.#headers.slice(from).map(({ data }) => base64url(data)) },
      blocks: this.#made.map(({ block }) => block), facts, uses: [], heads: this.#made.flatMap(({ block }) => attesting.map((index) => this.head(index, block.number))), made: '',
    };
    return { ...bundle, made: this.head(maker, this.height - 1, bundleDigest(bundle)) };
  }
}

function hashOf(block: number, codes: Uint8Array, transactions: readonly Written[], before: Uint8Array): Uint8Array {
  const written = new Map<string, { value: Uint8Array; version: { block: number; tx: number } }>();
  for (const [tx, { envelope, writes }] of transactions.entries()) {
    if (codes[tx] !== 0) continue;
    const txId = /[0-9a-f]{64}/.exec(Buffer.from(envelope).toString('latin1'))?.[0] ?? '';
    for (const [key, record] of Object.entries(writes)) written.set(key, { value: Buffer.from(JSON.stringify(record).replaceAll('$TX', txId)), version: { block, tx } });
  }
  return commitHash(codes, [{ namespace: CONTRACT, updates: sortUtf8(written.keys()).map((key) => [key, written.get(key)!] as const) }], before);
}
