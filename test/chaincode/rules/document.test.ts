/** The digest of a PDF joins a version: by whom, when, and what it leaves as it was. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { carried, refuses } from '#test/support/matchers';
import { BRANCH, BUREAU, KIND, newLedger, sha, type TestLedger } from '#test/support/ledger';
import { byFile, byGateway, type Signing } from '#test/support/persons';

const base = await newLedger();
const add = (ledger: TestLedger, licence: string, { signers = [byGateway(ledger.of(BUREAU).clerk)], version = 1, agency = BUREAU, type = 'pdf', digest = sha('a paper'), command = {} }: { signers?: Signing[]; version?: number; agency?: string; type?: string; digest?: string; command?: object } = {}) =>
  ledger.act(agency, { op: 'document.add', licence, version }, signers, { command: { documents: [{ type, alg: 'sha-256', digest }], ...command } });

t.test('when the gateway registers the PDF of a version that its clerk has issued', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  const before = ledger.record(licence);
  carried(t, await add(ledger, licence), { licence, version: 1 });
  const after = ledger.record(licence);
  t.same(after.versions[0]?.documents, [...(before.versions[0]?.documents ?? []), { type: 'pdf', alg: 'sha-256', digest: sha('a paper') }], 'behind the credential');
  t.same({ ...after, versions: [] }, { ...before, versions: [] }, 'no event, no other status');
  carried(t, await ledger.act(BUREAU, ledger.statusAct('suspend', licence), [byGateway(ledger.of(BUREAU).clerk)]));
  carried(t, await add(ledger, licence, { digest: sha('with a time stamp') }), { version: 1 });
  t.equal(ledger.record(licence).versions[0]?.documents.length, 3, 'also while it is suspended');
});

t.test('when somebody else wants to', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  refuses(t, await add(ledger, licence, { signers: [byGateway(ledger.of(BUREAU).reviewer)] }), 'DOCUMENT_NOT_APPROVED');
  refuses(t, await add(ledger, licence, { signers: [byGateway(ledger.of(BUREAU).clerk), byGateway(ledger.of(BUREAU).reviewer)] }), 'DOCUMENT_NOT_APPROVED');
  refuses(t, await add(ledger, licence, { agency: BRANCH, signers: [byGateway(ledger.of(BRANCH).clerk)] }), 'SEAL_NOT_OF_AGENCY');
  refuses(t, await add(ledger, licence, { signers: [byFile(ledger.of(BUREAU).auditor)] }), 'ACTOR_ROLE');
  carried(t, await add(ledger, licence, { signers: [byFile(ledger.of(BUREAU).reviewer)] }));
});

t.test('when the approval is old', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  const late = async (now: string, signer: Signing) => {
    ledger.now = now as Instant;
    return add(ledger, licence, { signers: [signer], digest: sha(now), command: { expiresAt: `${now.slice(0, 8)}20T23:00:00.000Z` } });
  };
  const { clerk } = ledger.of(BUREAU);
  carried(t, await late('2026-04-15T02:00:00.000Z', byGateway(clerk)), {});
  refuses(t, await late('2026-04-16T02:00:00.000Z', byGateway(clerk)), 'DOCUMENT_NOT_APPROVED');
  carried(t, await late('2026-04-16T02:00:00.000Z', byFile(clerk)), {});
});

t.test('when there is nothing to add it to', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  refuses(t, await add(ledger, ledger.licence()), 'LICENCE_UNKNOWN', 'licence');
  refuses(t, await add(ledger, licence, { version: 2 }), 'VERSION_NOT_CURRENT', 'version');
  refuses(t, await add(ledger, await ledger.imported(), {}), 'ORIGIN_FORBIDS', 'version');
  refuses(t, await add(ledger, licence, { type: 'credential' }), 'DOCUMENT_MISSING', 'documents');
  refuses(t, await add(ledger, licence, { command: { documents: [] } }), 'COMMAND_MALFORMED');
  refuses(t, await add(ledger, licence, { command: { content: sha('x') } }), 'COMMAND_MALFORMED', 'content');
});

t.test('when the seal was stopped since', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued({}, BUREAU, KIND.food);
  const seal = ledger.seals[BUREAU]?.id;
  carried(t, await ledger.register({ op: 'seal.status', id: seal, status: 'stopped' }));
  refuses(t, await add(ledger, licence), 'SEAL_NOT_IN_FORCE', 'seal');
});

t.test('when it is put into a proposal', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  const open = { op: 'proposal.open', id: 'A'.repeat(21) + 'A', command: { act: { op: 'document.add', licence, version: 1 }, expiresAt: '2026-03-18T00:00:00.000Z', requestId: 'A'.repeat(22) } };
  refuses(t, await ledger.act(BUREAU, open, [byFile(ledger.of(BUREAU).clerk)]), 'COMMAND_MALFORMED');
});
