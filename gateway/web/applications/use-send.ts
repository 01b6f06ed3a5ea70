/** Sends a step of an application under one request id for the life of a form, however often the network fails. */
import { useRef, useState } from 'preact/hooks';
import { call, isUnsettled, type Problem, type Reply } from '../api.js';
import { newRequestId } from '../bytes.js';

export interface Sending<T> {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly result: T | undefined;
  readonly send: (path: string, json: object) => Promise<Reply<T> | undefined>;
}

/** Waits between tries that need nobody: short enough that a clerk does not press again. */
const AGAIN_MS = [800, 2500];

/** @param given request id, where one has been used already for what leads here */
export function useSend<T>(given?: string): Sending<T> {
  const requestId = useRef(given ?? newRequestId());
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; result?: T }>({ busy: false });
  const send = async (path: string, json: object): Promise<Reply<T> | undefined> => {
    if (state.busy) return undefined;
    setState({ busy: true });
    const once = () => call<T>(path, { method: 'POST', json: { requestId: requestId.current, ...json } });
    let reply = await once();
    for (const wait of AGAIN_MS) {
      if (reply.ok || !isUnsettled(reply.problem)) break;
      await new Promise((resolve) => setTimeout(resolve, wait));
      reply = await once();
    }
    setState(reply.ok ? { busy: false, result: reply.value } : { busy: false, problem: reply.problem });
    return reply;
  };
  return { busy: state.busy, problem: state.problem, result: state.result, send };
}
