/** The self-report as an approver makes and records it, and as an auditor opens and checks it: on a desk, and on a phone in English. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { addDays, type Day } from '#chaincode/facts/calendar';
import { quarterDays, quarterOf } from '#chaincode/facts/report';
import type { ReportFile } from '#gateway/documents/report';
import { chromiumPath, openHouse, overflow, PHONE, signIn, withPasskey, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const now = quarterOf(new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10) as Day);
  const last = quarterOf(addDays(quarterDays(now)?.from ?? ('' as Day), -1));
  const issued = await house.yizheng('clerk', 'issue', '--kind', 'hygiene', '--valid-until', '2029-03-14', ...['holderName=示例浮云餐饮有限公司', 'holderCode=91370303MA99TXT04C', 'personInCharge=测试甲', 'premises=示例市张店区示例路1号', 'scope=住宿', 'number=（演示）鲁卫公证字〔2026〕第882号'].flatMap((field) => ['-f', field]));
  const hygiene = /(1\.2\.156\S+)/.exec(issued)?.[1] ?? '';
  const approver = await house.open();
  const file = join(house.data, 'report.json');

  t.test('when an approver records the last quarter', async (t) => {
    await withPasskey(approver, house, 'approver');
    await approver.goto(`${house.base}/issue`);
    await approver.getByRole('link', { name: '自查报告' }).click();
    await approver.getByRole('heading', { level: 1, name: '自查报告' }).waitFor();
    await approver.getByText('本季度尚未登记报告').waitFor();
    const [saved] = await Promise.all([approver.waitForEvent('download'), approver.getByRole('link', { name: 'JSON' }).click()]);
    await saved.saveAs(file);
    t.match(JSON.parse(readFileSync(file, 'utf8')), { report: { format: 'yizheng/report/1', quarter: last } });
    await approver.getByRole('button', { name: '登记到账本' }).click();
    await approver.getByRole('heading', { name: '第1份' }).waitFor();
    await approver.getByRole('button', { name: '与账本核对' }).click();
    await approver.getByText('报告与账本一致').waitFor();
    await house.shot(approver, 'report-recorded');
    for (const format of ['PDF', 'XLSX']) {
      const [download] = await Promise.all([approver.waitForEvent('download'), approver.getByRole('link', { name: format }).click()]);
      const made = join(house.data, `report.${format.toLowerCase()}`);
      await download.saveAs(made);
      t.equal(readFileSync(made).subarray(0, 4).toString('latin1'), format === 'PDF' ? '%PDF' : 'PK\u0003\u0004');
    }
  });

  t.test('when he looks at the quarter that runs', async (t) => {
    await approver.getByLabel('季度').selectOption({ index: 0 });
    await approver.getByText('季度未结束').waitFor();
    t.equal(await approver.getByRole('button', { name: '登记到账本' }).count(), 0);
    const row = approver.getByRole('row').filter({ hasText: '公共场所卫生许可证' }).filter({ hasText: '发证' });
    await row.getByRole('button').click();
    await approver.locator('.report-rows li').first().waitFor();
    t.equal(await approver.locator('.report-rows li').count(), Number((await row.getByRole('button').innerText()).trim().split(/\s/)[0]), 'as many records as the figure says');
    await house.shot(approver, 'report-desk');
    await approver.getByRole('link', { name: hygiene }).click();
    await approver.getByRole('heading', { name: '公共场所卫生许可证' }).first().waitFor();
  });

  t.test('when an auditor checks what is recorded, on a phone, in English', async (t) => {
    const phone = await house.open({ viewport: { ...PHONE, width: 360 }, locale: 'en-GB' });
    await phone.goto(`${house.base}/audit/report`);
    await phone.getByLabel('Name').fill('auditor');
    await phone.getByLabel('Password').fill(house.password('auditor'));
    await phone.keyboard.press('Enter');
    await phone.getByRole('heading', { level: 1, name: 'Self-report' }).waitFor();
    await phone.getByRole('heading', { name: 'No. 1' }).waitFor();
    t.equal(await phone.getByRole('button', { name: 'Record on the ledger' }).count(), 0, 'he records nothing');
    const changed = JSON.parse(readFileSync(file, 'utf8')) as ReportFile;
    const forged = join(house.data, 'forged.json');
    writeFileSync(forged, JSON.stringify({ ...changed, report: { ...changed.report, figures: [{ figure: 'licence.issue', of: '11370000000000000T901', count: 40_000 }] } }));
    await phone.locator('input[type=file]').setInputFiles(forged);
    await phone.getByText('does not agree with the ledger').first().waitFor();
    t.match(await phone.locator('.report-differences').innerText(), /report 40000, ledger 0/);
    t.equal(await overflow(phone), 0, 'nothing is wider than the screen');
    await house.shot(phone, 'report-phone-check');
    await phone.locator('input[type=file]').setInputFiles(file);
    await phone.getByText('The report agrees with the ledger').waitFor();
    await phone.getByLabel('Quarter').selectOption({ index: 0 });
    await phone.locator('.report-count').first().waitFor();
    await phone.locator('.report-count').first().focus();
    await phone.keyboard.press('Enter');
    await phone.locator('.report-rows li').first().waitFor();
    t.equal(await overflow(phone), 0);
    await house.shot(phone, 'report-phone');
  });

  t.test('when a clerk opens the address', async (t) => {
    const clerk = await house.open();
    await signIn(clerk, house, 'clerk');
    t.equal(await clerk.getByRole('link', { name: '自查报告' }).count(), 0);
    await clerk.goto(`${house.base}/issue/report`);
    await clerk.getByText('此页供审计人员及本机关批准人').waitFor();
  });
}
