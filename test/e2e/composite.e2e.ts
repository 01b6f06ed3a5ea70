/** One certificate for a trade: put together by a clerk, looked at by anybody, and what it says after one of its permits is suspended. */
import t from 'tap';
import { chromiumPath, headline, openHouse, overflow, PHONE, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  const visitor = await house.open({ viewport: PHONE });
  let address = '';
  const hygiene = /(1\.2\.156\S+)/.exec(await house.yizheng('clerk', 'issue', '--kind', 'hygiene', '--valid-until', '2029-03-14', '-f', 'holderName=示例浮云餐饮有限公司', '-f', 'holderCode=91370303MA99TXT04C', '-f', 'personInCharge=测试甲', '-f', 'premises=示例市张店区示例路1号', '-f', 'scope=住宿', '-f', 'number=（演示）鲁卫公证字〔2026〕第881号'))?.[1] ?? '';

  t.test('when a clerk puts permits together', async (t) => {
    await signIn(clerk, house, 'clerk');
    await clerk.goto(`${house.base}/issue/new`);
    await clerk.getByLabel('证照类型').selectOption({ label: '行业综合许可证（书店）' });
    await clerk.getByText('先填写统一社会信用代码').waitFor();
    t.equal(await clerk.getByLabel('有效期至').count(), 0, 'no end is asked for where the trade has none of its own');
    await clerk.getByLabel('证照类型').selectOption({ label: '行业综合许可证（宾馆）' });
    await clerk.getByLabel('有效期至').waitFor();
    await clerk.getByLabel('经营者名称').fill('示例浮云餐饮有限公司');
    await clerk.getByLabel('统一社会信用代码').fill('91370303MA99TXT04C');
    const chosen = clerk.getByRole('group', { name: '选择单项许可' }).getByRole('checkbox');
    await chosen.first().waitFor();
    t.equal(await chosen.count(), 3, 'the permits of this holder that the trade knows');
    await clerk.getByRole('checkbox', { name: /881/ }).check();
    await clerk.getByLabel('法定代表人').fill('测试甲');
    await clerk.getByLabel('经营场所').fill('示例市张店区示例路1号');
    await clerk.getByLabel('综合许可证编号').fill('（演示）行综字〔2026〕1号');
    await house.shot(clerk, 'composite-form');
    await clerk.getByRole('button', { name: '核发证照' }).click();
    await clerk.getByText('证照已核发').waitFor();
    await clerk.getByRole('link', { name: '查看证照和核验结果' }).click();
    await clerk.locator('.members').waitFor();
    t.equal(await headline(clerk), '有效');
    t.match(await clerk.locator('.members').innerText(), /食品经营许可证[\s\S]*有效[\s\S]*公共场所卫生许可证[\s\S]*有效/);
    address = new URL(clerk.url()).pathname;
    await house.shot(clerk, 'composite');
  });

  t.test('when one of them is suspended', async (t) => {
    await house.yizheng('clerk', 'suspend', hygiene, '--reason', 'RECTIFICATION', '--basis', 'SPAQF-124', '--doc-no', '张审批（演示）停字〔2026〕第5号');
    await visitor.goto(house.base + address);
    await visitor.locator('.members').waitFor();
    t.match(await headline(visitor), /受限/);
    const members = await visitor.locator('.members').innerText();
    t.match(members, /公共场所卫生许可证[\s\S]*暂停使用[\s\S]*整改[\s\S]*停字/, 'which, why and by what document');
    t.match(members, /食品经营许可证[\s\S]*有效/);
    await visitor.locator('details.technical', { hasText: 'member' }).locator('summary').first().click();
    t.match(await visitor.locator('details.technical', { hasText: 'member' }).innerText(), /SUSPENDED \d{4}-\d\d-\d\d RECTIFICATION · 11370000000000000T902/, 'the code of the reason');
    t.equal(await overflow(visitor), 0);
    await house.shot(visitor, 'composite-restricted');
  });
}
