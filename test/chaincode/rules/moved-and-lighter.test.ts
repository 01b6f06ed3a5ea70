/** Rights that move more than once, and papers to come that would become lighter on their way to the licence. */
import t from 'tap';
import type { Day, Instant } from '#chaincode/facts/calendar';
import { managerOn } from '#chaincode/rules/rights';
import { clerkOf } from '#test/support/holders';
import { agencyPut, BRANCH, BUREAU, HOLDER, KIND, KINDS, must, newLedger, POLICE, type TestLedger } from '#test/support/ledger';
import { carried } from '#test/support/matchers';
import { decideAct, matterPut, receiveAct, stepAct } from '#test/support/matters';
import { byGateway } from '#test/support/persons';
import { World } from '#chaincode/world';

const base = await newLedger();
const move = (from: string, to: string, on: string) => ({ op: 'right.move', kind: KIND.food, right: 'issue', from, to, on });
const at = (ledger: TestLedger, day: string) => { ledger.now = `${day}T02:00:00.000Z` as Instant; return { command: { expiresAt: `${day.slice(0, 8)}28T02:00:00.000Z` } }; };

void t.test('when a right has moved away, come back, and moved on to a third agency', async (t) => {
  const ledger = base.fork();
  must(await ledger.register(agencyPut(BRANCH, { rights: [] })));
  const old = await ledger.issued();
  must(await ledger.register(move(BUREAU, POLICE, '2026-03-16')));
  must(await ledger.register(move(POLICE, BUREAU, '2026-03-17')));
  must(await ledger.register(move(BUREAU, BRANCH, '2026-03-18')));
  at(ledger, '2026-03-18');
  t.equal(await managerOn(new World(ledger.state), BUREAU, KIND.food, '2026-03-18' as Day), BRANCH);
  carried(t, await ledger.act(BRANCH, ledger.statusAct('cancel', old, { effectiveOn: '2026-03-18' }), ledger.two(BRANCH)), { status: 'CANCELLED' });
});

const food = KINDS.find(({ type }) => type === KIND.food);
const LATER = { materials: [{ code: 'LAYOUT', name: { zh: '平面图', en: 'floor plan' } }], daysMax: 30, public: false };
const LAYOUT = { material: 'LAYOUT', dueOn: '2026-03-20', consequence: 'suspension' };
const by = (ledger: TestLedger, agency: string = BUREAU) => clerkOf(ledger, agency);

async function accepted(ledger: TestLedger, condition: object = LAYOUT): Promise<string> {
  must(await ledger.register({ op: 'kind.put', ...food, conditions: LATER }));
  must(await ledger.register(matterPut('FOOD', { kind: KIND.food })));
  const received = receiveAct({ subject: HOLDER });
  must(await ledger.act(BUREAU, received, [byGateway(ledger.of(BUREAU).clerk)]));
  must(await ledger.act(BUREAU, { ...stepAct(ledger, 'accept', received.id), conditions: [{ ...condition, matter: 'FOOD' }] }, by(ledger)));
  return received.id;
}

void t.test('when a paper is extended on the application, and once more on the licence', async (t) => {
  const ledger = base.fork();
  const id = await accepted(ledger);
  must(await ledger.act(BUREAU, { op: 'condition.extend', application: id, matter: 'FOOD', material: 'LAYOUT', dueOn: '2026-04-14' }, by(ledger)));
  const licence = await ledger.issued({ conditions: [{ ...LAYOUT, dueOn: '2026-04-14' }] });
  must(await ledger.act(BUREAU, decideAct(ledger, id, { outcome: 'granted', licence, version: 1 }), by(ledger)));
  const again = await ledger.act(BUREAU, { op: 'condition.extend', licence, material: 'LAYOUT', dueOn: '2026-05-14' }, by(ledger));
  t.notOk(again.ok, 'a paper is extended once');
});

void t.test('when the licence is issued with a later day while the day runs, and decided on when it is over', async (t) => {
  const ledger = base.fork();
  const id = await accepted(ledger);
  const licence = await ledger.issued({ conditions: [{ ...LAYOUT, dueOn: '2026-04-14' }] });
  const later = at(ledger, '2026-03-21');
  const decided = await ledger.act(BUREAU, decideAct(ledger, id, { outcome: 'granted', licence, version: 1 }), by(ledger), later);
  t.notOk(decided.ok, 'it was made lighter when its day was not over');
});

void t.test('when an agency that had the right all along is given it once more, and it moves on', async (t) => {
  const ledger = base.fork();
  const old = await ledger.issued();
  must(await ledger.register(move(BUREAU, BRANCH, '2026-03-16')));
  must(await ledger.register(move(BRANCH, POLICE, '2026-03-18')));
  const later = at(ledger, '2026-03-18');
  t.equal(await managerOn(new World(ledger.state), BUREAU, KIND.food, '2026-03-18' as Day), POLICE);
  const still = await ledger.act(BRANCH, ledger.statusAct('cancel', old, { effectiveOn: '2026-03-18' }), ledger.two(BRANCH), later);
  t.notOk(still.ok, 'what it gave away it does not manage');
});

void t.test('when the right moves while an application is under way', async (t) => {
  const ledger = base.fork();
  must(await ledger.register(agencyPut(BRANCH, { rights: [] })));
  must(await ledger.register(matterPut('FOOD', { kind: KIND.food })));
  const received = receiveAct({ subject: HOLDER });
  must(await ledger.act(BUREAU, received, [byGateway(ledger.of(BUREAU).clerk)]));
  must(await ledger.act(BUREAU, stepAct(ledger, 'accept', received.id), by(ledger)));
  must(await ledger.register(move(BUREAU, BRANCH, '2026-03-16')));
  const later = at(ledger, '2026-03-16');
  const licence = await ledger.issued({}, BRANCH);
  const results = [];
  for (const agency of [BUREAU, BRANCH]) results.push(await ledger.act(agency, decideAct(ledger, received.id, { outcome: 'granted', licence, version: 1 }), [byGateway(ledger.of(agency).clerk)], later));
  t.ok(results.some(({ ok }) => ok), `somebody can grant it: ${JSON.stringify(results)}`);
});

void t.test('when a paper that was missed goes on as one that is merely open', async (t) => {
  const ledger = base.fork();
  const id = await accepted(ledger);
  const later = at(ledger, '2026-03-21');
  must(await ledger.act(BUREAU, { op: 'condition.miss', application: id, matter: 'FOOD', material: 'LAYOUT' }, by(ledger), later));
  const act = ledger.issueAct({ conditions: [{ ...LAYOUT, dueOn: '2026-04-20' }] });
  must(await ledger.act(BUREAU, act, by(ledger), later));
  const { licence } = act as unknown as { licence: string };
  const decided = await ledger.act(BUREAU, decideAct(ledger, id, { outcome: 'granted', licence, version: 1 }), by(ledger), later);
  t.notOk(decided.ok && ledger.record(licence).conditions?.[0]?.status === 'open', 'the agency has recorded that it was missed; now nobody may suspend for it for thirty days');
});
