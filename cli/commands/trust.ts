/** What a verifier without a network trusts: fetched, carried, imported; signed together by agencies; packed with documents. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDigest } from '#gateway/documents/trust-root';
import type { SignedDocument } from '#gateway/documents/jws';
import { flag, text, type Command, type Invocation } from '../command.js';
import { PACKED_BUNDLE, readPackage, writePackage, type Packed } from '../exchange.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { readJson } from '../files.js';
import { fetchTrust, importTrust, readTrust, summaryText, TRUST, trustDirectory, trustSummary } from '../trust-store.js';
import { licenceOf } from './licence.js';

type Action = (invocation: Invocation, args: readonly string[]) => Promise<Exit>;

const fileOf = ([file, ...more]: readonly string[], usage: string): string => {
  if (file === undefined || more.length > 0) throw new CliError(EXIT.usage, `usage: yizheng trust ${usage}`);
  return file;
};
const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

const exportBundle: Action = async (invocation, args) => {
  const file = fileOf(args, 'export FILE');
  const { bundle, pin } = await fetchTrust(invocation.client);
  const content = JSON.stringify(bundle);
  writeFileSync(file, `${content}\n`);
  invocation.print({ file, bytes: content.length, statusLists: bundle.statusLists.length, root: pin }, `${file}  ${kib(content.length)}  ${String(bundle.statusLists.length)} status lists`);
  invocation.say(`a verifier imports it with: yizheng trust import FILE --root ${pin}\nit must learn that digest from you by another way than the file`);
  return EXIT.ok;
};

const importBundle: Action = async (invocation, args) => {
  const given = fileOf(args, 'import FILE|PACKAGE [--root DIGEST]');
  const packed = existsSync(given) && statSync(given).isDirectory() ? readPackage(given) : undefined;
  const trust = await importTrust(trustDirectory(invocation.values), packed ? join(given, PACKED_BUNDLE) : given, text(invocation.values, 'root'));
  const summary = trustSummary(trust);
  const documents = (packed?.files ?? []).map(({ name }) => name).filter((name) => name !== PACKED_BUNDLE);
  invocation.print({ ...summary, ...(packed ? { documents } : {}) }, [summaryText(summary), ...documents.map((name) => `yizheng verify ${join(given, name)} --offline`)].join('\n'));
  return EXIT.ok;
};

const show: Action = async (invocation) => {
  const directory = trustDirectory(invocation.values);
  const trust = await readTrust(directory);
  if (!trust) throw new CliError(EXIT.notFound, `${directory} trusts nothing yet: yizheng trust import FILE --root DIGEST`);
  const summary = { ...trustSummary(trust), roots: trust.roots.signed.map(rootDigest) };
  invocation.print(summary, `${summaryText(summary)}\n${summary.roots.map((digest) => `root digest ${digest}`).join('\n')}`);
  return EXIT.ok;
};

/** Files as they are; a licence by its identifier or number as the credential that its agency keeps. */
async function packed({ client }: Invocation, what: string): Promise<Packed> {
  if (existsSync(what)) return { file: what };
  const { identifier } = await licenceOf(client, what);
  const { credential } = await client.get<{ credential: string }>(`/api/licences/${encodeURIComponent(identifier)}/credential`);
  return { name: `${identifier}.credential.txt`, text: `${credential}\n` };
}

const pack: Action = async (invocation, [directory, ...documents]) => {
  if (directory === undefined || documents.length === 0) throw new CliError(EXIT.usage, 'usage: yizheng trust pack DIR FILE|LICENCE ...');
  const { bundle, pin } = await fetchTrust(invocation.client);
  const contents: Packed[] = [];
  for (const document of documents) contents.push(await packed(invocation, document));
  const manifest = writePackage(directory, `${JSON.stringify(bundle)}\n`, contents);
  const bytes = manifest.files.reduce((sum, entry) => sum + entry.bytes, 0);
  invocation.print({ directory, ...manifest, bytes, root: pin }, `${directory}  ${String(contents.length)} documents  ${kib(bytes)}`);
  return EXIT.ok;
};

interface Signed { readonly document: SignedDocument; readonly agencies: readonly string[]; readonly complete: boolean }

function printed({ print }: Invocation, file: string, { document, agencies, complete }: Signed): Exit {
  writeFileSync(file, `${JSON.stringify(document)}\n`);
  print({ file, agencies, complete }, `${file}  signed by ${agencies.join(', ') || 'nobody'}: ${complete ? 'enough; yizheng trust publish serves it' : 'not enough yet'}`);
  return EXIT.ok;
}

const propose: Action = async (invocation, args) => {
  const file = fileOf(args, 'propose FILE [--days N]');
  const [days, ofRoot] = [text(invocation.values, 'days'), flag(invocation.values, 'of-root')];
  return printed(invocation, file, await invocation.client.post<Signed>('/api/trust/proposals', { of: ofRoot ? 'root' : 'list', ...(days === undefined ? {} : { days: Number(days) }) }));
};

const sign = (path: string, usage: string): Action => async (invocation, args) => {
  const file = fileOf(args, usage);
  return printed(invocation, file, await invocation.client.post<Signed>(path, readJson(file, { zh: 'yizheng trust propose 生成的文件', en: 'a file that yizheng trust propose made' })));
};

const ACTIONS: Readonly<Record<string, Action>> = {
  export: exportBundle, import: importBundle, show, pack, propose, cosign: sign('/api/trust/signatures', 'cosign FILE'), publish: sign('/api/trust/publications', 'publish FILE'),
};

const trust: Command = {
  summary: 'lists for verifying off line: export, import, show, pack; for registrars propose, cosign, publish', usage: 'export FILE | import FILE|PACKAGE [--root DIGEST] | show | pack DIR FILE|LICENCE ... | propose FILE | cosign FILE | publish FILE', takes: [1, 1000],
  options: { ...TRUST, root: { type: 'string', value: 'DIGEST', help: 'import: digest of the root of trust, needed once; from the agencies, not from where the file comes' },
    days: { type: 'string', value: 'N', help: 'propose: days until the list is stale; 7 where not given' }, 'of-root': { type: 'boolean', help: 'propose: the newest root instead of the list' } },
  examples: ['trust export stick.json', 'trust import stick.json --root aX3…', 'trust pack for-county JY23703039999014 licence.txt --key clerk.key.json', 'trust propose list.json --key registrar.key.json'],
  run: async (invocation) => {
    const [name = '', ...args] = invocation.args;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action) throw new CliError(EXIT.usage, `trust ${name}: one of ${Object.keys(ACTIONS).join(', ')}`);
    return action(invocation, args);
  },
};

export const trustCommands: Readonly<Record<string, Command>> = { trust };
