/** The issue door: who signs is told by signatures, who is signed in by the session. */
import t from 'tap';
import { signAct, type Signable } from '#gateway/acts/licence/sign';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const post = (url: string, payload: object, who = 'clerk') => app.inject({ method: 'POST', url, headers: authorized(installation.acting(who)), payload });
const issued = async () => (await post('/api/acts', { requestId: randomId(), act: permit() })).json<{ licence: string; identifier: string }>();

void t.test('when a clerk names another as the one who signs', async (t) => {
  const { licence } = await issued();
  const requestId = randomId();
  const shown = (await post('/api/drafts', { requestId, act: { op: 'suspend', licence, reason: 'RECTIFICATION', basis: 'SPAQF-124' } })).json<Signable>();
  const approver = { staff: installation.acting('approver').staff, method: 'gateway' };
  const own = signAct(installation.file('clerk'), shown);
  for (const actors of [[approver], [own, approver]]) {
    for (const [url, more] of [[`/api/drafts/${requestId}/signatures`], [`/api/drafts/${requestId}/proposal`], [`/api/proposals/${requestId}/approvals`, { requestId: randomId() }]] as const) {
      const { statusCode, body } = await post(url, { actors, ...more });
      t.match([statusCode, JSON.parse(body)], [400, { code: 'REQUEST_MALFORMED' }], 'whom the gateway vouches for is not for him to say');
    }
  }
  t.equal(services.projection.get('licence', licence)?.versions.at(-1)?.status, 'VALID');
  t.equal((await post(`/api/drafts/${requestId}/signatures`, { actors: [own] })).statusCode, 201);
});

const ofHolder = (payload: object, who = 'clerk') => post('/api/licences/holders', payload, who);
const HOLDER = '91370303MA99TXT04C';

void t.test('when an agency lists its licences by status', async (t) => {
  const { licence } = await issued();
  await post('/api/acts', { requestId: randomId(), act: { op: 'suspend', licence, reason: 'RECTIFICATION', basis: 'SPAQF-124' } });
  const listed = async (query: string) => (await app.inject({ url: `/api/licences?${query}`, headers: authorized(installation.acting('clerk')) })).json<{ licences: { licence: string; status: string; cursor: string }[]; next?: string }>();
  const { licences } = await listed('status=SUSPENDED&limit=200');
  t.ok(licences.some((each) => each.licence === licence));
  t.ok(licences.every(({ status }) => status === 'SUSPENDED'));
  const all = (await listed('limit=200')).licences;
  t.strictSame((await listed('status=VALID&limit=200')).licences.map((each) => each.licence), all.filter(({ status }) => status === 'VALID').map((each) => each.licence), 'the others are left out, nothing is left behind');
  const walked: string[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const page: Awaited<ReturnType<typeof listed>> = await listed(`status=VALID&limit=2${next === '' ? '' : `&before=${encodeURIComponent(next)}`}`);
    walked.push(...page.licences.map((each) => each.licence));
    next = page.next;
  }
  t.strictSame(walked, all.filter(({ status }) => status === 'VALID').map((each) => each.licence), 'page by page too');
  t.equal((await app.inject({ url: '/api/licences?status=ASLEEP', headers: authorized(installation.acting('clerk')) })).statusCode, 400);
});

void t.test('when licences of a holder are looked for by his code', async (t) => {
  const { licence } = await issued();
  const before = services.useLog.size;
  const found = (await ofHolder({ holder: HOLDER.toLowerCase() })).json<{ licences: { licence: string; manager: { code: string } }[] }>().licences;
  t.ok(found.some((each) => each.licence === licence));
  t.ok(found.every(({ manager }) => manager.code === installation.acting('clerk').agency), 'those of other agencies are not for this list');
  t.equal(services.useLog.size, before + found.length, 'each is on record');
  t.match(services.useLog.read(before)?.record, { act: 'look-up', staff: installation.acting('clerk').staff });
  t.equal((await ofHolder({ holder: HOLDER, status: 'REVOKED' })).statusCode, 404);
  t.equal(services.useLog.size, before + found.length + 1, 'also that there is none');
  t.match((await ofHolder({ holder: '91370303MA99TXT04X' })).json(), { code: 'FACE_INVALID', fields: [{ field: 'holder', code: 'HOLDER_CODE' }] });
  t.match((await ofHolder({ holder: HOLDER, purpose: 'CURIOSITY' })).json(), { code: 'FACE_INVALID', fields: [{ field: 'purpose', code: 'PURPOSE_UNKNOWN' }] });
  t.equal((await ofHolder({ holder: HOLDER }, 'auditor')).statusCode, 403, 'auditors have a question of their own');
  for (let i = 0; i < 20; i++) await ofHolder({ holder: HOLDER, status: 'REVOKED' }, 'approver');
  t.equal((await ofHolder({ holder: HOLDER }, 'approver')).statusCode, 429, 'codes are not tried out');
});
