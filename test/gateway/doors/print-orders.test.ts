/** The certificate centre over HTTP: ordered, printed as a batch, sealed by another person, released, handed over; and what is tried against it. */
import t from 'tap';
import { fromBase64url } from '#chaincode/facts/hash';
import { pickUpCommitment } from '#chaincode/facts/print-order';
import type { PrintOrderView } from '#gateway/acts/print/print-order-view';
import { PRINT_ORDERS_MAX, type PrintDone } from '#gateway/acts/print/print-order';
import type { OwnLicence } from '#gateway/acts/wallet/wallet';
import { readHandOver } from '#gateway/documents/hand-over';
import { keyName } from '#gateway/documents/jws';
import { randomId } from '#gateway/keyring';
import { Registrar } from '#gateway/setup';
import { installApp } from '#test/support/app';
import { newDevice, takenUp } from '#test/support/holders';
import { permit } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
services.papers.start();
t.teardown(() => services.papers.close());

const as = (name: string) => authorized(installation.acting(name));
const post = (url: string, payload: object, who = 'clerk') => app.inject({ method: 'POST', url, headers: as(who), payload });
const get = (url: string, who = 'clerk') => app.inject({ url, headers: as(who) });
const refused = (response: { statusCode: number; json: () => unknown }) => [response.statusCode, (response.json() as { code: string }).code];
const issued = async () => (await post('/api/acts', { requestId: randomId(), act: permit() })).json<{ licence: string; identifier: string }>();
const results = async (response: Promise<{ json: () => unknown }>) => ((await response).json() as { results: PrintDone[] }).results;
const order = async (...identifiers: string[]) => results(post('/api/print-orders', { requestId: randomId(), licences: identifiers }));
const step = (act: string, ids: readonly string[], who = 'clerk', change: object = {}) => results(post('/api/print-orders/steps', { requestId: randomId(), act, orders: ids.map((id) => ({ id })), ...change }, who));
const view = async (id: string, who = 'clerk') => (await get(`/api/print-orders/${id}`, who)).json<PrintOrderView>();
const handOver = (id: string, code: string, who = 'clerk') => post(`/api/print-orders/${id}/hand-over`, { requestId: randomId(), code }, who);

interface Batch { id: string; state: string; done: number; refused: number; file: boolean }
/** A batch when its job is over. */
async function printed(orders: readonly string[], change: object = {}, who = 'clerk'): Promise<Batch> {
  const response = await post('/api/print-batches', { orders, ...change }, who);
  if (response.statusCode !== 202) throw new Error(response.body);
  const { id } = response.json<Batch>();
  for (;;) {
    const batch = (await get(`/api/print-batches/${id}`, who)).json<Batch>();
    if (batch.state === 'done' || batch.state === 'failed') return batch;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}
/** An order that has been printed by the clerk, sealed by the approver and released. */
async function released(): Promise<{ id: string; pickUp: string; licence: string; identifier: string }> {
  const made = await issued();
  const [one] = await order(made.identifier);
  const id = one?.id ?? '';
  await printed([id]);
  await step('seal', [id], 'approver');
  const [done] = await step('release', [id]);
  return { id, pickUp: done?.pickUp ?? '', ...made };
}

void t.test('when certificates go through the centre', async (t) => {
  const [a, b] = [await issued(), await issued()];
  const requestId = randomId();
  const payload = { requestId, licences: [a.identifier, b.identifier] };
  const done = await results(post('/api/print-orders', payload));
  t.match(done, [{ licence: a.identifier, status: 'ordered', transaction: String }, { licence: b.identifier, status: 'ordered' }]);
  t.strictSame((await results(post('/api/print-orders', payload))).map(({ id }) => id), done.map(({ id }) => id), 'sent again, the same orders');
  const ids = done.map(({ id }) => id);
  const [first = '', other = ''] = ids;
  t.match(await view(first), { identifier: a.identifier, holderName: '示例浮云餐饮有限公司', number: /鲁卫公证字/, state: 'ordered', prints: 0, next: ['print', 'cancel'], printedByYou: false });
  t.strictSame((await get('/api/print-orders?state=ordered')).json<{ orders: PrintOrderView[] }>().orders.map(({ id }) => id).sort(), [...ids].sort());

  const batch = await printed(ids);
  t.match(batch, { state: 'done', done: 2, refused: 0, file: true });
  const file = await get(`/api/print-batches/${batch.id}/file`);
  t.equal(file.headers['content-type'], 'application/pdf');
  t.equal(file.rawPayload.toString('latin1').match(/\/Type \/Page /g)?.length, 2, 'the pages of both');
  t.match(refused(await get(`/api/print-batches/${batch.id}/file`)), [410, 'PRINT_FETCHED'], 'once');
  t.match(await view(first), { state: 'printed', prints: 1, printedByYou: true, events: [{}, { act: 'print', batch: batch.id, actors: [{ staff: installation.acting('clerk').staff }] }] });

  t.match(await step('seal', ids), [{ code: 'SEALED_BY_PRINTER' }, { code: 'SEALED_BY_PRINTER' }]);
  t.match(await step('seal', ids, 'approver'), [{ status: 'sealed' }, { status: 'sealed' }]);
  const release = { requestId: randomId(), act: 'release', orders: ids.map((id) => ({ id })) };
  const codes = await results(post('/api/print-orders/steps', release));
  t.match(codes, [{ status: 'released', pickUp: /^[2-9A-HJKMNP-Z]{8}$/ }, { pickUp: String }]);
  const [{ pickUp: code = '' } = {}] = codes;
  t.strictSame((await results(post('/api/print-orders/steps', release))).map(({ pickUp }) => pickUp), codes.map(({ pickUp }) => pickUp), 'an answer that was lost can be asked for again');
  t.notMatch((await get(`/api/print-orders/${first}`)).body, code, 'and is told nowhere else');

    const handed = await handOver(first, `${code.slice(0, 4)} ${code.slice(4).toLowerCase()}`);
  t.match([handed.statusCode, handed.json()], [201, { status: 'handed-over' }]);
  const record = services.projection.get('print-order', first);
  const [told, opened] = [record?.events.find(({ act }) => act === 'release')?.pickUp, record?.events.at(-1)?.opened];
  t.equal(pickUpCommitment(fromBase64url(opened?.opening ?? '') ?? new Uint8Array(), { order: first, licence: a.licence, version: 1, code: opened?.code ?? '' }), told, 'everybody can check that it was his code');
  t.match(refused(await handOver(first, code)), [409, 'PICK_UP_USED']);
  t.match(refused(await handOver(other, code)), [409, 'PICK_UP_CODE'], 'the code of another certificate');
  t.match(services.useLog.read(services.useLog.size - 1), { record: { act: 'look-up', case: 'given' }, personal: { caseNo: other } }, 'on record, with the order');
  t.strictSame((await get(`/api/print-orders?licence=${a.identifier}`)).json<{ orders: PrintOrderView[] }>().orders.map(({ state }) => state), ['handed-over']);
});

void t.test('when a certificate has been handed over', async (t) => {
  const { id, pickUp, identifier } = await released();
  t.equal((await get(`/api/print-orders/${id}/receipt`)).statusCode, 404, 'no receipt before');
  await handOver(id, pickUp);
  const record = services.projection.get('print-order', id);
  const page = await get(`/api/print-orders/${id}/receipt`);
  t.match([page.headers['content-type'], page.headers['content-disposition'], page.body], ['text/html; charset=utf-8', /attachment/, /发证登记回执.*样例 非有效证照.*示例浮云餐饮有限公司/s]);
  const token = (await get(`/api/print-orders/${id}/receipt?format=jws`)).body;
  const key = services.projection.agencyKeys('receipt', record?.agency ?? '')[0];
  const keyOf = (kid: string, agency: string) => (key && agency === key.agency && kid === keyName(key.spki) ? key.spki : undefined);
  t.match(await readHandOver(token, keyOf), { order: id, identifier: identifier, prints: 1, steps: [{ act: 'order' }, { act: 'print' }, { act: 'seal' }, { act: 'release' }, { act: 'hand-over', transaction: record?.events.at(-1)?.txId }], receiver: { code: pickUp, commitment: record?.events.find(({ act }) => act === 'release')?.pickUp } });
  t.notMatch(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(), /示例|测试|样例/, 'no name in what is signed');
  t.equal(await readHandOver(token, () => undefined), 'key');
  t.equal(await readHandOver(`${token.slice(0, -4)}AAAA`, keyOf), 'signature');
  t.equal(await readHandOver('x.y.z', keyOf), 'form');
  t.equal((await get(`/api/print-orders/${id}/receipt`, 'market')).statusCode, 404);
  let file = '';
  for await (const piece of services.exports.of('uscc:91370303MA99TXT04C', record?.agency)) file += piece;
  const { items = [] } = (JSON.parse(file) as { sections: { section: string; items: { order: string; events: object[] }[] }[] }).sections.find(({ section }) => section === 'prints') ?? {};
  const own = items.find(({ order: each }) => each === id);
  t.equal(own?.events.length, 5, 'the holder reads every step');
  t.notMatch(JSON.stringify(own), new RegExp(`${pickUp}|${installation.acting('clerk').staff}`), 'without codes, and without naming staff');
});

void t.test('when it is printed once more', async (t) => {
  const [one] = await order((await issued()).identifier);
  const id = one?.id ?? '';
  await printed([id]);
  t.match(refused(await post('/api/print-batches', { orders: [id] })), [409, 'REPRINT_REASON'], 'not without a reason');
  t.match(refused(await post('/api/print-batches', { orders: [id], reason: 'BECAUSE' })), [409, 'REPRINT_REASON']);
  const [fresh] = await order((await issued()).identifier);
  t.match(await printed([id, fresh?.id ?? ''], { reason: 'PRINTER_FAULT' }), { done: 2 }, 'the reason is of those that need one');
  t.match(await view(id), { prints: 2, events: [{}, {}, { act: 'print', reason: 'PRINTER_FAULT', reasonWords: { zh: '打印故障' } }] });
  t.match((await get('/api/audit/acts?act=print.again', 'auditor')).json(), { acts: [{ noun: 'print-order', id, reason: 'PRINTER_FAULT', actors: [{ staff: installation.acting('clerk').staff }] }] }, 'an auditor finds reprints');
  t.notOk('reason' in ((await view(fresh?.id ?? '')).events[1] ?? {}));
});

void t.test('when one person has two accounts', async (t) => {
  const registrar = new Registrar(services, installation.administrator);
  const clerk = services.projection.get('staff', installation.acting('clerk').staff);
  const twin = randomId();
  await registrar.register({ op: 'staff.put', id: twin, agency: clerk?.agency ?? '', person: clerk?.person ?? '', roles: ['approver'], active: true, keys: [] });
  const [one] = await order((await issued()).identifier);
  await printed([one?.id ?? '']);
  const headers = authorized({ staff: twin, agency: clerk?.agency ?? '' });
  const sealed = await app.inject({ method: 'POST', url: '/api/print-orders/steps', headers, payload: { requestId: randomId(), act: 'seal', orders: [{ id: one?.id }] } });
  t.match(sealed.json(), { results: [{ code: 'SEALED_BY_PRINTER' }] });
  t.match((await app.inject({ url: `/api/print-orders/${one?.id ?? ''}`, headers })).json(), { printedByYou: true });
});

void t.test('when the licence has gone on since', async (t) => {
  const [suspended, changed] = [await released(), await released()];
  await post('/api/acts', { requestId: randomId(), act: { op: 'suspend', licence: suspended.licence, reason: 'RECTIFICATION' } });
  await post('/api/acts', { requestId: randomId(), act: { op: 'renew', licence: changed.licence, validUntil: '2030-03-14' } });
  t.match(refused(await handOver(suspended.id, suspended.pickUp)), [409, 'PRINT_NOT_IN_FORCE']);
  t.match(refused(await handOver(changed.id, changed.pickUp)), [409, 'PRINT_SUPERSEDED']);
  t.match(await view(changed.id), { overtaken: 'superseded', status: 'SUPERSEDED', next: ['cancel'] });
  t.match(await printed([changed.id], { reason: 'DAMAGED' }), { done: 0, refused: 1, file: false });
  t.match(await step('cancel', [changed.id], 'clerk', { reason: 'LICENCE_CHANGED' }), [{ status: 'cancelled' }]);
  t.match(await order(changed.identifier.replace(/\.001\.\w$/, '.001.') + changed.identifier.slice(-1)), [{ status: 'ordered' }], 'named by its old version, the current one is ordered');
});

void t.test('when a code is lost, and another is given', async (t) => {
  const { id, pickUp } = await released();
  const [again] = await step('release', [id]);
  t.match(refused(await handOver(id, pickUp)), [409, 'PICK_UP_CODE']);
  t.equal((await handOver(id, again?.pickUp ?? '')).statusCode, 201);
});

void t.test('when somebody tries codes out', async (t) => {
  const { id, pickUp } = await released();
  const tries = [];
  for (let i = 0; i < 21; i++) tries.push((await handOver(id, 'ABCD2345', 'approver')).statusCode);
  t.same(tries, [...Array.from({ length: 20 }, () => 409), 429]);
  t.equal((await handOver(id, pickUp, 'approver')).statusCode, 429, 'heard no more, whatever he says');
  t.equal((await handOver(id, pickUp)).statusCode, 201, 'a colleague is');
});

void t.test('when what is asked is not of the form, or not theirs', async (t) => {
  const { id } = await released();
  t.equal((await get(`/api/print-orders/${id}`, 'market')).statusCode, 404);
  t.equal((await post('/api/print-batches', { orders: [id], reason: 'DAMAGED' }, 'market')).statusCode, 404);
  t.equal((await handOver(id, 'ABCD2345', 'market')).statusCode, 404);
  const mine = await issued();
  t.equal((await post('/api/print-orders', { requestId: randomId(), licences: [mine.identifier] }, 'market')).statusCode, 404);
  t.equal((await post('/api/print-orders', { requestId: randomId(), licences: [] })).statusCode, 400);
  t.equal((await post('/api/print-orders', { requestId: randomId(), licences: Array.from({ length: PRINT_ORDERS_MAX + 1 }, () => mine.identifier) })).statusCode, 400);
  t.equal((await post('/api/print-orders/steps', { requestId: randomId(), act: 'cancel', orders: [{ id }] })).statusCode, 422);
  t.equal((await post('/api/print-batches', { orders: [id, id], reason: 'DAMAGED' })).statusCode, 400);
  t.equal((await get('/api/print-orders?state=gone')).statusCode, 400);
});

void t.test('when a colleague repeats the request of a release', async (t) => {
  const made = await issued();
  const [one] = await order(made.identifier);
  const id = one?.id ?? '';
  await printed([id]);
  await step('seal', [id], 'approver');
  const requestId = randomId();
  const [told] = await step('release', [id], 'clerk', { requestId });
  t.match(told?.pickUp, /^[2-9A-Z]{8}$/);
  t.match((await step('release', [id], 'clerk', { requestId }))[0], { status: 'released', pickUp: told?.pickUp }, 'whose answer was lost is told again');
  const [again] = await step('release', [id], 'approver', { requestId });
  t.match([again?.status, again?.pickUp], ['released', undefined], 'nobody else is');
});

void t.test('when the holder has a wallet', async (t) => {
  const { id, pickUp, identifier, licence } = await released();
  const subject = services.projection.get('licence', licence)?.subject ?? '';
  const device = await takenUp(installation, newDevice(subject));
  const url = '/api/wallet/licences';
  const token = app.jwt.holder.sign({ device: device.id, ...services.sessions.begin(device.id) });
  const own = async () => (await app.inject({ url, headers: { authorization: `Bearer ${token}` } })).json<{ licences: OwnLicence[] }>().licences.find((each) => each.licence?.identifier === identifier);
  t.match(await own(), { pickUp: { code: pickUp, agency: { name: /审批/ } } }, 'he reads the code himself');
  const of = (who: object) => services.wallet.licences({ subject, ...who }).then((all) => all.filter((each) => each.pickUp !== undefined).length);
  t.equal(await of({}), 0, 'not whom a provider has named, without a device');
  t.ok(await of({ device: device.id }) > 0);
  t.notMatch((await get(url)).body + (await get(`/api/print-orders/${id}`, 'approver')).body + (await get(`/api/licences/${identifier}`)).body, pickUp, 'nor anybody at the agency');
  t.equal((await handOver(id, pickUp)).statusCode, 201);
  t.equal((await own())?.pickUp, undefined, 'gone when it has been fetched');
});
