/** What could not be checked must never read as invalid, whatever word it comes in. */
import t from 'tap';
import { STATUSES } from '#chaincode/facts/status';
import { isUnreachable, isUnsettled, problemOf } from '#gateway/web/api';
import { headlineOf, UNREACHABLE } from '#gateway/web/verify/headline';
import { progressOf, byColumn, byField, tableType } from '#gateway/web/jobs/types';
import { arcOf } from '#gateway/web/licence/seal';

t.test('when a verdict gets its first line', async (t) => {
  t.match(headlineOf({ outcome: 'valid', status: 'VALID', parts: [] }), { tone: 'good', words: { zh: '有效' } });
  t.match(headlineOf({ outcome: 'not-in-force', status: 'SUSPENDED', parts: [] }), { tone: 'held', words: { zh: '暂停使用' } });
  t.match(headlineOf({ outcome: 'not-in-force', status: 'EXPIRED', parts: [] }), { tone: 'held', words: { zh: '已过期' } });
  t.match(headlineOf({ outcome: 'not-in-force', status: 'REVOKED', parts: [] }), { tone: 'ended', words: { zh: '已吊销' } });
  t.match(headlineOf({ outcome: 'imported', status: 'VALID', parts: [] }), { tone: 'collected', words: { zh: '归集记录（未核实）' } });
  t.match(headlineOf({ outcome: 'untrusted', parts: [{ check: 'signature', result: 'fail', code: 'SIGNATURE_WRONG' }] }), { tone: 'bad', advice: { zh: /签名不符/ } }, 'says why at once');
  const ended = { check: 'dates', result: 'fail', code: 'PURPOSE_ENDED' } as const;
  t.match(headlineOf({ outcome: 'not-in-force', status: 'VALID', parts: [ended] }), { tone: 'ended', words: { zh: '加注件已过使用期限' } }, 'a copy that has ended never says that it is valid');
  for (const status of STATUSES) if (status !== 'VALID') t.not(headlineOf({ outcome: 'not-in-force', status, parts: [] }).tone, 'good', status);
});

t.test('when nothing could be checked', async (t) => {
  for (const headline of [UNREACHABLE, headlineOf({ outcome: 'unchecked', status: 'VALID', parts: [] })]) t.match(headline, { tone: 'unknown', words: { zh: '暂时无法核验（不代表证照无效）' } });
  for (const code of ['NETWORK', 'BUSY', 'LEDGER_UNAVAILABLE', 'INTERNAL', 'TOO_MANY_REQUESTS', 'STOPPING']) t.ok(isUnreachable(problemOf(code)), code);
  for (const code of ['NOT_FOUND', 'FACE_INVALID', 'REQUEST_MALFORMED']) t.notOk(isUnreachable(problemOf(code)), code);
  t.ok(isUnsettled(problemOf('COMMIT_UNKNOWN')));
  t.notOk(isUnsettled(problemOf('TOO_MANY_REQUESTS')), 'refused before anything was done');
});

t.test('when a job goes on', async (t) => {
  const job = { id: 'j', name: 'a.csv', createdAt: '', type: 'issue' as const, dryRun: false, prepared: 50, done: 10, already: 5, refused: 5, total: 100 };
  t.equal(progressOf({ ...job, state: 'preparing' }), 0.5);
  t.equal(progressOf({ ...job, state: 'running' }), 0.2);
  t.equal(progressOf({ ...job, state: 'done' }), 1);
  const { total: _, ...uncounted } = job;
  t.equal(progressOf({ ...uncounted, state: 'preparing' }), undefined);
  t.same(byColumn({ ...byField({ 名称: 'holderName' }), premises: '' }), { 名称: 'holderName' });
  t.equal(tableType('表.XLSX'), 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
  t.equal(tableType('表.doc'), undefined);
});

t.test('when a seal is drawn', async (t) => {
  t.same(arcOf(1), [0]);
  const long = arcOf(30);
  t.ok((long.at(-1) ?? 0) - (long[0] ?? 0) <= 240, 'open at the bottom however long the name');
});
