/** On the page of a licence: have it printed. */
import { useSend } from '../applications/use-send.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { PrintDone } from '../types.js';
import { CENTRE } from '../words/centre.js';
import { Results } from './results.js';

export function OrderPrint({ identifier }: { identifier: string }) {
  const { say } = useLanguage();
  const { busy, problem, result, send } = useSend<{ results: readonly PrintDone[] }>();
  return (
    <div class="beside">
      {problem && <ProblemNotice problem={problem} />}
      {result ? <><Results results={result.results} /><p><Link to="/issue/centre">{say(CENTRE.title)}</Link></p></> : <p class="actions-row"><button type="button" disabled={busy} onClick={() => void send('/api/print-orders', { licences: [identifier] })}>{say(CENTRE.order)}</button></p>}
    </div>
  );
}
