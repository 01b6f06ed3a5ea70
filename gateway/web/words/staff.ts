/** Words of the registrar's page. */
import type { Message } from '../../messages.js';

export { ROLES } from '../../messages/register-acts.js';

export const STAFF = {
  title: { zh: '人员与通行密钥', en: 'Staff and passkeys' },
  section: { zh: '人员', en: 'Staff' },
  only: { zh: '此页面供登记管理员使用。', en: 'This page is for registrars.' },
  pending: { zh: '等待批准的通行密钥', en: 'Passkeys that wait for approval' },
  pendingLead: { zh: '批准即由您用本人密钥签名，把通行密钥写入账本的人员登记。批准前请当面或通过电话与本人核对密钥编号，本人可在“我的账号”中看到。', en: 'To approve, you sign with your own key, and the passkey is written into the person\'s record on the ledger. First compare the key id with the person, face to face or by telephone: it stands under My account.' },
  none: { zh: '没有等待批准的通行密钥。', en: 'No passkey waits.' },
  noPasskey: { zh: '您还没有可用的通行密钥，不能在此页面批准。请先在“我的账号”登记一个，再用密钥文件在命令行批准，即可在此签名；在此之前每项批准都可用下列命令办理。', en: 'You have no usable passkey yet, so you cannot approve on this page. Register one under My account and approve it at the command line with your key file; from then on you can sign here. Until then each approval can be made with the command shown.' },
  toAccount: { zh: '我的账号', en: 'My account' },
  yours: { zh: '（您本人）', en: '(yours)' },
  signInName: { zh: '用户名', en: 'Sign-in name' },
  agency: { zh: '机关', en: 'Agency' },
  roles: { zh: '岗位', en: 'Roles' },
  key: { zh: '密钥编号', en: 'Key id' },
  registeredAt: { zh: '提交时间', en: 'Sent' },
  command: { zh: '命令行批准', en: 'At the command line' },
  keyFile: { zh: '密钥文件', en: 'KEYFILE' },
  approve: { zh: '用通行密钥签名批准', en: 'Sign with passkey and approve' },
  reject: { zh: '不予批准', en: 'Reject' },
  approved: { zh: '已批准并写入账本：', en: 'Approved and written to the ledger: ' },
  rejected: { zh: '未予批准，账本上没有记录：', en: 'Rejected, nothing was written to the ledger: ' },
  list: { zh: '人员', en: 'Staff' },
  listLead: { zh: '设备遗失或怀疑被盗用时，可结束此人在本系统的全部登录；此人须重新登录。', en: 'If a device is lost or misused, end all of a person\'s sessions here; the person must sign in again.' },
  find: { zh: '查找', en: 'Find' },
  findHint: { zh: '姓名、用户名或机关', en: 'Name, sign-in name or agency' },
  nobody: { zh: '没有找到。', en: 'Nobody was found.' },
  more: { zh: '人数较多，只列出一部分，请缩小查找范围。', en: 'There are more than are listed: narrow the search.' },
  inactive: { zh: '已停用', en: 'Dismissed' },
  end: { zh: '结束全部登录', en: 'End all sessions' },
  ended: { zh: '已结束全部登录', en: 'All sessions ended' },
} as const satisfies Record<string, Message>;
