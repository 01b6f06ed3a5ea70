/** Print orders (制证任务): what a certificate centre does with one licence, from the order to the hand-over (发证登记). docs/decisions/0029 */
import { base64url, sha256 } from '#chaincode/facts/hash';
import { canonical } from './canonical.js';

export const PRINT_STATES = ['ordered', 'printed', 'sealed', 'released', 'handed-over', 'cancelled'] as const;
export type PrintState = (typeof PRINT_STATES)[number];

export const PRINT_ACTS = ['print', 'seal', 'release', 'hand-over', 'cancel'] as const;
export type PrintAct = (typeof PRINT_ACTS)[number];

const UNDER_WAY = ['ordered', 'printed', 'sealed', 'released'] as const satisfies readonly PrintState[];

/** For each act on a print order: the states it is allowed from, and the state it leads to. What is printed again is sealed and released again. */
export const PRINT_STEPS: Readonly<Record<PrintAct, { readonly from: readonly PrintState[]; readonly to: PrintState }>> = {
  print: { from: UNDER_WAY, to: 'printed' },
  seal: { from: ['printed'], to: 'sealed' },
  /** Again, where the code was lost: the one before is void. */
  release: { from: ['sealed', 'released'], to: 'released' },
  'hand-over': { from: ['released'], to: 'handed-over' },
  cancel: { from: UNDER_WAY, to: 'cancelled' },
};

/** Why one version is printed once more. */
export const REPRINT_REASONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  PRINTER_FAULT: { zh: '打印故障', en: 'the printer failed' },
  MISPRINTED: { zh: '打印有误', en: 'misprinted' },
  DAMAGED: { zh: '破损、污损', en: 'damaged' },
  LOST: { zh: '遗失', en: 'lost' },
  REISSUED: { zh: '补证', en: 'reissued to the holder' },
};

/** Why an order is given up. What had been printed is destroyed. */
export const PRINT_CANCEL_REASONS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  MISTAKEN: { zh: '误下任务', en: 'ordered by mistake' },
  LICENCE_CHANGED: { zh: '证照已变更或不再有效', en: 'the licence was changed or ended' },
  NOT_COLLECTED: { zh: '逾期未领', en: 'not collected' },
  NOT_WANTED: { zh: '持证人不需要纸质证照', en: 'the holder wants no paper' },
};

/** Without characters that are taken for one another: 0 O, 1 I L. */
export const PICK_UP_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
export const PICK_UP_LENGTH = 8;

/** What a pick-up code is good for. */
export interface PickUp {
  readonly order: string;
  readonly licence: string;
  readonly version: number;
  readonly code: string;
}

/** Commitment to a pick-up code: base64url SHA-256(tag || 0x00 || 32 random bytes || JCS). Good for this order, licence and version alone. */
export const pickUpCommitment = (opening: Uint8Array, { order, licence, version, code }: PickUp): string => base64url(sha256('yizheng/pick-up/1\0', opening, canonical({ code, licence, order, version })));

export interface PrintEvent {
  readonly seq: number;
  readonly act: 'order' | PrintAct;
  readonly state: PrintState;
  readonly at: string;
  readonly txId: string;
  /** `person`: the reference by which two accounts of one person are known to be one. */
  readonly actors: readonly { readonly staff: string; readonly person: string; readonly method: string }[];
  /** Of a reprint or of giving up. */
  readonly reason?: string;
  /** Of a print: digest of the sealed PDF, and the batch that it was printed in. */
  readonly document?: string;
  readonly batch?: string;
  /** Of a release: commitment to the code. */
  readonly pickUp?: string;
  /** Of the hand-over: what opens the commitment. It is the receiver's word, and void from here on. */
  readonly opened?: { readonly code: string; readonly opening: string };
}

export interface PrintOrderRecord {
  readonly id: string;
  readonly agency: string;
  readonly licence: string;
  readonly version: number;
  readonly state: PrintState;
  /** How often it was printed under this order. */
  readonly prints: number;
  readonly events: readonly PrintEvent[];
}

/** What has been printed of the newest version that was ordered; by licence, so that a second order does not begin to count anew. */
export interface PrintingRecord {
  readonly version: number;
  readonly prints: number;
  /** The order under way. */
  readonly open?: string;
}
