/** The gateway's own authority for seals: it certifies the keys made here, where no outside authority is asked. */
import { existsSync, readFileSync } from 'node:fs';
import { createAuthority, issueIdentity, type Credentials } from '#network/ca/authority';
import { writeKeyFile, type Keyring } from '../keyring.js';

/** A certificate must cover the whole period on the ledger; a minute more on both sides keeps rounding to seconds out of it. */
const MARGIN_MS = 60_000;

export interface SealSubject {
  readonly agency: string;
  readonly name: string;
  /** PEM, PKCS#8 */
  readonly privateKey: string;
  readonly from: Date;
  readonly until: Date;
}

/** What identifies an agency in the certificate of its seal. */
export const sealUri = (agency: string): string => `urn:uscc:${agency}`;

/** PEM. */
export async function certifySeal(keyring: Keyring, { agency, name, privateKey, from, until }: SealSubject): Promise<string> {
  const authority = await sealAuthority(keyring);
  const { certificate } = await issueIdentity(authority, { commonName: name, role: 'client', uris: [sealUri(agency)], notBefore: new Date(from.getTime() - MARGIN_MS), notAfter: new Date(until.getTime() + MARGIN_MS), privateKey });
  return certificate;
}

/** Made with the first seal. */
async function sealAuthority(keyring: Keyring): Promise<Credentials> {
  const [certificate, privateKey] = [keyring.path('seal-ca', 'ca.crt'), keyring.path('seal-ca', 'ca.key')];
  if (existsSync(certificate)) return { certificate: readFileSync(certificate, 'utf8'), privateKey: readFileSync(privateKey, 'utf8') };
  const made = await createAuthority({ commonName: 'Yizheng Seal CA', organization: 'Yizheng' });
  writeKeyFile(privateKey, made.privateKey);
  writeKeyFile(certificate, made.certificate);
  return made;
}
