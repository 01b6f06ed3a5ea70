/** What this device has for a place without a network: until when it is good, how to fetch it anew, and what of it was refused. */
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../words/codes.js';
import { STATUS_AGE_MS } from '../../documents/verifier.js';
import { instantText } from '../format.js';
import { useLanguage } from '../language.js';
import { COMMON } from '../words/common.js';
import { VERIFY } from '../words/verify.js';
import { canCheckHere, deviceTrust } from './device.js';

/** A page that stays open keeps what it has young. */
const EVERY_MS = 10 * 60_000;
/** The reader's own question goes first. */
const LATER_MS = 3_000;

const savesData = (): boolean => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
const prepare = (): Promise<boolean> => deviceTrust.prepare().catch(() => false);

/** Anew after every change of what is trusted. */
function useDeviceTrust(): typeof deviceTrust {
  const [, turn] = useState(0);
  useEffect(() => {
    const watcher = () => turn((count) => count + 1);
    deviceTrust.watchers.add(watcher);
    void deviceTrust.open();
    return () => { deviceTrust.watchers.delete(watcher); };
  }, []);
  return deviceTrust;
}

export function OffLine() {
  const { say, language } = useLanguage();
  const { prepared, trust, pin } = useDeviceTrust();
  const [state, setState] = useState<'busy' | 'done' | 'failed'>();
  useEffect(() => {
    const due = () => { if (navigator.onLine && !savesData() && Date.now() - (deviceTrust.prepared?.fetchedAt ?? 0) >= EVERY_MS) void prepare(); };
    const timers = [setTimeout(due, LATER_MS), setInterval(due, EVERY_MS)];
    return () => timers.forEach(clearTimeout);
  }, []);
  const press = async (): Promise<void> => {
    setState('busy');
    const [done] = await Promise.all([prepare(), Promise.resolve(navigator.storage?.persist?.()).catch(() => false)]);
    setState(done ? 'done' : 'failed');
  };
  if (!canCheckHere()) return null;
  const until = prepared && trust ? Math.min(Date.parse(trust.index.list.nextUpdate), prepared.asOf + STATUS_AGE_MS) : undefined;
  const instant = (ms: number) => instantText(new Date(ms).toISOString(), language);
  return (
    <section class="sheet offline" aria-label={say(VERIFY.offlineTitle)}>
      <div class="offline-line">
        <p>
          {prepared === undefined || until === undefined ? say(VERIFY.offlineNone) : until < Date.now() ? say(VERIFY.offlineOver) : <>{say(VERIFY.offlineAsOf)} {instant(prepared.asOf)}{say(COMMON.comma)}{say(VERIFY.offlineUntil)} {instant(until)}</>}
        </p>
        <button type="button" class="button" disabled={state === 'busy'} onClick={() => void press()}>{say(state === 'busy' ? VERIFY.preparing : prepared ? VERIFY.prepareAgain : VERIFY.prepare)}</button>
      </div>
      <p class="fine" role="status">{state === 'done' ? say(VERIFY.prepared) : state === 'failed' ? say(VERIFY.prepareFailed) : ''}</p>
      {trust && (
        <details class="technical">
          <summary>{say(COMMON.technical)}</summary>
          <dl>
            <div><dt>{say(VERIFY.rootDigest)}</dt><dd><code>{pin}</code></dd></div>
            <div><dt>{say(VERIFY.ledgerName)}</dt><dd><code>{trust.index.list.ledger}</code></dd></div>
            <div><dt>{say(VERIFY.sourceTrustList)}</dt><dd><code>{trust.index.list.issuedAt} · block {trust.index.list.block} · root {trust.roots.root.version}, {trust.roots.root.threshold}/{trust.roots.root.keys.length}</code></dd></div>
            {prepared && <div><dt>{say(VERIFY.sourceStatusList)}</dt><dd><code>{prepared.lists}</code></dd></div>}
          </dl>
        </details>
      )}
    </section>
  );
}

/** Said before any verdict, as long as it lasts: neither a changed store nor another root replaces anything in silence. */
export function Refusals() {
  const { say } = useLanguage();
  const { refusals, pin } = useDeviceTrust();
  const [first] = refusals;
  const other = refusals.find(({ root }) => root !== undefined)?.root;
  if (!first) return null;
  const repin = async (root: string): Promise<void> => {
    await deviceTrust.repin(root);
    await prepare();
  };
  return (
    <div class="notice notice-caution" role="alert">
      {refusals.map(({ code, of }, i) => <p key={i}>{say(of === 'device' ? VERIFY.refusedDevice : VERIFY.refusedGateway)}{say(messageOf(code))} <code>{code}</code></p>)}
      {other !== undefined && (
        <>
          <p><strong>{say(VERIFY.otherRoot)}</strong></p>
          <dl class="roots"><div><dt>{say(VERIFY.rootKnown)}</dt><dd><code>{pin}</code></dd></div><div><dt>{say(VERIFY.rootOffered)}</dt><dd><code>{other}</code></dd></div></dl>
          <p><button type="button" class="button" onClick={() => void repin(other)}>{say(VERIFY.repin)}</button></p>
        </>
      )}
    </div>
  );
}
