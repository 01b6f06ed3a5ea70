/** An inspector's phone where there is no signal: the gateway is stopped and the browser started anew, so that nothing is left but what the device has kept. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createPrivateKey, sign } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import encodeQR from 'qr';
import t from 'tap';
import { draftQr, parseQr, sealQr, type QrFacts } from '#gateway/documents/qr';
import { newKeyPair } from '#gateway/keyring';
import { filmOf } from './film.js';
import { chromiumPath, DESK, headline, openHouse, overflow, signIn, type House } from './support.js';

const path = chromiumPath();
if (path === undefined) t.plan(0, 'skipped, no chromium: set CHROMIUM or install /usr/bin/chromium');
else await run(await openHouse(path));

const UNCHECKED = '暂时无法核验（不代表证照无效）';

interface Papers {
  readonly credential: string;
  readonly qr: string;
}

/** The same facts under a signature of one's own, named after the true seal. */
function forged(qr: string, change: Partial<QrFacts> = {}): string {
  const parsed = parseQr(qr);
  if (!parsed.ok) throw new Error(parsed.code);
  const key = createPrivateKey(newKeyPair().privateKey);
  const unsigned = draftQr(parsed.keyId, { ...parsed, identifier: parsed.identifier as QrFacts['identifier'], ...change });
  return `https://forger.example/q#1.${sealQr(unsigned, sign('sha256', unsigned.toBeSigned, { key, dsaEncoding: 'ieee-p1363' }))}`;
}

/** A white PNG of one bit a pixel (PNG, third edition, 5 and 11.2): small as a file, four bytes a pixel when it is drawn. */
function pictureBomb(side: number): Uint8Array {
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))))), chunk('IEND', new Uint8Array())]);
}

const verdict = async (page: Page): Promise<string> => {
  await page.locator('.verdict-line').first().waitFor();
  return headline(page);
};
async function enter(page: Page, text: string): Promise<string> {
  await page.getByRole('textbox').fill(text);
  await page.getByRole('button', { name: '核验', exact: true }).click();
  return verdict(page);
}
/** Takes all that can be had, and waits until the pages are kept too. */
async function prepare(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/verify`);
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await page.getByRole('button', { name: /准备离线使用|更新离线数据/ }).click();
  await page.getByText('离线数据已更新').waitFor();
}

async function run(house: House): Promise<void> {
  t.setTimeout(900_000);
  const clerk = await house.open();
  await signIn(clerk, house, 'clerk');
  const papers = async (licence: string): Promise<Papers> => (await (await clerk.request.get(`${house.base}/api/licences/${licence}/credential`)).json()) as Papers;
  const identifierOf = async (number: string): Promise<string> => ((await (await clerk.request.get(`${house.base}/api/numbers/${encodeURIComponent(number)}`)).json()) as { licence: { identifier: string } }).licence.identifier;
  const food = await papers(house.licence);
  const suspended = await papers(await identifierOf('JY13703039999026'));
  const hygiene = await papers(await identifierOf('（演示）鲁卫公证字〔2026〕第0001号'));
  const paper = join(house.data, 'licence.pdf');
  for (let tries = 0; tries < 60; tries++) {
    // Drawn and sealed behind the issue.
    const reply = await clerk.request.get(`${house.base}/api/licences/${house.licence}/pdf`);
    if (reply.ok()) { writeFileSync(paper, await reply.body()); break; }
    await new Promise((resolve) => { setTimeout(resolve, 500); });
  }
  const flipped = readFileSync(paper);
  flipped[20_000] = (flipped[20_000] ?? 0) ^ 1;
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-device-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  /** Everything that the page asks for, by path and body. */
  const asked: string[] = [];

  t.test('when there is a network', async (t) => {
    const { page, close } = await house.device(t, directory);
    page.on('request', (request) => { asked.push(`${request.method()} ${request.url()} ${request.postData() ?? ''} ${JSON.stringify(request.headers())}`); });
    await prepare(page, house.base);
    t.match(await page.locator('.offline').innerText(), /离线数据截至.*可用至/);
    t.equal(await enter(page, food.credential), '有效');
    t.match(await page.locator('.certificate').innerText(), /示例浮云餐饮有限公司[\s\S]*测试甲/, 'the face from the credential, with what its holder may see');
    t.match(await page.locator('.certificate').innerText(), /样例 非有效证照/);
    await house.shot(page, 'online-credential');
    await page.goto(`${house.base}/q#${food.qr.split('#')[1] ?? ''}`);
    t.equal(await verdict(page), '有效');
    t.equal(await page.locator('.compare-name').innerText(), '示例浮云餐饮有限公司');
    t.match(await page.locator('.parts').innerText(), /账本上有此证照/);
    t.match(await page.locator('.result').innerText(), /示例市张店区示例路1号/);
    await page.goto(`${house.base}/verify`);
    await page.locator('input[type=file]').setInputFiles(paper);
    t.equal(await verdict(page), '有效');
    t.match(await page.locator('.result').innerText(), /测试甲[\s\S]*照面取自凭证本身[\s\S]*文件签章[\s\S]*示例市张店区行政审批服务局/);
    await house.shot(page, 'online-pdf');
    const secret = food.qr.split('#1.')[1] ?? '';
    t.notOk(asked.some((each) => each.includes(secret) || each.includes(food.credential.slice(0, 200)) || each.includes(food.credential.split('~')[1] ?? 'none')), 'neither the code nor the credential is sent to anybody');
    t.ok(asked.some((each) => each.includes('x-lookup-token')), 'only what its secret proves');
    await page.goto(`${house.base}/verify`);
    t.equal(await enter(page, forged(food.qr)), '不可信', 'the gateway calls it valid, the signature does not');
    t.equal(await enter(page, forged(food.qr, { displayName: '张店区样例小吃店' })), '不可信');
    t.match(await page.locator('.verdict').innerText(), /签名不符/);
    t.equal(await page.locator('.compare').count(), 0, 'a forger gets no stage');
    await close();
  });

  t.test('when gateway and network are gone, and the browser was closed', async (t) => {
    await house.stop();
    const { page, close } = await house.device(t, directory);
    await page.goto(`${house.base}/q#${food.qr.split('#')[1] ?? ''}`);
    t.equal(await verdict(page), '有效');
    t.match(await page.locator('.verdict').innerText(), /按手头已签名的列表/);
    t.equal(await page.locator('.compare-name').innerText(), '示例浮云餐饮有限公司');
    t.match(await page.locator('.parts').innerText(), /状态列表 (数据截至|刚刚核对)/);
    t.match(await page.locator('.parts').innerText(), /未向账本查询是否登记有此文件/);
    t.ok((await overflow(page)) <= 0);
    await house.shot(page, 'offline-qr');
    await page.goto(`${house.base}/q#${hygiene.qr.split('#')[1] ?? ''}`);
    t.equal(await verdict(page), '有效');
    t.equal(await page.locator('.compare-name').innerText(), '示例浮云餐饮有限公司', 'hung beside another shop, the name gives it away');
    await page.goto(`${house.base}/verify`);
    t.equal(await enter(page, suspended.credential), '暂停使用');
    t.equal(await enter(page, food.credential), '有效');
    t.match(await page.locator('.certificate').innerText(), /测试甲/);
    t.equal(await enter(page, forged(food.qr)), '不可信');
    await page.locator('input[type=file]').setInputFiles(paper);
    await page.getByText('文件签章').waitFor();
    t.equal(await verdict(page), '有效', 'a sealed PDF too');
    t.equal(await enter(page, `${food.credential.slice(0, -1)}WyJ4Il0~`), '不可信', 'a disclosure more');
    t.equal(await enter(page, 'JY23703039999014'), UNCHECKED, 'a number alone says nothing without a gateway');
    await close();
    writeFileSync(house.camera, filmOf(suspended.qr.replace(/^.*\/q#/, 'https://forger.example/q#')));
    const again = await house.device(t, directory);
    await again.page.goto(`${house.base}/verify`);
    await again.page.getByRole('button', { name: '用摄像头扫码' }).click();
    t.equal(await verdict(again.page), '暂停使用', "a forger's host changes nothing");
    t.ok(again.page.url().startsWith(house.base), 'and is never gone to');
    t.equal(await again.page.locator('.compare-name').innerText(), '张店区样例小吃店');
    await house.shot(again.page, 'offline-scan-suspended');
    await again.page.getByRole('button', { name: 'English' }).click();
    t.equal(await headline(again.page), 'Suspended');
    t.match(await again.page.locator('.offline').innerText(), /Off-line data as of/);
    await house.shot(again.page, 'offline-en');
    await again.page.getByRole('button', { name: '中文' }).click();
    await again.close();
  });

  t.test('when the device knows nothing yet', async (t) => {
    const fresh = mkdtempSync(join(tmpdir(), 'yizheng-device-'));
    await house.start();
    const first = await house.device(t, fresh);
    await first.page.goto(house.base);
    await first.page.evaluate(async () => { await navigator.serviceWorker.ready; });
    await first.close();
    await house.stop();
    const { page, close } = await house.device(t, fresh);
    await page.goto(`${house.base}/q#${food.qr.split('#')[1] ?? ''}`);
    t.equal(await verdict(page), UNCHECKED, 'never invalid');
    t.match(await page.locator('.parts').innerText(), /手头没有信任列表/);
    await house.shot(page, 'offline-nothing');
    await close();
    rmSync(fresh, { recursive: true, force: true });
  });

  t.test('when what the device keeps was changed', async (t) => {
    await house.stop();
    const { page, close } = await house.device(t, directory);
    await page.goto(`${house.base}/verify`);
    const change = (name: string, from: string, to: string) => page.evaluate(async ([name, from, to]) => {
      const cache = await caches.open('trust');
      const text = (await (await cache.match(`/.kept/${name ?? ''}`))?.text()) ?? '';
      if (!text.includes(from ?? '')) throw new Error('set-up');
      await cache.put(`/.kept/${name ?? ''}`, new Response(text.replace(from ?? '', to ?? '')));
    }, [name, from, to]);
    const lists = await page.evaluate(async () => (await (await caches.open('trust')).keys()).map(({ url }) => new URL(url).pathname).filter((name) => name.includes('status-list')));
    for (const list of lists) await change(list.replace('/.kept/', ''), 'eyJ', 'eyK');
    await page.goto(`${house.base}/q#${suspended.qr.split('#')[1] ?? ''}`);
    t.equal(await verdict(page), UNCHECKED, 'not valid, not invalid');
    t.match(await page.locator('.parts').innerText(), /手头没有所需的状态列表/);
    await change('trust', '"payload":"', '"payload":"e');
    await page.goto(`${house.base}/verify`);
    t.match(await page.getByRole('alert').filter({ hasText: /未通过校验，已弃用/ }).innerText(), /TRUST_LIST|ROOT/);
    t.equal(await enter(page, food.credential), UNCHECKED);
    await house.shot(page, 'offline-changed');
    await close();
    await house.start();
    const repaired = await house.device(t, directory);
    await prepare(repaired.page, house.base);
    t.equal(await enter(repaired.page, food.credential), '有效', 'fetched anew under the same pin');
    await repaired.close();
  });

  t.test('when the gateway is suddenly another', async (t) => {
    const other = mkdtempSync(join(tmpdir(), 'yizheng-other-'));
    t.teardown(() => rmSync(other, { recursive: true, force: true }));
    await house.start(other);
    const { page, close } = await house.device(t, directory);
    await page.goto(`${house.base}/verify`);
    t.equal(await enter(page, food.credential), '有效', 'by what was trusted before');
    t.match(await page.getByRole('alert').filter({ hasText: /信任根/ }).innerText(), /ROOT_NOT_PINNED[\s\S]*先前的根[\s\S]*新的根/);
    await house.shot(page, 'other-root');
    await page.getByRole('button', { name: '已核实，改为信任新根' }).click();
    await page.getByText('ROOT_NOT_PINNED').waitFor({ state: 'detached' });
    t.equal(await enter(page, food.credential), '不可信', 'only a person changes the root, and then the old papers are strangers');
    await close();
    await house.start();
  });

  t.test('when many documents are dropped at once', async (t) => {
    await house.start();
    const page = await house.open({ viewport: DESK, acceptDownloads: true });
    const folder = mkdtempSync(join(tmpdir(), 'yizheng-pile-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const put = (name: string, content: string | Uint8Array): string => { writeFileSync(join(folder, name), content); return join(folder, name); };
    const files = [
      put('1-food.txt', food.credential), put('2-forged.txt', forged(food.qr)), put('3-suspended.json', JSON.stringify(suspended)), put('4-numbers.csv', '\ufeff名称,证照编号\r\n示例,JY23703039999014\r\n示例,JY13703039999026\r\n无,JY99999999999999\r\n'),
      put('5-photo.svg', encodeQR(hygiene.qr, 'svg', { border: 4, scale: 6 })), put('6-menu.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"><rect width="300" height="300" fill="#fff"/></svg>'), put('7-noise.bin', Buffer.from([0x89, 0, 1, 2])), put('8-empty.txt', ' '), put('9-licence.pdf', readFileSync(paper)), put('A-changed.pdf', flipped), put('B-bomb.png', pictureBomb(20_000)),
    ];
    await page.goto(`${house.base}/verify`);
    await page.locator('input[type=file]').setInputFiles(files);
    await page.getByText('已核验 13 / 13').waitFor();
    const lines = await page.locator('.batch-lines tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].slice(1, 3).map((cell) => cell.textContent)));
    t.strictSame(lines, [['1-food.txt', '有效'], ['2-forged.txt', '不可信'], ['3-suspended.json', '暂停使用'], ['4-numbers.csv 第2行', '有效'], ['4-numbers.csv 第3行', '暂停使用'], ['4-numbers.csv 第4行', '没有结果'], ['5-photo.svg', '有效'], ['6-menu.svg', '没有结果'], ['7-noise.bin', '没有结果'], ['8-empty.txt', '没有结果'], ['9-licence.pdf', '有效'], ['A-changed.pdf', '不可信'], ['B-bomb.png', '没有结果']]);
    await house.shot(page, 'batch');
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出结果 CSV' }).click()]);
    const csv = readFileSync(await saved.path(), 'utf8');
    t.match(csv, /^\ufeffno,file/);
    t.match(csv, /\r\n1,1-food\.txt,,credential,valid,VALID,有效,Valid,,,,示例浮云餐饮有限公司,JY23703039999014,/);
    t.match(csv, /\r\n13,B-bomb\.png,.*PICTURE_TOO_LARGE/, 'a hundred kilobytes that unfold into gigabytes are not unfolded');
    t.match(csv, /\r\n2,2-forged\.txt,,qr,untrusted,.*SIGNATURE_WRONG/);
    await page.getByRole('button', { name: '清除结果' }).click();
    t.equal(await page.locator('.batch').count(), 0);
    await page.locator('input[type=file]').setInputFiles(put('many.csv', 'JY1\n'.repeat(501)));
    t.match(await page.getByRole('alert').filter({ hasText: /500/ }).innerText(), /没有开始核验/);
  });

  t.test('when a receipt is filed', async (t) => {
    const page = await house.open({ viewport: DESK, acceptDownloads: true });
    await page.goto(`${house.base}/verify`);
    await enter(page, food.credential);
    await page.getByRole('button', { name: '出具核验单' }).click();
    await page.locator('.receipt-code svg').waitFor();
    t.match(await page.locator('.receipt-sheet').innerText(), /证照核验单[\s\S]*有效[\s\S]*不代表证照现在有效[\s\S]*样例 非有效证照/);
    await house.shot(page, 'receipt');
    const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载核验单' }).click()]);
    const code = await page.locator('.receipt-code').innerHTML();
    const file = join(tmpdir(), `yizheng-${String(process.pid)}-receipt.html`);
    await saved.saveAs(file);
    t.teardown(() => rmSync(file, { force: true }));
    await page.goto(`${house.base}/verify`);
    await page.locator('input[type=file]').setInputFiles(file);
    t.equal(await verdict(page), '核验单真实（不代表证照现在有效）');
    const token = (await page.getByRole('textbox').inputValue()).trim();
    t.match(token, /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    await house.shot(page, 'receipt-checked');
    t.equal(await enter(page, `${token.slice(0, -8)}AAAAAAAA`), '核验单不可信');
    const picture = file.replace('.html', '.svg');
    t.teardown(() => rmSync(picture, { force: true }));
    writeFileSync(picture, code.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"'));
    await page.goto(`${house.base}/verify`);
    await page.locator('input[type=file]').setInputFiles(picture);
    t.equal(await verdict(page), '核验单真实（不代表证照现在有效）', 'its code, from paper');
    const link = `${house.base}/q#${token}`;
    const phone = await house.open();
    await phone.goto(link);
    t.equal(await verdict(phone), '核验单真实（不代表证照现在有效）', 'its code, scanned by any phone');
    writeFileSync(join(house.data, 'receipt.txt'), token);
    t.match(await house.yizheng('clerk', 'verify', join(house.data, 'receipt.txt')).catch((error: { stdout: string; code: number }) => `${String(error.code)} ${error.stdout}`), /^6 RECEIPT GENUINE/, 'and at the command line, where it is never exit code 0');
  });
}

