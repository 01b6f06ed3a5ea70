/** Seals at the registrar's desk in a browser: applied for, made, filed, stopped, restarted by two, renewed, cancelled; with the keyboard, on a phone, in English. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { chromiumPath, openHouse, overflow, PHONE, signIn, withAuthenticator, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

/** A passkey that signs: registered here, approved at the command line. */
async function withPasskey(page: Page, house: House): Promise<void> {
  await withAuthenticator(page);
  await page.goto(`${house.base}/issue/account`);
  await page.getByRole('button', { name: '登记新的通行密钥' }).click();
  await page.getByText('等待登记', { exact: true }).waitFor();
  await house.yizheng('administrator', 'passkeys', `--approve=${(await page.locator('.key-id').textContent()) ?? ''}`);
}
const itemOf = (page: Page, name: string, state: string) => page.locator('.seal-item').filter({ has: page.getByRole('heading', { name: `${name} ${state}`, exact: true }) });

async function run(house: House): Promise<void> {
  const registrar = await house.open();
  const approver = await house.open();
  const seals = `${house.base}/issue/seals`;
  const NAME = '测试业务专用章';

  t.test('when the registrar has no passkey yet', async (t) => {
    await signIn(registrar, house, 'registrar');
    await registrar.getByRole('link', { name: '印章' }).click();
    await registrar.locator('.seal-item').first().waitFor();
    t.equal(await registrar.locator('.seal-item').count(), 2, 'the seals of the demo');
    t.match(await registrar.locator('.notice-signing').innerText(), /yizheng seal/);
    t.equal(await registrar.getByRole('button', { name: /停用|注销/ }).count(), 0, 'nothing that he could not sign');
    const picture = registrar.getByRole('img', { name: /示例市张店区行政审批服务局/ }).first();
    t.match(await picture.textContent(), /示例市张店区行政审批服务局.*电子证照专用章.*演示/, 'drawn from its name');
    await house.shot(registrar, 'seals-without-key');
  });

  t.test('when a seal is applied for, made and filed', async (t) => {
    await signIn(approver, house, 'approver');
    for (const page of [registrar, approver]) await withPasskey(page, house);
    await registrar.goto(seals);
    await registrar.getByRole('button', { name: '申请新印章' }).focus();
    await registrar.keyboard.press('Enter');
    t.ok(await registrar.getByRole('heading', { name: '申请新印章' }).evaluate((heading) => heading === document.activeElement), 'the form has the focus');
    await registrar.getByLabel('有效年限').fill('30');
    await registrar.keyboard.press('Enter');
    await registrar.getByText('必填，请填写').waitFor();
    t.ok(await registrar.getByLabel('印章名称').evaluate((field) => field === document.activeElement), 'the faulty field has the focus');
    await registrar.getByLabel('印章名称').fill(NAME);
    await registrar.getByLabel('有效年限').fill('3');
    await registrar.getByLabel('批准', { exact: true }).check();
    await house.shot(registrar, 'seals-apply');
    await registrar.keyboard.press('Enter');
    await registrar.getByText(`已申请：${NAME}`).waitFor();
    const waiting = itemOf(registrar, NAME, '待制作');
    await waiting.waitFor();
    t.match(await waiting.innerText(), /可用印人员\s*批准/);
    await waiting.getByRole('button', { name: /由本网关签发证书/ }).click();
    const made = itemOf(registrar, NAME, '待备案');
    await made.waitFor();
    await house.shot(registrar, 'seals-made');
    await made.getByRole('button', { name: new RegExp(`^用通行密钥签名备案 ${NAME}`) }).click();
    await registrar.getByText(`已备案并启用：${NAME}`).waitFor();
    t.match(await registrar.locator('.receipt').innerText(), /交易编号[\s\S]*区块/);
    await itemOf(registrar, NAME, '使用中').waitFor();
    await house.shot(registrar, 'seals-filed');
  });

  t.test('when an outside authority is asked', async (t) => {
    await registrar.getByRole('button', { name: '申请新印章' }).click();
    await registrar.getByLabel('印章名称').fill('外部签发专用章');
    await registrar.keyboard.press('Enter');
    await itemOf(registrar, '外部签发专用章', '待制作').getByRole('button', { name: /向外部机构申请证书/ }).click();
    const waiting = itemOf(registrar, '外部签发专用章', '待外部签发');
    const [download] = await Promise.all([registrar.waitForEvent('download'), waiting.getByRole('link', { name: /下载申请文件/ }).click()]);
    t.match(download.suggestedFilename(), /^seal-.*\.csr$/);
    await waiting.locator('input[type=file]').setInputFiles({ name: 'wrong.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from('no certificate') });
    await registrar.getByText('不是证书文件').waitFor();
    await house.shot(registrar, 'seals-certificate-fault');
    await waiting.getByRole('button', { name: /撤回申请/ }).click();
    await registrar.getByText('已撤回：外部签发专用章').waitFor();
    await waiting.waitFor({ state: 'detached' });
    t.equal(await itemOf(registrar, '外部签发专用章', '待外部签发').count(), 0);
  });

  t.test('when one stops it and two restart it', async (t) => {
    await approver.goto(seals);
    await itemOf(approver, NAME, '使用中').getByRole('button', { name: `停用 ${NAME}` }).click();
    await approver.getByText(`已停用：${NAME}`).waitFor();
    await registrar.goto(seals);
    await itemOf(registrar, NAME, '已停用').getByRole('button', { name: /恢复使用（须两人）/ }).click();
    await registrar.getByText(`已签名，等待另一人签名：${NAME}`).waitFor();
    await itemOf(registrar, NAME, '已停用').waitFor();
    await house.shot(registrar, 'seals-restart-waits');
    await registrar.getByRole('link', { name: '待签事项' }).click();
    await registrar.getByText('您已签名，等待其他人员').waitFor();
    await approver.goto(`${house.base}/issue/proposals`);
    await approver.getByRole('heading', { name: '恢复使用印章' }).waitFor();
    await approver.getByRole('button', { name: '用通行密钥签名' }).click();
    await approver.getByText('已签名办结').waitFor();
    await approver.goto(seals);
    await itemOf(approver, NAME, '使用中').waitFor();
    t.equal(await itemOf(approver, NAME, '已停用').count(), 0, 'in use again');
  });

  t.test('when it is renewed, and the older one cancelled', async (t) => {
    await registrar.goto(seals);
    await itemOf(registrar, NAME, '使用中').getByRole('button', { name: `续期 ${NAME}` }).click();
    t.ok(await registrar.getByLabel('批准', { exact: true }).isChecked(), 'as before');
    await registrar.getByLabel('有效年限').fill('1');
    await registrar.keyboard.press('Enter');
    await registrar.locator('.field-fault').waitFor();
    await registrar.getByLabel('有效年限').fill('6');
    await registrar.keyboard.press('Enter');
    await itemOf(registrar, NAME, '待制作').getByRole('button', { name: /由本网关签发证书/ }).click();
    await itemOf(registrar, NAME, '待备案').getByRole('button', { name: /^用通行密钥签名备案/ }).click();
    await registrar.getByText(`已备案并启用：${NAME}`).waitFor();
    const older = itemOf(registrar, NAME, '使用中').filter({ hasText: '新章已启用' });
    await older.waitFor();
    t.equal(await itemOf(registrar, NAME, '使用中').count(), 2, 'both are good');
    await house.shot(registrar, 'seals-renewed');
    await older.getByRole('button', { name: `注销 ${NAME}` }).click();
    await registrar.getByText('注销后不能恢复').waitFor();
    await house.shot(registrar, 'seals-cancel');
    await registrar.getByRole('button', { name: '返回' }).click();
    await older.getByRole('button', { name: `注销 ${NAME}` }).click();
    await registrar.getByRole('button', { name: /用通行密钥签名并注销/ }).click();
    await registrar.getByText(`已注销：${NAME}`).waitFor();
    await itemOf(registrar, NAME, '已注销').waitFor();
    t.equal(await itemOf(registrar, NAME, '已注销').getByRole('button').count(), 0, 'nothing more can be done with it');
  });

  t.test('when a clerk looks for seals', async (t) => {
    const clerk = await house.open();
    await signIn(clerk, house, 'clerk');
    t.equal(await clerk.getByRole('link', { name: '印章' }).count(), 0);
    await clerk.goto(seals);
    await clerk.getByText('供登记管理员和批准人员使用').waitFor();
    t.equal(await clerk.locator('.seal-item').count(), 0);
  });

  t.test('when the page is read in English on a phone', async (t) => {
    for (const [from, name] of [[registrar, 'registrar'], [approver, 'approver']] as const) {
      const phone = await house.open({ viewport: PHONE, locale: 'en-GB' });
      await phone.context().addCookies(await from.context().cookies());
      await phone.addInitScript(() => localStorage.setItem('yizheng.signed-in', 'yes'));
      await phone.goto(seals);
      await phone.getByRole('heading', { name: 'Seals', level: 1 }).waitFor();
      await phone.locator('.seal-item').first().waitFor();
      await phone.getByRole('button', { name: /^Renew/ }).first().click();
      await phone.getByLabel('Term in years').waitFor();
      t.ok((await overflow(phone)) <= 0, `${name}: it does not scroll sideways`);
      const small = await phone.locator('a.button, button, nav a, .who, .choice').evaluateAll((all) => all.filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.textContent));
      t.same(small, [], `${name}: everything to press is at least 44 pixels high`);
      await house.shot(phone, `phone-en-seals-${name}`);
    }
  });
}
