/** The operator's file of web hooks and feeds: what is wrong is said, nothing is guessed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ConfigError, readConfig } from '#gateway/config';
import { Feeds } from '#gateway/notices/feeds';
import { BUREAU, MARKET } from '#test/support/ledger';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-notices-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
const file = (name: string, content: string): string => { writeFileSync(join(directory, name), content); return name; };
const TOKEN = Buffer.alloc(32, 3).toString('base64url');
const SECRET = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
file('token', `${TOKEN}\n`);
file('secret', `${SECRET}\nmore`);
file('short', 'whsec_c2hvcnQ=');
const read = (value: unknown) => readConfig({ YIZHENG_NOTICES: join(directory, file('notices.json', typeof value === 'string' ? value : JSON.stringify(value))) }, []).notices;
const refused = (value: unknown): string => { try { read(value); } catch (error) { if (error instanceof ConfigError) return error.message; throw error; } return 'taken'; };
const hook = (change: object = {}) => ({ agency: BUREAU, url: 'https://office.example.cn/hook', secretFile: 'secret', ...change });

void t.test('when the file says whom to tell', (t) => {
  const read1 = read({ hooks: [hook(), hook({ agency: MARKET }), hook({ url: 'http://127.0.0.1:9000/x' })], feeds: [{ agency: BUREAU, tokenFile: 'token' }] });
  t.match(read1, { hooks: [{ agency: BUREAU, url: 'https://office.example.cn/hook', secret: SECRET }, { agency: MARKET }, { url: 'http://127.0.0.1:9000/x' }], feeds: [{ agency: BUREAU, token: TOKEN }] });
  t.equal(new Set(read1?.hooks.map(({ id }) => id)).size, 3);
  t.strictSame(read({ hooks: [hook()] })?.hooks[0]?.id, read1?.hooks[0]?.id, 'the same after a start');
  t.same(read1?.hooks[0]?.tells, ['terms', 'conditions', 'alarms'], 'of everything, where it says nothing');
  t.same(read({ hooks: [hook({ tells: ['alarms'] })] })?.hooks[0]?.tells, ['alarms']);
  t.equal(readConfig({}, []).notices, undefined);
  t.end();
});

void t.test('when the file is wrong', (t) => {
  for (const url of ['http://office.example.cn/hook', 'ftp://x', 'https://user@office.example.cn/', 'http://127.0.0.1.example.cn/', 'office']) t.match(refused({ hooks: [hook({ url })] }), /\/hooks\/0\/url/, url);
  t.match(refused({ hooks: [hook({ extra: 1 })] }), /YIZHENG_NOTICES: .*\/hooks\/0/);
  for (const tells of [[], ['weather'], ['alarms', 'alarms'], 'alarms']) t.match(refused({ hooks: [hook({ tells })] }), /\/hooks\/0\/tells/, JSON.stringify(tells));
  t.match(refused('{'), /a file of JSON/);
  t.match(refused({ hooks: [hook({ secretFile: 'none' })] }), /none cannot be read/);
  for (const secretFile of ['short', 'token']) t.match(refused({ hooks: [hook({ secretFile })] }), /24 to 64 random bytes/, secretFile);
  t.match(refused({ feeds: [{ agency: BUREAU, tokenFile: 'short' }] }), /24 or more random bytes/);
  t.match(refused({ hooks: [hook(), hook()] }), /named twice/);
  t.match(refused({ feeds: [{ agency: BUREAU, tokenFile: 'token' }, { agency: MARKET, tokenFile: 'token' }] }), /the same token/);
  t.match(((): string => { try { readConfig({ YIZHENG_NOTICES: 'no-such' }, []); } catch (error) { return String(error); } return ''; })(), /no-such: no such file/);
  t.end();
});

void t.test('when somebody asks for a feed', (t) => {
  const feeds = new Feeds([{ agency: BUREAU, token: TOKEN }]);
  t.equal(feeds.agencyOf(`Bearer ${TOKEN}`), BUREAU);
  for (const given of [undefined, '', TOKEN, `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, 'Bearer ']) t.equal(feeds.agencyOf(given), undefined);
  t.end();
});
