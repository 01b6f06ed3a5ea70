/** The certificate centre in the browser: from a licence's page to the hand-over, by two persons; and terms from the list to the renewal. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { chromiumPath, openHouse, overflow, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const clerk = await house.open({ acceptDownloads: true });
  const approver = await house.open({ viewport: { width: 360, height: 780 } });
  await signIn(clerk, house, 'clerk');
  await signIn(approver, house, 'approver');
  const issued = /(1\.2\.156\S+)/.exec(await house.yizheng('clerk', 'issue', '--kind', 'hygiene', '--valid-until', new Date(Date.now() + 8 * 3_600_000 + 20 * 86_400_000).toISOString().slice(0, 10), '-f', 'holderName=示例浮云餐饮有限公司', '-f', 'holderCode=91370303MA99TXT04C', '-f', 'personInCharge=测试甲', '-f', 'premises=示例市张店区示例路1号', '-f', 'scope=住宿', '-f', 'number=（演示）鲁卫公证字〔2026〕第771号'))?.[1] ?? '';
  const centre = async (page: typeof clerk, state: string) => {
    await page.goto(`${house.base}/issue/centre`);
    await page.getByLabel('环节').selectOption({ label: state });
  };
  const chooseAll = async (page: typeof clerk) => { for (const box of await page.locator('.print-orders input[type=checkbox]').all()) await box.check(); };

  t.test('when a certificate is ordered and printed', async (t) => {
    await clerk.goto(`${house.base}/l/${issued}`);
    await clerk.getByRole('button', { name: '下达制证任务' }).click();
    await clerk.getByText('已办理：1').waitFor();
    await centre(clerk, '待打印');
    await clerk.locator('summary', { hasText: '下达制证任务' }).click();
    await clerk.getByLabel('证照编号或标识').fill(`JY23703039999014\n${issued}`);
    await clerk.getByRole('button', { name: '下达制证任务' }).click();
    await clerk.getByText('未办理：1').waitFor();
    await clerk.getByText('该证照已有制证任务在办').waitFor();
    await clerk.locator('.print-order').nth(1).waitFor();
    await house.shot(clerk, 'centre-ordered');
    await chooseAll(clerk);
    const saved = clerk.waitForEvent('download');
    await clerk.getByRole('button', { name: '打印所选' }).click();
    const file = await (await saved).path();
    t.equal(readFileSync(file, 'latin1').match(/\/Type \/Page /g)?.length, 2, 'one file with both');
    await clerk.getByText('打印文件已下载').waitFor();
    await clerk.getByText('没有任务').waitFor();
  });

  t.test('when it is sealed by another person', async (t) => {
    await centre(clerk, '待用印');
    await clerk.getByText('由您打印，须由同事用印').first().waitFor();
    await chooseAll(clerk);
    t.equal(await clerk.getByRole('button', { name: '用印', exact: true }).isDisabled(), true, 'not by whoever printed it');
    t.equal(await clerk.getByRole('button', { name: '重新打印' }).isDisabled(), true, 'and not printed again without a reason');
    await centre(approver, '待用印');
    await approver.locator('.print-order').first().waitFor();
    await chooseAll(approver);
    t.equal(await overflow(approver), 0, 'on a phone');
    await house.shot(approver, 'centre-seal-phone');
    await approver.getByRole('button', { name: '用印', exact: true }).click();
    await approver.getByText('已办理：2').waitFor();
  });

  t.test('when it is released and handed over', async (t) => {
    await centre(clerk, '待放行');
    await clerk.locator('.print-order').first().waitFor();
    await clerk.getByRole('checkbox').nth(1).check();
    await clerk.getByRole('button', { name: '放行，生成领证码' }).click();
    const code = await clerk.locator('.pick-ups dd').innerText();
    t.match(code, /^[2-9A-HJKMNP-Z]{4} [2-9A-HJKMNP-Z]{4}$/);
    await house.shot(clerk, 'centre-codes');
    await centre(approver, '待领取');
    await approver.getByLabel('领证人说出的领证码').fill('AAAA BBBB');
    await approver.getByRole('button', { name: '发证' }).click();
    await approver.getByText('领证码不是此份证照的').first().waitFor();
    t.equal(await overflow(approver), 0);
    await house.shot(approver, 'centre-hand-over-phone');
    await approver.getByLabel('领证人说出的领证码').fill(code);
    // Whoever leaves the page before the answer has come may have taken his word back.
    const handed = approver.waitForResponse((response) => response.url().endsWith('/hand-over') && response.ok());
    await approver.getByRole('button', { name: '发证' }).click();
    await handed;
    await centre(approver, '已发证');
    await approver.getByRole('link', { name: '下载回执' }).waitFor();
    await approver.getByText('全部步骤').first().click();
    await house.shot(approver, 'centre-handed-over-phone');
    await approver.getByRole('button', { name: 'English' }).click();
    await approver.getByRole('heading', { name: 'Certificate centre' }).waitFor();
    await approver.getByRole('button', { name: '中文' }).click();
  });

  t.test('when a licence ends soon', async (t) => {
    await approver.goto(`${house.base}/issue/terms`);
    await approver.getByText('20 天后到期').waitFor();
    t.equal(await overflow(approver), 0);
    await house.shot(approver, 'terms-phone');
    await clerk.goto(`${house.base}/issue/terms`);
    await clerk.getByLabel('范围').selectOption({ label: '30 日内到期' });
    const row = clerk.locator('.term-row', { hasText: '第771号' });
    await row.waitFor();
    await house.shot(clerk, 'terms');
    await row.getByRole('link', { name: '延续' }).click();
    await clerk.getByLabel('有效期至').fill('2029-03-14');
    await clerk.getByRole('button', { name: /延续/ }).last().click();
    await clerk.getByText('旧版本').waitFor({ state: 'hidden' });
    await clerk.waitForURL((url) => !url.pathname.includes(issued));
    await clerk.goto(`${house.base}/issue/terms`);
    await clerk.getByText('没有。').or(clerk.locator('.term-row').first()).waitFor();
    t.equal(await clerk.locator('.term-row', { hasText: '第771号' }).count(), 0, 'it is on the list no more');
  });
}
