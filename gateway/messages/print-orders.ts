/** Print orders: why a step is refused. */
import type { Message } from '../messages.js';

export const PRINT_ORDER_WORDS = {
  PRINT_ORDER_UNKNOWN: { zh: '本机关没有该制证任务，请刷新任务列表', en: 'Your agency has no such print order: reload the list' },
  PRINT_ORDER_EXISTS: { zh: '该制证任务已经下达，请勿重复', en: 'The print order is there already: do not send it twice' },
  PRINT_ORDER_OPEN: { zh: '该证照已有制证任务在办，请先发证或取消该任务', en: 'A print order for this licence is under way: hand it over or cancel it first' },
  PRINT_ORDER_CHANGED: { zh: '在您查看之后该制证任务已有新的进展，请刷新后重新办理', en: 'The print order has moved on since you looked at it: reload and act again' },
  PRINT_ORDER_STATE: { zh: '制证任务的当前环节不允许此项操作，请刷新后查看', en: 'The print order is not at a step that allows this: reload and look' },
  PRINT_STEPS_TOO_MANY: { zh: '该制证任务步骤过多，请取消后另行下达', en: 'The print order has taken too many steps: cancel it and make another' },
  PRINT_SUPERSEDED: { zh: '证照已有新的版本，此份纸质证照不能再打印或发出：请取消任务、销毁纸件，按新版本另行制证', en: 'The licence has a newer version, so this paper is neither printed nor handed over: cancel the order, destroy the paper, and order the new version' },
  PRINT_NOT_IN_FORCE: { zh: '证照已暂停、期满或终止，此份纸质证照不能打印或发出：恢复后再办，或取消任务、销毁纸件', en: 'The licence is suspended, over or ended, so its paper is neither printed nor handed over: go on when it is restored, or cancel the order and destroy the paper' },
  REPRINT_REASON: { zh: '该版本此前已经打印，重打须选择事由；首次打印不填事由', en: 'A version that was printed before is printed again only with a reason: choose one; a first print takes none' },
  SEALED_BY_PRINTER: { zh: '打印和用印须由不同的人办理，换一个账号或密钥也不算另一人：请由同事用印', en: 'Who printed it cannot seal it, not by another account or key either: ask a colleague' },
  PICK_UP_CODE: { zh: '领证码不是此份证照的，或已被新的领证码取代：请核对，必要时重新放行取得新码', en: 'The pick-up code is not that of this certificate, or a newer one has replaced it: compare it, or release the order again for a new one' },
  PICK_UP_USED: { zh: '此份证照已经发出，领证码已用过，不能再次领取', en: 'The certificate has been handed over and its pick-up code is used up' },
} as const satisfies Record<string, Message>;

/** Read by staff only, so that whoever verifies does not load them. */
export const PRINT_STATE_WORDS = {
  ordered: { zh: '待打印', en: 'To be printed' },
  printed: { zh: '待用印', en: 'To be sealed' },
  sealed: { zh: '待放行', en: 'To be released' },
  released: { zh: '待领取', en: 'Waits to be picked up' },
  'handed-over': { zh: '已发证', en: 'Handed over' },
  cancelled: { zh: '已取消', en: 'Cancelled' },
} as const satisfies Record<string, Message>;
