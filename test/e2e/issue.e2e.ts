/** The issue door: a clerk issues, sees it verified, suspends; the public sees it; the wall QR, the credential and a bad network. */
import t from 'tap';
import type { Page } from 'playwright-core';
import { mod11_10 } from '#chaincode/facts/check-digit';
import { chromiumPath, headline, openHouse, overflow, PHONE, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

/** A food permit number whose check digit is right (ISO 7064 MOD 11,10). */
const foodNumber = (serial: string): string => `JY2370303999${serial}${mod11_10(`2370303999${serial}`) ?? ''}`;
/** One character of the signature changed, the form left whole. */
function altered(credential: string): string {
  const at = credential.indexOf('~') - 40;
  return credential.slice(0, at) + (credential[at] === 'A' ? 'B' : 'A') + credential.slice(at + 1);
}
const LONG = '热食类食品制售；冷食类食品制售；生食类食品制售；糕点类食品制售；自制饮品制售；'.repeat(18);

async function fillFood(page: Page, house: House, number: string, scope = '热食类食品制售'): Promise<void> {
  await page.goto(`${house.base}/issue/new`);
  await page.getByLabel('证照类型').selectOption({ label: '食品经营许可证' });
  await page.getByLabel('经营者名称').fill('示例浮云餐饮有限公司');
  await page.getByLabel('统一社会信用代码').fill('91370303MA99TXT04C');
  await page.getByLabel('法定代表人').fill('测试甲');
  await page.getByLabel('经营场所').fill('示例市张店区示例路2号');
  await page.getByLabel('主体业态').selectOption('餐饮服务经营者');
  await page.getByLabel('经营项目').fill(scope);
  await page.getByLabel('许可证编号').fill(number);
  await page.getByLabel('决定书文号').fill('张审批（演示）许字〔2026〕第99号');
}

const submit = (page: Page) => page.getByRole('button', { name: '核发证照' }).click();

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  const visitor = await house.open();
  let address = '';

  t.test('when the password is wrong', async (t) => {
    await clerk.goto(`${house.base}/issue`);
    await clerk.getByLabel('用户名').fill('clerk');
    await clerk.getByLabel('密码').fill('not the password');
    await clerk.keyboard.press('Enter');
    t.match(await clerk.getByRole('alert').innerText(), /用户名或密码不正确/);
  });

  t.test('when a clerk issues a food permit', async (t) => {
    await signIn(clerk, house, 'clerk');
    await clerk.locator('.licence-list').getByText('示例平安大药房第九十九分店').waitFor();
    await fillFood(clerk, house, 'JY23703039999015');
    await submit(clerk);
    const number = clerk.getByLabel('许可证编号');
    await clerk.locator('#field-number-fault').waitFor();
    t.match(await clerk.locator('#field-number-fault').innerText(), /校验位不符/, 'a wrong check digit is told at its field');
    t.ok(await number.evaluate((field) => field === document.activeElement), 'and has the focus');
    t.equal(await clerk.getByLabel('经营者名称').inputValue(), '示例浮云餐饮有限公司', 'nothing typed is lost');
    await number.fill(foodNumber('071'));
    await submit(clerk);
    await clerk.getByText('证照已核发').waitFor();
    t.match(await clerk.locator('.receipt').innerText(), /电子证照标识[\s\S]*交易编号[\s\S]*区块/);
    await house.shot(clerk, 'issued');
    await clerk.getByRole('link', { name: '查看证照和核验结果' }).click();
    await clerk.locator('.certificate').waitFor();
    t.equal(await headline(clerk), '有效');
    t.match(await clerk.locator('.certificate').innerText(), /测试甲/, 'staff of the agency see the whole face');
    address = new URL(clerk.url()).pathname;
    await clerk.locator('.certificate-qr').evaluate((image) => (image as HTMLImageElement).decode());
    await house.shot(clerk, 'licence-staff');
  });

  t.test('when the wall QR is scanned, photographed or its credential pasted', async (t) => {
    const identifier = address.replace('/l/', '');
    const { credential, qr } = await clerk.evaluate(async (id) => (await fetch(`/api/licences/${id}/credential`)).json() as Promise<{ credential: string; qr: string }>, identifier);
    await visitor.goto(`${house.base}/q#${qr.split('#')[1] ?? ''}`);
    await visitor.locator('.verdict-line').waitFor();
    t.equal(await headline(visitor), '有效');
    t.match(await visitor.locator('.compare').innerText(), /示例浮云餐饮有限公司[\s\S]*示例市张店区示例路2号[\s\S]*请核对/);
    await house.shot(visitor, 'scanned');

    const picture = await clerk.locator('.certificate-qr').screenshot();
    await visitor.goto(`${house.base}/verify`);
    await visitor.locator('input[type=file]').setInputFiles({ name: 'wall.png', mimeType: 'image/png', buffer: picture });
    await visitor.locator('.verdict-line').waitFor();
    t.equal(await headline(visitor), '有效', 'a picture of the QR');

    await visitor.goto(`${house.base}/verify`);
    await visitor.getByRole('textbox').fill(credential);
    await visitor.keyboard.press('Enter');
    await visitor.locator('.verdict-line').waitFor();
    t.equal(await headline(visitor), '有效', 'the credential');
    t.match(await visitor.locator('.parts').innerText(), /电子签名[\s\S]*签名真实/);

    await visitor.locator('input[type=file]').setInputFiles({ name: 'forged.txt', mimeType: 'text/plain', buffer: Buffer.from(altered(credential)) });
    await visitor.getByText('不可信').waitFor();
    t.equal(await headline(visitor), '不可信', 'an altered one');
    t.match(await visitor.locator('.verdict').innerText(), /签名不符/, 'and why');
    await house.shot(visitor, 'altered');
  });

  t.test('when the clerk suspends it', async (t) => {
    await clerk.goto(`${house.base}${address}`);
    await clerk.getByRole('button', { name: '暂停使用', exact: true }).click();
    await clerk.getByLabel('事由').selectOption({ label: '责令整改期间' });
    await clerk.getByLabel('决定书文号').fill('张审批（演示）停字〔2026〕第1号');
    await clerk.getByRole('button', { name: '确认办理：暂停使用' }).click();
    await clerk.getByText('已办结：暂停使用').waitFor();
    await visitor.goto(`${house.base}${address}`);
    await visitor.locator('.verdict-line').waitFor();
    t.equal(await headline(visitor), '暂停使用');
    t.match(await visitor.locator('.verdict').innerText(), /原因\s*责令整改期间[\s\S]*示例市张店区行政审批服务局[\s\S]*停字/);
    t.equal(await visitor.getByRole('button', { name: '恢复使用' }).count(), 0, 'the public cannot act');
    await house.shot(visitor, 'suspended');
  });

  t.test('when an act needs the persons\' own keys', async (t) => {
    await clerk.goto(`${house.base}${address}`);
    await clerk.getByRole('button', { name: '撤销', exact: true }).click();
    t.match(await clerk.locator('.notice-signing').innerText(), /本人密钥/);
    t.equal(await clerk.getByRole('button', { name: /确认办理/ }).count(), 0);
  });

  t.test('when the licence is restored and changed', async (t) => {
    await clerk.goto(`${house.base}${address}`);
    await clerk.getByRole('button', { name: '恢复使用' }).click();
    await clerk.getByRole('button', { name: '确认办理：恢复使用' }).click();
    await clerk.getByText('已办结：恢复使用').waitFor();
    await clerk.goto(`${house.base}${address}`);
    await clerk.getByRole('button', { name: '变更' }).click();
    await clerk.getByLabel('经营项目').fill(LONG);
    await clerk.getByRole('button', { name: '确认办理：变更' }).click();
    await clerk.waitForURL((url) => url.pathname !== address);
    await clerk.locator('.fit-longest').waitFor();
    t.equal(await headline(clerk), '有效');
    await house.shot(clerk, 'long-scope');
    const phone = await house.open({ viewport: PHONE });
    await phone.goto(clerk.url());
    await phone.locator('.fit-longest').waitFor();
    t.ok((await overflow(phone)) <= 0, 'more than six hundred characters wrap');
    await house.shot(phone, 'long-scope-phone');
    await phone.goto(`${house.base}${address}`);
    await phone.locator('.verdict-line').waitFor();
    t.match(await headline(phone), /旧版本/);
    await phone.getByRole('link', { name: '查看现行版本' }).click();
    await phone.getByText('证照真实，现在可以使用').waitFor();
    t.equal(new URL(phone.url()).pathname, new URL(clerk.url()).pathname);
  });

  t.test('when a copy for one purpose is made', async (t) => {
    await clerk.goto(`${house.base}/l/${house.licence}`);
    await clerk.getByText('制作加注件').click();
    await clerk.getByRole('button', { name: '签章并下载' }).click();
    t.equal(await clerk.locator('details .field-fault').count(), 3, 'nothing is taken for granted');
    await clerk.getByLabel('用途').fill('银行开户');
    await clerk.getByLabel('使用单位').fill('示例银行张店支行');
    await clerk.getByLabel('使用期限至').fill('2020-01-01');
    await clerk.keyboard.press('Enter');
    await clerk.locator('#field-expiresOn-fault').waitFor();
    await clerk.getByLabel('使用期限至').fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
    await house.shot(clerk, 'copy');
    const [made] = await Promise.all([clerk.waitForEvent('download'), clerk.keyboard.press('Enter')]);
    const chunks = (await (await made.createReadStream()).toArray()) as Buffer[];
    await clerk.getByText('加注件已签章并下载').waitFor();
    await visitor.goto(`${house.base}/verify`);
    await visitor.locator('input[type=file]').setInputFiles({ name: 'copy.pdf', mimeType: 'application/pdf', buffer: Buffer.concat(chunks) });
    await visitor.getByText('示例银行张店支行').waitFor();
    t.match(await headline(visitor), /有效/);
    await house.shot(visitor, 'copy-verified');
  });

  t.test('when the answer is lost on the way', async (t) => {
    await fillFood(clerk, house, foodNumber('072'));
    const sent: string[] = [];
    await clerk.route('**/api/acts', async (route) => {
      sent.push((route.request().postDataJSON() as { requestId: string }).requestId);
      // It is carried out, and the clerk is not told.
      if (sent.length <= 3) await route.fetch();
      if (sent.length <= 3) return route.abort();
      return route.continue();
    });
    await submit(clerk);
    await clerk.getByText('网络未连通').waitFor({ timeout: 20_000 });
    t.equal(await clerk.getByLabel('许可证编号').inputValue(), foodNumber('072'), 'the form stands');
    await clerk.getByRole('button', { name: '再次提交' }).click();
    await clerk.getByText('未重复办理').waitFor();
    t.equal(new Set(sent).size, 1, 'one request id for all tries');
    await clerk.unroute('**/api/acts');
  });

  t.test('when a table is uploaded', async (t) => {
    const rows = ['081', '082', '083'].map((serial, i) => `示例浮云餐饮有限公司,91370303MA99TXT04C,测试甲,示例市张店区示例路${String(i)}号,餐饮服务经营者,热食类食品制售,${foodNumber(serial)}`);
    const table = ['经营者名称,统一社会信用代码,法定代表人（负责人）,经营场所,主体业态,经营项目,许可证编号', ...rows, rows[0]?.replace('04C', '05C')].join('\r\n');
    await clerk.goto(`${house.base}/issue/jobs`);
    await clerk.getByText('下载空表').focus();
    await clerk.keyboard.press('Enter');
    await clerk.getByLabel('哪种证照的空表').selectOption({ label: '食品经营许可证' });
    const [empty] = await Promise.all([clerk.waitForEvent('download'), clerk.getByRole('link', { name: '下载空表 CSV' }).click()]);
    const header = (await (await empty.createReadStream()).toArray()).map(String).join('');
    t.match(header, /^\ufeff经营者名称,统一社会信用代码,/);
    await house.shot(clerk, 'empty-table');
    await clerk.getByLabel('表格文件').setInputFiles({ name: empty.suggestedFilename(), mimeType: 'text/csv', buffer: Buffer.from(header) });
    await clerk.getByRole('button', { name: '试运行' }).waitFor();
    t.ok(await clerk.getByRole('button', { name: '试运行' }).isEnabled(), 'every required field has its column');
    await clerk.getByLabel('表格文件').setInputFiles({ name: '证照.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    await clerk.getByText('示例市张店区示例路0号').first().waitFor();
    t.equal(await clerk.getByLabel('证照类型').inputValue(), '11370000000000000T901', 'the fitting kind is proposed');
    await house.shot(clerk, 'upload');
    await clerk.getByRole('button', { name: '正式开始' }).click();
    await clerk.locator('.chip-done').waitFor({ timeout: 30_000 });
    t.match((await clerk.locator('.counts').innerText()).replaceAll(/\s+/g, ' '), /已办结 3 .*未通过 1/);
    await house.shot(clerk, 'job');
    const [report] = await Promise.all([clerk.waitForEvent('download'), clerk.getByRole('link', { name: '逐行报告 CSV' }).click()]);
    const stream = await report.createReadStream();
    const text = (await stream.toArray()).map(String).join('');
    t.match(text, /refused,USCC_CHECK_DIGIT/);
    await visitor.goto(`${house.base}/verify`);
    await visitor.getByRole('textbox').fill(foodNumber('083'));
    await visitor.keyboard.press('Enter');
    await visitor.locator('.verdict-line').waitFor();
    t.equal(await headline(visitor), '有效');
  });

  t.test('when the clerk signs out', async (t) => {
    await clerk.getByRole('button', { name: '退出登录' }).click();
    await clerk.goto(`${house.base}/issue`);
    await clerk.getByLabel('密码').waitFor();
    await clerk.goto(`${house.base}${address}`);
    await clerk.locator('.certificate').waitFor();
    t.notMatch(await clerk.locator('main').innerText(), /测试甲/);
  });
}
