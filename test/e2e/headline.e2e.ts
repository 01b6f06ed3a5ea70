/** The whole way of one business in the pages: one form, a permit by rule at the kiosk, papers to come, one certificate for the trade; scanned in the shop and in the basement; suspended by supervision, and seen so by everybody. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { enterpriseCode, foodNumber } from '#test/support/samples';
import { chromiumPath, headline, openHouse, overflow, PHONE, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  const code = enterpriseCode(28_888);
  const number = foodNumber(730_001);
  const holder = { holderName: '示例云上宾馆有限公司', holderCode: code, personInCharge: '测试甲', premises: '示例市张店区示例路9号' };
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-headline-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const fields = (face: Readonly<Record<string, string>>) => Object.entries(face).flatMap(([name, value]) => ['-f', `${name}=${value}`]);
  const identifierIn = (text: string): string => /1\.2\.156\S+/.exec(text)?.[0] ?? '';
  let food = '';
  let composite = '';
  let qr = '';

  t.test('when a hotel applies with one form', async (t) => {
    await house.yizheng('clerk', 'issue', '--kind', '营业执照', ...fields({ ...holder, number: code, enterpriseType: '有限责任公司', foundedOn: '2026-03-15', scope: '住宿服务；餐饮服务' }));
    await signIn(clerk, house, 'clerk');
    await clerk.goto(`${house.base}/issue/applications/new`);
    await clerk.getByLabel('申请主体代码').fill(code);
    await clerk.getByLabel('行业').selectOption({ label: '宾馆（含早餐）' });
    await clerk.getByRole('button', { name: '查看已有证照和所需材料' }).click();
    await clerk.getByRole('button', { name: /填写申请表/ }).click();
    await clerk.getByRole('heading', { name: '申请表' }).waitFor();
    t.equal(await clerk.getByLabel('申请人名称').inputValue(), holder.holderName, 'filled in from the business licence');
    await clerk.getByLabel('主体业态').selectOption('餐饮服务经营者');
    await clerk.getByLabel('经营项目').fill('热食类食品制售');
    await clerk.getByLabel('许可项目').fill('住宿');
    await clerk.getByLabel('申请材料真实性承诺书').check();
    await clerk.getByLabel('办理人姓名').fill('测试甲');
    await clerk.getByRole('button', { name: '收件', exact: true }).click();
    await clerk.getByRole('link', { name: '打开办件' }).click();
    await clerk.getByRole('heading', { name: /^370303/ }).waitFor();
  });

  t.test('when it is accepted with a paper to come', async () => {
    await clerk.getByRole('button', { name: '受理', exact: true }).click();
    const later = clerk.getByRole('group', { name: '公共场所卫生许可新办：后补材料（容缺）' });
    await later.getByRole('checkbox', { name: '平面布置图' }).check();
    await later.getByLabel('逾期后果').selectOption({ label: '可暂停使用' });
    await house.shot(clerk, 'headline-accept');
    await clerk.getByRole('button', { name: '确认办理：受理' }).click();
    await clerk.locator('.title-row .chip-accepted').waitFor();
  });

  t.test('when the kiosk grants the food permit by rule', async (t) => {
    const [face, promise] = [join(directory, 'permit.json'), join(directory, 'promise.txt')];
    writeFileSync(face, JSON.stringify({ ...holder, residence: holder.premises, businessForm: '餐饮服务经营者', scope: '热食类食品制售', number }));
    writeFileSync(promise, '食品经营许可告知承诺书（样例）');
    const from = Date.now();
    food = identifierIn(await house.yizheng('machine', 'kiosk', '--kind', 'food', '--face', face, '--promise', promise, '--valid-until', '2031-03-14'));
    t.ok(Date.now() - from < 5_000, 'within five seconds, the start of the program included');
    await clerk.getByRole('button', { name: '作出决定：食品经营许可新办' }).click();
    await clerk.getByLabel('决定书文号').fill('张审批（演示）许字〔2026〕第181号');
    await clerk.getByLabel('证照已另行核发').check();
    await clerk.getByLabel('电子证照标识').fill(food);
    await house.shot(clerk, 'headline-decide');
    await clerk.getByRole('button', { name: '确认办理' }).click();
    await clerk.locator('.material .chip-granted').waitFor();
  });

  t.test('when the hygiene permit is issued with the decision, and the paper comes', async (t) => {
    await clerk.getByRole('button', { name: '作出决定：公共场所卫生许可新办' }).click();
    await clerk.getByLabel('决定书文号').fill('张审批（演示）许字〔2026〕第182号');
    await clerk.getByLabel('编号', { exact: true }).fill('（演示）鲁卫公证字〔2026〕第0182号');
    await clerk.getByRole('button', { name: '准予并核发证照' }).click();
    await clerk.locator('.title-row .chip-decided').waitFor();
    await clerk.goto(`${house.base}/issue/work`);
    const row = clerk.locator('.work-list > li', { hasText: '平面布置图' });
    t.match(await row.innerText(), /可暂停使用/);
    await house.shot(clerk, 'headline-work');
    await row.getByRole('button', { name: '已补交' }).click();
    await clerk.getByText('没有待补材料').waitFor();
  });

  t.test('when one certificate is put over both', async () => {
    await clerk.goto(`${house.base}/issue/new`);
    await clerk.getByLabel('证照类型').selectOption({ label: '行业综合许可证（宾馆）' });
    await clerk.getByLabel('经营者名称').fill(holder.holderName);
    await clerk.getByLabel('统一社会信用代码').fill(code);
    await clerk.getByRole('group', { name: '选择单项许可' }).getByRole('checkbox').nth(1).waitFor();
    await clerk.getByLabel('法定代表人').fill('测试甲');
    await clerk.getByLabel('经营场所').fill(holder.premises);
    await clerk.getByLabel('综合许可证编号').fill('（演示）行综字〔2026〕88号');
    await clerk.getByRole('button', { name: '核发证照' }).click();
    await clerk.getByRole('link', { name: '查看证照和核验结果' }).click();
    await clerk.locator('.members').waitFor();
    composite = decodeURIComponent(new URL(clerk.url()).pathname.slice('/l/'.length));
    qr = ((await (await clerk.request.get(`${house.base}/api/licences/${composite}/credential`)).json()) as { qr: string }).qr;
  });

  t.test('when an inspector scans it, in the shop and in the basement', async (t) => {
    const { page, close } = await house.device(t, join(directory, 'phone'));
    await page.goto(`${house.base}/verify`);
    await page.evaluate(async () => { await navigator.serviceWorker.ready; });
    await page.getByRole('button', { name: /准备离线使用|更新离线数据/ }).click();
    await page.getByText('离线数据已更新').waitFor();
    await page.goto(`${house.base}/q#${qr.split('#')[1] ?? ''}`);
    await page.locator('.verdict-line').first().waitFor();
    t.equal(await headline(page), '有效');
    t.match(await page.locator('.members').innerText(), /食品经营许可证[\s\S]*公共场所卫生许可证/);
    await house.shot(page, 'headline-scan');
    await page.context().setOffline(true);
    await page.goto(`${house.base}/q#${qr.split('#')[1] ?? ''}`);
    await page.locator('.verdict-line').first().waitFor();
    t.equal(await headline(page), '有效', 'without a signal');
    await house.shot(page, 'headline-basement');
    await close();
  });

  t.test('when supervision takes the permit over and suspends it', async (t) => {
    const market = await house.open({ viewport: PHONE });
    await signIn(market, house, 'market');
    await market.goto(`${house.base}/issue/work`);
    const row = market.locator('.work-list > li', { hasText: food });
    await row.getByRole('button', { name: '签收' }).click();
    await row.waitFor({ state: 'detached' });
    t.equal(await overflow(market), 0);
    await house.shot(market, 'headline-supervision');
    await market.goto(`${house.base}/l/${food}`);
    await market.getByRole('button', { name: '暂停使用', exact: true }).click();
    await market.getByLabel('事由').selectOption({ label: '责令整改期间' });
    await market.getByLabel('决定书文号').fill('张市监（演示）停字〔2026〕第9号');
    await market.getByRole('button', { name: '确认办理：暂停使用' }).click();
    await market.getByText('已办结：暂停使用').waitFor();
  });

  t.test('when it is scanned again, by anybody', async (t) => {
    const visitor = await house.open({ viewport: PHONE });
    await visitor.goto(`${house.base}/q#${qr.split('#')[1] ?? ''}`);
    await visitor.locator('.members').waitFor();
    t.match(await headline(visitor), /受限/);
    t.match(await visitor.locator('.members').innerText(), /食品经营许可证[\s\S]*暂停使用[\s\S]*责令整改期间[\s\S]*市场监督管理局[\s\S]*停字〔2026〕第9号/, 'which, since when, why, by whose decision');
    await house.shot(visitor, 'headline-restricted');
    await clerk.goto(`${house.base}/l/${food}`);
    await clerk.locator('.after-issue').waitFor();
    t.match(await clerk.locator('.after-issue').innerText(), /按规则自动准予[\s\S]*凭告知承诺核发/);
    t.equal(await headline(clerk), '暂停使用');
  });
}
