/** What the gateway itself stands on: that its index keeps up with the ledger, that signed heads leave it and agree with those of others, and that its web hooks are taken. */
import { instantOf } from '#chaincode/facts/calendar';
import type { Untold } from '../notices/hooks.js';
import { DAY_MS, type Found, type Moment, type NamedHead, type Source } from './alarm.js';

/** The index is compared with the ledger every two seconds: a minute is no coincidence, and after ten readers are told of what was. */
const LAG_WARNING_MS = 60_000;
const LAG_CRITICAL_MS = 600_000;
/** Heads are sent daily: an hour is grace, and three days are longer than a weekend. */
const HEAD_WARNING_MS = 25 * 3600_000;
const HEAD_CRITICAL_MS = 72 * 3600_000;
/** A message is tried again within the hour: one that is older was refused several times. */
const UNTOLD_WARNING_MS = 3600_000;

export class ProjectionLag implements Source {
  readonly kinds = ['projection-lag'] as const;

  constructor(private readonly knownAt: () => string) {}

  async find({ ms }: Moment): Promise<Found[]> {
    const since = this.knownAt();
    const lag = ms - Date.parse(since);
    return lag < LAG_WARNING_MS ? [] : [{ kind: 'projection-lag', subject: 'index', severity: lag < LAG_CRITICAL_MS ? 'warning' : 'critical', since }];
  }
}

/** The last head that left, as it is kept. */
export interface LastHead {
  readonly at: string;
  readonly agencies: readonly { readonly agency: string; readonly outcome: string }[];
}

export class HeadsSent implements Source {
  readonly kinds = ['head-late', 'head-refused', 'head-nowhere'] as const;

  /** @param leadsNowhere whether there is neither a directory nor another gateway @param last undefined: none ever left */
  constructor(private readonly parts: { readonly leadsNowhere: () => boolean; readonly last: () => Promise<LastHead | undefined> }) {}

  async find({ ms }: Moment): Promise<Found[]> {
    if (this.parts.leadsNowhere()) return [{ kind: 'head-nowhere', subject: 'heads', severity: 'notice' }];
    const last = await this.parts.last();
    if (!last) return [{ kind: 'head-late', subject: 'heads', severity: 'warning' }];
    const age = ms - Date.parse(last.at);
    const late: Found[] = age < HEAD_WARNING_MS ? [] : [{ kind: 'head-late', subject: 'heads', severity: age < HEAD_CRITICAL_MS ? 'warning' : 'critical', since: last.at }];
    return [...late, ...last.agencies.filter(({ outcome }) => outcome !== 'kept').map(({ agency }): Found => ({ kind: 'head-refused', subject: agency, severity: 'warning' }))];
  }
}

/** A head of another agency that contradicts what this gateway has of the ledger, or what that agency signed before. */
export interface Fork {
  readonly agency: string;
  readonly receivedAt: string;
  readonly heads: readonly [NamedHead, NamedHead];
}

/** One alarm an agency, with the first of its heads that do not fit: it stands as long as they do. */
export class HeadsForked implements Source {
  readonly kinds = ['head-forked'] as const;

  /** @param forks in the order in which they came */
  constructor(private readonly forks: () => Promise<readonly Fork[]>) {}

  async find(): Promise<Found[]> {
    const forks = await this.forks();
    return [...new Set(forks.map(({ agency }) => agency))].map((agency): Found => {
      const own = forks.filter((fork) => fork.agency === agency);
      return { kind: 'head-forked', subject: agency, severity: 'critical', ...(own[0] ? { since: own[0].receivedAt, heads: own[0].heads } : {}), count: own.length };
    });
  }
}

/** Without a count: what tells of it would be counted. */
export class HooksDown implements Source {
  readonly kinds = ['hook-down'] as const;

  constructor(private readonly untold: () => Promise<readonly Untold[]>) {}

  async find({ ms }: Moment): Promise<Found[]> {
    return (await this.untold()).filter(({ since }) => ms - since >= UNTOLD_WARNING_MS).map(({ hook, agency, since }) => ({ kind: 'hook-down', subject: hook, agency, severity: ms - since < DAY_MS ? 'warning' : 'critical', since: instantOf(since) }));
  }
}
