/** How a licence was issued and what has come of it since: on a promise, by rule, with papers to come; who supervises it and what was found. */
import { FINDINGS, type SupervisionRecord } from '#chaincode/facts/supervision';
import { useFetched } from '../fetched.js';
import { dayText } from '../format.js';
import { useLanguage } from '../language.js';
import type { LicenceView } from '../types.js';
import { Conditions } from './conditions.js';
import { COMMON } from '../words/common.js';
import { AFTER_ISSUE } from '../words/after-issue.js';

export function AfterIssue({ licence }: { licence: LicenceView }) {
  const { say, language } = useLanguage();
  const { value } = useFetched<SupervisionRecord>(`/api/supervision/${licence.licence}`);
  const { conditions = [], promise, automatic } = licence;
  const findings = value?.findings ?? [];
  if (conditions.length === 0 && !promise && !automatic && findings.length === 0) return null;
  return (
    <section class="sheet after-issue">
      {automatic && <p>{say(AFTER_ISSUE.automatic)}</p>}
      {promise && <p>{say(AFTER_ISSUE.promise)}</p>}
      <Conditions conditions={conditions} />
      {findings.length > 0 && <h2>{say(AFTER_ISSUE.found)}</h2>}
      <ul>{findings.map(({ id, finding, onDay, docNo }) => <li key={id}>{dayText(onDay, language)}{say(COMMON.colon)}{say(FINDINGS[finding] ?? { zh: finding, en: finding })} {docNo}</li>)}</ul>
    </section>
  );
}
