/** A new device: the code that the clerk says, then the digits that both compare until the clerk has signed. */
import { useEffect, useState } from 'preact/hooks';
import { deviceFingerprint } from '#chaincode/facts/device';
import { problemOf, type Problem } from '../api.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { SIGN_IN } from '../words/issue.js';
import { WALLET } from '../words/wallet.js';
import { forget, makeDevice, type DeviceKey } from './device-key.js';
import { bring } from './wallet.js';

const LOOK_EVERY_MS = 3_000;

export function PairForm({ brought }: { brought: (device: DeviceKey) => void }) {
  const { say } = useLanguage();
  const [code, setCode] = useState('');
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (state.busy) return;
    setState({ busy: true });
    const device = await makeDevice().catch(() => undefined);
    const reply = device ? await bring(device, code.toUpperCase().replace(/[\s-]/g, '')) : undefined;
    if (device && reply?.ok) return brought(device);
    // Without an answer nobody knows whether the key has arrived: it stays, and the counter sees whether it has.
    if (device && reply && !reply.ok && reply.problem.code === 'NETWORK') return brought(device);
    await forget().catch(() => undefined);
    const problem = reply && !reply.ok ? (reply.problem.code === 'REQUEST_MALFORMED' ? problemOf('PAIRING_CODE') : reply.problem) : problemOf(globalThis.isSecureContext ? 'WALLET_KEY_NOT_KEPT' : 'PAGE_INSECURE');
    setState({ busy: false, problem });
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <p>{say(WALLET.lead)}</p>
      <div class="field">
        <label for="pairing-code">{say(WALLET.code)}</label>
        <p class="hint" id="pairing-code-hint">{say(WALLET.codeHint)}</p>
        <input id="pairing-code" class="code-input" aria-describedby="pairing-code-hint" value={code} onInput={(event) => setCode(event.currentTarget.value)} autocomplete="one-time-code" autocapitalize="characters" spellcheck={false} maxLength={20} required />
      </div>
      {state.problem && <ProblemNotice problem={state.problem} />}
      <button type="submit" class="primary big" disabled={state.busy}>{say(state.busy ? SIGN_IN.working : WALLET.pair)}</button>
    </form>
  );
}

/** Asks until the device is on the ledger. */
export function Waiting({ device, look, beginAgain }: { device: DeviceKey; look: () => Promise<void>; beginAgain: () => void }) {
  const { say } = useLanguage();
  useEffect(() => {
    const looking = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => clearInterval(looking);
  }, []);
  return (
    <>
      <p>{say(WALLET.compare)}</p>
      <code class="big-code">{deviceFingerprint(device.spki)}</code>
      <p class="notice notice-caution">{say(WALLET.compareWarning)}</p>
      <p class="loading" role="status">{say(WALLET.waiting)}</p>
      <button type="button" onClick={beginAgain}>{say(WALLET.beginAgain)}</button>
    </>
  );
}
