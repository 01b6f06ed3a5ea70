/** Words of the audit door and of the work that fallen licences leave. */
import type { Message } from '../../messages.js';
import { REGISTER_ACT_WORDS } from '../../messages/register-acts.js';

export const AUDIT = {
  title: { zh: '审计', en: 'Audit' },
  lead: { zh: '只读。查看证照和持证人均留有记录。', en: 'Reads only. Looking at a licence or a holder leaves a record.' },
  mayNot: { zh: '此页供审计人员使用。', en: 'This page is for auditors.' },
  sections: { zh: '审计栏目', en: 'Parts of the audit' },
  acts: { zh: '办理记录', en: 'Acts' },
  uses: { zh: '用证记录', en: 'Uses' },
  traces: { zh: '变更联动', en: 'Reverse trace' },
  figures: { zh: '图表', en: 'Charts' },
  search: { zh: '查询', en: 'Search' },
  licence: { zh: '证照编号或标识', en: 'Licence number or identifier' },
  actor: { zh: '经办人编号', en: 'Id of the person who acted' },
  actorHint: { zh: '人员登记编号或用户名，点结果中的经办人可填入。', en: 'Of the staff record, or a sign-in name; press a person in the results to fill it in.' },
  agency: { zh: '机关', en: 'Agency' },
  kind: { zh: '证照类型', en: 'Kind of licence' },
  noun: { zh: '记录', en: 'Records' },
  act: { zh: '办理事项', en: 'Act' },
  details: { zh: '内容', en: 'What' },
  from: { zh: '记入账本：自', en: 'Recorded from' },
  to: { zh: '至', en: 'To' },
  all: { zh: '全部', en: 'All' },
  outsideOnly: { zh: '仅看工作时间以外', en: 'Only outside of working hours' },
  outside: { zh: '工作时间以外', en: 'outside of working hours' },
  none: { zh: '没有符合条件的记录。', en: 'Nothing was found.' },
  sparse: { zh: '这一段时间内没有，可继续查找更早的。', en: 'None in this stretch of time; earlier ones can be looked through.' },
  more: { zh: '更早的', en: 'Earlier ones' },
  further: { zh: '更多', en: 'More' },
  export: { zh: '导出：', en: 'Export: ' },
  open: { zh: '查看全部历史', en: 'Open its whole history' },
  by: { zh: '决定机关', en: 'Decided by' },
  actors: { zh: '经办人', en: 'Persons' },
  ofAgency: { zh: '所属机关', en: 'Of agency' },
  // The dossier.
  history: { zh: '全部办理记录', en: 'Whole history' },
  versions: { zh: '各版本', en: 'Versions' },
  version: { zh: '版本', en: 'Version' },
  status: { zh: '状态', en: 'Status' },
  since: { zh: '自', en: 'Since' },
  relied: { zh: '依据本证照的', en: 'What relied on it' },
  reliedNone: { zh: '没有综合许可证、秒批证照、办件决定或授权依据本证照。', en: 'No composite, licence by rule, decision or grant relied on it.' },
  looked: { zh: '谁用过、看过', en: 'Who used it or looked' },
  lookedNone: { zh: '没有用证记录。', en: 'There are no use records.' },
  staff: { zh: '人员', en: 'Person' },
  noCase: { zh: '无受理编号', en: 'no case' },
  withCase: { zh: '有受理编号', en: 'with a case' },
  // As of.
  asOf: { zh: '截至某日', en: 'As of a day' },
  asOfLead: { zh: '哪一天有效，与当时已记入账本的，是两件事：补记的决定只在补记之后可见。', en: 'What was in force on a day and what had been recorded by a day are two things: a back-dated decision is seen only from the day it was recorded.' },
  on: { zh: '哪一天的状态', en: 'In force on' },
  known: { zh: '按哪一天为止的记录', en: 'As recorded by' },
  show: { zh: '查看', en: 'Show' },
  byAct: { zh: '依第几号办理', en: 'By act no.' },
  members: { zh: '单项许可', en: 'Member permits' },
  face: { zh: '照面', en: 'Face' },
  notRecorded: { zh: '尚未记入账本', en: 'Not recorded yet' },
  notRecordedLead: { zh: '到这一天为止，账本上没有该证照的任何记录，没有照面可显示。', en: 'Nothing of this licence had been recorded by that day, so there is no face to show.' },
  // A holder.
  holder: { zh: '按持证人查询', en: 'By holder' },
  holderLead: { zh: '须说明目的；查询本身留有记录，查无结果也一样。', en: 'Needs a purpose; that you asked is recorded, also where nothing is found.' },
  holderCode: { zh: '统一社会信用代码或公民身份号码', en: 'Social credit code or identity number' },
  purpose: { zh: '目的', en: 'Purpose' },
  caseNo: { zh: '受理编号', en: 'Case number' },
  // Uses.
  question: { zh: '问题', en: 'Question' },
  // Traces.
  due: { zh: '应于', en: 'Due' },
  overdue: { zh: '已逾期', en: 'Overdue' },
  owner: { zh: '责任机关', en: 'Owner' },
  reliedItem: { zh: '依据它的', en: 'What relied on it' },
  outcome: { zh: '处理结果', en: 'Outcome' },
  tracesLead: { zh: '证照被撤销、吊销、撤回、注销、变更或到期后，依据它的综合许可证、秒批证照、决定和授权逐项列出，处理完毕仍保留。', en: 'After a licence is annulled, revoked, withdrawn, cancelled, changed or expired, every composite, licence by rule, decision and grant that relied on it is listed, and stays listed when it is done.' },
  tracesNone: { zh: '没有待处理的联动事项。', en: 'Nothing is left to be done.' },
  state: { zh: '进度', en: 'State' },
  close: { zh: '填写处理结果', en: 'Say what came of it' },
  closed: { zh: '已处理', en: 'Closed' },
  // Heads.
  heads: { zh: '账本头', en: 'Heads of the ledger' },
  headsLead: { zh: '账本头写明签署时账本有多少区块、末块为何。与系统分开保存，账本若被截短、改写或分叉，凭它即可查出。', en: 'A head says how many blocks the ledger had, and which was the last. Kept away from the system, it shows when the ledger was cut short, rewritten or forked.' },
  headNow: { zh: '打印当前账本头（PDF）', en: 'Print the head of now (PDF)' },
  headsKept: { zh: '其他机关送来的', en: 'Sent by other agencies' },
  headsNone: { zh: '其他机关还没有送来账本头。', en: 'No other agency has sent one.' },
  blocks: { zh: '个区块', en: 'blocks' },
  signedAt: { zh: '签署：', en: 'signed ' },
  receivedAt: { zh: '收到：', en: 'received ' },
  // Charts.
  by_month: { zh: '按月', en: 'By month' },
  by_day: { zh: '按日', en: 'By day' },
  period: { zh: '时间', en: 'Period' },
  count: { zh: '件数', en: 'Count' },
  actsChart: { zh: '核发与状态变化', en: 'Issues and changes of status' },
  usesChart: { zh: '各机关用证目的', en: 'Uses by agency and purpose' },
  savedChart: { zh: '免提交的材料', en: 'Papers saved' },
  savedLead: { zh: '办件决定依据已有证照的次数：申请人少交的材料。', en: 'How often a decision relied on a licence that was there: papers that nobody had to bring.' },
  usesNewest: { zh: '记录较多，只统计了各机关在这段时间内最近的一部分。', en: 'There are more records than are read at once: only the newest of each agency in this time are counted.' },
  noPurpose: { zh: '未说明目的', en: 'no purpose stated' },
} as const satisfies Record<string, Message>;

export const SERIES_WORDS = {
  made: { zh: '核发', en: 'issued' }, renewed: { zh: '延续、变更', en: 'renewed, changed' }, ended: { zh: '终止', en: 'ended' }, other: { zh: '其他', en: 'other' },
} as const satisfies Record<string, Message>;

export const QUESTION_WORDS = {
  'no-case': { zh: '没有受理编号的查询', en: 'Look-ups without a case' }, copies: { zh: '取用签章文件、二维码', en: 'Sealed documents and codes drawn' }, reprints: { zh: '重复取用同一版本', en: 'The same version drawn again' }, outside: { zh: '工作时间以外', en: 'Outside of working hours' },
} as const satisfies Record<string, Message>;

export const USE_ACT_WORDS = {
  'look-up': { zh: '查询', en: 'Look-up' }, verify: { zh: '核验', en: 'Verification' }, use: { zh: '用证', en: 'Use' }, copy: { zh: '取用文件', en: 'Copy' },
} as const satisfies Record<string, Message>;

export const HEAD_FINDING_WORDS = {
  appended: { zh: '与本机账本一致', en: 'agrees with the ledger here' }, ahead: { zh: '本机尚未读到', en: 'of blocks that are not here yet' }, forked: { zh: '与本机账本矛盾', en: 'contradicts the ledger here' }, contradicts: { zh: '与其先前的账本头矛盾', en: 'contradicts its own earlier head' },
} as const satisfies Record<string, Message>;

export const RELIANCE_WORDS = {
  composite: { zh: '综合许可证', en: 'Composite licence' }, permit: { zh: '秒批证照', en: 'Licence issued by rule' }, decision: { zh: '办件决定', en: 'Decision on an application' }, grant: { zh: '持证人授权', en: "Holder's grant" },
} as const satisfies Record<string, Message>;

export const TRACE_STATE_WORDS = { open: { zh: '待处理', en: 'Open' }, closed: { zh: '已处理', en: 'Closed' } } as const satisfies Record<string, Message>;
export const TRACE_OUTCOME_WORDS = {
  upheld: { zh: '维持', en: 'Upheld' }, corrected: { zh: '已变更', en: 'Corrected since' }, ended: { zh: '已终止', en: 'Ended' },
} as const satisfies Record<string, Message>;
export const EXPIRE = { zh: '到期', en: 'Expired' } as const satisfies Message;
/** Of all records but licences and applications; of objections and traces the acts are their outcomes. */
export const OTHER_ACT_WORDS = {
  ...REGISTER_ACT_WORDS,
  accepted: { zh: '异议：已更正', en: 'Objection put right' }, rejected: { zh: '异议：未接受', en: 'Objection rejected' }, upheld: { zh: '联动：维持', en: 'Trace: upheld' }, corrected: { zh: '联动：已变更', en: 'Trace: corrected' }, ended: { zh: '联动：已终止', en: 'Trace: ended' },
  'condition.extend': { zh: '容缺：延期', en: 'Paper to come: extended' }, 'condition.meet': { zh: '容缺：已补交', en: 'Paper to come: handed in' }, 'condition.miss': { zh: '容缺：认定逾期', en: 'Paper to come: missed' },
  'print.order': { zh: '制证：下达', en: 'Print order: given' }, 'print.print': { zh: '制证：打印', en: 'Print order: printed' }, 'print.again': { zh: '制证：重打', en: 'Print order: printed again' }, 'print.seal': { zh: '制证：用印', en: 'Print order: sealed' }, 'print.release': { zh: '制证：放行', en: 'Print order: released' }, 'print.hand-over': { zh: '制证：发证', en: 'Print order: handed over' }, 'print.cancel': { zh: '制证：取消', en: 'Print order: cancelled' },
  'supervision.take': { zh: '监管：签收', en: 'Supervision: taken over' }, 'supervision.find': { zh: '监管：检查结果', en: 'Supervision: finding' },
} as const satisfies Record<string, Message>;
