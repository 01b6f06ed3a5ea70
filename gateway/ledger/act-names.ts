/** Every act that auditors find again, by the record in which it stands. */
import { APPLICATION_ACTS } from '#chaincode/facts/application';
import { STATUS_ACTS, VERSION_ACTS } from '#chaincode/facts/status';
import { TRACE_OUTCOMES } from '#chaincode/facts/trace';

/** Of records that keep no acts, of the register, of holders, of what waits for a second person: read from the transactions that made them. */
export const REGISTER_ACTS = {
  agency: ['agency.put'], right: ['right.move'], staff: ['staff.put', 'staff.roles', 'staff.keys', 'staff.leave', 'staff.return'],
  kind: ['kind.put'], matter: ['matter.put'], trade: ['trade.put'],
  seal: ['seal.put', 'seal.stop', 'seal.resume', 'seal.cancel'], 'agency-key': ['agency-key.put', 'agency-key.retire', 'agency-key.stop'], 'trust-root': ['trust-root.put'], setting: ['ledger.begin', 'setting.put'],
  'rule-set': ['rule-set.put', 'rule-set.stop', 'rule-set.resume'], scene: ['scene.put', 'scene.approve', 'scene.end'], report: ['report.record'],
  device: ['device.put', 'device.lost', 'device.revoke'], grant: ['grant.put', 'grant.revoke', 'grant.use'], delegation: ['delegation.put', 'delegation.revoke'], identity: ['identity.put', 'identity.end'],
  erasure: ['erasure.ask', 'erasure.begin'], hold: ['hold.put', 'hold.lift'], part: ['part.put', 'part.end'], document: ['document.add'], proposal: ['proposal.open', 'proposal.approve', 'proposal.withdraw'],
} as const;
export type RegisterNoun = keyof typeof REGISTER_ACTS;
export type RegisterActName = (typeof REGISTER_ACTS)[RegisterNoun][number];

export const ACT_NAMES = {
  licence: ['issue', 'import', ...VERSION_ACTS, ...STATUS_ACTS], application: ['receive', ...APPLICATION_ACTS], objection: ['accepted', 'rejected'], trace: TRACE_OUTCOMES,
  condition: ['condition.extend', 'condition.meet', 'condition.miss'],
  'print-order': ['print.order', 'print.print', 'print.again', 'print.seal', 'print.release', 'print.hand-over', 'print.cancel'],
  supervision: ['supervision.take', 'supervision.find'],
  ...REGISTER_ACTS,
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type ActNoun = keyof typeof ACT_NAMES;
export const ACT_NOUNS = Object.keys(ACT_NAMES) as readonly ActNoun[];

/** Names of the acts in records of a noun, or of all. */
export const actNames = (noun?: ActNoun): readonly string[] => [...new Set<string>(noun === undefined ? Object.values(ACT_NAMES).flat() : ACT_NAMES[noun])];
export const isRegisterNoun = (noun: string): noun is RegisterNoun => Object.hasOwn(REGISTER_ACTS, noun);
