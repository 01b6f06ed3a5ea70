/** Documents that are shown to those who endorse, beside a transaction: its blocks, and the state, have nothing of them but digests. */
import { certificateKey, verifyP256Aside } from '#chaincode/facts/hash';
import { parseCredential, type ParsedCredential } from './credential.js';
import { utf8 } from './text.js';

export interface ShownDocument {
  readonly credential: ParsedCredential;
  /** Whether the key of the certificate that it names has signed it. */
  readonly isSigned: Promise<boolean>;
}
/** By the digest of the sealed JWT. */
export type Shown = ReadonlyMap<string, ShownDocument>;

/** Digests of the documents that requests name, whatever was sent. */
export function documentsNamed(requests: readonly unknown[]): string[] {
  type Part<T> = T | null | undefined;
  const all = <T>(value: unknown): Part<T>[] => (Array.isArray(value) ? (value as Part<T>[]) : []);
  return (requests as Part<{ commands?: unknown }>[]).flatMap((request) => all<{ documents?: unknown }>(request?.commands).flatMap((command) => all<{ digest?: unknown }>(command?.documents).flatMap((document) => (typeof document?.digest === 'string' ? document.digest : []))));
}

/** Reads presentations (`jwt~disclosure~...~`); what is none is left out. Signatures are checked side by side, before the first of them is asked for. */
export function readShown(presentations: readonly string[]): Shown {
  return new Map(presentations.flatMap((presentation) => {
    const credential = parseCredential(presentation);
    if (!credential.ok) return [];
    const key = certificateKey(credential.certificate);
    const isSigned = key ? verifyP256Aside(key, utf8(credential.signingInput), credential.signature) : Promise.resolve(false);
    return [[credential.digest, { credential, isSigned }] as const];
  }));
}
