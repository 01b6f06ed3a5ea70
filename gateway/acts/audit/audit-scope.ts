/** What auditors of an agency may see: what it and its branches decide or manage, and the kinds that it has the right to supervise. The one place that says so. */
import type { Day } from '#chaincode/facts/calendar';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { AgencyRecord, LicenceRecord } from '#chaincode/facts/records';
import { managerOn } from '#chaincode/rules/rights';
import { agenciesOf, BY, type IndexedAct } from '../../ledger/act-rows.js';
import type { Projection } from '../../ledger/projection.js';
import { ruleReader } from '../../ledger/rule-reader.js';

export interface AuditScope {
  /** The auditor's agency and its branches. */
  readonly agencies: ReadonlySet<string>;
  /** Kinds it supervises today; `over`: only those that this agency manages. */
  readonly kinds: readonly { readonly kind: string; readonly over?: string }[];
}

export async function scopeOf(projection: Pick<Projection, 'all' | 'get'>, agency: string, today: Day): Promise<AuditScope> {
  const rights = projection.get('agency', agency)?.rights.filter(({ right, from, until }) => right === 'supervise' && from <= today && (until === undefined || today <= until)) ?? [];
  return { agencies: withBranches(agency, await projection.all('agency')), kinds: rights.map(({ kind, over }) => ({ kind, ...(over === undefined ? {} : { over }) })) };
}

function withBranches(agency: string, all: readonly AgencyRecord[]): ReadonlySet<string> {
  const found = new Set([agency]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { code, parent } of all) if (parent !== undefined && found.has(parent)) found.add(code);
  }
  return found;
}

const supervises = ({ kinds }: AuditScope, type: string, manager: string): boolean => kinds.some(({ kind, over }) => kind === type && (over === undefined || over === manager));
const typeOf = (licence: string): string => splitLicenceId(licence as LicenceId).type;

/** Whether an act may be shown. */
export const coversAct = (scope: AuditScope, act: IndexedAct): boolean =>
  [...agenciesOf(act)].some((agency) => scope.agencies.has(agency)) || ((act.noun === 'licence' || act.noun === 'supervision') && supervises(scope, typeOf(act.id.replace(/:.*/, '')), act.manager));

/** Whether a licence and all that is known of it may be shown: by whoever manages it now, or issued it first. */
export async function coversLicence(scope: AuditScope, projection: Pick<Projection, 'get'>, { id, manager }: LicenceRecord, today: Day): Promise<boolean> {
  const { type, issuer } = splitLicenceId(id as LicenceId);
  const now = await managerOn(ruleReader(projection), manager, type, today);
  return [now, manager, issuer].some((each) => scope.agencies.has(each)) || supervises(scope, type, now);
}

/** Beginnings of the rows under which everything in scope lies. */
export const prefixesOf = ({ agencies, kinds }: AuditScope): string[] =>
  [...new Set([...[...agencies].map(BY.agency), ...kinds.map(({ kind, over }) => (over === undefined ? BY.kind(kind) : BY.agency(over)))])];
