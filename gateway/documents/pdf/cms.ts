/**
 * The signature inside a sealed PDF: CMS (RFC 5652) as PAdES baseline wants it (ETSI EN 319 142-1, level B-B; with a time stamp B-T).
 * Its bytes are a function of certificate, message digest, signature and time stamp: a reader takes those out, builds it anew and compares,
 * so that no byte of it can differ without being noticed, also where no signature reaches.
 */
import * as asn1js from 'asn1js';
import { ContentInfo, SignedData } from 'pkijs';
import { sha256 } from '#chaincode/facts/hash';

const OID = {
  data: '1.2.840.113549.1.7.1', signedData: '1.2.840.113549.1.7.2', contentType: '1.2.840.113549.1.9.3', messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.47', timeStamp: '1.2.840.113549.1.9.16.2.14', sha256: '2.16.840.1.101.3.4.2.1', ecdsaSha256: '1.2.840.10045.4.3.2',
} as const;

type Block = asn1js.BaseBlock;
const oid = (value: string): Block => new asn1js.ObjectIdentifier({ value });
const sequence = (...value: Block[]): Block => new asn1js.Sequence({ value });
const octets = (bytes: Uint8Array): Block => new asn1js.OctetString({ valueHex: exact(bytes) });
const attribute = (type: string, value: Block): Block => sequence(oid(type), new asn1js.Set({ value: [value] }));
const exact = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
const der = (block: Block): Uint8Array => new Uint8Array(block.toBER());

/** A DER value taken over as it is. @throws CmsMalformed */
function taken(bytes: Uint8Array): Block {
  const { result, offset } = asn1js.fromBER(exact(bytes));
  if (offset !== bytes.length) throw new CmsMalformed();
  return result;
}

export class CmsMalformed extends Error {
  override readonly name = 'CmsMalformed';
}

export interface CmsParts {
  /** DER of the seal's certificate. */
  readonly certificate: Uint8Array;
  /** SHA-256 of what the seal covers. */
  readonly digest: Uint8Array;
  /** P1363, 64 bytes, over the DER of the signed attributes. */
  readonly signature: Uint8Array;
  /** DER TimeStampToken (RFC 3161) over the signature's value. */
  readonly timeStamp?: Uint8Array | undefined;
}

/** The attributes that are signed, in DER order: bytes of the SET, which is what the key signs (RFC 5652, 5.4). */
export function signedAttributes({ certificate, digest }: Pick<CmsParts, 'certificate' | 'digest'>): Uint8Array {
  return der(new asn1js.Set({ value: attributes(certificate, digest) }));
}

function attributes(certificate: Uint8Array, digest: Uint8Array): Block[] {
  // ESSCertIDv2 (RFC 5035); its hash algorithm is left out because SHA-256 is the default, and DER leaves defaults out.
  const signingCertificate = sequence(sequence(sequence(octets(sha256(certificate)))));
  const all = [attribute(OID.contentType, oid(OID.data)), attribute(OID.messageDigest, octets(digest)), attribute(OID.signingCertificate, signingCertificate)];
  return all.map((block) => ({ block, bytes: der(block) })).sort((a, b) => compareBytes(a.bytes, b.bytes)).map(({ block }) => block);
}

/** X.690, 11.6: the elements of a SET OF ascend. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return a.length - b.length;
}

/** DER of the ContentInfo. @throws CmsMalformed */
export function buildCms({ certificate, digest, signature, timeStamp }: CmsParts): Uint8Array {
  const [serial, issuer] = issuerOf(certificate);
  const signerInfo = sequence(
    new asn1js.Integer({ value: 1 }), sequence(issuer, serial), sequence(oid(OID.sha256)),
    new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: attributes(certificate, digest) }),
    sequence(oid(OID.ecdsaSha256)), octets(derSignature(signature)),
    ...(timeStamp === undefined ? [] : [new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 1 }, value: [attribute(OID.timeStamp, taken(timeStamp))] })]),
  );
  const signedData = sequence(
    new asn1js.Integer({ value: 1 }), new asn1js.Set({ value: [sequence(oid(OID.sha256))] }), sequence(oid(OID.data)),
    new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [taken(certificate)] }), new asn1js.Set({ value: [signerInfo] }),
  );
  return der(sequence(oid(OID.signedData), new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [signedData] })));
}

/** Serial number and issuer, as they stand in the certificate. */
function issuerOf(certificate: Uint8Array): [Block, Block] {
  const fields = (value: Block | undefined): Block[] => (value instanceof asn1js.Sequence ? (value.valueBlock.value) : []);
  const [tbs] = fields(taken(certificate));
  const [, serial, , issuer] = fields(tbs);
  if (!serial || !issuer) throw new CmsMalformed();
  return [serial, issuer];
}

const HALF = 32;

/** Ecdsa-Sig-Value of RFC 3279 from r and s side by side. */
export function derSignature(signature: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array): Block => {
    let start = 0;
    while (start < bytes.length - 1 && bytes[start] === 0) start++;
    const trimmed = bytes.subarray(start);
    return new asn1js.Integer({ valueHex: exact((trimmed[0] ?? 0) > 0x7f ? Uint8Array.of(0, ...trimmed) : trimmed) });
  };
  return der(sequence(integer(signature.subarray(0, HALF)), integer(signature.subarray(HALF))));
}

function plainSignature(bytes: Uint8Array): Uint8Array {
  const block = taken(bytes);
  const integers = block instanceof asn1js.Sequence ? (block.valueBlock.value as Block[]) : [];
  const plain = new Uint8Array(2 * HALF);
  if (integers.length !== 2) throw new CmsMalformed();
  integers.forEach((integer, i) => {
    if (!(integer instanceof asn1js.Integer)) throw new CmsMalformed();
    let value = integer.valueBlock.valueHexView;
    if (value.length === HALF + 1 && value[0] === 0) value = value.subarray(1);
    if (value.length > HALF) throw new CmsMalformed();
    plain.set(value, (i + 1) * HALF - value.length);
  });
  return plain;
}

/** The parts of a CMS as this system builds them. @param contents DER, then zeros. @throws CmsMalformed */
export function readCms(contents: Uint8Array): CmsParts {
  try {
    const { result, offset } = asn1js.fromBER(exact(contents));
    if (offset <= 0 || contents.subarray(offset).some((byte) => byte !== 0)) throw new CmsMalformed();
    const signed = new SignedData({ schema: new ContentInfo({ schema: result }).content as unknown });
    const [certificate, signer] = [signed.certificates?.[0], signed.signerInfos[0]];
    const digest = signer?.signedAttrs?.attributes.find(({ type }) => type === OID.messageDigest)?.values[0] as unknown;
    if (!signer || !certificate || !('tbsView' in certificate) || !(digest instanceof asn1js.OctetString)) throw new CmsMalformed();
    const [token] = signer.unsignedAttrs?.attributes.find(({ type }) => type === OID.timeStamp)?.values as Block[] | undefined ?? [];
    const parts: CmsParts = {
      certificate: new Uint8Array(certificate.toSchema(false).toBER()), digest: digest.valueBlock.valueHexView.slice(), signature: plainSignature(signer.signature.valueBlock.valueHexView.slice()),
      ...(token ? { timeStamp: der(token) } : {}),
    };
    if (compareBytes(buildCms(parts), contents.subarray(0, offset)) !== 0) throw new CmsMalformed();
    return parts;
  } catch (error) {
    if (error instanceof CmsMalformed) throw error;
    throw new CmsMalformed(undefined, { cause: error });
  }
}
