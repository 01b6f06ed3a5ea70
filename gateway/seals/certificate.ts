/** Certificates of seals that come from outside: what the contract will ask of one, asked first and in words that say what to change. */
import { X509Certificate } from 'node:crypto';
import { base64url } from '#chaincode/facts/hash';
import { purposeOf } from '#chaincode/rules/certificate';
import { GatewayFault } from '../fault.js';

export type CertificateFault = 'CERTIFICATE_FORM' | 'CERTIFICATE_CURVE' | 'CERTIFICATE_AGENCY' | 'CERTIFICATE_AUTHORITY' | 'CERTIFICATE_USE' | 'CERTIFICATE_LONG' | 'CERTIFICATE_OTHER_KEY' | 'CERTIFICATE_ENDED' | 'CERTIFICATE_NOT_YET';

export interface SealCertificate {
  /** base64url DER */
  readonly certificate: string;
  readonly spki: string;
  /** ms */
  readonly notBefore: number;
  readonly notAfter: number;
}

const refused = (code: CertificateFault): GatewayFault => new GatewayFault('SEAL_CERTIFICATE', { fields: [{ field: 'certificate', code }] });

/**
 * A certificate for a seal of the agency: of P-256, for signing documents, naming it as its only SAN URI `urn:uscc:<code>`, good now, over the key that is here.
 * @param given PEM or DER. @throws GatewayFault SEAL_CERTIFICATE
 */
export function readSealCertificate(given: string | Uint8Array, { agency, spki, now }: { agency: string; spki: string; now: number }): SealCertificate {
  const x509 = parsedBy(() => new X509Certificate(given));
  const key = x509.publicKey;
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw refused('CERTIFICATE_CURVE');
  const { isAuthority, isForDocuments } = parsedBy(() => purposeOf(x509.raw));
  if (isAuthority) throw refused('CERTIFICATE_AUTHORITY');
  if (!isForDocuments) throw refused('CERTIFICATE_USE');
  if (x509.raw.length > CERTIFICATE_MAX) throw refused('CERTIFICATE_LONG');
  if (x509.subjectAltName !== `URI:urn:uscc:${agency}`) throw refused('CERTIFICATE_AGENCY');
  const own = base64url(key.export({ format: 'der', type: 'spki' }));
  if (own !== spki) throw refused('CERTIFICATE_OTHER_KEY');
  const [notBefore, notAfter] = [Date.parse(x509.validFrom), Date.parse(x509.validTo)];
  if (notAfter <= now) throw refused('CERTIFICATE_ENDED');
  if (notBefore > now) throw refused('CERTIFICATE_NOT_YET');
  return { certificate: base64url(x509.raw), spki: own, notBefore, notAfter };
}

/** The room for the signature in a PDF holds it, its issuer's name again, and 500 bytes (docs/decisions/0015). */
const CERTIFICATE_MAX = 1_700;

function parsedBy<T>(parse: () => T): T {
  try {
    return parse();
  } catch {
    throw refused('CERTIFICATE_FORM');
  }
}
