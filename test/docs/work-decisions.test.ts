/** The worked bytes of what follows an issue, or stands in for a person: computed anew. */
import t from 'tap';
import { inputsCommitment, ruleSetDigest } from '#chaincode/facts/automatic';
import { promiseCommitment } from '#chaincode/facts/promise';
import { FINDINGS_MAX, TAKE_OVER_DAYS } from '#chaincode/facts/supervision';
import { document, range, stated } from '#test/support/decisions';

void t.test('when a promise is worked (0027)', (t) => {
  const text = document('0027-conditions-and-promises');
  t.equal(promiseCommitment(range(0, 32), Buffer.from(stated(text, /UTF-8 bytes of `(.+?)`/))), stated(text, /the commitment is `([\w-]{43})`/));
  t.end();
});

void t.test('when rules are worked (0028)', (t) => {
  const text = document('0028-issue-by-rule');
  const rules = { agency: '113703030099999063', kind: '11370000000000000T901', schema: 1, held: [{ kind: '11370000000000000T906', daysLeft: 0 }], fields: ['residence'], address: { field: 'premises', within: ['示例市张店区'] }, promise: true, perDay: 200, perHour: 60 };
  t.equal(ruleSetDigest(rules), stated(text, /the digest is `([\w-]{43})`/));
  t.equal(inputsCommitment(range(0, 32), stated(text, /text `(\{.+?\})`/)), stated(text, /text `.+?`: `([\w-]{43})`/));
  t.end();
});

void t.test('when supervision is told (0033)', (t) => {
  const text = document('0033-supervision');
  t.equal(TAKE_OVER_DAYS, 5);
  t.match(text, 'Due five days after');
  t.equal(FINDINGS_MAX, 100);
  t.match(text, 'last hundred');
  t.end();
});
