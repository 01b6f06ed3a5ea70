/** Files that agencies hand each other, and cards: JSON of a known shape, or nothing. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** What is used of a compiled schema. */
interface Shape<T> {
  Check(value: unknown): value is T;
}

/** @returns undefined for what is not JSON, or of another shape */
export function readDocument<T>(file: string, shape: Shape<T>): T | undefined {
  const text = readFileSync(file, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return shape.Check(value) ? value : undefined;
}

/** There whole or not at all. */
export function writeDocument(file: string, value: object): void {
  writeWhole(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

export function writeWhole(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
