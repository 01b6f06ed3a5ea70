/** Self-reports on the ledger: who records one, of which quarter, and that none takes the place of another. */
import t from 'tap';
import type { Day, Instant } from '#chaincode/facts/calendar';
import { quarterDays, quarterOf, reportKey, REPORTS_MAX } from '#chaincode/facts/report';
import { clerkOf } from '#test/support/holders';
import { BUREAU, MARKET, must, newLedger, sha, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, randomId } from '#test/support/persons';

const base = await newLedger();
const recording = (change: object = {}): object => ({ op: 'report.record', agency: BUREAU, quarter: '2025Q4', block: 7, form: 1, digest: sha('first'), ...change });
const approver = (ledger: TestLedger, agency: string = BUREAU) => [byFile(ledger.of(agency).approver)];
const record = (ledger: TestLedger, change: object = {}, signers = approver(ledger), agency: string = BUREAU) => ledger.act(agency, recording(change), signers);

void t.test('when an agency records the report of a quarter that is over', async (t) => {
  const ledger = base.fork();
  carried(t, await record(ledger), { id: `${BUREAU}/2025Q4`, version: 1, status: 'recorded' });
  t.match(ledger.read('report', reportKey(BUREAU, '2025Q4')), { agency: BUREAU, quarter: '2025Q4', reports: [{ version: 1, block: 7, form: 1, digest: sha('first'), actors: [{ staff: ledger.of(BUREAU).approver.id, method: 'key-file' }] }] });
  carried(t, await record(ledger, { quarter: '2025Q3' }, [byFile(ledger.of(BUREAU).registrar)]), { version: 1 });
});

void t.test('when somebody records one who may not', async (t) => {
  const ledger = base.fork();
  refuses(t, await record(ledger, {}, [byFile(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE', 'actors');
  refuses(t, await record(ledger, {}, [byFile(ledger.of(BUREAU).clerk)]), 'ACTOR_ROLE', 'actors');
  refuses(t, await record(ledger, {}, [byGateway(ledger.of(BUREAU).approver)]), 'ACTOR_OWN_KEY_NEEDED', 'actors');
  refuses(t, await record(ledger, {}, approver(ledger, MARKET), MARKET), 'REPORT_NOT_YOURS', 'agency');
  refuses(t, await record(ledger, {}, clerkOf(ledger, MARKET)), 'ACTOR_UNKNOWN', 'actors');
  t.equal(ledger.read('report', reportKey(BUREAU, '2025Q4')), undefined);
});

void t.test('when the quarter is not over', async (t) => {
  const ledger = base.fork();
  refuses(t, await record(ledger, { quarter: '2026Q1' }), 'REPORT_QUARTER_OPEN', 'quarter');
  refuses(t, await record(ledger, { quarter: '2030Q4' }), 'REPORT_QUARTER_OPEN', 'quarter');
  refuses(t, await record(ledger, { quarter: '1899Q4' }), 'DATE_UNREAL', 'quarter');
  refuses(t, await record(ledger, { quarter: '2025Q5' }), 'COMMAND_MALFORMED');
  const command = { expiresAt: '2026-04-10T00:00:00.000Z' };
  ledger.now = '2026-03-31T15:59:59.999Z' as Instant;
  refuses(t, await ledger.act(BUREAU, recording({ quarter: '2026Q1' }), approver(ledger), { command }), 'REPORT_QUARTER_OPEN', 'quarter');
  ledger.now = '2026-03-31T16:00:00.000Z' as Instant;
  carried(t, await ledger.act(BUREAU, recording({ quarter: '2026Q1' }), approver(ledger), { command }), { version: 1 });
});

void t.test('when a second report of a quarter is recorded', async (t) => {
  const ledger = base.fork();
  refuses(t, await record(ledger, { after: sha('first') }), 'REPORT_AFTER', 'after');
  must(await record(ledger));
  refuses(t, await record(ledger, { digest: sha('second') }), 'REPORT_AFTER', 'after');
  carried(t, await record(ledger, { digest: sha('second'), after: sha('first') }), { version: 2 });
  refuses(t, await record(ledger, { digest: sha('third'), after: sha('first') }), 'REPORT_AFTER', 'after');
  t.match(ledger.read('report', reportKey(BUREAU, '2025Q4'))?.reports, [{ version: 1, digest: sha('first') }, { version: 2, digest: sha('second'), after: sha('first') }], 'both stay');
  for (let n = 3; n <= REPORTS_MAX; n++) must(await record(ledger, { digest: sha(`report ${String(n)}`), after: n === 3 ? sha('second') : sha(`report ${String(n - 1)}`) }));
  refuses(t, await record(ledger, { digest: sha('more'), after: sha(`report ${String(REPORTS_MAX)}`) }), 'REPORTS_TOO_MANY', 'quarter');
});

void t.test('when it counts uses that no root on the ledger covers', async (t) => {
  const ledger = base.fork();
  const log = randomId();
  const uses = { log, size: 5, digest: sha('uses') };
  refuses(t, await record(ledger, { uses }), 'REPORT_USES', 'uses');
  must(await ledger.act(BUREAU, { op: 'log.anchor', log, size: 4, root: sha('root'), proof: [] }, []));
  refuses(t, await record(ledger, { uses }), 'REPORT_USES', 'uses');
  carried(t, await record(ledger, { uses: { ...uses, size: 4 } }), { version: 1 });
});

void t.test('when quarters are named', async (t) => {
  t.strictSame(quarterDays('2026Q1'), { from: '2026-01-01', to: '2026-03-31' });
  t.strictSame(quarterDays('2028Q4'), { from: '2028-10-01', to: '2028-12-31' });
  for (const text of ['2026', '2026Q0', '2026Q5', '2026q1', '0000Q1', ' 2026Q1', '2026Q1 ', '1899Q2']) t.equal(quarterDays(text), undefined, text);
  for (const [day, quarter] of [['2026-01-01', '2026Q1'], ['2026-03-31', '2026Q1'], ['2026-04-01', '2026Q2'], ['2026-12-31', '2026Q4']] as const) t.equal(quarterOf(day as Day), quarter);
});
