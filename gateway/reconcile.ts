/** Reconciliation (fsck): ledger, index, vault, papers, use log and outbox against each other. Finds; repairs only what follows from something that is whole. */
import { join } from 'node:path';
import { checkLedger, type LedgerCheck } from '#network/embedded/check';
import { HeightFile, LAYOUT } from '#network/embedded/files';
import { systemClock } from './clock.js';
import { embeddedDirectory, profileOf } from './ledger/open.js';
import { isSetUp, openServices, type ServiceOptions, type Services } from './services.js';
import { GatewayFault } from './fault.js';
import { Check, Stopped, type CheckOptions, type Step } from './reconcile/check.js';
import { checkExtras } from './reconcile/extras.js';
import { findingOf, type Finding } from './reconcile/finding.js';
import { compareIndex } from './reconcile/index-rows.js';
import { checkAcknowledged, checkOutbox } from './reconcile/outbox.js';
import { checkApplications, checkErased, checkLicences, checkWords } from './reconcile/records.js';
import { Scratch, type Replayed } from './reconcile/scratch.js';
import { SetAside } from './reconcile/set-aside.js';
import { checkUseLog } from './reconcile/use-log.js';

export type { Finding } from './reconcile/finding.js';
export { Stopped, type Step } from './reconcile/check.js';
export { FINDINGS_MAX } from './reconcile/check.js';

/** ledger: (b), extras: what is in the vault beyond the ledger. */
export type Left = 'ledger' | 'extras';

export interface Reconciled {
  readonly blocks: number;
  /** counted where (b) was checked: on the embedded ledger, with the gateway stopped */
  readonly transactions?: number;
  readonly rows: number;
  readonly licences: number;
  readonly uses: number;
  /** The first FINDINGS_MAX of them. */
  readonly findings: readonly Finding[];
  readonly total: number;
  /** What could not be checked this time. */
  readonly left?: readonly Left[];
  /** Where what a repair took away or wrote over is kept; only where it did. */
  readonly aside?: string;
}

export interface ReconcileOptions extends Pick<ServiceOptions, 'tombstones'> {
  readonly repair?: boolean;
  /** Stops it; the next one goes on. */
  readonly signal?: AbortSignal;
}

/** Checks an installation that is not running. @throws GatewayFault NOT_FOUND where nothing is set up; LedgerFault where the ledger cannot be opened; Stopped */
export async function reconcile(data: string, progress: (step: Step) => void, { tombstones, repair = false, signal = new AbortController().signal }: ReconcileOptions = {}): Promise<Reconciled> {
  if (!isSetUp(data)) throw new GatewayFault('NOT_FOUND');
  // On a consortium every peer has checked every block itself, and none of them is ours to read from the disk.
  const replayed = profileOf(data) === undefined ? await replay(data, progress, signal) : undefined;
  const services = await openServices({ data, publicName: 'http://localhost', clock: systemClock, tombstones, onFatal: () => undefined, work: false });
  try {
    const checked = await checkServices({ services, live: false, repair, signal, progress, replayed: replayed?.problems.length === 0 ? replayed : undefined });
    const problems = (replayed?.problems ?? []).map(({ code, block, key }) => findingOf({ code, where: key ?? `block ${String(block ?? '')}` }));
    return { ...checked, ...(replayed && { blocks: replayed.blocks, transactions: replayed.transactions }), findings: [...problems, ...checked.findings], total: problems.length + checked.total };
  } finally {
    await services.close();
  }
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

/** Everything but the ledger by itself, on services that are open. @throws Stopped: the next check goes on */
export async function checkServices({ services, replayed, ...options }: { readonly services: Services; readonly replayed?: Replayed | undefined } & Pick<CheckOptions, 'live' | 'repair' | 'signal' | 'progress' | 'againMs'>): Promise<Reconciled> {
  const { data, ledger, clock } = services;
  const aside = new SetAside(data, clock);
  const scratch = await Scratch.open(data, ledger.chaincode, { ledger: ledger.ledgerId, repair: options.repair });
  scratch.state.replayed = replayed && { blocks: replayed.blocks, transactions: replayed.transactions };
  let over = false;
  try {
    const check = new Check({ services, scratch, aside, ...options });
    const rows = await compareIndex(check);
    const licences = await checkLicences(check);
    await checkApplications(check);
    await checkWords(check);
    await checkErased(check);
    await checkAcknowledged(check);
    await checkOutbox(check);
    const uses = await checkUseLog(check);
    const extras = await checkExtras(check);
    const left: Left[] = [...(options.live ? (['ledger'] as const) : []), ...(extras ? [] : (['extras'] as const))];
    over = true;
    return { blocks: Number(await ledger.height()), rows, licences, uses, findings: check.findings, total: scratch.state.total, ...(left.length > 0 ? { left } : {}), ...(aside.isUsed ? { aside: aside.directory } : {}) };
  } finally {
    await scratch.close(over);
  }
}
