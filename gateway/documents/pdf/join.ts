/**
 * One file for a printer, with the pages of many sealed papers and the pictures of their seals. Pages are taken over as they are, never drawn anew: what is printed is
 * what was sealed. The joined file itself carries no signature and no credential; the sealed files stay what they are.
 */
import { dictOf, listOf, nameOf, numberOf, PdfMalformed, PdfName, PdfRef, PdfString, readObject, type PdfDict, type PdfObject, type PdfValue } from './objects.js';
import { sectionsOf } from './revisions.js';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const [CATALOG, PAGES] = [1, 2];

/** Numbers as they may stand in a file: without an exponent. */
const numberText = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(6));

function textOf(value: PdfValue, number: (old: number) => number): string {
  if (typeof value === 'number') return numberText(value);
  if (value instanceof PdfName) return `/${value.name}`;
  if (value instanceof PdfRef) return `${String(number(value.number))} 0 R`;
  if (value instanceof PdfString) return value.raw;
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly PdfValue[]).map((each) => textOf(each, number)).join(' ')}]`;
  return `<< ${[...(value as PdfDict)].map(([key, each]) => `/${key} ${textOf(each, number)}`).join(' ')} >>`;
}

class Writer {
  readonly #parts: Uint8Array[] = [ascii('%PDF-1.7\n'), Uint8Array.of(0x25, 0xe2, 0xe3, 0xcf, 0xd3, 0x0a)];
  readonly #offsets = new Map<number, number>();
  #at = 15;
  #next = 3;
  readonly pages: number[] = [];

  take(): number {
    return this.#next++;
  }

  object(number: number, value: string, stream?: Uint8Array): void {
    this.#offsets.set(number, this.#at);
    const parts = stream ? [ascii(`${String(number)} 0 obj\n${value}\nstream\n`), stream, ascii('\nendstream\nendobj\n')] : [ascii(`${String(number)} 0 obj\n${value}\nendobj\n`)];
    for (const part of parts) {
      this.#parts.push(part);
      this.#at += part.length;
    }
  }

  finish(): Uint8Array {
    this.object(CATALOG, `<< /Type /Catalog /Pages ${String(PAGES)} 0 R >>`);
    this.object(PAGES, `<< /Type /Pages /Count ${String(this.pages.length)} /Kids [${this.pages.map((page) => `${String(page)} 0 R`).join(' ')}] >>`);
    const rows = Array.from({ length: this.#next - 1 }, (_, i) => `${String(this.#offsets.get(i + 1) ?? 0).padStart(10, '0')} 00000 n \n`).join('');
    const tail = ascii(`xref\n0 ${String(this.#next)}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${String(this.#next)} /Root ${String(CATALOG)} 0 R >>\nstartxref\n${String(this.#at)}\n%%EOF\n`);
    return Buffer.concat([...this.#parts, tail]);
  }
}

/** Objects of one sealed file, written over once each, under numbers of the joined one. */
class Source {
  readonly #offsets: ReadonlyMap<number, number>;
  readonly #numbers = new Map<number, number>();

  constructor(private readonly bytes: Uint8Array, private readonly writer: Writer) {
    const sections = sectionsOf(bytes);
    // The last one that names an object counts.
    this.#offsets = new Map(sections.flatMap(({ offsets }) => [...offsets]));
    const root = dictOf(this.#object(numberOf(sections.at(-1)?.trailer.get('Root'))).value);
    for (const page of listOf(dictOf(this.#object(numberOf(root.get('Pages'))).value).get('Kids'))) this.#page(dictOf(this.#object(numberOf(page)).value));
  }

  #object(number: number): PdfObject {
    return readObject(this.bytes, this.#offsets, number);
  }

  /** The page becomes a drawing on a page of ours, and so does each seal on it: the form fields stay behind. */
  #page(page: PdfDict): void {
    const box = listOf(page.get('MediaBox'));
    const { value, stream } = this.#object(numberOf(page.get('Contents')));
    if (nameOf(page.get('Type')) !== 'Page' || !stream || page.has('Rotate')) throw new PdfMalformed();
    const face = this.writer.take();
    const { Length: _, ...kept } = Object.fromEntries(dictOf(value));
    const form = new Map<string, PdfValue>([...Object.entries(kept), ['Type', new PdfName('XObject')], ['Subtype', new PdfName('Form')], ['BBox', box], ['Resources', page.get('Resources') ?? new Map()], ['Length', stream.length]]);
    this.writer.object(face, textOf(form, (old) => this.#copied(old)), stream);
    const drawn = [{ number: face, operators: '/X0 Do' }, ...this.#seals(page).map(({ picture, rect: [x = 0, y = 0, right = 0, top = 0] }, i) => ({ number: picture, operators: `q ${numberText((right - x) / 1000)} 0 0 ${numberText((top - y) / 1000)} ${numberText(x)} ${numberText(y)} cm /X${String(i + 1)} Do Q` }))];
    const [contents, number] = [this.writer.take(), this.writer.take()];
    const operators = ascii(drawn.map((each) => each.operators).join('\n'));
    this.writer.object(contents, `<< /Length ${String(operators.length)} >>`, operators);
    this.writer.object(number, `<< /Type /Page /Parent ${String(PAGES)} 0 R /MediaBox ${textOf(box, () => 0)} /Resources << /XObject << ${drawn.map((each, i) => `/X${String(i)} ${String(each.number)} 0 R`).join(' ')} >> >> /Contents ${String(contents)} 0 R >>`);
    this.writer.pages.push(number);
  }

  #seals(page: PdfDict): { picture: number; rect: number[] }[] {
    return listOf(page.get('Annots') ?? []).flatMap((each) => {
      const annotation = dictOf(this.#object(numberOf(each)).value);
      const appearance = annotation.get('AP');
      if (appearance === undefined) return [];
      return [{ picture: this.#copied(numberOf(dictOf(appearance).get('N'))), rect: listOf(annotation.get('Rect')).map((edge) => (typeof edge === 'number' ? edge : 0)) }];
    });
  }

  /** The number under which an object, with all it refers to, stands in the joined file. */
  #copied(old: number): number {
    const known = this.#numbers.get(old);
    if (known !== undefined) return known;
    const number = this.writer.take();
    this.#numbers.set(old, number);
    const { value, stream } = this.#object(old);
    this.writer.object(number, textOf(value, (each) => this.#copied(each)), stream);
    return number;
  }
}

/** @param files sealed papers, as this system makes them @throws PdfMalformed */
export function joinPapers(files: Iterable<Uint8Array>): Uint8Array {
  const writer = new Writer();
  for (const file of files) new Source(file, writer);
  return writer.finish();
}
