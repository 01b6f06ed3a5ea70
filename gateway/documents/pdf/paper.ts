/** What a sealed PDF shows and carries, before it is drawn. */
import type { Day, Instant } from '#chaincode/facts/calendar';
import type { FaceField, Label } from '#chaincode/facts/records';
import type { Face } from '#chaincode/facts/credential';

/** wall: landscape, as the licence hangs in the shop. sheet: upright. Both A4; the wall size A3 is the same page printed at 141 %. */
export type PaperForm = 'wall' | 'sheet';

/** 加注件: a copy for one purpose. What is said here is drawn over the whole page, and sealed with it. */
export interface Purpose {
  /** 制作事由: what the copy may be used for. */
  readonly cause: string;
  /** Who asked for it. */
  readonly requester: string;
  /** The last day on which it may be used. */
  readonly expiresOn: Day;
  readonly madeAt: Instant;
}

export interface PaperMember {
  readonly name: string;
  readonly number?: string | undefined;
  readonly validUntil?: Day | undefined;
}

export interface Paper {
  readonly form: PaperForm;
  readonly title: Label;
  /** The kind's fields, in the order of the face. */
  readonly fields: readonly Pick<FaceField, 'name' | 'label' | 'type' | 'role'>[];
  readonly face: Face;
  /** Of a composite licence: its member permits, as they were when it was made. */
  readonly members?: readonly PaperMember[] | undefined;
  readonly identifier: string;
  /** Name of the agency that seals. */
  readonly agency: string;
  readonly issuedOn: Day;
  readonly validFrom: Day;
  readonly validUntil?: Day | undefined;
  readonly sample: boolean;
  /** Text of the QR. */
  readonly qr: string;
  /** Compact SD-JWT that goes inside. */
  readonly credential: string;
  /** When it is made; every date inside the file says this, so that the same paper gives the same bytes. */
  readonly madeAt: Instant;
  readonly purpose?: Purpose | undefined;
}

/** Name and media type of what is attached (ISO 19005-3, 6.8). */
export const CREDENTIAL_FILE = { name: 'credential.sd-jwt', type: 'application/dc+sd-jwt' } as const;
export const PURPOSE_FILE = { name: 'purpose.json', type: 'application/json' } as const;

/** Points of 1/72 inch. */
export const mm = (length: number): number => (length * 72) / 25.4;

/** Edge of a round seal, in whole points: special-purpose seals of agencies are 38 to 42 mm across. */
export const SEAL_SIDE = Math.round(mm(38));
