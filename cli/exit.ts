/** Exit codes: a script can tell a bad licence from a bad network. */

export const EXIT = {
  /** Done; a verified licence is valid. */
  ok: 0,
  internal: 1,
  usage: 2,
  /** A rule or a check said no; nothing was changed. */
  refused: 3,
  /** Genuine, but suspended, expired, replaced or ended. */
  notInForce: 4,
  untrusted: 5,
  /** Could not be checked: says nothing against the licence. */
  unchecked: 6,
  /** A collected record that nobody has confirmed. */
  imported: 7,
  /** The gateway or the ledger cannot be reached now; ask again. */
  unavailable: 8,
  /** The job is done; some rows were refused. */
  someRefused: 9,
  notFound: 10,
  /** An alarm of the worst kind is open. */
  critical: 11,
  /** Stopped by the user; the same command goes on. */
  stopped: 130,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly detail: unknown;
  constructor(readonly exit: Exit, message: string, detail?: unknown) {
    super(message);
    this.detail = detail;
  }
}
