/** Lists as they are served: to anybody, by name, compressed; signed anew when the ledger moves; signed together by several gateways. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import t, { type Test } from 'tap';
import { instantOf } from '#chaincode/facts/calendar';
import { canonical } from '#chaincode/facts/canonical';
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import { StatusLists } from '#gateway/acts/verify/status-lists';
import { TrustLists } from '#gateway/acts/verify/trust-lists';
import { KIND } from '#gateway/catalogue/kinds';
import { presentCredential, presentQr } from '#gateway/documents/evidence';
import type { SignedDocument } from '#gateway/documents/jws';
import { parseListUri } from '#chaincode/facts/list-uri';
import { openStatusList, valueAt, type StatusList } from '#gateway/documents/status-list';
import { openBundle, type Trust } from '#gateway/documents/trust-bundle';
import { parseTrustList } from '#gateway/documents/trust-list';
import { parseRoot, rootDigest } from '#gateway/documents/trust-root';
import { assess } from '#gateway/documents/verifier';
import { Keyring, randomId } from '#gateway/keyring';
import type { Projection } from '#gateway/ledger/projection';
import { Registrar } from '#gateway/setup';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { foodFace } from '#test/support/samples';
import { installApp } from '#test/support/app';
import { permit, signed } from '#test/support/installation';
import { faults } from '#test/support/matchers';

const { installation, app } = await installApp();
const { services, clock } = installation;
const { projection } = services;
const get = (url: string, headers: InjectOptions['headers'] = {}) => app.inject({ url, headers });
const registrar = new Registrar(services, installation.administrator);
const [MARKET, POLICE] = ['11370303009999228K', '11370303009999914X'];
const now = () => instantOf(clock.now());
/** The index is asked whether it is whole: until then a list speaks of an earlier hour. */
const known = () => projection.compare(() => services.ledger.height());

const issue = async (change = {}) => {
  const result = await services.acts.perform(installation.acting('clerk'), randomId(), permit(change));
  const record = projection.get('licence', result.licence ?? '');
  const kept = record && services.lookup.kept(record, 1);
  if (!record || kept?.credential === undefined || kept.qr === undefined) throw new Error('not issued');
  return { licence: record.id, credential: kept.credential, qr: kept.qr };
};
const act = (op: 'suspend' | 'restore', licence: string) => services.acts.perform(installation.acting('clerk'), randomId(), { op, licence, reason: op === 'suspend' ? 'RECTIFICATION' : 'RECTIFIED' });
const pin = async () => rootDigest((await services.trustLists.roots())[0] as SignedDocument);
const fetched = async (seen?: Trust): Promise<Trust> => {
  await known();
  const opened = await openBundle((await get('/api/bundle')).json(), await pin(), seen);
  if (!opened.ok) throw new Error(opened.code);
  return opened;
};
const placesOf = (licence: string) => { const record = projection.get('licence', licence); return { line: record?.line, versions: record?.versions.map(({ place, status }) => ({ place, status })) ?? [] }; };

void t.test('when a licence goes through its life', async (t) => {
  const { licence, credential, qr } = await issue();
  let trust = await fetched();
  const verdict = async () => {
    clock.aheadMs += 2_001; // a list that has changed is signed anew after two seconds
    trust = await fetched(trust);
    const [byFile, onPaper] = await Promise.all([presentCredential(credential), presentQr(`#1.${qr}`)].map((presented) => assess({ presented, trust, now: now() })));
    t.strictSame([onPaper?.verdict.outcome, onPaper?.verdict.status], [byFile?.verdict.outcome, byFile?.verdict.status], 'credential and QR agree');
    return [byFile?.verdict.outcome, byFile?.verdict.status];
  };
  t.strictSame(await verdict(), ['valid', 'VALID']);
  await act('suspend', licence);
  t.strictSame(await verdict(), ['not-in-force', 'SUSPENDED']);
  await act('restore', licence);
  t.strictSame(await verdict(), ['valid', 'VALID'], 'the place is wiped again');
  await services.acts.perform(installation.acting('clerk'), randomId(), { op: 'renew', licence, validUntil: '2030-01-01' });
  t.strictSame(await verdict(), ['not-in-force', 'SUPERSEDED'], 'the old document');
  const record = projection.get('licence', licence);
  const renewed = record && services.lookup.kept(record, 2)?.credential;
  t.match((await assess({ presented: presentCredential(renewed ?? ''), trust, now: now() })).verdict, { outcome: 'valid' });
  await act('suspend', licence);
  t.strictSame(await verdict(), ['not-in-force', 'SUPERSEDED']);
  t.match((await assess({ presented: presentCredential(renewed ?? ''), trust, now: now() })).verdict, { outcome: 'not-in-force', status: 'SUSPENDED' });
});

/** What every list says, computed from all licences instead of kept block by block. */
async function recomputed(): Promise<Map<string, number>> {
  const places = new Map<string, number>();
  const values: Readonly<Record<string, number>> = { VALID: 0, REVOKED: 1, SUSPENDED: 2, SUPERSEDED: 3, CANCELLED: 11, WITHDRAWN: 12, ANNULLED: 13, TRANSFERRED: 14 };
  for await (const [, record] of projection.records('licence')) {
    const { versions } = services.lookup.whole(record);
    const name = (seal: string | undefined, { list, index }: { list: number; index: number }) => `${projection.get('seal', seal ?? '')?.agency ?? ''}/${String(list)}/${String(index)}`;
    for (const { seal, place, status } of versions) if (place) places.set(name(seal, place), values[status] ?? -1);
    if (record.line) places.set(name(versions.find(({ seal }) => seal)?.seal, record.line), values[record.versions.at(-1)?.status ?? ''] ?? -1);
  }
  return places;
}
async function compare(t: Test, trust: Trust): Promise<void> {
  const expected = await recomputed();
  t.ok([...expected.values()].some((value) => value > 0));
  for (const [name, value] of expected) {
    const [agency = '', list = '', index = ''] = name.split('/');
    t.equal(valueAt(trust.statusLists.get(`${agency}/${list}`)?.values ?? new Uint8Array(), Number(index)), value, name);
  }
  const marked = [...trust.statusLists.values()].reduce((sum, { values }) => sum + Array.from({ length: 2 * values.length }, (_, i) => valueAt(values, i)).filter((value) => value !== 0).length, 0);
  t.equal(marked, [...expected.values()].filter((value) => value !== 0).length, 'and nothing else is marked');
}

void t.test('when all lists are compared with all licences', async (t) => {
  // A long life: events beyond 32 and versions beyond 8 move to pages, the version that an act ends together with them.
  const { licence } = await issue();
  for (let i = 0; i < 17; i++) { await act('suspend', licence); await act('restore', licence); }
  for (let i = 1; i <= 9; i++) await services.acts.perform(installation.acting('clerk'), randomId(), { op: 'renew', licence, validUntil: `2030-01-0${String(i)}` });
  t.ok((projection.get('licence', licence)?.pages ?? 0) > 1);
  t.equal(placesOf(licence).versions.at(-1)?.status, 'VALID');
  clock.aheadMs += 2_001;
  await compare(t, await fetched());
});

void t.test('when a licence moves to another agency and comes into its lists', async (t) => {
  const branch = '113703030099993087';
  const { licence = '' } = await services.acts.perform(installation.acting('clerk'), randomId(), { op: 'issue', kind: KIND.food, validUntil: '2029-01-01', face: foodFace(1) });
  await signed(installation, ['clerk', 'approver'], { op: 'transfer', licence, to: branch, reason: 'RIGHTS_MOVED' });
  await signed(installation, ['branch'], { op: 'accept', licence });
  const record = projection.get('licence', licence);
  const kept = record && services.lookup.kept(record, 2);
  if (kept?.credential === undefined || kept.qr === undefined) throw new Error('not accepted');
  clock.aheadMs += 2_001;
  const trust = await fetched();
  const { issuer } = splitLicenceId(licence as LicenceId);
  const shown = presentCredential(kept.credential);
  const claims = shown.by === 'credential' && shown.credential.ok ? shown.credential.claims : undefined;
  t.strictSame([parseListUri(claims?.status.status_list.uri ?? '')?.agency, parseListUri(claims?.line.status_list.uri ?? '')?.agency], [branch, issuer], 'the version in one list, the line in another');
  for (const presented of [shown, presentQr(`#1.${kept.qr}`)]) t.match((await assess({ presented, trust, now: now() })).verdict, { outcome: 'valid' }, presented.by);
  t.match((await services.lookup.byCredential(kept.credential)).verdict, { outcome: 'valid' });
  t.match((await services.lookup.byQr(`#1.${kept.qr}`)).verdict, { outcome: 'valid' });
  await services.acts.perform(installation.acting('branch'), randomId(), { op: 'suspend', licence, reason: 'RECTIFICATION' });
  clock.aheadMs += 2_001;
  await compare(t, await fetched());
});

void t.test('when a list is asked for again and again', async (t) => {
  const { licence } = await issue();
  const url = `/status-lists/${splitLicenceId(licence as LicenceId).issuer}/${String(placesOf(licence).line?.list)}`;
  clock.aheadMs += 2_001;
  await known();
  const first = await get(url);
  t.match(first, { statusCode: 200, headers: { 'content-type': 'application/statuslist+jwt', 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin', vary: 'accept-encoding' } });
  await known();
  t.equal((await get(url)).payload, first.payload, 'nothing has changed');
  t.strictSame([(await get(url, { 'if-none-match': String(first.headers['etag']) })).statusCode, (await get(url, { 'if-none-match': '"x"' })).statusCode], [304, 200]);
  for (const [encoding, unpack] of [['br', brotliDecompressSync], ['gzip', gunzipSync]] as const) {
    const packed = await get(url, { 'accept-encoding': `${encoding};q=1.0, identity` });
    t.equal(packed.headers['content-encoding'], encoding);
    t.equal(unpack(packed.rawPayload).toString(), first.payload);
  }
  t.equal((await get(url, { 'accept-encoding': 'br;q=0' })).headers['content-encoding'], undefined);
  const trust = await fetched();
  const list = async () => (await openStatusList((await get(url)).payload, { ledger: trust.index.list.ledger, keys: trust.index.keys })) as StatusList;
  const before = await list();
  t.match(before, { ok: true, nextUpdateAt: before.issuedAt + 300, expiresAt: before.issuedAt + 7 * 86_400 });
  const line = async () => { const { block, values } = await list(); return { block, value: valueAt(values, placesOf(licence).line?.index ?? -1) }; };
  clock.aheadMs += 2_001;
  await act('suspend', licence);
  const suspended = await line();
  t.equal(suspended.value, 2, 'seen at once, where the list has rested');
  t.ok(suspended.block > before.block);
  await act('restore', licence);
  t.strictSame(await line(), suspended, 'not oftener than every two seconds');
  clock.aheadMs += 2_001;
  const after = await list();
  t.equal((await line()).value, 0);
  clock.aheadMs += 600_000;
  t.equal((await list()).issuedAt, after.issuedAt, 'a gateway that has heard nothing from its ledger dates nothing anew');
  for (const [path, status] of [[`${MARKET}/1`, 404], ['113703030099999063/999999', 404], ['113703030099999063/01', 400], ['x/1', 400]] as const) t.equal((await get(`/status-lists/${path}`)).statusCode, status, path);
});

void t.test('when the register changes', async (t) => {
  const list = async () => parseTrustList((await get('/trust-list')).json());
  await known();
  const before = await list();
  t.match(before, { agencies: { length: 4 }, root: 1 });
  t.strictSame(before?.agencies.map(({ code }) => code), [...(before?.agencies ?? [])].map(({ code }) => code).sort());
  clock.aheadMs += 2_001;
  await known();
  t.strictSame(await list(), before, 'the same for an hour, where nothing has changed');
  const [seal] = projection.sealsOf('113703030099993087');
  await registrar.register({ op: 'seal.status', id: seal?.id ?? '', status: 'stopped' });
  clock.aheadMs += 2_001;
  await known();
  const after = await list();
  t.match(after?.seals.find(({ id }) => id === seal?.id), { status: 'stopped', history: [{ status: 'in-use' }, { status: 'stopped' }] });
  t.ok((after?.block ?? 0) > (before?.block ?? 0));
  t.equal((await get('/trust-list/root/1')).headers['content-type'], 'application/jose+json');
  t.equal((await get('/trust-list/root/2')).statusCode, 404);
});

/** A second gateway on the same ledger, with the trust keys of some agencies only. */
const gatewayOf = (...agencies: string[]): TrustLists => gatewayReading(projection, ...agencies);
function gatewayReading(projection: Projection, ...agencies: string[]): TrustLists {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-trust-'));
  t.teardown(() => { rmSync(directory, { recursive: true }); });
  const keyring = new Keyring(join(directory, 'keys'));
  for (const key of keysOf('trust').filter(({ agency }) => agencies.includes(agency))) keyring.storeSigner('trust', key.agency, key.id, privateKeyOf(key));
  return new TrustLists({ projection, keyring, clock, directory: join(directory, 'trust'), statusLists: new StatusLists({ projection, keyring, clock, publicName: 'http://yizheng.example' }) });
}
let listed: AgencyKeyRecord[] = [];
const keysOf = (use: string) => listed.filter((key) => key.use === use && key.status === 'in-use');
const privateKeyOf = ({ agency, id, use }: AgencyKeyRecord): string => readFileSync(services.keyring.path('agencies', agency, `${use}-${id}.key`), 'utf8');

void t.test('when two gateways sign together', async (t) => {
  listed = await projection.all('agency-key');
  const [market, police] = [gatewayOf(MARKET), gatewayOf(POLICE)];
  await known();
  await faults(t, () => market.list(), 'TRUST_NOT_SET_UP');
  const half = await market.proposeRoot();
  t.match(half, { complete: false, agencies: [MARKET] });
  const whole = await police.cosign(half.document);
  t.match(whole, { complete: true, agencies: { length: 2 } });
  t.equal(rootDigest(whole.document), await pin(), 'the same bytes at every gateway');
  t.match(await market.publish(whole.document), { complete: true });
  const proposed = await market.propose(30);
  t.match(proposed, { complete: false, agencies: [MARKET] });
  await faults(t, () => market.publish(proposed.document), 'TRUST_INCOMPLETE');
  const list = parseTrustList(proposed.document);
  t.equal(list && Date.parse(list.nextUpdate) - Date.parse(list.issuedAt), 30 * 86_400_000);
  const signedList = await police.cosign(proposed.document);
  t.match(signedList, { complete: true });
  t.match(await police.cosign({ ...proposed.document, signatures: [...proposed.document.signatures, { ...proposed.document.signatures[0], signature: 'AAAA' }] }), { complete: true, document: { signatures: { length: 2 } } }, 'worthless signatures are dropped');
  await market.publish(signedList.document);
  t.strictSame(await market.list(), signedList.document, 'served from there');
  const opened = await openBundle(await market.bundle(), await pin());
  t.ok(opened.ok);
  const forged = (change: object) => ({ ...proposed.document, payload: Buffer.from(Buffer.from(proposed.document.payload, 'base64url').toString('utf8').replace('示例市', 'x示例市'), 'utf8').toString('base64url'), ...change });
  await faults(t, () => police.cosign(forged({})), 'TRUST_DIFFERS');
  await faults(t, () => police.cosign({ payload: 'e30', signatures: [] }), 'TRUST_FORM');
  await faults(t, () => police.cosign('x'), 'TRUST_FORM');
  await registrar.register({ op: 'agency.put', code: POLICE, name: '示例市公安局张店分局（演示）二', mspId: services.ledger.mspId, active: true, rights: [] });
  await faults(t, () => police.cosign(proposed.document), 'TRUST_DIFFERS');
  clock.aheadMs += 91 * 86_400_000;
  await faults(t, () => police.cosign(proposed.document), 'TRUST_DIFFERS');
  clock.aheadMs -= 91 * 86_400_000;
});

void t.test('when a list without a stopped seal is served, and a newer one is published', async (t) => {
  const [market, police] = [gatewayOf(MARKET), gatewayOf(POLICE)];
  const publish = async (): Promise<SignedDocument> => {
    await known();
    const { document } = await police.cosign((await market.propose(30)).document);
    await market.publish(document);
    return document;
  };
  await market.publish((await police.cosign((await market.proposeRoot()).document)).document);
  const first = await publish();
  t.strictSame(await market.list(), first);
  await registrar.register({ op: 'agency.put', code: POLICE, name: '示例市公安局张店分局（演示）三', mspId: services.ledger.mspId, active: true, rights: [] });
  clock.aheadMs += 2_001;
  t.strictSame(await market.list(), first, 'until they have met again');
  const second = await publish();
  t.strictSame(await market.list(), second, 'from then on, at once');
});

void t.test('when a block comes while the register is being read', async (t) => {
  const name = '示例市公安局张店分局（演示）四';
  const meanwhile = () => registrar.register({ op: 'agency.put', code: POLICE, name, mspId: services.ledger.mspId, active: true, rights: [] });
  const slow = {
    kinds: () => projection.kinds(), get: (noun: 'agency-key', id: string) => projection.get(noun, id), get block() { return projection.block; }, get knownAt() { return projection.knownAt; },
    all: async (noun: 'seal') => { const rows = await projection.all(noun); if (noun === 'seal') await meanwhile(); return rows; },
  } as unknown as Projection;
  const gateway = gatewayReading(slow, MARKET, POLICE);
  await known();
  const before = Number(projection.block);
  const list = parseTrustList((await gateway.propose(7)).document);
  t.ok(Number(projection.block) > before, 'the agency has another name in a later block');
  t.not(list?.agencies.find(({ code }) => code === POLICE)?.name, name);
  t.equal(list?.block, before, 'and the list does not claim to hold it');
});

void t.test('when a root is offered with more signatures than a document may have', async (t) => {
  const [market, police] = [gatewayOf(MARKET), gatewayOf(POLICE)];
  const { document } = await market.proposeRoot();
  await police.cosign(document);
  const served = await police.roots();
  t.equal(served.length, 1);
  const worthless = Array.from({ length: 64 }, (_, i) => ({ protected: Buffer.from(String(i)).toString('base64url'), signature: 'AAAA' }));
  await police.cosign({ ...document, signatures: worthless });
  t.strictSame(await police.roots(), served, 'those that hold are still there');
  const [one, two] = await Promise.all([gatewayOf(MARKET).proposeRoot(), gatewayOf('113703030099999063').proposeRoot()]);
  const bare = gatewayOf();
  await Promise.all([bare.cosign(one.document), bare.cosign(two.document)]);
  t.match(await bare.proposeRoot(), { complete: true, agencies: { length: 2 } }, 'two at once: neither is lost');
});

void t.test('when a list is offered with a member that nobody knows', async (t) => {
  await known();
  const { trustLists } = services;
  const { document } = await trustLists.propose(7);
  t.match(await trustLists.cosign(document), { complete: true });
  const smuggled = canonical({ ...JSON.parse(Buffer.from(document.payload, 'base64url').toString('utf8')) as object, note: 'x' } as never);
  await faults(t, () => trustLists.cosign({ ...document, payload: Buffer.from(smuggled).toString('base64url') }), 'TRUST_DIFFERS');
});

void t.test('when a trust key is stopped and the root handed on', async (t) => {
  const trust = await fetched();
  const [old] = keysOf('trust').filter(({ agency }) => agency === MARKET);
  await registrar.register({ op: 'agency-key.status', id: old?.id ?? '', status: 'stopped' });
  const fresh = await registrar.agencyKey(MARKET, 'trust');
  await registrar.trustRoot(2, [fresh, ...keysOf('trust').filter(({ agency }) => agency !== MARKET).map(({ id }) => id)]);
  clock.aheadMs += 2_001;
  const after = await fetched(trust);
  t.strictSame(after.roots.signed.map((root) => parseRoot(root)?.version), [1, 2]);
  t.notOk(after.roots.root.keys.some(({ id }) => id === old?.id));
  t.equal((await get('/trust-list/root/2')).statusCode, 200);
  t.strictSame((await services.trustLists.roots())[0], trust.roots.signed[0], 'the first root comes out byte for byte');
});

void t.test('when a status-list key is stopped', async (t) => {
  const [old] = (await projection.all('agency-key')).filter(({ use, agency }) => use === 'status-list' && agency === '113703030099999063');
  const { licence, credential } = await issue();
  clock.aheadMs += 2_001;
  const trust = await fetched();
  await registrar.register({ op: 'agency-key.status', id: old?.id ?? '', status: 'stopped' });
  clock.aheadMs += 2_001;
  const url = `/status-lists/113703030099999063/${String(placesOf(licence).line?.list)}`;
  t.match((await get(url)).json(), { code: 'LIST_KEY_NOT_HERE', status: 404 });
  const without = await fetched(trust);
  t.match((await assess({ presented: presentCredential(credential), trust: without, now: now() })).verdict, { outcome: 'unchecked' }, 'lists of a stopped key count no more');
  await registrar.agencyKey('113703030099999063', 'status-list');
  clock.aheadMs += 2_001;
  t.match((await assess({ presented: presentCredential(credential), trust: await fetched(without), now: now() })).verdict, { outcome: 'valid' });
});

void t.test('when registrars sign over HTTP', async (t) => {
  const bearer = (name: string) => ({ authorization: `Bearer ${app.jwt.sign({ ...installation.acting(name), displayName: name, method: 'password', ...services.sessions.begin(installation.acting(name).staff) })}` });
  const post = (url: string, payload: object, who = 'registrar') => app.inject({ method: 'POST', url, payload, headers: bearer(who) });
  const proposed = await post('/api/trust/proposals', { of: 'list', days: 14 });
  t.match(proposed.json(), { complete: true, agencies: { length: 3 } });
  t.equal((await post('/api/trust/proposals', { of: 'root' })).statusCode, 200);
  t.equal((await post('/api/trust/proposals', { of: 'list', days: 91 })).statusCode, 400);
  t.equal((await post('/api/trust/proposals', { of: 'list' }, 'clerk')).statusCode, 403);
  const { document } = proposed.json<{ document: SignedDocument }>();
  for (const url of ['/api/trust/signatures', '/api/trust/publications']) t.match((await post(url, document)).json(), { complete: true });
  t.match((await post('/api/trust/signatures', { payload: 'e30', signatures: [] })).json(), { code: 'TRUST_FORM', status: 422 });
});

void t.test('when an installation of an earlier version is opened', async (t) => {
  const before = await fetched();
  await installation.restart(async () => {
    // The index of that version: no form, no rows of places.
    const { Level } = await import('level');
    const store = new Level(join(installation.data, 'projection'));
    await store.open();
    await store.batch((await store.keys({ gt: 'status/', lt: 'status0' }).all()).map((key) => ({ type: 'del', key })));
    await store.del('form');
    await store.close();
  });
  const again = await openBundle(await installation.services.trustLists.bundle(), rootDigest(before.roots.signed[0] as SignedDocument));
  t.ok(again.ok);
  if (again.ok) for (const [name, { values }] of before.statusLists) t.strictSame(again.statusLists.get(name)?.values, values, `${name} is read anew from the blocks`);
});
