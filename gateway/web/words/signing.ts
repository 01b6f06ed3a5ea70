/** Words of keys of one's own, and of acts that several persons sign. */
import type { Message } from '../../messages.js';

/** Why a sign-in is not enough. */
export const SIGNING = {
  title: { zh: '需要本人密钥签名', en: 'Signatures by the persons\' own keys are needed' },
  several: { zh: '此事项须由多人（承办、审核、批准）各用本人密钥签名。', en: 'Several persons (handling, review, approval) must each sign with their own key.' },
  severalHow: { zh: '您签名后，事项记入账本等待其他人员签名，最后一人签名即办结。', en: 'After your signature it waits on the ledger for the others; the last signature carries it out.' },
  own: { zh: '此事项不能仅凭登录办理，须由经办人用本人密钥签名。', en: 'For this act a sign-in is not enough: the actor must sign with a key of their own.' },
  passkey: { zh: '请用已登记的通行密钥签名。', en: 'Sign with your registered passkey.' },
  noPasskey: { zh: '此账号没有可用的通行密钥：请先登记，或用命令行工具 yizheng 凭密钥文件办理。', en: 'This account has no usable passkey: register one, or use the command line tool yizheng with your key file.' },
  toKeys: { zh: '登记通行密钥', en: 'Register a passkey' },
  signFirst: { zh: '用通行密钥签名并提交', en: 'Sign with passkey and submit' },
  proposed: { zh: '已签名，等待其他人员签名', en: 'Signed; it waits for the other persons' },
  toProposals: { zh: '查看待签事项', en: 'See what waits for signatures' },
} as const satisfies Record<string, Message>;

export const KEYS = {
  title: { zh: '我的通行密钥', en: 'My passkeys' },
  lead: { zh: '通行密钥保存在您的设备或安全密钥中，用于签署不能仅凭登录办理的事项，也可以代替密码登录。登记后须由登记管理员批准、写入账本，方可使用。', en: 'A passkey stays on your device or security key. It signs acts for which a sign-in is not enough, and signs you in instead of a password. After you register it, the registrar approves it and writes it to the ledger; then it can be used.' },
  none: { zh: '还没有通行密钥。', en: 'No passkeys yet.' },
  add: { zh: '登记新的通行密钥', en: 'Register a new passkey' },
  added: { zh: '已提交，等待登记管理员批准。请把密钥编号告诉管理员，以便核对。', en: 'Sent; it waits for the registrar. Tell the registrar the key id, to compare it.' },
  pending: { zh: '等待登记', en: 'Waiting for the registrar' },
  active: { zh: '可用', en: 'Usable' },
  rejected: { zh: '未获批准', en: 'Rejected' },
  revoked: { zh: '已停用', en: 'Stopped' },
} as const satisfies Record<string, Message>;

export const PROPOSALS = {
  title: { zh: '待签事项', en: 'Waiting for signatures' },
  none: { zh: '没有等待签名的事项。', en: 'Nothing waits for signatures.' },
  holder: { zh: '持证人', en: 'Holder' },
  digits: { zh: '手机上的数字', en: 'Digits on the phone' },
  signers: { zh: '已签名人数', en: 'Signed by' },
  expires: { zh: '须在此之前签齐', en: 'To be signed before' },
  sign: { zh: '用通行密钥签名', en: 'Sign with passkey' },
  mine: { zh: '您已签名，等待其他人员。', en: 'You have signed; it waits for the others.' },
  open: { zh: '查看证照', en: 'Open the licence' },
  done: { zh: '已签名办结', en: 'Signed and carried out' },
  more: { zh: '已签名，仍须其他人员签名', en: 'Signed; others must sign too' },
  newLicence: { zh: '新办证照', en: 'New licence' },
  register: { zh: '登记事项', en: 'Register' },
} as const satisfies Record<string, Message>;

/** Acts on the register that wait for a second person, by operation and, where there is one, status. */
export const REGISTER_WORDS: Readonly<Record<string, Message>> = {
  'application.decide': { zh: '办件决定', en: 'Decide an application' },
  'device.put': { zh: '登记持证人设备', en: 'Register a holder\'s device' },
  'erasure.begin': { zh: '删除个人信息（不能恢复）', en: 'Erase what is kept of a person (for good)' },
  'hold.put': { zh: '保全（暂不删除个人信息）', en: 'Put a legal hold' },
  'hold.lift': { zh: '解除保全', en: 'Lift a legal hold' },
  'seal.put': { zh: '印章备案', en: 'File a seal' },
  'seal.status in-use': { zh: '恢复使用印章', en: 'Restart a seal' },
  'seal.status stopped': { zh: '停用印章', en: 'Stop a seal' },
  'seal.status cancelled': { zh: '注销印章', en: 'Cancel a seal' },
};
