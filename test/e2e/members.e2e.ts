/** A company's wallet: the owner invites a clerk, who works within his limits and is removed; a second phone of the owner; an agent of another house. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { chromiumPath, openHouse, overflow, signIn, type House } from './support.js';

const AGENT = '92370303MA99TXT124';
const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const counter = await house.open();
  await signIn(counter, house, 'clerk');
  const phone = async (): Promise<Page> => (await house.device(t, mkdtempSync(join(tmpdir(), 'yizheng-phone-')))).page;
  const [owner, clerk] = [await phone(), await phone()];
  const fits = async (page: Page, name: string): Promise<void> => {
    t.equal(await overflow(page), 0, `${name} fits a phone`);
    await house.shot(page, name);
  };
  const enter = async (page: Page, code: string): Promise<void> => {
    await page.goto(`${house.base}/wallet`);
    await page.getByLabel('一次性代码').fill(code);
    await page.keyboard.press('Enter');
    await page.locator('.big-code').waitFor();
  };
  /** A first phone of an organisation. */
  const pairedAtCounter = async (page: Page, organisation: string): Promise<void> => {
    const { code, id } = (await (await counter.request.post(`${house.base}/api/pairings`, { data: { organisation } })).json()) as { code: string; id: string };
    await enter(page, code);
    const { device } = (await (await counter.request.get(`${house.base}/api/pairings/${id}`)).json()) as { device: { id: string; spki: string } };
    await house.yizheng('clerk', 'device', 'register', device.id, '--spki', device.spki, '--organisation', organisation, '--seen', 'BUSINESS_LICENCE');
    await page.getByRole('heading', { name: '我的证照' }).waitFor();
  };
  /** The new phone enters the code that another one tells, and that one signs. */
  const takenUp = async (by: Page, page: Page, name: string): Promise<void> => {
    await by.locator('.big-code').waitFor();
    await fits(by, `${name}-code`);
    await enter(page, (await by.locator('.big-code').textContent()) ?? '');
    await by.getByText('请与新手机上的数字逐位核对').waitFor();
    t.equal(await by.locator('.big-code').textContent(), await page.locator('.big-code').textContent(), 'both see the same digits');
    await fits(by, `${name}-compare`);
    await by.getByRole('button', { name: '数字一致，签名登记' }).click();
    await by.getByText('手机已登记，可以登录').waitFor();
    await page.getByRole('heading', { name: '这部手机' }).waitFor();
  };
  const organisation = ((await (await counter.request.get(`${house.base}/api/licences/${house.licence}`)).json()) as { licence: { face: { name: string; value: string }[] } }).licence.face.find(({ name }) => name === 'holderCode')?.value ?? '';
  let permit = '';

  await t.test('when the owner invites a clerk', async (t) => {
    await pairedAtCounter(owner, organisation);
    await owner.locator('.wallet-item summary').first().click();
    permit = (await owner.locator('.certificate-numbers dd').first().textContent()) ?? '';
    await owner.getByRole('link', { name: '人员与代办' }).click();
    await owner.getByText('还没有委托任何人').waitFor();
    await owner.getByRole('button', { name: '新的委托' }).click();
    await owner.getByLabel('称呼').fill('小王');
    await owner.getByLabel('食品经营许可证').check();
    await fits(owner, 'members-give');
    await owner.getByLabel('有效至').press('Enter');
    await owner.getByText('已委托。').waitFor();
    await owner.getByRole('button', { name: '登记手机', exact: true }).click();
    await takenUp(owner, clerk, 'members-invite');
    await fits(clerk, 'members-clerk-wallet');
    t.equal(await clerk.getByRole('link', { name: '谁看过' }).count(), 0, 'the clerk sees what he was given');
    t.ok(await clerk.locator('.wallet-item summary').count() > 0);
    await fits(owner, 'members-list');
    await owner.getByRole('button', { name: 'English' }).click();
    await owner.getByText('People and agents').first().waitFor();
    await fits(owner, 'members-list-en');
    await owner.getByRole('button', { name: '中文' }).click();
  });

  await t.test('when the clerk works, and is removed', async (t) => {
    await house.yizheng('market', 'grant', 'ask', '--licence', `${permit}=number`, '--purpose', 'CREDIT', '--days', '30', '--uses', '2');
    await clerk.getByRole('link', { name: '授权', exact: true }).click();
    await clerk.getByRole('button', { name: '同意并签名' }).click();
    await clerk.getByText('已签名授权').waitFor();
    await owner.getByRole('link', { name: '授权', exact: true }).click();
    await owner.getByText('经手').waitFor();
    t.match(await owner.locator('article').filter({ hasText: '经手' }).innerText(), /小王/, 'the owner sees who gave it');
    await fits(owner, 'members-given-by');
    await owner.getByRole('link', { name: '人员与代办' }).click();
    await owner.getByText('作出授权').waitFor();
    await owner.getByRole('button', { name: '撤回委托' }).click();
    await fits(owner, 'members-take-back');
    await owner.getByRole('button', { name: '确认撤回' }).click();
    await owner.getByText('已撤回，立即失效').waitFor();
    await fits(owner, 'members-taken-back');
    await clerk.getByRole('link', { name: '我的证照' }).click();
    await clerk.getByRole('alert').first().waitFor();
    await fits(clerk, 'members-clerk-refused');
    await clerk.reload();
    await clerk.getByText('已挂失或停用').waitFor();
    t.equal(await clerk.locator('.wallet-item').count(), 0, 'at once');
  });

  await t.test('when the owner has a second phone, and loses it', async (t) => {
    const second = await phone();
    await owner.getByRole('link', { name: '我的证照' }).click();
    await owner.getByRole('button', { name: '登记我的另一部手机' }).click();
    await takenUp(owner, second, 'members-second');
    t.ok(await second.getByRole('link', { name: '谁看过' }).count() > 0, 'it is the holder\'s own');
    await owner.getByRole('button', { name: '挂失' }).click();
    await owner.getByRole('button', { name: '确认', exact: true }).click();
    await owner.getByText('已停用，立即失效').waitFor();
    await second.reload();
    await second.getByText('已挂失或停用').waitFor();
  });

  await t.test('when the holder objects, and the agency puts it right', async (t) => {
    await owner.goto(`${house.base}/wallet`);
    await owner.locator('.wallet-item summary').first().click();
    await owner.getByRole('button', { name: '内容有误，提出异议' }).click();
    await owner.getByRole('button', { name: '签名提出' }).click();
    await owner.getByText('请至少选择一项').waitFor();
    await owner.locator('.choice input').first().check();
    await owner.getByLabel('说明').fill('名称有误，应为示例浮云餐饮店');
    await fits(owner, 'objection-form');
    await owner.getByRole('button', { name: '签名提出' }).click();
    await owner.getByText('已提出，管理机关须在期限内答复').waitFor();
    await fits(owner, 'objection-sent');
    await counter.goto(`${house.base}/issue`);
    await counter.getByRole('link', { name: '异议' }).click();
    await counter.getByText('名称有误').waitFor();
    await house.shot(counter, 'objection-list');
    await counter.getByRole('link', { name: '打开证照办理' }).click();
    await counter.getByLabel('处理').selectOption({ label: '不接受' });
    await counter.getByLabel('说明').fill('经核，与营业执照一致');
    await house.shot(counter, 'objection-answer');
    await counter.getByRole('button', { name: '答复', exact: true }).click();
    await counter.getByText('已答复，持证人可见').waitFor();
    await owner.reload();
    await owner.locator('.wallet-item summary').first().click();
    await owner.getByText('经核，与营业执照一致').waitFor();
    await fits(owner, 'objection-answered');
    t.ok(await owner.getByRole('button', { name: '内容有误，提出异议' }).isVisible(), 'and may object again');
  });

  await t.test('when the company applies from its wallet', async (t) => {
    await owner.getByRole('link', { name: '办件' }).click();
    await owner.getByRole('button', { name: '提交新的申请' }).click();
    await owner.getByLabel('向哪个机关').selectOption({ label: '示例市张店区行政审批服务局（演示）' });
    await owner.getByLabel('行业').selectOption({ label: '药店' });
    await owner.getByRole('button', { name: '查看已有证照和所需材料' }).click();
    await owner.getByLabel('办理人姓名').fill('测试甲');
    t.match(await owner.getByLabel(/主体名称|经营者名称|企业名称|名称/).first().inputValue(), /示例浮云/, 'his licences fill the form');
    await fits(owner, 'filing-form');
    for (const field of await owner.locator('form [aria-required="true"]').all()) {
      if ((await field.inputValue()) !== '') continue;
      if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption({ index: 1 });
      else await field.fill('示例');
    }
    await owner.getByRole('button', { name: '签名提交' }).click();
    await owner.getByText('已提交，等待机关收件').waitFor();
    await fits(owner, 'filing-sent');
    await counter.goto(`${house.base}/issue/applications`);
    await counter.getByText('钱包提交，待收件').waitFor();
    await house.shot(counter, 'filing-list');
    await counter.locator('a.licence-row').filter({ hasText: '等待收件' }).click();
    await counter.getByRole('button', { name: '查看已有证照和所需材料' }).click();
    await counter.getByRole('button', { name: /填写申请表/ }).click();
    await counter.getByLabel('办理人姓名').waitFor();
    t.equal(await counter.getByLabel('办理人姓名').inputValue(), '测试甲');
    await house.shot(counter, 'filing-receive');
    await counter.getByRole('button', { name: '收件', exact: true }).click();
    await counter.getByText(/已收件：\d/).first().waitFor();
    await owner.reload();
    await owner.locator('.chip').filter({ hasText: '已收件' }).first().waitFor();
    await fits(owner, 'filing-received');
  });

  await t.test('when an agent acts for the company', async (t) => {
    const agent = await phone();
    await pairedAtCounter(agent, AGENT);
    await owner.getByRole('link', { name: '人员与代办' }).click();
    await owner.getByRole('button', { name: '新的委托' }).click();
    await owner.getByLabel('身份').selectOption({ label: '代办机构' });
    await owner.getByLabel('代办机构的统一社会信用代码').fill(AGENT.toLowerCase());
    await owner.getByLabel('提交办件').check();
    await owner.getByRole('button', { name: '签名委托' }).click();
    await owner.getByText('已委托。').waitFor();
    await house.yizheng('market', 'grant', 'ask', '--licence', `${permit}=number`, '--purpose', 'TENDER', '--days', '30', '--uses', '1');
    await agent.getByRole('link', { name: '人员与代办' }).click();
    await agent.getByRole('button', { name: '替其办理' }).click();
    await agent.getByText('正在代办：').waitFor();
    await agent.getByRole('button', { name: '同意并签名' }).first().waitFor();
    t.equal(await agent.getByRole('button', { name: '新的委托' }).count(), 0, 'nothing of its own beside it');
    await fits(agent, 'members-agent');
    await agent.locator('article').filter({ hasText: '招标投标' }).getByRole('button', { name: '同意并签名' }).click();
    await agent.getByText('已签名授权').waitFor();
    await owner.reload();
    await owner.locator('article').filter({ hasText: AGENT }).getByText('作出授权').waitFor();
    await fits(owner, 'members-agent-seen');
    await house.yizheng('approver', 'delegation', 'list', '--organisation', organisation).then((listed) => t.match(listed, new RegExp(`in-force.*agent.*${AGENT}`)));
  });
}
