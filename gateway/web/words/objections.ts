/** Words of objections: the holder's and the agency's side. */
import type { Message } from '../../messages.js';

export const OBJECTION = {
  title: { zh: '异议', en: 'Objections' },
  object: { zh: '内容有误，提出异议', en: 'Something is wrong: object' },
  fields: { zh: '哪些内容有误', en: 'What is wrong' },
  fieldsMissing: { zh: '请至少选择一项', en: 'Choose at least one' },
  reason: { zh: '原因', en: 'Why' },
  words: { zh: '说明', en: 'In your words' },
  wordsHint: { zh: '应当是什么、以什么为据；不上链', en: 'What it should say, and what shows it; it is not on the ledger' },
  send: { zh: '签名提出', en: 'Sign and send' },
  sent: { zh: '已提出，管理机关须在期限内答复。', en: 'Sent: the managing agency must answer in time.' },
  filed: { zh: '提出于', en: 'Made' },
  dueOn: { zh: '答复期限', en: 'To be answered by' },
  overdue: { zh: '已超过答复期限', en: 'the day has passed' },
  answer: { zh: '答复', en: 'Answer' },
  notHere: { zh: '文字保存在另一网关', en: 'the words are kept at another gateway' },
  none: { zh: '没有异议。', en: 'No objections.' },
  lead: { zh: '持证人对本机关证照提出的异议。', en: 'What holders say is wrong with licences of your agency.' },
  open: { zh: '打开证照办理', en: 'Open the licence' },
  how: { zh: '接受：先办理更正（变更、撤销等），再选择该次办理；不接受：写明理由。', en: 'To accept, first put the licence right (change it, annul it), then choose that act; to reject, say why.' },
  outcome: { zh: '处理', en: 'Answer' },
  accept: { zh: '接受，已更正', en: 'accepted, put right' },
  reject: { zh: '不接受', en: 'rejected' },
  remedy: { zh: '更正所依的办理', en: 'The act that put it right' },
  noRemedy: { zh: '请先办理更正', en: 'first put it right' },
  give: { zh: '答复', en: 'Answer' },
  answered: { zh: '已答复，持证人可见。', en: 'Answered; the holder sees it.' },
  more: { zh: '更多', en: 'More' },
} as const satisfies Record<string, Message>;

export const OBJECTION_REASON_WORDS = {
  WRONG: { zh: '与事实不符', en: 'not true' }, OUTDATED: { zh: '情况已变化', en: 'no longer true' }, MISSING: { zh: '有缺漏', en: 'something is missing' }, NOT_MINE: { zh: '不是我的证照', en: 'not my licence' },
} as const satisfies Record<string, Message>;

export const OBJECTION_STATES = {
  open: { zh: '等待答复', en: 'waits for the answer' }, accepted: { zh: '已更正', en: 'put right' }, rejected: { zh: '未接受', en: 'rejected' },
} as const satisfies Record<string, Message>;
