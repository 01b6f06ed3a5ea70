/** Lists that are read page by page. */
import { text, type Invocation, type OptionHelp } from '../command.js';

const MOST = 50;
/** What every such list takes. */
export const PAGE: Readonly<Record<string, OptionHelp>> = {
  limit: { type: 'string', value: 'N', help: `list: at most N (200); ${String(MOST)} where not given` }, after: { type: 'string', value: 'CURSOR', help: 'list: go on after this row' },
};

/** Options as they were given, as a query. @param names options beside those of a page */
export const pageQuery = (values: Invocation['values'], ...names: readonly string[]): URLSearchParams =>
  new URLSearchParams([...names, 'limit', 'after'].flatMap((name) => { const value = text(values, name); return value === undefined ? [] : [[name, value]]; }));

/** Rows a line each, and how to read on where there may be more. */
export function printPage<Row extends { readonly cursor: string }>({ print, values }: Invocation, rows: readonly Row[], lineOf: (row: Row) => string, none: string): void {
  const last = rows.length >= Math.min(200, Number(text(values, 'limit') ?? MOST)) ? rows.at(-1) : undefined;
  print(rows, [rows.map(lineOf).join('\n') || none, ...(last ? [`--after ${last.cursor}`] : [])].join('\n'));
}
