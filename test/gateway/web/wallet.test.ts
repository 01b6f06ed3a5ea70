/** What the phone shows before it signs comes from what it signs: a gateway that says something else is found out. */
import t from 'tap';
import { grantDetailsCommitment, grantDetailsText } from '#gateway/documents/grant';
import { shownOf } from '#gateway/web/wallet/shown';
import { grantOf } from '#test/support/holders';
import { HOLDER, LEDGER } from '#test/support/ledger';

t.test('when a request is shown', async (t) => {
  const details = { v: 1, kinds: [{ kind: '11370000000000000T901', fields: ['number'] }], purpose: 'CREDIT', text: { zh: '信贷审查', en: 'a credit' } } as const;
  const [text, opening] = [grantDetailsText(details), Buffer.alloc(32, 7)];
  const asked = { grant: grantOf({ details: grantDetailsCommitment(opening, text) }), text, opening: opening.toString('base64url'), ledger: LEDGER };
  const own = { subject: HOLDER, ledger: LEDGER };
  t.strictSame(shownOf(asked, own), details);
  t.equal(shownOf({ ...asked, text: text.replace('CREDIT', 'TELECOM') }, own), undefined, 'other words than those committed to');
  t.equal(shownOf({ ...asked, opening: Buffer.alloc(32, 8).toString('base64url') }, own), undefined);
  t.equal(shownOf({ ...asked, opening: '!' }, own), undefined);
  t.equal(shownOf({ ...asked, ledger: HOLDER }, own), undefined, 'for another ledger');
  t.equal(shownOf(asked, { ...own, subject: 'uscc:92370303MA99TXT124' }), undefined, "another holder's");
  const crooked = text.replace('{', '{ ');
  t.equal(shownOf({ ...asked, text: crooked, grant: grantOf({ details: grantDetailsCommitment(opening, crooked) }) }, own), undefined, 'not in the one spelling');
});
