/** Stores of an installation belong to one process at a time. */
import { LedgerFault } from '#network/fault';

/** What to say where a store could not be opened: of one that another process has, to stop that. */
export const openedElsewhere = (data: string, error: unknown): unknown =>
  ((error as Error).cause as { readonly code?: string } | undefined)?.code === 'LEVEL_LOCKED'
    ? new LedgerFault('LEDGER_LOCKED', `${data} is open in another process: stop the gateway first. A check of one that runs names it with --gateway URL`, { cause: error })
    : error;
