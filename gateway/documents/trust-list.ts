/** The trust list: agencies, seals, status-list keys and kinds as the ledger's register has them at a block, signed by the keys of the root (docs/decisions/0014). */
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import type { Instant, LegalZone } from '#chaincode/facts/calendar';
import { base64url, fromBase64url, sha256, sha256Text } from '#chaincode/facts/hash';
import type { AgencyKeyRecord, FaceField, KindRecord, Label, SealRecord } from '#chaincode/facts/records';
import { canonicalPayload, isSignedDocument, keyName, signers, type SignedDocument } from './jws.js';
import type { TrustRoot } from './trust-root.js';

export const TRUST_LIST_FORMAT = 'yizheng/trust-list/1';
export const TRUST_LIST_TYPE = 'yizheng-trust-list+json';

export interface TrustedAgency {
  readonly code: string;
  readonly name: string;
  readonly parent?: string;
  readonly active: boolean;
  /** Rights to issue, with their days. */
  readonly issues: readonly { readonly kind: string; readonly from: string; readonly until?: string }[];
}
/** A seal, with the public key of its certificate, so that a verifier needs no X.509. */
export type TrustedSeal = Pick<SealRecord, 'id' | 'agency' | 'name' | 'alg' | 'certificate' | 'validFrom' | 'validUntil' | 'status' | 'history'> & { readonly spki: string };
/** A key for one use of an agency: status lists, or trust lists. */
export type TrustedKey = Pick<AgencyKeyRecord, 'id' | 'agency' | 'use' | 'alg' | 'spki' | 'status' | 'history'>;
/** What is needed to show a face. */
export interface TrustedKind {
  readonly type: string;
  readonly name: Label;
  readonly schema: number;
  readonly sample: boolean;
  readonly fields: readonly Pick<FaceField, 'name' | 'label' | 'type' | 'disclosure'>[];
}

/** What the register says; the same bytes at every gateway that has read the same blocks. */
export interface TrustContent {
  readonly ledger: string;
  readonly zone: LegalZone;
  readonly agencies: readonly TrustedAgency[];
  readonly seals: readonly TrustedSeal[];
  readonly keys: readonly TrustedKey[];
  readonly kinds: readonly TrustedKind[];
}
export interface TrustList extends TrustContent {
  readonly format: typeof TRUST_LIST_FORMAT;
  /** Version of the root that signs. */
  readonly root: number;
  /** The block up to which it speaks; also its number: a list of an earlier block is an older list. */
  readonly block: number;
  readonly issuedAt: Instant;
  /** After this it is stale. */
  readonly nextUpdate: Instant;
}

export const trustListText = (list: TrustList): string => canonical(list as unknown as Canonical);
/** Digest of the content: two lists with the same say the same of the register. */
export const contentDigest = ({ ledger, zone, agencies, seals, keys, kinds }: TrustContent): string => sha256Text(canonical({ ledger, zone, agencies, seals, keys, kinds } as unknown as Canonical));

type Registered = {
  readonly ledger: { readonly ledger: string; readonly zone: LegalZone };
  readonly agencies: readonly (Omit<TrustedAgency, 'issues'> & { readonly rights: readonly { readonly kind: string; readonly right: string; readonly from: string; readonly until?: string }[] })[];
  readonly seals: readonly SealRecord[];
  readonly keys: readonly AgencyKeyRecord[];
  readonly kinds: readonly KindRecord[];
};

const sorted = <T>(rows: readonly T[], key: (row: T) => string): T[] => [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));

/** @param spkiOf the public key in a certificate, both base64url */
export function trustContent({ ledger, agencies, seals, keys, kinds }: Registered, spkiOf: (certificate: string) => string): TrustContent {
  return {
    ledger: ledger.ledger, zone: ledger.zone,
    agencies: sorted(agencies, ({ code }) => code).map(({ code, name, parent, active, rights }) => ({
      code, name, ...(parent === undefined ? {} : { parent }), active,
      issues: sorted(rights.filter(({ right }) => right === 'issue'), ({ kind, from }) => `${kind}${from}`).map(({ kind, from, until }) => ({ kind, from, ...(until === undefined ? {} : { until }) })),
    })),
    seals: sorted(seals, ({ id }) => id).map(({ id, agency, name, alg, certificate, validFrom, validUntil, status, history }) => ({ id, agency, name, alg, certificate, spki: spkiOf(certificate), validFrom, validUntil, status, history })),
    keys: sorted(keys, ({ id }) => id).map(({ id, agency, use, alg, spki, status, history }) => ({ id, agency, use, alg, spki, status, history })),
    kinds: sorted(kinds, ({ type }) => type).map(({ type, name, schema, sample, fields }) => ({ type, name, schema, sample, fields: fields.map(({ name: field, label, type: of, disclosure }) => ({ name: field, label, type: of, disclosure })) })),
  };
}

export type TrustListFault = 'TRUST_LIST_FORM' | 'TRUST_LIST_SIGNATURES_TOO_FEW' | 'TRUST_LIST_FOREIGN_ROOT' | 'TRUST_LIST_FOREIGN_LEDGER' | 'TRUST_LIST_ROLLED_BACK' | 'TRUST_LIST_TOO_LARGE';
type Refused = { readonly ok: false; readonly code: TrustListFault };
const refuse = (code: TrustListFault): Refused => ({ ok: false, code });

/** Characters: registers of a province stay below; anything larger is an attack on memory. */
export const TRUST_LIST_MAX = 64 << 20;

/**
 * A trust list whose signatures hold. Whether it is stale depends on the hour, and is asked when it is used.
 * @param seen the newest list this verifier has taken before
 */
export async function openTrustList(offered: unknown, root: TrustRoot, seen?: Pick<TrustList, 'block' | 'issuedAt'>): Promise<{ readonly ok: true; readonly list: TrustList } | Refused> {
  if (!isSignedDocument(offered)) return refuse('TRUST_LIST_FORM');
  if (offered.payload.length > TRUST_LIST_MAX) return refuse('TRUST_LIST_TOO_LARGE');
  // Nothing in it is looked at before enough agencies have signed it.
  if ((await signers(offered, TRUST_LIST_TYPE, root.keys)).size < root.threshold) return refuse('TRUST_LIST_SIGNATURES_TOO_FEW');
  const list = parseTrustList(offered);
  if (!list) return refuse('TRUST_LIST_FORM');
  if (list.ledger !== root.ledger) return refuse('TRUST_LIST_FOREIGN_LEDGER');
  if (list.root !== root.version) return refuse('TRUST_LIST_FOREIGN_ROOT');
  if (seen && (list.block < seen.block || (list.block === seen.block && list.issuedAt < seen.issuedAt))) return refuse('TRUST_LIST_ROLLED_BACK');
  return { ok: true, list };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const isInstant = (value: unknown): boolean => typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value));
const isNumber = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** The form of what the root's agencies have signed. @returns undefined unless it is canonical and of this format */
export function parseTrustList(document: SignedDocument): TrustList | undefined {
  const value = canonicalPayload(document) as Partial<TrustList> | undefined;
  if (value?.format !== TRUST_LIST_FORMAT || typeof value.ledger !== 'string' || !isNumber(value.root) || !isNumber(value.block) || !isInstant(value.issuedAt) || !isInstant(value.nextUpdate)) return undefined;
  const whole = [value.agencies, value.seals, value.keys, value.kinds].every(Array.isArray) && typeof value.zone?.utcOffsetMinutes === 'number';
  return whole ? (value as TrustList) : undefined;
}

/** A trust list with its rows found by what documents name. */
export interface TrustIndex {
  readonly list: TrustList;
  /** By certificate, and by key id (8 bytes), both base64url. */
  readonly seals: ReadonlyMap<string, TrustedSeal>;
  readonly agencies: ReadonlyMap<string, TrustedAgency>;
  readonly kinds: ReadonlyMap<string, TrustedKind>;
  /** Every key by its name, with its one use. */
  readonly keys: ReadonlyMap<string, KeyEntry>;
}
export interface KeyEntry {
  readonly use: TrustedKey['use'] | 'seal';
  readonly agency: string;
  readonly spki: string;
  readonly status: string;
  readonly history: readonly { readonly status: string; readonly at: string }[];
}

export function indexOf(list: TrustList): TrustIndex {
  const named = (seal: TrustedSeal): [string, TrustedSeal][] => [[seal.certificate, seal], [base64url(sha256(fromBase64url(seal.certificate) ?? new Uint8Array()).subarray(0, 8)), seal]];
  return {
    list, seals: new Map(list.seals.flatMap(named)), agencies: new Map(list.agencies.map((agency) => [agency.code, agency])), kinds: new Map(list.kinds.map((kind) => [kind.type, kind])),
    keys: new Map([...list.seals.map((seal): [string, KeyEntry] => [keyName(seal.spki), { ...seal, use: 'seal' }]), ...list.keys.map((key): [string, KeyEntry] => [keyName(key.spki), key])]),
  };
}
