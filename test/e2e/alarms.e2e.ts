/** Alarms in the browser: a clerk who reads too much, seen by the auditor on a telephone and by the registrar. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { chromiumPath, openHouse, overflow, signIn, type House } from './support.js';

/** The first look comes ten seconds after the start, the next ones each minute. */
const LOOKED_MS = 80_000;
const path = chromiumPath();
const directory = mkdtempSync(join(tmpdir(), 'yizheng-alarm-rule-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
writeFileSync(join(directory, 'alarms.json'), JSON.stringify({ reading: { hour: { most: 2 } } }));
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path, async () => ({ YIZHENG_ALARMS: join(directory, 'alarms.json') })));

async function run(house: House): Promise<void> {
  const clerk = await house.open();
  const auditor = await house.open({ viewport: { width: 360, height: 780 } });
  await signIn(clerk, house, 'clerk');
  for (let i = 0; i < 4; i++) {
    await clerk.goto(house.licence.startsWith('http') ? house.licence : `${house.base}/l/${house.licence}`);
    await clerk.locator('.verdict-line').first().waitFor();
  }

  t.test('when a clerk reads more than anybody may', async (t) => {
    await signIn(auditor, house, 'auditor');
    await auditor.getByRole('link', { name: '告警' }).click();
    await auditor.getByRole('heading', { name: '告警', exact: true }).waitFor();
    const unusual = auditor.locator('.alarm', { hasText: '查阅量异常' });
    for (const until = Date.now() + LOOKED_MS; Date.now() < until && (await unusual.count()) === 0;) {
      await auditor.waitForTimeout(2_000);
      await auditor.reload();
      await auditor.getByText('由记录得出').waitFor();
    }
    await unusual.waitFor();
    t.match(await unusual.textContent(), /严重.*次（一小时内）.*怎么办/s, 'how bad, how much, and what to do');
    await auditor.locator('.alarm', { hasText: '账本头没有去处' }).waitFor();
    t.equal(await overflow(auditor), 0, 'on a phone');
    await unusual.getByRole('button', { name: '已知悉' }).click();
    await unusual.getByText('已知悉：').waitFor();
    await house.shot(auditor, 'alarms-phone');
    await unusual.getByRole('link', { name: '去处理' }).click();
    await auditor.getByRole('heading', { name: '用证记录' }).waitFor();
    t.match(await auditor.getByLabel('经办人编号').inputValue(), /^[\w-]{22}$/, 'the records of that person');
    await auditor.locator('.audit-use').nth(2).waitFor();
  });

  t.test('when the registrar looks, in English', async (t) => {
    const registrar = await house.open({ locale: 'en-GB' });
    await registrar.goto(`${house.base}/issue/alarms`);
    await registrar.getByLabel('Name').fill('registrar');
    await registrar.getByLabel('Password').fill(house.password('registrar'));
    await registrar.keyboard.press('Enter');
    const unusual = registrar.locator('.alarm', { hasText: 'One person reads unusually much' });
    await unusual.getByText('Seen by ').waitFor();
    t.equal(await unusual.getByRole('button', { name: 'I have seen it' }).isEnabled(), true, 'it is hidden from nobody');
    await house.shot(registrar, 'alarms-desk-en');
    await registrar.goto(`${house.base}/audit/heads`);
    await registrar.getByText('No other agency has sent one').waitFor();
  });

  t.test('when a clerk opens the page', async (t) => {
    await clerk.goto(`${house.base}/issue/alarms`);
    await clerk.getByText('此页供登记管理员和审计人员使用').waitFor();
    t.equal(await clerk.locator('.alarm').count(), 0);
  });

  t.test('when a timer asks at the command line', async (t) => {
    const failed = await house.yizheng('auditor', 'alarms').then(() => undefined, (error: { code: number; stdout: string }) => error);
    t.equal(failed?.code, 11, 'a critical one is open');
    t.match(failed?.stdout, /One person reads unusually much/);
    t.match(await house.yizheng('auditor', 'alarms', '--seen', 'head-nowhere:heads'), /seen by/);
    const refused = await house.yizheng('clerk', 'alarms').then(() => undefined, (error: { code: number }) => error.code);
    t.equal(refused, 3);
  });
}
