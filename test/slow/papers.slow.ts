/** Sealed PDFs behind the acts: made, kept, registered, handed out; after a restart too. */
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import t from 'tap';
import { sha256Text } from '#chaincode/facts/hash';
import { buildApp } from '#gateway/app';
import { readPdf } from '#gateway/documents/pdf/read';
import { lookupToken } from '#gateway/acts/licence/draft';
import { randomId } from '#gateway/keyring';
import { reconcile } from '#gateway/reconcile';
import { Registrar } from '#gateway/setup';
import { Copies } from '#gateway/acts/print/copies';
import { PaperShelf } from '#gateway/acts/print/paper-shelf';
import { Papers } from '#gateway/acts/print/papers';
import { Press } from '#gateway/press/press';
import { BUREAU } from '#gateway/demo';
import { faults } from '#test/support/matchers';
import { install, permit } from '#test/support/installation';
import { installed, stampAuthority } from '#test/support/tsa';

const installation = await install();
t.teardown(() => installation.remove());
const acting = installation.acting('clerk');
const issue = async () => (await installation.services.acts.perform(acting, randomId(), permit())).licence ?? '';
const record = (licence: string) => {
  const found = installation.services.projection.get('licence', licence);
  if (!found) throw new Error('set-up: no licence');
  return found;
};
const papersOf = (licence: string) => record(licence).versions.at(-1)?.documents.filter(({ type }) => type === 'pdf') ?? [];
const until = async (done: () => boolean | Promise<boolean>) => { for (let i = 0; i < 400 && !(await done()); i++) await new Promise((resolve) => setTimeout(resolve, 25)); };
const before = await issue();
const press = new Press();
t.teardown(() => press.close());
let busy = false;
/** A printer at work on the open installation, as a start of the gateway makes one. */
function printing(authority?: string): Papers {
  const { services } = installation;
  const papers = new Papers({ ...services, shelf: new PaperShelf(services.desk), press, authority, busy: () => busy });
  papers.start();
  return papers;
}

t.test('when a name could not be printed', async (t) => {
  const { acts } = installation.services;
  const attempt = await acts.perform(acting, randomId(), permit({}, { holderName: '𠮷野家𠮷', premises: '示例市\u200b路' })).catch((error: unknown) => error);
  t.match(attempt, { code: 'FACE_INVALID', fields: [{ field: 'holderName', code: 'GLYPH_MISSING', characters: '𠮷' }, { field: 'premises', code: 'GLYPH_MISSING', characters: '\u200b' }] }, 'nothing is issued, and the characters are named');
  t.match(await acts.perform(acting, randomId(), permit({}, { holderName: '示例䶮㛃𬭬饭店' })), { status: 'VALID' });
});

t.test('when nobody prints', async (t) => {
  const { papers } = installation.services;
  t.equal(await papers.waiting(), 8, 'six of the demo and two of these');
  await faults(t, () => papers.pdf(record(before), 1), 'PAPER_NOT_HERE');
});

t.test('when the gateway prints', async (t) => {
  const papers = printing();
  const asked = await papers.pdf(record(before), 1);
  t.match(await readPdf(asked), { ok: true, seals: [{}], stamps: [] }, 'asked for: made before the others');
  t.equal(papersOf(before).length, 1, 'and on the ledger when it is handed out');
  await until(async () => (await papers.waiting()) === 0);
  t.equal(await papers.waiting(), 0, 'what an earlier run left is found');
  const licence = await issue();
  await until(() => papersOf(licence).length > 0);
  t.equal(papersOf(licence).length, 1, 'what is new, without being asked for');
  const event = record(licence).events;
  t.equal(event.length, 1, 'no event of the licence');
  await papers.close();
  t.ok(Buffer.from(await papers.pdf(record(before), 1)).equals(Buffer.from(asked)), 'kept, not made again');
});

t.test('when the PDF is fetched and presented', async (t) => {
  const { services } = installation;
  const app = await buildApp({ services, rateLimits: false });
  t.teardown(() => app.close());
  const { identifier } = services.lookup.current(before, acting.agency) ?? { identifier: '' };
  const get = (headers: Record<string, string> = {}) => app.inject({ url: `/api/licences/${identifier}/pdf`, headers });
  t.equal((await get()).json<{ code: string }>().code, 'NOT_FOUND', 'not for everybody');
  t.equal((await get({ 'x-lookup-token': 'A'.repeat(43) })).statusCode, 404);
  const secret = services.lookup.kept(record(before), 1)?.secret ?? '';
  const got = await get({ 'x-lookup-token': lookupToken(secret) });
  t.equal(got.statusCode, 200, 'for whoever holds the document');
  t.equal(got.headers['content-type'], 'application/pdf');
  const verify = async (bytes: Uint8Array) => (await app.inject({ method: 'POST', url: '/api/verify', payload: { pdf: Buffer.from(bytes).toString('base64') } })).json<Record<string, unknown>>();
  t.match(await verify(got.rawPayload), { by: 'pdf', verdict: { outcome: 'valid', parts: [{ code: 'FORM_OK' }, { check: 'file', code: 'PDF_REGISTERED' }] }, pdf: { seals: [{ agency: BUREAU }] }, licence: { audience: 'holder', identifier } });
  const flipped = Buffer.from(got.rawPayload);
  flipped[20_000] = (flipped[20_000] ?? 0) ^ 1;
  t.match(await verify(flipped), { verdict: { outcome: 'untrusted', parts: [{ code: 'PDF_DIGEST' }] } });
  t.equal((await app.inject({ method: 'POST', url: '/api/verify', payload: { pdf: 'A'.repeat(4 << 20) } })).statusCode, 413, 'larger than any of ours');
  t.equal((await app.inject({ url: '/api/papers' })).statusCode, 401);
});

t.test('when a copy for one purpose is asked for', async (t) => {
  const { services, clock } = installation;
  const { copies, lookup } = services;
  const { identifier } = lookup.current(before, acting.agency) ?? { identifier: '' };
  const day = (ahead: number) => new Date(clock.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const wish = { cause: '银行开户', requester: '示例银行张店支行', expiresOn: day(30) };
  const pdf = await copies.make(acting, identifier, wish);
  t.match(await readPdf(pdf), { ok: true, seals: [{}], purpose: wish });
  t.match(await lookup.byPdf(pdf), { verdict: { outcome: 'valid', parts: [{}, { check: 'file', code: 'PDF_COPY' }] }, pdf: { purpose: wish } });
  clock.aheadMs = 40 * 86_400_000;
  const later = await lookup.byPdf(pdf);
  clock.aheadMs = 0;
  t.ok(later.verdict.parts.some(({ code }) => code === 'PURPOSE_ENDED'), 'good until its last day only');
  const [noted] = await services.uses.page(acting.agency, { side: 'agency', staff: acting.staff, limit: 1 });
  t.match(noted, { act: 'copy', licence: before, authority: { by: 'own' }, staff: acting.staff });
  t.match(services.useLog.read(noted?.seq ?? -1)?.personal?.copy, { ...wish, digest: sha256Text(pdf) }, 'its use record keeps what it is');
  t.equal(papersOf(before).length, 1, 'it does not take the place of the registered one');
  const wrong = async (change: Partial<typeof wish>) => copies.make(acting, identifier, { ...wish, ...change }).then(() => 'made', (error: unknown) => (error as { fields: unknown }).fields);
  t.strictSame(await wrong({ cause: '  ', requester: '𠮷野家' }), [{ field: 'cause', code: 'FIELD_MISSING' }, { field: 'requester', code: 'GLYPH_MISSING', characters: '𠮷' }]);
  for (const expiresOn of [day(-2), day(400), '2031-02-30']) t.strictSame(await wrong({ expiresOn }), [{ field: 'expiresOn', code: 'COPY_UNTIL' }], expiresOn);
  await faults(t, () => copies.make(installation.acting('market'), identifier, wish), 'NOT_FOUND');
  await faults(t, () => copies.make(acting, 'no identifier', wish), 'NOT_FOUND');
  const subject = services.projection.get('licence', before)?.subject ?? '';
  const device = randomId();
  const own = await copies.ofHolder({ subject, device }, identifier, wish);
  t.match(await lookup.byPdf(own), { verdict: { outcome: 'valid' }, pdf: { purpose: wish } }, 'its holder makes one for himself');
  t.match(await services.uses.page(acting.agency, { side: 'agency', staff: device, limit: 1 }), [{ act: 'copy', licence: before, authority: { by: 'shown' } }], 'on record too');
  await faults(t, () => copies.ofHolder({ subject: 'uscc:92370303MA99TXT124', device }, identifier, wish), 'NOT_FOUND');
  const { drafter } = services;
  const guarded = new Copies({ ...services, press, authority: undefined, drafter: { zone: drafter.zone, signer: (seal) => drafter.signer(seal), sealFor: (...asked) => ({ ...drafter.sealFor(...asked), triggers: ['approver'] }) } });
  await faults(t, () => guarded.ofHolder({ subject, device }, identifier, wish), 'REFUSED', 'SEAL_NOT_YOURS');
  await services.acts.perform(acting, randomId(), { op: 'suspend', licence: before, reason: 'RECTIFICATION' });
  await faults(t, () => copies.make(acting, identifier, wish), 'REFUSED', 'STATUS_FORBIDS');
  await services.acts.perform(acting, randomId(), { op: 'restore', licence: before, reason: 'RECTIFIED' });
});

t.test('when the disk is looked at', async (t) => {
  const folder = join(installation.data, 'papers');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  t.equal(files.length, 9, 'one for each, no temporary ones');
  for (const { parentPath, name } of files) t.notOk(readFileSync(join(parentPath, name)).includes('%PDF'), 'encrypted');
});

t.test('when a job is at work', async (t) => {
  busy = true;
  const [licence, asked] = [await issue(), await issue()];
  const papers = printing();
  t.match(await readPdf(await papers.pdf(record(asked), 1)), { ok: true }, 'what somebody waits for is printed');
  t.same(papersOf(licence), [], 'the rest waits');
  busy = false;
  papers.goOn();
  await until(() => papersOf(licence).length > 0);
  t.equal(papersOf(licence).length, 1, 'until the job is done');
  await papers.close();
});

t.test('when its seal is stopped before it is made', async (t) => {
  const licence = await issue();
  const registrar = new Registrar(installation.services, installation.administrator);
  await registrar.register({ op: 'seal.status', id: installation.services.projection.sealsOf(BUREAU.code)[0]?.id ?? '', status: 'stopped' });
  const papers = printing();
  await faults(t, () => papers.pdf(record(licence), 1), 'PAPER_NOT_HERE');
  await papers.close();
  t.same(papersOf(licence), [], 'a stopped seal seals nothing');
  await registrar.seal({ agency: BUREAU.code, name: '电子证照专用章', years: 3 });
});

t.test('when the approver has left before it is made', async (t) => {
  const { services } = installation;
  const licence = (await services.acts.perform(installation.acting('approver'), randomId(), permit())).licence ?? '';
  const { staff } = installation.acting('approver');
  const account = services.projection.get('staff', staff);
  const put = (active: boolean) => new Registrar(services, installation.administrator).register({ op: 'staff.put', ...account, active } as never);
  await put(false);
  const papers = printing();
  await faults(t, () => papers.pdf(record(licence), 1), 'PAPER_NOT_HERE');
  await papers.close();
  await put(true);
  const again = printing();
  t.match(await readPdf(await again.pdf(record(licence), 1)), { ok: true }, 'and is back');
  await again.close();
});

t.test('when a time stamp authority comes back', { skip: installed('openssl', 'version') ? false : 'openssl is not installed' }, async (t) => {
  const tsa = stampAuthority();
  let away = true;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      if (away) response.writeHead(503).end();
      else response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(tsa.answer(Buffer.concat(chunks)));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => { server.close(); tsa.remove(); });
  const address = server.address();
  const authority = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
  const licence = await issue();
  const first = printing(authority);
  const without = await readPdf(await first.pdf(record(licence), 1));
  t.ok(without.ok && without.seals[0].stamp === undefined && without.stamps.length === 0, 'an authority that is away stops nothing');
  await first.close();
  away = false;
  const second = printing(authority);
  await until(() => papersOf(licence).length === 2);
  const stamped = await readPdf(await second.pdf(record(licence), 1));
  t.ok(stamped.ok && stamped.stamps.length === 1, 'added later');
  t.same(papersOf(licence).map(({ digest }) => digest), stamped.ok ? stamped.digests : [], 'both files are on the ledger, the first inside the second');
  const next = await issue();
  const at = await readPdf(await second.pdf(record(next), 1));
  t.ok(at.ok && at.seals[0].stamp !== undefined, 'and from the beginning, while it answers');
  await second.close();
});

t.test('when one of them is damaged on the disk', async (t) => {
  const folder = join(installation.data, 'papers');
  await installation.services.close();
  t.same((await reconcile(installation.data, () => undefined)).findings, [], 'fsck finds nothing');
  const [file] = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const path = join(file?.parentPath ?? '', file?.name ?? '');
  const bytes = readFileSync(path);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  t.match((await reconcile(installation.data, () => undefined)).findings, [{ invariant: 'v', code: 'PAPER_DAMAGED' }]);
});
