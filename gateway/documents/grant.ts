/** What a grant is for: the text behind the commitment on the ledger. Pure: the phone that signs and the gateway that releases compute the same bytes. */
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import { GRANT_DETAILS_TAG } from '#chaincode/facts/grant';
import { base64url, sha256 } from '#chaincode/facts/hash';
import type { Label } from '#chaincode/facts/records';

/** `licences`: these ones, in whatever version is current when they are used. `kinds`: every licence of the subject of these kinds. */
export interface GrantDetails {
  readonly v: 1;
  readonly licences?: readonly { readonly licence: string; readonly fields: readonly string[] }[];
  readonly kinds?: readonly { readonly kind: string; readonly fields: readonly string[] }[];
  /** A code of the table of purposes. */
  readonly purpose: string;
  /** What the holder was shown, in words. */
  readonly text: Label;
}

/** More items are nothing that a person takes in before he signs. */
export const GRANT_ITEMS_MAX = 32;
const FIELDS_MAX = 64;
const TEXT_MAX = 2000;
/** Bytes of chance before the text: without them a bank could guess what another bank was granted. */
export const OPENING_BYTES = 32;

export const grantDetailsText = (details: GrantDetails): string => canonical(details as unknown as Canonical);

/** base64url SHA-256(tag || 0x00 || opening || text). */
export const grantDetailsCommitment = (opening: Uint8Array, text: string): string => base64url(sha256(`${GRANT_DETAILS_TAG}\0`, opening, text));

/** @returns undefined where the text is not the canonical text of details */
export function parseGrantDetails(text: string): GrantDetails | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isDetails(value) && canonical(value as unknown as Canonical) === text ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CanonicalError) return undefined;
    throw error;
  }
}

const MEMBERS = new Set(['v', 'licences', 'kinds', 'purpose', 'text']);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (value: Record<string, unknown>, names: readonly string[]): boolean => Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
const isText = (value: unknown, max: number): value is string => typeof value === 'string' && value !== '' && value.length <= max;
const isFields = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.length <= FIELDS_MAX && value.every((name) => isText(name, 40)) && new Set(value).size === value.length;

function isItems(value: unknown, name: 'licence' | 'kind', form: RegExp): boolean {
  if (value === undefined) return true;
  return Array.isArray(value) && value.length > 0 && value.length <= GRANT_ITEMS_MAX
    && value.every((item) => isRecord(item) && has(item, [name, 'fields']) && typeof item[name] === 'string' && form.test(item[name]) && isFields(item['fields']))
    && new Set(value.map((item: Record<string, unknown>) => item[name])).size === value.length;
}

function isDetails(value: unknown): value is GrantDetails {
  if (!isRecord(value) || !Object.keys(value).every((name) => MEMBERS.has(name)) || value['v'] !== 1 || !isText(value['purpose'], 48)) return false;
  const { licences, kinds, text } = value;
  return (licences !== undefined || kinds !== undefined) && isItems(licences, 'licence', /^[0-9A-Z]{21}\.[0-9A-Z]{18}\.[0-9A-Z]{20}$/) && isItems(kinds, 'kind', /^[0-9A-Z]{21}$/)
    && isRecord(text) && has(text, ['zh', 'en']) && isText(text['zh'], TEXT_MAX) && isText(text['en'], TEXT_MAX);
}

/** Kinds of the licences that details open. */
export const detailsKinds = ({ licences = [], kinds = [] }: GrantDetails): readonly string[] => [...new Set([...licences.map(({ licence }) => licence.split('.')[0] ?? ''), ...kinds.map(({ kind }) => kind)])];

/** The fields that details open of a licence of the grant's subject. @returns undefined where they open none */
export function grantOpens({ licences = [], kinds = [] }: GrantDetails, { licence, kind }: { readonly licence: string; readonly kind: string }): readonly string[] | undefined {
  const opened = [...licences.filter((item) => item.licence === licence), ...kinds.filter((item) => item.kind === kind)].flatMap(({ fields }) => fields);
  return opened.length === 0 ? undefined : [...new Set(opened)];
}
