/** What a malformed request is told: each wrong field once, and nothing of the forms that were not meant. */
import fc from 'fast-check';
import t from 'tap';
import Type, { type TSchema } from 'typebox';
import { Check } from 'typebox/schema';
import { ActRequest, VerifyRequest } from '#gateway/doors/schemas';
import { misformed } from '#gateway/validation';
import { randomId } from '#gateway/keyring';

const told = (schema: TSchema, value: unknown) => misformed(schema, value).map(({ path, fault }) => `${path} ${fault}`);
const closed = { additionalProperties: false } as const;

t.test('when a field is missing, unknown or misformed', async (t) => {
  const schema = Type.Object({ name: Type.String({ maxLength: 3 }), days: Type.Optional(Type.Array(Type.Integer(), { maxItems: 2 })) }, closed);
  const cases: [unknown, string[]][] = [
    [{ name: 'x' }, []], [{ name: 'x', days: [1, 2] }, []], [{}, ['/name required']], [{ nam: 'x' }, ['/name required', '/nam additionalProperties']], [{ name: 'long' }, ['/name form']], [{ name: 1 }, ['/name form']],
    [{ name: 'x', days: [1, 'a', 2.5] }, ['/days/1 form', '/days/2 form']], [{ name: 'x', days: [1, 2, 3] }, ['/days form']], ['x', [' form']], [null, [' form']], [[], [' form']],
    [{ name: 'x', constructor: 1 }, ['/constructor additionalProperties']], [JSON.parse('{"name":"x","__proto__":1}'), ['/__proto__ additionalProperties']], [{ name: 'x', ['y'.repeat(5000)]: 1 }, [`/${'y'.repeat(64)} additionalProperties`]],
  ];
  for (const [value, expected] of cases) t.strictSame(told(schema, value), expected, JSON.stringify(value)?.slice(0, 60));
});

t.test('when a request may have several forms', async (t) => {
  const forms = Type.Union([Type.Object({ name: Type.String(), password: Type.String() }, closed), Type.Object({ challenge: Type.String(), actor: Type.Object({ staff: Type.String(), key: Type.String() }, closed) }, closed)]);
  const cases: [unknown, string[]][] = [
    [{ name: 'x', password: 'y' }, []], [{ name: 'x' }, ['/password required']], [{ name: 'x', pasword: 'y' }, ['/password required', '/pasword additionalProperties']], [{}, ['/name required', '/password required']],
    [{ challenge: 'x' }, ['/actor required']], [{ challenge: 'x', actor: {} }, ['/actor/staff required', '/actor/key required']], [{ challenge: 'x', actor: { staff: 1, key: 'x', more: 1 } }, ['/actor/staff form', '/actor/more additionalProperties']],
    [{ name: 'x', password: 'y', challenge: 'z' }, ['/challenge additionalProperties']], ['x', [' form']],
  ];
  for (const [value, expected] of cases) t.strictSame(told(forms, value), expected, JSON.stringify(value));
  t.strictSame(told(VerifyRequest, { qr: 'x', token: 'y' }), ['/token additionalProperties']);
  t.strictSame(told(Type.Union([Type.String(), Type.Array(Type.String({ maxLength: 1 }))]), ['a', 'bc']), ['/1 form'], 'a list is compared with lists');
});

t.test('when a word says which form is meant', async (t) => {
  const requestId = randomId();
  const suspend = { op: 'suspend', licence: '11370000000000000T901.113703030099999063.SVP8I6PJLRVC8RPJ21RE' };
  t.strictSame(told(ActRequest, { requestId, act: suspend }), []);
  t.strictSame(told(ActRequest, { requestId, act: { ...suspend, fate: 1, after: 'x' } }), ['/act/fate additionalProperties', '/act/after form']);
  t.strictSame(told(ActRequest, { requestId, act: { op: 'suspend' } }), ['/act/licence required']);
  t.strictSame(told(ActRequest, { requestId, act: { ...suspend, op: 'suspendd' } }), ['/act/op form']);
  t.strictSame(told(ActRequest, { requestId, act: { licence: suspend.licence } }), ['/act/op required']);
  t.strictSame(told(ActRequest, { requestId, act: { op: 'issue', kind: 'x', face: { scope: 1 } } }), ['/act/kind form', '/act/face/scope form']);
  t.strictSame(told(ActRequest, { requestId, act: { op: 'register', act: { op: 'seal.status', id: randomId(), status: 'broken' } } }), ['/act/act/status form']);
});

t.test('when anything at all is checked', async (t) => {
  const seen = { fits: 0, not: 0 };
  const licence = '11370000000000000T901.113703030099999063.SVP8I6PJLRVC8RPJ21RE';
  const good = [{ op: 'issue', kind: '11370000000000000T901', face: { scope: 'x', items: ['a', 'b'] }, docNo: 'x' }, { op: 'renew', licence, validUntil: '2030-01-01' }, { op: 'suspend', licence, after: 1 }, { op: 'register', act: { op: 'seal.status', id: randomId(), status: 'stopped' } }];
  const change = fc.oneof(fc.constant({}), fc.dictionary(fc.constantFrom('op', 'licence', 'face', 'after', 'act', 'kind', 'other'), fc.oneof(fc.jsonValue(), fc.constantFrom('issue', 'suspend', licence)), { maxKeys: 2 }));
  fc.assert(fc.property(fc.oneof(fc.jsonValue(), fc.record({ requestId: fc.constant(randomId()), act: fc.tuple(fc.constantFrom(...good), change).map(([act, changed]) => ({ ...act, ...changed })) })), (value) => {
    const fits = Check(ActRequest, value);
    seen[fits ? 'fits' : 'not']++;
    return fits === (misformed(ActRequest, value).length === 0);
  }), { numRuns: 3_000 });
  t.ok(seen.fits > 100 && seen.not > 100, `there is a fault exactly where the form does not fit (${JSON.stringify(seen)})`);
});
