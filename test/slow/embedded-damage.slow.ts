import { appendFile, cp, mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { checkLedger } from '#network/embedded/check';
import { createEmbeddedLedger, openEmbeddedLedger } from '#network/embedded/ledger';
import { LedgerStore } from '#network/embedded/store';
import { LedgerFault } from '#network/fault';
import { CONTRACT, newDirectory, reopenLedger } from '#test/network/embedded/support';

/** A ledger with a log (after a kill there would be one) and, when reopened once, with tables. */
async function makeLedger(directory: string): Promise<number> {
  await createEmbeddedLedger({ directory });
  for (let round = 0; round < 2; round++) {
    const { contract, close } = await reopenLedger(directory);
    for (let index = 0; index < 20; index++) await contract.submitTransaction('put', `k${round}-${index}`, 'v'.repeat(200));
    await close();
  }
  return 41;
}

/** Opens the store alone; gives the height or the code of the refusal. */
async function tryOpen(directory: string): Promise<number | string> {
  try {
    const store = await LedgerStore.open(directory, () => undefined);
    const { height } = store.head;
    await store.close();
    return height;
  } catch (error) {
    return error instanceof LedgerFault ? error.code : String(error);
  }
}

async function filesOf(directory: string, pattern: RegExp): Promise<string[]> {
  return (await readdir(join(directory, 'db'))).filter((name) => pattern.test(name)).map((name) => join(directory, 'db', name));
}

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  byte[0] = byte[0]! ^ 0x5a;
  await file.write(byte, 0, 1, at);
  await file.close();
}

t.test('when files are damaged', async (t) => {
  const sound = await newDirectory(t);
  const height = await makeLedger(sound);
  let copies = 0;
  const damaged = async (harm: (directory: string) => Promise<void>): Promise<{ opened: number | string; again: number | string; directory: string }> => {
    const directory = `${sound}-${copies++}`;
    await cp(sound, directory, { recursive: true });
    await harm(directory);
    const opened = await tryOpen(directory);
    return { opened, again: await tryOpen(directory), directory };
  };
  t.equal((await damaged(async () => undefined)).opened, height);

  const removals: [string, (directory: string) => Promise<void>][] = [
    ['CURRENT', (directory) => rm(join(directory, 'db/CURRENT'))],
    ['MANIFEST', async (directory) => rm((await filesOf(directory, /^MANIFEST/))[0]!)],
    ['all logs', async (directory) => void (await Promise.all((await filesOf(directory, /\.log$/)).map((path) => rm(path))))],
    ['a table', async (directory) => rm((await filesOf(directory, /\.ldb$/))[0]!)],
    ['the database', (directory) => rm(join(directory, 'db'), { recursive: true })],
    ['its content', async (directory) => {
      await rm(join(directory, 'db'), { recursive: true });
      await mkdir(join(directory, 'db'));
    }],
    ['ledger.json', (directory) => rm(join(directory, 'ledger.json'))],
    ['the height', (directory) => rm(join(directory, 'height'))],
    ['half the log', async (directory) => truncate((await filesOf(directory, /\.log$/))[0]!, 3000)],
    ['the last bytes of the log', async (directory) => {
      const [log] = await filesOf(directory, /\.log$/);
      await truncate(log!, (await stat(log!)).size - 5);
    }],
    ['half a table', async (directory) => truncate((await filesOf(directory, /\.ldb$/))[0]!, 500)],
    ['a line in ledger.json', (directory) => writeFile(join(directory, 'ledger.json'), '{}')],
  ];
  for (const [what, harm] of removals) {
    const { opened, again } = await damaged(harm);
    t.equal(opened, 'LEDGER_DAMAGED', `without ${what}: refused`);
    t.equal(again, 'LEDGER_DAMAGED', `without ${what}: refused again`);
  }
  t.match(await tryOpen(`${sound}-none`), 'LEDGER_MISSING');

  await t.test('one byte anywhere', async (t) => {
    const names = await filesOf(sound, /\.(log|ldb)$|^MANIFEST|^CURRENT/);
    let refused = 0;
    for (const [index, path] of [...names, ...names, ...names, ...names].entries()) {
      const { size } = await stat(path);
      if (size === 0) continue;
      const at = (index * 7919 + 31) % size;
      const { opened, directory } = await damaged((directory) => flip(path.replace(sound, directory), at));
      if (opened === 'LEDGER_DAMAGED') {
        refused++;
        continue;
      }
      t.equal(opened, height, `${path.replace(sound, '')} at ${at}: whole or refused`);
      t.same((await checkLedger(directory)).problems, []);
    }
    t.ok(refused > names.length * 2, `${refused} of ${names.length * 4} refused`);
  });
});

t.test('when the store meets damage while running', async (t) => {
  const directory = await newDirectory(t);
  await makeLedger(directory);
  const faults: string[] = [];
  const store = await LedgerStore.open(directory, (fault) => faults.push(fault.code));
  store.db.batch = (() => Promise.reject(Object.assign(new Error('disk'), { code: 'LEVEL_IO_ERROR' }))) as unknown as typeof store.db.batch;
  await t.rejects(store.commit([], store.head), { code: 'LEDGER_IO', outcome: 'unknown' });
  await t.rejects(store.commit([], store.head), { code: 'LEDGER_STOPPED' }, 'nothing is written after the first error');
  t.throws(() => store.block(0), { code: 'LEDGER_STOPPED' }, 'and nothing is read');
  t.same(faults, ['LEDGER_IO'], 'the owner is told once');
  await store.close();
});

t.test('when a ledger is made and opened', async (t) => {
  const directory = await newDirectory(t);
  await t.rejects(openEmbeddedLedger({ directory, contract: CONTRACT }), { code: 'LEDGER_MISSING' });
  await createEmbeddedLedger({ directory });
  await t.rejects(createEmbeddedLedger({ directory }), { code: 'LEDGER_EXISTS' });
  for (const name of await readdir(join(directory, 'keys'))) t.equal((await stat(join(directory, 'keys', name))).mode & 0o777, 0o600, `keys/${name} is private`);
  for (const name of ['', 'keys', 'db']) t.equal((await stat(join(directory, name))).mode & 0o777, 0o700, `${name || 'the directory'} is private`);
  const card = JSON.parse(await readFile(join(directory, 'ledger.json'), 'utf8')) as { genesis: string };

  const first = await reopenLedger(directory);
  t.equal(first.ledger.ledgerId, card.genesis);
  await t.rejects(openEmbeddedLedger({ directory, contract: CONTRACT }), { code: 'LEDGER_LOCKED' });
  t.match(await first.ledger.head(), { block: 0n });
  await t.rejects(first.ledger.block(7n), { code: 'LEDGER_REFUSED' });
  await first.close();
  await t.rejects(first.ledger.height(), { code: 'LEDGER_STOPPED' });
  await t.rejects(openEmbeddedLedger({ directory, contract: new URL('../network/embedded/support.js', import.meta.url) }), { code: 'LEDGER_CONTRACT' });

  const other = `${directory}-other`;
  await createEmbeddedLedger({ directory: other });
  await cp(join(other, 'keys'), join(directory, 'keys'), { recursive: true });
  await t.rejects(openEmbeddedLedger({ directory, contract: CONTRACT }), { code: 'LEDGER_DAMAGED' }, 'keys of another ledger');
  await appendFile(join(other, 'keys/peer.key'), 'x');
});
