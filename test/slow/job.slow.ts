import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { KIND } from '#gateway/catalogue/kinds';
import { signDigest, type KeyFile } from '#gateway/acts/licence/sign';
import { agreesAfterKills } from '#test/support/reconciled';
import { foodTable } from '#test/support/samples';
import { signIn, startGateway, type Running } from '#test/support/process';

const ROWS = 4_000;

interface View { readonly id: string; readonly state: string; readonly done: number; readonly already: number; readonly refused: number; readonly digest?: string; readonly code?: string }

const data = mkdtempSync(join(tmpdir(), 'yizheng-job-'));
t.teardown(() => rm(data, { recursive: true, force: true }));
let gateway: Running;
let headers: Record<string, string>;

async function start(): Promise<void> {
  gateway = await startGateway(data);
  headers = await signIn(gateway.base, data, 'clerk');
}
const get = async (id: string): Promise<View> => (await (await fetch(`${gateway.base}/api/jobs/${id}`, { headers })).json()) as View;
const post = async (path: string, body: unknown) => fetch(`${gateway.base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });

async function begin(table: string, options: object): Promise<string> {
  const sent = await fetch(`${gateway.base}/api/uploads?name=rows.csv`, { method: 'POST', headers: { ...headers, 'content-type': 'text/csv' }, body: table });
  const { upload } = (await sent.json()) as { upload: string };
  const { job } = (await (await post('/api/jobs', { upload, name: 'rows.csv', type: 'issue', kind: KIND.food, ...options })).json()) as { job: View };
  return job.id;
}

async function until(id: string, when: (view: View) => boolean): Promise<View> {
  for (;;) {
    const view = await get(id);
    if (when(view)) return view;
    if (view.state === 'failed') throw new Error(view.code);
    await delay(20);
  }
}
const ended = (view: View): boolean => view.state === 'done';

/** Signs as a demo user by key file. */
async function sign(id: string, who: string): Promise<Response> {
  const file = JSON.parse(readFileSync(join(data, 'demo', `${who}.key.json`), 'utf8')) as KeyFile;
  const { digest = '' } = await get(id);
  return post(`/api/jobs/${id}/signatures`, { actors: [signDigest(file, Buffer.from(digest, 'base64url'))] });
}

const report = async (id: string): Promise<{ row: number; result: string; licence?: string; code?: string }[]> =>
  (await (await fetch(`${gateway.base}/api/jobs/${id}/report?format=ndjson`, { headers })).text()).trim().split('\n').map((line) => JSON.parse(line) as { row: number; result: string; licence?: string });

t.test('when a job is killed, stopped and resumed', { timeout: 300_000 }, async (t) => {
  await start();
  const table = [...foodTable(ROWS)].join('') + [...foodTable(2, ROWS)].slice(1).join('').replace(/JY2/g, 'JY9');
  const id = await begin(table, {});
  await delay(150);
  await gateway.end('SIGKILL');
  await start();
  const waiting = await until(id, ({ state }) => state === 'waiting');
  t.equal(waiting.refused, 2, 'two rows with a wrong number are refused, and said by row');

  t.equal((await sign(id, 'market')).status, 409, "another agency's clerk cannot sign it");
  t.equal((await sign(id, 'clerk')).status, 202);
  await until(id, ({ done }) => done > 0);
  await gateway.end('SIGKILL');
  await start();
  await until(id, ({ done }) => done >= 300);
  await post(`/api/jobs/${id}/stop`, {});
  const stopped = await until(id, ({ state }) => state === 'stopped' || state === 'done');
  t.equal(stopped.state, 'stopped');
  t.equal((await post(`/api/jobs/${id}/stop`, {})).status, 409, 'it is stopped already');
  await post(`/api/jobs/${id}/resume`, {});
  const { done, already, refused } = await until(id, ended);
  t.strictSame({ done, already, refused }, { done: ROWS, already: 0, refused: 2 });

  const rows = await report(id);
  t.equal(rows.length, ROWS + 2, 'one result a row');
  t.equal(new Set(rows.map(({ row }) => row)).size, ROWS + 2, 'no row twice');
  t.equal(new Set(rows.filter(({ result }) => result === 'done').map(({ licence }) => licence)).size, ROWS, 'no licence twice');
  t.match(rows.find(({ result }) => result === 'refused'), { code: 'NUMBER_CHECK_DIGIT', column: '许可证编号', value: /^JY9/ });

  const again = await begin(table, {});
  t.match(await until(again, ended), { done: 0, already: ROWS, refused: 2 }, 'the same table again issues nothing');
  const dry = await begin([...foodTable(300, 50_000)].join(''), { dryRun: true });
  t.match(await until(dry, ended), { done: 300, refused: 0 });
  t.equal((await begin([...foodTable(300, 50_000)].join(''), {}).then((fresh) => until(fresh, ({ state }) => state === 'waiting'))).already, 0, 'a dry run has issued nothing');

  t.equal(await gateway.end('SIGTERM'), 0);
  await agreesAfterKills(t, data);
});
