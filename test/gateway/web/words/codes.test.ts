/** Pages know the words of every code: those of refusals, also by another gateway, and of fields and tables once a page of staff has been opened, those of holders with the wallet, all others from the start. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { MESSAGES } from '#gateway/messages';
import { EVIDENCE_PART_WORDS, EVIDENCE_WORDS } from '#gateway/messages/evidence';
import { EXCHANGE_WORDS } from '#gateway/messages/exchange';
import { FIELD_WORDS } from '#gateway/messages/fields';
import { HOLDER_WORDS } from '#gateway/messages/holders';
import { PRINT_ORDER_WORDS } from '#gateway/messages/print-orders';
import { REFUSAL_WORDS } from '#gateway/messages/refusals';
import { REPORT_WORDS } from '#gateway/messages/reports';
import { TABLE_WORDS } from '#gateway/messages/tables';
import { WORK_WORDS } from '#gateway/messages/work';
import { learn, messageOf } from '#gateway/web/words/codes';

t.test('when no page of staff has been opened', async (t) => {
  const refusals: readonly string[] = Object.keys({ ...REFUSAL_WORDS, ...WORK_WORDS, ...PRINT_ORDER_WORDS, ...EXCHANGE_WORDS, ...TABLE_WORDS, ...FIELD_WORDS, ...HOLDER_WORDS, ...REPORT_WORDS });
  const report: readonly string[] = Object.keys({ ...EVIDENCE_PART_WORDS, ...EVIDENCE_WORDS }); // come with the report on a bundle
  for (const code of Object.keys(MESSAGES)) if (!refusals.includes(code) && !report.includes(code)) t.same(messageOf(code), MESSAGES[code], code);
  t.same(messageOf('APPLICATION_STATE'), { zh: 'APPLICATION_STATE', en: 'APPLICATION_STATE' });
  t.same(messageOf('APPLICATION_STATE', { zh: '说明', en: 'told' }), { zh: '说明', en: 'told' }, 'as the gateway says it');
  t.same(messageOf('VALID', { zh: '说明', en: 'told' }), MESSAGES['VALID'], 'known words go first');
  const documents = readdirSync('gateway/documents', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(`gateway/documents/${file}`, 'utf8')).join('');
  t.strictSame(refusals.filter((code) => documents.includes(`'${code}'`)), [], 'a verdict never needs them');
});

t.test('when one has', async (t) => {
  learn({ ...EVIDENCE_PART_WORDS, ...EVIDENCE_WORDS, ...REFUSAL_WORDS, ...WORK_WORDS, ...PRINT_ORDER_WORDS, ...EXCHANGE_WORDS, ...TABLE_WORDS, ...FIELD_WORDS, ...HOLDER_WORDS, ...REPORT_WORDS });
  for (const code of Object.keys(MESSAGES)) t.same(messageOf(code), MESSAGES[code], code);
});
