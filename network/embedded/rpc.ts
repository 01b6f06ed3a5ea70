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

/** A refusal by the peer, with the details that Fabric's gateway attaches. Crosses the thread as plain data. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: number;
  readonly nodeMessages: readonly string[];

  constructor(code: number, message: string, nodeMessages: readonly string[] = []) {
    super(message);
    this.code = code;
    this.nodeMessages = nodeMessages;
  }
}

export interface RpcErrorMessage {
  code: number;
  message: string;
  nodeMessages: readonly string[];
}

/** How many messages one post between the threads carries at most. */
export const BATCH_MESSAGES = 8;

/** Main thread to worker. Bodies are protobuf bytes. */
export type ToPeer =
  | { type: 'unary' | 'stream'; id: number; method: string; body: Uint8Array }
  | { type: 'cancel'; id: number }
  /** one item of a stream was taken by its reader */
  | { type: 'taken'; id: number }
  | { type: 'ask'; id: number; question: 'head' | 'close' }
  | { type: 'ask'; id: number; question: 'block'; number: number };

/** Worker to main thread. */
export type FromPeer =
  | { type: 'reply'; id: number; body: Uint8Array }
  | { type: 'item'; id: number; body: Uint8Array }
  | { type: 'error'; id: number; error: RpcErrorMessage }
  | { type: 'answer'; id: number; answer: unknown }
  | { type: 'unanswered'; id: number; fault: FaultMessage }
  | { type: 'ready'; ledgerId: string; channel: string; chaincode: string; mspId: string }
  | { type: 'fatal'; fault: FaultMessage };
