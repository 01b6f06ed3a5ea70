/** Words of a holder's people, agents, devices and applications. */
import type { Message } from '../../messages.js';

export const MEMBERS = {
  title: { zh: '人员与代办', en: 'People and agents' },
  lead: { zh: '您可以让本单位人员或代办机构替您办事：做什么、对哪些证照、用于什么、到何时，由您定；撤回后立即失效。', en: 'Let your own people or an agent act for you: what, for which licences and purposes, and until when is yours to say; taken back, it ends at once.' },
  none: { zh: '还没有委托任何人。', en: 'Nobody acts for you yet.' },
  add: { zh: '新的委托', en: 'New delegation' },
  role: { zh: '身份', en: 'As' },
  label: { zh: '称呼', en: 'Name' },
  labelHint: { zh: '只有您自己看得到，不上链。', en: 'Only you see it; it is not on the ledger.' },
  delegate: { zh: '代办机构的统一社会信用代码', en: 'Social credit code of the agent' },
  acts: { zh: '可以做', en: 'May' },
  kinds: { zh: '仅限这些证照', en: 'Only for these licences' },
  purposes: { zh: '仅限这些用途', en: 'Only for these purposes' },
  forKinds: { zh: '证照范围', en: 'Licences' },
  forPurposes: { zh: '用途范围', en: 'Purposes' },
  unlimited: { zh: '不选即不限', en: 'none chosen: no limit' },
  allKinds: { zh: '全部证照', en: 'all licences' },
  until: { zh: '有效至', en: 'Until' },
  give: { zh: '签名委托', en: 'Sign the delegation' },
  given: { zh: '已委托。', en: 'Given.' },
  actsMissing: { zh: '请至少选择一项可以做的事', en: 'Choose at least one thing that may be done' },
  devices: { zh: '手机', en: 'Phones' },
  addPhone: { zh: '登记手机', en: 'Register a phone' },
  stopPhone: { zh: '停用', en: 'Stop' },
  takeBack: { zh: '撤回委托', en: 'Take back' },
  takeBackNote: { zh: '撤回后，其手机、登录和代码立即失效；经其手的授权仍有效，可在“授权”中收回。', en: 'His phones, sessions and codes end at once. Grants that he gave stay until you take them back under "Grants".' },
  takeBackYes: { zh: '确认撤回', en: 'Take it back' },
  takenBack: { zh: '已撤回，立即失效。', en: 'Taken back; it has ended.' },
  last: { zh: '最近办理', en: 'Last act' },
  history: { zh: '全部办理记录', en: 'All that was done' },
  nothing: { zh: '还没有办理记录。', en: 'Nothing was done by it yet.' },
  resting: { zh: '由其经理委托', en: 'given by a manager' },
  ownScope: { zh: '您凭委托使用此钱包', en: 'You use this wallet by a delegation' },
  yours: { zh: '我的其他手机', en: 'My other phones' },
  noOther: { zh: '没有其他手机。', en: 'No other phone.' },
  addOwn: { zh: '登记我的另一部手机', en: 'Register another phone of mine' },
  lost: { zh: '挂失', en: 'Report lost' },
  asideNote: { zh: '永久失效，不能恢复。', en: 'For good: nothing comes back.' },
  asideYes: { zh: '确认', en: 'Confirm' },
  aside: { zh: '已停用，立即失效。', en: 'Stopped; it is good for nothing more.' },
  since: { zh: '登记于', en: 'Registered' },
  tell: { zh: '请在新手机上打开“钱包”并输入：', en: 'Open the wallet on the new phone and enter:' },
  waiting: { zh: '等待新手机…', en: 'Waiting for the new phone…' },
  over: { zh: '代码已失效，请重新取得。', en: 'The code is no longer good: get a new one.' },
  again: { zh: '重新取得代码', en: 'Get a new code' },
  compare: { zh: '请与新手机上的数字逐位核对，一致才能签名：', en: 'Compare with the digits on the new phone, one by one; sign only if they are the same:' },
  same: { zh: '数字一致，签名登记', en: 'The digits are the same: sign' },
  registered: { zh: '手机已登记，可以登录。', en: 'The phone is registered and can sign in.' },
  mandates: { zh: '我代办的', en: 'Whom I act for' },
  mandatesLead: { zh: '委托本单位代办的持证人。您的每次办理，委托人都看得到。', en: 'Holders for whom this organisation acts. They see all that you do for them.' },
  noMandates: { zh: '没有人委托本单位代办。', en: 'Nobody has made this organisation an agent.' },
  open: { zh: '替其办理', en: 'Act for this holder' },
  close: { zh: '返回本单位', en: 'Back to this organisation' },
  actingFor: { zh: '正在代办：', en: 'Acting for ' },
  applications: { zh: '办件', en: 'Applications' },
  apply: { zh: '提交新的申请', en: 'New application' },
  agency: { zh: '向哪个机关', en: 'To which agency' },
  bring: { zh: '将提交的材料和承诺', en: 'Papers and promises that you will hand in' },
  stillMissing: { zh: '还需填写：', en: 'Still to fill in: ' },
  file: { zh: '签名提交', en: 'Sign and send' },
  filed: { zh: '已提交，等待机关收件。', en: 'Sent; it waits for the agency.' },
  waitingFiling: { zh: '等待收件', en: 'waits for the agency' },
  withdraw: { zh: '撤回', en: 'Take back' },
  withdrawn: { zh: '已撤回。', en: 'Taken back.' },
  fromWallets: { zh: '钱包提交，待收件', en: 'From wallets, to be taken in' },
  noApplications: { zh: '没有办件。', en: 'No applications.' },
  number: { zh: '办件编号', en: 'Number' },
  steps: { zh: '经过', en: 'Steps' },
  by: { zh: '经手', en: 'By' },
} as const satisfies Record<string, Message>;

export const ROLE_WORDS = {
  manager: { zh: '证照管理员', en: 'licence manager' }, clerk: { zh: '办事员', en: 'clerk' }, agent: { zh: '代办机构', en: 'agent' },
} as const satisfies Record<string, Message>;

export const DELEGATED_ACT_WORDS = {
  show: { zh: '查看和出示证照', en: 'see licences and show them' }, grant: { zh: '授权他人使用证照', en: 'grant the use of licences' }, apply: { zh: '提交办件', en: 'apply' },
  object: { zh: '对错误数据提出异议', en: 'object to wrong data' }, members: { zh: '在其权限内委托办事员', en: 'give clerks a part of this' },
} as const satisfies Record<string, Message>;

/** What the record of acts says. */
export const ACTED_WORDS: Readonly<Record<string, Message>> = {
  grant: { zh: '作出授权', en: 'gave a grant' }, revoke: { zh: '收回授权', en: 'took a grant back' }, delegation: { zh: '委托办事员', en: 'gave a clerk a delegation' },
  receive: { zh: '提交办件', en: 'applied' }, resubmit: { zh: '补正办件', en: 'put an application right' }, withdraw: { zh: '撤回办件', en: 'withdrew an application' }, objection: { zh: '提出异议', en: 'objected' },
};

export const DELEGATION_STATES = {
  'in-force': { zh: '有效', en: 'in force' }, 'not-yet': { zh: '未开始', en: 'not yet' }, over: { zh: '已到期', en: 'over' }, revoked: { zh: '已撤回', en: 'taken back' },
} as const satisfies Record<string, Message>;
