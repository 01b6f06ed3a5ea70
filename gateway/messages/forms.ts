/** What a parameter of a request may be, in words, from its schema. */
import type { Message } from '../messages.js';
import { CHOICES_SHOWN } from './choices.js';

/** The parts of JSON Schema that say it. */
export interface Form {
  readonly type?: string;
  readonly anyOf?: readonly Form[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly pattern?: string;
  readonly description?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Forms of texts that stand in many schemas, by their pattern. */
const PATTERNS: Readonly<Record<string, Message>> = {
  '^\\d{4}-\\d{2}-\\d{2}$': { zh: '日期，形如 2026-03-14', en: 'a day such as 2026-03-14' },
  '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$': { zh: '时间，形如 2026-03-14T01:30:00.000Z', en: 'an instant such as 2026-03-14T01:30:00.000Z' },
  '^[1-9]\\d{0,2}$': { zh: '1 到 999 的整数', en: 'a whole number from 1 to 999' },
  '^[0-9A-Z]{18}$': { zh: '18 位统一社会信用代码', en: 'a unified social credit code of 18 characters' },
  '^[0-9A-Z]{21}$': { zh: '21 位证照类型代码', en: 'the type code of a kind, 21 characters' },
  '^[A-Z0-9][A-Z0-9_-]{0,47}$': { zh: '代码，只含大写字母、数字、- 和 _', en: 'a code of capital letters, digits, - and _' },
  '^[A-Za-z0-9_-]{21}[AQgw]$': { zh: '22 个字符的编号', en: 'an id of 22 characters' },
  '^[A-Za-z0-9_-]{43}$': { zh: '43 个字符的摘要', en: 'a digest of 43 characters' },
  '^[0-9A-Z]{21}\\.[0-9A-Z]{18}\\.[0-9A-Z]{20}$': { zh: '证照在账本上的编号', en: 'the id of a licence on the ledger' },
};

/** @returns undefined for an object or another form that a sentence cannot say */
export function mayBe(form: Form): Message | undefined {
  const words = wordsOf(form);
  return words && form.description !== undefined && form.pattern !== undefined && !Object.hasOwn(PATTERNS, form.pattern) ? { zh: `${words.zh}（${form.description}）`, en: form.description } : words;
}

function wordsOf(form: Form): Message | undefined {
  const { type, pattern, minLength, maxLength, minimum, maximum } = form;
  const fixed = fixedOf(form);
  if (fixed.length > 0) return listed(fixed);
  if (type === 'boolean') return { zh: 'true 或 false', en: 'true or false' };
  if (type === 'integer' || type === 'number') return bounded({ zh: '整数', en: 'a whole number' }, minimum, maximum, { zh: '', en: '' });
  if (type !== 'string') return undefined;
  if (pattern !== undefined && Object.hasOwn(PATTERNS, pattern)) return PATTERNS[pattern];
  return bounded({ zh: '文字', en: 'text' }, minLength, maxLength, { zh: ' 个字符', en: ' characters' });
}

const fixedOf = ({ anyOf, const: one, enum: several }: Form): readonly string[] => (one !== undefined ? [String(one)] : several ? several.map(String) : anyOf?.every((each) => fixedOf(each).length > 0) === true ? [...new Set(anyOf.flatMap(fixedOf))] : []);

function listed(words: readonly string[]): Message {
  const [shown, left] = [words.slice(0, CHOICES_SHOWN), words.length - CHOICES_SHOWN];
  if (words.length === 1) return { zh: shown.join(''), en: shown.join('') };
  return { zh: `${shown.join('、')}${left > 0 ? ` 等 ${String(words.length)} 项` : ''} 之一`, en: `one of ${shown.join(', ')}${left > 0 ? ` and ${String(left)} more` : ''}` };
}

/** A size with its bounds, as far as there are any. */
function bounded(what: Message, least: number | undefined, most: number | undefined, unit: Message): Message {
  if (least !== undefined && most !== undefined) return { zh: `${String(least)} 到 ${String(most)}${unit.zh}的${what.zh}`, en: unit.en === '' ? `${what.en} from ${String(least)} to ${String(most)}` : `${what.en} of ${String(least)} to ${String(most)}${unit.en}` };
  if (most !== undefined) return { zh: `不超过 ${String(most)}${unit.zh}的${what.zh}`, en: unit.en === '' ? `${what.en} up to ${String(most)}` : `${what.en} of at most ${String(most)}${unit.en}` };
  return least === undefined ? what : { zh: `不少于 ${String(least)}${unit.zh}的${what.zh}`, en: `${what.en} from ${String(least)}${unit.en} on` };
}
