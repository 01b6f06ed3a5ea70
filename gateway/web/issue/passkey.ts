/** Passkeys at work: signing an act, where the challenge is the digest of that very act, and signing in (WebAuthn Level 3, section 7.2). */
import { browserSupportsWebAuthn, startAuthentication } from '@simplewebauthn/browser';
import { call, problemOf, type Reply } from '../api.js';
import { fromBase64url, newRequestId, p1363OfDer, toBase64url } from '../bytes.js';
import type { ActResult, SessionView } from '../types.js';

export interface Passkey {
  /** The ledger's id of the key. */
  readonly key: string;
  readonly credentialId: string;
  readonly registeredAt?: string;
  readonly rpId: string;
  readonly state: 'pending' | 'rejected' | 'active' | 'revoked';
}
const SIGN_MS = 120_000;
/** Within the two minutes that the gateway waits. */
const SIGN_IN_MS = 110_000;

interface Challenge {
  readonly challenge: string;
  readonly ledger: string;
  readonly rpId: string;
}

export const passkeysWork = (): boolean => browserSupportsWebAuthn();

/** The answer to a sign-in challenge by whichever passkey the person chooses: the device knows whose it is. */
export async function answerChallenge(): Promise<Reply<object>> {
  const given = await call<Challenge>('/api/session/challenge');
  if (!given.ok) return given;
  const { challenge, rpId } = given.value;
  if (location.hostname !== rpId && !location.hostname.endsWith(`.${rpId}`)) return { ok: false, problem: problemOf('PASSKEY_PLACE') };
  try {
    const passkey = await startAuthentication({ optionsJSON: { challenge: await sessionDigest(given.value), rpId, userVerification: 'required', timeout: SIGN_IN_MS } });
    return { ok: true, value: { challenge, passkey } };
  } catch {
    // Closed, timed out, none on this device: the browser does not tell them apart, on purpose.
    return { ok: false, problem: problemOf('PASSKEY_NOT_GIVEN') };
  }
}

/** What a passkey signs to sign in: never an act (docs/decisions/0005). */
async function sessionDigest({ challenge, ledger }: Challenge): Promise<string> {
  const text = new TextEncoder().encode(`yizheng/session/1\0${JSON.stringify({ challenge, ledger })}`);
  return toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', text)));
}

/**
 * Drafts the act, has it signed on the person's device, and hands the signature in.
 * @param several others must sign too: it waits on the ledger for them
 */
export async function signWithPasskey(session: SessionView, requestId: string, act: unknown, several: boolean): Promise<Reply<ActResult>> {
  return signDrafted(session, '/api/drafts', { requestId, act }, several);
}

/** The same for an act that another door drafts. */
export async function signDrafted(session: SessionView, path: string, body: Readonly<Record<string, unknown>> & { readonly requestId: string }, several: boolean): Promise<Reply<ActResult>> {
  const { requestId } = body;
  const draft = await call<{ digest: string }>(path, { method: 'POST', json: body });
  if (!draft.ok) return draft;
  const actor = await actorFor(session, draft.value.digest);
  return actor.ok ? call<ActResult>(`/api/drafts/${requestId}/${several ? 'proposal' : 'signatures'}`, { method: 'POST', json: { actors: [actor.value] } }) : actor;
}

/** Adds one's signature to a proposal; the last one carries it out. */
export async function approveWithPasskey(session: SessionView, proposal: string, digest: string): Promise<Reply<ActResult>> {
  const actor = await actorFor(session, digest);
  return actor.ok ? call<ActResult>(`/api/proposals/${proposal}/approvals`, { method: 'POST', json: { requestId: newRequestId(), actors: [actor.value] } }) : actor;
}

/** Signs the digest of a whole batch. */
export async function signJob(session: SessionView, job: string, digest: string): Promise<Reply<unknown>> {
  const actor = await actorFor(session, digest);
  return actor.ok ? call(`/api/jobs/${encodeURIComponent(job)}/signatures`, { method: 'POST', json: { actors: [actor.value] } }) : actor;
}

async function actorFor(session: SessionView, digest: string): Promise<Reply<object>> {
  const passkeys = await call<readonly Passkey[]>('/api/passkeys');
  if (!passkeys.ok && passkeys.problem.code !== 'NOT_FOUND') return passkeys;
  const usable = passkeys.ok ? passkeys.value.filter(({ key, state }) => state === 'active' && session.keys.some(({ id, method }) => id === key && method === 'webauthn')) : [];
  if (usable.length === 0) return { ok: false, problem: problemOf('PASSKEY_NONE') };
  const actor = await assertion(session.staff, usable, digest);
  return actor ? { ok: true, value: actor } : { ok: false, problem: problemOf('PASSKEY_CANCELLED') };
}

async function assertion(staff: string, passkeys: readonly Passkey[], digest: string) {
  try {
    const credential = await navigator.credentials.get({ publicKey: {
      challenge: fromBase64url(digest), userVerification: 'required', timeout: SIGN_MS, ...(passkeys[0] ? { rpId: passkeys[0].rpId } : {}),
      allowCredentials: passkeys.map(({ credentialId }) => ({ type: 'public-key', id: fromBase64url(credentialId) })),
    } });
    if (!(credential instanceof PublicKeyCredential) || !(credential.response instanceof AuthenticatorAssertionResponse)) return undefined;
    const { signature, authenticatorData, clientDataJSON } = credential.response;
    const key = passkeys.find(({ credentialId }) => credentialId === toBase64url(new Uint8Array(credential.rawId)))?.key;
    const raw = p1363OfDer(new Uint8Array(signature));
    if (key === undefined || !raw) return undefined;
    return { staff, method: 'webauthn' as const, key, signature: toBase64url(raw), authenticatorData: toBase64url(new Uint8Array(authenticatorData)), clientDataJSON: toBase64url(new Uint8Array(clientDataJSON)) };
  } catch {
    // Closed, timed out, no such key: the browser does not tell them apart, on purpose.
    return undefined;
  }
}
