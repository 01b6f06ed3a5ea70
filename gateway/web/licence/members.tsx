/** The member permits of a composite licence: which, until when, and of one that is not in force since when, why and by whom. */
import { STATUS_WORDS } from '../../messages/statuses.js';
import { dayText } from '../format.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import type { LicenceView, ShownDocument } from '../types.js';
import { COMMON } from '../words/common.js';
import { LICENCE } from '../words/licence.js';
import { COMPOSITE } from '../words/composite.js';
import { StatusReason } from '../verify/particulars.js';

/** As a gateway says; without its word, as the document itself lists them and status lists know them. */
export function Members({ licence, document }: { licence?: LicenceView | undefined; document?: ShownDocument | undefined }) {
  const { say, language } = useLanguage();
  const told = licence?.members;
  const rows = told?.map((member) => ({ ...member, name: member.kind.name })) ?? document?.members?.map((member) => ({ ...member, name: member.kind }));
  if (!rows) return null;
  return (
    <section class="members" aria-label={say(COMPOSITE.title)}>
      <h3>{say(COMPOSITE.title)}</h3>
      <ul>
        {rows.map((row) => (
          <li key={row.licence}>
            <p class="member-line">
              {'identifier' in row ? <Link to={`/l/${row.identifier}`}>{say(row.name)}</Link> : <strong>{say(row.name)}</strong>}
              {'number' in row && row.number !== undefined && <span class="code">{row.number}</span>}
              {!row.required && <span class="fine">{say(COMPOSITE.optional)}</span>}
              <span class={`chip chip-${(row.status ?? 'unknown').toLowerCase()}`}>{say(row.status === undefined ? COMPOSITE.unknown : wordsOf(row.status))}</span>
            </p>
            {row.validUntil !== undefined && <p class="fine">{say(LICENCE.term)}{say(COMMON.colon)}{say(COMPOSITE.until)} {dayText(row.validUntil, language)}</p>}
            {'identifier' in row && row.status !== 'EXPIRED' && <StatusReason licence={row} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

const wordsOf = (status: string) => STATUS_WORDS[status as keyof typeof STATUS_WORDS] ?? { zh: status, en: status };
