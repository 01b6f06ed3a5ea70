import { copyFile, link, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LAYOUT } from '#network/embedded/files';
import { LedgerFault } from '#network/fault';

const TRIES = 5;

/**
 * A copy of the database to look at: opening LevelDB changes it, even when it is damaged. Tables never change, so they
 * are hard links; the rest is small. Of a running ledger the copy is taken again until nothing moved meanwhile.
 *
 * @returns the directory of the copy; the caller removes it
 * @throws LedgerFault LEDGER_IO
 */
export async function copyDatabase(directory: string): Promise<string> {
  const source = join(directory, LAYOUT.database);
  const absolute = resolve(directory);
  const target = await mkdtemp(join(dirname(absolute), `.${basename(absolute)}.check-`));
  for (let attempt = 1; ; attempt++) {
    try {
      if (await copyOnce(source, target)) return target;
      if (attempt === TRIES) throw new Error('the database does not stand still');
    } catch (cause) {
      const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      if (attempt < TRIES && isGone) continue;
      await rm(target, { recursive: true, force: true });
      throw new LedgerFault('LEDGER_IO', 'the database cannot be copied', { cause });
    }
  }
}

/** True if nothing was added or removed while copying. */
async function copyOnce(source: string, target: string): Promise<boolean> {
  for (const name of await readdir(target)) await rm(join(target, name));
  const before = await fingerprint(source);
  // The small files that name the others first: what they name is then still there, or the fingerprint changes.
  const names = (await readdir(source)).filter((name) => name !== 'LOCK' && !name.startsWith('LOG'));
  for (const name of names.sort((a, b) => Number(a.endsWith('.ldb')) - Number(b.endsWith('.ldb')))) {
    if (name.endsWith('.ldb')) await linkOrCopy(join(source, name), join(target, name));
    else await copyFile(join(source, name), join(target, name));
  }
  return before === (await fingerprint(source));
}

async function fingerprint(source: string): Promise<string> {
  const names = (await readdir(source)).filter((name) => /^(MANIFEST-.*|.*\.log|.*\.ldb)$/.test(name)).sort();
  const manifest = names.find((name) => name.startsWith('MANIFEST-'));
  const size = manifest ? (await stat(join(source, manifest))).size : 0;
  const current = await readFile(join(source, 'CURRENT'), 'utf8').catch(() => '');
  return JSON.stringify([names, size, current]);
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw error;
    return copyFile(from, to);
  });
}
