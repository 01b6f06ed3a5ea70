/** Print orders: printed and reprinted with a reason, sealed by a second person, released, handed over against a code. Each step of a licence that is still what it was when it was ordered. */
import { fromBase64url } from '../facts/hash.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import { pickUpCommitment, PRINT_CANCEL_REASONS, PRINT_STEPS, REPRINT_REASONS, type PrintAct, type PrintEvent, type PrintOrderRecord } from '../facts/print-order.js';
import type { PrintOrderAct } from '../facts/print-order-commands.js';
import type { LicenceRecord, Outcome, VersionRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { effectiveStatus } from '../facts/status.js';
import { demandPersons } from './actors.js';
import { retain } from './erasure.js';
import type { RegistryContext } from './registrar.js';
import { demandManager } from './rights.js';

type ActOf<Op extends PrintOrderAct['op']> = Extract<PrintOrderAct, { op: Op }>;
type StepAct = Exclude<PrintOrderAct, { op: 'print.order' }>;

/** A certificate that takes more steps is no matter of printing; giving up is always possible. */
export const PRINT_EVENTS_MAX = 64;

export async function applyPrintOrder(context: RegistryContext, act: PrintOrderAct): Promise<Outcome> {
  if (act.op === 'print.order') return order(context, act);
  const record = await orderAt(context, act);
  demandPersons(context.persons, { persons: 1, ownKey: act.op === 'print.seal' && (await ownKeySeals(context, record)) });
  switch (act.op) {
    case 'print.print': return print(context, record, act);
    case 'print.seal': return seal(context, record);
    case 'print.release': return put(context, record, { act: 'release', pickUp: act.pickUp });
    case 'print.hand-over': return handOver(context, record, act);
    case 'print.cancel': return cancel(context, record, act);
  }
}

/** One at a time for a licence: the next one when that has been handed over or given up. */
async function order(context: RegistryContext, { id, licence, version }: ActOf<'print.order'>): Promise<Outcome> {
  const { world, moment, agency, persons } = context;
  demand((await world.get('print-order', id)) === undefined, 'PRINT_ORDER_EXISTS', 'id');
  const { record, current } = await licenceOf(context, licence);
  await demandManager(world, record, agency, splitLicenceId(licence as LicenceId).type, moment.today);
  demandPersons(persons, { persons: 1, ownKey: false });
  // An imported record is somebody's claim: nobody here has sealed it.
  demand(current.seal !== undefined, 'ORIGIN_FORBIDS', 'licence');
  demandInForce(context, record, version);
  const known = await world.get('printing', licence);
  const open = known?.open === undefined || known.version !== version ? undefined : await world.get('print-order', known.open);
  // What another agency had begun before the right moved goes no further, and stands in nobody's way.
  demand(open?.agency !== agency, 'PRINT_ORDER_OPEN', 'licence');
  await retain(context, record.subject);
  world.put('printing', licence, { version, prints: known?.version === version ? known.prints : 0, open: id });
  const event: PrintEvent = { ...happened(context, 1), act: 'order', state: 'ordered' };
  world.put('print-order', id, { id, agency, licence, version, state: 'ordered', prints: 0, events: [event] });
  return { id, status: 'ordered' };
}

async function print(context: RegistryContext, record: PrintOrderRecord, { document, batch, reason }: ActOf<'print.print'>): Promise<Outcome> {
  const { world } = context;
  const { current } = await licenceOf(context, record.licence);
  demand(current.documents.some(({ type, digest }) => type === 'pdf' && digest === document), 'DOCUMENT_NOT_APPROVED', 'document');
  const printing = await world.get('printing', record.licence);
  const before = printing?.version === record.version ? printing.prints : record.prints;
  demand((before > 0) === (reason !== undefined) && (reason === undefined || Object.hasOwn(REPRINT_REASONS, reason)), 'REPRINT_REASON', 'reason');
  if (printing?.version === record.version) world.put('printing', record.licence, { ...printing, prints: before + 1 });
  return put(context, { ...record, prints: record.prints + 1 }, { act: 'print', document, ...(batch === undefined ? {} : { batch }), ...(reason === undefined ? {} : { reason }) });
}

/** Who printed is told from who seals by the person's reference: a second account or a second key of his makes nobody a second person. */
async function seal(context: RegistryContext, record: PrintOrderRecord): Promise<Outcome> {
  const printed = record.events.findLast(({ act }) => act === 'print')?.actors ?? [];
  demand(!context.persons.some(({ person }) => printed.some((each) => each.person === person)), 'SEALED_BY_PRINTER', 'actors');
  return put(context, record, { act: 'seal' });
}

/** Where the gateway's word is not enough to issue, it is not enough to seal the paper either. */
async function ownKeySeals({ world }: RegistryContext, { licence }: PrintOrderRecord): Promise<boolean> {
  return (await world.get('kind', splitLicenceId(licence as LicenceId).type))?.vouched.includes('issue') !== true;
}

async function handOver(context: RegistryContext, record: PrintOrderRecord, { code, opening }: ActOf<'print.hand-over'>): Promise<Outcome> {
  const { id: order, licence, version } = record;
  const told = record.events.findLast(({ act }) => act === 'release')?.pickUp;
  const bytes = fromBase64url(opening);
  demand(bytes && told === pickUpCommitment(bytes, { order, licence, version, code }), 'PICK_UP_CODE', 'code');
  await close(context, record);
  return put(context, record, { act: 'hand-over', opened: { code, opening } });
}

async function cancel(context: RegistryContext, record: PrintOrderRecord, { reason }: ActOf<'print.cancel'>): Promise<Outcome> {
  demand(Object.hasOwn(PRINT_CANCEL_REASONS, reason), 'REASON_UNKNOWN', 'reason');
  await close(context, record);
  return put(context, record, { act: 'cancel', reason });
}

/** The count stays: the next order goes on from it. */
async function close({ world }: RegistryContext, { id, licence }: PrintOrderRecord): Promise<void> {
  const printing = await world.get('printing', licence);
  if (printing?.open !== id) return;
  const { open: _, ...rest } = printing;
  world.put('printing', licence, rest);
}

async function licenceOf({ world }: RegistryContext, id: string): Promise<{ record: LicenceRecord; current: VersionRecord }> {
  const record = await world.get('licence', id);
  const current = record?.versions.at(-1);
  demand(record && current, 'LICENCE_UNKNOWN', 'licence');
  return { record, current };
}

/** What was ordered is what is valid now, or will be: no paper of another version, or of a licence that is suspended, over or ended, goes on. */
function demandInForce({ moment }: RegistryContext, { versions }: LicenceRecord, version: number): void {
  const current = versions.at(-1);
  demand(current?.version === version, 'PRINT_SUPERSEDED', 'licence');
  const status = effectiveStatus(current.status, current.validFrom, current.validUntil, moment.today);
  demand(status === 'VALID' || status === 'NOT_YET_VALID', 'PRINT_NOT_IN_FORCE', 'licence');
}

/** Two clerks at one order: the second one's `after` no longer names the last event, and he is told. */
async function orderAt(context: RegistryContext, act: StepAct): Promise<PrintOrderRecord> {
  const { world, agency, moment } = context;
  const name = act.op.slice('print.'.length) as PrintAct;
  const record = await world.get('print-order', act.id);
  const last = record?.events.at(-1);
  demand(record?.agency === agency && last, 'PRINT_ORDER_UNKNOWN', 'id');
  demand(name !== 'hand-over' || record.state !== 'handed-over', 'PICK_UP_USED', 'code');
  demand(last.seq === act.after, 'PRINT_ORDER_CHANGED', 'after');
  demand(PRINT_STEPS[name].from.includes(record.state), 'PRINT_ORDER_STATE', 'op');
  demand(moment.now >= last.at, 'TIME_STEPS_BACK');
  if (name === 'cancel') return record;
  demand(record.events.length < PRINT_EVENTS_MAX, 'PRINT_STEPS_TOO_MANY', 'op');
  const { record: licence } = await licenceOf(context, record.licence);
  await demandManager(world, licence, agency, splitLicenceId(licence.id as LicenceId).type, moment.today);
  demandInForce(context, licence, record.version);
  return record;
}

const happened = ({ moment, persons }: RegistryContext, seq: number): Pick<PrintEvent, 'seq' | 'at' | 'txId' | 'actors'> =>
  ({ seq, at: moment.now, txId: moment.txId, actors: persons.map(({ staff, person, method }) => ({ staff, person, method })) });

function put(context: RegistryContext, record: PrintOrderRecord, event: Pick<PrintEvent, 'reason' | 'document' | 'batch' | 'pickUp' | 'opened'> & { readonly act: PrintAct }): Outcome {
  const { to: state } = PRINT_STEPS[event.act];
  context.world.put('print-order', record.id, { ...record, state, events: [...record.events, { ...happened(context, record.events.length + 1), state, ...event }] });
  return { id: record.id, status: state };
}
