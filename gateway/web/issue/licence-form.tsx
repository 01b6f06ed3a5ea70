/** The form of a new licence. It stands until the licence is issued, whatever the network does. */
import { useRef, useState } from 'preact/hooks';
import { todayOf } from '../format.js';
import { useLanguage } from '../language.js';
import { Link } from '../router.js';
import type { KindRecord } from '../types.js';
import { ISSUE } from '../words/issue.js';
import { SIGNING } from '../words/signing.js';
import { DecisionFields, decisionOf, type DecisionText } from './decision-fields.js';
import { FaceFields, faceOf, type FaceText } from './face-fields.js';
import { faultsByField, focusFirstFault } from './field.js';
import { LaterPapers, type LaterPaper } from './later-papers.js';
import { MembersField } from './members-field.js';
import { Receipt } from './receipt.js';
import { SendRow } from './send-row.js';
import { signingFor } from './signing.js';
import { TermFields, termOf, usualTerm } from './term-fields.js';
import { useAct } from './use-act.js';

/** @param another begins a new form, with a request id of its own */
export function LicenceForm({ kind, another }: { kind: KindRecord; another: () => void }) {
  const { say } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const [face, setFace] = useState<FaceText>({});
  const [term, setTerm] = useState(() => usualTerm(kind, Date.now()));
  const [decision, setDecision] = useState<DecisionText>({ reason: 'APPLICATION', basis: 'XZXKF-38', docNo: '' });
  const [members, setMembers] = useState<readonly string[]>([]);
  const [later, setLater] = useState<readonly LaterPaper[]>([]);
  const acting = useAct();
  const faults = faultsByField(acting.problem?.fields ?? []);
  const signing = signingFor(kind, 'issue', { effectiveOn: term.issuedOn || undefined, validFrom: term.validFrom || undefined, today: todayOf(Date.now()) });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const reply = await acting.send({ op: 'issue', kind: kind.type, face: faceOf(kind, face), ...(kind.composite ? { members } : {}), ...(later.length > 0 ? { conditions: later } : {}), ...termOf(term), ...decisionOf(decision) }, signing);
    if (reply?.ok === false) focusFirstFault(form.current);
  };
  if (acting.result) {
    const { identifier, replayed, proposal } = acting.result;
    return (
      <Receipt result={acting.result} title={say(proposal !== undefined ? SIGNING.proposed : replayed ? ISSUE.doneReplayed : ISSUE.done)}>
        {proposal !== undefined && <Link class="button primary" to="/issue/proposals">{say(SIGNING.toProposals)}</Link>}
        {identifier !== undefined && <Link class="button primary" to={`/l/${identifier}`}>{say(ISSUE.open)}</Link>}
        <button type="button" onClick={another}>{say(ISSUE.another)}</button>
      </Receipt>
    );
  }
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <fieldset><legend>{say(ISSUE.holderPart)}</legend><FaceFields kind={kind} text={face} faults={faults} change={(name, value) => setFace((before) => ({ ...before, [name]: value }))} /></fieldset>
      {kind.composite && <MembersField kind={kind} holder={(face[kind.fields.find(({ role }) => role === 'holder-code')?.name ?? ''] ?? '').trim().toUpperCase()} chosen={members} change={setMembers} fault={faults['members']} />}
      {kind.conditions && <LaterPapers rule={kind.conditions} chosen={later} change={setLater} faults={faults} />}
      <fieldset><legend>{say(ISSUE.termPart)}</legend><TermFields kind={kind} term={term} faults={faults} change={(part) => setTerm((before) => ({ ...before, ...part }))} /></fieldset>
      <fieldset><legend>{say(ISSUE.decisionPart)}</legend><DecisionFields act="issue" text={decision} faults={faults} change={(part) => setDecision((before) => ({ ...before, ...part }))} /></fieldset>
      <SendRow acting={acting} signing={signing} label={say(ISSUE.submit)} />
    </form>
  );
}
