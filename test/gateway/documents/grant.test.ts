/** What a grant is for: one text, one commitment; anything else is no text of ours. */
import t from 'tap';
import { grantDetailsCommitment, grantDetailsText, grantOpens, parseGrantDetails, type GrantDetails } from '#gateway/documents/grant';

const FOOD = '11370000000000000T901';
const DRUG = '11370000000000000T905';
const licence = `${FOOD}.113703030099999063.${'0'.repeat(20)}`;
const details: GrantDetails = { v: 1, licences: [{ licence, fields: ['number'] }], kinds: [{ kind: DRUG, fields: ['number', 'scope'] }], purpose: 'CREDIT', text: { zh: '信贷审查', en: 'examining a credit' } };
const text = grantDetailsText(details);

t.test('when details are read', async (t) => {
  t.strictSame(parseGrantDetails(text), details);
  const { licences: _, ...byKind } = details;
  t.ok(parseGrantDetails(grantDetailsText(byKind)));
  const changed = (change: object): string => grantDetailsText({ ...details, ...change } as GrantDetails);
  const bad: Record<string, string> = {
    'no JSON': text.slice(1), 'another order': JSON.stringify(details), spaced: text.replace(':', ': '), 'a list': '[]', null: 'null', 'another version': changed({ v: 2 }), 'a further member': changed({ more: 1 }),
    'nothing opened': changed({ licences: undefined, kinds: undefined }), 'no licence': changed({ licences: [] }), 'an identifier': changed({ licences: [{ licence: `1.2.156.3005.2.${licence}`, fields: ['number'] }] }),
    'no field': changed({ licences: [{ licence, fields: [] }] }), 'a field twice': changed({ licences: [{ licence, fields: ['number', 'number'] }] }), 'a licence twice': changed({ licences: [1, 2].map(() => ({ licence, fields: ['number'] })) }),
    'a further member of an item': changed({ licences: [{ licence, fields: ['number'], x: 1 }] }), 'no words': changed({ text: { zh: '', en: '' } }), 'words in one language': changed({ text: { zh: '信贷审查' } }), 'no purpose': changed({ purpose: undefined }),
    'too many': changed({ kinds: Array.from({ length: 33 }, (_, i) => ({ kind: `11370000000000000T${String(i).padStart(3, '0')}`, fields: ['number'] })) }),
  };
  for (const [what, each] of Object.entries(bad)) t.equal(parseGrantDetails(each), undefined, what);
});

t.test('when a licence is asked for', async (t) => {
  t.strictSame(grantOpens(details, { licence, kind: FOOD }), ['number']);
  t.strictSame(grantOpens(details, { licence: `${DRUG}.113703030099999063.${'0'.repeat(20)}`, kind: DRUG }), ['number', 'scope'], 'every one of the kind');
  t.equal(grantOpens(details, { licence: licence.replace(/.$/, '1'), kind: FOOD }), undefined, 'another one of its kind');
});

t.test('when it is committed to', async (t) => {
  const opening = Buffer.alloc(32, 1);
  t.not(grantDetailsCommitment(opening, text), grantDetailsCommitment(Buffer.alloc(32, 2), text), 'nobody guesses it');
  t.not(grantDetailsCommitment(opening, text), grantDetailsCommitment(opening, grantDetailsText({ ...details, purpose: 'TELECOM' })), 'nobody opens it to something else');
});
