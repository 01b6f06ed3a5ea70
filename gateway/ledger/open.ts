/** Which ledger an installation stands on: the embedded one in its directory, or a consortium's, named by a connection profile. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Credentials } from '#network/ca/authority';
import { authorityOf, createEmbeddedLedger, enrolClient, openEmbeddedLedger } from '#network/embedded/ledger';
import { enrolMember, openFabricLedger } from '#network/fabric/ledger';
import { readProfile } from '#network/fabric/profile';
import { LedgerFault } from '#network/fault';
import type { Ledger } from '#network/ledger';
import { writeKeyFile } from '../keyring.js';

/** The compiled contract that every peer, the embedded one too, runs. */
const CONTRACT = new URL('../../chaincode/contract.js', import.meta.url);
const PROFILE = 'profile';

/** What was asked for on the command line; absent: what the installation was set up with. */
export interface LedgerChoice {
  readonly ledger?: 'embedded' | 'fabric' | undefined;
  /** connection profile; may have moved since the first run */
  readonly profile?: string | undefined;
}

/** Where the embedded ledger of an installation lies. */
export const embeddedDirectory = (data: string): string => join(data, 'ledger');

/** Whether an installation has an embedded ledger. */
export const hasLedger = (data: string): boolean => existsSync(embeddedDirectory(data));

/** The connection profile of an installation on a consortium. */
export function profileOf(data: string): string | undefined {
  return existsSync(join(data, PROFILE)) ? readFileSync(join(data, PROFILE), 'utf8').trim() : undefined;
}

/** Makes the embedded ledger; a consortium's is there already. */
export async function createLedger(data: string, { ledger, profile }: LedgerChoice): Promise<void> {
  if (ledger !== 'fabric') return createEmbeddedLedger({ directory: embeddedDirectory(data) });
  if (profile === undefined) throw new LedgerFault('LEDGER_REFUSED', '--ledger fabric needs --profile FILE: "npm run network -- up" writes one for each agency');
}

/** Remembers on which consortium an installation stands, also where the profile has moved since. */
export function keepProfile(data: string, { profile }: LedgerChoice): void {
  if (profile !== undefined && profileOf(data) !== resolve(profile)) writeKeyFile(join(data, PROFILE), resolve(profile));
}

/** @throws LedgerFault */
export async function openLedger(data: string, choice: LedgerChoice, onFatal: (error: unknown) => void = () => undefined): Promise<Ledger> {
  const known = profileOf(data) ?? (hasLedger(data) ? undefined : choice.profile);
  const isFabric = known !== undefined;
  if (choice.ledger !== undefined && (choice.ledger === 'fabric') !== isFabric) {
    throw new LedgerFault('LEDGER_REFUSED', `${data} was set up on ${isFabric ? 'a consortium' : 'the embedded ledger'} and stays there: choose another data directory`);
  }
  if (!isFabric) return openEmbeddedLedger({ directory: embeddedDirectory(data), contract: CONTRACT, onFatal });
  return openFabricLedger(choice.profile ?? known);
}

/** An identity for an agency, by the authority of an installation's ledger, which is not opened. @throws LedgerFault LEDGER_REFUSED where the authority is kept elsewhere */
export async function enrolStored(data: string, request: Parameters<typeof enrolClient>[1]): Promise<Credentials> {
  const profile = profileOf(data);
  return profile === undefined ? enrolClient(embeddedDirectory(data), request) : enrolMember(readProfile(profile), request);
}

/** Certificate of the authority that issues identities of agencies here, PEM; undefined where it is kept elsewhere. */
export async function authorityCertificate(data: string): Promise<string | undefined> {
  const profile = profileOf(data);
  if (profile === undefined) return hasLedger(data) ? authorityOf(embeddedDirectory(data)) : undefined;
  const { authority } = readProfile(profile);
  return authority && readFile(authority.certificate, 'utf8');
}
