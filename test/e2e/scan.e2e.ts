/** A verifier's phone: the camera reads the paper QR, and the pages open without a network. */
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { blank, filmOf } from './film.js';
import { chromiumPath, headline, openHouse, overflow, PHONE, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  await signIn(clerk, house, 'clerk');
  const { qr } = (await (await clerk.request.get(`${house.base}/api/licences/${house.licence}/credential`)).json()) as { qr: string };

  t.test('when the code on the wall is scanned', async (t) => {
    writeFileSync(house.camera, filmOf(qr));
    const page = await house.open({ viewport: PHONE });
    await page.goto(`${house.base}/verify`);
    await page.getByRole('button', { name: '用摄像头扫码' }).click();
    await page.locator('.verdict-line').waitFor();
    t.equal(await headline(page), '有效');
    t.equal(await page.locator('video').count(), 0, 'the camera is closed again');
    await house.shot(page, 'scanned');
  });

  t.test('when there is no code before the camera', async (t) => {
    writeFileSync(house.camera, blank());
    const page = await house.open({ viewport: PHONE });
    await page.goto(`${house.base}/verify`);
    await page.getByRole('button', { name: '用摄像头扫码' }).click();
    await page.getByText('请将二维码置于画面中央').waitFor();
    await page.locator('video').waitFor();
    t.ok((await overflow(page)) <= 0);
    await house.shot(page, 'scanning');
    await page.getByRole('button', { name: '停止扫码' }).click();
    t.equal(await page.locator('video').count(), 0);
    // Given back after the next paint.
    await page.locator('button:focus').waitFor();
    t.equal(await page.evaluate(() => document.activeElement?.textContent), '用摄像头扫码', 'the reader is where he was');
  });

  t.test('when another code is before the camera', async (t) => {
    writeFileSync(house.camera, filmOf('https://example.com/menu'));
    const page = await house.open({ viewport: PHONE });
    await page.goto(`${house.base}/verify`);
    await page.getByRole('button', { name: '用摄像头扫码' }).click();
    t.match(await page.getByRole('alert').filter({ hasText: /没有查到/ }).innerText(), /编号/);
  });

  t.test('when the network is gone', async (t) => {
    const page = await house.open({ viewport: PHONE, serviceWorkers: 'allow' });
    await page.goto(`${house.base}/verify`);
    await page.evaluate(async () => { await navigator.serviceWorker.ready; });
    await page.context().setOffline(true);
    await page.goto(`${house.base}/l/${house.licence}`);
    await page.locator('.verdict-line').waitFor();
    t.equal(await headline(page), '暂时无法核验（不代表证照无效）', 'the page is there, and says what it does not know');
    await page.goto(`${house.base}/verify`);
    await page.getByRole('heading', { name: '核验证照' }).waitFor();
    const manifest = await page.evaluate(() => document.querySelector('link[rel=manifest]')?.getAttribute('href'));
    await page.context().setOffline(false);
    t.match(await (await page.request.get(`${house.base}${manifest ?? ''}`)).json(), { display: 'standalone', start_url: '/verify' });
  });

  t.test('when a network answers with a page of its own', async (t) => {
    const bundle = fileURLToPath(new URL('../../gateway/web/bundle/', import.meta.url));
    let first: string | undefined = 'a page of the network';
    const server = createServer((request, response) => {
      const file = basename(request.url ?? '');
      response.setHeader('content-type', file.endsWith('.js') ? 'text/javascript' : 'text/html');
      if (request.url === '/' && first === undefined) response.writeHead(302, { location: '/index.html' });
      if (request.url === '/') response.end(first);
      else response.end(existsSync(join(bundle, file)) ? readFileSync(join(bundle, file)) : 'a page to start from');
    }).listen(0, '127.0.0.1');
    t.teardown(() => server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stateOf = async () => {
      const page = await house.open({ serviceWorkers: 'allow' });
      await page.goto(`http://localhost:${String(port)}/start`);
      const state = await page.evaluate(async () => {
        const { installing } = await navigator.serviceWorker.register('/service-worker.js');
        return new Promise((resolve) => { installing?.addEventListener('statechange', () => { if (['activated', 'redundant'].includes(installing.state)) resolve(installing.state); }); });
      });
      await page.context().close();
      return state;
    };
    t.equal(await stateOf(), 'redundant', 'it is not kept in the place of ours');
    first = undefined;
    t.equal(await stateOf(), 'redundant', 'nor what it leads to');
    first = readFileSync(join(bundle, 'index.html'), 'utf8');
    t.equal(await stateOf(), 'activated');
  });
}
