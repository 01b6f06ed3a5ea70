/** Heads of the ledger, kept on an auditor's machine: by them a ledger that was rewritten, cut short or forked is found. */
import { existsSync, writeFileSync } from 'node:fs';
import { fromBase64url } from '#chaincode/facts/hash';
import type { HeaderRun } from '#gateway/documents/block-header';
import { compareAll, headHolds, parseHead, type Head, type HeadsPair, type SignedHead } from '#gateway/documents/head';
import { messageOf } from '#gateway/messages';
import type { Client } from '../client.js';
import { text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { HEADS, headsDirectory, keepHead, keptHeads, readHeads } from '../head-store.js';
import { say } from '../language.js';
import { fetchTrust, hasTrust, readTrust, TRUST, trustDirectory } from '../trust-store.js';

/** By which clocks may differ. */
const CLOCKS_MS = 10 * 60_000;
const bytes = (value: string): Uint8Array => fromBase64url(value) ?? new Uint8Array();

/** The gateway's head, its signature checked by the verifier's own trust list, else by the gateway's. @throws CliError HEAD_SIGNATURE, HEAD_FORM, HEAD_STALE, HEADS_FOREIGN */
async function fetchHead({ client, values }: Invocation): Promise<SignedHead> {
  const { head: token } = await client.get<{ head: string }>('/api/ledger/head');
  const signed = parseHead(token);
  if (!signed) throw new CliError(EXIT.untrusted, `HEAD_FORM: ${say(messageOf('HEAD_FORM'))}`);
  const directory = trustDirectory(values);
  const trust = hasTrust(directory) ? await readTrust(directory) : (await fetchTrust(client)).trust;
  // What the verifier trusts may be of another ledger: a demo's that is gone, say.
  if (trust && hasTrust(directory) && trust.index.list.ledger !== signed.head.ledger) throw new CliError(EXIT.untrusted, `HEADS_FOREIGN: ${say(messageOf('HEADS_FOREIGN'))}\n  ${signed.head.ledger}, of the gateway\n  ${trust.index.list.ledger}, of what ${directory} keeps\n  for another ledger: --trust DIR, a directory of its own`);
  const key = trust?.index.keys.get(signed.kid);
  const fits = key?.use === 'head' && key.agency === signed.head.agency && key.status !== 'stopped' && trust?.index.list.ledger === signed.head.ledger;
  if (!fits || !(await headHolds(signed, key.spki))) throw new CliError(EXIT.untrusted, `HEAD_SIGNATURE: ${say(messageOf('HEAD_SIGNATURE'))}`);
  // One that was signed before the ledger was cut short would say for ever that nothing is missing.
  if (signed.head.earlier === true || Math.abs(Date.now() - Date.parse(signed.head.at)) > CLOCKS_MS) throw new CliError(EXIT.untrusted, `HEAD_STALE: ${say(messageOf('HEAD_STALE'))}\n  ${signed.head.at}`);
  return signed;
}

/** Headers of the blocks [from, to), page by page; as far as the gateway has them. */
async function fetchHeaders(client: Client, from: number, to: number): Promise<HeaderRun> {
  const data: Uint8Array[] = [];
  let previous: Uint8Array = new Uint8Array();
  while (from + data.length < to) {
    const at = from + data.length;
    const page = await client.get<{ previous: string; data: string[] }>(`/api/ledger/headers?from=${String(at)}&to=${String(to)}`);
    if (data.length === 0) previous = bytes(page.previous);
    if (page.data.length === 0) break;
    data.push(...page.data.map(bytes));
  }
  return { from, previous, data };
}

/** Every head against the next in time, by headers that the gateway gives. */
async function compared(client: Client, heads: readonly Head[]): Promise<HeadsPair[]> {
  const heights = heads.map(({ height }) => height);
  const [from, to] = [Math.min(...heights), Math.max(...heights)];
  return compareAll(heads, await fetchHeaders(client, from, to));
}

const nameOf = ({ height, at, agency }: Head): string => `${String(height)} blocks at ${at} (${agency})`;

function told({ print }: Invocation, heads: readonly Head[], pairs: readonly HeadsPair[], more: object = {}): Exit {
  const wrong = pairs.filter(({ finding }) => finding !== 'HEADS_APPENDED');
  const last = heads.reduce((a, b) => (b.at > a.at ? b : a));
  const lines = wrong.map(({ earlier, later, finding }) => `  - ${finding}: ${say(messageOf(finding))}\n      ${nameOf(earlier)}  ${earlier.hash}\n      ${nameOf(later)}  ${later.hash}`);
  print({ ...more, ledger: last.ledger, heads: heads.length, height: last.height, hash: last.hash, at: last.at, findings: wrong.map(({ earlier, later, finding }) => ({ code: finding, earlier, later })) },
    [...('file' in more ? [String(more.file)] : []), `ledger ${last.ledger}`, `  ${nameOf(last)}  ${last.hash}`, ...(wrong.length === 0 ? [`  + ${String(heads.length)} heads: ${say(messageOf('HEADS_APPENDED'))}`] : lines)].join('\n'));
  return wrong.length === 0 ? EXIT.ok : EXIT.untrusted;
}

/** A ledger that was written anew from block 0 has another name: beside heads of others the first of one is kept only where it is meant. @throws CliError HEADS_FOREIGN */
function demandMeant({ values }: Invocation, directory: string, { ledger }: Head): void {
  const others = [...new Set((existsSync(directory) ? readHeads(directory) : []).map(({ head }) => head.ledger))];
  if (others.length > 0 && text(values, 'ledger') !== ledger && !hasTrust(trustDirectory(values))) throw new CliError(EXIT.untrusted, `HEADS_FOREIGN: ${say(messageOf('HEADS_FOREIGN'))}\n  ${[...others, ledger].join('\n  ')}\n  if it is meant: --ledger ${ledger}`);
}

/** Fetches a head, keeps it whatever it says, and compares it with those kept before. */
async function fetched(invocation: Invocation): Promise<Exit> {
  const directory = headsDirectory(invocation.values);
  const signed = await fetchHead(invocation);
  const before = keptHeads(directory, signed.head.ledger);
  if (before.length === 0) demandMeant(invocation, directory, signed.head);
  const file = keepHead(directory, signed);
  const last = before.map(({ head }) => head).sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  const heads = [...(last ? [last] : []), signed.head];
  return told(invocation, heads, await compared(invocation.client, heads), { file });
}

/** All heads that were kept, and those of files that came by another way, against the gateway of now. */
async function checked(invocation: Invocation, files: readonly string[]): Promise<Exit> {
  const { client, values } = invocation;
  const now = await fetchHead(invocation);
  const known = [...keptHeads(headsDirectory(values), text(values, 'ledger') ?? now.head.ledger), ...files.flatMap(readHeads)].map(({ head }) => head);
  if (known.length === 0) throw new CliError(EXIT.notFound, 'no head was kept: yizheng head fetch keeps one');
  const foreign = known.find(({ ledger }) => ledger !== now.head.ledger);
  if (foreign) throw new CliError(EXIT.untrusted, `HEADS_FOREIGN: ${say(messageOf('HEADS_FOREIGN'))}\n  ${foreign.ledger}\n  ${now.head.ledger}`);
  const heads = [...known, now.head];
  return told(invocation, heads, await compared(client, heads));
}

interface Sent { readonly head: string; readonly at: string; readonly file?: string; readonly agencies: readonly { readonly agency: string; readonly outcome: string }[] }

/** Has the gateway sign the head of now and send it out. */
async function sent({ client, print }: Invocation): Promise<Exit> {
  const found = await client.post<Sent>('/api/heads', {});
  if (found.file === undefined && found.agencies.length === 0) throw new CliError(EXIT.refused, 'signed, and sent nowhere: set YIZHENG_HEADS to a directory that is carried elsewhere; no other agency has a gateway that keeps it');
  print(found, [`sent at ${found.at}`, ...(found.file === undefined ? [] : [`  file ${found.file}`]), ...found.agencies.map(({ agency, outcome }) => `  ${agency}  ${outcome === 'kept' ? outcome : say(messageOf(outcome))}`)].join('\n'));
  return found.agencies.every(({ outcome }) => outcome === 'kept') ? EXIT.ok : EXIT.unavailable;
}

/** Takes over what other agencies' gateways have sent to this one. */
async function taken({ client, values, print }: Invocation): Promise<Exit> {
  const { heads } = await client.get<{ heads: { head: string; finding?: string; contradicts?: string }[] }>('/api/heads');
  const files = heads.flatMap(({ head, contradicts = [] }) => [head, contradicts].flat()).flatMap((token) => { const parsed = parseHead(token); return parsed ? [keepHead(headsDirectory(values), parsed)] : []; });
  const forked = heads.filter(({ finding, contradicts }) => finding === 'LEDGER_FORKED' || contradicts !== undefined).length;
  print({ files, forked }, `${String(heads.length)} heads of other agencies${forked === 0 ? '' : `, ${String(forked)}: ${say(messageOf('LEDGER_FORKED'))}`}`);
  return forked === 0 ? EXIT.ok : EXIT.untrusted;
}

/** A head on a sheet of paper: the one of now, which is kept too, or one that was kept. Drawn here, from what was checked here. */
async function printed(invocation: Invocation, file: string | undefined): Promise<Exit> {
  const { values, print } = invocation;
  const out = text(values, 'out');
  if (out === undefined) throw new CliError(EXIT.usage, '--out: a file for the PDF');
  const [signed, ...more] = file === undefined ? [await fetchHead(invocation)] : readHeads(file);
  if (!signed || more.length > 0) throw new CliError(EXIT.usage, `${file ?? ''}: one head is meant`);
  if (file === undefined) keepHead(headsDirectory(values), signed);
  // Loaded by whoever prints.
  const [{ drawHead }, { openFonts }] = await Promise.all([import('#gateway/documents/pdf/head'), import('#gateway/press/fonts')]);
  writeFileSync(out, await drawHead({ signed }, openFonts()));
  print({ file: out, head: signed.token, height: signed.head.height, hash: signed.head.hash, at: signed.head.at }, `${out}: ${nameOf(signed.head)}  ${signed.head.hash}`);
  return EXIT.ok;
}

const head: Command = {
  summary: "keep signed heads of the ledger on your own machine, and prove by them that its history was only appended to", usage: 'fetch | check [FILE ...] | print [FILE] --out FILE | send | peers', takes: [1, 1000],
  options: { ...HEADS, ...TRUST, out: { type: 'string', value: 'FILE', help: 'print: the PDF, a sheet of A4 with the head as a QR and as text' }, ledger: { type: 'string', value: 'ID', help: 'check: the ledger whose heads you have kept, if the gateway might serve another one; fetch: a further ledger, beside those whose heads you keep' } },
  examples: ['head fetch', 'head check', 'head check from-peer-agency.head', 'head print --out head.pdf', 'head send --key registrar.key.json', 'head peers --key auditor.key.json'],
  run: async (invocation) => {
    const [name = '', ...files] = invocation.args;
    if (name === 'fetch' && files.length === 0) return fetched(invocation);
    if (name === 'check') return checked(invocation, files);
    if (name === 'print' && files.length <= 1) return printed(invocation, files[0]);
    if (name === 'send' && files.length === 0) return sent(invocation);
    if (name === 'peers' && files.length === 0) return taken(invocation);
    throw new CliError(EXIT.usage, `head ${name}: one of fetch, check, print, send, peers`);
  },
};

export const headCommands: Readonly<Record<string, Command>> = { head };
