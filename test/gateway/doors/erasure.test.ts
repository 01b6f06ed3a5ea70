/** Erasure over HTTP: asked for, refused with its reason, decided by two, done at once; and everything about one holder in one file. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { deviceSessionDigest } from '#chaincode/facts/device';
import { erasureAskDigest } from '#chaincode/facts/erasure';
import { sha256Text } from '#chaincode/facts/hash';
import type { AskedGrant } from '#gateway/acts/use/grant-request';
import type { DraftView } from '#gateway/acts/licence/licence';
import type { Answer } from '#gateway/acts/verify/lookup';
import type { ErasureView } from '#gateway/acts/wallet/erasure';
import { signAct } from '#gateway/acts/licence/sign';
import { draftBinding } from '#gateway/documents/presentation';
import { readUseProof } from '#gateway/documents/use-record';
import { keyName } from '#gateway/documents/jws';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { objected } from '#test/support/delegations';
import { idNumber, practice, PRACTICE, registerPractice } from '#test/support/erasure';
import { newDevice, signedBy, takenUp, type TestDevice } from '#test/support/holders';
import { HOLDER } from '#test/support/ledger';
import { faults } from '#test/support/matchers';

const { installation, app, authorized } = await installApp();
const { services } = installation;
await registerPractice(installation);
const ledger = services.ledger.ledgerId;
const [clerk, code] = [installation.acting('clerk'), idNumber(1)];

type Who = string | { readonly token: string };
async function call<T = Record<string, unknown>>(method: NonNullable<InjectOptions['method']>, url: string, who: Who, payload?: object): Promise<{ status: number; code?: string; body: T; text: string }> {
  const response = await app.inject({ method, url, headers: typeof who === 'string' ? authorized(installation.acting(who)) : { authorization: `Bearer ${who.token}` }, ...(payload ? { payload } : {}) });
  const body = response.body.startsWith('{') ? response.json<{ code?: string }>() : undefined;
  return { status: response.statusCode, ...(body?.code === undefined ? {} : { code: body.code }), body: body as T, text: response.body };
}
async function signIn(device: TestDevice) {
  const at = (await call<{ challenge: string; ledger: string; gateway: string }>('GET', '/api/wallet/challenge', 'clerk')).body;
  return call<{ token: string }>('POST', '/api/wallet/session', 'clerk', { device: device.id, challenge: at.challenge, signature: signedBy(device, deviceSessionDigest(at, device.id)).signature });
}
/** Two persons sign what was drafted. */
async function sign({ body }: { body: DraftView }) {
  return call(`POST`, `/api/drafts/${body.requestId}/signatures`, 'clerk', { actors: ['clerk', 'approver'].map((name) => signAct(installation.file(name), body)) });
}
const ask = (device: TestDevice, who: Who, reason = 'CONSENT_WITHDRAWN', id = randomId()) => call<ErasureView>('POST', '/api/wallet/erasure', who, { id, reason, by: signedBy(device, erasureAskDigest(ledger, { id, subject: device.subject, reason })) });
/** His licence, by a code on his phone. */
async function shows(): Promise<{ id: string; secret: string }> {
  const who = { device: phone.id, subject };
  const { credential } = services.presentations.credential(who, identifier);
  const secret = randomBytes(16);
  const input = draftBinding(credential, phone.id, { ledger, aud: new URL(services.publicName).origin, nonce: randomId(), iat: Math.floor(installation.clock.now() / 1000) });
  const { id } = await services.presentations.show(who, { presentation: `${credential}${input}.${signedBy(phone, Buffer.from(input)).signature}`, secret: sha256Text(secret) });
  return { id, secret: secret.toString('base64url') };
}
async function erased(subject: string): Promise<void> {
  for (let tries = 0; services.projection.get('erasure', subject)?.status !== 'ERASED' && tries < 200; tries++) await delay(20);
}

const { licence: licenceId = '', identifier = '' } = await services.acts.perform(clerk, randomId(), practice(code, '样例0001'));
const subject = services.projection.get('licence', licenceId)?.subject ?? '';
const phone = newDevice(subject);
const held = await services.devices.atCounter(clerk, randomId(), { licence: identifier }, phone, ['ID_CARD']);
await services.acts.sign(clerk, held.requestId, [signAct(installation.file('clerk'), held)]);
const { body: wallet } = await signIn(phone);
const holder = { kind: PRACTICE, holder: code };

const said = await objected(installation, licenceId, phone);
const identity = await services.identities.atCounter(clerk, randomId(), { licence: identifier }, { code, name: '测试甲' }, ['ID_CARD']);
await services.acts.sign(clerk, identity.requestId, [signAct(installation.file('clerk'), identity)]);

await t.test('when an organisation asks', async (t) => {
  const company = await takenUp(installation, newDevice());
  const { body: session } = await signIn(company);
  t.match((await call('GET', '/api/wallet/erasure', session)).body, { organisation: true, grounds: [] });
  t.equal((await ask(company, session)).code, 'ERASURE_ORGANISATION');
  const { status, body } = await call<{ format: string; sections: { section: string; items: Record<string, any>[] }[] }>('GET', '/api/wallet/export', session);
  t.equal(status, 200);
  t.match(body, { format: 'yizheng/export/1', subject: HOLDER });
  const [licences] = body.sections;
  t.match(licences?.items.map(({ kind }): unknown => kind.zh).sort(), ['公共场所卫生许可证', '营业执照', '食品经营许可证'].sort());
  t.ok(licences?.items.every(({ versions: [first] }) => first.credential && first.qr && first.face.length > 4));
  t.match((await call('POST', '/api/erasures', 'clerk', { requestId: randomId(), holder: { licence: licences?.items[0]?.versions[0].identifier }, reason: 'TERM_ENDED' })), { status: 409, code: 'ERASURE_ORGANISATION' });
});

await t.test('when something stands against it', async (t) => {
  const draft = await call<DraftView>('POST', '/api/holds', 'clerk', { requestId: randomId(), holder, caseNo: '示例案〔2026〕第1号' });
  t.match(await sign(draft), { status: 201 });
  t.match((await call<{ holds: object[] }>('GET', '/api/holds', 'auditor')).body.holds, [{ caseNo: '示例案〔2026〕第1号', subject }]);
  await call('POST', '/api/holds', 'clerk', { requestId: draft.body.requestId, holder, caseNo: '另案' });
  t.match((await call<{ holds: object[] }>('GET', '/api/holds', 'auditor')).body.holds, [{ caseNo: '示例案〔2026〕第1号' }], 'the case that it is for stays');
  t.match((await call('GET', '/api/wallet/erasure', wallet)).body, { grounds: [{ code: 'ERASURE_HOLD' }], organisation: false });
  t.strictSame((await call<{ erasures: ErasureView[] }>('GET', '/api/erasures/due', 'clerk')).body.erasures, []);
  t.match(await ask(phone, wallet), { status: 200, body: { status: 'REFUSED', grounds: [{ code: 'ERASURE_HOLD' }] } }, 'the rule answers at once');
  t.match(await call('POST', '/api/erasures', 'clerk', { requestId: randomId(), holder, reason: 'TERM_ENDED' }), { status: 409, code: 'ERASURE_HOLD' });
  t.equal((await call('POST', '/api/erasures/view', 'market', holder)).status, 404, "another agency's holder");
  t.match(await call('POST', '/api/erasures/view', 'market', { licence: identifier }), { status: 404 });
  t.match(await call('POST', '/api/erasures/view', 'market', { subject }), { status: 404 });
  t.match(await call('POST', '/api/erasures/view', 'clerk', { subject }), { status: 200, body: { subject, licences: [{ identifier, kind: { zh: '样例执业证' } }] } });
  const lift = await call<DraftView>('POST', '/api/drafts', 'clerk', { requestId: randomId(), act: { op: 'register', act: { op: 'hold.lift', id: draft.body.requestId } } });
  t.match(await sign(lift), { status: 201 });
  const due = async (who: string) => (await call<{ erasures: ErasureView[] }>('GET', '/api/erasures/due', who)).body.erasures.map((each) => each.subject);
  t.strictSame([await due('clerk'), await due('market')], [[subject], []], 'its term has run, asked or not');
  t.match(await ask(phone, wallet), { status: 200, body: { status: 'ASKED', answerBy: /^\d{4}-/, grounds: [] } });
  t.match((await call<{ erasures: ErasureView[] }>('GET', '/api/erasures', 'clerk')).body.erasures, [{ subject, status: 'ASKED' }]);
  t.strictSame((await call<{ erasures: ErasureView[] }>('GET', '/api/erasures', 'market')).body.erasures, []);
});

await t.test('when everything about a person is saved', async (t) => {
  await services.uses.note(installation.acting('market'), 'look-up', services.lookup.byIdentifier(identifier));
  const own = (await call('GET', '/api/wallet/export', wallet)).text;
  t.match(own, new RegExp(code), 'unmasked: it is his own');
  t.match(own, /测试甲/);
  const sections = (JSON.parse(own) as { sections: { section: string; title: { zh: string; en: string }; items: unknown[] }[] }).sections;
  t.strictSame(sections.map(({ section, items }) => [section, items.length]), [['licences', 1], ['applications', 0], ['requests', 0], ['grants', 0], ['uses', sections[4]?.items.length], ['devices', 1], ['identities', 1], ['objections', 1], ['delegations', 0], ['filings', 0], ['prints', 0], ['erasure', 2]]);
  t.match([sections[6]?.items[0], sections[7]?.items[0]], [{ id: identity.requestId, facts: { code, name: '测试甲' } }, { id: said, text: '号码有误' }], 'also who he was found to be, and what he said');
  t.ok(sections.every(({ title }) => /\p{Script=Han}/u.test(title.zh) && /^[A-Z]/.test(title.en)));
  t.match(sections[4]?.items[0], { agency: { name: /市场监督/ } });
  t.equal((await call('POST', '/api/exports', 'clerk', { holder, purpose: 'NOTHING', caseNo: '1' })).status, 422);
  const { size } = services.useLog;
  const staffs = await call('POST', '/api/exports', 'clerk', { holder, purpose: 'DATA_SUBJECT', caseNo: '2026-0001' });
  t.match(staffs.text, new RegExp(code));
  t.match(services.useLog.read(services.useLog.size - 1), { record: { act: 'copy', purpose: 'DATA_SUBJECT', case: 'given', fields: ['holderName', 'idNumber', 'number'] }, personal: { caseNo: '2026-0001' } });
  t.equal(services.useLog.size, size + 2, 'the search and the opening are on record');
  t.equal((await call('POST', '/api/exports', 'market', { holder, purpose: 'DATA_SUBJECT', caseNo: '1' })).status, 404);
  t.equal((await call('POST', '/api/exports', 'auditor', { holder, purpose: 'DATA_SUBJECT', caseNo: '1' })).status, 403);
});

await t.test('when a person is erased', async (t) => {
  const asked = await services.grantRequests.ask(installation.acting('market'), { licences: [{ identifier, fields: ['number'] }], purpose: 'INSPECTION', notAfter: new Date(Date.now() + 86_400_000).toISOString(), uses: 1 }) as AskedGrant;
  await services.provided.take({ issuer: 'https://idp.example', code, name: '测试甲', idToken: 'e30.e30.e30' });
  const provided = await services.desk.get(`provided-of/${subject}`);
  const shown = await shows();
  const destroyed = t.capture(services.vault, 'erase', services.vault.erase.bind(services.vault));
  const seqs = (await services.uses.ofHolder(subject, { limit: 50 })).map(({ seq }) => seq);
  t.ok(seqs.length > 1);
  const draft = await call<DraftView>('POST', '/api/erasures', 'clerk', { requestId: randomId(), holder, reason: 'CONSENT_WITHDRAWN' });
  t.match(await sign(draft), { status: 201, body: { status: 'ERASING' } });
  await erased(subject);
  t.match((await call<{ erasures: ErasureView[] }>('GET', '/api/erasures', 'clerk')).body.erasures, [{ subject, status: 'ERASED', waitsFor: [], grounds: [] }]);

  t.strictSame(services.vault.knownHolderKey(subject), undefined);
  t.notOk(services.vault.mayHold(subject));
  t.equal(services.vault.knownPerson(clerk.agency, code), undefined, 'nobody is found by the number');
  t.notMatch((await services.desk.iterator().all()).map((row) => row.join()).join(), new RegExp(`${asked.grant.id}|${identity.requestId}|${subject}`), 'nothing lies on the desk');
  t.strictSame(destroyed()[0]?.args[0][0]?.addresses.filter((each) => !each.startsWith('hold/')).sort(), [`identity/${identity.requestId}`, `objection-answer/${said}`, `objection/${said}`, `provided/${String(provided)}`], 'nor anything in the vault of what he said and who he was found to be');
  t.equal((await call('GET', '/api/wallet/licences', wallet)).code, 'HOLDER_NOT_SIGNED_IN', 'his session has ended');
  t.equal((await signIn(phone)).code, 'SUBJECT_ERASED');
  t.match(await call('POST', `/api/presentations/${shown.id}/redemption`, 'market', { secret: shown.secret }), { status: 410, code: 'PRESENTATION_OVER' }, 'a code that was on his screen shows nothing');

  const answer = (await call<Answer>('GET', `/api/licences/${identifier}`, 'clerk')).body;
  t.match(answer, { licence: { face: [], erased: { since: /^\d{4}/ }, status: 'EXPIRED', audience: 'agency' }, verdict: { outcome: 'not-in-force', parts: [{ check: 'seal', result: 'pass' }, { check: 'ledger', result: 'pass' }, { check: 'status', result: 'pass' }, { check: 'dates', code: 'DATES_EXPIRED' }] } }, 'what the ledger says stands');
  t.match((await app.inject({ url: `/api/licences/${identifier}/history` })).json(), [{ act: 'issue' }]);
  for (const path of ['credential', 'qr.svg', 'pdf']) t.match(await call('GET', `/api/licences/${identifier}/${path}`, 'clerk'), { status: 410, code: 'FACE_ERASED' }, path);
  t.match(await call('POST', '/api/uses', 'clerk', { requestId: randomId(), licence: identifier, purpose: 'AUDIT', caseNo: '2026-0002', fields: ['number'] }), { status: 410, code: 'FACE_ERASED' });
  await faults(t, () => services.acts.perform(clerk, randomId(), { op: 'renew', licence: licenceId }), 'FACE_ERASED');

  t.match(await call('POST', '/api/grant-requests', 'market', { licences: [{ identifier, fields: ['number'] }], purpose: 'INSPECTION', notAfter: new Date(Date.now() + 86_400_000).toISOString(), uses: 1 }), { status: 409, code: 'SUBJECT_ERASED' }, 'nobody can ask him any more');
  t.strictSame(await services.uses.ofHolder(subject, { limit: 50 }), [], 'his records are found by nobody');
  const keys = new Map((await services.projection.all('agency-key')).map((key) => [keyName(key.spki), key]));
  await services.anchoring.anchor();
  for (const seq of seqs) {
    t.match(services.useLog.read(seq), { record: { seq, licence: licenceId }, personal: undefined }, 'what was accounted for stays, and says nothing of the case');
    const { agency } = services.useLog.read(seq)!.record;
    t.match(await readUseProof(await services.uses.proof(agency, seq), (kid) => keys.get(kid)), { seq }, 'and proves its place');
  }
  await services.uses.note(clerk, 'look-up', services.lookup.byIdentifier(identifier, { agency: clerk.agency }), { caseNo: 'after' });
  t.match(services.useLog.read(services.useLog.size - 1), { personal: { caseNo: 'after' } }, 'whoever looks later has his case on record');
  t.strictSame(services.vault.knownHolderKey(subject), undefined, 'without a new key');

  t.match((await services.objections.to(clerk.agency, undefined, { limit: 9 })), [{ id: said, status: 'open', text: undefined }], 'that he objected stays, without his words');
  await services.objections.answer(clerk, randomId(), said, { outcome: 'rejected', text: '已删除' });
  t.match((await services.objections.to(clerk.agency, undefined, { limit: 9 })), [{ id: said, status: 'rejected', answer: { text: undefined } }], 'and the agency closes it');

  const again = await services.acts.perform(clerk, randomId(), practice(code, '样例0002', { validUntil: undefined }));
  t.not(services.projection.get('licence', again.licence ?? '')?.subject, subject, 'he begins anew');
});
