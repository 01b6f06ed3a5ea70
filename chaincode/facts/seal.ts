/** What a seal is for, and who may have it sign: the rules ask it, and the gateway before it uses the key. */
import type { Role, SealRecord } from './records.js';

export const isForKind = ({ kinds }: Pick<SealRecord, 'kinds'>, kind: string): boolean => kinds === undefined || kinds.includes(kind);

/** @param actors everybody who acts, with their roles. One of them must have a role that the seal names. */
export const mayTrigger = ({ triggers }: Pick<SealRecord, 'triggers'>, actors: readonly { readonly roles: readonly Role[] }[]): boolean =>
  triggers === undefined || actors.some(({ roles }) => triggers.some((role) => roles.includes(role)));
