/** Acts by licence, person, agency, kind, act and time; page by page, or as a file. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { STEP_WORDS } from '../../messages/applications.js';
import { ACT_NOUN_WORDS } from '../../messages/register-acts.js';
import { ACT_WORDS } from '../../messages/statuses.js';
import { call, type Problem } from '../api.js';
import { useKept } from '../fetched.js';
import { ChoiceField, DayField, faultsByField, TextField } from '../issue/field.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { AgencyView, AuditedAct, KindRecord } from '../types.js';
import { AUDIT, OTHER_ACT_WORDS } from '../words/audit.js';
import { Acts } from './acts.js';
import { Exports } from './exports.js';
import { identifierFor } from './identifier.js';

interface Asked {
  readonly licence: string;
  readonly actor: string;
  readonly agency: string;
  readonly kind: string;
  readonly noun: string;
  readonly act: string;
  readonly from: string;
  readonly to: string;
  readonly outside: string;
}
const NOTHING: Asked = { licence: '', actor: '', agency: '', kind: '', noun: '', act: '', from: '', to: '', outside: '' };
const queryOf = (asked: Readonly<Record<string, string>>): string => new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== '')).toString();

export function Search({ agencyName }: { agencyName: string }) {
  const { say } = useLanguage();
  const [asked, setAsked] = useState<Asked>(NOTHING);
  const [state, setState] = useState<{ query?: string; acts?: readonly AuditedAct[]; next?: string | undefined; problem?: Problem; busy: boolean }>({ busy: true });
  const turn = useRef(0);
  const run = async (wanted: Asked, before?: string): Promise<void> => {
    const mine = ++turn.current;
    setState((earlier) => ({ ...(before === undefined ? {} : earlier), busy: true }));
    const named = await identifierFor(wanted.licence);
    const query = queryOf({ ...wanted, licence: named.ok ? named.value : '' });
    const reply = named.ok ? await call<{ acts: readonly AuditedAct[]; next?: string }>(`/api/audit/acts?${query}${before === undefined ? '' : `&before=${encodeURIComponent(before)}`}`) : named;
    if (mine !== turn.current) return;
    setState((earlier) => (reply.ok ? { busy: false, query, acts: [...(before === undefined ? [] : (earlier.acts ?? [])), ...reply.value.acts], next: reply.value.next } : { busy: false, problem: reply.problem }));
  };
  useEffect(() => void run(NOTHING), []);
  const choose = (change: Partial<Asked>) => setAsked((before) => ({ ...before, ...change }));
  const ofActor = (actor: string): void => {
    choose({ actor });
    void run({ ...asked, actor });
  };
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(AUDIT.acts)}</h1>
      <p class="fine">{agencyName} · {say(AUDIT.lead)}</p>
      <Filters asked={asked} choose={choose} faults={state.problem} submit={() => void run(asked)} busy={state.busy} />
      {state.problem && <ProblemNotice problem={state.problem} />}
      {!state.acts && state.busy && <Loading />}
      {state.acts?.length === 0 && <p role="status">{say(state.next === undefined ? AUDIT.none : AUDIT.sparse)}</p>}
      {state.acts && state.acts.length > 0 && <><Exports path="/api/audit/export" name="acts" query={state.query ?? ''} /><Acts acts={state.acts} chooseActor={ofActor} /></>}
      {state.next !== undefined && <button type="button" disabled={state.busy} onClick={() => void run(asked, state.next)}>{say(AUDIT.more)}</button>}
    </section>
  );
}

function Filters({ asked, choose, faults: problem, submit, busy }: { asked: Asked; choose: (change: Partial<Asked>) => void; faults: Problem | undefined; submit: () => void; busy: boolean }) {
  const { say } = useLanguage();
  const [agencies, kinds] = [useKept<readonly AgencyView[]>('/api/agencies'), useKept<readonly KindRecord[]>('/api/kinds')];
  const faults = faultsByField(problem?.fields ?? []);
  const send = (event: Event): void => {
    event.preventDefault();
    submit();
  };
  const acts = [...Object.entries(ACT_WORDS), ...Object.entries(STEP_WORDS).filter(([name]) => !Object.hasOwn(ACT_WORDS, name)), ...Object.entries(OTHER_ACT_WORDS)].map(([value, words]) => ({ value, text: say(words) }));
  return (
    <form onSubmit={send}>
      <div class="field-row">
        <TextField name="licence" label={say(AUDIT.licence)} fault={faults['licence']} value={asked.licence} change={(licence) => choose({ licence: licence.trim() })} />
        <TextField name="actor" label={say(AUDIT.actor)} hint={say(AUDIT.actorHint)} fault={faults['actor']} value={asked.actor} change={(actor) => choose({ actor: actor.trim() })} />
      </div>
      <div class="field-row">
        <ChoiceField name="agency" label={say(AUDIT.agency)} value={asked.agency} change={(agency) => choose({ agency })} empty={say(AUDIT.all)} choices={(agencies ?? []).map(({ code, name }) => ({ value: code, text: name }))} />
        <ChoiceField name="kind" label={say(AUDIT.kind)} value={asked.kind} change={(kind) => choose({ kind })} empty={say(AUDIT.all)} choices={(kinds ?? []).map(({ type, name }) => ({ value: type, text: say(name) }))} />
        <ChoiceField name="noun" label={say(AUDIT.noun)} value={asked.noun} change={(noun) => choose({ noun })} empty={say(AUDIT.all)} choices={Object.entries(ACT_NOUN_WORDS).map(([value, words]) => ({ value, text: say(words) }))} />
        <ChoiceField name="act" label={say(AUDIT.act)} fault={faults['act']} value={asked.act} change={(act) => choose({ act })} empty={say(AUDIT.all)} choices={acts} />
      </div>
      <div class="field-row">
        <DayField name="from" label={say(AUDIT.from)} fault={faults['from']} value={asked.from} change={(from) => choose({ from })} />
        <DayField name="to" label={say(AUDIT.to)} fault={faults['to']} value={asked.to} change={(to) => choose({ to })} />
        <label class="choice"><input type="checkbox" checked={asked.outside !== ''} onChange={(event) => choose({ outside: event.currentTarget.checked ? 'true' : '' })} />{say(AUDIT.outsideOnly)}</label>
      </div>
      <button type="submit" class="primary" disabled={busy}>{say(AUDIT.search)}</button>
    </form>
  );
}
