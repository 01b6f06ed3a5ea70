/** Sends an act under one request id for the life of a form, however often the network fails. */
import { useRef, useState } from 'preact/hooks';
import { call, isUnsettled, type Problem, type Reply } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useSession } from '../session.js';
import type { ActResult } from '../types.js';
import { signWithPasskey } from './passkey.js';
import type { Signing } from './signing.js';

export interface Acting {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly result: ActResult | undefined;
  readonly send: (act: unknown, signing: Signing) => Promise<Reply<ActResult> | undefined>;
}

/** Waits between tries that need nobody: short enough that a clerk does not press again. */
const AGAIN_MS = [800, 2500];

export function useAct(): Acting {
  const { session } = useSession();
  const requestId = useRef(newRequestId());
  const [state, setState] = useState<{ busy: boolean; problem?: Problem | undefined; result?: ActResult | undefined }>({ busy: false });
  const send = async (act: unknown, signing: Signing): Promise<Reply<ActResult> | undefined> => {
    if (state.busy || !session) return undefined;
    setState({ busy: true });
    let reply = await once(act, signing);
    for (const wait of AGAIN_MS) {
      if (reply.ok || !isUnsettled(reply.problem) || signing !== 'sign-in') break;
      await new Promise((resolve) => setTimeout(resolve, wait));
      reply = await once(act, signing);
    }
    setState(reply.ok ? { busy: false, result: reply.value } : { busy: false, problem: reply.problem });
    return reply;
  };
  const once = (act: unknown, signing: Signing): Promise<Reply<ActResult>> =>
    signing !== 'sign-in' && session ? signWithPasskey(session, requestId.current, act, signing === 'several') : call<ActResult>('/api/acts', { method: 'POST', json: { requestId: requestId.current, act } });
  return { busy: state.busy, problem: state.problem, result: state.result, send };
}
