/** After an issue and before one without a person: papers to come, promises, issue by rule with a machine's key, supervision. */
import type { InjectOptions } from 'fastify';
import t from 'tap';
import { inputsCommitment } from '#chaincode/facts/automatic';
import { promiseCommitment } from '#chaincode/facts/promise';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { signAct, type KeyFile, type Signable } from '#gateway/acts/licence/sign';
import { randomId } from '#gateway/keyring';
import { Registrar } from '#gateway/setup';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';
import { foodNumber } from '#test/support/samples';

const { installation, app, authorized } = await installApp();
const { services } = installation;
const by = (name: string) => authorized(installation.file(name));
const inject = async (method: InjectOptions['method'] & string, url: string, who: string | undefined, payload?: object) => {
  const response = await app.inject({ method: method as 'GET', url, ...(who === undefined ? {} : { headers: by(who) }), ...(payload ? { payload } : {}) });
  return { status: response.statusCode, body: response.json<Record<string, any>>() };
};
const perform = (who: string, act: object) => inject('POST', '/api/acts', who, { requestId: randomId(), act });
const register = (who: string, act: object) => perform(who, { op: 'register', act });
async function signed(path: string, who: string, body: object, files: readonly KeyFile[], requestId = randomId()) {
  const shown = await inject('POST', path, who, { requestId, ...body });
  return shown.status >= 400 ? shown : inject('POST', `/api/drafts/${requestId}/signatures`, who, { actors: files.map((file) => signAct(file, shown.body as unknown as Signable)) });
}
const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const PROMISE = Buffer.from('告知承诺书（样例）').toString('base64');

void t.test('when a permit is issued with papers to come, on a promise', async (t) => {
  const issued = await perform('clerk', { ...permit(), conditions: [{ material: 'LAYOUT', dueOn: day(20), consequence: 'suspension' }], promise: PROMISE });
  t.equal(issued.status, 201);
  const { identifier, licence } = issued.body as unknown as { identifier: string; licence: string };
  const view = async (who?: string) => (await inject('GET', `/api/licences/${identifier}`, who)).body['licence'] as Record<string, unknown>;
  t.match(await view('clerk'), { promise: true, conditions: [{ material: 'LAYOUT', name: { zh: '平面布置图' }, status: 'open', overdue: false }] });
  t.equal((await view())['conditions'], undefined, 'not for everybody: the kind does not say so');
  t.match((await inject('GET', '/api/conditions', 'clerk')).body, { conditions: [{ identifier, material: 'LAYOUT', overdue: false }] });
  t.strictSame((await inject('GET', '/api/conditions?overdue=1', 'clerk')).body, { conditions: [] });
  t.match((await inject('GET', `/api/conditions?kind=${KIND.hygiene}`, 'clerk')).body, { conditions: [{ identifier }] }, 'of its kind');
  t.strictSame((await inject('GET', `/api/conditions?kind=${KIND.food}`, 'clerk')).body, { conditions: [] }, 'and of no other');
  t.strictSame((await inject('GET', '/api/conditions', 'market')).body, { conditions: [] }, 'another agency has its own');
  t.match(await inject('GET', '/api/conditions', 'machine'), { status: 403 });

  const { document, opening, commitment } = (await inject('GET', `/api/licences/${identifier}/promise`, 'clerk')).body as unknown as Record<'document' | 'opening' | 'commitment', string>;
  t.equal(document, PROMISE);
  t.equal(promiseCommitment(Buffer.from(opening, 'base64url'), Buffer.from(document, 'base64')), commitment);
  t.equal(services.projection.get('licence', licence)?.versions[0]?.promise, commitment, 'as the ledger has it');
  t.match(await inject('GET', `/api/licences/${identifier}/promise`, 'market'), { status: 404 }, 'nobody else reads it');

  installation.clock.aheadMs = 22 * 86_400_000;
  t.match((await inject('GET', '/api/conditions?overdue=1', 'clerk')).body, { conditions: [{ identifier, overdue: true }] });
  installation.clock.aheadMs = 0;
  t.match(await register('clerk', { op: 'condition.extend', licence, material: 'LAYOUT', dueOn: day(40) }), { status: 201 });
  t.match((await inject('GET', '/api/conditions', 'clerk')).body['conditions'], [{ dueOn: day(40) }], 'once, at its new day');
  t.match(await register('clerk', { op: 'condition.meet', licence, material: 'LAYOUT' }), { status: 201 });
  t.strictSame((await inject('GET', '/api/conditions', 'clerk')).body, { conditions: [] });
});

void t.test('when the promise is no document', async (t) => {
  t.match(await perform('clerk', { ...permit(), promise: Buffer.alloc(200_001).toString('base64') }), { status: 422, body: { fields: [{ field: 'promise', code: 'PROMISE_SIZE' }] } });
});

const face = (serial: number, change: object = {}) => ({ holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试甲', residence: '示例市张店区示例路1号', premises: '示例市张店区示例路1号', businessForm: '餐饮服务经营者', scope: '热食类食品制售', number: foodNumber(serial), ...change });
const asked = (serial: number, change: object = {}, rest: object = {}, requestId = randomId()) => signed('/api/automatic', 'machine', { kind: KIND.food, face: face(serial, change), promise: PROMISE, validUntil: day(700), ...rest }, [installation.file('machine')], requestId);

void t.test('when a kiosk asks by the rules', async (t) => {
  const issued = await asked(710_001);
  t.match(issued, { status: 201, body: { status: 'VALID' } });
  const version = services.projection.get('licence', String(issued.body['licence']))?.versions[0];
  const kept = services.lookup.kept(services.projection.get('licence', String(issued.body['licence'])) ?? ({} as never), 1);
  t.match(version?.automatic, { version: 1, reliedOn: [{ version: 1 }] });
  t.equal(inputsCommitment(Buffer.from(kept?.inputs?.opening ?? '', 'base64url'), kept?.inputs?.text ?? ''), version?.automatic?.inputs, 'what the rules were applied to can be shown');
  t.match((await inject('GET', `/api/licences/${String(issued.body['identifier'])}`, undefined)).body['licence'], { automatic: { reliedOn: [{ version: 1 }] } }, 'everybody sees that a rule decided');
  t.match((await inject('GET', '/api/rule-sets', 'machine')).body['rules'], [{ kind: KIND.food, perDay: 200, leftToday: 199 }]);
});

void t.test('when the rules are not met', async (t) => {
  const why = async (change: object, rest: object = {}) => ((await asked(710_002, change, rest)).body['fields'] as { field: string; code: string }[] | undefined)?.map(({ field, code }) => `${field} ${code}`);
  t.strictSame(await why({ residence: '' }), ['住所 FIELD_MISSING']);
  t.strictSame(await why({ premises: '示例市别处路1号' }), ['premises RULES_ADDRESS']);
  t.strictSame(await why({}, { promise: undefined }), ['promise PROMISE_MISSING']);
  t.strictSame(await why({ holderCode: '91370303MA99TXT202', premises: '示例市别处路1号' }), ['premises RULES_ADDRESS', 'held RULES_HELD'], 'all at once');
  t.match(await signed('/api/automatic', 'machine', { kind: KIND.hygiene, face: permit().face }, [installation.file('machine')]), { status: 409, body: { code: 'RULES_UNKNOWN' } });
});

void t.test('when the machine, or somebody beside it, tries more', async (t) => {
  t.match(await perform('machine', permit()), { status: 403 });
  t.match(await inject('GET', '/api/licences', 'machine'), { status: 403 }, 'it looks at nothing');
  const { identifier } = (await perform('clerk', permit())).body as unknown as { identifier: string };
  const seen = async (who?: string) => ((await inject('GET', `/api/licences/${identifier}`, who)).body['licence'] as { face: object[] }).face;
  t.strictSame(await seen('machine'), await seen(), 'and sees of a licence what everybody sees');
  t.notSame(await seen('machine'), await seen('clerk'));
  t.match(await inject('GET', `/api/licences/${identifier}/pdf`, 'machine'), { status: 404 });
  t.match(await inject('POST', '/api/automatic', 'clerk', { requestId: randomId(), kind: KIND.food, face: face(710_003) }), { status: 403 });
  t.match(await signed('/api/automatic', 'machine', { kind: KIND.food, face: face(710_003), promise: PROMISE, validUntil: day(700) }, [installation.file('clerk')]), { status: 409, body: { code: 'ACTOR_NO_MACHINE' } });
});

void t.test('when requests side by side overrun the quota', async (t) => {
  const two = [installation.file('clerk'), installation.file('approver')];
  const put = await signed('/api/drafts', 'clerk', { act: { op: 'register', act: { op: 'rule-set.put', kind: KIND.food, schema: 1, held: [], fields: [], promise: false, perDay: 5, perHour: 5 } } }, two);
  t.equal(put.status, 201);
  const ids = Array.from({ length: 12 }, () => randomId());
  const results = await Promise.all(ids.map((id, i) => asked(710_100 + i, {}, {}, id)));
  t.equal(results.filter(({ status }) => status === 201).length, 4, 'one was issued before under the rules of before');
  t.strictSame([...new Set(results.flatMap(({ status, body }) => (status === 201 ? [] : [String(body['code'])])))], ['RULES_QUOTA']);
  const requestId = randomId();
  const drafted = await inject('POST', '/api/automatic', 'machine', { requestId, kind: KIND.food, face: face(710_201) });
  t.match(await register('clerk', { op: 'rule-set.stop', kind: KIND.food }), { status: 201 });
  const { submit } = services.lanes;
  services.lanes.submit = () => Promise.reject(new Error('sealed, and shown for nothing'));
  t.match(await inject('POST', `/api/drafts/${requestId}/signatures`, 'machine', { actors: [signAct(installation.file('machine'), drafted.body as unknown as Signable)] }), { status: 409, body: { code: 'RULES_STOPPED' } });
  services.lanes.submit = submit;
  t.match(await asked(710_200), { status: 409, body: { code: 'RULES_STOPPED' } });
  // A kiosk that lost the answer asks again, with the same request.
  const lost = results.findIndex(({ status }) => status === 201);
  t.match(await asked(710_100 + lost, {}, {}, ids[lost]), { status: 200, body: { replayed: true, identifier: results[lost]?.body['identifier'] } });
});

void t.test('when supervision takes new versions over', async (t) => {
  const before = (await inject('GET', '/api/supervision', 'market')).body['versions'] as { licence: { licence: string } }[];
  t.ok(before.length > 0, 'food, drug and business licences of the demo wait');
  const licence = before[0]?.licence.licence ?? '';
  t.match(await register('market', { op: 'supervision.take', licence, version: 1 }), { status: 201 });
  const page = (query: string) => inject('GET', `/api/supervision?${query}`, 'market').then(({ body }) => body['versions'] as { cursor: string }[]);
  const [whole, [first]] = [await page(`kind=${KIND.food}`), await page(`kind=${KIND.food}&limit=1`)];
  t.strictSame([first, ...(await page(`kind=${KIND.food}&after=${first?.cursor ?? ''}`))], whole, 'page after page, of one kind');
  t.ok(whole.length > 1);
  t.strictSame(await page(`kind=${KIND.hygiene}`), [], 'which it does not supervise');
  const after = (await inject('GET', '/api/supervision', 'market')).body['versions'] as { licence: { licence: string } }[];
  t.notOk(after.some((each) => each.licence.licence === licence));
  t.equal(after.length, before.length - 1);
  t.match(await register('market', { op: 'supervision.find', id: randomId(), licence, version: 1, finding: 'RECTIFY', onDay: day(0) }), { status: 201 });
  t.match((await inject('GET', `/api/supervision/${licence}`, undefined)).body, { takenOver: [{ version: 1 }], findings: [{ finding: 'RECTIFY' }] });
  installation.clock.aheadMs = 10 * 86_400_000;
  t.ok(((await inject('GET', '/api/supervision', 'market')).body['versions'] as { overdue: boolean }[]).every(({ overdue }) => overdue), 'against a clock');
  installation.clock.aheadMs = 0;
});

void t.test('when everybody sees papers to come, and their day is over', async (t) => {
  const hygiene = KINDS.find(({ type }) => type === KIND.hygiene);
  const seenBy = (all: boolean) => new Registrar(services, installation.administrator).register({ op: 'kind.put', ...hygiene, conditions: { ...hygiene?.conditions, public: all } } as never);
  await seenBy(true);
  const conditions = [['LAYOUT', 'reminder'], ['HEALTH_CERTIFICATES', 'flag'], ['TENANCY', 'suspension']].map(([material, consequence]) => ({ material, consequence, dueOn: day(5) }));
  const { identifier } = (await perform('clerk', { ...permit(), conditions })).body as unknown as { identifier: string };
  const overdue = async (who?: string) => ((await inject('GET', `/api/licences/${identifier}`, who)).body['licence'] as { conditions?: { overdue: boolean }[] }).conditions?.map((each) => each.overdue);
  t.strictSame(await overdue(), [false, false, false]);
  installation.clock.aheadMs = 7 * 86_400_000;
  t.strictSame(await overdue(), [false, true, true], 'a reminder marks nothing for everybody');
  t.strictSame(await overdue('market'), [false, true, true], 'who does not manage it is everybody');
  t.strictSame(await overdue('clerk'), [true, true, true]);
  t.strictSame(((await inject('GET', '/api/conditions?overdue=1', 'clerk')).body['conditions'] as { consequence: string }[]).map(({ consequence }) => consequence).sort(), ['flag', 'reminder', 'suspension'], 'the list of the agency has them all');
  await seenBy(false);
  t.strictSame([await overdue(), await overdue('clerk')], [undefined, [true, true, true]], 'where the kind does not say so, nobody else sees any');
  installation.clock.aheadMs = 0;
});
