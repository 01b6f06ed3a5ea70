/** Accounts in a browser: a passkey registered, approved at the registrar's desk and used to sign in alone; passwords changed; sessions ended. */
import type { Page } from 'playwright-core';
import t from 'tap';
import { chromiumPath, openHouse, overflow, PHONE, signIn, withAuthenticator, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

/** @returns the id of the key, as its owner sees it */
async function register(page: Page, house: House): Promise<string> {
  const keys = page.locator('.key-id');
  await page.goto(`${house.base}/issue/account`);
  await page.waitForLoadState('networkidle');
  const before = await keys.allTextContents();
  await page.getByRole('button', { name: '登记新的通行密钥' }).click();
  await page.getByText('已提交，等待登记管理员批准').waitFor();
  await keys.nth(before.length).waitFor();
  return (await keys.allTextContents()).find((key) => !before.includes(key)) ?? '';
}
async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.getByRole('button', { name: '退出登录' }).waitFor({ state: 'detached' });
}
async function byPasskey(page: Page, house: House): Promise<void> {
  await page.goto(`${house.base}/issue`);
  await page.getByRole('button', { name: '用通行密钥登录' }).click();
}
const alertOf = (page: Page): Promise<string> => page.getByRole('alert').innerText();
const sheetOf = (page: Page, title: string) => page.locator('.proposal').filter({ has: page.getByRole('heading', { name: title }) });

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  const registrar = await house.open();
  for (const page of [clerk, registrar]) await withAuthenticator(page);
  let clerkKey = '';

  t.test('when a device holds no passkey, or one that still waits', async (t) => {
    await byPasskey(clerk, house);
    t.match(await alertOf(clerk), /没有收到通行密钥[\s\S]*密码/);
    await signIn(clerk, house, 'clerk');
    clerkKey = await register(clerk, house);
    await signOut(clerk);
    await byPasskey(clerk, house);
    await clerk.getByText('尚待登记管理员批准').waitFor();
    t.match(await alertOf(clerk), /PASSKEY_PENDING/);
    await clerk.getByRole('button', { name: 'English' }).click();
    t.match(await alertOf(clerk), /still waits for the registrar/);
    await clerk.getByRole('button', { name: '中文' }).click();
    await house.shot(clerk, 'passkey-pending');
  });

  t.test('when the registrar has no passkey', async (t) => {
    await signIn(registrar, house, 'registrar');
    await registrar.getByRole('link', { name: '人员' }).click();
    const row = sheetOf(registrar, '承办人 clerk');
    await row.waitFor();
    t.match(await row.innerText(), new RegExp(`yizheng passkeys --approve ${clerkKey} --key`), 'the command is told');
    t.match(await registrar.locator('.notice-signing').innerText(), /您还没有可用的通行密钥/);
    t.equal(await registrar.getByRole('button', { name: /签名批准/ }).count(), 0);
    await house.shot(registrar, 'staff-without-key');
    const own = await register(registrar, house);
    await house.yizheng('registrar', 'passkeys', `--approve=${own}`);
  });

  t.test("when the registrar approves with a passkey of the registrar's own", async (t) => {
    await registrar.goto(`${house.base}/issue/staff`);
    const row = sheetOf(registrar, '承办人 clerk');
    await row.waitFor();
    t.match(await row.innerText(), new RegExp(`${clerkKey}`), 'the key id, to compare');
    const approve = row.getByRole('button', { name: /签名批准 承办人 clerk/ });
    await approve.focus();
    await registrar.keyboard.press('Enter');
    await registrar.getByText('已批准并写入账本：承办人 clerk').waitFor();
    t.match(await registrar.locator('.receipt').innerText(), /交易编号[\s\S]*区块/);
    t.ok(await registrar.locator('.receipt h2').evaluate((heading) => heading === document.activeElement), 'the result has the focus');
    t.equal(await row.count(), 0, 'it waits no more');
    await house.shot(registrar, 'staff-approved');
  });

  t.test('when a passkey signs in alone', async (t) => {
    await clerk.goto(`${house.base}/issue`);
    await clerk.getByLabel('用户名').focus();
    for (let i = 0; i < 3; i++) await clerk.keyboard.press('Tab');
    t.equal(await clerk.evaluate(() => document.activeElement?.textContent?.trim()), '用通行密钥登录', 'reached by keyboard');
    await clerk.keyboard.press('Enter');
    await clerk.getByRole('heading', { name: '本机关证照' }).waitFor();
    t.match(await clerk.locator('.who').innerText(), /承办人 clerk/);
    await clerk.reload();
    await clerk.locator('.licence-list').waitFor();
    const method = () => clerk.evaluate(async () => ((await fetch('/api/session')).json() as Promise<{ method?: string }>).then((session) => session.method));
    t.equal(await method(), 'webauthn');
    await house.shot(clerk, 'passkey-signed-in');
    await signOut(clerk);
    await byPasskey(clerk, house);
    await clerk.getByRole('heading', { name: '本机关证照' }).waitFor();
    t.equal(await method(), 'webauthn', 'and again, with a counter that went up');
  });

  t.test('when the page is opened under another name', async (t) => {
    const elsewhere = await house.open();
    await withAuthenticator(elsewhere);
    await elsewhere.goto(`${house.base.replace('localhost', '127.0.0.1')}/issue`);
    await elsewhere.getByRole('button', { name: '用通行密钥登录' }).click();
    t.match(await alertOf(elsewhere), /不能在此网址使用/);
    await elsewhere.getByLabel('用户名').fill('clerk');
    await elsewhere.getByLabel('密码').fill(house.password('clerk'));
    await elsewhere.keyboard.press('Enter');
    await elsewhere.locator('.licence-list').waitFor();
    t.equal(await elsewhere.getByRole('alert').count(), 0, 'the password works as ever');
  });

  t.test('when the registrar rejects', async (t) => {
    const approver = await house.open();
    await withAuthenticator(approver);
    await signIn(approver, house, 'approver');
    await register(approver, house);
    await registrar.goto(`${house.base}/issue/staff`);
    await sheetOf(registrar, '批准人 approver').getByRole('button', { name: /不予批准/ }).click();
    await registrar.getByText('未予批准，账本上没有记录：批准人 approver').waitFor();
    await approver.reload();
    await approver.getByText('未获批准', { exact: true }).waitFor();
    await signOut(approver);
    await byPasskey(approver, house);
    t.match(await alertOf(approver), /密钥未被接受/);
  });

  t.test('when a record changes while the registrar looks at it', async (t) => {
    const keys: string[] = [];
    for (let device = 0; device < 2; device++) {
      const branch = await house.open();
      await withAuthenticator(branch);
      await signIn(branch, house, 'branch');
      keys.push(await register(branch, house));
    }
    await registrar.goto(`${house.base}/issue/staff`);
    const rows = sheetOf(registrar, '镇便民服务中心 town branch');
    const second = rows.filter({ hasText: keys[1] ?? '' });
    await second.waitFor();
    // Meanwhile the first is approved at the command line: what the page shows of the second has lost it.
    await house.yizheng('registrar', 'passkeys', `--approve=${keys[0] ?? ''}`);
    await second.getByRole('button', { name: /签名批准/ }).click();
    await registrar.getByText('登记信息刚有变动').waitFor();
    await rows.filter({ hasText: keys[0] ?? '' }).waitFor({ state: 'detached' });
    t.equal(await rows.count(), 1, 'the list is read anew, and nothing was signed');
    await second.getByRole('button', { name: /签名批准/ }).click();
    await registrar.getByText('已批准并写入账本：镇便民服务中心 town branch').waitFor();
    t.equal(await registrar.getByText('登记信息刚有变动').count(), 0);
  });

  t.test('when the password is changed', async (t) => {
    const market = await house.open();
    const elsewhere = await house.open();
    await signIn(market, house, 'market');
    await signIn(elsewhere, house, 'market');
    await market.getByRole('link', { name: /我的账号/ }).click();
    const change = async (old: string, next: string, again = next) => {
      await market.getByLabel('原密码').fill(old);
      await market.getByLabel('新密码', { exact: true }).fill(next);
      await market.getByLabel('再次输入新密码').fill(again);
      await market.keyboard.press('Enter');
    };
    await change('not the old password', 'a sentence will do nicely');
    await market.getByText('原密码不正确').waitFor();
    t.ok(await market.getByLabel('原密码').evaluate((field) => field === document.activeElement), 'the faulty field has the focus');
    await change(house.password('market'), 'short');
    await market.getByText('密码至少 12 个字符').waitFor();
    await change(house.password('market'), 'a sentence will do nicely', 'another sentence');
    await market.getByText('两次输入的新密码不一致').waitFor();
    await house.shot(market, 'password-faults');
    await change(house.password('market'), 'a sentence will do nicely');
    await market.getByText('密码已修改').waitFor();
    await market.reload();
    await market.getByRole('heading', { name: '我的账号' }).waitFor();
    t.equal(await market.getByLabel('用户名').count(), 0, 'this session goes on');
    await elsewhere.getByLabel('证照类型').selectOption({ index: 1 });
    await elsewhere.getByText('已填写的内容不会丢失').waitFor();
    await elsewhere.getByLabel('用户名').fill('market');
    await elsewhere.getByLabel('密码').fill('a sentence will do nicely');
    await elsewhere.keyboard.press('Enter');
    await elsewhere.getByText('已填写的内容不会丢失').waitFor({ state: 'detached' });
    t.ok(await elsewhere.locator('.who').isVisible(), 'the other one signs in with the new password');
  });

  t.test('when a session is ended', async (t) => {
    const clerkElsewhere = await house.open();
    await signIn(clerkElsewhere, house, 'clerk');
    const cookies = await clerkElsewhere.context().cookies();
    const thief = await house.open();
    await thief.context().addCookies(cookies);
    const status = () => thief.evaluate(async () => (await fetch('/api/session')).status);
    await thief.goto(`${house.base}/verify`);
    t.equal(await status(), 200, 'a stolen cookie is good');
    await clerkElsewhere.route('**/api/session', (route) => (route.request().method() === 'DELETE' ? route.abort() : route.continue()));
    await clerkElsewhere.getByRole('button', { name: '退出登录' }).click();
    await clerkElsewhere.getByText('没有退出登录').waitFor();
    t.equal(await clerkElsewhere.getByRole('button', { name: '退出登录' }).count(), 1, 'a lost sign-out is not shown as done');
    await clerkElsewhere.unroute('**/api/session');
    await signOut(clerkElsewhere);
    t.equal(await status(), 401, 'until its owner signs out');

    await signIn(clerkElsewhere, house, 'clerk');
    await registrar.goto(`${house.base}/issue/staff`);
    await registrar.getByLabel('姓名、用户名或机关').fill('承办人 clerk');
    await registrar.keyboard.press('Enter');
    const row = registrar.locator('.staff-row');
    await row.filter({ hasText: '审计 auditor' }).waitFor({ state: 'detached' });
    await row.first().waitFor();
    t.equal(await row.count(), 2, 'those whose names hold it');
    await row.getByRole('button', { name: '结束全部登录 承办人 clerk', exact: true }).click();
    await row.getByText('已结束全部登录').waitFor();
    await clerkElsewhere.getByLabel('证照类型').selectOption({ index: 1 });
    await clerkElsewhere.getByText('已填写的内容不会丢失').waitFor();
    t.equal(await clerkElsewhere.evaluate(async () => (await fetch('/api/session')).status), 401, 'or the registrar ends it');
  });

  t.test('when the registrar enters somebody new', async (t) => {
    await registrar.goto(`${house.base}/issue/staff`);
    await registrar.getByRole('button', { name: '登记新人员' }).click();
    await registrar.getByRole('button', { name: '用通行密钥签名', exact: true }).click();
    t.ok(await registrar.getByLabel('姓名', { exact: true }).evaluate((field) => field === document.activeElement), 'what is missing has the focus');
    await registrar.getByLabel('姓名', { exact: true }).fill('测试乙');
    await registrar.getByLabel('用户名', { exact: true }).fill('clerk');
    await registrar.getByLabel('承办', { exact: false }).first().check();
    await house.shot(registrar, 'staff-new');
    await registrar.getByRole('button', { name: '用通行密钥签名', exact: true }).click();
    await registrar.getByText('该用户名已被使用').waitFor();
    await registrar.getByLabel('用户名', { exact: true }).fill('window7');
    await registrar.getByRole('button', { name: '用通行密钥签名', exact: true }).click();
    const slip = registrar.locator('.receipt').filter({ hasText: '已写入：测试乙' });
    await slip.waitFor();
    await house.shot(registrar, 'staff-slip');
    const password = (await slip.locator('code').allTextContents())[1] ?? '';
    t.match(password, /^(....-){3}....$/);
    t.equal(await registrar.locator('.staff-row').filter({ hasText: 'window7' }).count(), 1, 'entered once, however often it was sent');

    const newcomer = await house.open({ viewport: PHONE });
    await newcomer.goto(`${house.base}/issue`);
    await newcomer.getByLabel('用户名').fill('window7');
    await newcomer.getByLabel('密码').fill(password);
    await newcomer.keyboard.press('Enter');
    await newcomer.getByLabel('新密码', { exact: true }).fill('一句自己的话，不短于十二个字');
    await newcomer.getByLabel('再次输入新密码').fill('另一句');
    await newcomer.keyboard.press('Enter');
    await newcomer.getByText('两次输入的新密码不一致').waitFor();
    await house.shot(newcomer, 'phone-first-password');
    await newcomer.getByLabel('再次输入新密码').fill('一句自己的话，不短于十二个字');
    await newcomer.keyboard.press('Enter');
    await newcomer.getByRole('heading', { name: '本机关证照' }).waitFor();

    const row = registrar.locator('.staff-row').filter({ hasText: 'window7' });
    await registrar.reload();
    await row.getByRole('button', { name: /修改/ }).click();
    await registrar.getByLabel('在岗').uncheck();
    await registrar.getByRole('button', { name: '用通行密钥签名', exact: true }).click();
    await registrar.getByText('已写入：测试乙').waitFor();
    await row.getByText('已停用').waitFor();
    await newcomer.reload();
    await newcomer.getByLabel('用户名').waitFor();
    t.equal(await newcomer.evaluate(async () => (await fetch('/api/session')).status), 401, 'who is dismissed is out at once');
  });

  t.test('when the pages of staff are read in English on a phone', async (t) => {
    const phone = await house.open({ viewport: PHONE, locale: 'en-GB' });
    await phone.context().addCookies(await registrar.context().cookies());
    await phone.addInitScript(() => localStorage.setItem('yizheng.signed-in', 'yes'));
    for (const [address, heading] of [['/issue', 'Licences of your agency'], ['/issue/staff', 'Staff and passkeys'], ['/issue/account', 'My account'], ['/issue/proposals', 'Waiting for signatures'], ['/issue/jobs', 'In bulk']] as const) {
      await phone.goto(`${house.base}${address}`);
      await phone.getByRole('heading', { name: heading, level: 1 }).waitFor();
      await phone.waitForLoadState('networkidle');
      t.ok((await overflow(phone)) <= 0, `${address} does not scroll sideways`);
      const small = await phone.locator('a.button, button, nav a, .who').evaluateAll((all) => all.filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.textContent));
      t.same(small, [], `${address}: everything to press is at least 44 pixels high`);
      await house.shot(phone, `phone-en${address.replaceAll('/', '-')}`);
    }
  });
}
