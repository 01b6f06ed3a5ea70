/** What became of each of several: how many went through, and why the others did not. */
import { useLanguage } from '../language.js';
import type { PrintDone } from '../types.js';
import { CENTRE } from '../words/centre.js';
import { messageOf } from '../words/codes.js';
import { COMMON } from '../words/common.js';

export function Results({ results, nameOf = (each) => each.licence ?? each.id }: { results: readonly PrintDone[]; nameOf?: (each: PrintDone) => string }) {
  const { say } = useLanguage();
  const refused = results.filter(({ code }) => code !== undefined);
  return (
    <div class={`notice${refused.length > 0 ? ' notice-caution' : ''}`} role="status">
      <p><strong>{say(CENTRE.done)}{say(COMMON.colon)}{results.length - refused.length}{refused.length > 0 && ` · ${say(CENTRE.refused)}${say(COMMON.colon)}${String(refused.length)}`}</strong></p>
      {refused.length > 0 && <ul>{refused.map((each) => <li key={each.id}>{nameOf(each)}{say(COMMON.colon)}{say(messageOf(each.code ?? ''))} <span class="fine">{each.code}</span></li>)}</ul>}
    </div>
  );
}
