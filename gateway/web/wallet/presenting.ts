/** The device shows a licence: it leaves out what is not chosen and signs the rest, for one verifier and for a minute. */
import { sha256Text } from '#chaincode/facts/hash';
import { utf8 } from '#chaincode/facts/text';
import { withhold } from '../../documents/credential.js';
import { identityShown } from '../../documents/identity.js';
import { draftBinding } from '../../documents/presentation.js';
import type { Reply } from '../api.js';
import { fromBase64url, newRequestId } from '../bytes.js';
import type { AskedChallenge } from '../types.js';
import { signBy } from './device-key.js';
import { walletCall, type Opened } from './wallet.js';

/** A licence of the holder's, whole, or what opens an identity record. */
export interface Source {
  readonly whole: string;
  /** How far the gateway's clock is ahead of the phone's, which may be wrong by hours. */
  readonly aheadMs: number;
}
export interface Verifier extends AskedChallenge {
  readonly code: string;
}
/** What is shown now. `secret`: of the code on the screen; absent where a verifier's challenge is answered. */
export interface Shown {
  readonly id: string;
  readonly secret?: string;
  /** On the phone's own clock, ms. */
  readonly until: number;
}

export async function sourceOf(opened: Opened, identifier: string): Promise<Reply<Source>> {
  const reply = await walletCall<{ credential: string; now: string }>(opened, `/api/wallet/licences/${encodeURIComponent(identifier)}/credential`);
  return reply.ok ? { ok: true, value: { whole: reply.value.credential, aheadMs: Date.parse(reply.value.now) - Date.now() } } : reply;
}

export async function identitySource(opened: Opened, id: string): Promise<Reply<Source>> {
  const reply = await walletCall<{ text: string; opening: string; now: string }>(opened, `/api/wallet/identities/${id}/opening`);
  return reply.ok ? { ok: true, value: { whole: identityShown(reply.value.text, reply.value.opening), aheadMs: Date.parse(reply.value.now) - Date.now() } } : reply;
}

/** @param hidden names of the fields that are not shown */
export async function show(opened: Opened, { whole, aheadMs }: Source, hidden: ReadonlySet<string>, verifier: Verifier | undefined): Promise<Reply<Shown>> {
  const shown = withhold(whole, hidden);
  const secret = newRequestId();
  const facts = { ledger: opened.ledger, aud: verifier?.aud ?? location.origin, nonce: verifier?.nonce ?? newRequestId(), iat: Math.floor((Date.now() + aheadMs) / 1000) };
  const input = draftBinding(shown, opened.device.id, facts);
  const { signature } = await signBy(opened.device, utf8(input));
  // The gateway learns the secret from whoever brings it.
  const by = verifier ? { challenge: verifier.code } : { secret: sha256Text(fromBase64url(secret)) };
  const reply = await walletCall<{ id: string; expiresAt: string }>(opened, '/api/wallet/presentations', { method: 'POST', json: { presentation: `${shown}${input}.${signature}`, ...by } });
  return reply.ok ? { ok: true, value: { id: reply.value.id, until: Date.parse(reply.value.expiresAt) - aheadMs, ...(verifier ? {} : { secret }) } } : reply;
}
