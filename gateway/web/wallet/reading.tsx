/** Above a wallet that the identity provider has opened: what is still missing, until an agency has registered the phone. */
import { useEffect } from 'preact/hooks';
import { deviceFingerprint } from '#chaincode/facts/device';
import { useLanguage } from '../language.js';
import { IDENTITY } from '../words/identity.js';
import type { Opened } from './wallet.js';

const LOOK_EVERY_MS = 10_000;

export function Reading({ opened: { device }, look }: { opened: Opened; look: () => Promise<void> }) {
  const { say } = useLanguage();
  useEffect(() => {
    const looking = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => clearInterval(looking);
  }, []);
  return <p class="notice notice-signing">{say(IDENTITY.reading)}<br /><code>{deviceFingerprint(device.spki)}</code></p>;
}
