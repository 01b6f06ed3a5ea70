/** A use log in a directory of its own: real keys, a real vault, and no ledger. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import type { Clock } from '#gateway/clock';
import { keyName } from '#gateway/documents/jws';
import type { Use, UseKeys } from '#gateway/documents/use-record';
import { Keyring, newKeyPair, randomId } from '#gateway/keyring';
import { UseLog } from '#gateway/uses/log';
import { Vault } from '#gateway/vault/vault';
import { WrappingKeys } from '#gateway/vault/wrapping';
import { BUREAU, HOLDER, KIND, MARKET } from './ledger.js';

export const LICENCE = `${KIND.food}.${BUREAU}.${'7'.padStart(20, '0')}`;
export const CLERK = randomId();

export interface LogPlace {
  readonly directory: string;
  readonly keyring: Keyring;
  readonly keyOf: UseKeys;
  readonly clock: Clock & { at: number };
  open(): Promise<{ log: UseLog; vault: Vault; close(): Promise<void> }>;
  /** Changes what lies on the disk, past the log. */
  edit(change: (store: Level<string, Uint8Array>) => Promise<void>): Promise<void>;
  remove(): void;
}

function newUseKey(keyring: Keyring, agency: string): { id: string; agency: string; use: string; spki: string } {
  const [id, { privateKey, spki }] = [randomId(), newKeyPair()];
  keyring.storeSigner('use-record', agency, id, privateKey);
  return { id, agency, use: 'use-record', spki };
}

/** @param directory of an earlier one, with its keys @param holders the holder of each licence; all belong to one where none is named */
export function logPlace(directory = mkdtempSync(join(tmpdir(), 'yizheng-uses-')), holders: (licence: string) => string | undefined = () => HOLDER): LogPlace {
  const keyring = new Keyring(join(directory, 'keys'));
  keyring.secret('vault/index.key', { create: true });
  if (!WrappingKeys.exist(keyring.path('vault'))) new WrappingKeys(keyring.path('vault')).make();
  const register = join(directory, 'register.json');
  if (!existsSync(register)) writeFileSync(register, JSON.stringify([BUREAU, MARKET].map((agency) => newUseKey(keyring, agency))));
  const keys = new Map((JSON.parse(readFileSync(register, 'utf8')) as ReturnType<typeof newUseKey>[]).map((key) => [key.agency, key]));
  const signerOf = (agency: string) => {
    const key = keys.get(agency);
    const signer = key && keyring.signer('use-record', agency, key.id);
    return key && signer && { kid: keyName(key.spki), signer };
  };
  const clock = { at: Date.parse('2026-06-01T02:00:00.000Z'), now: () => clock.at };
  return {
    directory, keyring, clock, keyOf: (kid) => [...keys.values()].find(({ spki }) => keyName(spki) === kid),
    async open() {
      const vault = await Vault.open(directory, keyring);
      const log = await UseLog.open(join(directory, 'uses'), BUREAU, { keyring, vault, clock, signerOf, subjectOf: holders });
      return { log, vault, close: async () => { await log.close(); await vault.close(); } };
    },
    async edit(change) {
      const store = new Level<string, Uint8Array>(join(directory, 'uses'), { valueEncoding: 'view' });
      await store.open();
      await change(store);
      await store.close();
    },
    remove: () => { rmSync(directory, { recursive: true, force: true }); },
  };
}

export const useOf = (change: Partial<Omit<Use, 'personal' | 'case'>> = {}): Omit<Use, 'personal' | 'case'> => ({
  agency: MARKET, staff: CLERK, act: 'use', authority: { by: 'scene', id: 'kJGSk5SVlpeYmZqbnJ2enw' }, purpose: 'INSPECTION', licence: LICENCE, version: 1, source: BUREAU, fields: ['number', 'scope'], ...change,
});

/** Writes a use of the holder for a case. */
export const noteUse = (log: UseLog, caseNo = '2026-0001', change: Parameters<typeof useOf>[0] = {}, subject = HOLDER) => log.append(log.prepare(useOf(change), { subject, caseNo }));
