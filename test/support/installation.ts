/** A demo installation in a temporary directory, on the embedded ledger or a consortium's, with a clock that tests move. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Acting } from '#gateway/acts/licence/licence';
import type { IssueInput } from '#gateway/acts/licence/inputs';
import { signAct, type KeyFile } from '#gateway/acts/licence/sign';
import { KIND } from '#gateway/catalogue/kinds';
import { systemClock } from '#gateway/clock';
import { BUREAU, keyPath, readDemo, seedDemo, type SignIn } from '#gateway/demo';
import { randomId } from '#gateway/keyring';
import type { LedgerChoice } from '#gateway/ledger/open';
import { openServices, type Services } from '#gateway/services';
import { setUp } from '#gateway/setup';

export class TestClock {
  aheadMs = 0;
  now = (): number => Date.now() + this.aheadMs;
}

export interface Installation {
  services: Services;
  readonly data: string;
  readonly clock: TestClock;
  readonly signIns: readonly SignIn[];
  readonly administrator: KeyFile;
  file(name: string): KeyFile;
  acting(name: string): Acting;
  /** Closes and opens again what lies on the disk; `before` runs while it is closed. */
  restart(before?: () => void | Promise<void>): Promise<void>;
  remove(): Promise<void>;
}

export const PUBLIC_NAME = 'http://yizheng.example';

/** Names the directory of a fresh demo that a run of all tests makes once: making one costs more than most tests. */
export const FRESH_DEMO = 'FRESH_DEMO';

/** A fresh demo on the embedded ledger, closed again. */
export async function makeDemo(data: string, choice: LedgerChoice = {}): Promise<void> {
  const administrator = await setUp({ data, agency: BUREAU, publicName: PUBLIC_NAME, demo: true, ...choice });
  const services = await openServices({ data, publicName: PUBLIC_NAME, clock: systemClock, ...choice, onFatal: (error) => { throw error; } });
  await seedDemo(services, administrator);
  await services.close();
}

export async function install(choice: LedgerChoice = {}): Promise<Installation> {
  const data = mkdtempSync(join(tmpdir(), 'yizheng-test-'));
  const made = process.env[FRESH_DEMO];
  if (made === undefined || choice.ledger === 'fabric') await makeDemo(data, choice);
  else cpSync(made, data, { recursive: true });
  const clock = new TestClock();
  const open = () => openServices({ data, publicName: PUBLIC_NAME, clock, ...choice, onFatal: (error) => { throw error; } });
  const services = await open();
  const file = (name: string) => JSON.parse(readFileSync(keyPath(data, name), 'utf8')) as KeyFile;
  const administrator = file('administrator');
  const signIns = readDemo(data)?.signIns ?? [];
  const installation: Installation = {
    services, data, clock, signIns, administrator, file,
    acting: (name) => ({ staff: file(name).staff, agency: file(name).agency }),
    async restart(before) {
      await installation.services.close();
      await before?.();
      installation.services = await open();
    },
    async remove() {
      await installation.services.close();
      for (const path of [data, `${data}.tombstones`]) rmSync(path, { recursive: true, force: true });
    },
  };
  return installation;
}

let last = 0;
/** A hygiene permit of a number of its own: synthetic, valid, on the word of the gateway. */
export function permit(change: Partial<IssueInput> = {}, face: Readonly<Record<string, unknown>> = {}): IssueInput {
  return {
    op: 'issue', kind: KIND.hygiene, validUntil: '2029-03-14',
    face: { holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试丙丁戊', premises: '示例市张店区示例路1号', scope: '住宿', number: `（演示）鲁卫公证字〔2026〕第${String(10_000 + last++)}号`, ...face }, ...change,
  };
}

/** Drafts, signs with key files, commits. */
export async function signed(installation: Installation, names: readonly string[], input: Parameters<Services['acts']['draft']>[2], requestId = randomId()) {
  const acting = installation.acting(names[0] ?? '');
  const shown = await installation.services.acts.draft(acting, requestId, input);
  return installation.services.acts.sign(acting, requestId, names.map((name) => signAct(installation.file(name), shown)));
}
