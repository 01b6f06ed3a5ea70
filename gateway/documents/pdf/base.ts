/** The first revision of a paper: what a seal is added to, and what is attached. */
import { dictOf, listOf, nameOf, numberOf, PdfMalformed, PdfString, readObject, type PdfDict, type PdfValue, type Section } from './objects.js';
import { CREDENTIAL_FILE, PURPOSE_FILE } from './paper.js';

export interface Base {
  /** Object numbers and the sources of their dictionaries, between << and >>. */
  readonly catalog: { readonly number: number; readonly inner: string };
  readonly page: { readonly number: number; readonly inner: string };
  /** Of the first page: width and height, points. */
  readonly box: readonly [number, number];
  /** The next free object number. */
  readonly size: number;
  readonly info: number;
  /** Source of the two file identifiers. */
  readonly id: string;
  readonly attached: ReadonlyMap<string, Uint8Array>;
}

/** Attached twice, under another name, filtered, or not at all. */
export class AttachmentWrong extends Error {
  override readonly name = 'AttachmentWrong';
  constructor(readonly code: 'PDF_CREDENTIAL_MISSING' | 'PDF_CREDENTIAL_DOUBLED' | 'PDF_CREDENTIAL_FILTERED') {
    super(code);
  }
}

/** @throws PdfMalformed, AttachmentWrong */
export function readBase(bytes: Uint8Array, { offsets, trailer }: Section): Base {
  const object = (number: number) => readObject(bytes, offsets, number);
  const [catalogNumber, info, size] = [numberOf(trailer.get('Root')), numberOf(trailer.get('Info')), trailer.get('Size')];
  const [first, second] = listOf(trailer.get('ID'));
  if (typeof size !== 'number' || !(first instanceof PdfString) || !(second instanceof PdfString) || trailer.has('Prev') || trailer.has('Encrypt')) throw new PdfMalformed();
  const catalog = object(catalogNumber);
  const root = dictOf(catalog.value);
  if (nameOf(root.get('Type')) !== 'Catalog') throw new PdfMalformed();
  for (const key of ['AcroForm', 'Perms', 'OpenAction', 'AA']) if (root.has(key)) throw new PdfMalformed();
  const pageNumber = numberOf(listOf(dictOf(object(numberOf(root.get('Pages'))).value).get('Kids'))[0]);
  const page = object(pageNumber);
  const pageDict = dictOf(page.value);
  if (nameOf(pageDict.get('Type')) !== 'Page' || pageDict.has('AA')) throw new PdfMalformed();
  return {
    catalog: { number: catalogNumber, inner: innerOf(catalog.source) }, page: { number: pageNumber, inner: innerOf(page.source) }, box: boxOf(pageDict), size, info, id: `[${first.raw} ${second.raw}]`,
    attached: attachments(root, object),
  };
}

/** pdfkit writes /Annots on every page; the seals are ours to list. */
function innerOf(source: string): string {
  const inner = source.slice(2, -2).trim();
  if (/\/Annots \[[^\]]+\]/.test(inner)) throw new PdfMalformed();
  return inner.replace(/\n?\/Annots \[\s*\]/, '');
}

function boxOf(page: PdfDict): [number, number] {
  const [x, y, width, height] = listOf(page.get('MediaBox'));
  if (x !== 0 || y !== 0 || typeof width !== 'number' || typeof height !== 'number') throw new PdfMalformed();
  return [width, height];
}

/** Through the name tree and through /AF: both must name the same files, each once. */
function attachments(root: PdfDict, object: (number: number) => { value: PdfValue; stream?: Uint8Array }): ReadonlyMap<string, Uint8Array> {
  const tree = dictOf(dictOf(object(numberOf(root.get('Names'))).value).get('EmbeddedFiles') ?? new Map());
  if (tree.has('Kids')) throw new PdfMalformed();
  const names = tree.has('Names') ? listOf(tree.get('Names')) : [];
  const specs = names.filter((_, i) => i % 2 === 1).map(numberOf);
  const associated = root.has('AF') ? listOf(root.get('AF')).map(numberOf) : [];
  if ([...specs].sort().join() !== [...associated].sort().join()) throw new AttachmentWrong('PDF_CREDENTIAL_DOUBLED');
  const files = new Map<string, Uint8Array>();
  for (const spec of specs) {
    const entry = dictOf(object(spec).value);
    const name = [CREDENTIAL_FILE, PURPOSE_FILE].find((file) => (entry.get('UF') as Partial<PdfString> | undefined)?.raw === `(${file.name})`)?.name;
    if (name === undefined || files.has(name)) throw new AttachmentWrong('PDF_CREDENTIAL_DOUBLED');
    const { value, stream } = object(numberOf(dictOf(entry.get('EF')).get('F')));
    // A filter could unfold into gigabytes; ours are stored as they are.
    if (dictOf(value).has('Filter') || dictOf(value).has('F') || !stream) throw new AttachmentWrong('PDF_CREDENTIAL_FILTERED');
    files.set(name, stream);
  }
  if (!files.has(CREDENTIAL_FILE.name)) throw new AttachmentWrong('PDF_CREDENTIAL_MISSING');
  return files;
}
