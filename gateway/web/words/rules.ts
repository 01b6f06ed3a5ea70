/** Words of rules for issue without a person. */
import type { Message } from '../../messages.js';

export const RULES = {
  title: { zh: '秒批规则', en: 'Issue by rule' },
  lead: { zh: '符合规则的申请由系统即时核发。发现问题，任一工作人员可立即停用；启用和修改须两人签名。', en: 'What meets the rules is issued at once, without a person. Anybody of staff stops them at once; two put them in force or change them.' },
  none: { zh: '本机关没有秒批规则。', en: 'Your agency has no such rules.' },
  inForce: { zh: '启用中', en: 'In force' },
  stopped: { zh: '已停用', en: 'Stopped' },
  left: { zh: '今日剩余', en: 'Left of today:' },
  version: { zh: '版本', en: 'version' },
  held: { zh: '须持有有效的', en: 'To be held, in force: ' },
  daysLeft: { zh: '剩余有效天数至少', en: 'days left at least' },
  fields: { zh: '须填写：', en: 'To be filled in: ' },
  within: { zh: '须在：', en: ' is within: ' },
  promise: { zh: '须签署告知承诺书', en: 'A signed promise' },
  quota: { zh: '每小时/每日上限：', en: 'At most an hour/a day: ' },
  comma: { zh: '、', en: ', ' },
  stop: { zh: '立即停用', en: 'Stop at once' },
  resume: { zh: '恢复启用（两人签名）', en: 'Put in force again (two sign)' },
  choose: { zh: '选择规则文件（JSON）', en: 'Choose a file of rules (JSON)' },
  wrong: { zh: '该文件不是规则文件：须为 JSON，含 kind、held、fields 等项。', en: 'The file holds no rules: JSON with kind, held, fields and so on is needed.' },
  new: { zh: '将启用的规则：', en: 'Rules to be put in force:' },
  put: { zh: '用通行密钥签名并提交', en: 'Sign with passkey and propose' },
} as const satisfies Record<string, Message>;
