/** The worked bytes of what follows an issue, or stands in for a person: computed anew. */
import t from 'tap';
import { inputsCommitment, ruleSetDigest } from '#chaincode/facts/automatic';
import { promiseCommitment } from '#chaincode/facts/promise';
import { FINDINGS_MAX, TAKE_OVER_DAYS } from '#chaincode/facts/supervision';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { REPORT_FORM, REPORT_FORMAT, reportDigest, usesDigest, type Report } from '#gateway/documents/report';
import { FIGURE_WORDS } from '#gateway/messages/reports';
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

void t.test('when a self-report is worked (0034)', (t) => {
  const text = document('0034-self-report');
  const written = stated(text, /```\n(\{.*\})\n```/);
  const report = JSON.parse(written) as Report;
  t.equal(canonical(report as unknown as Canonical), written, 'in its canonical form');
  t.equal(report.format, REPORT_FORMAT);
  t.equal(reportDigest(report), stated(text, /has the digest `([\w-]{43})`/));
  t.equal(usesDigest(report.uses?.log ?? '', report.uses?.size ?? 0, [{ figure: 'use.scene', of: stated(text, /`use\.scene` of `(.+?)`/), count: 5 }]), report.uses?.digest);
  t.match(text, `\`form\` ${String(REPORT_FORM)} says`);
  for (const figure of Object.keys(FIGURE_WORDS)) t.ok(/^(licence|composite|application|use)\./.test(figure) || text.includes(`\`${figure}\``) || text.includes(`\`.${figure.slice(figure.indexOf('.') + 1)}\``), figure);
  t.end();
});
