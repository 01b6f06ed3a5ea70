/** Rights over kinds: to issue, supervise, penalise, import; per agency, from a day on, movable. */
import type { Day } from '../facts/calendar.js';
import type { AgencyRecord, KindRecord, LicenceRecord, Right, RightRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { World } from '../world.js';

export async function activeKind(world: World, type: string): Promise<KindRecord> {
  const kind = await world.get('kind', type);
  demand(kind, 'KIND_UNKNOWN', 'licence');
  demand(kind.active, 'KIND_INACTIVE', 'licence');
  return kind;
}

function holds(agency: AgencyRecord, kind: string, right: Right, on: Day, over?: string): boolean {
  return agency.rights.some((row) => row.kind === kind && row.right === right && row.from <= on && (row.until === undefined || on <= row.until)
    && (over === undefined || row.over === undefined || row.over === over));
}

/** @throws RuleError RIGHT_MISSING where the agency has not this right over the kind on the day. */
export async function demandRight(world: World, agency: string, kind: string, right: Right, on: Day, over?: string): Promise<void> {
  const record = await world.get('agency', agency);
  demand(record && holds(record, kind, right, on, over), 'RIGHT_MISSING', 'agency');
}

export async function hasRight(world: World, agency: string, kind: string, right: Right, on: Day, over?: string): Promise<boolean> {
  const record = await world.get('agency', agency);
  return record !== undefined && holds(record, kind, right, on, over);
}

/** Bounds a loop through a circle of moves. */
export const MOVES_MAX = 16;

/** To whom the right to issue a kind moved before a day, of an agency that has it no longer (市县同权). */
export function movedTo(agency: AgencyRecord | undefined, kind: string, on: Day): string | undefined {
  if (!agency || holds(agency, kind, 'issue', on)) return undefined;
  // The newest of them: a right may have come back in between, and moved on.
  let newest: RightRecord | undefined;
  for (const row of agency.rights) if (row.kind === kind && row.right === 'issue' && row.until !== undefined && row.until < on && row.until >= (newest?.until ?? '')) newest = row;
  return newest?.to;
}

/** Who manages a licence on a day: its manager, or the agency to which the right to issue moved since. */
export async function managerOn(world: Pick<World, 'get'>, manager: string, kind: string, on: Day): Promise<string> {
  let current = manager;
  for (let hops = 0; hops < MOVES_MAX; hops++) {
    const next = movedTo(await world.get('agency', current), kind, on);
    if (next === undefined) return current;
    current = next;
  }
  return current;
}

/** @throws RuleError where the agency neither manages the licence nor has the right to issue its kind. */
export async function demandManager(world: World, licence: Pick<LicenceRecord, 'manager'>, agency: string, kind: string, on: Day): Promise<void> {
  demand((await managerOn(world, licence.manager, kind, on)) === agency, 'ISSUER_NOT_COMPETENT', 'agency');
  await demandRight(world, agency, kind, 'issue', on);
}
