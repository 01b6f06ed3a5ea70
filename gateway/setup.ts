/** The first run: keys, ledger, registrar agency, administrator. Before it there are no accounts and nothing to sign in to. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHANGHAI } from '#chaincode/facts/calendar';
import type { Setup } from '#chaincode/facts/commands';
import { AGENCY_ATTRIBUTE } from '#chaincode/facts/names';
import { keyOf, type Noun, type RecordTypes } from '#chaincode/world';
import type { Credentials } from '#network/ca/authority';
import { connectLedger } from '#network/connect';
import { LedgerFault } from '#network/fault';
import type { PlainAct } from '#chaincode/facts/commands';
import type { Contract } from '@hyperledger/fabric-gateway';
import type { Ledger } from '#network/ledger';
import { administratorFor, forgetAdministrator, newAdministrator, pendingAdministrator, staffKeyOf } from './administrator.js';
import type { Services } from './services.js';
import { isSetUp, paths } from './services.js';
import { signAct, type KeyFile } from './acts/licence/sign.js';
import { GatewayFault } from './fault.js';
import { createLedger, hasLedger, keepProfile, openLedger, type LedgerChoice } from './ledger/open.js';
import { Keyring, newKeyPair, randomId, writeKeyFile } from './keyring.js';
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import type { SealWish } from './seals/seals.js';
import { WrappingKeys } from './vault/wrapping.js';

export interface FirstRun extends LedgerChoice {
  readonly data: string;
  readonly agency: { readonly code: string; readonly name: string };
  readonly publicName: string;
  readonly demo: boolean;
  /** Takes the administrator's key to where it shall lie; before that the first run is not over. */
  readonly handOver?: (administrator: KeyFile) => void;
}

const PUBLIC_NAME = 'public-name';

/** The public name given at the first run. */
export const publicNameOf = (data: string): string | undefined => (existsSync(join(data, PUBLIC_NAME)) ? readFileSync(join(data, PUBLIC_NAME), 'utf8').trim() : undefined);

/**
 * Makes an installation that nobody can sign in to but the administrator, by the key file returned. Cut short, it goes on where it was.
 *
 * @throws GatewayFault CONFLICT; LedgerFault LEDGER_EXISTS where another installation is the ledger's first
 */
export async function setUp({ data, agency, publicName, demo, handOver, ...choice }: FirstRun): Promise<KeyFile> {
  if (isSetUp(data)) throw new GatewayFault('CONFLICT', { fields: [{ field: 'data', code: 'ALREADY_SET_UP' }] });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (!pendingAdministrator(data)) {
    if (hasLedger(data)) throw new LedgerFault('LEDGER_EXISTS', `there is a ledger in ${data}, and no key of its administrator: choose another directory`);
    newAdministrator(data, agency.code);
  }
  if (!hasLedger(data)) await createLedger(data, choice);
  const ledger = await openLedger(data, choice);
  const client = await enter(ledger, agency.code);
  try {
    const administrator = await administratorFor(data, agency.code, async (id) => (await client.read('staff', id)) !== undefined);
    const { file, person } = administrator;
    const keyring = new Keyring(paths(data).keys);
    keyring.storeIdentity(agency.code, client.identity);
    if (!(await client.read('ledger', 'settings'))) {
      const origin = new URL(publicName);
      const setup: Setup = {
        ledger: ledger.ledgerId, demo, zone: { ...SHANGHAI }, origins: [origin.origin], rpId: origin.hostname,
        agency: { ...agency, mspId: ledger.mspId },
        administrator: { id: file.staff, person, key: staffKeyOf(administrator) },
      };
      await client.contract.submitTransaction('Initialise', JSON.stringify(setup));
    } else if (!(await client.read('staff', file.staff))) {
      throw new LedgerFault('LEDGER_EXISTS', 'the ledger has its registrar agency already, and only one: "yizheng join" makes the gateway of another agency');
    }
    keepProfile(data, choice);
    handOver?.(file);
    finishFirstRun(data, keyring, publicName);
    return file;
  } finally {
    client.close();
    await ledger.close();
  }
}

/** A ledger as an agency meets it first: with an identity of its own, past every index. */
export async function enter(ledger: Ledger, agency: string): Promise<{
  readonly identity: Credentials; readonly contract: Contract; close(): void;
  read<N extends Noun>(noun: N, id: string): Promise<RecordTypes[N] | undefined>;
}> {
  const identity = await ledger.enrol({ [AGENCY_ATTRIBUTE]: agency }, agency);
  const gateway = connectLedger({ client: ledger.client, mspId: ledger.mspId, ...identity });
  const contract = gateway.getNetwork(ledger.channel).getContract(ledger.chaincode);
  return {
    identity, contract, close: () => { gateway.close(); },
    async read(noun, id) {
      const [record] = JSON.parse(Buffer.from(await contract.evaluateTransaction('Read', JSON.stringify([keyOf(noun, id)]))).toString('utf8')) as unknown[];
      return (record ?? undefined) as RecordTypes[typeof noun] | undefined;
    },
  };
}

/** The vault's keys come last: their presence says that the first run was finished. */
export function finishFirstRun(data: string, keyring: Keyring, publicName: string): void {
  writeKeyFile(join(data, PUBLIC_NAME), publicName);
  keyring.secret('vault/index.key', { create: true });
  new WrappingKeys(keyring.path('vault')).make();
  forgetAdministrator(data);
}

/** Acts of a registrar, signed with his key file. */
export class Registrar {
  constructor(private readonly services: Services, private readonly file: KeyFile) {}

  /** @param second key of another person, where the act takes two */
  async register(act: Exclude<PlainAct, { licence: string }>, second?: KeyFile): Promise<void> {
    const acting = { staff: this.file.staff, agency: this.file.agency };
    const requestId = randomId();
    const shown = await this.services.acts.draft(acting, requestId, { op: 'register', act });
    await this.services.acts.sign(acting, requestId, [this.file, ...(second ? [second] : [])].map((file) => signAct(file, shown)));
  }

  /** A staff record; with a key file where asked. */
  async staff({ agency, roles, withKey }: { agency: string; roles: Extract<PlainAct, { op: 'staff.put' }>['roles']; withKey: boolean }): Promise<{ id: string; file?: KeyFile }> {
    const [id, key, pair] = [randomId(), randomId(), newKeyPair()];
    const keys = withKey ? [{ id: key, method: 'key-file' as const, alg: 'ES256' as const, spki: pair.spki, active: true }] : [];
    await this.register({ op: 'staff.put', id, agency, person: randomId(), roles, active: true, keys });
    return withKey ? { id, file: { format: 'yizheng-key/1', staff: id, key, agency, privateKey: pair.privateKey } } : { id };
  }

  /** Makes a key with which an agency signs what verifiers need, or what its gateway asks of others: file here, entry on the ledger. @param address of this gateway, for a transport key */
  async agencyKey(agency: string, use: AgencyKeyRecord['use'], address?: string): Promise<string> {
    const [id, { spki, privateKey }] = [randomId(), newKeyPair()];
    this.services.keyring.storeSigner(use, agency, id, privateKey);
    await this.register({ op: 'agency-key.put', id, agency, use, alg: 'ES256', spki, ...(address === undefined ? {} : { address }) });
    return id;
  }

  /** The next root, over trust keys of different agencies. @returns its version */
  async trustRoot(threshold: number, keys: readonly string[]): Promise<number> {
    const version = (await this.services.projection.all('trust-root')).length + 1;
    await this.register({ op: 'trust-root.put', version, threshold, keys: [...keys] });
    return version;
  }

  /** Applies for a seal, makes and files it in one go: key file here, certificate by the gateway's seal authority, entry on the ledger (备案). */
  async seal(wish: SealWish): Promise<string> {
    const { seals } = this.services;
    const { id } = await seals.apply(this.file, wish);
    const { filing, listKey } = await seals.make(this.file.agency, id);
    if (!filing) throw new GatewayFault('SEAL_STATE');
    if (listKey) await this.register(listKey);
    await this.register(filing);
    await this.#ensureKeys(wish.agency ?? this.file.agency);
    return id;
  }

  /** Whoever is signed in of an agency sees nothing without a record, and nobody proves anything later without heads from the first day: their keys come with what the agency begins with, its hosting or its first seal. */
  async #ensureKeys(agency: string): Promise<void> {
    const { projection } = this.services;
    if (!projection.get('agency', agency)) return;
    for (const use of ['use-record', 'head'] as const) if (projection.agencyKeys(use, agency).length === 0) await this.agencyKey(agency, use);
  }

  /** Hosts an agency at this gateway: its Fabric identity, and the keys under which its uses and the heads of the ledger are signed, where the register knows it already. */
  async host(agency: string): Promise<void> {
    const identity = await this.services.ledger.enrol({ [AGENCY_ATTRIBUTE]: agency }, agency);
    this.services.keyring.storeIdentity(agency, identity);
    this.services.submitter.host(agency, identity);
    await this.#ensureKeys(agency);
  }
}
