/** Evidence over HTTP: a bundle proves a licence without the gateway that made it, and heads show what became of the ledger since. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { fromBase64url } from '#chaincode/facts/hash';
import { buildApp, type App } from '#gateway/app';
import type { HeaderRun } from '#gateway/documents/block-header';
import { parseBundle } from '#gateway/documents/evidence-bundle/format';
import { compareAll, compareHeads, headHolds, parseHead, type Head, type SignedHead } from '#gateway/documents/head';
import { keyName } from '#gateway/documents/jws';
import { randomId } from '#gateway/keyring';
import { check, open, usedLicence } from '#test/support/evidence';
import { install, permit } from '#test/support/installation';

const installation = await install();
const copy = mkdtempSync(join(tmpdir(), 'yizheng-copy-'));
let app: App;
async function start(): Promise<void> {
  app = await buildApp({ services: installation.services, rateLimits: false });
  await app.ready();
}
await start();
t.teardown(async () => {
  await app.close();
  await installation.remove();
  rmSync(copy, { recursive: true, force: true });
});

const staff = (name: string) => {
  const { staff: id, agency } = installation.acting(name);
  return { authorization: `Bearer ${app.jwt.sign({ staff: id, agency, displayName: '', method: 'password', ...installation.services.sessions.begin(id) })}` };
};
const get = (url: string, name?: string) => app.inject({ url, ...(name === undefined ? {} : { headers: staff(name) }) });
const evidence = (identifier: string, name?: string) => get(`/api/evidence/${encodeURIComponent(identifier)}`, name);
const headOf = async (query = ''): Promise<SignedHead> => {
  const parsed = parseHead((await get(`/api/ledger/head${query}`)).json<{ head: string }>().head);
  if (!parsed) throw new Error('no head');
  return parsed;
};
const bytes = (text: string): Uint8Array => fromBase64url(text) ?? new Uint8Array();
async function headers(from: number, to: number): Promise<HeaderRun> {
  const { previous, data, ...rest } = (await get(`/api/ledger/headers?from=${String(from)}&to=${String(to)}`)).json<{ from: number; previous: string; data: string[] }>();
  return { ...rest, previous: bytes(previous), data: data.map(bytes) };
}
const write = () => installation.services.acts.perform(installation.acting('clerk'), randomId(), permit());
const between = async (heads: readonly Head[]) => compareAll(heads, await headers(Math.min(...heads.map(({ height }) => height)), Math.max(...heads.map(({ height }) => height)))).map(({ finding }) => finding);

const used = await usedLicence(installation);
const { identifier } = used;
// Records of uses are in it once their root is on the ledger, and the index knows.
await installation.services.anchoring.anchor();
await installation.services.projection.reached((await installation.services.ledger.height()) - 1n, 5_000);

await t.test('when a head is asked for on paper', async (t) => {
  const paper = (head?: string, name = 'auditor') => get(`/api/heads/paper${head === undefined ? '' : `?head=${encodeURIComponent(head)}`}`, name);
  const { token } = await headOf('?block=2');
  for (const answer of [await paper(), await paper(token)]) {
    t.equal(answer.statusCode, 200, answer.statusCode === 200 ? '' : answer.body);
    t.equal(answer.rawPayload.subarray(0, 5).toString(), '%PDF-');
    t.match(answer.headers['content-disposition'], /head-\d+\.pdf/);
  }
  t.match((await paper(token.replace(/.{6}$/, 'AAAAAA'))).json(), { fields: [{ field: 'head', code: 'HEAD_SIGNATURE' }] }, 'nothing is drawn that nobody signed');
  t.match((await paper('a.b.c')).json(), { fields: [{ field: 'head', code: 'HEAD_FORM' }] });
  t.equal((await paper(token, 'clerk')).statusCode, 403);
});

await t.test('when staff of the managing agency take evidence', async (t) => {
  const records = installation.services.useLog.size;
  const kept = await headOf();
  const answer = await evidence(identifier, 'clerk');
  t.equal(answer.statusCode, 200, answer.body.slice(0, 300));
  t.match(answer.headers, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'private, no-store', 'content-disposition': /evidence\.json/ });
  t.equal(installation.services.useLog.size, records + 1, 'it is on record before it leaves');
  t.match(installation.services.useLog.read(records)?.record, { act: 'copy', agency: installation.acting('clerk').agency, authority: { by: 'own' } });
  const found = await check(answer.body, { heads: [kept.token] });
  t.equal(found.outcome, 'proven', open(found).join());
  t.equal(found.shown?.uses.length, 3, 'with the uses by others');
  t.ok(found.shown?.face.some(({ name }) => name === 'holderName'));
});

await t.test('when the face is of a version that another replaced', async (t) => {
  const { acts } = installation.services;
  const { licence = '', identifier: first = '' } = await write();
  const { identifier: second = '' } = await acts.perform(installation.acting('clerk'), randomId(), { op: 'change', licence, face: { premises: '示例市张店区示例路11号' } });
  const kept = await headOf();
  const said = async (of: string) => (await check((await evidence(of, 'clerk')).body, { heads: [kept.token] })).parts.filter(({ part }) => part === 'credential');
  t.match(await said(first), [{ result: 'pass', code: 'EVIDENCE_CREDENTIAL_OLDER', where: 'version 1' }], 'a judge is told');
  t.match(await said(second), [{ result: 'pass', code: 'EVIDENCE_CREDENTIAL' }]);
});

await t.test('when others take it', async (t) => {
  t.equal((await evidence(identifier)).statusCode, 401);
  t.equal((await evidence(identifier, 'market')).json<{ code: string }>().code, 'NOT_FOUND', 'a clerk of an agency that does not manage it');
  t.equal((await evidence(identifier.replace(/.$/, (each) => (each === 'A' ? 'B' : 'A')), 'clerk')).json<{ code: string }>().code, 'FACE_INVALID');
  const bundle = parseBundle((await evidence(identifier, 'auditor')).body);
  t.equal(bundle?.licence, used.licence);
});

await t.test('when a head is asked for', async (t) => {
  const { services } = installation;
  // No root over uses is on its way any more, and the index has every block.
  await services.anchoring.anchor();
  await services.projection.reached((await services.ledger.height()) - 1n, 10_000);
  const head = await headOf();
  const key = services.projection.keysOfUse('head').find(({ spki }) => keyName(spki) === head.kid);
  t.ok(await headHolds(head, key?.spki ?? ''));
  t.match(head.head, { format: 'yizheng/head/1', ledger: services.ledger.ledgerId, agency: key?.agency, height: Number(await services.ledger.height()), hash: Buffer.from((await services.ledger.head()).headerHash).toString('base64url') });
  const earlier = await headOf('?block=3');
  t.equal(earlier.head.height, 4);
  t.equal(compareHeads(earlier.head, head.head, await headers(earlier.head.height, head.head.height)), 'HEADS_APPENDED');
  t.equal((await get('/api/ledger/head?block=100000')).statusCode, 404);
  t.equal((await get('/api/ledger/head?block=x')).statusCode, 400);
  const first = await headers(0, 2);
  t.strictSame([first.previous.length, first.data.length], [0, 2]);
});

await t.test('when blocks were only appended', async (t) => {
  const heads = [(await headOf('?block=2')).head, (await headOf()).head];
  await write();
  heads.push((await headOf()).head);
  t.strictSame(await between(heads), ['HEADS_APPENDED', 'HEADS_APPENDED']);
  const [first, , last] = heads as [Head, Head, Head];
  t.equal(compareHeads(first, { ...last, ledger: first.hash }), 'HEADS_FOREIGN');
  t.equal(compareHeads(first, last), 'HEADERS_WRONG', 'nobody is believed without headers');
  t.equal(compareHeads(first, last, await headers(first.height, last.height - 1)), 'HEADERS_WRONG', 'nor with too few');
  t.equal(compareHeads(last, { ...last, commitHash: first.hash }), 'CODES_REWRITTEN');
});

await t.test('when the ledger is cut short, and written anew from there', async (t) => {
  const { data } = installation;
  await app.close();
  await installation.restart(() => { cpSync(data, copy, { recursive: true }); });
  await start();
  const before = await headOf();
  for (let i = 0; i < 3; i++) await write();
  const kept = await headOf();
  const closing = await headOf();
  const text = (await evidence(identifier, 'clerk')).body;
  t.strictSame(await between([before.head, kept.head]), ['HEADS_APPENDED']);
  await app.close();
  await installation.restart(() => {
    rmSync(data, { recursive: true, force: true });
    cpSync(copy, data, { recursive: true });
  });
  await start();
  const cut = await headOf();
  t.ok(cut.head.height < kept.head.height);
  t.ok((await between([before.head, kept.head, cut.head])).includes('LEDGER_TRUNCATED'), 'shorter than the head that was kept');
  for (let height = cut.head.height; height < closing.head.height + 2; height++) await write();
  const grown = await headOf();
  t.ok(grown.head.height > kept.head.height);
  t.strictSame(await between([kept.head, grown.head]), ['LEDGER_REWRITTEN'], 'longer than before, and not the same');
  t.equal(compareHeads(kept.head, (await headOf(`?block=${String(kept.head.height - 1)}`)).head), 'LEDGER_FORKED', 'two blocks of one number');
  const now = await check((await evidence(identifier, 'clerk')).body, { heads: [closing.token] });
  t.ok(now.parts.some(({ code }) => code === 'EVIDENCE_HEAD_DIFFERS'), 'evidence of the new history does not fit the head that was kept');
  t.equal((await check(text, { heads: [closing.token] })).outcome, 'proven', 'evidence of the old one does, for ever');
});
