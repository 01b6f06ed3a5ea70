/** Whom the gateway tells of terms that end, papers that are due, and alarms: an operator's file, read once at the start. Secrets lie in files of their own, named from it. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { fromBase64url, sha256Text } from '#chaincode/facts/hash';

const closed = { additionalProperties: false } as const;
const Agency = Type.String({ pattern: '^[0-9A-Z]{18}$' });
/** More programs of one gateway's agencies are served by one that tells the others. */
const TARGETS_MAX = 64;
/** Only by HTTPS, or on this machine: what is told says which licences end. */
const URL_PATTERN = '^(https://[^\\s@]+|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d+)?(/[^\\s]*)?)$';
/** What a hook may be told of. */
export const TOLD = ['terms', 'conditions', 'alarms'] as const;
export type Told = (typeof TOLD)[number];
export const NoticeFile = Type.Object({
  hooks: Type.Optional(Type.Array(Type.Object({ agency: Agency, url: Type.String({ pattern: URL_PATTERN, maxLength: 500 }), secretFile: Type.String(), tells: Type.Optional(Type.Array(Type.Enum([...TOLD]), { minItems: 1, uniqueItems: true })) }, closed), { maxItems: TARGETS_MAX })),
  feeds: Type.Optional(Type.Array(Type.Object({ agency: Agency, tokenFile: Type.String() }, closed), { maxItems: TARGETS_MAX })),
}, closed);

export interface Hook {
  /** Of agency and address: what was told once is not told again after a start. */
  readonly id: string;
  readonly agency: string;
  readonly url: string;
  /** whsec_ and base64 (Standard Webhooks). */
  readonly secret: string;
  readonly tells: readonly Told[];
}
export interface NoticeSettings {
  readonly hooks: readonly Hook[];
  readonly feeds: readonly { readonly agency: string; readonly token: string }[];
}

export class NoticeSettingsError extends Error {
  override readonly name = 'NoticeSettingsError';
}
const wrong = (words: string): never => { throw new NoticeSettingsError(words); };

/** @throws NoticeSettingsError that says what to change */
export function readNotices(path: string): NoticeSettings {
  const file = parsed(path);
  const firstLine = (name: string): string => {
    try {
      return readFileSync(resolve(dirname(path), name), 'utf8').split('\n')[0]?.trim() ?? '';
    } catch {
      return wrong(`${path}: ${name} cannot be read`);
    }
  };
  const hooks = (file.hooks ?? []).map(({ agency, url, secretFile, tells = TOLD }): Hook => ({ id: sha256Text(Buffer.from(`${agency} ${url}`)).slice(0, 22), agency, url, secret: secretOf(secretFile, firstLine(secretFile)), tells }));
  const feeds = (file.feeds ?? []).map(({ agency, tokenFile }) => ({ agency, token: tokenOf(tokenFile, firstLine(tokenFile)) }));
  if (new Set(hooks.map(({ id }) => id)).size !== hooks.length) wrong(`${path}: an address is named twice for one agency`);
  if (new Set(feeds.map(({ token }) => token)).size !== feeds.length) wrong(`${path}: two feeds have the same token`);
  return { hooks, feeds };
}

function parsed(path: string): Static<typeof NoticeFile> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return wrong(`${path}: a file of JSON is meant`);
  }
  if (Value.Check(NoticeFile, value)) return value;
  const at = [...new Set([...Value.Errors(NoticeFile, value)].map(({ instancePath }) => instancePath))].join(', ');
  return wrong(`${path}: not of the form {"hooks": [{"agency", "url", "secretFile", "tells"?}], "feeds": [{"agency", "tokenFile"}]}, url https:// or on this machine: ${at}`);
}

/** 24 to 64 bytes (Standard Webhooks, symmetric signatures). */
function secretOf(name: string, line: string): string {
  const bytes = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(line)?.[1];
  const length = bytes === undefined ? 0 : Buffer.from(bytes, 'base64').length;
  return length >= 24 && length <= 64 ? line : wrong(`${name}: its first line is to be whsec_ and 24 to 64 random bytes in base64`);
}

const tokenOf = (name: string, line: string): string => ((fromBase64url(line)?.length ?? 0) >= 24 ? line : wrong(`${name}: its first line is to be 24 or more random bytes in base64url`));
