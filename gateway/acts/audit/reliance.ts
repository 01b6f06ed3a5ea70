/** What relied on a licence: composites that list it, permits issued by rule upon it, decisions that rested on it, grants that open it. */
import { grantState } from '#chaincode/facts/grant';
import { identifierOf, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord } from '#chaincode/facts/records';
import type { Projection } from '../../ledger/projection.js';
import type { Grants } from '../use/grant.js';

export interface Reliance {
  readonly noun: 'composite' | 'permit' | 'decision' | 'grant';
  /** Of the composite, the permit, the application or the grant. */
  readonly id: string;
  /** The agency whose it is. */
  readonly owner: string;
  readonly at: string;
  /** Of a decision: its place among the events of the application. */
  readonly seq?: number;
  /** The composite, the permit, or what came of the decision. */
  readonly identifier?: string;
  readonly state: string;
}

/** More of one licence is nothing that a person reads. */
const RELIANCE_MAX = 500;

/** Newest first within each noun. Of grants, those whose words are kept here and name the licence. */
export async function relianceOf({ projection, grants }: { readonly projection: Projection; readonly grants: Pick<Grants, 'details'> }, { id, subject }: Pick<LicenceRecord, 'id' | 'subject'>, now = projection.knownAt): Promise<Reliance[]> {
  const composites = projection.compositesOf(id).flatMap((composite): Reliance[] => {
    const record = projection.get('licence', composite);
    const version = record?.versions.findLast(({ members }) => members?.some(({ licence }) => licence === id));
    const made = record?.events.find((event) => event.version === version?.version);
    return record && version ? [{ noun: 'composite', id: composite, owner: record.manager, at: made?.recordedAt ?? '', identifier: identifierOf(composite as LicenceId, version.version), state: version.status }] : [];
  });
  const permits = (await projection.permitsOn(id, RELIANCE_MAX)).flatMap((permit): Reliance[] => {
    const record = projection.get('licence', permit);
    const version = record?.versions.at(-1);
    return record && version ? [{ noun: 'permit', id: permit, owner: record.manager, at: record.events[0]?.recordedAt ?? '', identifier: identifierOf(permit as LicenceId, version.version), state: version.status }] : [];
  });
  const decisions = (await projection.decisionsOn(id, RELIANCE_MAX)).flatMap(({ application, seq }): Reliance[] => {
    const record = projection.get('application', application);
    const event = record?.events.find((each) => each.seq === seq);
    if (!record || !event) return [];
    const permit = event.licence === undefined || event.version === undefined ? {} : { identifier: identifierOf(event.licence as LicenceId, event.version) };
    return [{ noun: 'decision', id: application, owner: record.agency, at: event.at, seq, ...permit, state: event.outcome ?? record.state }];
  });
  const given = (await projection.grants({ of: subject }, { limit: RELIANCE_MAX })).flatMap(({ id: grant }): Reliance[] => {
    const record = projection.get('grant', grant);
    if (!record || grants.details(grant)?.licences?.some(({ licence }) => licence === id) !== true) return [];
    return [{ noun: 'grant', id: grant, owner: record.grantee, at: record.putAt, state: grantState(record, now) }];
  });
  return [...composites, ...permits, ...decisions, ...given];
}
