/** What registrars and approvers do to the register, as an auditor finds it: by record, act, person and agency, in his scope, and as a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { readSheet } from 'read-excel-file/node';
import t from 'tap';
import { addDays } from '#chaincode/facts/calendar';
import type { AuditedAct } from '#gateway/acts/audit/act-views';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { todayOf } from '#gateway/clock';
import { BUREAU, MARKET } from '#gateway/demo';
import { randomId } from '#gateway/keyring';
import { ACT_NOUNS, actNames, isRegisterNoun } from '#gateway/ledger/act-names';
import { BY } from '#gateway/ledger/act-rows';
import { Projection } from '#gateway/ledger/projection';
import { STEP_WORDS } from '#gateway/messages/applications';
import { ACT_NOUN_WORDS } from '#gateway/messages/register-acts';
import { ACT_WORDS } from '#gateway/messages/statuses';
import { Registrar } from '#gateway/setup';
import { OTHER_ACT_WORDS } from '#gateway/web/words/audit';
import { installApp } from '#test/support/app';
import { signed } from '#test/support/installation';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const registrar = new Registrar(services, installation.administrator);
const auditor = installation.acting('auditor');
const today = todayOf(services.clock, services.drafter.zone);
const markets = { staff: (await registrar.staff({ agency: MARKET.code, roles: ['auditor'], withKey: false })).id, agency: MARKET.code };

const ask = (query: string, who = auditor) => app.inject({ url: `/api/audit/acts?${query}`, headers: authorized(who) });
const acts = async (query: string, who = auditor): Promise<AuditedAct[]> => {
  const answer = await ask(query, who);
  t.equal(answer.statusCode, 200, answer.body);
  return answer.json<{ acts: AuditedAct[] }>().acts;
};
const person = randomId();
const put = (id: string, change: object) => ({ op: 'staff.put', id, agency: MARKET.code, person, roles: ['clerk'], active: true, keys: [], ...change }) as never;

void t.test('when a person is registered, gets other roles, and leaves', async (t) => {
  const id = randomId();
  await registrar.register(put(id, {}));
  await registrar.register(put(id, { roles: ['clerk', 'approver'] }));
  await registrar.register(put(id, { roles: ['clerk', 'approver'], active: false }));
  const found = (await acts('noun=staff')).filter((act) => act.id === id);
  t.match(found, [{ act: 'staff.leave', seq: 3, details: [{ code: 'clerk' }, { code: 'approver' }, { code: 'inactive' }] }, { act: 'staff.roles', seq: 2 }, { act: 'staff.put', seq: 1, by: { code: BUREAU.code }, manager: { code: MARKET.code }, actors: [{ staff: installation.administrator.staff, method: 'key-file' }], transaction: /^[0-9a-f]{64}$/, block: /^\d+$/ }], 'newest first');
  t.match(await acts('act=staff.leave', markets), [{ id }], 'an auditor of the agency whose staff it is finds it too');
  t.ok((await acts(`actor=${installation.administrator.staff}&limit=200`)).some((act) => act.id === id), 'and so does who asks for all that the registrar did');
});

void t.test('when a right moves', async (t) => {
  await registrar.register({ op: 'right.move', kind: KIND.collected, right: 'import', from: BUREAU.code, to: MARKET.code, on: addDays(today, 1) });
  for (const who of [auditor, markets]) t.match(await acts('act=right.move', who), [{ noun: 'right', effectiveOn: addDays(today, 1), details: [{ code: 'import', words: { zh: '归集权' } }], kind: { zh: /./ }, by: { code: BUREAU.code } }], 'it is the business of both');
  t.match(await acts(`agency=${MARKET.code}&noun=right`), [{ act: 'right.move' }]);
  t.match(await acts(`kind=${KIND.collected}&noun=right`), [{ act: 'right.move' }]);
});

void t.test('when kinds, seals, scenes, rules and reports are written', async (t) => {
  const hygiene = KINDS.find(({ type }) => type === KIND.hygiene);
  await registrar.register({ op: 'kind.put', ...hygiene, automatic: true, termYears: 3 } as never);
  t.match((await acts('act=kind.put'))[0], { id: KIND.hygiene, kind: hygiene?.name, by: { code: BUREAU.code } });
  t.strictSame((await acts('act=kind.put', markets)), [], 'the catalogue is of the agency that signed');
  const two = ['clerk', 'approver'];
  const act = (names: readonly string[], said: object) => signed(installation, names, { op: 'register', act: said } as never);
  await act(two, { op: 'rule-set.put', kind: KIND.hygiene, schema: hygiene?.schema, held: [], fields: [], promise: false, perDay: 5, perHour: 5 });
  await act(['clerk'], { op: 'rule-set.stop', kind: KIND.hygiene });
  t.match((await acts('noun=rule-set')).map(({ act: name, actors }) => [name, actors.length]), [['rule-set.stop', 1], ['rule-set.put', 2]]);
  const id = randomId();
  await act(['approver'], { op: 'scene.put', id, name: { zh: '测试场景', en: 'a scene' }, owner: BUREAU.code, grantee: MARKET.code, kinds: [{ kind: KIND.hygiene, fields: ['number'] }], purpose: 'INSPECTION', from: today, statute: false });
  await act(['approver'], { op: 'scene.end', id });
  t.match(await acts('noun=scene'), [{ act: 'scene.end', id, about: { zh: '测试场景' } }, { act: 'scene.put', id }]);
  const [seal] = await services.projection.all('seal');
  await act(['approver'], { op: 'seal.status', id: seal?.id, status: 'stopped' });
  t.match((await acts('noun=seal'))[0], { act: 'seal.stop', id: seal?.id, about: { zh: seal?.name }, manager: { code: seal?.agency } });
  const nouns = new Set((await acts('limit=200')).map(({ noun }) => noun));
  for (const noun of ['kind', 'rule-set', 'scene', 'seal', 'staff', 'right', 'agency', 'matter', 'agency-key', 'setting'] as const) t.ok(nouns.has(noun), `among all acts: ${noun}`);
});

void t.test('when an act is asked for that there is not', async (t) => {
  const answer = await ask('act=ISSUED');
  t.equal(answer.statusCode, 422);
  t.match(answer.json(), { code: 'FACE_INVALID', fields: [{ field: 'act', code: 'ACT_UNKNOWN', en: /issue .*right\.move .*staff\.leave/ }] }, 'what there is stands in the refusal');
  t.match((await ask('noun=staff&act=issue')).json(), { fields: [{ code: 'ACT_UNKNOWN', characters: actNames('staff').join(' ') }] });
  t.equal((await app.inject({ url: '/api/audit/export?format=csv&act=ISSUED', headers: authorized(auditor) })).statusCode, 422, 'a file as well');
});

void t.test('when a person is named by the name he signs in with', async (t) => {
  const { staff } = installation.acting('registrar');
  await signed(installation, ['registrar'], { op: 'register', act: put(randomId(), {}) } as never);
  const byName = await acts('actor=registrar');
  t.ok(byName.length > 0 && byName.every(({ actors }) => actors.some((each) => each.staff === staff)));
  t.strictSame((await acts(`actor=${staff}`)).map(({ cursor }) => cursor), byName.map(({ cursor }) => cursor));
  for (const actor of ['nobody', randomId()]) t.match((await ask(`actor=${actor}`)).json(), { fields: [{ field: 'actor', code: 'STAFF_UNKNOWN' }] });
  t.match((await ask('actor=clerk', markets)).json(), { fields: [{ code: 'STAFF_UNKNOWN' }] }, 'names of another agency are not told of');
});

void t.test('when acts on the register are exported', async (t) => {
  const file = (format: string) => app.inject({ url: `/api/audit/export?noun=staff&format=${format}`, headers: authorized(auditor) });
  t.match((await file('csv')).body, /staff\.leave,leave,.*clerk approver inactive/);
  const [head, ...rows] = await readSheet((await file('xlsx')).rawPayload);
  t.ok(rows.some((row) => row[head?.indexOf('act') ?? 0] === 'staff.leave' && row[head?.indexOf('details') ?? 0] === 'clerk approver inactive'));
  t.match((await file('json')).json(), { acts: [{ noun: 'staff' }] });
});

void t.test('when the index is made anew from the blocks', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-anew-'));
  const anew = await Projection.open(directory, services.ledger.chaincode);
  t.teardown(async () => { await anew.close(); rmSync(directory, { recursive: true }); });
  for (let n = 0n; n <= services.projection.block; n++) await anew.apply(common.Block.deserializeBinary(await services.ledger.block(n)));
  const all = async (from: Projection) => (await from.acts.find({ prefixes: [BY.time()], wanted: ({ noun }) => isRegisterNoun(noun), limit: 1_000 })).acts.map((act) => ({ ...act, told: from.acts.told(act) }));
  const kept = await all(services.projection);
  t.ok(kept.length > 30 && kept.every(({ told }) => told !== undefined));
  t.strictSame(await all(anew), kept, 'the same acts, with the same numbers');
});

void t.test('when acts are put into words', async (t) => {
  const words = { ...ACT_WORDS, ...STEP_WORDS, ...OTHER_ACT_WORDS };
  for (const name of actNames()) t.ok(Object.hasOwn(words, name), name);
  for (const noun of ACT_NOUNS) t.ok(Object.hasOwn(ACT_NOUN_WORDS, noun), noun);
});
