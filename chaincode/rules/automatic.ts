/** Issue by rule: whose rules, stopped by one person and put in force by two; what a machine may issue under them. */
import { addDays } from '../facts/calendar.js';
import type { RuleSetAct } from '../facts/automatic-commands.js';
import { BY_RULE, fieldsBlank, isByRule, isWithin, ruleSetDigest, type AutomaticRecord, type RuleSet, type RuleSetRecord } from '../facts/automatic.js';
import type { IssueCommand } from '../facts/commands.js';
import type { ParsedCredential } from '../facts/credential.js';
import { faceFault, roleField, valueOf } from '../facts/face.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { KindRecord, Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { quotaKey, type World } from '../world.js';
import { demandPersons } from './actors.js';
import { isInForce } from './composite.js';
import type { LicenceContext } from './licence.js';
import type { RegistryContext } from './registrar.js';
import { activeKind, demandRight } from './rights.js';

export async function applyRuleSet(context: RegistryContext, act: RuleSetAct): Promise<Outcome> {
  const { world, agency, persons, moment } = context;
  const key = quotaKey(agency, act.kind);
  const known = await world.get('rule-set', key);
  const put = (rules: RuleSetRecord, status: RuleSetRecord['status']): Outcome => {
    world.put('rule-set', key, { ...rules, status, history: [...rules.history, { status, version: rules.version, at: moment.now, staff: persons.map(({ staff }) => staff) }] });
    return { id: key, version: rules.version, status };
  };
  if (act.op === 'rule-set.stop') {
    // Whoever sees it go wrong stops it.
    demandPersons(persons, { persons: 1, ownKey: false });
    demand(known, 'RULES_UNKNOWN', 'kind');
    demand(known.status === 'in-force', 'RULES_STOPPED', 'kind');
    return put(known, 'stopped');
  }
  demandPersons(persons, { persons: 2, ownKey: true });
  if (act.op === 'rule-set.resume') {
    demand(known, 'RULES_UNKNOWN', 'kind');
    demand(known.status === 'stopped', 'RULES_IN_FORCE', 'kind');
    await demandAgreement(context, known);
    return put(known, 'in-force');
  }
  const { op: _, ...said } = act;
  const rules: RuleSet = { agency, ...said };
  await demandAgreement(context, rules);
  return put({ ...rules, version: (known?.version ?? 0) + 1, digest: ruleSetDigest(rules), status: 'in-force', history: known?.history ?? [] }, 'in-force');
}

/** Rules fit the catalogue as it is, and what the agency may issue. @throws RuleError RULES_NOT_FOR_KIND, RULES_DISAGREE */
async function demandAgreement({ world, agency, moment }: RegistryContext, rules: RuleSet): Promise<void> {
  const kind = await activeKind(world, rules.kind);
  await demandRight(world, agency, kind.type, 'issue', moment.today);
  demand(isByRule(kind), 'RULES_NOT_FOR_KIND', 'kind');
  demand(rules.schema === kind.schema, 'SCHEMA_OUTDATED', 'schema');
  for (const { kind: held } of rules.held) demand(held !== kind.type && (await world.get('kind', held)), 'RULES_DISAGREE', 'held');
  demand(rules.fields.every((field) => kind.fields.some(({ name }) => name === field)), 'RULES_DISAGREE', 'fields');
  const { address } = rules;
  demand(address === undefined || kind.fields.some(({ name, role }) => name === address.field && role === 'address'), 'RULES_DISAGREE', 'address');
  demand(rules.perHour <= rules.perDay, 'RULES_DISAGREE', 'perHour');
}

/** A machine, alone, by its own key, within the rules in force and their quota. @returns what the version says of it; nothing for an issue by persons */
export async function automatically(context: LicenceContext, kind: KindRecord, act: IssueCommand): Promise<{ readonly automatic?: AutomaticRecord }> {
  const { automatic } = act;
  demand((act.reason === BY_RULE) === (automatic !== undefined), 'REASON_UNKNOWN', 'reason');
  if (!automatic) return {};
  const { world, agency, moment, persons, mass } = context;
  const [machine] = persons;
  demand(persons.length === 1 && machine?.roles.includes('machine') === true && machine.method === 'key-file', 'ACTOR_NO_MACHINE', 'actors');
  const key = quotaKey(agency, kind.type);
  const rules = await world.get('rule-set', key);
  demand(rules, 'RULES_UNKNOWN', 'automatic');
  demand(isByRule(kind), 'RULES_NOT_FOR_KIND', 'automatic');
  demand(rules.status === 'in-force', 'RULES_STOPPED', 'automatic');
  demand(rules.digest === automatic.rules && rules.schema === kind.schema, 'RULES_CHANGED', 'automatic');
  demand(mass === 1 && act.conditions === undefined && act.issuedOn === moment.today && (act.validFrom ?? act.issuedOn) === moment.today && act.effectiveOn === moment.today && act.decidedBy === agency, 'RULES_BEYOND', 'automatic');
  demand(!rules.promise || act.promise !== undefined, 'PROMISE_MISSING', 'promise');
  await demandHeld(context, rules, act.subject, automatic.reliedOn);
  await count(world, key, rules, moment);
  return { automatic: { rules: rules.digest, version: rules.version, inputs: automatic.inputs, reliedOn: automatic.reliedOn } };
}

/** The whole face is shown: a field left closed could be there twice, and say something else to whoever is shown the other. It is complete as the kind wants it and as the rules do, and made out to the holder whose licences they look at. */
export async function demandFace({ world, agency, moment }: LicenceContext, kind: KindRecord, subject: string, { face, claims }: ParsedCredential): Promise<void> {
  const rules = await world.get('rule-set', quotaKey(agency, kind.type));
  demand(rules && Object.keys(face).length === claims._sd.length, 'RULES_SHOWN', 'documents');
  const fault = faceFault(kind, face, moment.today);
  const [blank] = fieldsBlank(rules, face);
  demand(fault === undefined && blank === undefined, 'RULES_FIELDS', fault?.field ?? blank);
  demand(`uscc:${String(valueOf(face, roleField(kind, 'holder-code')))}` === subject, 'RULES_HOLDER', roleField(kind, 'holder-code'));
  demand(isWithin(rules, face), 'RULES_ADDRESS', rules.address?.field);
}

/** All that the rules ask for, and nothing else: what is named is on record as the ground of the decision. */
async function demandHeld({ world, moment }: LicenceContext, rules: RuleSet, subject: string, reliedOn: AutomaticRecord['reliedOn']): Promise<void> {
  const held: { readonly type: string; readonly until: string | undefined }[] = [];
  for (const { licence, version } of reliedOn) {
    const record = await world.get('licence', licence);
    const current = record?.versions.at(-1);
    // An imported record is somebody's claim until it is confirmed, and a composite is in force with its members.
    demand(record?.subject === subject && current?.version === version && current.seal !== undefined && (await isInForce(world, current, moment.today)), 'RULES_HELD', 'reliedOn');
    held.push({ type: splitLicenceId(licence as LicenceId).type, until: current.validUntil });
  }
  const fits = ({ type, until }: (typeof held)[number], { kind, daysLeft }: RuleSet['held'][number]): boolean => type === kind && (until === undefined || until >= addDays(moment.today, daysLeft));
  demand(rules.held.every((wanted) => held.some((each) => fits(each, wanted))) && held.every((each) => rules.held.some((wanted) => fits(each, wanted))), 'RULES_HELD', 'reliedOn');
}

async function count(world: World, key: string, { perDay, perHour }: RuleSet, { now, today }: LicenceContext['moment']): Promise<void> {
  const [known, hour] = [await world.get('quota', key), now.slice(0, 13)];
  // The time is the client's: set back it would open an hour again that was full.
  demand(known === undefined || now >= known.at, 'TIME_STEPS_BACK');
  const inDay = (known?.day === today ? known.inDay : 0) + 1;
  const inHour = (known?.hour === hour ? known.inHour : 0) + 1;
  demand(inDay <= perDay && inHour <= perHour, 'RULES_QUOTA', 'automatic');
  world.put('quota', key, { day: today, inDay, hour, inHour, at: now });
}
