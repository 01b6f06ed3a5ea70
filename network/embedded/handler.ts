import { peer } from '@hyperledger/fabric-protos';
import type { RangeCursor, Simulation } from '#network/embedded/simulator';

interface Iterator<T> {
  next(): Promise<{ value: T; done: false } | { done: true }>;
  close(): Promise<void>;
}

/**
 * What the shim's stub calls in place of a peer at the other end of a gRPC stream. Everything outside the contract's
 * own public state is refused in words.
 */
export function stubHandler(simulation: Simulation): object {
  return {
    handleGetState: async (collection: string, key: string) => {
      publicOnly(collection);
      return simulation.get(key);
    },
    handlePutState: async (collection: string, key: string, value: Uint8Array) => {
      publicOnly(collection);
      simulation.put(key, value);
      return Buffer.alloc(0);
    },
    handleDeleteState: async (collection: string, key: string) => {
      publicOnly(collection);
      simulation.delete(key);
      return Buffer.alloc(0);
    },
    handleGetStateByRange: async (collection: string, startKey: string, endKey: string, _channel: string, _txId: string, metadata?: Uint8Array) => {
      publicOnly(collection);
      return metadata ? page(simulation, startKey, endKey, metadata) : { iterator: iterate(await simulation.range(startKey, endKey ?? '').start()) };
    },
    handleGetHistoryForKey: async (key: string) => historyIterator(simulation, key),
    ...Object.fromEntries(UNSUPPORTED.map((name) => [name, () => Promise.reject(new Error(`${name} is not supported by the embedded ledger`))])),
  };
}

const UNSUPPORTED = ['handleGetQueryResult', 'handleInvokeChaincode', 'handleGetPrivateDataHash', 'handlePurgeState', 'handleGetStateMetadata', 'handlePutStateMetadata'];

async function page(simulation: Simulation, startKey: string, endKey: string, metadata: Uint8Array): Promise<object> {
  const query = peer.QueryMetadata.deserializeBinary(metadata);
  const cursor = simulation.page(query.getBookmark() || startKey, endKey ?? '', query.getPagesize());
  const { count, next } = await cursor.bookmark();
  return { iterator: iterate(cursor), metadata: { fetchedRecordsCount: count, bookmark: next } };
}

function iterate(cursor: RangeCursor): Iterator<{ key: string; value: Buffer }> {
  return {
    next: async () => {
      const value = await cursor.next();
      return value ? { value, done: false } : { done: true };
    },
    close: () => cursor.close(),
  };
}

function historyIterator(simulation: Simulation, key: string): Iterator<unknown> {
  const changes = simulation.history(key);
  return {
    next: async () => {
      const next = await changes.next();
      return next.done === true ? { done: true } : { value: next.value, done: false };
    },
    close: async () => {
      await changes.return(undefined);
    },
  };
}

function publicOnly(collection: string): void {
  if (collection) throw new Error('private data is not supported by the embedded ledger');
}
