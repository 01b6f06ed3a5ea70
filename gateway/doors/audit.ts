/** The audit door: auditors read, and what they read of a licence or a holder is recorded. No route here changes anything else. */
import type { FastifyReply } from 'fastify';
import Type, { type Static } from 'typebox';
import { daysBetween, parseDay, type Day } from '#chaincode/facts/calendar';
import { DayText, RandomId, Uscc } from '#chaincode/facts/commands';
import { code, literals, TypeCode } from '#chaincode/facts/parts';
import { sessionOf } from '../access.js';
import { actTable } from '../acts/audit/act-table.js';
import { ACT_NOUNS, actNames, type AuditedAct as AuditedActValue } from '../acts/audit/act-views.js';
import type { ActSearch, Dossier as DossierValue, DossierAsOf as DossierAsOfValue } from '../acts/audit/audit.js';
import type { Figures as FiguresValue } from '../acts/audit/figures.js';
import type { LicenceView as LicenceViewValue } from '../acts/verify/lookup.js';
import { fileOf, TABLE_FORMATS, type Table, type TableFormat } from '../tables/written.js';
import { USE_QUESTIONS } from '../acts/audit/use-search.js';
import { useTable } from '../acts/audit/use-table.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { CaseNumber, Identifier, LicenceView } from './schemas.js';
import { TracePage, traceQuery, traceQueryOf, TraceView } from './traces.js';
import { UseView } from './uses.js';

const closed = { additionalProperties: false } as const;
/** A question costs some tens of milliseconds: an auditor's pace, not a program's. */
const AUDIT_LIMIT = { max: 240, timeWindow: 60_000 };
const PAGE_MAX = 200;
/** Rows of one file: what a spreadsheet program opens at once, and a second's work. */
const EXPORT_MAX = 10_000;
const EXPORT_LIMIT = { max: 10, timeWindow: 60_000 };
/** Five years and a leap day: a picture of more says nothing. */
const FIGURE_DAYS_MAX = 1_827;

const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Named = Type.Object({ code: Type.String(), name: Type.String() });
export const AuditedAct = Type.Unsafe<AuditedActValue>(Type.Object({
  cursor: Type.String(), at: Type.String(), noun: Type.Enum([...ACT_NOUNS]), id: Type.String(), seq: Type.Integer(), act: Type.String(), by: Named, manager: Named,
  identifier: Type.Optional(Type.String()), kind: Type.Optional(Label), about: Type.Optional(Label), details: Type.Optional(Type.Array(Type.Object({ code: Type.String(), words: Label }))), version: Type.Optional(Type.Integer()), status: Type.String(), reason: Type.Optional(Type.String()), reasonWords: Type.Optional(Label), basis: Type.Optional(Type.String()), docNo: Type.Optional(Type.String()), effectiveOn: Type.Optional(Type.String()),
  actors: Type.Array(Type.Object({ staff: Type.String(), method: Type.String(), agency: Type.Optional(Type.String()), name: Type.Optional(Type.String()) })),
  transaction: Type.String(), block: Type.Optional(Type.String()), outside: Type.Boolean({ description: 'outside of working hours' }),
}));
const Reliance = Type.Object({ noun: Type.Enum(['composite', 'permit', 'decision', 'grant']), id: Type.String(), owner: Type.String(), at: Type.String(), seq: Type.Optional(Type.Integer()), identifier: Type.Optional(Type.String()), state: Type.String() });
const Dossier = Type.Unsafe<DossierValue>(Type.Object({
  licence: LicenceView,
  versions: Type.Array(Type.Object({ version: Type.Integer(), identifier: Type.String(), issuedOn: Type.String(), validFrom: Type.Optional(Type.String()), validUntil: Type.Optional(Type.String()), status: Type.String(), since: Type.String(), documents: Type.Array(Type.Object({ type: Type.String(), alg: Type.String(), digest: Type.String() })) })),
  events: Type.Array(AuditedAct), relied: Type.Array(Reliance, { description: 'what relied on it' }), traces: Type.Array(TraceView, { description: 'what it left to be done when it fell' }), uses: Type.Array(UseView, { description: 'who looked, newest first' }), usesBefore: Type.Optional(Type.Integer()),
}));
const asOfParts = { status: Type.String(), version: Type.Optional(Type.Integer()), event: Type.Optional(Type.Integer()) };
const DossierAsOf = Type.Unsafe<DossierAsOfValue>(Type.Object({
  ...asOfParts, on: Type.String(), known: Type.String(), licence: Type.Optional(Type.Pick(LicenceView, ['identifier', 'licence', 'version', 'kind', 'issuer', 'issuedOn', 'validFrom', 'validUntil', 'face', 'erased'])),
  decision: Type.Optional(Type.Object({ act: Type.String(), reason: Type.String(), basis: Type.Optional(Type.String()), decidedBy: Type.String(), docNo: Type.Optional(Type.String()), effectiveOn: Type.String(), recordedAt: Type.String() }, { description: 'of the act that made it so' })),
  members: Type.Optional(Type.Array(Type.Object({ ...asOfParts, licence: Type.String(), required: Type.Boolean() }))),
}));
const Found = Type.Object({ acts: Type.Array(AuditedAct), next: Type.Optional(Type.String({ description: 'where to go on, as "before"; a page may be short or empty and still have it' })) });

const counted = { count: Type.Integer() };
const FiguresView = Type.Unsafe<FiguresValue>(Type.Object({
  acts: Type.Array(Type.Object({ period: Type.String(), act: Type.String(), ...counted })), saved: Type.Array(Type.Object({ period: Type.String(), ...counted }), { description: 'licences that decisions relied on in place of papers' }),
  uses: Type.Array(Type.Object({ agency: Type.String(), purpose: Type.String(), ...counted })), usesComplete: Type.Boolean({ description: 'false: only the newest uses were counted' }),
}));

const byIdentifier = { params: Type.Object({ identifier: Identifier }) };
const asked = { purpose: Type.Optional(code), case: Type.Optional(CaseNumber) };
export const Search = Type.Object({
  licence: Type.Optional(Identifier), actor: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{2,40}$', description: 'id of a staff record, or a name to sign in with' })), agency: Type.Optional(Uscc), kind: Type.Optional(TypeCode), noun: Type.Optional(literals(ACT_NOUNS)), act: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: actNames().join(' ') })), from: Type.Optional(DayText), to: Type.Optional(DayText),
  outside: Type.Optional(Type.Literal('true', { description: 'only what was done outside of working hours' })), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), before: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z:._/-]{1,300}$' })),
}, closed);

/** @throws GatewayFault FACE_INVALID */
export function realDay<T extends string | undefined>(text: T, field: string): Day | (T extends undefined ? undefined : never) {
  const day = text === undefined ? undefined : parseDay(text);
  if (text !== undefined && day === undefined) throw new GatewayFault('FACE_INVALID', { fields: [{ field, code: 'DATE_UNREAL' }] });
  return day as Day;
}

const searchOf = ({ from, to, outside, ...rest }: Omit<Static<typeof Search>, 'limit'>, limit: number): ActSearch => ({ ...rest, from: realDay(from, 'from'), to: realDay(to, 'to'), outside: outside === 'true', limit });

const useSearch = { question: Type.Optional(literals(USE_QUESTIONS)), agency: Type.Optional(Uscc), staff: Type.Optional(RandomId), purpose: Type.Optional(code), before: Type.Optional(Type.String({ pattern: '^\\d{1,10}$' })) };
const exportLimit = Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,4}$' }));

async function sendFile(reply: FastifyReply, name: string, table: Table, format: TableFormat, next: string | number | undefined): Promise<FastifyReply> {
  const { type, body } = await fileOf(table, format);
  if (next !== undefined) reply.header('x-yizheng-next', encodeURIComponent(next));
  return reply.type(type).header('content-disposition', `attachment; filename="${name}.${format}"`).send(body);
}

export const auditDoor: Door = async (app, { services: { audit }, limits }) => {
  const config = { access: ['auditor'] as const, ...limits(AUDIT_LIMIT) };

  app.get('/api/audit/acts', { config, schema: { tags: ['audit'], summary: "Acts within the auditor's scope, newest first", querystring: Search, response: { 200: Found } } }, async (request) => {
    const { limit, ...query } = request.query;
    const { acts, next } = await audit.search(sessionOf(request), searchOf(query, Math.min(PAGE_MAX, Number(limit ?? 50))));
    return { acts: [...acts], ...(next === undefined ? {} : { next }) };
  });

  app.get('/api/audit/export', { config: { access: ['auditor'], ...limits(EXPORT_LIMIT) }, schema: { tags: ['audit'], summary: 'Acts as CSV, XLSX or JSON; where there are more, the header x-yizheng-next says where to go on', querystring: Type.Object({ ...Search.properties, limit: exportLimit, format: literals(TABLE_FORMATS) }, closed) } }, async (request, reply) => {
    const { format, limit, ...query } = request.query;
    const { acts, next } = await audit.all(sessionOf(request), searchOf(query, Math.min(EXPORT_MAX, Number(limit ?? EXPORT_MAX))));
    return sendFile(reply, 'acts', actTable(acts), format, next);
  });

  app.get('/api/audit/licences/:identifier', { config, schema: { tags: ['audit'], summary: 'The whole history of a licence; that it was read is recorded', ...byIdentifier, querystring: Type.Object({ ...asked, before: Type.Optional(Type.String({ pattern: '^\\d{1,10}$', description: 'uses older than this record' })) }, closed), response: { 200: Dossier } } }, async (request) => {
    const { purpose, case: caseNo, before } = request.query;
    return audit.licence(sessionOf(request), request.params.identifier, { purpose, caseNo, before: before === undefined ? undefined : Number(before) });
  });

  app.get('/api/audit/licences/:identifier/as-of', { config, schema: { tags: ['audit'], summary: 'A licence as of a day, as it was recorded by a day; that it was read is recorded', ...byIdentifier, querystring: Type.Object({ ...asked, on: DayText, known: Type.Optional(DayText) }, closed), response: { 200: DossierAsOf } } }, async (request) => {
    const { purpose, case: caseNo, on, known } = request.query;
    return audit.asOf(sessionOf(request), request.params.identifier, { on: realDay(on, 'on'), known: realDay(known, 'known'), purpose, caseNo });
  });

  app.get('/api/audit/uses', { config, schema: { tags: ['audit'], summary: 'Use records that answer a question, newest first', querystring: Type.Object({ ...useSearch, limit: Search.properties.limit }, closed), response: { 200: Type.Object({ uses: Type.Array(UseView), next: Type.Optional(Type.Integer()) }) } } }, async (request) => {
    const { limit, before, ...rest } = request.query;
    const { uses, next } = await audit.usesFor(sessionOf(request), { ...rest, limit: Math.min(PAGE_MAX, Number(limit ?? 50)), before: before === undefined ? undefined : Number(before) });
    return { uses: [...uses], ...(next === undefined ? {} : { next }) };
  });

  app.get('/api/audit/uses/export', { config: { access: ['auditor'], ...limits(EXPORT_LIMIT) }, schema: { tags: ['audit'], summary: 'The same as CSV, XLSX or JSON; where there are more, the header x-yizheng-next says where to go on', querystring: Type.Object({ ...useSearch, limit: exportLimit, format: literals(TABLE_FORMATS) }, closed) } }, async (request, reply) => {
    const { format, limit, before, ...rest } = request.query;
    const { uses, next } = await audit.allUses(sessionOf(request), { ...rest, limit: Math.min(EXPORT_MAX, Number(limit ?? EXPORT_MAX)), before: before === undefined ? undefined : Number(before) });
    return sendFile(reply, 'uses', useTable(uses), format, next);
  });

  app.get('/api/audit/traces', { config, schema: { tags: ['audit'], summary: 'What fallen licences left an agency in scope to do', querystring: Type.Object({ ...traceQuery, agency: Type.Optional(Uscc) }, closed), response: { 200: TracePage } } }, async (request) => {
    const { traces, next } = await audit.tracesOf(sessionOf(request), { ...traceQueryOf(request.query), agency: request.query.agency });
    return { traces: [...traces], ...(next === undefined ? {} : { next }) };
  });

  app.get('/api/audit/figures', { config, schema: { tags: ['audit'], summary: 'Acts over time, uses by agency and purpose, papers saved', querystring: Type.Object({ from: DayText, to: DayText, by: Type.Optional(literals(['day', 'month'])) }, closed), response: { 200: FiguresView } } }, async (request) => {
    const [from, to] = [realDay(request.query.from, 'from'), realDay(request.query.to, 'to')];
    if (to < from) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'to', code: 'DATES_REVERSED' }] });
    if (daysBetween(from, to) > FIGURE_DAYS_MAX) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'from', code: 'PERIOD_TOO_LONG' }] });
    return audit.figures(sessionOf(request), { from, to, by: request.query.by ?? 'month' });
  });

  /** A body, not an address: codes of holders stay out of logs and histories of browsers. */
  app.post('/api/audit/holders', { config, schema: { tags: ['audit'], summary: "A holder's licences of a kind, for a purpose; recorded whether or not there are any", body: Type.Object({ kind: TypeCode, holder: Type.String({ minLength: 15, maxLength: 18 }), purpose: code, caseNo: Type.Optional(CaseNumber) }, closed), response: { 200: Type.Object({ licences: Type.Array(Type.Unsafe<LicenceViewValue>(LicenceView)) }) } } }, async (request) => ({ licences: await audit.holder(sessionOf(request), request.body) }));
};
