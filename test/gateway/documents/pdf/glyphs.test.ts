import t from 'tap';
import { COVERAGE } from '#gateway/documents/pdf/coverage';
import { OWN_TEXTS } from '#gateway/documents/pdf/face';
import { missingGlyphs, runsOf } from '#gateway/documents/pdf/glyphs';
import { KINDS } from '#gateway/catalogue/kinds';
import { BUREAU } from '#gateway/demo';
import { fonts } from '#test/support/papers';

t.test('when the table is compared with the installed font', async (t) => {
  t.equal(COVERAGE, runsOf(fonts.regular.characterSet));
  t.equal(COVERAGE, runsOf(fonts.bold.characterSet));
  const has = new Set(fonts.regular.characterSet);
  const wrong = Array.from({ length: 0x30000 }, (_, i) => i + 0x20).filter((point) => (point < 0xd800 || point > 0xdfff) && has.has(point) !== (missingGlyphs(String.fromCodePoint(point)).length === 0));
  t.same(wrong, []);
});

t.test('when a name has rare characters', async (t) => {
  t.same(missingGlyphs('䶮㛃𬭬·〔〕（）'), [], 'in the font, beyond the first plane too');
  t.same(missingGlyphs('𠮷野家𠮷\u200b'), ['𠮷', '\u200b'], 'each once, in order');
  t.same(missingGlyphs('一\n二'), [], 'a line feed is layout');
  t.same(missingGlyphs('\u{10ffff}'), ['\u{10ffff}']);
});

t.test('when what is printed beside the face is looked at', async (t) => {
  t.same(missingGlyphs(OWN_TEXTS), []);
  for (const kind of KINDS) t.same(missingGlyphs([kind.name.zh, kind.name.en, ...kind.fields.flatMap(({ label, choices }) => [label.zh, ...(choices ?? [])])].join('')), [], kind.name.zh);
  t.same(missingGlyphs(BUREAU.name), []);
});
