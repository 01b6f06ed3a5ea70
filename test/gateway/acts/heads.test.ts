/** Heads that leave a gateway: into a directory, and to another agency's gateway, which compares them with its own chain. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { base64url, sha256Text } from '#chaincode/facts/hash';
import { HeadSending, headRequest } from '#gateway/acts/evidence/head-sending';
import { GatewayFault } from '#gateway/fault';
import type { Asker } from '#gateway/acts/transport/transport';
import { draftHead, parseHead, type Head } from '#gateway/documents/head';
import { keyName } from '#gateway/documents/jws';
import { ELSEWHERE, twoGateways } from '#test/support/gateways';
import { faults } from '#test/support/matchers';

const { source, other, close } = await twoGateways();
t.teardown(close);
const [here, there] = [source.services, other.services];
await other.registrar.agencyKey(ELSEWHERE.code, 'head');
const height = await there.ledger.height();
await Promise.all([here, there].map(({ projection }) => projection.reached(height - 1n, 10_000)));
const key = there.projection.agencyKeys('head', ELSEWHERE.code)[0];
const signer = there.keyring.signer('head', ELSEWHERE.code, key?.id ?? '');

/** A head that the other agency signs, whatever it says. */
function headOf(change: Partial<Head> = {}): string {
  const head = parseHead(sent)?.head;
  if (!head || !key || !signer) throw new Error('no head');
  const unsigned = draftHead({ ...head, ...change }, keyName(key.spki));
  return `${unsigned}.${base64url(signer.sign(Buffer.from(unsigned)))}`;
}
const asker = (head: string): Asker => ({ agency: ELSEWHERE.code, jti: 'x', request: headRequest(head), own: here.transport.own()[0] as Asker['own'] });
let sent = '';

await t.test('when a head is sent to the gateway of another agency', async (t) => {
  const { head, agencies } = await there.headSending.send();
  sent = head;
  t.strictSame(agencies, [{ agency: source.acting('clerk').agency, outcome: 'kept' }]);
  t.match(await here.headSending.kept(), [{ head, finding: 'HEADS_APPENDED' }], 'kept there, and compared');
  t.equal(parseHead(head)?.head.agency, ELSEWHERE.code);
  const away = await here.headSending.send();
  t.match(away.agencies, [{ agency: ELSEWHERE.code, outcome: 'SOURCE_UNREACHABLE' }], 'one that is away stops nothing');
  t.equal((await here.headSending.lastEver())?.head, away.head);
  t.equal(here.headSending.lastOut, undefined, 'and has gone nowhere');
  t.ok(there.headSending.lastOut !== undefined, 'unlike the other');
});

await t.test('when a head of another history is sent', async (t) => {
  const forged = headOf({ hash: sha256Text('another block'), at: '2026-01-01T00:00:00.000Z' });
  t.match(await here.headSending.keep(asker(forged), forged), { finding: 'LEDGER_FORKED' }, 'it is kept: it is the proof');
  t.match((await source.app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })).body, /yizheng_heads_forked 1\n/);
  const ahead = headOf({ height: 100_000 });
  t.equal((await here.headSending.keep(asker(ahead), ahead)).finding, undefined, 'of what has not come here yet nothing is known');
  const soon = headOf({ height: Number(await here.ledger.height()) + 1, hash: sha256Text('a block to come') });
  t.equal((await here.headSending.keep(asker(soon), soon)).finding, undefined);
  await other.registrar.agencyKey(ELSEWHERE.code, 'receipt');
  await here.projection.reached((await here.ledger.height()) - 1n, 10_000);
  t.match((await here.headSending.kept()).find(({ head }) => head === soon), { finding: 'LEDGER_FORKED' }, 'once the chain has come so far');
});

await t.test('when heads of one agency contradict each other', async (t) => {
  const before = (await here.headSending.forks()).length;
  const [one, two] = [headOf({ height: 200_000, hash: sha256Text('one story') }), headOf({ height: 200_000, hash: sha256Text('another story') })];
  t.equal((await here.headSending.keep(asker(one), one)).contradicts, undefined);
  t.match(await here.headSending.keep(asker(two), two), { contradicts: one, finding: undefined }, 'of the same instant, and of a block that is not here yet');
  t.equal((await here.headSending.keep(asker(two), two)).contradicts, one, 'told twice it is the same');
  const forks = await here.headSending.forks();
  t.equal(forks.length, before + 1);
  t.match(forks.at(-1), { agency: ELSEWHERE.code, heads: [{ agency: ELSEWHERE.code, height: 200_000, hash: sha256Text('another story') }, { agency: ELSEWHERE.code, hash: sha256Text('one story') }] });
  t.equal((await here.headSending.kept()).filter(({ head }) => [one, two].includes(head)).length, 2, 'both are kept');
  t.match(forks[0], { heads: [{ agency: ELSEWHERE.code }, { agency: undefined, hash: /^[\w-]{43}$/ }] }, 'against the chain here the other head is its own');
  await here.watch.check();
  t.match((await here.alarmBook.open()).find(({ kind }) => kind === 'head-forked'), { subject: ELSEWHERE.code, severity: 'critical', count: before + 1 });
  const auditor = source.acting('auditor');
  const authorization = `Bearer ${source.app.jwt.sign({ ...auditor, displayName: '', method: 'password', ...here.sessions.begin(auditor.staff) })}`;
  const listed = (await source.app.inject({ url: '/api/alarms', headers: { authorization } })).json<{ alarms: { kind: string; link: string; about?: object; heads?: object[] }[] }>().alarms.find(({ kind }) => kind === 'head-forked');
  t.match(listed, { link: '/audit/heads', about: { zh: ELSEWHERE.name }, heads: [{ agency: ELSEWHERE.code, height: Number, hash: String, at: String }, { height: Number, hash: String }] }, 'a person sees both');
  t.match((await source.app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })).body, /yizheng_alarm_count\{kind="head-forked"/);
  const appended = headOf({ height: 200_001, at: '2026-02-01T00:00:00.000Z' });
  t.equal((await here.headSending.keep(asker(appended), appended)).contradicts, undefined, 'a higher one contradicts nothing');
});

await t.test('when the newest head of an agency is lower than one before', async (t) => {
  const lower = async () => (await here.headSending.forks()).filter(({ heads: [newest, before] }) => newest.height < before.height);
  const keep = async (change: Partial<Head>) => { const head = headOf(change); await here.headSending.keep(asker(head), head); };
  const [high, low] = [{ height: 300_000, hash: sha256Text('three hundred thousand') }, { height: 299_000, hash: sha256Text('cut off') }];
  await keep({ ...high, at: '2035-01-01T00:00:00.000Z' });
  await keep({ ...low, at: '2035-01-01T00:04:59.000Z' });
  t.strictSame(await lower(), [], 'within five minutes a clock may have been set');
  await keep({ ...low, at: '2035-01-02T00:00:00.000Z', earlier: true });
  t.strictSame(await lower(), [], 'an earlier block was asked for');
  await keep({ ...low, at: '2035-01-02T00:00:00.000Z' });
  t.match(await lower(), [{ agency: ELSEWHERE.code, heads: [{ ...low, at: '2035-01-02T00:00:00.000Z' }, { ...high, at: '2035-01-01T00:00:00.000Z' }] }]);
  await keep({ height: 300_000, hash: high.hash, at: '2035-01-03T00:00:00.000Z' });
  t.strictSame(await lower(), [], 'it has come as far again');
});

await t.test('when what is sent is no head of that agency', async (t) => {
  for (const [what, token] of [['another signature', sent.replace(/.{4}$/, 'AAAA')], ['another ledger', headOf({ ledger: sha256Text('x') })], ['another agency', headOf({ agency: source.acting('clerk').agency })], ['no head', 'a.b.c']] as const) {
    t.comment(what);
    await faults(t, () => here.headSending.keep(asker(token), token), 'EXCHANGE_RECORD');
  }
  await faults(t, () => here.headSending.keep({ ...asker(sent), request: 'x' }, sent), 'ASSERTION_REFUSED');
});

await t.test('when another gateway is asked what it says of blocks', async (t) => {
  const said = await there.headSending.attest([1, 2]);
  t.strictSame(said.map((token) => parseHead(token)?.head.height), [2, 3]);
  t.equal(parseHead(said[0] ?? '')?.head.agency, source.acting('clerk').agency);
  t.strictSame(await here.headSending.attest([1]), [], 'one that is away says nothing');
});

await t.test('when heads go into a directory', async (t) => {
  const directory = t.testdir({});
  const sending = new HeadSending({ heads: here.heads, projection: here.projection, transport: here.transport, desk: here.desk, hosts: () => true, clock: here.clock, directory });
  const { file, head } = await sending.send();
  await sending.send();
  const own = join(directory, here.ledger.ledgerId);
  t.ok(readdirSync(own).length >= 1);
  t.equal(readFileSync(file ?? '', 'utf8'), `${head}\n`);
  t.match(file, new RegExp(`${here.ledger.ledgerId}/\\d{12}-\\d{17}-\\w{18}\\.head$`));
});

await t.test('when there is no key yet at a start', async (t) => {
  const failures: unknown[] = [];
  const made: string[] = [];
  const sign = () => (made[0] === undefined ? Promise.reject(new GatewayFault('HEAD_KEY_NOT_HERE')) : Promise.resolve(made[0]));
  const early = new HeadSending({ heads: { sign }, projection: here.projection, transport: here.transport, desk: here.desk, hosts: () => true, clock: here.clock });
  early.onFailure = (error) => { failures.push(error); };
  early.start(20);
  t.teardown(() => { early.close(); });
  await delay(100);
  t.strictSame(failures, [], 'it waits, and that is no failure');
  t.not((await early.lastEver())?.head, sent);
  made.push(sent);
  await delay(200);
  t.equal((await early.lastEver())?.head, sent, 'and goes as soon as there is one');
});

await t.test('when the key that signed two stories is stopped', async (t) => {
  t.ok((await here.headSending.forks()).length > 0);
  await other.registrar.register({ op: 'agency-key.status', id: key?.id ?? '', status: 'stopped' });
  await here.projection.reached((await here.ledger.height()) - 1n, 10_000);
  t.strictSame(await here.headSending.forks(), [], 'it was in other hands: the agency did not say so');
  await here.watch.check();
  t.equal((await here.alarmBook.open()).find(({ kind }) => kind === 'head-forked'), undefined, 'the alarm is over');
  t.ok((await here.headSending.kept()).some(({ finding }) => finding === 'LEDGER_FORKED'), 'and the proof is kept');
});
