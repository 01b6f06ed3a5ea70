/** The chain itself, by Fabric's rules: the same check accepts what real orderers and peers have made and what the embedded ledger has. */
import { common } from '@hyperledger/fabric-protos';
import type { Test } from 'tap';
import { decodeBlock } from '#network/blocks';
import { headerHash, readBlock, readCommitHash, writeBlock } from '#network/embedded/block';
import { readActions, readEnvelope, readHeader, readIdentity, readPair, readPayload, readResult } from '#network/transaction';
import { enter, submit, type Place } from '#test/conformance/place';
import { FabricRules, type RuleFault } from '#test/support/fabric-rules';

/** Every block holds, and no bit of one can be another. */
export async function chain(t: Test, place: Place): Promise<void> {
  const { block: last } = await submit((await enter(place)).contract, 'event', 'chain', 'v');
  const rules = await followed(t, place, last);
  const bytes = Buffer.from(await place.ledger.block(last));
  for (const [what, at, faults] of damages(bytes)) {
    const found = rules.block(flipped(bytes, at));
    t.same(faults.filter((fault) => !found.includes(fault)), [], `one bit of ${what}: ${found.join()}`);
  }
  const taken = everyNth(bytes).filter((at) => rules.block(flipped(bytes, at)).length === 0 && !isUnsigned(bytes, at));
  t.same(taken, [], 'no byte that counts is free');
  t.ok(rules.block(writeBlock({ ...readBlock(bytes), metadata: [] }).bytes).includes('BLOCK_SIGNATURE'), 'without signatures');
  t.same(rules.block(bytes), [], 'and as it is');
}

/** Block 0 names the ledger, and every block from there to the head holds. */
export async function wholeChain(t: Test, place: Place): Promise<void> {
  const { ledger } = place;
  const height = await ledger.height();
  await followed(t, place, height);
  const [genesis, head] = [await ledger.block(0n), await ledger.block(height - 1n)];
  t.equal(headerHash(readBlock(genesis)).toString('base64url'), ledger.ledgerId, 'block 0 names the ledger');
  t.same(decodeBlock(common.Block.deserializeBinary(genesis)), [], 'the configuration is no transaction');
  t.match(await ledger.head(), { headerHash: headerHash(readBlock(head)), commitHash: readCommitHash(readBlock(head)) }, 'the head is the last of them');
}

/** Reads the blocks before `end`. */
async function followed(t: Test, { ledger }: Place, end: bigint): Promise<FabricRules> {
  const rules = new FabricRules();
  const wrong: [bigint, RuleFault[]][] = [];
  for (let number = 0n; number < end; number++) {
    const faults = rules.block(await ledger.block(number));
    if (faults.length > 0) wrong.push([number, faults]);
  }
  t.same(wrong, [], `${String(end)} blocks hang together and are signed`);
  return rules;
}

const SAMPLES = 150;

const everyNth = (bytes: Buffer): number[] => Array.from({ length: SAMPLES }, (_, index) => Math.floor((index * bytes.length) / SAMPLES));

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** Metadata 1 and 3 are older forms, which nobody signs or reads. */
function isUnsigned(bytes: Buffer, at: number): boolean {
  const { metadata } = readBlock(bytes);
  return [metadata[1], metadata[3]].some((part) => part !== undefined && at >= part.byteOffset - bytes.byteOffset - 2 && at < part.byteOffset - bytes.byteOffset + part.length);
}

/** Places of a block whose first transaction has written, and what is wrong when a bit there is another. */
function damages(bytes: Buffer): [what: string, at: number, faults: RuleFault[]][] {
  const block = readBlock(bytes);
  const { bytes: payload, signature } = readEnvelope(block.envelopes[0]!);
  const { header, data } = readPayload(payload);
  const { channelHeader, creator, nonce } = readHeader(header);
  const [action] = readActions(data);
  const { results, event, proposalHash } = readResult(action!.responsePayload);
  const [value, signed] = readPair(block.metadata[0]!, 1, 2);
  // All parts are views of the block.
  const inside = (part: Uint8Array): number => part.byteOffset - bytes.byteOffset + Math.floor(part.length / 2);
  const places: [string, Uint8Array, RuleFault[]][] = [
    ['the previous hash', block.previousHash, ['PREVIOUS_HASH', 'BLOCK_SIGNATURE']],
    ['the data hash', block.dataHash, ['DATA_HASH', 'BLOCK_SIGNATURE']],
    ["the client's signature", signature, ['DATA_HASH', 'CREATOR_SIGNATURE']],
    ['the header of the channel', channelHeader, ['DATA_HASH']],
    ['the client', readIdentity(creator).certificate, ['DATA_HASH', 'CREATOR_SIGNATURE']],
    ['the nonce', nonce, ['DATA_HASH', 'TX_ID']],
    ['the proposal', action!.proposalPayload, ['DATA_HASH', 'PROPOSAL_HASH']],
    ['the proposal hash', proposalHash, ['DATA_HASH', 'PROPOSAL_HASH', 'ENDORSEMENT']],
    ['the writes', results, ['DATA_HASH', 'ENDORSEMENT']],
    ['the event', event, ['DATA_HASH', 'ENDORSEMENT']],
    ['an endorsement', action!.endorsements[0]!.signature, ['DATA_HASH', 'ENDORSEMENT']],
    ['an endorser', action!.endorsements[0]!.endorser, ['DATA_HASH', 'ENDORSEMENT']],
    ['the last configuration', value, ['BLOCK_SIGNATURE']],
    ["an orderer's signature", readPair(signed, 2, 2)[0], ['BLOCK_SIGNATURE']],
    ['the validation codes', block.metadata[2]!, ['COMMIT_HASH']],
    ['the commit hash', readCommitHash(block), ['COMMIT_HASH']],
  ];
  return places.map(([what, part, faults]) => [what, inside(part), faults]);
}
