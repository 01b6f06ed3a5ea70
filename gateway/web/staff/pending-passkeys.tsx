/** Passkeys that wait: the registrar signs each onto the ledger with a passkey of the registrar's own, or turns it down. */
import { useState } from 'preact/hooks';
import { call, problemOf, type Problem } from '../api.js';
import { useFetched } from '../fetched.js';
import { instantText } from '../format.js';
import { Receipt } from '../issue/receipt.js';
import { useAct } from '../issue/use-act.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import { Link } from '../router.js';
import { useSession } from '../session.js';
import type { ActResult, SessionView, StaffView } from '../types.js';
import { COMMON } from '../words/common.js';
import { ROLES, STAFF } from '../words/staff.js';

interface Waiting {
  readonly passkey: { readonly key: string; readonly staff: string; readonly registeredAt?: string };
  readonly who: StaffView;
  /** What is signed: the person's record with the new key. */
  readonly act: unknown;
}
interface News {
  readonly what: 'approved' | 'rejected' | 'changed';
  readonly who: string;
  readonly result?: ActResult;
}
const PENDING = '/api/passkeys/pending';
const fingerprint = ({ act }: Waiting): string => JSON.stringify(act);
export const nameOf = ({ displayName, name, staff }: StaffView): string => displayName ?? name ?? staff;

export function PendingPasskeys({ session }: { session: SessionView }) {
  const { say } = useLanguage();
  const { refresh } = useSession();
  const { value, problem, loading, reload } = useFetched<{ pending: readonly Waiting[] }>(PENDING);
  const [news, setNews] = useState<News>();
  const canSign = session.keys.some(({ method }) => method === 'webauthn');
  const tell = ({ who, passkey }: Waiting) => (what: News['what'], result?: ActResult) => {
    setNews({ what, who: nameOf(who), ...(result ? { result } : {}) });
    reload();
    if (passkey.staff === session.staff) void refresh();
  };
  return (
    <>
      <h2>{say(STAFF.pending)}</h2>
      <p>{say(STAFF.pendingLead)}</p>
      {!canSign && <div class="notice notice-signing"><p>{say(STAFF.noPasskey)} <Link to="/issue/account">{say(STAFF.toAccount)}</Link></p></div>}
      {news?.result && <Receipt key={news.result.transaction} result={news.result} title={`${say(STAFF.approved)}${news.who}`} />}
      {news?.what === 'changed' && <ProblemNotice problem={problemOf('RECORD_CHANGED')} />}
      <p role="status">{news?.what === 'rejected' && `${say(STAFF.rejected)}${news.who}`}</p>
      {loading && <Loading />}
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {value?.pending.length === 0 && <p>{say(STAFF.none)}</p>}
      <ul class="proposals">{value?.pending.map((waiting) => <Item key={fingerprint(waiting)} waiting={waiting} own={waiting.passkey.staff === session.staff} canSign={canSign} tell={tell(waiting)} />)}</ul>
    </>
  );
}

interface ItemProps {
  readonly waiting: Waiting;
  readonly own: boolean;
  readonly canSign: boolean;
  readonly tell: (what: News['what'], result?: ActResult) => void;
}

function Item({ waiting, own, canSign, tell }: ItemProps) {
  const { say, language } = useLanguage();
  const acting = useAct();
  const [state, setState] = useState<{ busy: boolean; fault?: Problem | undefined }>({ busy: false });
  const { passkey, who, act } = waiting;
  const approve = async (): Promise<void> => {
    setState({ busy: true });
    // The act holds the whole record: one that is minutes old could bring back a colleague dismissed since.
    const now = await call<{ pending: readonly Waiting[] }>(PENDING);
    if (!now.ok) return setState({ busy: false, fault: now.problem });
    if (!now.value.pending.some((each) => fingerprint(each) === fingerprint(waiting))) return tell('changed');
    const reply = await acting.send({ op: 'register', act }, 'own');
    setState({ busy: false });
    if (reply?.ok) tell('approved', reply.value);
  };
  const reject = async (): Promise<void> => {
    setState({ busy: true });
    const reply = await call(`${PENDING}/${passkey.key}`, { method: 'DELETE' });
    setState({ busy: false, ...(reply.ok ? {} : { fault: reply.problem }) });
    if (reply.ok) tell('rejected');
  };
  const fault = state.fault ?? acting.problem;
  return (
    <li class="proposal">
      <h3>{nameOf(who)} {own && say(STAFF.yours)}</h3>
      <dl class="timeline-rows">
        {who.name !== undefined && <div><dt>{say(STAFF.signInName)}</dt><dd>{who.name}</dd></div>}
        <div><dt>{say(STAFF.agency)}</dt><dd>{who.agencyName}</dd></div>
        <div><dt>{say(STAFF.roles)}</dt><dd>{who.roles.map((role) => say(ROLES[role])).join(say(COMMON.comma))}</dd></div>
        <div><dt>{say(STAFF.key)}</dt><dd><code class="key-id">{passkey.key}</code></dd></div>
        {passkey.registeredAt !== undefined && <div><dt>{say(STAFF.registeredAt)}</dt><dd>{instantText(passkey.registeredAt, language)}</dd></div>}
        {!canSign && <div><dt>{say(STAFF.command)}</dt><dd><code>yizheng passkeys --approve {passkey.key} --key {say(STAFF.keyFile)}</code></dd></div>}
      </dl>
      {fault && <ProblemNotice problem={fault} />}
      <p class="actions-row">
        {canSign && <button type="button" class="primary" disabled={state.busy} onClick={() => void approve()}>{say(STAFF.approve)}<span class="hidden-words"> {nameOf(who)}</span></button>}
        <button type="button" disabled={state.busy} onClick={() => void reject()}>{say(STAFF.reject)}<span class="hidden-words"> {nameOf(who)}</span></button>
      </p>
    </li>
  );
}
