/** Problem documents (RFC 9457): the only form in which an error leaves the gateway. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { TableError } from './tables/errors.js';
import { MappingError } from './tables/mapping.js';
import { FAULTS, GatewayFault, type FaultCode, type FieldFault } from './fault.js';
import { messageOf, type Message } from './messages.js';
import { choicesOf, CHOICES_SHOWN, withChoices } from './messages/choices.js';
import type { RefusalCode } from '#chaincode/facts/refusal';
import type { FormFault } from './validation.js';
import { Erased } from './vault/holder-keys.js';

export const Problem = Type.Object({
  type: Type.String(), title: Type.String(), status: Type.Integer(),
  code: Type.String({ description: 'what went wrong, for programs' }),
  zh: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String({ description: 'request id in the log' })),
  fields: Type.Optional(Type.Array(Type.Object({ field: Type.String(), code: Type.String(), characters: Type.Optional(Type.String({ description: 'what in the field is meant' })), choices: Type.Optional(Type.Array(Type.String(), { description: 'what the field may be; the first ones of a long list' })), en: Type.Optional(Type.String()), zh: Type.Optional(Type.String()) }))),
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
  if (fastify.validation) return { code: 'REQUEST_MALFORMED', status: 400, fields: fastify.validation.map(({ instancePath, keyword, params }) => ({ field: `${fastify.validationContext ?? 'body'}${instancePath}`, code: FORM_CODES[keyword as FormFault], ...formWords(instancePath, params['may'] as Message | undefined) })), detail: {} };
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
    ...(fields.length > 0 ? { fields: fields.map(told) } : {}), ...detail,
  }));
}

/** A fault as it leaves: its words, and the beginning of the list that it may be chosen from. */
function told(fault: FieldFault): object {
  const { words: _, ...rest } = fault;
  const choices = fault.choices ?? choicesOf(fault.code) ?? [];
  return { ...rest, ...(choices.length === 0 ? {} : { choices: choices.slice(0, CHOICES_SHOWN) }), ...withChoices(wordsOf(fault), choices) };
}

function wordsOf({ code, characters, words }: FieldFault): Message {
  const { zh, en } = words ?? messageOf(code);
  return characters === undefined ? { zh, en } : { zh: `${zh}：${characters}`, en: `${en}: ${characters}` };
}

/** A sentence with the parameter's own name, and what it may be. */
function formWords(path: string, may: Message | undefined): Pick<FieldFault, 'words'> {
  const name = path.split('/').slice(1).join('.');
  return may === undefined || name === '' ? {} : { words: { zh: `“${name}”应为${may.zh}`, en: `${name} must be ${may.en}` } };
}
