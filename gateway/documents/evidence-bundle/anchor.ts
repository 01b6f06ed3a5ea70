/** What a bundle is held against: heads kept elsewhere, and heads by which agencies say what their peers made of a block. */
import { base64url } from '#chaincode/facts/hash';
import { runHashes } from '../block-header.js';
import { headHolds, parseHead, type SignedHead } from '../head.js';
import type { Trust } from '../trust-bundle.js';
import { bytesOf, blockName, type OpenBlock } from './block.js';
import { bundleDigest, type EvidenceBundle } from './format.js';
import type { Findings } from './part.js';
import type { Facts } from './records.js';

/** Header hashes of the chain, by number. */
export class ChainHashes {
  readonly #from: number;
  readonly #hashes: readonly Uint8Array[];

  constructor({ chain: { from, previous, data } }: EvidenceBundle) {
    this.#from = from;
    this.#hashes = runHashes({ from, previous: bytesOf(previous), data: data.map(bytesOf) });
  }

  /** base64url; undefined outside of the chain. */
  at(number: number): string | undefined {
    const hash = this.#hashes[number - this.#from];
    return hash && base64url(hash);
  }

  get last(): number {
    return this.#from + this.#hashes.length - 1;
  }
}

/** Blocks of the bundle are those of the chain. */
export function checkChain({ config, blocks, chain }: EvidenceBundle, opened: ReadonlyMap<number, OpenBlock>, hashes: ChainHashes, findings: Findings): void {
  for (const { number } of [...config, ...blocks]) {
    const block = opened.get(number);
    const data = chain.data[number - chain.from];
    // Older configuration lies before the chain: orderers have signed it, and block 0 is the ledger's name.
    if (data === undefined && config.some((each) => each.number === number) && number < chain.from) continue;
    if (!block || data === undefined) findings.fail('chain', 'EVIDENCE_BLOCK_OUTSIDE', blockName(number));
    else if (base64url(block.dataHash) !== data) findings.fail('chain', 'EVIDENCE_DATA_HASH', blockName(number));
    else if (base64url(block.hash) !== hashes.at(number)) findings.fail('chain', 'EVIDENCE_PREVIOUS_HASH', blockName(number));
  }
}

/** Kept heads that can be read. */
export const keptHeads = (tokens: readonly string[]): SignedHead[] => tokens.flatMap((token) => parseHead(token.trim()) ?? []);

/**
 * Whether a head that the verifier has kept lies on the chain, at or after the last fact: then the blocks were there when it was signed.
 * @param agencies whether several organisations endorse on a ledger that the verifier means: their signatures stand for it, too
 * @returns the head that covers
 */
export function checkHeads(kept: readonly SignedHead[], { ledger, blocks }: EvidenceBundle, hashes: ChainHashes, findings: Findings, agencies: boolean): SignedHead | undefined {
  if (kept.some(({ head }) => head.ledger !== ledger)) findings.fail('ledger', 'EVIDENCE_LEDGER_OTHER');
  const newest = blocks.at(-1)?.number ?? 0;
  const own = kept.filter(({ head }) => head.ledger === ledger);
  for (const { head } of own) {
    const hash = hashes.at(head.height - 1);
    if (hash !== undefined && hash !== head.hash) findings.fail('head', 'EVIDENCE_HEAD_DIFFERS', blockName(head.height - 1));
  }
  const covering = own.filter(({ head }) => head.height > newest && hashes.at(head.height - 1) === head.hash).sort((a, b) => a.head.height - b.head.height)[0];
  if (covering || findings.failed('head')) return covering;
  if (agencies) return void findings.pass('head', 'EVIDENCE_AGENCIES');
  const beyond = own.find(({ head }) => head.height - 1 > hashes.last);
  return void findings.unchecked('head', own.length === 0 ? 'EVIDENCE_NO_HEAD' : beyond ? 'EVIDENCE_HEAD_BEYOND' : 'EVIDENCE_HEAD_OLDER');
}

/** Keys of agencies for heads: those of the verifier's own trust list, else those that the bundle shows to be on the ledger. */
export function headKeys(facts: Facts, trust: Trust | undefined): (kid: string) => { readonly agency: string; readonly spki: string; readonly status: string } | undefined {
  return (kid) => {
    const key = trust?.index.keys.get(kid) ?? facts.agencyKey(kid);
    return key?.use === 'head' ? key : undefined;
  };
}

/** @returns the agency, or undefined where the signature is not that of a head key of it */
async function signerOf(signed: SignedHead, keyOf: ReturnType<typeof headKeys>): Promise<string | undefined> {
  const key = keyOf(signed.kid);
  return key?.agency === signed.head.agency && (await headHolds(signed, key.spki)) ? key.agency : undefined;
}

/** Whether the heads that were given as kept were ever signed: a head is easily written, also by whoever made the bundle. */
export async function checkKept(kept: readonly SignedHead[], keyOf: ReturnType<typeof headKeys>, findings: Findings): Promise<void> {
  for (const signed of kept) {
    const name = `${signed.head.agency}, ${blockName(signed.head.height - 1)}`;
    if (!keyOf(signed.kid)) findings.unchecked('head', 'EVIDENCE_HEAD_UNKNOWN', name);
    else if ((await signerOf(signed, keyOf)) === undefined) findings.fail('head', 'HEAD_SIGNATURE', name);
  }
}

/** The closing head: who made the bundle, and that it is as it was made. @returns the maker */
export async function checkWhole(bundle: EvidenceBundle, hashes: ChainHashes, keyOf: ReturnType<typeof headKeys>, findings: Findings): Promise<SignedHead | undefined> {
  if (bundle.made === '') return void findings.unchecked('whole', 'EVIDENCE_UNSIGNED');
  const made = parseHead(bundle.made);
  if (!made) return void findings.fail('whole', 'EVIDENCE_MAKER_FORM');
  if (made.head.evidence !== bundleDigest(bundle)) findings.fail('whole', 'EVIDENCE_CHANGED');
  if (made.head.ledger !== bundle.ledger || made.head.height - 1 !== hashes.last || made.head.hash !== hashes.at(hashes.last)) findings.fail('whole', 'EVIDENCE_MAKER_HEAD');
  const key = keyOf(made.kid);
  if (!key) findings.unchecked('whole', 'EVIDENCE_MAKER_UNKNOWN');
  else if ((await signerOf(made, keyOf)) === undefined) findings.fail('whole', 'EVIDENCE_MAKER_SIGNATURE');
  else if (key.status === 'stopped') findings.unchecked('whole', 'EVIDENCE_MAKER_STOPPED');
  return made;
}

export interface CodeQuestion {
  readonly bundle: EvidenceBundle;
  readonly hashes: ChainHashes;
  readonly kept: readonly SignedHead[];
  readonly facts: Facts;
  readonly keyOf: ReturnType<typeof headKeys>;
  readonly endorsing: readonly string[];
  readonly needed: number;
}

/**
 * What agencies say of the validation codes of each block, by heads at that very block; a head kept elsewhere counts by itself.
 * Codes are covered by no hash of the chain and by no orderer: peers write them.
 *
 * @param endorsing organisations of which so many must say the same; whoever is none of them, or has a key that was stopped or that another organisation registered, counts for none
 * @returns those that say so of every block
 */
export async function checkCodes({ bundle, hashes, kept, facts, keyOf, endorsing, needed }: CodeQuestion, findings: Findings): Promise<readonly string[]> {
  const said = bundle.heads.map((token) => parseHead(token));
  const counts: ReadonlySet<string>[] = [];
  for (const [i, signed] of said.entries()) {
    const block = signed && bundle.blocks.find(({ number }) => number === signed.head.height - 1);
    if (!block || signed.head.ledger !== bundle.ledger) findings.fail('code', 'EVIDENCE_ATTESTATION_FORM', `head ${String(i)}`);
  }
  for (const { number, commitHash } of bundle.blocks) {
    const by = new Set<string>();
    if (kept.some(({ head }) => head.height - 1 === number && head.commitHash !== undefined && head.commitHash !== commitHash)) findings.fail('code', 'EVIDENCE_CODES_DIFFER', blockName(number));
    const own = kept.some(({ head }) => head.height - 1 === number && head.commitHash === commitHash);
    for (const signed of said) {
      if (signed?.head.height !== number + 1) continue;
      if (signed.head.commitHash !== commitHash || signed.head.hash !== hashes.at(number)) findings.fail('code', 'EVIDENCE_CODES_DIFFER', blockName(number));
      if ((await signerOf(signed, keyOf)) === undefined) findings.fail('code', 'EVIDENCE_ATTESTATION_SIGNATURE', blockName(number));
      else if (keyOf(signed.kid)?.status !== 'stopped') {
        const organisation = facts.speaker(signed.kid);
        if (organisation !== undefined && endorsing.includes(organisation)) by.add(organisation);
      }
    }
    counts.push(by);
    if (by.size < needed && !own) findings.unchecked('code', 'EVIDENCE_CODES_UNSAID', `${blockName(number)}, ${String(by.size)} of ${String(needed)}`);
  }
  return [...(counts[0] ?? [])].filter((each) => counts.every((by) => by.has(each))).sort();
}
