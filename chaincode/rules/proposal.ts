/** Proposals: an act that needs several persons waits on the ledger until enough of them have signed identical content. */
import type { Act, Command, PlainAct, ProposalAct } from '../facts/commands.js';
import type { Outcome, ProposalRecord } from '../facts/records.js';
import { demand, RuleError } from '../facts/refusal.js';
import { requestKey, type Moment, type World } from '../world.js';
import { demandFresh, demandPeople, type Person } from './actors.js';

export interface ProposalContext {
  readonly world: World;
  readonly moment: Moment;
  readonly agency: string;
  /** The request that carries this command. */
  readonly request: { readonly requestId: string; readonly content: string };
  readonly persons: readonly Person[];
  readonly documents: Command['documents'];
  /** Carries out the proposed act in the name of all who signed. */
  readonly apply: (act: PlainAct, persons: readonly Person[], documents: Command['documents'], content: string | undefined) => Promise<Outcome>;
}

export const isProposal = (act: Act): act is ProposalAct => act.op.startsWith('proposal.');

export async function applyProposal(context: ProposalContext, act: ProposalAct): Promise<Outcome> {
  switch (act.op) {
    case 'proposal.open': return open(context, act);
    case 'proposal.approve': return approve(context, act.id);
    case 'proposal.withdraw': return withdraw(context, act.id);
  }
}

async function open(context: ProposalContext, act: Extract<ProposalAct, { op: 'proposal.open' }>): Promise<Outcome> {
  const { world, moment, agency, persons } = context;
  demand((await world.get('proposal', act.id)) === undefined, 'PROPOSAL_EXISTS', 'id');
  demandFresh(act.command.expiresAt, moment);
  demandOwnKeys(persons);
  const { act: proposed, content, expiresAt, requestId } = act.command;
  await claimRequest(context, act.id, requestId);
  world.put('proposal', act.id, { id: act.id, agency, requestId, act: proposed, ...(content === undefined ? {} : { content }), expiresAt, actors: persons.map(signerOf), status: 'open' });
  return { proposal: act.id, status: 'open' };
}

/** A signed act is carried out once: whoever keeps its signatures cannot propose again what was done, nor do again what was proposed. */
async function claimRequest({ world, moment, agency, request }: ProposalContext, id: string, requestId: string): Promise<void> {
  if (requestId === request.requestId) return; // the batch records it
  const key = requestKey(agency, requestId);
  demand((await world.get('request', key)) === undefined, 'REQUEST_ID_REUSED', 'requestId');
  world.put('request', key, { content: request.content, txId: moment.txId, done: { 0: { proposal: id, status: 'open' } } });
}

async function approve(context: ProposalContext, id: string): Promise<Outcome> {
  const { world, moment, persons, documents } = context;
  const proposal = await openProposal(context, id);
  demandFresh(proposal.expiresAt, moment);
  demandOwnKeys(persons);
  const signers = [...(await stillActing(world, proposal)), ...persons];
  demand(new Set(signers.map((each) => each.person)).size === signers.length, 'ACTORS_SAME_PERSON', 'actors');
  try {
    const outcome = await world.attempt(() => context.apply(proposal.act as PlainAct, signers, documents, proposal.content));
    world.put('proposal', id, { ...proposal, actors: signers.map(signerOf), status: 'done' });
    return { ...outcome, proposal: id };
  } catch (error) {
    if (!(error instanceof RuleError) || error.code !== 'ACTORS_TOO_FEW') throw error;
    world.put('proposal', id, { ...proposal, actors: signers.map(signerOf) });
    return { proposal: id, status: 'open' };
  }
}

/** Whoever proposed takes it back, or an approver of the agency rejects it: a colleague must not undo another's act by pulling its proposal. */
async function withdraw(context: ProposalContext, id: string): Promise<Outcome> {
  const proposal = await openProposal(context, id);
  demandOwnKeys(context.persons);
  const [proposer] = proposal.actors;
  demand(context.persons.every(({ person, roles }) => person === proposer?.person || roles.includes('approver')), 'ACTOR_ROLE', 'actors');
  context.world.put('proposal', id, { ...proposal, status: 'withdrawn' });
  return { proposal: id, status: 'withdrawn' };
}

async function openProposal({ world, agency }: ProposalContext, id: string): Promise<ProposalRecord> {
  const proposal = await world.get('proposal', id);
  demand(proposal?.agency === agency, 'PROPOSAL_UNKNOWN', 'id');
  demand(proposal.status === 'open', 'PROPOSAL_CLOSED', 'id');
  return proposal;
}

/** Who signed earlier counts only while the account and the key are still in force: a dismissed clerk approves nothing. */
async function stillActing(world: World, proposal: ProposalRecord): Promise<Person[]> {
  const persons: Person[] = [];
  for (const signer of proposal.actors) {
    const staff = await world.get('staff', signer.staff);
    demand(staff?.active, 'ACTOR_INACTIVE', 'actors');
    demand(staff.keys.some((key) => key.id === signer.key && key.active), 'ACTOR_KEY_UNKNOWN', 'actors');
    persons.push({ staff: staff.id, person: staff.person, roles: staff.roles, method: signer.method as Person['method'], key: signer.key });
  }
  return persons;
}

const signerOf = ({ staff, person, key, method }: Person): ProposalRecord['actors'][number] => ({ staff, person, key, method });

function demandOwnKeys(persons: readonly Person[]): void {
  demandPeople(persons);
  demand(persons.every((person) => person.method !== 'gateway'), 'ACTOR_OWN_KEY_NEEDED', 'actors');
}
