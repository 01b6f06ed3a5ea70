/** An agency that is on no channel yet: its keys in a directory of its own, and the application that it hands to those who are. */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Organisation } from '#network/channel/genesis';
import { readCard } from '#network/fabric/card';
import { authorityOf, makeCertificates, readHeld, tlsAuthorityOf } from '#network/fabric/certificates';
import { describeAgency, HOST, MSP_ID, type Place } from '#network/fabric/description';
import { readDocument, writeDocument } from '#network/fabric/document';
import { NetworkFault } from '#network/fabric/fault';

const CARD = 'yizheng-agency/1';
const FORMAT = 'yizheng-application/1';
const CERTIFICATE_MAX = 4_096;

const closed = { additionalProperties: false };
const AgencyCard = Type.Object({ format: Type.Literal(CARD), mspId: Type.String({ pattern: MSP_ID }), basePort: Type.Integer({ minimum: 1024, maximum: 65_000 }) }, closed);
const Application = Type.Object({
  format: Type.Literal(FORMAT),
  mspId: Type.String({ pattern: MSP_ID }),
  /** PEM: who belongs to the agency */
  rootCertificate: Type.String({ maxLength: CERTIFICATE_MAX }),
  /** PEM: who its servers are */
  tlsRootCertificate: Type.String({ maxLength: CERTIFICATE_MAX }),
  /** where other agencies' peers find its peer */
  peer: Type.Object({ host: Type.String({ pattern: '^[A-Za-z0-9.-]{1,253}$' }), port: Type.Integer({ minimum: 1, maximum: 65_535 }) }, closed),
}, closed);
export type Application = Static<typeof Application>;

const agencyCard = Compile(AgencyCard);
const application = Compile(Application);

const cardPath = (directory: string): string => join(directory, 'agency.json');
export const applicationPath = (directory: string): string => join(directory, 'application.json');
/** What an agency's directory has beside those of a consortium. */
export const APPLICATION_FILES: readonly string[] = ['agency.json', 'application.json'];

/**
 * Makes an agency's authorities, its keys and its application; what is there already stays.
 *
 * @throws NetworkFault NETWORK_DIFFERS where the directory holds something else
 */
export async function apply(directory: string, place: Place): Promise<Application> {
  const known = readPlace(directory);
  if (known ? known.mspId !== place.mspId || known.basePort !== place.basePort : readCard(directory) !== undefined) {
    throw new NetworkFault('NETWORK_DIFFERS', `${directory} holds ${known ? `${known.mspId} from port ${String(known.basePort)}` : 'a consortium'}: choose another --dir`);
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (!known) writeDocument(cardPath(directory), { format: CARD, mspId: place.mspId, basePort: place.basePort });
  const holders = describeAgency(directory, place);
  await makeCertificates(holders);
  const [agency, peer] = [holders.members[0]!, holders.peers[0]!];
  const made: Application = {
    format: FORMAT, mspId: place.mspId, rootCertificate: readHeld(authorityOf(agency)).certificate, tlsRootCertificate: readHeld(tlsAuthorityOf(agency)).certificate,
    peer: { host: HOST, port: peer.ports.listen },
  };
  writeDocument(applicationPath(directory), made);
  return made;
}

/** The agency that has applied from here. @throws NetworkFault NETWORK_DIFFERS */
export function readPlace(directory: string): Place | undefined {
  if (!existsSync(cardPath(directory))) return undefined;
  const value = readDocument(cardPath(directory), agencyCard);
  if (!value) throw new NetworkFault('NETWORK_DIFFERS', `${cardPath(directory)} is not the card of an agency: restore it, or choose another directory with --dir`);
  return value;
}

/** @throws NetworkFault APPLICATION_WRONG */
export function readApplication(file: string): Application {
  const wrong = (why: string): never => {
    throw new NetworkFault('APPLICATION_WRONG', `${file} ${why}: ask the agency for the file that its "apply" wrote`);
  };
  if (!existsSync(file)) return wrong('is not there');
  const value = readDocument(file, application) ?? wrong('is no application to join');
  if (authorityProblem(value.rootCertificate)) wrong(`names an authority that ${authorityProblem(value.rootCertificate)!}`);
  if (authorityProblem(value.tlsRootCertificate)) wrong(`names a TLS authority that ${authorityProblem(value.tlsRootCertificate)!}`);
  // With one authority for both, every server's certificate would be an identity.
  if (publicKey(value.rootCertificate) === publicKey(value.tlsRootCertificate)) wrong('has one authority for identities and TLS');
  return value;
}

/** As a channel takes it up. */
export const organisationOf = ({ mspId, rootCertificate, tlsRootCertificate, peer }: Application): Organisation => ({ mspId, rootCertificate, tlsRootCertificate, ordererAddresses: [], anchor: { ...peer } });

/** What is wrong with a certificate as an authority's, to be read after "that". */
function authorityProblem(pem: string): string | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return 'is no certificate';
  }
  if (certificate.toString() !== pem) return 'is more than one certificate'; // or other text beside it
  if (!certificate.ca || !certificate.checkIssued(certificate) || !certificate.verify(certificate.publicKey)) return 'has not signed itself';
  if (certificate.publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return 'has no P-256 key';
  return new Date(certificate.validTo) < new Date() ? 'has ended' : undefined;
}

/** Of an authority, PEM: the same key under another certificate is the same authority. */
export const publicKey = (pem: string): string => new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }).toString();
