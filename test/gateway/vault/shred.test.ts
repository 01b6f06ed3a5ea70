/** Rows that are shredded are in no file of their store, neither their names nor what they said. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import t, { type Test } from 'tap';
import { keysUnder, shred } from '#gateway/vault/shred';

async function storeFor(t: Test) {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-shred-'));
  t.teardown(() => { rmSync(directory, { recursive: true }); });
  const open = async () => { const store = new Level<string, string>(directory, { valueEncoding: 'utf8' }); await store.open(); return store; };
  return { open, holding: (text: string) => readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(text)) };
}
const name = (i: number): string => `person/${String(i * 7919).padStart(8, '0')}-of-the-number`;

void t.test('when rows are shredded', async (t) => {
  const { open, holding } = await storeFor(t);
  let store = await open();
  await store.batch(Array.from({ length: 400 }, (_, i) => ({ type: 'put', key: name(i), value: `holder ${String(i)};` })), { sync: true });
  t.ok(holding('holder 7;').length > 0 && holding(name(7).slice(7)).length > 0, 'the search finds what is there');
  await shred(store, [name(7), name(8)]);
  for (const again of [false, true]) {
    if (again) {
      await store.close();
      store = await open();
    }
    for (const i of [7, 8]) t.strictSame([holding(`holder ${String(i)};`), holding(name(i).slice(7))], [[], []], again ? 'after a start too' : 'at once');
  }
  t.equal((await keysUnder(store, 'person/')).length, 398, 'the others stay');
  t.equal(await store.get(name(9)), 'holder 9;');
  await store.put(name(10), 'changed');
  await shred(store, []);
  t.equal(await store.get(name(10)), 'changed');
  await store.close();
});
