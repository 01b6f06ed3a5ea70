import { parentPort, workerData } from 'node:worker_threads';
import { EmbeddedPeer } from '#network/embedded/peer';
import { faultToMessage, LedgerFault } from '#network/fault';
import { BATCH_MESSAGES, errorToMessage, type FromPeer, RpcError, STATUS, type ToPeer } from '#network/rpc';

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

function postError(id: number, cause: unknown): void {
  const error = cause instanceof LedgerFault ? new RpcError(STATUS.UNAVAILABLE, `the ledger has stopped: ${cause.code}`) : cause;
  post({ type: 'error', id, error: errorToMessage(error) });
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
