/** Proposals at the gateway: the seal signs after the last person, and what waited for it does not stay. */
import t from 'tap';
import type { KeyFile } from '#gateway/acts/licence/sign';
import { signAct } from '#gateway/acts/licence/sign';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { Registrar } from '#gateway/setup';
import { BUREAU } from '#gateway/demo';
import { install, permit } from '#test/support/installation';
import { faults } from '#test/support/matchers';

const installation = await install();
t.teardown(() => installation.remove());
const registrar = new Registrar(installation.services, installation.administrator);
const hygiene = KINDS.find(({ type }) => type === KIND.hygiene);
await registrar.register({ op: 'kind.put', ...hygiene, persons: { ...hygiene?.persons, issue: 3 } } as never, installation.file('approver'));
const reviewer = (await registrar.staff({ agency: BUREAU.code, roles: ['reviewer'], withKey: true })).file as KeyFile;
const clerk = installation.file('clerk');
const approver = installation.file('approver');

const acting = ({ staff, agency }: KeyFile) => ({ staff, agency });
const documents = async (): Promise<string[]> => {
  const digests: string[] = [];
  for await (const { licence, digest } of installation.services.vault.faces()) digests.push(`${licence}/${digest}`);
  return digests;
};

/** A permit that three persons must sign; the clerk has. */
async function proposed() {
  const { acts, projection } = installation.services;
  const id = randomId();
  const before = new Set(await documents());
  const shown = await acts.draft(acting(clerk), id, permit());
  await acts.propose(acting(clerk), id, [signAct(clerk, shown)]);
  const added = async () => (await documents()).filter((each) => !before.has(each));
  const waiting = `${(shown.act as { licence: string }).licence}/${shown.content ?? ''}`;
  t.strictSame(await added(), [waiting], 'the document waits, unsealed');
  return {
    id, added, waiting,
    approve: (file: KeyFile, requestId = randomId()) => acts.approve(acting(file), id, requestId, [signAct(file, shown)]),
    withdraw: async (file: KeyFile) => {
      const requestId = randomId();
      const drafted = await acts.draft(acting(file), requestId, { op: 'register', act: { op: 'proposal.withdraw', id } });
      return acts.sign(acting(file), requestId, [signAct(file, drafted)]);
    },
    record: (licence: string) => projection.get('licence', licence),
  };
}

t.test('when three persons sign one after the other', async (t) => {
  const { acts, drafter } = installation.services;
  let sealed = 0;
  const seal = drafter.sealed.bind(drafter);
  drafter.sealed = (...args) => { sealed++; return seal(...args); };
  t.teardown(() => { drafter.sealed = seal; });
  const { id, approve, added, waiting, record } = await proposed();
  t.match(await approve(reviewer), { proposal: id, status: 'open' });
  t.equal(sealed, 0, 'the seal has not signed: one person is missing');
  t.strictSame(await added(), [waiting], 'no document that nobody has approved');
  await faults(t, () => approve(reviewer), 'REFUSED', 'ACTORS_SAME_PERSON');
  t.equal(sealed, 0, 'nor does it sign for somebody who may not');
  const requestId = randomId();
  const result = await approve(approver, requestId);
  t.match(result, { status: 'VALID', proposal: id });
  t.equal(sealed, 1);
  const digest = record(result.licence ?? '')?.versions[0]?.documents[0]?.digest ?? '';
  t.strictSame(await added(), [`${result.licence ?? ''}/${digest}`], 'only the sealed document is kept');
  t.match(await approve(approver, requestId), { licence: result.licence, replayed: true }, 'sent again, the first answer');
  t.strictSame((await acts.proposals(BUREAU.code)).map((each) => each.id), []);
});

t.test('when it is withdrawn', async (t) => {
  const { added, withdraw } = await proposed();
  await faults(t, () => withdraw(reviewer), 'REFUSED', 'ACTOR_ROLE');
  t.equal((await added()).length, 1, 'it still waits');
  t.match(await withdraw(clerk), { status: 'withdrawn' });
  t.strictSame(await added(), [], 'and nothing of it is left');
});

t.test('when it expires, or the gateway stopped before it could clean up', async (t) => {
  const { added, waiting } = await proposed();
  const { vault } = installation.services;
  const remove = vault.remove.bind(vault);
  const other = await proposed();
  vault.remove = () => Promise.resolve();
  await other.withdraw(clerk);
  vault.remove = remove;
  t.ok((await documents()).includes(other.waiting), 'the one that was not cleaned up');
  await installation.restart();
  t.strictSame(await added(), [waiting], 'is gone after a start; the one that waits is not');
  installation.clock.aheadMs += 7 * 24 * 3600_000 + 10 * 60_000;
  await installation.services.acts.sweepProposals();
  t.strictSame(await added(), [waiting], 'expired just now: another clock may still be behind');
  installation.clock.aheadMs += 3600_000;
  await installation.services.acts.sweepProposals();
  t.strictSame(await added(), [], 'expired');
});
