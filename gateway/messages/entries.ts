/** What is wrong with an entry anywhere, also on the pages that everybody opens; the rest is learned with the pages that have such fields. */
import type { Message } from '../messages.js';

export const ENTRY_WORDS = {
  FIELD_MISSING: { zh: '必填，请填写', en: 'Required: fill it in' },
  FIELD_UNEXPECTED: { zh: '此处不接受该字段，请核对字段名或去掉', en: 'This field is not taken here: check its name or take it out' },
  SCHEMA: { zh: '格式不符合要求，请改正', en: 'Not in the required form: correct it' },
  IDENTIFIER_FORM: { zh: '证照标识格式不完整，请从“1.2.156.3005.2”开始完整输入', en: 'The identifier is not complete: enter it in full, beginning with 1.2.156.3005.2' },
  IDENTIFIER_CHECK: { zh: '证照标识校验位不符，多半是输入有误，请逐字核对', en: 'The check character of the identifier is wrong, most likely a typing error: compare it character by character' },
} as const satisfies Record<string, Message>;
