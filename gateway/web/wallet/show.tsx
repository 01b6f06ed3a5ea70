/** Showing a licence: which one, which fields, to whom; then the code until somebody has fetched it, or the verifier whose challenge it answers has. */
import { useState } from 'preact/hooks';
import { problemOf, type Problem } from '../api.js';
import { useKept } from '../fetched.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import type { Answer, AskedChallenge, IdentityView, KindRecord, LicenceView } from '../types.js';
import { COMMON } from '../words/common.js';
import { IDENTITY, IDENTITY_DOCUMENT_WORDS } from '../words/identity.js';
import { SHOW } from '../words/presentation.js';
import { WALLET } from '../words/wallet.js';
import { identitySource, sourceOf, type Source, type Verifier } from './presenting.js';
import { Showing } from './showing.js';
import { useOwn, walletCall, type Opened } from './wallet.js';

/** What is to be shown. */
interface Chosen {
  readonly source: Source;
  readonly hidden: ReadonlySet<string>;
  readonly verifier?: Verifier;
}

export function Show({ opened }: { opened: Opened }) {
  const { say } = useLanguage();
  const { rows, problem, reload } = useOwn<Answer>(opened, 'licences');
  const records = useOwn<IdentityView>(opened, 'identities');
  const [chosen, setChosen] = useState<Chosen>();
  const [confirmed, setConfirmed] = useState(false);
  const licences = (rows ?? []).flatMap(({ licence }) => (licence?.origin === 'issued' ? [licence] : []));
  // To the holder's people his identity is not opened.
  const known = records.rows ?? (records.problem ? [] : undefined);
  const identities = (known ?? []).filter(({ status }) => status === 'in-use');
  const back = (): void => {
    setChosen(undefined);
    setConfirmed(false);
  };
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(SHOW.title)}</h1>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!rows && !problem && <Loading />}
      {rows && known && licences.length + identities.length === 0 && <p>{say(WALLET.noLicences)}</p>}
      {rows && known && licences.length + identities.length > 0 && !chosen && <Choice licences={licences} identities={identities} opened={opened} chosen={setChosen} />}
      {chosen?.verifier && !confirmed && <Confirm verifier={chosen.verifier} yes={() => setConfirmed(true)} no={back} />}
      {chosen && (confirmed || !chosen.verifier) && <Showing opened={opened} {...chosen} back={back} />}
      {!chosen && <p><Link to="/wallet">{say(SHOW.back)}</Link></p>}
    </section>
  );
}

/** Nobody is shown anything before the holder has read who it is. */
function Confirm({ verifier: { verifier }, yes, no }: { verifier: Verifier; yes: () => void; no: () => void }) {
  const { say } = useLanguage();
  return (
    <>
      <p class="notice notice-caution">{say(SHOW.to)}{say(COMMON.colon)}<strong>{verifier ? <>{say(SHOW.toAgency)}{verifier.name}</> : say(SHOW.toNobody)}</strong></p>
      <p class="actions-row"><button type="button" class="primary" onClick={yes}>{say(SHOW.confirm)}</button><button type="button" onClick={no}>{say(COMMON.cancel)}</button></p>
    </>
  );
}

const typed = (text: string): string => text.toUpperCase().replace(/[\s-]/g, '');

function Choice({ licences, identities, opened, chosen }: { licences: readonly LicenceView[]; identities: readonly IdentityView[]; opened: Opened; chosen: (what: Chosen) => void }) {
  const { say } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const [identifier, setIdentifier] = useState(licences[0]?.identifier ?? identities[0]?.id ?? '');
  const [picked, setPicked] = useState<ReadonlySet<string>>();
  const [challenge, setChallenge] = useState(location.hash.slice(1));
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const licence = licences.find((each) => each.identifier === identifier);
  const onWall = kinds?.find(({ type }) => type === licence?.kind.type)?.fields.filter(({ disclosure }) => disclosure === 'public').map(({ name }) => name);
  const identity = identities.find((each) => each.id === identifier);
  const fields = picked ?? new Set(onWall);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setState({ busy: true });
    const code = typed(challenge);
    // An identity is shown to an agency that has asked for it, and to nobody else.
    if (identity && code === '') return setState({ busy: false, problem: problemOf('IDENTITY_TO_AGENCIES') });
    const source = await (identity ? identitySource(opened, identity.id) : sourceOf(opened, identifier));
    const asked = code === '' ? undefined : /^[0-9A-Z]{8}$/.test(code) ? await walletCall<AskedChallenge>(opened, `/api/wallet/challenges/${code}`) : ({ ok: false, problem: problemOf('PRESENTATION_CHALLENGE') } as const);
    if (source.ok && asked?.ok !== false) return chosen({ source: source.value, hidden: new Set(licence?.face.map(({ name }) => name).filter((name) => !fields.has(name))), ...(asked ? { verifier: { ...asked.value, code } } : {}) });
    const problem = source.ok ? asked?.ok === false ? asked.problem : undefined : source.problem;
    setState({ busy: false, ...(problem ? { problem: problem.code === 'REQUEST_MALFORMED' ? problemOf('PRESENTATION_CHALLENGE') : problem } : {}) });
  };
  const pick = (name: string, on: boolean): void => setPicked(new Set(on ? [...fields, name] : [...fields].filter((each) => each !== name)));
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div class="field">
        <label for="show-licence">{say(SHOW.which)}</label>
        <select id="show-licence" value={identifier} onChange={(event) => { setIdentifier(event.currentTarget.value); setPicked(undefined); }}>
          {identities.map((each) => <option key={each.id} value={each.id}>{say(IDENTITY.title)} {say(IDENTITY_DOCUMENT_WORDS[each.document])}</option>)}
          {licences.map((each) => <option key={each.identifier} value={each.identifier}>{say(each.kind.name)} {each.face.filter(({ name }) => name === 'number').map(({ value }) => String(value)).join('')}</option>)}
        </select>
      </div>
      {identity ? <p class="notice notice-caution">{say(SHOW.identity)}</p> : <fieldset>
        <legend>{say(SHOW.fields)}</legend>
        <p class="hint">{say(SHOW.fieldsHint)}</p>
        <div class="show-fields">{licence?.face.map(({ name, label, value }) => <label key={name} class="choice"><input type="checkbox" checked={fields.has(name)} onChange={(event) => pick(name, event.currentTarget.checked)} /><span>{say(label)}<span class="fine">{typeof value === 'string' ? value : value.join('；')}</span></span></label>)}</div>
      </fieldset>}
      <div class="field">
        <label for="show-challenge">{say(identity ? SHOW.challengeNeeded : SHOW.challenge)}</label>
        <p class="hint" id="show-challenge-hint">{say(identity ? SHOW.challengeForm : SHOW.challengeHint)}</p>
        <input id="show-challenge" class="code-input" aria-describedby="show-challenge-hint" value={challenge} onInput={(event) => setChallenge(event.currentTarget.value)} autocomplete="off" autocapitalize="characters" spellcheck={false} maxLength={12} />
      </div>
      {licence && kinds && fields.size === 0 && <p class="field-fault" role="alert">{say(SHOW.none)}</p>}
      {state.problem && <ProblemNotice problem={state.problem} />}
      <button type="submit" class="primary big" disabled={state.busy || (!identity && fields.size === 0)}>{say(SHOW.show)}</button>
    </form>
  );
}
