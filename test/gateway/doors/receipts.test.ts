/** Receipts from the gateway, checked with the lists it publishes; and what it tells for documents to be compared with. */
import t from 'tap';
import { instantOf } from '#chaincode/facts/calendar';
import type { Answer } from '#gateway/acts/verify/lookup';
import { lookupToken } from '#gateway/acts/licence/draft';
import { presentCredential, presentQr } from '#gateway/documents/evidence';
import { parseQr } from '#gateway/documents/qr';
import { assessReceipt } from '#gateway/documents/receipt';
import { openBundle, type TrustBundle } from '#gateway/documents/trust-bundle';
import { rootDigest } from '#gateway/documents/trust-root';
import { assess } from '#gateway/documents/verifier';
import { base64url } from '#chaincode/facts/hash';
import { randomId } from '#gateway/keyring';
import { lookupToken as lookupTokenInPages } from '#gateway/web/verify/here';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const staff = (name: string) => authorized(installation.acting(name));
const issued = (await app.inject({ method: 'POST', url: '/api/acts', headers: staff('clerk'), payload: { requestId: randomId(), act: permit() } })).json<{ licence: string; identifier: string }>();
const { credential, qr } = (await app.inject({ url: `/api/licences/${issued.identifier}/credential`, headers: staff('clerk') })).json<{ credential: string; qr: string }>();
const shown = presentCredential(credential);
const digest = shown.by === 'credential' && shown.credential.ok ? shown.credential.digest : '';
const trustNow = async () => {
  const bundle = (await app.inject({ url: '/api/bundle' })).json<TrustBundle>();
  const trust = await openBundle(bundle, bundle.roots[0] ? rootDigest(bundle.roots[0]) : '');
  if (!trust.ok) throw new Error(trust.code);
  return trust;
};
const receiptFor = (payload: object, headers: Record<string, string> = {}) => app.inject({ method: 'POST', url: '/api/receipts', headers, payload });
const nowOf = () => instantOf(installation.clock.now());

t.test('when a receipt is asked for', async (t) => {
  const trust = await trustNow();
  const { receipt, link } = (await receiptFor({ by: 'credential', identifier: issued.identifier, digest })).json<{ receipt: string; link: string }>();
  t.equal(link, `http://yizheng.example/q#${receipt}`);
  const found = await assessReceipt(receipt, trust, nowOf());
  t.match(found, { outcome: 'genuine', receipt: { presented: { by: 'credential', identifier: issued.identifier, digest }, verdict: { outcome: 'valid', status: 'VALID' } } });
  t.equal(found.receipt?.asker, undefined);
  t.ok(receipt.length < 2300, `${String(receipt.length)} characters fit into a code`);
  t.notMatch(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString(), /示例|测试|样例/, 'no name, no face');
  const signedIn = (await receiptFor({ by: 'number', identifier: issued.identifier }, staff('market'))).json<{ receipt: string }>();
  t.match((await assessReceipt(signedIn.receipt, trust, nowOf())).receipt, { asker: installation.acting('market'), presented: { by: 'number' } });
  const other = (await receiptFor({ by: 'credential', identifier: issued.identifier, digest: base64url('another credential of 32 bytes..') })).json<{ receipt: string }>();
  t.match((await assessReceipt(other.receipt, trust, nowOf())).receipt, { verdict: { outcome: 'untrusted' } });
  t.match(JSON.stringify((await assessReceipt(other.receipt, trust, nowOf())).receipt), /DIGEST_DIFFERS/);
  for (const payload of [{}, { by: 'face', identifier: issued.identifier }, { by: 'qr', identifier: issued.identifier, digest: 'x' }, { by: 'qr', identifier: issued.identifier, name: 'x' }]) t.equal((await receiptFor(payload)).statusCode, 400, JSON.stringify(payload));
  t.equal((await receiptFor({ by: 'qr', identifier: `${issued.identifier.slice(0, -1)}${issued.identifier.endsWith('A') ? 'B' : 'A'}` })).statusCode, 422);
});

t.test('when the ledger has been silent', async (t) => {
  installation.clock.aheadMs = 11 * 60_000;
  t.equal((await receiptFor({ by: 'identifier', identifier: issued.identifier })).json<{ code: string }>().code, 'LEDGER_UNAVAILABLE', 'nothing is signed that nobody knows');
  installation.clock.aheadMs = 0;
});

t.test('when a document is compared where it lies', async (t) => {
  const trust = await trustNow();
  const parsed = parseQr(qr);
  const secret = parsed.ok ? parsed.secret : new Uint8Array();
  t.equal(await lookupTokenInPages(secret), lookupToken(base64url(secret)), 'pages make the token that the gateway knows');
  const ask = async () => (await app.inject({ url: `/api/licences/${issued.identifier}`, headers: { 'x-lookup-token': await lookupTokenInPages(secret) } })).json<Answer>();
  const { registered, licence } = await ask();
  t.equal(licence?.audience, 'holder');
  t.notOk(JSON.stringify(registered).includes('uscc:'), 'whose it is stays out');
  for (const presented of [shown, presentQr(qr)]) t.match((await assess({ presented, trust, now: nowOf(), registered })).verdict, { outcome: 'valid', basis: 'ledger' }, presented.by);
  const suspended = await app.inject({ method: 'POST', url: '/api/acts', headers: staff('clerk'), payload: { requestId: randomId(), act: { op: 'suspend', licence: issued.licence, reason: 'RECTIFICATION', basis: 'SPAQF-124' } } });
  t.equal(suspended.statusCode, 201);
  const { registered: later } = await ask();
  for (const presented of [shown, presentQr(qr)]) t.match((await assess({ presented, trust, now: nowOf(), registered: later })).verdict, { outcome: 'not-in-force', status: 'SUSPENDED' }, `${presented.by}: sooner than any list`);
});
