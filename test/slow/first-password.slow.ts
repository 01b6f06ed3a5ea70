/** The first password of somebody new: made here, told once, and good for nothing but setting another. Every try costs what a guess costs. */
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { Registrar } from '#gateway/setup';
import { installApp } from '#test/support/app';

const { installation, app, authorized } = await installApp();
const { services, administrator } = installation;
const registrars = new Registrar(services, administrator);
const inject = (options: InjectOptions) => app.inject(options);
const registrar = () => authorized(installation.file('registrar'));
/** A clerk on the ledger, without a sign-in. */
const newcomer = async (agency = administrator.agency, roles: Parameters<typeof registrars.staff>[0]['roles'] = ['clerk']) => (await registrars.staff({ agency, roles, withKey: false })).id;
const invite = (staff: string, name: string, displayName = '新来的 newcomer') => inject({ method: 'POST', url: `/api/staff/${staff}/account`, headers: registrar(), payload: { name, displayName } });
const signIn = (payload: object) => inject({ method: 'POST', url: '/api/session', payload });
const faultOf = (response: { json: () => unknown }) => { const { code, fields = [] } = response.json() as { code: string; fields?: { field: string; code: string }[] }; return [code, ...fields.map((each) => `${each.field} ${each.code}`)]; };

void t.test('when somebody new is given a sign-in', async (t) => {
  const staff = await newcomer();
  const given = await invite(staff, 'newcomer');
  t.equal(given.statusCode, 201);
  const { password, until } = given.json<{ password: string; until: string }>();
  t.match(password, /^([0a-hjkmnp-z2-9]{4}-){3}[0a-hjkmnp-z2-9]{4}$/);
  t.ok(Date.parse(until) - services.clock.now() > 6.9 * 86_400_000);
  const again = (await invite(staff, 'newcomer2')).json<{ password: string }>();
  t.equal((await signIn({ name: 'newcomer', password })).json<{ code: string }>().code, 'SIGN_IN_FAILED', 'a slip that was lost is worth nothing once there is another');
  const begin = { name: 'newcomer2', password: again.password };
  t.strictSame(faultOf(await signIn(begin)), ['PASSWORD_INITIAL'], 'it signs nobody in');
  t.strictSame(faultOf(await signIn({ ...begin, next: 'short' })), ['REQUEST_MALFORMED', 'next PASSWORD_TOO_SHORT']);
  t.strictSame(faultOf(await signIn({ ...begin, next: again.password })), ['REQUEST_MALFORMED', 'next PASSWORD_SAME']);
  const listed = (await inject({ url: '/api/staff?find=newcomer2', headers: registrar() })).json<{ staff: object[]; agencies: { code: string }[] }>();
  t.match(listed.staff, [{ staff, name: 'newcomer2', isInitial: true }]);
  t.equal(listed.agencies[0]?.code, administrator.agency);
  const own = { name: 'newcomer2', password: 'a sentence of my own' };
  t.match((await signIn({ ...begin, next: own.password })).json(), { staff, displayName: '新来的 newcomer', roles: ['clerk'] });
  t.equal((await signIn(begin)).statusCode, 401, 'once');
  t.equal((await signIn(own)).statusCode, 201);
  t.strictSame(faultOf(await signIn({ ...own, next: 'another sentence' })), ['REQUEST_MALFORMED', 'next PASSWORD_SET']);
  t.strictSame(faultOf(await invite(staff, 'newcomer2')), ['CONFLICT', 'staff ACCOUNT_EXISTS'], 'a registrar puts no other in place of it');
});

void t.test('when a first password lies about', async (t) => {
  const { password } = (await invite(await newcomer(), 'late')).json<{ password: string }>();
  installation.clock.aheadMs = 7 * 86_400_000;
  const late = await signIn({ name: 'late', password, next: 'a sentence of my own' });
  installation.clock.aheadMs = 0;
  t.strictSame(faultOf(late), ['PASSWORD_INITIAL_OVER']);
});

void t.test('when a sign-in cannot be given', async (t) => {
  const staff = await newcomer();
  t.strictSame(faultOf(await invite(staff, 'clerk')), ['CONFLICT', 'name NAME_TAKEN']);
  t.strictSame(faultOf(await invite(staff, 'No Name')), ['REQUEST_MALFORMED', 'name NAME_FORM']);
  t.strictSame(faultOf(await invite(await newcomer(undefined, ['machine']), 'robot')), ['CONFLICT', 'staff ROLE_MACHINE']);
  t.strictSame(await Promise.all(['side', 'side'].map(async (name) => (await invite(await newcomer(), name)).statusCode)).then((codes) => codes.sort()), [201, 409], 'two at once for one name');
});
