/** Looks at the calls of this process to a peer, and may hold them or their answers back. */
import { Client } from '@grpc/grpc-js';

export interface Watch {
  /** The call is sent when it has returned. */
  readonly before: () => Promise<void>;
  /** Told of a request and its error; the caller gets the answer when it has returned. */
  readonly after: (request: unknown, error: unknown) => Promise<void>;
}

/** @returns what ends it */
export function watchCalls(watched: string, { before, after }: Watch): () => void {
  const prototype = Client.prototype as unknown as { makeUnaryRequest(this: Client, method: string, ...rest: unknown[]): unknown };
  const { makeUnaryRequest } = prototype;
  prototype.makeUnaryRequest = function watching(method, ...rest) {
    if (method !== watched) return makeUnaryRequest.call(this, method, ...rest);
    const [callback, request] = [rest.pop() as (...answer: unknown[]) => void, rest[2]];
    void before().then(() => makeUnaryRequest.call(this, method, ...rest, (...answer: unknown[]) => { void after(request, answer[0]).finally(() => { callback(...answer); }); }));
    return { cancel: () => undefined };
  };
  return () => { prototype.makeUnaryRequest = makeUnaryRequest; };
}
