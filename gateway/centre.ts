/** Puts the certificate centre and the terms together, and sets their work going. */
import type { Level } from 'level';
import { HandOvers } from './acts/print/hand-over.js';
import type { LicenceActs } from './acts/licence/licence.js';
import type { Drafter } from './acts/licence/draft.js';
import type { Managers } from './ledger/managers.js';
import type { Papers } from './acts/print/papers.js';
import { PrintBatches, type PrintParams, type PrintPlan } from './acts/print/print-batch.js';
import { PrintOrders } from './acts/print/print-order.js';
import { Reminders } from './acts/office/reminders.js';
import { Terms } from './acts/office/terms.js';
import type { Uses } from './acts/use/use.js';
import type { Clock } from './clock.js';
import type { PrintFiles } from './jobs/prints.js';
import { Queue } from './jobs/queue.js';
import type { Keyring } from './keyring.js';
import type { Lanes } from './ledger/lanes.js';
import type { Projection } from './ledger/projection.js';
import { Feeds } from './notices/feeds.js';
import { Hooks } from './notices/hooks.js';
import type { NoticeSettings } from './notices/settings.js';
import type { Vault } from './vault/vault.js';

export interface Centre {
  readonly printOrders: PrintOrders;
  readonly handOvers: HandOvers;
  readonly printBatches: PrintBatches;
  readonly printFiles: PrintFiles;
  readonly printQueue: Queue<PrintParams, PrintPlan>;
  readonly terms: Terms;
  readonly reminders: Reminders;
  readonly hooks: Hooks;
  readonly feeds: Feeds;
}

export interface CentreParts {
  readonly desk: Level<string, string>;
  readonly projection: Projection;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly lanes: Lanes;
  readonly acts: LicenceActs;
  readonly uses: Uses;
  readonly drafter: Drafter;
  readonly managers: Managers;
  readonly papers: Papers;
  readonly clock: Clock;
  readonly publicName: string;
  readonly printFiles: PrintFiles;
  readonly notices?: NoticeSettings | undefined;
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

export async function openCentre(parts: CentreParts): Promise<Centre> {
  const { desk, keyring, clock, printFiles, notices = { hooks: [], feeds: [] }, onFailure = () => undefined } = parts;
  const printOrders = new PrintOrders(parts);
  const printBatches = new PrintBatches({ ...parts, orders: printOrders, files: printFiles });
  // Of its own: nobody at the printer waits until a table of forty thousand is through.
  const printQueue = new Queue<PrintParams, PrintPlan>(desk, keyring.secret('reports.key', { create: true }), clock, printBatches.handle, () => Promise.resolve(), 'print/');
  const hooks = new Hooks({ desk, clock, hooks: notices.hooks });
  [printQueue.onFailure, hooks.onFailure] = [onFailure, onFailure];
  await printQueue.load();
  const reminders = new Reminders({ ...parts, hooks, targets: notices.hooks });
  return { printOrders, handOvers: new HandOvers({ ...parts, orders: printOrders }), printBatches, printFiles, printQueue, hooks, feeds: new Feeds(notices.feeds), reminders, terms: new Terms({ ...parts, hooks, targets: notices.hooks, reminders }) };
}

/** What is late by now: files that nobody fetched, reminders that are due. */
export async function sweepCentre({ printFiles, terms, reminders }: Centre, clock: Clock): Promise<void> {
  await printFiles.sweep(clock.now());
  await terms.remind();
  await reminders.remind();
}
