/** A new licence: choose its kind, fill in its face, issue. */
import { useState } from 'preact/hooks';
import { useKept } from '../fetched.js';
import { todayOf } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading } from '../notice.js';
import { mayAct, useSession } from '../session.js';
import type { AgencyView, KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { ChoiceField } from './field.js';
import { LicenceForm } from './licence-form.js';
import { SignIn } from './sign-in.js';

/** Kinds that an agency may issue today, as its rights on the ledger say. */
export function issuable(kinds: readonly KindRecord[], agency: AgencyView | undefined, today: string): readonly KindRecord[] {
  const rights = (agency?.rights ?? []).filter(({ right, from, until }) => right === 'issue' && from <= today && (until === undefined || today <= until));
  return kinds.filter(({ type, active }) => active && rights.some(({ kind }) => kind === type));
}

export function NewLicencePage() {
  const { say } = useLanguage();
  useTitle(say(ISSUE.newTitle));
  const { session, ready } = useSession();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const agencies = useKept<readonly AgencyView[]>('/api/agencies');
  const [type, setType] = useState('');
  const [round, setRound] = useState(0);
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  const heading = <><h1 tabIndex={-1}>{say(ISSUE.newTitle)}</h1><p class="fine">{session.agencyName}</p></>;
  if (!mayAct(session)) return <section class="sheet">{heading}<p>{say(ISSUE.mayNot)}</p></section>;
  if (!kinds || !agencies) return <section class="sheet">{heading}<Loading /></section>;
  const own = issuable(kinds, agencies.find(({ code }) => code === session.agency), todayOf(Date.now()));
  const kind = own.find((each) => each.type === type);
  return (
    <section class="sheet">
      {heading}
      {own.length === 0 ? <p>{say(ISSUE.noRights)}</p> : <ChoiceField name="kind" label={say(ISSUE.kind)} required value={type} change={setType} empty={say(COMMON.choose)} choices={own.map((each) => ({ value: each.type, text: say(each.name) }))} />}
      {kind && <LicenceForm key={`${kind.type}/${String(round)}`} kind={kind} another={() => setRound((before) => before + 1)} />}
    </section>
  );
}
