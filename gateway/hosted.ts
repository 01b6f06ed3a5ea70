/** Identities of the agencies hosted here: certificates that end, and with them every transaction of the agency. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { instantOf, type Instant } from '#chaincode/facts/calendar';
import { AGENCY_ATTRIBUTE } from '#chaincode/facts/names';
import type { Ledger } from '#network/ledger';
import type { Clock } from './clock.js';
import { GatewayFault } from './fault.js';
import { enrolStored } from './ledger/open.js';
import { Keyring, type AgencyIdentity } from './keyring.js';
import { isSetUp, paths } from './services.js';

interface Term {
  readonly endsAt: Instant;
  /** Whole days; negative once it has ended. */
  readonly daysLeft: number;
}

export interface HostedIdentity extends Term {
  readonly agency: string;
  readonly warning?: 'IDENTITY_ENDS_SOON' | 'IDENTITY_ENDED' | 'IDENTITY_BROKEN';
}

/** A certificate on the way to the ledger. */
export interface ConnectionCertificate extends Term {
  readonly use: string;
  readonly warning?: 'CERTIFICATE_ENDS_SOON' | 'CERTIFICATE_ENDED';
}

/** A month is enough to notice, plan a stop and renew. */
export const WARN_DAYS = 30;
const DAY_MS = 86_400_000;

/** The soonest to end first. */
export function hostedIdentities(identities: ReadonlyMap<string, AgencyIdentity>, now: number): HostedIdentity[] {
  return [...identities].map(([agency, identity]) => hosted(agency, identity, now)).sort((a, b) => a.daysLeft - b.daysLeft);
}

function hosted(agency: string, { certificate, privateKey }: AgencyIdentity, now: number): HostedIdentity {
  const x509 = new X509Certificate(certificate);
  const { endsAt, daysLeft } = termOf(x509, now);
  // A renewal that was interrupted leaves a certificate with another key's file beside it.
  const warning = !x509.checkPrivateKey(createPrivateKey(privateKey)) ? 'IDENTITY_BROKEN' : daysLeft < 0 ? 'IDENTITY_ENDED' : daysLeft <= WARN_DAYS ? 'IDENTITY_ENDS_SOON' : undefined;
  return { agency, endsAt, daysLeft, ...(warning === undefined ? {} : { warning }) };
}

function termOf({ validTo }: X509Certificate, now: number): Term {
  const end = Date.parse(validTo);
  return { endsAt: instantOf(end), daysLeft: Math.floor((end - now) / DAY_MS) };
}

/** Those of the agency's peer as this gateway sees it. Their renewal is the business of whoever runs the consortium. */
export function connectionCertificates({ connection }: Pick<Ledger, 'connection'>, now: number): ConnectionCertificate[] {
  return [...(connection?.certificates ?? [])].map(([use, der]) => {
    const { endsAt, daysLeft } = termOf(new X509Certificate(der), now);
    const warning = daysLeft < 0 ? 'CERTIFICATE_ENDED' : daysLeft <= WARN_DAYS ? 'CERTIFICATE_ENDS_SOON' : undefined;
    return { use, endsAt, daysLeft, ...(warning && { warning }) };
  });
}

/** What lies on the disk. @throws GatewayFault NOT_FOUND where nothing is set up */
export function storedIdentities(data: string, clock: Clock): HostedIdentity[] {
  return hostedIdentities(keyringOf(data).identities(), clock.now());
}

/**
 * New certificates, with new keys, for agencies hosted here: also where the old ones have ended, for the ledger is not opened.
 * A running gateway goes on with the old ones until its next start. Interrupted, it is simply run again.
 * @param agencies those to renew; all where none is named. @throws GatewayFault NOT_FOUND, AGENCY_NOT_HOSTED
 */
export async function renewIdentities(data: string, clock: Clock, agencies: readonly string[] = []): Promise<HostedIdentity[]> {
  const keyring = keyringOf(data);
  const known = keyring.identities();
  const stranger = agencies.find((agency) => !known.has(agency));
  if (stranger !== undefined) throw new GatewayFault('AGENCY_NOT_HOSTED');
  for (const agency of agencies.length > 0 ? agencies : known.keys()) {
    keyring.storeIdentity(agency, await enrolStored(data, { attributes: { [AGENCY_ATTRIBUTE]: agency }, commonName: agency, at: clock.now() }));
  }
  return storedIdentities(data, clock);
}

function keyringOf(data: string): Keyring {
  if (!isSetUp(data)) throw new GatewayFault('NOT_FOUND');
  return new Keyring(paths(data).keys);
}
