/** Blocks as an evidence bundle carries them, read from the embedded ledger and from a consortium's peer alike. */
import { base64url } from '#chaincode/facts/hash';
import { headerHash, readBlock, readCommitHash, type BlockParts } from '#network/embedded/block';
import type { Ledger } from '#network/ledger';
import { readEnvelope, readHeader, readPair, readPayload } from '#network/transaction';
import { readRepeated, WireReader } from '#network/wire';
import { lastConfigOf } from '../documents/evidence-bundle/config.js';
import type { EvidenceBlock, EvidenceSignature } from '../documents/evidence-bundle/format.js';

const SIGNATURES = 0;
const CODES = 2;
const EMPTY = new Uint8Array();

/** What a head says of a block. */
export interface BlockHead {
  readonly height: number;
  readonly hash: string;
  readonly commitHash?: string;
}

export class EvidenceBlocks {
  readonly #ledger: Pick<Ledger, 'block'>;

  constructor(ledger: Pick<Ledger, 'block'>) {
    this.#ledger = ledger;
  }

  async #read(number: number): Promise<BlockParts> {
    return readBlock(await this.#ledger.block(BigInt(number)));
  }

  /** @throws LedgerFault LEDGER_REFUSED where there is no such block */
  async head(number: number): Promise<BlockHead> {
    const block = await this.#read(number);
    const commitHash = number === 0 ? EMPTY : readCommitHash(block);
    return { height: number + 1, hash: base64url(headerHash(block)), ...(commitHash.length > 0 ? { commitHash: base64url(commitHash) } : {}) };
  }

  /** A block with transactions, and the place in it of those that are asked for by their ids. */
  async block(number: number): Promise<{ readonly block: EvidenceBlock; readonly places: ReadonlyMap<string, number> }> {
    const [parts, before] = await Promise.all([this.#read(number), this.#read(number - 1)]);
    const places = new Map(parts.envelopes.flatMap((envelope, tx): [string, number][] => {
      const id = idOf(envelope);
      return id === undefined ? [] : [[id, tx]];
    }));
    const commitHashBefore = number > 1 ? readCommitHash(before) : EMPTY;
    return { block: { ...evidenceOf(parts), codes: base64url(parts.metadata[CODES] ?? EMPTY), commitHash: base64url(readCommitHash(parts)), commitHashBefore: base64url(commitHashBefore) }, places };
  }

  /** Blocks of configuration from the first on, up to the one in force at a block. */
  async config(number: number): Promise<EvidenceBlock[]> {
    const found: EvidenceBlock[] = [];
    for (let at = lastConfigOf(valueOf(await this.#read(number))); ; at = lastConfigOf(valueOf(await this.#read(at - 1)))) {
      found.unshift(evidenceOf(await this.#read(at)));
      if (at === 0) return found;
    }
  }
}

const valueOf = ({ number, metadata }: BlockParts): Uint8Array => (number === 0 ? EMPTY : readPair(metadata[SIGNATURES] ?? EMPTY, 1, 1)[0]);

function evidenceOf(parts: BlockParts): EvidenceBlock {
  const { number, previousHash, envelopes, metadata } = parts;
  const signatures = number === 0 ? [] : readRepeated(metadata[SIGNATURES] ?? EMPTY, 2).map(signatureOf);
  return { number, previous: base64url(previousHash), envelopes: envelopes.map((each) => base64url(each)), value: base64url(valueOf(parts)), signatures, codes: '', commitHash: '', commitHashBefore: '' };
}

/** common.MetadataSignature: an orderer names itself by its certificate, under SmartBFT by its number. */
function signatureOf(bytes: Uint8Array): EvidenceSignature {
  const fields: Record<number, Uint8Array> = {};
  const reader = new WireReader(bytes);
  while (reader.next()) fields[reader.field] = reader.bytes();
  const [header = EMPTY, signature = EMPTY, number = EMPTY] = [fields[1], fields[2], fields[3]];
  return { by: number.length > 0 ? 'number' : 'certificate', header: base64url(number.length > 0 ? number : header), signature: base64url(signature) };
}

function idOf(envelope: Uint8Array): string | undefined {
  try {
    return readHeader(readPayload(readEnvelope(envelope).bytes).header).txId;
  } catch {
    return undefined; // garbage that peers found invalid has no id
  }
}
