/** The counter: a holder and a trade, what is there, one form with its sources marked; then correction, acceptance, decision, delivery. By mouse, by keyboard, on a phone. */
import t from 'tap';
import type { Page } from 'playwright-core';
import { chromiumPath, headline, openHouse, overflow, PHONE, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

const HOLDER = '91370303MA99TXT04C';

async function look(page: Page, house: House, holder: string): Promise<void> {
  await page.goto(`${house.base}/issue/applications/new`);
  await page.getByLabel('申请主体代码').fill(holder);
  await page.getByLabel('行业').selectOption({ label: '宾馆（含早餐）' });
  await page.getByRole('button', { name: '查看已有证照和所需材料' }).click();
}

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  let address = '';

  t.test('when a clerk asks what a hotel needs', async (t) => {
    await signIn(clerk, house, 'clerk');
    await clerk.getByRole('link', { name: '办件' }).click();
    await clerk.getByText('没有办件').waitFor();
    await clerk.getByRole('link', { name: '新收办件' }).click();
    await look(clerk, house, `${HOLDER.slice(0, -1)}D`);
    await clerk.locator('#field-holder-fault').waitFor();
    t.match(await clerk.locator('#field-holder-fault').innerText(), /逐位核对/);
    await look(clerk, house, HOLDER);
    await clerk.getByRole('heading', { name: '所需材料' }).waitFor();
    t.equal((await clerk.locator('.saved-item').first().innerText()).replaceAll(/\s+/g, ' '), '材料 分别办理 12 共用，不再重复 −4 由已有证照提供 −1 还需 7');
    const business = clerk.locator('.material', { hasText: '营业执照' });
    t.match(await business.innerText(), /已有证照，免提交[\s\S]*有效 · 有效期至 长期[\s\S]*本机关证照，可以直接使用/);
    t.equal(await clerk.getByText('测试甲').count(), 0, 'nothing has been opened');
    await house.shot(clerk, 'materials');
  });

  t.test('when the one form is filled in and taken in', async (t) => {
    await clerk.getByRole('button', { name: /填写申请表/ }).click();
    await clerk.getByRole('heading', { name: '申请表' }).waitFor();
    t.equal(await clerk.getByLabel('申请人名称').inputValue(), '示例浮云餐饮有限公司');
    t.match(await clerk.locator('.field', { hasText: '经营场所' }).first().innerText(), /取自 营业执照 第1版 · .*北京时间/);
    const premises = clerk.getByLabel('经营场所', { exact: true });
    await premises.fill('示例市张店区示例路88号');
    t.match(await clerk.locator('.field', { has: premises }).innerText(), /已改动，证照原文：示例市张店区示例路1号/);
    await clerk.getByRole('button', { name: '收件', exact: true }).click();
    await clerk.locator('[aria-invalid="true"]').first().waitFor();
    t.ok(await clerk.locator('#field-foodBusinessForm').evaluate((field) => field === document.activeElement), 'what is missing has the focus');
    await clerk.getByLabel('主体业态').selectOption('餐饮服务经营者');
    await clerk.getByLabel('经营项目').fill('热食类食品制售');
    await clerk.getByLabel('许可项目').fill('住宿');
    await clerk.getByLabel('经营场所平面图').check();
    await clerk.getByLabel('申请材料真实性承诺书').check();
    await clerk.getByLabel('办理人姓名').fill('测试甲');
    await clerk.getByLabel('外部系统办件编号').fill('SD-2026-000099');
    await house.shot(clerk, 'form');
    await clerk.getByRole('button', { name: '收件', exact: true }).click();
    await clerk.getByRole('heading', { name: '已收件' }).waitFor();
    t.match(await clerk.locator('.receipt').innerText(), /已收件：370303\d{14}/);
    await house.shot(clerk, 'received');
    await clerk.getByRole('link', { name: '打开办件' }).click();
    await clerk.getByRole('heading', { name: /^370303/ }).waitFor();
    address = new URL(clerk.url()).pathname;
    t.match(await clerk.locator('.form-entry', { hasText: '示例路88号' }).innerText(), /取自 营业执照 第1版[\s\S]*已改动，证照原文：示例市张店区示例路1号/);
  });

  t.test('when it is put right and accepted', async (t) => {
    await clerk.getByRole('button', { name: '要求补正' }).click();
    await clerk.getByRole('button', { name: '确认办理：要求补正' }).click();
    await clerk.locator('#field-note-fault').waitFor();
    await clerk.getByLabel('须补正的内容').fill('请补交卫生检测报告；经营场所与营业执照不一致');
    await clerk.getByRole('button', { name: '确认办理：要求补正' }).click();
    await clerk.locator('.chip-correction').waitFor();
    t.match(await clerk.locator('.timeline').innerText(), /请补交卫生检测报告/);
    await clerk.getByRole('button', { name: '补正后收件' }).click();
    await clerk.getByLabel('经营场所', { exact: true }).fill('示例市张店区示例路1号');
    await clerk.getByLabel('卫生检测或评价报告').check();
    await clerk.getByRole('button', { name: '确认办理：补正后收件' }).click();
    await clerk.locator('.title-row .chip-received').waitFor();
    t.equal(await clerk.getByText('已改动，证照原文').count(), 0, 'it says again what the licence says');
    await clerk.getByRole('button', { name: '受理', exact: true }).click();
    await clerk.getByRole('button', { name: '确认办理：受理' }).click();
    await clerk.locator('.title-row .chip-accepted').waitFor();
    await house.shot(clerk, 'accepted');
  });

  t.test('when the matters are decided', async (t) => {
    await clerk.getByRole('button', { name: '作出决定：公共场所卫生许可新办' }).click();
    await clerk.getByLabel('决定书文号').fill('张审批（演示）许字〔2026〕第81号');
    await clerk.getByLabel('编号', { exact: true }).fill('（演示）鲁卫公证字〔2026〕第0081号');
    await house.shot(clerk, 'decide');
    await clerk.getByRole('button', { name: '准予并核发证照' }).click();
    await clerk.locator('.material .chip-granted').waitFor();
    t.equal(await clerk.locator('.title-row .chip-accepted').count(), 1, 'one of two is decided');
    await clerk.getByRole('button', { name: '作出决定：食品经营许可新办' }).click();
    await clerk.getByLabel('决定', { exact: true }).selectOption({ label: '不予许可' });
    await clerk.getByLabel('决定书文号').fill('张审批（演示）不许字〔2026〕第82号');
    await clerk.getByRole('button', { name: '确认办理', exact: true }).click();
    await clerk.locator('.title-row .chip-decided').waitFor();
    await clerk.getByRole('button', { name: '送达' }).click();
    await clerk.getByRole('button', { name: '确认办理：送达' }).click();
    await clerk.locator('.title-row .chip-delivered').waitFor();
    t.match(await clerk.locator('.timeline').innerText(), /不许字〔2026〕第82号[\s\S]*依据的证照\s*1\.2\.156/);
    await house.shot(clerk, 'delivered');
    await clerk.locator('.material', { hasText: '公共场所卫生许可新办' }).getByRole('link').click();
    await clerk.locator('.certificate').waitFor();
    t.equal(await headline(clerk), '有效');
    t.match(await clerk.locator('.certificate').innerText(), /第0081号/);
  });

  t.test('when it is looked for', async (t) => {
    await clerk.goto(`${house.base}/issue/applications`);
    await clerk.locator('.licence-row').waitFor();
    t.match(await clerk.locator('.licence-row').innerText(), /示例浮云餐饮有限公司[\s\S]*已送达/);
    await clerk.getByLabel('环节').selectOption({ label: '已受理' });
    await clerk.getByText('没有办件').waitFor();
    await clerk.getByLabel('办件编号或外部系统编号').fill('SD-2026-000098');
    await clerk.keyboard.press('Enter');
    await clerk.getByRole('alert').waitFor();
    await clerk.getByLabel('办件编号或外部系统编号').fill('SD-2026-000099');
    await clerk.keyboard.press('Enter');
    await clerk.getByRole('heading', { name: /^370303/ }).waitFor();
    t.equal(new URL(clerk.url()).pathname, address);
  });

  t.test('when the answer is lost on the way', async (t) => {
    await clerk.goto(`${house.base}/issue/applications`);
    await look(clerk, house, HOLDER);
    await clerk.getByRole('button', { name: /填写申请表/ }).click();
    await clerk.getByLabel('主体业态').selectOption('餐饮服务经营者');
    await clerk.getByLabel('经营项目').fill('热食类食品制售');
    await clerk.getByLabel('许可项目').fill('住宿');
    await clerk.getByLabel('办理人姓名').fill('测试甲');
    let sent = 0;
    await clerk.route('**/api/applications', async (route) => {
      if (route.request().method() !== 'POST' || sent++ >= 3) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await clerk.getByRole('button', { name: '收件', exact: true }).click();
    await clerk.getByText('网络未连通').waitFor({ timeout: 20_000 });
    await clerk.getByRole('button', { name: '再次提交' }).click();
    await clerk.getByText('未重复办理').waitFor();
    await clerk.unroute('**/api/applications');
    await clerk.goto(`${house.base}/issue/applications`);
    await clerk.locator('.licence-row').first().waitFor();
    t.equal(await clerk.locator('.licence-row').count(), 2, 'one application for all tries');
  });

  t.test('when it is done on a phone, by keyboard, in English', async (t) => {
    const phone = await house.open({ viewport: PHONE });
    await signIn(phone, house, 'clerk');
    await phone.getByRole('button', { name: 'English' }).click();
    await phone.goto(`${house.base}/issue/applications/new`);
    await phone.getByLabel('Code of the holder').focus();
    await phone.keyboard.type(HOLDER);
    await phone.keyboard.press('Tab');
    await phone.keyboard.type('Hotel');
    await phone.keyboard.press('Tab');
    await phone.keyboard.press('Tab');
    await phone.keyboard.press('Enter');
    await phone.getByRole('heading', { name: 'What is needed' }).waitFor();
    t.ok(await phone.getByRole('heading', { name: 'What is needed' }).evaluate((heading) => heading === document.activeElement), 'what was found has the focus');
    t.match(await phone.locator('main').innerText(), /A licence answers for it: nothing to hand in/);
    t.ok((await overflow(phone)) <= 0, 'nothing is cut off');
    await house.shot(phone, 'materials-phone');
    await phone.getByRole('button', { name: /Fill in the form/ }).click();
    await phone.getByRole('heading', { name: 'The form', exact: true }).waitFor();
    t.ok((await overflow(phone)) <= 0);
    await house.shot(phone, 'form-phone');
    await phone.goto(`${house.base}${address}`);
    await phone.getByText('Delivered').first().waitFor();
    // The names of kinds come after the application itself.
    await phone.getByText('From Business licence version 1').first().waitFor();
    t.match(await phone.locator('main').innerText(), /From Business licence version 1/);
    t.ok((await overflow(phone)) <= 0);
    await house.shot(phone, 'application-phone');
    await phone.goto(`${house.base}/issue/applications`);
    await phone.locator('.licence-row').first().waitFor();
    t.ok((await overflow(phone)) <= 0);
    await house.shot(phone, 'applications-phone');
  });

  t.test('when somebody of another agency, or without a role, looks', async (t) => {
    const market = await house.open();
    await signIn(market, house, 'market');
    await market.goto(`${house.base}${address}`);
    await market.getByRole('alert').waitFor();
    t.equal(await market.getByText('示例浮云').count(), 0);
    const auditor = await house.open();
    await signIn(auditor, house, 'auditor');
    await auditor.goto(`${house.base}${address}`);
    await auditor.locator('.timeline').waitFor();
    t.equal(await auditor.getByRole('button', { name: '作出决定' }).count(), 0);
    await auditor.goto(`${house.base}/issue/applications/new`);
    await auditor.getByText('您的岗位可以查看').waitFor();
  });
}
