/** Members' certificates (X.509, RFC 5280) and their signatures, as Fabric judges them: P-256, SHA-256, one authority above, low s. */
import * as asn1js from 'asn1js';
import { base64url, fromBase64url, importP256, verifyP256Aside } from '#chaincode/facts/hash';
import { sameBytes } from '../block-header.js';

const COMMON_NAME = '2.5.4.3';
const UNIT = '2.5.4.11';
const BASIC_CONSTRAINTS = '2.5.29.19';
const HALF_ORDER = '7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8';

export interface Certificate {
  /** DER of the distinguished names. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Hex of the serial number. */
  readonly serial: string;
  readonly commonName: string;
  readonly units: readonly string[];
  /** base64url SubjectPublicKeyInfo. */
  readonly spki: string;
  readonly isAuthority: boolean;
  readonly signed: Uint8Array;
  /** DER. */
  readonly signature: Uint8Array;
}

type Block = asn1js.BaseBlock;
const raw = (block: Block | undefined): Uint8Array => Uint8Array.from(block?.valueBeforeDecodeView ?? new Uint8Array());
const children = (block: Block | undefined): Block[] => (block instanceof asn1js.Sequence || block instanceof asn1js.Set || block instanceof asn1js.Constructed ? block.valueBlock.value : []);
const isContext = (block: Block | undefined, tag: number): boolean => block?.idBlock.tagClass === 3 && block.idBlock.tagNumber === tag;
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** One DER value and nothing after it. */
function derOf(bytes: Uint8Array): Block | undefined {
  const { result, offset } = asn1js.fromBER(Uint8Array.from(bytes).buffer);
  return offset === bytes.length && result.error === '' ? result : undefined;
}

/** The DER in a PEM text of exactly one block of this name; two would let two readers see two certificates. */
export function derOfPem(pem: string, label: string): Uint8Array | undefined {
  const [, body] = new RegExp(`^-----BEGIN ${label}-----\\r?\\n([A-Za-z0-9+/=\\r\\n]+)-----END ${label}-----\\r?\\n*$`).exec(pem) ?? [];
  return body === undefined ? undefined : fromBase64url(body.replace(/[\r\n]/g, '').replaceAll('+', '-').replaceAll('/', '_').replace(/={0,2}$/, ''));
}

function attributes(name: Block | undefined, type: string): string[] {
  return children(name).flatMap(children).flatMap((pair) => {
    const [oid, value] = children(pair);
    const is = oid instanceof asn1js.ObjectIdentifier && oid.valueBlock.toString() === type;
    return is && value && 'valueBlock' in value ? [String((value.valueBlock as { value?: unknown }).value)] : [];
  });
}

/** @returns undefined where it is no certificate over a P-256 key */
export function parseCertificate(der: Uint8Array | undefined): Certificate | undefined {
  const [tbs, , signature] = children(der && derOf(der));
  const fields = children(tbs);
  const [, serial, , issuer, , subject, spki] = isContext(fields[0], 0) ? fields : [undefined, ...fields];
  if (!(serial instanceof asn1js.Integer) || !(signature instanceof asn1js.BitString) || !importP256(base64url(raw(spki)))) return undefined;
  const extensions = children(children(fields.find((field) => isContext(field, 3)))[0]);
  const constraints = extensions.map(children).find(([oid]) => oid instanceof asn1js.ObjectIdentifier && oid.valueBlock.toString() === BASIC_CONSTRAINTS)?.at(-1);
  const [authority] = constraints instanceof asn1js.OctetString ? children(derOf(constraints.valueBlock.valueHexView)) : [];
  return {
    issuer: raw(issuer), subject: raw(subject), serial: hex(serial.valueBlock.valueHexView), commonName: attributes(subject, COMMON_NAME)[0] ?? '', units: attributes(subject, UNIT), spki: base64url(raw(spki)),
    isAuthority: authority instanceof asn1js.Boolean && authority.valueBlock.value, signed: raw(tbs), signature: Uint8Array.from(signature.valueBlock.valueHexView),
  };
}

/** Serial numbers (hex) on a revocation list, DER; none where it is no list. */
export function revokedSerials(der: Uint8Array | undefined): string[] {
  const [tbs] = children(der && derOf(der));
  const rows = children(tbs).filter((field) => field instanceof asn1js.Sequence).slice(2);
  return rows.flatMap(children).flatMap((row) => {
    const [serial] = children(row);
    return serial instanceof asn1js.Integer ? [hex(serial.valueBlock.valueHexView)] : [];
  });
}

export async function isIssuedBy(certificate: Certificate, authority: Certificate): Promise<boolean> {
  // An authority's own signature may have either s: nobody names a certificate by its signature.
  return authority.isAuthority && sameBytes(certificate.issuer, authority.subject) && signatureHolds(authority.spki, certificate.signed, certificate.signature, false);
}

/** ECDSA P-256 with SHA-256, the signature in strict DER. @param lowS as Fabric demands of its members: else one signature could be made into another */
export async function signatureHolds(spki: string, message: Uint8Array, signature: Uint8Array, lowS = true): Promise<boolean> {
  const [key, plain] = [importP256(spki), plainOf(signature)];
  if (!key || !plain || (lowS && hex(plain.subarray(32)) > HALF_ORDER)) return false;
  return verifyP256Aside(key, message, plain);
}

/** r and s side by side, from SEQUENCE { r, s } with minimal positive integers. */
function plainOf(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 72) return undefined;
  const plain = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const integer = der.subarray(at + 2, at + 2 + length);
    const [first = 0, second = 0] = integer;
    if (der[at] !== 0x02 || length < 1 || integer.length !== length || first & 0x80 || (first === 0 && length > 1 && !(second & 0x80))) return undefined;
    const bytes = first === 0 ? integer.subarray(1) : integer;
    if (bytes.length > 32) return undefined;
    plain.set(bytes, end - bytes.length);
    at += 2 + length;
  }
  return at === der.length ? plain : undefined;
}
