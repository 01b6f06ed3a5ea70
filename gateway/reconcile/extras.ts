/** (v) What lies in the vault and nothing on the ledger refers to: what a crash left between the vault and the ledger. Only with the gateway stopped, for it is also what an act looks like that is under way. */
import { join } from 'node:path';
import { Outbox } from '../ledger/outbox.js';
import { whole } from '../ledger/pages.js';
import { paperName } from '../vault/papers.js';
import type { Check } from './check.js';

const ROWS = 500;

/** @returns false where it cannot be told now */
export async function checkExtras(check: Check): Promise<boolean> {
  const { desk } = check.services;
  // Of an unknown outcome may be what one of these documents is for; and a damaged index does not tell what the ledger refers to.
  if (check.live || check.findings.some(({ invariant, repaired }) => invariant === 'c' && !repaired) || (await new Outbox(desk).rows()).length > 0) return false;
  await checkFaces(check);
  await checkPapers(check);
  return true;
}

async function checkFaces(check: Check): Promise<void> {
  const { projection, vault } = check.services;
  check.begin('faces');
  check.takeBack();
  const proposed = new Set((await projection.all('proposal')).map(({ content }) => content));
  let done = 0;
  for await (const entry of vault.faces()) {
    await check.turn(++done, undefined, ROWS);
    const { licence, digest } = entry;
    const record = projection.get('licence', licence);
    if (proposed.has(digest) || (record && whole(projection, record).versions.some(({ documents }) => documents.some((document) => document.digest === digest)))) continue;
    const seen = { code: 'FACE_EXTRA', where: `${licence} ${digest}` } as const;
    if (check.repair) {
      check.trace([{ ...seen, before: Buffer.from(vault.sealedFace(entry) ?? []).toString('base64') }]);
      await vault.remove([entry]);
    }
    check.found(seen, { repaired: check.repair });
  }
}

async function checkPapers(check: Check): Promise<void> {
  const { paperFiles } = check.services.vault;
  check.begin('papers');
  check.takeBack();
  const unknown = new Set<string>();
  let done = 0;
  for await (const name of paperFiles.names()) {
    await check.turn(++done, undefined, ROWS);
    if (check.scratch.papers.getSync(name) === undefined) unknown.add(name);
  }
  if (unknown.size > 0) await forgetKnown(check, unknown);
  for (const name of unknown) {
    const seen = { code: 'PAPER_EXTRA', where: `papers/${name.slice(0, 2)}/${name}` } as const;
    if (check.repair) {
      check.trace([{ ...seen, after: join('papers', name) }]);
      await paperFiles.moveOut(name, join(check.aside.directory, 'papers'));
    }
    check.found(seen, { repaired: check.repair });
  }
}

/** Names are noted as licences are checked, without a sync: what looks unknown is looked for once more, in all of them. */
async function forgetKnown(check: Check, unknown: Set<string>): Promise<void> {
  const { projection } = check.services;
  for await (const { id, record } of projection.written('licence')) for (const { version, documents } of whole(projection, record()).versions) for (const { digest } of documents) unknown.delete(paperName({ licence: id, version, digest }));
}
