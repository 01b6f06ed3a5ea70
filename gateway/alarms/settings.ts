/** Limits of alarms that the operator sets: a file, read once at the start. What it does not name stays as it is. */
import { readFileSync } from 'node:fs';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { READING_RULE, type ReadingRule } from './reading-rule.js';

const closed = { additionalProperties: false } as const;
/** More is no limit. */
const COUNT_MAX = 1_000_000;
const Bound = Type.Object({ least: Type.Optional(Type.Integer({ minimum: 1, maximum: COUNT_MAX })), times: Type.Optional(Type.Number({ exclusiveMinimum: 1, maximum: 1_000 })), most: Type.Optional(Type.Integer({ minimum: 1, maximum: COUNT_MAX })) }, closed);
const Rule = Type.Object({ hour: Type.Optional(Bound), day: Type.Optional(Bound) }, closed);
/** `reading`: of everybody. `staff`: of single persons, by the ids of their records, beyond that. */
export const AlarmFile = Type.Object({ reading: Type.Optional(Rule), staff: Type.Optional(Type.Record(Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }), Rule, closed)) }, closed);

export interface AlarmSettings {
  readonly reading: ReadingRule;
  readonly staff: ReadonlyMap<string, ReadingRule>;
}
export const ALARM_SETTINGS: AlarmSettings = { reading: READING_RULE, staff: new Map() };

export class AlarmSettingsError extends Error {
  override readonly name = 'AlarmSettingsError';
}

/** @throws AlarmSettingsError that says what to change */
export function readAlarms(path: string): AlarmSettings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new AlarmSettingsError(`${path}: a file of JSON is meant`);
  }
  if (!Value.Check(AlarmFile, value)) {
    const at = [...new Set([...Value.Errors(AlarmFile, value)].map(({ instancePath }) => instancePath))].join(', ');
    throw new AlarmSettingsError(`${path}: not of the form {"reading": {"hour": {"least", "times", "most"}, "day": ...}, "staff": {"<id>": ...}}: ${at}`);
  }
  const reading = ruleOf(value.reading, READING_RULE);
  return { reading, staff: new Map(Object.entries(value.staff ?? {}).map(([staff, rule]) => [staff, ruleOf(rule, reading)])) };
}

const ruleOf = (given: Static<typeof Rule> | undefined, usual: ReadingRule): ReadingRule => ({ hour: { ...usual.hour, ...given?.hour }, day: { ...usual.day, ...given?.day } });
