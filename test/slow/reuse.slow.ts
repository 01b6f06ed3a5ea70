/** Scenes, devices, delegations, objections and grants at the command line, against a gateway that runs. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { delegationDigest } from '#chaincode/facts/delegation';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { OBJECTION_TAG, objectionDigest, wordsCommitment } from '#chaincode/facts/objection';
import { agentOf, objectionOf } from '#test/support/delegations';
import { signedBy } from '#test/support/holders';
import { newKey, randomId } from '#test/support/persons';
import { startGateway } from '#test/support/process';

const CLI = resolve('dist/cli/main.js');
const data = join(mkdtempSync(join(tmpdir(), 'yizheng-reuse-')), 'demo');
t.teardown(() => rm(join(data, '..'), { recursive: true, force: true }));

interface Ran { readonly exit: number; readonly out: string; readonly words: string }
const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> => new Promise((done) => {
  const child = execFile(process.execPath, [CLI, ...args], { env: { ...process.env, NODE_OPTIONS: '', HOME: data, ...env } }, (_error, out, words) => { done({ exit: child.exitCode ?? -1, out, words }); });
});

t.test('when agencies and holders let each other see at the command line', { timeout: 240_000 }, async (t) => {
  const gateway = await startGateway(data);
  t.teardown(() => gateway.end('SIGTERM'));
  const as = (who: string) => ({ YIZHENG_GATEWAY: gateway.base, YIZHENG_KEY: join(data, 'demo', `${who}.key.json`) });
  const [{ identifier: licence = '' } = {}] = JSON.parse((await run(['list', '--json'], as('clerk'))).out) as { identifier?: string }[];

  const scene = await run(['scene', 'put', '--name', '食品许可复用', '--grantee', '11370303009999228K', '--kind', 'food=number,scope', '--purpose', 'INSPECTION', '--from', '2026-01-01', '--json'], as('approver'));
  t.match(scene, { exit: 0, out: /"in-force"/ });
  const sceneId = (JSON.parse(scene.out) as { id: string }).id;
  t.match(await run(['scene', 'list', '--as', 'grantee'], as('market')), { exit: 0, out: new RegExp(`${sceneId} +in-force .*INSPECTION 监督检查`) });
  t.match(await run(['scene', 'show', sceneId], as('market')), { exit: 0, out: /scope/ });
  t.match(await run(['scene', 'end', sceneId], as('market-approver')), { exit: 3, words: /SCENE_NOT_YOURS/ });
  t.match(await run(['scene', 'end', sceneId], as('approver')), { exit: 0, out: /^ended/ });
  t.match(await run(['scene', 'put'], as('approver')), { exit: 2, words: /--name/ });
  t.match(await run(['scene', 'show'], as('approver')), { exit: 2, words: /scene show SCENE/ });
  const phone = newKey('key-file');
  const device = ['--spki', phone.spki, '--organisation', '91370303MA99TXT04C', '--seen', 'ID_CARD'];
  const own = { ...phone, id: randomId(), subject: 'uscc:91370303MA99TXT04C' };
  t.match(await run(['device', 'register', own.id, ...device], as('clerk')), { exit: 0, out: /^in-use/ });
  const further = randomId();
  t.match(await run(['device', 'register', further, ...device.with(1, newKey('key-file').spki)], as('clerk')), { exit: 3, words: /ACTORS_TOO_FEW/ });
  t.match(await run(['device', 'register', further, ...device.with(1, newKey('key-file').spki), '--cosign', join(data, 'demo', 'approver.key.json')], as('clerk')), { exit: 0 });
  t.match(await run(['device', 'lost', further], as('clerk')), { exit: 0, out: /^lost/ });
  t.match(await run(['device', 'list', '--organisation', '91370303MA99TXT04C'], as('clerk')), { exit: 0, out: new RegExp(`${further} +lost`) });
  const [company, name] = ['91370303MA99TXT04C', '示例浮云餐饮有限公司'];
  const rely = (given: string) => run(['identity', 'rely', company, '--name', given, '--purpose', 'INSPECTION', '--case', '2026-0001'], as('market'));
  t.match(await rely(name), { exit: 10 });
  const put = await run(['identity', 'put', '--organisation', company, '--code', company, '--name', name, '--seen', 'BUSINESS_LICENCE', '--json'], as('clerk'));
  t.match(put, { exit: 0, out: /"in-use"/ });
  t.match(await rely(name), { exit: 0, out: /^verified, the name agrees +913703\*+T04C/ });
  t.match(await rely('样例书屋'), { exit: 0, out: /but the name differs/ });
  t.match(await run(['identity', 'list', '--organisation', company], as('clerk')), { exit: 0, out: /in-use +counter +E_BUSINESS_LICENCE/ });
  t.match(await run(['identity', 'waiting'], as('clerk')), { exit: 0, out: /nobody waits/ });
  t.match(await run(['identity', 'end', (JSON.parse(put.out) as { id: string }).id], as('clerk')), { exit: 0, out: /^ended/ });
  t.match(await run(['identity', 'rely', company], as('market')), { exit: 2, words: /--name/ });
  const { ledger } = (await (await fetch(`${gateway.base}/api/wallet/challenge`)).json()) as { ledger: string };
  const signedIn = (path: string, body: object) => fetch(`${gateway.base}${path}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const delegation = agentOf({ notBefore: new Date(Date.now() - 60_000).toISOString(), notAfter: new Date(Date.now() + 86_400_000).toISOString() });
  t.equal((await signedIn(`/api/delegations/${delegation.id}`, { delegation, by: signedBy(own, delegationDigest(ledger, delegation)) })).status, 201);
  t.match(await run(['delegation', 'list', '--organisation', '91370303MA99TXT04C'], as('clerk')), { exit: 0, out: new RegExp(`${delegation.id} +in-force +agent +${delegation.delegate ?? ''}.*grant,apply`) });
  t.match(await run(['delegation', 'revoke', delegation.id], as('clerk')), { exit: 0, out: /^revoked/ });
  t.match(await run(['delegation', 'list', '--organisation', '91370303MA99TXT04C'], as('clerk')), { exit: 0, out: new RegExp(`${delegation.id} +revoked`) });
  const opening = randomBytes(32);
  const objection = objectionOf(parseOwnIdentifier(licence)?.id ?? '', { details: wordsCommitment(OBJECTION_TAG, opening, '编号有误') });
  t.equal((await signedIn(`/api/objections/${objection.id}`, { objection, text: '编号有误', opening: opening.toString('base64url'), by: signedBy(own, objectionDigest(ledger, objection)) })).status, 201);
  t.match(await run(['objection', 'list'], as('clerk')), { exit: 0, out: /open .*WRONG[^]*编号有误/ });
  t.match(await run(['objection', 'answer', objection.id, '--remedy', '1', '--words', '已更正'], as('clerk')), { exit: 3, words: /OBJECTION_REMEDY/ });
  t.match(await run(['objection', 'answer', objection.id, '--words', '与登记一致'], as('clerk')), { exit: 0, out: /^rejected/ });

  const asked = await run(['grant', 'ask', '--licence', `${licence}=number,scope`, '--purpose', 'CREDIT', '--days', '30', '--uses', '50', '--json'], as('market'));
  t.match(asked, { exit: 0, out: /"code":"\d{12}"/ });
  const { code = '', grant } = JSON.parse(asked.out) as { code?: string; grant: { id: string } };
  t.match(await run(['grant', 'counter', code.replace(/(\d{4})(\d{4})/, '$1 $2 '), '--seen', 'ID_CARD'], as('clerk')), { exit: 0, out: /^in-force/ });
  t.match(await run(['grant', 'counter', code, '--seen', 'ID_CARD'], as('clerk')), { exit: 10 }, 'a code is good once');
  t.match(await run(['grant', 'list'], as('market')), { exit: 0, out: new RegExp(`${grant.id} +in-force +10/10 left .* counter`) });
  t.match(await run(['grant', 'list', '--licence', licence], as('clerk')), { exit: 0, out: new RegExp(grant.id) });
  t.match(await run(['grant', 'revoke', grant.id], as('approver')), { exit: 0, out: /^revoked/ });
  t.match(await run(['grant', 'ask', '--licence', licence, '--purpose', 'CREDIT', '--days', '1', '--uses', '1'], as('market')), { exit: 2, words: /NAME=FIELD/ });
});
