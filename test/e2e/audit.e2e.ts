/** The audit door as an auditor walks through it: acts, the whole history of a licence, as of a day, a holder, charts; and the work that a fallen licence leaves to a clerk. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { chromiumPath, openHouse, overflow, PHONE, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const auditor = await house.open();
  const issued = await house.yizheng('clerk', 'issue', '--kind', 'hygiene', '--valid-until', '2029-03-14', ...['holderName=示例浮云餐饮有限公司', 'holderCode=91370303MA99TXT04C', 'personInCharge=测试甲', 'premises=示例市张店区示例路1号', 'scope=住宿', 'number=（演示）鲁卫公证字〔2026〕第881号'].flatMap((field) => ['-f', field]));
  const hygiene = /(1\.2\.156\S+)/.exec(issued)?.[1] ?? '';
  const food = 'JY23703039999014';
  const composite = await house.yizheng('clerk', 'issue', '--kind', '行业综合许可证（宾馆）', '--member', food, '--member', hygiene, ...['holderName=示例浮云餐饮有限公司', 'holderCode=91370303MA99TXT04C', 'personInCharge=测试甲', 'premises=示例市张店区示例路1号', 'number=（演示）行综字〔2026〕1号'].flatMap((field) => ['-f', field]));
  await house.yizheng('clerk', 'suspend', hygiene, '--reason', 'RECTIFICATION', '--basis', 'SPAQF-124', '--doc-no', '张审批（演示）停字〔2026〕第5号');
  await house.yizheng('clerk', 'annul', hygiene, '--reason', 'GRANTED_UNLAWFULLY', '--doc-no', '张审批（演示）撤字〔2026〕第6号', '--cosign', `${house.data}/demo/approver.key.json`);
  await house.yizheng('clerk', 'verify', food).catch(() => undefined);

  t.test('when an auditor searches', async (t) => {
    t.match(composite, /1\.2\.156/);
    await signIn(auditor, house, 'auditor');
    await auditor.getByRole('link', { name: '审计', exact: true }).click();
    await auditor.getByRole('heading', { name: '办理记录' }).waitFor();
    await auditor.locator('.timeline-entry').first().waitFor();
    await auditor.getByLabel('办理事项').selectOption({ label: '撤销' });
    await auditor.getByRole('button', { name: '查询' }).first().click();
    await auditor.locator('.timeline-entry').filter({ hasText: '撤字' }).waitFor();
    t.equal(await auditor.locator('.timeline-entry').count(), 1);
    t.match(await auditor.locator('.timeline-entry').innerText(), /撤销[\s\S]*已撤销[\s\S]*撤字[\s\S]*经办人/);
    await house.shot(auditor, 'audit-search');
    const [file] = await Promise.all([auditor.waitForEvent('download'), auditor.getByRole('button', { name: 'XLSX' }).click()]);
    t.equal(file.suggestedFilename(), 'acts.xlsx');
    await auditor.locator('.timeline-entry button.inline').first().click();
    await auditor.waitForFunction(() => document.querySelectorAll('.timeline-entry').length === 1);
    t.not(await auditor.getByLabel('经办人编号').inputValue(), '', 'a person in the results fills the form');
  });

  t.test('when he asks for what was done to the register', async (t) => {
    await auditor.goto(`${house.base}/audit`);
    await auditor.locator('.timeline-entry').first().waitFor();
    await auditor.getByLabel(/^记录/).selectOption({ label: '人员' });
    await auditor.getByRole('button', { name: '查询' }).first().click();
    await auditor.waitForFunction(() => [...document.querySelectorAll('.timeline-entry strong')].every((each) => each.textContent.startsWith('人员')));
    t.match(await auditor.locator('.timeline-entry').first().innerText(), /人员：登记[\s\S]*内容[\s\S]*经办人/);
    await house.shot(auditor, 'audit-register');
    await auditor.getByLabel('办理事项').selectOption({ label: '撤销' });
    await auditor.getByRole('button', { name: '查询' }).first().click();
    await auditor.getByText(/请改为下列之一.*staff\.leave/).first().waitFor();
    await auditor.goto(`${house.base}/audit`);
    await auditor.getByRole('link', { name: hygiene }).first().waitFor();
  });

  t.test('when he opens a licence', async (t) => {
    await auditor.getByRole('link', { name: hygiene }).first().click();
    await auditor.getByRole('heading', { name: '谁用过、看过' }).waitFor();
    const text = await auditor.locator('main').innerText();
    t.match(text, /核发[\s\S]*综合许可证[\s\S]*变更联动[\s\S]*待处理[\s\S]*查询/, 'history, what relied on it, what is left to be done, who looked');
    await auditor.getByRole('button', { name: '查看', exact: true }).click();
    await auditor.locator('.as-of').waitFor();
    t.match(await auditor.locator('.as-of').innerText(), /已撤销/);
    await auditor.getByLabel('按哪一天为止的记录').fill('2020-01-01');
    await auditor.getByRole('button', { name: '查看', exact: true }).click();
    await auditor.locator('.as-of').filter({ hasText: '尚未记入账本' }).waitFor();
    t.match(await auditor.locator('.as-of').innerText(), /没有照面可显示/);
    t.equal(await auditor.locator('.as-of dl.facts').count(), 0, 'what came later is not shown as if it had been known');
    await house.shot(auditor, 'audit-not-recorded');
    await house.shot(auditor, 'audit-licence');
  });

  t.test('when he looks for a holder', async (t) => {
    await auditor.goto(`${house.base}/audit`);
    const form = auditor.locator('section').filter({ has: auditor.getByRole('heading', { name: '按持证人查询' }) });
    await form.getByLabel('证照类型').selectOption({ label: '公共场所卫生许可证' });
    await form.getByLabel('统一社会信用代码或公民身份号码').fill('91370303MA99TXT04C');
    await form.getByRole('button', { name: '查询' }).click();
    await form.getByRole('link', { name: hygiene }).waitFor();
    await auditor.goto(`${house.base}/audit/uses`);
    await auditor.locator('.audit-use').first().waitFor();
    t.match(await auditor.locator('.audit-use').first().innerText(), /审计监督[\s\S]*无受理编号/, 'his own question is the newest record');
    await house.shot(auditor, 'audit-uses');
    const [file] = await Promise.all([auditor.waitForEvent('download'), auditor.getByRole('button', { name: 'CSV' }).click()]);
    t.equal(file.suggestedFilename(), 'uses.csv');
    t.match(readFileSync(await file.path(), 'utf8'), /^\ufeffseq,at,agency,[\s\S]*,look-up,[\s\S]*AUDIT,none/, 'and so are the first of the file');
  });

  t.test('when he prints the head of the ledger', async (t) => {
    await auditor.getByRole('link', { name: '账本头', exact: true }).click();
    await auditor.getByRole('heading', { name: '账本头' }).waitFor();
    await auditor.getByText('其他机关还没有送来账本头').waitFor();
    const [file] = await Promise.all([auditor.waitForEvent('download'), auditor.getByRole('link', { name: '打印当前账本头（PDF）' }).click()]);
    t.match(file.suggestedFilename(), /head.*\.pdf/);
    t.equal(readFileSync(await file.path()).subarray(0, 5).toString(), '%PDF-');
    await house.shot(auditor, 'audit-heads');
  });

  t.test('when he looks at charts', async (t) => {
    await auditor.goto(`${house.base}/audit/figures`);
    await auditor.locator('svg.chart').first().waitFor();
    t.ok(await auditor.locator('svg.chart rect').count() > 2);
    const table = await auditor.locator('table').first().innerText();
    t.match(table, /核发[\s\S]*终止/, 'the numbers stand beside it');
    await house.shot(auditor, 'audit-figures');
  });

  t.test('when all that is seen on a phone, in English', async (t) => {
    const phone = await house.open({ viewport: { ...PHONE, width: 360 }, locale: 'en-GB' });
    await phone.goto(`${house.base}/audit`);
    await phone.getByLabel('Name').fill('auditor');
    await phone.getByLabel('Password').fill(house.password('auditor'));
    await phone.keyboard.press('Enter');
    for (const [at, heading] of [['', 'Acts'], ['/uses', 'Uses'], ['/traces', 'Reverse trace'], ['/figures', 'Charts'], ['/heads', 'Heads of the ledger'], [`/l/${hygiene}`, 'Public']] as const) {
      if (at !== '') await phone.goto(`${house.base}/audit${at}`);
      await phone.getByRole('heading', { level: 1, name: heading }).waitFor();
      await phone.locator('.timeline-entry, .audit-use, .wallet-item, svg.chart, p[role="status"]:not(.loading)').first().waitFor();
      t.equal(await overflow(phone), 0, `${at}: nothing is wider than the screen`);
      await house.shot(phone, `audit-phone${at.replaceAll('/', '-').slice(0, 10)}`);
    }
  });

  t.test('when a clerk closes what is left to be done', async (t) => {
    const clerk = await house.open();
    await signIn(clerk, house, 'clerk');
    await clerk.getByRole('link', { name: '变更联动' }).click();
    await clerk.locator('.wallet-item').waitFor();
    t.match(await clerk.locator('.wallet-item').innerText(), /撤销[\s\S]*综合许可证[\s\S]*待处理|待处理[\s\S]*综合许可证/);
    await clerk.getByLabel('处理结果').selectOption({ label: '已终止' });
    await clerk.getByRole('button', { name: '填写处理结果' }).click();
    await clerk.getByText('处理结果与账本不符').waitFor();
    await clerk.getByLabel('处理结果').selectOption({ label: '维持' });
    await clerk.getByRole('button', { name: '填写处理结果' }).click();
    await clerk.locator('.wallet-item').filter({ hasText: '维持' }).waitFor();
    await house.shot(clerk, 'traces');
    await clerk.goto(`${house.base}/audit`);
    await clerk.getByText('此页供审计人员使用').waitFor();
    t.equal(await clerk.locator('form').count(), 0, 'the audit door is not his: he is offered nothing to search by');
  });
}
