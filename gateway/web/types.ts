/** What the gateway answers, as the pages read it. Types only: nothing of the gateway's own code enters the bundle. */
import type { KindRecord } from '#chaincode/facts/records';
import type { Message } from '../messages.js';
import type { Answer, LicenceView } from '../acts/lookup.js';

export type { Answer, KindRecord, LicenceView };
export type { FaceField } from '#chaincode/facts/records';
export type { Part, Verdict } from '../documents/verdict.js';

export interface SessionView {
  readonly staff: string;
  readonly agency: string;
  readonly agencyName: string;
  readonly displayName: string;
  readonly roles: readonly string[];
  readonly method: string;
  readonly keys: readonly { readonly id: string; readonly method: string }[];
}
export interface AgencyView {
  readonly code: string;
  readonly name: string;
  readonly active: boolean;
  readonly rights: readonly { readonly kind: string; readonly right: string; readonly from: string; readonly until?: string; readonly over?: string }[];
}
export interface Codes {
  readonly reasons: Readonly<Record<string, Message & { readonly acts: readonly string[]; readonly penalty?: true }>>;
  readonly bases: Readonly<Record<string, Message>>;
}
export interface HistoryEvent {
  readonly seq: number;
  readonly version: number;
  readonly act: string;
  readonly status: string;
  readonly reason: string;
  readonly basis?: string;
  readonly decidedBy: string;
  readonly docNo?: string;
  readonly effectiveOn: string;
  readonly recordedAt: string;
  readonly txId: string;
}
export interface ActResult {
  readonly licence?: string;
  readonly identifier?: string;
  readonly version?: number;
  readonly status?: string;
  readonly transaction?: string;
  readonly block?: string;
  readonly replayed: boolean;
}
