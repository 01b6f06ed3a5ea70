/** Applications (办件): one state machine, published. What is in the form lies with the agency; the ledger holds a commitment to it. */
import { base64url, sha256 } from '#chaincode/facts/hash';
import { canonical } from './canonical.js';
import type { ConditionRecord } from './condition.js';

export const APPLICATION_STATES = ['received', 'correction', 'accepted', 'refused-to-accept', 'decided', 'delivered', 'withdrawn'] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

export const APPLICATION_ACTS = ['accept', 'correct', 'resubmit', 'reject', 'decide', 'deliver', 'withdraw'] as const;
export type ApplicationAct = (typeof APPLICATION_ACTS)[number];

/** For each act on an application: the states it is allowed from, and the state it leads to. */
export const APPLICATION_STEPS: Readonly<Record<ApplicationAct, { readonly from: readonly ApplicationState[]; readonly to: ApplicationState }>> = {
  accept: { from: ['received'], to: 'accepted' },
  correct: { from: ['received'], to: 'correction' },
  resubmit: { from: ['correction'], to: 'received' },
  reject: { from: ['received'], to: 'refused-to-accept' },
  /** One matter at a time; the application is decided with the last of them. */
  decide: { from: ['accepted'], to: 'decided' },
  deliver: { from: ['decided'], to: 'delivered' },
  withdraw: { from: ['received', 'correction', 'accepted'], to: 'withdrawn' },
};

/** wallet: filed by a device of the holder, or of whom he lets apply. */
export const CHANNELS = ['counter', 'api', 'wallet'] as const;
export const DECISIONS = ['granted', 'refused'] as const;

/** What a holder files from his wallet: for what, with which agency, and a commitment to what he says. */
export interface Filing {
  readonly id: string;
  readonly subject: string;
  readonly agency: string;
  readonly trade?: string | undefined;
  readonly matters: readonly { readonly matter: string; readonly variant: string; readonly version: number }[];
  readonly details: string;
}

/** The applicant's signature. */
export const filingDigest = (ledger: string, { id, subject, agency, trade, matters, details }: Filing): Uint8Array =>
  sha256('yizheng/filing/1\0', canonical({ ledger, applicationId: id, subject, agency, ...(trade === undefined ? {} : { trade }), matters: matters.map(({ matter, variant, version }) => ({ matter, variant, version })), details }));

/** Commitment to what was filed: base64url SHA-256(tag || 0x00 || 32 random bytes || text). */
export const filingCommitment = (opening: Uint8Array, text: string): string => base64url(sha256('yizheng/filing-words/1\0', opening, text));

/** A version of a licence that a decision rested on. */
export interface Relied {
  readonly licence: string;
  readonly version: number;
}

export interface ApplicationEvent {
  readonly seq: number;
  readonly act: 'receive' | ApplicationAct;
  readonly state: ApplicationState;
  readonly at: string;
  readonly txId: string;
  readonly actors: readonly { readonly staff: string; readonly method: string }[];
  /** In whose name they acted: the agency itself, or the one that it is a branch of. */
  readonly authority: string;
  /** By which somebody stood at the counter for the holder. */
  readonly delegation?: string;
  /** That the holder, or whom he lets apply, filed it himself: everybody can check it. `details`: commitment to what he filed. */
  readonly filed?: { readonly device: string; readonly signature: string; readonly details: string; readonly delegations?: readonly string[] };
  readonly basis?: string;
  readonly docNo?: string;
  /** Commitment to what the agency keeps of this step: the form, a note. */
  readonly details?: string;
  readonly matter?: string;
  readonly outcome?: (typeof DECISIONS)[number];
  readonly licence?: string;
  readonly version?: number;
  readonly reliedOn?: readonly Relied[];
}

export interface ApplicationRecord {
  readonly id: string;
  readonly agency: string;
  readonly subject: string;
  readonly trade?: string;
  readonly channel: (typeof CHANNELS)[number];
  readonly matters: readonly { readonly matter: string; readonly variant: string; readonly version: number }[];
  readonly state: ApplicationState;
  /** What it was accepted without (容缺受理). */
  readonly conditions?: readonly ConditionRecord[];
  readonly events: readonly ApplicationEvent[];
}
