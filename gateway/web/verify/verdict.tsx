/** A verdict on the page: first line, particulars of the licence, parts, codes. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { messageOf } from '../words/codes.js';
import { ageText, instantText } from '../format.js';
import { Icon } from '../icons.js';
import { useLanguage } from '../language.js';
import type { Answer, Part } from '../types.js';
import { COMMON } from '../words/common.js';
import { VERIFY } from '../words/verify.js';
import type { Headline } from './headline.js';

/** @param focus moves the reader here: for an answer that came after a question on the same page. */
export function HeadlineBand({ headline, focus = false, level = 2, children }: { headline: Headline; focus?: boolean; level?: 1 | 2; children?: ComponentChildren }) {
  const { say } = useLanguage();
  const line = useRef<HTMLHeadingElement>(null);
  // Once: whoever has gone back to the field to type must not be pulled away again.
  useEffect(() => {
    if (focus) line.current?.focus();
  }, []);
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div class={`verdict tone-${headline.tone}`}>
      <Icon name={headline.icon} size={64} />
      <div class="verdict-words">
        <Heading class="verdict-line" ref={line} tabIndex={-1}>{say(headline.words)}</Heading>
        <p class="verdict-advice">{say(headline.advice)}</p>
        {children}
      </div>
    </div>
  );
}

const SOURCES = { 'trust-list': VERIFY.sourceTrustList, 'status-list': VERIFY.sourceStatusList, gateway: VERIFY.sourceGateway } as const;
const SIGNS = { pass: 'check', fail: 'cross', unchecked: 'question' } as const;

export function PartsList({ answer }: { answer: Answer }) {
  const { say, language } = useLanguage();
  const { parts } = answer.verdict;
  // What cannot be read leaves every other check without an object: seven lines of that would hide the one that counts.
  const unread = parts.some(({ check, result }) => check === 'form' && result === 'fail');
  return (
    <section class="parts">
      <h3>{say(VERIFY.parts)}</h3>
      <ul>
        {parts.filter(({ result }) => !unread || result === 'fail').map((part) => (
          <li key={part.check} class={`part part-${tone(part)}`}>
            <Icon name={part.code === 'IMPORTED_RECORD' ? 'archive' : SIGNS[part.result]} size={22} />
            <span class="part-check">{say(messageOf(part.check))}</span>
            <span class="part-words"><span class="part-result">{say(part.code === 'IMPORTED_RECORD' ? VERIFY.collected : VERIFY[part.result])}</span>{say(messageOf(part.code))}</span>
            {part.ageSeconds !== undefined && part.result !== 'unchecked' && <span class="part-age">{part.source && `${say(SOURCES[part.source.of])} `}{ageText(part.ageSeconds, language)}</span>}
          </li>
        ))}
      </ul>
      {unread && <p>{say(VERIFY.restUnchecked)}</p>}
      {answer.verdict.basis === 'lists' && parts.some(({ source }) => source) && <p>{say(messageOf('BASIS_LISTS'))}</p>}
      <p class="fine">{say(VERIFY.checkedAt)} {instantText(answer.checkedAt, language)}</p>
      <Technical answer={answer} />
    </section>
  );
}

/** A suspended licence is genuine: its failing part is a warning, not the mark of a forgery. A collected record is found, not confirmed. */
const tone = ({ check, result, code }: Part): string => (code === 'IMPORTED_RECORD' ? 'collected' : result === 'fail' && (check === 'status' || check === 'dates') ? 'held' : result);

function Technical({ answer }: { answer: Answer }) {
  const { say } = useLanguage();
  const { verdict, licence, document } = answer;
  return (
    <details class="technical">
      <summary>{say(COMMON.technical)}</summary>
      <dl>
        <div><dt>outcome</dt><dd><code>{verdict.outcome}{verdict.status === undefined ? '' : ` / ${verdict.status}`}</code></dd></div>
        <div><dt>basis</dt><dd><code>{verdict.basis}</code></dd></div>
        {verdict.parts.map(({ check, result, code, source }) => <div key={check}><dt>{check}</dt><dd><code>{result} {code}{source && ` · ${sourceText(source)}`}</code></dd></div>)}
        {(licence ?? document) && <div><dt>identifier</dt><dd><code>{(licence ?? document)?.identifier}</code></dd></div>}
        {licence?.reasonCode !== undefined && <div><dt>reason</dt><dd><code>{licence.reasonCode}</code></dd></div>}
        {licence?.members?.map(({ licence: member, status, since, reasonCode }) => <div key={member}><dt>member</dt><dd><code>{status} {since}{reasonCode === undefined ? '' : ` ${reasonCode}`} · {member}</code></dd></div>)}
        {licence && <div><dt>{say(COMMON.transaction)}</dt><dd><code>{licence.transaction}</code></dd></div>}
        {licence?.block !== undefined && <div><dt>{say(COMMON.block)}</dt><dd><code>{licence.block}</code></dd></div>}
      </dl>
    </details>
  );
}

/** Whose word, of when, of which block. */
const sourceText = ({ of, at, block, agency, list }: NonNullable<Part['source']>): string => [of, ...(agency === undefined ? [] : [`${agency}/${String(list)}`]), at, ...(block === undefined ? [] : [`block ${String(block)}`])].join(' ');
