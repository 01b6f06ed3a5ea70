/** Checksums of tables: a changed one is found, a half-written one is no reason to refuse the ledger. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { recordTables, verifyTables } from '#network/embedded/tables';

const FOOTER = Buffer.from('57fb808b247547db', 'hex');
const directory = mkdtempSync(join(tmpdir(), 'yizheng-tables-'));
mkdirSync(join(directory, 'db'));
t.teardown(() => { rmSync(directory, { recursive: true }); });
const table = join(directory, 'db', '000016.ldb');

void t.test('when a compaction is writing a table while tables are recorded', async (t) => {
  const whole = Buffer.concat([Buffer.alloc(200_000, 7), FOOTER]);
  writeFileSync(table, whole.subarray(0, 65_536));
  await recordTables(directory);
  writeFileSync(table, whole);
  await verifyTables(directory);
  await recordTables(directory);
  t.match(JSON.parse(readFileSync(join(directory, 'tables.json'), 'utf8')), { '000016.ldb': { size: whole.length } }, 'it is recorded once it is whole');
});

void t.test('when a recorded table changes', async (t) => {
  const good = readFileSync(table);
  const flipped = Buffer.from(good);
  flipped[1000] = 8;
  for (const [what, bytes] of Object.entries({ flipped, truncated: good.subarray(0, -1), grown: Buffer.concat([good, FOOTER]), empty: Buffer.alloc(0) })) {
    writeFileSync(table, bytes);
    await t.rejects(verifyTables(directory), { name: 'LedgerFault', code: 'LEDGER_DAMAGED' }, what);
  }
  writeFileSync(table, good);
  await verifyTables(directory);
});
