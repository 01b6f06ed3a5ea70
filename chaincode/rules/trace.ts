/** A piece of work of a reverse trace is closed by whoever owns what relied on the licence, and what he says came of it must be so. */
import { addDays, instantOf, startOfDay, type Day } from '../facts/calendar.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { LicenceRecord, Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { isFall, traceId } from '../facts/trace.js';
import type { TraceClose, TraceItem } from '../facts/trace-commands.js';
import type { World } from '../world.js';
import { demandPersons } from './actors.js';
import { whole } from './pages.js';
import type { RegistryContext } from './registrar.js';
import { managerOn } from './rights.js';

/** What relied on the licence: who owns it, and the permit by which one sees what came of it. */
interface Owned {
  readonly owner: string;
  readonly permit?: LicenceRecord | undefined;
  /** When it came to rely on the licence; of a grant nothing is corrected. */
  readonly at?: string | undefined;
  /** Of a grant. */
  readonly ended?: boolean;
}

export async function closeTrace(context: RegistryContext, act: TraceClose): Promise<Outcome> {
  const { world, moment, agency, persons } = context;
  const { op: _, ...said } = act;
  demand((act.event === undefined) !== (act.version === undefined), 'COMMAND_MALFORMED', 'event');
  const record = await world.get('licence', act.licence);
  demand(record, 'LICENCE_UNKNOWN', 'licence');
  const since = await fellAt(context, record, act);
  demand(since, 'TRACE_UNKNOWN', act.event === undefined ? 'version' : 'event');
  const owned = await ownedItem(context, record, act.item);
  demand(owned, 'TRACE_UNKNOWN', 'item');
  demand(owned.owner === agency, 'TRACE_NOT_YOURS', 'item');
  demandPersons(persons, { persons: 1, ownKey: false });
  const id = traceId(act, act.item);
  demand((await world.get('trace', id)) === undefined, 'TRACE_CLOSED', 'item');
  demand(cameTrue(act.outcome, owned, since), 'TRACE_OUTCOME', 'outcome');
  world.put('trace', id, { id, ...said, agency, at: moment.now, txId: moment.txId, actors: persons.map(({ staff, method }) => ({ staff, method })) });
  return { id, status: act.outcome };
}

/** Since when the licence has fallen; nothing where it has not. */
async function fellAt({ world, ledger, moment }: RegistryContext, record: LicenceRecord, { event, version }: TraceClose): Promise<string | undefined> {
  if (event !== undefined) {
    const found = (await whole(world, record)).events.find(({ seq }) => seq === event);
    return found && isFall(found.act) ? found.recordedAt : undefined;
  }
  const current = record.versions.at(-1);
  const until = current?.version === version && current?.status === 'VALID' ? current.validUntil : undefined;
  return until !== undefined && until < moment.today ? instantOf(startOfDay(addDays(until as Day, 1), ledger.zone) * 1000) : undefined;
}

async function ownedItem({ world, moment }: RegistryContext, { id, subject }: LicenceRecord, item: TraceItem): Promise<Owned | undefined> {
  if ('composite' in item || 'permit' in item) {
    const permit = await world.get('licence', 'composite' in item ? item.composite : item.permit);
    const all = permit && (await whole(world, permit));
    const relied = all?.versions.find((version) => ('composite' in item ? version.members : version.automatic?.reliedOn)?.some(({ licence }) => licence === id));
    return permit && relied ? { owner: await managerNow(world, permit, moment.today), permit, at: all?.events.find(({ version }) => version === relied.version)?.recordedAt } : undefined;
  }
  if ('grant' in item) {
    const grant = await world.get('grant', item.grant);
    return grant?.subject === subject ? { owner: grant.grantee, ended: grant.status === 'revoked' || grant.notAfter < moment.now || grant.left === 0 } : undefined;
  }
  const application = await world.get('application', item.application);
  const event = application?.events.find(({ seq }) => seq === item.seq);
  if (!application || event?.outcome !== 'granted' || event.reliedOn?.some(({ licence }) => licence === id) !== true) return undefined;
  return { owner: application.agency, at: event.at, permit: event.licence === undefined ? undefined : await world.get('licence', event.licence) };
}

const managerNow = (world: World, { id, manager }: LicenceRecord, today: Day): Promise<string> => managerOn(world, manager, splitLicenceId(id as LicenceId).type, today);

const IN_FORCE: ReadonlySet<string> = new Set(['VALID', 'SUSPENDED', 'TRANSFERRED']);

/** To have upheld it is a judgement; that it was changed, since it relied on what had fallen, or ended is seen. */
function cameTrue(outcome: TraceClose['outcome'], { permit, ended, at = '' }: Owned, since: string): boolean {
  if (outcome === 'upheld') return true;
  if (outcome === 'ended') return ended ?? (permit !== undefined && !IN_FORCE.has(permit.versions.at(-1)?.status ?? 'VALID'));
  return permit !== undefined && [since, at].every((each) => (permit.events.at(-1)?.recordedAt ?? '') > each);
}
