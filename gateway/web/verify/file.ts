/** Files that a verifier chose or dropped: a sealed PDF, a credential, a picture of a QR code, a table of numbers. All are read on the device. */
import { isEvidenceText, presentedAs, type Given } from '../../documents/presented.js';
import { BATCH_MAX, type Item, type Reading } from './batch.js';
import { decoded, isList, readList } from './given-list.js';
import { readPicture } from './picture.js';

/** A phone's photograph has 5 to 12 MB. */
const FILE_BYTES_MAX = 20 * 1024 * 1024;
/** A credential is at most half a megabyte, 500 links are less. */
const TEXT_BYTES_MAX = 1024 * 1024;

export type Plan = { readonly ok: true; readonly items: readonly Item[] } | { readonly ok: false; readonly code: string };

/** A sealed licence has 40 to 100 KB; the reader itself refuses above 2 MiB. */
const PDF_BYTES_MAX = 16 * 1024 * 1024;
const isPdf = async (file: File): Promise<boolean> => (await file.slice(0, 5).text()) === '%PDF-';
const isPicture = ({ type }: File): boolean => type.startsWith('image/');

/** A bundle of evidence; whatever was chosen with it is taken for heads of the ledger. */
export async function evidenceIn(files: readonly File[]): Promise<{ readonly text: string; readonly heads: readonly string[] } | undefined> {
  const starts = await Promise.all(files.map((file) => file.slice(0, 16).text()));
  const bundle = files[starts.findIndex(isEvidenceText)];
  if (!bundle) return undefined;
  const heads = await Promise.all(files.filter((file) => file !== bundle).map((file) => file.slice(0, TEXT_BYTES_MAX).text()));
  return { text: await bundle.text(), heads: heads.flatMap((text) => text.split(/\s+/)).filter((line) => line !== '') };
}

/** What is to be checked, counted before anything is: tables are opened for that, pictures are not. */
export async function planOf(files: readonly File[]): Promise<Plan> {
  if (files.length > BATCH_MAX) return { ok: false, code: 'BATCH_TOO_MANY' };
  const items: Item[] = [];
  for (const file of files) {
    const rows = await rowsOf(file);
    if (rows && !rows.ok) {
      if (files.length === 1) return rows;
      items.push({ file: file.name, read: () => Promise.resolve(rows) });
    } else if (rows) items.push(...rows.rows.map(({ row, given }): Item => ({ file: file.name, row, read: () => Promise.resolve({ ok: true, given }) })));
    else items.push({ file: file.name, read: () => readPresentedFile(file) });
  }
  if (items.length > BATCH_MAX) return { ok: false, code: 'BATCH_TOO_MANY' };
  return items.length === 0 ? { ok: false, code: 'LIST_EMPTY' } : { ok: true, items };
}

/** @returns undefined for a file that is one document */
async function rowsOf(file: File) {
  if (isPicture(file) || file.size > TEXT_BYTES_MAX || !/\.(csv|tsv|txt)$/i.test(file.name)) return undefined;
  const text = decoded(new Uint8Array(await file.arrayBuffer()));
  if (text === undefined) return { ok: false, code: 'LIST_ENCODING' } as const;
  return isList(file.name, text) ? readList(text) : undefined;
}

export async function readPresentedFile(file: File): Promise<Reading> {
  if (file.size > FILE_BYTES_MAX) return { ok: false, code: 'FILE_TOO_LARGE' };
  if (isPicture(file)) {
    const picture = await readPicture(file);
    return picture.ok ? given(presentedAs(picture.text)) : picture;
  }
  if (await isPdf(file)) return file.size > PDF_BYTES_MAX ? { ok: false, code: 'FILE_TOO_LARGE' } : { ok: true, given: { by: 'pdf', bytes: new Uint8Array(await file.arrayBuffer()) } };
  if (file.size > TEXT_BYTES_MAX) return { ok: false, code: 'FILE_TOO_LARGE' };
  const text = decoded(new Uint8Array(await file.arrayBuffer()));
  return text === undefined ? { ok: false, code: 'FILE_NOT_TEXT' } : given(presentedAs(text));
}

const given = (found: Given | undefined): Reading => (found ? { ok: true, given: found } : { ok: false, code: 'FILE_EMPTY' });
