/** Acts as an auditor reads them, newest first. */
import { STEP_WORDS, wordsOf } from '../../messages/applications.js';
import { ACT_WORDS, STATUS_WORDS } from '../../messages/statuses.js';
import type { Message } from '../../messages.js';
import { dayText, instantText } from '../format.js';
import { useKept } from '../fetched.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import type { AuditedAct, Codes } from '../types.js';
import { AUDIT, OTHER_ACT_WORDS } from '../words/audit.js';
import { COMMON } from '../words/common.js';
import { LICENCE } from '../words/licence.js';

/** An act by its name, in the record in which it stands. */
export const actWords = ({ noun, act }: Pick<AuditedAct, 'noun' | 'act'>): Message => wordsOf(noun === 'licence' ? ACT_WORDS : noun === 'application' ? STEP_WORDS : OTHER_ACT_WORDS, act);

/** @param chooseActor shows all acts of a person @param linked whether each names its licence */
export function Acts({ acts, chooseActor, linked = true }: { acts: readonly AuditedAct[]; chooseActor?: (staff: string) => void; linked?: boolean }) {
  return <ol class="timeline">{acts.map((act) => <Entry key={act.cursor} act={act} chooseActor={chooseActor} linked={linked} />)}</ol>;
}

function Entry({ act, chooseActor, linked }: { act: AuditedAct; chooseActor: ((staff: string) => void) | undefined; linked: boolean }) {
  const { say, language } = useLanguage();
  const { at, noun, seq, status, effectiveOn, by, manager, kind, about, details, identifier, actors, reason, reasonWords, basis, docNo, transaction, block, outside } = act;
  const codes = useKept<Codes>('/api/codes');
  const law = basis === undefined ? undefined : codes?.bases[basis];
  const rows = [
    { word: LICENCE.effectiveOn, value: effectiveOn === undefined ? undefined : dayText(effectiveOn, language) }, { word: LICENCE.reason, value: reasonWords ? say(reasonWords) : reason }, { word: LICENCE.basis, value: law ? say(law) : basis }, { word: AUDIT.by, value: by.name }, { word: AUDIT.ofAgency, value: about !== undefined && manager.code !== by.code ? manager.name : undefined },
    { word: LICENCE.docNo, value: docNo }, { word: AUDIT.details, value: details?.map(({ code, words }, i) => <span key={code}>{i > 0 && say(COMMON.comma)}{say(words)}</span>) }, { word: AUDIT.actors, value: actors.map(({ staff, name }, i) => <span key={staff}>{i > 0 && say(COMMON.comma)}{chooseActor ? <button type="button" class="inline" onClick={() => chooseActor(staff)}>{name ?? staff}</button> : (name ?? staff)}</span>) },
  ];
  return (
    <li class={`timeline-entry status-${status.toLowerCase()}`}>
      <p class="timeline-line"><time dateTime={at}>{instantText(at, language)}</time> <strong>{say(actWords(act))}</strong> <span class="fine">{Object.hasOwn(STATUS_WORDS, status) ? say(wordsOf(STATUS_WORDS, status)) : ''}</span>{outside && <> <span class="chip chip-waiting">{say(AUDIT.outside)}</span></>}</p>
      {linked && identifier !== undefined && <p>{kind && say(kind)} <Link to={`/audit/l/${identifier}`}>{identifier}</Link></p>}
      {identifier === undefined && (kind ?? about) && <p>{[kind, about].flatMap((each) => (each ? say(each) : [])).join(' · ')}</p>}
      <dl class="timeline-rows">{rows.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}</dl>
      <details class="technical"><summary>{say(COMMON.technical)}</summary><dl><div><dt>{say(COMMON.transaction)}</dt><dd><code>{transaction}</code></dd></div><div><dt>{say(COMMON.block)}</dt><dd><code>{block ?? ''}</code></dd></div><div><dt>{noun} / seq</dt><dd><code>{act.id} / {seq}</code></dd></div></dl></details>
    </li>
  );
}
