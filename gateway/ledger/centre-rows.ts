/** Lists of the certificate centre as rows of the index, in the order in which they are read: print orders by state, licences by their last day. A list is a stretch of keys, however many there are. */
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { PRINT_STATES, type PrintOrderRecord, type PrintState } from '#chaincode/facts/print-order';
import type { LicenceRecord } from '#chaincode/facts/records';
import type { Rows } from './work-rows.js';

/** Print orders of an agency, in a state or all of them, in the order in which they were given. */
export const printOrders = (agency: string, state?: PrintState): string => `prints/${agency}/${state ?? 'all'}/`;
/** Print orders of a licence. */
export const printOrdersOf = (licence: string): string => `printed/${licence}/`;
/** Licences under an agency's name, as `<kind>/<last day>/<licence>`. */
export const termsOf = (agency: string): string => `term/${agency}/`;
/** The same, as `<kind>/<first recorded at>/<licence>`. */
export const licencesUnder = (agency: string): string => `manager/${agency}/`;

/** An order stands under the one state that it is in: rows of all others go, whichever it has been in. */
function printRows({ id, agency, licence, state, events }: PrintOrderRecord): Rows {
  const place = `${events[0]?.at ?? ''}/${id}`;
  return {
    put: [printOrders(agency) + place, printOrders(agency, state) + place, printOrdersOf(licence) + place],
    del: PRINT_STATES.filter((each) => each !== state).map((each) => printOrders(agency, each) + place),
  };
}

const RUNNING: ReadonlySet<string> = new Set(['VALID', 'SUSPENDED']);

function termRow({ id, manager, versions }: LicenceRecord): string | undefined {
  const current = versions.at(-1);
  return current?.validUntil !== undefined && RUNNING.has(current.status) ? `${termsOf(manager)}${splitLicenceId(id as LicenceId).type}/${current.validUntil}/${id}` : undefined;
}

/** Only what has a last day, and has not ended otherwise. */
function termRows(before: LicenceRecord | undefined, licence: LicenceRecord): Rows {
  const [old, row] = [before && termRow(before), termRow(licence)];
  return { put: row === undefined ? [] : [row], del: old === undefined || old === row ? [] : [old] };
}

/** @param before the licence as the index had it; one that has just been made had no row */
export function centreRows(key: string, record: object, before: LicenceRecord | undefined): Rows {
  if (key.startsWith('print-order/')) return printRows(record as PrintOrderRecord);
  return key.startsWith('licence/') ? termRows(before, record as LicenceRecord) : { put: [], del: [] };
}
