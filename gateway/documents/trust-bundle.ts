/** All that a verifier needs without a network, in one file: roots, trust list, status lists. Every part is signed; the file itself need not be trusted. */
import { openTrustList, indexOf, type TrustIndex, type TrustListFault } from './trust-list.js';
import { openRoots, type RootChain, type RootFault } from './trust-root.js';
import { listName, openStatusList, regress, type StatusList, type StatusListFault } from './status-list.js';
import type { SignedDocument } from './jws.js';

export const BUNDLE_FORMAT = 'yizheng/trust-bundle/1';

export interface TrustBundle {
  readonly format: typeof BUNDLE_FORMAT;
  readonly roots: readonly SignedDocument[];
  readonly trustList: SignedDocument;
  readonly statusLists: readonly string[];
}

/** What a verifier trusts: opened once, used for many documents. */
export interface Trust {
  readonly ok: true;
  readonly roots: RootChain;
  readonly trustList: SignedDocument;
  readonly index: TrustIndex;
  /** By `agency/number`. */
  readonly statusLists: ReadonlyMap<string, StatusList>;
}
export type BundleFault = 'BUNDLE_FORM' | RootFault | TrustListFault | StatusListFault;
export interface BundleRefused {
  readonly ok: false;
  readonly code: BundleFault;
  /** The status list that was refused: its place in the file, from 0. */
  readonly list?: number;
}

/** A province's lists stay below. */
const LISTS_MAX = 100_000;

function isBundle(value: unknown): value is TrustBundle {
  const bundle = (typeof value === 'object' && value !== null ? value : {}) as Partial<TrustBundle>;
  return bundle.format === BUNDLE_FORMAT && Array.isArray(bundle.roots) && Array.isArray(bundle.statusLists) && bundle.statusLists.length <= LISTS_MAX && bundle.statusLists.every((token) => typeof token === 'string');
}

/**
 * Opens a bundle whole, or without the status lists that do not hold, or not at all. Lists that it does not bring anew stay, as long as their keys do.
 * @param pin digest of a root, from elsewhere
 * @param seen what the verifier trusts so far: nothing older is taken
 * @param without told of every status list that does not hold, which is left out then. Without it one such list refuses the bundle.
 */
export async function openBundle(offered: unknown, pin: string, seen?: Trust, without?: (code: StatusListFault) => void): Promise<Trust | BundleRefused> {
  if (!isBundle(offered)) return { ok: false, code: 'BUNDLE_FORM' };
  const roots = await openRoots(offered.roots, pin, seen?.roots);
  if (!roots.ok) return roots;
  const opened = await openTrustList(offered.trustList, roots.root, seen?.index.list);
  if (!opened.ok) return opened;
  const index = indexOf(opened.list);
  const trust = { ledger: opened.list.ledger, keys: index.keys };
  const statusLists = new Map<string, StatusList>();
  for (const [name, { token }] of seen?.statusLists ?? []) {
    const again = await openStatusList(token, trust);
    if (again.ok) statusLists.set(name, again);
  }
  for (const [list, token] of offered.statusLists.entries()) {
    const next = await openStatusList(token, trust);
    const name = next.ok ? listName(next.agency, next.list) : '';
    const fault = next.ok ? regress(next, statusLists.get(name) ?? seen?.statusLists.get(name)) : next.code;
    if (next.ok && !fault) statusLists.set(name, next);
    else if (fault && without) without(fault);
    else if (fault) return { ok: false, code: fault, list };
  }
  return { ok: true, roots, trustList: offered.trustList, index, statusLists };
}

export const bundleOf = ({ roots, trustList, statusLists }: Trust): TrustBundle => ({ format: BUNDLE_FORMAT, roots: roots.signed, trustList, statusLists: [...statusLists.values()].map(({ token }) => token) });
