/** Files that a person names: what is wrong with one is said in a sentence with its name, never as an error of the system. */
import { readFileSync } from 'node:fs';
import { CliError, EXIT } from './exit.js';
import { say } from './language.js';

const SYSTEM = {
  ENOENT: { zh: '没有这个文件，请核对路径', en: 'there is no such file: check the path' },
  EISDIR: { zh: '这是一个目录，应给出文件', en: 'this is a directory: a file is meant' },
  ENOTDIR: { zh: '路径中有一段不是目录，请核对', en: 'a part of the path is no directory: check it' },
  EACCES: { zh: '没有读取权限', en: 'you may not read this file' },
  EPERM: { zh: '没有读取权限', en: 'you may not read this file' },
} as const;

/** What is meant, in both languages: "a key file". */
type Meant = { readonly zh: string; readonly en: string };

const unfit = (path: string, words: Meant, cause: unknown, code: string): CliError => new CliError(EXIT.usage, `${path}: ${say(words)}`, { code, file: path, cause: cause instanceof Error ? cause.message : undefined });

/** @throws CliError FILE_UNREADABLE, usage */
export function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw unfit(path, Object.hasOwn(SYSTEM, code) ? SYSTEM[code as keyof typeof SYSTEM] : { zh: `文件无法读取（${code}）`, en: `the file cannot be read (${code})` }, cause, 'FILE_UNREADABLE');
  }
}

/** @throws CliError FILE_UNREADABLE, usage */
export const readText = (path: string): string => readFile(path).toString('utf8').replace(/^\ufeff/, '');

/** @param meant what the file should hold @throws CliError FILE_UNREADABLE, FILE_NOT_JSON, usage */
export function readJson(path: string, meant: Meant): unknown {
  const content = readText(path);
  try {
    return JSON.parse(content) as unknown;
  } catch (cause) {
    const where = placeOf(content, cause instanceof Error ? cause.message : '');
    const at = where === undefined ? { zh: '', en: '' } : { zh: `（第 ${String(where.line)} 行第 ${String(where.column)} 列）`, en: ` (line ${String(where.line)}, column ${String(where.column)})` };
    const empty = content.trim() === '';
    throw unfit(path, empty ? { zh: `文件是空的，应为${meant.zh}`, en: `the file is empty: ${meant.en} is meant` } : { zh: `不是正确的 JSON${at.zh}，应为${meant.zh}`, en: `not valid JSON${at.en}: ${meant.en} is meant` }, cause, 'FILE_NOT_JSON');
  }
}

/** The parser says the place in its words, where it says it at all. */
function placeOf(content: string, message: string): { line: number; column: number } | undefined {
  const known = /at position (\d+)/.exec(message)?.[1];
  if (known === undefined && !/^(Unexpected end|Unterminated)/.test(message)) return undefined;
  const before = content.slice(0, known === undefined ? content.length : Number(known)).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}
