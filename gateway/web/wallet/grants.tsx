/** Who asks for the holder's licences, and to whom he has opened them. What is signed is the digest of exactly what is shown; the device computes it itself. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { grantDigest, grantRevokeDigest } from '#chaincode/facts/grant';
import { PURPOSES } from '#chaincode/facts/purpose';
import type { GrantDetails } from '../../documents/grant.js';
import { call, problemOf, type Problem, type Reply } from '../api.js';
import { newRequestId } from '../bytes.js';
import { useKept } from '../fetched.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { AskedGrant, DelegationView, GrantView, KindRecord } from '../types.js';
import { COMMON } from '../words/common.js';
import { MEMBERS } from '../words/members.js';
import { GRANT_STATES, WALLET } from '../words/wallet.js';
import { shownOf } from './shown.js';
import { may, pathFor, signFor, useOwn, walletCall, type Opened } from './wallet.js';

export function Grants({ opened }: { opened: Opened }) {
  const { say } = useLanguage();
  const requests = useOwn<AskedGrant>(opened, 'requests');
  const grants = useOwn<GrantView>(opened, 'grants', ({ cursor }) => cursor);
  const [done, setDone] = useState<keyof typeof DONE>();
  const changed = (what: keyof typeof DONE): void => {
    setDone(what);
    requests.reload();
    grants.reload();
  };
  const problem = requests.problem ?? grants.problem;
  return (
    <>
      <section class="sheet">
        <h1 tabIndex={-1}>{say(WALLET.grants)}</h1>
        <p role="status">{done && <strong>{say(DONE[done])}</strong>}</p>
        {problem && <ProblemNotice problem={problem}><button type="button" onClick={() => { requests.reload(); grants.reload(); }}>{say(COMMON.retry)}</button></ProblemNotice>}
        <h2>{say(WALLET.requests)}</h2>
        {!requests.rows && !problem && <Loading />}
        {requests.rows?.length === 0 && <p>{say(WALLET.noRequests)}</p>}
        {requests.rows?.map((asked) => <Request key={asked.grant.id} asked={asked} opened={opened} done={changed} />)}
      </section>
      <section class="sheet">
        <h2>{say(WALLET.given)}</h2>
        {grants.rows?.length === 0 && <p>{say(WALLET.noGrants)}</p>}
        {grants.rows && may(opened, 'members') ? <GivenBy opened={opened}>{(people) => grants.rows?.map((grant) => <Given key={grant.id} grant={grant} people={people} opened={opened} done={changed} />)}</GivenBy> : grants.rows?.map((grant) => <Given key={grant.id} grant={grant} opened={opened} done={changed} />)}
        {grants.more && <button type="button" onClick={grants.loadMore}>{say(WALLET.more)}</button>}
      </section>
    </>
  );
}

const DONE = { approved: WALLET.approved, refused: WALLET.refused, revoked: WALLET.revoked } as const;

function Request({ asked, opened, done }: { asked: AskedGrant; opened: Opened; done: (what: 'approved' | 'refused') => void }) {
  const { say } = useLanguage();
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  // Signatures differ from one to the next: sent again, it must be the same one, or it would be another request.
  const signed = useRef<object | undefined>(undefined);
  const { grant, text, opening } = asked;
  // Who only reads has no ledger to compare with; what he would sign is compared when he signs.
  const details = shownOf(asked, opened.reading ? { ...opened, ledger: asked.ledger } : opened);
  const act = async (what: 'approved' | 'refused', send: () => Promise<Reply<unknown>>): Promise<void> => {
    setState({ busy: true });
    const reply = await send();
    if (reply.ok) return done(what);
    setState({ busy: false, problem: reply.problem });
  };
  const approve = async (): Promise<Reply<unknown>> => {
    signed.current ??= { grant, text, opening, by: await signFor(opened, grantDigest(opened.ledger, grant)) };
    return call(`/api/grants/${grant.id}`, { method: 'PUT', json: signed.current });
  };
  return (
    <article class="wallet-item">
      <h3>{asked.grantee.name}</h3>
      {details ? <Terms details={details} grantee={grant.grantee} notBefore={grant.notBefore} notAfter={grant.notAfter} uses={grant.uses} /> : <ProblemNotice problem={problemOf('WALLET_SHOWN_DIFFERS')} />}
      {state.problem && <ProblemNotice problem={state.problem} />}
      {!opened.reading && <p class="actions-row">
        {details && <button type="button" class="primary" disabled={state.busy} onClick={() => void act('approved', approve)}>{say(WALLET.approve)}</button>}
        <button type="button" disabled={state.busy} onClick={() => void act('refused', () => walletCall(opened, pathFor(opened, `/api/wallet/requests/${grant.id}`), { method: 'DELETE' }))}>{say(WALLET.refuse)}</button>
      </p>}
    </article>
  );
}

/** To whom, for what, which fields, from when until when, how often; the words that are signed in both languages. */
function Terms({ details, grantee, notBefore, notAfter, uses }: { details: GrantDetails; grantee: string; notBefore: string; notAfter: string; uses: number }) {
  const { say, language } = useLanguage();
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const item = (type: string, fields: readonly string[]): string => {
    const kind = kinds?.find((each) => each.type === type);
    return `${kind ? say(kind.name) : type}${say(COMMON.colon)}${fields.map((name) => { const label = kind?.fields.find((field) => field.name === name)?.label; return label ? say(label) : name; }).join(say(COMMON.comma))}`;
  };
  const purpose = Object.hasOwn(PURPOSES, details.purpose) ? PURPOSES[details.purpose] : undefined;
  return (
    <>
      <dl class="wallet-rows">
        <div><dt>{say(WALLET.to)}</dt><dd><code>{grantee}</code></dd></div>
        <div><dt>{say(WALLET.purpose)}</dt><dd>{purpose ? say(purpose) : details.purpose}</dd></div>
        {details.licences?.map(({ licence, fields }) => <div key={licence}><dt>{say(WALLET.opens)}</dt><dd>{item(licence.split('.')[0] ?? '', fields)}<br /><code class="fine">{licence}</code></dd></div>)}
        {details.kinds?.map(({ kind, fields }) => <div key={kind}><dt>{say(WALLET.opensAll)}</dt><dd>{item(kind, fields)}</dd></div>)}
        <div><dt>{say(WALLET.from)}</dt><dd>{instantText(notBefore, language)}</dd></div>
        <div><dt>{say(WALLET.until)}</dt><dd>{instantText(notAfter, language)}</dd></div>
        <div><dt>{say(WALLET.uses)}</dt><dd>{uses}</dd></div>
      </dl>
      <p class="fine" lang="zh-CN">{details.text.zh}</p>
      <p class="fine" lang="en">{details.text.en}</p>
    </>
  );
}

const CHIPS = { 'in-force': 'valid', 'not-yet': 'waiting', over: 'ended', 'used-up': 'ended', revoked: 'ended' } as const;

/** For whoever watches over people: which of them gave a grant. */
function GivenBy({ opened, children }: { opened: Opened; children: (people: readonly DelegationView[]) => ComponentChildren }) {
  return <>{children(useOwn<DelegationView>(opened, 'delegations').rows ?? [])}</>;
}

function Given({ grant, people = [], opened, done }: { grant: GrantView; people?: readonly DelegationView[]; opened: Opened; done: (what: 'revoked') => void }) {
  const { say, language } = useLanguage();
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const signed = useRef<object | undefined>(undefined);
  const own = opened.mandate ?? opened.scope?.id;
  // A clerk and an agent take back what they gave; what else a device may, the contract says.
  const mine = own === undefined || may(opened, 'members') || grant.delegations?.includes(own) === true;
  const givers = grant.delegations?.map((id) => people.find((each) => each.id === id)).flatMap((each) => each?.label ?? each?.delegate ?? []) ?? [];
  const takeBack = async (): Promise<void> => {
    setState({ busy: true });
    signed.current ??= { requestId: newRequestId(), by: await signFor(opened, grantRevokeDigest(opened.ledger, grant.id)) };
    const reply = await call(`/api/grants/${grant.id}/revocation`, { method: 'POST', json: signed.current });
    setState(reply.ok ? { busy: false } : { busy: false, problem: reply.problem });
    if (reply.ok) done('revoked');
  };
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h3>{grant.grantee.name}</h3><span class={`chip chip-${CHIPS[grant.state]}`}>{say(GRANT_STATES[grant.state])}</span></div>
      <dl class="wallet-rows">
        {grant.details && <div><dt>{say(WALLET.what)}</dt><dd>{say(grant.details.text)}</dd></div>}
        <div><dt>{say(WALLET.until)}</dt><dd>{instantText(grant.notAfter, language)}</dd></div>
        <div><dt>{say(WALLET.left)}</dt><dd>{grant.left} / {grant.uses}</dd></div>
        {givers.length > 0 && <div><dt>{say(MEMBERS.by)}</dt><dd>{givers.join(say(COMMON.comma))}</dd></div>}
        {grant.assurance === 'counter' && <div><dt>{say(WALLET.how)}</dt><dd>{say(WALLET.atCounter)}</dd></div>}
      </dl>
      {state.problem && <ProblemNotice problem={state.problem} />}
      {!opened.reading && mine && (grant.state === 'in-force' || grant.state === 'not-yet') && <button type="button" disabled={state.busy} onClick={() => void takeBack()}>{say(WALLET.takeBack)}</button>}
    </article>
  );
}
