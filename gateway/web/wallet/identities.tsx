/** The holder's identity records: who answers for them, until when; he may end each. */
import { useRef, useState } from 'preact/hooks';
import { identityEndDigest } from '#chaincode/facts/identity';
import { call, type Problem } from '../api.js';
import { newRequestId } from '../bytes.js';
import { dayText, instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import type { IdentityView } from '../types.js';
import { IDENTITY, IDENTITY_DOCUMENT_WORDS, IDENTITY_METHOD_WORDS } from '../words/identity.js';
import { signBy } from './device-key.js';
import { useOwn, type Opened } from './wallet.js';

export function Identities({ opened }: { opened: Opened }) {
  const { say } = useLanguage();
  const { rows, problem, reload } = useOwn<IdentityView>(opened, 'identities');
  return (
    <section class="sheet">
      <h2>{say(IDENTITY.mine)}</h2>
      {problem && <ProblemNotice problem={problem} />}
      {rows?.length === 0 && <p>{say(IDENTITY.mineNone)}</p>}
      {rows?.map((row) => <Item key={row.id} row={row} opened={opened} done={reload} />)}
    </section>
  );
}

function Item({ row: { id, document, method, agency, at, until, status }, opened, done }: { row: IdentityView; opened: Opened; done: () => void }) {
  const { say, language } = useLanguage();
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  const signed = useRef<object | undefined>(undefined);
  const end = async (): Promise<void> => {
    setState({ busy: true });
    signed.current ??= { requestId: newRequestId(), by: await signBy(opened.device, identityEndDigest(opened.ledger, id)) };
    const reply = await call(`/api/identities/${id}/end`, { method: 'POST', json: signed.current });
    setState(reply.ok ? { busy: false } : { busy: false, problem: reply.problem });
    if (reply.ok) done();
  };
  return (
    <article class="wallet-item">
      <div class="wallet-head"><h3>{say(IDENTITY_DOCUMENT_WORDS[document])}</h3><span class={`chip chip-${status === 'in-use' ? 'valid' : 'ended'}`}>{say(status === 'in-use' ? IDENTITY.inUse : IDENTITY.ended)}</span></div>
      <dl class="wallet-rows">
        <div><dt>{say(IDENTITY.by)}</dt><dd>{agency.name}</dd></div>
        <div><dt>{say(IDENTITY.how)}</dt><dd>{say(IDENTITY_METHOD_WORDS[method])}</dd></div>
        <div><dt>{say(IDENTITY.on)}</dt><dd>{instantText(at, language)}</dd></div>
        <div><dt>{say(IDENTITY.until)}</dt><dd>{dayText(until, language)}</dd></div>
      </dl>
      {state.problem && <ProblemNotice problem={state.problem} />}
      {status === 'in-use' && opened.reading !== true && <><p class="fine">{say(IDENTITY.endNote)}</p><button type="button" disabled={state.busy} onClick={() => void end()}>{say(IDENTITY.end)}</button></>}
    </article>
  );
}
