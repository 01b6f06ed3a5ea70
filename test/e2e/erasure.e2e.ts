/** A natural person's own data on his phone: everything in one file, why it is not erased, asking, and what is seen of it afterwards. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { BUREAU } from '#test/support/ledger';
import { idNumber, practice, PRACTICE, practiceKind } from '#test/support/erasure';
import { chromiumPath, headline, openHouse, overflow, signIn, withAuthenticator, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

async function run(house: House): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'yizheng-erasure-'));
  const { page: phone } = await house.device(t, join(place, 'phone'));
  const clerk = await house.open();
  const cosign = `--cosign=${join(house.data, 'demo', 'approver.key.json')}`;
  const code = idNumber(1);
  let licence = '';
  const fits = async (name: string): Promise<void> => {
    t.equal(await overflow(phone), 0, `${name} fits a phone`);
    await house.shot(phone, name);
  };

  await t.test('when a natural person has a licence and a phone', async (t) => {
    const agencies = (await (await clerk.request.get(`${house.base}/api/agencies`)).json()) as { code: string; name: string; rights: object[] }[];
    const bureau = agencies.find((agency) => agency.code === BUREAU);
    writeFileSync(join(place, 'register.json'), JSON.stringify([practiceKind(), { op: 'agency.put', code: BUREAU, name: bureau?.name, mspId: 'YizhengMSP', active: true, rights: [...(bureau?.rights ?? []), { kind: PRACTICE, right: 'issue', from: '2020-01-01' }] }]));
    await house.yizheng('administrator', 'register', join(place, 'register.json'), '--cosign', join(house.data, 'demo', 'approver.key.json'));
    const { face, issuedOn, validFrom, validUntil } = practice(code, '样例0001');
    writeFileSync(join(place, 'face.json'), JSON.stringify(face));
    licence = /1\.2\.156\S+/.exec(await house.yizheng('clerk', 'issue', '--kind', PRACTICE, '--face', join(place, 'face.json'), '--issued-on', issuedOn, '--valid-from', validFrom, '--valid-until', validUntil))?.[0] ?? '';
    t.match(licence, /T907/);
    await withAuthenticator(clerk);
    await signIn(clerk, house, 'clerk');
    await clerk.goto(`${house.base}/issue/account`);
    await clerk.getByRole('button', { name: '登记新的通行密钥' }).click();
    await clerk.getByText('等待登记', { exact: true }).waitFor();
    await house.yizheng('administrator', 'passkeys', `--approve=${(await clerk.locator('.key-id').textContent()) ?? ''}`);
    await clerk.goto(`${house.base}/issue/pairing`);
    await clerk.getByLabel('统一社会信用代码').fill(licence);
    await clerk.keyboard.press('Enter');
    await phone.goto(`${house.base}/wallet`);
    await phone.getByLabel('一次性代码').fill((await clerk.locator('.big-code').textContent()) ?? '');
    await phone.keyboard.press('Enter');
    await clerk.getByText('请与手机上的数字逐位核对').waitFor();
    await clerk.getByLabel('身份证').check();
    await clerk.getByRole('button', { name: '数字一致，签名登记' }).click();
    await phone.getByRole('heading', { name: '我的信息' }).waitFor();
  });

  await t.test('when he saves everything', async (t) => {
    await fits('data-free');
    const downloading = phone.waitForEvent('download');
    await phone.getByRole('link', { name: '保存全部信息' }).click();
    const saved = JSON.parse(readFileSync(await (await downloading).path(), 'utf8')) as { sections: { section: string; items: { versions?: { pdf?: { base64: string } }[] }[] }[] };
    t.match(Buffer.from(saved.sections[0]?.items[0]?.versions?.[0]?.pdf?.base64 ?? '', 'base64').subarray(0, 5).toString(), '%PDF-');
    t.match(await house.yizheng('clerk', 'export', '--holder', code, '--kind', PRACTICE, '--case', '2026-0001', '--out', join(place, 'everything.json')), /bytes/);
    t.match(readFileSync(join(place, 'everything.json'), 'utf8'), new RegExp(code));
  });

  await t.test('when he asks, and a hold stands', async (t) => {
    const hold = /in-force +(\S+)/.exec(await house.yizheng('clerk', 'hold', 'put', '--licence', licence, '--case', '示例案〔2026〕第1号', cosign))?.[1] ?? '';
    await phone.reload();
    await phone.getByText('现在不能删除').waitFor();
    await phone.getByText('因案件需要已依法保全').waitFor();
    await phone.getByRole('button', { name: '仍要申请并取得答复' }).click();
    await fits('data-hold');
    await phone.getByRole('button', { name: '确认并签名申请' }).click();
    await phone.getByText('账本已记下不能删除的原因').waitFor();
    await phone.getByRole('button', { name: 'English' }).click();
    await phone.getByText('A legal hold stands').waitFor();
    await fits('data-hold-en');
    await phone.getByRole('button', { name: '中文' }).click();
    t.match(await house.yizheng('clerk', 'hold', 'list'), /示例案〔2026〕第1号/);
    await house.yizheng('clerk', 'hold', 'lift', hold, cosign);
  });

  await t.test('when nothing stands against it', async (t) => {
    await phone.reload();
    await phone.getByRole('button', { name: '申请删除' }).click();
    await phone.getByText('删除后不能恢复').waitFor();
    await fits('data-ask');
    await phone.getByRole('button', { name: '确认并签名申请' }).click();
    await phone.getByText('管理机关须在此日前办理').waitFor();
    await fits('data-asked');
    t.match(await house.yizheng('clerk', 'erase', 'list'), /ASKED[\s\S]*to be answered by/);
    await clerk.goto(`${house.base}/issue`);
    await clerk.getByRole('link', { name: '删除申请' }).click();
    await clerk.getByText('待办理').waitFor();
    await house.shot(clerk, 'erasures');
    await clerk.getByRole('button', { name: '用通行密钥签名并提交' }).click();
    await clerk.getByText('已签名，等待其他人员签名').waitFor();
    await clerk.getByRole('link', { name: '查看待签事项' }).click();
    await clerk.getByText('删除个人信息（不能恢复）').waitFor();
    await clerk.getByRole('link', { name: licence }).waitFor();
    await house.shot(clerk, 'erasure-proposal');
    const proposal = /^(\S+)  erasure/m.exec(await house.yizheng('approver', 'proposals'))?.[1] ?? '';
    await house.yizheng('approver', 'approve', proposal);
    t.match(await house.yizheng('clerk', 'erase', 'list'), /erased \d{4}-/);
    await phone.reload();
    await phone.getByText('您的信息已依法删除').waitFor();
    await fits('data-erased');
    t.match(await house.yizheng('clerk', 'show', licence), /(已依法删除|has been erased)/);
  });

  await t.test('when somebody looks at the licence afterwards', async (t) => {
    await clerk.goto(`${house.base}/l/${licence}`);
    await clerk.getByText('这不说明证照有问题').waitFor();
    t.match(await headline(clerk), /已过期|不在有效/);
    t.notMatch(await clerk.innerText('main'), /测试甲|样例0001/);
    await clerk.getByRole('heading', { name: '办理记录' }).waitFor();
    await house.shot(clerk, 'licence-erased');
  });
}
