/** Issue by rule (秒批): rules as data, decided on by two persons; a machine issues under them, within a quota (docs/decisions/0028). */
import { base64url, sha256 } from '#chaincode/facts/hash';
import type { Relied } from './application.js';
import { canonical } from './canonical.js';
import type { Face } from './credential.js';
import { isBlank, valueOf } from './face.js';
import type { KindRecord } from './records.js';

/** When a licence of a kind is granted without a person. */
export interface RuleSet {
  readonly agency: string;
  readonly kind: string;
  /** Of the kind, for which it was written. */
  readonly schema: number;
  /** Licences that the holder must have in force, with so many days left. */
  readonly held: readonly { readonly kind: string; readonly daysLeft: number }[];
  /** Fields that must be filled in besides those that the kind requires. */
  readonly fields: readonly string[];
  /** An address must begin with one of these. */
  readonly address?: { readonly field: string; readonly within: readonly string[] };
  /** Whether a signed promise (告知承诺书) is needed. */
  readonly promise: boolean;
  readonly perDay: number;
  readonly perHour: number;
}

export interface RuleSetRecord extends RuleSet {
  /** From 1 on. */
  readonly version: number;
  readonly digest: string;
  readonly status: 'in-force' | 'stopped';
  readonly history: readonly { readonly status: RuleSetRecord['status']; readonly version: number; readonly at: string; readonly staff: readonly string[] }[];
}

/** What has been issued by rule: counted in the legal day and the hour (UTC) of the last issue. By agency and kind. */
export interface QuotaRecord {
  readonly day: string;
  readonly inDay: number;
  /** First 13 characters of an instant. */
  readonly hour: string;
  readonly inHour: number;
  readonly at: string;
}

/** Of a version: by which rules, and on what. */
export interface AutomaticRecord {
  readonly rules: string;
  readonly version: number;
  /** Commitment to all that the rules were applied to. */
  readonly inputs: string;
  readonly reliedOn: readonly Relied[];
}

/** Whether a kind may be issued by rule. The face is shown to the other agencies' peers, and its holder compared with the subject: neither is for natural persons, nor for what is kept from everybody else. */
export const isByRule = ({ automatic, composite, holder, fields }: Pick<KindRecord, 'automatic' | 'composite' | 'holder' | 'fields'>): boolean =>
  automatic === true && !composite && holder === 'organisation' && fields.every(({ disclosure, type }) => disclosure !== 'restricted' && type !== 'citizen-id');

/** Of the fields that the rules name those in which nothing can be read. */
export const fieldsBlank = ({ fields }: Pick<RuleSet, 'fields'>, face: Face): string[] => fields.filter((field) => isBlank(valueOf(face, field)));

/** Whether the address is one of those that the rules allow; so it is where they ask for none. A second line could say another. */
export function isWithin({ address }: Pick<RuleSet, 'address'>, face: Face): boolean {
  const value = address && valueOf(face, address.field);
  return address === undefined || (typeof value === 'string' && !value.includes('\n') && address.within.some((start) => value.startsWith(start)));
}

/** The reason of such an issue. */
export const BY_RULE = 'BY_RULE';

/** base64url SHA-256("yizheng/rule-set/1" || 0x00 || JCS of the rules). */
export const ruleSetDigest = ({ agency, kind, schema, held, fields, address, promise, perDay, perHour }: RuleSet): string =>
  base64url(sha256('yizheng/rule-set/1\0', canonical({ agency, kind, schema, held, fields, ...(address ? { address } : {}), promise, perDay, perHour })));

/** base64url SHA-256("yizheng/rule-inputs/1" || 0x00 || 32 random bytes || text). */
export const inputsCommitment = (opening: Uint8Array, text: string): string => base64url(sha256('yizheng/rule-inputs/1\0', opening, text));
