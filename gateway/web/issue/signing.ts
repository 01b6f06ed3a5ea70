/** What an act needs beside a sign-in. The ledger decides; this spares the clerk a refusal. */
import type { KindRecord } from '../types.js';

/** sign-in: the session is enough. own: one signature by a key of one's own. several: two or three of them. */
export type Signing = 'sign-in' | 'own' | 'several';

const DAY_MS = 86_400_000;

export interface Circumstances {
  readonly penalty?: boolean | undefined;
  readonly effectiveOn?: string | undefined;
  /** As the certificate is to say. */
  readonly validFrom?: string | undefined;
  readonly today: string;
}

export function signingFor(kind: Pick<KindRecord, 'persons' | 'vouched' | 'windowBefore'>, act: string, { penalty = false, effectiveOn, validFrom, today }: Circumstances): Signing {
  const stated = Object.hasOwn(kind.persons, act) ? (kind.persons[act] ?? 1) : 1;
  const retroactive = [effectiveOn, validFrom].some((day) => day !== undefined && (Date.parse(today) - Date.parse(day)) / DAY_MS > kind.windowBefore);
  if (stated > 1 || retroactive) return 'several';
  return penalty || act === 'revoke' || !kind.vouched.includes(act) ? 'own' : 'sign-in';
}
