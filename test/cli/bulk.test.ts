/** The second person of a mass job, at a machine of his own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import t from 'tap';
import type { Invocation } from '#cli/command';
import { issueFrom } from '#cli/commands/bulk';
import { CliError, EXIT } from '#cli/exit';

const KIND = '11370000000000000T901';
const directory = mkdtempSync(join(tmpdir(), 'yizheng-bulk-'));
t.teardown(() => { rmSync(directory, { recursive: true }); });

void t.test('when the mapping of the table is not there', async (t) => {
  const path = join(directory, 'permits.csv');
  writeFileSync(path, '编号\n1\n');
  const name = `${createHash('sha256').update('编号\n1\n').digest('hex').slice(0, 32)} ${basename(path)}`;
  const asked: string[] = [];
  const client = { key: { staff: 'second' }, get: (url: string) => { asked.push(url); return Promise.resolve({ jobs: [{ id: 'job', staff: 'first', name, type: 'issue', kind: KIND, state: 'waiting', dryRun: false }] }); } };
  const invocation = { client, values: { from: path }, args: [], say: () => undefined, print: () => undefined, signal: new AbortController().signal } as unknown as Invocation;
  const error: unknown = await issueFrom(invocation, KIND).catch((each: unknown) => each);
  t.ok(error instanceof CliError && error.exit === EXIT.usage && error.message.includes('permits.csv.map.json'), 'he is told which file he needs');
  t.strictSame(asked, ['/api/jobs'], 'and nothing was signed');
});
