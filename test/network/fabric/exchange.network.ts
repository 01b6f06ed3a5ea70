/**
 * One agency obtains fields from another: two gateways of real processes, each with a vault, a peer and an operator of its own, on one Fabric ledger, over HTTPS with a certificate of the source's own making.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { grantDigest } from '#chaincode/facts/grant';
import { base64url } from '#chaincode/facts/hash';
import { Client, readKeyFile } from '#cli/client';
import type { AskedGrant } from '#gateway/acts/use/grant-request';
import type { Used, UseView } from '#gateway/acts/use/use';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { absence } from '#test/conformance/network';
import { office, ok, program, running, until } from '#test/support/offices';
import type { Running } from '#test/support/process';
import { foodFace, foodNumber } from '#test/support/samples';

const PORT = 23_050;
const BUREAU = { code: '113703030099999063', name: '示例市张店区行政审批服务局', port: 23_201 };
const MARKET = { code: '11370303009999228K', name: '示例市张店区市场监督管理局', port: 23_202 };
/** What a clerk waits for a source that says nothing, and what starting a command takes besides. */
const PATIENCE_MS = 15_000;

/** How a sealed document begins. */
const HEADER = Buffer.from('{"alg":"ES256","typ":"dc+sd-jwt"').toString('base64url').slice(0, -1);

const [root, bureauHome, marketHome] = ['consortium', 'bureau', 'market'].map((name) => mkdtempSync(join(tmpdir(), `yizheng-${name}-`)));
const consortium = join(root!, 'consortium');
const network = program('dist/network/main.js', root!, {});
const tls = { YIZHENG_TLS_CERTIFICATE: join(bureauHome!, 'data/keys/tls.crt'), YIZHENG_TLS_KEY: join(bureauHome!, 'data/keys/tls.key') };
const bureau = office(bureauHome!, BUREAU, tls, 'https');
const market = office(marketHome!, MARKET, { YIZHENG_EXCHANGE_CA: tls.YIZHENG_TLS_CERTIFICATE });
let gateways: { bureau: Running; market: Running } | undefined;
let identifier = '';

async function setUp(t: Test): Promise<void> {
  const profile = (agency: number): string => join(consortium, `agency${String(agency)}/profile.json`);
  const first = ({ code, name }: typeof BUREAU, base: string): string[] => ['--agency', code, '--name', name, '--public-name', base];
  ok(t, bureau.yizheng('init', '--profile', profile(1), ...first(BUREAU, bureau.base), '--tls'), 'the registrar');
  const founding = await bureau.start();
  const rights = [{ kind: KIND.food, right: 'issue', from: '2020-01-01' }];
  writeFileSync(join(bureau.home, 'register.json'), JSON.stringify([...KINDS.filter(({ type }) => type === KIND.food).map((kind) => ({ op: 'kind.put', ...kind })), { op: 'agency.put', code: BUREAU.code, name: BUREAU.name, mspId: 'Agency1MSP', active: true, rights }]));
  ok(t, bureau.as('administrator')('register', 'register.json'), 'kinds and rights');
  ok(t, market.yizheng('join', '--profile', profile(2), ...first(MARKET, market.base), '--registration', join(bureau.home, 'registration.json')), 'the other agency');
  ok(t, bureau.as('administrator')('register', 'registration.json'), 'is registered');
  t.equal(await founding.end('SIGTERM'), 0);
  for (const [each, roles] of [[bureau, ['clerk', 'approver', 'auditor', 'machine']], [market, ['clerk', 'auditor']]] as const) {
    for (const role of roles) ok(t, each.as('administrator')('staff', '--agency', each.code, '--login', role, '--who', role, '--role', role, '--out', `${role}.key.json`), role);
  }
  ok(t, bureau.as('administrator')('seal', '--agency', bureau.code, '--name', '电子证照专用章'), 'a seal');
  ok(t, market.as('administrator')('trust-key', '--agency', market.code, '--use', 'use-record'), 'a key for use records');
  t.match(market.as('administrator')('trust-key', '--agency', market.code, '--use', 'transport'), { status: 2, stderr: /^KEY_ADDRESS/ });
  t.match(market.as('administrator')('trust-key', '--agency', market.code, '--use', 'transport', '--address', 'http://licence.example.cn'), { status: 2, stderr: /^KEY_ADDRESS/ });
  for (const each of [bureau, market]) {
    ok(t, each.as('administrator')('trust-key', '--agency', each.code, '--use', 'transport', '--address', each.base), 'a transport key');
    ok(t, each.as('administrator')('trust-key', '--agency', each.code, '--use', 'head'), 'a key for heads');
  }
  gateways = { bureau: await bureau.start(), market: await market.start() };
  t.match(market.as('administrator')('trust-key', '--agency', market.code, '--use', 'head'), { stderr: /^LEDGER_LOCKED/ }, 'not beside a gateway at work');
  const fields = Object.entries(foodFace(7)).flatMap(([name, value]) => ['-f', `${name}=${value}`]);
  identifier = /issued (\S+)/.exec(ok(t, bureau.as('clerk')('issue', '--kind', 'food', '--valid-until', '2030-12-31', ...fields), 'a licence'))?.[1] ?? '';
}

const using = (...more: string[]) => market.as('clerk')('use', identifier, '--purpose', 'INSPECTION', '--case', '2026-0001', '--fields', 'number,scope', '--json', ...more);
const usedBy = (stdout: string): Used => JSON.parse(stdout) as Used;
const uses = (t: Test, { as }: typeof bureau, ...more: string[]): UseView[] => JSON.parse(ok(t, as('auditor')('uses', '--json', '--limit', '3', ...more), 'the auditor looks')) as UseView[];

function underScene(t: Test): void {
  t.match(until(() => using(), 3), { status: 3, stderr: /^USE_NOT_AUTHORISED/ }, 'without a scene');
  ok(t, bureau.as('approver')('scene', 'put', '--name', '监督检查复用', '--grantee', market.code, '--kind', 'food=number,scope', '--purpose', 'INSPECTION', '--from', '2020-01-01'), 'a scene');
  const used = usedBy(ok(t, until(() => using(), 0), 'used'));
  t.match(used, { identifier, status: 'VALID', fields: [{ name: 'number', value: foodNumber(7) }, { name: 'scope', value: /热食/ }], from: { code: bureau.code, proof: 'ledger' }, record: { authority: { by: 'scene' } } });
  const text = market.as('clerk')('use', identifier, '--purpose', 'INSPECTION', '--case', '2026-0001', '--fields', 'number');
  t.match(text, { status: 0, stdout: new RegExp(`${foodNumber(7)}[^]*from ${BUREAU.name} \\(${bureau.code}\\) +its sealed document, compared with the ledger`) }, 'in words too');
  t.match(market.as('clerk')('use', identifier, '--purpose', 'CREDIT', '--case', '1', '--fields', 'number'), { status: 3, stderr: /^USE_PURPOSE/ });
  t.match(market.as('clerk')('use', identifier, '--purpose', 'INSPECTION', '--case', '1', '--fields', 'personInCharge'), { status: 3, stderr: /^USE_FIELDS/ });
  t.match(uses(t, market), [{ fields: ['number'], source: bureau.code }, { seq: used.record.seq }], 'recorded here');
  t.match(uses(t, bureau, '--side', 'source'), [{ agency: market.code }, { agency: market.code, purpose: 'INSPECTION', release: { seq: used.record.seq, log: used.record.log } }], 'and there');
  const { seq } = uses(t, bureau, '--side', 'source')[0] ?? { seq: 0 };
  ok(t, until(() => bureau.as('auditor')('uses', '--proof', String(seq)), 0), 'whose root is on the ledger');
}

async function underGrant(t: Test): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const device = randomId();
  ok(t, bureau.as('clerk')('device', 'register', device, '--spki', base64url(publicKey.export({ format: 'der', type: 'spki' })), '--organisation', String(foodFace(7)['holderCode']), '--seen', 'BUSINESS_LICENCE', '--seen', 'ID_CARD'), "the holder's phone");
  const clerk = new Client({ gateway: market.base, keyFile: readKeyFile(join(market.home, 'clerk.key.json')) });
  const { grant, text, opening, ledger } = await clerk.post<AskedGrant>('/api/grant-requests', { licences: [{ identifier, fields: ['personInCharge'] }], purpose: 'CREDIT', notAfter: new Date(Date.now() + 3600_000).toISOString(), uses: 2 });
  const signature = base64url(sign('sha256', grantDigest(ledger, grant), { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  const yes = async () => clerk.send('PUT', `/api/grants/${grant.id}`, JSON.stringify({ grant, text, opening, by: { device, signature } }), 'application/json');
  // The phone was registered at the other agency's peer a moment ago.
  for (const deadline = Date.now() + PATIENCE_MS; ;) try { await yes(); break; } catch (error) { if (Date.now() > deadline) throw error; }
  const granted = (...more: string[]) => market.as('clerk')('use', identifier, '--grant', grant.id, '--purpose', 'CREDIT', '--case', '2026-0002', '--fields', 'personInCharge', '--json', ...more);
  const left = async (): Promise<number | undefined> => (await clerk.get<{ grants: { id: string; left: number }[] }>('/api/grants')).grants.find(({ id }) => id === grant.id)?.left;
  const used = usedBy(ok(t, granted(), 'used'));
  t.match(used, { fields: [{ value: '测试甲' }], record: { authority: { by: 'grant', id: grant.id }, transaction: /^[0-9a-f]{64}$/ }, from: { proof: 'ledger' } }, 'which the source has found counted by its own peer');
  t.equal(await left(), 1);

  // The source is stopped where it stands: it takes the question and says nothing.
  const request = ['--request-id', randomId()];
  gateways?.bureau.child.kill('SIGSTOP');
  const from = Date.now();
  t.match(granted(...request), { status: 8, stderr: /^SOURCE_UNREACHABLE/ });
  t.ok(Date.now() - from < PATIENCE_MS, 'within the deadline');
  gateways?.bureau.child.kill('SIGCONT');
  t.equal(await left(), 0, 'it is counted');
  t.match(usedBy(ok(t, granted(...request), 'the same request goes on')), { replayed: true, fields: [{ value: '测试甲' }] });
  t.equal(await left(), 0, 'and counted once');
  t.match(granted(), { status: 3, stderr: /^GRANT_USED_UP/ });
}

/** Peers of both agencies try the rules on the fields that are shown to them, and keep nothing of it. */
function byRule(t: Test): void {
  const rules = { kind: KIND.food, schema: 1, held: [], fields: ['residence'], address: { field: 'premises', within: ['示例市张店区'] }, promise: false, perDay: 5, perHour: 5 };
  writeFileSync(join(bureau.home, 'rules.json'), JSON.stringify(rules));
  ok(t, bureau.as('clerk')('rules', 'put', 'rules.json', '--cosign', 'approver.key.json'), 'two put rules');
  const premises = '示例市张店区示例路1号';
  const asked = (change: object, ...more: string[]) => bureau.as('machine')('kiosk', '--kind', 'food', '--valid-until', '2030-12-31', ...Object.entries({ ...foodFace(8), residence: premises, premises, ...change }).flatMap(([name, value]) => ['-f', `${name}=${value}`]), ...more);
  t.match(asked({ premises: '示例市别处路1号' }), { status: 3, stderr: /^RULES_NOT_MET/ });
  const { identifier, licence } = JSON.parse(ok(t, asked({}, '--json'), 'a machine issues')) as { identifier: string; licence: string };
  t.match(bureau.as('clerk')('status', identifier), { status: 0 });
  const holds = (words: string): string[] => readdirSync(consortium, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)).filter((path) => readFileSync(path).includes(words));
  t.ok(holds(licence).length >= 2, 'peers of both have the transaction');
  t.strictSame(holds(HEADER), [], 'and none has what was shown to it');
}

/** Evidence of a ledger of two: the other agency's gateway, asked by this one, says what its own peer made of the blocks. */
function evident(t: Test): void {
  const made = (file: string): string => {
    const path = join(bureau.home, file);
    ok(t, until(() => bureau.as('clerk')('evidence', 'make', identifier, '--out', path), 0), 'made');
    return path;
  };
  const verified = (path: string) => bureau.yizheng('evidence', 'verify', path, '--ledger', (JSON.parse(readFileSync(path, 'utf8')) as { ledger: string }).ledger, '--json');
  const outcomeOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as { outcome: string; shown?: { attesting: string[]; organisations: string[] } };
  const whole = verified(made('both.json'));
  t.match(outcomeOf(whole), { outcome: 'proven', shown: { organisations: ['Agency1MSP', 'Agency2MSP'], attesting: ['Agency1MSP', 'Agency2MSP'] } }, 'both together do');
  t.equal(whole.status, 0);
  gateways?.market.child.kill('SIGSTOP');
  t.match(verified(made('away.json')), { status: 6 }, 'one that does not answer stands for nothing, and holds nothing up');
  gateways?.market.child.kill('SIGCONT');
}

async function away(t: Test): Promise<void> {
  t.equal(await gateways?.bureau.end('SIGTERM'), 0);
  const request = ['--request-id', randomId()];
  t.match(using(...request), { status: 8, stderr: /^SOURCE_UNREACHABLE/ });
  const back = await bureau.start();
  t.match(usedBy(ok(t, until(() => using(...request), 0), 'the same request, when it is back')), { replayed: true, from: { proof: 'ledger' } });
  for (const each of [back, gateways?.market]) t.equal(await each?.end('SIGTERM'), 0);
  // A gateway that does not believe the certificate sends nothing.
  const doubting = await office(market.home, MARKET).start();
  t.match(using(), { status: 8, stderr: /^SOURCE_UNREACHABLE/ });
  t.equal(await doubting.end('SIGTERM'), 0);
  for (const each of [bureau, market]) t.match(each.yizheng('fsck'), { status: 0, stdout: /everything agrees/ });
}

const skip = (await absence('solo')) ?? false;

await t.test("when an agency's gateway asks another's", { skip, timeout: 600_000 }, async (t) => {
  const steps: Readonly<Record<string, (t: Test) => Promise<void> | void>> = { 'two agencies have their gateways': setUp, 'a scene opens the licence': underScene, 'the holder grants it': underGrant, 'a machine issues by rule': byRule, 'evidence is made by both': evident, 'the source is away': away };
  try {
    ok(t, network('up', '--base-port', String(PORT), '--dir', consortium), 'a consortium of two');
    for (const [name, step] of Object.entries(steps)) if (t.passing()) await t.test(name, async (t) => step(t));
  } finally {
    for (const { child } of running) child.kill('SIGKILL');
    network('clean', '--dir', consortium);
    for (const each of [root!, bureauHome!, marketHome!]) rmSync(each, { recursive: true, force: true });
  }
});
