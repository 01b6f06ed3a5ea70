/** Figures of one run: medians and ranges, each beside what it is held against. */
import { cpus, loadavg } from 'node:os';

export const QUICK = process.argv.includes('--quick');
const JSON_LINES = process.argv.includes('--json');
export const ROUNDS = QUICK ? 3 : 5;
/** Milliseconds of one timed step. */
export const MS = QUICK ? 500 : 2_000;

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly range: readonly [number, number];
  readonly against?: string;
  readonly ratio?: number;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
export const quantile = (values: readonly number[], share: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/** @param inverse a time, of which less is better */
export function record(name: string, unit: string, values: readonly number[], against?: Figure, inverse = false): Figure {
  const value = median(values);
  const figure: Figure = { name, unit, median: value, range: [Math.min(...values), Math.max(...values)], ...(against ? { against: against.name, ratio: inverse ? against.median / value : value / against.median } : {}) };
  const round = (n: number) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toPrecision(3));
  process.stdout.write(JSON_LINES ? `${JSON.stringify(figure)}\n` : `${name.padEnd(52)} ${round(value).padStart(10)} ${unit.padEnd(6)} ${`${round(figure.range[0])} to ${round(figure.range[1])}`.padEnd(22)}${figure.ratio === undefined ? '' : ` ${figure.ratio.toFixed(2)} x ${figure.against ?? ''}`}\n`);
  return figure;
}

/** Rounds after a first one that is thrown away. */
export async function rounds(step: (round: number) => Promise<number>, count = ROUNDS): Promise<number[]> {
  await step(0);
  const values: number[] = [];
  for (let round = 1; round <= count; round++) values.push(await step(round));
  return values;
}

/** What is measured on, and whether it is quiet enough. */
export function sayMachine(ledger: string): void {
  const load = loadavg();
  if (!JSON_LINES) process.stdout.write(`load ${load.map((n) => n.toFixed(2)).join(' ')}, ${String(cpus().length)} cores, Node ${process.version}; ${ledger}\n`);
  if ((load[0] ?? 0) > 0.5) process.stderr.write('the machine is busy: these figures are not to be recorded\n');
}
