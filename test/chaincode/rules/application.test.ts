/** Applications: the published steps and no others, who may decide, and what a decision names. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { APPLICATION_ACTS, APPLICATION_STATES, type ApplicationState } from '#chaincode/facts/application';
import { CORRECTIONS_MAX } from '#chaincode/rules/application';
import { BRANCH, BUREAU, HOLDER, KIND, MARKET, must, newLedger, OTHER_HOLDER, sha, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { decideAct, drugPut, matterPut, receiveAct, stepAct } from '#test/support/matters';
import { byFile, byGateway, type Signing } from '#test/support/persons';

const base = await newLedger();
must(await base.register(matterPut()));
must(await base.register(drugPut()));
must(await base.register({ op: 'trade.put', code: 'HOTEL', name: { zh: '宾馆', en: 'Hotel' }, matters: ['FOOD', 'DRUG'], active: true }));

const clerk = (ledger: TestLedger): Signing[] => [byGateway(ledger.of(BUREAU).clerk)];
const act = (ledger: TestLedger, what: object, signers = clerk(ledger)) => ledger.act(BUREAU, what, signers);
const received = async (ledger: TestLedger, change: object = {}): Promise<string> => {
  const what = receiveAct(change);
  must(await act(ledger, what));
  return what.id;
};
const both = { matters: [{ matter: 'FOOD', variant: 'USUAL', version: 1 }, { matter: 'DRUG', variant: 'USUAL', version: 1 }] };

t.test('when an application goes its whole way', async (t) => {
  const ledger = base.fork();
  const id = await received(ledger, { ...both, trade: 'HOTEL' });
  carried(t, await act(ledger, stepAct(ledger, 'correct', id, { details: sha('note'), basis: 'XZXKF-38' })), { id, status: 'correction' });
  carried(t, await act(ledger, stepAct(ledger, 'resubmit', id, { details: sha('form again') })), { status: 'received' });
  carried(t, await act(ledger, stepAct(ledger, 'accept', id)), { status: 'accepted' });
  const licence = await ledger.issued();
  const relied = { licence: await ledger.issued({}, BUREAU, KIND.drug), version: 1 };
  carried(t, await act(ledger, decideAct(ledger, id, { outcome: 'granted', licence, version: 1, reliedOn: [relied] })), { status: 'accepted' });
  carried(t, await act(ledger, decideAct(ledger, id, { matter: 'DRUG' }), ledger.two(BUREAU)), { status: 'decided' });
  carried(t, await act(ledger, stepAct(ledger, 'deliver', id)), { status: 'delivered' });
  const record = ledger.read('application', id);
  t.match(record, { id, agency: BUREAU, subject: HOLDER, trade: 'HOTEL', channel: 'counter', state: 'delivered' });
  t.strictSame(record?.events.map(({ seq, act: name, state }) => [seq, name, state]), [
    [1, 'receive', 'received'], [2, 'correct', 'correction'], [3, 'resubmit', 'received'], [4, 'accept', 'accepted'], [5, 'decide', 'accepted'], [6, 'decide', 'decided'], [7, 'deliver', 'delivered'],
  ]);
  t.match(record?.events[4], { matter: 'FOOD', outcome: 'granted', licence, version: 1, docNo: '张审批决字〔2026〕第1号', reliedOn: [relied], authority: BUREAU, actors: [{ staff: ledger.of(BUREAU).clerk.id, method: 'gateway' }] });
  t.match(record?.events[5], { matter: 'DRUG', outcome: 'refused', reliedOn: [], actors: [{ method: 'key-file' }, { method: 'key-file' }] });
  t.notMatch(JSON.stringify(record), /样例|示例|测试/, 'no name, no face');
});

/** From the law and not from the code: which act is allowed in which state. */
const ALLOWED: Readonly<Record<ApplicationState, readonly string[]>> = {
  received: ['accept', 'correct', 'reject', 'withdraw'],
  correction: ['resubmit', 'withdraw'],
  accepted: ['decide', 'withdraw'],
  decided: ['deliver'],
  'refused-to-accept': [], delivered: [], withdrawn: [],
};
const WAY: Readonly<Record<ApplicationState, readonly string[]>> = {
  received: [], correction: ['correct'], accepted: ['accept'], 'refused-to-accept': ['reject'], decided: ['accept', 'decide'], delivered: ['accept', 'decide', 'deliver'], withdrawn: ['withdraw'],
};

t.test('when any act is tried in any state', async (t) => {
  for (const state of APPLICATION_STATES) {
    const ledger = base.fork();
    const id = await received(ledger);
    const make = (name: string) => (name === 'decide' ? decideAct(ledger, id) : stepAct(ledger, name, id));
    for (const name of WAY[state]) must(await act(ledger, make(name)));
    t.equal(ledger.read('application', id)?.state, state);
    for (const name of APPLICATION_ACTS) {
      const result = await act(ledger.fork(), make(name));
      if (ALLOWED[state].includes(name)) carried(t, result);
      else refuses(t, result, 'APPLICATION_STATE', 'op');
    }
  }
});

t.test('when what is applied for does not fit', async (t) => {
  const ledger = base.fork();
  const refused = async (change: object, code: Parameters<typeof refuses>[2], field?: string, agency = BUREAU) => { refuses(t, await ledger.act(agency, receiveAct({ authority: agency, ...change }), [byGateway(ledger.of(agency).clerk)]), code, field); };
  const matter = (change: object) => ({ matters: [{ matter: 'FOOD', variant: 'USUAL', version: 1, ...change }] });
  await refused(matter({ matter: 'NONE' }), 'MATTER_UNKNOWN', 'matters');
  await refused(matter({ variant: 'NONE' }), 'VARIANT_UNKNOWN', 'matters');
  await refused(matter({ version: 2 }), 'MATTER_OUTDATED', 'matters');
  await refused({ matters: [...both.matters, ...both.matters] }, 'COMMAND_MALFORMED', 'matters');
  await refused({}, 'MATTER_NOT_OF_AGENCY', 'matters', MARKET);
  await refused({ subject: 'uscc:91370303MA99TXT05C' }, 'USCC_CHECK_DIGIT', 'subject');
  await refused({ subject: `person:${'A'.repeat(22)}` }, 'COMMAND_MALFORMED', 'subject');
  await refused({ trade: 'NONE' }, 'TRADE_UNKNOWN', 'trade');
  await refused({ authority: MARKET }, 'AUTHORITY_UNKNOWN', 'authority');
  await refused({ details: undefined }, 'COMMAND_MALFORMED');
  must(await ledger.register(matterPut('OTHER', { agency: BUREAU, kind: undefined, form: [{ name: 'a', label: { zh: '项', en: 'a' }, type: 'text', required: true, disclosure: 'public', max: 9, from: [] }] })));
  await refused({ ...matter({ matter: 'OTHER' }), trade: 'HOTEL' }, 'TRADE_UNKNOWN', 'trade');
  await refused(matter({ matter: 'OTHER' }), 'MATTER_NOT_OF_AGENCY', 'matters', MARKET);
  carried(t, await act(ledger, receiveAct(matter({ matter: 'OTHER' }))));
  must(await ledger.register(matterPut('FOOD', { active: false })));
  await refused({}, 'MATTER_INACTIVE', 'matters');
  const what = receiveAct(matter({ matter: 'DRUG' }));
  must(await act(ledger, what));
  refuses(t, await act(ledger, what), 'APPLICATION_EXISTS', 'id');
});

t.test('when a town branch acts in the name of its bureau', async (t) => {
  const ledger = base.fork();
  const what = receiveAct({ authority: BUREAU });
  carried(t, await ledger.act(BRANCH, what, [byGateway(ledger.of(BRANCH).clerk)]));
  t.match(ledger.read('application', what.id), { agency: BRANCH, events: [{ authority: BUREAU }] });
  refuses(t, await act(ledger, stepAct(ledger, 'accept', what.id)), 'APPLICATION_UNKNOWN', 'id');
});

t.test('when a step is not ready', async (t) => {
  const ledger = base.fork();
  const id = await received(ledger);
  refuses(t, await act(ledger, stepAct(ledger, 'accept', id, { after: 2 })), 'APPLICATION_CHANGED', 'after');
  refuses(t, await act(ledger, stepAct(ledger, 'reject', id, { docNo: undefined })), 'DOCUMENT_NUMBER_MISSING', 'docNo');
  refuses(t, await act(ledger, stepAct(ledger, 'reject', id, { docNo: '决字370303190001010016号' })), 'DOCUMENT_NUMBER_PERSONAL', 'docNo');
  refuses(t, await act(ledger, stepAct(ledger, 'accept', id, { basis: 'XZXKF-999' })), 'BASIS_UNKNOWN', 'basis');
  refuses(t, await act(ledger, stepAct(ledger, 'accept', id), [byGateway(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE');
  refuses(t, await act(ledger, { ...stepAct(ledger, 'accept', id), id: 'A'.repeat(22) }), 'APPLICATION_UNKNOWN', 'id');
  for (let i = 0; i < CORRECTIONS_MAX; i++) for (const name of ['correct', 'resubmit']) must(await act(ledger, stepAct(ledger, name, id)));
  refuses(t, await act(ledger, stepAct(ledger, 'correct', id)), 'CORRECTIONS_TOO_MANY', 'op');
  carried(t, await act(ledger, stepAct(ledger, 'accept', id)));
  const late = decideAct(ledger, id);
  ledger.now = '2026-03-15T01:00:00.000Z' as Instant;
  refuses(t, await act(ledger, late), 'TIME_STEPS_BACK');
});

t.test('when a decision does not fit', async (t) => {
  const ledger = base.fork();
  const old = await ledger.issued();
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  const id = await received(ledger, both);
  must(await act(ledger, stepAct(ledger, 'accept', id)));
  const refused = async (change: object, code: Parameters<typeof refuses>[2], field?: string) => { refuses(t, await act(ledger, decideAct(ledger, id, change)), code, field); };
  const granted = (licence: string | undefined, version: number | undefined = 1) => ({ outcome: 'granted', licence, version });
  const fresh = await ledger.issued();
  await refused(granted(undefined), 'OUTCOME_LICENCE', 'licence');
  await refused({ outcome: 'granted', licence: fresh }, 'OUTCOME_LICENCE', 'licence');
  await refused({ outcome: 'refused', licence: fresh, version: 1 }, 'OUTCOME_LICENCE', 'licence');
  await refused(granted(ledger.licence()), 'LICENCE_UNKNOWN', 'licence');
  await refused(granted(await ledger.issued({}, BUREAU, KIND.drug)), 'OUTCOME_LICENCE', 'licence');
  await refused(granted(await ledger.issued({ subject: OTHER_HOLDER })), 'OUTCOME_LICENCE', 'licence');
  await refused(granted(await ledger.issued({}, BRANCH)), 'OUTCOME_LICENCE', 'licence');
  await refused(granted(await ledger.imported()), 'OUTCOME_LICENCE', 'version');
  await refused(granted(fresh, 2), 'OUTCOME_LICENCE', 'version');
  await refused(granted(old), 'OUTCOME_LICENCE', 'version');
  await refused({ reliedOn: [{ licence: fresh, version: 2 }] }, 'RELIED_UNKNOWN', 'reliedOn');
  await refused({ reliedOn: [{ licence: ledger.licence(), version: 1 }] }, 'RELIED_UNKNOWN', 'reliedOn');
  await refused({ matter: 'NONE' }, 'MATTER_UNKNOWN', 'matter');
  await refused({ docNo: undefined }, 'COMMAND_MALFORMED');
  await refused({ matter: 'DRUG' }, 'ACTOR_OWN_KEY_NEEDED', 'actors');
  refuses(t, await act(ledger, decideAct(ledger, id, { matter: 'DRUG' }), [byFile(ledger.of(BUREAU).approver)]), 'ACTORS_TOO_FEW', 'actors');
  carried(t, await act(ledger, decideAct(ledger, id, granted(fresh))));
  await refused({}, 'MATTER_DECIDED', 'matter');
  refuses(t, await act(ledger, stepAct(ledger, 'withdraw', id)), 'APPLICATION_STATE', 'op');
});
