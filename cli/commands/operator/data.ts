/** Which installation an operator's tool opens. */
import { resolve } from 'node:path';
import { CliError, EXIT } from '../../exit.js';
import { text, type Invocation, type OptionHelp } from '../../command.js';

export const DATA: Readonly<Record<string, OptionHelp>> = { data: { type: 'string', value: 'DIR', help: 'data directory (YIZHENG_DATA, or data)' } };
export const dataOf = (values: Invocation['values']): string => resolve(text(values, 'data') ?? process.env['YIZHENG_DATA'] ?? 'data');
/** The same setting as the gateway's, for the same file. */
export const tombstones = (): string | undefined => process.env['YIZHENG_TOMBSTONES'] || undefined;
/** The same setting as the gateway's, for the same files. */
export const sealPassphrase = (): string | undefined => process.env['YIZHENG_SEAL_PASSPHRASE'] || undefined;

/** @throws CliError where the option is missing */
export function need(values: Invocation['values'], name: string): string {
  const value = text(values, name);
  if (value === undefined) throw new CliError(EXIT.usage, `--${name} is needed`);
  return value;
}
