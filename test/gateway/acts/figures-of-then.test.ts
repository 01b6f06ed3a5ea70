/** The picture of uses by agency and purpose, of a time before the newest uses. */
import t from 'tap';
import { addDays, instantOf, SHANGHAI, startOfDay, type Day } from '#chaincode/facts/calendar';
import { figuresOf } from '#gateway/acts/audit/figures';
import { BUREAU, MARKET } from '#test/support/ledger';

const FIRST = '2026-01-01' as Day;
/** A hundred uses a day of each agency: what one counter of a town does. */
const [PER_DAY, DAYS] = [100, 60];
const records = Array.from({ length: DAYS * PER_DAY * 2 }, (_, seq) => ({ seq, at: instantOf((startOfDay(addDays(FIRST, Math.floor(seq / (2 * PER_DAY))), SHANGHAI) + 36_000) * 1000), agency: seq % 2 === 0 ? BUREAU : MARKET, purpose: 'INSPECTION' }));
const log = {
  page: async (side: 'agency' | 'source', of: string, { before = records.length, limit }: { before?: number; limit: number }) =>
    (side === 'source' ? [] : records.slice(0, before).filter(({ agency }) => agency === of).reverse().slice(0, limit)).map((record) => ({ record })),
  firstSince: async (at: string) => { const first = records.findIndex((record) => record.at >= at); return first < 0 ? records.length : first; },
};
const parts = { projection: { acts: { tallies: async () => [] }, all: async () => [{ code: BUREAU }, { code: MARKET }] }, log, zone: SHANGHAI } as unknown as Parameters<typeof figuresOf>[0];
const scope = { agencies: new Set([BUREAU, MARKET]), kinds: [] };

void t.test('when a week is asked for, after which there were many uses', async (t) => {
  const found = await figuresOf(parts, scope, { from: FIRST, to: addDays(FIRST, 6), by: 'day' });
  t.equal(found.usesComplete, true);
  t.strictSame(found.uses.map(({ agency, count }) => [agency, count]).sort(), [[BUREAU, 7 * PER_DAY], [MARKET, 7 * PER_DAY]].sort(), 'fourteen hundred uses of that week are fewer than a picture may cost');
});

void t.test('when the newest are asked for', async (t) => {
  const found = await figuresOf(parts, scope, { from: FIRST, to: addDays(FIRST, DAYS), by: 'month' });
  t.equal(found.usesComplete, false);
  const [one = 0, other = 0] = [BUREAU, MARKET].map((code) => found.uses.find(({ agency }) => agency === code)?.count);
  t.ok(one > 2_000 && other > 2_000 && one + other <= 5_000, `of two agencies in scope, both have their share: ${String(one)}, ${String(other)}`);
});
