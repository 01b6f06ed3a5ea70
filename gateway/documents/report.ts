/** The self-report (自查报告) as text: what its digest on the ledger is over, and what may be said of one (docs/decisions/0034). Pure: another agency's gateway and a page compute the same. */
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { base64url, sha256 } from '#chaincode/facts/hash';

export const REPORT_FORMAT = 'yizheng/report/1';
/** Of the figures and how they are counted. */
export const REPORT_FORM = 1;

/** One number, and what it counts: `of` a kind, a material, a scene, a code; `-` where there is nothing to tell apart. */
export interface Figure {
  readonly figure: string;
  readonly of: string;
  readonly count: number;
}
/** What came from a gateway's use log, up to `size` records; the digest is over these figures. */
export interface UsesPart {
  readonly log: string;
  readonly size: number;
  readonly digest: string;
}
/** What the ledger's digest is over. Figures that are nought are left out; the others lie in the order of their names. */
export interface Report {
  readonly format: typeof REPORT_FORMAT;
  readonly ledger: string;
  readonly agency: string;
  readonly quarter: string;
  /** Last day that is counted; of what stands open, the day as of which it does. */
  readonly day: string;
  /** The last block whose records are counted. */
  readonly block: number;
  /** The quarter is not over: this report cannot be recorded. */
  readonly interim?: true;
  readonly figures: readonly Figure[];
  readonly uses?: UsesPart;
}
/** A report as a file: with the figures from the use log, of which the report itself has the digest. */
export interface ReportFile {
  readonly report: Report;
  readonly uses: readonly Figure[];
}

/** Sections of a report in the order of reading, and the figures in each. */
export const SECTIONS = {
  licences: ['licence.'], composites: ['composite.'], automatic: ['automatic.'], applications: ['application.'], conditions: ['condition.'], promises: ['promise.'],
  reuse: ['reuse.'], uses: ['grant.', 'use.'], penalties: ['penalty.', 'finding.'], reviews: ['supervision.'],
} as const satisfies Record<string, readonly string[]>;
export type Section = keyof typeof SECTIONS;
export const sectionOf = (figure: string): Section | undefined => (Object.keys(SECTIONS) as Section[]).find((section) => SECTIONS[section].some((start) => figure.startsWith(start)));

/** Counted as of a day, and not over a time. */
export const STANDING = ['condition.standing', 'condition.overdue', 'supervision.overdue'] as const;
/** Counted from the use log of the gateway and not from the ledger. */
export const isUse = (figure: string): boolean => figure.startsWith('use.');

/** base64url SHA-256("yizheng/report/1" || 0x00 || JCS). @throws CanonicalError */
export const reportDigest = (report: Report): string => base64url(sha256('yizheng/report/1\0', canonical(report as unknown as Canonical)));
/** base64url SHA-256("yizheng/report-uses/1" || 0x00 || JCS{log, size, figures}). @throws CanonicalError */
export const usesDigest = (log: string, size: number, figures: readonly Figure[]): string => base64url(sha256('yizheng/report-uses/1\0', canonical({ log, size, figures: figures as unknown as Canonical })));

/** Sorted by name, nought left out. */
export const figuresFrom = (counts: ReadonlyMap<string, number>): Figure[] =>
  [...counts].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, count]) => {
    const at = key.indexOf('/');
    return { figure: key.slice(0, at), of: key.slice(at + 1), count };
  });

export interface FigureDifference {
  readonly figure: string;
  readonly of: string;
  readonly said: number;
  readonly found: number;
}
/** Figures that two reports tell otherwise. */
export function differences(said: readonly Figure[], found: readonly Figure[]): FigureDifference[] {
  const counts = (figures: readonly Figure[]) => new Map(figures.map(({ figure, of, count }) => [`${figure}/${of}`, count]));
  const [a, b] = [counts(said), counts(found)];
  return [...new Set([...a.keys(), ...b.keys()])].sort().filter((key) => a.get(key) !== b.get(key)).map((key) => ({ figure: key.slice(0, key.indexOf('/')), of: key.slice(key.indexOf('/') + 1), said: a.get(key) ?? 0, found: b.get(key) ?? 0 }));
}

/** What was looked at when a recorded report was checked, and how it came out. */
export const REPORT_CHECKS = ['form', 'file', 'block', 'whole', 'figures', 'uses'] as const;
export interface ReportCheck {
  readonly check: (typeof REPORT_CHECKS)[number];
  readonly outcome: 'pass' | 'fail' | 'unchecked';
  readonly code?: string;
}
/** One that failed decides; else one that could not be made. */
export const outcomeOf = (checks: readonly ReportCheck[]): ReportCheck['outcome'] => (['fail', 'unchecked'] as const).find((outcome) => checks.some((check) => check.outcome === outcome)) ?? 'pass';
