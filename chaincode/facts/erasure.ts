/** Erasure (删除): for which reasons, what stands against it and until when, and what the ledger keeps of it (docs/decisions/0025). */
import { sha256 } from '#chaincode/facts/hash';
import { APPLICATION_STEPS, type ApplicationRecord } from './application.js';
import { addYears, dayOf, type Day, type Instant, type LegalZone } from './calendar.js';
import { canonical } from './canonical.js';
import type { LicenceRecord } from './records.js';
import type { RefusalCode } from './refusal.js';
import { TERMINAL } from './status.js';

/** Personal Information Protection Law, art. 47, items 1 to 5. */
export const ERASURE_REASONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  PURPOSE_ACHIEVED: { zh: '处理目的已实现、无法实现或不再必要（个人信息保护法第四十七条第一项）', en: 'the purpose is achieved, out of reach or gone (Personal Information Protection Law, art. 47, item 1)' },
  TERM_ENDED: { zh: '保存期限已届满（个人信息保护法第四十七条第二项）', en: 'the term of keeping has ended (Personal Information Protection Law, art. 47, item 2)' },
  CONSENT_WITHDRAWN: { zh: '个人撤回同意（个人信息保护法第四十七条第三项）', en: 'consent withdrawn (Personal Information Protection Law, art. 47, item 3)' },
  HANDLED_UNLAWFULLY: { zh: '违反法律、行政法规或者约定处理（个人信息保护法第四十七条第四项）', en: 'handled against law or agreement (Personal Information Protection Law, art. 47, item 4)' },
  OTHER_STATUTE: { zh: '法律、行政法规规定的其他情形（个人信息保护法第四十七条第五项）', en: 'another case that a statute names (Personal Information Protection Law, art. 47, item 5)' },
};

/** What stands against erasing: the refusal's code, what it is about, and the last day where that is known. */
export interface Ground {
  readonly code: Extract<RefusalCode, 'ERASURE_IN_FORCE' | 'ERASURE_RETENTION' | 'ERASURE_APPLICATION' | 'ERASURE_HOLD'>;
  readonly of: string;
  readonly until?: string;
}

/** All that is kept of a natural person, named in one place: no erasure may pass anything over. */
export interface RetentionRecord {
  readonly subject: string;
  readonly licences: readonly string[];
  readonly applications: readonly string[];
  /** Holds that stand. */
  readonly holds: readonly string[];
  /** Agencies that have written something of the person, ever; absent in records of before they were noted. */
  readonly agencies?: readonly string[];
}

export interface HoldRecord {
  readonly id: string;
  readonly subject: string;
  readonly agency: string;
  /** base64url commitment. */
  readonly case: string;
  readonly staff: readonly string[];
  readonly putAt: string;
  readonly liftedAt?: string;
}

/** ASKED: nothing stands against it, and the agency must erase. REFUSED: the rule has said why not. ERASING: keys are being destroyed. ERASED: none is left. */
export type ErasureStatus = 'ASKED' | 'REFUSED' | 'ERASING' | 'ERASED';

export interface ErasureRecord {
  readonly subject: string;
  readonly status: ErasureStatus;
  readonly reason: string;
  /** What the holder asked, oldest first, and what stood against it. */
  readonly asks: readonly { readonly id: string; readonly reason: string; readonly device: string; readonly signature: string; readonly at: string; readonly grounds: readonly Ground[] }[];
  /** Who decided, from ERASING on. */
  readonly agency?: string;
  readonly staff?: readonly string[];
  readonly begunAt?: string;
  /** Agencies that keep something of the person; `at`: since when they keep nothing that can be read. */
  readonly keepers?: readonly { readonly agency: string; readonly at?: string }[];
  readonly erasedAt?: string;
}

/** What organisations register is public by law and stays. */
export const isNatural = (subject: string): boolean => subject.startsWith('person:');

/** From the decision on nothing more of the person is taken in, used or signed. */
export const isErased = (record: Pick<ErasureRecord, 'status'> | undefined): boolean => record?.status === 'ERASING' || record?.status === 'ERASED';

/** In force, or within its kind's term of keeping, which runs from its end. */
export function groundOfLicence({ id, versions }: Pick<LicenceRecord, 'id' | 'versions'>, retentionYears: number, today: Day): Ground | undefined {
  const current = versions.at(-1);
  if (!current) return undefined;
  const ended = TERMINAL.has(current.status) ? current.since : current.validUntil;
  if (ended === undefined || (ended >= today && !TERMINAL.has(current.status))) return { code: 'ERASURE_IN_FORCE', of: id, ...(ended === undefined ? {} : { until: ended }) };
  return retained(id, ended, retentionYears, today);
}

/** The shortest term of archives of government services (DA/T 85), where no kind of licence says another. */
export const APPLICATION_RETENTION_YEARS = 10;

/** Under way, or within the term of keeping, which runs from its last step. */
export function groundOfApplication({ id, state, events }: Pick<ApplicationRecord, 'id' | 'state' | 'events'>, retentionYears: number, zone: LegalZone, today: Day): Ground | undefined {
  if (Object.values(APPLICATION_STEPS).some(({ from }) => from.includes(state))) return { code: 'ERASURE_APPLICATION', of: id };
  const last = events.at(-1);
  return last && retained(id, dayOf(last.at as Instant, zone), retentionYears, today);
}

function retained(of: string, ended: string, years: number, today: Day): Ground | undefined {
  const until = addYears(ended as Day, years);
  return until < today ? undefined : { code: 'ERASURE_RETENTION', of, until };
}

/** The holder asks for it. */
export const erasureAskDigest = (ledger: string, { id, subject, reason }: { readonly id: string; readonly subject: string; readonly reason: string }): Uint8Array => sha256('yizheng/erasure-ask/1\0', canonical({ ledger, id, subject, reason }));

/** Tag of the commitment to the case of a hold. */
export const HOLD_TAG = 'yizheng/hold/1';
