/** A new application: whose, for which trade; what is there already; then the one form. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useFetched, useKept } from '../fetched.js';
import { ChoiceField, faultsByField, TextField } from '../issue/field.js';
import { SignIn } from '../issue/sign-in.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { useLocation } from '../router.js';
import { mayAct, useSession } from '../session.js';
import type { FilingView, FilledField, MaterialsAnswer, MatterRecord, TradeRecord } from '../types.js';
import { MATERIALS } from '../words/applications.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { MaterialsList } from './materials-list.js';
import { ReceiveForm } from './receive-form.js';

interface Catalogue {
  readonly matters: readonly MatterRecord[];
  readonly trades: readonly TradeRecord[];
}
/** As the door takes it. */
export interface Wanted {
  readonly holder: string;
  readonly trade: string;
  readonly matters: readonly { readonly matter: string; readonly variant: string }[];
}

export function NewApplicationPage() {
  const { say } = useLanguage();
  useTitle(say(MATERIALS.title));
  const { session, ready } = useSession();
  const [round, setRound] = useState(0);
  // The way from the list of what came from wallets.
  const { hash } = useLocation();
  const waiting = useFetched<{ readonly filings: readonly FilingView[] }>(session && hash.length > 1 ? '/api/filings' : undefined);
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  const heading = <><h1 tabIndex={-1}>{say(MATERIALS.title)}</h1><p class="fine">{session.agencyName}</p></>;
  if (!mayAct(session)) return <section class="sheet">{heading}<p>{say(ISSUE.mayNot)}</p></section>;
  if (waiting.loading) return <section class="sheet">{heading}<Loading /></section>;
  const filing = round === 0 ? waiting.value?.filings.find(({ id }) => `#${id}` === hash) : undefined;
  return <section class="sheet">{heading}<Ask key={round} filing={filing} another={() => setRound((before) => before + 1)} /></section>;
}

function Ask({ filing, another }: { filing: FilingView | undefined; another: () => void }) {
  const { say } = useLanguage();
  const catalogue = useKept<Catalogue>('/api/matters');
  const [holder, setHolder] = useState(filing?.subject.replace('uscc:', '') ?? '');
  const [trade, setTrade] = useState(filing?.trade ?? '');
  const [variants, setVariants] = useState<Readonly<Record<string, string>>>(Object.fromEntries(filing?.matters.map(({ matter, variant }) => [matter, variant]) ?? []));
  const [state, setState] = useState<{ busy: boolean; problem?: Problem; wanted?: Wanted; answer?: MaterialsAnswer; form?: readonly FilledField[] }>({ busy: false });
  const requestId = useRef(filing?.id ?? newRequestId());
  const found = useRef<HTMLHeadingElement>(null);
  useEffect(() => { if (state.answer && !state.form) found.current?.focus(); }, [state.answer]);
  if (!catalogue) return <Loading />;
  const matters = (catalogue.trades.find(({ code }) => code === trade)?.matters ?? []).flatMap((code) => catalogue.matters.find((matter) => matter.code === code) ?? []);
  const faults = faultsByField(state.problem?.fields ?? []);
  const wantedNow = (): Wanted => ({ holder: holder.trim(), trade, matters: matters.map(({ code, variants: all }) => ({ matter: code, variant: variants[code] ?? all[0]?.code ?? '' })) });
  // Another holder or trade: what was found for the last one must not stay beside it.
  const edit = (change: () => void) => { change(); setState({ busy: false }); requestId.current = newRequestId(); };
  const look = async (event: Event): Promise<void> => {
    event.preventDefault();
    const wanted = wantedNow();
    setState({ busy: true });
    const reply = await call<MaterialsAnswer>('/api/materials', { method: 'POST', json: trade === '' ? { holder: wanted.holder } : wanted });
    setState(reply.ok ? { busy: false, wanted, answer: reply.value } : { busy: false, problem: reply.problem });
  };
  const fill = async (): Promise<void> => {
    if (!state.wanted) return;
    setState({ ...state, busy: true });
    const reply = await call<{ answer: MaterialsAnswer; form: readonly FilledField[] }>('/api/forms', { method: 'POST', json: { requestId: requestId.current, ...state.wanted } });
    setState(reply.ok ? { busy: false, wanted: state.wanted, ...reply.value } : { ...state, busy: false, problem: reply.problem });
  };
  return (
    <>
      <form onSubmit={(event) => void look(event)} noValidate>
        <TextField name="holder" label={say(MATERIALS.holder)} hint={say(MATERIALS.holderHint)} required value={holder} fault={faults['holder']} change={(value) => edit(() => setHolder(value))} input={{ spellcheck: false, autocapitalize: 'characters', class: 'code', maxLength: 30 }} />
        <ChoiceField name="trade" label={say(MATERIALS.trade)} required value={trade} fault={faults['trade'] ?? faults['matters']} change={(value) => edit(() => setTrade(value))} empty={say(COMMON.choose)} choices={catalogue.trades.filter(({ active }) => active).map(({ code, name }) => ({ value: code, text: say(name) }))} />
        {matters.filter(({ variants: all }) => all.length > 1).map(({ code, name, variants: all }) => (
          <ChoiceField key={code} name={`variant-${code}`} label={`${say(MATERIALS.variant)}${say(COMMON.colon)}${say(name)}`} required value={variants[code] ?? all[0]?.code ?? ''} change={(value) => edit(() => setVariants((before) => ({ ...before, [code]: value })))} choices={all.map((variant) => ({ value: variant.code, text: say(variant.name) }))} />
        ))}
        {state.problem && <ProblemNotice problem={state.problem} />}
        <button type="submit" class={state.answer ? '' : 'primary big'} disabled={state.busy}>{say(MATERIALS.look)}</button>
      </form>
      {state.answer && state.wanted && (
        <>
          <h2 ref={found} tabIndex={-1}>{say(MATERIALS.needs)}</h2>
          <MaterialsList answer={state.answer} />
          {!state.form && <><p class="hint">{say(MATERIALS.fillHint)}</p><button type="button" class="primary big" disabled={state.busy} onClick={() => void fill()}>{say(MATERIALS.fill)}</button></>}
          {state.form && <ReceiveForm filing={requestId.current === filing?.id ? filing : undefined} requestId={requestId.current} wanted={state.wanted} answer={state.answer} form={state.form} another={another} />}
        </>
      )}
    </>
  );
}
