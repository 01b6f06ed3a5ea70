/** Older versions and events of a licence, which have moved to pages of their own. */
import type { EventRecord, LicenceRecord, VersionRecord } from '../facts/records.js';
import type { World } from '../world.js';

/** All of them, the oldest first. */
export async function whole(world: World, { id, versions, events, pages = 0 }: LicenceRecord): Promise<Pick<LicenceRecord, 'versions' | 'events'>> {
  const older = await Promise.all(Array.from({ length: pages }, async (_, i) => (await world.get('page', `${id}/${String(i)}`)) as readonly [VersionRecord[]?, EventRecord[]?] | undefined));
  return { versions: [...older.flatMap((page) => page?.[0] ?? []), ...versions], events: [...older.flatMap((page) => page?.[1] ?? []), ...events] };
}
