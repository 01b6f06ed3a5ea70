/** Sealed documents as an agency's gateway would make them, for acts that a test sends to the rules itself. */
import { createPrivateKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { addDays, SHANGHAI, startOfDay, type Day, type Instant } from '#chaincode/facts/calendar';
import type { IssueCommand, VersionCommand } from '#chaincode/facts/commands';
import { sha256Text } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { listUri } from '#chaincode/facts/list-uri';
import type { LicenceRecord, Place } from '#chaincode/facts/records';
import type { Credentials } from '#network/ca/authority';

export interface TestSeal extends Credentials {
  readonly id: string;
  readonly agency: string;
  /** base64url DER */
  readonly der: string;
}

/** Written from the standard and docs/decisions/0006, not with the code that is tested. */
export interface Sealed {
  readonly content: string;
  readonly digest: string;
  /** jwt~disclosure~...~ */
  readonly shown: string;
}
/** What a test makes different from what the act says. */
export interface SealedChange {
  readonly header?: object;
  readonly claims?: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** Of the payload, as it is written. */
  readonly text?: (payload: string) => string;
  readonly face?: Readonly<Record<string, unknown>>;
  /** Committed to, and not shown. */
  readonly closed?: Readonly<Record<string, unknown>>;
  readonly signedBy?: TestSeal;
}

/** What the ledger knows. */
export interface Around {
  readonly now: Instant;
  readonly record: (licence: string) => LicenceRecord | undefined;
  readonly agencyOf: (seal: string) => string | undefined;
  /** Required kinds of a composite, in the order of the act's members. */
  readonly required: (act: IssueCommand | VersionCommand) => readonly boolean[];
  readonly rollUp: (type: string) => string | undefined;
}

const BASE = 'http://localhost:8080';
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const opened = new Map<string, KeyObject>();
const keyOf = ({ privateKey }: TestSeal): KeyObject => {
  const key = opened.get(privateKey) ?? createPrivateKey(privateKey);
  opened.set(privateKey, key);
  return key;
};

/** @param seal that the act names */
export function sealedFor(act: IssueCommand | VersionCommand, seal: TestSeal, around: Around, { header, claims = (same) => same, text = (same) => same, face = { number: 'A1' }, closed = {}, signedBy = seal }: SealedChange = {}): Sealed {
  const open = (fields: object): string[] => Object.entries(fields).map(([name, value]) => encode([randomBytes(16).toString('base64url'), name, value]));
  const [disclosures, others] = [open(face), open(closed)];
  const at = (agency: string, { list, index }: Place) => ({ status_list: { uri: listUri(BASE, agency, list), idx: index } });
  const lineAgency = (licence: string): string => {
    const first = around.record(licence)?.versions.find((version) => version.seal !== undefined);
    return (first?.seal === undefined ? undefined : around.agencyOf(first.seal)) ?? seal.agency;
  };
  const { type } = splitLicenceId(act.licence as LicenceId);
  const line = around.record(act.licence)?.line ?? act.line ?? { list: 0, index: 0 };
  const required = around.required(act);
  const members = act.members?.map((licence, i) => {
    const validUntil = around.record(licence)?.versions.at(-1)?.validUntil;
    return { licence, required: required[i], ...(validUntil === undefined ? {} : { validUntil }), line: at(lineAgency(licence), around.record(licence)?.line ?? { list: 0, index: 0 }) };
  });
  const payload = claims({
    iss: `urn:uscc:${seal.agency}`, vct: `urn:yizheng:${type}:${String(act.schema)}`, iat: Math.floor(Date.parse(around.now) / 1000), nbf: startOfDay((act.validFrom ?? act.issuedOn) as Day, SHANGHAI),
    ...(act.validUntil === undefined ? {} : { exp: startOfDay(addDays(act.validUntil as Day, 1), SHANGHAI) }),
    certificateIdentifier: identifierOf(act.licence as LicenceId, 'version' in act ? act.version : 1), status: at(seal.agency, act.place), line: at(lineAgency(act.licence), line),
    ...(members ? { composition: { members, rollUp: around.rollUp(type) } } : {}), _sd: [...disclosures, ...others].map((each) => sha256Text(each)).sort(), _sd_alg: 'sha-256',
  });
  const signed = `${encode({ alg: 'ES256', typ: 'dc+sd-jwt', x5c: [Buffer.from(seal.der, 'base64url').toString('base64')], ...header })}.${Buffer.from(text(JSON.stringify(payload))).toString('base64url')}`;
  const jwt = `${signed}.${sign('sha256', Buffer.from(signed), { key: keyOf(signedBy), dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  return { content: sha256Text(signed), digest: sha256Text(jwt), shown: `${[jwt, ...disclosures].join('~')}~` };
}
