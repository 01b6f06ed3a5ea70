/** Seals at work: who may trigger one, for which kinds, and what a renewal takes over. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { BUREAU, KIND, MARKET, must, newLedger, newSeal, sealPut, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, randomId } from '#test/support/persons';

const base = await newLedger();

async function filed(ledger: TestLedger, change: object = {}): Promise<string> {
  const seal = await newSeal(BUREAU, ledger.authority);
  must(await ledger.register(sealPut(seal, change)));
  return seal.id;
}

void t.test('when a seal names who may trigger it', async (t) => {
  const ledger = base.fork();
  const { clerk, reviewer, approver, auditor } = ledger.of(BUREAU);
  const seal = await filed(ledger, { triggers: ['approver'] });
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ seal }), [byGateway(clerk)]), 'SEAL_NOT_YOURS', 'seal');
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ seal }), [byFile(clerk)]), 'SEAL_NOT_YOURS');
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ seal }), [byFile(clerk), byFile(reviewer)]), 'SEAL_NOT_YOURS');
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ seal }), [byGateway(approver)]));
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ seal }), [byFile(clerk), byFile(approver)]), { version: 1 });
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ seal }), [byFile(auditor)]), 'ACTOR_ROLE');
  const id = await ledger.issued();
  refuses(t, await ledger.act(BUREAU, ledger.versionAct('renew', id, { seal }), [byGateway(clerk)]), 'SEAL_NOT_YOURS', 'seal');
  carried(t, await ledger.act(BUREAU, ledger.versionAct('renew', id, { seal }), [byGateway(approver)]));
  carried(t, await ledger.act(BUREAU, ledger.issueAct(), [byGateway(clerk)]), { version: 1 });
  const either = await filed(ledger, { triggers: ['clerk', 'approver'] });
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ seal: either }), [byGateway(clerk)]));
});

void t.test('when the trigger comes with the second signature of a proposal', async (t) => {
  const ledger = base.fork();
  const { clerk, reviewer, approver } = ledger.of(BUREAU);
  const seal = await filed(ledger, { triggers: ['approver'] });
  const id = randomId();
  const { act, ...signed } = ledger.command(ledger.issueAct({ seal })) as { act: object; content: string; expiresAt: string; documents: unknown };
  const { documents, ...parts } = signed;
  carried(t, await ledger.act(BUREAU, { op: 'proposal.open', id, command: { act, ...parts, requestId: randomId() } }, [byFile(clerk)]));
  const approve = { op: 'proposal.approve', id };
  refuses(t, await ledger.act(BUREAU, approve, [byFile(reviewer)], { command: { documents } }), 'SEAL_NOT_YOURS');
  carried(t, await ledger.act(BUREAU, approve, [byFile(approver)], { command: { documents } }), { version: 1 });
});

void t.test('when a seal is for some kinds only', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(BUREAU);
  const seal = await filed(ledger, { kinds: [KIND.drug] });
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ seal }), [byGateway(clerk)]), 'SEAL_NOT_FOR_KIND', 'seal');
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ seal }, BUREAU, KIND.drug), [byFile(clerk), byFile(approver)]));
});

void t.test('when a seal is filed with what cannot be', async (t) => {
  const ledger = base.fork();
  const put = async (change: object) => ledger.register(sealPut(await newSeal(BUREAU, ledger.authority), change));
  for (const triggers of [[], ['registrar'], ['auditor'], ['clerk', 'clerk'], ['king'], 'clerk']) refuses(t, await put({ triggers }), 'COMMAND_MALFORMED');
  for (const kinds of [[], ['T'], [KIND.food, KIND.food]]) refuses(t, await put({ kinds }), 'COMMAND_MALFORMED');
  refuses(t, await put({ kinds: ['11370000000000000T999'] }), 'KIND_UNKNOWN', 'kinds');
});

void t.test('when a seal is renewed with overlap', async (t) => {
  const ledger = base.fork();
  const { clerk } = ledger.of(BUREAU);
  const old = ledger.seals[BUREAU]?.id ?? '';
  const longer = { validUntil: '2033-01-01T00:00:00.000Z', renews: old };
  const put = async (change: object, agency: string = BUREAU) => ledger.register(sealPut(await newSeal(agency, ledger.authority), change));
  refuses(t, await put({ ...longer, renews: randomId() }), 'SEAL_UNKNOWN', 'renews');
  refuses(t, await put(longer, MARKET), 'SEAL_NOT_OF_AGENCY', 'renews');
  refuses(t, await put({ ...longer, name: '另一专用章' }), 'COMMAND_MALFORMED', 'name');
  refuses(t, await put({ renews: old }), 'DATES_REVERSED', 'validUntil');
  const ending = await filed(ledger);
  const successor = await filed(ledger, longer);
  t.equal(ledger.read('seal', successor)?.renews, old);
  for (const seal of [old, successor]) carried(t, await ledger.act(BUREAU, ledger.issueAct({ seal }), [byGateway(clerk)]));
  carried(t, await ledger.register({ op: 'seal.status', id: old, status: 'cancelled' }));
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ seal: old }), [byGateway(clerk)]), 'SEAL_NOT_IN_FORCE');
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ seal: successor }), [byGateway(clerk)]));
  ledger.now = '2030-01-01T00:00:00.001Z' as Instant;
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ seal: ending, validUntil: '2030-12-31' }), [byGateway(clerk)], { command: { expiresAt: '2030-01-02T00:00:00.000Z' } }), 'SEAL_NOT_IN_FORCE');
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ seal: successor, validUntil: '2030-12-31' }), [byGateway(clerk)], { command: { expiresAt: '2030-01-02T00:00:00.000Z' } }));
});
