/** A holder without a counter: signs in at a real identity provider on another site, reads, and goes on once a clerk has signed. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { CLIENT, startProvider, type TestProvider } from '#test/support/provider';
import { chromiumPath, openHouse, overflow, signIn, withPasskey, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else {
  const started: TestProvider[] = [];
  const house = await openHouse(path, async (base) => {
    const provider = await startProvider([`${base}/api/wallet/provider/callback`]);
    started.push(provider);
    t.teardown(() => provider.close());
    const secret = join(mkdtempSync(join(tmpdir(), 'yizheng-oidc-')), 'secret');
    writeFileSync(secret, provider.secret);
    return { YIZHENG_OIDC_ISSUER: provider.issuer, YIZHENG_OIDC_CLIENT_ID: CLIENT, YIZHENG_OIDC_CLIENT_SECRET_FILE: secret };
  });
  await run(house, started[0] as TestProvider);
}

async function run(house: House, provider: TestProvider): Promise<void> {
  const clerk = await house.open();
  await withPasskey(clerk, house, 'clerk');
  const { page: phone } = await house.device(t, mkdtempSync(join(tmpdir(), 'yizheng-phone-')));
  const fits = async (name: string): Promise<void> => {
    t.ok((await overflow(phone)) <= 0, `${name} fits a phone`);
    await house.shot(phone, name);
  };
  const face = ((await (await clerk.request.get(`${house.base}/api/licences/${house.licence}`)).json()) as { licence: { face: { name: string; value: string }[] } }).licence.face;
  const valueOf = (field: string): string => face.find(({ name }) => name === field)?.value ?? '';

  await t.test('when the provider knows nobody', async () => {
    provider.account = { code: 'none', name: 'nobody' };
    await phone.goto(`${house.base}/wallet`);
    await phone.getByRole('button', { name: '用身份认证平台登录' }).waitFor();
    await fits('provider-offered');
    await phone.getByRole('button', { name: '用身份认证平台登录' }).click();
    await phone.getByText('没有提供证件号码和名称').waitFor();
    await fits('provider-refused');
  });

  await t.test('when a holder signs in', async (t) => {
    provider.account = { code: valueOf('holderCode'), name: valueOf('holderName') };
    await phone.getByRole('button', { name: '用身份认证平台登录' }).click();
    await phone.getByText('只能查看').waitFor();
    await phone.locator('.wallet-item summary').first().waitFor();
    await fits('provider-reading');
    t.equal(await phone.getByRole('link', { name: '出示证照' }).count(), 0, 'nothing is shown without a device');
    t.equal(await phone.getByRole('button', { name: '停用这部手机' }).count(), 0);
  });

  await t.test('when a clerk signs', async (t) => {
    await clerk.goto(`${house.base}/issue`);
    await clerk.getByRole('link', { name: '身份核验' }).click();
    await clerk.getByRole('button', { name: '签名：身份核验记录' }).click();
    await clerk.getByText('身份已登记').waitFor();
    await clerk.getByRole('button', { name: '签名：登记手机' }).click();
    await clerk.getByText('手机已登记').waitFor();
    await house.shot(clerk, 'provider-clerk');
    await phone.goto(`${house.base}/wallet`);
    await phone.getByRole('link', { name: '出示证照' }).waitFor();
    await phone.getByText('身份认证平台', { exact: true }).waitFor();
    await fits('provider-registered');
    t.equal(await phone.getByText('只能查看').count(), 0);
  });

  await t.test('when another agency goes by it', async (t) => {
    const market = await house.open();
    await signIn(market, house, 'market');
    await market.goto(`${house.base}/issue/identity`);
    await market.getByLabel('证件号码').first().fill(valueOf('holderCode'));
    await market.getByLabel('姓名或名称').first().fill(valueOf('holderName'));
    await market.getByLabel('受理编号').fill('2026-0001');
    await market.getByRole('button', { name: '查询' }).click();
    await market.getByText('已核验，姓名一致').waitFor();
    await house.shot(market, 'identity-relied');
    await market.getByLabel('姓名或名称').first().fill('样例书屋');
    await market.getByRole('button', { name: '查询' }).click();
    await market.getByText('姓名不一致').waitFor();
    await phone.getByRole('link', { name: '谁看过' }).click();
    await phone.locator('article').filter({ hasText: '2026-0001' }).first().waitFor();
    t.match(await phone.locator('article').filter({ hasText: '2026-0001' }).first().innerText(), /您的身份核验记录/);
    await fits('identity-log');
  });

  await t.test('when a holder shows who he is', async (t) => {
    const market = await house.open();
    await signIn(market, house, 'market');
    await market.goto(`${house.base}/verify`);
    await market.getByRole('button', { name: '取核验码' }).click();
    const code = (await market.locator('.big-code').textContent()) ?? '';
    // As the phone's own camera opens it.
    await phone.goto(`${house.base}/wallet/show#${code.replace('-', '')}`);
    await phone.getByLabel('证照', { exact: true }).selectOption({ label: '身份核验 电子营业执照' });
    await fits('identity-show');
    t.equal(await phone.getByLabel('对方的核验码').inputValue(), code.replace('-', ''));
    await phone.getByRole('button', { name: '出示', exact: true }).click();
    await phone.locator('.notice').filter({ hasText: '市场监督管理局' }).waitFor();
    await phone.getByRole('button', { name: '确认出示给对方' }).click();
    await market.getByText('持证人当场出示').waitFor();
    const shown = await market.locator('.ask-holder').innerText();
    t.match(shown, new RegExp(`${valueOf('holderName')}[^]*${valueOf('holderCode')}`));
    await house.shot(market, 'identity-shown');
    await phone.getByText('已被取得').waitFor();
  });

  await t.test('when a holder stands at the counter, and ends a record', async (t) => {
    await clerk.goto(`${house.base}/issue/identity`);
    const form = clerk.locator('form').filter({ hasText: '签名登记' });
    await form.getByLabel('持证人').fill(valueOf('holderCode'));
    await form.getByLabel('证件号码').fill(valueOf('holderCode'));
    await form.getByLabel('姓名或名称').fill(valueOf('holderName'));
    await form.getByLabel('营业执照').check();
    await form.getByRole('button', { name: '签名登记' }).click();
    await clerk.getByText('已登记身份核验记录').waitFor();
    await house.shot(clerk, 'identity-counter');
    await phone.goto(`${house.base}/wallet`);
    await phone.getByText('窗口查验原件').waitFor();
    await phone.getByRole('button', { name: '终止' }).first().click();
    await phone.locator('.chip').filter({ hasText: '已终止' }).waitFor();
    await phone.getByRole('button', { name: 'English' }).click();
    await phone.getByText('original seen at a counter').waitFor();
    await fits('identity-wallet-en');
    t.match(await phone.locator('.chip').first().innerText(), /^[A-Z]/, 'what has ended is said in English too');
  });
}
