/** The form of one act on a licence: reason, basis, document number, and what the act itself needs. */
import { useRef, useState } from 'preact/hooks';
import { ACT_WORDS } from '../../messages/statuses.js';
import { useKept } from '../fetched.js';
import { useFocus } from '../focus.js';
import { todayOf } from '../format.js';
import { changesOf, FaceFields, type FaceText } from '../issue/face-fields.js';
import { ChoiceField, DayField, faultsByField, focusFirstFault } from '../issue/field.js';
import { DecisionFields, decisionOf, reasonsFor, type DecisionText } from '../issue/decision-fields.js';
import { SendRow } from '../issue/send-row.js';
import { signingFor } from '../issue/signing.js';
import { TermFields, termOf, usualTerm, type TermText } from '../issue/term-fields.js';
import { useAct } from '../issue/use-act.js';
import { useLanguage } from '../language.js';
import type { ActResult, AgencyView, Codes, KindRecord, LicenceView } from '../types.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { ACTION } from '../words/licence.js';
import { isFinal, isVersionAct, type Action } from './allowed.js';

interface Props {
  readonly act: Action;
  readonly licence: LicenceView;
  readonly kind: KindRecord;
  readonly agencies: readonly AgencyView[];
  /** The last event the clerk has seen: whoever acts on an older view is told. */
  readonly after: number | undefined;
  readonly done: (result: ActResult) => void;
}

export function ActForm({ act, licence, kind, agencies, after, done }: Props) {
  const { say } = useLanguage();
  const form = useRef<HTMLFormElement>(null);
  const heading = useFocus<HTMLHeadingElement>();
  const today = todayOf(Date.now());
  const codes = useKept<Codes>('/api/codes');
  const reasons = reasonsFor(codes, act);
  const before = faceText(licence);
  const [decision, setDecision] = useState<DecisionText>({ reason: '', basis: '', docNo: '' });
  const [effectiveOn, setEffectiveOn] = useState(today);
  const [to, setTo] = useState('');
  const [face, setFace] = useState<FaceText>(before);
  const [term, setTerm] = useState<TermText>(() => (act === 'renew' ? usualTerm(kind, Date.now()) : { issuedOn: today, validFrom: licence.validFrom ?? today, validUntil: licence.validUntil ?? '' }));
  const acting = useAct();
  const version = isVersionAct(act);
  const reason = decision.reason === '' ? (reasons[0] ?? '') : decision.reason;
  const signing = signingFor(kind, act, { penalty: codes?.reasons[reason]?.penalty, effectiveOn: version ? term.issuedOn : effectiveOn, today });
  const faults = faultsByField(acting.problem?.fields ?? []);

  const input = () => {
    const decided = decisionOf({ ...decision, reason });
    if (!version) return { op: act, licence: licence.licence, ...(after === undefined ? {} : { after }), ...(act === 'transfer' ? { to } : {}), ...decided, effectiveOn };
    const changes = act === 'change' || act === 'confirm' ? changesOf(kind, before, face) : {};
    return { op: act, licence: licence.licence, ...(Object.keys(changes).length === 0 ? {} : { face: changes }), ...termOf(term), ...decided };
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const reply = await acting.send(input(), signing);
    if (reply?.ok) done(reply.value);
    else focusFirstFault(form.current);
  };
  return (
    <form ref={form} class="act-form" onSubmit={(event) => void submit(event)} noValidate>
      <h3 ref={heading} tabIndex={-1}>{say(ACT_WORDS[act])}</h3>
      {isFinal(act) && <p class="notice notice-caution"><strong>{say(ACTION.final)}</strong></p>}
      {(act === 'change' || act === 'confirm') && <fieldset><legend>{say(ISSUE.holderPart)}</legend><FaceFields kind={kind} text={face} faults={faults} fixed={kind.number === 'none' ? undefined : kind.fields.find(({ role }) => role === 'number')?.name} change={(name, value) => setFace((earlier) => ({ ...earlier, [name]: value }))} /></fieldset>}
      {version && <TermFields kind={kind} term={term} faults={faults} change={(part) => setTerm((earlier) => ({ ...earlier, ...part }))} />}
      {act === 'transfer' && <ChoiceField name="to" label={say(ACTION.to)} required value={to} fault={faults['to']} change={setTo} empty={say(COMMON.choose)} choices={agencies.filter(({ code, active }) => active && code !== licence.manager.code).map(({ code, name }) => ({ value: code, text: name }))} />}
      <DecisionFields act={act} text={{ ...decision, reason }} faults={faults} change={(part) => setDecision((earlier) => ({ ...earlier, ...part }))} />
      {!version && <DayField name="effectiveOn" label={say(ACTION.effectiveOn)} required value={effectiveOn} fault={faults['effectiveOn']} change={setEffectiveOn} />}
      <SendRow acting={acting} signing={signing} label={`${say(ACTION.submit)}${say(COMMON.colon)}${say(ACT_WORDS[act])}`} />
    </form>
  );
}

const faceText = (licence: LicenceView): FaceText => Object.fromEntries(licence.face.map(({ name, value }) => [name, typeof value === 'string' ? value : value.join('\n')]));
