/** Acts that wait on the ledger for further signatures. Every person signs the digest of the very same act. */
import { useState } from 'preact/hooks';
import { deviceFingerprint } from '#chaincode/facts/device';
import type { Message } from '../../messages.js';
import { messageOf } from '../words/codes.js';
import { type Problem } from '../api.js';
import { useFetched, useKept } from '../fetched.js';
import { instantText } from '../format.js';
import { useLanguage, useTitle } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { isRegistrar, mayAct, useSession } from '../session.js';
import type { ActResult, Codes, KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { ISSUE } from '../words/issue.js';
import { LICENCE } from '../words/licence.js';
import { PROPOSALS, REGISTER_WORDS, SIGNING } from '../words/signing.js';
import { OfPerson } from './of-person.js';
import { approveWithPasskey } from './passkey.js';
import { Receipt } from './receipt.js';
import { SignIn } from './sign-in.js';

interface Proposal {
  readonly id: string;
  readonly act: { readonly op: string; readonly licence?: string; readonly reason?: string; readonly docNo?: string; readonly name?: string; readonly id?: string; readonly status?: string; readonly subject?: string; readonly spki?: string };
  readonly expiresAt: string;
  readonly digest: string;
  readonly signers: readonly string[];
}

export function ProposalsPage() {
  const { say } = useLanguage();
  useTitle(say(PROPOSALS.title));
  const { session, ready } = useSession();
  if (!ready) return <section class="sheet"><Loading /></section>;
  if (!session) return <SignIn />;
  return <section class="sheet"><h1 tabIndex={-1}>{say(PROPOSALS.title)}</h1><p class="fine">{session.agencyName}</p>{mayAct(session) || isRegistrar(session) ? <Waiting /> : <p>{say(ISSUE.mayNot)}</p>}</section>;
}

function Waiting() {
  const { say } = useLanguage();
  const { value, problem, loading, reload } = useFetched<{ proposals: readonly Proposal[] }>('/api/proposals');
  const [result, setResult] = useState<ActResult>();
  return (
    <>
      {result && <Receipt key={result.transaction} result={result} title={say(result.status === undefined && result.licence === undefined ? PROPOSALS.more : PROPOSALS.done)}>{result.identifier !== undefined && <Link class="button primary" to={`/l/${result.identifier}`}>{say(PROPOSALS.open)}</Link>}</Receipt>}
      {loading && <Loading />}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {value?.proposals.length === 0 && !result && <p>{say(PROPOSALS.none)}</p>}
      <ul class="proposals">{value?.proposals.map((proposal) => <Item key={proposal.id} proposal={proposal} done={(signed) => { setResult(signed); reload(); }} />)}</ul>
    </>
  );
}

function Item({ proposal, done }: { proposal: Proposal; done: (result: ActResult) => void }) {
  const { say, language } = useLanguage();
  const { session } = useSession();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const codes = useKept<Codes>('/api/codes');
  const [state, setState] = useState<{ busy: boolean; fault?: Problem }>({ busy: false });
  const { act, digest, id, signers } = proposal;
  const [family = '', name = ''] = act.op.split('.');
  const kind = kinds?.find(({ type }) => act.licence?.startsWith(type));
  const reason = codes?.reasons[act.reason ?? ''];
  const passkey = session?.keys.some(({ method }) => method === 'webauthn') === true;
  const sign = async (): Promise<void> => {
    if (!session) return;
    setState({ busy: true });
    const reply = await approveWithPasskey(session, id, digest);
    setState(reply.ok ? { busy: false } : { busy: false, fault: reply.problem });
    if (reply.ok) done(reply.value);
  };
  return (
    <li class="proposal">
      <h2>{family === 'licence' ? say(messageOf(name)) : registered(act, say)}{kind && ` · ${say(kind.name)}`}</h2>
      <dl class="timeline-rows">
        {act.licence !== undefined && <div><dt>{say(LICENCE.title)}</dt><dd><code>{act.licence}</code></dd></div>}
        {reason && <div><dt>{say(LICENCE.reason)}</dt><dd>{say(reason)}</dd></div>}
        {family === 'seal' && <div><dt>{say(COMMON.seals)}</dt><dd>{act.name ?? <code>{act.id}</code>}</dd></div>}
        {/* Whoever signs second compares the phone's digits too. */}
        {act.op === 'device.put' && act.spki !== undefined && <><div><dt>{say(PROPOSALS.holder)}</dt><dd><code>{act.subject}</code></dd></div><div><dt>{say(PROPOSALS.digits)}</dt><dd><code class="device-digits">{deviceFingerprint(act.spki)}</code></dd></div></>}
        {(act.op === 'erasure.begin' || act.op === 'hold.put') && act.subject !== undefined && <div><dt>{say(PROPOSALS.holder)}</dt><dd><OfPerson subject={act.subject} /></dd></div>}
        {act.docNo !== undefined && <div><dt>{say(LICENCE.docNo)}</dt><dd>{act.docNo}</dd></div>}
        <div><dt>{say(PROPOSALS.signers)}</dt><dd>{signers.length}</dd></div>
        <div><dt>{say(PROPOSALS.expires)}</dt><dd>{instantText(proposal.expiresAt, language)}</dd></div>
      </dl>
      <details class="technical"><summary>{say(COMMON.technical)}</summary><pre>{JSON.stringify(act, undefined, 2)}</pre></details>
      {state.fault && <ProblemNotice problem={state.fault} />}
      {session && signers.includes(session.staff) ? <p>{say(PROPOSALS.mine)}</p> : passkey ? <button type="button" class="primary" disabled={state.busy} onClick={() => void sign()}>{say(PROPOSALS.sign)}</button> : <p>{say(SIGNING.noPasskey)} <Link to="/issue/account">{say(SIGNING.toKeys)}</Link></p>}
    </li>
  );
}

/** An act on the register, in words where there are some. */
function registered({ op, status }: Proposal['act'], say: (message: Message) => string): string {
  const key = status === undefined ? op : `${op} ${status}`;
  const words = Object.hasOwn(REGISTER_WORDS, key) ? REGISTER_WORDS[key] : undefined;
  return words ? say(words) : `${say(PROPOSALS.register)} ${op}`;
}
