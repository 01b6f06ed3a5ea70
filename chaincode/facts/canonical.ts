/** JSON canonicalisation, RFC 8785, narrowed: ASCII keys, safe integers, no nulls, no lone surrogates (docs/decisions/0002). */

export type Canonical = string | number | boolean | readonly Canonical[] | { readonly [key: string]: Canonical | undefined };

export class CanonicalError extends Error {
  override readonly name = 'CanonicalError';
}

const ASCII_KEY = /^[\x20-\x7e]+$/;

/**
 * The canonical text of a value; two developers get the same bytes. Properties that are undefined are left out.
 * @throws CanonicalError for a value outside the narrowed form.
 */
export function canonical(value: Canonical): string {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new CanonicalError('lone surrogate');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new CanonicalError('not a safe integer');
    return Object.is(value, -0) ? '0' : String(value);
  }
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object' || value === null) throw new CanonicalError('null or not a JSON value');
  if (Array.isArray(value)) return `[${(value as readonly Canonical[]).map(canonical).join(',')}]`;
  const record = value as Readonly<Record<string, Canonical | undefined>>;
  const members: string[] = [];
  for (const key of Object.keys(record).sort()) {
    const member = record[key];
    if (member === undefined) continue;
    if (!ASCII_KEY.test(key)) throw new CanonicalError('key is not ASCII');
    members.push(`${JSON.stringify(key)}:${canonical(member)}`);
  }
  return `{${members.join(',')}}`;
}
