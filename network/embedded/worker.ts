import { parentPort, workerData } from 'node:worker_threads';
import { EmbeddedPeer } from '#network/embedded/peer';
import { BATCH_MESSAGES, type FromPeer, RpcError, STATUS, type ToPeer } from '#network/embedded/rpc';
import { faultToMessage, LedgerFault } from '#network/fault';

// The peer's thread. Messages go in small batches: a post per message costs more than the message, and one post for
// all would make the two threads wait for each other in turn.
const port = parentPort!;
const { directory, contract } = workerData as { directory: string; contract: string };
let outbox: FromPeer[] = [];

function post(message: FromPeer): void {
  const waiting = outbox.push(message);
  if (waiting >= BATCH_MESSAGES) flush();
  else if (waiting === 1) setImmediate(flush);
}

function flush(): void {
  if (outbox.length === 0) return;
  port.postMessage(outbox);
  outbox = [];
}

function postError(id: number, error: unknown): void {
  const rpc = error instanceof RpcError ? error : unexpected(error);
  post({ type: 'error', id, error: { code: rpc.code, message: rpc.message, nodeMessages: rpc.nodeMessages } });
}

function unexpected(error: unknown): RpcError {
  return error instanceof LedgerFault
    ? new RpcError(STATUS.UNAVAILABLE, `the ledger has stopped: ${error.code}`)
    : new RpcError(STATUS.UNKNOWN, `unexpected: ${(error as Error).message}`);
}

function handle(peer: EmbeddedPeer, message: ToPeer): void {
  switch (message.type) {
    case 'unary':
      peer.call(message.id, message.method, message.body).then(
        (body) => post({ type: 'reply', id: message.id, body }),
        (error: unknown) => postError(message.id, error),
      );
      return;
    case 'stream':
      return peer.openStream(message.id, message.method, message.body);
    case 'cancel':
      return peer.cancel(message.id);
    case 'taken':
      return peer.taken(message.id);
    case 'ask':
      answer(peer, message).then(
        (value) => post({ type: 'answer', id: message.id, answer: value }),
        (error: unknown) => post({ type: 'unanswered', id: message.id, fault: faultToMessage(error, 'LEDGER_IO') }),
      );
  }
}

async function answer(peer: EmbeddedPeer, message: ToPeer & { type: 'ask' }): Promise<unknown> {
  if (message.question === 'close') return peer.close();
  if (message.question === 'block') return peer.store.block(message.number);
  const { height, headerHash, commitHash } = peer.store.head;
  return { height, headerHash, commitHash };
}

// A contract may leave a promise behind that fails after its run was judged; the default would end the peer for it.
process.on('unhandledRejection', () => undefined);

const onFatal = (fault: LedgerFault): void => post({ type: 'fatal', fault: faultToMessage(fault, 'LEDGER_STOPPED') });
try {
  const peer = await EmbeddedPeer.open({ directory, contract, send: (id, body) => post({ type: 'item', id, body }), fail: postError, onFatal });
  port.on('message', (batch: ToPeer[]) => {
    for (const message of batch) handle(peer, message);
  });
  const { channel, chaincode, mspId } = peer.names;
  post({ type: 'ready', ledgerId: peer.store.card.genesis, channel, chaincode, mspId });
} catch (error) {
  post({ type: 'fatal', fault: faultToMessage(error, 'LEDGER_STOPPED') });
}
