/** Reason codes and legal bases. The ledger holds codes only; texts are for people (order 716 and the licensing statutes). */
import type { LicenceAct } from './status.js';

export interface Reason {
  readonly acts: readonly LicenceAct[];
  readonly zh: string;
  readonly en: string;
  /** A penalty: needs the right to penalise and signatures of the persons' own keys. */
  readonly penalty?: true;
}

/** Reason code to what it means and the acts it may explain. */
export const REASONS: Readonly<Record<string, Reason>> = {
  APPLICATION: { acts: ['issue', 'renew', 'change', 'cancel', 'suspend'], zh: '依申请', en: 'on application' },
  BY_RULE: { acts: ['issue'], zh: '按规则自动准予（秒批）', en: 'granted by rule' },
  COLLECTION: { acts: ['import'], zh: '存量归集', en: 'collected from published records' },
  CONFIRMATION: { acts: ['confirm'], zh: '核实确认', en: 'confirmed by the competent agency' },
  CORRECTION: { acts: ['change', 'cancel', 'annul'], zh: '更正', en: 'correction of an error' },
  RECTIFICATION: { acts: ['suspend'], zh: '责令整改期间', en: 'while ordered to put right' },
  PENALTY_SUSPENSION: { acts: ['suspend'], zh: '暂扣（行政处罚）', en: 'suspended as a penalty', penalty: true },
  RECTIFIED: { acts: ['restore'], zh: '整改完成', en: 'put right' },
  PERIOD_ENDED: { acts: ['restore', 'cancel'], zh: '期限届满', en: 'period ended' },
  CONDITION_MISSED: { acts: ['suspend'], zh: '逾期未补正材料', en: 'papers not handed in by their day' },
  CONDITION_MET: { acts: ['restore'], zh: '材料已补正', en: 'papers handed in' },
  LAW_CHANGED: { acts: ['withdraw'], zh: '法律法规修改或废止', en: 'law changed or repealed' },
  CIRCUMSTANCES_CHANGED: { acts: ['withdraw'], zh: '客观情况重大变化', en: 'circumstances changed materially' },
  OBTAINED_BY_DECEPTION: { acts: ['annul'], zh: '以欺骗贿赂等不正当手段取得', en: 'obtained by deception or bribery' },
  GRANTED_UNLAWFULLY: { acts: ['annul'], zh: '违法作出准予决定', en: 'granted unlawfully' },
  PROMISE_BROKEN: { acts: ['annul', 'suspend'], zh: '违反告知承诺', en: 'promise broken' },
  PENALTY_REVOCATION: { acts: ['revoke'], zh: '吊销（行政处罚）', en: 'revoked as a penalty', penalty: true },
  HOLDER_CEASED: { acts: ['cancel'], zh: '主体终止', en: 'holder ceased' },
  CLOSING: { acts: ['cancel'], zh: '撤销或吊销后注销', en: 'closed after annulment or revocation' },
  RIGHTS_MOVED: { acts: ['transfer', 'accept'], zh: '管辖变更', en: 'authority moved' },
  TRANSFER_ABANDONED: { acts: ['takeback'], zh: '取消转出', en: 'transfer abandoned' },
};

export const BASES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  'XZXKF-8': { zh: '行政许可法第八条', en: 'Administrative Licensing Law, art. 8' },
  'XZXKF-38': { zh: '行政许可法第三十八条', en: 'Administrative Licensing Law, art. 38' },
  'XZXKF-49': { zh: '行政许可法第四十九条', en: 'Administrative Licensing Law, art. 49' },
  'XZXKF-50': { zh: '行政许可法第五十条', en: 'Administrative Licensing Law, art. 50' },
  'XZXKF-69': { zh: '行政许可法第六十九条', en: 'Administrative Licensing Law, art. 69' },
  'XZXKF-70': { zh: '行政许可法第七十条', en: 'Administrative Licensing Law, art. 70' },
  'XZCFF-9': { zh: '行政处罚法第九条', en: 'Administrative Penalty Law, art. 9' },
  'SPAQF-124': { zh: '食品安全法第一百二十四条', en: 'Food Safety Law, art. 124' },
  'GWY-716': { zh: '国务院令第716号', en: 'State Council order 716' },
};
