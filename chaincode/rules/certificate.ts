/** What the certificate of a seal is good for: the rules ask it, and the gateway before it offers one. */

export interface CertificatePurpose {
  readonly isAuthority: boolean;
  readonly isForDocuments: boolean;
}

/**
 * As readers of sealed PDFs ask, who would call every PDF under another certificate untrusted: digital signatures, and no narrower use (RFC 5280, 4.2.1.3 and 4.2.1.12).
 * Node's own `ca` overlooks an authority whose key usage does not say so. What reads extensions is loaded when the first seal is filed.
 * @throws where it is no certificate
 */
export async function purposeOf(der: Uint8Array): Promise<CertificatePurpose> {
  await import('reflect-metadata');
  const { BasicConstraintsExtension, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, X509Certificate } = await import('@peculiar/x509');
  const certificate = new X509Certificate(Uint8Array.from(der));
  const usages = certificate.getExtension(KeyUsagesExtension)?.usages ?? 0;
  return {
    isAuthority: certificate.getExtension(BasicConstraintsExtension)?.ca === true,
    isForDocuments: (usages & KeyUsageFlags.digitalSignature) !== 0 && certificate.getExtension(ExtendedKeyUsageExtension) === null,
  };
}
