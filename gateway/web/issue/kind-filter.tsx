/** Which kind a list shows; all of them at first. */
import type { KindRecord } from '#chaincode/facts/records';
import { useKept } from '../fetched.js';
import { useLanguage } from '../language.js';
import { ISSUE } from '../words/issue.js';

export function KindFilter({ kind, change }: { readonly kind: string; readonly change: (kind: string) => void }) {
  const { say } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  return (
    <div class="field filter"><label for="filter-kind">{say(ISSUE.filter)}</label>
      <select id="filter-kind" value={kind} onChange={(event) => { change(event.currentTarget.value); }}>
        <option value="">{say(ISSUE.all)}</option>
        {kinds?.map(({ type, name }) => <option key={type} value={type}>{say(name)}</option>)}
      </select>
    </div>
  );
}
