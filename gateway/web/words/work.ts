/** Words of staff for papers to come and supervision. */
import type { Message } from '../../messages.js';
import { AFTER_ISSUE } from './after-issue.js';

export const WORK = {
  ...AFTER_ISSUE,
  conditionsLead: { zh: '按期限排列；逾期不会自动处理，由本机关决定。', en: 'By their day. Nothing happens by itself when it is over: your agency decides.' },
  noConditions: { zh: '没有待补材料。', en: 'Nothing is still to come.' },
  meet: { zh: '已补交', en: 'It has come' },
  miss: { zh: '认定逾期', en: 'Record as missed' },
  extend: { zh: '延期一次', en: 'Extend, once' },
  extendTo: { zh: '延至', en: 'Until' },
  untaken: { zh: '待签收的证照（审管联动）', en: 'Licences to take over for supervision' },
  untakenLead: { zh: '本机关监管范围内新发、变更的证照，签收后从此列表移出。', en: 'New versions within your agency\'s supervision; what is taken over leaves this list.' },
  noUntaken: { zh: '没有待签收的证照。', en: 'Everything is taken over.' },
  take: { zh: '签收', en: 'Take over' },
  takeBy: { zh: '签收期限', en: 'To be taken over by' },
  waits: { zh: '已签名，等待其他人员签名（待签事项）。', en: 'Signed: it waits for another person, under proposals.' },
  open: { zh: '打开', en: 'Open' },
  later: { zh: '后补材料（容缺）', en: 'Papers to come later' },
  laterLead: { zh: '勾选暂缺、允许后补的材料，期限和后果一并签入本次办理。', en: 'Tick what is missing and may come later; the day and the consequence are signed with this act.' },
  dueDay: { zh: '最迟补交日', en: 'Last day' },
  consequence: { zh: '逾期后果', en: 'If it does not come' },
} as const satisfies Record<string, Message>;

export const CONSEQUENCE_WORDS = {
  reminder: { zh: '提醒', en: 'reminder' }, flag: { zh: '逾期标记', en: 'marked as overdue' }, suspension: { zh: '可暂停使用', en: 'may be suspended' },
} as const satisfies Record<string, Message>;
