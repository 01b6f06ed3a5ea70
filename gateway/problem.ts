/** Problem documents (RFC 9457): the only form in which an error leaves the gateway. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { TableError } from './tables/errors.js';
import { MappingError } from './tables/mapping.js';
import { FAULTS, GatewayFault, type FaultCode, type FieldFault } from './fault.js';
import { messageOf } from './messages.js';
import type { RefusalCode } from '#chaincode/facts/refusal';
import type { FormFault } from './validation.js';
import { Erased } from './vault/holder-keys.js';

export const Problem = Type.Object({
  type: Type.String(), title: Type.String(), status: Type.Integer(),
  code: Type.String({ description: 'what went wrong, for programs' }),
  zh: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String({ description: 'request id in the log' })),
  fields: Type.Optional(Type.Array(Type.Object({ field: Type.String(), code: Type.String(), characters: Type.Optional(Type.String({ description: 'what in the field is meant' })), en: Type.Optional(Type.String()), zh: Type.Optional(Type.String()) }))),
  detail: Type.Optional(Type.String({ description: 'what stands in the way here' })), detailZh: Type.Optional(Type.String()),
  transaction: Type.Optional(Type.String()),
}, { $id: 'Problem', description: 'RFC 9457 problem details' });

interface Shape {
  readonly code: string;
  readonly status: number;
  readonly fields: readonly FieldFault[];
  readonly detail: Readonly<Record<string, string>>;
}

const FORM_CODES = { required: 'FIELD_MISSING', additionalProperties: 'FIELD_UNEXPECTED', form: 'SCHEMA' } as const satisfies Record<FormFault, string>;

/** Maps any error to what may be told. Whatever is not known is INTERNAL, without a word of its message. */
function shapeOf(error: unknown): Shape {
  if (error instanceof GatewayFault) return { code: error.refusal ?? error.code, status: FAULTS[error.code], fields: error.fields, detail: { ...(error.explained ? { detail: error.explained.en, detailZh: error.explained.zh } : {}), ...error.detail } };
  if (error instanceof TableError) return { code: error.code, status: 422, fields: error.column === undefined ? [] : [{ field: error.column, code: error.code }], detail: {} };
  if (error instanceof MappingError) return { code: error.code, status: 422, fields: [{ field: error.column || error.value, code: error.code }], detail: {} };
  if (error instanceof Erased) return { code: 'SUBJECT_ERASED' satisfies RefusalCode, status: FAULTS.REFUSED, fields: [], detail: {} };
  const fastify = error as Partial<FastifyError>;
  if (fastify.validation) return { code: 'REQUEST_MALFORMED', status: 400, fields: fastify.validation.map(({ instancePath, keyword }) => ({ field: `${fastify.validationContext ?? 'body'}${instancePath}`, code: FORM_CODES[keyword as FormFault] })), detail: {} };
  const code = ({ 413: 'TOO_LARGE', 415: 'MEDIA_TYPE', 429: 'TOO_MANY_REQUESTS', 400: 'REQUEST_MALFORMED', 401: 'NOT_SIGNED_IN', 503: 'BUSY' } as const)[fastify.statusCode ?? 0] ?? ('INTERNAL' satisfies FaultCode);
  return { code, status: FAULTS[code], fields: [], detail: {} };
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code, status, fields, detail } = shapeOf(error);
  if (status >= 500) request.log.error({ code, err: error }, 'fault');
  else request.log.info({ code }, 'refused');
  if (status === 503 || status === 202) void reply.header('retry-after', '2');
  const text = messageOf(code);
  void reply.code(status).type('application/problem+json').send(JSON.stringify({
    type: `urn:yizheng:problem:${code}`, title: text.en, zh: text.zh, status, code, instance: request.id,
    ...(fields.length > 0 ? { fields: fields.map((fault) => ({ ...fault, ...wordsOf(fault) })) } : {}), ...detail,
  }));
}

function wordsOf({ code, characters }: FieldFault): { zh: string; en: string } {
  const { zh, en } = messageOf(code);
  return characters === undefined ? { zh, en } : { zh: `${zh}：${characters}`, en: `${en}: ${characters}` };
}
