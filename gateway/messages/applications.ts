/** Words of applications: states, decisions, what lets a licence be used. Read by staff only, so that whoever verifies does not load them. */
import type { Message } from '../messages.js';

export const APPLICATION_STATE_WORDS = {
  received: { zh: '已收件', en: 'Received' },
  correction: { zh: '待补正', en: 'To be corrected' },
  accepted: { zh: '已受理', en: 'Accepted' },
  'refused-to-accept': { zh: '不予受理', en: 'Not accepted' },
  decided: { zh: '已决定', en: 'Decided' },
  delivered: { zh: '已送达', en: 'Delivered' },
  withdrawn: { zh: '申请人已撤回', en: 'Withdrawn by the applicant' },
} as const satisfies Record<string, Message>;

export const APPLICATION_DECISION_WORDS = {
  granted: { zh: '准予许可', en: 'Granted' },
  refused: { zh: '不予许可', en: 'Refused' },
} as const satisfies Record<string, Message>;

export const USE_WORDS = {
  'use-own': { zh: '本机关证照，可以直接使用', en: 'Your own agency\'s: may be used' },
  'use-statute': { zh: '依法定场景可以使用', en: 'May be used under a statute' },
  'use-scene': { zh: '依场景授权可以使用', en: 'May be used under a scene' },
  'use-grant': { zh: '持证人已有授权，使用时核对范围', en: 'The holder has given a grant; its extent is checked when it is used' },
  'use-no': { zh: '须持证人授权后使用', en: 'The holder must grant the use' },
} as const satisfies Record<string, Message>;

export const MATERIAL_STATE_WORDS = {
  held: { zh: '已有证照，免提交', en: 'A licence answers for it: nothing to hand in' },
  grant: { zh: '已有证照，待持证人授权', en: 'There is a licence: the holder must grant its use' },
  unfit: { zh: '已有证照，但不满足条件', en: 'There is a licence, but it is not good for this' },
  missing: { zh: '没有查到，需先办理或提交', en: 'Not found: to be obtained or handed in' },
  asked: { zh: '需提交', en: 'To be handed in' },
  handed: { zh: '已提交', en: 'Handed in' },
  promised: { zh: '已承诺', en: 'Promised' },
  absent: { zh: '未提交', en: 'Not handed in' },
} as const satisfies Record<string, Message>;

/** Why a licence that is there is not good for a matter. */
export const UNFIT_WORDS = {
  MATERIAL_NOT_IN_FORCE: { zh: '证照不在有效状态，须先办理恢复、延续或换发', en: 'Not in force: it must be restored, renewed or replaced first' },
  MATERIAL_ENDS_SOON: { zh: '证照剩余有效期不足，须先办理延续', en: 'Too few days are left: it must be renewed first' },
  MATERIAL_FIELD_ABSENT: { zh: '证照照面缺少所需内容，请补充材料或先办理变更', en: 'A field that is needed is empty on the licence: hand it in, or have the licence changed' },
  MATERIAL_UNCONFIRMED: { zh: '存量归集记录，尚未核实确认，不能作为依据', en: 'A collected record that nobody has confirmed: it cannot be relied on' },
  MATERIAL_UNTRUSTED: { zh: '核验结果为不可信，不能作为依据', en: 'The verdict is not to trust it: it cannot be relied on' },
  MATERIAL_UNCHECKED: { zh: '暂时无法核验（不代表证照无效），请稍后再查', en: 'It could not be checked at the moment, which does not mean it is invalid: ask again later' },
} as const satisfies Record<string, Message>;

export const STEP_WORDS = {
  receive: { zh: '收件', en: 'Receive' },
  accept: { zh: '受理', en: 'Accept' },
  correct: { zh: '要求补正', en: 'Have corrected' },
  resubmit: { zh: '补正后收件', en: 'Take in corrected' },
  reject: { zh: '不予受理', en: 'Refuse to accept' },
  decide: { zh: '作出决定', en: 'Decide' },
  deliver: { zh: '送达', en: 'Deliver' },
  withdraw: { zh: '申请人撤回', en: 'Withdrawn by the applicant' },
} as const satisfies Record<string, Message>;

/** Words by code. @returns the code itself where there are none */
export const wordsOf = (words: Readonly<Record<string, Message>>, code: string): Message => (Object.hasOwn(words, code) ? words[code] : undefined) ?? { zh: code, en: code };
