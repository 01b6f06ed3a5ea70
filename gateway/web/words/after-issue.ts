/** Words of how a licence was issued and what has come of it: papers to come, promises, issue by rule, findings. */
import type { Message } from '../../messages.js';

export const AFTER_ISSUE = {
  promise: { zh: '凭告知承诺核发', en: 'Issued on a signed promise' },
  automatic: { zh: '由系统按规则自动准予（秒批）', en: 'Granted by rule, without a person' },
  found: { zh: '监管记录', en: 'Supervision' },
  conditions: { zh: '待补材料（容缺）', en: 'Papers to come' },
  dueOn: { zh: '补交期限', en: 'Due' },
  overdue: { zh: '已逾期', en: 'overdue' },
} as const satisfies Record<string, Message>;

export const CONDITION_STATES = {
  open: { zh: '待补', en: 'to come' }, met: { zh: '已补', en: 'met' }, missed: { zh: '逾期未补', en: 'missed' }, closed: { zh: '已了结', en: 'closed' },
} as const satisfies Record<string, Message>;
