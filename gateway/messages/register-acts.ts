/** Acts that are read from transactions, as auditors read them: what was done, and the codes that say more. */
import type { Message } from '../messages.js';

export const ROLES = {
  clerk: { zh: '承办', en: 'Clerk' },
  reviewer: { zh: '审核', en: 'Reviewer' },
  approver: { zh: '批准', en: 'Approver' },
  registrar: { zh: '登记管理员', en: 'Registrar' },
  auditor: { zh: '审计', en: 'Auditor' },
  machine: { zh: '自动审批', en: 'Machine' },
} as const satisfies Record<string, Message>;

export const RIGHT_WORDS = {
  issue: { zh: '核发权', en: 'right to issue' },
  supervise: { zh: '监管权', en: 'right to supervise' },
  penalise: { zh: '处罚权', en: 'right to penalise' },
  import: { zh: '归集权', en: 'right to collect' },
} as const satisfies Record<string, Message>;

export const REGISTER_ACT_WORDS = {
  'agency.put': { zh: '登记：机关', en: 'Register: agency' },
  'right.move': { zh: '登记：权限移交', en: 'Register: right moved' },
  'staff.put': { zh: '人员：登记', en: 'Staff: registered' },
  'staff.roles': { zh: '人员：岗位变更', en: 'Staff: roles changed' },
  'staff.keys': { zh: '人员：密钥变更', en: 'Staff: keys changed' },
  'staff.leave': { zh: '人员：停用', en: 'Staff: dismissed' },
  'staff.return': { zh: '人员：恢复', en: 'Staff: taken back' },
  'kind.put': { zh: '登记：证照类型', en: 'Register: kind of licence' },
  'matter.put': { zh: '登记：事项', en: 'Register: matter' },
  'trade.put': { zh: '登记：行业', en: 'Register: trade' },
  'seal.put': { zh: '印章：登记', en: 'Seal: registered' },
  'seal.stop': { zh: '印章：停用', en: 'Seal: stopped' },
  'seal.resume': { zh: '印章：恢复使用', en: 'Seal: in use again' },
  'seal.cancel': { zh: '印章：注销', en: 'Seal: cancelled' },
  'agency-key.put': { zh: '机关密钥：登记', en: 'Key of an agency: registered' },
  'agency-key.retire': { zh: '机关密钥：退役', en: 'Key of an agency: retired' },
  'agency-key.stop': { zh: '机关密钥：停用', en: 'Key of an agency: stopped' },
  'trust-root.put': { zh: '登记：信任根', en: 'Register: root of trust' },
  'ledger.begin': { zh: '账本：建立', en: 'Ledger: begun' },
  'setting.put': { zh: '账本：设置', en: 'Ledger: settings' },
  'rule-set.put': { zh: '秒批规则：生效', en: 'Rules of issue: put in force' },
  'rule-set.stop': { zh: '秒批规则：停用', en: 'Rules of issue: stopped' },
  'rule-set.resume': { zh: '秒批规则：恢复', en: 'Rules of issue: resumed' },
  'scene.put': { zh: '场景授权：设立', en: 'Scene: put' },
  'scene.approve': { zh: '场景授权：同意', en: 'Scene: approved' },
  'scene.end': { zh: '场景授权：终止', en: 'Scene: ended' },
  'report.record': { zh: '自查报告：记入账本', en: 'Self-report: recorded' },
  'device.put': { zh: '持证人设备：登记', en: "Holder's device: registered" },
  'device.lost': { zh: '持证人设备：挂失', en: "Holder's device: reported lost" },
  'device.revoke': { zh: '持证人设备：停用', en: "Holder's device: revoked" },
  'grant.put': { zh: '持证人授权：设立', en: "Holder's grant: given" },
  'grant.revoke': { zh: '持证人授权：撤回', en: "Holder's grant: taken back" },
  'grant.use': { zh: '持证人授权：使用', en: "Holder's grant: used" },
  'delegation.put': { zh: '委托：设立', en: 'Delegation: given' },
  'delegation.revoke': { zh: '委托：撤销', en: 'Delegation: taken back' },
  'identity.put': { zh: '身份核验：记录', en: 'Identity: recorded' },
  'identity.end': { zh: '身份核验：终止', en: 'Identity: ended' },
  'erasure.ask': { zh: '个人信息删除：申请', en: 'Erasure: asked for' },
  'erasure.begin': { zh: '个人信息删除：决定', en: 'Erasure: begun' },
  'hold.put': { zh: '保全：设立', en: 'Legal hold: put' },
  'hold.lift': { zh: '保全：解除', en: 'Legal hold: lifted' },
  'part.put': { zh: '综合许可证：同意列入', en: 'Part of a composite: agreed to' },
  'part.end': { zh: '综合许可证：不再同意列入', en: 'Part of a composite: ended' },
  'document.add': { zh: '签章文件：登记', en: 'Sealed document: registered' },
  'proposal.open': { zh: '多人办理：提交', en: 'Proposal: opened' },
  'proposal.approve': { zh: '多人办理：签署', en: 'Proposal: signed' },
  'proposal.withdraw': { zh: '多人办理：撤回', en: 'Proposal: withdrawn' },
} as const satisfies Record<string, Message>;

/** Kinds of records that auditors search by. */
export const ACT_NOUN_WORDS = {
  licence: { zh: '证照', en: 'Licences' },
  application: { zh: '办件', en: 'Applications' },
  objection: { zh: '异议', en: 'Objections' },
  trace: { zh: '变更联动', en: 'Reverse trace' },
  condition: { zh: '容缺', en: 'Papers to come' },
  'print-order': { zh: '制证', en: 'Print orders' },
  supervision: { zh: '监管', en: 'Supervision' },
  agency: { zh: '机关', en: 'Agencies' },
  right: { zh: '权限移交', en: 'Rights that moved' },
  staff: { zh: '人员', en: 'Staff' },
  kind: { zh: '证照类型', en: 'Kinds of licences' },
  matter: { zh: '事项', en: 'Matters' },
  trade: { zh: '行业', en: 'Trades' },
  seal: { zh: '印章', en: 'Seals' },
  'agency-key': { zh: '机关密钥', en: 'Keys of agencies' },
  'trust-root': { zh: '信任根', en: 'Roots of trust' },
  setting: { zh: '账本设置', en: 'Settings of the ledger' },
  'rule-set': { zh: '秒批规则', en: 'Rules of issue' },
  scene: { zh: '场景授权', en: 'Scenes' },
  report: { zh: '自查报告', en: 'Self-reports' },
  device: { zh: '持证人设备', en: "Holders' devices" },
  grant: { zh: '持证人授权', en: "Holders' grants" },
  delegation: { zh: '委托', en: 'Delegations' },
  identity: { zh: '身份核验', en: 'Identity records' },
  erasure: { zh: '个人信息删除', en: 'Erasures' },
  hold: { zh: '保全', en: 'Legal holds' },
  part: { zh: '综合许可证单项', en: 'Parts of composites' },
  document: { zh: '签章文件', en: 'Sealed documents' },
  proposal: { zh: '多人办理', en: 'Proposals' },
} as const satisfies Record<string, Message>;

const DETAIL_WORDS: Readonly<Record<string, Message>> = {
  ...ROLES, ...RIGHT_WORDS, counter: { zh: '窗口办理', en: 'at a counter' }, device: { zh: '持证人设备签名', en: "signed by the holder's device" }, provider: { zh: '身份认证平台', en: 'identity provider' }, ID_CARD: { zh: '居民身份证', en: 'identity card' }, E_BUSINESS_LICENCE: { zh: '电子营业执照', en: 'electronic business licence' }, inactive: { zh: '已停用', en: 'not in use' }, statute: { zh: '法定', en: 'by statute' },
  'status-list': { zh: '状态列表', en: 'status lists' }, trust: { zh: '信任列表', en: 'trust lists' }, receipt: { zh: '核验单', en: 'receipts' }, 'use-record': { zh: '用证记录', en: 'use records' }, transport: { zh: '网关之间', en: 'between gateways' }, head: { zh: '账本头', en: 'heads of the ledger' },
};

/** Words of a code that says more of an act: a role, a use of a key, `+issue:<kind>` of a right that an agency has since. @param kindName of a kind of licence */
export function detailWords(code: string, kindName: (kind: string) => Message | undefined): Message {
  const [, sign = '', right = '', kind = ''] = /^([+-])(\w+):(\w+)$/.exec(code) ?? [];
  const words = DETAIL_WORDS[right];
  if (sign === '' || !words) return (Object.hasOwn(DETAIL_WORDS, code) ? DETAIL_WORDS[code] : undefined) ?? { zh: code, en: code };
  const name = kindName(kind) ?? { zh: kind, en: kind };
  return { zh: `${sign}${words.zh}：${name.zh}`, en: `${sign}${words.en}: ${name.en}` };
}
