import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import t from 'tap';
import { readBlock, writeBlock } from '#network/embedded/block';
import { checkLedger } from '#network/embedded/check';
import * as rows from '#network/embedded/rows';
import { type Database, newDatabase } from '#network/embedded/store';
import { startLedger } from '#test/network/embedded/support';

t.test('when a ledger is checked', async (t) => {
  const { directory, contract, close } = await startLedger(t);
  for (const key of ['a', 'b', 'c']) await contract.submitTransaction('put', key, '1');
  await contract.submitTransaction('del', 'b');
  await Promise.all(Array.from({ length: 8 }, () => contract.submitTransaction('increment', 'a').catch(() => undefined)));
  t.same((await checkLedger(directory)).problems, [], 'also from a copy of a running one');
  await close();

  const seen: number[] = [];
  const sound = await checkLedger(directory, { onProgress: ({ block }) => seen.push(block) });
  t.match(sound, { transactions: 12, problems: [] });
  t.equal(seen.length, sound.blocks);

  /** Changes the database behind the ledger's back, as somebody with access to the disk would. */
  const tamper = async (change: (db: Database) => Promise<void>): Promise<string[]> => {
    const db = newDatabase(join(directory, 'db'), false);
    await db.open();
    await change(db);
    await db.close();
    await rm(join(directory, 'tables.json'), { force: true });
    const { problems } = await checkLedger(directory);
    return [...new Set(problems.map(({ code }) => code))];
  };
  const row = rows.stateKey('yizheng', 'c');
  let kept: Buffer;

  t.same(await tamper(async (db) => {
    kept = (await db.get(row))!;
    await db.put(row, rows.writeState(row, rows.readState(row, kept).version, Buffer.from('2')));
  }), ['STATE_DIFFERS'], 'a value with a right checksum');
  t.same(await tamper((db) => db.put(row, rows.writeState(row, { block: 1, tx: 0 }, Buffer.from('1')))), ['STATE_DIFFERS'], 'a version');
  t.same(await tamper((db) => db.put(row, Buffer.from('garbage'))), ['STATE_UNREADABLE']);
  t.same(await tamper((db) => db.del(row)), ['STATE_MISSING'], 'a vanished key');
  t.same(await tamper((db) => db.put(row, kept)), []);
  const extra = rows.stateKey('yizheng', 'x');
  t.same(await tamper((db) => db.put(extra, rows.writeState(extra, { block: 1, tx: 0 }, Buffer.from('1')))), ['STATE_DIFFERS'], 'an invented key');
  await tamper((db) => db.del(extra));
  const foreign = rows.stateKey('other', 'x');
  t.same(await tamper((db) => db.put(foreign, rows.writeState(foreign, { block: 1, tx: 0 }, Buffer.from('1')))), ['STATE_FOREIGN']);
  await tamper((db) => db.del(foreign));
  const history = rows.historyKey(rows.historyPrefix('yizheng', 'c'), 3, 0);
  let keptHistory: Buffer;
  t.same(await tamper(async (db) => {
    keptHistory = (await db.get(history))!;
    await db.del(history);
  }), ['HISTORY_MISSING', 'HISTORY_COUNT']);
  await tamper((db) => db.put(history, keptHistory));

  const blockRow = rows.blockKey(3);
  let block: Buffer;
  const rewrite = (change: (parts: ReturnType<typeof readBlock>) => void) => async (db: Database): Promise<void> => {
    block ??= (await db.get(blockRow));
    const parts = readBlock(block);
    change(parts);
    await db.put(blockRow, writeBlock(parts).bytes);
  };
  t.same(await tamper(rewrite((parts) => (parts.metadata[2] = Uint8Array.of(11)))), ['VALIDATION_CODE', 'COMMIT_HASH', 'TRANSACTION_INDEX', 'STATE_DIFFERS', 'HISTORY_COUNT'], 'a valid transaction declared invalid');
  t.same(await tamper(rewrite((parts) => (parts.metadata[0] = new Uint8Array(0)))), ['BLOCK_SIGNATURE']);
  t.ok((await tamper(rewrite((parts) => (parts.metadata[4] = new Uint8Array(0))))).includes('COMMIT_HASH'));
  t.ok((await tamper(rewrite((parts) => (parts.envelopes[0] = Buffer.concat([parts.envelopes[0]!, Buffer.of(0x18, 1)]))))).includes('DATA_HASH'), 'a changed transaction');
  t.ok((await tamper(rewrite((parts) => (parts.number = 4)))).includes('BLOCK_NUMBER'));
  t.ok((await tamper((db) => db.del(blockRow))).includes('BLOCK_MISSING'));
  t.same(await tamper((db) => db.put(blockRow, block)), [], 'and whole again');
});
