/** A check of an installation in words: how far it is, and what was found. */
import type { Reconciled, Step } from '#gateway/reconcile';
import { REPAIR_WORDS, UNCHECKED_WORDS } from '#gateway/messages/findings';
import { say } from '../../language.js';

/** A line so often at most. */
const LINE_MS = 200;
/** Where nobody looks at a terminal, a line so often, for the log. */
const LOG_MS = 30_000;

/** Writes how far it is to standard error: over itself on a terminal, now and then a line elsewhere. */
export function stepLine(): ((step: Step) => void) & { end: () => void } {
  const tty = process.stderr.isTTY;
  let shownAt = Date.now();
  let step = '';
  const show = (now: Step): void => {
    const isNew = now.step !== step;
    if (!isNew && Date.now() - shownAt < (tty ? LINE_MS : LOG_MS)) return;
    if (!tty && Date.now() - shownAt < LOG_MS) return;
    [step, shownAt] = [now.step, Date.now()];
    const line = `${now.step.padEnd(12)} ${String(now.done)}${now.of === undefined ? '' : ` of ${String(now.of)}`}${now.rate > 0 ? `  ${String(now.rate)}/s` : ''}`;
    process.stderr.write(tty ? `\r${line.padEnd(60)}` : `${line}\n`);
  };
  return Object.assign(show, { end: () => { if (tty && step !== '') process.stderr.write('\n'); } });
}

/** Counts, every finding on a line, and below, once each, what puts them right. */
export function wordsOfCheck({ blocks, transactions, rows, licences, uses, findings, total, aside, left }: Reconciled): string {
  const mended = findings.filter(({ repaired }) => repaired).length;
  const outcome = total === 0 ? 'everything agrees' : `${String(total)} findings${mended === 0 ? '' : `, ${String(mended)} repaired`}`;
  const repairs = new Set(findings.filter(({ repaired }) => !repaired).map(({ repair }) => repair));
  return [
    `${String(blocks)} blocks, ${transactions === undefined ? '' : `${String(transactions)} transactions, `}${String(rows)} rows of the index, ${String(licences)} licences, ${String(uses)} use records: ${outcome}`,
    ...findings.map(({ invariant, found, between, code, where, repair, repaired }) => `  (${invariant}) ${found.padEnd(9)} ${code} ${where}  ${between.join(' / ')}  ${repaired ? 'repaired' : repair}`),
    ...(total > findings.length ? [`  and ${String(total - findings.length)} more`] : []),
    ...[...repairs].map((repair) => `${repair}: ${say(REPAIR_WORDS[repair])}`),
    ...(left === undefined ? [] : [`not checked: ${left.map((part) => say(UNCHECKED_WORDS[part])).join('; ')}`]),
    ...(aside === undefined ? [] : [`kept before it was changed: ${aside}`]),
  ].join('\n');
}
