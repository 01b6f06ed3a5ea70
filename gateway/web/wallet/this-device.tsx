/** The device itself: its digits, and its end, which it signs. */
import { useRef, useState } from 'preact/hooks';
import { deviceFingerprint, deviceStatusDigest } from '#chaincode/facts/device';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { COMMON } from '../words/common.js';
import { WALLET } from '../words/wallet.js';
import { signBy } from './device-key.js';
import type { Opened } from './wallet.js';

export function ThisDevice({ opened: { device, ledger }, ended }: { opened: Opened; ended: () => void }) {
  const { say } = useLanguage();
  const [state, setState] = useState<{ at: 'rest' | 'asking' | 'busy'; problem?: Problem }>({ at: 'rest' });
  const signed = useRef<object | undefined>(undefined);
  const layAside = async (): Promise<void> => {
    setState({ at: 'busy' });
    signed.current ??= { requestId: newRequestId(), status: 'revoked', by: await signBy(device, deviceStatusDigest(ledger, device.id, 'revoked')) };
    const reply = await call(`/api/devices/${device.id}/status`, { method: 'POST', json: signed.current });
    if (reply.ok) return ended();
    setState({ at: 'asking', problem: reply.problem });
  };
  return (
    <section class="sheet">
      <h2>{say(WALLET.thisDevice)}</h2>
      <p><code>{deviceFingerprint(device.spki)}</code></p>
      <p class="fine">{say(WALLET.lostNote)}</p>
      {state.problem && <ProblemNotice problem={state.problem} />}
      {state.at === 'rest'
        ? <button type="button" onClick={() => setState({ at: 'asking' })}>{say(WALLET.layAside)}</button>
        : <><p class="notice notice-caution">{say(WALLET.layAsideNote)}</p><p class="actions-row"><button type="button" class="primary" disabled={state.at === 'busy'} onClick={() => void layAside()}>{say(WALLET.layAsideYes)}</button><button type="button" disabled={state.at === 'busy'} onClick={() => setState({ at: 'rest' })}>{say(COMMON.cancel)}</button></p></>}
    </section>
  );
}
