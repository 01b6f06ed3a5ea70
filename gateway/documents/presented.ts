/** What somebody typed, pasted or opened: an identifier, a number, a credential, a scanned link, a receipt. */
import { parsePresentationCode } from './presentation-code.js';
import { isReceipt } from './receipt.js';

export type Given =
  | { readonly by: 'identifier'; readonly identifier: string }
  | { readonly by: 'number'; readonly number: string }
  | { readonly by: 'credential'; readonly credential: string }
  | { readonly by: 'qr'; readonly qr: string }
  | { readonly by: 'receipt'; readonly receipt: string }
  /** A dynamic code of a holder's phone: fetched once, from where it lies. */
  | { readonly by: 'presentation'; readonly code: string };

/** What a file holds, which is more than text can. */
export type GivenFile = Given | { readonly by: 'pdf'; readonly bytes: Uint8Array };

/** Whether a text is an evidence bundle, which is verified by itself: canonical JSON begins with its first member. */
export const isEvidenceText = (text: string): boolean => text.startsWith('{"blocks":[');

const ROOT = '1.2.156.3005.2.';
/** Type, issuer, serial, version, check character; the root is often left out when one copies from a document. */
const WHOLE = /^[0-9A-Z]{21}\.(?:[0-9A-Z]{18}|\d{6})\.[0-9A-Z]{7,32}\.\d{3}\.[0-9A-Z]$/;
const BEGUN = /^[0-9A-Z]{21}\.[0-9A-Z.]*$/;
/** A QR's code alone, without its link: version, dot, base64url of a few hundred bytes. */
const BARE_QR = /^#?\d+\.[A-Za-z0-9_-]{100,}$/;

/** As long as the interface takes. */
const NUMBER_MAX = 120;

/** Whether a text can be a number at all. Who asks for one asks by an address, and a whole file must not stand in that. */
export const mayBeNumber = (text: string): boolean => text.length <= NUMBER_MAX && !/[<>{}\n]/.test(text);

/** @returns undefined for nothing. Whatever is not recognised is taken for a number: those have no common form. */
export function presentedAs(text: string): Given | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const inside = unwrap(trimmed);
  if (inside !== undefined) return presentedAs(inside);
  const receipt = /(?:^|\/q#)(eyJ[\w-]+\.[\w-]+\.[\w-]+)$/.exec(trimmed.replace(/\s+/g, ''))?.[1];
  if (receipt !== undefined && isReceipt(receipt)) return { by: 'receipt', receipt };
  if (trimmed.includes('~') || /^eyJ[\w-]+\.[\w-]+\./.test(trimmed)) return { by: 'credential', credential: trimmed.replace(/\s+/g, '') };
  const close = trimmed.normalize('NFKC').replace(/\s+/g, '');
  if (parsePresentationCode(close)) return { by: 'presentation', code: close };
  if (/\/q#/.test(close) || BARE_QR.test(close)) return { by: 'qr', qr: close };
  const bare = (/\/l\/([^/?#]+)/.exec(close)?.[1] ?? close).toUpperCase();
  if (bare.startsWith(ROOT.slice(0, -1))) return { by: 'identifier', identifier: bare };
  if (BEGUN.test(bare)) return { by: 'identifier', identifier: `${ROOT}${bare}` };
  return { by: 'number', number: trimmed };
}

/** Whether an identifier has all its parts; the check character is the gateway's to judge. */
export const isWholeIdentifier = (identifier: string): boolean => identifier.startsWith(ROOT) && WHOLE.test(identifier.slice(ROOT.length));

/** A file may be the answer of the interface, `{credential, qr}`, a JSON string, or a page. */
function unwrap(text: string): string | undefined {
  // A receipt that was saved as a page has itself inside.
  // Word by word: a pattern that is tried from every letter would keep the page busy for hours with a file of the right nonsense.
  if (text.startsWith('<')) return text.split(/[^\w.-]+/).find((word) => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(word) && isReceipt(word));
  if (!text.startsWith('{') && !text.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string') return value;
    const { credential, identifier, qr, receipt } = value as Record<string, unknown>;
    return [credential, qr, identifier, receipt].find((each) => typeof each === 'string');
  } catch {
    return undefined;
  }
}
