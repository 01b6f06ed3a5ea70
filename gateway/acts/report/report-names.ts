/** What a self-report's codes are called, for people: of the agency, of kinds, matters, scenes and findings. */
import type { Label } from '#chaincode/facts/records';
import { FINDINGS } from '#chaincode/facts/supervision';
import type { ReportFile } from '../../documents/report.js';
import type { Projection } from '../../ledger/projection.js';

export interface ReportNames {
  readonly agency: string;
  /** By code; what has no name is not in it. */
  readonly of: Readonly<Record<string, Label>>;
}

export function namesIn(projection: Pick<Projection, 'get'>, { report, uses }: ReportFile): ReportNames {
  const named = (code: string): Label | undefined => {
    const kind = projection.get('kind', code)?.name ?? projection.get('matter', code)?.name;
    const scene = kind ? undefined : projection.get('scene', code)?.name;
    return kind ?? scene ?? (Object.hasOwn(FINDINGS, code) ? FINDINGS[code] : undefined);
  };
  const codes = [...new Set([...report.figures, ...uses].map(({ of }) => of))];
  return { agency: projection.get('agency', report.agency)?.name ?? report.agency, of: Object.fromEntries(codes.flatMap((code) => { const label = named(code); return label ? [[code, label]] : []; })) };
}
