/** The issue door: who signs is told by signatures, who is signed in by the session. */
import t from 'tap';
import { signAct, type Signable } from '#gateway/acts/sign';
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
