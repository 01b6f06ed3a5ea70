/** What was applied for from wallets and waits to be taken in, the first that came first. */
import { useFetched } from '../fetched.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import type { FilingView } from '../types.js';
import { COMMON } from '../words/common.js';
import { MEMBERS } from '../words/members.js';

export function FilingsList() {
  const { say, language } = useLanguage();
  const { value } = useFetched<{ readonly filings: readonly FilingView[] }>('/api/filings');
  if (!value || value.filings.length === 0) return null;
  return (
    <>
      <h2>{say(MEMBERS.fromWallets)}</h2>
      <ul class="licence-list">
        {value.filings.map(({ id, subject, applicant, matters, filedAt }) => (
          <li key={id}>
            <Link to={`/issue/applications/new#${id}`} class="licence-row">
              <span class="licence-holder">{applicant.name}</span>
              <span class="licence-kind">{matters.map(({ name }) => say(name)).join(say(COMMON.comma))}</span>
              <span class="licence-number">{subject.replace('uscc:', '')}</span>
              <span class="licence-day">{instantText(filedAt, language)}</span>
              <span class="chip chip-waiting">{say(MEMBERS.waitingFiling)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
