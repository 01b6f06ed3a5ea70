/** Sealed PDFs of one small register, made as a gateway makes them; and the tools of whoever wants to change one. */
import type { Day, Instant } from '#chaincode/facts/calendar';
import { identifierOf } from '#chaincode/facts/identifier';
import { KINDS } from '#gateway/catalogue/kinds';
import { drawFace, type SealPlace } from '#gateway/documents/pdf/face';
import type { Paper } from '#gateway/documents/pdf/paper';
import { sealPicture } from '#gateway/documents/pdf/picture';
import { sealPdf, type Sealing } from '#gateway/documents/pdf/seal';
import { openFonts } from '#gateway/press/fonts';
import type { Made } from './documents.js';
import { signWith } from './documents.js';
import type { TestSeal } from './ledger.js';

export const fonts = openFonts();
export const MADE_AT = '2026-03-15T02:00:00.000Z' as Instant;
export const AGENCY = '示例市张店区行政审批服务局（演示）';
export const [FOOD, HYGIENE] = KINDS;
const picture = sealPicture(fonts.bold, AGENCY, '电子证照专用章');

export function paperOf(made: Pick<Made, 'id' | 'credential' | 'qr'>, change: Partial<Paper> = {}): Paper {
  return {
    form: 'wall', title: FOOD?.name ?? { zh: '', en: '' }, fields: FOOD?.fields ?? [], identifier: identifierOf(made.id, 1), agency: AGENCY, issuedOn: '2026-03-15' as Day, validFrom: '2026-03-15' as Day, validUntil: '2029-03-14' as Day,
    face: { holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试甲', premises: '示例市张店区示例路1号', businessForm: '餐饮服务经营者', scope: '热食类食品制售', number: 'JY23703039999014' },
    sample: true, qr: `https://licence.example.cn/q#1.${made.qr}`, credential: made.credential, madeAt: MADE_AT, ...change,
  };
}

export const sealing = (seal: TestSeal, place: SealPlace, change: Partial<Sealing> = {}): Sealing => ({
  certificate: Buffer.from(seal.der, 'base64url'), picture, place, at: MADE_AT, sign: (data) => signWith(seal, data), ...change,
});

/** Drawn and sealed once. */
export async function sealedPaper(seal: TestSeal, made: Pick<Made, 'id' | 'credential' | 'qr'>, change: Partial<Paper> = {}, sealed: Partial<Sealing> = {}): Promise<{ pdf: Uint8Array; place: SealPlace }> {
  const drawn = await drawFace(paperOf(made, change), fonts);
  return { pdf: (await sealPdf(drawn.pdf, sealing(seal, drawn.seal, sealed))).pdf, place: drawn.seal };
}

/** The file as text, one character a byte, and back. */
export const asText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const asBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** Puts another text of the same length in the place of one that occurs. */
export function patched(bytes: Uint8Array, from: string | RegExp, to: string): Uint8Array {
  const text = asText(bytes);
  const changed = text.replace(from, to.replaceAll('$', '$$$$'));
  if (changed === text) throw new Error('set-up: nothing to change was found');
  return asBytes(changed);
}

/** An incremental update as any program can write one: objects by number, on top of what is there. */
export function updated(bytes: Uint8Array, objects: Readonly<Record<number, string>>, extra = ''): Uint8Array {
  let text = asText(bytes);
  const [previous, size, root] = [/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1] ?? '0', [...text.matchAll(/\/Size (\d+)/g)].at(-1)?.[1] ?? '0', /\/Root (\d+ 0 R)/.exec(text)?.[1] ?? ''];
  const rows: string[] = [];
  for (const [number, source] of Object.entries(objects)) {
    rows.push(`${number} 1\n${String(text.length).padStart(10, '0')} 00000 n \n`);
    text += `${number} 0 obj\n${source}\nendobj\n`;
  }
  const at = text.length;
  return asBytes(`${text}xref\n${rows.join('')}trailer\n<< /Size ${String(Math.max(Number(size), ...Object.keys(objects).map((number) => Number(number) + 1)))} /Root ${root}${extra} /Prev ${previous} >>\nstartxref\n${String(at)}\n%%EOF\n`);
}

/** Number and dictionary of the newest object of a type. */
export function newest(bytes: Uint8Array, type: 'Catalog' | 'Page'): { number: number; source: string } {
  const found = [...asText(bytes).matchAll(new RegExp(`(\\d+) 0 obj\\n(<<\\n/Type /${type}\\n[^]*?)\\nendobj`, 'g'))].at(-1);
  if (!found) throw new Error(`set-up: no ${type}`);
  return { number: Number(found[1]), source: found[2] ?? '' };
}
