import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createAuthority, type Credentials, type IdentityRequest, issueIdentity } from '#network/ca/authority';
import { MessageClient } from '#network/client';
import { LAYOUT, type LedgerCard, makePrivateDirectory, syncDirectory, writeDurably } from '#network/embedded/files';
import { makeEmbeddedGenesis } from '#network/embedded/genesis';
import { LedgerStore } from '#network/embedded/store';
import { faultFromMessage, LedgerFault } from '#network/fault';
import type { Ledger } from '#network/ledger';
import { BATCH_MESSAGES, type FromPeer, STATUS, type ToPeer } from '#network/rpc';

export interface EmbeddedSetup {
  directory: string;
  channel?: string;
  chaincode?: string;
  mspId?: string;
}

/** Closing commits what was accepted first. */
export type EmbeddedLedger = Ledger;

/** A client identity by the authority of the ledger in a directory, open or not. @param request.at when it is issued, ms; now where not given */
export async function enrolClient(directory: string, request: Pick<IdentityRequest, 'attributes' | 'commonName' | 'at'>): Promise<Credentials> {
  const read = (name: string): Promise<string> => readFile(join(directory, LAYOUT.keys, name), 'utf8');
  return issueIdentity({ certificate: await read('ca.pem'), privateKey: await read('ca.key') }, { ...request, role: 'client' });
}

/** Certificate of the authority of the ledger in a directory, PEM. */
export const authorityOf = (directory: string): Promise<string> => readFile(join(directory, LAYOUT.keys, 'ca.pem'), 'utf8');

/**
 * Makes a ledger: keys, authority, genesis block. All or nothing: it is built beside `directory` and renamed.
 *
 * @throws LedgerFault LEDGER_EXISTS when the directory is not empty
 */
export async function createEmbeddedLedger(setup: EmbeddedSetup): Promise<void> {
  const directory = resolve(setup.directory);
  const { channel = 'yizheng', chaincode = 'yizheng', mspId = 'YizhengMSP' } = setup;
  const present = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new LedgerFault('LEDGER_IO', 'the directory cannot be read', { cause: error });
  });
  if (present.length > 0) throw new LedgerFault('LEDGER_EXISTS', 'the directory is not empty');
  const parent = dirname(directory);
  const building = join(parent, `.${basename(directory)}.${process.pid}.new`);
  try {
    await mkdir(parent, { recursive: true });
    await rm(building, { recursive: true, force: true });
    await makePrivateDirectory(join(building, LAYOUT.keys));
    await makePrivateDirectory(join(building, LAYOUT.database));
    const keys = await makeKeys(join(building, LAYOUT.keys), mspId);
    const genesis = makeEmbeddedGenesis({ channel, mspId, rootCertificate: keys.root, ordererCertificate: keys.orderer, at: new Date() });
    const card: LedgerCard = { format: 1, channel, chaincode, mspId, genesis: genesis.headerHash.toString('base64url') };
    await LedgerStore.create(building, card, genesis.bytes, genesis.headerHash);
    await rename(building, directory);
    await syncDirectory(parent);
  } catch (cause) {
    await rm(building, { recursive: true, force: true }).catch(() => undefined);
    throw cause instanceof LedgerFault ? cause : new LedgerFault('LEDGER_IO', 'the ledger could not be made', { cause });
  }
}

async function makeKeys(directory: string, mspId: string): Promise<{ root: string; orderer: string }> {
  const authority = await createAuthority({ commonName: `${mspId} embedded authority`, organization: mspId });
  const peer = await issueIdentity(authority, { commonName: 'embedded peer', role: 'peer', notAfter: FAR });
  const orderer = await issueIdentity(authority, { commonName: 'embedded orderer', role: 'orderer', notAfter: FAR });
  for (const [name, credentials] of Object.entries({ ca: authority, peer, orderer })) {
    await writeDurably(join(directory, `${name}.pem`), credentials.certificate);
    await writeDurably(join(directory, `${name}.key`), credentials.privateKey);
  }
  return { root: authority.certificate, orderer: orderer.certificate };
}

// Cut to the authority's own end: the ledger's own identities live as long as the ledger.
const FAR = new Date('9999-12-31T23:59:59Z');

export interface OpenOptions {
  directory: string;
  /** file URL of a module exporting `contracts`, an array of Contract classes */
  contract: URL;
  /** Called once, when the ledger has stopped by itself. Everything after it fails: end the process and look. */
  onFatal?: (fault: LedgerFault) => void;
}

/** @throws LedgerFault LEDGER_MISSING, LEDGER_LOCKED, LEDGER_DAMAGED, LEDGER_IO, LEDGER_CONTRACT */
export async function openEmbeddedLedger(options: OpenOptions): Promise<EmbeddedLedger> {
  const ledger = new WorkerLedger(options);
  await ledger.ready();
  return ledger;
}

class WorkerLedger implements EmbeddedLedger {
  readonly #directory: string;
  readonly #worker: Worker;
  readonly #onFatal: ((fault: LedgerFault) => void) | undefined;
  readonly #asked = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  #opening: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #client: MessageClient | undefined;
  #card: Extract<FromPeer, { type: 'ready' }> | undefined;
  #outbox: ToPeer[] = [];
  #askId = 1;
  #fault: LedgerFault | undefined;
  #isClosing = false;

  constructor({ directory, contract, onFatal }: OpenOptions) {
    this.#directory = resolve(directory);
    this.#onFatal = onFatal;
    const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    this.#worker = new Worker(new URL(`./worker${extension}`, import.meta.url), {
      workerData: { directory: this.#directory, contract: contract.href },
      name: 'embedded-peer',
      // Preloads of the parent (loaders, test tools) have no business in the peer's thread, and settings of the engine are refused there.
      execArgv: process.execArgv.filter((argument) => argument === '--enable-source-maps'),
      // Transactions make short-lived garbage by the megabyte: with the default 16 MB a quarter of all CPU went into it.
      resourceLimits: { maxYoungGenerationSizeMb: 96 },
      env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR' },
    });
    this.#worker.on('message', (batch: FromPeer[]) => batch.forEach((message) => this.#receive(message)));
    this.#worker.on('error', (cause) => this.#stop(new LedgerFault('LEDGER_STOPPED', "the ledger's thread failed", { outcome: 'unknown', cause })));
    this.#worker.on('exit', () => this.#stop(new LedgerFault('LEDGER_STOPPED', 'the ledger is closed')));
  }

  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
    });
  }

  get client(): MessageClient {
    return this.#client!;
  }
  get channel(): string {
    return this.#card!.channel;
  }
  get chaincode(): string {
    return this.#card!.chaincode;
  }
  get mspId(): string {
    return this.#card!.mspId;
  }
  /** Disk, ledger thread and the caller's thread are busy at once. */
  readonly transactionsAtOnce = 4;

  get ledgerId(): string {
    return this.#card!.ledgerId;
  }

  enrol(attributes: Readonly<Record<string, string>>, commonName: string): Promise<Credentials> {
    return enrolClient(this.#directory, { attributes, commonName });
  }

  async height(): Promise<bigint> {
    return BigInt((await this.#head()).height);
  }

  async head(): Promise<{ block: bigint; headerHash: Uint8Array; commitHash: Uint8Array }> {
    const { height, headerHash, commitHash } = await this.#head();
    return { block: BigInt(height) - 1n, headerHash, commitHash };
  }

  async block(number: bigint): Promise<Uint8Array> {
    const bytes = await this.#ask({ question: 'block', number: Number(number) });
    if (!bytes) throw new LedgerFault('LEDGER_REFUSED', 'there is no such block');
    return bytes as Uint8Array;
  }

  async close(): Promise<void> {
    if (this.#isClosing || this.#fault) return void (await this.#worker.terminate());
    this.#isClosing = true;
    try {
      await this.#ask({ question: 'close' });
    } finally {
      this.#client?.stop({ code: STATUS.CANCELLED, message: 'the ledger is closed', details: [] });
      await this.#worker.terminate();
    }
  }

  async #head(): Promise<{ height: number; headerHash: Uint8Array; commitHash: Uint8Array }> {
    return (await this.#ask({ question: 'head' })) as { height: number; headerHash: Uint8Array; commitHash: Uint8Array };
  }

  #ask(question: { question: 'head' | 'close' } | { question: 'block'; number: number }): Promise<unknown> {
    if (this.#fault) return Promise.reject(new LedgerFault('LEDGER_STOPPED', 'the ledger has stopped', { cause: this.#fault }));
    const id = this.#askId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#post({ type: 'ask', id, ...question });
    });
  }

  #post(message: ToPeer): void {
    const waiting = this.#outbox.push(message);
    if (waiting >= BATCH_MESSAGES) this.#flush();
    else if (waiting === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const batch = this.#outbox;
    this.#outbox = [];
    if (batch.length > 0 && !this.#fault) this.#worker.postMessage(batch);
  }

  #receive(message: FromPeer): void {
    if (message.type === 'fatal') return this.#stop(faultFromMessage(message.fault));
    if (message.type === 'ready') {
      this.#card = message;
      this.#client = new MessageClient((out) => this.#post(out));
      return this.#opening?.resolve();
    }
    if (message.type !== 'answer' && message.type !== 'unanswered') return this.#client?.receive(message);
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if (message.type === 'answer') asked?.resolve(message.answer);
    else asked?.reject(faultFromMessage(message.fault));
  }

  #stop(fault: LedgerFault): void {
    if (this.#fault) return;
    this.#fault = fault;
    this.#opening?.reject(fault);
    for (const { reject } of this.#asked.values()) reject(fault);
    this.#asked.clear();
    this.#client?.stop({ code: STATUS.UNAVAILABLE, message: `the ledger has stopped: ${fault.code}`, details: [] });
    if (this.#isClosing || !this.#card) return void this.#worker.terminate();
    this.#onFatal?.(fault);
  }
}
