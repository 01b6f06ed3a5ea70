/** Work of the new manager where the right has moved to an agency of another gateway. */
import t from 'tap';
import { todayOf } from '#gateway/clock';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { signDigest } from '#gateway/acts/licence/sign';
import { sessionDigest } from '#gateway/identity/challenge';
import { bothHeard, ELSEWHERE, twoGateways } from '#test/support/gateways';
import { faults } from '#test/support/matchers';
import { permit, signed } from '#test/support/installation';
import { GatewayFault } from '#gateway/fault';

const gateways = await twoGateways();
t.teardown(() => gateways.close());
const { source, other } = gateways;
const [bureau, A, B] = [source.acting('clerk'), source.services, other.services];
const given = permit();
const { licence = '' } = await A.acts.perform(bureau, randomId(), given);
const today = todayOf(A.clock, A.drafter.zone);
await signed(source, ['administrator', 'approver'], { op: 'register', act: { op: 'right.move', kind: KIND.hygiene, right: 'issue', from: bureau.agency, to: ELSEWHERE.code, on: today } });
await bothHeard(gateways);

void t.test('when the new manager changes what it manages, with the whole face in its hands', async (t) => {
  await other.registrar.seal({ agency: ELSEWHERE.code, name: `${ELSEWHERE.name}电子证照专用章`, years: 5 });
  for (const input of [{ op: 'change' as const, licence, face: given.face }, { op: 'renew' as const, licence, face: given.face, validUntil: '2030-03-14' }]) {
    const found: unknown = await B.drafter.draft(ELSEWHERE.code, input).catch((error: unknown) => error);
    t.equal(found instanceof GatewayFault ? found.code : 'drafted', 'drafted', input.op);
  }
});

void t.test('when the clerk has not all of it, or another holder', async (t) => {
  await faults(t, () => B.drafter.draft(ELSEWHERE.code, { op: 'change', licence, face: { scope: '住宿、沐浴' } }), 'FACE_INVALID');
  await faults(t, () => B.drafter.draft(ELSEWHERE.code, { op: 'change', licence, face: { ...given.face, holderCode: '92370303MA99TXT124' } }), 'FACE_INVALID');
});

void t.test('when a clerk of the new manager signs in at the gateway that keeps the faces', async (t) => {
  const { file } = await other.registrar.staff({ agency: ELSEWHERE.code, roles: ['clerk'], withKey: true });
  if (!file) return;
  await bothHeard(gateways);
  const { challenge, ledger } = (await source.app.inject({ url: '/api/session/challenge' })).json<{ challenge: string; ledger: string }>();
  const session = await source.app.inject({ method: 'POST', url: '/api/session', payload: { challenge, actor: signDigest(file, sessionDigest(ledger, file.staff, challenge)) } });
  t.match(session.json(), { code: 'AGENCY_NOT_HOSTED' }, 'it has a gateway of its own');
});

