/** Validates requests as they stand, and says what is wrong with one: a fault a field, and of several forms only the one that was meant. */
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Check } from 'typebox/schema';
import type { Message } from './messages.js';
import { mayBe } from './messages/forms.js';

/** More faults than that help nobody. */
const FAULTS_MAX = 20;
/** Names of unknown fields are the client's own text. */
const NAME_MAX = 64;

/** The parts of JSON Schema that the doors use. */
interface Schema {
  readonly type?: string;
  readonly anyOf?: readonly Schema[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly description?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What is wrong with the field: it is not there, it may not be there, or it is not of its form. */
export type FormFault = 'required' | 'additionalProperties' | 'form';

export interface MisformedField {
  /** JSON pointer from the part of the request (body, querystring, params). */
  readonly path: string;
  readonly fault: FormFault;
  /** Of a form: what the field may be. */
  readonly may?: Message;
}

/** The provider's own compiler would turn the texts of an address into numbers and lists first. */
export const strictly: FastifySchemaCompiler<TSchema> = ({ schema }) => {
  const compiled = Compile(schema);
  return (value: unknown) => {
    if (compiled.Check(value)) return { value };
    const error = misformed(schema, value).slice(0, FAULTS_MAX).map(({ path, fault, may }): FastifySchemaValidationError => ({ instancePath: path, keyword: fault, message: fault, schemaPath: '', params: { may } }));
    return { error: error as never };
  };
};

/** @returns nothing where the value fits */
export const misformed = (schema: TSchema, value: unknown): readonly MisformedField[] => faultsOf(schema, value, '');

function faultsOf(schema: Schema, value: unknown, path: string): readonly MisformedField[] {
  if (schema.anyOf) return Check(schema as TSchema, value) ? [] : closest(schema.anyOf, value, path);
  const inside = isRecord(value) && schema.type === 'object' ? ofObject(schema, value, path) : Array.isArray(value) && schema.items ? value.flatMap((item, at) => faultsOf(schema.items ?? {}, item, `${path}/${String(at)}`)) : [];
  return inside.length > 0 || Check(schema as TSchema, value) ? inside : [formFault(path, schema)];
}

function ofObject({ properties = {}, patternProperties = {}, required = [], additionalProperties }: Schema, value: Readonly<Record<string, unknown>>, path: string): readonly MisformedField[] {
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name): MisformedField => ({ path: `${path}/${name}`, fault: 'required' }));
  const present = Object.entries(value).flatMap(([name, member]): readonly MisformedField[] => {
    const at = `${path}/${name.slice(0, NAME_MAX)}`;
    const schema = Object.hasOwn(properties, name) ? properties[name] : Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern, 'u').test(name))?.[1];
    if (schema) return faultsOf(schema, member, at);
    return additionalProperties === false ? [{ path: at, fault: 'additionalProperties' }] : [];
  });
  return [...missing, ...present];
}

/** The form that was meant: the one whose fixed words fit; else of the same type, with the most fields in common, then the fewest faults. */
function closest(forms: readonly Schema[], value: unknown, path: string): readonly MisformedField[] {
  const tag = isRecord(value) ? tagOf(forms) : undefined;
  const meant = tag === undefined ? forms : forms.filter((form) => fits(form.properties?.[tag], (value as Record<string, unknown>)[tag]));
  if (tag !== undefined && meant.length === 0) return [Object.hasOwn(value as object, tag) ? formFault(`${path}/${tag}`, { anyOf: forms.flatMap((form) => form.properties?.[tag] ?? []) }) : { path: `${path}/${tag}`, fault: 'required' }];
  if (meant.every((form) => isFixed(form))) return [formFault(path, { anyOf: meant })];
  const ranked = meant.map((form) => ({ faults: faultsOf(form, value, path), ...likeness(form, value) }));
  ranked.sort((a, b) => Number(b.sameType) - Number(a.sameType) || b.shared - a.shared || a.faults.length - b.faults.length);
  return ranked[0]?.faults ?? [{ path, fault: 'form' }];
}

function likeness({ type, properties = {} }: Schema, value: unknown): { sameType: boolean; shared: number } {
  const sameType = type === (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
  return { sameType, shared: isRecord(value) ? Object.keys(value).filter((name) => Object.hasOwn(properties, name)).length : 0 };
}

const formFault = (path: string, schema: Schema): MisformedField => {
  const may = mayBe(schema);
  return { path, fault: 'form', ...(may ? { may } : {}) };
};

const isFixed = (schema: Schema | undefined): boolean => schema?.const !== undefined || schema?.enum !== undefined;
const fits = (schema: Schema | undefined, word: unknown): boolean => schema?.const === word || schema?.enum?.some((each) => each === word) === true;

/** The field whose fixed words tell the forms apart, such as `op` of an act. */
function tagOf(forms: readonly Schema[]): string | undefined {
  return Object.keys(forms[0]?.properties ?? {}).find((name) => forms.every(({ properties, required }) => isFixed(properties?.[name]) && required?.includes(name) === true));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
