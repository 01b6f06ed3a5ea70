/** (a) and (f): what was said to be done, and what was sent, against the ledger. */
import { GatewayFault } from '../fault.js';
import { Outbox } from '../ledger/outbox.js';
import type { Check } from './check.js';
import type { Seen } from './finding.js';

/** Rows of reports between two tellings of how far it is. */
const ROWS = 500;
/** Rows that are looked at again together. */
const TOGETHER = 500;

/** (a) What a job reported as done is on the ledger. */
export async function checkAcknowledged(check: Check): Promise<void> {
  const { queue, desk, projection } = check.services;
  check.begin('jobs');
  check.takeBack();
  let done = 0;
  let missing: (Seen & { readonly transaction: string })[] = [];
  const settle = async () => {
    for (const { code, where } of await check.twice(() => Promise.resolve(missing.filter(({ transaction }) => projection.blockOf(transaction) === undefined)))) check.found({ code, where });
    missing = [];
  };
  for await (const key of desk.keys({ gt: 'job/', lt: 'job0' })) {
    const job = key.slice(4);
    try {
      for await (const row of queue.rows(job)) {
        await check.turn(++done, undefined, ROWS);
        if (row.result === 'done' && row.transaction !== undefined && projection.blockOf(row.transaction) === undefined) missing.push({ code: 'ACKNOWLEDGED_MISSING', where: `job ${job} row ${String(row.row)}`, transaction: row.transaction });
        if (missing.length === TOGETHER) await settle();
      }
    } catch (error) {
      if (!(error instanceof GatewayFault) || error.code !== 'REPORT_DAMAGED') throw error;
      check.found({ code: error.code, where: `job ${job}` });
    }
  }
  await settle();
}

/** (f) Opening has tried to settle everything; what is left is named, and is tried again at the next start. */
export async function checkOutbox(check: Check): Promise<void> {
  const { desk, projection, submitter } = check.services;
  const outbox = new Outbox(desk);
  check.begin('outbox');
  check.takeBack();
  const seen = await check.twice(async () => (await outbox.rows()).filter(({ txId }) => !submitter.awaits(txId)).map(({ txId, pending }): Seen => ({
    where: txId,
    // The ledger has the last word: whatever the row says, what is there needs no sending any more.
    code: projection.blockOf(txId) !== undefined ? 'OUTBOX_SETTLED' : !pending ? 'OUTBOX_DAMAGED' : submitter.hosts(pending.agency) ? 'OUTCOME_UNKNOWN' : 'OUTBOX_AGENCY_UNKNOWN',
  })));
  const rows = new Map((await outbox.rows()).map(({ txId, text }) => [txId, text]));
  for (const each of seen) {
    const before = rows.get(each.where);
    const repaired = check.repair && before !== undefined && (each.code === 'OUTBOX_SETTLED' || each.code === 'OUTBOX_DAMAGED');
    if (repaired) {
      check.trace([{ ...each, before }]);
      await outbox.settled(each.where);
    }
    check.found(each, { repaired });
  }
}
