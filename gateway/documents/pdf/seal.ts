/** Seals a paper, once or again, and stamps it with a time: PAdES, each by an incremental update that leaves all bytes before it as they are. */
import { deflateSync } from 'node:zlib';
import type { Instant } from '#chaincode/facts/calendar';
import { sha256 } from '#chaincode/facts/hash';
import { readBase } from './base.js';
import { buildCms, derSignature, signedAttributes } from './cms.js';
import type { SealPlace } from './face.js';
import { ROOM, ROOM_STAMPED, sectionsOf, stateOf } from './revisions.js';
import { appendUpdate, fillGap, signedBytes, type Update, type Written } from './update.js';

export interface Sealing {
  /** DER of the seal's certificate. */
  readonly certificate: Uint8Array;
  /** Drawing operators of its picture. */
  readonly picture: string;
  readonly place: SealPlace;
  readonly at: Instant;
  /** P1363 over SHA-256 of the data, by the seal's key, which is never seen here. */
  readonly sign: (data: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  /** Asks an authority for a time stamp over the signature's value. undefined: it did not answer, and the seal goes without. */
  readonly stamp?: ((data: Uint8Array) => Promise<Uint8Array | undefined>) | undefined;
}
export interface Sealed {
  readonly pdf: Uint8Array;
  readonly stamped: boolean;
}

/** Adds a seal. A second one leaves the first valid. @throws PdfMalformed where the file is not one of ours */
export async function sealPdf(pdf: Uint8Array, { certificate, picture, place, at, sign, stamp }: Sealing): Promise<Sealed> {
  const written = append(pdf, { kind: 'seal', place, picture: deflateSync(picture, { level: 9 }), date: dateText(at), room: stamp ? ROOM_STAMPED : ROOM });
  const digest = sha256(signedBytes(written));
  const signature = await sign(signedAttributes({ certificate, digest }));
  const timeStamp = await stamp?.(derSignature(signature));
  return { pdf: fillGap(written, buildCms({ certificate, digest, signature, timeStamp })), stamped: timeStamp !== undefined };
}

/** Adds a document time stamp (ETSI EN 319 142-1, 5.4.3) to a sealed paper whose authority was away when it was sealed. @returns undefined where it still is */
export async function stampPdf(pdf: Uint8Array, stamp: (data: Uint8Array) => Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
  const written = append(pdf, { kind: 'stamp', room: ROOM_STAMPED });
  const token = await stamp(signedBytes(written));
  return token && fillGap(written, token);
}

function append(pdf: Uint8Array, update: Update): Written {
  const [first, ...rest] = sectionsOf(pdf);
  return appendUpdate(pdf, readBase(pdf.subarray(0, first.end), first), update, stateOf([first, ...rest]));
}

/** In UTC (ISO 32000-1, 7.9.4). */
const dateText = (at: Instant): string => `D:${at.slice(0, 19).replace(/[-:T]/g, '')}Z`;
