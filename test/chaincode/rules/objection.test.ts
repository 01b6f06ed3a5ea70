/** Objections: who may object to what, and that the answer is more than a word. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { BRANCH, BUREAU, KIND, MARKET, must, newLedger, OTHER_HOLDER } from '#test/support/ledger';
import { agentOf, answerAct, delegated, delegationOf, member, objectionOf, objectionPut } from '#test/support/delegations';
import { registered } from '#test/support/holders';
import { carried, refuses } from '#test/support/matchers';
import { byGateway, randomId } from '#test/support/persons';

const base = await newLedger();
const owner = await registered(base);
const licence = await base.issued();
const clerk = (agency: string = BUREAU) => [byGateway(base.of(agency).clerk)];

void t.test('when a holder objects', async (t) => {
  const ledger = base.fork();
  const objection = objectionOf(licence);
  const tried = (change: Parameters<typeof objectionOf>[1], by = owner) => ledger.act(MARKET, objectionPut(objectionOf(licence, change), by), []);
  refuses(t, await tried({ licence: ledger.licence() }), 'LICENCE_UNKNOWN', 'licence');
  refuses(t, await tried({ version: 2 }), 'VERSION_NOT_CURRENT', 'version');
  refuses(t, await tried({ fields: ['number', 'colour'] }), 'FIELD_UNKNOWN', 'fields');
  refuses(t, await tried({ reason: 'UGLY' as never }), 'COMMAND_MALFORMED');
  const stranger = await registered(ledger, OTHER_HOLDER);
  refuses(t, await tried({ subject: OTHER_HOLDER }, stranger), 'SUBJECT_NOT_YOURS', 'licence');
  refuses(t, await tried({}, stranger), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await ledger.act(MARKET, { ...objectionPut(objection, owner), objection: { ...objection, reason: 'OUTDATED' } }, []), 'DEVICE_SIGNATURE', 'by');
  carried(t, await ledger.act(MARKET, objectionPut(objection, owner), []), { id: objection.id, status: 'open' });
  t.match(ledger.read('objection', objection.id), { ...objection, manager: BUREAU, agency: MARKET, device: owner.id, status: 'open', filedAt: ledger.now, dueOn: '2026-03-29' }, 'with the day by which it is answered');
  refuses(t, await ledger.act(MARKET, objectionPut(objection, owner), []), 'OBJECTION_EXISTS', 'id');
  refuses(t, await tried({}), 'OBJECTION_OPEN', 'licence');
});

void t.test('when somebody objects for the holder', async (t) => {
  const ledger = base.fork();
  const tried = async (by: Awaited<ReturnType<typeof member>>) => ledger.act(MARKET, objectionPut(objectionOf(licence), by), []);
  refuses(t, await tried(await member(ledger, owner)), 'DELEGATION_SCOPE', 'by');
  refuses(t, await tried(await member(ledger, owner, delegationOf({ acts: ['object'], kinds: [KIND.drug] }))), 'DELEGATION_SCOPE', 'licence');
  const agent = await registered(ledger, OTHER_HOLDER);
  const mandate = await delegated(ledger, owner, agentOf({ acts: ['object'] }));
  const objection = objectionOf(licence);
  const act = objectionPut(objection, agent) as { by: object };
  carried(t, await ledger.act(MARKET, { ...act, by: { ...act.by, delegation: mandate.id } }, []));
  t.strictSame(ledger.read('objection', objection.id)?.delegations, [mandate.id]);
});

void t.test('when the agency answers', async (t) => {
  const ledger = base.fork();
  const objection = objectionOf(licence, { version: 2 });
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  must(await ledger.act(BUREAU, ledger.versionAct('change', licence), clerk()));
  must(await ledger.act(BUREAU, objectionPut(objection, owner), []));
  const answer = (change: object, agency: string = BUREAU) => ledger.act(agency, answerAct(objection.id, change), clerk(agency));
  refuses(t, await answer({ id: randomId() }), 'OBJECTION_UNKNOWN', 'id');
  refuses(t, await answer({}, BRANCH), 'ISSUER_NOT_COMPETENT', 'id');
  refuses(t, await ledger.act(BUREAU, answerAct(objection.id), []), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, answerAct(objection.id), [byGateway(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE');
  refuses(t, await answer({ details: undefined }), 'COMMAND_MALFORMED');
  refuses(t, await answer({ remedy: 1 }), 'OBJECTION_REMEDY', 'remedy');
  refuses(t, await answer({ outcome: 'accepted' }), 'OBJECTION_REMEDY', 'remedy');
  refuses(t, await answer({ outcome: 'accepted', remedy: 99 }), 'OBJECTION_REMEDY', 'remedy');
  refuses(t, await answer({ outcome: 'accepted', remedy: ledger.record(licence).events.at(-1)?.seq }), 'OBJECTION_REMEDY', 'remedy');
  must(await ledger.act(BUREAU, ledger.statusAct('suspend', licence), clerk()));
  const seq = () => ledger.record(licence).events.at(-1)?.seq;
  refuses(t, await answer({ outcome: 'accepted', remedy: seq() }), 'OBJECTION_REMEDY', 'remedy');
  must(await ledger.act(BUREAU, ledger.statusAct('restore', licence), clerk()));
  must(await ledger.act(BUREAU, ledger.versionAct('change', licence), clerk()));
  const other = ledger.fork();
  ledger.now = '2026-03-15T02:59:59.999Z' as Instant;
  refuses(t, await answer({}), 'TIME_STEPS_BACK');
  ledger.now = '2026-03-15T04:00:00.000Z' as Instant;
  carried(t, await answer({ outcome: 'accepted', remedy: seq() }), { status: 'accepted' });
  t.match(ledger.read('objection', objection.id), { status: 'accepted', answer: { agency: BUREAU, at: ledger.now, remedy: seq(), actors: [{ staff: ledger.of(BUREAU).clerk.id }] } });
  refuses(t, await answer({}), 'OBJECTION_ANSWERED', 'id');
  carried(t, await ledger.act(MARKET, objectionPut(objectionOf(licence, { version: 3 }), owner), []), { status: 'open' });
  carried(t, await other.act(BUREAU, answerAct(objection.id), clerk()), { status: 'rejected' });
});
