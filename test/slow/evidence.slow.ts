/** Evidence and heads at the command line, as an auditor uses them: made, carried away, verified where no gateway answers; a ledger that was set back is found. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { startGateway } from '#test/support/process';
import { foodFace, foodNumber } from '#test/support/samples';

const CLI = resolve('dist/cli/main.js');
const home = mkdtempSync(join(tmpdir(), 'yizheng-evidence-'));
t.teardown(() => { rmSync(home, { recursive: true, force: true }); });
const [data, copy, heads] = [join(home, 'demo'), join(home, 'copy'), join(home, 'heads')];

interface Ran { readonly exit: number; readonly out: string; readonly words: string }
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> => new Promise((done) => {
  const child = execFile(process.execPath, [CLI, ...args], { cwd: home, env: { ...process.env, NODE_OPTIONS: '', HOME: home, ...env }, maxBuffer: 1 << 26 }, (_error, out, words) => { done({ exit: child.exitCode ?? -1, out, words }); });
});

t.test('when an auditor keeps heads and takes evidence', { timeout: 300_000 }, async (t) => {
  let gateway = await startGateway(data, ['--demo'], { YIZHENG_HEADS: join(home, 'out') });
  t.teardown(() => gateway.end('SIGTERM'));
  const as = (who?: string) => ({ YIZHENG_GATEWAY: gateway.base, ...(who === undefined ? {} : { YIZHENG_KEY: join(data, 'demo', `${who}.key.json`) }) });
  const issue = (serial: number) => run(['issue', '--kind', 'food', '--valid-until', '2030-01-01', ...Object.entries(foodFace(serial)).flatMap(([name, value]) => ['-f', `${name}=${value}`])], as('clerk'));
  t.equal((await issue(1)).exit, 0);
  const number = foodNumber(1);

  t.match(await run(['head', 'check', '--heads', heads], as()), { exit: 10, words: /head fetch/ }, 'nothing was kept yet');
  t.match(await run(['head', 'fetch', '--heads', heads], as()), { exit: 0, out: /blocks at 20/ });
  t.equal((await run(['suspend', number, '--reason', 'RECTIFICATION', '--basis', 'SPAQF-124'], as('clerk'))).exit, 0);
  t.match(await run(['evidence', 'make', number, '--out', 'case.json'], as('clerk')), { exit: 0, out: /case\.json {2}\d+ bytes/ });
  t.match(await run(['evidence', 'make', number], as('clerk')), { exit: 2, words: /--out FILE/ });
  t.match(await run(['verify', 'case.json'], as()), { exit: 2, words: /yizheng evidence verify/ });
  t.match(await run(['head', 'send'], as('auditor')), { exit: 0, out: /sent at/ });
  t.ok(readdirSync(join(home, 'out')).length === 1, 'a directory a ledger');

  const away = { YIZHENG_GATEWAY: 'http://localhost:9' };
  t.match(await run(['evidence', 'verify', 'case.json', '--heads', heads], away), { exit: 6, out: /NOT FULLY CHECKED(.|\n)*older than the blocks/ }, 'a head of before the last act');
  const sent = join(home, 'out');
  t.match(await run(['head', 'fetch', '--heads', heads], as()), { exit: 0, out: /2 heads: Between the two, blocks were only appended/ });
  const kept = await run(['evidence', 'make', number, '--out', 'later.json'], as('clerk'));
  t.equal(kept.exit, 0);
  t.match(await run(['evidence', 'verify', 'later.json', '--head', heads], away), { exit: 0, out: /^EVIDENCE {2}PROVEN(.|\n)*event 2 +suspend -> SUSPENDED(.|\n)*What is proven and what is not/ });
  t.match(await run(['evidence', 'verify', 'later.json', '--head', sent], { ...away, LC_ALL: 'zh_CN.UTF-8' }), { exit: 0, out: /^存证包 {2}存证属实/ });
  writeFileSync(join(home, 'changed.json'), readFileSync(join(home, 'later.json'), 'utf8').replace('"tx":0', '"tx":1'));
  t.match(await run(['evidence', 'verify', 'changed.json', '--head', heads], away), { exit: 5, out: /NOT TO BE TRUSTED/ });
  t.match(JSON.parse((await run(['evidence', 'verify', 'later.json', '--head', heads, '--json'], away)).out), { outcome: 'proven', shown: { events: [{ act: 'issue' }, { act: 'suspend' }] } });
  t.match(await run(['evidence', 'verify', 'later.json', '--head', 'later.json'], away), { exit: 3, words: /HEAD_FORM/ });
  t.match(await run(['head', 'check', '--heads', heads], as()), { exit: 0, out: /3 heads/ });
  t.match(await run(['head', 'peers', '--heads', heads], as('auditor')), { exit: 0, out: /^0 heads/ });

  await gateway.end('SIGTERM');
  cpSync(data, copy, { recursive: true });
  gateway = await startGateway(data);
  t.equal((await issue(2)).exit, 0);
  t.equal((await run(['head', 'fetch', '--heads', heads], as())).exit, 0);
  await gateway.end('SIGTERM');
  rmSync(data, { recursive: true, force: true });
  cpSync(copy, data, { recursive: true });
  gateway = await startGateway(data);
  t.match(await run(['head', 'check', '--heads', heads], as()), { exit: 5, out: /LEDGER_TRUNCATED/ }, 'the ledger was set back');
  for (const serial of [3, 4, 5]) t.equal((await issue(serial)).exit, 0);
  t.match(await run(['head', 'check', '--heads', heads], as()), { exit: 5, out: /LEDGER_REWRITTEN/ }, 'and written on in another way');
  t.match(await run(['evidence', 'verify', 'later.json', '--head', heads], away), { exit: 0 }, 'evidence of before stands');
});
