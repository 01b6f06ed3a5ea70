/** The wallet on a phone: paired at the counter, licences and their code, a request approved on the phone and taken back, who looked. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { chromiumPath, openHouse, overflow, withPasskey, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  const { page: phone } = await house.device(t, mkdtempSync(join(tmpdir(), 'yizheng-phone-')));
  const fits = async (name: string): Promise<void> => {
    t.equal(await overflow(phone), 0, `${name} fits a phone`);
    await house.shot(phone, name);
  };
  const number = async (): Promise<string> => (await phone.locator('.certificate-numbers dd').first().textContent()) ?? '';
  /** The holder of the demo's food permit. */
  let organisation = '';
  let permit = '';

  await t.test('when a phone is paired at the counter', async (t) => {
    await withPasskey(clerk, house, 'clerk');
    organisation = ((await (await clerk.request.get(`${house.base}/api/licences/${house.licence}`)).json()) as { licence: { face: { name: string; value: string }[] } }).licence.face.find(({ name }) => name === 'holderCode')?.value ?? '';
    t.match(organisation, /^[0-9A-Z]{18}$/);
    await clerk.goto(`${house.base}/issue`);
    await clerk.getByRole('link', { name: '登记持证人设备' }).click();
    await clerk.getByLabel('统一社会信用代码').fill(organisation);
    await clerk.keyboard.press('Enter');
    const code = (await clerk.locator('.big-code').textContent()) ?? '';
    await house.shot(clerk, 'wallet-counter-code');
    await phone.goto(`${house.base}/wallet`);
    await fits('wallet-code');
    await phone.getByLabel('一次性代码').fill('ABC-DEFG-HJKM');
    await phone.keyboard.press('Enter');
    await phone.getByText('一次性代码不正确').waitFor();
    await phone.getByLabel('一次性代码').fill(code.toLowerCase());
    await phone.keyboard.press('Enter');
    await phone.getByText('等待工作人员签名登记').waitFor();
    await fits('wallet-compare');
    await clerk.getByText('请与手机上的数字逐位核对').waitFor();
    t.equal(await clerk.locator('.big-code').textContent(), await phone.locator('.big-code').textContent(), 'both see the same digits');
    await clerk.getByLabel('营业执照').check();
    await house.shot(clerk, 'wallet-counter-compare');
    await clerk.getByRole('button', { name: '数字一致，签名登记' }).click();
    await clerk.getByText('已登记，持证人的手机可以登录').waitFor();
    await phone.getByRole('heading', { name: '我的证照' }).waitFor();
    const key = await phone.evaluate(() => new Promise<{ extractable: boolean }>((resolve) => {
      const opening = indexedDB.open('yizheng-wallet');
      opening.onsuccess = () => { const asked = opening.result.transaction('device').objectStore('device').get('mine'); asked.onsuccess = () => { resolve({ extractable: (asked.result as { key: CryptoKey }).key.extractable }); opening.result.close(); }; };
    }));
    t.equal(key.extractable, false, 'nobody reads the key, the page neither');
  });

  await t.test('when the holder shows a licence', async (t) => {
    await phone.locator('.wallet-item summary').first().waitFor();
    await fits('wallet-licences');
    await phone.locator('.wallet-item summary').first().focus();
    await phone.keyboard.press('Enter');
    await phone.locator('.wallet-qr').waitFor();
    t.ok(await phone.locator('.wallet-qr').evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth > 0)), 'the code of the paper');
    permit = await number();
    t.not(permit, '');
    await fits('wallet-licence');
    const pdf = await phone.request.get(`${house.base}${(await phone.locator('.wallet-item a.button').first().getAttribute('href')) ?? ''}`);
    t.strictSame([pdf.status(), (await pdf.body()).subarray(0, 5).toString()], [200, '%PDF-']);
  });

  await t.test('when a printed certificate waits for the holder', async (t) => {
    await house.yizheng('clerk', 'print', 'order', permit);
    await house.yizheng('clerk', 'print', 'print', permit, '--out', join(mkdtempSync(join(tmpdir(), 'yizheng-print-')), 'print.pdf'));
    await house.yizheng('approver', 'print', 'seal', permit);
    const code = /pick-up code (\S+)/.exec(await house.yizheng('clerk', 'print', 'release', permit))?.[1] ?? '';
    await phone.goto(`${house.base}/wallet`);
    await phone.locator('.wallet-item summary', { hasText: '待领取' }).click();
    t.equal((await phone.locator('.notice .code').textContent())?.replace(' ', ''), code, 'the code that the clerk was told');
    await fits('wallet-pick-up');
  });

  await t.test('when an agency asks, and the holder agrees and takes it back', async (t) => {
    const asked = await house.yizheng('market', 'grant', 'ask', '--licence', `${permit}=number,scope`, '--purpose', 'INSPECTION', '--days', '30', '--uses', '3');
    const link = /\S+\/grant#\S+/.exec(asked)?.[0] ?? '';
    await house.yizheng('market', 'grant', 'ask', '--licence', `${permit}=number`, '--purpose', 'CREDIT', '--days', '30', '--uses', '1');
    await phone.goto(link);
    await phone.getByRole('button', { name: '同意并签名' }).first().waitFor();
    await fits('wallet-request');
    await phone.getByRole('button', { name: 'English' }).click();
    await phone.getByRole('button', { name: 'Agree and sign' }).first().waitFor();
    await fits('wallet-request-en');
    await phone.getByRole('button', { name: '中文' }).click();
    await phone.locator('article').filter({ hasText: '信贷审查' }).getByRole('button', { name: '不同意' }).click();
    await phone.getByText('已拒绝').waitFor();
    await phone.locator('article').filter({ hasText: '监督检查' }).getByRole('button', { name: '同意并签名' }).click();
    await phone.getByText('已签名授权').waitFor();
    await phone.locator('.chip').filter({ hasText: '有效' }).waitFor();
    await fits('wallet-granted');
    const grant = new URL(link).hash.slice(1);
    t.match(await house.yizheng('market', 'use', permit, '--grant', grant, '--purpose', 'INSPECTION', '--case', '2026-0001', '--fields', 'number'), /number|许可证编号/);
    await phone.getByRole('button', { name: '收回授权' }).click();
    await phone.getByText('已收回授权').waitFor();
    await t.rejects(house.yizheng('market', 'use', permit, '--grant', grant, '--purpose', 'INSPECTION', '--case', '2026-0002', '--fields', 'number'), 'not once after it was taken back');
    await fits('wallet-taken-back');
  });

  await t.test('when the holder looks who looked', async (t) => {
    await phone.getByRole('link', { name: '谁看过' }).click();
    const entry = phone.locator('article').filter({ hasText: '2026-0001' });
    await entry.waitFor();
    t.match(await entry.innerText(), /监督检查[\s\S]*您的授权/);
    await fits('wallet-log');
  });

  await t.test('when the phone is reported lost', async (t) => {
    const { devices } = (await (await clerk.request.get(`${house.base}/api/devices?organisation=${organisation}`)).json()) as { devices: { id: string }[] };
    await house.yizheng('clerk', 'device', 'lost', devices[0]?.id ?? '');
    await phone.goto(`${house.base}/wallet`);
    await phone.getByText('已挂失或停用').waitFor();
    t.equal(await phone.locator('.wallet-item').count(), 0);
    await fits('wallet-ended');
  });

  await t.test('when the next phone needs two persons', async (t) => {
    const approver = await house.open();
    await withPasskey(approver, house, 'approver');
    await phone.getByRole('button', { name: '重新登记' }).click();
    await clerk.goto(`${house.base}/issue/pairing`);
    await clerk.getByLabel('统一社会信用代码').fill(organisation);
    await clerk.keyboard.press('Enter');
    await phone.getByLabel('一次性代码').fill((await clerk.locator('.big-code').textContent()) ?? '');
    await phone.keyboard.press('Enter');
    await clerk.getByLabel('身份证').check();
    await clerk.getByRole('button', { name: '数字一致，签名登记' }).click();
    await clerk.getByText('已签名，等待另一人签名').waitFor();
    await phone.getByText('等待工作人员签名登记').waitFor();
    await approver.goto(`${house.base}/issue/proposals`);
    t.equal(await approver.locator('.device-digits').textContent(), await phone.locator('.big-code').textContent(), 'the second person compares too');
    await house.shot(approver, 'wallet-second-person');
    await approver.getByRole('button', { name: '用通行密钥签名' }).click();
    await phone.getByRole('heading', { name: '我的证照' }).waitFor();
    await fits('wallet-again');
  });
}
