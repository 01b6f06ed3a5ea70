/** Working hours: acts outside of them are worth a look. Public holidays are not known here. */
import type { LegalZone } from '#chaincode/facts/calendar';

/** Minutes of the day, the first that counts and the first that does no more; Monday to Friday in the ledger's legal zone. */
export interface WorkingHours {
  readonly from: number;
  readonly until: number;
}

export const WORKING_HOURS: WorkingHours = { from: 8 * 60, until: 18 * 60 };

const SUNDAY = 0;
const SATURDAY = 6;

const FORM = /^([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;

/** @param text `08:00-18:00` @returns undefined for another form, and where the first is not before the second */
export function parseHours(text: string): WorkingHours | undefined {
  const [, fromHour, fromMinute, untilHour, untilMinute] = FORM.exec(text) ?? [];
  const [from, until] = [Number(fromHour) * 60 + Number(fromMinute), Number(untilHour) * 60 + Number(untilMinute)];
  return from < until && until <= 24 * 60 ? { from, until } : undefined;
}

/** Whether an instant lies outside of working hours. */
export function isOutside(at: string, zone: LegalZone, { from, until }: WorkingHours): boolean {
  const local = new Date(Date.parse(at) + zone.utcOffsetMinutes * 60_000);
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  return local.getUTCDay() === SUNDAY || local.getUTCDay() === SATURDAY || minute < from || minute >= until;
}
