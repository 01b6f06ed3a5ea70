/** Figures of an auditor: counts of days, as many as a picture may cost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level, type BatchOperation } from 'level';
import t from 'tap';
import { addDays, instantOf, SHANGHAI, startOfDay, type Day } from '#chaincode/facts/calendar';
import { figuresOf } from '#gateway/acts/audit/figures';
import { ActIndex } from '#gateway/ledger/act-index';
import { FAULT_WORDS } from '#gateway/messages/faults';
import { BUREAU, KIND, MARKET } from '#test/support/ledger';

const FIRST = '2021-01-01' as Day;
const DAYS = 40;
const directory = mkdtempSync(join(tmpdir(), 'yizheng-figures-'));
const store = new Level<string, string>(directory);
t.teardown(async () => { await store.close(); rmSync(directory, { recursive: true }); });
const acts = new ActIndex(store);
await store.open();
const operations: BatchOperation<Level<string, string>, string, string>[] = [];
acts.take(operations, [BUREAU, MARKET].flatMap((agency) => Array.from({ length: DAYS }, (_, n) => {
  const at = instantOf(startOfDay(addDays(FIRST, n), SHANGHAI) * 1000);
  return { at, noun: 'licence' as const, id: `${KIND.food}.${agency}.${String(n).padStart(20, '0')}`, seq: 1, act: 'issue', by: agency, manager: agency, kind: KIND.food, actors: [] };
})), SHANGHAI);
await store.batch(operations);

let read = 0;
const counting = { tallies: async (...asked: Parameters<ActIndex['tallies']>) => { const rows = await acts.tallies(...asked); read += rows.length; return rows; } };
const parts = { projection: { acts: counting, all: async () => [{ code: BUREAU }, { code: MARKET }] }, log: { page: async () => [], firstSince: async () => 0 }, zone: SHANGHAI } as unknown as Parameters<typeof figuresOf>[0];
const scope = { agencies: new Set([BUREAU]), kinds: [{ kind: KIND.food }] };
const tooMany = { code: 'FACE_INVALID', fields: [{ field: 'from', code: 'FIGURES_TOO_MANY' }] } as unknown as Error;
const query = (from: Day, to: Day) => ({ from, to, by: 'month' as const });

void t.test('when the days hold more counts than a picture may cost', async (t) => {
  await t.rejects(figuresOf(parts, scope, query(FIRST, addDays(FIRST, DAYS)), 2 * DAYS - 1), tooMany);
  t.ok(read <= 2 * DAYS, `and no more is read than tells so: ${String(read)}`);
  read = 0;
  await t.rejects(figuresOf(parts, scope, query(FIRST, addDays(FIRST, DAYS)), 5), tooMany);
  t.equal(read, 6);
  t.match(FAULT_WORDS.FIGURES_TOO_MANY.en, /fewer days/, 'it is said what to narrow');
});

void t.test('when they hold as many as that, or fewer', async (t) => {
  t.strictSame((await figuresOf(parts, scope, query(FIRST, addDays(FIRST, DAYS)), 2 * DAYS)).acts, [{ period: '2021-01', act: 'issue', count: 62 }, { period: '2021-02', act: 'issue', count: 18 }]);
  t.strictSame((await figuresOf(parts, scope, query(FIRST, FIRST), 5)).acts, [{ period: '2021-01', act: 'issue', count: 2 }], 'part by part it is told');
});
