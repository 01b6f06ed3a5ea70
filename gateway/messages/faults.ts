/** What goes wrong around the rules, and what only a page can meet. */
import type { Message } from '../messages.js';

export const FAULT_WORDS = {
  REQUEST_MALFORMED: { zh: '提交的内容格式不对，请检查标出的字段', en: 'The request is not in the required form: check the marked fields' },
  FACE_INVALID: { zh: '有内容需要改正，请查看标出的字段', en: 'Some entries must be corrected: see the marked fields' },
  NOT_SIGNED_IN: { zh: '尚未登录或登录已过期，请登录后继续', en: 'You are not signed in, or the session has ended: sign in to go on' },
  SIGN_IN_FAILED: { zh: '用户名或密码不正确，请重新输入', en: 'The name or the password is wrong: enter them again' },
  FORBIDDEN: { zh: '您的岗位无权进行此项操作，请由有权人员办理', en: 'Your role does not allow this: somebody with the right role must do it' },
  NOT_FOUND: { zh: '没有查到，请核对输入的编号或链接', en: 'Nothing was found: check the number or the link' },
  TOO_MANY_REQUESTS: { zh: '请求过于频繁，请稍等一分钟再试', en: 'Too many requests: wait a minute and try again' },
  TOO_LARGE: { zh: '内容过大，请缩小或分批提交', en: 'The content is too large: make it smaller or send it in parts' },
  MEDIA_TYPE: { zh: '不支持此文件类型，请换用列出的格式', en: 'This type of file is not supported: use one of the listed formats' },
  CONFLICT: { zh: '与已有内容冲突，请刷新后重试', en: 'It conflicts with what exists: reload and try again' },
  REFUSED: { zh: '未通过规则检查，没有办理', en: 'The rules refused the act; nothing was done' },
  DRAFT_UNKNOWN: { zh: '待签内容已失效，请重新提交后再签名', en: 'The draft is no longer kept: send the form again and sign' },
  JOB_UNKNOWN: { zh: '没有找到该批量任务，请刷新任务列表', en: 'The job was not found: reload the list of jobs' },
  JOB_DAMAGED: { zh: '任务的暂存文件已损坏或缺失：请重新提交该表格，已办理的行不会重复', en: 'The job\'s file of drafts is damaged or missing: send the table again; rows already done are found done' },
  UPLOAD_DAMAGED: { zh: '服务器上保存的表格已损坏或被改动，请重新提交该表格', en: 'The stored table is damaged or was changed on the disk of the server: send the table again' },
  REPORT_DAMAGED: { zh: '服务器上保存的报告已损坏或被改动，请联系管理员；证照以账本为准', en: 'The stored report is damaged or was changed on the disk of the server: tell the operator; what was issued is on the ledger' },
  JOB_STATE: { zh: '任务当前状态不允许此操作，请刷新后查看', en: 'The job is not in a state for this: reload and look' },
  TABLE_INVALID: { zh: '表格无法读取，请按提示修改文件', en: 'The table cannot be read: change the file as described' },
  MAP_INVALID: { zh: '列与字段的对应关系不正确，请检查必填字段', en: 'The mapping of columns is wrong: check the required fields' },
  AGENCY_NOT_HOSTED: { zh: '本网关未托管该机关，请从该机关的网关办理', en: 'This gateway does not act for the agency: use the agency\'s own gateway' },
  SEAL_NOT_HERE: { zh: '本网关没有可用的本机关印章，请联系管理员', en: 'No seal of your agency is usable at this gateway: tell the operator' },
  FACE_NOT_HERE: { zh: '证照照面内容不在本网关，请到签发的网关办理', en: 'The content of the licence is not kept here: use the gateway that issued it' },
  LEDGER_UNAVAILABLE: { zh: '账本暂时无法访问，请稍后重试；这不说明证照有问题', en: 'The ledger cannot be reached at the moment: try again later; this says nothing against the licence' },
  LEDGER_CONFLICT: { zh: '同时有其他操作，请重试', en: 'Another act was made at the same moment: try again' },
  LEDGER_REJECTED: { zh: '账本未接受该交易，请联系管理员', en: 'The ledger did not accept the transaction: tell the operator' },
  BUSY: { zh: '系统繁忙，请稍后重试', en: 'The system is busy: try again in a moment' },
  COMMIT_UNKNOWN: { zh: '已提交，结果尚未确认；请再次提交同一表单，不会重复办理', en: 'Sent, but the result is not known yet: send the same form again, it will not be done twice' },
  STOPPING: { zh: '系统正在重启，请稍后重试', en: 'The system is restarting: try again in a moment' },
  ALREADY_SET_UP: { zh: '数据目录已初始化，请换用空目录', en: 'The data directory is already set up: choose an empty one' },
  INTERNAL: { zh: '系统内部错误，请联系管理员', en: 'Internal error: tell the operator' },
} as const satisfies Record<string, Message>;

/** Met by a page before or instead of an answer. */
export const PAGE_WORDS = {
  NETWORK: { zh: '网络未连通，没有收到结果，请检查网络后重试', en: 'No connection, no result received: check the network and try again' },
  PICTURE_UNREADABLE: { zh: '图片无法打开，请换一张 JPG 或 PNG 图片', en: 'The picture cannot be opened: use a JPG or PNG picture' },
  PICTURE_WITHOUT_QR: { zh: '图片中没有识别到二维码，请靠近、对正、避免反光后重拍', en: 'No QR code was found in the picture: move closer, hold it straight, avoid glare, and take it again' },
  FILE_TOO_LARGE: { zh: '文件过大，请选择不超过 20 MB 的文件', en: 'The file is too large: choose one of at most 20 MB' },
  FILE_NOT_TEXT: { zh: '文件不是文本、JSON 或图片，请换用支持的格式', en: 'The file is not text, JSON or a picture: use one of these' },
  PASSKEY_CANCELLED: { zh: '没有完成签名，请重试并在设备上确认', en: 'The signature was not made: try again and confirm on your device' },
  PASSKEY_NOT_MADE: { zh: '通行密钥没有建立，请重试并在设备上确认', en: 'The passkey was not made: try again and confirm on your device' },
  PASSKEY_NONE: { zh: '此账号没有可用的通行密钥，请先登记，或用命令行工具签名', en: 'This account has no usable passkey: register one, or sign with the command line tool' },
} as const satisfies Record<string, Message>;
