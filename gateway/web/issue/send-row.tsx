/** The end of every form: what keys it needs, the button, what went wrong and how to go on. */
import { isUnsettled } from '../api.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { useSession } from '../session.js';
import { Link } from '../router.js';
import { ACTION } from '../words/licence.js';
import { SIGNING } from '../words/signing.js';
import type { Signing } from './signing.js';
import type { Acting } from './use-act.js';

export function SendRow({ acting, signing, label }: { acting: Pick<Acting, 'busy' | 'problem'>; signing: Signing; label: string }) {
  const { say } = useLanguage();
  const { session } = useSession();
  const passkey = session?.keys.some(({ method }) => method === 'webauthn') === true;
  const { busy, problem } = acting;
  const blocked = signing !== 'sign-in' && !passkey;
  const words = signing === 'own' ? say(ACTION.sign) : signing === 'several' ? say(SIGNING.signFirst) : label;
  return (
    <>
      {signing !== 'sign-in' && (
        <div class="notice notice-signing">
          <p><strong>{say(SIGNING.title)}</strong></p>
          <p>{say(signing === 'several' ? SIGNING.several : SIGNING.own)} {signing === 'several' && say(SIGNING.severalHow)}</p>
          <p>{passkey ? say(SIGNING.passkey) : <>{say(SIGNING.noPasskey)} <Link to="/issue/account">{say(SIGNING.toKeys)}</Link></>}</p>
        </div>
      )}
      {problem && <ProblemNotice problem={problem}>{isUnsettled(problem) && <p>{say(ACTION.resendHint)}</p>}</ProblemNotice>}
      {!blocked && <button type="submit" class="primary big" disabled={busy}>{busy ? say(ACTION.sending) : problem && isUnsettled(problem) ? say(ACTION.resend) : words}</button>}
    </>
  );
}
