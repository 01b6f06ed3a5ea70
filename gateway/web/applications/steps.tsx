/** What happened to an application: every step with who acted how, in whose name, and what it rested on. Newest first. */
import { APPLICATION_DECISION_WORDS, STEP_WORDS, wordsOf } from '../../messages/applications.js';
import { useKept } from '../fetched.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import type { ApplicationView, Codes } from '../types.js';
import { APPLICATION } from '../words/applications.js';
import { COMMON } from '../words/common.js';

type Step = ApplicationView['events'][number];

export function Steps({ application: { events, matters } }: { application: ApplicationView }) {
  const { say } = useLanguage();
  return (
    <section class="sheet">
      <h2>{say(APPLICATION.history)}</h2>
      <ol class="timeline">{events.toReversed().map((event) => <Entry key={event.seq} event={event} matter={matters.find(({ matter }) => matter === event.matter)?.name} />)}</ol>
    </section>
  );
}

function Entry({ event, matter }: { event: Step; matter: ApplicationView['matters'][number]['name'] | undefined }) {
  const { say, language } = useLanguage();
  const codes = useKept<Codes>('/api/codes');
  const { seq, act, state, at, actors, authority, basis, docNo, outcome, identifier, reliedOn, note, transaction } = event;
  const words = codes && basis !== undefined ? codes.bases[basis] : undefined;
  const methods = [...new Set(actors.map(({ method }) => method))].map((method) => say(APPLICATION[`signed-${method}` as 'signed-gateway'])).join(say(COMMON.comma));
  const rows = [
    { word: APPLICATION.outcome, value: outcome === undefined || !matter ? undefined : `${say(matter)} · ${say(wordsOf(APPLICATION_DECISION_WORDS, outcome))}` },
    { word: APPLICATION.docNo, value: docNo },
    { word: APPLICATION.basis, value: words ? say(words) : basis },
    { word: APPLICATION.note, value: note },
    { word: APPLICATION.authority, value: authority.name },
    { word: APPLICATION.signedBy, value: methods },
  ];
  return (
    <li class={`timeline-entry state-${state}`}>
      <p class="timeline-line"><time dateTime={at}>{instantText(at, language)}</time> <strong>{say(STEP_WORDS[act as keyof typeof STEP_WORDS])}</strong></p>
      <dl class="timeline-rows">
        {rows.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}
        {identifier !== undefined && <div><dt>{say(APPLICATION.numberPart)}</dt><dd><Link to={`/l/${identifier}`}>{identifier}</Link></dd></div>}
        {reliedOn !== undefined && reliedOn.length > 0 && <div><dt>{say(APPLICATION.reliedOn)}</dt><dd>{reliedOn.map((each) => <Link key={each} to={`/l/${each}`}>{each}</Link>)}</dd></div>}
      </dl>
      <details class="technical"><summary>{say(COMMON.technical)}</summary><dl><div><dt>{say(COMMON.transaction)}</dt><dd><code>{transaction}</code></dd></div><div><dt>seq / act / state / staff</dt><dd><code>{seq} / {act} / {state} / {actors.map(({ staff }) => staff).join(' ')}</code></dd></div></dl></details>
    </li>
  );
}
