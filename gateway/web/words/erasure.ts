/** Words of the holder's own data: everything in one file, and erasure. */
import type { Message } from '../../messages.js';

export const ERASURE = {
  title: { zh: '我的信息', en: 'My data' },
  save: { zh: '保存全部信息', en: 'Save everything' },
  saveNote: { zh: '一个文件，含证照、签章 PDF、办件、授权、谁看过、设备。请妥善保管，不要交给不需要的人。', en: 'One file: licences with their sealed PDFs, applications, grants, who looked, devices. Keep it safe, and give it to nobody who does not need it.' },
  erase: { zh: '删除', en: 'Erasure' },
  ask: { zh: '申请删除', en: 'Ask for erasure' },
  gone: { zh: '您的信息已依法删除，这部手机上的钱包随之结束。再次申领证照时，请到窗口重新登记。', en: 'What was kept of you has been erased, and this wallet has ended with it. When you apply for a licence again, register at a counter.' },
  forget: { zh: '清除这部手机上的密钥', en: 'Forget the key on this phone' },
  organisation: { zh: '单位和个体工商户的登记信息依法公开，不适用删除。内容有误的，请到管理机关办理变更或更正。', en: 'What organisations and sole traders register is public by law and is not erased. Where it is wrong, the managing agency changes or corrects it.' },
  whyNot: { zh: '现在不能删除：', en: 'It cannot be erased now:' },
  until: { zh: '至', en: 'until' },
  may: { zh: '现在可以删除。删除后不能恢复，您的设备随即停用，账本上的办理记录仍可核验，但不再能查到您是谁。', en: 'It can be erased now. That cannot be undone, and your devices end with it. What happened can still be verified on the ledger, but nobody finds out any more who you are.' },
  sign: { zh: '确认并签名申请', en: 'Confirm and sign' },
  askAnyway: { zh: '仍要申请并取得答复', en: 'Ask all the same, and have the answer on record' },
  asked: { zh: '已申请删除，管理机关须在此日前办理：', en: 'Asked. The agency must act by' },
  refused: { zh: '已申请，账本已记下不能删除的原因和期限。', en: 'Asked. The ledger has recorded why it is not erased, and until when.' },
} as const satisfies Record<string, Message>;

/** At the agency. */
export const ERASURES = {
  title: { zh: '个人信息删除申请', en: 'Erasure asked for' },
  lead: { zh: '持证人在钱包中提出。账本已核对保存期限、在办事项和保全；没有列出原因的，本机关须在期限内删除。', en: 'Asked for in the wallet. The ledger has looked at terms of keeping, open applications and holds; where no ground is listed, your agency must erase in time.' },
  none: { zh: '没有删除申请。', en: 'Nobody has asked.' },
  askedAt: { zh: '申请时间', en: 'Asked' },
  answerBy: { zh: '办理期限', en: 'To be done by' },
  begunAt: { zh: '开始删除', en: 'Begun' },
  erasedAt: { zh: '删除完成', en: 'Erased' },
  waitsFor: { zh: '等待机关', en: 'Waits for' },
  caution: { zh: '删除不能恢复：该持证人的照面、文件、办件内容和密钥将被销毁，账本上的记录保留。', en: 'This cannot be undone: faces, documents, forms and the key of this holder are destroyed; what is on the ledger stays.' },
} as const satisfies Record<string, Message>;

export const ERASURE_STATES = {
  ASKED: { zh: '待办理', en: 'to be done' }, REFUSED: { zh: '不能删除', en: 'not erased' }, ERASING: { zh: '正在删除', en: 'being erased' }, ERASED: { zh: '已删除', en: 'erased' },
} as const satisfies Record<string, Message>;
