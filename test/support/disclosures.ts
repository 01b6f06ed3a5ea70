/** A sealed document as an agency's gateway would make it, for tests of what is shown of it: written from the standard, not with our code. */
import { createHash, randomBytes } from 'node:crypto';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

export interface ShownDocument {
  /** jwt~disclosure~…~ */
  readonly shown: string;
  /** What a command says of the document. */
  readonly command: { readonly content: string; readonly documents: readonly object[] };
}

/** @param face fields that are disclosed @param hidden fields that are committed to and not shown */
export function newDocument(identifier: string, face: Readonly<Record<string, unknown>>, hidden: Readonly<Record<string, unknown>> = {}): ShownDocument {
  const open = (fields: object): string[] => Object.entries(fields).map(([name, value]) => encode([randomBytes(16).toString('base64url'), name, value]));
  const [disclosures, others] = [open(face), open(hidden)];
  const signed = `${encode({ alg: 'ES256', typ: 'dc+sd-jwt' })}.${encode({ certificateIdentifier: identifier, _sd: [...disclosures, ...others].map(hash).sort(), _sd_alg: 'sha-256' })}`;
  const jwt = `${signed}.${randomBytes(64).toString('base64url')}`;
  return { shown: `${[jwt, ...disclosures].join('~')}~`, command: { content: hash(signed), documents: [{ type: 'credential', alg: 'sha-256', digest: hash(jwt) }] } };
}
