/** What came of a question: a verdict, or that no answer came, which is not a verdict. */
import type { ComponentChildren } from 'preact';
import { isUnreachable, type Problem } from '../api.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import type { Answer } from '../types.js';
import { COMMON } from '../words/common.js';
import { VERIFY } from '../words/verify.js';
import { headlineOf, UNREACHABLE } from './headline.js';
import { Particulars, StatusReason } from './particulars.js';
import { HeadlineBand, PartsList } from './verdict.js';

/** @param children shown right below the first line */
export function Result({ answer, level = 2, children }: { answer: Answer; level?: 1 | 2; children?: ComponentChildren }) {
  const { say } = useLanguage();
  const { licence, verdict } = answer;
  const old = licence !== undefined && licence.identifier !== licence.currentIdentifier;
  return (
    <article class="result sheet" aria-label={say(VERIFY.result)}>
      <HeadlineBand headline={headlineOf(verdict)} focus level={level}>{licence && verdict.outcome !== 'untrusted' && <StatusReason licence={licence} />}</HeadlineBand>
      {children}
      {licence && verdict.outcome !== 'untrusted' && <Particulars licence={licence} outcome={verdict.outcome} />}
      {licence && verdict.outcome !== 'untrusted' && (
        <p class="actions-row">
          <Link class="button" to={`/l/${licence.identifier}`}>{say(VERIFY.open)}</Link>
          {old && <Link class="button" to={`/l/${licence.currentIdentifier}`}>{say(VERIFY.openCurrent)}</Link>}
        </p>
      )}
      <PartsList answer={answer} />
    </article>
  );
}

/** @returns the band for a question that got no answer; undefined where the fault lies in what was asked. */
export function NoAnswer({ problem, retry, level = 2 }: { problem: Problem; retry: () => void; level?: 1 | 2 }) {
  const { say } = useLanguage();
  if (!isUnreachable(problem)) return null;
  return (
    <article class="result sheet">
      <HeadlineBand headline={UNREACHABLE} focus level={level}><p class="fine">{say(problem.words)}</p></HeadlineBand>
      <p class="actions-row"><button type="button" class="primary" onClick={retry}>{say(COMMON.retry)}</button></p>
    </article>
  );
}
