/** A table of a kind without rows: its columns need no mapping, and a second sheet says what belongs into each. */
import type { KindRecord } from '#chaincode/facts/records';
import type { Message } from '../../messages.js';
import type { Table } from '../../tables/written.js';
import { mappable } from './bulk-rows.js';

const FORMS: Readonly<Record<KindRecord['fields'][number]['type'], Message>> = {
  text: { zh: '文字', en: 'text' }, 'long-text': { zh: '文字，可较长', en: 'text, which may be long' }, day: { zh: '日期，如 2026-03-15', en: 'a day, as 2026-03-15' },
  term: { zh: '期限', en: 'a term' }, uscc: { zh: '18 位统一社会信用代码', en: 'unified social credit code of 18 characters' }, 'citizen-id': { zh: '18 位公民身份号码', en: 'citizen identity number of 18 characters' },
  choice: { zh: '其一：', en: 'one of: ' }, list: { zh: '多项以“；”分隔', en: 'several, divided by ；' },
};
const NEEDED: Message = { zh: '必填', en: 'needed' };
/** What is said of the days and the number of the decision, in the order of `mappable`. */
const ON_TERM: Readonly<Record<string, Message>> = {
  issuedOn: { zh: '日期；不填即当日', en: 'a day; today where empty' }, validFrom: { zh: '日期；不填即发证日期', en: 'a day; the day of issue where empty' },
  validUntil: { zh: '日期；长期的填“长期”', en: 'a day; 长期 where there is no end' }, docNo: { zh: '许可决定书的文号', en: 'number of the decision document' },
};

/** @returns without rows; `json` names the fields */
export function emptyTable(kind: KindRecord): Table {
  const columns = mappable(kind);
  const notes = columns.map(({ name, label, required }) => {
    const field = kind.fields.find((each) => each.name === name);
    const isNeeded = required === true || (name === 'validUntil' && kind.termYears !== undefined && !kind.composite);
    const form = ON_TERM[name] ?? FORMS[field?.type ?? 'text'];
    const choices = field?.choices?.join('、') ?? '';
    return [label.zh, isNeeded ? NEEDED.zh : '', `${form.zh}${choices}`, label.en, isNeeded ? NEEDED.en : '', `${form.en}${choices}`];
  });
  return {
    columns: columns.map(({ label }) => label.zh), rows: [], json: { kind: kind.type, columns: columns.map(({ name }) => name) },
    notes: { name: '填写说明 Notes', rows: [['列', '', '填写', 'Column', '', 'Content'], ...notes] },
  };
}
