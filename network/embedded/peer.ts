import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { admitSignedPooled, type Names, readable } from '#network/embedded/admission';
import { readBlock, readBlockSignature } from '#network/embedded/block';
import { Committer } from '#network/embedded/committer';
import { Endorser, OwnEndorsements, type PeerIdentity } from '#network/embedded/endorser';
import { EventStreams } from '#network/embedded/events';
import { LAYOUT } from '#network/embedded/files';
import { ContractHost } from '#network/embedded/host';
import { Msp } from '#network/embedded/msp';
import { LedgerStore } from '#network/embedded/store';
import { LedgerFault } from '#network/fault';
import { readStatusRequest } from '#network/requests';
import { RpcError, STATUS } from '#network/rpc';
import { readPair } from '#network/transaction';
import { WireWriter } from '#network/wire';

const MAX_WAITING_STATUS = 20_000;

export interface PeerOptions {
  directory: string;
  /** file URL */
  contract: string;
  send: (id: number, body: Uint8Array) => void;
  fail: (id: number, error: RpcError) => void;
  onFatal: (fault: LedgerFault) => void;
}

interface Outcome {
  block: number;
  code: number;
}

/** Peer, orderer and gateway service of the embedded ledger, without any transport. */
export class EmbeddedPeer {
  readonly store: LedgerStore;
  readonly names: Names;
  readonly #msp: Msp;
  readonly #endorser: Endorser;
  readonly #committer: Committer;
  readonly #streams: EventStreams;
  /** who waits for the outcome of a transaction: transaction id, then call id */
  readonly #waiting = new Map<string, Map<number, (outcome: Outcome) => void>>();
  /** the transaction each open call asks for; a cancelled call is not in it */
  readonly #asking = new Map<number, string>();

  private constructor(store: LedgerStore, msp: Msp, host: ContractHost, keys: { peer: PeerIdentity; orderer: PeerIdentity }, options: PeerOptions) {
    const { channel, chaincode, mspId } = store.card;
    this.store = store;
    this.names = { channel, chaincode, mspId };
    this.#msp = msp;
    const parts = { store, msp, names: this.names, own: new OwnEndorsements() };
    this.#endorser = new Endorser({ ...parts, host, self: keys.peer });
    this.#streams = new EventStreams({ ...parts, send: options.send, fail: options.fail });
    this.#committer = new Committer({ ...parts, orderer: keys.orderer, onBlock: (block) => this.#announce(block) });
  }

  /** @throws LedgerFault */
  static async open(options: PeerOptions): Promise<EmbeddedPeer> {
    const host = await ContractHost.load(options.contract);
    const store = await LedgerStore.open(options.directory, options.onFatal);
    try {
      const { mspId } = store.card;
      const root = await readFile(join(options.directory, LAYOUT.keys, 'ca.pem'), 'utf8');
      const keys = { peer: await readKey(options.directory, 'peer', mspId), orderer: await readKey(options.directory, 'orderer', mspId) };
      const msp = new Msp(mspId, root);
      checkKeys(store, msp, root, keys);
      return new EmbeddedPeer(store, msp, host, keys, options);
    } catch (cause) {
      await store.close();
      throw cause instanceof LedgerFault ? cause : new LedgerFault('LEDGER_DAMAGED', 'the keys of the ledger cannot be read', { cause });
    }
  }

  /** Answers one unary call; undefined when the answer comes later (or never, if cancelled). @throws RpcError */
  async call(id: number, method: string, body: Uint8Array): Promise<Uint8Array> {
    this.store.assertSound();
    switch (method) {
      case '/gateway.Gateway/Evaluate':
        return this.#endorser.evaluate(readable(() => readPair(body, 3, 3)[0]));
      case '/gateway.Gateway/Endorse':
        return this.#endorser.endorse(readable(() => readPair(body, 3, 3)[0]));
      case '/gateway.Gateway/Submit':
        await this.#committer.submit(readable(() => readPair(body, 3, 3)[0]));
        return new Uint8Array(0);
      case '/gateway.Gateway/CommitStatus':
        return this.#commitStatus(id, body);
      default:
        throw new RpcError(STATUS.UNIMPLEMENTED, 'unknown method');
    }
  }

  openStream(id: number, method: string, body: Uint8Array): void {
    this.#streams.open(id, method, body);
  }

  taken(id: number): void {
    this.#streams.taken(id);
  }

  cancel(id: number): void {
    this.#streams.cancel(id);
    const txId = this.#asking.get(id);
    this.#asking.delete(id);
    const callbacks = txId === undefined ? undefined : this.#waiting.get(txId);
    if (txId !== undefined && callbacks?.delete(id) && callbacks.size === 0) this.#waiting.delete(txId);
  }

  /** Finishes what was accepted, then closes the files. */
  async close(): Promise<void> {
    await this.#committer.close();
    await this.store.close();
  }

  async #commitStatus(id: number, body: Uint8Array): Promise<Uint8Array> {
    const [request, signature] = readable(() => readPair(body, 1, 2));
    const wanted = readable(() => readStatusRequest(request));
    this.#asking.set(id, wanted.txId);
    try {
      await admitSignedPooled(wanted.identity, request, signature, { msp: this.#msp, now: Date.now(), code: STATUS.PERMISSION_DENIED });
      return await this.#outcome(id, wanted);
    } finally {
      this.#asking.delete(id);
    }
  }

  async #outcome(id: number, wanted: { txId: string; channel: string }): Promise<Uint8Array> {
    if (wanted.channel !== this.names.channel) throw new RpcError(STATUS.FAILED_PRECONDITION, 'unknown channel');
    if (wanted.txId === '') throw new RpcError(STATUS.INVALID_ARGUMENT, 'transaction ID should not be empty');
    const { block, code } = this.store.place(wanted.txId) ?? (await this.#wait(id, wanted.txId));
    return new WireWriter().number(1, code).number(2, block).finish();
  }

  /** Fabric waits for ever for an unknown transaction; the caller's deadline ends it. */
  #wait(id: number, txId: string): Promise<Outcome> {
    if (!this.#asking.has(id)) throw new RpcError(STATUS.CANCELLED, 'cancelled by the client');
    if (this.#waiting.size >= MAX_WAITING_STATUS) throw new RpcError(STATUS.RESOURCE_EXHAUSTED, 'too many transactions are waited for');
    return new Promise((resolve) => {
      const callbacks = this.#waiting.get(txId) ?? new Map<number, (outcome: Outcome) => void>();
      callbacks.set(id, resolve);
      this.#waiting.set(txId, callbacks);
    });
  }

  #announce(block: { number: number; transactions: readonly { txId: string; code: number }[] }): void {
    for (const { txId } of block.transactions) {
      const callbacks = this.#waiting.get(txId);
      // The place row, not this block's code: of a duplicate the first outcome counts.
      const place = callbacks && this.store.place(txId);
      if (!callbacks || !place) continue;
      this.#waiting.delete(txId);
      for (const resolve of callbacks.values()) resolve(place);
    }
    this.#streams.notify();
  }
}

async function readKey(directory: string, name: string, mspId: string): Promise<PeerIdentity> {
  const read = (file: string): Promise<Buffer> => readFile(join(directory, LAYOUT.keys, file));
  const certificate = await read(`${name}.pem`);
  const identity = new WireWriter().string(1, mspId).bytes(2, certificate).finish();
  return { identity, key: createPrivateKey(await read(`${name}.key`)) };
}

/** The keys must be those of this ledger: a mixed-up backup would fork the chain at the next block. */
function checkKeys(store: LedgerStore, msp: Msp, root: string, keys: { peer: PeerIdentity; orderer: PeerIdentity }): void {
  const genesis = store.block(0);
  const isOurs = genesis?.includes(root) && msp.member(keys.peer.identity).role === 'peer' && msp.member(keys.orderer.identity).role === 'orderer';
  if (!isOurs) throw new LedgerFault('LEDGER_DAMAGED', 'the keys do not belong to this ledger');
  for (const { identity, key } of Object.values(keys)) {
    if (!new X509Certificate(Buffer.from(readPair(identity, 1, 2)[1])).checkPrivateKey(key)) throw new LedgerFault('LEDGER_DAMAGED', 'a key does not match its certificate');
  }
  const { height } = store.head;
  if (height < 2) return;
  const { creator, message, signature } = readBlockSignature(readBlock(store.block(height - 1)!));
  if (!msp.signed(creator, message, signature)) throw new LedgerFault('LEDGER_DAMAGED', 'the last block is not signed by this ledger');
}
