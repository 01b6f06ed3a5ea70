/** Certificates that end: thirty days before, seven, and on the day. Keys of staff and of agencies' lists have no end of their own: they are laid aside on the ledger. */
import { instantOf } from '#chaincode/facts/calendar';
import { DAY_MS, type AlarmKind, type Found, type Moment, type Severity, type Source } from './alarm.js';

/** Days left, and how bad that is. */
export const ENDING_MARKS = [[30, 'notice'], [7, 'warning'], [0, 'critical']] as const satisfies readonly (readonly [number, Severity])[];

/** A certificate that is in use here. */
export interface Ending {
  readonly kind: Extract<AlarmKind, 'identity-ends' | 'seal-ends' | 'connection-ends' | 'authority-ends' | 'tls-ends'>;
  readonly subject: string;
  readonly agency?: string;
  readonly endsAt: string;
}
/** Of an agency: its certificate is not that of its key. */
export type Broken = { readonly kind: 'identity-broken'; readonly agency: string };

export class Endings implements Source {
  readonly kinds = ['identity-ends', 'identity-broken', 'seal-ends', 'connection-ends', 'authority-ends', 'tls-ends'] as const;

  constructor(private readonly certificates: (ms: number) => Promise<readonly (Ending | Broken)[]>) {}

  async find({ ms }: Moment): Promise<Found[]> {
    return (await this.certificates(ms)).flatMap((each): Found[] => {
      if (each.kind === 'identity-broken') return [{ kind: each.kind, subject: each.agency, agency: each.agency, severity: 'critical' }];
      const { kind, subject, agency, endsAt } = each;
      const left = Math.floor((Date.parse(endsAt) - ms) / DAY_MS);
      const severity = ENDING_MARKS.findLast(([days]) => left <= days)?.[1];
      return severity === undefined ? [] : [{ kind, subject, ...(agency === undefined ? {} : { agency }), severity, since: instantOf(Date.parse(endsAt) - ENDING_MARKS[0][0] * DAY_MS), endsAt }];
    });
  }
}
