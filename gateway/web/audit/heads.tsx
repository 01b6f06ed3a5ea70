/** Heads of the ledger: that of now on a sheet of paper, and those that other agencies have sent. */
import { fromBase64url } from '#chaincode/facts/hash';
import { useFetched } from '../fetched.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { useAgencyName } from '../verify/particulars.js';
import { AUDIT, HEAD_FINDING_WORDS } from '../words/audit.js';
import { COMMON } from '../words/common.js';

interface Kept {
  readonly head: string;
  readonly receivedAt: string;
  readonly finding?: string;
  readonly contradicts?: string;
}
type Said = { readonly agency: string; readonly height: number; readonly hash: string; readonly at: string };
/** What a head says; whether it is true was asked when it came. */
const saidIn = (token: string): Said => JSON.parse(new TextDecoder().decode(fromBase64url(token.split('.')[1] ?? ''))) as Said;
const paperOf = (token: string): string => `/api/heads/paper?head=${encodeURIComponent(token)}`;

export function Heads() {
  const { say } = useLanguage();
  const { value, problem, reload } = useFetched<{ readonly heads: readonly Kept[] }>('/api/heads');
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(AUDIT.heads)}</h1>
      <p>{say(AUDIT.headsLead)}</p>
      <p><a class="button" href="/api/heads/paper" download="head.pdf">{say(AUDIT.headNow)}</a></p>
      <h2>{say(AUDIT.headsKept)}</h2>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!value && !problem && <Loading />}
      {value?.heads.length === 0 && <p role="status">{say(AUDIT.headsNone)}</p>}
      {value && value.heads.length > 0 && <ul class="licence-list">{[...value.heads].sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : -1)).map((kept) => <Head key={kept.head} kept={kept} />)}</ul>}
    </section>
  );
}

function Head({ kept: { head, receivedAt, finding, contradicts } }: { kept: Kept }) {
  const { say, language } = useLanguage();
  const agencyName = useAgencyName();
  const { agency, height, hash, at } = saidIn(head);
  const found = finding === 'LEDGER_FORKED' ? 'forked' : contradicts !== undefined ? 'contradicts' : finding === undefined ? 'ahead' : 'appended';
  return (
    <li class="audit-use">
      <p><strong>{agencyName(agency)}</strong> {String(height)} {say(AUDIT.blocks)} <span class={`chip chip-${found === 'appended' ? 'done' : found === 'ahead' ? 'waiting' : 'stopped'}`}>{say(HEAD_FINDING_WORDS[found])}</span></p>
      <p class="fine"><code>{hash}</code></p>
      <p class="fine">{say(AUDIT.signedAt)}{instantText(at, language)} · {say(AUDIT.receivedAt)}{instantText(receivedAt, language)} · <a href={paperOf(head)} download={`head-${String(height)}.pdf`}>PDF</a></p>
    </li>
  );
}
