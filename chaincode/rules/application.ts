/** Applications: received, put right, accepted, decided matter by matter, delivered. Who acted, and in whose name, stands at every step. */
import { APPLICATION_STEPS, filingDigest, type ApplicationAct, type ApplicationEvent, type ApplicationRecord, type ApplicationState } from '../facts/application.js';
import type { ApplicationCommand, DecideCommand, ReceiveCommand, StepCommand } from '../facts/application-commands.js';
import { reaches, type DelegationRecord } from '../facts/delegation.js';
import { isNatural } from '../facts/erasure.js';
import { parseUscc } from '../facts/holder-code.js';
import { parseLicenceId, splitLicenceId } from '../facts/identifier.js';
import type { MatterRecord } from '../facts/matter.js';
import { BASES } from '../facts/reason.js';
import type { KindRecord, LicenceRecord, Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { Status } from '../facts/status.js';
import { demandPersons } from './actors.js';
import type { ConditionRecord } from '../facts/condition.js';
import { closedBy, goingOn, isSofter, openConditions } from './condition.js';
import { retain } from './erasure.js';
import { demandDelegation, demandDevice } from './holder.js';
import type { RegistryContext } from './registrar.js';
import { activeKind, hasRight, managerOn } from './rights.js';

/** What must be put right is told at once (Administrative Licensing Law, art. 32); whoever asks a ninth time asks for something else. */
export const CORRECTIONS_MAX = 8;

export async function applyApplication(context: RegistryContext, act: ApplicationCommand): Promise<Outcome> {
  switch (act.op) {
    case 'application.receive': return receive(context, act);
    case 'application.decide': return decide(context, act);
    default: return step(context, act);
  }
}

async function receive(context: RegistryContext, act: ReceiveCommand): Promise<Outcome> {
  const { world, agency } = context;
  demand((await world.get('application', act.id)) === undefined, 'APPLICATION_EXISTS', 'id');
  demandPersons(context.persons, { persons: 1, ownKey: false });
  demand(!act.subject.startsWith('uscc:') || parseUscc(act.subject.slice(5)), 'USCC_CHECK_DIGIT', 'subject');
  demand(new Set(act.matters.map(({ matter }) => matter)).size === act.matters.length, 'COMMAND_MALFORMED', 'matters');
  for (const wanted of act.matters) await demandMatter(context, wanted, act.subject);
  if (act.trade !== undefined) {
    const trade = await world.get('trade', act.trade);
    demand(trade?.active === true && act.matters.every(({ matter }) => trade.matters.includes(matter)), 'TRADE_UNKNOWN', 'trade');
  }
  if (act.delegation !== undefined) await demandAgent(context, act.delegation, act);
  const { op: _, id, subject, matters, channel, trade } = act;
  await retain(context, subject, { applications: id });
  const filed = await demandFiled(context, act);
  const event = { ...(await eventOf(context, act, { seq: 1, act: 'receive', state: 'received' })), ...(filed ? { filed } : {}) };
  world.put('application', id, { id, agency, subject, ...(trade === undefined ? {} : { trade }), channel, matters, state: 'received', events: [event] });
  return { id, status: 'received' };
}

/** As it stands now, decided on by this agency, and for a holder of this sort. */
async function demandMatter({ world, agency, moment }: RegistryContext, wanted: ReceiveCommand['matters'][number], subject: string): Promise<void> {
  const matter = await world.get('matter', wanted.matter);
  demand(matter, 'MATTER_UNKNOWN', 'matters');
  demand(matter.active, 'MATTER_INACTIVE', 'matters');
  demand(matter.version === wanted.version, 'MATTER_OUTDATED', 'matters');
  demand(matter.variants.some(({ code }) => code === wanted.variant), 'VARIANT_UNKNOWN', 'matters');
  demand(matter.agency === undefined || matter.agency === agency, 'MATTER_NOT_OF_AGENCY', 'matters');
  if (matter.kind === undefined) {
    demand(matter.agency !== undefined, 'MATTER_NOT_OF_AGENCY', 'matters');
    return;
  }
  const kind = await activeKind(world, matter.kind);
  demand(subject.startsWith('uscc:') === (kind.holder === 'organisation'), 'COMMAND_MALFORMED', 'subject');
  demand(await hasRight(world, agency, kind.type, 'issue', moment.today), 'MATTER_NOT_OF_AGENCY', 'matters');
}

/** Steps that the applicant takes, and so somebody for him. */
const APPLICANT_STEPS: readonly ApplicationAct[] = ['resubmit', 'withdraw'];

/** Somebody stands at the counter for the holder: in force now, and for every matter that is applied for. */
async function demandAgent(context: RegistryContext, id: string, { subject, matters }: Pick<ApplicationRecord, 'subject' | 'matters'>): Promise<void> {
  const [delegation] = await demandDelegation(context, id, 'apply');
  demand(delegation.subject === subject, 'DELEGATION_OF_OTHER', 'delegation');
  await demandReach(context, delegation, matters);
}

async function demandReach({ world }: RegistryContext, delegation: DelegationRecord, matters: ApplicationRecord['matters']): Promise<void> {
  for (const { matter } of matters) demand(reaches(delegation, (await world.get('matter', matter)) ?? {}), 'DELEGATION_SCOPE', 'matters');
}

/** What came from a wallet carries the applicant's signature over exactly this; who was removed meanwhile applies no more. */
async function demandFiled(context: RegistryContext, act: ReceiveCommand): Promise<ApplicationEvent['filed']> {
  const { filed, channel, subject, matters } = act;
  demand((channel === 'wallet') === (filed !== undefined) && (filed === undefined || act.delegation === undefined), 'COMMAND_MALFORMED', 'channel');
  if (!filed) return undefined;
  const { device, delegations } = await demandDevice(context, filed.by, subject, filingDigest(context.ledger.ledger, { ...act, agency: context.agency, details: filed.details }), 'apply');
  for (const each of delegations) await demandReach(context, each, matters);
  return { device: device.id, signature: filed.by.signature, details: filed.details, ...(delegations.length === 0 ? {} : { delegations: delegations.map(({ id }) => id) }) };
}

async function step(context: RegistryContext, act: StepCommand): Promise<Outcome> {
  const name = act.op.slice('application.'.length) as Exclude<ApplicationAct, 'decide'>;
  const record = await applicationAt(context, act, name);
  demandPersons(context.persons, { persons: 1, ownKey: false });
  // A refusal to take an application in is a decision, and has its document.
  demand(name !== 'reject' || act.docNo !== undefined, 'DOCUMENT_NUMBER_MISSING', 'docNo');
  demand(name !== 'correct' || record.events.filter((event) => event.act === 'correct').length < CORRECTIONS_MAX, 'CORRECTIONS_TOO_MANY', 'op');
  demand(name !== 'withdraw' || !record.events.some((event) => event.act === 'decide'), 'APPLICATION_STATE', 'op');
  demand(act.delegation === undefined || APPLICANT_STEPS.includes(name), 'COMMAND_MALFORMED', 'delegation');
  if (act.delegation !== undefined) await demandAgent(context, act.delegation, record);
  const { to } = APPLICATION_STEPS[name];
  demand(act.conditions === undefined || name === 'accept', 'COMMAND_MALFORMED', 'conditions');
  const conditions = act.conditions && (await openedFor(context, record, act.conditions));
  return put(context, conditions ? { ...record, conditions } : record, to, await eventOf(context, act, { seq: act.after + 1, act: name, state: to }));
}

/** Accepted with papers missing (容缺受理): such as the kind of each matter lets be handed in later. */
async function openedFor(context: RegistryContext, record: ApplicationRecord, wanted: NonNullable<StepCommand['conditions']>): Promise<ConditionRecord[]> {
  const opened: ConditionRecord[] = [];
  for (const code of new Set(wanted.map(({ matter }) => matter))) {
    demand(record.matters.some(({ matter }) => matter === code), 'MATTER_UNKNOWN', 'conditions');
    const kind = (await context.world.get('matter', code))?.kind;
    opened.push(...openConditions(context, (kind === undefined ? undefined : await context.world.get('kind', kind)) ?? {}, wanted.filter(({ matter }) => matter === code)));
  }
  return opened;
}

async function decide(context: RegistryContext, act: DecideCommand): Promise<Outcome> {
  const { world } = context;
  const record = await applicationAt(context, act, 'decide');
  demand(record.matters.some(({ matter }) => matter === act.matter), 'MATTER_UNKNOWN', 'matter');
  const decided = new Set(record.events.flatMap(({ matter }) => matter ?? []));
  demand(!decided.has(act.matter), 'MATTER_DECIDED', 'matter');
  const matter = await world.get('matter', act.matter);
  demand(matter, 'MATTER_UNKNOWN', 'matter');
  const kind = matter.kind === undefined ? undefined : await world.get('kind', matter.kind);
  demandDeciders(context, kind);
  await demandOutcome(context, record, matter, act);
  for (const relied of act.reliedOn) await demandRelied(context, record.subject, relied);
  const last = decided.size + 1 === record.matters.length;
  const { matter: code, outcome, licence, version, reliedOn } = act;
  const state = last ? 'decided' : 'accepted';
  const event = await eventOf(context, act, { seq: act.after + 1, act: 'decide', state });
  const decidedOn = record.conditions ? { ...record, conditions: closedBy(context, record.conditions, code) } : record;
  return put(context, decidedOn, state, { ...event, matter: code, outcome, ...(licence === undefined || version === undefined ? {} : { licence, version }), reliedOn });
}

/** To refuse a licence takes whom it takes to issue it. */
function demandDeciders({ persons }: RegistryContext, kind: KindRecord | undefined): void {
  demandPersons(persons, { persons: kind && Object.hasOwn(kind.persons, 'issue') ? (kind.persons['issue'] ?? 1) : 1, ownKey: kind !== undefined && !kind.vouched.includes('issue') });
}

/** A granted matter names the licence that came of it: of its kind, of this holder, made since the application by this agency, or by the one to which the right has moved meanwhile. */
async function demandOutcome({ world, ledger, moment }: RegistryContext, record: ApplicationRecord, matter: MatterRecord, act: DecideCommand): Promise<void> {
  const due = act.outcome === 'granted' && matter.kind !== undefined;
  demand(due === (act.licence !== undefined) && due === (act.version !== undefined), 'OUTCOME_LICENCE', 'licence');
  if (act.licence === undefined) return;
  const id = parseLicenceId(act.licence);
  const licence = id && (await world.get('licence', id));
  demand(id && licence, 'LICENCE_UNKNOWN', 'licence');
  const made = licence.events.find(({ version }) => version === act.version);
  demand(splitLicenceId(id).type === matter.kind && licence.subject === record.subject && (licence.manager === record.agency || licence.manager === (await managerOn(world, record.agency, matter.kind ?? '', moment.today))), 'OUTCOME_LICENCE', 'licence');
  // A published row that was collected meanwhile was decided by nobody here.
  // What is still to come stays on the licence (容缺办理): a grant does not make it forgotten.
  const open = (record.conditions ?? []).filter((each) => each.matter === act.matter && each.status !== 'met');
  // The same paper that was once wanted for an earlier version is another one.
  const standing = (licence.conditions ?? []).filter(({ steps }) => (steps[0]?.at ?? '') >= (record.events[0]?.at ?? ''));
  for (const each of open) {
    const goesOn = standing.find(({ material }) => material === each.material);
    // What was missed has had its day: it comes first.
    demand(goesOn && each.status === 'open', 'CONDITION_OPEN', 'licence');
    demand(!isSofter(goesOn, each, ledger.zone), 'CONDITION_SOFTENED', 'licence');
  }
  if (open.length > 0) world.put('licence', licence.id, { ...licence, conditions: (licence.conditions ?? []).map((each) => goingOn(each, open.find(({ material }) => standing.includes(each) && material === each.material))) });
  demand(made?.status === 'VALID' && made.act !== 'import' && made.recordedAt >= (record.events[0]?.at ?? ''), 'OUTCOME_LICENCE', 'version');
}

/** Versions are numbered without a gap from 1 on: older ones may lie on pages. */
const ENDED: ReadonlySet<Status | undefined> = new Set<Status>(['CANCELLED', 'WITHDRAWN', 'ANNULLED', 'REVOKED']);

async function demandRelied({ world }: RegistryContext, holder: string, { licence, version }: DecideCommand['reliedOn'][number]): Promise<void> {
  const record: LicenceRecord | undefined = await world.get('licence', licence);
  demand(record && version <= (record.versions.at(-1)?.version ?? 0), 'RELIED_UNKNOWN', 'reliedOn');
  // Persons have a reference with each agency: whose card it is, the ledger does not know.
  const isOthers = !isNatural(record.subject) && !isNatural(holder) && record.subject !== holder;
  demand(!isOthers && !ENDED.has(record.versions.at(-1)?.status), 'RELIED_UNFIT', 'reliedOn');
}

/** Two clerks at one application: the second one's `after` no longer names the last event, and he is told. */
async function applicationAt({ world, agency, moment }: RegistryContext, act: { id: string; after: number }, name: ApplicationAct): Promise<ApplicationRecord> {
  const record = await world.get('application', act.id);
  const last = record?.events.at(-1);
  demand(record?.agency === agency && last, 'APPLICATION_UNKNOWN', 'id');
  demand(last.seq === act.after, 'APPLICATION_CHANGED', 'after');
  demand(APPLICATION_STEPS[name].from.includes(record.state), 'APPLICATION_STATE', 'op');
  demand(moment.now >= last.at, 'TIME_STEPS_BACK');
  return record;
}

async function eventOf({ world, moment, agency, persons }: RegistryContext, act: ApplicationCommand, named: Pick<ApplicationEvent, 'seq' | 'act' | 'state'>): Promise<ApplicationEvent> {
  const { authority, basis, docNo, details } = act;
  demand(authority === agency || authority === (await world.get('agency', agency))?.parent, 'AUTHORITY_UNKNOWN', 'authority');
  demand(basis === undefined || Object.hasOwn(BASES, basis), 'BASIS_UNKNOWN', 'basis');
  // A document number is public; an identity number inside it would be on the chain for ever.
  demand(docNo === undefined || !/\d{17}[\dXx]/.test(docNo), 'DOCUMENT_NUMBER_PERSONAL', 'docNo');
  return {
    ...named, at: moment.now, txId: moment.txId, actors: persons.map(({ staff, method }) => ({ staff, method })), authority,
    ...('delegation' in act && act.delegation !== undefined ? { delegation: act.delegation } : {}), ...(basis === undefined ? {} : { basis }), ...(docNo === undefined ? {} : { docNo }), ...(details === undefined ? {} : { details }),
  };
}

function put({ world }: RegistryContext, record: ApplicationRecord, state: ApplicationState, event: ApplicationEvent): Outcome {
  world.put('application', record.id, { ...record, state, events: [...record.events, event] });
  return { id: record.id, status: state };
}
