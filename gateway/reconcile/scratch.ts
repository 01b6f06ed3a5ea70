/** What a check keeps while it is under way, in a folder of the data directory: how far it is, and an index of its own. Thrown away when it has come to its end; nothing else relies on it. */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Level } from 'level';
import { writeKeyFile } from '../keyring.js';
import { Projection } from '../ledger/projection.js';
import type { UseMark } from '../uses/check.js';
import type { Finding } from './finding.js';

const FORMAT = 'yizheng/fsck/1';

/** Records of a noun up to `key` are checked, as they were written up to `block`. */
export interface Mark {
  readonly key: string;
  readonly block: number;
  readonly done: number;
}
/** A finding, and the record that it was met at: it is looked at again whatever the mark says. */
export interface Noted {
  readonly finding: Finding;
  readonly record?: string;
  readonly step: string;
}

export interface Replayed {
  readonly blocks: number;
  readonly transactions: number;
}

/** How far a check is. Every part says at what height it was found so: none is trusted for what was written since. */
export interface Progressed {
  readonly format: typeof FORMAT;
  /** Another ledger, or another manner of checking: begun anew. */
  readonly ledger: string;
  readonly repair: boolean;
  /** The ledger by itself, found right. */
  replayed?: Replayed | undefined;
  noted: Noted[];
  /** Findings in all, also those beyond what is listed. */
  total: number;
  marks: Record<string, Mark>;
  index?: { readonly height: number; readonly key: string; readonly rows: number; readonly licences: number };
  uses?: UseMark | undefined;
}

export class Scratch {
  readonly #directory: string;
  readonly state: Progressed;

  private constructor(directory: string, state: Progressed, readonly fresh: Projection, readonly papers: Level<string, string>) {
    this.#directory = directory;
    this.state = state;
  }

  /** The ledger by itself, as a check that was stopped has found it right. */
  static replayed(data: string): Replayed | undefined {
    return stateIn(stateFile(join(data, 'fsck')))?.replayed;
  }

  static async open(data: string, chaincode: string, { ledger, repair }: Pick<Progressed, 'ledger' | 'repair'>): Promise<Scratch> {
    const directory = join(data, 'fsck');
    const known = stateIn(stateFile(directory));
    const goesOn = known?.ledger === ledger && known.repair === repair;
    if (!goesOn) await rm(directory, { recursive: true, force: true });
    const state: Progressed = goesOn ? known : { format: FORMAT, ledger, repair, noted: [], total: 0, marks: {} };
    writeKeyFile(stateFile(directory), JSON.stringify(state));
    const fresh = await Projection.open(join(directory, 'index'), chaincode);
    const papers = new Level<string, string>(join(directory, 'papers'));
    await papers.open();
    return new Scratch(directory, state, fresh, papers);
  }

  /** There whole or as it was before. Read again only after what it says has been done. */
  save(): void {
    writeKeyFile(stateFile(this.#directory), JSON.stringify(this.state));
  }

  /** @param over whether nothing of it is needed any more */
  async close(over: boolean): Promise<void> {
    await this.fresh.close();
    await this.papers.close();
    if (over) await rm(this.#directory, { recursive: true, force: true });
  }
}

const stateFile = (directory: string): string => join(directory, 'state.json');

function stateIn(path: string): Progressed | undefined {
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as Partial<Progressed>;
    return state.format === FORMAT && Array.isArray(state.noted) && typeof state.marks === 'object' ? (state as Progressed) : undefined;
  } catch {
    return undefined; // a first check, or what a full disk left of one
  }
}
