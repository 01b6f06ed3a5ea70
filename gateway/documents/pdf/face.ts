/** Draws the pages of a licence like the paper one (PDF/A-3b, pdfkit): title, number, rows, QR of 30 mm, agency and day; the seal comes on top of it later. */
import PDFDocument from 'pdfkit';
import encodeQr from 'qr';
import type { Font } from 'fontkit';
import type { Day } from '#chaincode/facts/calendar';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { drawGround, drawPurpose, drawSample, SAMPLE } from './ground.js';
import { CREDENTIAL_FILE, mm, PURPOSE_FILE, SEAL_SIDE, type Paper, type PaperMember } from './paper.js';

export interface Fonts {
  readonly regular: Font;
  readonly bold: Font;
}

/** Where a seal goes on the first page: left, bottom and edge, points from the lower left corner. */
export interface SealPlace {
  readonly x: number;
  readonly y: number;
  readonly side: number;
}
export interface DrawnFace {
  readonly pdf: Uint8Array;
  readonly seal: SealPlace;
  readonly pages: number;
}

/** Below this the text of a wall certificate is no longer read standing before it; what does not fit goes on a continuation sheet. */
export const SIZE_MIN = 8;
const SIZES = [15, 14, 13, 12, 11, 10, 9, SIZE_MIN];
const QR_SIDE = mm(30);
const CUT = '……（接附页）';
const LIST_MARK = '；';

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly side: number;
  readonly titleY: number;
  readonly titleSize: number;
  readonly rowsY: number;
  readonly footY: number;
}
const FRAMES: Readonly<Record<Paper['form'], Frame>> = {
  wall: { width: 841.89, height: 595.28, side: 88, titleY: 58, titleSize: 36, rowsY: 158, footY: 428 },
  sheet: { width: 595.28, height: 841.89, side: 66, titleY: 82, titleSize: 30, rowsY: 200, footY: 668 },
};
export const INK = '#20190c';
export const LABEL_INK = '#5c4a17';

type Doc = InstanceType<typeof PDFDocument>;
interface Row {
  readonly label: string;
  readonly value: string;
}

/** @throws RangeError where even a continuation sheet cannot hold a field; faces checked by their kind never get there */
export async function drawFace(paper: Paper, fonts: Fonts): Promise<DrawnFace> {
  const frame = FRAMES[paper.form];
  const madeAt = new Date(paper.madeAt);
  const doc = new PDFDocument({
    size: [frame.width, frame.height], margin: 0, autoFirstPage: false, pdfVersion: '1.7', subset: 'PDF/A-3b' as 'PDF/A-3', lang: 'zh-CN', displayTitle: true, font: '',
    info: { Title: `${paper.title.zh} ${paper.identifier}`, Author: paper.agency, Subject: paper.purpose ? '加注件' : '电子证照', Creator: 'Yizheng', Producer: 'Yizheng', CreationDate: madeAt, ModDate: madeAt },
  });
  const chunks: Uint8Array[] = [];
  doc.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => { doc.once('end', resolve).once('error', reject); });
  doc.registerFont('regular', fonts.regular as never).registerFont('bold', fonts.bold as never);
  attach(doc, paper, madeAt);
  const rest = facePage(doc, paper, frame);
  const pages = 1 + continuation(doc, paper, frame, rest);
  doc.end();
  await ended;
  return { pdf: Buffer.concat(chunks), seal: sealPlace(frame), pages };
}

/** Stored as they are, without a filter: whoever reads them needs to inflate nothing. */
function attach(doc: Doc, { credential, purpose }: Paper, madeAt: Date): void {
  const files = [{ ...CREDENTIAL_FILE, relationship: 'Source', text: credential }, ...(purpose ? [{ ...PURPOSE_FILE, relationship: 'Data', text: canonical(purpose as unknown as Canonical) }] : [])];
  const bare = doc as unknown as { compress: boolean };
  bare.compress = false;
  for (const { text, name, type, relationship } of files) doc.file(Buffer.from(text), { name, type, relationship, creationDate: madeAt, modifiedDate: madeAt } as never);
  bare.compress = true;
}

/** @returns what did not fit on the face */
function facePage(doc: Doc, paper: Paper, frame: Frame): Row[] {
  newPage(doc, frame);
  const text = (value: string | readonly string[]): string => (typeof value === 'string' ? value : value.join(LIST_MARK));
  const filled = paper.fields.flatMap((field) => {
    const value = paper.face[field.name];
    return value === undefined ? [] : [{ role: field.role, label: field.label.zh, value: field.type === 'day' ? dayText(text(value)) : text(value) }];
  });
  title(doc, paper, frame);
  const numbers = filled.filter(({ role }) => role === 'number');
  doc.font('regular', 11).fillColor(INK);
  numbers.forEach(({ label, value }, i) => doc.text(`${label}：${value}`, frame.side, frame.titleY + frame.titleSize + 36 + 15 * i, { width: frame.width - 2 * frame.side, align: 'right' }));
  const members = paper.members ? [{ label: MEMBERS, value: paper.members.map(memberText).join('\n') }] : [];
  const rows = [...filled.filter(({ role }) => role !== 'number'), ...members, { label: '有效期', value: termText(paper) }];
  const rest = drawRows(doc, frame, rows);
  foot(doc, paper, frame);
  finishPage(doc, paper, frame);
  return rest;
}

function newPage(doc: Doc, frame: Frame): void {
  doc.addPage({ size: [frame.width, frame.height], margin: 0 });
  drawGround(doc, frame);
  doc.fillColor(INK);
}

function finishPage(doc: Doc, paper: Paper, frame: Frame): void {
  if (paper.sample) drawSample(doc, frame);
  if (paper.purpose) drawPurpose(doc, frame, paper.purpose);
}

function title(doc: Doc, { title: { zh, en } }: Paper, { width, titleY, titleSize, side }: Frame): void {
  const characters = [...zh].length;
  const room = width - 2 * side;
  const size = Math.min(titleSize, room / (characters * 1.12));
  const spacing = Math.min(size * 0.28, (room - characters * size) / characters);
  doc.font('bold', size).fillColor(INK);
  const natural = doc.widthOfString(zh, { characterSpacing: spacing }) - spacing;
  doc.text(zh, (width - natural) / 2, titleY, { characterSpacing: spacing, lineBreak: false });
  doc.font('regular', 9.5).fillColor(LABEL_INK).text(en, side, titleY + titleSize * 1.5, { width: room, align: 'center' });
}

interface Fitted {
  readonly size: number;
  readonly labelWidth: number;
  readonly valueWidth: number;
  readonly gap: number;
}

/** The largest size at which all rows fit; at the smallest, the longest value is cut where the face ends and is told in full on a sheet of its own. */
function drawRows(doc: Doc, frame: Frame, rows: readonly Row[]): Row[] {
  const room = frame.footY - frame.rowsY;
  const cut = new Set<Row>();
  const limitOf = (row: Row): number => (cut.has(row) ? 4 : Number.POSITIVE_INFINITY);
  const heightsAt = (fitted: Fitted): number[] => rows.map((row) => rowHeight(doc, row, fitted, limitOf(row)));
  const total = (fitted: Fitted): number => heightsAt(fitted).reduce((sum, height) => sum + height + fitted.gap, -fitted.gap);
  let fitted = SIZES.map((size) => measures(doc, frame, rows, size)).find((each) => total(each) <= room) ?? measures(doc, frame, rows, SIZE_MIN);
  while (total(fitted) > room) {
    const longest = rows.filter((row) => !cut.has(row)).reduce<Row | undefined>((best, row) => (best && best.value.length >= row.value.length ? best : row), undefined);
    if (!longest) throw new RangeError('the face does not fit on its page');
    cut.add(longest);
    fitted = SIZES.map((size) => measures(doc, frame, rows, size)).find((each) => each.size <= 10 && total(each) <= room) ?? fitted;
  }
  const heights = heightsAt(fitted);
  // What room is left opens the rows a little, as on the paper form.
  const air = Math.min(9, Math.max(0, (room - total(fitted)) / Math.max(1, rows.length)));
  let y = frame.rowsY + air / 2;
  rows.forEach((row, i) => {
    drawRow(doc, frame, row, fitted, y, heights[i] ?? 0, cut.has(row));
    y += (heights[i] ?? 0) + fitted.gap + air;
  });
  return rows.filter((row) => cut.has(row));
}

function measures(doc: Doc, frame: Frame, rows: readonly Row[], size: number): Fitted {
  doc.font('regular', size);
  const labelWidth = Math.min(11 * size, Math.max(...rows.map(({ label }) => doc.widthOfString(label))));
  return { size, labelWidth, valueWidth: frame.width - 2 * frame.side - labelWidth - 1.6 * size, gap: 0.42 * size };
}

const lineGap = (size: number): number => -0.14 * size; // the font's own line is 1.44 em, made for screens

function rowHeight(doc: Doc, { label, value }: Row, { size, labelWidth, valueWidth }: Fitted, lines: number): number {
  doc.font('regular', size);
  const line = doc.currentLineHeight(true) + lineGap(size);
  const natural = Math.max(doc.heightOfString(value, { width: valueWidth, lineGap: lineGap(size) }), doc.heightOfString(label, { width: labelWidth + 0.5, lineGap: lineGap(size) }));
  return Math.min(natural, line * lines);
}

function drawRow(doc: Doc, frame: Frame, { label, value }: Row, { size, labelWidth, valueWidth }: Fitted, y: number, height: number, cut: boolean): void {
  doc.font('regular', size).fillColor(LABEL_INK);
  const [natural, letters] = [doc.widthOfString(label), [...label].length];
  // Short labels are spread over the column: 住　　所.
  if (natural <= labelWidth) doc.text(label, frame.side, y, { lineBreak: false, characterSpacing: letters > 1 ? (labelWidth - natural) / (letters - 1) : 0 });
  else doc.text(label, frame.side, y, { width: labelWidth + 0.5, lineGap: lineGap(size) });
  doc.text('：', frame.side + labelWidth, y, { lineBreak: false });
  doc.fillColor(INK);
  const left = frame.side + labelWidth + 1.6 * size;
  if (!cut) doc.text(value, left, y, { width: valueWidth, lineGap: lineGap(size) });
  else doc.text(shortened(doc, value, valueWidth, height + 1, size), left, y, { width: valueWidth, lineGap: lineGap(size) });
}

/** The beginning of a text that stands in so many points with the mark that it goes on elsewhere. */
function shortened(doc: Doc, text: string, width: number, height: number, size: number): string {
  const characters = [...text];
  let [low, high] = [0, characters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (doc.heightOfString(characters.slice(0, middle).join('') + CUT, { width, lineGap: lineGap(size) }) <= height) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join('') + CUT;
}

function foot(doc: Doc, paper: Paper, frame: Frame): void {
  drawQr(doc, paper.qr, frame.side, frame.footY + 14);
  doc.font('regular', 8.5).fillColor(LABEL_INK).text('查验请扫码', frame.side, frame.footY + 14 + QR_SIDE + 4, { width: QR_SIDE, align: 'center' });
  const { x, y, side } = sealPlace(frame);
  const [centre, middle, width] = [x + side / 2, frame.height - y - side / 2, 300];
  const size = fitted(doc, paper.agency, 15, Math.min(width, 2 * (frame.width - frame.side + 30 - centre)));
  doc.font('regular', size).fillColor(INK).text(paper.agency, centre - width / 2, middle - 20, { width, align: 'center' });
  doc.font('regular', 13).text(dayText(paper.issuedOn), centre - width / 2, middle + 6, { width, align: 'center' });
  identifierLine(doc, paper, frame);
}

function identifierLine(doc: Doc, { identifier }: Paper, frame: Frame, page = ''): void {
  doc.font('regular', 8).fillColor(LABEL_INK).text(`电子证照标识：${identifier}${page}`, 40, frame.height - 50, { width: frame.width - 80, align: 'center' });
}

/** The largest size up to `size` at which a line is not wider than `width`. */
function fitted(doc: Doc, text: string, size: number, width: number): number {
  doc.font('regular', size);
  return Math.min(size, (size * width) / doc.widthOfString(text));
}

function sealPlace(frame: Frame): SealPlace {
  return { x: Math.round(frame.width - frame.side - SEAL_SIDE - 50), y: Math.round(frame.height - frame.footY + 4 - SEAL_SIDE), side: SEAL_SIDE };
}

/** Modules as one filled path on white, runs of a line in one rectangle. The quiet zone is the paper around it, kept white. */
export function drawQr(doc: Doc, text: string, x: number, y: number, side = QR_SIDE): void {
  const drawn = encodeQr(text, 'raw', { ecc: 'medium', border: 1 });
  const modules = drawn.slice(1, -1).map((line) => line.slice(1, -1));
  const unit = side / modules.length;
  doc.rect(x - 4 * unit, y - 4 * unit, side + 8 * unit, side + 8 * unit).fill('#ffffff');
  doc.save().translate(x, y).scale(unit);
  modules.forEach((line, row) => {
    for (let column = 0; column < line.length; column++) {
      if (line[column] !== true) continue;
      let end = column;
      while (line[end] === true) end++;
      doc.rect(column, row, end - column, 1);
      column = end;
    }
  });
  doc.fill('#000000').restore();
}

/** 附页: fields in full that the face could not hold. @returns pages */
function continuation(doc: Doc, paper: Paper, frame: Frame, rows: readonly Row[]): number {
  if (rows.length === 0) return 0;
  const [size, width, top, bottom] = [10.5, frame.width - 2 * frame.side, 140, frame.height - 76];
  let [pages, y] = [0, 0];
  const begin = () => {
    newPage(doc, frame);
    pages++;
    doc.font('bold', 18).fillColor(INK).text(`${paper.title.zh}　附页`, frame.side, 64, { width, align: 'center' });
    doc.font('regular', 9).fillColor(LABEL_INK).text(`第 ${String(pages + 1)} 页，与首页同时使用`, frame.side, 96, { width, align: 'center' });
    identifierLine(doc, paper, frame, `　附页 ${String(pages)}`);
    y = top;
  };
  begin();
  for (const { label, value } of rows) {
    for (const part of paragraphs(value)) {
      doc.font('regular', size);
      const line = `${part.first ? `${label}：` : ''}${part.text}`;
      const height = doc.heightOfString(line, { width, lineGap: 2 });
      if (y + height > bottom && y > top) { finishPage(doc, paper, frame); begin(); }
      doc.font('regular', size).fillColor(INK).text(line, frame.side, y, { width, lineGap: 2 });
      y += height + (part.last ? 10 : 0);
    }
  }
  finishPage(doc, paper, frame);
  return pages;
}

const PARAGRAPH = 1_000; // characters; less than a sheet, so that a page ends between two of them

function paragraphs(value: string): { text: string; first: boolean; last: boolean }[] {
  const characters = [...value];
  const count = Math.max(1, Math.ceil(characters.length / PARAGRAPH));
  return Array.from({ length: count }, (_, i) => ({ text: characters.slice(i * PARAGRAPH, (i + 1) * PARAGRAPH).join(''), first: i === 0, last: i === count - 1 }));
}

/** 2026年03月15日, as on the paper forms; anything else as it is. */
export function dayText(day: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  return match ? `${match[1] ?? ''}年${match[2] ?? ''}月${match[3] ?? ''}日` : day;
}

const termText = ({ validFrom, validUntil }: { validFrom: Day; validUntil?: Day | undefined }): string => (validUntil === undefined ? '长期' : `${dayText(validFrom)}至${dayText(validUntil)}`);

const MEMBERS = '所列单项许可';
const memberText = ({ name, number, validUntil }: PaperMember): string => `${name}${number === undefined ? '' : `　${number}`}（${validUntil === undefined ? '长期' : `至${dayText(validUntil)}`}）`;

/** Every text that is drawn beside the face: what the font must have as well. */
export const OWN_TEXTS = `${CUT}${LIST_MARK}${MEMBERS}（）：有效期长期年月日至第页，与首页同时使用　附页查验请扫码电子证照标识${SAMPLE}仅供用于截止加注件申请人0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
