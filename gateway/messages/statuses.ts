/** Statuses, outcomes and acts in the official terms. */
import type { Message } from '../messages.js';

export const STATUS_WORDS = {
  VALID: { zh: '有效', en: 'Valid' },
  SUSPENDED: { zh: '暂停使用', en: 'Suspended' },
  EXPIRED: { zh: '已过期', en: 'Expired' },
  NOT_YET_VALID: { zh: '尚未生效', en: 'Not yet valid' },
  SUPERSEDED: { zh: '已变更/换发（旧版本）', en: 'Replaced by a newer version' },
  CANCELLED: { zh: '已注销', en: 'Cancelled' },
  WITHDRAWN: { zh: '已撤回', en: 'Withdrawn' },
  ANNULLED: { zh: '已撤销', en: 'Annulled' },
  REVOKED: { zh: '已吊销', en: 'Revoked' },
  TRANSFERRED: { zh: '办理转出', en: 'Being transferred' },
  RESTRICTED: { zh: '受限', en: 'Restricted' },
} as const satisfies Record<string, Message>;

/** The first line of a verdict; what is not in force says its status instead. */
export const OUTCOME_WORDS = {
  valid: { zh: '有效', en: 'Valid' },
  'not-in-force': { zh: '不在有效状态', en: 'Not in force' },
  untrusted: { zh: '不可信', en: 'Do not trust' },
  unchecked: { zh: '暂时无法核验（不代表证照无效）', en: 'Could not be checked (this does not mean it is invalid)' },
  imported: { zh: '归集记录（未核实）', en: 'Collected record (not confirmed)' },
} as const satisfies Record<string, Message>;

export const ACT_WORDS = {
  issue: { zh: '核发', en: 'Issue' },
  import: { zh: '归集', en: 'Collect' },
  confirm: { zh: '核实确认', en: 'Confirm' },
  renew: { zh: '延续', en: 'Renew' },
  change: { zh: '变更', en: 'Change' },
  accept: { zh: '转入接收', en: 'Accept transfer' },
  suspend: { zh: '暂停使用', en: 'Suspend' },
  restore: { zh: '恢复使用', en: 'Restore' },
  withdraw: { zh: '撤回', en: 'Withdraw' },
  annul: { zh: '撤销', en: 'Annul' },
  revoke: { zh: '吊销', en: 'Revoke' },
  cancel: { zh: '注销', en: 'Cancel' },
  transfer: { zh: '办理转出', en: 'Transfer' },
  takeback: { zh: '取消转出', en: 'Take back transfer' },
} as const satisfies Record<string, Message>;
