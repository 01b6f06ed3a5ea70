/** Who acts for the holder: his people and agents, how far, until when, what they did; and their end, which his device signs. */
import { useState } from 'preact/hooks';
import { delegationRevokeDigest } from '#chaincode/facts/delegation';
import { deviceStatusDigest } from '#chaincode/facts/device';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { Acted, DelegationView } from '../types.js';
import { COMMON } from '../words/common.js';
import { ACTED_WORDS, DELEGATION_STATES, MEMBERS, ROLE_WORDS } from '../words/members.js';
import { Confirmed } from './confirmed.js';
import { GiveForm } from './give-form.js';
import { Invitation } from './invitation.js';
import { ScopeRows } from './scope.js';
import { useOwn, type Opened } from './wallet.js';

type Done = 'given' | 'registered' | 'takenBack' | 'aside';

export function People({ opened }: { opened: Opened }) {
  const { say } = useLanguage();
  const { rows, problem, reload } = useOwn<DelegationView>(opened, 'delegations');
  const [done, setDone] = useState<Done>();
  const [giving, setGiving] = useState(false);
  const changed = (what: Done): void => {
    setDone(what);
    setGiving(false);
    reload();
  };
  return (
    <section class="sheet">
      <h1 tabIndex={-1}>{say(MEMBERS.title)}</h1>
      <p class="fine">{say(MEMBERS.lead)}</p>
      <p role="status">{done && <strong>{say(MEMBERS[done])}</strong>}</p>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={reload}>{say(COMMON.retry)}</button></ProblemNotice>}
      {giving ? <GiveForm opened={opened} done={() => changed('given')} cancel={() => setGiving(false)} /> : <p><button type="button" class="primary" onClick={() => setGiving(true)}>{say(MEMBERS.add)}</button></p>}
      {!rows && !problem && <Loading />}
      {rows?.length === 0 && <p>{say(MEMBERS.none)}</p>}
      {rows?.map((delegation) => <Person key={delegation.id} opened={opened} delegation={delegation} done={changed} />)}
    </section>
  );
}

const CHIPS = { 'in-force': 'valid', 'not-yet': 'waiting', over: 'ended', revoked: 'ended' } as const;

function Person({ opened, delegation, done }: { opened: Opened; delegation: DelegationView; done: (what: Done) => void }) {
  const { say, language } = useLanguage();
  const [inviting, setInviting] = useState(false);
  const { id, role, delegate, label, state, devices, above } = delegation;
  const open = state === 'in-force' || state === 'not-yet';
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h3>{label ?? delegate ?? say(ROLE_WORDS[role])}</h3><span class={`chip chip-${CHIPS[state]}`}>{say(DELEGATION_STATES[state])}</span></div>
      <dl class="wallet-rows">
        <div><dt>{say(MEMBERS.role)}</dt><dd>{say(ROLE_WORDS[role])}{delegate !== undefined && <> <code>{delegate}</code></>}{above !== undefined && opened.scope === undefined && <> · {say(MEMBERS.resting)}</>}</dd></div>
        <ScopeRows scope={delegation} />
        <div><dt>{say(MEMBERS.last)}</dt><dd>{delegation.last ? <LastAct acted={delegation.last} /> : say(MEMBERS.nothing)}</dd></div>
      </dl>
      {delegation.last && <History opened={opened} id={id} />}
      {open && devices.map((device) => (
        <div key={device.id} class="wallet-head">
          <span class="fine">{say(MEMBERS.devices)} · {say(MEMBERS.since)} {instantText(device.at, language)}</span>
          <Confirmed words={{ ask: MEMBERS.stopPhone, note: MEMBERS.asideNote, yes: MEMBERS.asideYes }} device={opened.device} path={`/api/devices/${device.id}/status`} digest={deviceStatusDigest(opened.ledger, device.id, 'revoked')} more={{ status: 'revoked' }} done={() => done('aside')} />
        </div>
      ))}
      {inviting && <Invitation opened={opened} delegation={id} done={() => { setInviting(false); done('registered'); }} cancel={() => setInviting(false)} />}
      {open && (
        <div class="actions-row">
          {role !== 'agent' && !inviting && <button type="button" onClick={() => setInviting(true)}>{say(MEMBERS.addPhone)}</button>}
          <Confirmed words={{ ask: MEMBERS.takeBack, note: MEMBERS.takeBackNote, yes: MEMBERS.takeBackYes }} device={opened.device} path={`/api/delegations/${id}/revocation`} digest={delegationRevokeDigest(opened.ledger, id)} done={() => done('takenBack')} />
        </div>
      )}
    </article>
  );
}

function LastAct({ acted: { at, act } }: { acted: Acted }) {
  const { say, language } = useLanguage();
  return <>{ACTED_WORDS[act] ? say(ACTED_WORDS[act]) : act} · {instantText(at, language)}</>;
}

function History({ opened, id }: { opened: Opened; id: string }) {
  const { say } = useLanguage();
  const [open, setOpen] = useState(false);
  return <details onToggle={(event) => setOpen(event.currentTarget.open)}><summary>{say(MEMBERS.history)}</summary>{open && <Acts opened={opened} id={id} />}</details>;
}

function Acts({ opened, id }: { opened: Opened; id: string }) {
  const { rows, problem } = useOwn<Acted>(opened, `delegations/${id}/acts`);
  if (problem) return <ProblemNotice problem={problem} />;
  return <ul class="fine">{rows?.map((acted) => <li key={`${acted.at} ${acted.act} ${acted.id}`}><LastAct acted={acted} /> <code>{acted.id}</code></li>)}</ul>;
}
