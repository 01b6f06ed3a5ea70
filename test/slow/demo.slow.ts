/** The story of one business on a running demo, and the commands of its chapters. */
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { startGateway } from '#test/support/process';
import { foodNumber } from '#test/support/samples';

const data = mkdtempSync(join(tmpdir(), 'yizheng-story-'));
t.teardown(() => rm(data, { recursive: true, force: true }));

t.test('when the story is told', { timeout: 200_000 }, async (t) => {
  const gateway = await startGateway(data);
  t.teardown(() => gateway.end('SIGTERM'));
  const key = (name: string) => join(data, 'demo', `${name}.key.json`);
  const run = (who: string, ...args: readonly string[]): Promise<{ exit: number; out: string; words: string }> => new Promise((done) => {
    const child = execFile(process.execPath, [resolve('dist/cli/main.js'), ...args], { env: { ...process.env, NODE_OPTIONS: '', HOME: data, YIZHENG_GATEWAY: gateway.base, YIZHENG_KEY: key(who) } }, (_error, out, words) => { done({ exit: child.exitCode ?? -1, out, words }); });
  });

  const told = await run('clerk', 'demo', '--data', data, '--json');
  t.equal(told.exit, 0, told.words);
  const { steps, identifier } = JSON.parse(told.out) as { steps: { step: string; said: string; ms: number }[]; identifier: string };
  const said = (part: string) => steps.find(({ step }) => step.includes(part))?.said;
  t.match(said('inspector scans'), /^VALID VALID: 食品经营许可证 VALID, 公共场所卫生许可证 VALID$/);
  t.match(said('basement'), /^VALID VALID by lists$/);
  t.match(said('next scan'), /^NOT-IN-FORCE RESTRICTED: 食品经营许可证 SUSPENDED since \d{4}-\d\d-\d\d, 责令整改期间, .*市场监督管理局.* 张审批/);
  t.match(said('without an account'), /^NOT-IN-FORCE SUSPENDED$/);
  t.match(said('in force on a day'), /^issue, suspend; the certificate: \S+ NOT_\w+, \S+ RESTRICTED$/);
  t.match(said('proof away'), /^proven, \d+ bytes/);
  t.ok((steps.find(({ step }) => step.includes('kiosk'))?.ms ?? Infinity) < 5_000, 'a permit by rule within five seconds');
  t.match(await run('clerk', 'verify', identifier), { exit: 4, out: /RESTRICTED/ });
  t.match(await run('clerk', 'demo', '--data', join(data, 'nothing')), { exit: 2, words: /no keys of a demo/ });

  // What the story does once, by the commands of each chapter.
  const face = join(data, 'face.json');
  writeFileSync(face, JSON.stringify({ holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试甲', residence: '示例市张店区示例路1号', premises: '示例市张店区示例路1号', businessForm: '餐饮服务经营者', scope: '热食类食品制售', number: foodNumber(720_001) }));
  t.match(await run('machine', 'kiosk', '--kind', 'food', '--face', face, '--valid-until', '2031-01-01'), { exit: 3, words: /RULES_NOT_MET(.|\n)*promise: PROMISE_MISSING/ });
  t.match(await run('machine', 'kiosk', '--kind', 'food', '--face', face, '--promise', face, '--valid-until', '2031-01-01'), { exit: 0, out: /issued 1\.2\.156.*\n {2}status VALID {2}in \d/ });
  t.match(await run('machine', 'kiosk', '--kind', 'food', '--face', face, '--promise', join(data, 'none')), { exit: 2, words: /none: there is no such file/ });
  t.match(await run('clerk', 'rules', 'list'), { exit: 0, out: /version 1 {2}in-force {2}198 of 200 left today/ });
  t.match(await run('clerk', 'rules', 'stop', 'food'), { exit: 0, out: /stopped/ });
  t.match(await run('clerk', 'rules', 'resume', 'food'), { exit: 3, words: /ACTORS_TOO_FEW/ });
  t.match(await run('clerk', 'rules', 'put', resolve('docs/samples/food-rules.json'), '--cosign', key('approver')), { exit: 0, out: /in-force/ });
  const empty = join(data, 'hotels.xlsx');
  t.match(await run('clerk', 'issue', '--kind', 'hotel', '--empty', empty), { exit: 0, out: /hotels\.xlsx: fill it in/ });
  t.match(await run('clerk', 'issue', '--kind', 'hotel', '--empty', empty), { exit: 2, words: /is there already/ });
  t.match(await run('clerk', 'issue', '--kind', 'hotel', '--empty', join(data, 'hotels.pdf')), { exit: 2, words: /\.xlsx or \.csv/ });
  t.match(await run('market', 'supervise', 'list'), { exit: 0, out: /食品经营许可证/ });
  t.match(await run('market', 'supervise', 'take', foodNumber(720_001)), { exit: 0, out: /taken-over/ });
  t.match(await run('market', 'supervise', 'take', foodNumber(720_001)), { exit: 3, words: /SUPERVISION_TAKEN/ });
  t.match(await run('market', 'supervise', 'find', foodNumber(720_001)), { exit: 2, words: /IN_ORDER/ });
  t.match(await run('market', 'supervise', 'find', foodNumber(720_001), '--finding', 'IN_ORDER'), { exit: 0, out: /IN_ORDER/ });
  t.match(await run('clerk', 'condition', 'list'), { exit: 0, out: /nothing is still to come/ });
  t.match(await run('clerk', 'condition', 'meet', foodNumber(720_001), '--material', 'LAYOUT'), { exit: 3, words: /CONDITION_UNKNOWN/ });
});
