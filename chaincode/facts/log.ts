/** Use logs: what the ledger keeps of them (docs/decisions/0018). */

/** The last root of a gateway's use log, and the agency whose gateway keeps it. */
export interface LogRecord {
  readonly id: string;
  readonly agency: string;
  /** Records under the root. */
  readonly size: number;
  /** base64url, RFC 9162. */
  readonly root: string;
  readonly at: string;
  readonly txId: string;
  readonly anchors: number;
}
