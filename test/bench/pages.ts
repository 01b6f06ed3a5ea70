/** The verify page in a real browser: its weight, the first verdict on a slow phone, and a pile of documents at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import encodeQr from 'qr';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, chromiumPath } from '#test/support/chromium';
import { session, type Server } from './client.js';
import { record, rounds } from './figures.js';

/** What Lighthouse calls a slow 4G phone: 1.6 Mbit/s, 150 ms, a quarter of the processor. */
const SLOW = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const SLOWER_CPU = 4;
const PHONE = { width: 390, height: 844 };
const PILE = 500;

export async function pages(server: Server): Promise<void> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    process.stderr.write('no Chromium: the pages are not measured (CHROMIUM names one)\n');
    return;
  }
  const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_ARGS });
  try {
    const headers = await session(server);
    const { credential, qr } = (await (await fetch(`${server.address}/api/licences/${server.licence}/credential`, { headers })).json()) as { credential: string; qr: string };
    const link = `${server.address}/q#${qr.split('#')[1] ?? ''}`;
    const weights: number[] = [];
    record('first verdict of a scanned link, slow phone, nothing cached', 'ms', await rounds(async () => {
      const { ms, bytes } = await firstSight(browser, link, seen);
      weights.push(bytes / 1024);
      return ms;
    }));
    record('what it loads for that, compressed', 'KiB', weights.slice(1));
    const wallet: number[] = [];
    record('first sight of the wallet, slow phone, nothing cached', 'ms', await rounds(async () => {
      const { ms, bytes } = await firstSight(browser, `${server.address}/wallet`, (page) => page.locator('form input').first().waitFor());
      wallet.push(bytes / 1024);
      return ms;
    }));
    record('what it loads for that, compressed', 'KiB', wallet.slice(1));
    record('the same verdict again, page kept on the device', 'ms', await rounds(() => again(browser, link)));
    record(`${String(PILE)} credentials and photographs at once`, '/s', await rounds(async () => PILE / (await pile(browser, server, credential, qr)), 3));
  } finally {
    await browser.close();
  }
}

async function slowPhone(page: Page): Promise<{ bytes: () => number }> {
  const devtools = await page.context().newCDPSession(page);
  let bytes = 0;
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', SLOW);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER_CPU });
  return { bytes: () => bytes };
}

const seen = (page: Page) => page.locator('.verdict-line').first().waitFor();

async function firstSight(browser: Browser, link: string, sight: (page: Page) => Promise<void>): Promise<{ ms: number; bytes: number }> {
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN', serviceWorkers: 'block' });
  try {
    const page = await context.newPage();
    const { bytes } = await slowPhone(page);
    const from = performance.now();
    await page.goto(link, { waitUntil: 'commit' });
    await sight(page);
    return { ms: performance.now() - from, bytes: bytes() };
  } finally {
    await context.close();
  }
}

/** As a phone opens a second code: the page comes from the device, the answer from the gateway. */
async function again(browser: Browser, link: string): Promise<number> {
  const context = await browser.newContext({ viewport: PHONE, locale: 'zh-CN' });
  try {
    const page = await context.newPage();
    await page.goto(link);
    await seen(page);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const next = await context.newPage();
    await slowPhone(next);
    const from = performance.now();
    await next.goto(link, { waitUntil: 'commit' });
    await seen(next);
    return performance.now() - from;
  } finally {
    await context.close();
  }
}

/** The code on a wall, with paper around it. */
async function photograph(page: Page, qr: string): Promise<Uint8Array> {
  await page.setViewportSize({ width: 1600, height: 1200 });
  await page.setContent(`<body style="margin:0;background:#bca;display:grid;place-items:center;height:100vh">${encodeQr(qr, 'svg', { border: 4 }).replace('<svg', '<svg width="560" height="560"')}`);
  return page.screenshot({ type: 'jpeg', quality: 80 });
}

/** Half credentials, half photographs of the code. @returns seconds */
async function pile(browser: Browser, { address }: Server, credential: string, qr: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'yizheng-pile-'));
  const context = await browser.newContext({ locale: 'zh-CN', serviceWorkers: 'block' });
  try {
    const page = await context.newPage();
    const picture = await photograph(page, qr);
    const files = Array.from({ length: PILE }, (_, i) => {
      const path = join(folder, i % 2 === 0 ? `${String(i)}.txt` : `${String(i)}.jpg`);
      writeFileSync(path, i % 2 === 0 ? credential : picture);
      return path;
    });
    await page.goto(`${address}/verify`);
    const from = performance.now();
    await page.locator('input[type=file]').setInputFiles(files);
    await page.getByText(`已核验 ${String(PILE)} / ${String(PILE)}`).waitFor({ timeout: 180_000 });
    const ended = performance.now();
    const good = await page.locator('.batch-lines tbody tr').evaluateAll((rows) => rows.filter((row) => row.children[2]?.textContent === '有效').length);
    if (good !== PILE) throw new Error(`${String(good)} of ${String(PILE)} were found valid`);
    return (ended - from) / 1000;
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
