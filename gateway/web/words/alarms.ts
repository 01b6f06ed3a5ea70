/** Words of the page of alarms. */
import type { Message } from '../../messages.js';

export const ALARMS = {
  title: { zh: '告警', en: 'Alarms' },
  lead: { zh: '由记录得出，原因消除后自动解除。', en: 'Told by the records; over by themselves when the cause is gone.' },
  checked: { zh: '最近一次检查：', en: 'Last looked at: ' },
  unchecked: { zh: '启动后尚未检查，稍候即有结果。', en: 'Nothing was looked at since the start: it comes in a moment.' },
  none: { zh: '没有未解除的告警。', en: 'Nothing to look at.' },
  only: { zh: '此页供登记管理员和审计人员使用。', en: 'This page is for registrars and auditors.' },
  since: { zh: '起始', en: 'Since' },
  count: { zh: '数量', en: 'How many' },
  atLeast: { zh: '以上', en: 'or more' },
  hour: { zh: '次（一小时内）', en: 'in an hour' },
  day: { zh: '次（一日内）', en: 'in a day' },
  usual: { zh: '平时', en: 'usually' },
  endsAt: { zh: '到期', en: 'Ends' },
  agency: { zh: '机关', en: 'Agency' },
  gateway: { zh: '本网关', en: 'This gateway' },
  subject: { zh: '编号', en: 'Id' },
  todo: { zh: '怎么办', en: 'What to do' },
  look: { zh: '去处理', en: 'See to it' },
  oldest: { zh: '最早一件', en: 'The oldest one' },
  seen: { zh: '已知悉', en: 'I have seen it' },
  seenBy: { zh: '已知悉：', en: 'Seen by ' },
  over: { zh: '已解除', en: 'Over' },
  overAt: { zh: '解除', en: 'Over since' },
} as const satisfies Record<string, Message>;
