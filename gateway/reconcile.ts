/** Reconciliation (fsck): ledger, index, vault, papers, use log and outbox against each other. Finds; repairs only what follows from something that is whole. */
import { join } from 'node:path';
import { Level } from 'level';
import { checkLedger, type LedgerCheck } from '#network/embedded/check';
import { HeightFile, LAYOUT } from '#network/embedded/files';
import { systemClock } from './clock.js';
import { embeddedDirectory, profileOf } from './ledger/open.js';
import { openedElsewhere } from './ledger/locked.js';
import { isSetUp, openServices, paths, type ServiceOptions, type Services } from './services.js';
import { GatewayFault } from './fault.js';
import { Stopped, type Step } from './reconcile/check.js';
import { findingOf } from './reconcile/finding.js';
import { checkServices, type Reconciled } from './reconcile/run.js';
import { Scratch } from './reconcile/scratch.js';

export type { Finding } from './reconcile/finding.js';
export { FINDINGS_MAX, Stopped, type Step } from './reconcile/check.js';
export type { Reconciled } from './reconcile/run.js';

export interface ReconcileOptions extends Pick<ServiceOptions, 'tombstones'> {
  readonly repair?: boolean;
  /** Stops it; the next one goes on. */
  readonly signal?: AbortSignal;
}

/** Checks an installation that is not running. @throws GatewayFault NOT_FOUND where nothing is set up; LedgerFault where the ledger cannot be opened; Stopped */
export async function reconcile(data: string, progress: (step: Step) => void, { tombstones, repair = false, signal = new AbortController().signal }: ReconcileOptions = {}): Promise<Reconciled> {
  if (!isSetUp(data)) throw new GatewayFault('NOT_FOUND');
  await demandStopped(data);
  // On a consortium every peer has checked every block itself, and none of them is ours to read from the disk.
  const replayed = profileOf(data) === undefined ? await replay(data, progress, signal) : undefined;
  const problems = (replayed?.problems ?? []).map(({ code, block, key }) => findingOf({ code, where: key ?? `block ${String(block ?? '')}` }));
  let services: Services;
  try {
    services = await openServices({ data, publicName: 'http://localhost', clock: systemClock, tombstones, onFatal: () => undefined, work: false });
  } catch (error) {
    if (!replayed || problems.length === 0) throw error;
    // What was found of it says more than that it does not open.
    return { blocks: replayed.blocks, transactions: replayed.transactions, rows: 0, licences: 0, uses: 0, findings: problems, total: problems.length, left: ['rest'] };
  }
  try {
    const checked = await checkServices({ services, live: false, repair, signal, progress, replayed });
    return { ...checked, ...(replayed && { blocks: replayed.blocks, transactions: replayed.transactions }), findings: [...problems, ...checked.findings], total: problems.length + checked.total };
  } finally {
    await services.close();
  }
}

/** Said before an hour of reading, and of a consortium's gateway too. @throws LedgerFault LEDGER_LOCKED */
async function demandStopped(data: string): Promise<void> {
  const desk = new Level(paths(data).desk);
  try {
    await desk.open();
  } catch (error) {
    throw openedElsewhere(data, error);
  }
  await desk.close();
}

/** (b) before the ledger is opened, which would repair away what a crash left. A check that goes on asks once only, as long as no block came. */
async function replay(data: string, progress: (step: Step) => void, signal: AbortSignal): Promise<LedgerCheck> {
  const directory = embeddedDirectory(data);
  const known = Scratch.replayed(data);
  if (known && known.blocks === (await HeightFile.read(join(directory, LAYOUT.height)))) return { ...known, problems: [] };
  const from = Date.now();
  const onProgress = ({ block, height }: { block: number; height: number }): void => {
    progress({ step: 'ledger', done: block + 1, of: height, rate: Math.round(((block + 1) * 1000) / Math.max(1, Date.now() - from)) });
    signal.throwIfAborted();
  };
  const checked = await checkLedger(directory, { onProgress });
  if (signal.aborted) throw new Stopped();
  return checked;
}
