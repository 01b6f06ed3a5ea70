/** Looks at the calls of this process to a peer, and may hold their answers back. */
import { Client } from '@grpc/grpc-js';

/** @param answered told of a request and its error; the caller gets the answer when it has returned. @returns what ends it */
export function watchCalls(watched: string, answered: (request: unknown, error: unknown) => Promise<void>): () => void {
  const prototype = Client.prototype as unknown as { makeUnaryRequest(this: Client, method: string, ...rest: unknown[]): unknown };
  const { makeUnaryRequest } = prototype;
  prototype.makeUnaryRequest = function watching(method, ...rest) {
    if (method !== watched) return makeUnaryRequest.call(this, method, ...rest);
    const [callback, request] = [rest.pop() as (...answer: unknown[]) => void, rest[2]];
    return makeUnaryRequest.call(this, method, ...rest, (...answer: unknown[]) => { void answered(request, answer[0]).finally(() => { callback(...answer); }); });
  };
  return () => { prototype.makeUnaryRequest = makeUnaryRequest; };
}
