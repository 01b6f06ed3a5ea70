/** Signing in at an identity provider: the phone's key goes along, so that what the provider signs is about this very key. */
import { useState } from 'preact/hooks';
import { problemOf, type Problem } from '../api.js';
import { useFetched } from '../fetched.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { IDENTITY } from '../words/identity.js';
import { makeDevice } from './device-key.js';
import { beginAtProvider } from './wallet.js';

export function ProviderSignIn() {
  const { say } = useLanguage();
  const provider = useFetched<{ offered: boolean }>('/api/wallet/provider');
  // What the provider did not confirm comes back behind the `#`.
  const [told] = useState(() => /^#(PROVIDER_[A-Z]+)$/.exec(location.hash)?.[1]);
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>(told === undefined ? { busy: false } : { busy: false, problem: problemOf(told) });
  if (provider.value?.offered !== true) return null;
  const go = async (): Promise<void> => {
    setState({ busy: true });
    const device = await makeDevice().catch(() => undefined);
    if (!device) return setState({ busy: false, problem: problemOf(globalThis.isSecureContext ? 'WALLET_KEY_NOT_KEPT' : 'PAGE_INSECURE') });
    const reply = await beginAtProvider(device);
    if (reply.ok) location.assign(reply.value.url);
    else setState({ busy: false, problem: reply.problem });
  };
  return (
    <div class="other-way">
      <p class="other-way-or">{say(IDENTITY.or)}</p>
      <p>{say(IDENTITY.providerLead)}</p>
      {state.problem && <ProblemNotice problem={state.problem} />}
      <button type="button" class="big" disabled={state.busy} onClick={() => void go()}>{say(IDENTITY.providerSignIn)}</button>
    </div>
  );
}
