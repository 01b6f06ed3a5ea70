/**
 * Of whom nothing is kept any more, in a file outside of the data directory: a whole directory that comes back from a backup, its ledger with it, knows nothing of
 * what was erased since. Random references without a name; an append and no more.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const LINE = /^(person:[\w-]{22}) \d{4}-\S+Z$/;

export class Tombstones {
  readonly #subjects: Set<string>;

  constructor(private readonly path: string) {
    // What a power cut left half written is no subject of anybody; its erasure was not confirmed, and is done again.
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    this.#subjects = new Set(lines.flatMap((line) => LINE.exec(line)?.[1] ?? []));
  }

  has(subject: string): boolean {
    return this.#subjects.has(subject);
  }

  all(): readonly string[] {
    return [...this.#subjects];
  }

  /** Durable when it returns. */
  add(subjects: readonly string[], at: string): void {
    const fresh = subjects.filter((subject) => !this.has(subject));
    if (fresh.length === 0) return;
    mkdirSync(dirname(this.path), { recursive: true });
    const file = openSync(this.path, 'a', 0o600);
    try {
      // Each begins a line of its own, also after whatever a power cut left of one.
      writeSync(file, fresh.map((subject) => `\n${subject} ${at}\n`).join(''));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    for (const subject of fresh) this.#subjects.add(subject);
  }
}
