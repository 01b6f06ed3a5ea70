/** One objection and its answer, as both sides read it. */
import type { ComponentChildren } from 'preact';
import { dayText, instantText, todayOf } from '../format.js';
import { useLanguage } from '../language.js';
import type { ObjectionView } from '../types.js';
import { COMMON } from '../words/common.js';
import { OBJECTION, OBJECTION_REASON_WORDS, OBJECTION_STATES } from '../words/objections.js';

const CHIPS = { open: 'waiting', accepted: 'valid', rejected: 'ended' } as const;

export function ObjectionThread({ objection, children }: { objection: ObjectionView; children?: ComponentChildren }) {
  const { say, language } = useLanguage();
  const { fields, reason, status, filedAt, dueOn, text, answer, manager } = objection;
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h3>{say(OBJECTION_REASON_WORDS[reason])}{say(COMMON.colon)}{fields.map((field) => say(field)).join(say(COMMON.comma))}</h3><span class={`chip chip-${CHIPS[status]}`}>{say(OBJECTION_STATES[status])}</span></div>
      <dl class="wallet-rows">
        <div><dt>{say(OBJECTION.filed)}</dt><dd>{instantText(filedAt, language)}</dd></div>
        {status === 'open' && <div><dt>{say(OBJECTION.dueOn)}</dt><dd>{dayText(dueOn, language)} · {manager.name}{dueOn < todayOf(Date.now()) && <> · <strong>{say(OBJECTION.overdue)}</strong></>}</dd></div>}
        <div><dt>{say(OBJECTION.words)}</dt><dd class="spoken">{text ?? say(OBJECTION.notHere)}</dd></div>
        {answer && <div><dt>{say(OBJECTION.answer)}</dt><dd><span class="spoken">{answer.text ?? say(OBJECTION.notHere)}</span><br /><span class="fine">{answer.agency.name} · {instantText(answer.at, language)}</span></dd></div>}
      </dl>
      {children}
    </article>
  );
}
