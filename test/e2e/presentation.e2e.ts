/** Two devices: a holder's phone shows a licence, a verifier's browser fetches it; a picture of the code is worth nothing afterwards. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { chromiumPath, headline, openHouse, overflow, PHONE, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

/** The phone brings its key; the clerk registers it at the command line. */
async function pair(house: House, clerk: Page, phone: Page, organisation: string): Promise<void> {
  const { code } = (await (await clerk.request.post(`${house.base}/api/pairings`, { data: { organisation } })).json()) as { code: string };
  await phone.goto(`${house.base}/wallet`);
  await phone.getByLabel('一次性代码').fill(code);
  await phone.keyboard.press('Enter');
  await phone.getByText('等待工作人员签名登记').waitFor();
  const { id, spki } = await phone.evaluate(() => new Promise<{ id: string; spki: string }>((resolve) => {
    const opening = indexedDB.open('yizheng-wallet');
    opening.onsuccess = () => { const asked = opening.result.transaction('device').objectStore('device').get('mine'); asked.onsuccess = () => { resolve(asked.result as { id: string; spki: string }); opening.result.close(); }; };
  }));
  await house.yizheng('clerk', 'device', 'register', id, '--spki', spki, '--organisation', organisation, '--seen', 'BUSINESS_LICENCE');
  await phone.getByRole('heading', { name: '我的证照' }).waitFor();
}

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  await signIn(clerk, house, 'clerk');
  const { page: phone } = await house.device(t, mkdtempSync(join(tmpdir(), 'yizheng-phone-')));
  const organisation = ((await (await clerk.request.get(`${house.base}/api/licences/${house.licence}`)).json()) as { licence: { face: { name: string; value: string }[] } }).licence.face.find(({ name }) => name === 'holderCode')?.value ?? '';
  await pair(house, clerk, phone, organisation);
  const fits = async (page: Page, name: string): Promise<void> => {
    t.ok((await overflow(page)) <= 0, `${name} fits`);
    await house.shot(page, name);
  };
  const upload = async (page: Page, picture: Buffer): Promise<void> => {
    await page.goto(`${house.base}/verify`);
    await page.locator('input[type=file]').setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: picture });
  };

  await t.test('when a holder shows a code', async (t) => {
    await phone.getByRole('link', { name: '出示证照' }).click();
    await phone.getByRole('group', { name: '出示哪些内容' }).waitFor();
    await fits(phone, 'show-choice');
    t.ok(await phone.getByRole('checkbox', { name: '经营项目' }).isChecked(), 'what hangs on the wall is ticked');
    await phone.getByRole('checkbox', { name: '经营项目' }).uncheck();
    await phone.getByRole('button', { name: '出示', exact: true }).click();
    await phone.locator('.wallet-qr svg').waitFor();
    await fits(phone, 'show-code');
    const picture = await phone.locator('.wallet-qr').screenshot();

    const verifier = await house.open({ viewport: PHONE });
    await upload(verifier, picture);
    await verifier.locator('.verdict-line').waitFor();
    t.equal(await headline(verifier), '有效');
    const text = await verifier.locator('.result').innerText();
    t.match(text, /由持证人在用的设备当场出示/);
    t.match(text, /许可证编号/);
    t.notMatch(text, /经营项目/, 'only the chosen fields');
    await fits(verifier, 'shown-result');
    await verifier.getByRole('button', { name: '出具核验单' }).click();
    await verifier.locator('.receipt-sheet').waitFor();
    await phone.getByText('已被取得').waitFor();
    t.match(await phone.locator('.notice').innerText(), /没有登录的核验人/);
    await fits(phone, 'show-used');

    const thief = await house.open();
    await upload(thief, picture);
    t.match(await thief.getByRole('alert').filter({ hasText: /动态码/ }).innerText(), /已被核验过一次/, 'a picture of it');
    await house.shot(thief, 'shown-again');
  });

  await t.test('when the code is taken from the screen', async (t) => {
    await phone.getByRole('button', { name: '再次出示' }).click();
    await phone.locator('.wallet-qr svg').waitFor();
    const picture = await phone.locator('.wallet-qr').screenshot();
    await phone.getByRole('button', { name: '停止出示' }).click();
    await phone.getByRole('group', { name: '出示哪些内容' }).waitFor();
    const late = await house.open();
    await upload(late, picture);
    t.match(await late.getByRole('alert').filter({ hasText: /动态码/ }).innerText(), /已收回/);
  });

  await t.test('when the link of a code is opened', async (t) => {
    await phone.getByRole('button', { name: '出示', exact: true }).click();
    await phone.locator('.wallet-qr svg').waitFor();
    const reader = await house.open({ viewport: PHONE });
    // The page reads the picture, and the network is gone: the code is in the field, and not used.
    await reader.route('**/redemption', (route) => route.abort());
    await upload(reader, await phone.locator('.wallet-qr').screenshot());
    t.match(await reader.getByRole('alert').filter({ hasText: /动态码/ }).innerText(), /联网/);
    const link = await reader.getByLabel('证照标识').inputValue();
    t.match(link, new RegExp(`^${house.base}/d#1\\.`));
    await reader.unroute('**/redemption');
    await reader.goto(link);
    await reader.locator('.verdict-line').waitFor();
    t.equal(await headline(reader), '有效');
    await reader.reload();
    await reader.getByText('已被核验过一次').waitFor();
    await phone.getByText('已被取得').waitFor();
    await phone.getByRole('button', { name: '完成' }).click();
  });

  await t.test('when a verifier asks', async (t) => {
    const market = await house.open();
    await signIn(market, house, 'market');
    await market.goto(`${house.base}/verify`);
    await market.getByRole('button', { name: '取核验码' }).click();
    const code = (await market.locator('.big-code').textContent()) ?? '';
    await house.shot(market, 'ask-holder');
    await phone.goto(`${house.base}/wallet/show`);
    await phone.getByLabel('对方的核验码').fill('ABCD-2345');
    await phone.getByRole('button', { name: '出示', exact: true }).click();
    await phone.getByText('核验码不正确').waitFor();
    await phone.getByLabel('对方的核验码').fill(code.toLowerCase());
    await phone.getByRole('button', { name: '出示', exact: true }).click();
    t.match(await phone.locator('.notice').innerText(), /市场监督管理局/, 'the holder reads to whom');
    await fits(phone, 'show-confirm');
    await phone.getByRole('button', { name: '确认出示给对方' }).click();
    await market.locator('.verdict-line').waitFor();
    t.equal(await headline(market), '有效');
    await house.shot(market, 'asked-result');
    await phone.getByText('已被取得').waitFor();
    t.match(await phone.locator('.notice').innerText(), /市场监督管理局/);
    await fits(phone, 'show-asked-used');
    await phone.getByRole('link', { name: '谁看过' }).click();
    await phone.locator('article').filter({ hasText: '您出示的证照' }).first().waitFor();
  });

  await t.test('when it is read in English', async (t) => {
    await phone.goto(`${house.base}/wallet/show`);
    await phone.getByRole('button', { name: 'English' }).click();
    await phone.getByRole('button', { name: 'Show', exact: true }).waitFor();
    await fits(phone, 'show-choice-en');
    await phone.getByRole('button', { name: 'Show', exact: true }).click();
    await phone.locator('.wallet-qr svg').waitFor();
    await fits(phone, 'show-code-en');
    t.equal(await phone.getByRole('button', { name: '中文' }).count(), 1, 'in English to the end');
  });
}
