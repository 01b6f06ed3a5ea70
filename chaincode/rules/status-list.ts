/** Places in status lists (Token Status List): random, recorded, never given twice. */
import type { Place } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { listKey, type World } from '../world.js';

/** Places of a list: large enough that a place says little of its neighbours, small enough that a batch rewrites 2 KiB. */
export const LIST_SIZE = 16_384;

/** Marks places of an agency's lists as taken. @throws RuleError PLACE_TAKEN, PLACE_OUT_OF_LIST */
export async function takePlaces(world: World, agency: string, places: readonly Place[]): Promise<void> {
  for (const { list, index } of places) {
    demand(index < LIST_SIZE, 'PLACE_OUT_OF_LIST', 'place');
    const key = listKey(agency, list);
    const record = await world.get('list', key);
    const taken = record ? Buffer.from(record.taken, 'base64') : Buffer.alloc(LIST_SIZE / 8);
    const [byte, bit] = [index >> 3, 1 << (index & 7)];
    demand(((taken[byte] ?? 0) & bit) === 0, 'PLACE_TAKEN', 'place');
    taken[byte] = (taken[byte] ?? 0) | bit;
    world.put('list', key, { agency, number: list, taken: taken.toString('base64') });
  }
}
