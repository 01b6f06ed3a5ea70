/** Composite licences: whose permits may be put together, by whom, until when. */
import { parseDay } from '../facts/calendar.js';
import type { PartAct } from '../facts/composite-commands.js';
import { rollUp, type CompositeRule, type MemberRecord } from '../facts/composite.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { KindRecord, LicenceRecord, Outcome, VersionRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { effectiveStatus, type EffectiveStatus } from '../facts/status.js';
import { partKey, type Moment, type World } from '../world.js';
import { demandPersons } from './actors.js';
import type { RegistryContext } from './registrar.js';
import { managerOn } from './rights.js';

interface CompositeAct {
  readonly subject: string;
  readonly members?: readonly string[];
  readonly validUntil?: string;
}
interface CompositeContext {
  readonly world: World;
  readonly moment: Moment;
  readonly agency: string;
}

/** @returns what the version says of its members; nothing for a kind that has none */
export async function compose(context: CompositeContext, kind: KindRecord, act: CompositeAct): Promise<Pick<VersionRecord, 'members' | 'rollUp'>> {
  const rule = kind.composite;
  if (!rule) {
    demand(act.members === undefined, 'MEMBERS_NOT_ALLOWED', 'members');
    return {};
  }
  demand(act.members, 'MEMBERS_MISSING', 'members');
  demand(new Set(act.members).size === act.members.length, 'MEMBER_TWICE', 'members');
  const found: { record: LicenceRecord; current: VersionRecord; required: boolean }[] = [];
  for (const licence of act.members) found.push(await demandMember(context, kind.type, rule, licence, act.subject));
  const kinds = new Set(found.map(({ record }) => typeOf(record)));
  for (const { kind: type, required } of rule.members) demand(!required || kinds.has(type), 'MEMBER_REQUIRED', 'members');
  demandTerm(rule, found.map(({ current }) => current), act.validUntil);
  return { members: found.map(({ record, required }): MemberRecord => ({ licence: record.id, required })), rollUp: rule.rollUp };
}

const typeOf = ({ id }: LicenceRecord): string => splitLicenceId(id as LicenceId).type;

async function demandMember({ world, moment, agency }: CompositeContext, composite: string, rule: CompositeRule, licence: string, subject: string): Promise<{ record: LicenceRecord; current: VersionRecord; required: boolean }> {
  const record = await world.get('licence', licence);
  const current = record?.versions.at(-1);
  demand(record && current, 'MEMBER_UNKNOWN', 'members');
  demand(record.subject === subject, 'MEMBER_OF_OTHER_HOLDER', 'members');
  const allowed = rule.members.find(({ kind }) => kind === typeOf(record));
  demand(allowed, 'MEMBER_KIND', 'members');
  demand(current.seal !== undefined && effectiveStatus(current.status, current.validFrom, current.validUntil, moment.today) === 'VALID', 'MEMBER_NOT_IN_FORCE', 'members');
  if ((await managerOn(world, record.manager, typeOf(record), moment.today)) !== agency) {
    const part = await world.get('part', partKey(licence, agency));
    const holds = part?.kind === composite && part.endedAt === undefined && moment.today <= part.until;
    // Whoever gave it must still be the one to ask.
    demand(holds && part.agency === (await managerOn(world, record.manager, typeOf(record), moment.today)), 'MEMBER_NOT_YOURS', 'members');
  }
  return { record, current, required: allowed.required };
}

/** On a day; a composite as its members let it. */
export async function isInForce(world: World, { status, validFrom, validUntil, members, rollUp: rule }: VersionRecord, on: string): Promise<boolean> {
  if (effectiveStatus(status, validFrom, validUntil, on) !== 'VALID') return false;
  if (!members || !rule) return true;
  const states: { readonly required: boolean; readonly status: EffectiveStatus | undefined }[] = [];
  for (const { licence, required } of members) {
    const current = (await world.get('licence', licence))?.versions.at(-1);
    states.push({ required, status: current && effectiveStatus(current.status, current.validFrom, current.validUntil, on) });
  }
  return rollUp(rule, states) === 'VALID';
}

function demandTerm({ term }: CompositeRule, members: readonly VersionRecord[], validUntil: string | undefined): void {
  if (term === 'fixed') return;
  const earliest = members.flatMap(({ validUntil: day }) => day ?? []).sort()[0];
  demand(validUntil === (term === 'none' ? undefined : earliest), 'MEMBER_TERM', 'validUntil');
}

/** Of a kind in the catalogue: no composite of composites, whose ends would run in circles. @param known the kind as it is: it may be a member of others by now, or have certificates that list members */
export async function demandComposite(world: World, { type, composite, termYears }: Pick<KindRecord, 'type' | 'composite' | 'termYears'>, known: KindRecord | undefined): Promise<void> {
  demand(known === undefined || (known.composite === undefined) === (composite === undefined), 'KIND_COMPOSITE', 'composite');
  if (!composite) return;
  demand(new Set(composite.members.map(({ kind }) => kind)).size === composite.members.length, 'MEMBER_TWICE', 'composite');
  demand(termYears === undefined || composite.term === 'fixed', 'MEMBER_TERM', 'termYears');
  for (const { kind } of composite.members) {
    const member = kind === type ? undefined : await world.get('kind', kind);
    demand(kind !== type && member?.composite === undefined, 'MEMBER_COMPOSITE', 'composite');
    demand(member, 'KIND_UNKNOWN', 'composite');
  }
}

/** The agency that manages a permit signs its part of another agency's composite, or ends it for those to come. */
export async function applyPart({ world, moment, agency, persons }: RegistryContext, act: PartAct): Promise<Outcome> {
  demandPersons(persons, { persons: 1, ownKey: true, roles: ['clerk', 'reviewer', 'approver'] });
  const key = partKey(act.licence, act.to);
  const known = await world.get('part', key);
  if (act.op === 'part.end') {
    demand(known && known.endedAt === undefined, 'PART_UNKNOWN', 'licence');
    demand(known.agency === agency, 'ISSUER_NOT_COMPETENT', 'agency');
    world.put('part', key, { ...known, endedAt: moment.now });
    return { licence: act.licence, status: 'ended' };
  }
  const record = await world.get('licence', act.licence);
  demand(record, 'LICENCE_UNKNOWN', 'licence');
  demand((await managerOn(world, record.manager, typeOf(record), moment.today)) === agency, 'ISSUER_NOT_COMPETENT', 'agency');
  const composite = await world.get('kind', act.kind);
  demand(composite?.composite?.members.some(({ kind }) => kind === typeOf(record)), 'MEMBER_KIND', 'kind');
  demand(act.to !== agency && (await world.get('agency', act.to))?.active, 'AGENCY_UNKNOWN', 'to');
  demand(parseDay(act.until), 'DATE_UNREAL', 'until');
  demand(act.until >= moment.today, 'DATES_REVERSED', 'until');
  world.put('part', key, { licence: act.licence, agency, to: act.to, kind: act.kind, until: act.until, staff: persons[0]?.staff ?? '', at: moment.now });
  return { licence: act.licence, status: 'in-force' };
}
