/** The verify door as a verifier meets it: by link, number, wrong entry, keyboard, phone, language, and without a network. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { chromiumPath, headline, openHouse, overflow, PHONE, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  t.test('when somebody opens the link of a licence', async (t) => {
    const page = await house.open();
    await page.goto(`${house.base}/l/${house.licence}`);
    await page.locator('.verdict-line').waitFor();
    t.equal(await headline(page), '有效');
    t.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    t.match(await page.locator('.certificate').innerText(), /食品经营许可证[\s\S]*JY23703039999014[\s\S]*至/);
    t.match(await page.locator('.watermark').innerText(), /样例 非有效证照/);
    t.equal(await page.locator('.certificate svg.seal').count(), 1);
    t.notMatch(await page.locator('main').innerText(), /测试甲/, 'no person\'s name for the public');
    t.match(await page.locator('.timeline').innerText(), /核发/);
    t.equal(await page.locator('h1').count(), 1);
    await house.shot(page, 'licence');
  });

  t.test('when a number is entered', async (t) => {
    const page = await house.open();
    await page.goto(`${house.base}/verify`);
    await page.getByRole('textbox').fill('jy13703039999026');
    await page.getByRole('button', { name: '核验', exact: true }).click();
    await page.locator('.verdict-line').waitFor();
    t.equal(await headline(page), '暂停使用');
    t.match(await page.locator('.verdict').innerText(), /责令整改期间/);
    await page.getByRole('textbox').fill('（演示）鲁卫公证字〔2026〕第0001号');
    await page.keyboard.press('Enter');
    await page.getByText('公共场所卫生许可证').first().waitFor();
    t.equal(await headline(page), '有效', 'a number full of Chinese characters');
    await page.getByRole('textbox').fill('JY99999999999999');
    await page.keyboard.press('Enter');
    t.match(await page.getByRole('alert').filter({ hasText: /没有查到/ }).innerText(), /核对编号/, 'an unknown number is no verdict');
    t.equal(await page.locator('.verdict').count(), 0);
  });

  t.test('when one character of an identifier is wrong', async (t) => {
    const page = await house.open();
    await page.goto(`${house.base}/verify`);
    const last = house.licence.at(-1) === 'A' ? 'B' : 'A';
    await page.getByRole('textbox').fill(house.licence.slice(0, -1) + last);
    await page.keyboard.press('Enter');
    t.match(await page.getByRole('alert').filter({ hasText: /校验位/ }).innerText(), /输入有误，请逐字核对/);
    t.equal(await page.evaluate(() => document.activeElement?.id), 'presented', 'the reader is back at the field');
    t.equal(await page.locator('.verdict').count(), 0, 'a typing error is no verdict');
  });

  t.test('when only a keyboard is there', async (t) => {
    const page = await house.open();
    await page.goto(house.base);
    const reach = async (wanted: string) => {
      for (let i = 0; i < 20; i++) {
        await page.keyboard.press('Tab');
        if ((await page.evaluate(() => document.activeElement?.textContent ?? '')).includes(wanted)) return true;
      }
      return false;
    };
    await page.keyboard.press('Tab');
    t.equal(await page.evaluate(() => document.activeElement?.className), 'skip', 'first comes the way past the head');
    t.ok(await reach('扫码、输入编号'), 'the door is reached');
    t.not(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle), 'none', 'and one sees where one is');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '核验证照' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type(house.licence);
    await page.keyboard.press('Enter');
    await page.locator('.verdict-line').waitFor();
    t.equal(await headline(page), '有效');
    t.ok(await page.evaluate(() => document.activeElement?.classList.contains('verdict-line')), 'the result has the focus');
  });

  t.test('when English is chosen', async (t) => {
    const page = await house.open();
    await page.goto(`${house.base}/l/${house.licence}`);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByText('Food business permit').first().waitFor();
    t.equal(await headline(page), 'Valid');
    t.equal(await page.locator('html').getAttribute('lang'), 'en');
    await page.reload();
    await page.locator('.verdict-line').waitFor();
    t.equal(await headline(page), 'Valid', 'and remembered');
    await house.shot(page, 'licence-en');
    const other = await house.open({ locale: 'en-GB' });
    await other.goto(house.base);
    await other.getByRole('heading', { name: 'Issued once' }).waitFor();
    t.equal(await other.locator('html').getAttribute('lang'), 'en', 'a browser that speaks English gets English');
  });

  t.test('when everybody may see what is still to come', async (t) => {
    const open = KINDS.flatMap(({ conditions, ...kind }) => (kind.type === KIND.hygiene && conditions ? [{ op: 'kind.put', ...kind, conditions: { ...conditions, public: true } }] : []));
    const file = join(house.data, 'open.json');
    writeFileSync(file, JSON.stringify(open));
    await house.yizheng('administrator', 'register', file);
    const due = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    const face = { holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试甲', premises: '示例市张店区示例路1号', scope: '住宿', number: '（演示）鲁卫公证字〔2026〕第882号' };
    await house.yizheng('clerk', 'issue', '--kind', 'hygiene', '--valid-until', '2029-03-14', '--condition', `LAYOUT=${due}=flag`, ...Object.entries(face).flatMap(([name, value]) => ['-f', `${name}=${value}`]));
    t.match(await house.yizheng('clerk', 'verify', face.number), new RegExp(`condition +LAYOUT 平面布置图 {2}open {2}due ${due}`));
    const page = await house.open({ viewport: PHONE });
    await page.goto(`${house.base}/verify`);
    await page.getByRole('textbox').fill(face.number);
    await page.keyboard.press('Enter');
    const papers = page.locator('.conditions');
    t.match(await papers.innerText(), /待补材料[\s\S]*平面布置图 · 待补 · 补交期限/);
    t.equal(await headline(page), '有效', 'it is in force without them');
    await house.shot(page, 'conditions');
    await page.getByRole('link', { name: '查看证照' }).first().click();
    await page.locator('.certificate').waitFor();
    t.match(await papers.innerText(), /平面布置图/, 'and on its own page');
    t.equal(await overflow(page), 0);
    await house.shot(page, 'conditions-page');
  });

  t.test('when the network is gone', async (t) => {
    const page = await house.open();
    await page.goto(`${house.base}/verify`);
    await page.route('**/api/verify', (route) => route.abort());
    await page.getByRole('textbox').fill(house.licence);
    await page.keyboard.press('Enter');
    await page.locator('.verdict-line').waitFor();
    t.equal(await headline(page), '暂时无法核验（不代表证照无效）');
    await house.shot(page, 'unreachable');
    await page.unroute('**/api/verify');
    await page.getByRole('button', { name: '重试' }).click();
    await page.getByText('证照真实，现在可以使用').waitFor();
    t.equal(await headline(page), '有效');
  });

  t.test('when the screen is a phone', async (t) => {
    const page = await house.open({ viewport: PHONE });
    for (const address of ['/', '/verify', `/l/${house.licence}`, '/issue', '/q#1.AAAA', '/nowhere-issue', '/l/1.2.3']) {
      await page.goto(`${house.base}${address}`);
      await page.waitForLoadState('networkidle');
      t.ok((await overflow(page)) <= 0, `${address} does not scroll sideways`);
      const small = await page.locator('a.button, button, .door, nav a').evaluateAll((all) => all.filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.textContent));
      t.same(small, [], `${address}: everything to press is at least 44 pixels high`);
      await house.shot(page, `phone${address.replaceAll(/[^a-z]/g, '-').slice(0, 20)}`);
    }
  });
}
