/** Words of one's own account. */
import type { Message } from '../../messages.js';

export const ACCOUNT = {
  password: { zh: '修改密码', en: 'Change password' },
  passwordLead: { zh: '修改后，此账号在其他设备上的登录全部退出。', en: 'Afterwards this account is signed out everywhere else.' },
  old: { zh: '原密码', en: 'Old password' },
  first: { zh: '这是初始密码。请设一个自己的密码，随即登录。', en: 'This is an initial password. Set one of your own, and you are signed in.' },
  setFirst: { zh: '设密码并登录', en: 'Set password and sign in' },
  new: { zh: '新密码', en: 'New password' },
  newHint: { zh: '至少 12 个字符，可以是一句话。', en: 'At least 12 characters; a sentence will do.' },
  again: { zh: '再次输入新密码', en: 'New password again' },
  change: { zh: '修改密码', en: 'Change password' },
  changing: { zh: '正在修改…', en: 'Changing…' },
  changed: { zh: '密码已修改，其他登录已全部退出。', en: 'The password has been changed; all other sessions have ended.' },
} as const satisfies Record<string, Message>;
