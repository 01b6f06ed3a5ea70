/** Proposals: identical content signed one after the other, by persons who are still in force. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import type { Result } from '#chaincode/rules/batch';
import { BUREAU, callerOf, MARKET, must, newLedger, sha, staffPut, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, byPasskey, newPerson, randomId, recordKey, type Signing } from '#test/support/persons';

const base = await newLedger();

interface Proposed {
  readonly id: string;
  readonly act: object;
  readonly open: object;
}

/** A proposal to revoke a licence; the content of the act is fixed when it is opened. */
function proposed(act: object, change: object = {}): Proposed {
  const id = randomId();
  const open = { op: 'proposal.open', id, command: { act, expiresAt: '2026-03-18T02:00:00.000Z', requestId: randomId(), ...change } };
  return { id, act, open };
}
const approve = (ledger: TestLedger, id: string, signer: Signing, agency = MARKET, command: object = {}): Promise<Result> => ledger.act(agency, { op: 'proposal.approve', id }, [signer], { command });

async function revocation(ledger: TestLedger): Promise<Proposed & { licence: string }> {
  const licence = await ledger.issued();
  return { licence, ...proposed(ledger.statusAct('revoke', licence)) };
}

void t.test('when two approve', async (t) => {
  const ledger = base.fork();
  const { clerk, approver, auditor } = ledger.of(MARKET);
  const { id, open, licence } = await revocation(ledger);
  t.strictSame(await ledger.act(MARKET, open, [byFile(clerk)]), { ok: true, proposal: id, status: 'open' });
  t.match(ledger.read('proposal', id), { agency: MARKET, status: 'open', actors: [{ staff: clerk.id, person: clerk.person, key: clerk.file.id, method: 'key-file' }] });
  refuses(t, await approve(ledger, id, byGateway(approver)), 'ACTOR_OWN_KEY_NEEDED', 'actors');
  refuses(t, await approve(ledger, id, byFile(clerk)), 'ACTORS_SAME_PERSON', 'actors');
  refuses(t, await approve(ledger, id, byPasskey(clerk)), 'ACTORS_SAME_PERSON');
  refuses(t, await approve(ledger, id, byFile(auditor)), 'ACTOR_ROLE', 'actors');
  t.equal(ledger.record(licence).versions[0]?.status, 'VALID', 'nothing happens before the second');
  carried(t, await approve(ledger, id, byPasskey(approver)), { status: 'REVOKED', licence, proposal: id });
  t.match(ledger.record(licence).events.at(-1)?.actors, [{ staff: clerk.id, method: 'key-file' }, { staff: approver.id, method: 'webauthn' }]);
  refuses(t, await approve(ledger, id, byFile(approver)), 'PROPOSAL_CLOSED', 'id');
  refuses(t, await ledger.act(MARKET, { op: 'proposal.withdraw', id }, [byFile(clerk)]), 'PROPOSAL_CLOSED');
});

void t.test('when a signature is not over the proposed act', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  const { id, open, licence } = await revocation(ledger);
  const signedOther: Signing = () => byFile(clerk)(Buffer.from(sha('the opening itself'), 'base64url'));
  refuses(t, await ledger.act(MARKET, open, [signedOther]), 'ACTOR_SIGNATURE');
  must(await ledger.act(MARKET, open, [byFile(clerk)]));
  refuses(t, await approve(ledger, id, () => byFile(approver)(Buffer.alloc(32))), 'ACTOR_SIGNATURE', 'actors');
  refuses(t, await ledger.act(MARKET, { ...open, command: { ...(open as { command: object }).command, requestId: randomId() } }, [byFile(approver)]), 'PROPOSAL_EXISTS', 'id');
  t.equal(ledger.record(licence).versions[0]?.status, 'VALID');
});

void t.test('when whoever opened it is gone', async (t) => {
  for (const [why, change, code] of [['dismissed', { active: false }, 'ACTOR_INACTIVE'], ['key taken back', {}, 'ACTOR_KEY_UNKNOWN']] as const) {
    const ledger = base.fork();
    const { clerk, approver } = ledger.of(MARKET);
    const { id, open, licence } = await revocation(ledger);
    must(await ledger.act(MARKET, open, [byFile(clerk)]));
    must(await ledger.register(staffPut(clerk, { ...change, keys: [recordKey(clerk.file, why === 'dismissed'), recordKey(clerk.passkey)] })));
    refuses(t, await approve(ledger, id, byFile(approver)), code, 'actors');
    t.equal(ledger.record(licence).versions[0]?.status, 'VALID', why);
  }
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  const { id, open } = await revocation(ledger);
  must(await ledger.act(MARKET, open, [byFile(clerk)]));
  must(await ledger.register(staffPut(clerk, { roles: ['auditor'] })));
  refuses(t, await approve(ledger, id, byFile(approver)), 'ACTOR_ROLE');
});

void t.test('when it waits too long', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  const { id, open } = await revocation(ledger);
  must(await ledger.act(MARKET, open, [byFile(clerk)]));
  ledger.now = '2026-03-18T02:00:00.000Z' as Instant;
  refuses(t, await approve(ledger, id, byFile(approver)), 'ACT_EXPIRED', 'expiresAt');
  const late = proposed(ledger.statusAct('revoke', await ledger.issued()));
  refuses(t, await ledger.act(MARKET, late.open, [byFile(clerk)]), 'ACT_EXPIRED', 'expiresAt');
  const far = proposed({}, { act: ledger.statusAct('revoke', await ledger.issued()), expiresAt: '2026-12-01T00:00:00.000Z' });
  refuses(t, await ledger.act(MARKET, far.open, [byFile(clerk)]), 'ACT_EXPIRY_TOO_FAR');
});

void t.test('when it is withdrawn, unknown, or of another agency', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  const { id, open } = await revocation(ledger);
  must(await ledger.act(MARKET, open, [byFile(clerk)]));
  refuses(t, await approve(ledger, id, byFile(ledger.of(BUREAU).approver), BUREAU), 'PROPOSAL_UNKNOWN', 'id');
  refuses(t, await ledger.act(BUREAU, { op: 'proposal.withdraw', id }, [byFile(ledger.of(BUREAU).approver)]), 'PROPOSAL_UNKNOWN', 'id');
  refuses(t, await approve(ledger, randomId(), byFile(approver)), 'PROPOSAL_UNKNOWN');
  refuses(t, await ledger.act(MARKET, { op: 'proposal.withdraw', id }, [byGateway(clerk)]), 'ACTOR_OWN_KEY_NEEDED');
  carried(t, await ledger.act(MARKET, { op: 'proposal.withdraw', id }, [byFile(clerk)]), { status: 'withdrawn' });
  refuses(t, await approve(ledger, id, byFile(approver)), 'PROPOSAL_CLOSED');
});

void t.test('when somebody else than the proposer withdraws it', async (t) => {
  const ledger = base.fork();
  const { clerk, reviewer, approver, auditor, registrar } = ledger.of(MARKET);
  const colleague = newPerson(MARKET, ['clerk']);
  must(await ledger.register(staffPut(colleague)));
  const withdraw = (id: string, ...signers: Signing[]) => ledger.act(MARKET, { op: 'proposal.withdraw', id }, signers);
  const opened = async (by = clerk): Promise<string> => {
    const { id, open } = await revocation(ledger);
    must(await ledger.act(MARKET, open, [byFile(by)]));
    return id;
  };
  const id = await opened();
  for (const other of [colleague, reviewer, auditor, registrar]) refuses(t, await withdraw(id, byFile(other)), 'ACTOR_ROLE', 'actors');
  refuses(t, await withdraw(id, byFile(clerk), byFile(colleague)), 'ACTOR_ROLE', 'actors');
  t.equal(ledger.read('proposal', id)?.status, 'open', 'it still waits');
  carried(t, await withdraw(id, byFile(approver)), { status: 'withdrawn' });
  carried(t, await withdraw(await opened(reviewer), byPasskey(reviewer)), { status: 'withdrawn' });
  const second = { ...newPerson(MARKET, ['clerk']), person: clerk.person };
  must(await ledger.register(staffPut(second)));
  carried(t, await withdraw(await opened(), byFile(second)), { status: 'withdrawn' });
  // Who has only added a signature takes nothing back for the others.
  const three = await ledger.issued({}, BUREAU, '11370000000000000T908');
  const cancel = proposed(ledger.statusAct('cancel', three));
  const bureau = ledger.of(BUREAU);
  must(await ledger.act(BUREAU, cancel.open, [byFile(bureau.clerk)]));
  must(await approve(ledger, cancel.id, byFile(bureau.reviewer), BUREAU));
  refuses(t, await ledger.act(BUREAU, { op: 'proposal.withdraw', id: cancel.id }, [byFile(bureau.reviewer)]), 'ACTOR_ROLE', 'actors');
});

void t.test('when the proposed act has become impossible', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  const { id, open, licence } = await revocation(ledger);
  must(await ledger.act(MARKET, open, [byFile(clerk)]));
  must(await ledger.act(BUREAU, ledger.statusAct('suspend', licence), [byFile(ledger.of(BUREAU).clerk)]));
  refuses(t, await approve(ledger, id, byFile(approver)), 'LICENCE_CHANGED');
  t.equal(ledger.read('proposal', id)?.status, 'open');
});

void t.test('when three must sign', async (t) => {
  const ledger = base.fork();
  const { clerk, reviewer, approver } = ledger.of(BUREAU);
  const licence = await ledger.issued({}, BUREAU, '11370000000000000T908');
  const { id, open } = proposed(ledger.statusAct('cancel', licence));
  must(await ledger.act(BUREAU, open, [byFile(clerk)]));
  t.strictSame(await approve(ledger, id, byFile(reviewer), BUREAU), { ok: true, proposal: id, status: 'open' });
  refuses(t, await approve(ledger, id, byFile(reviewer), BUREAU), 'ACTORS_SAME_PERSON');
  carried(t, await approve(ledger, id, byFile(approver), BUREAU), { status: 'CANCELLED' });
});

void t.test('when a licence is issued by proposal', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(BUREAU);
  const act = ledger.issueAct({}, BUREAU, '11370000000000000T905');
  const { content, documents } = ledger.sealed(act);
  const { id, open } = proposed(act, { content });
  must(await ledger.act(BUREAU, open, [byFile(clerk)]));
  refuses(t, await approve(ledger, id, byFile(approver), BUREAU), 'DOCUMENT_MISSING');
  refuses(t, await approve(ledger, id, byFile(approver), BUREAU, { documents: ledger.sealed(act).documents }), 'DOCUMENT_NOT_OF_ACT', 'content');
  carried(t, await approve(ledger, id, byFile(approver), BUREAU, { documents }), { licence: act.licence, version: 1 });
});

/** A gateway that keeps signatures must not be able to have a signed act carried out a second time. */
void t.test('when a gateway uses signatures again', async (t) => {
  const ledger = base.fork();
  const { registrar, approver } = ledger.of(BUREAU);
  const seal = ledger.seals[BUREAU]?.id ?? '';
  const stop = () => ledger.register({ op: 'seal.status', id: seal, status: 'stopped' });
  must(await stop());
  const start = { op: 'seal.status', id: seal, status: 'in-use' };
  const requestId = randomId();
  const direct = ledger.request(BUREAU, [ledger.command(start)], [byFile(registrar), byFile(approver)], { requestId }) as { actors: object[]; commands: { expiresAt: string }[] };
  const [done] = await ledger.submit([direct], callerOf(BUREAU));
  carried(t, done?.results[0]);
  must(await stop());
  // The signatures of the direct act, shown again as a proposal of the same act.
  const id = randomId();
  const command = { act: start, expiresAt: direct.commands[0]?.expiresAt, requestId };
  const replayed = { agency: BUREAU, content: sha('content'), requestId: randomId(), actors: [direct.actors[0]], commands: [{ act: { op: 'proposal.open', id, command }, expiresAt: command.expiresAt }] };
  const [opened] = await ledger.submit([replayed], callerOf(BUREAU));
  refuses(t, opened?.results[0], 'REQUEST_ID_REUSED');
  // A proposal carried out once, opened again under another id with the kept signatures.
  const first = proposed(start);
  const opening = ledger.request(BUREAU, [ledger.command(first.open)], [byFile(registrar)]);
  await ledger.submit([opening], callerOf(BUREAU));
  const approval = ledger.request(BUREAU, [ledger.command({ op: 'proposal.approve', id: first.id })], [byFile(approver)]) as { actors: object[] };
  const [approved] = await ledger.submit([approval], callerOf(BUREAU));
  carried(t, approved?.results[0]);
  must(await stop());
  const second = { ...(first.open as { command: object }), id: randomId() };
  const [again] = await ledger.submit([{ ...opening, requestId: randomId(), commands: [ledger.command(second)] }], callerOf(BUREAU));
  refuses(t, again?.results[0], 'REQUEST_ID_REUSED');
  // A proposal carried out once, shown again as a direct act with both signatures.
  const inner = (first.open as { command: { requestId: string; expiresAt: string } }).command;
  const both = { agency: BUREAU, content: sha('content'), requestId: inner.requestId, actors: [...(opening['actors'] as object[]), ...approval.actors], commands: [{ act: start, expiresAt: inner.expiresAt }] };
  await ledger.submit([both], callerOf(BUREAU));
  await ledger.submit([{ ...both, content: sha('other') }], callerOf(BUREAU));
  t.equal(ledger.read('seal', seal)?.status, 'stopped', 'the seal stays stopped');
});

void t.test('when a proposal is opened under its own request id', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  const requestId = randomId();
  const licence = await ledger.issued();
  const { id, open } = proposed(ledger.statusAct('revoke', licence), { requestId });
  carried(t, await ledger.act(MARKET, open, [byFile(clerk)], { requestId }));
  t.match((await ledger.act(MARKET, open, [byFile(clerk)], { requestId })), { ok: true, proposal: id }, 'a retry says the same');
  carried(t, await approve(ledger, id, byFile(approver)), { status: 'REVOKED' });
});

void t.test('when a stranger signs for a proposal', async (t) => {
  const ledger = base.fork();
  const { open } = await revocation(ledger);
  refuses(t, await ledger.act(MARKET, open, [byFile(newPerson(MARKET, ['clerk']))]), 'ACTOR_UNKNOWN', 'actors');
  refuses(t, await ledger.act(MARKET, open, [byGateway(ledger.of(MARKET).clerk)]), 'ACTOR_OWN_KEY_NEEDED', 'actors');
});
