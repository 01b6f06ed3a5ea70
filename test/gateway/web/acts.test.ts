/** What the pages offer must agree with the published matrix and the rights; the ledger refuses the rest anyhow. */
import t from 'tap';
import { KINDS } from '#gateway/catalogue/kinds';
import { faultsByField } from '#gateway/web/issue/field';
import { changesOf, faceOf } from '#gateway/web/issue/face-fields';
import { issuable } from '#gateway/web/issue/new-page';
import { signingFor } from '#gateway/web/issue/signing';
import { actionsFor } from '#gateway/web/licence/allowed';
import type { Right } from '#chaincode/facts/records';
import { STATUSES, TRANSITIONS } from '#chaincode/facts/status';
import { firstLanguage } from '#gateway/web/language';

const [food, , , drug] = KINDS;
if (!food || !drug) throw new Error('the catalogue is empty');
const TODAY = '2026-03-15';
const right = (name: Right, extra = {}) => ({ kind: food.type, right: name, from: '2020-01-01', ...extra });
const agency = (...rights: ReturnType<typeof right>[]) => ({ code: 'B', name: 'B', active: true, rights });
const licence = (status: string, manager = 'B', origin: 'issued' | 'imported' = 'issued') => ({ status, origin, type: food.type, manager });

t.test('when the managing agency looks at a licence', async (t) => {
  t.same(actionsFor(licence('VALID'), agency(right('issue')), TODAY), ['suspend', 'renew', 'change', 'cancel', 'transfer', 'withdraw', 'annul']);
  t.same(actionsFor(licence('SUSPENDED'), agency(right('issue')), TODAY), ['restore', 'cancel', 'withdraw', 'annul']);
  t.same(actionsFor(licence('EXPIRED'), agency(right('issue')), TODAY), actionsFor(licence('VALID'), agency(right('issue')), TODAY), 'an expired licence may be renewed');
  t.same(actionsFor(licence('VALID', 'B', 'imported'), agency(right('issue')), TODAY).includes('confirm'), true);
  t.same(actionsFor(licence('VALID', 'B', 'imported'), agency(right('issue')), TODAY).includes('renew'), false);
  for (const status of STATUSES) for (const act of actionsFor(licence(status), agency(right('issue'), right('penalise')), TODAY)) t.ok(TRANSITIONS[act].from.includes(status), `${act} from ${status}`);
});

t.test('when another agency looks at it', async (t) => {
  t.same(actionsFor(licence('VALID', 'A'), agency(right('supervise')), TODAY), ['suspend']);
  t.same(actionsFor(licence('VALID', 'A'), agency(right('penalise')), TODAY), ['suspend', 'revoke']);
  t.same(actionsFor(licence('VALID', 'A'), agency(right('penalise', { over: 'C' })), TODAY), []);
  t.same(actionsFor(licence('VALID', 'A'), agency(right('supervise', { until: '2026-03-14' })), TODAY), []);
  t.same(actionsFor(licence('TRANSFERRED', 'A'), agency(right('issue')), TODAY), ['accept']);
  t.same(actionsFor(licence('VALID', 'A'), undefined, TODAY), []);
});

t.test('when keys are asked for', async (t) => {
  t.equal(signingFor(food, 'issue', { today: TODAY, effectiveOn: TODAY }), 'sign-in');
  t.equal(signingFor(food, 'issue', { today: TODAY, effectiveOn: '2026-02-13' }), 'sign-in', 'thirty days back');
  t.equal(signingFor(food, 'issue', { today: TODAY, effectiveOn: '2026-02-12' }), 'several', 'thirty-one');
  t.equal(signingFor(food, 'suspend', { today: TODAY, penalty: true }), 'own');
  t.equal(signingFor(food, 'transfer', { today: TODAY }), 'own');
  t.equal(signingFor(food, 'annul', { today: TODAY }), 'several');
  t.equal(signingFor(drug, 'issue', { today: TODAY }), 'several');
});

t.test('when a form is sent', async (t) => {
  t.same(faceOf({ fields: [{ ...food.fields[0], name: 'a', type: 'text' }, { ...food.fields[0], name: 'b', type: 'list' }] as never }, { a: ' x ', b: 'one\n\n two \n', c: 'no' }), { a: 'x', b: ['one', 'two'] });
  t.same(changesOf(food, { premises: 'old', complaints: '12315' }, { premises: 'new', complaints: '' }), { premises: 'new', complaints: '' });
  t.same(changesOf(food, { premises: 'old' }, { premises: ' old ' }), {});
  t.same(Object.keys(faultsByField([{ field: 'number', code: 'NUMBER_CHECK_DIGIT' }, { field: 'body/act/docNo', code: 'SCHEMA' }])), ['number', 'docNo']);
});

t.test('when an agency chooses a kind', async (t) => {
  t.same(issuable(KINDS, agency(right('issue')), TODAY).map(({ type }) => type), [food.type]);
  t.same(issuable(KINDS, agency(right('issue', { from: '2027-01-01' })), TODAY), []);
  t.same(issuable([{ ...food, active: false }], agency(right('issue')), TODAY), []);
});

t.test('when a language is chosen', async (t) => {
  t.equal(firstLanguage(undefined, ['zh-TW', 'en']), 'zh');
  t.equal(firstLanguage(undefined, []), 'zh', 'unknown');
  t.equal(firstLanguage(undefined, ['en-GB']), 'en');
  t.equal(firstLanguage('zh', ['en-GB']), 'zh', 'the reader has chosen');
  t.equal(firstLanguage('xx', ['en-GB']), 'en');
});
