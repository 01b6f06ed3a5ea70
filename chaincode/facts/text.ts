/** Text as bytes and back, the same on every platform. */

const encoder = new TextEncoder();
/** A mark at the beginning is a part of what was signed. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** @returns undefined where the bytes are not UTF-8 */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A JSON object in UTF-8, from outside. @returns undefined for anything else */
export function objectOf(bytes: Uint8Array | undefined): Record<string, unknown> | undefined {
  const text = bytes && textOf(bytes);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
