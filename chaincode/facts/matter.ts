/** Matters (事项): what an agency can be applied to for, and what it needs for it. Data of the register; the default catalogue is the gateway's. */
import type { IdentityDocument } from './identity.js';
import type { FaceField, Label } from './records.js';

/**
 * licence: one of this kind, in force, with so many days left, bearing these fields. Found, not handed in.
 * promise: 告知承诺书. paper: what is still handed in; `identity`: a copy of this document of the holder's, for which his identity record answers.
 */
export type Material =
  | { readonly type: 'licence'; readonly kind: string; readonly daysLeft?: number; readonly fields?: readonly string[] }
  | { readonly type: 'promise'; readonly code: string; readonly name: Label }
  | { readonly type: 'paper'; readonly code: string; readonly name: Label; readonly identity?: IdentityDocument };

/** A field of the one form. Matters that name it alike share it. */
export interface FormField extends Omit<FaceField, 'role'> {
  /** The field of the granted licence that it becomes. */
  readonly fills?: string;
  /** Licences from which it is filled, the first that is at hand. */
  readonly from: readonly { readonly kind: string; readonly field: string }[];
}

/** 情形: the same matter under other circumstances needs other materials. */
export interface Variant {
  readonly code: string;
  readonly name: Label;
  readonly materials: readonly Material[];
}

export interface MatterRecord {
  readonly code: string;
  /** Higher with every change: an application says by which one it was made. */
  readonly version: number;
  readonly name: Label;
  /** The agency that decides; absent: any with the right to issue the kind. */
  readonly agency?: string;
  /** The kind of licence that is granted; absent where a decision alone is. */
  readonly kind?: string;
  /** For which licences are looked at (facts/purpose). */
  readonly purpose: string;
  readonly form: readonly FormField[];
  readonly variants: readonly Variant[];
  readonly active: boolean;
}

/** A trade (行业): the matters that one business needs, applied for at once. */
export interface TradeRecord {
  readonly code: string;
  readonly name: Label;
  readonly matters: readonly string[];
  readonly active: boolean;
}

/** By what matters share a material: whoever has handed it in for one has handed it in for all. */
export const materialKey = (material: Material): string => (material.type === 'licence' ? `licence/${material.kind}` : `${material.type}/${material.code}`);
