/** Self-reports (自查报告): made and opened by the agency itself and by whoever audits it, checked by every agency that has the ledger. Recording one is an act like others: drafted, and signed with a key of one's own. */
import Type from 'typebox';
import { Uscc } from '#chaincode/facts/commands';
import { literals, Sha256 } from '#chaincode/facts/parts';
import { QuarterText, ReportRecord } from '#chaincode/facts/report-commands';
import { sessionOf } from '../access.js';
import type { RecordedReport } from '#chaincode/facts/report';
import { REPORT_FILES, type Checked as CheckedValue, type ReportRow as ReportRowValue, type ReportView } from '../acts/report/report.js';
import type { Door } from '../app.js';
import { REPORT_CHECKS, REPORT_FORMAT, type ReportFile as ReportFileValue } from '../documents/report.js';

const closed = { additionalProperties: false } as const;
const READERS = ['auditor', 'approver', 'registrar'] as const;
/** A report of a quarter with a hundred thousand acts takes a second at most. */
const MAKE_LIMIT = { max: 60, timeWindow: 60_000 };
/** Drawing a file takes the printing thread a tenth of a second. */
const FILE_LIMIT = { max: 20, timeWindow: 60_000 };
/** Kinds, matters and scenes of a large agency, by each of the figures. */
const FIGURES_MAX = 5_000;
const FILE_BYTES_MAX = 1 << 20;
const PAGE_MAX = 200;

const count = Type.Integer({ minimum: 0 });
const Figure = Type.Object({ figure: Type.String({ pattern: '^[a-z]{3,12}\\.[a-z-]{2,12}$' }), of: Type.String({ pattern: '^[0-9A-Za-z_-]{1,48}$' }), count }, closed);
const Figures = Type.Array(Figure, { maxItems: FIGURES_MAX });
const UsesPart = Type.Object({ log: Type.String({ maxLength: 22 }), size: count, digest: Sha256 }, closed);
const ReportFile = Type.Unsafe<ReportFileValue>(Type.Object({
  report: Type.Object({ format: Type.Literal(REPORT_FORMAT), ledger: Type.String({ maxLength: 43 }), agency: Uscc, quarter: QuarterText, day: Type.String({ maxLength: 10 }), block: count, interim: Type.Optional(Type.Literal(true)), figures: Figures, uses: Type.Optional(UsesPart) }, closed),
  uses: Figures,
}, closed));
const Recorded = Type.Unsafe<RecordedReport>(Type.Object({ version: Type.Integer(), block: count, form: Type.Integer(), digest: Type.String(), uses: Type.Optional(UsesPart), after: Type.Optional(Type.String()), at: Type.String(), txId: Type.String(), actors: Type.Array(Type.Object({ staff: Type.String(), method: Type.String() })) }));
const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Made = Type.Unsafe<ReportView>(Type.Object({ file: ReportFile, digest: Type.String(), act: Type.Optional(ReportRecord), names: Type.Object({ agency: Type.String(), of: Type.Record(Type.String(), Label) }), recorded: Type.Array(Recorded, { description: 'reports of this quarter on the ledger, oldest first' }) }));
const Row = Type.Unsafe<ReportRowValue>(Type.Object({ noun: Type.Enum(['licence', 'application', 'grant', 'use']), id: Type.String(), identifier: Type.Optional(Type.String()), part: Type.String(), day: Type.String(), dueOn: Type.Optional(Type.String()), block: Type.Optional(Type.Integer()), count: Type.Integer(), cursor: Type.String() }));
const Checked = Type.Unsafe<CheckedValue>(Type.Object({
  agency: Type.String(), quarter: Type.String(), recorded: Recorded, outcome: Type.Enum(['pass', 'fail', 'unchecked']), checks: Type.Array(Type.Object({ check: Type.Enum([...REPORT_CHECKS]), outcome: Type.Enum(['pass', 'fail', 'unchecked']), code: Type.Optional(Type.String()) })),
  differences: Type.Array(Type.Object({ figure: Type.String(), of: Type.String(), said: Type.Integer(), found: Type.Integer() }), { description: 'figures that the report tells otherwise' }),
}));
const params = Type.Object({ agency: Uscc, quarter: QuarterText });
const block = Type.Optional(Type.String({ pattern: '^\\d{1,10}$', description: 'the last one that is counted; the newest where none is said' }));
const blockOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

export const reportsDoor: Door = async (app, { services: { reports }, limits }) => {
  const config = { access: READERS, ...limits(MAKE_LIMIT) };
  const tags = ['audit'];

  app.get('/api/reports/:agency/:quarter', { config, schema: { tags, summary: "An agency's figures of a quarter, with what is signed to record them", params, querystring: Type.Object({ block }, closed), response: { 200: Made } } }, async (request) => {
    const { agency, quarter } = request.params;
    return reports.view(sessionOf(request), agency, quarter, blockOf(request.query.block));
  });

  app.get('/api/reports/:agency/:quarter/file', { config: { access: READERS, ...limits(FILE_LIMIT) }, schema: { tags, summary: 'The same as JSON, to be checked later, as a workbook, or as a PDF', params, querystring: Type.Object({ format: literals(REPORT_FILES), block }, closed) } }, async (request, reply) => {
    const { agency, quarter } = request.params;
    const { format } = request.query;
    const { type, body } = await reports.download(sessionOf(request), agency, quarter, { format, block: blockOf(request.query.block) });
    return reply.type(type).header('content-disposition', `attachment; filename="${quarter}.${format}"`).send(body);
  });

  app.get('/api/reports/:agency/:quarter/rows', { config, schema: { tags, summary: 'The records behind a figure, in the order in which they came', params, querystring: Type.Object({ figure: Figure.properties.figure, of: Figure.properties.of, block, after: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z:._/~-]{1,300}$' })), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })) }, closed), response: { 200: Type.Object({ rows: Type.Array(Row), next: Type.Optional(Type.String({ description: 'where to go on, as "after"' })) }) } } }, async (request) => {
    const { figure, of, after, limit } = request.query;
    const { agency, quarter } = request.params;
    const { rows, next } = await reports.rows(sessionOf(request), agency, quarter, { figure, of, after, block: blockOf(request.query.block), limit: Math.min(PAGE_MAX, Number(limit ?? 50)) });
    return { rows: [...rows], ...(next === undefined ? {} : { next }) };
  });

  app.post('/api/reports/:agency/:quarter/check', { config, bodyLimit: FILE_BYTES_MAX, schema: { tags, summary: 'Count a recorded report again from the ledger here, as known by its block, and compare', params, body: Type.Object({ version: Type.Optional(Type.Integer({ minimum: 1, maximum: 999 })), file: Type.Optional(ReportFile) }, closed), response: { 200: Checked } } }, async (request) => reports.verify(request.params.agency, request.params.quarter, request.body.version, request.body.file));
};
