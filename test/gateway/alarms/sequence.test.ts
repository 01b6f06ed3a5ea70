/** Use records that are gone: found at once where they are new, and in the round where they are old. */
import { Level } from 'level';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Sequence, STRETCH } from '#gateway/alarms/sequence';
import type { UseLog } from '#gateway/uses/log';
import { logPlace, noteUse } from '#test/support/uses';

async function kept(t: Test, records: number, anchored = () => 0) {
  const place = logPlace();
  let opened = await place.open();
  const desk = new Level<string, string>(join(place.directory, 'desk'));
  await desk.open();
  t.teardown(async () => { await opened.close(); await desk.close(); place.remove(); });
  const write = async (count: number) => { await Promise.all(Array.from({ length: count }, () => noteUse(opened.log))); };
  await write(records);
  const edit = async (change: Parameters<typeof place.edit>[0]) => {
    await opened.close();
    await place.edit(change);
    opened = await place.open();
  };
  const key = (seq: number): string => `r/${String(seq).padStart(12, '0')}`;
  const take = (...seqs: number[]) => edit(async (store) => { for (const seq of seqs) await store.del(key(seq)); });
  return { place, write, edit, take, key, log: () => opened.log, find: async (log: Pick<UseLog, 'id' | 'size' | 'agency' | 'missing' | 'accounts'> = opened.log) => new Sequence({ log, desk, anchored }).find() };
}

void t.test('when a use record has been taken out', async (t) => {
  const { take, find, log, write } = await kept(t, 20);
  t.strictSame(await find(), []);
  await take(7, 8, 12);
  const expected = [{ kind: 'use-gap', subject: log().id, severity: 'critical', since: '2026-06-01T02:00:00.000Z', count: 3 }];
  t.strictSame(await find(), expected, 'though it was there when it was looked at first');
  await write(5);
  t.strictSame(await find(), expected, 'it stays');
  await take(22);
  t.match(await find(), [{ count: 4 }], 'and grows');
});

void t.test('when it is put back from a backup', async (t) => {
  const { edit, take, find, key, log } = await kept(t, 10);
  let bytes: Uint8Array | undefined;
  await edit(async (store) => { bytes = await store.get(key(4)); });
  await take(4);
  t.equal((await find()).length, 1);
  await edit(async (store) => { await store.put(key(4), bytes ?? new Uint8Array()); });
  t.strictSame(await find(), [], 'the alarm is over');
  t.equal(log().size, 10);
});

void t.test('when the end has been cut off', async (t) => {
  const { take, find, log } = await kept(t, 10, () => 10);
  await take(8, 9);
  t.equal(log().size, 8, 'what is left has no gap');
  t.match(await find(), [{ count: 2, severity: 'critical' }], 'the ledger knows of more');
});

void t.test('when the first is gone', async (t) => {
  const { take, find } = await kept(t, 5);
  await take(0);
  const [found] = await find();
  t.equal(found?.count, 1);
  t.notOk(found && 'since' in found, 'nothing tells since when');
});

void t.test('when the log is long', async (t) => {
  const { find } = await kept(t, 0);
  const size = 1_000_000;
  const gone = 400_000;
  let read = 0;
  const log = {
    id: 'log', agency: '', size, accounts: async () => [],
    missing: async (from: number, to: number): Promise<[number, number][]> => { read += Math.max(0, to - from); return from <= gone && gone < to ? [[gone, gone + 1]] : []; },
  };
  let [looks, most] = [0, 0];
  for (let found: unknown[] = []; found.length === 0; looks++) {
    const before = read;
    found = await find(log);
    most = Math.max(most, read - before);
  }
  t.equal(looks, gone / STRETCH + 1);
  t.ok(most <= 2 * STRETCH, `${String(most)} numbers at a time, however long it is`);
  for (let i = 0; i < 2 * size / STRETCH; i++) await find(log);
  t.equal((await find(log))[0]?.count, 1, 'found again in every round, and counted once');
});
