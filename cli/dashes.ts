/** Ids and digests are base64url: one in sixty-four begins with a dash, and is a value all the same. */
import type { Options } from './command.js';

/** 16 or 32 bytes. */
const ID = /^-[\w-]{21}(?:[\w-]{21})?$/;

/** Arguments as the parser takes them: such a value is tied to the option before it, or stands after all options. */
export function withDashes(args: readonly string[], options: Options): string[] {
  if (args.includes('--')) return [...args];
  const [before, after]: [string[], string[]] = [[], []];
  for (const arg of args) {
    const last = before.at(-1) ?? '';
    if (!ID.test(arg) || Object.hasOwn(options, arg.slice(2))) before.push(arg);
    else if (options[last.slice(2)]?.type === 'string' && last.startsWith('--')) before[before.length - 1] = `${last}=${arg}`;
    else after.push(arg);
  }
  return after.length === 0 ? before : [...before, '--', ...after];
}
