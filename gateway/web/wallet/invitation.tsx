/** A new phone taken up by this device: it tells a one-time code, compares sixteen digits with the new phone, and signs. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { deviceDigest } from '#chaincode/facts/device';
import { call, type Problem } from '../api.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { Loading, ProblemNotice } from '../notice.js';
import type { Invited, PairingView } from '../types.js';
import { COMMON } from '../words/common.js';
import { MEMBERS } from '../words/members.js';
import { signBy } from './device-key.js';
import { walletCall, type Opened } from './wallet.js';

const LOOK_EVERY_MS = 2_000;

interface Props {
  readonly opened: Opened;
  /** Of the person whose phone it is; absent: a further one of the holder. */
  readonly delegation?: string | undefined;
  readonly done: () => void;
  readonly cancel: () => void;
}

export function Invitation({ opened, delegation, done, cancel }: Props) {
  const { say, language } = useLanguage();
  const [invited, setInvited] = useState<Invited>();
  const [view, setView] = useState<PairingView>({ state: 'waiting' });
  const [problem, setProblem] = useState<Problem>();
  const tell = async (): Promise<void> => {
    const reply = await walletCall<Invited>(opened, '/api/wallet/invitations', { method: 'POST', json: delegation === undefined ? {} : { delegation } });
    setView({ state: 'waiting' });
    setInvited(reply.ok ? reply.value : undefined);
    setProblem(reply.ok ? undefined : reply.problem);
  };
  useEffect(() => void tell(), []);
  useEffect(() => {
    if (!invited || view.state !== 'waiting') return;
    const looking = setInterval(() => void walletCall<PairingView>(opened, `/api/wallet/invitations/${invited.id}`).then((reply) => { if (reply.ok) setView(reply.value); }), LOOK_EVERY_MS);
    return () => clearInterval(looking);
  }, [invited, view.state]);
  return (
    <div class="notice notice-signing invitation" role="group" aria-label={say(MEMBERS.addPhone)}>
      {problem && <ProblemNotice problem={problem}><button type="button" onClick={() => void tell()}>{say(COMMON.retry)}</button></ProblemNotice>}
      {!invited && !problem && <Loading />}
      {invited && view.state === 'over' && <><p role="alert">{say(MEMBERS.over)}</p><button type="button" onClick={() => void tell()}>{say(MEMBERS.again)}</button></>}
      {invited && view.state === 'waiting' && (
        <>
          <p>{say(MEMBERS.tell)}</p>
          <code class="big-code">{invited.code.replace(/^(.{3})(.{4})(.{4})$/, '$1-$2-$3')}</code>
          <p class="fine">{say(MEMBERS.until)} {instantText(invited.expiresAt, language)}</p>
          <p class="loading" role="status">{say(MEMBERS.waiting)}</p>
        </>
      )}
      {view.device && <Compare opened={opened} delegation={delegation} device={view.device} done={done} />}
      <p><button type="button" onClick={cancel}>{say(COMMON.cancel)}</button></p>
    </div>
  );
}

function Compare({ opened, delegation, device, done }: Omit<Props, 'cancel'> & { device: NonNullable<PairingView['device']> }) {
  const { say } = useLanguage();
  const [state, setState] = useState<{ busy: boolean; problem?: Problem }>({ busy: false });
  // Signatures differ from one to the next: sent again, it must be the same one, or it would be another request.
  const signed = useRef<object | undefined>(undefined);
  const sign = async (): Promise<void> => {
    setState({ busy: true });
    const whose = { subject: opened.subject, ...(delegation === undefined ? {} : { delegation }) };
    signed.current ??= { ...whose, spki: device.spki, by: await signBy(opened.device, deviceDigest(opened.ledger, { id: device.id, spki: device.spki, alg: 'ES256', ...whose })) };
    const reply = await call(`/api/devices/${device.id}`, { method: 'PUT', json: signed.current });
    if (reply.ok) return done();
    setState({ busy: false, problem: reply.problem });
  };
  return (
    <>
      <p>{say(MEMBERS.compare)}</p>
      <code class="big-code">{device.fingerprint}</code>
      {state.problem && <ProblemNotice problem={state.problem} />}
      <button type="button" class="primary big" disabled={state.busy} onClick={() => void sign()}>{say(MEMBERS.same)}</button>
    </>
  );
}
