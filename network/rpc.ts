import type { FaultMessage } from '#network/fault';

// gRPC status codes; numbers, because enum objects of two copies of a generated package overwrite each other.
export const STATUS = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
} as const;

/** What one node said (gateway.ErrorDetail). */
export interface NodeDetail {
  address: string;
  mspId: string;
  message: string;
}

/** A refusal by the peer, with the details that Fabric's gateway attaches. */
export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(readonly code: number, message: string, readonly details: readonly NodeDetail[] = []) {
    super(message);
  }
}

/** The shape in which a refusal crosses the thread boundary. */
export interface RpcErrorMessage {
  code: number;
  message: string;
  details: readonly NodeDetail[];
}

export function errorToMessage(error: unknown): RpcErrorMessage {
  const { code, message, details } = error instanceof RpcError ? error : new RpcError(STATUS.UNKNOWN, `unexpected: ${(error as Error).message}`);
  return { code, message, details };
}

/** How many messages one post between the threads carries at most. */
export const BATCH_MESSAGES = 8;

/** A call, from the main thread to the worker. Bodies are protobuf bytes. */
export type CallMessage =
  | { type: 'unary' | 'stream'; id: number; method: string; body: Uint8Array }
  | { type: 'cancel'; id: number }
  /** one item of a stream was taken by its reader */
  | { type: 'taken'; id: number };

/** Main thread to worker. */
export type ToPeer =
  | CallMessage
  | { type: 'ask'; id: number; question: 'head' | 'close' }
  | { type: 'ask'; id: number; question: 'block'; number: number };

/** What becomes of a call. */
export type CallAnswer =
  | { type: 'reply'; id: number; body: Uint8Array }
  | { type: 'item'; id: number; body: Uint8Array }
  | { type: 'error'; id: number; error: RpcErrorMessage };

/** Worker to main thread. */
export type FromPeer =
  | CallAnswer
  | { type: 'answer'; id: number; answer: unknown }
  | { type: 'unanswered'; id: number; fault: FaultMessage }
  | { type: 'ready'; ledgerId: string; channel: string; chaincode: string; mspId: string }
  | { type: 'fatal'; fault: FaultMessage };
