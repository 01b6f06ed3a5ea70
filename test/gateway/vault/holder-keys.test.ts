/** Holders' keys: destroyed so that no file holds them, wrapped anew under a key that replaces an older one, whatever comes between. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import t, { type Test } from 'tap';
import { encrypt } from '#gateway/cipher';
import { KeyMissing } from '#gateway/keyring';
import { Erased, HolderKeys } from '#gateway/vault/holder-keys';
import { WrappingKeys } from '#gateway/vault/wrapping';
import { failsWith } from '#test/support/matchers';

interface Place { readonly keys: string; readonly store: string; open(erased?: (subject: string) => boolean): Promise<HolderKeys>; files(): string[]; wrapped(subject: string): Promise<Buffer> }

function placeFor(t: Test): Place {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-holder-keys-'));
  t.teardown(() => { rmSync(directory, { recursive: true }); });
  const [keys, store] = [join(directory, 'vault'), join(directory, 'holder-keys')];
  new WrappingKeys(keys).make();
  return {
    keys, store, open: (erased) => HolderKeys.open(store, new WrappingKeys(keys), erased), files: () => readdirSync(keys).sort(),
    async wrapped(subject) {
      const level = new Level<string, Uint8Array>(store, { valueEncoding: 'view' });
      const value = await level.get(subject);
      await level.close();
      return Buffer.from(value ?? []);
    },
  };
}
/** Whether any file of the store holds these bytes. */
const lies = ({ store }: Place, bytes: Buffer): boolean => readdirSync(store).some((name) => readFileSync(join(store, name)).includes(bytes));
const many = (count: number) => Array.from({ length: count }, (_, i) => `person:${String(i).padStart(22, '0')}`);

void t.test('when a key is destroyed', async (t) => {
  const place = placeFor(t);
  const gone = new Set<string>();
  let keys = await place.open((subject) => gone.has(subject));
  await keys.ensure(['a', 'b', 'c']);
  const [a, b] = [keys.get('a'), keys.get('b')];
  await keys.close();
  const wrapped = await place.wrapped('b');
  t.ok(lies(place, wrapped.subarray(20)), 'the search finds what is there');
  keys = await place.open((subject) => gone.has(subject));
  t.strictSame(keys.get('b'), b);
  gone.add('b');
  await keys.destroy(['b']);
  t.equal(keys.get('b'), undefined);
  t.strictSame(keys.get('a'), a, 'others stay');
  t.notOk(lies(place, wrapped.subarray(20)), 'no file of the store holds it');
  await failsWith(t, () => keys.ensure(['a', 'b']), Erased as never, undefined as never);
  await keys.close();
});

void t.test('when a key is made and destroyed at once', async (t) => {
  const place = placeFor(t);
  const gone = new Set<string>();
  const keys = await place.open((subject) => gone.has(subject));
  await keys.ensure(['fresh']);
  const copy = mkdtempSync(join(tmpdir(), 'yizheng-holder-keys-'));
  t.teardown(() => { rmSync(copy, { recursive: true }); });
  cpSync(place.store, copy, { recursive: true });
  const wrapped = await placed(copy, 'fresh');
  gone.add('fresh');
  await keys.destroy(['fresh']);
  t.notOk(lies(place, wrapped.subarray(20)));
  await keys.close();
});

async function placed(store: string, subject: string): Promise<Buffer> {
  const level = new Level<string, Uint8Array>(store, { valueEncoding: 'view' });
  const value = Buffer.from((await level.get(subject)) ?? []);
  await level.close();
  return value;
}

void t.test('when the wrapping key is replaced', async (t) => {
  const place = placeFor(t);
  const subjects = many(600);
  let keys = await place.open();
  await keys.ensure(subjects);
  const before = subjects.map((subject) => keys.get(subject));
  await keys.close();
  const old = await place.wrapped(subjects[7] ?? '');
  keys = await place.open();
  const seen: number[] = [];
  const later = keys.rotate(true, (done) => { seen.push(done); });
  await keys.ensure(['person:made-meanwhile']);
  t.equal(await later, 600);
  t.strictSame(seen, [250, 500, 600], 'it says how far it is');
  t.strictSame(place.files(), ['wrapping-2.key'], 'the old one is gone');
  t.notOk(lies(place, old.subarray(20)), 'and so is what was under it');
  t.equal(await keys.rotate(false), 0, 'nothing is left to finish');
  await keys.close();
  keys = await place.open();
  t.strictSame(subjects.map((subject) => keys.get(subject)), before, 'the keys are the same');
  t.ok(keys.get('person:made-meanwhile'));
  t.equal(await keys.rotate(true), 601);
  t.strictSame(place.files(), ['wrapping-3.key']);
  await keys.close();
});

void t.test('when replacing it is cut short', async (t) => {
  const place = placeFor(t);
  const subjects = many(400);
  let keys = await place.open();
  await keys.ensure(subjects);
  const before = subjects.map((subject) => keys.get(subject));
  // Killed in the middle: so it lies on the disk then.
  const cut = await new Promise<string>((resolve, reject) => {
    keys.rotate(true, () => {
      const copy = mkdtempSync(join(tmpdir(), 'yizheng-holder-keys-'));
      cpSync(join(place.store, '..'), copy, { recursive: true });
      resolve(copy);
    }).catch(reject);
  });
  t.teardown(() => { rmSync(cut, { recursive: true }); });
  await keys.close();
  const half = () => HolderKeys.open(join(cut, 'holder-keys'), new WrappingKeys(join(cut, 'vault')));
  t.strictSame(readdirSync(join(cut, 'vault')).sort(), ['wrapping-1.key', 'wrapping-2.key']);
  keys = await half();
  t.ok(keys.isRotating);
  t.strictSame(subjects.map((subject) => keys.get(subject)), before, 'all can be read in between');
  t.equal(await keys.rotate(false), 150, 'it goes on where it was');
  t.strictSame(readdirSync(join(cut, 'vault')), ['wrapping-2.key']);
  await keys.close();
  // Killed after the old one was written over, before it was taken away.
  writeFileSync(join(cut, 'vault', 'wrapping-1.key'), Buffer.alloc(32));
  keys = await half();
  t.equal(await keys.rotate(false), 0);
  t.strictSame(readdirSync(join(cut, 'vault')), ['wrapping-2.key']);
  t.strictSame(subjects.map((subject) => keys.get(subject)), before);
  await keys.close();
});

void t.test('when a key is destroyed while all are wrapped anew', async (t) => {
  const place = placeFor(t);
  const subjects = many(800);
  const gone = new Set<string>();
  const keys = await place.open((subject) => gone.has(subject));
  await keys.ensure(subjects);
  const victim = subjects.at(-1) ?? '';
  gone.add(victim);
  await Promise.all([keys.rotate(true), keys.destroy([victim])]);
  t.equal(keys.get(victim), undefined, 'it does not come back');
  await keys.close();
});

void t.test('when an installation has the key of before numbers', async (t) => {
  const place = placeFor(t);
  renameSync(join(place.keys, 'wrapping-1.key'), join(place.keys, 'wrapping.key'));
  const key = Buffer.alloc(32, 7);
  const level = new Level<string, Uint8Array>(place.store, { valueEncoding: 'view' });
  await level.put('person:old', encrypt(readFileSync(join(place.keys, 'wrapping.key')), key, 'person:old'));
  await level.close();
  const keys = await place.open();
  t.strictSame(Buffer.from(keys.get('person:old') ?? []), key);
  await keys.ensure(['person:new']);
  t.equal(await keys.rotate(true), 2);
  t.strictSame(place.files(), ['wrapping-1.key']);
  t.strictSame(Buffer.from(keys.get('person:old') ?? []), key);
  await keys.close();
});

void t.test('when a backup is older than its wrapping key', async (t) => {
  const place = placeFor(t);
  let keys = await place.open();
  await keys.ensure(['person:one']);
  await keys.close();
  cpSync(place.store, `${place.store}.backup`, { recursive: true });
  keys = await place.open();
  await keys.rotate(true);
  await keys.close();
  rmSync(place.store, { recursive: true });
  renameSync(`${place.store}.backup`, place.store);
  await failsWith(t, () => place.open(), KeyMissing, 'KEY_MISSING');
});
