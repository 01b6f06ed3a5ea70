/** The tables in docs/samples do what the README says of them, and their list of headers is what is read. */
import { createReadStream, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { mappable } from '#gateway/acts/bulk-rows';
import type { BulkJob, BulkPlan } from '#gateway/acts/bulk';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { PUBLICITY_FIELDS, fieldOf } from '#gateway/tables/publicity-columns';
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
