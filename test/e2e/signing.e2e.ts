/** Passkeys: made in the browser, approved by the registrar, then signing the very act; two persons for what needs two. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { foodTable } from '#test/support/samples';
import { chromiumPath, DESK, headline, openHouse, overflow, PHONE, signIn, withAuthenticator, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

/** Registers a passkey and has the registrar write it to the ledger. */
async function registerPasskey(page: Page, house: House): Promise<void> {
  await page.goto(`${house.base}/issue/account`);
  await page.getByRole('button', { name: '登记新的通行密钥' }).click();
  await page.getByText('等待登记', { exact: true }).waitFor();
  const key = (await page.locator('.key-id').textContent()) ?? '';
  await house.yizheng('administrator', 'passkeys', `--approve=${key}`);
  await page.reload();
  await page.getByText('可用', { exact: true }).waitFor();
}

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  const approver = await house.open();
  const licence = `${house.base}/l/${house.licence}`;

  t.test('when a passkey is registered and approved', async (t) => {
    for (const [page, name] of [[clerk, 'clerk'], [approver, 'approver']] as const) {
      await withAuthenticator(page);
      await signIn(page, house, name);
      await registerPasskey(page, house);
      t.equal(await page.locator('.key-row').count(), 1, `${name} can sign`);
    }
    await house.shot(clerk, 'keys');
  });

  t.test('when an act needs one signature', async (t) => {
    await clerk.goto(licence);
    await clerk.getByRole('button', { name: '办理转出' }).click();
    await clerk.getByLabel('转入机关').selectOption({ label: '示例市张店区示例镇便民服务中心（演示）' });
    await clerk.getByRole('button', { name: '用通行密钥签名并办理' }).click();
    await clerk.getByText('已办结：办理转出').waitFor();
    // The page reads the licence again once the act is done.
    await clerk.locator('.verdict-line').filter({ hasText: '办理转出' }).waitFor();
    await clerk.goto(licence);
    await clerk.getByRole('button', { name: '取消转出' }).click();
    await clerk.getByRole('button', { name: '用通行密钥签名并办理' }).click();
    await clerk.getByText('已办结：取消转出').waitFor();
    // The receipt comes first, then the licence anew: a look-up is on record before it is answered.
    await clerk.locator('.verdict-line', { hasText: '有效' }).waitFor();
    t.equal(await headline(clerk), '有效');
  });

  t.test('when rules for issue without a person are stopped by one, and put in force again by two', async (t) => {
    await clerk.goto(`${house.base}/issue/work`);
    const row = clerk.locator('.work-list > li', { hasText: '每小时/每日上限' });
    t.match(await row.innerText(), /启用中[\s\S]*须持有有效的[\s\S]*须在：/);
    await house.shot(clerk, 'rules');
    await row.getByRole('button', { name: '立即停用' }).click();
    await row.getByText('已停用').waitFor();
    await row.getByRole('button', { name: '恢复启用' }).click();
    await row.getByText('等待其他人员签名').waitFor();
    t.match(await row.innerText(), /已停用/, 'one signature changes nothing');
    await approver.goto(`${house.base}/issue/proposals`);
    await approver.getByRole('button', { name: '用通行密钥签名' }).click();
    await approver.getByText('已签名办结').waitFor();
    await clerk.reload();
    await row.getByText('启用中').waitFor();
    await clerk.getByLabel('选择规则文件').setInputFiles({ name: 'rules.json', mimeType: 'application/json', buffer: Buffer.from('[]') });
    await clerk.getByText('该文件不是规则文件').waitFor();
    await clerk.getByLabel('选择规则文件').setInputFiles('docs/samples/food-rules.json');
    await clerk.getByText('将启用的规则').waitFor();
    await house.shot(clerk, 'rules-new');
    await clerk.setViewportSize(PHONE);
    t.equal(await overflow(clerk), 0);
    await house.shot(clerk, 'rules-phone');
    await clerk.setViewportSize(DESK);
    await clerk.getByRole('button', { name: '用通行密钥签名并提交' }).click();
    await clerk.locator('.notice-signing').getByText('等待其他人员签名').waitFor();
    await approver.goto(`${house.base}/issue/proposals`);
    await approver.getByRole('button', { name: '用通行密钥签名' }).click();
    await approver.getByText('已签名办结').waitFor();
    await clerk.reload();
    await row.getByText('版本 2').waitFor();
  });

  t.test('when a whole table needs two persons', async (t) => {
    await clerk.goto(`${house.base}/issue/jobs`);
    await clerk.getByLabel('表格文件').setInputFiles({ name: '证照.csv', mimeType: 'text/csv', buffer: Buffer.from([...foodTable(10_000, 2_000)].join('')) });
    await clerk.getByRole('button', { name: '正式开始' }).click();
    await clerk.locator('.chip-waiting').waitFor({ timeout: 60_000 });
    t.match(await clerk.locator('.notice-signing').innerText(), /已签名人数：0\/2/);
    await clerk.getByRole('button', { name: '用通行密钥签名' }).click();
    await clerk.getByText('您已签名').waitFor();
    t.equal(await clerk.getByRole('button', { name: '用通行密钥签名' }).count(), 0, 'nobody signs twice');
    await house.shot(clerk, 'job-signed-by-one');
    await approver.goto(clerk.url());
    await approver.getByRole('button', { name: '用通行密钥签名' }).click();
    await approver.locator('.chip-done').waitFor({ timeout: 60_000 });
    t.match((await approver.locator('.counts').innerText()).replaceAll(/\s+/g, ' '), /已办结 10,000/);
  });

  t.test('when an act needs two persons', async (t) => {
    await clerk.goto(licence);
    await clerk.getByRole('button', { name: '撤销', exact: true }).click();
    await clerk.getByLabel('事由').selectOption({ label: '违法作出准予决定' });
    t.match(await clerk.locator('.notice-signing').innerText(), /多人/);
    await clerk.getByRole('button', { name: '用通行密钥签名并提交' }).click();
    await clerk.getByText('已签名，等待其他人员签名').waitFor();
    await house.shot(clerk, 'proposed');
    const visitor = await house.open();
    await visitor.goto(licence);
    await visitor.locator('.verdict-line').waitFor();
    t.equal(await headline(visitor), '有效', 'one signature changes nothing');
    await clerk.goto(`${house.base}/issue/proposals`);
    await clerk.getByText('您已签名，等待其他人员').waitFor();
    t.equal(await clerk.getByRole('button', { name: '用通行密钥签名' }).count(), 0, 'nobody signs twice');
    await approver.goto(`${house.base}/issue/proposals`);
    await approver.getByRole('heading', { name: /撤销/ }).waitFor();
    await house.shot(approver, 'proposals');
    await approver.getByRole('button', { name: '用通行密钥签名' }).click();
    await approver.getByText('已签名办结').waitFor();
    await visitor.reload();
    await visitor.locator('.verdict-line').waitFor();
    t.equal(await headline(visitor), '已撤销');
    t.match(await visitor.locator('.verdict').innerText(), /违法作出准予决定/);
    await house.shot(visitor, 'annulled');
  });
}
