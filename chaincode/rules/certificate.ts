/** What the certificate of a seal is good for: the rules ask it, and the gateway before it offers one. The contract is packed whole, so that it reads these few bytes of DER (X.690) itself. */

export interface CertificatePurpose {
  readonly isAuthority: boolean;
  readonly isForDocuments: boolean;
}

/** id-ce, RFC 5280, 4.2.1. */
const BASIC_CONSTRAINTS = '551d13';
const KEY_USAGE = '551d0f';
const EXTENDED_KEY_USAGE = '551d25';

const SEQUENCE = 0x30;
const BOOLEAN = 0x01;
const OCTET_STRING = 0x04;
/** Of a TBSCertificate: `extensions [3] EXPLICIT`. */
const EXTENSIONS = 0xa3;
const DIGITAL_SIGNATURE = 0x80;

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/**
 * As readers of sealed PDFs ask, who would call every PDF under another certificate untrusted: digital signatures, and no narrower use (RFC 5280, 4.2.1.3 and 4.2.1.12).
 * Node's own `ca` overlooks an authority whose key usage does not say so.
 * @param der a certificate that Node has read. @throws RangeError where lengths lie
 */
export function purposeOf(der: Uint8Array): CertificatePurpose {
  const extensions = extensionsOf(der);
  const [, usage = 0] = elements(extensions.get(KEY_USAGE) ?? new Uint8Array())[0]?.content ?? []; // after the count of unused bits
  const [constraints] = elements(extensions.get(BASIC_CONSTRAINTS) ?? new Uint8Array());
  return {
    isAuthority: elements(constraints?.content ?? new Uint8Array()).some(({ tag, content }) => tag === BOOLEAN && content[0] !== 0),
    isForDocuments: (usage & DIGITAL_SIGNATURE) !== 0 && !extensions.has(EXTENDED_KEY_USAGE),
  };
}

/** Content of each extension, by the hexadecimal of its name. */
function extensionsOf(der: Uint8Array): Map<string, Uint8Array> {
  const [certificate] = elements(der);
  const [body] = elements(certificate?.content ?? new Uint8Array());
  const wrapped = elements(body?.content ?? new Uint8Array()).find(({ tag }) => tag === EXTENSIONS);
  const [list] = elements(wrapped?.content ?? new Uint8Array());
  const found = new Map<string, Uint8Array>();
  for (const { tag, content } of elements(list?.content ?? new Uint8Array())) {
    if (tag !== SEQUENCE) continue;
    const [name, ...rest] = elements(content);
    const value = rest.find((each) => each.tag === OCTET_STRING);
    if (name && value) found.set(Buffer.from(name.content).toString('hex'), value.content);
  }
  return found;
}

function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag = 0, first = 0] = bytes.subarray(at);
    const more = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + more;
    const length = more === 0 ? first : bytes.subarray(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    if (start + length > bytes.length) throw new RangeError('a length beyond the end');
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}
