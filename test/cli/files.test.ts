/** Files that are not there, or not what they should be, are named in a sentence. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { readKeyFile } from '#cli/client';
import type { Invocation } from '#cli/command';
import { evidenceCommands } from '#cli/commands/evidence';
import { licenceCommands } from '#cli/commands/licence';
import { registerCommands } from '#cli/commands/register';
import { CliError, EXIT } from '#cli/exit';
import { readJson } from '#cli/files';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-files-'));
t.teardown(() => { rmSync(directory, { recursive: true }); });
const put = (name: string, content: string): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const said = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof CliError && error.exit === EXIT.usage) return error.message;
    throw error;
  }
  return 'nothing';
};
const MEANT = { zh: '对象', en: 'an object' };

void t.test('when a file is not valid JSON', async (t) => {
  const cases: [string, RegExp][] = [
    ['{\n "a": 1,\n}', /line 3, column 1\): an object is meant/], ['{\n  "名": "x', /line 2, column 10\)/], ['', /the file is empty: an object is meant/], ['abc', /not valid JSON: an object is meant/],
  ];
  for (const [content, words] of cases) t.match(await said(() => readJson(put('wrong.json', content), MEANT)), words, content);
  t.match(await said(() => readJson(join(directory, 'nothing.json'), MEANT)), /nothing\.json: there is no such file/);
  t.match(await said(() => readJson(directory, MEANT)), /this is a directory/);
  t.strictSame(readJson(put('right.json', '\ufeff{"a":1}'), MEANT), { a: 1 }, 'with the mark that some editors write');
});

void t.test('when a command is given such a file', async (t) => {
  const client = { key: { agency: 'x' }, get: () => Promise.resolve([{ type: '11370000000000000T901', name: { zh: '食品', en: 'food' } }]) };
  const run = (command: { run: (invocation: Invocation) => unknown } | undefined, args: string[], values = {}) => said(() => command?.run({ client, args, values, print: () => undefined, say: () => undefined, signal: new AbortController().signal } as unknown as Invocation));
  const [gone, wrong] = [join(directory, 'gone'), put('trailing.json', '[1,]')];
  t.match(await run(registerCommands['register'], [gone]), /gone: there is no such file/);
  t.match(await run(registerCommands['register'], [wrong]), /trailing\.json: not valid JSON.*: one record of the register/);
  t.match(await run(evidenceCommands['evidence'], ['verify', gone]), /gone: there is no such file/);
  t.match(await run(licenceCommands['issue'], [], { kind: 'food', face: gone }), /gone: there is no such file/);
  t.match(await run(licenceCommands['issue'], [], { kind: 'food', face: put('list.json', '[]') }), /--face .*list\.json: a JSON object/);
  t.match(await run(licenceCommands['issue'], [], { kind: 'food', promise: gone }), /gone: there is no such file/);
  for (const condition of ['LAYOUT', 'LAYOUT=', '=2026-01-01', 'LAYOUT=2026-01-01=death', 'a=b=reminder=c']) t.match(await run(licenceCommands['issue'], [], { kind: 'food', condition: [condition] }), /MATERIAL=DAY=CONSEQUENCE is meant/, condition);
  t.match(await run(licenceCommands['issue'], [], { kind: 'food', from: wrong, condition: ['LAYOUT=2026-01-01'] }), /not for a table/);
  t.match(await said(() => readKeyFile(gone)), /gone: there is no such file/);
  t.match(await said(() => readKeyFile(put('key.json', 'null'))), /is not a key file/);
});
