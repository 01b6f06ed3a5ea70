/** Worked examples of decision records, read out of the documents. */
import { readFileSync } from 'node:fs';

export const document = (name: string): string => readFileSync(`docs/decisions/${name}.md`, 'utf8');
export const range = (from: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (from + i) & 0xff));
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What stands in the document where the pattern's group is. A document without it fails the test. */
export function stated(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`the document no longer holds ${String(pattern)}`);
  return found;
}
