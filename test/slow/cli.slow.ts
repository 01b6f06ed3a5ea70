import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { setUp } from '#gateway/setup';
import { foodFace, foodNumber, foodTable } from '#test/support/samples';
import { signIn, startGateway } from '#test/support/process';

const CLI = resolve('dist/cli/main.js');
const home = mkdtempSync(join(tmpdir(), 'yizheng-cli-'));
t.teardown(() => rm(home, { recursive: true, force: true }));

interface Ran { readonly exit: number; readonly out: string; readonly words: string }
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input = ''): Promise<Ran> => new Promise((done) => {
  const child = execFile(process.execPath, [CLI, ...args], { cwd: home, env: { ...process.env, NODE_OPTIONS: '', ...env }, maxBuffer: 1 << 26 }, (_error, out, words) => { done({ exit: child.exitCode ?? -1, out, words }); });
  child.stdin?.end(input);
});

t.test('when a person works at the command line of the demo', { timeout: 400_000 }, async (t) => {
  const data = join(home, 'demo');
  const gateway = await startGateway(data);
  t.teardown(() => gateway.end('SIGTERM'));
  const as = (who: string) => ({ YIZHENG_GATEWAY: gateway.base, YIZHENG_KEY: join(data, 'demo', `${who}.key.json`) });
  const fields = (serial: number) => Object.entries(foodFace(serial)).flatMap(([name, value]) => ['-f', `${name}=${value}`]);

  t.equal((await run([])).exit, 2);
  t.equal((await run(['nonsense'])).exit, 2);
  t.match(await run(['issue', '--help']), { exit: 0, out: /--field/ });
  t.match(await run(['issue', '--kind', 'food', ...fields(1)], { YIZHENG_GATEWAY: gateway.base }), { exit: 2, words: /key/ }, 'no key');
  t.match(await run(['issue', '--kind', 'food', '--valid-until', '2030-01-01', ...fields(1)], as('clerk')), { exit: 0, out: /issued 1\.2\.156/ });
  t.match(await run(['issue', '--kind', 'food', '--valid-until', '2030-01-01', ...fields(1)], as('clerk')), { exit: 3, words: /LICENCE_EXISTS/ }, 'the same number again');
  t.match(await run(['issue', '--kind', 'food', '--valid-until', '2030-02-30', ...fields(2)], as('clerk')), { exit: 3, words: /DATE_UNREAL/ });
  t.match(await run(['issue', '--kind', 'food', '--valid-until', '2030-01-01', ...fields(3)], as('market')), { exit: 3, words: /RIGHT_MISSING|SEAL_NOT_HERE/ }, 'an agency without the right');
  const number = foodNumber(1);
  t.match(await run(['verify', number], as('clerk')), { exit: 0, out: /^VALID/ });
  t.match(await run(['suspend', number, '--reason', 'RECTIFICATION', '--basis', 'SPAQF-124'], as('clerk')), { exit: 0 });
  t.equal((await run(['verify', number], as('clerk'))).exit, 4, 'not in force');
  t.match(await run(['suspend', number, '--reason', 'RECTIFICATION'], as('clerk')), { exit: 3, words: /STATUS_FORBIDS: The licence's.*\n {2}present status: SUSPENDED \(Suspended\); allowed: restore/ });
  t.match(await run(['suspend', number, '--reason', 'RECTIFICATION'], { ...as('clerk'), LC_ALL: 'zh_CN.UTF-8' }), { exit: 3, words: /STATUS_FORBIDS: 证照的当前状态.*\n {2}当前状态：暂停使用/ }, 'in the language of the terminal');
  t.match(await run(['suspend', number], as('clerk')), { exit: 2, words: /suspend needs --reason, one of:(.|\n)* RECTIFICATION +while ordered/ }, 'what is missing is said before anything is sent');
  t.equal((await run(['restore', number, '--reason', 'RECTIFIED'], as('clerk'))).exit, 0);
  t.equal((await run(['renew', number, '--valid-until', '2031-01-01'], as('clerk'))).exit, 0);
  t.equal((await run(['change', number, '-f', 'complaints=12345'], as('clerk'))).exit, 0);
  t.match(await run(['revoke', number, '--reason', 'PENALTY_REVOCATION'], as('market')), { exit: 3, words: /ACTORS_TOO_FEW/ }, 'a penalty needs two');
  t.match(await run(['revoke', number, '--reason', 'PENALTY_REVOCATION', '--cosign', join(data, 'demo', 'market-approver.key.json'), '--json'], as('market')), { exit: 0, out: /"REVOKED"/ });
  t.match(await run(['history', number, '--json'], as('clerk')), { exit: 0, out: /"renew".*"change".*"revoke"/ });
  t.equal((await run(['status', number], as('clerk'))).exit, 4);
  t.equal((await run(['status', 'JY10000000000000'], as('clerk'))).exit, 10, 'unknown');
  t.match(await run(['verify', 'x~'], as('clerk')), { exit: 5 }, 'not a credential');
  t.match(await run(['list', '--limit', '2'], as('clerk')), { exit: 0, out: /1\.2\.156/ });
  t.equal((await run(['verify', number], { YIZHENG_GATEWAY: 'http://localhost:9' })).exit, 8, 'nobody answers');

  t.match(await run(['materials', '91370303MA99TXT04C', '--trade', 'hotel'], as('clerk')), { exit: 0, out: /held +Business licence.*own agency's(.|\n)*to fill in: foodBusinessForm, foodScope, hygieneScope/ });
  t.match(await run(['materials', '91370303MA99TXT04C'], as('clerk')), { exit: 2, words: /--trade/ });
  const apply = ['application', 'receive', '91370303MA99TXT04C', '--trade', 'hotel', '--applicant', '测试甲', '--case-no', 'SD-1', '-f', 'foodBusinessForm=餐饮服务经营者', '-f', 'foodScope=热食类食品制售'];
  t.match(await run(apply, as('clerk')), { exit: 3, words: /hygieneScope: FIELD_MISSING/ });
  t.match(await run([...apply, '-f', 'hygieneScope=住宿', '--given', 'paper/FLOOR_PLAN'], as('clerk')), { exit: 0, out: /^370303\d{14} {2}received/ });
  t.match(await run(['application', 'show', 'SD-1'], as('clerk')), { exit: 0, out: /holderName = .*\n +from 1\.2\.156/ });
  t.match(await run(['application', 'show', 'SD-1'], as('market')), { exit: 10 }, 'another agency finds nothing');
  t.equal((await run(['application', 'correct', 'SD-1', '--note', '请补交卫生检测报告'], as('clerk'))).exit, 0);
  t.equal((await run(['application', 'resubmit', 'SD-1', '--given', 'paper/HYGIENE_TEST', '-f', 'premises=示例市张店区示例路10号'], as('clerk'))).exit, 0);
  t.equal((await run(['application', 'accept', 'SD-1'], as('clerk'))).exit, 0);
  t.match(await run(['application', 'decide', 'SD-1', '--matter', 'hygiene_new', '--granted', '--doc-no', '张审批许字901号', '-f', 'number=鲁卫公证字901号', '--valid-until', '2029-03-14'], as('clerk')), { exit: 0, out: /1\.2\.156/ });
  t.match(await run(['application', 'decide', 'SD-1', '--matter', 'food_new', '--refused'], as('clerk')), { exit: 2, words: /--doc-no/ });
  t.match(await run(['application', 'decide', 'SD-1', '--matter', 'food_new', '--refused', '--doc-no', '张审批不许字902号', '--cosign', join(data, 'demo', 'approver.key.json')], as('clerk')), { exit: 0, out: /decided/ });
  t.equal((await run(['application', 'deliver', 'SD-1'], as('clerk'))).exit, 0);
  t.match(await run(['application', 'list', '--state', 'delivered'], as('clerk')), { exit: 0, out: /^370303/ });

  const samples = (name: string) => resolve('docs/samples', name);
  t.match(await run(['import', samples('published-decisions.csv'), '--report', join(home, 'published.csv')], as('clerk')), { exit: 0, out: /4 done/ }, 'the session of the README');
  const permits = ['issue', '--kind', 'food', '--from', samples('food-permits.csv'), '--map', join(home, 'permits.map.json'), '--report', join(home, 'permits.csv')];
  t.match(await run([...permits, '--dry-run'], as('clerk')), { exit: 0, out: /dry run.*5 done/ });
  t.match(await run([...permits, '--yes'], as('clerk')), { exit: 0, out: /5 done/ });
  t.match(await run(['verify', 'JY23703038800010'], as('clerk')), { exit: 0, out: /^VALID/ });

  const wrong = join(home, 'wrong.csv');
  writeFileSync(wrong, [...foodTable(7, 2_000)].join('').replaceAll('2030-12-31', '2030-02-30'));
  t.match(await run(['issue', '--from', wrong, '--kind', 'food', '--yes'], as('clerk')), { exit: 9, words: /row 2 {2}CELL_DATE {2}有效期至 "2030-02-30": The cell is not an existing calendar day(.|\n)*and 2 more in the report/ });
  t.match(readFileSync(`${wrong}.report.csv`, 'utf8'), /CELL_DATE,有效期至,2030-02-30,日期不存在.*,The cell is not/);
  const table = join(home, 'rows.csv');
  writeFileSync(table, [...foodTable(150, 1_000)].join(''));
  t.match(await run(['issue', '--from', table, '--kind', 'food'], as('clerk')), { exit: 0, words: /proposed mapping/ }, 'the first run proposes');
  t.match(await run(['issue', '--from', table, '--kind', 'food'], as('clerk')), { exit: 0, out: /150 done/ });
  t.match(readFileSync(`${table}.report.csv`, 'utf8'), /\n2,done,/);
  t.match(await run(['issue', '--from', table, '--kind', 'food'], as('clerk')), { exit: 0, out: /150 already/ });
  const mass = join(home, 'mass.csv');
  writeFileSync(mass, [...foodTable(10_000, 12_000)].join(''));
  const byTwo = ['issue', '--from', mass, '--kind', 'food', '--yes'];
  t.match(await run(byTwo, as('clerk')), { exit: 0, words: /acts compared/, out: /signed by 1 of 2: waits for another person/ });
  t.match(await run(byTwo, as('clerk')), { exit: 0, words: /going on with job/, out: /signed by 1 of 2/ }, 'nobody signs twice');
  t.match(await run(byTwo, as('approver')), { exit: 0, words: /made by(.|\n)*acts compared/, out: /10000 done/ }, 'the second compares with a table of his own');
  t.match(await run(['import', table], as('clerk')), { exit: 3, words: /publicity/ });
  const published = resolve('test/fixtures/tables/publicity-pinyin.tsv');
  t.match(await run(['import', published, '--report', join(home, 'import.csv')], as('clerk')), { exit: 0, out: /1 done/ });
  const { identifier = '' } = (JSON.parse((await run(['list', '--limit', '1', '--json'], as('clerk'))).out) as { identifier?: string }[])[0] ?? {};
  t.equal((await run(['verify', identifier], as('clerk'))).exit, 7, 'an imported record');
  t.match(await run(['renew', identifier, '--valid-until', '2031-01-01', '-f', 'qualityManager=测试乙', '-f', 'premises=示例路3号', '-f', 'mode=零售'], as('clerk')), { exit: 3, words: /ORIGIN_FORBIDS/ }, 'nothing is built on it');
  t.equal((await run(['confirm', identifier, '-f', 'qualityManager=测试乙', '-f', 'premises=示例路3号', '-f', 'mode=零售'], as('clerk'))).exit, 0);
});

t.test('when licences are used at the command line', { timeout: 240_000 }, async (t) => {
  // One of the demo's own.
  const NUMBER = 'JY23703039999014';
  const data = join(home, 'uses');
  const gateway = await startGateway(data);
  t.teardown(() => gateway.end('SIGTERM'));
  const as = (who: string) => ({ YIZHENG_GATEWAY: gateway.base, YIZHENG_KEY: join(data, 'demo', `${who}.key.json`) });
  const using = (...more: string[]) => ['use', NUMBER, '--purpose', 'INSPECTION', '--case', '2026-1', '--fields', 'number,personInCharge', ...more];
  t.match(await run(using('--keep', 'record.txt'), as('clerk')), { exit: 0, out: /VALID[\s\S]*JY[\s\S]*record \d+ .* own/ }, 'used, and recorded');
  t.match(readFileSync(join(home, 'record.txt'), 'utf8'), /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  t.match(await run(using(), as('market')), { exit: 3, words: /USE_NOT_AUTHORISED/ });
  t.match(await run(['use', NUMBER, '--case', '1', '--fields', 'number'], as('clerk')), { exit: 2, words: /--purpose, one of:\n {2}BUSINESS_REGISTRATION/ });
  t.match(await run(using('--holder', '91370303MA99TXT04C'), as('clerk')), { exit: 2, words: /LICENCE, or --holder/ });
  const listed = JSON.parse((await run(['uses', '--limit', '1', '--json'], as('auditor'))).out) as { seq: number; act: string; caseNo: string }[];
  t.match(listed, [{ act: 'use', caseNo: '2026-1' }]);
  await delay(3_000);
  t.match(await run(['uses', '--proof', String(listed[0]?.seq), '--out', 'proof.json'], as('auditor')), { exit: 0, out: /under the root of \d+ records\n.*\n {2}transaction [0-9a-f]{64} {2}block \d+/ }, 'within five seconds');
  t.equal((await run(['uses'], as('clerk'))).exit, 3, 'for auditors');
});

t.test('when licences are verified off line', { timeout: 240_000 }, async (t) => {
  const data = join(home, 'offline');
  const gateway = await startGateway(data);
  t.teardown(() => gateway.end('SIGTERM'));
  const as = (who: string) => ({ HOME: home, YIZHENG_GATEWAY: gateway.base, YIZHENG_KEY: join(data, 'demo', `${who}.key.json`) });
  const stick = join(home, 'stick.json');
  const exported = await run(['trust', 'export', stick, '--json'], as('clerk'));
  t.match(exported, { exit: 0, words: /must learn that digest from you/ });
  const { root } = JSON.parse(exported.out) as { root: string };
  const number = 'JY23703039999014';
  t.match(await run(['trust', 'pack', join(home, 'package'), number, 'JY13703039999026'], as('clerk')), { exit: 0, out: /2 documents/ });
  const { files } = JSON.parse(readFileSync(join(home, 'package', 'manifest.json'), 'utf8')) as { files: { name: string }[] };
  const [good = '', suspended = ''] = files.slice(1).map(({ name }) => join(home, 'package', name));
  const card = JSON.parse((await run(['verify', good, '--json'], as('clerk'))).out) as { licence: { identifier: string } };
  const { qr } = (await (await fetch(`${gateway.base}/api/licences/${card.licence.identifier}/credential`, { headers: await signIn(gateway.base, data, 'clerk') })).json()) as { qr: string };
  t.match(await run(['verify', good, '--offline'], as('clerk')), { exit: 6, out: /^UNCHECKED/, words: /trust import FILE --root/ }, 'nothing imported yet');
  const [copy, lastDay] = [join(home, 'copy.pdf'), new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)];
  t.match(await run(['show', number, '--pdf', copy, '--cause', '银行开户', '--requester', '示例银行', '--until', lastDay], as('clerk')), { exit: 0 });
  const onlyFor = new RegExp(`^VALID.*\n  a copy, only for 银行开户, 示例银行, until ${lastDay}\n`);
  t.match(await run(['verify', copy], as('clerk')), { exit: 0, out: onlyFor });
  t.match(await run(['trust', 'import', stick], as('clerk')), { exit: 3, words: /^TRUST_ROOT_NEEDED/ });
  t.match(await run(['trust', 'import', join(home, 'package'), '--root', root], as('clerk')), { exit: 0, out: /2 of 3 agencies sign(.|\n)*status lists(.|\n)*yizheng verify/ });
  t.match(await run(['trust', 'show'], as('clerk')), { exit: 0, out: new RegExp(root) });
  t.match(await run(['trust', 'propose', join(home, 'list.json')], as('registrar')), { exit: 0, out: /enough/ });
  t.match(await run(['trust', 'publish', join(home, 'list.json')], as('registrar')), { exit: 0 });
  t.match(await run(['trust', 'cosign', join(home, 'list.json')], as('clerk')), { exit: 3, words: /FORBIDDEN/ });
  t.match(await run(['trust', 'burn'], as('clerk')), { exit: 2, words: /export, import/ });
  await gateway.end('SIGTERM');
  t.match(await run(['verify', good, '--offline'], as('clerk')), { exit: 0, out: /^VALID(.|\n)*the ledger was not asked(.|\n)*status list \d+ of 113703030099999063 as of \d{4}-/ });
  t.match(await run(['verify', qr, '--offline'], as('clerk')), { exit: 0, out: /^VALID(.|\n)*name +示例浮云餐饮有限公司/ });
  t.match(await run(['verify', '-', '--offline'], as('clerk'), qr), { exit: 0 }, 'from standard input');
  t.match(await run(['verify', copy, '--offline'], as('clerk')), { exit: 0, out: onlyFor }, 'a copy says what it is for');
  t.match(await run(['verify', suspended], as('clerk')), { exit: 4, out: /^NOT-IN-FORCE {2}SUSPENDED/, words: /does not answer/ }, 'nobody answers: the lists do');
  t.match(await run(['verify', number, '--offline'], as('clerk')), { exit: 6 }, 'a number alone has no place in a list');
  t.match(await run(['verify', number], as('clerk')), { exit: 8 });
  t.match(await run(['verify', good, '--trust', join(home, 'elsewhere')], as('clerk')), { exit: 6 });
  t.match(await run(['verify', good, '--offline', '--max-age', 'soon'], as('clerk')), { exit: 2, words: /max-age/ });
  const forged = join(home, 'forged.txt');
  writeFileSync(forged, readFileSync(good, 'utf8').replace(/\.([\w-])([\w-]{85})~/, (_, first: string, rest: string) => `.${first === 'A' ? 'B' : 'A'}${rest}~`));
  t.match(await run(['verify', forged, '--offline'], as('clerk')), { exit: 5, out: /^UNTRUSTED/ });
  writeFileSync(join(home, 'sealed.pdf'), '%PDF-1.7');
  t.match(await run(['verify', join(home, 'sealed.pdf'), '--offline'], as('clerk')), { exit: 5 });
});

t.test('when accounts are kept at the command line', { timeout: 240_000 }, async (t) => {
  const data = join(home, 'accounts');
  const gateway = await startGateway(data);
  t.teardown(() => gateway.end('SIGTERM'));
  const as = (who: string) => ({ YIZHENG_GATEWAY: gateway.base, YIZHENG_KEY: join(data, 'demo', `${who}.key.json`) });
  const { signIns } = JSON.parse(readFileSync(join(data, 'demo', 'sign-ins.json'), 'utf8')) as { signIns: { name: string; password: string }[] };
  const old = signIns.find(({ name }) => name === 'clerk')?.password ?? '';
  const signIn = async (password: string) => {
    const response = await fetch(`${gateway.base}/api/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'clerk', password }) });
    return { status: response.status, headers: { authorization: `Bearer ${((await response.json()) as { token?: string }).token ?? ''}` } };
  };
  const stands = async ({ headers }: { headers: Record<string, string> }) => (await fetch(`${gateway.base}/api/session`, { headers })).status;
  const before = await signIn(old);
  t.match(await run(['password'], as('clerk'), 'not the old one\na new one of some length\n'), { exit: 3, words: /PASSWORD_WRONG/ });
  t.match(await run(['password'], as('clerk'), `${old}\nshort\n`), { exit: 2, words: /PASSWORD_TOO_SHORT/ });
  t.match(await run(['password'], as('clerk'), `${old}\n`), { exit: 2, words: /standard input/ }, 'a line is missing');
  t.equal(await stands(before), 200, 'nothing has changed so far');
  t.match(await run(['password'], as('clerk'), `${old}\na new one of some length\n`), { exit: 0, out: /changed/ });
  t.strictSame([await stands(before), (await signIn(old)).status], [401, 401]);
  const after = await signIn('a new one of some length');
  t.match(await run(['signout', 'nobody'], as('administrator')), { exit: 10, words: /nobody/ });
  t.match(await run(['signout', 'clerk'], as('approver')), { exit: 3, words: /FORBIDDEN/ });
  t.equal(await stands(after), 200);
  t.match(await run(['signout', 'clerk'], as('administrator')), { exit: 0, out: /clerk/ });
  t.equal(await stands(after), 401);
  t.match(await run(['passkeys'], as('registrar')), { exit: 0, out: /none waits/ });
  t.match(await run(['passkeys', '--reject', 'AAAAAAAAAAAAAAAAAAAAAA'], as('registrar')), { exit: 10 });
  t.match(await run(['passkeys', '--reject', 'x', '--approve', 'x'], as('registrar')), { exit: 2 });
});

t.test('when seals are kept at the command line', { timeout: 240_000 }, async (t) => {
  const data = join(home, 'seals');
  const gateway = await startGateway(data);
  t.teardown(() => gateway.end('SIGTERM'));
  const as = (who: string) => ({ YIZHENG_GATEWAY: gateway.base, YIZHENG_DATA: data, YIZHENG_KEY: join(data, 'demo', `${who}.key.json`) });
  const seal = (...args: string[]) => run(['seal', ...args], as('registrar'));
  const idOf = ({ out }: Ran) => out.split(' ', 1)[0] ?? '';
  t.match(await seal('nonsense'), { exit: 2, words: /apply \| renew/ });
  t.match(await seal('make'), { exit: 2, words: /seal make SEAL/ });
  t.match(await seal('apply', '--name', '章', '--trigger', 'king'), { exit: 2, words: /clerk, reviewer, approver/ });
  const applied = await seal('apply', '--name', '命令行专用章', '--years', '2', '--trigger', 'approver', '--kind', 'food');
  t.match(applied, { exit: 0, out: /applied .*\nnext: yizheng seal make/ });
  const id = idOf(applied);
  t.match(await seal('file', id), { exit: 3, words: /not waiting to be filed/ });
  t.match(await seal('make', id), { exit: 0, out: /made .*\nmade; next/ });
  t.match(await seal('file', id), { exit: 0, out: /filed/ });
  t.match(await seal('show', id), { exit: 0, out: /in-use(.|\n)*triggered by: approver\n {2}kinds: 11370000000000000T901/ });
  t.equal((await run(['seal', 'stop', id], as('approver'))).exit, 0);
  t.match(await seal('restart', id), { exit: 3, words: /ACTORS_TOO_FEW/ });
  t.match(await seal('restart', id, '--cosign', join(data, 'demo', 'approver.key.json')), { exit: 0, out: /in-use/ });
  const renewal = idOf(await seal('renew', id, '--years', '5'));
  const request = join(home, 'seal.csr');
  t.equal((await seal('make', renewal, '--request', request)).exit, 0);
  t.match(readFileSync(request, 'utf8'), /^-----BEGIN CERTIFICATE REQUEST-----/);
  t.match(await seal('make', renewal, '--certificate', request), { exit: 3, words: /SEAL_CERTIFICATE(.|\n)*CERTIFICATE_FORM/ });
  t.equal((await seal('withdraw', renewal)).exit, 0);
  t.match(await seal('show', renewal), { exit: 10 });
  writeFileSync(join(home, 'no.p12'), 'no keystore');
  writeFileSync(join(home, 'p12.pass'), 'hand-over\n');
  t.match(await seal('import', join(home, 'no.p12')), { exit: 2, words: /--passphrase-file/ });
  t.match(await seal('import', join(home, 'no.p12'), '--passphrase-file', join(home, 'p12.pass'), '--name', '导入专用章'), { exit: 3, words: /KEYSTORE_FORM/ });
  t.match(await run(['seal', 'import', 'x', '--passphrase-file', 'x', '--data', home], as('registrar')), { exit: 2, words: /no data directory of a gateway/ });
  const openssl = (...args: string[]) => spawnSync('openssl', args, { cwd: home }).status === 0;
  const made = openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 's.key')
    && openssl('req', '-x509', '-new', '-key', 's.key', '-subj', '/CN=seal', '-addext', 'subjectAltName=URI:urn:uscc:113703030099999063', '-addext', 'basicConstraints=CA:FALSE', '-addext', 'keyUsage=critical,digitalSignature', '-days', '400', '-out', 's.crt')
    && openssl('pkcs12', '-export', '-inkey', 's.key', '-in', 's.crt', '-out', 's.p12', '-passout', 'pass:hand-over');
  if (made) {
    const imported = ['import', join(home, 's.p12'), '--passphrase-file', join(home, 'p12.pass'), '--name', '导入专用章', '--file'];
    t.match(await seal(...imported), { exit: 0, out: /filed/ });
    t.match(await seal(...imported), { exit: 3, words: /KEY_ALREADY_REGISTERED/ }, 'a key is registered once');
  } else t.comment('no openssl here: no keystore was imported');
  t.equal((await seal('cancel', id)).exit, 0);
  t.match(await seal('list'), { exit: 0, out: new RegExp(`${id} {2}cancelled`) });
  t.match(await run(['seal', 'list'], as('clerk')), { exit: 3, words: /FORBIDDEN/ });
});

t.test('when there is no demo', { timeout: 240_000 }, async (t) => {
  const data = join(home, 'real');
  const env = { YIZHENG_DATA: data };
  await t.rejects(startGateway(data, ['--no-demo']), /not set up/, 'nothing runs before the first run');
  t.match(await run(['init', '--agency', '113703030099999064', '--name', 'x', '--public-name', 'https://localhost'], env), { exit: 3, words: /USCC_CHECK_DIGIT/ });
  await t.rejects(setUp({ data, agency: { code: '113703030099999063', name: '示例局（演示）' }, publicName: 'https://localhost', demo: false, handOver: (file) => {
    writeFileSync(join(home, 'administrator.key.json'), `${JSON.stringify(file, undefined, 2)}\n`);
    throw new Error('cut short');
  } }));
  t.match(await run(['init', '--agency', '113703030099999063', '--name', 'x', '--public-name', 'https://localhost', '--out', resolve('package.json')], env), { exit: 3, words: /not overwritten/ }, "somebody else's file");
  t.equal((await run(['init', '--agency', '113703030099999063', '--name', '示例局（演示）', '--public-name', 'https://localhost', '--tls'], env)).exit, 0, 'a first run that was cut short goes on');
  t.equal((await run(['init', '--agency', '113703030099999063', '--name', 'x', '--public-name', 'https://localhost', '--out', 'other.json'], env)).exit, 3, 'only once');
  for (const file of ['keys/vault/wrapping-1.key', 'keys/tls.key', 'keys/agencies/113703030099999063/identity.key']) t.equal(statSync(join(data, file)).mode & 0o777, 0o600, `${file} is its owner's`);
  t.equal(statSync(join(home, 'administrator.key.json')).mode & 0o777, 0o600);
  const admin = { ...env, YIZHENG_KEY: join(home, 'administrator.key.json') };
  t.match(await run(['staff', '--agency', '113703030099999063', '--login', 'a', '--who', 'x', '--role', 'king'], admin), { exit: 2, words: /role/ });
  t.equal((await run(['staff', '--agency', '113703030099999063', '--login', 'clerk', '--who', '承办人', '--role', 'clerk', '--out', 'clerk.json'], admin)).exit, 0);
  t.equal((await run(['seal', '--agency', '113703030099999063', '--name', '电子证照专用章（演示）'], admin)).exit, 0);
  t.match(await run(['trust-key', '--agency', '113703030099999063', '--use', 'seal'], admin), { exit: 2, words: /use/ });
  t.match(await run(['trust-key', '--agency', '113703030099999063', '--use', 'trust'], admin), { exit: 0 });
  t.match(await run(['trust-root', '--threshold', '2'], admin), { exit: 3, words: /ROOT_THRESHOLD/ });
  t.match(await run(['trust-root', '--threshold', '1'], admin), { exit: 0, out: /root 2 {2}digest (.|\n)*enough/ });
  t.match(await run(['fsck'], env), { exit: 0, out: /everything agrees/ });

  const gateway = await startGateway(data, ['--no-demo'], { YIZHENG_TLS_CERTIFICATE: join(data, 'keys', 'tls.crt'), YIZHENG_TLS_KEY: join(data, 'keys', 'tls.key') });
  t.teardown(() => gateway.end('SIGTERM'));
  t.match(gateway.base, /^https:/);
  const trusting = { NODE_EXTRA_CA_CERTS: join(data, 'keys', 'tls.crt'), YIZHENG_GATEWAY: gateway.base };
  writeFileSync(join(home, 'kinds.json'), (await run(['kinds'])).out);
  t.equal((await run(['register', 'kinds.json'], { ...admin, ...trusting })).exit, 0);
  t.match(await run(['list'], { ...trusting, YIZHENG_KEY: join(home, 'clerk.json') }), { exit: 0, out: /no licences/ });
  t.match(await run(['register', 'kinds.json'], { ...trusting, YIZHENG_KEY: join(home, 'clerk.json') }), { exit: 3, words: /ACTOR_ROLE/ }, 'a clerk keeps no register');
});
