/** What a repair takes out of the way or overwrites, kept first: nothing goes without a trace. */
import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { instantOf } from '#chaincode/facts/calendar';
import type { Clock } from '../clock.js';
import type { Seen } from './finding.js';

/** One line of `trace.ndjson`; values of the vault are encrypted there as they were here. */
export interface Traced extends Seen {
  /** What lay there, as text; base64 for bytes. Absent where there was nothing. */
  readonly before?: string;
  /** What was put there; absent where it was taken away. */
  readonly after?: string;
}

export class SetAside {
  readonly directory: string;
  #used = false;

  /** @param data directory of the installation; a run has a folder of its own in `set-aside/` there */
  constructor(data: string, clock: Clock) {
    this.directory = join(data, 'set-aside', instantOf(clock.now()).replaceAll(':', '-'));
  }

  /** Whether anything was kept. */
  get isUsed(): boolean {
    return this.#used;
  }

  /** Durable when it returns. */
  trace(all: readonly Traced[]): void {
    if (all.length === 0) return;
    this.#used = true;
    mkdirSync(this.directory, { recursive: true, mode: 0o700 });
    const file = openSync(join(this.directory, 'trace.ndjson'), 'a', 0o600);
    try {
      writeSync(file, all.map((each) => `${JSON.stringify(each)}\n`).join(''));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    const folder = openSync(this.directory, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}
