/** Conditions and promises: where a kind allows them, in time, once more in time, missed; and what follows. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { isOverdue } from '#chaincode/facts/condition';
import { clerkOf } from '#test/support/holders';
import { BUREAU, HOLDER, KIND, KINDS, MARKET, must, newLedger, sha, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { decideAct, matterPut, receiveAct, stepAct } from '#test/support/matters';
import { byGateway } from '#test/support/persons';

const base = await newLedger();
const food = KINDS.find(({ type }) => type === KIND.food);
const LATER = { materials: [{ code: 'LAYOUT', name: { zh: '平面图', en: 'floor plan' } }, { code: 'HEALTH', name: { zh: '健康证', en: 'health certificates' } }], daysMax: 30, public: false };
must(await base.register({ op: 'kind.put', ...food, conditions: LATER }));
const LAYOUT = { material: 'LAYOUT', dueOn: '2026-04-10', consequence: 'suspension' };
const by = (ledger: TestLedger, agency: string = BUREAU) => clerkOf(ledger, agency);
const on = (ledger: TestLedger, instant: string) => { ledger.now = instant as Instant; return { command: { expiresAt: `${instant.slice(0, 8)}28T02:00:00.000Z` } }; };
const act = (op: string, licence: string, more: object = {}) => ({ op: `condition.${op}`, licence, material: 'LAYOUT', ...more });

void t.test('when a licence is issued with papers to come', async (t) => {
  const ledger = base.fork();
  const issue = (conditions: readonly object[], type: string = KIND.food) => ledger.act(BUREAU, ledger.issueAct({ conditions }, BUREAU, type), type === KIND.drug ? ledger.two(BUREAU) : by(ledger));
  refuses(t, await issue([LAYOUT], KIND.drug), 'CONDITION_NOT_ALLOWED', 'conditions');
  refuses(t, await issue([{ ...LAYOUT, material: 'TENANCY' }]), 'CONDITION_NOT_ALLOWED', 'conditions');
  refuses(t, await issue([LAYOUT, LAYOUT]), 'CONDITION_TWICE', 'conditions');
  refuses(t, await issue([{ ...LAYOUT, dueOn: '2026-04-15' }]), 'CONDITION_DAY', 'dueOn');
  refuses(t, await issue([{ ...LAYOUT, dueOn: '2026-03-15' }]), 'CONDITION_DAY', 'dueOn');
  refuses(t, await issue([{ ...LAYOUT, dueOn: '2026-02-30' }]), 'DATE_UNREAL', 'dueOn');
  refuses(t, await issue([{ ...LAYOUT, consequence: 'fine' }]), 'COMMAND_MALFORMED');
  const licence = await ledger.issued({ conditions: [LAYOUT, { material: 'HEALTH', dueOn: '2026-04-14', consequence: 'flag' }] });
  t.match(ledger.record(licence).conditions, [{ material: 'LAYOUT', status: 'open', dueOn: '2026-04-10', steps: [{ act: 'open', dueOn: '2026-04-10' }] }, { material: 'HEALTH' }]);
  const [first] = ledger.record(licence).conditions ?? [];
  t.equal(first && isOverdue(first, '2026-04-10'), false, 'the day itself is in time');
  t.equal(first && isOverdue(first, '2026-04-11'), true);
});

void t.test('when a condition is met, extended or missed', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued({ conditions: [LAYOUT] });
  refuses(t, await ledger.act(MARKET, act('meet', licence), by(ledger, MARKET)), 'ISSUER_NOT_COMPETENT', 'agency');
  refuses(t, await ledger.act(BUREAU, act('meet', licence, { material: 'HEALTH' }), by(ledger)), 'CONDITION_UNKNOWN', 'material');
  refuses(t, await ledger.act(BUREAU, act('miss', licence), by(ledger)), 'CONDITION_NOT_DUE', 'material');
  refuses(t, await ledger.act(BUREAU, act('extend', licence, { dueOn: '2026-04-10' }), by(ledger)), 'CONDITION_DAY', 'dueOn');
  refuses(t, await ledger.act(BUREAU, act('extend', licence, { dueOn: '2026-05-11' }), by(ledger)), 'CONDITION_DAY', 'dueOn');
  refuses(t, await ledger.act(BUREAU, act('extend', licence, { dueOn: '2026-05-01', basis: 'NO-LAW' }), by(ledger)), 'BASIS_UNKNOWN', 'basis');
  carried(t, await ledger.act(BUREAU, act('extend', licence, { dueOn: '2026-05-01' }), by(ledger)), { status: 'open' });
  refuses(t, await ledger.act(BUREAU, act('extend', licence, { dueOn: '2026-05-02' }), by(ledger)), 'CONDITION_EXTENDED', 'material');
  const later = on(ledger, '2026-05-02T02:00:00.000Z');
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('suspend', licence, { reason: 'CONDITION_MISSED', effectiveOn: '2026-05-02' }), by(ledger), later), 'CONDITION_NOT_MISSED', 'reason');
  carried(t, await ledger.act(BUREAU, act('miss', licence), by(ledger), later), { status: 'missed' });
  refuses(t, await ledger.act(BUREAU, act('miss', licence), by(ledger), later), 'CONDITION_CLOSED', 'material');
  refuses(t, await ledger.act(MARKET, ledger.statusAct('suspend', licence, { reason: 'CONDITION_MISSED', effectiveOn: '2026-05-02' }), by(ledger, MARKET), later), 'ISSUER_NOT_COMPETENT', 'agency');
  carried(t, await ledger.act(BUREAU, ledger.statusAct('suspend', licence, { reason: 'CONDITION_MISSED', effectiveOn: '2026-05-02' }), by(ledger), later), { status: 'SUSPENDED' });
  const restore = (of: TestLedger, reason: string) => of.act(BUREAU, of.statusAct('restore', licence, { reason, effectiveOn: '2026-05-02' }), by(of), later);
  refuses(t, await restore(ledger, 'CONDITION_MET'), 'CONDITION_NOT_MET', 'reason');
  carried(t, await ledger.act(BUREAU, act('meet', licence, { details: sha('plan') }), by(ledger), later), { status: 'met' });
  refuses(t, await restore(ledger, 'RECTIFIED'), 'CONDITION_NOT_MET', 'reason');
  const restored = ledger.fork();
  carried(t, await restore(restored, 'CONDITION_MET'), { status: 'VALID' });
  must(await restored.act(BUREAU, restored.statusAct('suspend', licence, { effectiveOn: '2026-05-02' }), by(restored), later));
  refuses(t, await restore(restored, 'CONDITION_MET'), 'CONDITION_NOT_MET', 'reason');
  refuses(t, await ledger.act(BUREAU, act('meet', licence), by(ledger), later), 'CONDITION_CLOSED', 'material');
  t.strictSame(ledger.record(licence).conditions?.[0]?.steps.map((step) => step.act), ['open', 'extend', 'miss', 'meet'], 'nothing is forgotten');
  t.match(ledger.record(licence).conditions?.[0]?.steps.at(-1), { details: sha('plan'), actors: [{ staff: ledger.of(BUREAU).clerk.id }] });
});

void t.test('when an application is accepted with papers to come', async (t) => {
  const ledger = base.fork();
  must(await ledger.register(matterPut('FOOD', { kind: KIND.food })));
  const received = receiveAct({ subject: HOLDER });
  must(await ledger.act(BUREAU, received, [byGateway(ledger.of(BUREAU).clerk)]));
  const wanted = { ...LAYOUT, matter: 'FOOD' };
  const accept = (conditions: readonly object[]) => ledger.act(BUREAU, { ...stepAct(ledger, 'accept', received.id), conditions }, by(ledger));
  refuses(t, await accept([{ ...wanted, matter: 'OTHER' }]), 'MATTER_UNKNOWN', 'conditions');
  refuses(t, await accept([{ ...wanted, material: 'TENANCY' }]), 'CONDITION_NOT_ALLOWED', 'conditions');
  refuses(t, await ledger.act(BUREAU, { ...stepAct(ledger, 'correct', received.id), conditions: [wanted] }, by(ledger)), 'COMMAND_MALFORMED', 'conditions');
  carried(t, await accept([wanted]), { status: 'accepted' });
  const bare = await ledger.issued();
  const decide = (licence: string) => ledger.act(BUREAU, decideAct(ledger, received.id, { outcome: 'granted', licence, version: 1 }), by(ledger));
  refuses(t, await decide(bare), 'CONDITION_OPEN', 'licence');
  const of = { application: received.id, matter: 'FOOD', material: 'LAYOUT' };
  refuses(t, await ledger.act(MARKET, { op: 'condition.meet', ...of }, by(ledger, MARKET)), 'APPLICATION_UNKNOWN', 'application');
  refuses(t, await ledger.act(BUREAU, { op: 'condition.meet', application: received.id, material: 'LAYOUT' }, by(ledger)), 'COMMAND_MALFORMED', 'licence');
  for (const change of [{ dueOn: '2026-04-11' }, { consequence: 'flag' }]) refuses(t, await decide(await ledger.issued({ conditions: [{ ...LAYOUT, ...change }] })), 'CONDITION_SOFTENED', 'licence');
  const carrying = await ledger.issued({ conditions: [LAYOUT] });
  const fork = ledger.fork();
  carried(t, await fork.act(BUREAU, decideAct(fork, received.id, { outcome: 'granted', licence: carrying, version: 1 }), by(fork)), { status: 'decided' });
  t.match(fork.read('application', received.id)?.conditions, [{ status: 'closed', steps: [{ act: 'open' }, { act: 'close' }] }], 'it goes on with the licence');
  refuses(t, await fork.act(BUREAU, { op: 'condition.meet', ...of }, by(fork)), 'CONDITION_CLOSED', 'material');
  carried(t, await ledger.act(BUREAU, { op: 'condition.meet', ...of }, by(ledger)), { status: 'met' });
  carried(t, await decide(bare), { status: 'decided' });
});

void t.test('when the paper was wanted once before, and came then', async (t) => {
  const ledger = base.fork();
  must(await ledger.register(matterPut('FOOD', { kind: KIND.food })));
  const licence = await ledger.issued({ conditions: [LAYOUT] });
  must(await ledger.act(BUREAU, act('meet', licence), by(ledger)));
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  const received = receiveAct({ subject: HOLDER });
  must(await ledger.act(BUREAU, received, [byGateway(ledger.of(BUREAU).clerk)]));
  must(await ledger.act(BUREAU, { ...stepAct(ledger, 'accept', received.id), conditions: [{ ...LAYOUT, matter: 'FOOD' }] }, by(ledger)));
  must(await ledger.act(BUREAU, ledger.versionAct('change', licence), by(ledger)));
  refuses(t, await ledger.act(BUREAU, decideAct(ledger, received.id, { outcome: 'granted', licence, version: 2 }), by(ledger)), 'CONDITION_OPEN', 'licence');
});

void t.test('when a promise is broken', async (t) => {
  const ledger = base.fork();
  const [bare, promised] = [await ledger.issued(), await ledger.issued({ promise: sha('promise') })];
  t.equal(ledger.record(promised).versions[0]?.promise, sha('promise'));
  const annul = (licence: string, more: object = {}) => ledger.act(BUREAU, ledger.statusAct('annul', licence, { reason: 'PROMISE_BROKEN', basis: 'XZXKF-69', ...more }), ledger.two(BUREAU));
  refuses(t, await annul(bare), 'PROMISE_UNKNOWN', 'reason');
  refuses(t, await annul(promised, { basis: undefined }), 'BASIS_MISSING', 'basis');
  const renewed = ledger.fork();
  for (let i = 0; i < 8; i++) must(await renewed.act(BUREAU, renewed.versionAct('change', promised), by(renewed)));
  t.equal(renewed.record(promised).pages, 1, 'the version that it was issued as has moved to a page');
  carried(t, await renewed.act(BUREAU, renewed.statusAct('annul', promised, { reason: 'PROMISE_BROKEN', basis: 'XZXKF-69' }), renewed.two(BUREAU)), { status: 'ANNULLED' });
  carried(t, await annul(promised), { status: 'ANNULLED' });
});

void t.test('when the catalogue names a paper twice', async (t) => {
  const ledger = base.fork();
  refuses(t, await ledger.register({ op: 'kind.put', ...food, conditions: { ...LATER, materials: [...LATER.materials, ...LATER.materials] } }), 'CONDITION_TWICE', 'conditions');
});
