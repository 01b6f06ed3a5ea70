/** Erasure of what is kept of a natural person, and holds that stand against it. The rule itself says why not: nobody else may refuse. */
import type { ErasureAct, ErasureConfirm } from '../facts/erasure-commands.js';
import { APPLICATION_RETENTION_YEARS, ERASURE_REASONS, erasureAskDigest, groundOfApplication, groundOfLicence, isNatural, type ErasureRecord, type Ground, type RetentionRecord } from '../facts/erasure.js';
import type { Day, LegalZone } from '../facts/calendar.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { LicenceRecord, Outcome } from '../facts/records.js';
import { demand, RuleError } from '../facts/refusal.js';
import type { Moment, World } from '../world.js';
import { demandPersons } from './actors.js';
import { demandDevice, demandNotErased } from './holder.js';
import type { RegistryContext } from './registrar.js';
import { hasRight, managerOn } from './rights.js';

type ActOf<Op extends ErasureAct['op']> = Extract<ErasureAct, { op: Op }>;
type Reader = Pick<World, 'get'>;

/** A holder with more asks asks for something else. */
export const ASKS_MAX = 100;
/** More cases at once are none of one person. */
export const HOLDS_MAX = 16;

export async function applyErasure(context: RegistryContext, act: ErasureAct): Promise<Outcome> {
  switch (act.op) {
    case 'erasure.ask': return ask(context, act);
    case 'erasure.begin': return begin(context, act);
    case 'hold.put': return putHold(context, act);
    case 'hold.lift': return liftHold(context, act.id);
  }
}

/** Notes that the agency keeps something of a natural person from now on. @throws RuleError SUBJECT_ERASED */
export async function retain({ world, agency }: Pick<RegistryContext, 'world' | 'agency'>, subject: string, kept: { readonly licences?: string; readonly applications?: string } = {}): Promise<void> {
  if (!isNatural(subject)) return;
  await demandNotErased(world, subject);
  const record = (await world.get('retention', subject)) ?? NOTHING(subject);
  const { licences, applications, agencies = [] } = record;
  const added = { licences: withNew(licences, kept.licences), applications: withNew(applications, kept.applications), agencies: withNew(agencies, agency) };
  if (added.licences !== licences || added.applications !== applications || added.agencies !== agencies) world.put('retention', subject, { ...record, ...added });
}

const withNew = (known: readonly string[], id: string | undefined): readonly string[] => (id === undefined || known.includes(id) ? known : [...known, id]);

const NOTHING = (subject: string): RetentionRecord => ({ subject, licences: [], applications: [], holds: [] });

/** All that stands against erasing, of everything that is kept. */
export async function groundsOf(world: Reader, { licences, applications, holds }: RetentionRecord, zone: LegalZone, today: Day): Promise<Ground[]> {
  const grounds: Ground[] = holds.map((of) => ({ code: 'ERASURE_HOLD', of }));
  for (const id of licences) {
    const [licence, kind] = [await world.get('licence', id), await world.get('kind', splitLicenceId(id as LicenceId).type)];
    grounds.push(...toList(licence && kind && groundOfLicence(licence, kind.retentionYears, today)));
  }
  for (const id of applications) {
    const application = await world.get('application', id);
    const years = [APPLICATION_RETENTION_YEARS];
    for (const { matter } of application?.matters ?? []) {
      const kind = (await world.get('matter', matter))?.kind;
      years.push((kind === undefined ? undefined : await world.get('kind', kind))?.retentionYears ?? 0);
    }
    grounds.push(...toList(application && groundOfApplication(application, Math.max(...years), zone, today)));
  }
  return grounds;
}

const toList = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

/** The holder gets his answer from the rule: erasing is due, or these grounds stand against it. */
async function ask(context: RegistryContext, { id, subject, reason, by }: ActOf<'erasure.ask'>): Promise<Outcome> {
  demandReason(subject, reason);
  const { world, ledger, moment } = context;
  await demandDevice(context, by, subject, erasureAskDigest(ledger.ledger, { id, subject, reason }), 'holder');
  const known = await world.get('erasure', subject);
  const asks = known?.asks ?? [];
  demand(known?.status !== 'ASKED' && asks.length < ASKS_MAX && asks.every((earlier) => earlier.id !== id), 'ERASURE_ASKED', 'subject');
  const grounds = await groundsOf(world, (await world.get('retention', subject)) ?? NOTHING(subject), ledger.zone, moment.today);
  const status = grounds.length > 0 ? 'REFUSED' : 'ASKED';
  world.put('erasure', subject, { subject, status, reason, asks: [...asks, { id, reason, device: by.device, signature: by.signature, at: moment.now, grounds }] });
  return { id, status };
}

/** Two persons of an agency that keeps something of the person. From here on there is no way back. */
async function begin(context: RegistryContext, { subject, reason }: ActOf<'erasure.begin'>): Promise<Outcome> {
  const { world, ledger, moment, agency, persons } = context;
  demandReason(subject, reason);
  demandPersons(persons, { persons: 2, ownKey: true });
  await demandNotErased(world, subject);
  const retention = await world.get('retention', subject);
  const deciders = retention ? await decidersOf(world, retention, moment.today) : [];
  demand(retention && deciders.includes(agency), 'SUBJECT_NOT_YOURS', 'subject');
  const keepers = [...new Set([...deciders, ...(retention.agencies ?? [])])].sort();
  const [ground] = await groundsOf(world, retention, ledger.zone, moment.today);
  if (ground) throw new RuleError(ground.code, 'subject');
  const asks = (await world.get('erasure', subject))?.asks ?? [];
  world.put('erasure', subject, { subject, status: 'ERASING', reason, asks, agency, staff: persons.map(({ staff }) => staff), begunAt: moment.now, keepers: keepers.map((each) => ({ agency: each })) });
  return { id: subject, status: 'ERASING' };
}

/** Managers of the licences today, and agencies with applications: whoever only wrote something of him waits for their word. */
async function decidersOf(world: World, { licences, applications }: RetentionRecord, today: Day): Promise<string[]> {
  const deciders = new Set<string>();
  for (const id of licences) {
    const licence = await world.get('licence', id);
    if (licence) deciders.add(await managerOn(world, licence.manager, splitLicenceId(id as LicenceId).type, today));
  }
  for (const id of applications) {
    const application = await world.get('application', id);
    if (application) deciders.add(application.agency);
  }
  return [...deciders];
}

/** The agency's gateway has destroyed what it had; erased where all of them have. */
export async function confirmErasure({ world, moment, agency }: { readonly world: World; readonly moment: Moment; readonly agency: string }, { subject }: ErasureConfirm): Promise<Outcome> {
  const record: ErasureRecord | undefined = await world.get('erasure', subject);
  demand(record?.status === 'ERASING', 'ERASURE_NOT_BEGUN', 'subject');
  const { keepers: all = [] } = record;
  demand(all.some((keeper) => keeper.agency === agency && keeper.at === undefined), 'ERASURE_NOT_YOURS', 'subject');
  const keepers = all.map((keeper) => (keeper.agency === agency ? { agency, at: moment.now } : keeper));
  const done = keepers.every(({ at }) => at !== undefined);
  world.put('erasure', subject, { ...record, keepers, ...(done ? { status: 'ERASED', erasedAt: moment.now } : {}) });
  return { id: subject, status: done ? 'ERASED' : 'ERASING' };
}

async function putHold(context: RegistryContext, { id, subject, case: file }: ActOf<'hold.put'>): Promise<Outcome> {
  const { world, moment, agency, persons } = context;
  demand(isNatural(subject), 'ERASURE_ORGANISATION', 'subject');
  demandPersons(persons, { persons: 2, ownKey: true });
  demand((await world.get('hold', id)) === undefined, 'HOLD_EXISTS', 'id');
  await demandNotErased(world, subject);
  const retention = await world.get('retention', subject);
  demand(retention && (await mayHold(context, retention)), 'SUBJECT_NOT_YOURS', 'subject');
  demand(retention.holds.length < HOLDS_MAX, 'HOLDS_TOO_MANY', 'subject');
  world.put('hold', id, { id, subject, agency, case: file, staff: persons.map(({ staff }) => staff), putAt: moment.now });
  world.put('retention', subject, { ...retention, holds: [...retention.holds, id], agencies: withNew(retention.agencies ?? [], agency) });
  return { id, status: 'in-force' };
}

/** Whoever keeps something of the person, and whoever supervises or punishes in a matter of his; a bank's word keeps nobody's data. */
async function mayHold({ world, moment: { today }, agency }: RegistryContext, retention: RetentionRecord): Promise<boolean> {
  if ((await decidersOf(world, retention, today)).includes(agency)) return true;
  for (const id of retention.licences) {
    const licence: LicenceRecord | undefined = await world.get('licence', id);
    const { type } = splitLicenceId(id as LicenceId);
    const manager = licence && (await managerOn(world, licence.manager, type, today));
    for (const right of ['supervise', 'penalise'] as const) if (manager !== undefined && (await hasRight(world, agency, type, right, today, manager))) return true;
  }
  return false;
}

async function liftHold({ world, moment, agency, persons }: RegistryContext, id: string): Promise<Outcome> {
  const hold = await world.get('hold', id);
  demand(hold, 'HOLD_UNKNOWN', 'id');
  demand(hold.agency === agency, 'HOLD_NOT_YOURS', 'id');
  demand(hold.liftedAt === undefined, 'HOLD_LIFTED', 'id');
  demandPersons(persons, { persons: 2, ownKey: true });
  world.put('hold', id, { ...hold, liftedAt: moment.now });
  const retention = await world.get('retention', hold.subject);
  if (retention) world.put('retention', hold.subject, { ...retention, holds: retention.holds.filter((each) => each !== id) });
  return { id, status: 'lifted' };
}

function demandReason(subject: string, reason: string): void {
  demand(isNatural(subject), 'ERASURE_ORGANISATION', 'subject');
  demand(Object.hasOwn(ERASURE_REASONS, reason), 'REASON_UNKNOWN', 'reason');
}
