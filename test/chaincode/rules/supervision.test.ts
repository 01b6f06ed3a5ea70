/** Supervision after issue: who takes a version over, once, and whose findings return to the licence. */
import t from 'tap';
import { clerkOf } from '#test/support/holders';
import { BUREAU, KIND, MARKET, must, newLedger, POLICE } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { randomId } from '#test/support/persons';

const base = await newLedger();

void t.test('when a supervising agency takes a version over', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  const take = { op: 'supervision.take', licence, version: 1 };
  refuses(t, await ledger.act(POLICE, take, clerkOf(ledger, POLICE)), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(MARKET, { ...take, licence: ledger.licence() }, clerkOf(ledger, MARKET)), 'LICENCE_UNKNOWN', 'licence');
  refuses(t, await ledger.act(MARKET, { ...take, version: 2 }, clerkOf(ledger, MARKET)), 'VERSION_NOT_CURRENT', 'version');
  carried(t, await ledger.act(MARKET, take, clerkOf(ledger, MARKET)), { status: 'taken-over', version: 1 });
  refuses(t, await ledger.act(MARKET, take, clerkOf(ledger, MARKET)), 'SUPERVISION_TAKEN', 'version');
  must(await ledger.act(BUREAU, ledger.versionAct('change', licence), clerkOf(ledger, BUREAU)));
  refuses(t, await ledger.act(MARKET, take, clerkOf(ledger, MARKET)), 'VERSION_NOT_CURRENT', 'version');
  carried(t, await ledger.act(MARKET, { ...take, version: 2 }, clerkOf(ledger, MARKET)), { version: 2 });
  t.match(ledger.read('supervision', licence)?.takenOver, [{ version: 1, agency: MARKET, staff: ledger.of(MARKET).clerk.id }, { version: 2 }]);
});

void t.test('when supervision finds something', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued({}, BUREAU, KIND.food);
  const id = randomId();
  const find = { op: 'supervision.find', id, licence, version: 1, finding: 'RECTIFY', onDay: '2026-03-14', docNo: '示市监〔2026〕1号' };
  const by = clerkOf(ledger, MARKET);
  refuses(t, await ledger.act(POLICE, find, clerkOf(ledger, POLICE)), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(MARKET, { ...find, finding: 'LOOKS_ODD' }, by), 'FINDING_UNKNOWN', 'finding');
  refuses(t, await ledger.act(MARKET, { ...find, onDay: '2026-03-16' }, by), 'EFFECTIVE_DAY_OUTSIDE_WINDOW', 'onDay');
  refuses(t, await ledger.act(MARKET, { ...find, onDay: '2026-02-30' }, by), 'DATE_UNREAL', 'onDay');
  refuses(t, await ledger.act(MARKET, { ...find, docNo: '关于110101190001011234的决定' }, by), 'DOCUMENT_NUMBER_PERSONAL', 'docNo');
  carried(t, await ledger.act(MARKET, find, by), { id, status: 'RECTIFY' });
  refuses(t, await ledger.act(MARKET, find, by), 'FINDING_EXISTS', 'id');
  t.match(ledger.read('supervision', licence), { licence, takenOver: [], findings: [{ id, finding: 'RECTIFY', onDay: '2026-03-14', agency: MARKET }] });
});
