/** Reverse trace: what may be closed, by whom, and that the outcome is one that the ledger shows. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { traceDue } from '#chaincode/facts/trace';
import { granted, registered } from '#test/support/holders';
import { BRANCH, BUREAU, HOLDER, MARKET, must, newLedger, OTHER_HOLDER, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, randomId } from '#test/support/persons';
import { decideAct, receiveAct, stepAct } from '#test/support/matters';
import { reliedOn } from '#test/support/traces';

const base = await newLedger();
const relied = await reliedOn(base);
const { licence, composite, application, seq, permit } = relied;
const clerk = (ledger: TestLedger, agency: string = BUREAU) => [byGateway(ledger.of(agency).clerk)];
const closing = (change: object = {}): object => JSON.parse(JSON.stringify({ op: 'trace.close', licence, event: 2, item: { composite }, outcome: 'upheld', ...change })) as object;
const close = (ledger: TestLedger, change: object = {}, agency: string = BUREAU) => ledger.act(agency, closing(change), clerk(ledger, agency), { command: { expiresAt: new Date(Date.parse(ledger.now) + 3600_000).toISOString() } });
const later = (ledger: TestLedger) => { ledger.now = new Date(Date.parse(ledger.now) + 60_000).toISOString() as Instant; };

async function fallen(name = 'annul'): Promise<TestLedger> {
  const ledger = base.fork();
  later(ledger);
  must(await ledger.act(BUREAU, name === 'change' ? ledger.versionAct('change', licence) : ledger.statusAct(name, licence), ledger.two(BUREAU)));
  later(ledger);
  return ledger;
}

void t.test('when a licence has fallen', async (t) => {
  for (const name of ['annul', 'withdraw', 'cancel', 'change']) {
    const ledger = await fallen(name);
    carried(t, await close(ledger), { status: 'upheld' });
    t.match(ledger.read('trace', `${licence}:e2:composite:${composite}`), { licence, event: 2, item: { composite }, outcome: 'upheld', agency: BUREAU, at: ledger.now, actors: [{ staff: ledger.of(BUREAU).clerk.id, method: 'gateway' }] }, name);
    carried(t, await close(ledger, { item: { application, seq } }));
    refuses(t, await close(ledger), 'TRACE_CLOSED', 'item');
  }
  t.equal(traceDue('2026-12-15' as never), '2027-01-14');
});

void t.test('when nothing fell, or nothing relied on it', async (t) => {
  const ledger = await fallen();
  refuses(t, await close(base.fork(), { event: 1 }), 'TRACE_UNKNOWN', 'event');
  refuses(t, await close(ledger, { event: 1 }), 'TRACE_UNKNOWN', 'event');
  refuses(t, await close(ledger, { event: 3 }), 'TRACE_UNKNOWN', 'event');
  refuses(t, await close(ledger, { licence: ledger.licence() }), 'LICENCE_UNKNOWN', 'licence');
  refuses(t, await close(ledger, { event: undefined }), 'COMMAND_MALFORMED', 'event');
  refuses(t, await close(ledger, { version: 1 }), 'COMMAND_MALFORMED', 'event');
  for (const item of [{ composite: permit }, { composite: ledger.licence() }, { application, seq: 2 }, { application, seq: 9 }, { application: randomId(), seq: 3 }, { grant: randomId() }]) refuses(t, await close(ledger, { item }), 'TRACE_UNKNOWN', 'item');
  must(await ledger.act(BUREAU, ledger.statusAct('suspend', permit), clerk(ledger)));
  refuses(t, await close(ledger, { licence: permit, event: 2 }), 'TRACE_UNKNOWN', 'event');
  for (const change of [{ outcome: 'ignored' }, { item: {} }, { item: { composite, grant: randomId() } }, { note: 'x' }]) refuses(t, await close(ledger, change), 'COMMAND_MALFORMED');
});

void t.test('when somebody else closes it', async (t) => {
  const ledger = await fallen();
  for (const agency of [MARKET, BRANCH]) refuses(t, await close(ledger, {}, agency), 'TRACE_NOT_YOURS', 'item');
  refuses(t, await ledger.act(BUREAU, closing(), [byGateway(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE', 'actors');
  refuses(t, await ledger.act(BUREAU, closing(), [byFile(ledger.of(BUREAU).registrar)]), 'ACTOR_ROLE', 'actors');
  refuses(t, await ledger.act(BUREAU, closing(), []), 'ACTORS_TOO_FEW', 'actors');
});

void t.test('when an outcome is claimed that did not come about', async (t) => {
  const ledger = await fallen();
  for (const item of [{ composite }, { application, seq }]) for (const outcome of ['ended', 'corrected']) refuses(t, await close(ledger, { item, outcome }), 'TRACE_OUTCOME', 'outcome');
  must(await ledger.act(BUREAU, ledger.statusAct('annul', permit), ledger.two(BUREAU)));
  carried(t, await close(ledger, { item: { application, seq }, outcome: 'ended' }));
  must(await ledger.act(BUREAU, ledger.versionAct('change', composite, { members: [await ledger.issued()] }), clerk(ledger)));
  refuses(t, await close(ledger, { outcome: 'ended' }), 'TRACE_OUTCOME', 'outcome');
  carried(t, await close(ledger, { outcome: 'corrected' }));
});

void t.test('when a decision relied on what had fallen before', async (t) => {
  const ledger = base.fork();
  later(ledger);
  must(await ledger.act(BUREAU, ledger.versionAct('change', licence), ledger.two(BUREAU)));
  later(ledger);
  const received = receiveAct();
  for (const act of [received, stepAct(ledger, 'accept', received.id)]) must(await ledger.act(BUREAU, act, clerk(ledger)));
  const granting = await ledger.issued();
  must(await ledger.act(BUREAU, decideAct(ledger, received.id, { outcome: 'granted', licence: granting, version: 1, reliedOn: [{ licence, version: 1 }] }), clerk(ledger)));
  const item = { application: received.id, seq: 3 };
  later(ledger);
  refuses(t, await close(ledger, { item, outcome: 'corrected' }), 'TRACE_OUTCOME', 'outcome');
  must(await ledger.act(BUREAU, ledger.statusAct('suspend', granting), clerk(ledger)));
  carried(t, await close(ledger, { item, outcome: 'corrected' }));
});

void t.test('when a term has ended', async (t) => {
  const ledger = base.fork();
  const expired = { event: undefined, version: 1 };
  refuses(t, await close(ledger, expired), 'TRACE_UNKNOWN', 'version');
  ledger.now = '2029-03-14T15:59:59.999Z' as Instant;
  refuses(t, await close(ledger, expired), 'TRACE_UNKNOWN', 'version');
  ledger.now = '2029-03-14T16:00:00.000Z' as Instant;
  refuses(t, await close(ledger, { ...expired, version: 2 }), 'TRACE_UNKNOWN', 'version');
  carried(t, await close(ledger, expired));
  t.ok(ledger.read('trace', `${licence}:v1:composite:${composite}`));
});

void t.test('when a grant opened it', async (t) => {
  const ledger = await fallen();
  const { id } = await granted(ledger, await registered(ledger), { subject: HOLDER });
  const theirs = await granted(ledger, await registered(ledger, OTHER_HOLDER), { subject: OTHER_HOLDER });
  refuses(t, await close(ledger, { item: { grant: id } }), 'TRACE_NOT_YOURS', 'item');
  refuses(t, await close(ledger, { item: { grant: theirs.id } }, MARKET), 'TRACE_UNKNOWN', 'item');
  refuses(t, await close(ledger, { item: { grant: id }, outcome: 'ended' }, MARKET), 'TRACE_OUTCOME', 'outcome');
  carried(t, await close(ledger, { item: { grant: id } }, MARKET));
});

void t.test('when the fall has moved to a page', async (t) => {
  const ledger = await fallen('change');
  for (let i = 0; i < 20; i++) for (const name of ['suspend', 'restore']) must(await ledger.act(BUREAU, ledger.statusAct(name, licence), clerk(ledger)));
  t.notOk(ledger.record(licence).events.some((event) => event.seq === 2));
  carried(t, await close(ledger));
});
