/** Applications (办件): one state machine, published. What is in the form lies with the agency; the ledger holds a commitment to it. */

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

export const CHANNELS = ['counter', 'api'] as const;
export const DECISIONS = ['granted', 'refused'] as const;

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
  readonly events: readonly ApplicationEvent[];
}
