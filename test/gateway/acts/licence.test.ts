/** Acts on the real embedded ledger: one outcome a request, masks, nothing personal on the chain or in clear on the disk. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { LicenceId } from '#chaincode/facts/identifier';
import { identifierOf } from '#chaincode/facts/identifier';
import { lookupToken } from '#gateway/acts/licence/draft';
import { signAct } from '#gateway/acts/licence/sign';
import { GatewayFault } from '#gateway/fault';
import { randomId } from '#gateway/keyring';
import { install, permit, signed } from '#test/support/installation';
import { faults } from '#test/support/matchers';
import { BUREAU, MARKET } from '#test/support/ledger';

const installation = await install();
t.teardown(() => installation.remove());
const { services } = installation;
const clerk = installation.acting('clerk');
const issue = async (input = permit(), requestId = randomId()) => installation.services.acts.perform(clerk, requestId, input);
const numberOf = (input: ReturnType<typeof permit>) => String(input.face['number']);

void t.test('when a licence is issued and looked up', async (t) => {
  const input = permit();
  const result = await issue(input);
  t.match(result, { version: 1, status: 'VALID', replayed: false, transaction: /^[0-9a-f]{64}$/ });
  const answer = services.lookup.byIdentifier(result.identifier ?? '');
  t.equal(answer.verdict.outcome, 'valid');
  t.match(answer.licence, { audience: 'public', status: 'VALID', issuer: { code: BUREAU }, sample: true });
  t.equal(services.lookup.byNumber(numberOf(input)).licence?.licence, result.licence);
  t.equal(services.lookup.byNumber(` ${numberOf(input).replace('（', '(').replace('）', ')')} `).licence?.licence, result.licence, 'in half-width, with spaces');
  await faults(t, () => services.lookup.byNumber('（演示）无此号'), 'NOT_FOUND');
  await faults(t, () => services.lookup.byIdentifier(`${result.identifier?.slice(0, -1) ?? ''}*`), 'FACE_INVALID');
});

void t.test('when a request is repeated', async (t) => {
  const [input, requestId] = [permit(), randomId()];
  const first = await issue(input, requestId);
  const again = await issue(input, requestId);
  t.match(again, { licence: first.licence, identifier: first.identifier, transaction: first.transaction, replayed: true });
  await faults(t, () => issue(permit(), requestId), 'REFUSED', 'REQUEST_ID_REUSED');
  await faults(t, () => issue({ ...input, validUntil: '2029-03-13' }, requestId), 'REFUSED', 'REQUEST_ID_REUSED');
  await faults(t, () => issue(input), 'REFUSED', 'LICENCE_EXISTS');
  t.ok(services.lookup.byIdentifier(first.identifier ?? '').licence?.face.length, 'the face is still there after refused copies');
});

void t.test('when a request is sent twenty times at once', async (t) => {
  const [input, requestId] = [permit(), randomId()];
  const results = await Promise.all(Array.from({ length: 20 }, () => issue(input, requestId)));
  t.equal(new Set(results.map(({ licence }) => licence)).size, 1);
  t.equal(new Set(results.map(({ transaction }) => transaction)).size, 1, 'in one transaction');
  t.equal(results.filter(({ replayed }) => !replayed).length, 1);
  const id = results[0]?.licence ?? '';
  t.equal((await services.lookup.history(id)).length, 1);
  const view = services.lookup.byIdentifier(identifierOf(id as LicenceId, 1)).licence;
  t.ok(view?.face.some(({ name }) => name === 'holderName'), 'with its face');
});

void t.test('when two hundred are issued at once', async (t) => {
  const inputs = Array.from({ length: 200 }, () => permit());
  const results = await Promise.all(inputs.map((input) => issue(input)));
  t.equal(new Set(results.map(({ licence }) => licence)).size, 200);
  t.ok(inputs.every((input, i) => services.lookup.byNumber(numberOf(input)).licence?.licence === results[i]?.licence), 'each number leads to its own');
  const places = results.map(({ licence }) => services.projection.get('licence', licence ?? '')).flatMap((record) => [record?.line, record?.versions[0]?.place]).map((place) => `${String(place?.list)}/${String(place?.index)}`);
  t.equal(new Set(places).size, 400, 'each place given once');
  const listed = await services.managers.licences(BUREAU, { limit: 500 });
  t.ok(results.every(({ licence }) => listed.some(({ id }) => id === licence)));
});

void t.test('when a draft was overtaken before it is signed', async (t) => {
  const { licence = '' } = await issue();
  const requestId = randomId();
  const change = { op: 'change', licence, face: { scope: '住宿；茶座' } } as const;
  const sign = async () => services.acts.sign(clerk, requestId, [signAct(installation.file('clerk'), await services.acts.draft(clerk, requestId, change))]);
  const shown = await services.acts.draft(clerk, requestId, change);
  t.match(await services.acts.perform(clerk, randomId(), { op: 'change', licence, face: { scope: '住宿；餐饮' } }), { version: 2 });
  await faults(t, () => services.acts.sign(clerk, requestId, [signAct(installation.file('clerk'), shown)]), 'REFUSED', 'LICENCE_CHANGED');
  t.match(await sign(), { version: 3, status: 'VALID' }, 'drafted anew, by the same request');
});

void t.test('when the status of a licence changes', async (t) => {
  const { licence = '', identifier = '' } = await issue();
  await faults(t, () => services.acts.perform(clerk, randomId(), { op: 'suspend', licence }), 'REQUEST_MALFORMED');
  t.match(await services.acts.perform(clerk, randomId(), { op: 'suspend', licence, reason: 'RECTIFICATION' }), { status: 'SUSPENDED' });
  t.match(services.lookup.byIdentifier(identifier), { verdict: { outcome: 'not-in-force', status: 'SUSPENDED' }, licence: { reason: { zh: '责令整改期间' } } });
  await faults(t, () => services.acts.perform(clerk, randomId(), { op: 'restore', licence, reason: 'RECTIFIED', after: 1 }), 'REFUSED', 'LICENCE_CHANGED');
  t.match(await services.acts.perform(clerk, randomId(), { op: 'restore', licence, reason: 'RECTIFIED' }), { status: 'VALID' });
  const changed = await services.acts.perform(clerk, randomId(), { op: 'change', licence, face: { scope: '住宿；餐饮' } });
  t.match(changed, { version: 2, status: 'VALID' });
  t.match(services.lookup.byIdentifier(identifier), { verdict: { outcome: 'not-in-force', status: 'SUPERSEDED' }, licence: { currentIdentifier: changed.identifier } });
  t.match(services.lookup.byIdentifier(changed.identifier ?? '').licence?.face.find(({ name }) => name === 'scope'), { value: '住宿；餐饮' });
  await faults(t, () => services.acts.perform(clerk, randomId(), { op: 'change', licence, face: { number: '（演示）另一号' } }), 'FACE_INVALID');
  await faults(t, () => services.acts.perform(clerk, randomId(), { op: 'revoke', licence, reason: 'PENALTY_REVOCATION' }), 'REFUSED', 'RIGHT_MISSING');
  t.match(await signed(installation, ['clerk', 'approver'], { op: 'annul', licence, reason: 'GRANTED_UNLAWFULLY' }), { status: 'ANNULLED' });
  t.strictSame((await services.lookup.history(licence)).map(({ act }) => act), ['issue', 'suspend', 'restore', 'change', 'annul']);
});

void t.test('when a change changes nothing, and a renewal lasts no longer', async (t) => {
  const { licence = '' } = await issue();
  const act = (input: object) => services.acts.perform(clerk, randomId(), { licence, ...input } as never);
  for (const same of [{}, { reason: 'CORRECTION' }, { face: { scope: '住宿' } }, { face: { scope: ' 住宿 ' }, validUntil: '2029-03-14' }, { issuedOn: services.drafter.today }]) await faults(t, () => act({ op: 'change', ...same }), 'REFUSED', 'NOTHING_CHANGED');
  await faults(t, () => services.acts.draft(clerk, randomId(), { op: 'change', licence, face: { scope: '住宿' } }), 'REFUSED', 'NOTHING_CHANGED');
  await faults(t, () => act({ op: 'renew', validUntil: '2029-03-14', face: { scope: '沐浴' } }), 'REFUSED', 'NOTHING_CHANGED');
  t.equal(services.projection.get('licence', licence)?.versions.length, 1, 'paper stays good');
  t.match(await act({ op: 'change', validUntil: '2029-03-13' }), { version: 2 }, 'another day is a change');
  t.match(await act({ op: 'change', issuedOn: '2026-03-01', reason: 'CORRECTION' }).catch((error: unknown) => error), { refusal: 'EFFECTIVE_DAY_OUTSIDE_WINDOW' }, 'and so is another day of issue, which the contract judges');
  t.match(await act({ op: 'renew', validUntil: '2029-03-14' }), { version: 3 });
});

void t.test('when the face is shown', async (t) => {
  const { licence = '', identifier = '' } = await issue();
  const record = services.projection.get('licence', licence);
  const secret = (record && services.lookup.kept(record, 1)?.secret) ?? '';
  const names = (options: Parameters<typeof services.lookup.byIdentifier>[1]) => services.lookup.byIdentifier(identifier, options).licence?.face.map(({ name }) => name) ?? [];
  t.notOk(names({}).includes('personInCharge'), 'the public does not see persons');
  t.ok(names({}).includes('holderName'));
  t.ok(names({ token: lookupToken(secret) }).includes('personInCharge'), 'who holds the document does');
  for (const token of [secret, lookupToken(Buffer.alloc(16).toString('base64url')), '', 'x', `${lookupToken(secret)}=`]) t.notOk(names({ token }).includes('personInCharge'), 'a wrong token does not');
  t.ok(names({ agency: BUREAU }).includes('personInCharge'));
  t.notOk(names({ agency: MARKET }).includes('personInCharge'), 'another agency does not');
  const kept = record && services.lookup.kept(record, 1);
  t.match(await services.lookup.byQr(kept?.qr === undefined ? '' : `x#1.${kept.qr}`), { verdict: { outcome: 'valid' }, licence: { audience: 'holder' } });
  const whole = await services.lookup.byCredential(kept?.credential ?? '');
  t.match(whole, { verdict: { outcome: 'valid' }, licence: { audience: 'holder' } });
  const some = await services.lookup.byCredential(`${kept?.credential?.split('~')[0] ?? ''}~`);
  t.strictSame(some.licence?.face, [], 'of a credential only what it discloses');
  const forgery = (kept?.credential ?? '').replace(/\.[^.~]+~/, `.${'A'.repeat(86)}~`);
  const forged = await services.lookup.byCredential(forgery);
  t.equal(forged.verdict.outcome, 'untrusted');
  t.equal(forged.licence?.audience, 'public');
  installation.clock.aheadMs += 11 * 60_000;
  t.match(await services.lookup.byCredential(forgery), { verdict: { outcome: 'unchecked' }, licence: { audience: 'public' } }, 'nor does it lend its face to the licence while the ledger is away');
  t.match(await services.lookup.byCredential(kept?.credential ?? ''), { verdict: { outcome: 'unchecked' }, licence: { audience: 'holder' } });
  installation.clock.aheadMs -= 11 * 60_000;
});

void t.test('when an input is wrong', async (t) => {
  const wrong: Record<string, ReturnType<typeof permit>> = {
    'unknown field': permit({}, { extra: 'x' }), 'missing field': permit({}, { scope: '' }), 'wrong code': permit({}, { holderCode: '91370303MA99TXT04D' }), 'control character': permit({}, { scope: 'a\u0000' }), 'direction override': permit({}, { scope: 'a\u202eb' }), 'lone surrogate': permit({}, { scope: 'a\ud800' }), 'too long': permit({}, { scope: '字'.repeat(2001) }), 'not text': permit({}, { scope: 5 }), 'proto': permit({}, JSON.parse('{"__proto__":"x"}') as Record<string, unknown>), 'day unreal': permit({ validUntil: '2026-02-30' }), 'dates reversed': permit({ validFrom: '2026-03-15', validUntil: '2026-03-14' }), 'kind unknown': permit({ kind: '11370000000000000T999' }),
  };
  for (const [what, input] of Object.entries(wrong)) {
    const error: unknown = await issue(input).catch((reason: unknown) => reason);
    t.ok(error instanceof GatewayFault && ['FACE_INVALID', 'REQUEST_MALFORMED'].includes(error.code), `${what}: ${String(error)}`);
  }
});

void t.test('when a life is long', async (t) => {
  const { licence = '', identifier = '' } = await issue();
  const act = async (op: 'suspend' | 'restore') => installation.services.acts.perform(clerk, randomId(), { op, licence, reason: op === 'suspend' ? 'RECTIFICATION' : 'RECTIFIED' });
  for (let i = 0; i < 17; i++) for (const op of ['suspend', 'restore'] as const) await act(op);
  t.ok((services.projection.get('licence', licence)?.pages ?? 0) > 0, 'its events have moved to pages');
  const seal = services.projection.get('seal', services.projection.get('licence', licence)?.versions[0]?.seal ?? '');
  const made = (await services.lookup.history(licence))[0];
  t.match(made, { seq: 1, act: 'issue' });
  t.equal(services.lookup.byIdentifier(identifier).verdict.outcome, 'valid');
  t.ok(seal);
  for (let i = 0; i < 9; i++) await services.acts.perform(clerk, randomId(), { op: 'change', licence, face: { scope: `住宿${String(i)}` } });
  t.match(services.lookup.byIdentifier(identifier), { verdict: { outcome: 'not-in-force', status: 'SUPERSEDED' } }, 'the first version is still known, and still no forgery');
  t.equal((await services.lookup.history(licence)).length, 44);
});

void t.test('when chain and disk are searched for persons', async (t) => {
  const input = permit({}, { holderName: '独一无二示例字号', personInCharge: '测试己庚辛' });
  const { licence = '' } = await issue(input);
  const secrets = [...Object.values(input.face).filter((value) => value !== '91370303MA99TXT04C' && value !== '住宿').map(String), '测试甲', '测试乙', 'JY23703039999014'];
  const needles = secrets.flatMap((text) => {
    const digest = createHash('sha256').update(text).digest();
    return [Buffer.from(text), digest, Buffer.from(digest.toString('hex')), Buffer.from(digest.toString('base64url')), Buffer.from(digest.toString('base64').slice(0, 40))];
  });
  const height = await services.ledger.height();
  let bytes = 0;
  for (let number = 0n; number < height; number++) {
    const block = Buffer.from(await services.ledger.block(number));
    bytes += block.length;
    for (const [i, needle] of needles.entries()) if (block.includes(needle)) t.fail(`block ${String(number)} holds ${secrets[Math.floor(i / 5)] ?? ''}`);
    if (block.includes('holderName') && !block.includes('kind.put') && !block.includes('matter.put')) t.fail(`block ${String(number)} names a field`);
  }
  t.ok(bytes > 100_000, 'blocks were read');
  const found: string[] = [];
  const scan = (directory: string): void => {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      if (statSync(path).isDirectory()) scan(path);
      else if (needles.some((needle) => readFileSync(path).includes(needle))) found.push(path);
    }
  };
  for (const store of ['vault', 'holder-keys', 'projection', 'ledger', 'desk']) scan(join(installation.data, store));
  t.strictSame(found, [], 'no file holds a face in clear');
  for (const name of readdirSync(join(installation.data, 'vault'))) t.notOk(readFileSync(join(installation.data, 'vault', name)).includes('holderName'), name);
  t.ok(installation.services.lookup.current(licence, BUREAU)?.face.some(({ value }) => value === '测试己庚辛'), 'and it can still be read');
});

void t.test('when it is started again', async (t) => {
  const [input, requestId] = [permit(), randomId()];
  const { licence = '', identifier = '' } = await issue(input, requestId);
  const all = async () => ({
    answer: installation.services.lookup.byIdentifier(identifier, { agency: BUREAU }).licence,
    listed: (await installation.services.managers.licences(BUREAU, { limit: 1000 })).map(({ id }) => id),
    history: await installation.services.lookup.history(licence),
    seals: (await installation.services.projection.all('seal')).map(({ id }) => id),
    block: installation.services.projection.block,
  });
  const before = await all();
  await installation.restart();
  t.strictSame(await all(), before, 'everything is there');
  t.match(await issue(input, requestId), { licence, replayed: true });
  await faults(t, () => issue(input), 'REFUSED', 'LICENCE_EXISTS');
  await installation.restart(() => { rmSync(join(installation.data, 'projection'), { recursive: true }); });
  t.strictSame(await all(), before, 'also when the index is made anew from the blocks');
  t.match(await issue(), { status: 'VALID' }, 'and places are not given twice');
});
