/** Every key and certificate of the agencies in a directory: what is held where, who issues it, and how it is made and made again. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createAuthority, type Credentials, type IdentityRole, issueIdentity, issueServer } from '#network/ca/authority';
import { NODE_FILES, nodeUnits } from '#network/fabric/configuration';
import { type Agency, type Holders, HOST, LOOPBACK, serviceFolder } from '#network/fabric/description';

/** A key and its certificate, by file. */
export interface Held {
  readonly certificate: string;
  readonly privateKey: string;
}

interface Holding extends Held {
  readonly agency: Agency;
  readonly commonName: string;
  /** of an identity; without it the certificate is for TLS */
  readonly role?: IdentityRole;
  /** valid as long as its authority: it is inside of the chaincode package and cannot be made again without another package */
  readonly lasting?: true;
}

const FAR = new Date('9999-12-31T23:59:59Z'); // cut to the authority's own end

const pair = (folder: string, name: string): Held => ({ certificate: join(folder, `${name}.crt`), privateKey: join(folder, `${name}.key`) });
/** The identity of a node. */
export const identityOf = (folder: string): Held => ({ certificate: join(folder, NODE_FILES.msp, 'signcerts', 'certificate.pem'), privateKey: join(folder, NODE_FILES.msp, 'keystore', 'key.pem') });

/** The authority that says who belongs to the agency. */
export const authorityOf = ({ folder }: Agency): Held => pair(join(folder, 'ca'), 'ca');
/** The authority of the agency's TLS certificates; apart, so that no server's certificate is ever an identity. */
export const tlsAuthorityOf = ({ folder }: Agency): Held => pair(join(folder, 'ca'), 'tls-ca');
export const administratorOf = ({ folder }: Agency): Held => pair(folder, 'administrator');
/** Reads the ledger for the agency's gateway; it has no attribute, so that the contract takes no command from it. */
export const readerOf = ({ folder }: Agency): Held => pair(folder, 'reader');
export const tlsOf = (folder: string): Held => pair(folder, 'tls');
/** What the agency's peer presents to the chaincode service. */
export const serviceClientOf = (agency: Agency): Held => pair(serviceFolder(agency), 'client');

export const readHeld = ({ certificate, privateKey }: Held): Credentials => ({ certificate: readFileSync(certificate, 'utf8'), privateKey: readFileSync(privateKey, 'utf8') });

/** All that is issued by the agencies' authorities. */
export function holdings({ members, orderers, peers }: Holders): Holding[] {
  return [
    ...members.flatMap((agency): Holding[] => [
      { agency, commonName: 'administrator', role: 'admin', ...administratorOf(agency) },
      { agency, commonName: 'reader', role: 'client', ...readerOf(agency) },
      { agency, commonName: 'chaincode', ...tlsOf(serviceFolder(agency)) },
      { agency, commonName: 'chaincode client', lasting: true, ...serviceClientOf(agency) },
    ]),
    ...[...orderers, ...peers].flatMap(({ agency, name, kind, folder }): Holding[] => [
      { agency, commonName: name, role: kind, ...identityOf(folder) },
      { agency, commonName: name, ...tlsOf(folder) },
    ]),
  ];
}

/** When the first certificate ends. */
export function firstEnd(holders: Holders): { certificate: string; at: Date } {
  const ends = holdings(holders).map(({ certificate }) => ({ certificate, at: new Date(new X509Certificate(readFileSync(certificate)).validTo) }));
  return ends.reduce((first, each) => (each.at < first.at ? each : first));
}

/** Makes authorities, keys, certificates and MSP folders; what is there already stays. */
export async function makeCertificates(holders: Holders): Promise<void> {
  await Promise.all(holders.members.flatMap((agency) => [makeAuthority(agency, 'CA', authorityOf(agency)), makeAuthority(agency, 'TLS CA', tlsAuthorityOf(agency))]));
  await Promise.all(holdings(holders).filter(({ certificate }) => !existsSync(certificate)).map((holding) => certify(holding)));
  await Promise.all([...holders.orderers, ...holders.peers].map(async ({ folder, agency }) => {
    const [root, tlsRoot] = await Promise.all([readFile(authorityOf(agency).certificate), readFile(tlsAuthorityOf(agency).certificate)]);
    await write(join(folder, NODE_FILES.msp, 'cacerts', 'ca.pem'), root);
    await write(join(folder, NODE_FILES.msp, 'tlscacerts', 'ca.pem'), tlsRoot);
    await write(join(folder, NODE_FILES.msp, 'config.yaml'), JSON.stringify(nodeUnits, undefined, 2));
    await write(join(folder, NODE_FILES.tlsRoot), tlsRoot);
  }));
}

/** Issues all certificates again for the same keys, by which consenters know each other. */
export async function renewCertificates(holders: Holders): Promise<number> {
  const held = holdings(holders).filter(({ lasting }) => !lasting);
  await Promise.all(held.map((holding) => certify(holding, readFileSync(holding.privateKey, 'utf8'))));
  return held.length;
}

async function makeAuthority({ mspId }: Agency, kind: string, held: Held): Promise<void> {
  if (existsSync(held.certificate)) return;
  await store(held, await createAuthority({ commonName: `${mspId} ${kind}`, organization: mspId }));
}

async function certify({ agency, commonName, role, lasting, ...held }: Holding, privateKey?: string): Promise<void> {
  const same = privateKey === undefined ? {} : { privateKey };
  const credentials = role === undefined
    ? await issueServer(readHeld(tlsAuthorityOf(agency)), { commonName, hosts: [HOST, LOOPBACK], ...same, ...(lasting && { notAfter: FAR }) })
    : await issueIdentity(readHeld(authorityOf(agency)), { commonName, role, ...same });
  await store(held, credentials);
}

/** The key first: a certificate that is there has its key. */
async function store(held: Held, { certificate, privateKey }: Credentials): Promise<void> {
  await write(held.privateKey, privateKey);
  await write(held.certificate, certificate);
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { mode: 0o600 });
}
