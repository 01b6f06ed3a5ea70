/** The command by which an agency puts the digest of a self-report on the ledger. */
import Type, { type Static } from 'typebox';
import { closed, RandomId, Sha256, Uscc } from './parts.js';

export const QuarterText = Type.String({ pattern: '^\\d{4}Q[1-4]$' });

/** `block`: the last one whose records were counted. `form`: of the report and its figures. `uses`: what was counted from a gateway's use log, up to `size` records. `after`: digest of the report of this quarter that it follows. */
export const ReportRecord = Type.Object({
  op: Type.Literal('report.record'), agency: Uscc, quarter: QuarterText, block: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), form: Type.Integer({ minimum: 1, maximum: 999 }), digest: Sha256,
  uses: Type.Optional(Type.Object({ log: RandomId, size: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), digest: Sha256 }, closed)), after: Type.Optional(Sha256),
}, closed);
export type ReportRecord = Static<typeof ReportRecord>;
