/** Conditions: opened by an issue or an acceptance where the kind allows it, met, extended once, missed by the agency's word. */
import { addDays, dayOf, parseDay, type Day, type Instant, type LegalZone } from '../facts/calendar.js';
import type { ConditionAct, ConditionOpened } from '../facts/condition-commands.js';
import { CONSEQUENCES, type ConditionRecord, type ConditionStatus, type ConditionStep } from '../facts/condition.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import { BASES } from '../facts/reason.js';
import type { KindRecord, Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { demandPersons } from './actors.js';
import type { RegistryContext } from './registrar.js';
import { demandManager } from './rights.js';

type Transaction = Pick<RegistryContext, 'moment' | 'persons'>;

/** Open conditions as the act names them. @throws RuleError CONDITION_NOT_ALLOWED, CONDITION_TWICE, CONDITION_DAY */
export function openConditions(context: Transaction, { conditions: rule }: Pick<KindRecord, 'conditions'>, wanted: readonly (ConditionOpened & { readonly matter?: string })[]): ConditionRecord[] {
  const named = wanted.map(({ matter = '', material }) => `${matter}/${material}`);
  demand(new Set(named).size === named.length, 'CONDITION_TWICE', 'conditions');
  return wanted.map((each) => {
    demand(rule !== undefined && rule.materials.some(({ code }) => code === each.material), 'CONDITION_NOT_ALLOWED', 'conditions');
    demandDue(context, each.dueOn, context.moment.today, rule.daysMax);
    return { ...each, status: 'open', steps: [stepOf(context, 'open', { dueOn: each.dueOn })] };
  });
}

function demandDue({ moment }: Transaction, dueOn: string, from: string, days: number): void {
  demand(parseDay(dueOn), 'DATE_UNREAL', 'dueOn');
  demand(dueOn > from && dueOn >= moment.today && dueOn <= addDays(from as Day, days), 'CONDITION_DAY', 'dueOn');
}

const stepOf = ({ moment, persons }: Transaction, act: ConditionStep['act'], more: Pick<ConditionStep, 'basis' | 'details' | 'dueOn'> = {}): ConditionStep => ({
  act, at: moment.now, txId: moment.txId, actors: persons.map(({ staff, method }) => ({ staff, method })), ...more,
});

/** The decision on a matter ends what its application still waited for. */
export const closedBy = (context: Transaction, conditions: readonly ConditionRecord[], matter: string): ConditionRecord[] =>
  conditions.map((each) => (each.matter === matter && each.status !== 'met' ? { ...each, status: 'closed', steps: [...each.steps, stepOf(context, 'close')] } : each));

/** A paper that goes on to the licence goes on as it was asked for: by its day, unless that was over when the licence was issued, and with no lighter consequence. What gives more time is an extension. */
export const isSofter = (goesOn: ConditionRecord, asked: ConditionRecord, zone: LegalZone): boolean =>
  CONSEQUENCES.indexOf(goesOn.consequence) < CONSEQUENCES.indexOf(asked.consequence) || (asked.dueOn >= dayOf((goesOn.steps[0]?.at ?? '') as Instant, zone) && goesOn.dueOn > asked.dueOn);

/** An extension is had once: where the application has had it, the licence has too. */
export function goingOn(condition: ConditionRecord, asked: ConditionRecord | undefined): ConditionRecord {
  const [extended, [opened, ...later]] = [asked?.steps.find(({ act }) => act === 'extend'), condition.steps];
  return extended && opened && later.every(({ act }) => act !== 'extend') ? { ...condition, steps: [opened, extended, ...later] } : condition;
}

/** By the agency that manages the licence, or has the application. */
export async function applyCondition(context: RegistryContext, act: ConditionAct): Promise<Outcome> {
  demand((act.licence === undefined) !== (act.application === undefined) && (act.matter === undefined) === (act.application === undefined), 'COMMAND_MALFORMED', 'licence');
  demandPersons(context.persons, { persons: 1, ownKey: false });
  return act.licence === undefined ? ofApplication(context, act, act.application ?? '') : ofLicence(context, act, act.licence);
}

async function ofLicence(context: RegistryContext, act: ConditionAct, licence: string): Promise<Outcome> {
  const { world, agency, moment } = context;
  const record = await world.get('licence', licence);
  demand(record, 'LICENCE_UNKNOWN', 'licence');
  const { type } = splitLicenceId(record.id as LicenceId);
  await demandManager(world, record, agency, type, moment.today);
  const [conditions, status] = changed(context, await world.get('kind', type), record.conditions ?? [], act);
  world.put('licence', record.id, { ...record, conditions });
  return { licence, status };
}

async function ofApplication(context: RegistryContext, act: ConditionAct, id: string): Promise<Outcome> {
  const { world, agency } = context;
  const record = await world.get('application', id);
  demand(record?.agency === agency, 'APPLICATION_UNKNOWN', 'application');
  const kind = (await world.get('matter', act.matter ?? ''))?.kind;
  const [conditions, status] = changed(context, kind === undefined ? undefined : await world.get('kind', kind), record.conditions ?? [], act);
  world.put('application', id, { ...record, conditions });
  return { id, status };
}

/** @throws RuleError CONDITION_UNKNOWN, CONDITION_CLOSED, CONDITION_EXTENDED, CONDITION_DAY, CONDITION_NOT_DUE */
function changed(context: RegistryContext, kind: KindRecord | undefined, conditions: readonly ConditionRecord[], act: ConditionAct): [ConditionRecord[], ConditionStatus] {
  const known = conditions.find(({ material, matter }) => material === act.material && matter === act.matter);
  demand(known, 'CONDITION_UNKNOWN', 'material');
  const next = after(context, kind, known, act);
  return [conditions.map((each) => (each === known ? next : each)), next.status];
}

function after(context: RegistryContext, kind: KindRecord | undefined, known: ConditionRecord, act: ConditionAct): ConditionRecord {
  const { moment } = context;
  demand(moment.now >= (known.steps.at(-1)?.at ?? ''), 'TIME_STEPS_BACK');
  switch (act.op) {
    case 'condition.meet':
      // What comes late has come all the same.
      demand(known.status === 'open' || known.status === 'missed', 'CONDITION_CLOSED', 'material');
      return { ...known, status: 'met', steps: [...known.steps, stepOf(context, 'meet', act.details === undefined ? {} : { details: act.details })] };
    case 'condition.extend':
      demand(known.status === 'open', 'CONDITION_CLOSED', 'material');
      demand(known.steps.every((step) => step.act !== 'extend'), 'CONDITION_EXTENDED', 'material');
      demand(act.basis === undefined || Object.hasOwn(BASES, act.basis), 'BASIS_UNKNOWN', 'basis');
      demandDue(context, act.dueOn, known.dueOn, kind?.conditions?.daysMax ?? 0);
      return { ...known, dueOn: act.dueOn, steps: [...known.steps, stepOf(context, 'extend', { dueOn: act.dueOn, ...(act.basis === undefined ? {} : { basis: act.basis }) })] };
    case 'condition.miss':
      demand(known.status === 'open', 'CONDITION_CLOSED', 'material');
      demand(known.dueOn < moment.today, 'CONDITION_NOT_DUE', 'material');
      return { ...known, status: 'missed', steps: [...known.steps, stepOf(context, 'miss')] };
  }
}
