/** What clerks and programs ask for, before it is an act: as doors, tables and rules give it to the drafter. */
import type { Static } from 'typebox';
import type { Relied } from '#chaincode/facts/application';
import type { ConditionOpened } from '#chaincode/facts/condition-commands';
import type { LicenceCommand, PlainAct, ProposalWithdraw } from '#chaincode/facts/commands';
import type { PublicityRecord } from '../../tables/index.js';

/** Decision of the agency, as a clerk enters it. */
export interface Decision {
  readonly reason?: string | undefined;
  readonly basis?: string | undefined;
  readonly decidedBy?: string | undefined;
  readonly docNo?: string | undefined;
  readonly effectiveOn?: string | undefined;
}
export interface Term {
  readonly issuedOn?: string | undefined;
  readonly validFrom?: string | undefined;
  readonly validUntil?: string | undefined;
}
export interface IssueInput extends Decision, Term {
  readonly op: 'issue';
  readonly kind: string;
  readonly face: Readonly<Record<string, unknown>>;
  /** Of a composite licence: identifiers of its members. */
  readonly members?: readonly string[] | undefined;
  /** Papers that are still to come (容缺). */
  readonly conditions?: readonly ConditionOpened[] | undefined;
  /** The signed promise (告知承诺书), base64. */
  readonly promise?: string | undefined;
  /** Issued by rule; never from a door. */
  readonly automatic?: { readonly rules: string; readonly reliedOn: readonly Relied[]; readonly inputs: { readonly commitment: string; readonly opening: string; readonly text: string } } | undefined;
  /** Permits that are issued with it in one act, all or none; members after those named. */
  readonly permits?: readonly Omit<IssueInput, 'op' | 'members' | 'permits' | 'automatic'>[] | undefined;
}
export interface VersionInput extends Decision, Term {
  readonly op: 'confirm' | 'renew' | 'change' | 'accept';
  readonly licence: string;
  /** Fields that differ from the current version. */
  readonly face?: Readonly<Record<string, unknown>> | undefined;
  /** Of a composite licence: identifiers of its members from now on; absent: as they are. */
  readonly members?: readonly string[] | undefined;
  /** The last event the clerk saw; absent: the newest the gateway knows. */
  readonly after?: number | undefined;
}
export interface StatusInput extends Decision {
  readonly op: 'suspend' | 'restore' | 'withdraw' | 'annul' | 'revoke' | 'cancel' | 'transfer' | 'takeback';
  readonly licence: string;
  readonly to?: string | undefined;
  /** The last event the clerk saw; absent: the newest the gateway knows. */
  readonly after?: number | undefined;
}
/** An act on the register, as the ledger takes it. */
export interface RegisterInput {
  readonly op: 'register';
  readonly act: Exclude<PlainAct, LicenceCommand> | Static<typeof ProposalWithdraw>;
}
/** A row of the national publicity table (双公示), as the reader understood it. */
export interface ImportInput {
  readonly op: 'import';
  readonly record: PublicityRecord;
}
export type ActInput = IssueInput | VersionInput | StatusInput | RegisterInput | ImportInput;
