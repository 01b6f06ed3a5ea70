/** A table or a list of what is to be verified: numbers, identifiers, links, one a row. */
import { presentedAs, type Given } from '../../documents/presented.js';

export interface Listed {
  /** Of the file, from 1. */
  readonly row: number;
  readonly given: Given;
}
export type ListReading = { readonly ok: true; readonly rows: readonly Listed[] } | { readonly ok: false; readonly code: 'LIST_COLUMN_UNKNOWN' | 'LIST_FORM' | 'LIST_ENCODING' };

/** Headers of the column that is meant: by exact words, never by likeness. */
const HEADERS: ReadonlySet<string> = new Set([
  '证照编号', '许可证编号', '许可编号', '证书编号', '证件编号', '编号', '电子证照标识', '证照标识', '标识', '二维码', '链接',
  'number', 'licence number', 'license number', 'permit number', 'identifier', 'licence', 'qr', 'link', 'url',
]);

/** UTF-8, UTF-16 with its mark, or GB18030, as spreadsheet programs write them. */
export function decoded(bytes: Uint8Array): string | undefined {
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
  for (const encoding of marked === undefined ? ['utf-8', 'gb18030'] : [marked]) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return text.includes('\0') ? undefined : text;
    } catch {
      // The next one, then.
    }
  }
  return undefined;
}

/** Whether a text file holds many things rather than one: a table by its name, or lines each of which stands for itself. */
export function isList(name: string, text: string): boolean {
  if (/\.(csv|tsv)$/i.test(name)) return true;
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '');
  if (lines.length < 2 || /^["{<]/.test(lines[0] ?? '')) return false;
  // A credential is often wrapped; one a line, each ends as it must.
  return !text.includes('~') || lines.every((line) => line.endsWith('~'));
}

/** Rows of a table with a column that says which is meant, or of a list without one. Rows without a value are left out. */
export async function readList(text: string): Promise<ListReading> {
  // Fetched only when a table is really read.
  const { parse } = await import('csv-parse/browser/esm/sync');
  let lines: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    lines = parse(text, { bom: true, delimiter: [',', '\t', ';'], record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, skip_empty_lines: true, trim: true, info: true }) as unknown as typeof lines;
  } catch {
    return { ok: false, code: 'LIST_FORM' };
  }
  const [first] = lines;
  const header = first?.record.map((cell) => cell.toLowerCase()) ?? [];
  const named = header.findIndex((cell) => HEADERS.has(cell));
  const width = Math.max(0, ...lines.map(({ record }) => record.findLastIndex((cell) => cell !== '') + 1));
  if (named < 0 && width > 1) return { ok: false, code: 'LIST_COLUMN_UNKNOWN' };
  const rows = (named < 0 ? lines : lines.slice(1)).flatMap(({ record, info }): Listed[] => {
    const given = presentedAs(record[Math.max(0, named)] ?? '');
    return given ? [{ row: info.lines, given }] : [];
  });
  return { ok: true, rows };
}
