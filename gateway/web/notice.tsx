/** Faults and news on a page, announced to assistive software. */
import type { ComponentChildren } from 'preact';
import type { Problem } from './api.js';
import { useLanguage } from './language.js';
import { COMMON } from './words/common.js';

/** @param children what can be done about it */
export function ProblemNotice({ problem, children }: { problem: Problem; children?: ComponentChildren }) {
  const { say } = useLanguage();
  return (
    <div class="notice notice-fault" role="alert">
      <p><strong>{say(problem.words)}</strong></p>
      {problem.detail && <p>{say(problem.detail)}</p>}
      {children}
      <p class="fine">{problem.code}</p>
    </div>
  );
}

export function Loading() {
  const { say } = useLanguage();
  return <p class="loading" role="status">{say(COMMON.loading)}</p>;
}
