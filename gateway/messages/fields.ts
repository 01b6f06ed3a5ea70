/** Faults of single fields: of a face, an account, an identifier. */
import type { Message } from '../messages.js';

export const FIELD_WORDS = {
  FIELD_UNKNOWN: { zh: '该类证照没有此字段，请去掉', en: 'This kind has no such field: take it out' },
  LICENCE_DIFFERS: { zh: '账本上已有同一编号的证照，但内容或期限与本行不同：请核对编号，或办理变更、延续', en: 'A licence with this number is on the ledger, but its content or term differs from this row: check the number, or change or renew that licence' },
  FIELD_MISSING: { zh: '必填，请填写', en: 'Required: fill it in' },
  FIELD_UNEXPECTED: { zh: '此处不接受该字段，请核对字段名或去掉', en: 'This field is not taken here: check its name or take it out' },
  FIELD_NOT_TEXT: { zh: '应为文字，请重新填写', en: 'It must be text: enter it again' },
  FIELD_NOT_A_LIST: { zh: '应为一行一项，最多 40 项，不能有空项', en: 'It must be one item a line, at most 40, none empty' },
  FIELD_NOT_A_CHOICE: { zh: '不在可选范围内，请从列表中选择', en: 'Not one of the choices: choose from the list' },
  FIELD_TOO_LONG: { zh: '内容过长，请缩短', en: 'Too long: shorten it' },
  FIELD_BROKEN_CHARACTER: { zh: '含有残缺字符，请删除后重新输入', en: 'It holds a broken character: delete it and type it again' },
  FIELD_CONTROL_CHARACTER: { zh: '含有不可见的控制字符，请重新输入，不要从其他软件粘贴', en: 'It holds an invisible control character: type it again instead of pasting' },
  GLYPH_MISSING: { zh: '含有证照字库没有的字，证照无法印出，请改用规范字形或联系管理员', en: 'It holds characters that the font of the licences lacks, so it could not be printed: use the standard form of the character, or tell the operator' },
  CITIZEN_ID_CHECK_DIGIT: { zh: '公民身份号码校验位或出生日期不符，请逐位核对', en: 'The check digit or birth date of the identity number is wrong: compare it digit by digit' },
  NUMBER_CHECK_DIGIT: { zh: '许可证编号格式或校验位不符，请逐位核对（JY 加 14 位数字）', en: 'The form or check digit of the permit number is wrong: compare it digit by digit (JY and 14 digits)' },
  NUMBER_NAMES_ANOTHER_LICENCE: { zh: '编号不能变更：不同的编号就是另一张证照，请改回原编号', en: 'The number cannot change, another number is another licence: restore the old one' },
  IDENTIFIER_FORM: { zh: '证照标识格式不完整，请从“1.2.156.3005.2”开始完整输入', en: 'The identifier is not complete: enter it in full, beginning with 1.2.156.3005.2' },
  IDENTIFIER_CHECK: { zh: '证照标识校验位不符，多半是输入有误，请逐字核对', en: 'The check character of the identifier is wrong, most likely a typing error: compare it character by character' },
  SCHEMA: { zh: '格式不符合要求，请改正', en: 'Not in the required form: correct it' },
  PASSWORD_TOO_SHORT: { zh: '密码至少 12 个字符，请加长', en: 'A password needs at least 12 characters: make it longer' },
  PASSWORD_SAME: { zh: '新密码与原密码相同，请换一个', en: 'The new password is the old one: choose another' },
  NAME_FORM: { zh: '用户名只能用小写字母、数字和 . _ -，长 2 至 40 个字符', en: 'A name has 2 to 40 small letters, digits and . _ -' },
  KEY_NOT_P256: { zh: '该密钥不是 ES256（P-256），请换用其他设备或安全密钥', en: 'The key is not ES256 (P-256): use another device or security key' },
  NAME_TAKEN: { zh: '该用户名已被使用，请换一个', en: 'The name is taken: choose another' },
} as const satisfies Record<string, Message>;
