/** What this verifier trusts, in a directory of its own: the digest of a root that a person has pinned, and the newest bundle taken since. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleOf, openBundle, type BundleRefused, type Trust, type TrustBundle } from '#gateway/documents/trust-bundle';
import { rootDigest } from '#gateway/documents/trust-root';
import { writeKeyFile } from '#gateway/keyring';
import { messageOf } from '#gateway/messages';
import type { Client } from './client.js';
import { text, type Invocation, type OptionHelp } from './command.js';
import { CliError, EXIT } from './exit.js';
import { say } from './language.js';

export const TRUST: Readonly<Record<string, OptionHelp>> = { trust: { type: 'string', value: 'DIR', help: 'what this verifier trusts; ~/.yizheng/trust where not given' } };

export const trustDirectory = (values: Invocation['values']): string => resolve(text(values, 'trust') ?? join(homedir(), '.yizheng', 'trust'));

const pinFile = (directory: string): string => join(directory, 'root.pin');
const bundleFile = (directory: string): string => join(directory, 'bundle.json');

export const hasTrust = (directory: string): boolean => existsSync(bundleFile(directory));

/** The gateway's bundle, looked at: one that does not hold together is worth nothing. @param client pins nothing: for this once, the gateway is believed */
export async function fetchTrust(client: Client): Promise<{ bundle: TrustBundle; pin: string; trust: Trust }> {
  const bundle = await client.get<TrustBundle>('/api/bundle');
  const pin = bundle.roots[0] ? rootDigest(bundle.roots[0]) : '';
  const trust = await openBundle(bundle, pin);
  if (!trust.ok) throw new CliError(EXIT.refused, `${trust.code}: the gateway's bundle does not hold together`);
  return { bundle, pin, trust };
}

/** Whatever lies on the disk is checked again: the directory is not trusted, only the pin is. @returns undefined where nothing was imported yet */
export async function readTrust(directory: string): Promise<Trust | undefined> {
  if (!hasTrust(directory)) return undefined;
  const trust = await openBundle(readJson(bundleFile(directory)), readPin(directory) ?? '');
  if (!trust.ok) throw refused(bundleFile(directory), trust);
  return trust;
}

const readPin = (directory: string): string | undefined => (existsSync(pinFile(directory)) ? readFileSync(pinFile(directory), 'utf8').trim() : undefined);

/** @param pin digest of a root, from elsewhere; needed once @throws CliError: refused, and nothing was changed */
export async function importTrust(directory: string, file: string, pin: string | undefined): Promise<Trust> {
  const known = readPin(directory);
  const digest = known ?? pin;
  if (digest === undefined) throw new CliError(EXIT.refused, `TRUST_ROOT_NEEDED: ${directory} trusts nothing yet. Learn the digest of the root from the agencies, not from where the file comes, and give it: --root DIGEST`);
  if (known !== undefined && pin !== undefined && pin !== known) throw new CliError(EXIT.refused, `TRUST_ROOT_PINNED: ${directory} has another root pinned (${known}); for another ledger take another directory: --trust DIR`);
  const opened = await openBundle(readJson(file), digest, await readTrust(directory));
  if (!opened.ok) throw refused(file, opened);
  writeKeyFile(pinFile(directory), `${digest}\n`);
  writeKeyFile(bundleFile(directory), `${JSON.stringify(bundleOf(opened))}\n`);
  return opened;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CliError(EXIT.refused, `BUNDLE_FORM: ${file}: ${say(messageOf('BUNDLE_FORM'))}`, { cause });
  }
}

const refused = (file: string, { code, list }: BundleRefused): CliError => new CliError(EXIT.refused, `${code}: ${say(messageOf(code))}\n  ${file}${list === undefined ? '' : `, status list ${String(list)}`}`, { code });

/** What is trusted, in a few lines. */
export function trustSummary({ roots, index, statusLists }: Trust) {
  const { ledger, block, issuedAt, nextUpdate, agencies, seals } = index.list;
  const oldest = Math.min(...[...statusLists.values()].map(({ issuedAt: at }) => at * 1000));
  return { ledger, root: roots.root.version, threshold: roots.root.threshold, signers: roots.root.keys.map(({ agency }) => agency), block, issuedAt, nextUpdate, agencies: agencies.length, seals: seals.length, statusLists: statusLists.size, ...(Number.isFinite(oldest) ? { oldestStatusList: new Date(oldest).toISOString() } : {}) };
}

export function summaryText(summary: ReturnType<typeof trustSummary>): string {
  const { ledger, root, threshold, signers, block, issuedAt, nextUpdate, agencies, seals, statusLists, oldestStatusList } = summary;
  return [
    `ledger ${ledger}`, `root ${String(root)}: ${String(threshold)} of ${String(signers.length)} agencies sign (${signers.join(', ')})`,
    `trust list as of ${issuedAt}, block ${String(block)}, good until ${nextUpdate}: ${String(agencies)} agencies, ${String(seals)} seals`, `${String(statusLists)} status lists${oldestStatusList === undefined ? '' : `, the oldest of ${oldestStatusList}`}`,
  ].join('\n');
}
