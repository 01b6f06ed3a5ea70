/** A PDF as it is presented to a verdict. Apart from the other forms, so that whoever verifies no PDF loads nothing for it. */
import { parseCredential } from '#chaincode/facts/credential';
import type { Presented } from '../evidence.js';
import { readPdf } from './read.js';

export async function presentPdf(bytes: Uint8Array): Promise<Extract<Presented, { by: 'pdf' }>> {
  const pdf = await readPdf(bytes);
  return { by: 'pdf', pdf: pdf.ok ? { ...pdf, inside: parseCredential(pdf.credential) } : pdf };
}
