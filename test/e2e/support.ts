/** A gateway of its own on a free port with a fresh demo ledger, and a real browser in front of it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { CHROMIUM_ARGS } from '#test/support/chromium';

export { chromiumPath } from '#test/support/chromium';

// A file as the camera; what it shows is written by the test.
const CAMERA = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
const START_MS = 90_000;
const WHOLE_MS = 300_000;
const STEP_MS = 15_000;
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 900 };

export interface House {
  readonly base: string;
  /** Address of the demo's food permit, as the start prints it. */
  readonly licence: string;
  readonly password: (name: string) => string;
  readonly open: (options?: BrowserContextOptions) => Promise<Page>;
  /** Runs the command line with a demo key file. @returns what it printed */
  readonly yizheng: (keyFile: string, ...args: readonly string[]) => Promise<string>;
  /** the file that the browser's camera shows: Y4M */
  readonly camera: string;
  readonly shot: (page: Page, name: string) => Promise<void>;
  /** Where the gateway keeps its data. */
  readonly data: string;
  readonly stop: () => Promise<void>;
  /** Again, on the same port, unless it runs; on another directory it is another ledger. */
  readonly start: (data?: string) => Promise<void>;
  /** A browser of its own that keeps what it is given in a directory, as a phone does between two days. */
  readonly device: (t: Test, directory: string) => Promise<{ readonly page: Page; close(): Promise<void> }>;
}

/** Everything ends with the test, whatever happens in it. @param settings of the gateway, which may depend on its address */
export async function openHouse(executablePath: string, settings: (base: string) => Promise<Readonly<Record<string, string>>> = async () => ({})): Promise<House> {
  t.setTimeout(WHOLE_MS);
  const data = mkdtempSync(join(tmpdir(), 'yizheng-e2e-'));
  const port = await freePort();
  const base = `http://localhost:${String(port)}`;
  const further = await settings(base);
  let gateway: ChildProcess | undefined;
  let served = '';
  const stop = async (): Promise<void> => { if (gateway) await stopped(gateway); };
  const start = async (directory = data): Promise<void> => {
    if (gateway?.exitCode === null && served === directory) return;
    await stop();
    served = directory;
    gateway = spawn(process.execPath, ['--enable-source-maps', fileURLToPath(new URL('../../gateway/main.js', import.meta.url)), '--demo'], { env: { PATH: process.env['PATH'], PORT: String(port), YIZHENG_DATA: directory, ...further }, stdio: ['ignore', 'pipe', 'inherit'] });
    await greeted(gateway);
  };
  t.teardown(async () => {
    await stop();
    for (const path of [data, `${data}.tombstones`]) rmSync(path, { recursive: true, force: true });
  });
  await start();
  const camera = join(data, 'camera.y4m');
  const launched = { executablePath, headless: true, args: [...CHROMIUM_ARGS, ...CAMERA, `--use-file-for-fake-video-capture=${camera}`] };
  const browser: Browser = await chromium.launch(launched);
  t.teardown(() => browser.close());
  const shots = mkdtempSync(join(tmpdir(), 'yizheng-shots-'));
  t.comment(`screenshots in ${shots}`);
  const card = JSON.parse(readFileSync(join(data, 'demo', 'sign-ins.json'), 'utf8')) as { licence: string; signIns: { name: string; password: string }[] };
  return {
    base, camera, data, stop, start, licence: card.licence, password: (name) => card.signIns.find((each) => each.name === name)?.password ?? '',
    yizheng: async (keyFile, ...args) => {
      const cli = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args, '--gateway', base, '--key', join(data, 'demo', `${keyFile}.key.json`)], { env: { ...process.env, HOME: data } });
      return stdout;
    },
    open: async (options = {}) => {
      const context = await browser.newContext({ viewport: DESK, locale: 'zh-CN', serviceWorkers: 'block', ...options });
      return watched(await context.newPage());
    },
    device: async (t, directory) => {
      const context = await chromium.launchPersistentContext(directory, { ...launched, viewport: PHONE, locale: 'zh-CN', serviceWorkers: 'allow' });
      t.teardown(() => context.close());
      return { page: watched(context.pages()[0] ?? (await context.newPage())), close: () => context.close() };
    },
    shot: async (page, name) => void (await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })),
  };
}

/** A page whose own errors fail the test. */
function watched(page: Page): Page {
  page.setDefaultTimeout(STEP_MS);
  page.on('pageerror', (error) => t.fail(`error in the page: ${error.message}`));
  page.on('console', (message) => {
    // Refused requests are part of the tests; what the content policy blocks is not.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) t.fail(`console: ${message.text()}`);
  });
  return page;
}

/** The line that a shopkeeper reads. */
export const headline = async (page: Page): Promise<string> => (await page.locator('.verdict-line').first().textContent()) ?? '';
export const overflow = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

export async function signIn(page: Page, house: House, name: string): Promise<void> {
  await page.goto(`${house.base}/issue`);
  await page.getByLabel('用户名').fill(name);
  await page.getByLabel('密码').fill(house.password(name));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '本机关证照' }).waitFor();
}

/** A device with a sensor that recognises its owner. The keys and signatures are real. */
export async function withAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
}

/** Signed in, with a passkey that is registered. */
export async function withPasskey(page: Page, house: House, name: string): Promise<void> {
  await withAuthenticator(page);
  await signIn(page, house, name);
  await page.goto(`${house.base}/issue/account`);
  await page.getByRole('button', { name: '登记新的通行密钥' }).click();
  await page.getByText('等待登记', { exact: true }).waitFor();
  await house.yizheng('administrator', 'passkeys', `--approve=${(await page.locator('.key-id').textContent()) ?? ''}`);
  await page.reload();
  await page.getByText('可用', { exact: true }).waitFor();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function greeted(gateway: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`the gateway did not start: ${said}`)), START_MS);
    gateway.once('exit', (code) => reject(new Error(`the gateway ended with ${String(code)}: ${said}`)));
    gateway.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes('verify a licence')) return;
      clearTimeout(late);
      resolve();
    });
  });
}

function stopped(gateway: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (gateway.exitCode !== null) return resolve();
    gateway.once('exit', () => resolve());
    gateway.kill('SIGTERM');
  });
}
