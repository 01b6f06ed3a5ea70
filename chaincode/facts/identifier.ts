/** Electronic licence identifier, GB/T 36904-2018: root.type.issuer.serial.version.check. */
import { mod37_36 } from './check-digit.js';
import { parseUscc } from './holder-code.js';

export const ROOT_OID = '1.2.156.3005.2';

/** A licence across its versions, `type.issuer.serial`: the key of its record on the ledger. */
export type LicenceId = string & { readonly LicenceId: unique symbol };
/** One version of a licence as printed and scanned, with the check character. */
export type Identifier = string & { readonly Identifier: unique symbol };

export interface IdentifierParts {
  readonly type: string;
  readonly issuer: string;
  readonly serial: string;
  readonly version: number;
}

export const LICENCE_ID_FORM = /^[0-9A-Z]{21}\.[0-9A-Z]{18}\.[0-9A-Z]{20}$/;
/** What one meets from elsewhere: other serial lengths, and a 6-digit region for an issuer. */
const LENIENT = /^1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{18}|\d{6})\.([0-9A-Z]{7,32})\.(\d{3})\.([0-9A-Z])$/;
const VERSION_MAX = 999;

export function licenceId(type: string, issuer: string, serial: string): LicenceId {
  return `${type}.${issuer}.${serial}` as LicenceId;
}

export function parseLicenceId(text: string): LicenceId | undefined {
  return LICENCE_ID_FORM.test(text) ? (text as LicenceId) : undefined;
}

export function splitLicenceId(id: LicenceId): { type: string; issuer: string; serial: string } {
  const [type = '', issuer = '', serial = ''] = id.split('.');
  return { type, issuer, serial };
}

/** The identifier of a version, check character over type, issuer, serial and version without dots. */
export function identifierOf(id: LicenceId, version: number): Identifier {
  const { type, issuer, serial } = splitLicenceId(id);
  const digits = String(version).padStart(3, '0');
  const check = mod37_36(`${type}${issuer}${serial}${digits}`) ?? '';
  return `${ROOT_OID}.${type}.${issuer}.${serial}.${digits}.${check}` as Identifier;
}

export type IdentifierResult = { readonly ok: true; readonly parts: IdentifierParts } | { readonly ok: false; readonly code: 'IDENTIFIER_FORM' | 'IDENTIFIER_CHECK' };

/** Parses any well-formed identifier (lenient: also foreign ones). A typing error shows as IDENTIFIER_CHECK. */
export function parseIdentifier(text: string): IdentifierResult {
  const match = LENIENT.exec(text.trim().toUpperCase());
  if (!match) return { ok: false, code: 'IDENTIFIER_FORM' };
  const [, type = '', issuer = '', serial = '', version = '', check] = match;
  if (mod37_36(`${type}${issuer}${serial}${version}`) !== check) return { ok: false, code: 'IDENTIFIER_CHECK' };
  return { ok: true, parts: { type, issuer, serial, version: Number(version) } };
}

/** Our own identifiers: issuer is a checked code, serial has 20 characters, version at least 1. */
export function parseOwnIdentifier(text: string): { id: LicenceId; version: number } | undefined {
  const result = parseIdentifier(text);
  if (!result.ok) return undefined;
  const { type, issuer, serial, version } = result.parts;
  if (serial.length !== 20 || version < 1 || version > VERSION_MAX || !parseUscc(issuer)) return undefined;
  return { id: licenceId(type, issuer, serial), version };
}

const SERIAL_SPACE = 36n ** 20n;

/** 20 characters [0-9A-Z] from a 256-bit value: modulo 36^20, big-endian. The bias of 2^256 mod 36^20 is below 2^-150. */
export function serialOf(value: Uint8Array): string {
  let number = 0n;
  for (let i = 0; i + 8 <= value.length; i += 8) number = (number << 64n) | Buffer.from(value.buffer, value.byteOffset + i, 8).readBigUInt64BE();
  return (number % SERIAL_SPACE).toString(36).toUpperCase().padStart(20, '0');
}
