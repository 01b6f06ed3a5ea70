import t from 'tap';
import { isWholeIdentifier, mayBeNumber, presentedAs } from '#gateway/documents/presented';

const IDENTIFIER = '1.2.156.3005.2.11370000000000000T901.113703030099999063.20260315000001.001.S';

t.test('when an identifier is presented', async (t) => {
  const forms = [IDENTIFIER, ` ${IDENTIFIER}\n`, IDENTIFIER.toLowerCase(), IDENTIFIER.replace('1.2.156.3005.2.', ''), IDENTIFIER.replace('.001', ' .001 '), `https://yz.example.cn/l/${IDENTIFIER}?from=wall`, IDENTIFIER.replaceAll('.', '．')];
  for (const form of forms) t.same(presentedAs(form), { by: 'identifier', identifier: IDENTIFIER }, form);
  t.ok(isWholeIdentifier(IDENTIFIER));
  for (const part of [IDENTIFIER.slice(0, -2), '1.2.156.3005.2', '1.2.3', '']) t.notOk(isWholeIdentifier(part), part);
  t.same(presentedAs(IDENTIFIER.slice(0, 60))?.by, 'identifier', 'a part of one is still an identifier, so that its words fit');
});

t.test('when a number is presented', async (t) => {
  for (const number of ['JY23703039999014', '（演示）鲁卫公证字〔2026〕第0001号', '91370303MA99TXT04C', '123']) t.same(presentedAs(number), { by: 'number', number }, number);
});

t.test('when a credential is presented', async (t) => {
  const credential = 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln~ZGlzY2xvc3VyZQ~';
  t.same(presentedAs(credential), { by: 'credential', credential });
  t.same(presentedAs(credential.replace('~Z', '~\r\n  Z')), { by: 'credential', credential }, 'wrapped by a mail program');
  t.same(presentedAs(JSON.stringify({ credential, qr: 'https://x/q#1.AAAA' })), { by: 'credential', credential }, 'the answer of the interface, kept as a file');
  t.same(presentedAs(JSON.stringify(credential)), { by: 'credential', credential });
  t.same(presentedAs('eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln')?.by, 'credential', 'without its disclosures');
});

t.test('when a scanned link is presented', async (t) => {
  const code = `1.${'A-_b'.repeat(40)}`;
  for (const qr of [`http://localhost:8080/q#${code}`, `https://forged.example/q#${code}`, code, `#${code}`]) t.same(presentedAs(qr), { by: 'qr', qr }, qr.slice(0, 30));
});

t.test('when nothing or something else is presented', async (t) => {
  for (const text of ['', '  \n']) t.equal(presentedAs(text), undefined);
  for (const text of ['{broken', '{"a":1}', '"', '{}']) t.same(presentedAs(text)?.by, 'number', text);
});

t.test('when a page is made to be slow to read', async (t) => {
  const receipt = `${Buffer.from('{"alg":"ES256","typ":"yizheng-receipt+jwt","kid":"x"}').toString('base64url')}.e30.c2ln`;
  const started = performance.now();
  for (const nonsense of ['eyJ', '-eyJ', 'eyJ.', 'eyJa.', '.']) {
    const page = `<${nonsense.repeat((1 << 20) / nonsense.length)}`;
    t.same(presentedAs(page)?.by, 'number', nonsense);
    t.same(presentedAs(`${page}<code>${receipt}</code>`), { by: 'receipt', receipt }, 'and what is in it is found');
  }
  t.ok(performance.now() - started < 5_000);
});

t.test('when a whole file is given that is none of these', async (t) => {
  for (const text of ['<!doctype html><p>示例</p>', '{"holder":"示例"}', '第一行\n第二行', '1'.repeat(121)]) t.notOk(mayBeNumber(text), 'it must not stand in an address');
  for (const text of ['JY23703039999014', '（演示）鲁卫公证字〔2026〕第0001号', '1'.repeat(120)]) t.ok(mayBeNumber(text));
});
