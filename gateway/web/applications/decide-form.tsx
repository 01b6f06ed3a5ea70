/** The decision on one matter. Where a sign-in is enough to issue, the licence is issued with it; else it names one that several persons, or a rule, have issued. */
import { useRef, useState } from 'preact/hooks';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { APPLICATION_DECISION_WORDS } from '../../messages/applications.js';
import { useKept } from '../fetched.js';
import { useFocus } from '../focus.js';
import { todayOf } from '../format.js';
import { FaceFields, faceOf } from '../issue/face-fields.js';
import { ChoiceField, faultsByField, focusFirstFault, TextField } from '../issue/field.js';
import { SendRow } from '../issue/send-row.js';
import { signingFor, type Signing } from '../issue/signing.js';
import { TermFields, termOf, usualTerm } from '../issue/term-fields.js';
import { useAct } from '../issue/use-act.js';
import { useLanguage } from '../language.js';
import { Loading } from '../notice.js';
import { Link } from '../router.js';
import type { ActResult, ApplicationView, Codes, KindRecord, MatterRecord } from '../types.js';
import { APPLICATION } from '../words/applications.js';
import { COMMON } from '../words/common.js';
import { ACTION } from '../words/licence.js';
import { SIGNING } from '../words/signing.js';
import { useSend } from './use-send.js';

interface Props {
  readonly matter: string;
  readonly application: ApplicationView;
  readonly done: () => void;
}

export function DecideForm(props: Props) {
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const catalogue = useKept<{ matters: readonly MatterRecord[] }>('/api/matters');
  const matter = catalogue?.matters.find(({ code }) => code === props.matter);
  if (!kinds || !matter) return <Loading />;
  return <Decide {...props} record={matter} kind={kinds.find(({ type }) => type === matter.kind)} />;
}

type Outcome = 'granted' | 'refused';

function Decide({ application, record, kind, done }: Props & { record: MatterRecord; kind: KindRecord | undefined }) {
  const { say } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const heading = useFocus<HTMLHeadingElement>();
  const codes = useKept<Codes>('/api/codes');
  const [outcome, setOutcome] = useState<Outcome>('granted');
  const [decision, setDecision] = useState({ docNo: '', basis: 'XZXKF-38', licence: '' });
  const [isIssued, setIssued] = useState(false);
  const [face, setFace] = useState<Readonly<Record<string, string>>>({});
  const [term, setTerm] = useState(() => usualTerm(kind ?? {}, Date.now()));
  const sending = useSend<ActResult>();
  const acting = useAct();
  const signing: Signing = kind ? signingFor(kind, 'issue', { today: todayOf(Date.now()) }) : 'sign-in';
  const problem = sending.problem ?? acting.problem;
  const faults = faultsByField(problem?.fields ?? []);
  const added = kind && { ...kind, fields: kind.fields.filter(({ name }) => !record.form.some(({ fills }) => fills === name)) };
  const mayIssue = outcome === 'granted' && added !== undefined && signing === 'sign-in';
  const issues = mayIssue && !isIssued;
  const names = outcome === 'granted' && kind !== undefined && !issues;
  const set = (part: Partial<typeof decision>) => setDecision((before) => ({ ...before, ...part }));

  const given = Object.fromEntries(Object.entries({ docNo: decision.docNo.trim(), basis: decision.basis }).filter(([, value]) => value !== ''));
  const signed = () => {
    const named = names ? parseOwnIdentifier(decision.licence.trim()) : undefined;
    const reliedOn = application.reliedOn.flatMap((each) => { const own = parseOwnIdentifier(each); return own ? [{ licence: own.id, version: own.version }] : []; });
    return acting.send({ op: 'register', act: {
      op: 'application.decide', id: application.id, after: application.events.length, authority: application.agency.code, matter: record.code, outcome, ...given,
      ...(named ? { licence: named.id, version: named.version } : {}), reliedOn,
    } }, signing);
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const sent = signing === 'sign-in'
      ? sending.send(`/api/applications/${application.id}/decisions`, { after: application.events.length, matter: record.code, outcome, ...given, ...(issues ? { issue: { face: faceOf(added, face), ...termOf(term) } } : {}), ...(names ? { licence: decision.licence.trim() } : {}) })
      : signed();
    const reply = await sent;
    if (reply?.ok && reply.value.proposal === undefined) done();
    else if (reply?.ok === false) focusFirstFault(form.current);
  };
  if (acting.result?.proposal !== undefined) return <p class="notice" role="status">{say(SIGNING.proposed)} <Link to="/issue/proposals">{say(SIGNING.toProposals)}</Link></p>;
  return (
    <form ref={form} class="act-form" onSubmit={(event) => void submit(event)} noValidate>
      <h3 ref={heading} tabIndex={-1}>{say(APPLICATION.decide)}{say(COMMON.colon)}{say(record.name)}</h3>
      <ChoiceField name="outcome" label={say(APPLICATION.outcome)} required value={outcome} change={(value) => setOutcome(value as Outcome)} choices={(['granted', 'refused'] as const).map((value) => ({ value, text: say(APPLICATION_DECISION_WORDS[value]) }))} />
      <TextField name="docNo" label={say(ACTION.docNo)} required value={decision.docNo} fault={faults['docNo']} change={(docNo) => set({ docNo })} input={{ maxLength: 64 }} />
      <ChoiceField name="basis" label={say(ACTION.basis)} value={decision.basis} fault={faults['basis']} change={(basis) => set({ basis })} empty={say(ACTION.noneChosen)} choices={Object.entries(codes?.bases ?? {}).map(([value, words]) => ({ value, text: say(words) }))} />
      {mayIssue && <label class="choice"><input type="checkbox" checked={isIssued} onChange={(event) => setIssued(event.currentTarget.checked)} /><span>{say(APPLICATION.isIssued)}</span></label>}
      {issues && kind && (
        <fieldset>
          <legend>{say(APPLICATION.numberPart)}{say(COMMON.colon)}{say(kind.name)}</legend>
          <p class="hint">{say(APPLICATION.addedHint)}</p>
          <FaceFields kind={added} text={face} faults={faults} change={(name, value) => setFace((before) => ({ ...before, [name]: value }))} />
          <TermFields kind={kind} term={term} faults={faults} change={(part) => setTerm((before) => ({ ...before, ...part }))} />
        </fieldset>
      )}
      {names && (
        <>
          {!mayIssue && <p>{say(APPLICATION.ownKeys)} <Link to="/issue/new">{say(APPLICATION.toIssue)}</Link></p>}
          <TextField name="licence" label={say(APPLICATION.licence)} required value={decision.licence} fault={faults['licence'] ?? faults['version']} change={(licence) => set({ licence })} input={{ class: 'code', spellcheck: false }} />
        </>
      )}
      <SendRow acting={{ busy: sending.busy || acting.busy, problem }} signing={signing} label={say(issues ? APPLICATION.issueAndDecide : APPLICATION.send)} />
    </form>
  );
}
