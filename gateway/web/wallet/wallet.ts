/** HTTP of the wallet. A session that has ended is begun anew by the device itself, unasked. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { devicePairingDigest, deviceSessionDigest, type ChallengePlace } from '#chaincode/facts/device';
import type { DelegationView } from '../types.js';
import { call, problemOf, type Options, type Problem, type Reply } from '../api.js';
import { signBy, type DeviceKey } from './device-key.js';

export interface Opened {
  readonly device: DeviceKey;
  readonly subject: string;
  readonly ledger: string;
  /** Signed in at the identity provider: nothing is signed, for the device is not on the ledger yet. */
  readonly reading?: true;
  /** Of the person whose device it is; absent: the holder's own, which may everything. */
  readonly scope?: Pick<DelegationView, 'id' | 'role' | 'acts' | 'kinds' | 'purposes' | 'notBefore' | 'notAfter'>;
  /** The delegation by which this organisation acts for the subject, as its agent. */
  readonly mandate?: string;
  /** What the principal gave the agent. */
  readonly given?: DelegationView['acts'];
}

/** Whether the sections of an act are for this device: what its holder lets its owner do, and what a principal lets the agent do. */
export const may = ({ scope, given }: Opened, act: DelegationView['acts'][number]): boolean => (scope?.acts.includes(act) ?? true) && (given?.includes(act) ?? true);

/** The holder's own device: what concerns the person, and not what is done for him, is for nobody else. */
export const ownsAll = ({ scope, mandate }: Opened): boolean => scope === undefined && mandate === undefined;

/** Where an agent asks for its principal's. */
export const pathFor = ({ mandate }: Opened, path: string): string => (mandate === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}mandate=${mandate}`);

/** What this device signs for the subject. */
export const signFor = async ({ device, mandate }: Opened, digest: Uint8Array): Promise<object> => ({ ...(await signBy(device, digest)), ...(mandate === undefined ? {} : { delegation: mandate }) });

/** For the address that the browser is at, whatever the gateway says of itself: what is signed here is worth nothing elsewhere. */
async function place(): Promise<Reply<ChallengePlace>> {
  if (!globalThis.isSecureContext) return { ok: false, problem: problemOf('PAGE_INSECURE') };
  const given = await call<ChallengePlace>('/api/wallet/challenge');
  return given.ok && given.value.gateway !== location.origin ? { ok: false, problem: problemOf('WALLET_PLACE') } : given;
}

export async function signIn(device: DeviceKey): Promise<Reply<Opened>> {
  const at = await place();
  if (!at.ok) return at;
  const { signature } = await signBy(device, deviceSessionDigest(at.value, device.id));
  const reply = await call<{ subject: string; delegation?: NonNullable<Opened['scope']> }>('/api/wallet/session', { method: 'POST', json: { device: device.id, challenge: at.value.challenge, signature } });
  if (!reply.ok) return reply;
  const { subject, delegation: scope } = reply.value;
  return { ok: true, value: { device, subject, ledger: at.value.ledger, ...(scope ? { scope } : {}) } };
}

export async function bring(device: DeviceKey, code: string): Promise<Reply<{ readonly fingerprint: string }>> {
  const at = await place();
  if (!at.ok) return at;
  const { signature } = await signBy(device, devicePairingDigest(at.value, device));
  return call('/api/wallet/pairings', { method: 'POST', json: { code, device: { id: device.id, spki: device.spki }, challenge: at.value.challenge, signature } });
}

/** The key goes along; whoever the provider says is there reads as soon as he is back. */
export async function beginAtProvider(device: DeviceKey): Promise<Reply<{ readonly url: string }>> {
  const at = await place();
  if (!at.ok) return at;
  const { signature } = await signBy(device, devicePairingDigest(at.value, device));
  return call('/api/wallet/provider', { method: 'POST', json: { device: { id: device.id, spki: device.spki, challenge: at.value.challenge, signature } } });
}

/** Whether the provider has opened the wallet for reading. */
export async function readingSession(device: DeviceKey): Promise<Opened | undefined> {
  const session = await call<{ subject: string; device?: string }>('/api/wallet/session');
  return session.ok && session.value.device === undefined ? { device, subject: session.value.subject, ledger: '', reading: true } : undefined;
}

export async function walletCall<T>({ device }: Opened, path: string, options?: Options): Promise<Reply<T>> {
  const reply = await call<T>(path, options);
  if (reply.ok || reply.problem.code !== 'HOLDER_NOT_SIGNED_IN') return reply;
  const again = await signIn(device);
  return again.ok ? call<T>(path, options) : again;
}

interface Own<T> {
  readonly rows: readonly T[] | undefined;
  readonly problem: Problem | undefined;
  readonly more: boolean;
  readonly reload: () => void;
  readonly loadMore: () => void;
}

const PAGE = 20;

/** Lists of the holder's; the last part of the path names the rows. */
type List = 'licences' | 'requests' | 'grants' | 'uses' | 'identities' | 'devices' | 'delegations' | 'mandates' | 'applications' | 'filings' | 'objections' | `delegations/${string}/acts`;
const rowsOf = (list: List): string => (list === 'mandates' ? 'delegations' : list.slice(list.lastIndexOf('/') + 1));

/** A list of the holder's, page by page where `cursor` tells how to go on. */
export function useOwn<T>(opened: Opened, name: List, cursor?: (row: T) => string): Own<T> {
  const [state, setState] = useState<{ rows?: readonly T[]; problem?: Problem; more: boolean }>({ more: false });
  const asked = useRef(0);
  const load = async (after?: T): Promise<void> => {
    const mine = ++asked.current;
    const query = cursor ? `?${new URLSearchParams({ limit: String(PAGE), ...(after === undefined ? {} : { before: cursor(after) }) }).toString()}` : '';
    const reply = await walletCall<Readonly<Record<string, readonly T[]>>>(opened, pathFor(opened, `/api/wallet/${name}${query}`));
    if (mine !== asked.current) return;
    const rows = reply.ok ? reply.value[rowsOf(name)] ?? [] : [];
    setState((before) => (reply.ok ? { rows: [...(after === undefined ? [] : before.rows ?? []), ...rows], more: cursor !== undefined && rows.length === PAGE } : { ...before, problem: reply.problem }));
  };
  useEffect(() => void load(), [name, opened.mandate]);
  return { rows: state.rows, problem: state.problem, more: state.more, reload: () => void load(), loadMore: () => void load(state.rows?.at(-1)) };
}
