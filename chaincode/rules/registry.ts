/** The register: agencies, rights, staff, kinds, seals, settings. Written by registrars with keys of their own. */
import { X509Certificate } from 'node:crypto';
import { addDays, parseDay, type Day } from '../facts/calendar.js';
import type { PlainAct } from '../facts/commands.js';
import { canonical, type Canonical } from '../facts/canonical.js';
import { parseUscc } from '../facts/holder-code.js';
import { base64url, fromBase64url, importP256 } from '../facts/hash.js';
import type { KindRecord, Outcome, RightRecord, SealRecord, StaffKey, StaffRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { RESERVED_FIELDS } from '../facts/reserved.js';
import type { World } from '../world.js';
import { demandPersons } from './actors.js';
import { purposeOf } from './certificate.js';
import { demandComposite } from './composite.js';
import { putMatter, putTrade } from './matter.js';
import { claimKey, demandRegistrar, demandRegistrarAndSecond, type RegistryContext } from './registrar.js';
import { putAgencyKey, putTrustRoot, setAgencyKeyStatus } from './trust.js';

type ActOf<Op extends PlainAct['op']> = Extract<PlainAct, { op: Op }>;
export type RegistryAct = ActOf<'agency.put' | 'right.move' | 'staff.put' | 'kind.put' | 'seal.put' | 'seal.status' | 'agency-key.put' | 'agency-key.status' | 'trust-root.put' | 'setting.put' | 'matter.put' | 'trade.put'>;

export async function applyRegistry(context: RegistryContext, act: RegistryAct): Promise<Outcome> {
  switch (act.op) {
    case 'agency.put': return putAgency(context, act);
    case 'right.move': return moveRight(context, act);
    case 'staff.put': return putStaff(context, act);
    case 'kind.put': return putKind(context, act);
    case 'seal.put': return putSeal(context, act);
    case 'seal.status': return setSealStatus(context, act);
    case 'agency-key.put': return putAgencyKey(context, act);
    case 'agency-key.status': return setAgencyKeyStatus(context, act);
    case 'trust-root.put': return putTrustRoot(context, act);
    case 'setting.put': return putSetting(context, act);
    case 'matter.put': return putMatter(context, act);
    case 'trade.put': return putTrade(context, act);
  }
}

async function putAgency(context: RegistryContext, act: ActOf<'agency.put'>): Promise<Outcome> {
  const known = await context.world.get('agency', act.code);
  // Whose gateway speaks for the agency is no correction of its entry; nor is what it may issue, or what it might do in the past.
  if (known !== undefined && (known.mspId !== act.mspId || reaches(known.rights, act.rights, context.moment.today))) demandRegistrarAndSecond(context);
  else demandRegistrar(context);
  const { op: _, ...record } = act;
  demand(parseUscc(act.code), 'USCC_CHECK_DIGIT', 'code');
  if (act.parent !== undefined) {
    const parent = await context.world.get('agency', act.parent);
    demand(parent && act.parent !== act.code, 'AGENCY_UNKNOWN', 'parent');
    demand(parent.mspId === act.mspId, 'IDENTITY_NOT_OF_AGENCY', 'mspId');
  }
  for (const right of act.rights) {
    demand(parseDay(right.from) && (right.until === undefined || parseDay(right.until)), 'DATE_UNREAL', 'rights');
    demand(right.until === undefined || right.until >= right.from, 'DATES_REVERSED', 'rights');
    // Where a right went is said by moving it, which takes more than this does.
    demand(right.to === undefined || known?.rights.some((row) => sameRow(row, right)) === true, 'RIGHT_MISSING', 'rights');
  }
  // Nor taken back but by moving it again.
  demand(known?.rights.every((row) => row.to === undefined || act.rights.some((right) => sameRow(row, right))) !== false, 'RIGHT_MISSING', 'rights');
  context.world.put('agency', act.code, record);
  return { id: act.code };
}

const sameRow = (one: RightRecord, other: RightRecord): boolean => canonical(one as unknown as Canonical) === canonical(other as unknown as Canonical);

/** Whether rights of an agency that has some change in what it may issue, or on a day before today. */
function reaches(before: readonly RightRecord[], after: readonly RightRecord[], today: Day): boolean {
  if (before.length === 0) return false;
  const changed = [...before.filter((row) => !after.some((each) => sameRow(row, each))), ...after.filter((row) => !before.some((each) => sameRow(row, each)))];
  return changed.some(({ right, from, until }) => right === 'issue' || from < today || (until !== undefined && until < today));
}

/**
 * A right ends with one agency the day before it begins with another; what was issued before is managed by the new one.
 * The right to issue takes a second person; so does a day before today for any right, as every retroactive act does.
 */
async function moveRight(context: RegistryContext, act: ActOf<'right.move'>): Promise<Outcome> {
  const on = parseDay(act.on);
  demand(on, 'DATE_UNREAL', 'on');
  // With the right to issue goes the management of all that was issued, and what its staff may see of it.
  if (on < context.moment.today || act.right === 'issue') demandRegistrarAndSecond(context);
  else demandRegistrar(context);
  const [from, to] = [await context.world.get('agency', act.from), await context.world.get('agency', act.to)];
  demand(from && to && act.from !== act.to, 'AGENCY_UNKNOWN', 'to');
  const isOpen = (right: RightRecord, over?: string): boolean => right.kind === act.kind && right.right === act.right && right.until === undefined && right.over === over;
  const current = from.rights.find((right) => isOpen(right, right.over));
  demand(current && current.from < on, 'RIGHT_MISSING', 'from');
  // All of it ends, also where it was given twice: whoever kept a row of it would go on.
  const ends = (right: RightRecord): boolean => isOpen(right, current.over);
  demand(from.rights.every((right) => !ends(right) || right.from < on), 'RIGHT_MISSING', 'from');
  context.world.put('agency', act.from, { ...from, rights: from.rights.map((right): RightRecord => (ends(right) ? { ...right, until: addDays(on, -1), to: act.to } : right)) });
  const begins: RightRecord = { kind: act.kind, right: act.right, from: on, ...(current.over === undefined ? {} : { over: current.over }) };
  context.world.put('agency', act.to, { ...to, rights: [...to.rights, begins] });
  return { id: act.to };
}

async function putStaff(context: RegistryContext, act: ActOf<'staff.put'>): Promise<Outcome> {
  demand(await context.world.get('agency', act.agency), 'AGENCY_UNKNOWN', 'agency');
  const known = await context.world.get('staff', act.id);
  await demandKeeperOfStaff(context, act, known);
  // What issues by rule is no person: it does nothing else, and nobody does its work.
  demand(!act.roles.includes('machine') || act.roles.length === 1, 'ROLE_MACHINE', 'roles');
  demand(known === undefined || known.roles.includes('machine') === act.roles.includes('machine'), 'ROLE_MACHINE', 'roles');
  // An account never changes hands: same person, same agency, for ever.
  demand(known === undefined || (known.agency === act.agency && known.person === act.person), 'STAFF_EXISTS', 'id');
  demand(new Set(act.keys.map((key) => key.id)).size === act.keys.length, 'COMMAND_MALFORMED', 'keys');
  for (const key of act.keys) await claimStaffKey(context.world, act.id, key, known?.keys ?? []);
  for (const old of known?.keys ?? []) demand(act.keys.some((key) => key.id === old.id), 'STALE_RECORD', 'keys');
  const { op: _, ...record } = act;
  context.world.put('staff', act.id, record);
  const hasRegistrar = context.agency === act.agency || (act.active && act.roles.includes('registrar'));
  if (hasRegistrar && !(await context.world.get('registrar', act.agency))) context.world.put('registrar', act.agency, { since: context.moment.now });
  return { id: act.id };
}

/** An agency with a registrar of its own keeps its own staff: the keeper of the register then needs a second person to enter anybody there, and none to dismiss one. */
async function demandKeeperOfStaff(context: RegistryContext, { op: _, ...record }: ActOf<'staff.put'>, known: StaffRecord | undefined): Promise<void> {
  const isOwn = context.agency === record.agency;
  const dismisses = known !== undefined && canonical({ ...known, active: false } as never) === canonical(record);
  if (isOwn || dismisses || !(await context.world.get('registrar', record.agency))) demandRegistrar(context, record.agency);
  else demandRegistrarAndSecond(context);
}

async function claimStaffKey(world: World, staff: string, key: StaffKey, known: readonly StaffKey[]): Promise<void> {
  const before = known.find((old) => old.id === key.id);
  if (before) {
    demand(before.spki === key.spki && before.method === key.method, 'STALE_RECORD', 'keys');
    demand(before.active || !key.active, 'STALE_RECORD', 'keys'); // a key taken back stays taken back
    return;
  }
  demand(importP256(key.spki), 'COMMAND_MALFORMED', 'keys');
  await claimKey(world, key.spki, 'staff', staff);
}

/** How many persons an act of the kind takes, and when: whoever could change it alone could do alone what takes two. */
const controlsOf = ({ persons, vouched, massFrom, twoFrom, windowBefore, windowAfter }: Pick<KindRecord, 'persons' | 'vouched' | 'massFrom' | 'twoFrom' | 'windowBefore' | 'windowAfter'>): string =>
  canonical({ persons, vouched: [...vouched].sort(), massFrom, twoFrom, windowBefore, windowAfter });

async function putKind(context: RegistryContext, act: ActOf<'kind.put'>): Promise<Outcome> {
  const known = await context.world.get('kind', act.type);
  if (known !== undefined && controlsOf(known) !== controlsOf(act)) demandRegistrarAndSecond(context);
  else demandRegistrar(context);
  demand(!context.ledger.demo || act.sample, 'KIND_NOT_SAMPLE', 'sample');
  const names = new Set(act.fields.map((field) => field.name));
  demand(names.size === act.fields.length && ![...names].some((name) => RESERVED_FIELDS.has(name)), 'COMMAND_MALFORMED', 'fields');
  const { op: _, ...record } = act;
  await demandComposite(context.world, act, known);
  const later = act.conditions?.materials.map(({ code }) => code) ?? [];
  demand(new Set(later).size === later.length, 'CONDITION_TWICE', 'conditions');
  // What a certificate is made from: one that was drafted before it changed is refused by its schema.
  const isSame = known !== undefined && canonical({ holder: known.holder, fields: known.fields, composite: known.composite } as never) === canonical({ holder: act.holder, fields: act.fields, composite: act.composite });
  demand(known === undefined || (isSame ? act.schema >= known.schema : act.schema > known.schema), 'SCHEMA_OUTDATED', 'schema');
  context.world.put('kind', act.type, record);
  return { id: act.type };
}

async function putSeal(context: RegistryContext, act: ActOf<'seal.put'>): Promise<Outcome> {
  demandRegistrar(context, act.agency);
  demand(await context.world.get('agency', act.agency), 'AGENCY_UNKNOWN', 'agency');
  demand((await context.world.get('seal', act.id)) === undefined, 'SEAL_EXISTS', 'id');
  demand(act.validFrom < act.validUntil, 'DATES_REVERSED', 'validUntil');
  for (const kind of act.kinds ?? []) demand(await context.world.get('kind', kind), 'KIND_UNKNOWN', 'kinds');
  if (act.renews !== undefined) await demandPredecessor(context.world, act.renews, act);
  const spki = sealCertificateKey(act.certificate, act.agency, act);
  demand(spki, 'COMMAND_MALFORMED', 'certificate');
  await claimKey(context.world, spki, 'seal', act.id);
  const { op: _, ...fields } = act;
  const record: SealRecord = { ...fields, status: 'in-use', history: [{ status: 'in-use', at: context.moment.now }] };
  context.world.put('seal', act.id, record);
  return { id: act.id };
}

/** A renewal goes on under the same name of the same agency, and lasts longer. */
async function demandPredecessor(world: World, id: string, act: ActOf<'seal.put'>): Promise<void> {
  const before = await world.get('seal', id);
  demand(before, 'SEAL_UNKNOWN', 'renews');
  demand(before.agency === act.agency, 'SEAL_NOT_OF_AGENCY', 'renews');
  demand(before.name === act.name, 'COMMAND_MALFORMED', 'name');
  demand(before.validUntil < act.validUntil, 'DATES_REVERSED', 'validUntil');
}

/** The certificate names the agency (SAN URI urn:uscc:<code>), is for signing documents, P-256, and covers the stated period. */
function sealCertificateKey(certificate: string, agency: string, period: { readonly validFrom: string; readonly validUntil: string }): string | undefined {
  const der = fromBase64url(certificate);
  if (!der) return undefined;
  try {
    const x509 = new X509Certificate(der);
    const covers = Date.parse(x509.validFrom) <= Date.parse(period.validFrom) && Date.parse(x509.validTo) >= Date.parse(period.validUntil);
    const { isAuthority, isForDocuments } = purposeOf(der);
    if (x509.subjectAltName !== `URI:urn:uscc:${agency}` || isAuthority || !isForDocuments || !covers) return undefined;
    const spki = base64url(x509.publicKey.export({ format: 'der', type: 'spki' }));
    return importP256(spki) ? spki : undefined;
  } catch {
    return undefined;
  }
}

/** One person stops a seal; two start it again; what is cancelled stays cancelled. */
async function setSealStatus(context: RegistryContext, act: ActOf<'seal.status'>): Promise<Outcome> {
  const seal = await context.world.get('seal', act.id);
  demand(seal, 'SEAL_UNKNOWN', 'id');
  demand(seal.agency === context.agency || context.agency === context.ledger.registrar, 'SEAL_NOT_OF_AGENCY', 'id');
  demand(seal.status !== 'cancelled' && seal.status !== act.status, 'STATUS_FORBIDS', 'status');
  if (act.status === 'in-use') demandPersons(context.persons, { persons: 2, ownKey: true, roles: ['registrar', 'approver'] });
  else demandPersons(context.persons, { persons: 1, ownKey: true, roles: ['registrar', 'approver'] });
  context.world.put('seal', act.id, { ...seal, status: act.status, history: [...seal.history, { status: act.status, at: context.moment.now }] });
  return { id: act.id, status: act.status };
}

async function putSetting(context: RegistryContext, act: ActOf<'setting.put'>): Promise<Outcome> {
  demandRegistrar(context);
  const ledger = await context.world.get('ledger', 'settings');
  demand(ledger, 'LEDGER_NOT_INITIALISED');
  context.world.put('ledger', 'settings', { ...ledger, origins: act.origins, rpId: act.rpId });
  return { id: 'settings' };
}
