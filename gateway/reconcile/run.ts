/** The steps of a check, in order, on services that are open. */
import type { Services } from '../services.js';
import { profileOf } from '../ledger/open.js';
import { Check, type CheckOptions } from './check.js';
import { checkExtras } from './extras.js';
import type { Finding } from './finding.js';
import { compareIndex } from './index-rows.js';
import { checkAcknowledged, checkOutbox } from './outbox.js';
import { checkApplications, checkErased, checkLicences, checkWords } from './records.js';
import { Scratch, type Replayed } from './scratch.js';
import { SetAside } from './set-aside.js';
import { checkUseLog } from './use-log.js';

/** ledger: (b). extras: what is in the vault beyond the ledger. rest: everything but (b), where the ledger does not open. */
export type Left = 'ledger' | 'extras' | 'rest';

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

/** Everything but the ledger by itself, on services that are open. @throws Stopped: the next check goes on */
export async function checkServices({ services, replayed, ...options }: { readonly services: Services; /** What the ledger by itself was found to be. */ readonly replayed?: (Replayed & { readonly problems: readonly unknown[] }) | undefined } & Pick<CheckOptions, 'live' | 'repair' | 'signal' | 'progress' | 'againMs'>): Promise<Reconciled> {
  const { data, ledger, clock } = services;
  const aside = new SetAside(data, clock);
  const scratch = await Scratch.open(data, ledger.chaincode, { ledger: ledger.ledgerId, repair: options.repair });
  scratch.state.replayed = replayed?.problems.length === 0 ? { blocks: replayed.blocks, transactions: replayed.transactions } : undefined;
  let over = false;
  try {
    // Where nobody replays the whole ledger, its chain is looked at on the way.
    const check = new Check({ services, scratch, aside, chain: replayed === undefined, ...options });
    const { rows, licences: known } = await compareIndex(check);
    const licences = await checkLicences(check, known);
    await checkApplications(check);
    await checkWords(check);
    await checkErased(check);
    await checkAcknowledged(check);
    await checkOutbox(check);
    const uses = await checkUseLog(check);
    const extras = await checkExtras(check);
    const left: Left[] = [...(options.live && profileOf(data) === undefined ? (['ledger'] as const) : []), ...(extras ? [] : (['extras'] as const))];
    over = true;
    return { blocks: Number(await ledger.height()), rows, licences, uses, findings: check.findings, total: scratch.state.total, ...(left.length > 0 ? { left } : {}), ...(aside.isUsed ? { aside: aside.directory } : {}) };
  } finally {
    await scratch.close(over);
  }
}
