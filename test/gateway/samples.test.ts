/** The tables in docs/samples do what the README says of them, and their list of headers is what is read. */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { mappable } from '#gateway/acts/licence/bulk-rows';
import type { BulkJob, BulkPlan } from '#gateway/acts/licence/bulk';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { PUBLICITY_FIELDS, fieldOf } from '#gateway/tables/publicity-columns';
import { randomId } from '#gateway/keyring';
import { install } from '#test/support/installation';

const installation = await install();
t.teardown(() => installation.remove());
const { agency, staff } = installation.acting('clerk');
const documentation = readFileSync('docs/samples/README.md', 'utf8');

async function run(file: string, params: Partial<BulkJob['params']>): Promise<BulkJob & { plan?: BulkPlan }> {
  const { uploads, queue } = installation.services;
  const upload = await uploads.keep(createReadStream(`docs/samples/${file}`));
  const job = await queue.add(agency, staff, { upload, name: file, type: 'issue', dryRun: false, ...params });
  while (job.state === 'preparing' || job.state === 'running') await delay(20);
  return job;
}

t.test('when the sample tables are sent', async (t) => {
  t.match(await run('published-decisions.csv', { type: 'import' }), { state: 'done', done: 4, refused: 0 });
  t.match(await run('food-permits.csv', { kind: KIND.food, dryRun: true }), { state: 'done', done: 5, refused: 0 });
  t.match(await run('food-permits.csv', { kind: KIND.food }), { state: 'done', done: 5, refused: 0 });
  t.match(await run('food-permits.csv', { kind: KIND.food }), { state: 'done', done: 0, already: 5 }, 'twice does nothing twice');
  t.equal(installation.services.lookup.byNumber('JY23703038800010').verdict.outcome, 'valid', 'the number that the README verifies');
});

t.test('when their headers are listed', async (t) => {
  const food = KINDS.find(({ type }) => type === KIND.food);
  if (!food) throw new Error('no kind');
  for (const { name, label } of mappable(food)) t.ok(documentation.includes(`| ${label.zh} |`) && documentation.includes(`\`${name}\` |`), name);
  const headers = [...(documentation.split('## `published')[1] ?? '').matchAll(/^\| (\S+) \|/gm)].map((match) => match[1] ?? '').filter((header) => header !== 'Header');
  t.strictSame(headers.map((header) => fieldOf(header, 'current')).sort(), [...PUBLICITY_FIELDS].sort(), 'every column that is read, and no other');
});

t.test('when the README names a sample', (t) => {
  const named = [...new Set(readFileSync('README.md', 'utf8').match(/docs\/samples\/[\w.-]+\w/g))];
  t.ok(named.length >= 5);
  for (const file of named) t.ok(existsSync(file), file);
  t.end();
});

t.test('when the sample permit is issued on the sample promise', async (t) => {
  const face = JSON.parse(readFileSync('docs/samples/permit.json', 'utf8')) as Record<string, string>;
  const promise = readFileSync('docs/samples/promise.txt').toString('base64');
  const dueOn = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
  t.match(await installation.services.acts.perform({ agency, staff }, randomId(), { op: 'issue', kind: KIND.food, face, promise, conditions: [{ material: 'LAYOUT', dueOn, consequence: 'suspension' }], validUntil: `${String(new Date().getUTCFullYear() + 3)}-03-14` }), { status: 'VALID' });
  t.equal(installation.services.lookup.byNumber('JY23703030008010').verdict.outcome, 'valid', 'the number that the README goes on with');
});
