/** Older versions and events of a licence, which have moved to pages of their own, as the index has them: a document that outlived them is no forgery. */
import type { EventRecord, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import type { Listings } from './listings.js';

/** All of them, the oldest first. */
export function whole(reads: Pick<Listings, 'get'>, record: LicenceRecord): Pick<LicenceRecord, 'versions' | 'events'> {
  if (record.pages === undefined) return record;
  const pages = Array.from({ length: record.pages }, (_, i) => (reads.get('page', `${record.id}/${String(i)}`) ?? []) as readonly [VersionRecord[]?, EventRecord[]?]);
  return { versions: [...pages.flatMap(([versions]) => versions ?? []), ...record.versions], events: [...pages.flatMap(([, events]) => events ?? []), ...record.events] };
}
