/** Which acts a person of an agency may try on a licence: the published matrix, and the agency's rights. */
import { allows, type Status, type StatusAct, type VersionAct } from '#chaincode/facts/status';
import type { AgencyView, LicenceView } from '../types.js';

export type Action = StatusAct | VersionAct;

/** As a clerk meets them: the everyday ones first, the grave ones last. */
const ORDER: readonly Action[] = ['suspend', 'restore', 'renew', 'change', 'confirm', 'cancel', 'transfer', 'takeback', 'accept', 'withdraw', 'annul', 'revoke'];
const VERSION: ReadonlySet<Action> = new Set(['confirm', 'renew', 'change', 'accept']);
export const isVersionAct = (act: Action): act is VersionAct => VERSION.has(act);
/** Nothing, or only a closing cancellation, follows these. */
export const isFinal = (act: Action): boolean => ['withdraw', 'annul', 'revoke', 'cancel'].includes(act);

type Subject = Pick<LicenceView, 'status' | 'origin'> & { readonly type: string; readonly manager: string };

/** The written status: what the dates make of it is no obstacle to an act. */
const written = (status: string): Status => (status === 'EXPIRED' || status === 'NOT_YET_VALID' ? 'VALID' : (status as Status));

export function actionsFor(subject: Subject, agency: AgencyView | undefined, today: string): readonly Action[] {
  if (!agency) return [];
  const holds = (name: string) => agency.rights.some(({ kind, right, from, until, over }) => kind === subject.type && right === name && from <= today && (until === undefined || today <= until) && (over === undefined || over === subject.manager));
  const manages = subject.manager === agency.code;
  const status = written(subject.status);
  return ORDER.filter((act) => {
    if (!allows(act, status)) return false;
    // A collected record can only be confirmed; an issued licence never is.
    if (isVersionAct(act) && (act === 'confirm') !== (subject.origin === 'imported')) return false;
    if (act === 'accept') return !manages && holds('issue');
    if (act === 'revoke') return holds('penalise');
    if (act === 'suspend' || act === 'restore') return (manages && holds('issue')) || holds('supervise') || holds('penalise');
    return manages && holds('issue');
  });
}
