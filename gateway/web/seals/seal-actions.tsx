/** What can be done with a seal in its state. Steps before the ledger need the sign-in; acts on the ledger are signed. */
import { useState } from 'preact/hooks';
import { call, type Options, type Problem } from '../api.js';
import { useAct } from '../issue/use-act.js';
import type { Signing } from '../issue/signing.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import { isRegistrar } from '../session.js';
import type { SealView } from '../types.js';
import type { Message } from '../../messages.js';
import { messageOf } from '../words/codes.js';
import { SEALS } from '../words/seals.js';
import { ApplyForm } from './apply-form.js';
import type { SealProps } from './seal-item.js';

export function SealActions(props: SealProps) {
  const { seal, session } = props;
  switch (seal.state) {
    case 'applied': return isRegistrar(session) ? <Applied {...props} /> : null;
    case 'requested': return isRegistrar(session) ? <Requested {...props} /> : null;
    case 'made': return isRegistrar(session) ? <Made {...props} /> : null;
    case 'in-use': return <InUse {...props} />;
    case 'stopped': return <Stopped {...props} />;
    case 'cancelled': return null;
  }
}

/** Steps of an application, and what went wrong with the last of them. */
function useSteps({ seal, tell }: SealProps) {
  const [state, setState] = useState<{ busy: boolean; fault?: Problem }>({ busy: false });
  const take = async (path: string, options: Options, words: Message): Promise<void> => {
    setState({ busy: true });
    const reply = await call(`/api/seals/${seal.id}${path}`, options);
    if (reply.ok) return tell({ words, about: seal.name });
    setState({ busy: false, fault: reply.problem });
  };
  return { ...state, take };
}

function Fault({ fault }: { fault: Problem | undefined }) {
  const { say } = useLanguage();
  return fault ? <ProblemNotice problem={fault}>{fault.fields.map(({ code, field }) => <p key={field}>{say(messageOf(code))}</p>)}</ProblemNotice> : null;
}

function Applied(props: SealProps) {
  const { say } = useLanguage();
  const { busy, fault, take } = useSteps(props);
  const about = <span class="hidden-words"> {props.seal.name}</span>;
  return (
    <>
      <Fault fault={fault} />
      <p class="actions-row">
        <button type="button" class="primary" disabled={busy} onClick={() => void take('/key', { method: 'POST' }, SEALS.madeNews)}>{say(SEALS.make)}{about}</button>
        <button type="button" disabled={busy} onClick={() => void take('/request', { method: 'POST' }, SEALS.requestedNews)}>{say(SEALS.request)}{about}</button>
        <button type="button" disabled={busy} onClick={() => void take('', { method: 'DELETE' }, SEALS.withdrawn)}>{say(SEALS.withdraw)}{about}</button>
      </p>
    </>
  );
}

function Requested(props: SealProps) {
  const { say } = useLanguage();
  const { busy, fault, take } = useSteps(props);
  const { id, name, request = '' } = props.seal;
  const about = <span class="hidden-words"> {name}</span>;
  const hand = async (files: FileList | null): Promise<void> => {
    const certificate = await files?.[0]?.text();
    if (certificate !== undefined) await take('/certificate', { method: 'PUT', json: { certificate } }, SEALS.madeNews);
  };
  return (
    <>
      <p>{say(SEALS.requested)}</p>
      <Fault fault={fault} />
      <p class="actions-row">
        <a class="button" href={`data:application/pkcs10,${encodeURIComponent(request)}`} download={`seal-${id}.csr`}>{say(SEALS.download)}{about}</a>
        <label class="button file-button">{say(SEALS.certificate)}{about}<input type="file" accept=".pem,.crt,.cer" disabled={busy} onChange={(event) => { void hand(event.currentTarget.files); event.currentTarget.value = ''; }} /></label>
        <button type="button" disabled={busy} onClick={() => void take('', { method: 'DELETE' }, SEALS.withdrawn)}>{say(SEALS.withdraw)}{about}</button>
      </p>
    </>
  );
}

function Made(props: SealProps) {
  const { say } = useLanguage();
  const { busy, fault, take } = useSteps(props);
  const { filing, listKey, name } = props.seal;
  return (
    <>
      <Fault fault={fault} />
      {listKey && <p>{say(SEALS.listKeyLead)}</p>}
      <div class="actions-row">
        {listKey && <Signed {...props} act={listKey} label={SEALS.listKey} words={SEALS.listKeyNews} primary />}
        {!listKey && <Signed {...props} act={filing} label={SEALS.file} words={SEALS.filed} primary />}
        {!listKey && <Signed {...props} act={filing} signing="several" label={SEALS.propose} words={SEALS.filed} />}
        <button type="button" disabled={busy} onClick={() => void take('', { method: 'DELETE' }, SEALS.withdrawn)}>{say(SEALS.withdraw)}<span class="hidden-words"> {name}</span></button>
      </div>
    </>
  );
}

function InUse(props: SealProps) {
  const { say } = useLanguage();
  const { seal, tell } = props;
  const [open, setOpen] = useState<'renew' | 'cancel'>();
  const close = (): void => setOpen(undefined);
  // The item stays as it is when its successor is applied for: nobody else would close the form.
  if (open === 'renew') return <ApplyForm renews={seal} close={close} tell={(news) => { close(); tell(news); }} />;
  if (open === 'cancel') return <Cancel {...props} close={close} />;
  return (
    <div class="actions-row">
      {seal.renewedBy === undefined && <button type="button" class={seal.warning === undefined ? '' : 'primary'} onClick={() => setOpen('renew')}>{say(SEALS.renew)}<span class="hidden-words"> {seal.name}</span></button>}
      <Signed {...props} act={statusAct(seal, 'stopped')} label={SEALS.stop} words={SEALS.stopped} />
      {props.canSign && <button type="button" onClick={() => setOpen('cancel')}>{say(SEALS.cancel)}<span class="hidden-words"> {seal.name}</span></button>}
    </div>
  );
}

function Stopped(props: SealProps) {
  const { say } = useLanguage();
  const [cancelling, setCancelling] = useState(false);
  if (cancelling) return <Cancel {...props} close={() => setCancelling(false)} />;
  return (
    <div class="actions-row">
      <Signed {...props} act={statusAct(props.seal, 'in-use')} signing="several" label={SEALS.restart} words={SEALS.restarted} />
      {props.canSign && <button type="button" onClick={() => setCancelling(true)}>{say(SEALS.cancel)}<span class="hidden-words"> {props.seal.name}</span></button>}
    </div>
  );
}

function Cancel({ close, ...props }: SealProps & { close: () => void }) {
  const { say } = useLanguage();
  return (
    <div class="notice notice-caution">
      <p><strong>{say(SEALS.cancelSure)}</strong></p>
      <div class="actions-row">
        <Signed {...props} act={statusAct(props.seal, 'cancelled')} label={SEALS.cancelNow} words={SEALS.cancelled} />
        <button type="button" onClick={close}>{say(SEALS.back)}</button>
      </div>
    </div>
  );
}

const statusAct = ({ id }: SealView, status: string): object => ({ op: 'seal.status', id, status });

interface SignedProps extends SealProps {
  readonly act: unknown;
  readonly label: Message;
  /** What is said once it is done. */
  readonly words: Message;
  readonly signing?: Signing;
  readonly primary?: boolean;
}

/** A button of its own for every act: a request id is for one act, however often it is tried. */
function Signed({ seal, canSign, tell, act, label, words, signing = 'own', primary = false }: SignedProps) {
  const { say } = useLanguage();
  const acting = useAct();
  const send = async (): Promise<void> => {
    const reply = await acting.send({ op: 'register', act }, signing);
    if (reply?.ok) tell({ words: reply.value.status === 'open' ? SEALS.waits : words, about: seal.name, result: reply.value });
  };
  if (!canSign) return null;
  return (
    <>
      <button type="button" class={primary ? 'primary' : ''} disabled={acting.busy} onClick={() => void send()}>{say(label)}<span class="hidden-words"> {seal.name}</span></button>
      {acting.problem && <Fault fault={acting.problem} />}
    </>
  );
}
