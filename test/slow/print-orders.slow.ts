/** The certificate centre at the command line, against a gateway that runs. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { startGateway } from '#test/support/process';

const CLI = resolve('dist/cli/main.js');
const home = mkdtempSync(join(tmpdir(), 'yizheng-prints-'));
const data = join(home, 'demo');
t.teardown(() => rm(home, { recursive: true, force: true }));

interface Ran { readonly exit: number; readonly out: string; readonly words: string }

t.test('when certificates are made at the command line', { timeout: 240_000 }, async (t) => {
  const gateway = await startGateway(data);
  t.teardown(() => gateway.end('SIGTERM'));
  const run = (who: string, ...args: string[]): Promise<Ran> => new Promise((done) => {
    const env = { ...process.env, NODE_OPTIONS: '', HOME: data, YIZHENG_GATEWAY: gateway.base, YIZHENG_KEY: join(data, 'demo', `${who}.key.json`) };
    const child = execFile(process.execPath, [CLI, ...args], { cwd: home, env }, (_error, out, words) => { done({ exit: child.exitCode ?? -1, out, words }); });
  });
  const licences = (JSON.parse((await run('clerk', 'list', '--json')).out) as { identifier: string; status: string }[]).filter(({ status }) => status === 'VALID').map(({ identifier }) => identifier);
  const [one = '', two = ''] = licences;
  t.match(await run('clerk', 'print', 'order', one, two), { exit: 0, out: /ordered[^]*ordered/ });
  t.match(await run('clerk', 'print', 'order', one), { exit: 3, out: /PRINT_ORDER_OPEN/ });
  t.match(await run('clerk', 'print', 'list', '--state', 'ordered'), { exit: 0, out: /(待打印|To be printed)[^]*(待打印|To be printed)/ });
  t.match(await run('clerk', 'print', 'print', one, two, '--out', 'batch.pdf'), { exit: 0, out: /2 printed to batch\.pdf/ });
  t.equal(readFileSync(join(home, 'batch.pdf'), 'latin1').match(/\/Type \/Page /g)?.length, 2);
  t.match(await run('clerk', 'print', 'print', one), { exit: 2, words: /--reason.*[^]*DAMAGED/ });
  t.match(await run('clerk', 'print', 'print', one, '--reason', 'DAMAGED'), { exit: 0, out: /1 printed to print\.pdf/ });
  t.match(await run('clerk', 'print', 'seal', one, two), { exit: 3, out: /SEALED_BY_PRINTER/ });
  t.match(await run('approver', 'print', 'seal', one, two), { exit: 0, out: /sealed[^]*sealed/ });
  const release = await run('clerk', 'print', 'release', one);
  const code = /pick-up code (\w{8})/.exec(release.out)?.[1] ?? '';
  t.match(await run('clerk', 'print', 'hand-over', one, '--code', 'AAAABBBB'), { exit: 3, words: /PICK_UP_CODE/ });
  t.match(await run('clerk', 'print', 'receipt', one), { exit: 10 });
  t.match(await run('clerk', 'print', 'hand-over', one, '--code', code), { exit: 0, out: /handed over/ });
  t.match(await run('clerk', 'print', 'hand-over', one, '--code', code), { exit: 3, words: /PICK_UP_USED/ });
  t.match(await run('clerk', 'print', 'receipt', one, '--out', 'receipt.html'), { exit: 0, out: /receipt\.html/ });
  t.match(readFileSync(join(home, 'receipt.html'), 'utf8'), /发证登记回执/);
  t.match(await run('clerk', 'print', 'show', one), { exit: 0, out: /1 .* order -> ordered[^]*6 .*hand-over -> handed-over/ });
  t.match(await run('clerk', 'print', 'cancel', two), { exit: 2, words: /NOT_COLLECTED/ });
  t.match(await run('clerk', 'print', 'cancel', two, '--reason', 'NOT_WANTED'), { exit: 0, out: /cancelled/ });
  t.match(await run('clerk', 'terms', '--within', '3650'), { exit: 0, out: new RegExp(`${two.split('.').at(-3) ?? ''}|20\\d\\d-`) });
  t.match(await run('clerk', 'terms', '--lapsed', '1'), { exit: 0, out: /none/ });
  t.match(await run('clerk', 'terms', '--lapsed', '1', '--within', '1'), { exit: 2 });
  t.match(await run('market', 'print', 'list'), { exit: 0, out: /no print orders/ });
  t.match(await run('clerk', 'print', 'burn', one), { exit: 2, words: /usage/ });
});
