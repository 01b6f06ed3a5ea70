/** The device itself and the holder's others: digits, further ones, and their end, which a device signs. */
import { useState } from 'preact/hooks';
import { deviceFingerprint, deviceStatusDigest } from '#chaincode/facts/device';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { ProblemNotice } from '../notice.js';
import type { DeviceView } from '../types.js';
import { MEMBERS } from '../words/members.js';
import { WALLET } from '../words/wallet.js';
import { Confirmed } from './confirmed.js';
import { Invitation } from './invitation.js';
import { useOwn, type Opened } from './wallet.js';

export function ThisDevice({ opened, ended }: { opened: Opened; ended: () => void }) {
  const { say } = useLanguage();
  const { device, ledger } = opened;
  return (
    <section class="sheet">
      <h2>{say(WALLET.thisDevice)}</h2>
      <p><code>{deviceFingerprint(device.spki)}</code></p>
      <p class="fine">{say(WALLET.lostNote)}</p>
      <Confirmed words={{ ask: WALLET.layAside, note: WALLET.layAsideNote, yes: WALLET.layAsideYes }} device={device} path={`/api/devices/${device.id}/status`} digest={deviceStatusDigest(ledger, device.id, 'revoked')} more={{ status: 'revoked' }} done={ended} />
    </section>
  );
}

export function OtherDevices({ opened }: { opened: Opened }) {
  const { say, language } = useLanguage();
  const { rows, problem, reload } = useOwn<DeviceView>(opened, 'devices');
  const [at, setAt] = useState<'rest' | 'inviting' | 'registered' | 'aside'>('rest');
  const others = rows?.filter(({ id, status, delegation }) => id !== opened.device.id && status === 'in-use' && delegation === undefined) ?? [];
  const now = (then: 'registered' | 'aside') => () => {
    setAt(then);
    reload();
  };
  return (
    <section class="sheet">
      <h2>{say(MEMBERS.yours)}</h2>
      <p role="status">{(at === 'registered' || at === 'aside') && <strong>{say(MEMBERS[at])}</strong>}</p>
      {problem && <ProblemNotice problem={problem} />}
      {rows && others.length === 0 && <p>{say(MEMBERS.noOther)}</p>}
      {others.map(({ id, history }) => (
        <article key={id} class="wallet-item">
          <p>{say(MEMBERS.since)} {instantText(history[0]?.at ?? '', language)}</p>
          <Confirmed words={{ ask: MEMBERS.lost, note: MEMBERS.asideNote, yes: MEMBERS.asideYes }} device={opened.device} path={`/api/devices/${id}/status`} digest={deviceStatusDigest(opened.ledger, id, 'lost')} more={{ status: 'lost' }} done={now('aside')} />
        </article>
      ))}
      {at === 'inviting' ? <Invitation opened={opened} done={now('registered')} cancel={() => setAt('rest')} /> : <button type="button" onClick={() => setAt('inviting')}>{say(MEMBERS.addOwn)}</button>}
    </section>
  );
}
