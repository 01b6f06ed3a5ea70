/** Draws a self-report (自查报告) on upright pages: headings, figures in two columns, and at the foot of each page what it can be checked by. It is no licence and bears no seal: its digest is on the ledger. */
import PDFDocument from 'pdfkit';
import type { Instant } from '#chaincode/facts/calendar';
import { INK, LABEL_INK, type Fonts } from './face.js';
import { drawSample } from './ground.js';

export interface ReportSheet {
  readonly title: string;
  readonly lines: readonly string[];
  readonly sections: readonly { readonly title: string; readonly rows: readonly { readonly name: string; readonly count: number }[] }[];
  /** Stands at the foot of each page. */
  readonly foot: string;
  readonly author: string;
  /** Every date inside the file says this, so that the same report gives the same bytes. */
  readonly madeAt: Instant;
  readonly sample: boolean;
}

type Doc = InstanceType<typeof PDFDocument>;
const PAGE = { width: 595.28, height: 841.89 };
const [SIDE, TOP, BOTTOM] = [62, 72, PAGE.height - 84];
const WIDTH = PAGE.width - 2 * SIDE;
const COUNT = 90;

export async function drawReport({ title, lines, sections, foot, author, madeAt, sample }: ReportSheet, fonts: Fonts): Promise<Uint8Array> {
  const at = new Date(madeAt);
  const doc = new PDFDocument({
    size: [PAGE.width, PAGE.height], margin: 0, autoFirstPage: false, pdfVersion: '1.7', subset: 'PDF/A-3b' as 'PDF/A-3', lang: 'zh-CN', displayTitle: true, font: '',
    info: { Title: title, Author: author, Subject: '自查报告', Creator: 'Yizheng', Producer: 'Yizheng', CreationDate: at, ModDate: at },
  });
  const chunks: Uint8Array[] = [];
  doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => { doc.once('end', resolve).once('error', reject); });
  doc.registerFont('regular', fonts.regular as never).registerFont('bold', fonts.bold as never);
  const sheet = new Sheet(doc, foot, sample);
  sheet.block('bold', 22, title, 'center', 10);
  for (const line of lines) sheet.block('regular', 10.5, line, 'left', 2);
  for (const section of sections) {
    sheet.heading(section.title);
    for (const { name, count } of section.rows) sheet.row(name, count);
  }
  sheet.finish();
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

/** A page after the other, as far as each reaches. */
class Sheet {
  #pages = 0;
  #y = TOP;

  constructor(private readonly doc: Doc, private readonly foot: string, private readonly sample: boolean) {
    this.#begin();
  }

  #begin(): void {
    this.doc.addPage({ size: [PAGE.width, PAGE.height], margin: 0 });
    this.#pages++;
    this.#y = TOP;
  }

  #room(height: number): void {
    if (this.#y + height <= BOTTOM) return;
    this.finish();
    this.#begin();
  }

  block(font: 'regular' | 'bold', size: number, text: string, align: 'left' | 'center', after: number): void {
    this.doc.font(font, size).fillColor(INK);
    const height = this.doc.heightOfString(text, { width: WIDTH });
    this.#room(height);
    // A new page left another font.
    this.doc.font(font, size).fillColor(INK).text(text, SIDE, this.#y, { width: WIDTH, align });
    this.#y += height + after;
  }

  /** With room for a first row below it. */
  heading(text: string): void {
    this.#y += 12;
    this.#room(48);
    this.doc.font('bold', 13).fillColor(INK).text(text, SIDE, this.#y, { width: WIDTH });
    this.#y += 21;
    this.doc.lineWidth(0.8).moveTo(SIDE, this.#y).lineTo(PAGE.width - SIDE, this.#y).stroke(LABEL_INK);
    this.#y += 4;
  }

  row(name: string, count: number): void {
    this.doc.font('regular', 10.5).fillColor(INK);
    const height = Math.max(17, this.doc.heightOfString(name, { width: WIDTH - COUNT }) + 3);
    this.#room(height);
    this.doc.font('regular', 10.5).fillColor(INK).text(name, SIDE, this.#y, { width: WIDTH - COUNT }).text(String(count), PAGE.width - SIDE - COUNT, this.#y, { width: COUNT, align: 'right' });
    this.#y += height;
    this.doc.lineWidth(0.3).moveTo(SIDE, this.#y - 1).lineTo(PAGE.width - SIDE, this.#y - 1).stroke('#d9d3c3');
  }

  finish(): void {
    this.doc.font('regular', 7.5).fillColor(LABEL_INK).text(`${this.foot}　第 ${String(this.#pages)} 页`, 40, PAGE.height - 58, { width: PAGE.width - 80, align: 'center' });
    if (this.sample) drawSample(this.doc, PAGE);
  }
}
