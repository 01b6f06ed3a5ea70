import { parentPort, workerData } from 'node:worker_threads';
import { LegacyEndorser } from '#network/fabric/legacy/endorser';
import { LegacyNetwork, type LegacyPlace } from '#network/fabric/legacy/sdk';
import { type FaultMessage, faultToMessage } from '#network/fault';
import { type CallAnswer, type CallMessage, errorToMessage, RpcError, STATUS } from '#network/rpc';

export type FromLegacy = CallAnswer | { type: 'ready' } | { type: 'fatal'; fault: FaultMessage };

const port = parentPort!;
const post = (message: FromLegacy): void => port.postMessage(message);

function answer(endorser: LegacyEndorser, method: string, body: Uint8Array): Promise<Uint8Array> {
  switch (method) {
    case '/gateway.Gateway/Evaluate':
      return endorser.evaluate(body);
    case '/gateway.Gateway/Endorse':
      return endorser.endorse(body);
    case '/gateway.Gateway/Submit':
      return endorser.submit(body);
    default:
      return Promise.reject(new RpcError(STATUS.UNIMPLEMENTED, 'unknown method'));
  }
}

try {
  const endorser = new LegacyEndorser(await LegacyNetwork.connect(workerData as LegacyPlace));
  port.on('message', (message: CallMessage) => {
    // Nothing can be taken back from peers and orderers: who cancels only stops waiting.
    if (message.type !== 'unary') return;
    const { id } = message;
    answer(endorser, message.method, message.body).then(
      (body) => post({ type: 'reply', id, body }),
      (error: unknown) => post({ type: 'error', id, error: errorToMessage(error) }),
    );
  });
  post({ type: 'ready' });
} catch (error) {
  post({ type: 'fatal', fault: faultToMessage(error, 'LEDGER_IO') });
}
