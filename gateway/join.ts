/** The first run of an agency that is not the first on its ledger: its own keys, and what the registrar has to write about it. */
import { mkdirSync } from 'node:fs';
import type { PlainAct } from '#chaincode/facts/commands';
import { LedgerFault } from '#network/fault';
import type { Ledger } from '#network/ledger';
import { administratorFor, staffKeyOf } from './administrator.js';
import type { KeyFile } from './acts/licence/sign.js';
import { GatewayFault } from './fault.js';
import { Keyring } from './keyring.js';
import { keepProfile, openLedger } from './ledger/open.js';
import { isSetUp, paths } from './services.js';
import { enter, finishFirstRun, type FirstRun } from './setup.js';

export interface Joining extends Omit<FirstRun, 'demo' | 'ledger' | 'profile' | 'handOver'> {
  /** A connection profile; or a ledger that is open already, and that others share. */
  readonly on: string | Ledger;
  /** Takes the administrator's key, and the acts that the registrar of the ledger signs; nothing is secret in them. */
  readonly handOver: (administrator: KeyFile, registration: readonly PlainAct[]) => void;
}

/**
 * Makes an installation of an agency with a peer of its own on a ledger that has its registrar. Nothing is written to the ledger: that
 * agency and administrator exist is the registrar's to say.
 *
 * @throws GatewayFault CONFLICT, REFUSED; LedgerFault LEDGER_MISSING where there is no registrar yet
 */
export async function joinLedger({ data, agency, publicName, on, handOver }: Joining): Promise<KeyFile> {
  if (isSetUp(data)) throw new GatewayFault('CONFLICT', { fields: [{ field: 'data', code: 'ALREADY_SET_UP' }] });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const choice = typeof on === 'string' ? ({ ledger: 'fabric', profile: on } as const) : {};
  const ledger = typeof on === 'string' ? await openLedger(data, choice) : on;
  const client = await enter(ledger, agency.code);
  try {
    const [settings, known] = [await client.read('ledger', 'settings'), await client.read('agency', agency.code)];
    if (!settings) throw new LedgerFault('LEDGER_MISSING', 'the ledger has no registrar agency yet: its gateway is set up first, with "yizheng init"');
    if (settings.registrar === agency.code) throw new LedgerFault('LEDGER_EXISTS', 'this agency keeps the register of the ledger, and has its gateway');
    if (known && known.mspId !== ledger.mspId) throw new GatewayFault('REFUSED', { refusal: 'IDENTITY_NOT_OF_AGENCY' });
    const administrator = await administratorFor(data, agency.code, async (id) => (await client.read('staff', id)) !== undefined);
    const { file, person } = administrator;
    const keyring = new Keyring(paths(data).keys);
    keyring.storeIdentity(agency.code, client.identity);
    keepProfile(data, choice);
    handOver(file, [
      // What the registrar has written about the agency before is not taken back.
      ...(known ? [] : [{ op: 'agency.put' as const, ...agency, mspId: ledger.mspId, active: true, rights: [] }]),
      { op: 'staff.put', id: file.staff, agency: agency.code, person, roles: ['registrar'], active: true, keys: [staffKeyOf(administrator)] },
    ]);
    finishFirstRun(data, keyring, publicName);
    return file;
  } finally {
    client.close();
    if (ledger !== on) await ledger.close();
  }
}
