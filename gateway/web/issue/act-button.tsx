/** One act on the register by a button; what went wrong stands beside it. */
import type { ComponentChildren } from 'preact';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { WORK } from '../words/work.js';
import type { Signing } from './signing.js';
import { useAct } from './use-act.js';

export function ActButton({ act, label, signing = 'sign-in', primary, done }: { act: object; label: ComponentChildren; signing?: Signing; primary?: boolean; done: () => void }) {
  const { say } = useLanguage();
  const acting = useAct();
  const press = async () => { if ((await acting.send({ op: 'register', act }, signing))?.ok) done(); };
  return (
    <>
      {acting.problem && <ProblemNotice problem={acting.problem} />}
      {acting.result?.status === 'open' && <p class="notice" role="status">{say(WORK.waits)}</p>}
      <button type="button" {...(primary ? { class: 'primary' } : {})} disabled={acting.busy} onClick={() => void press()}>{label}</button>
    </>
  );
}
