import type { PublicityEdition } from './publicity-columns.js';
import { halfWidth } from './text.js';

export type HolderType = 'organisation' | 'individual-business' | 'person';
export type PublicityStateValue =
  | 'valid' | 'invalid' | 'suspended' | 'cancelled' | 'withdrawn' | 'annulled' | 'revoked' | 'expired' | 'disputed' | 'other';
/** What the table says of the licence, in our words and in its own. */
export interface PublicityState { readonly value: PublicityStateValue; readonly raw: string }

/** What systems write where they have nothing. */
const NOTHING = new Set(['', '/', '\\', '-', '--', '—', '——', '无', '空', 'null', 'NULL', '\\N', 'N/A', '00000000000000000X', '000000000000000000']);
export function meaningful(text: string | undefined): string | undefined {
  return text === undefined || (text.length < 20 && NOTHING.has(halfWidth(text))) ? undefined : text;
}

/** Codes are compared in capitals and half-width; whether they are right is checked elsewhere. */
export function codeText(text: string): string {
  return halfWidth(text).replace(/\s+/g, '').toUpperCase();
}

const HOLDER_TYPES: Readonly<Record<string, HolderType>> = {
  __proto__: null as never,
  法人及非法人组织: 'organisation', 法人和非法人组织: 'organisation', 法人: 'organisation', 非法人组织: 'organisation', 法人或非法人组织: 'organisation',
  法人及其他组织: 'organisation', 企业: 'organisation', 企业法人: 'organisation', 个体工商户: 'individual-business', 个体: 'individual-business',
  自然人: 'person', 个人: 'person',
};
/** Words only. Systems number the types differently (1 is a person in one, an organisation in another), so numbers are refused. */
export function holderType(text: string): HolderType | undefined {
  return HOLDER_TYPES[halfWidth(text).replace(/\s+/g, '')];
}

/** For tables without the column: a code beginning with 92 belongs to an individual business, by GB 32100. */
export function holderTypeFromCode(uscc: string | undefined): HolderType {
  if (uscc === undefined) return 'person';
  return uscc.startsWith('92') ? 'individual-business' : 'organisation';
}

const STATES: Readonly<Record<string, PublicityStateValue>> = {
  __proto__: null as never,
  有效: 'valid', 正常: 'valid', 生效: 'valid', 在用: 'valid', 现行有效: 'valid',
  无效: 'invalid', 失效: 'invalid', 作废: 'invalid',
  注销: 'cancelled', 撤销: 'annulled', 撤回: 'withdrawn', 吊销: 'revoked',
  暂扣: 'suspended', 暂停: 'suspended', 中止: 'suspended',
  过期: 'expired', 到期: 'expired', 逾期: 'expired', 异议: 'disputed', 其他: 'other',
};
const STATE_CODES: Readonly<Record<PublicityEdition, Readonly<Record<string, PublicityStateValue>>>> = {
  current: { __proto__: null as never, 1: 'valid', 2: 'invalid' },
  older: { __proto__: null as never, 0: 'valid', 1: 'annulled', 2: 'disputed', 3: 'other' },
};
/** A state as a code of the edition, a word, or both (`1-有效`); undefined for what neither edition knows. */
export function publicityState(raw: string, edition: PublicityEdition): PublicityState | undefined {
  const text = halfWidth(raw).replace(/\s+/g, '');
  const [, code, word] = /^(?:0?(\d)(?:[.\-:、)(]|$))?(.*?)\)?$/.exec(text) ?? [];
  const byWord = word === undefined || word === '' ? undefined : STATES[word.replace(/^已|^被/, '')];
  const byCode = code === undefined ? undefined : STATE_CODES[edition][code];
  if (word !== undefined && word !== '' && byWord === undefined) return undefined;
  const value = byWord ?? byCode;
  return value === undefined ? undefined : { value, raw };
}
