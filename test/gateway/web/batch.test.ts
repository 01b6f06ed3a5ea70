/** Many at once: every result with its own document, whatever comes late, fails, or must wait. */
import t from 'tap';
import { problemOf, type Reply } from '#gateway/web/api';
import type { Answer } from '#gateway/web/types';
import type { GivenFile } from '#gateway/documents/presented';
import { Batch, batchCsv, shownOf, type Item } from '#gateway/web/verify/batch';
import { planOf } from '#gateway/web/verify/file';
import { NOW } from '#test/support/documents';
import { decoded, isList, readList } from '#gateway/web/verify/given-list';

const item = (number: string, file = `${number}.txt`): Item => ({ file, read: async () => ({ ok: true, given: { by: 'number', number } }) });
const answer = (number: string, change: Partial<Answer['verdict']> = {}): Reply<Answer> => ({ ok: true, value: {
  by: 'identifier', checkedAt: '2026-06-01T02:00:00.000Z', verdict: { outcome: 'valid', status: 'VALID', basis: 'ledger', parts: [], ...change },
  licence: { identifier: `id-${number}`, face: [{ name: 'holderName', value: `holder ${number}` }, { name: 'number', value: number }] } as never,
} });
const numberOf = (given: GivenFile): string => (given.by === 'number' ? given.number : '');
const soon = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, Math.random() * 4); });
const shown = (batch: Batch) => batch.lines.map((line) => shownOf(line));

t.test('when answers come in another order than questions', async (t) => {
  const numbers = Array.from({ length: 60 }, (_, i) => `N${String(i)}`);
  let [now, most] = [0, 0];
  const batch = new Batch(numbers.map((number) => item(number)), async (given) => {
    most = Math.max(most, ++now);
    await soon();
    now--;
    return answer(numberOf(given));
  });
  await batch.run();
  t.strictSame(batch.lines.map(({ item: { file } }, i) => [file, shown(batch)[i]?.number, shown(batch)[i]?.holder]), numbers.map((number) => [`${number}.txt`, number, `holder ${number}`]));
  t.equal(most, 4, 'no more at once');
  t.ok(batch.isDone);
});

t.test('when some of them fail', async (t) => {
  const unreadable: Item = { file: 'broken.png', read: () => Promise.reject(new Error('disk')) };
  const empty: Item = { file: 'menu.png', read: async () => ({ ok: false, code: 'PICTURE_WITHOUT_QR' }) };
  const batch = new Batch([item('A'), unreadable, empty, item('B'), item('C')], async (given) => (numberOf(given) === 'B' ? { ok: false, problem: { ...problemOf('NOT_FOUND'), status: 404 } } : numberOf(given) === 'C' ? { ok: false, problem: problemOf('NETWORK') } : answer('A')));
  await batch.run();
  t.match(shown(batch), [{ tone: 'good', code: '' }, { tone: 'unknown', code: 'FILE_UNREADABLE', words: { zh: '没有结果' } }, { code: 'PICTURE_WITHOUT_QR' }, { code: 'NOT_FOUND', why: { zh: /没有查到这个编号/ } }, { code: 'NETWORK', words: { zh: '暂时无法核验（不代表证照无效）' } }]);
});

t.test('when the gateway wants rest', async (t) => {
  let asked = 0;
  const waits: number[] = [];
  const batch: Batch = new Batch(['A', 'B', 'C'].map((number) => item(number)), async (given) => (++asked <= 2 ? { ok: false, problem: { ...problemOf('TOO_MANY_REQUESTS'), status: 429, retryAfterSeconds: 30 } } : answer(numberOf(given))), async (ms) => { waits.push(ms); batch.pausedUntil = 0; });
  await batch.run();
  t.strictSame(shown(batch).map((line) => line?.number), ['A', 'B', 'C'], 'nothing is lost');
  t.ok(waits.length > 0 && waits.every((ms) => ms <= 1000));
});

t.test('when somebody stops and goes on', async (t) => {
  const batch: Batch = new Batch(Array.from({ length: 20 }, (_, i) => item(String(i))), async (given) => { if (numberOf(given) === '5') batch.stop(); await soon(); return answer(numberOf(given)); });
  await batch.run();
  t.notOk(batch.isDone);
  t.ok(batch.done >= 6 && batch.done < 12, 'what was begun is finished');
  t.equal(batch.lines.filter(({ state }) => state === 'checking').length, 0);
  await batch.run();
  t.strictSame(shown(batch).map((line) => line?.number), Array.from({ length: 20 }, (_, i) => String(i)));
});

t.test('when results are saved', async (t) => {
  const batch = new Batch([item('=HYPERLINK("x")', '=cmd.txt'), item('B'), { ...item('C', 'list.csv'), row: 7 }], async (given) => (numberOf(given) === 'B' ? answer('B', { outcome: 'untrusted', parts: [{ check: 'signature', result: 'fail', code: 'SIGNATURE_WRONG' }] }) : answer(numberOf(given))));
  t.match(batchCsv(batch.lines), /^\ufeffno,file,row,by,outcome/);
  t.equal(batchCsv(batch.lines).split('\r\n').length, 5);
  t.match(batchCsv(batch.lines), /,waiting,/);
  await batch.run();
  const [, first = '', second = '', third = ''] = batchCsv(batch.lines).split('\r\n');
  t.match(first, /^1,"'=cmd\.txt",,number,valid,VALID,有效,Valid,/);
  t.notMatch(first, /,=|,"=/, 'no formula');
  t.match(second, /^2,B\.txt,,number,untrusted,VALID,不可信,.*,SIGNATURE_WRONG,/);
  t.match(third, /^3,list\.csv,7,/);
});

t.test('when a receipt lies among them', async (t) => {
  const batch = new Batch([item('A')], async () => ({ ok: true, value: { by: 'receipt', outcome: 'genuine', code: 'RECEIPT_GENUINE', checkedAt: NOW, token: 'x' } }));
  await batch.run();
  t.not(shown(batch)[0]?.tone, 'good', 'never the colour of a licence in force');
  t.match(batchCsv(batch.lines), /,receipt-genuine,/);
});

t.test('when a table is read', async (t) => {
  const rows = async (text: string) => { const list = await readList(text); return list.ok ? list.rows.map(({ row, given }) => [row, Object.values(given)[1] as string]) : list.code; };
  t.strictSame(await rows('JY1\r\n\r\n JY2 \nhttps://x/q#1.AAAA\n'), [[1, 'JY1'], [3, 'JY2'], [4, 'https://x/q#1.AAAA']]);
  t.strictSame(await rows('\ufeff名称,证照编号\n"甲,乙",JY1\n丙,\n丁,JY3'), [[2, 'JY1'], [4, 'JY3']], 'the named column, and rows keep their numbers');
  t.strictSame(await rows('name;Number\na;JY1'), [[2, 'JY1']]);
  t.strictSame(await rows('编号\nJY1'), [[2, 'JY1']]);
  t.equal(await rows('名称,代码\n甲,JY1'), 'LIST_COLUMN_UNKNOWN', 'never by likeness');
  t.equal(await rows('编号\n"JY1'), 'LIST_FORM');
  t.equal(decoded(Buffer.from('d6a4d5d5b1e0bac5', 'hex')), '证照编号', 'GB18030');
  t.equal(decoded(Buffer.from('fffe4a005900', 'hex')), 'JY');
  t.equal(decoded(Buffer.from('8950004e47', 'hex')), undefined, 'no text at all');
  t.ok(isList('a.csv', 'x'));
  t.ok(isList('a.txt', 'JY1\nJY2'));
  t.notOk(isList('a.txt', 'JY1\n'));
  t.notOk(isList('a.txt', 'eyJ.eyJ.x~abc\ndef~'), 'a credential that a mail program has wrapped');
  t.ok(isList('a.txt', 'eyJ.eyJ.x~abc~\neyJ.eyJ.y~def~'));
  t.notOk(isList('a.txt', '{\n"credential":"x"}'));
});

t.test('when files are chosen', async (t) => {
  const file = (name: string, content: string, type = 'text/plain'): File => new File([content], name, { type });
  const plan = async (...files: File[]) => { const planned = await planOf(files); return planned.ok ? planned.items.map(({ file: name, row }) => (row === undefined ? name : `${name}:${String(row)}`)) : planned.code; };
  t.strictSame(await plan(file('a.txt', 'JY1'), file('b.csv', 'JY1\nJY2', 'text/csv'), file('c.png', 'x', 'image/png')), ['a.txt', 'b.csv:1', 'b.csv:2', 'c.png']);
  t.equal(await plan(file('b.csv', 'a,b\n1,2')), 'LIST_COLUMN_UNKNOWN');
  t.strictSame(await plan(file('b.csv', 'a,b\n1,2'), file('a.txt', 'JY1')), ['b.csv', 'a.txt'], 'a bad table does not stop the others');
  t.equal(await plan(file('b.csv', 'JY1\n'.repeat(501))), 'BATCH_TOO_MANY');
  t.equal((await planOf([file('b.csv', 'JY1\n'.repeat(500))])).ok, true);
  t.equal(await plan(...Array.from({ length: 501 }, (_, i) => file(`${String(i)}.png`, 'x', 'image/png'))), 'BATCH_TOO_MANY');
  t.equal(await plan(file('b.csv', '\n\n')), 'LIST_EMPTY');
});
