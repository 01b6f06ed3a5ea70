/** The audit door: auditors read, and what they read of a licence or a holder is recorded. No route here changes anything else. */
import Type from 'typebox';
import { parseDay, type Day } from '#chaincode/facts/calendar';
import { DayText, RandomId, Uscc } from '#chaincode/facts/commands';
import { code, TypeCode } from '#chaincode/facts/parts';
import { sessionOf } from '../access.js';
import type { ActSearch, AuditedAct as AuditedActValue, Dossier as DossierValue, DossierAsOf as DossierAsOfValue } from '../acts/audit.js';
import type { LicenceView as LicenceViewValue } from '../acts/lookup.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import { CaseNumber, Identifier, LicenceView } from './schemas.js';
import { UseView } from './uses.js';

const closed = { additionalProperties: false } as const;
/** A question costs some tens of milliseconds: an auditor's pace, not a program's. */
const AUDIT_LIMIT = { max: 240, timeWindow: 60_000 };
const PAGE_MAX = 200;

const Label = Type.Object({ zh: Type.String(), en: Type.String() });
const Named = Type.Object({ code: Type.String(), name: Type.String() });
export const AuditedAct = Type.Unsafe<AuditedActValue>(Type.Object({
  cursor: Type.String(), at: Type.String(), noun: Type.Enum(['licence', 'application', 'objection']), id: Type.String(), seq: Type.Integer(), act: Type.String(), by: Named, manager: Named,
  identifier: Type.Optional(Type.String()), kind: Type.Optional(Label), version: Type.Optional(Type.Integer()), status: Type.String(), reason: Type.Optional(Type.String()), basis: Type.Optional(Type.String()), docNo: Type.Optional(Type.String()), effectiveOn: Type.Optional(Type.String()),
  actors: Type.Array(Type.Object({ staff: Type.String(), method: Type.String(), agency: Type.Optional(Type.String()), name: Type.Optional(Type.String()) })),
  transaction: Type.String(), block: Type.Optional(Type.String()), outside: Type.Boolean({ description: 'outside of working hours' }),
}));
const Reliance = Type.Object({ noun: Type.Enum(['composite', 'decision', 'grant']), id: Type.String(), owner: Type.String(), at: Type.String(), seq: Type.Optional(Type.Integer()), identifier: Type.Optional(Type.String()), state: Type.String() });
const Dossier = Type.Unsafe<DossierValue>(Type.Object({
  licence: LicenceView,
  versions: Type.Array(Type.Object({ version: Type.Integer(), identifier: Type.String(), issuedOn: Type.String(), validFrom: Type.Optional(Type.String()), validUntil: Type.Optional(Type.String()), status: Type.String(), since: Type.String(), documents: Type.Array(Type.Object({ type: Type.String(), alg: Type.String(), digest: Type.String() })) })),
  events: Type.Array(AuditedAct), relied: Type.Array(Reliance, { description: 'what relied on it' }), uses: Type.Array(UseView, { description: 'who looked, newest first' }), usesBefore: Type.Optional(Type.Integer()),
}));
const asOfParts = { status: Type.String(), version: Type.Optional(Type.Integer()), event: Type.Optional(Type.Integer()) };
const DossierAsOf = Type.Unsafe<DossierAsOfValue>(Type.Object({
  ...asOfParts, on: Type.String(), known: Type.String(), licence: LicenceView, members: Type.Optional(Type.Array(Type.Object({ ...asOfParts, licence: Type.String(), required: Type.Boolean() }))),
}));
const Found = Type.Object({ acts: Type.Array(AuditedAct), next: Type.Optional(Type.String({ description: 'where to go on, as "before"; a page may be short or empty and still have it' })) });

const byIdentifier = { params: Type.Object({ identifier: Identifier }) };
const asked = { purpose: Type.Optional(code), case: Type.Optional(CaseNumber) };
export const Search = Type.Object({
  licence: Type.Optional(Identifier), actor: Type.Optional(RandomId), agency: Type.Optional(Uscc), kind: Type.Optional(TypeCode), act: Type.Optional(Type.String({ pattern: '^[a-z-]{1,20}$' })), from: Type.Optional(DayText), to: Type.Optional(DayText),
  outside: Type.Optional(Type.Literal('true', { description: 'only what was done outside of working hours' })), limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d{0,2}$' })), before: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z:._/-]{1,300}$' })),
}, closed);

/** @throws GatewayFault FACE_INVALID */
export function realDay<T extends string | undefined>(text: T, field: string): Day | (T extends undefined ? undefined : never) {
  const day = text === undefined ? undefined : parseDay(text);
  if (text !== undefined && day === undefined) throw new GatewayFault('FACE_INVALID', { fields: [{ field, code: 'DATE_UNREAL' }] });
  return day as Day;
}

export const auditDoor: Door = async (app, { services: { audit }, limits }) => {
  const config = { access: ['auditor'] as const, ...limits(AUDIT_LIMIT) };

  app.get('/api/audit/acts', { config, schema: { tags: ['audit'], summary: "Acts within the auditor's scope, newest first", querystring: Search, response: { 200: Found } } }, async (request) => {
    const { from, to, outside, limit, ...rest } = request.query;
    const search: ActSearch = { ...rest, from: realDay(from, 'from'), to: realDay(to, 'to'), outside: outside === 'true', limit: Math.min(PAGE_MAX, Number(limit ?? 50)) };
    const { acts, next } = await audit.search(sessionOf(request), search);
    return { acts: [...acts], ...(next === undefined ? {} : { next }) };
  });

  app.get('/api/audit/licences/:identifier', { config, schema: { tags: ['audit'], summary: 'The whole history of a licence; that it was read is recorded', ...byIdentifier, querystring: Type.Object({ ...asked, before: Type.Optional(Type.String({ pattern: '^\\d{1,10}$', description: 'uses older than this record' })) }, closed), response: { 200: Dossier } } }, async (request) => {
    const { purpose, case: caseNo, before } = request.query;
    return audit.licence(sessionOf(request), request.params.identifier, { purpose, caseNo, before: before === undefined ? undefined : Number(before) });
  });

  app.get('/api/audit/licences/:identifier/as-of', { config, schema: { tags: ['audit'], summary: 'A licence as of a day, as it was recorded by a day; that it was read is recorded', ...byIdentifier, querystring: Type.Object({ ...asked, on: DayText, known: Type.Optional(DayText) }, closed), response: { 200: DossierAsOf } } }, async (request) => {
    const { purpose, case: caseNo, on, known } = request.query;
    return audit.asOf(sessionOf(request), request.params.identifier, { on: realDay(on, 'on'), known: realDay(known, 'known'), purpose, caseNo });
  });

  /** A body, not an address: codes of holders stay out of logs and histories of browsers. */
  app.post('/api/audit/holders', { config, schema: { tags: ['audit'], summary: "A holder's licences of a kind, for a purpose; recorded whether or not there are any", body: Type.Object({ kind: TypeCode, holder: Type.String({ minLength: 15, maxLength: 18 }), purpose: code, caseNo: Type.Optional(CaseNumber) }, closed), response: { 200: Type.Object({ licences: Type.Array(Type.Unsafe<LicenceViewValue>(LicenceView)) }) } } }, async (request) => ({ licences: await audit.holder(sessionOf(request), request.body) }));
};
