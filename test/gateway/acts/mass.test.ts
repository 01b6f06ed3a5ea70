/** Mass acts: a job counts all its rows as one, whatever requests they go in. */
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { fromBase64url } from '#chaincode/facts/hash';
import type { BulkJob } from '#gateway/acts/licence/bulk';
import { signDigest } from '#gateway/acts/licence/sign';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { install } from '#test/support/installation';
import { faults } from '#test/support/matchers';

const installation = await install();
t.teardown(() => installation.remove());
const clerk = installation.acting('clerk');
const massFrom = KINDS.find(({ type }) => type === KIND.hygiene)?.massFrom ?? 0;

async function job(from: number, rows: number, wrong = 0, term: BulkJob['params']['term'] = { validUntil: '2029-03-14' }): Promise<BulkJob> {
  const { uploads, queue } = installation.services;
  const line = (i: number, code: string) => `示例浮云餐饮有限公司,${code},测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第${String(from + i)}号`;
  const lines = Array.from({ length: rows + wrong }, (_, i) => line(i, i < rows ? '91370303MA99TXT04C' : '91370303MA99TXT04D'));
  const upload = await uploads.keep(Readable.from([`holderName,holderCode,personInCharge,premises,scope,number\n${lines.join('\n')}\n`]));
  const made = await queue.add(clerk.agency, clerk.staff, { upload, name: 'table.csv', type: 'issue', kind: KIND.hygiene, dryRun: false, ...(term ? { term } : {}) });
  while (made.state === 'preparing' || made.state === 'running') await delay(20);
  return made;
}

t.test('when a table is just below the limit', async (t) => {
  t.match(await job(70_000, massFrom - 1, 5), { state: 'done', done: massFrom - 1, refused: 5 }, 'the sign-in is enough; refused rows are no acts');
});

t.test('when it reaches the limit', async (t) => {
  const waiting = await job(71_000, massFrom);
  t.match(waiting, { state: 'waiting', done: 0, plan: { size: massFrom } }, 'nothing is done before somebody signs');
  t.match(await job(72_000, 600), { state: 'waiting', done: 0 }, 'also where it goes in several requests');
});

t.test('when a row dates its certificate back', async (t) => {
  const { bulk, queue } = installation.services;
  const back = await job(73_000, 3, 0, { issuedOn: '2025-03-15', validUntil: '2029-03-14' });
  t.match(back, { state: 'waiting', done: 0, plan: { size: 3, retroactive: true } }, 'the ledger would refuse it under one sign-in');
  const digest = fromBase64url(back.plan?.digest ?? '') ?? new Uint8Array();
  t.equal(bulk.sign(back, [signDigest(installation.file('clerk'), digest)]), 'waiting');
  t.equal(bulk.sign(back, [signDigest(installation.file('approver'), digest)]), 'running');
  await queue.advance(back, 'running');
  while (back.state === 'running') await delay(20);
  t.match(back, { state: 'done', done: 3, refused: 0 });
});

t.test('when it is of two persons, who sign one after the other', async (t) => {
  const { bulk, queue, projection } = installation.services;
  const waiting = await job(74_000, massFrom);
  projection.kinds = () => KINDS.map((kind) => ({ ...kind, twoFrom: massFrom }));
  t.teardown(() => { delete (projection as Partial<typeof projection>).kinds; });
  t.equal(bulk.persons(waiting), 2);
  const root = fromBase64url(waiting.plan?.digest ?? '') ?? new Uint8Array();
  const sign = (...names: string[]) => bulk.sign(waiting, names.map((name) => signDigest(installation.file(name), root)));
  t.equal(sign('clerk'), 'waiting', 'the first is kept');
  await faults(t, () => sign('clerk'), 'REFUSED', 'ACTORS_SAME_PERSON');
  await faults(t, () => bulk.sign(waiting, [signDigest(installation.file('approver'), new Uint8Array(32))]), 'REFUSED', 'ACTOR_SIGNATURE');
  await faults(t, () => sign('registrar'), 'REFUSED', 'ACTOR_ROLE');
  t.match(waiting.plan?.actors, { length: 1 }, 'who was refused left nothing');
  t.equal(sign('approver'), 'running');
  await queue.advance(waiting, 'running');
  while (waiting.state === 'running') await delay(20);
  t.match(waiting, { state: 'done', done: massFrom });
});

t.test('when more persons sign than a request can name', async (t) => {
  const { bulk, queue, projection } = installation.services;
  const waiting = await job(76_000, massFrom);
  projection.kinds = () => KINDS.map((kind) => ({ ...kind, twoFrom: massFrom }));
  t.teardown(() => { delete (projection as Partial<typeof projection>).kinds; });
  const root = fromBase64url(waiting.plan?.digest ?? '') ?? new Uint8Array();
  const sign = (...names: string[]) => bulk.sign(waiting, names.map((name) => signDigest(installation.file(name), root)));
  t.equal(sign('clerk'), 'waiting');
  await faults(t, () => sign('approver', 'registrar', 'auditor'), 'REFUSED', 'COMMAND_MALFORMED');
  t.equal(sign('approver'), 'running');
  await queue.advance(waiting, 'running');
  while (waiting.state === 'running') await delay(20);
  t.match(waiting, { state: 'done', done: massFrom });
});

t.test('when the first to sign has left the office before the second', async (t) => {
  const { bulk, projection } = installation.services;
  const waiting = await job(75_000, massFrom);
  projection.kinds = () => KINDS.map((kind) => ({ ...kind, twoFrom: massFrom }));
  t.teardown(() => { delete (projection as Partial<typeof projection>).kinds; });
  const root = fromBase64url(waiting.plan?.digest ?? '') ?? new Uint8Array();
  t.equal(bulk.sign(waiting, [signDigest(installation.file('clerk'), root)]), 'waiting');
  const get = projection.get.bind(projection);
  const left = { ...get('staff', clerk.staff), active: false };
  t.intercept(projection, 'get', { value: (noun: never, id: string) => (noun === 'staff' && id === clerk.staff ? left : get(noun, id)) });
  t.equal(bulk.sign(waiting, [signDigest(installation.file('approver'), root)]), 'waiting', 'his signature counts no more');
  t.match(waiting.plan?.actors, { length: 1 });
});
