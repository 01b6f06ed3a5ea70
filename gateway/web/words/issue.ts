/** Words of the issue door. */
import type { Message } from '../../messages.js';

export const SIGN_IN = {
  title: { zh: '工作人员登录', en: 'Sign in as staff' },
  again: { zh: '登录已过期，请重新登录。已填写的内容不会丢失。', en: 'Your session has ended: sign in again. What you entered is kept.' },
  name: { zh: '用户名', en: 'Name' },
  password: { zh: '密码', en: 'Password' },
  submit: { zh: '登录', en: 'Sign in' },
  working: { zh: '正在登录…', en: 'Signing in…' },
  demo: { zh: '演示系统：账号和密码在启动时显示于命令行。', en: 'Demonstration: names and passwords are printed on the console at the start.' },
} as const satisfies Record<string, Message>;

export const ISSUE = {
  title: { zh: '本机关证照', en: 'Licences of your agency' },
  create: { zh: '新办证照', en: 'New licence' },
  filter: { zh: '证照类型', en: 'Kind' },
  all: { zh: '全部类型', en: 'All kinds' },
  more: { zh: '加载更多', en: 'Load more' },
  empty: { zh: '还没有证照。', en: 'No licences yet.' },
  noFace: { zh: '（照面不在本网关）', en: '(content not kept here)' },
  imported: { zh: '归集', en: 'Collected' },
  number: { zh: '编号', en: 'No.' },
  issuedOn: { zh: '发证', en: 'Issued' },
  newTitle: { zh: '新办证照', en: 'New licence' },
  kind: { zh: '证照类型', en: 'Kind of licence' },
  holderPart: { zh: '照面内容', en: 'Content of the licence' },
  termPart: { zh: '期限', en: 'Term' },
  decisionPart: { zh: '决定', en: 'Decision' },
  issuedOnField: { zh: '发证日期', en: 'Date of issue' },
  validFrom: { zh: '有效期自', en: 'Valid from' },
  validUntil: { zh: '有效期至', en: 'Valid until' },
  noEnd: { zh: '不填表示长期', en: 'Leave empty for no end date' },
  termMax: { zh: '该类证照最长年限：', en: 'Longest term of this kind, in years: ' },
  listHint: { zh: '一行一项', en: 'One item a line' },
  submit: { zh: '核发证照', en: 'Issue licence' },
  done: { zh: '证照已核发', en: 'Licence issued' },
  doneReplayed: { zh: '证照此前已核发，未重复办理', en: 'The licence had been issued before; it was not issued twice' },
  open: { zh: '查看证照和核验结果', en: 'Open the licence and its verdict' },
  another: { zh: '再办一张', en: 'Issue another' },
  mayNot: { zh: '您的岗位可以查看，但不能办理。', en: 'Your role may look, but not act.' },
  noRights: { zh: '本机关没有核发任何证照类型的职权，可在证照页面依职权办理监督或处罚事项。', en: 'Your agency has no right to issue any kind; on a licence\'s page it can act within its rights to supervise or penalise.' },
  characters: { zh: '字', en: 'characters' },
} as const satisfies Record<string, Message>;
