/**
 * Preloaded into a gateway (`node --import`), it ends the process like a power cut, at one step of a transaction's way.
 * Environment: KILL_AT names the step, KILL_AFTER how often it is passed before. Counted from the first act that a client asks for: what
 * a start takes up by itself is let through.
 */
import { subscribe } from 'node:diagnostics_channel';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { Client } from '@grpc/grpc-js';
import { Outbox } from '#gateway/ledger/outbox';

/** In the order in which a transaction meets them. */
export const STEPS = ['keeping', 'kept', 'submitting', 'submitted', 'asking', 'told', 'settling', 'settled', 'answering'] as const;
type Step = (typeof STEPS)[number];

const at = process.env['KILL_AT'];
let left = Number(process.env['KILL_AFTER'] ?? 0);

let armed = false;

function pass(step: Step): void {
  if (armed && step === at && left-- === 0) process.kill(process.pid, 'SIGKILL');
}

/** The steps right before and right after a method of an object. */
function around(owner: object, name: string, before: Step, after: Step): void {
  const prototype = owner as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const method = prototype[name]!;
  prototype[name] = async function passing(...args: unknown[]) {
    pass(before);
    const value = await method.apply(this, args);
    pass(after);
    return value;
  };
}

const isAct = ({ method, url }: { method?: string | undefined; url?: string | undefined }): boolean => method === 'POST' && url === '/api/acts';

if (at !== undefined) {
  subscribe('http.server.request.start', (message) => { armed ||= isAct((message as { request: IncomingMessage }).request); });
  around(Outbox.prototype, 'put', 'keeping', 'kept');
  around(Outbox.prototype, 'settled', 'settling', 'settled');

  const calls: Readonly<Record<string, readonly [Step, Step]>> = { '/gateway.Gateway/Submit': ['submitting', 'submitted'], '/gateway.Gateway/CommitStatus': ['asking', 'told'] };
  const prototype = Client.prototype as unknown as { makeUnaryRequest(this: Client, method: string, ...rest: unknown[]): unknown };
  const { makeUnaryRequest } = prototype;
  prototype.makeUnaryRequest = function passing(method, ...rest) {
    const steps = calls[method];
    if (!steps) return makeUnaryRequest.call(this, method, ...rest);
    const callback = rest.pop() as (...answer: unknown[]) => void;
    const call = makeUnaryRequest.call(this, method, ...rest, (...answer: unknown[]) => {
      pass(steps[1]);
      callback(...answer);
    });
    setImmediate(() => { pass(steps[0]); }); // the request may have left, or not
    return call;
  };

  const { end } = ServerResponse.prototype;
  ServerResponse.prototype.end = function passing(this: ServerResponse, ...rest: unknown[]) {
    if (isAct(this.req)) pass('answering');
    return Reflect.apply(end, this, rest) as ServerResponse;
  } as typeof end;
}
