/** What cannot be undone is asked twice, and signed by the device. Sent again, it is the same request. */
import { useRef, useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useLanguage } from '../language.js';
import type { Message } from '../../messages.js';
import { ProblemNotice } from '../notice.js';
import { COMMON } from '../words/common.js';
import { signBy, type DeviceKey } from './device-key.js';

interface Props {
  readonly words: { readonly ask: Message; readonly note: Message; readonly yes: Message };
  readonly device: DeviceKey;
  readonly path: string;
  readonly digest: Uint8Array;
  readonly more?: object;
  readonly done: () => void;
}

export function Confirmed({ words, device, path, digest, more, done }: Props) {
  const { say } = useLanguage();
  const [state, setState] = useState<{ at: 'rest' | 'asking' | 'busy'; problem?: Problem }>({ at: 'rest' });
  const signed = useRef<object | undefined>(undefined);
  const send = async (): Promise<void> => {
    setState({ at: 'busy' });
    signed.current ??= { requestId: newRequestId(), ...more, by: await signBy(device, digest) };
    const reply = await call(path, { method: 'POST', json: signed.current });
    if (reply.ok) return done();
    setState({ at: 'asking', problem: reply.problem });
  };
  if (state.at === 'rest') return <button type="button" onClick={() => setState({ at: 'asking' })}>{say(words.ask)}</button>;
  return (
    <div class="confirmed">
      {state.problem && <ProblemNotice problem={state.problem} />}
      <p class="notice notice-caution">{say(words.note)}</p>
      <p class="actions-row"><button type="button" class="primary" disabled={state.at === 'busy'} onClick={() => void send()}>{say(words.yes)}</button><button type="button" disabled={state.at === 'busy'} onClick={() => setState({ at: 'rest' })}>{say(COMMON.cancel)}</button></p>
    </div>
  );
}
