/** An evidence bundle (存证包) as it lies in a file: canonical JSON, everything that is not a number or a name in base64url (docs/decisions/0030). */
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import { fromBase64url, sha256Text } from '#chaincode/facts/hash';

export const EVIDENCE_FORMAT = 'yizheng/evidence/1';
/** Characters. A licence of thirty acts in full blocks stays below; anything larger is an attack on memory. */
export const EVIDENCE_MAX = 256 << 20;
/** Headers between the first block and the head: years of a busy ledger. */
export const HEADERS_MAX = 2_000_000;
export const USES_MAX = 1_000;
const BLOCKS_MAX = 4_096;

/** An orderer's signature: over the metadata's value, this header and the block's header. BFT orderers name themselves by number. */
export interface EvidenceSignature {
  readonly by: 'certificate' | 'number';
  readonly header: string;
  readonly signature: string;
}

/** A block whole: its transactions have one hash together, so none can be shown alone. */
export interface EvidenceBlock {
  readonly number: number;
  /** Header hash of the block before; empty for block 0. */
  readonly previous: string;
  readonly envelopes: readonly string[];
  /** OrdererBlockMetadata, which names the configuration in force; empty for block 0. */
  readonly value: string;
  readonly signatures: readonly EvidenceSignature[];
  /** A validation code a transaction. */
  readonly codes: string;
  /** Of this block and of the one before; empty where there is none. */
  readonly commitHash: string;
  readonly commitHashBefore: string;
}

/** That a key was written by a transaction. */
export interface EvidenceFact {
  readonly key: string;
  readonly block: number;
  readonly tx: number;
}

/** A use record and its place under a root that a fact `log/<id>` holds. */
export interface EvidenceUse {
  readonly record: string;
  readonly size: number;
  readonly root: string;
  readonly path: readonly string[];
  readonly transaction: string;
}

export interface EvidenceBundle {
  readonly format: typeof EVIDENCE_FORMAT;
  readonly ledger: string;
  /** What is proven: a licence's whole record. */
  readonly licence: string;
  /** Blocks of configuration, from block 0 on to the one in force. */
  readonly config: readonly EvidenceBlock[];
  readonly chain: { readonly from: number; readonly previous: string; readonly data: readonly string[] };
  readonly blocks: readonly EvidenceBlock[];
  readonly facts: readonly EvidenceFact[];
  /** SD-JWT VC; only for whoever may see the face. */
  readonly credential?: string;
  readonly uses: readonly EvidenceUse[];
  /** Signed heads at the very blocks: what agencies say of their validation codes. */
  readonly heads: readonly string[];
  /** The head at the end of the chain, over all of the above. */
  readonly made: string;
}

export const bundleText = (bundle: EvidenceBundle): string => canonical(bundle as unknown as Canonical);
/** What the closing head covers. */
export const bundleDigest = ({ made: _made, ...bundle }: EvidenceBundle): string => sha256Text(canonical(bundle as unknown as Canonical));

type Is = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Is>>;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Is = (value) => typeof value === 'string';
const isCount: Is = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isBytes: Is = (value) => typeof value === 'string' && fromBase64url(value) !== undefined;
const listOf = (is: Is, most: number): Is => (value) => Array.isArray(value) && value.length <= most && value.every(is);
/** Has these members and no others. */
const closed = (shape: Shape, optional: Shape = {}): Is => (value) => isObject(value)
  && Object.entries(shape).every(([name, is]) => is(value[name])) && Object.keys(value).every((name) => Object.hasOwn(shape, name) || (Object.hasOwn(optional, name) && optional[name]?.(value[name]) === true));

const isSignature = closed({ by: (value) => value === 'certificate' || value === 'number', header: isBytes, signature: isBytes });
const isBlock = closed({ number: isCount, previous: isBytes, envelopes: listOf(isBytes, BLOCKS_MAX), value: isBytes, signatures: listOf(isSignature, 128), codes: isBytes, commitHash: isBytes, commitHashBefore: isBytes });
const isFact = closed({ key: isText, block: isCount, tx: isCount });
const isUse = closed({ record: isText, size: isCount, root: isBytes, path: listOf(isBytes, 64), transaction: isText });
const isBundle = closed({
  format: (value) => value === EVIDENCE_FORMAT, ledger: isBytes, licence: isText, config: listOf(isBlock, BLOCKS_MAX), chain: closed({ from: isCount, previous: isBytes, data: listOf(isBytes, HEADERS_MAX) }),
  blocks: listOf(isBlock, BLOCKS_MAX), facts: listOf(isFact, BLOCKS_MAX), uses: listOf(isUse, USES_MAX), heads: listOf(isText, BLOCKS_MAX), made: isText,
}, { credential: isText });

const ascends = <T>(list: readonly T[], after: (a: T, b: T) => boolean): boolean => list.every((each, i) => i === 0 || after(list[i - 1] as T, each));
const factOrder = (a: EvidenceFact, b: EvidenceFact): boolean => a.block < b.block || (a.block === b.block && (a.tx < b.tx || (a.tx === b.tx && a.key < b.key)));

/** @returns undefined unless it is a bundle in its one spelling, its blocks and facts in order and once each */
export function parseBundle(text: string): EvidenceBundle | undefined {
  if (text.length > EVIDENCE_MAX) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isBundle(value) || canonical(value as Canonical) !== text) return undefined;
    const bundle = value as EvidenceBundle;
    const inOrder = [bundle.config, bundle.blocks].every((blocks) => ascends(blocks, (a, b) => a.number < b.number)) && ascends(bundle.facts, factOrder);
    return inOrder ? bundle : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CanonicalError) return undefined;
    throw error;
  }
}

/** Whether a text says that it is a bundle. */
export const isEvidence = (text: string): boolean => text.startsWith('{') && text.includes(`"format":"${EVIDENCE_FORMAT}"`);
