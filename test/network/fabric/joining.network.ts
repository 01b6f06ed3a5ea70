/**
 * An agency joins a running consortium, with a directory, a gateway, a vault and staff of its own: by the commands of the README, one after
 * the other, each agency in its own directory. All that passes between them are files.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { findPrograms } from '#network/fabric/binaries';
import type { Application } from '#network/fabric/application';
import { openFabricLedger } from '#network/fabric/ledger';
import { Client, readKeyFile } from '#cli/client';
import { absence } from '#test/conformance/network';
import { connectAs, contractOf, refusalOf } from '#test/conformance/place';
import { office, ok, program, running, until, type Given, type Office } from '#test/support/offices';
import type { Running } from '#test/support/process';
import { foodFace, foodNumber } from '#test/support/samples';

const PORT = 21_050;
const NEWCOMER_PORT = 21_080;
const BUREAU = { code: '113703030099999063', name: '示例市张店区行政审批服务局', port: 21_201 };
const MARKET = { code: '11370303009999228K', name: '示例市张店区市场监督管理局', port: 21_202 };

const [root, bureauHome, marketHome] = ['consortium', 'bureau', 'market'].map((name) => mkdtempSync(join(tmpdir(), `yizheng-${name}-`)));
const consortium = join(root!, 'consortium');
let newcomer = join(marketHome!, 'newcomer');
const network = program('dist/network/main.js', root!, {});
const old: Given = (...args) => network(...args, '--dir', consortium);
const [first, second]: Given[] = ['agency1', 'agency2'].map((agency) => (...args) => old(...args, '--agency', agency));
const own: Given = (...args) => network(...args, '--dir', newcomer);
const [bureau, market] = [office(bureauHome!, BUREAU), office(marketHome!, MARKET)];

function takenUp(t: Test): void {
  ok(t, own('apply', '--msp', 'Agency3MSP', '--base-port', String(NEWCOMER_PORT)), 'it applies');
  const file = join(newcomer, 'application.json');
  const application = JSON.parse(readFileSync(file, 'utf8')) as Application;
  const altered = (change: Partial<Application>): string => {
    writeFileSync(join(root!, 'altered.json'), JSON.stringify({ ...application, ...change }));
    return join(root!, 'altered.json');
  };
  t.match(old('propose', file), { status: 2, stderr: /^AGENCY_UNKNOWN: .*agency1, agency2/ });
  t.match(first!('propose', altered({ mspId: 'Agency2MSP' })), { status: 3, stderr: /^AGENCY_KNOWN/ }, 'a name that is taken');
  t.match(first!('propose', altered({ rootCertificate: readFileSync(join(consortium, 'agency2/ca/ca.crt'), 'utf8') })), { status: 3, stderr: /^AGENCY_KNOWN/ }, "another's authority");
  t.match(first!('propose', join(consortium, 'consortium.json')), { status: 3, stderr: /^APPLICATION_WRONG/ });
  const [update, copy, rival] = ['Agency3MSP.update', 'copy.update', 'rival.update'].map((name) => join(root!, name));
  t.match(ok(t, first!('propose', file, '--out', update!), 'an agency proposes it'), /adds, and nothing else:\nagency +Agency3MSP(.|\n)*2 of 3 agencies must endorse, in place of 2 of 2\nsigned by +nobody: 0 of the 2/);
  ok(t, network('apply', '--msp', 'RivalMSP', '--dir', join(root!, 'rival')), 'another applies');
  ok(t, second!('propose', join(root!, 'rival/application.json'), '--out', rival!), 'and is proposed at the same time');
  writeFileSync(copy!, readFileSync(update!));
  t.match(first!('show', file), { status: 3, stderr: /^UPDATE_WRONG/ });

  t.match(first!('submit', update!), { status: 3, stderr: /^UPDATE_UNSIGNED: 0 of the 2/ });
  t.match(ok(t, first!('sign', update!), 'one signs'), /signed by +Agency1MSP: 1 of the 2/);
  t.match(ok(t, first!('sign', update!), 'twice'), /signed by +Agency1MSP: 1 of the 2/);
  t.match(first!('submit', update!), { status: 3, stderr: /^UPDATE_UNSIGNED: 1 of the 2 .*Agency1MSP.*signed by Agency2MSP/ });
  t.match(ok(t, second!('sign', copy!), 'the other signs a copy'), /signed by +Agency2MSP: 1 of the 2/);
  t.match(ok(t, second!('show', signedByFabric(update!)), "Fabric's own program signs it as well"), /signed by +Agency1MSP, Agency2MSP: 2 of the 2/);
  t.match(first!('submit', update!, rival!), { status: 3, stderr: /^UPDATE_WRONG: .*copies/ });
  const [invitation, again] = ['invitation.json', 'again.json'].map((name) => join(root!, name));
  ok(t, second!('submit', update!, copy!, '--out', invitation!), 'both together are enough');
  ok(t, first!('submit', update!, '--out', again!), 'again changes nothing');
  for (const call of ['show', 'sign', 'submit']) t.match(second!(call, rival!), { status: 3, stderr: /^UPDATE_STALE: .*propose RivalMSP again/ }, `${call}: the rival was slower`);
  for (const each of [file, update!, invitation!]) t.notMatch(readFileSync(each, 'latin1'), /PRIVATE KEY/);
}

/** A copy that the second agency's administrator has signed with Fabric's command line. */
function signedByFabric(update: string): string {
  const [copy, msp, peer] = [join(root!, 'fabric.update'), join(root!, 'msp'), join(consortium, 'agency2/peer2')];
  writeFileSync(copy, readFileSync(update));
  cpSync(join(peer, 'msp'), msp, { recursive: true });
  cpSync(join(consortium, 'agency2/administrator.crt'), join(msp, 'signcerts/certificate.pem'));
  cpSync(join(consortium, 'agency2/administrator.key'), join(msp, 'keystore/key.pem'));
  execFileSync(findPrograms(process.env).peer, ['channel', 'signconfigtx', '-f', copy], { stdio: 'pipe', env: { FABRIC_CFG_PATH: peer, CORE_PEER_MSPCONFIGPATH: msp, CORE_PEER_LOCALMSPID: 'Agency2MSP' } });
  return copy;
}

function joined(t: Test): void {
  const invitation = join(root!, 'invitation.json');
  const altered = (change: (value: { contract: { sha256: string }; mspId: string }) => void): string => {
    const value = JSON.parse(readFileSync(invitation, 'utf8')) as { contract: { sha256: string }; mspId: string };
    change(value);
    writeFileSync(join(root!, 'altered.json'), JSON.stringify(value));
    return join(root!, 'altered.json');
  };
  t.match(own('up'), { status: 3, stderr: /^NETWORK_MISSING: .*join/ });
  t.match(own('join', altered((value) => { value.mspId = 'Agency4MSP'; })), { status: 3, stderr: /^INVITATION_WRONG: .*Agency4MSP/ });
  t.match(own('join', altered((value) => { value.contract.sha256 = 'a'.repeat(64); })), { status: 3, stderr: /^CONTRACT_DIFFERS/ });
  ok(t, own('join', invitation), 'it joins');
  ok(t, own('join', invitation), 'again changes nothing');
  t.match(ok(t, own('status'), 'it has nodes of its own'), /peer1 +agency +pid \d+(.|\n)*chaincode1 +agency +pid \d+/);
}

/** The first agency's gateway, as its operator makes it. */
async function founded(t: Test): Promise<Running> {
  t.match(market.yizheng('join', '--profile', join(newcomer, 'agency/profile.json'), '--agency', MARKET.code, '--name', MARKET.name, '--public-name', market.base), { status: 3, stderr: /^LEDGER_MISSING/ }, 'before there is a registrar');
  ok(t, bureau.yizheng('init', '--profile', join(consortium, 'agency1/profile.json'), '--agency', BUREAU.code, '--name', BUREAU.name, '--public-name', bureau.base), 'the registrar');
  const gateway = await bureau.start();
  writeFileSync(join(bureau.home, 'kinds.json'), JSON.stringify(KINDS.filter(({ type }) => type === KIND.food).map((kind) => ({ op: 'kind.put', ...kind }))));
  writeFileSync(join(bureau.home, 'agencies.json'), JSON.stringify([{ op: 'agency.put', code: BUREAU.code, name: BUREAU.name, mspId: 'Agency1MSP', active: true, rights: [{ kind: KIND.food, right: 'issue', from: '2020-01-01' }] }]));
  for (const file of ['kinds.json', 'agencies.json']) ok(t, bureau.as('administrator')('register', file), file);
  return gateway;
}

/** Adds staff and a seal where the gateway is stopped. */
function staffed(t: Test, { as, code }: Office): void {
  ok(t, as('administrator')('staff', '--agency', code, '--login', 'clerk', '--who', 'Clerk', '--role', 'clerk', '--out', 'clerk.key.json'), 'a clerk');
  ok(t, as('administrator')('seal', '--agency', code, '--name', '电子证照专用章'), 'a seal');
}

async function admitted(t: Test): Promise<Running[]> {
  const founding = await founded(t);
  const asked = ['join', '--profile', join(newcomer, 'agency/profile.json'), '--agency', MARKET.code, '--name', MARKET.name, '--public-name', market.base, '--registration', 'registration.json'];
  t.match(market.yizheng(...asked.map((each) => (each === MARKET.code ? BUREAU.code : each)), '--out', 'other.json'), { status: 3, stderr: /^LEDGER_EXISTS/ }, 'not as the registrar');
  ok(t, market.yizheng(...asked), 'its gateway');
  t.match(market.yizheng(...asked), { status: 3, stderr: /ALREADY_SET_UP/ });
  t.match(market.as('administrator')('seal', '--agency', MARKET.code, '--name', 'x'), { status: 3 }, 'the ledger does not know it yet');

  // The file goes to the registrar, who adds rights and signs.
  const registration = JSON.parse(readFileSync(join(market.home, 'registration.json'), 'utf8')) as { op: string; rights?: unknown[]; mspId?: string }[];
  t.match(registration, [{ op: 'agency.put', code: MARKET.code, mspId: 'Agency3MSP', rights: [] }, { op: 'staff.put', agency: MARKET.code, roles: ['registrar'] }]);
  registration[0]!.rights = [{ kind: KIND.food, right: 'issue', from: '2020-01-01' }];
  writeFileSync(join(bureau.home, 'registration.json'), JSON.stringify(registration));
  ok(t, bureau.as('administrator')('register', 'registration.json'), 'the registrar writes it');

  t.equal(await founding.end('SIGTERM'), 0);
  for (const each of [bureau, market]) staffed(t, each);
  return [await bureau.start(), await market.start()];
}

let serial = 100;
/** Issues a licence as an agency's clerk, by its own peer. @returns identifier */
function issue(t: Test, { as }: Office): string {
  const fields = Object.entries(foodFace(serial++)).flatMap(([name, value]) => ['-f', `${name}=${value}`]);
  const issued = until(() => as('clerk')('issue', '--kind', 'food', '--valid-until', '2030-12-31', ...fields), 0);
  return /issued (\S+)/.exec(ok(t, issued, 'issued'))?.[1] ?? '';
}

/** Presents a licence's own document, as its holder would, at any gateway. */
async function outcomes(issuer: Office, identifier: string, at: Office): Promise<string[]> {
  const client = new Client({ gateway: issuer.base, keyFile: readKeyFile(join(issuer.home, 'clerk.key.json')) });
  const { credential, qr } = await client.get<{ credential: string; qr: string }>(`/api/licences/${identifier}/credential`);
  const asked = new Client({ gateway: at.base });
  return Promise.all([{ credential }, { qr }].map(async (document) => (await asked.post<{ verdict: { outcome: string } }>('/api/verify', document)).verdict.outcome));
}

async function shared(t: Test): Promise<void> {
  for (const [issuer, other] of [[bureau, market], [market, bureau]] as const) {
    const identifier = issue(t, issuer);
    const seen = until(() => other.yizheng('verify', identifier), 0);
    t.match(seen, { status: 0, stdout: /^VALID/ }, "the other agency's gateway knows it");
    t.same(await outcomes(issuer, identifier, other), ['valid', 'valid'], 'by its document and by its QR code, seal and all');
    const refused = other.as('clerk')('suspend', identifier, '--reason', 'RECTIFICATION', '--basis', 'SPAQF-124');
    t.match(refused, { status: 3, stderr: /^(ISSUER_NOT_COMPETENT|RIGHT_MISSING)/ }, 'and may not act on it');
    t.equal(other.yizheng('verify', identifier).status, 0, 'nothing has happened');
    ok(t, issuer.as('clerk')('suspend', identifier, '--reason', 'RECTIFICATION', '--basis', 'SPAQF-124'), 'its issuer may');
    t.match(until(() => other.yizheng('verify', identifier), 4), { status: 4, stdout: /^NOT-IN-FORCE/ }, 'and the other sees it');
    t.equal(issuer.yizheng('verify', foodNumber(serial - 1)).status, 4, 'by number at the gateway that has the serial key');
    t.equal(other.yizheng('verify', foodNumber(serial - 1)).status, 10, 'and there only');
  }
}

/** The directory of the newcomer moves, with profile, peer and all. */
async function moved(t: Test, gateway: Running): Promise<Running> {
  t.equal(await gateway.end('SIGTERM'), 0);
  ok(t, own('down'), 'stopped');
  renameSync(newcomer, `${newcomer}-moved`);
  newcomer = `${newcomer}-moved`;
  ok(t, own('up'), 'started where it is now');
  const profile = join(newcomer, 'agency/profile.json');
  await t.rejects(market.start(), /profile .*cannot be read.*--profile/, 'the gateway says what to do');
  const started = await market.start('--ledger', 'fabric', '--profile', profile);
  t.equal(await started.end('SIGTERM'), 0);
  return market.start(); // without it: it is remembered
}

async function renewed(t: Test, gateway: Running): Promise<Running> {
  t.equal(await gateway.end('SIGTERM'), 0);
  const file = (name: string): string => join(market.data, 'keys/agencies', MARKET.code, `identity.${name}`);
  const [certificate, privateKey] = [readFileSync(file('crt'), 'utf8'), readFileSync(file('key'), 'utf8')];
  t.match(ok(t, market.yizheng('identities', '--renew'), 'by its own authority'), new RegExp(`^${MARKET.code} .* 1094 days\n$`));
  t.not(readFileSync(file('crt'), 'utf8'), certificate);
  const started = await market.start();
  issue(t, market);

  writeFileSync(join(market.home, 'old.crt'), certificate);
  ok(t, own('revoke', join(market.home, 'old.crt')), 'it takes the old one out of use, alone');
  const ledger = await openFabricLedger(join(consortium, 'agency1/profile.json'));
  const old = contractOf(ledger, connectAs(ledger, { certificate, privateKey }, 'Agency3MSP'));
  t.match(await refusalOf(old.evaluateTransaction('licence:Read', '[]')), { code: 9 }, 'at the peers of others too');
  await ledger.close();
  issue(t, market);
  return started;
}

/** From the contract's next version on, and with its peer in the place of another. */
function counted(t: Test): void {
  t.match(ok(t, old('deploy', '--version', '1.1'), 'the old agencies are a majority of three'), /1\.1 .*sequence 2/);
  t.match(ok(t, own('deploy', '--version', '1.1'), 'the new one follows'), /1\.1 .*sequence 2/);
  issue(t, market);
  for (const node of ['peer2', 'chaincode2']) ok(t, old('kill', node), node);
  for (const each of [bureau, market]) issue(t, each); // two of three, and one of them is the newcomer
  ok(t, own('kill', 'peer1'), "the newcomer's peer");
  const fields = Object.entries(foodFace(serial)).flatMap(([name, value]) => ['-f', `${name}=${value}`]);
  t.match(bureau.as('clerk')('issue', '--kind', 'food', '--valid-until', '2030-12-31', ...fields), { status: 8, stderr: /^LEDGER_UNAVAILABLE/ }, 'without it there is no majority');
  ok(t, own('start', 'peer1'), 'it is back');
  for (const each of [bureau, market]) issue(t, each);
  for (const node of ['peer2', 'chaincode2']) ok(t, old('start', node), node);
}

const skip = (await absence('solo')) ?? false;

await t.test('when an agency joins a running consortium', { skip, timeout: 600_000 }, async (t) => {
  let gateways: Running[] = [];
  const steps: Readonly<Record<string, (t: Test) => Promise<void> | void>> = {
    'it is taken up by those who are there': takenUp,
    'it starts its peer': joined,
    'it starts its gateway': async (t) => { gateways = await admitted(t); },
    'licences of both are seen at both': shared,
    'its peer counts': counted,
    'its directory moves': async (t) => { gateways[1] = await moved(t, gateways[1]!); },
    'its identity is renewed': async (t) => { gateways[1] = await renewed(t, gateways[1]!); },
    'it is looked over': async (t) => {
      for (const gateway of gateways) t.equal(await gateway.end('SIGTERM'), 0);
      // Of the act that the two versions did not agree on, the face was kept before it was sent.
      for (const each of [bureau, market]) t.match(each.yizheng('fsck', '--repair'), { status: 0 });
      for (const each of [bureau, market]) t.match(each.yizheng('fsck'), { status: 0, stdout: /everything agrees/ });
    },
  };
  try {
    ok(t, old('up', '--base-port', String(PORT)), 'a consortium of two');
    for (const [name, step] of Object.entries(steps)) if (t.passing()) await t.test(name, async (t) => step(t));
  } finally {
    for (const { child } of running) child.kill('SIGKILL');
    for (const each of [own, old]) each('clean');
    for (const each of [root!, bureauHome!, marketHome!]) rmSync(each, { recursive: true, force: true });
  }
});
