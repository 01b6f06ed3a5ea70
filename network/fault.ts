/** What is known about the effect of a failed ledger call. `unknown` is settled only by asking for the transaction id. */
export type LedgerOutcome = 'no-effect' | 'unknown' | 'committed';

export type LedgerFaultCode =
  | 'LEDGER_EXISTS' // creation refused: something is already in the directory
  | 'LEDGER_MISSING' // no ledger in the directory
  | 'LEDGER_LOCKED' // another process (or another part of this one) has the directory open
  | 'LEDGER_DAMAGED' // what is on disk is not what was written: restore a copy, never serve it
  | 'LEDGER_IO' // the disk refused a read or a write: the ledger has stopped
  | 'LEDGER_CONTRACT' // the contract module could not be loaded
  | 'LEDGER_STOPPED' // closed, or stopped after an earlier fault
  | 'LEDGER_REFUSED'; // the request itself is wrong

/**
 * A fault of the ledger itself, never a refusal by a rule of the contract.
 * Messages are constant enough to log: they carry file names and block numbers, never arguments.
 */
export class LedgerFault extends Error {
  readonly code: LedgerFaultCode;
  readonly outcome: LedgerOutcome;

  constructor(code: LedgerFaultCode, message: string, options: { outcome?: LedgerOutcome; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LedgerFault';
    this.code = code;
    this.outcome = options.outcome ?? 'no-effect';
  }
}

/** The shape in which a fault crosses the thread boundary. */
export interface FaultMessage {
  code: LedgerFaultCode;
  message: string;
  outcome: LedgerOutcome;
  cause?: string;
}

export function faultToMessage(error: unknown, fallback: LedgerFaultCode): FaultMessage {
  if (error instanceof LedgerFault) {
    const cause = error.cause === undefined ? {} : { cause: describe(error.cause) };
    return { code: error.code, message: error.message, outcome: error.outcome, ...cause };
  }
  return { code: fallback, message: describe(error), outcome: 'unknown' };
}

export function faultFromMessage(message: FaultMessage): LedgerFault {
  const cause = message.cause === undefined ? {} : { cause: new Error(message.cause) };
  return new LedgerFault(message.code, message.message, { outcome: message.outcome, ...cause });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? `${code}: ${error.message}` : error.message;
}
