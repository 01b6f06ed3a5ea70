/** Heads of ledgers that an auditor has kept, a file each, in a directory of his own: never written over, for one that fits no longer is the proof. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { sha256Text } from '#chaincode/facts/hash';
import { parseHead, type Head, type SignedHead } from '#gateway/documents/head';
import { writeKeyFile } from '#gateway/keyring';
import { messageOf } from '#gateway/messages';
import { text, type Invocation, type OptionHelp } from './command.js';
import { CliError, EXIT } from './exit.js';
import { say } from './language.js';

export const HEADS: Readonly<Record<string, OptionHelp>> = { heads: { type: 'string', value: 'DIR', help: 'where heads are kept; ~/.yizheng/heads where not given' } };
export const headsDirectory = (values: Invocation['values']): string => resolve(text(values, 'heads') ?? join(homedir(), '.yizheng', 'heads'));

const ENDING = '.head';
const nameOf = ({ height, at, agency }: Head): string => `${String(height).padStart(12, '0')}-${at.replace(/[^0-9]/g, '')}-${agency}${ENDING}`;

/** @returns the file. Of two heads of one instant each has its own: that is the proof */
export function keepHead(directory: string, { head, token }: SignedHead): string {
  const plain = join(directory, head.ledger, nameOf(head));
  const file = !existsSync(plain) || readFileSync(plain, 'utf8').trim() === token ? plain : plain.replace(ENDING, `-${sha256Text(token).slice(0, 12)}${ENDING}`);
  if (!existsSync(file)) writeKeyFile(file, `${token}\n`);
  return file;
}

/** Heads in a file, one a line, or in a directory of such files; or one as it was scanned or typed from paper, with whatever spaces and line ends. @throws CliError HEAD_FORM */
export function readHeads(path: string): SignedHead[] {
  const scanned = parseHead(path);
  if (scanned) return [scanned];
  if (!existsSync(path)) throw new CliError(EXIT.notFound, `${path}: there is no such file`);
  if (statSync(path).isDirectory()) return readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ENDING)).sort().flatMap((name) => readHeads(join(path, name)));
  const content = readFileSync(path, 'utf8');
  const typed = parseHead(content.replaceAll(/\s/g, ''));
  if (typed) return [typed];
  return content.split('\n').map((line) => line.trim()).filter((line) => line !== '').map((line) => {
    const parsed = parseHead(line);
    if (!parsed) throw new CliError(EXIT.refused, `HEAD_FORM: ${path}: ${say(messageOf('HEAD_FORM'))}`);
    return parsed;
  });
}

/** Those kept of one ledger. */
export function keptHeads(directory: string, ledger: string): SignedHead[] {
  const own = join(directory, ledger);
  return existsSync(own) ? readHeads(own) : [];
}
