/** Print orders: the published steps and no others, a second person who is one, and a paper that nobody gets whose licence has gone on. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { PRINT_ACTS, PRINT_STATES, type PrintState } from '#chaincode/facts/print-order';
import { PRINT_EVENTS_MAX } from '#chaincode/rules/print-order';
import { agencyPut, BRANCH, BUREAU, KIND, MARKET, must, newLedger, sha, staffPut } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, byPasskey, newPerson, randomId } from '#test/support/persons';
import { clerk, CODE, DOCUMENT, ordered, OPENING, orderAct, sealedLicence, second, tried, WAY, withPaper } from '#test/support/print-orders';

const base = await newLedger();

void t.test('when a certificate goes its whole way', async (t) => {
  const ledger = base.fork();
  const licence = await sealedLicence(ledger);
  const id = await ordered(ledger, 'ordered', licence);
  t.match(ledger.read('printing', licence), { version: 1, prints: 0, open: id });
  const batch = randomId();
  carried(t, await tried(ledger, 'print', id, { batch }), { id, status: 'printed' });
  carried(t, await tried(ledger, 'print', id, { reason: 'MISPRINTED' }), { status: 'printed' });
  carried(t, await tried(ledger, 'seal', id), { status: 'sealed' });
  carried(t, await tried(ledger, 'release', id), { status: 'released' });
  carried(t, await tried(ledger, 'hand-over', id), { status: 'handed-over' });
  const record = ledger.read('print-order', id);
  t.match(record, { id, agency: BUREAU, licence, version: 1, state: 'handed-over', prints: 2 });
  const { clerk: printer, reviewer: sealer } = ledger.of(BUREAU);
  t.match(record?.events, [
    { seq: 1, act: 'order', actors: [{ staff: printer.id, person: printer.person, method: 'gateway' }] },
    { seq: 2, act: 'print', document: DOCUMENT, batch }, { seq: 3, act: 'print', reason: 'MISPRINTED' }, { seq: 4, act: 'seal', actors: [{ person: sealer.person }] },
    { seq: 5, act: 'release', at: ledger.now }, { seq: 6, act: 'hand-over', opened: { code: CODE, opening: OPENING.toString('base64url') } },
  ], 'who, what, when, and the code that was the receiver\'s');
  t.equal(new Set(record?.events.map(({ txId }) => txId)).size, 6, 'each in a transaction of its own');
  t.strictSame(ledger.read('printing', licence), { version: 1, prints: 2 });
  t.notMatch(JSON.stringify(record), /样例|示例|测试/, 'no name, no face');
});

/** From the work in a certificate centre and not from the code: which step is taken in which state. */
const ALLOWED: Readonly<Record<PrintState, readonly string[]>> = {
  ordered: ['print', 'cancel'], printed: ['print', 'seal', 'cancel'], sealed: ['print', 'release', 'cancel'], released: ['print', 'release', 'hand-over', 'cancel'], 'handed-over': [], cancelled: [],
};

void t.test('when any step is tried in any state', async (t) => {
  for (const state of PRINT_STATES) {
    const ledger = base.fork();
    const id = await ordered(ledger, state);
    t.equal(ledger.read('print-order', id)?.state, state);
    for (const name of PRINT_ACTS) {
      const result = await tried(ledger.fork(), name, id);
      if (ALLOWED[state].includes(name)) carried(t, result);
      else refuses(t, result, state === 'handed-over' && name === 'hand-over' ? 'PICK_UP_USED' : 'PRINT_ORDER_STATE');
    }
  }
  t.strictSame(Object.keys(WAY), [...PRINT_STATES]);
});

void t.test('when one person prints and seals', async (t) => {
  const ledger = base.fork();
  const { clerk: person, reviewer } = ledger.of(BUREAU);
  const twin = newPerson(BUREAU, ['approver'], person.person);
  must(await ledger.register(staffPut(twin)));
  const printed = async (by = [byGateway(person)]) => {
    const id = await ordered(ledger);
    must(await tried(ledger, 'print', id, {}, by));
    return id;
  };
  refuses(t, await tried(ledger, 'seal', await printed(), {}, [byGateway(twin)]), 'SEALED_BY_PRINTER', 'actors');
  refuses(t, await tried(ledger, 'seal', await printed([byPasskey(person)]), {}, [byFile(person)]), 'SEALED_BY_PRINTER', 'actors');
  refuses(t, await tried(ledger, 'seal', await printed([byFile(person)]), {}, [byFile(twin)]), 'SEALED_BY_PRINTER', 'actors');
  refuses(t, await tried(ledger, 'seal', await printed(), {}, [byFile(twin), byFile(reviewer)]), 'SEALED_BY_PRINTER', 'actors');
  const again = await printed();
  must(await tried(ledger, 'print', again, { reason: 'PRINTER_FAULT' }, [byGateway(reviewer)]));
  refuses(t, await tried(ledger, 'seal', again, {}, [byGateway(reviewer)]), 'SEALED_BY_PRINTER', 'actors');
  carried(t, await tried(ledger, 'seal', again, {}, [byGateway(twin)]), { status: 'sealed' });
});

void t.test('when the gateway may not issue such a licence by its word', async (t) => {
  const ledger = base.fork();
  const id = await ordered(ledger, 'printed', await sealedLicence(ledger, KIND.triple));
  refuses(t, await tried(ledger, 'seal', id), 'ACTOR_OWN_KEY_NEEDED', 'actors');
  carried(t, await tried(ledger, 'seal', id, {}, [byFile(ledger.of(BUREAU).reviewer)]), { status: 'sealed' });
});

void t.test('when it is printed again', async (t) => {
  const ledger = base.fork();
  const licence = await sealedLicence(ledger);
  const id = await ordered(ledger, 'ordered', licence);
  refuses(t, await tried(ledger, 'print', id, { reason: 'DAMAGED' }), 'REPRINT_REASON', 'reason');
  refuses(t, await tried(ledger, 'print', id, { document: sha('another file') }), 'DOCUMENT_NOT_APPROVED', 'document');
  must(await tried(ledger, 'print', id));
  for (const reason of [undefined, 'BECAUSE', 'MISTAKEN', 'CONSTRUCTOR']) refuses(t, await tried(ledger, 'print', id, { reason }), 'REPRINT_REASON', 'reason');
  must(await tried(ledger, 'cancel', id, { reason: 'NOT_WANTED' }));
  const next = await ordered(ledger, 'ordered', licence);
  refuses(t, await tried(ledger, 'print', next, { reason: undefined }), 'REPRINT_REASON', 'reason');
  carried(t, await tried(ledger, 'print', next, { reason: 'REISSUED' }));
  t.match(ledger.read('printing', licence), { version: 1, prints: 2, open: next }, 'a new order does not count anew');
  must(await tried(ledger, 'seal', next));
  must(await tried(ledger, 'release', next));
  carried(t, await tried(ledger, 'print', next), { status: 'printed' });
  refuses(t, await tried(ledger, 'hand-over', next), 'PRINT_ORDER_STATE', 'op');
});

void t.test('when the licence has gone on in between', async (t) => {
  for (const state of ['ordered', 'printed', 'sealed', 'released'] as const) {
    const ledger = base.fork();
    const licence = await sealedLicence(ledger);
    const id = await ordered(ledger, state, licence);
    const name = { ordered: 'print', printed: 'seal', sealed: 'release', released: 'hand-over' }[state];
    const changed = ledger.fork();
    must(await changed.act(BUREAU, changed.versionAct('renew', licence), clerk(changed)));
    refuses(t, await tried(changed, name, id), 'PRINT_SUPERSEDED', 'licence');
    const [suspended, ended, over] = [ledger.fork(), ledger.fork(), ledger.fork()];
    must(await suspended.act(BUREAU, suspended.statusAct('suspend', licence), clerk(suspended)));
    refuses(t, await tried(suspended, name, id), 'PRINT_NOT_IN_FORCE', 'licence');
    must(await ended.act(BUREAU, ended.statusAct('cancel', licence), clerk(ended)));
    refuses(t, await tried(ended, name, id), 'PRINT_NOT_IN_FORCE', 'licence');
    over.now = '2029-03-14T16:00:00.000Z' as Instant;
    const expiresAt = '2029-03-16T00:00:00.000Z';
    refuses(t, await over.act(BUREAU, { op: `print.${name}`, id, after: over.read('print-order', id)?.events.length, ...(name === 'print' ? { document: DOCUMENT } : name === 'release' ? { pickUp: sha('x') } : name === 'hand-over' ? { code: CODE, opening: sha('x') } : {}) }, second(over), { command: { expiresAt } }), 'PRINT_NOT_IN_FORCE', 'licence');
    carried(t, await tried(ended, 'cancel', id, { reason: 'LICENCE_CHANGED' }), { status: 'cancelled' });
    must(await withPaper(changed, licence, 2));
    const next = orderAct(licence, { version: 2 });
    carried(t, await changed.act(BUREAU, next, clerk(changed)), { status: 'ordered' });
    carried(t, await tried(changed, 'print', next.id, { document: sha('sealed PDF 2'), reason: undefined }), { status: 'printed' });
    carried(t, await tried(changed, 'cancel', id), { status: 'cancelled' });
    t.match(changed.read('printing', licence), { version: 2, prints: 1, open: next.id }, 'what was ordered since stays');
  }
});

void t.test('when the right to issue has moved to another agency in between', async (t) => {
  const ledger = base.fork();
  const licence = await sealedLicence(ledger);
  const id = await ordered(ledger, 'released', licence);
  ledger.now = '2026-03-16T02:00:00.000Z' as Instant;
  must(await ledger.register(agencyPut(BRANCH, { rights: [] })));
  must(await ledger.register({ op: 'right.move', kind: KIND.food, right: 'issue', from: BUREAU, to: BRANCH, on: '2026-03-16' }));
  for (const name of ['print', 'release', 'hand-over']) refuses(t, await tried(ledger, name, id), 'ISSUER_NOT_COMPETENT', 'agency');
  const next = orderAct(licence);
  const by = [byGateway(ledger.of(BRANCH).clerk)];
  carried(t, await ledger.act(BRANCH, next, by), { status: 'ordered' });
  refuses(t, await ledger.act(BRANCH, { op: 'print.print', id: next.id, after: 1, document: DOCUMENT }, by), 'REPRINT_REASON', 'reason');
  carried(t, await ledger.act(BRANCH, { op: 'print.print', id: next.id, after: 1, document: DOCUMENT, reason: 'REISSUED' }, by), { status: 'printed' });
  carried(t, await tried(ledger, 'cancel', id), { status: 'cancelled' });
  t.match(ledger.read('printing', licence), { prints: 2, open: next.id }, 'giving up the old one leaves the new one');
  refuses(t, await ledger.act(BRANCH, orderAct(licence), by), 'PRINT_ORDER_OPEN', 'licence');
});

void t.test('when a code is not the one', async (t) => {
  const ledger = base.fork();
  const [mine, other] = [await ordered(ledger, 'released'), await ordered(ledger, 'sealed')];
  must(await tried(ledger, 'release', other, { pickUp: sha('another code') }));
  refuses(t, await tried(ledger, 'hand-over', other), 'PICK_UP_CODE', 'code');
  refuses(t, await tried(ledger, 'hand-over', mine, { opening: sha('another opening') }), 'PICK_UP_CODE', 'code');
  refuses(t, await tried(ledger, 'hand-over', mine, { code: 'abcd2345' }), 'COMMAND_MALFORMED');
  const before = ledger.fork();
  must(await tried(before, 'release', mine, { pickUp: sha('a new code') }));
  refuses(t, await tried(before, 'hand-over', mine), 'PICK_UP_CODE', 'code');
  carried(t, await tried(ledger, 'hand-over', mine));
  refuses(t, await tried(ledger, 'hand-over', mine), 'PICK_UP_USED', 'code');
});

void t.test('when an order is not for the one who gives it', async (t) => {
  const ledger = base.fork();
  const order = (licence: string, change: object = {}, agency: string = BUREAU, by = ledger.of(agency).clerk) => ledger.act(agency, orderAct(licence, change), [byGateway(by)]);
  const licence = await sealedLicence(ledger);
  refuses(t, await order(ledger.licence()), 'LICENCE_UNKNOWN', 'licence');
  refuses(t, await order(licence, {}, BRANCH), 'ISSUER_NOT_COMPETENT');
  refuses(t, await order(licence, { version: 2 }), 'PRINT_SUPERSEDED', 'licence');
  refuses(t, await order(await ledger.imported()), 'ORIGIN_FORBIDS', 'licence');
  refuses(t, await order(licence, {}, BUREAU, ledger.of(BUREAU).auditor), 'ACTOR_ROLE');
  refuses(t, await ledger.act(BUREAU, orderAct(licence), []), 'ACTORS_TOO_FEW');
  const id = await ordered(ledger, 'printed', licence);
  refuses(t, await ledger.act(MARKET, { op: 'print.seal', id, after: 2 }, [byGateway(ledger.of(MARKET).clerk)]), 'PRINT_ORDER_UNKNOWN', 'id');
  refuses(t, await tried(ledger, 'seal', id, {}, [byGateway(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE');
  refuses(t, await tried(ledger, 'cancel', id, { reason: 'DAMAGED' }), 'REASON_UNKNOWN', 'reason');
  ledger.now = '2026-03-15T01:59:59.999Z' as Instant;
  refuses(t, await tried(ledger, 'seal', id), 'TIME_STEPS_BACK');
});

void t.test('when an order takes no end', async (t) => {
  const ledger = base.fork();
  const id = await ordered(ledger);
  for (let i = 1; i < PRINT_EVENTS_MAX; i++) must(await tried(ledger, 'print', id));
  refuses(t, await tried(ledger, 'seal', id), 'PRINT_STEPS_TOO_MANY', 'op');
  carried(t, await tried(ledger, 'cancel', id), { status: 'cancelled' });
});
