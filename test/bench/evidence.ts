/** npm run bench -- --evidence: evidence of a licence made and verified, alone in its blocks and in full ones; a year's heads checked. */
import { randomBytes } from 'node:crypto';
import { base64url } from '#chaincode/facts/hash';
import { runHashes } from '#gateway/documents/block-header';
import { bundleText } from '#gateway/documents/evidence-bundle/format';
import { compareAll, HEAD_FORMAT, type Head } from '#gateway/documents/head';
import { randomId } from '#gateway/keyring';
import { check, evidenceOf, usedLicence } from '#test/support/evidence';
import { install, permit, type Installation } from '#test/support/installation';
import { QUICK, record, rounds, sayMachine } from './figures.js';

/** A block a minute, day and night. */
const YEAR_BLOCKS = QUICK ? 52_560 : 525_600;
const DAYS = 365;
/** As many at once as fill blocks. */
const MANY = 500;

const timed = async (step: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await step();
  return performance.now() - from;
};

export async function evidence(): Promise<void> {
  sayMachine('evidence');
  const installation = await install();
  try {
    const { licence } = await usedLicence(installation);
    await measured(installation, 'a licence with two acts and three uses', licence);
    const { services } = installation;
    const clerk = installation.acting('clerk');
    const issued = await Promise.all(Array.from({ length: MANY }, () => services.acts.perform(clerk, randomId(), permit())));
    await services.projection.reached((await services.ledger.height()) - 1n, 60_000);
    await measured(installation, `one of ${String(MANY)} issued at once`, issued[MANY - 1]?.licence ?? '');
  } finally {
    await installation.remove();
  }
  await year();
}

async function measured(installation: Installation, what: string, licence: string): Promise<void> {
  record(`make: ${what}`, 'ms', await rounds(() => timed(() => evidenceOf(installation, licence))));
  const bundle = await evidenceOf(installation, licence);
  const [text, heads] = [bundleText(bundle), [await installation.services.heads.sign({ block: bundle.chain.from + bundle.chain.data.length - 1 })]];
  record(`size: ${what}`, 'B', [text.length]);
  record(`verify: ${what}`, 'ms', await rounds(() => timed(async () => {
    const { outcome, parts } = await check(text, { heads });
    if (outcome !== 'proven') throw new Error(JSON.stringify(parts.filter(({ result }) => result !== 'pass')));
  })));
}

/** A head a day over a chain of a year. */
async function year(): Promise<void> {
  const run = { from: 1, previous: randomBytes(32), data: Array.from({ length: YEAR_BLOCKS }, () => randomBytes(32)) };
  const hashes = runHashes(run);
  const ledger = base64url(run.previous);
  const heads = [{ height: 1, hash: ledger }, ...Array.from({ length: DAYS }, (_, day) => {
    const block = Math.floor(((day + 1) * YEAR_BLOCKS) / DAYS);
    return { height: block + 1, hash: base64url(hashes[block - 1] ?? randomBytes(32)) };
  })].map((head, day): Head => ({ format: HEAD_FORMAT, ledger, agency: '113703030099999063', ...head, at: new Date(Date.UTC(2026, 0, 1 + day)).toISOString() }));
  record(`a year's heads, ${String(heads.length)} over ${YEAR_BLOCKS.toLocaleString('en')} blocks`, 'ms', await rounds(() => timed(() => {
    if (compareAll(heads, run).some(({ finding }) => finding !== 'HEADS_APPENDED')) throw new Error('a head does not fit');
    return Promise.resolve();
  })));
}
