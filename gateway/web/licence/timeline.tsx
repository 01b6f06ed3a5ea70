/** What happened to a licence: every act with reason, basis, deciding agency, days and transaction. Newest first. */
import { messageOf } from '../words/codes.js';
import { useKept } from '../fetched.js';
import { dayText, instantText } from '../format.js';
import { useLanguage } from '../language.js';
import type { Codes, HistoryEvent, LicenceView } from '../types.js';
import { useAgencyName } from '../verify/particulars.js';
import { COMMON } from '../words/common.js';
import { LICENCE } from '../words/licence.js';

/** @param erased what was kept of the holder is erased: said where the history ends, which stays */
export function Timeline({ events, erased }: { events: readonly HistoryEvent[]; erased?: LicenceView['erased'] }) {
  const { say, language } = useLanguage();
  return (
    <section class="sheet">
      <h2>{say(LICENCE.history)}</h2>
      <ol class="timeline">{erased && <li class="timeline-entry"><p class="timeline-line">{erased.since !== undefined && <time dateTime={erased.since}>{instantText(erased.since, language)}</time>} <strong>{say(LICENCE.erased)}</strong></p></li>}{events.toReversed().map((event) => <Entry key={event.seq} event={event} />)}</ol>
    </section>
  );
}

function Entry({ event }: { event: HistoryEvent }) {
  const { say, language } = useLanguage();
  const codes = useKept<Codes>('/api/codes');
  const agencyName = useAgencyName();
  const basis = event.basis === undefined ? undefined : codes?.bases[event.basis];
  const rows = [
    { word: LICENCE.reason, value: say(codes?.reasons[event.reason] ?? messageOf(event.reason)) },
    { word: LICENCE.basis, value: basis ? say(basis) : event.basis },
    { word: LICENCE.decidedBy, value: agencyName(event.decidedBy) },
    { word: LICENCE.docNo, value: event.docNo },
    { word: LICENCE.recordedAt, value: instantText(event.recordedAt, language) },
  ];
  return (
    <li class={`timeline-entry status-${event.status.toLowerCase()}`}>
      <p class="timeline-line"><time dateTime={event.effectiveOn}>{dayText(event.effectiveOn, language)}</time> <strong>{say(messageOf(event.act))}</strong> <span class="fine">{say(LICENCE.version)} {event.version} {say(LICENCE.versionEnd)}</span></p>
      <dl class="timeline-rows">
        {rows.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}
      </dl>
      <details class="technical"><summary>{say(COMMON.technical)}</summary><dl><div><dt>{say(COMMON.transaction)}</dt><dd><code>{event.txId}</code></dd></div><div><dt>seq / act / status</dt><dd><code>{event.seq} / {event.act} / {event.status}</code></dd></div></dl></details>
    </li>
  );
}
