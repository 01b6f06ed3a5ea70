/** Matters and trades: who keeps them, and that what they name exists. */
import t from 'tap';
import { BUREAU, KIND, KINDS, MARKET, newLedger, POLICE } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { formField, matterPut } from '#test/support/matters';
import { byFile, byGateway } from '#test/support/persons';

const base = await newLedger();
const materials = (...all: object[]) => ({ variants: [{ code: 'USUAL', name: { zh: '情形', en: 'variant' }, materials: all }] });
const licence = (change: object = {}) => ({ type: 'licence', kind: KIND.drug, ...change });
const paper = (code: string) => ({ type: 'paper', code, name: { zh: '材料', en: 'paper' } });
const tradePut = (change: object = {}) => ({ op: 'trade.put', code: 'HOTEL', name: { zh: '宾馆', en: 'Hotel' }, matters: ['FOOD'], active: true, ...change });

t.test('when a matter is registered', async (t) => {
  const ledger = base.fork();
  carried(t, await ledger.register(matterPut()), { id: 'FOOD' });
  t.match(ledger.read('matter', 'FOOD'), { code: 'FOOD', version: 1, kind: KIND.food, variants: [{ materials: [{ kind: KIND.drug, daysLeft: 30 }, { type: 'promise' }, { type: 'paper' }] }] });
  t.notOk('op' in (ledger.read('matter', 'FOOD') ?? {}));
  carried(t, await ledger.register(matterPut('FOOD', { active: false })), { id: 'FOOD' });
  refuses(t, await ledger.register(matterPut('FOOD', { purpose: 'PERMIT_OTHER' })), 'STALE_RECORD', 'version');
  carried(t, await ledger.register(matterPut('FOOD', { version: 2, purpose: 'PERMIT_OTHER' })));
  refuses(t, await ledger.register(matterPut()), 'STALE_RECORD', 'version');
  refuses(t, await ledger.register(matterPut('FOOD', { version: 3, kind: KIND.drug })), 'COMMAND_MALFORMED', 'kind');
});

t.test('when somebody else registers one', async (t) => {
  const ledger = base.fork();
  const { registrar, clerk } = ledger.of(MARKET);
  refuses(t, await ledger.act(MARKET, matterPut(), [byFile(registrar)]), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(MARKET, matterPut('OWN', { agency: BUREAU }), [byFile(registrar)]), 'RIGHT_MISSING');
  carried(t, await ledger.act(MARKET, matterPut('OWN', { agency: MARKET }), [byFile(registrar)]));
  refuses(t, await ledger.act(MARKET, matterPut('OWN', { agency: MARKET, version: 2 }), [byFile(clerk)]), 'ACTOR_ROLE');
  refuses(t, await ledger.act(MARKET, matterPut('OWN', { agency: MARKET, version: 2 }), [byGateway(registrar)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(POLICE, matterPut('OWN', { agency: POLICE, version: 2 }), [byFile(ledger.of(POLICE).registrar)]), 'RIGHT_MISSING', 'agency');
});

t.test('when a matter names what is not there', async (t) => {
  const ledger = base.fork();
  const refused = async (change: object, code: Parameters<typeof refuses>[2], field: string) => { refuses(t, await ledger.register(matterPut('FOOD', change)), code, field); };
  await refused({ kind: '11370000000000000T999' }, 'KIND_UNKNOWN', 'kind');
  await refused({ agency: '91370303MA99TXT202' }, 'AGENCY_UNKNOWN', 'agency');
  await refused({ form: [formField('number', { fills: 'colour' })] }, 'COMMAND_MALFORMED', 'form');
  await refused({ form: [formField('a', { fills: 'number' }), formField('b', { fills: 'number' })] }, 'COMMAND_MALFORMED', 'form');
  await refused({ form: [formField('a'), formField('a')] }, 'COMMAND_MALFORMED', 'form');
  await refused({ form: [formField('a', { from: [{ kind: KIND.drug, field: 'colour' }] })] }, 'COMMAND_MALFORMED', 'form');
  await refused({ form: [formField('a', { from: [{ kind: '11370000000000000T999', field: 'number' }] })] }, 'KIND_UNKNOWN', 'form');
  await refused(materials(licence({ fields: ['colour'] })), 'COMMAND_MALFORMED', 'variants');
  await refused(materials(licence({ kind: '11370000000000000T999' })), 'KIND_UNKNOWN', 'variants');
  await refused(materials(licence(), licence({ daysLeft: 30 })), 'COMMAND_MALFORMED', 'variants');
  await refused(materials(paper('A'), paper('A')), 'COMMAND_MALFORMED', 'variants');
  await refused({ variants: [1, 2].map(() => ({ code: 'USUAL', name: { zh: '情形', en: 'variant' }, materials: [] })) }, 'COMMAND_MALFORMED', 'variants');
  t.equal(ledger.read('matter', 'FOOD'), undefined, 'nothing was written');
  t.ok(KINDS.every(({ fields }) => fields.every(({ name }) => name !== 'colour')), 'no kind of the test has such a field');
});

t.test('when a trade is registered', async (t) => {
  const ledger = base.fork();
  refuses(t, await ledger.register(tradePut()), 'MATTER_UNKNOWN', 'matters');
  carried(t, await ledger.register(matterPut()));
  carried(t, await ledger.register(tradePut()), { id: 'HOTEL' });
  t.strictSame(ledger.read('trade', 'HOTEL')?.matters, ['FOOD']);
  refuses(t, await ledger.act(MARKET, tradePut(), [byFile(ledger.of(MARKET).registrar)]), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.register(tradePut({ matters: ['FOOD', 'FOOD'] })), 'COMMAND_MALFORMED');
});
