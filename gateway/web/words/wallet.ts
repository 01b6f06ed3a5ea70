/** Words of the wallet, and of the counter that makes a device one. */
import type { Message } from '../../messages.js';

export const WALLET = {
  lead: { zh: '请到政务服务窗口，出示证件，向工作人员索取一次性代码，在此输入；单位人员的代码由委托人在其钱包中取得，本人的另一部手机也是。密钥在这部手机上生成，不会离开手机。', en: 'Go to a service counter, show who you are, ask the clerk for a one-time code and enter it here; whoever acts for an organisation gets his from whoever gave him that, and a further phone of yours from the first. The key is made on this phone and never leaves it.' },
  code: { zh: '一次性代码', en: 'One-time code' },
  codeHint: { zh: '11 位字母和数字，10 分钟内有效；不要告诉其他人。', en: '11 letters and digits, good for ten minutes; tell nobody else.' },
  pair: { zh: '登记这部手机', en: 'Register this phone' },
  compare: { zh: '请与窗口屏幕上的数字逐位核对：', en: 'Compare with the digits on the clerk\'s screen, one by one:' },
  compareWarning: { zh: '数字不一致，说明有人冒充：请立即告诉工作人员，不要登记。', en: 'If the digits differ, somebody has come in between: tell the clerk at once, and do not register.' },
  waiting: { zh: '等待工作人员签名登记…', en: 'Waiting for the clerk to sign…' },
  beginAgain: { zh: '重新开始', en: 'Begin again' },
  ended: { zh: '这部手机的密钥已挂失或停用，或所凭的委托已撤回或到期，不能再登录。如需继续使用，请到窗口重新登记，或请委托人重新委托。', en: 'The key of this phone was reported lost or stopped, or what it acted by was taken back or is over: it signs in no more. To go on, register it again at a counter, or ask whoever let you act.' },
  setUpAgain: { zh: '重新登记', en: 'Register again' },
  licences: { zh: '我的证照', en: 'My licences' },
  noLicences: { zh: '没有查到您的证照。', en: 'No licences of yours were found.' },
  toPickUp: { zh: '待领取', en: 'To be fetched' },
  pickUp: { zh: '纸质证照已制好。领取时请报领证码，领到之前不要告诉他人：', en: 'The printed certificate is ready. Say this code when you fetch it, and tell it to nobody before:' },
  qrNote: { zh: '与纸质证照上的二维码相同。看到它的人可以核验并查看照面，请只向需要的人出示。', en: 'The same code as on the paper. Whoever sees it can verify and read the licence: show it only to those who need it.' },
  grants: { zh: '授权', en: 'Grants' },
  requests: { zh: '等待您决定', en: 'Waiting for you' },
  noRequests: { zh: '没有等待决定的申请。', en: 'Nothing waits for you.' },
  to: { zh: '给谁', en: 'To' },
  purpose: { zh: '用途', en: 'Purpose' },
  opens: { zh: '可看内容', en: 'Opens' },
  opensAll: { zh: '全部此类', en: 'Opens every' },
  from: { zh: '自', en: 'From' },
  until: { zh: '至', en: 'Until' },
  uses: { zh: '可用次数', en: 'Times' },
  left: { zh: '剩余次数', en: 'Times left' },
  what: { zh: '内容', en: 'What' },
  how: { zh: '方式', en: 'How' },
  atCounter: { zh: '窗口代办', en: 'at a counter' },
  approve: { zh: '同意并签名', en: 'Agree and sign' },
  refuse: { zh: '不同意', en: 'Refuse' },
  approved: { zh: '已签名授权。', en: 'Signed and granted.' },
  refused: { zh: '已拒绝，没有授权。', en: 'Refused; nothing was granted.' },
  revoked: { zh: '已收回授权，此后不能再使用。', en: 'Taken back; it cannot be used any more.' },
  given: { zh: '已作出的授权', en: 'What you have granted' },
  noGrants: { zh: '还没有授权。', en: 'No grants yet.' },
  takeBack: { zh: '收回授权', en: 'Take back' },
  log: { zh: '谁看过', en: 'Who looked' },
  logLead: { zh: '登录的机关人员每次查看、核验、使用您的证照，都先留下记录。不登录的核验不留记录。', en: 'Whenever staff who are signed in look at, verify or use your licences, a record is made first. Verifying without an account leaves none.' },
  noUses: { zh: '没有记录。', en: 'No records.' },
  did: { zh: '做了什么', en: 'What' },
  noPurpose: { zh: '未说明', en: 'not stated' },
  caseNo: { zh: '受理编号', en: 'Case number' },
  by: { zh: '依据', en: 'By' },
  fields: { zh: '内容', en: 'Fields' },
  record: { zh: '记录编号', en: 'Record' },
  more: { zh: '更多', en: 'More' },
  thisDevice: { zh: '这部手机', en: 'This phone' },
  lostNote: { zh: '手机丢失时，请到任一窗口挂失，或用您的另一部设备挂失。', en: 'If the phone is lost, report it at a counter, or with another device of yours.' },
  layAside: { zh: '停用这部手机', en: 'Stop using this phone' },
  layAsideNote: { zh: '停用后，这部手机的密钥永久失效；再用须到窗口由两名工作人员登记。', en: 'The key of this phone will be no good for ever; to go on, two clerks at a counter must register a new one.' },
  layAsideYes: { zh: '确认停用', en: 'Stop it' },
} as const satisfies Record<string, Message>;

export const GRANT_STATES = {
  'in-force': { zh: '有效', en: 'in force' }, 'not-yet': { zh: '未开始', en: 'not yet' }, over: { zh: '已到期', en: 'over' }, 'used-up': { zh: '已用完', en: 'used up' }, revoked: { zh: '已收回', en: 'taken back' },
} as const satisfies Record<string, Message>;

export const USE_ACT_WORDS = {
  'look-up': { zh: '查看', en: 'looked up' }, verify: { zh: '核验', en: 'verified' }, use: { zh: '使用', en: 'used' }, copy: { zh: '取得文件', en: 'fetched the document' },
} as const satisfies Record<string, Message>;

export const AUTHORITIES = {
  own: { zh: '本机关管理的证照', en: 'manages the licence' }, public: { zh: '公开内容', en: 'what anybody sees' }, shown: { zh: '您出示的证照', en: 'you showed it' }, scene: { zh: '场景授权', en: 'a scene' }, grant: { zh: '您的授权', en: 'your grant' }, identity: { zh: '您的身份核验记录', en: 'your identity record' },
} as const satisfies Record<string, Message>;

export const PAIRING = {
  title: { zh: '登记持证人设备', en: 'Register a holder\'s device' },
  lead: { zh: '请先核对来人身份。代码只告诉本人。', en: 'First see who the person is. Tell the code to that person only.' },
  whom: { zh: '统一社会信用代码，或持证人的电子证照标识', en: 'Social credit code, or the identifier of a licence of the holder' },
  whomHint: { zh: '个人须用其在本机关管理的证照的标识。', en: 'For a natural person: a licence that your agency manages.' },
  open: { zh: '取得一次性代码', en: 'Get a one-time code' },
  tell: { zh: '请持证人在手机上打开“钱包”并输入：', en: 'The holder opens the wallet on the phone and enters:' },
  until: { zh: '有效至', en: 'Good until' },
  waiting: { zh: '等待手机…', en: 'Waiting for the phone…' },
  over: { zh: '代码已失效，请重新取得。', en: 'The code is no longer good: get a new one.' },
  compare: { zh: '请与手机上的数字逐位核对，一致才能签名：', en: 'Compare with the digits on the phone, one by one; sign only if they are the same:' },
  seen: { zh: '已查验', en: 'Seen' },
  further: { zh: '不是首部设备：您签名后，须由另一人在“待签事项”签名。', en: 'Not the first device: after your signature another person signs under "Waiting for signatures".' },
  same: { zh: '数字一致，签名登记', en: 'The digits are the same: sign' },
  done: { zh: '已登记，持证人的手机可以登录。', en: 'Registered: the holder\'s phone can sign in.' },
  proposed: { zh: '已签名，等待另一人签名。', en: 'Signed; it waits for another person.' },
  another: { zh: '登记下一部', en: 'Register another' },
} as const satisfies Record<string, Message>;

export const SEEN_WORDS = {
  ID_CARD: { zh: '身份证', en: 'identity card' }, BUSINESS_LICENCE: { zh: '营业执照', en: 'business licence' }, POWER_OF_ATTORNEY: { zh: '授权委托书', en: 'power of attorney' },
} as const satisfies Record<string, Message>;
