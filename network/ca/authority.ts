import 'reflect-metadata';
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

// The library's types name the DOM's Crypto, Node's is the same interface.
x509.cryptoProvider.set(webcrypto as unknown as Crypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Fabric reads a client's attributes from this extension: JSON {"attrs": {...}}. */
export const ATTRIBUTES_OID = '1.2.3.4.5.6.7.8.1';
const DAY_MS = 86_400_000;
// A certificate used within seconds of its making must not be "not yet valid" on a machine whose clock is behind.
const BACKDATE_MS = 5 * 60_000;

export type IdentityRole = 'client' | 'peer' | 'orderer' | 'admin';

export interface Credentials {
  /** PEM, one certificate */
  certificate: string;
  /** PEM, PKCS#8, P-256 */
  privateKey: string;
}

export interface AuthorityRequest {
  commonName: string;
  organization: string;
  validDays?: number;
}

export interface IdentityRequest {
  commonName: string;
  organization?: string;
  /** becomes OU=<role>, by which Fabric tells peers from clients (NodeOU) */
  role: IdentityRole;
  attributes?: Readonly<Record<string, string>>;
  /** subject alternative names of type URI, e.g. urn:uscc:<code> of a seal */
  uris?: readonly string[];
  /** when it is issued, ms; the usual period begins there. The present moment where not given */
  at?: number;
  notBefore?: Date;
  notAfter?: Date;
  /** PEM: certify this key again instead of a new one */
  privateKey?: string;
}

export interface ServerRequest {
  commonName: string;
  /** DNS names and IP addresses under which it is reached */
  hosts: readonly string[];
  notAfter?: Date;
  /** PEM: certify this key again instead of a new one */
  privateKey?: string;
}

export interface Revocation {
  /** hexadecimal, as in the certificate */
  serialNumber: string;
  at: Date;
}

/** Makes a self-signed P-256 authority that may issue end entities only (path length 0). */
export async function createAuthority(request: AuthorityRequest): Promise<Credentials> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ O: [request.organization] }, { CN: [request.commonName] }],
    ...validity(request.validDays ?? 3650 * 2),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate.toString('pem')), privateKey: await exportKey(keys.privateKey) };
}

/** Issues a key pair and its certificate under `authority`. Attribute values are public: no personal data in them. */
export async function issueIdentity(authority: Credentials, request: IdentityRequest): Promise<Credentials> {
  const organization = request.organization ?? organizationOf(authority);
  return issue(authority, request, [{ O: [organization] }, { OU: [request.role] }, { CN: [request.commonName] }], identityExtensions(request));
}

/** A request to an outside authority (PKCS#10), PEM, signed by the key. @param privateKey PEM, PKCS#8, P-256 */
export async function requestCertificate({ privateKey, commonName, organization, uris }: Required<Pick<IdentityRequest, 'privateKey' | 'commonName' | 'organization' | 'uris'>>): Promise<string> {
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ O: [organization] }, { CN: [commonName] }], keys: await keyPair(privateKey), signingAlgorithm: ALGORITHM,
    extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true), new x509.SubjectAlternativeNameExtension(uris.map((value) => ({ type: 'url' as const, value })))],
  });
  return pem(request.toString('pem'));
}

/** Issues a TLS certificate for a node, which presents it as server and as client. */
export async function issueServer(authority: Credentials, request: ServerRequest): Promise<Credentials> {
  return issue(authority, request, [{ O: [organizationOf(authority)] }, { CN: [request.commonName] }], [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    new x509.SubjectAlternativeNameExtension(request.hosts.map((value) => ({ type: isIP(value) ? 'ip' as const : 'dns' as const, value }))),
  ]);
}

/** A revocation list, PEM. Fabric finds the authority by its key identifier, and ignores a list without one. */
export async function issueRevocationList(authority: Credentials, revocations: readonly Revocation[], at: Date): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const list = await x509.X509CrlGenerator.create({
    issuer: issuer.subject, thisUpdate: at, nextUpdate: issuer.notAfter, signingAlgorithm: ALGORITHM, signingKey: await importKey(authority.privateKey),
    entries: revocations.map(({ serialNumber: serial, at: revocationDate }) => ({ serialNumber: serial, revocationDate })),
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(issuer)],
  });
  return pemOf('X509 CRL', Buffer.from(list.rawData)); // Go reads no list under another label
}

type Subject = x509.JsonName;

async function issue(authority: Credentials, request: Pick<IdentityRequest, 'at' | 'notBefore' | 'notAfter' | 'privateKey'>, subject: Subject, extensions: readonly x509.Extension[]): Promise<Credentials> {
  const keys = await keyPair(request.privateKey);
  const issuer = new x509.X509Certificate(authority.certificate);
  const dates = validity(365 * 3, request.at);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: issuer.subject,
    notBefore: request.notBefore ?? dates.notBefore,
    notAfter: earlier(request.notAfter ?? dates.notAfter, issuer.notAfter),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.privateKey),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...extensions,
    ],
  });
  return { certificate: pem(certificate.toString('pem')), privateKey: request.privateKey ?? await exportKey(keys.privateKey) };
}

async function keyPair(privateKey?: string): Promise<webcrypto.CryptoKeyPair> {
  if (privateKey === undefined) return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const spki = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'der' });
  return { privateKey: await importKey(privateKey), publicKey: await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']) };
}

function organizationOf(authority: Credentials): string {
  return new x509.X509Certificate(authority.certificate).subjectName.getField('O')[0] ?? '';
}

function identityExtensions(request: IdentityRequest): x509.Extension[] {
  const list: x509.Extension[] = [];
  if (request.uris?.length) {
    list.push(new x509.SubjectAlternativeNameExtension(request.uris.map((value) => ({ type: 'url' as const, value }))));
  }
  if (request.attributes) {
    list.push(new x509.Extension(ATTRIBUTES_OID, false, Buffer.from(JSON.stringify({ attrs: request.attributes }))));
  }
  return list;
}

function validity(days: number, now = Date.now()): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - BACKDATE_MS), notAfter: new Date(now + days * DAY_MS) };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}

function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40; // positive, and never shortened by leading zeros
  return bytes.toString('hex');
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return pemOf('PRIVATE KEY', Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)));
}

function pemOf(label: string, der: Buffer): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').match(/.{1,64}/g)!.join('\n')}\n-----END ${label}-----\n`;
}

async function importKey(privateKey: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(privateKey.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}

function pem(text: string): string {
  return text.endsWith('\n') ? text : text + '\n';
}

/** The public key of a certificate, PEM (SPKI). */
export function publicKeyOf(certificate: string): string {
  return createPublicKey(certificate).export({ type: 'spki', format: 'pem' }).toString();
}
