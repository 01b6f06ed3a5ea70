/** Damage done to a stopped installation, store by store: what a broken disk, a wrong restore or a hand on the files would do. */
import { Level } from 'level';
import { join } from 'node:path';

type Bytes = Level<string, Uint8Array>;

/** Opens a store of an installation that is stopped. */
export async function edited(data: string, name: 'projection' | 'vault' | 'uses' | 'desk', edit: (store: Bytes) => Promise<unknown>): Promise<void> {
  const store: Bytes = new Level(join(data, name), { valueEncoding: 'view' });
  await store.open();
  try {
    await edit(store);
  } finally {
    await store.close();
  }
}

/** Turns one bit of a row's value around. */
export async function flipped(store: Bytes, key: string, at = 20): Promise<void> {
  const value = Buffer.from((await store.get(key)) ?? []);
  value[at] = (value[at] ?? 0) ^ 1;
  await store.put(key, value);
}

/** Copies the value of a row to another. */
export async function copied(store: Bytes, from: string, to: string): Promise<void> {
  await store.put(to, (await store.get(from)) ?? new Uint8Array());
}
