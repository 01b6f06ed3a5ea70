/** A company's people and its agent over HTTP: invited, limited, watched, removed; everybody who reaches for more; and objections and applications, which some of them may make. */
import { sign } from 'node:crypto';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { filingCommitment, filingDigest, type Filing } from '#chaincode/facts/application';
import { canonical } from '#chaincode/facts/canonical';
import type { Delegation } from '#chaincode/facts/delegation-commands';
import { delegationDigest, delegationRevokeDigest } from '#chaincode/facts/delegation';
import { deviceDigest, devicePairingDigest, deviceSessionDigest, deviceStatusDigest } from '#chaincode/facts/device';
import { grantDigest } from '#chaincode/facts/grant';
import type { Objection } from '#chaincode/facts/objection-commands';
import { objectionDigest, wordsCommitment } from '#chaincode/facts/objection';
import type { DelegationView } from '#gateway/acts/holder/delegation';
import type { AskedGrant } from '#gateway/acts/use/grant-request';
import type { MaterialsAnswer } from '#gateway/acts/applications/materials';
import type { ObjectionView } from '#gateway/acts/holder/objection';
import type { Invited, PairingView } from '#gateway/acts/holder/pairing';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { businessLicence, newCompany } from '#test/support/companies';
import { delegationOf } from '#test/support/delegations';
import { newDevice, signedBy, takenUp, type TestDevice } from '#test/support/holders';
import { permit } from '#test/support/installation';
import { foodFace } from '#test/support/samples';
import { HOLDER, MARKET, OTHER_HOLDER } from '#test/support/ledger';

const { installation, app, authorized } = await installApp();
const { services, clock } = installation;
const ledger = services.ledger.ledgerId;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Who = string | { readonly token: string } | undefined;
const headersOf = (who: Who) => (who === undefined ? {} : typeof who === 'string' ? authorized(installation.acting(who)) : { authorization: `Bearer ${who.token}` });
async function call<T = Record<string, unknown>>(method: NonNullable<InjectOptions['method']>, url: string, who?: Who, payload?: object) {
  const response = await app.inject({ method, url, headers: headersOf(who), ...(payload ? { payload } : {}) });
  const body = String(response.headers['content-type']).includes('json') ? response.json<{ code?: string }>() : {};
  return { status: response.statusCode, code: body.code, body: body as T };
}
const rawBy = ({ privateKey }: TestDevice, digest: Uint8Array) => sign('sha256', digest, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
const challenge = async () => (await call<{ challenge: string; ledger: string; gateway: string }>('GET', '/api/wallet/challenge')).body;
async function signIn(device: TestDevice) {
  const at = await challenge();
  return call<{ token: string; subject: string; delegation?: { role: string; acts: string[] } }>('POST', '/api/wallet/session', undefined, { device: device.id, challenge: at.challenge, signature: rawBy(device, deviceSessionDigest(at, device.id)) });
}
const session = async (device: TestDevice) => ({ token: (await signIn(device)).body.token });
async function bring(code: string, device: TestDevice) {
  const at = await challenge();
  return call<{ fingerprint: string }>('POST', '/api/wallet/pairings', undefined, { code, device: { id: device.id, spki: device.spki }, challenge: at.challenge, signature: rawBy(device, devicePairingDigest(at, device)) });
}
const instant = (ms: number) => new Date(clock.now() + ms).toISOString();
const terms = (change: Partial<Delegation> = {}) => delegationOf({ notBefore: instant(-HOUR_MS), notAfter: instant(30 * DAY_MS), ...change });
const give = (delegation: Delegation, by: TestDevice, label?: string) => call('PUT', `/api/delegations/${delegation.id}`, undefined, { delegation, ...(label === undefined ? {} : { label }), by: signedBy(by, delegationDigest(ledger, delegation)) });
const takeBack = (id: string, by: TestDevice) => call('POST', `/api/delegations/${id}/revocation`, undefined, { requestId: randomId(), by: signedBy(by, delegationRevokeDigest(ledger, id)) });
const takeUp = (device: TestDevice, by: TestDevice, delegation?: string) => {
  const whose = { subject: device.subject, ...(delegation === undefined ? {} : { delegation }) };
  return call('PUT', `/api/devices/${device.id}`, undefined, { ...whose, spki: device.spki, by: signedBy(by, deviceDigest(ledger, { ...device, alg: 'ES256', ...whose })) });
};
async function member(by: TestDevice, delegation: Delegation, label?: string): Promise<TestDevice> {
  await give(delegation, by, label);
  const device = newDevice(delegation.subject);
  await takeUp(device, by, delegation.id);
  return device;
}
const list = async (who: Who) => (await call<{ delegations: DelegationView[] }>('GET', '/api/wallet/delegations', who)).body.delegations;
const ask = async (identifier: string | undefined, purpose = 'CREDIT') => (await call<AskedGrant>('POST', '/api/grant-requests', 'market', { licences: [{ identifier, fields: ['number'] }], purpose, notAfter: instant(DAY_MS), uses: 2 })).body;
const approve = ({ grant, text, opening }: AskedGrant, by: TestDevice, delegation?: string) =>
  call('PUT', `/api/grants/${grant.id}`, undefined, { grant, text, opening, by: { ...signedBy(by, grantDigest(ledger, grant)), ...(delegation === undefined ? {} : { delegation }) } });

const { identifier = '' } = await services.acts.perform(installation.acting('clerk'), randomId(), permit());
const owner = await takenUp(installation, newDevice());
const agency = await takenUp(installation, newDevice(OTHER_HOLDER));
const boss = await session(owner);

await t.test('when the owner invites a clerk', async (t) => {
  const delegation = terms({ kinds: [KIND.hygiene] });
  t.equal((await give(delegation, agency, '小王')).code, 'DEVICE_OF_OTHER_HOLDER');
  t.equal(services.vault.kept(`delegation/${delegation.id}`, HOLDER), undefined, 'and nothing is kept');
  const body = { delegation, by: signedBy(owner, delegationDigest(ledger, delegation)) };
  t.equal((await call('PUT', `/api/delegations/${delegation.id}`, undefined, { ...body, label: '小王' })).status, 201);
  t.equal((await call('PUT', `/api/delegations/${delegation.id}`, undefined, { ...body, label: '小李' })).status, 200, 'sent again it is the same');
  t.notMatch(JSON.stringify(services.projection.get('delegation', delegation.id)), '小王', 'no name is on the ledger');
  const invited = await call<Invited>('POST', '/api/wallet/invitations', boss, { delegation: delegation.id });
  t.match(invited, { status: 201, body: { code: /^[2-9A-HJKMNP-Z]{11}$/ } });
  const phone = newDevice();
  const brought = await bring(invited.body.code, phone);
  t.equal(brought.status, 201);
  t.equal((await signIn(phone)).code, 'DEVICE_REFUSED', 'the code alone makes nobody a clerk');
  const view = () => call<PairingView>('GET', `/api/wallet/invitations/${invited.body.id}`, boss);
  t.match((await view()).body, { state: 'brought', device: { id: phone.id, fingerprint: brought.body.fingerprint } }, 'both see the same digits');
  t.equal((await call('GET', `/api/wallet/invitations/${invited.body.id}`, await session(agency))).status, 404, "another device's");
  t.equal((await call('GET', `/api/pairings/${invited.body.id}`, 'clerk')).status, 404, 'no counter has to do with it');
  t.equal((await takeUp(phone, owner, delegation.id)).status, 201);
  t.equal((await view()).body.state, 'done');
  t.match(await signIn(phone), { status: 201, body: { subject: HOLDER, delegation: { role: 'clerk', acts: ['show', 'grant'] } } });
  t.match(await list(boss), [{ id: delegation.id, label: '小王', state: 'in-force', devices: [{ id: phone.id }] }]);
});

await t.test('when a clerk works within his limits', async (t) => {
  await services.acts.perform(installation.acting('clerk'), randomId(), { op: 'issue', kind: KIND.food, validUntil: '2029-03-14', face: { ...foodFace(7), holderCode: HOLDER.slice(5) } });
  const delegation = terms({ kinds: [KIND.hygiene], purposes: ['CREDIT'] });
  const clerk = await member(owner, delegation, '小王');
  const who = await session(clerk);
  const licences = (await call<{ licences: { licence: { kind: { type: string } } }[] }>('GET', '/api/wallet/licences', who)).body.licences;
  t.ok(licences.length > 0 && licences.every((each) => each.licence.kind.type === KIND.hygiene), 'only the kinds that he was given');
  t.ok((await call<{ licences: unknown[] }>('GET', '/api/wallet/licences', boss)).body.licences.length > licences.length);
  const [fine, tender] = [await ask(identifier), await ask(identifier, 'TENDER')];
  const { requests } = (await call<{ requests: AskedGrant[] }>('GET', '/api/wallet/requests', who)).body;
  t.strictSame(requests.map(({ grant }) => grant.id), [fine.grant.id], 'what he may say yes to');
  t.equal((await approve(tender, clerk)).code, 'DELEGATION_SCOPE', 'another purpose');
  t.equal(services.projection.get('grant', tender.grant.id), undefined);
  t.equal((await approve(fine, clerk)).status, 201);
  t.match((await list(boss)).find(({ id }) => id === delegation.id), { last: { act: 'grant', id: fine.grant.id } }, 'the owner sees who gave it');
  t.match((await call('GET', `/api/wallet/delegations/${delegation.id}/acts`, boss)).body, { acts: [{ act: 'grant', id: fine.grant.id }] });
  for (const url of ['/api/wallet/delegations', '/api/wallet/devices', '/api/wallet/uses', '/api/wallet/export', '/api/wallet/erasure', '/api/wallet/identities', `/api/wallet/delegations/${delegation.id}/acts`]) t.equal((await call('GET', url, who)).code, 'DELEGATION_SCOPE', url);
  t.equal((await call('POST', '/api/wallet/invitations', who, {})).code, 'DELEGATION_SCOPE', 'a clerk invites nobody');
  t.equal((await call('POST', '/api/wallet/invitations', who, { delegation: delegation.id })).code, 'DELEGATION_SCOPE');
  t.equal((await give(terms(), clerk, '小赵')).code, 'DELEGATION_SCOPE');
  t.equal((await takeUp(newDevice(), clerk)).code, 'DELEGATION_SCOPE');
  t.equal((await call('DELETE', `/api/wallet/requests/${tender.grant.id}`, who)).status, 404, 'and refuses only what is his to decide');
});

await t.test('when a yes was carried past this gateway', async (t) => {
  const clerk = await member(owner, terms({ purposes: ['TENDER'] }));
  const asked = await ask(identifier);
  await services.acts.carry(MARKET, randomId(), { op: 'grant.put', grant: asked.grant, by: signedBy(clerk, grantDigest(ledger, asked.grant)) });
  const use = await call('POST', '/api/uses', 'market', { requestId: randomId(), licence: identifier, purpose: 'CREDIT', caseNo: '演示受理〔2026〕2', fields: ['number'], authority: { grant: asked.grant.id } });
  t.equal(use.code, 'DELEGATION_SCOPE', 'whoever releases data asks what the contract cannot see');
});

await t.test('when a manager goes, and a clerk of his', async (t) => {
  const delegation = terms({ role: 'manager', acts: ['show', 'grant', 'members'] });
  const manager = await member(owner, delegation, '张经理');
  const who = await session(manager);
  const far = await member(owner, terms({ role: 'manager', acts: ['members'], kinds: [KIND.drug] }));
  await call('GET', `/api/licences/${identifier}`, 'market');
  t.ok((await call<{ uses: unknown[] }>('GET', '/api/wallet/uses', who)).body.uses.length > 0, 'he sees who looked');
  t.strictSame((await call<{ uses: unknown[] }>('GET', '/api/wallet/uses', await session(far))).body.uses, [], 'as far as his kinds go');
  const his = terms({ notAfter: delegation.notAfter, notBefore: delegation.notBefore });
  const clerk = await member(manager, his, '小孙');
  t.strictSame((await list(who)).map(({ id, label }) => [id, label]), [[his.id, '小孙']], 'he sees his own');
  t.equal((await call('POST', '/api/wallet/invitations', who, {})).code, 'DELEGATION_SCOPE', 'no further phone of the owner');
  t.equal((await call('POST', '/api/wallet/invitations', who, { delegation: delegation.id })).status, 404, 'nor of himself');
  const { body: { code } } = await call<Invited>('POST', '/api/wallet/invitations', who, { delegation: his.id });
  const working = await session(clerk);
  t.equal((await call('GET', '/api/wallet/licences', working)).status, 200);
  t.equal((await takeBack(delegation.id, clerk)).code, 'DELEGATION_SCOPE');
  t.equal((await takeBack(delegation.id, owner)).status, 201);
  for (const each of [who, working]) t.equal((await call('GET', '/api/wallet/licences', each)).code, 'HOLDER_NOT_SIGNED_IN', 'their sessions are over');
  t.equal((await signIn(manager)).code, 'DEVICE_REFUSED');
  t.equal((await signIn(clerk)).code, 'DEVICE_REFUSED', 'and his clerk with him');
  t.equal((await bring(code, newDevice())).code, 'PAIRING_CODE', 'a code that he told is void');
  t.equal((await approve(await ask(identifier), clerk)).code, 'DELEGATION_REVOKED');
  t.strictSame((await list(boss)).filter(({ id }) => [delegation.id, his.id].includes(id)).map(({ state }) => state), ['revoked', 'revoked']);
});

await t.test('when a delegation is over by time', async (t) => {
  const clerk = await member(owner, terms({ notAfter: instant(HOUR_MS / 2) }));
  const who = await session(clerk);
  clock.aheadMs = HOUR_MS / 2 + 1;
  t.equal((await call('GET', '/api/wallet/licences', who)).code, 'HOLDER_NOT_SIGNED_IN');
  t.equal((await signIn(clerk)).code, 'DEVICE_REFUSED');
  clock.aheadMs = 0;
});

await t.test('when an agent acts', async (t) => {
  const mandate = terms({ role: 'agent', delegate: OTHER_HOLDER.slice(5), acts: ['grant', 'apply'] });
  await give(mandate, owner);
  const who = await session(agency);
  t.match((await call('GET', '/api/wallet/mandates', who)).body, { delegations: [{ id: mandate.id, subject: HOLDER, acts: ['grant', 'apply'] }] });
  const requests = (as: Who, id = mandate.id) => call<{ requests: AskedGrant[] }>('GET', `/api/wallet/requests?mandate=${id}`, as);
  const asked = await ask(identifier);
  t.ok((await requests(who)).body.requests.some(({ grant }) => grant.id === asked.grant.id), 'what waits for the principal');
  t.equal((await requests(boss)).status, 404, 'nobody else uses it, the principal neither');
  t.equal((await call('GET', `/api/wallet/licences?mandate=${mandate.id}`, who)).code, 'DELEGATION_SCOPE', 'not what was not given');
  t.equal((await approve(asked, agency)).code, 'DEVICE_OF_OTHER_HOLDER');
  t.equal((await approve(asked, agency, mandate.id)).status, 201);
  t.match((await call('GET', `/api/wallet/delegations/${mandate.id}/acts`, boss)).body, { acts: [{ act: 'grant', id: asked.grant.id }] }, 'the holder sees it');
  t.ok((await call<{ delegations: DelegationView[] }>('GET', `/api/delegations?organisation=${HOLDER.slice(5)}`, 'clerk')).body.delegations.every(({ label }) => label === undefined), 'a counter sees terms and no names');
  await takeBack(mandate.id, owner);
  t.equal((await requests(who)).code, 'DELEGATION_REVOKED');
  t.equal((await approve(await ask(identifier), agency, mandate.id)).code, 'DELEGATION_REVOKED');
});

await t.test('when an agent stands at a counter', async (t) => {
  const company = newCompany();
  await services.acts.perform(installation.acting('clerk'), randomId(), businessLicence(company));
  const director = await takenUp(installation, newDevice(`uscc:${company.code}`));
  const [mandate, narrow] = [[KIND.food, KIND.hygiene], [KIND.food]].map((kinds) => terms({ subject: director.subject, role: 'agent', delegate: OTHER_HOLDER.slice(5), acts: ['apply'], kinds }));
  await give(mandate!, director);
  await give(narrow!, director);
  const form = { holderName: company.name, holderCode: company.code, personInCharge: '测试甲', premises: '示例市张店区示例路9号', foodBusinessForm: '餐饮服务经营者', foodScope: '热食类食品制售', hygieneScope: '住宿' };
  const file = (delegation?: string) => call<{ id: string; number: string }>('POST', '/api/applications', 'clerk', { requestId: randomId(), holder: company.code, trade: 'HOTEL', form, given: ['promise/TRUTH'], applicant: { name: '测试乙', capacity: 'agent' }, channel: 'counter', delegation });
  t.equal((await file(narrow?.id)).code, 'DELEGATION_SCOPE', 'not for every matter');
  t.equal((await file(randomId())).code, 'DELEGATION_UNKNOWN');
  const filed = await file(mandate?.id);
  t.equal(filed.status, 201);
  const by = { id: mandate?.id, role: 'agent', delegate: OTHER_HOLDER.slice(5) };
  t.match((await call('GET', `/api/applications/${filed.body.id}`, 'clerk')).body, { events: [{ delegation: by }] });
  const who = await session(director);
  t.match((await call('GET', '/api/wallet/applications', who)).body, { applications: [{ number: filed.body.number, state: 'received', events: [{ act: 'receive', delegation: by }] }] }, 'the holder sees who acted for him, and when');
  t.strictSame((await call<{ applications: unknown[] }>('GET', `/api/wallet/applications?mandate=${narrow?.id ?? ''}`, await session(agency))).body.applications, [], 'an agent sees what he was given');
  t.ok((await list(who)).some(({ id, last }) => id === mandate?.id && last?.act === 'receive'), 'and in the list of his people');
});

await t.test('when a company applies from its wallet', async (t) => {
  const company = newCompany();
  await services.acts.perform(installation.acting('clerk'), randomId(), businessLicence(company));
  const director = await takenUp(installation, newDevice(`uscc:${company.code}`));
  const who = await session(director);
  const bureau = installation.acting('clerk').agency;
  const { body: answer } = await call<MaterialsAnswer>('POST', '/api/wallet/materials', who, { agency: bureau, trade: 'HOTEL' });
  t.match(answer.materials.find(({ key }) => key === `licence/${KIND.business}`), { state: 'held' }, 'what his licences answer');
  const shower = await member(director, terms({ subject: director.subject }));
  t.equal((await call('POST', '/api/wallet/materials', await session(shower), { agency: bureau, trade: 'HOTEL' })).code, 'DELEGATION_SCOPE');
  const form = { holderName: company.name, holderCode: company.code, personInCharge: '测试甲', premises: '示例市张店区示例路10号', foodBusinessForm: '餐饮服务经营者', foodScope: '热食类食品制售', hygieneScope: '住宿' };
  const text = canonical({ form, given: ['promise/TRUTH'], applicant: { name: '测试甲', capacity: 'holder' } });
  const opening = Buffer.alloc(32, 5);
  const filing: Filing = { id: randomId(), subject: director.subject, agency: bureau, trade: 'HOTEL', matters: answer.matters.map(({ matter, variant, version }) => ({ matter, variant, version })), details: filingCommitment(opening, text) };
  const file = (by: TestDevice, said = text) => call('PUT', `/api/filings/${filing.id}`, undefined, { filing, text: said, opening: opening.toString('base64url'), by: signedBy(by, filingDigest(ledger, filing)) });
  t.equal((await file(director, text.replace('测试甲', '测试丙'))).code, 'FACE_INVALID', 'other words than were signed');
  t.equal((await file(agency)).code, 'DEVICE_OF_OTHER_HOLDER');
  t.equal((await file(shower)).code, 'DELEGATION_SCOPE');
  t.equal((await file(await member(director, terms({ subject: director.subject, acts: ['apply'], kinds: [KIND.food] })))).code, 'DELEGATION_SCOPE', 'not for every matter');
  const gone = terms({ subject: director.subject, acts: ['apply'] });
  const clerk = await member(director, gone);
  await takeBack(gone.id, director);
  t.equal((await file(clerk)).code, 'DELEGATION_REVOKED', 'a removed clerk fills nothing');
  t.equal((await file(director)).status, 204);
  t.equal((await file(director)).code, 'CONFLICT');
  t.match((await call('GET', '/api/wallet/filings', who)).body, { filings: [{ id: filing.id, agency: { code: bureau, name: /./ } }] });
  t.strictSame((await call<{ filings: unknown[] }>('GET', '/api/filings', 'market')).body.filings, []);
  t.match((await call('GET', '/api/filings', 'clerk')).body, { filings: [{ id: filing.id, form, given: ['promise/TRUTH'], matters: [{ name: { zh: /./ } }, {}] }] });
  const receive = (requestId: string, change: object = {}) => call<{ number: string }>('POST', '/api/applications', 'clerk', { requestId, holder: company.code, trade: 'HOTEL', form, given: ['promise/TRUTH'], applicant: { name: '测试甲', capacity: 'holder' }, channel: 'wallet', ...change });
  t.equal((await receive(randomId())).status, 404, 'nothing was filed under this number');
  t.equal((await receive(filing.id, { trade: undefined, matters: filing.matters.map(({ matter, variant }) => ({ matter, variant })) })).code, 'DEVICE_SIGNATURE', 'not otherwise than was signed');
  t.equal((await receive(filing.id)).status, 201);
  t.match(services.projection.get('application', filing.id), { channel: 'wallet', events: [{ filed: { device: director.id, details: filing.details } }] });
  t.strictSame((await call<{ filings: unknown[] }>('GET', '/api/filings', 'clerk')).body.filings, []);
  t.match((await call('GET', '/api/wallet/applications', who)).body, { applications: [{ id: filing.id, state: 'received' }] });
  await services.filings.sweep();
  t.equal(services.vault.kept(`filing/${filing.id}`, director.subject), undefined, 'the application has it now');
});

await t.test('when the owner has a second phone', async (t) => {
  const { body: { code, id } } = await call<Invited>('POST', '/api/wallet/invitations', boss, {});
  const second = newDevice();
  await bring(code, second);
  t.equal((await takeUp(second, owner)).status, 201);
  t.match((await call('GET', `/api/wallet/invitations/${id}`, boss)).body, { state: 'done' });
  t.match((await signIn(second)).body, { subject: HOLDER, delegation: undefined });
  t.ok((await call<{ devices: { id: string }[] }>('GET', '/api/wallet/devices', boss)).body.devices.some((each) => each.id === second.id));
  const told = await call<Invited>('POST', '/api/wallet/invitations', await session(second), {});
  t.equal((await call('POST', `/api/devices/${second.id}/status`, undefined, { requestId: randomId(), status: 'lost', by: signedBy(owner, deviceStatusDigest(ledger, second.id, 'lost')) })).status, 201);
  t.equal((await bring(told.body.code, newDevice())).code, 'PAIRING_CODE', 'a code of a lost phone is void');
});

await t.test('when somebody has the link of a request', async (t) => {
  const { grant: { id } } = await ask(identifier);
  t.equal((await call('DELETE', `/api/grant-requests/${id}`)).status, 401, 'the link refuses nothing');
  t.equal((await call('DELETE', `/api/wallet/requests/${id}`, await session(agency))).status, 404, 'nor does another holder');
  t.equal((await call('DELETE', `/api/grant-requests/${id}`, 'clerk')).status, 404, 'nor another agency');
  t.equal((await call('GET', `/api/grant-requests/${id}`)).status, 200);
  t.equal((await call('DELETE', `/api/wallet/requests/${id}`, boss)).status, 204, 'the holder');
  t.equal((await call('GET', `/api/grant-requests/${id}`)).status, 404);
  const second = await ask(identifier);
  t.equal((await call('DELETE', `/api/grant-requests/${second.grant.id}`, 'market')).status, 204, 'whoever asked takes it back');
});

await t.test('when a holder objects, and the agency answers', async (t) => {
  const { licence = '', identifier: current = '' } = await services.acts.perform(installation.acting('clerk'), randomId(), permit());
  const opening = Buffer.alloc(32, 9).toString('base64url');
  const objection = (change: Partial<Objection> = {}): Objection => ({ id: randomId(), subject: HOLDER, licence, version: 1, fields: ['personInCharge'], reason: 'WRONG', details: wordsCommitment('yizheng/objection-words/1', Buffer.alloc(32, 9), '负责人应为测试乙'), ...change });
  const object = (said: Objection, by = owner, text = '负责人应为测试乙') => call('PUT', `/api/objections/${said.id}`, undefined, { objection: said, text, opening, by: signedBy(by, objectionDigest(ledger, said)) });
  const said = objection();
  t.equal((await object(said, owner, '负责人应为测试丙')).code, 'FACE_INVALID', 'other words than were signed');
  t.equal((await object(said, agency)).code, 'DEVICE_OF_OTHER_HOLDER');
  t.equal((await object(said, await member(owner, terms()))).code, 'DELEGATION_SCOPE');
  t.equal(services.vault.kept(`objection/${said.id}`, HOLDER), undefined, 'and nothing is kept');
  t.equal((await object(said)).status, 201);
  t.equal((await object(objection())).code, 'OBJECTION_OPEN');
  t.notMatch(JSON.stringify(services.projection.get('objection', said.id)), '测试', 'no words are on the ledger');
  const own = async () => (await call<{ objections: ObjectionView[] }>('GET', '/api/wallet/objections', boss)).body.objections;
  t.match(await own(), [{ id: said.id, status: 'open', text: '负责人应为测试乙', dueOn: /^\d{4}-/, manager: { name: /./ }, fields: [{ zh: /./ }] }]);
  const listed = async (who: string, query = '') => call<{ objections: ObjectionView[] }>('GET', `/api/objections${query}`, who);
  t.match((await listed('clerk')).body.objections, [{ id: said.id, text: '负责人应为测试乙' }]);
  t.strictSame((await listed('market')).body.objections, []);
  t.equal((await listed('market', `?licence=${current}`)).status, 404);
  const answer = (change: object, who = 'clerk', requestId = randomId()) => call('POST', `/api/objections/${said.id}/answer`, who, { requestId, outcome: 'rejected', text: '与登记一致', ...change });
  t.equal((await answer({}, 'market')).status, 404);
  t.equal((await answer({}, 'auditor')).status, 403);
  t.equal((await answer({ outcome: 'accepted' })).code, 'OBJECTION_REMEDY');
  t.equal(services.vault.kept(`objection-answer/${said.id}`, HOLDER), undefined);
  await services.acts.perform(installation.acting('clerk'), randomId(), { op: 'change', licence, reason: 'CORRECTION', face: { personInCharge: '测试乙' } });
  const requestId = randomId();
  const accepted = { outcome: 'accepted', remedy: services.projection.get('licence', licence)?.events.at(-1)?.seq, text: '已更正' };
  t.equal((await answer(accepted, 'clerk', requestId)).status, 201);
  t.equal((await answer(accepted, 'clerk', requestId)).status, 200, 'sent again');
  t.equal((await answer({ text: '另一答复' })).code, 'OBJECTION_ANSWERED');
  t.match(await own(), [{ status: 'accepted', answer: { text: '已更正', remedy: accepted.remedy, agency: { name: /./ } } }], 'the holder reads the answer');
  t.match((await listed('clerk', `?licence=${current}`)).body.objections, [{ id: said.id, status: 'accepted', answer: { text: '已更正' } }], 'the thread of the licence');
  t.equal((await object(objection({ version: 2 }))).status, 201, 'a further one after the answer');
});
