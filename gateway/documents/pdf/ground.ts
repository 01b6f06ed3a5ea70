/** The ground of a page: tint, frame, rosette; and what is laid over all of it, 样例 of samples and the purpose of a copy. */
import type PDFDocument from 'pdfkit';
import type { Purpose } from './paper.js';

type Doc = InstanceType<typeof PDFDocument>;
interface Size {
  readonly width: number;
  readonly height: number;
}

const GOLD = '#a68a3a';
const PALE = '#efe6cc';
export const SAMPLE = '样例 非有效证照';

export function drawGround(doc: Doc, { width, height }: Size): void {
  doc.rect(0, 0, width, height).fill('#fffdf6');
  rosette(doc, width / 2, height / 2, Math.min(width, height) * 0.36);
  const frame = (inset: number, line: number, colour = GOLD) => doc.lineWidth(line).rect(inset, inset, width - 2 * inset, height - 2 * inset).stroke(colour);
  frame(24, 2.4);
  frame(29, 0.7);
  frame(33, 0.4, '#d9cb9f');
  for (const [x, y, h, v] of [[29, 29, 1, 1], [width - 29, 29, -1, 1], [29, height - 29, 1, -1], [width - 29, height - 29, -1, -1]] as const) corner(doc, x, y, h, v);
}

/** A bracket in each corner of the frame. */
function corner(doc: Doc, x: number, y: number, h: number, v: number): void {
  doc.lineWidth(1.1);
  for (const [near, far] of [[8, 26], [12, 18]] as const) doc.moveTo(x + h * near, y + v * far).lineTo(x + h * near, y + v * near).lineTo(x + h * far, y + v * near).stroke(GOLD);
}

/** Turned ellipses, very light: a ground that a careless copy loses. */
function rosette(doc: Doc, x: number, y: number, radius: number): void {
  const TURNS = 18;
  doc.save().translate(x, y).lineWidth(0.4).strokeColor(PALE);
  for (let i = 0; i < TURNS; i++) doc.rotate(180 / TURNS).ellipse(0, 0, radius, radius * 0.42).stroke();
  doc.restore();
}

/** Over everything, so that no part of a sample can be cut out and shown as a licence. */
export function drawSample(doc: Doc, { width, height }: Size): void {
  tile(doc, { width, height }, SAMPLE, { size: 22, angle: -24, dx: 240, dy: 98, colour: '#5a4614', opacity: 0.13 });
}

/** The purpose stands across the page where it cannot be cut away, and once to be read, at the top. */
export function drawPurpose(doc: Doc, size: Size, { cause, requester, expiresOn }: Purpose): void {
  const use = `仅供${requester}用于${cause}`;
  tile(doc, size, `${use}　${expiresOn}截止`, { size: 15, angle: -18, dx: 15 * ([...use].length + 12), dy: 72, colour: '#8c1d18', opacity: 0.2 });
  doc.font('bold', 10).fillColor('#8c1d18').fillOpacity(1).text(`加注件　申请人：${requester}　${use}　有效期至 ${expiresOn}`, 40, 38, { width: size.width - 80, align: 'center', height: 30 });
}

function tile(doc: Doc, { width, height }: Size, text: string, { size, angle, dx, dy, colour, opacity }: { size: number; angle: number; dx: number; dy: number; colour: string; opacity: number }): void {
  doc.save().rotate(angle, { origin: [width / 2, height / 2] }).font('bold', size).fillColor(colour).fillOpacity(opacity);
  const reach = Math.hypot(width, height) / 2;
  let line = 0;
  for (let y = height / 2 - reach; y < height / 2 + reach; y += dy, line++) {
    for (let x = width / 2 - reach - (line % 2) * (dx / 2); x < width / 2 + reach; x += dx) doc.text(text, x, y, { lineBreak: false });
  }
  doc.fillOpacity(1).restore();
}
