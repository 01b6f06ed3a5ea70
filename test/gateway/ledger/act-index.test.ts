/** Acts in the index: found once, newest first, in pages whose cost has a bound. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level, type BatchOperation } from 'level';
import t, { type Test } from 'tap';
import { instantOf, SHANGHAI, type Day } from '#chaincode/facts/calendar';
import type { LicenceRecord } from '#chaincode/facts/records';
import { ActIndex, SCAN_MAX, type ActQuery } from '#gateway/ledger/act-index';
import { actOf, actsIn, BY, rowsOf, tailOf, withSigner, type MadeAct } from '#gateway/ledger/act-rows';
import { BUREAU, KIND, MARKET } from '#test/support/ledger';

const licence = (n: number, type: string = KIND.food) => `${type}.${BUREAU}.${String(n).padStart(20, '0')}`;
const issue = (n: number, change: Partial<MadeAct> = {}): MadeAct => ({ at: instantOf(Date.parse('2026-01-01T00:00:00Z') + n * 1000), noun: 'licence', id: licence(n), seq: 1, act: 'issue', by: BUREAU, manager: BUREAU, actors: ['clerk'], kind: KIND.food, ...change });

async function indexOf(t: Test, acts: readonly MadeAct[]): Promise<ActIndex> {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-acts-'));
  const store = new Level<string, string>(directory);
  t.teardown(async () => { await store.close(); rmSync(directory, { recursive: true }); });
  await store.open();
  const index = new ActIndex(store);
  for (let i = 0; i < acts.length; i += 5_000) {
    const operations: BatchOperation<Level<string, string>, string, string>[] = [];
    index.take(operations, acts.slice(i, i + 5_000), SHANGHAI);
    await store.batch(operations);
  }
  return index;
}
async function all(index: ActIndex, query: Omit<ActQuery, 'before'>): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  for (let before: string | undefined, pages = 1; ; pages++) {
    const page = await index.find({ ...query, before });
    t.ok(page.acts.length <= query.limit);
    ids.push(...page.acts.map(({ id, seq }) => `${id}/${String(seq)}`));
    if (page.next === undefined) return { ids, pages };
    before = page.next;
  }
}
const any = () => true;

void t.test('when there are more acts than one question reads', async (t) => {
  const many = Array.from({ length: 3 * SCAN_MAX + 7 }, (_, n) => issue(n));
  const rare = issue(11, { seq: 2, act: 'change', at: instantOf(Date.parse('2026-01-01T00:00:11.500Z')) });
  const index = await indexOf(t, [...many, rare]);
  const first = await index.find({ prefixes: [BY.time()], wanted: ({ act }) => act === 'change', limit: 50 });
  t.strictSame(first.acts, [], 'the page is empty');
  t.type(first.next, 'string', 'and says that there is more');
  const found = await all(index, { prefixes: [BY.time()], wanted: ({ act }) => act === 'change', limit: 50 });
  t.strictSame(found, { ids: [`${rare.id}/2`], pages: 4 });
  t.equal((await index.find({ prefixes: [BY.act('change') ?? ''], wanted: any, limit: 50 })).acts.length, 1, 'by the act it is found at once');
  const begun = performance.now();
  t.equal((await index.find({ prefixes: [BY.time(), BY.agency(BUREAU), BY.kind(KIND.food)], wanted: any, limit: 200 })).acts.length, 200);
  t.ok(performance.now() - begun < 1_000, 'a page of all costs what a page costs');
});

void t.test('when an act stands under several beginnings', async (t) => {
  const index = await indexOf(t, [issue(1), issue(2, { by: MARKET }), issue(3, { kind: KIND.drug, id: licence(3, KIND.drug) }), issue(4, { actors: ['clerk', 'approver'] })]);
  const ids = async (...prefixes: string[]) => (await all(index, { prefixes, wanted: any, limit: 1 })).ids;
  const [one, two, three, four] = [licence(1), licence(2), licence(3, KIND.drug), licence(4)].map((id) => `${id}/1`);
  t.strictSame(await ids(BY.agency(BUREAU), BY.kind(KIND.food), BY.agency(MARKET)), [four, three, two, one], 'once, newest first, over the edges of pages');
  t.strictSame(await ids(BY.agency(MARKET)), [two]);
  t.strictSame(await ids(BY.actor('approver'), BY.actor('nobody')), [four]);
  const between = await index.find({ prefixes: [BY.time()], wanted: any, from: issue(2).at, until: issue(4).at, limit: 9 });
  t.strictSame(between.acts.map(({ id }) => id), [licence(3, KIND.drug), licence(2)]);
  t.strictSame(await index.tallies(BUREAU, '2026-01-01' as Day, '2026-01-01' as Day, 100), [{ agency: BUREAU, day: '2026-01-01', kind: KIND.food, act: 'issue', count: 3 }, { agency: BUREAU, day: '2026-01-01', kind: KIND.drug, act: 'issue', count: 1 }].sort((a, b) => (a.kind < b.kind ? -1 : 1)));
  t.strictSame(await index.tallies(BUREAU, '2026-01-02' as Day, '2026-01-31' as Day, 100), []);
});

void t.test('when a record is written in a block', async (t) => {
  const event = (seq: number, txId: string) => ({ seq, version: 1, act: 'suspend', status: 'SUSPENDED', reason: 'X', decidedBy: BUREAU, effectiveOn: '2026-01-01', recordedAt: '2026-01-01T00:00:00.000Z', txId, actors: [{ staff: 's', method: 'gateway' }, { staff: 's', method: 'gateway' }] });
  const record = { id: licence(1), manager: MARKET, events: [event(1, 'old'), event(2, 'new')] } as unknown as LicenceRecord;
  t.strictSame(actsIn(`licence/${licence(1)}`, record, new Set(['new']), () => undefined).map(({ seq, manager, actors }) => ({ seq, manager, actors })), [{ seq: 2, manager: MARKET, actors: ['s'] }], 'only what is new in it');
  t.strictSame(actsIn(`page/${licence(1)}/0`, [[], [event(7, 'new')]], new Set(['new']), () => MARKET).map(({ id, seq, manager }) => ({ id, seq, manager })), [{ id: licence(1), seq: 7, manager: MARKET }], 'what moved to a page at once is not lost');
});

void t.test('when staff of one agency act in the name of another', async (t) => {
  const agencyOf = (staff: string) => (staff === 'clerk' ? MARKET : undefined);
  const act = withSigner(issue(1), ['nobody', 'clerk'], agencyOf);
  t.equal(act.signed, MARKET);
  t.strictSame(actOf(tailOf(act)), { at: act.at, noun: 'licence', id: act.id, seq: 1, act: 'issue', by: BUREAU, manager: BUREAU, signed: MARKET }, 'and the row says so');
  t.strictSame(rowsOf(act).filter((row) => row.startsWith('act/a/')).map((row) => row.split('/')[2]).sort(), [BUREAU, MARKET].sort(), 'it lies among the acts of both');
  t.strictSame(withSigner(issue(1, { by: MARKET }), ['clerk'], agencyOf), issue(1, { by: MARKET }), 'where the row names the agency already it says nothing twice');
});
