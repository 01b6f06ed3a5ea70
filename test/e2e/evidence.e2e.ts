/** Evidence on the verify page: dropped, checked on the device, reported in both languages, with and without a head that was kept. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { chromiumPath, headline, openHouse, overflow, PHONE } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: Awaited<ReturnType<typeof openHouse>>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-evidence-'));
  t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
  const [file, head, changed] = ['case.json', 'kept.head', 'changed.json'].map((name) => join(directory, name)) as [string, string, string];
  // The sealed PDFs of the demo, and the root of its log, come onto the ledger a moment after the start.
  const height = async () => ((await (await fetch(`${house.base}/api/ledger`)).json()) as { block: unknown }).block;
  for (let before = await height(), quiet = 0; quiet < 6; quiet++) {
    await new Promise((resolve) => { setTimeout(resolve, 1_000); });
    const now = await height();
    if (now !== before) [before, quiet] = [now, 0];
  }
  // Kept first: a head of after the bundle does not lie on its chain.
  writeFileSync(head, `${((await (await fetch(`${house.base}/api/ledger/head`)).json()) as { head: string }).head}\n`);
  await house.yizheng('clerk', 'evidence', 'make', house.licence, '--out', file);
  writeFileSync(changed, readFileSync(file, 'utf8').replace(/"codes":"A/, '"codes":"B'));

  await t.test('when a bundle is chosen with a head that was kept', async (t) => {
    const page = await house.open();
    await page.goto(`${house.base}/verify`);
    await page.locator('.file-row input[type=file]').setInputFiles([file, head]);
    await page.locator('.evidence .verdict-line').waitFor();
    t.equal(await headline(page), '存证属实');
    t.match(await page.locator('.evidence').textContent(), /外存的账本头覆盖(.|\n)*账本记载(.|\n)*核发(.|\n)*证明了什么，没有证明什么/);
    t.equal(await page.locator('.evidence .part-pass').count() >= 12, true);
    await house.shot(page, 'evidence');
    await page.close();
  });

  await t.test('when nothing was kept, and then a head is given', async (t) => {
    const page = await house.open({ viewport: PHONE, locale: 'en-GB' });
    await page.goto(`${house.base}/verify`);
    await page.locator('.file-row input[type=file]').setInputFiles(file);
    await page.locator('.evidence .verdict-line').waitFor();
    t.match(await headline(page), /NOT FULLY CHECKED/);
    t.match(await page.locator('.evidence').textContent(), /No head was given/);
    t.equal(await overflow(page), 0, 'fits a phone');
    await page.locator('#evidence-heads').fill(readFileSync(head, 'utf8'));
    await page.getByRole('button', { name: 'Check against them' }).press('Enter');
    await page.getByText('PROVEN', { exact: true }).waitFor();
    t.equal(await overflow(page), 0);
    await house.shot(page, 'evidence-phone');
    await page.close();
  });

  await t.test('when one byte is another', async (t) => {
    const page = await house.open();
    await page.goto(`${house.base}/verify`);
    await page.locator('.file-row input[type=file]').setInputFiles([changed, head]);
    await page.locator('.evidence .verdict-line').waitFor();
    t.equal(await headline(page), '存证不可采信');
    t.equal(await page.getByText('账本记载').count(), 0, 'nothing of it is shown');
    await page.locator('.file-row input[type=file]').setInputFiles([file, changed]);
    await page.getByText('提供的账本头无法识别').first().waitFor();
    await page.close();
  });
}
