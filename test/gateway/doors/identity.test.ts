/** Identity records over HTTP: attested once at a counter, relied on elsewhere instead of a copy; and whoever tries codes out, or opens what he was not shown. */
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { identityEndDigest } from '#chaincode/facts/identity';
import type { DraftView } from '#gateway/acts/licence/licence';
import { signAct } from '#gateway/acts/licence/sign';
import type { IdentityView, Reliance } from '#gateway/acts/holder/identity';
import type { OwnUse } from '#gateway/acts/wallet/wallet';
import { KIND } from '#gateway/catalogue/kinds';
import { MATTERS } from '#gateway/catalogue/matters';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { newCompany } from '#test/support/companies';
import { newDevice, signedBy, takenUp, type TestDevice } from '#test/support/holders';
import { signed } from '#test/support/installation';
import { BUREAU, HOLDER } from '#test/support/ledger';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const CODE = HOLDER.slice(5);
const NAME = '示例浮云餐饮有限公司';

type Who = string | TestDevice | undefined;
const headersOf = (who: Who) => (who === undefined ? {} : typeof who === 'string' ? authorized(installation.acting(who)) : { authorization: `Bearer ${app.jwt.holder.sign({ device: who.id, ...services.sessions.begin(who.id) })}` });
async function call<T = Record<string, unknown>>(method: NonNullable<InjectOptions['method']>, url: string, who?: Who, payload?: object): Promise<{ readonly status: number; readonly code?: string; readonly body: T }> {
  const response = await app.inject({ method, url, headers: headersOf(who), ...(payload ? { payload } : {}) });
  const body = response.json<T & { code?: string; fields?: { code: string }[] }>();
  const code = body.fields?.[0]?.code ?? body.code;
  return { status: response.statusCode, ...(response.statusCode >= 400 && code !== undefined ? { code } : {}), body };
}
const put = (change: object = {}, who = 'clerk') => call<DraftView>('POST', '/api/identities', who, { requestId: randomId(), organisation: CODE, document: { code: CODE, name: NAME, validUntil: '2040-01-01' }, seen: ['BUSINESS_LICENCE'], ...change });
const sign = ({ body }: { body: DraftView }) => call('POST', `/api/drafts/${body.requestId}/signatures`, 'clerk', { actors: [signAct(installation.file('clerk'), body)] });
const rely = (change: object = {}, who = 'market') => call<Reliance>('POST', '/api/identities/reliance', who, { holder: CODE, name: NAME, purpose: 'INSPECTION', caseNo: '2026-0001', ...change });
const list = async (who: Who = 'clerk') => (await call<{ identities: IdentityView[] }>('GET', typeof who === 'string' ? `/api/identities?organisation=${CODE}` : '/api/wallet/identities', who)).body.identities;

const phone = await takenUp(installation, newDevice());

await t.test('when a holder is verified at a counter', async (t) => {
  t.match(await rely(), { status: 404, code: 'NOT_FOUND' });
  t.equal((await put({ document: { code: '92370303MA99TXT124', name: NAME } })).code, 'IDENTITY_CODE', "another's document");
  t.equal((await put({ document: { code: CODE, name: NAME, validUntil: '2020-01-01' } })).code, 'DOCUMENT_ENDED');
  t.equal((await put({ document: { code: CODE, name: NAME, validUntil: '2020-13-01' } })).code, 'DATE_UNREAL');
  t.equal((await put({}, 'auditor')).status, 403);
  const requestId = randomId();
  const draft = await put({ requestId });
  t.match(draft, { status: 201, body: { act: { op: 'identity.put', id: requestId, subject: HOLDER, method: 'counter', document: 'E_BUSINESS_LICENCE', digest: /^[\w-]{43}$/ } } });
  t.strictSame((await put({ requestId })).body.act, draft.body.act, 'the same request, the same bytes');
  t.notMatch(JSON.stringify(draft.body), NAME, 'nothing of it goes to the ledger');
  t.strictSame(await list(), [], 'nothing is attested before somebody has signed');
  t.equal((await call('POST', '/api/acts', 'clerk', { requestId, act: { op: 'register', act: draft.body.act } })).status, 400, 'and not on the word of the gateway');
  t.equal((await sign(draft)).status, 201);
  t.match(await list(), [{ id: requestId, status: 'in-use', agency: { code: BUREAU } }]);
  t.match(await list(phone), [{ id: requestId }], 'the holder sees it');
  const kept = await services.vault.kept(`identity/${requestId}`, HOLDER);
  t.match(kept, { text: new RegExp(NAME) }, 'what opens it lies under his key');
  await put({ requestId, document: { code: CODE, name: '样例书屋' } });
  await put({ requestId, document: { code: CODE, name: '样例书屋' } }, 'market');
  t.strictSame(services.vault.kept(`identity/${requestId}`, HOLDER), kept, 'and nobody puts something else behind it');
});

await t.test('when another agency relies on it', async (t) => {
  const found = await rely();
  t.match(found, { status: 200, body: { method: 'counter', code: /^913703\*+T04C$/, sameName: true, agency: { code: BUREAU }, validUntil: '2040-01-01' } });
  t.notMatch(JSON.stringify(found.body), `${NAME}|${CODE}`, 'masked: what it asked about it knows already');
  t.match((await rely({ name: '样例书屋' })).body, { sameName: false });
  t.equal((await rely({ holder: '91370303MA99TXT04D' })).code, 'HOLDER_CODE');
  t.equal((await rely({ purpose: 'CURIOSITY' })).code, 'PURPOSE_UNKNOWN');
  t.equal((await rely({ caseNo: undefined })).status, 400, 'no case, no answer');
  t.equal((await rely({}, 'auditor')).status, 403);
  const { body: { uses } } = await call<{ uses: OwnUse[] }>('GET', '/api/wallet/uses', phone);
  t.match(uses[0], { act: 'use', authority: { by: 'identity', id: found.body.id }, caseNo: '2026-0001', purpose: { zh: '监督检查' } }, 'the holder sees who relied on it');
  t.equal(uses.length, 2);
  const { body: proof } = await call<{ uses: { authority: object; source?: string }[] }>('GET', '/api/uses?side=source', 'auditor');
  t.match(proof.uses[0], { authority: { by: 'identity' }, source: BUREAU }, 'and so does the agency that answers for it');
});

await t.test('when what opens it was changed', async (t) => {
  const [{ id } = { id: '' }] = await list();
  const kept = services.vault.kept(`identity/${id}`, HOLDER) as { text: string };
  await services.vault.keep(`identity/${id}`, HOLDER, { ...kept, text: kept.text.replace(NAME, '样例书屋') });
  t.match(await rely({ name: '样例书屋' }), { status: 404 }, 'what does not agree with the ledger is not relied on');
  await services.vault.keep(`identity/${id}`, HOLDER, kept);
});

await t.test('when a matter asks for a copy of the card', async (t) => {
  const [first] = MATTERS;
  const material = { type: 'paper', code: 'CARD', name: { zh: '营业执照复印件', en: 'Copy of the business licence' }, identity: 'E_BUSINESS_LICENCE' };
  await signed(installation, ['registrar'], { op: 'register', act: { op: 'matter.put', ...first, code: 'CARD_WANTED', variants: [{ code: 'USUAL', name: { zh: '一般', en: 'usual' }, materials: [material] }] } as never });
  const asked = async (code: string) => (await services.materials.answer(BUREAU, code, { matters: [{ matter: 'CARD_WANTED' }] })).materials;
  t.match(await asked(CODE), [{ key: 'paper/CARD', state: 'held', identity: { agency: { code: BUREAU } } }], 'it is there already');
  t.match(await asked(newCompany().code), [{ key: 'paper/CARD', state: 'asked', identity: undefined }]);
  t.ok(KIND.food);
});

await t.test('when codes are tried out', async (t) => {
  for (let i = 0; i < 20; i++) await rely({ holder: newCompany().code }, 'market-approver');
  t.match(await rely({}, 'market-approver'), { status: 429, code: 'TOO_MANY_MISSES' });
});

await t.test('when the holder ends it', async (t) => {
  const [{ id } = { id: '' }] = await list(phone);
  const ledger = services.ledger.ledgerId;
  const stranger = await takenUp(installation, newDevice('uscc:92370303MA99TXT124'));
  const end = (by: object) => call('POST', `/api/identities/${id}/end`, undefined, { requestId: randomId(), by });
  t.match(await end(signedBy(stranger, identityEndDigest(ledger, id))), { status: 409 });
  t.equal((await end(signedBy(phone, identityEndDigest(ledger, id)))).status, 201);
  t.match(await list(phone), [{ status: 'ended', endedAt: /Z$/ }]);
  t.match(await rely(), { status: 404 }, 'from now on nobody relies on it');
});
