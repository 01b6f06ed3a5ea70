/** Fields of a face, each disclosed by itself beside the JWT that commits to all of them (SD-JWT, RFC 9901, section 4.2). */
import { fromBase64url, sha256Text } from '#chaincode/facts/hash';
import { RESERVED_FIELDS } from './reserved.js';
import { objectOf, textOf } from './text.js';

export type FaceValue = string | readonly string[];
export type Face = Readonly<Record<string, FaceValue>>;

export type DisclosureFault = 'DISCLOSURE_FORM' | 'DISCLOSURE_DOUBLED' | 'DISCLOSURE_FOREIGN';

/** The fields that are disclosed. @param digests `_sd` of the credential */
export function disclosed(disclosures: readonly string[], digests: readonly string[]): Face | DisclosureFault {
  const face: Record<string, FaceValue> = {};
  const open = new Set(digests);
  if (open.size !== digests.length) return 'DISCLOSURE_DOUBLED';
  for (const disclosure of disclosures) {
    const digest = sha256Text(disclosure);
    if (!open.delete(digest)) return digests.includes(digest) ? 'DISCLOSURE_DOUBLED' : 'DISCLOSURE_FOREIGN';
    const entry = disclosureEntry(disclosure);
    if (!entry) return 'DISCLOSURE_FORM';
    const [name, value] = entry;
    // It would overwrite a claim of the issuer.
    if (RESERVED_FIELDS.has(name)) return 'DISCLOSURE_FORM';
    if (Object.hasOwn(face, name)) return 'DISCLOSURE_DOUBLED';
    face[name] = value;
  }
  return face;
}

/** Name and value of one disclosure. @returns undefined where it is none */
export function disclosureEntry(disclosure: string): [string, FaceValue] | undefined {
  const bytes = fromBase64url(disclosure);
  const text = bytes && textOf(bytes);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value) || value.length !== 3) return undefined;
    const [salt, name, content] = value as unknown[];
    const texts = typeof content === 'string' || (Array.isArray(content) && content.every((item) => typeof item === 'string'));
    return typeof salt === 'string' && typeof name === 'string' && texts ? [name, content] : undefined;
  } catch {
    return undefined;
  }
}

/** What must be so of a credential for it to be the one that is meant. */
export interface Meant {
  /** Digest of the unsigned credential, which the actors have signed. */
  readonly content: string | undefined;
  /** Digest of the sealed JWT, which goes on the ledger. */
  readonly digest: string | undefined;
  readonly identifier: string;
}

/** Face fields that a presentation (`jwt~disclosure~…~`) shows of the credential that is meant. @returns undefined where it is of another, or none */
export function shownOf(presentation: string, { content, digest, identifier }: Meant): Face | undefined {
  const [jwt = '', ...rest] = presentation.split('~');
  if (rest.pop() !== '' || sha256Text(jwt) !== digest || sha256Text(jwt.slice(0, jwt.lastIndexOf('.'))) !== content) return undefined;
  const { certificateIdentifier, _sd: digests } = objectOf(fromBase64url(jwt.split('.')[1] ?? '')) ?? {};
  if (certificateIdentifier !== identifier || !Array.isArray(digests)) return undefined;
  const face = disclosed(rest, digests.filter((each) => typeof each === 'string'));
  return typeof face === 'string' ? undefined : face;
}
