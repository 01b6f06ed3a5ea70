/** (c) The index equals what a fresh reading of the blocks gives; on the way, that every block is the one after the last. */
import { common } from '@hyperledger/fabric-protos';
import { base64url } from '#chaincode/facts/hash';
import type { Ledger } from '#network/ledger';
import { blockFault, headerHash, readBlock } from '#network/embedded/block';
import { headerKey, type Projection } from '../ledger/projection.js';
import type { RowReader } from '../ledger/row-reader.js';
import type { Check } from './check.js';
import type { FindingCode } from './finding.js';
import type { Traced } from './set-aside.js';

/** Rows that differ and are looked at together, while no block comes in. */
const TOGETHER = 256;
/** Rows between two tellings of how far it is. */
const ROWS = 2_000;
/** Blocks asked for before they are needed. */
const AHEAD = 8;

/** @returns rows compared, and how many of them are licences */
export async function compareIndex(check: Check): Promise<{ readonly rows: number; readonly licences: number }> {
  const { fresh, state } = check.scratch;
  const { ledger, projection: ours } = check.services;
  await readBlocks(check, fresh, ours);
  check.begin('index', state.index?.rows);
  const { height, right, left, from } = await ours.still(async () => {
    await catchUp(ledger, fresh, ours.block);
    const height = Number(ours.block);
    // Where blocks came since, any row may have changed.
    const from = state.index?.height === height ? state.index : { key: '', rows: 0, licences: 0 };
    return { height, from, right: fresh.rows({ gt: from.key }), left: ours.rows({ gt: from.key }) };
  });
  if (from.key === '') {
    delete state.index;
    check.takeBack();
  }
  let { rows, licences } = from;
  let wrong: string[] = [];
  const judge = async () => { await judged(check, wrong); wrong = []; };
  try {
    for await (const [key, differs] of compared(right, left)) {
      if (differs) wrong.push(key);
      if (key.startsWith('r/licence/')) licences++;
      if (wrong.length === TOGETHER) await judge();
      if (++rows % ROWS !== 0) continue;
      if (wrong.length === 0) state.index = { height, key, rows, licences };
      await check.turn(rows);
    }
    await judge();
    state.index = { height, key: '\uffff', rows, licences };
    await check.turn(rows);
  } finally {
    await right.close();
    await left.close();
  }
  return { rows, licences };
}

/** The fresh index up to where ours is, from where it was left. */
async function readBlocks(check: Check, fresh: Projection, ours: Projection): Promise<void> {
  const { ledger } = check.services;
  await demandContinued(ledger, fresh);
  check.begin('replay', Number(fresh.block) + 1);
  if (fresh.block < 0n) check.takeBack();
  let previous = fresh.block < 0n ? new Uint8Array() : headerHash(readBlock(await ledger.block(fresh.block)));
  for await (const [number, bytes] of blocks(ledger, fresh.block + 1n, ours.block)) {
    const parts = readBlock(bytes);
    const fault = check.chain ? blockFault(parts, Number(number), previous) : undefined;
    if (fault) check.found({ code: fault, where: `block ${String(number)}` });
    previous = headerHash(parts);
    await fresh.apply(common.Block.deserializeBinary(bytes));
    await check.turn(Number(number) + 1, Number(ours.block) + 1);
  }
}

async function catchUp(ledger: Ledger, fresh: Projection, to: bigint): Promise<void> {
  for await (const [, bytes] of blocks(ledger, fresh.block + 1n, to)) await fresh.apply(common.Block.deserializeBinary(bytes));
}

async function* blocks(ledger: Ledger, from: bigint, to: bigint): AsyncIterable<[bigint, Uint8Array]> {
  const asked: Promise<Uint8Array>[] = [];
  for (let number = from; number <= to; number++) {
    while (asked.length < AHEAD && number + BigInt(asked.length) <= to) {
      const next = ledger.block(number + BigInt(asked.length));
      next.catch(() => undefined); // met when its turn comes
      asked.push(next);
    }
    yield [number, await (asked.shift() ?? ledger.block(number))];
  }
}

/** An index of blocks that the ledger no longer has, as after a backup came back, is begun anew. */
async function demandContinued(ledger: Ledger, fresh: Projection): Promise<void> {
  if (fresh.block < 0n) return;
  const height = await ledger.height();
  const block = fresh.block < height ? readBlock(await ledger.block(fresh.block)) : undefined;
  if (block && fresh.row(headerKey(block.number)) === `${base64url(block.previousHash)} ${base64url(block.dataHash)}`) return;
  await fresh.clear();
}

/** Walks two sorted indexes side by side. @returns every key, and whether its row is not the same in both */
async function* compared(right: RowReader, left: RowReader): AsyncIterable<[string, boolean]> {
  for (;;) {
    if (!right.isReady) await right.fill();
    if (!left.isReady) await left.fill();
    const [a, b] = [right.head, left.head];
    if (!a && !b) return;
    if (a && (!b || a[0] <= b[0])) right.step();
    if (b && (!a || b[0] <= a[0])) left.step();
    const key = !b || (a && a[0] < b[0]) ? a?.[0] : b[0];
    yield [key ?? '', a?.[0] !== b?.[0] || a?.[1] !== b?.[1]];
  }
}

/** Looks at rows once more, at one block, and puts them right where that was asked for. */
async function judged(check: Check, keys: readonly string[]): Promise<void> {
  const { fresh } = check.scratch;
  const { ledger, projection: ours } = check.services;
  if (keys.length === 0) return;
  await ours.still(async () => {
    await catchUp(ledger, fresh, ours.block);
    const wrong = keys.map((key) => ({ key, right: fresh.row(key), left: ours.row(key) })).filter(({ right, left }) => right !== left);
    const traced = wrong.map(({ key, right, left }): Traced => ({ code: codeOf(right, left), where: key, ...(left === undefined ? {} : { before: left }), ...(right === undefined ? {} : { after: right }) }));
    if (check.repair) {
      check.trace(traced);
      await ours.mend(wrong.map(({ key, right }) => [key, right] as const));
    }
    for (const { code, where } of traced) check.found({ code, where }, { repaired: check.repair });
  });
}

const codeOf = (right: string | undefined, left: string | undefined): FindingCode => (left === undefined ? 'INDEX_ROW_MISSING' : right === undefined ? 'INDEX_ROW_EXTRA' : 'INDEX_ROW_DIFFERS');
