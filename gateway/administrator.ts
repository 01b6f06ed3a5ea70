/**
 * The first administrator of an installation. His key is on the disk before the ledger hears of him: a first run that is cut short goes on
 * with it, and no ledger is left with a registrar whose key nobody has.
 */
import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StaffKey } from '#chaincode/facts/records';
import { base64url } from '#chaincode/facts/hash';
import type { KeyFile } from './acts/licence/sign.js';
import { GatewayFault } from './fault.js';
import { newKeyPair, randomId, writeKeyFile } from './keyring.js';

const PENDING = join('keys', 'first-run.json');

export interface Administrator {
  /** the person, as the ledger knows him */
  readonly person: string;
  readonly file: KeyFile;
}

const pendingPath = (data: string): string => join(data, PENDING);

/** Of a first run that has not ended. */
export function pendingAdministrator(data: string): Administrator | undefined {
  return existsSync(pendingPath(data)) ? (JSON.parse(readFileSync(pendingPath(data), 'utf8')) as Administrator) : undefined;
}

/** Of a first run that begins. */
export function newAdministrator(data: string, agency: string): Administrator {
  const made: Administrator = { person: randomId(), file: { format: 'yizheng-key/1', staff: randomId(), key: randomId(), agency, privateKey: newKeyPair().privateKey } };
  writeKeyFile(pendingPath(data), JSON.stringify(made));
  return made;
}

/**
 * Of a first run that begins, or goes on.
 *
 * @param isKnown whether the ledger has a staff member
 * @throws GatewayFault CONFLICT where the ledger has one from a first run for another agency
 */
export async function administratorFor(data: string, agency: string, isKnown: (staff: string) => Promise<boolean>): Promise<Administrator> {
  const pending = pendingAdministrator(data);
  if (pending?.file.agency === agency) return pending;
  if (pending && (await isKnown(pending.file.staff))) throw new GatewayFault('CONFLICT', { fields: [{ field: 'agency', code: 'FIRST_RUN_OF_ANOTHER' }] });
  return newAdministrator(data, agency);
}

/** The person has the key: it has no business here any more. */
export const forgetAdministrator = (data: string): void => { rmSync(pendingPath(data), { force: true }); };

/** As the register takes it. */
export function staffKeyOf({ file }: Administrator): StaffKey {
  const spki = base64url(createPublicKey(file.privateKey).export({ format: 'der', type: 'spki' }));
  return { id: file.key, method: 'key-file', alg: 'ES256', spki, active: true };
}
