/** Sealed PDFs on one core: drawn and sealed, and read again. */
import { drawFace } from '#gateway/documents/pdf/face';
import { readPdf } from '#gateway/documents/pdf/read';
import { sealPdf } from '#gateway/documents/pdf/seal';
import { make, newRegister } from '#test/support/documents';
import { fonts, paperOf, sealing } from '#test/support/papers';
import { rate } from './library.js';

const { bureau } = await newRegister();
const paper = paperOf(make(bureau));

async function print(): Promise<Uint8Array> {
  const { pdf, seal } = await drawFace(paper, fonts);
  return (await sealPdf(pdf, sealing(bureau, seal))).pdf;
}

export const paperSealing = (ms: number): Promise<number> => rate(ms, print);
export async function paperReading(ms: number): Promise<number> {
  const pdf = await print();
  return rate(ms, () => readPdf(pdf));
}
