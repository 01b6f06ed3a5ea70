/** Work that is done twice because the first answer was lost: nothing is taken away, nothing is passed over. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { signAct, signDigest, type KeyFile } from '#gateway/acts/licence/sign';
import { KIND } from '#gateway/catalogue/kinds';
import { GatewayFault } from '#gateway/fault';
import type { BulkJob } from '#gateway/acts/licence/bulk';
import { randomId } from '#gateway/keyring';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { install, permit } from '#test/support/installation';

const installation = await install();
t.teardown(() => installation.remove());
const clerk = installation.acting('clerk');

async function settled(job: BulkJob): Promise<BulkJob> {
  while (job.state === 'preparing' || job.state === 'running') await delay(20);
  return job;
}

void t.test('when the answer to a committed chunk of an import is lost', async (t) => {
  const { services } = installation;
  const { lanes, uploads, queue, projection, vault } = services;
  const upload = await uploads.keep(createReadStream('test/fixtures/tables/publicity-utf8-bom.csv'));
  const submit = lanes.submit.bind(lanes);
  lanes.submit = async (work, lane) => { await submit(work, lane); lanes.submit = submit; throw new GatewayFault('COMMIT_UNKNOWN'); };
  const job = await queue.add(clerk.agency, clerk.staff, { upload, name: 'table.csv', type: 'import', dryRun: false });
  await settled(job);
  t.match(job, { state: 'done' }, 'the job asks again by itself');
  t.ok(job.done > 0, `rows done: ${String(job.done)}`);
  for await (const row of queue.rows(job.id)) {
    if (row.result !== 'done') continue;
    const record = projection.get('licence', parseOwnIdentifier(row.licence ?? '')?.id ?? '');
    t.ok(record && vault.get(record.id, record.versions[0]?.documents[0]?.digest ?? '', record.subject), 'the face is still there');
  }
});

void t.test('when a proposal is sent twice', async (t) => {
  const { acts } = installation.services;
  const requestId = randomId();
  const shown = await acts.draft(clerk, requestId, permit());
  const actors = [signAct(installation.file('clerk'), shown)];
  t.equal((await acts.propose(clerk, requestId, actors)).replayed, false);
  t.equal((await acts.propose(clerk, requestId, actors)).replayed, true);
  const result = await acts.approve(installation.acting('approver'), requestId, randomId(), [signAct(installation.file('approver'), shown)]);
  t.equal(result.status, 'VALID', 'its document is still there to be sealed');
});

void t.test('when the ledger cannot be reached for a moment', async (t) => {
  const { lanes, uploads, queue } = installation.services;
  const upload = await uploads.keep(Readable.from([`holderName,holderCode,personInCharge,premises,scope,number\n示例浮云餐饮有限公司,91370303MA99TXT04C,测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第40001号\n`]));
  const submit = lanes.submit.bind(lanes);
  t.teardown(() => { lanes.submit = submit; });
  const troubles = ['LEDGER_UNAVAILABLE', 'BUSY'] as const;
  const asked: string[] = [];
  lanes.submit = (work, lane) => {
    const trouble = troubles[asked.push(work.request.requestId) - 1];
    return trouble === undefined ? submit(work, lane) : Promise.reject(new GatewayFault(trouble));
  };
  const job = await queue.add(clerk.agency, clerk.staff, { upload, name: 'table.csv', type: 'issue', kind: KIND.hygiene, dryRun: false, term: { validUntil: '2029-03-14' } });
  await settled(job);
  t.match(job, { state: 'done', done: 1 });
  t.match(asked, [asked[0], asked[0], asked[0]], 'with one and the same request');
  lanes.submit = () => Promise.reject(new GatewayFault('LEDGER_UNAVAILABLE'));
  const other = await uploads.keep(Readable.from([`holderName,holderCode,personInCharge,premises,scope,number\n示例浮云餐饮有限公司,91370303MA99TXT04C,测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第40002号\n`]));
  const waiting = await queue.add(clerk.agency, clerk.staff, { upload: other, name: 'table.csv', type: 'issue', kind: KIND.hygiene, dryRun: false, term: { validUntil: '2029-03-14' } });
  while (waiting.state === 'preparing') await delay(20);
  await queue.stop(waiting);
  await settled(waiting);
  t.equal(waiting.state, 'stopped', 'while it waits it can be stopped');
});

void t.test('when one chunk fails while the next is being drafted', async (t) => {
  const { lanes, uploads, queue } = installation.services;
  const rows = Array.from({ length: 600 }, (_, i) => `示例浮云餐饮有限公司,91370303MA99TXT04C,测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第${String(50_000 + i)}号`);
  const upload = await uploads.keep(Readable.from([`holderName,holderCode,personInCharge,premises,scope,number\n${rows.join('\n')}\n`]));
  const job = await queue.add(clerk.agency, clerk.staff, { upload, name: 'table.csv', type: 'issue', kind: KIND.hygiene, dryRun: false, term: { validUntil: '2029-03-14' } });
  await settled(job);
  t.equal(job.state, 'waiting', JSON.stringify({ code: job.code, refused: job.refused }));
  const submit = lanes.submit.bind(lanes);
  lanes.submit = () => { lanes.submit = submit; return Promise.reject(new GatewayFault('LEDGER_REJECTED')); };
  installation.services.bulk.sign(job, [signDigest(installation.file('approver'), Buffer.from(job.plan?.digest ?? '', 'base64url'))]);
  await queue.advance(job, 'running');
  await settled(job);
  t.match(job, { state: 'failed', code: 'LEDGER_REJECTED' }, 'it does not say that it is done');
  await queue.resume(job);
  await settled(job);
  t.match(job, { state: 'done', done: 600 });
});

void t.test('when a job has failed and the gateway starts again', async (t) => {
  const { lanes, uploads, queue } = installation.services;
  const rows = Array.from({ length: 120 }, (_, i) => `示例浮云餐饮有限公司,91370303MA99TXT04C,测试丙丁戊,示例市张店区示例路1号,住宿,（演示）鲁卫公证字〔2026〕第${String(60_000 + i)}号`);
  const upload = await uploads.keep(Readable.from([`holderName,holderCode,personInCharge,premises,scope,number\n${rows.join('\n')}\n`]));
  const job = await queue.add(clerk.agency, clerk.staff, { upload, name: 'table.csv', type: 'issue', kind: KIND.hygiene, dryRun: false, term: { validUntil: '2029-03-14' } });
  await settled(job);
  const root = Buffer.from(job.plan?.digest ?? '', 'base64url');
  const refusal = (...files: KeyFile[]) => {
    try { installation.services.bulk.sign(job, files.map((file) => signDigest(file, root))); } catch (error) { return error instanceof GatewayFault ? error.refusal : undefined; }
    return undefined;
  };
  t.equal(refusal(installation.administrator), 'ACTOR_ROLE', 'a registrar cannot spend the job');
  t.equal(refusal(installation.file('clerk'), installation.file('clerk')), 'ACTORS_SAME_PERSON');
  t.equal(job.plan?.actors, undefined);
  lanes.submit = () => Promise.reject(new GatewayFault('LEDGER_REJECTED'));
  installation.services.bulk.sign(job, [signDigest(installation.file('approver'), Buffer.from(job.plan?.digest ?? '', 'base64url'))]);
  await queue.advance(job, 'running');
  await settled(job);
  t.equal(job.state, 'failed');
  const lists = job.plan?.lists.flat() ?? [];
  installation.clock.aheadMs += 2 * 24 * 3600_000;
  await installation.restart();
  const again = installation.services;
  const others = await Promise.all([0, 1, 2, 3].map((lane) => again.places.reserve(clerk.agency, lane, 1)));
  t.notOk(others.flat().some((list) => lists.includes(list)), 'nobody else is given its lists');
  const same = again.queue.get(job.id, clerk.agency);
  await again.queue.resume(same);
  await settled(same);
  t.match(same, { state: 'done', done: 120 }, 'its table is still there');
});
