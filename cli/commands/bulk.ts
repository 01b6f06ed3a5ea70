/** Tables: bulk issue and import, with progress, a report, a dry run; safe to stop and run again. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { KindRecord } from '#chaincode/facts/records';
import { inputRows } from '#gateway/acts/licence/bulk-rows';
import { checkManifest, ManifestFault, type ManifestRow } from '#gateway/acts/licence/manifest';
import { signDigest } from '#gateway/acts/licence/sign';
import { messageOf } from '#gateway/messages';
import { readTable } from '#gateway/tables/index';
import { cosigned } from '../client.js';
import { flag, text, texts, type Command, type Invocation } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { readJson } from '../files.js';
import { say as inWords } from '../language.js';
import { today } from '../time.js';

const TYPES: Readonly<Record<string, string>> = { '.csv': 'text/csv', '.txt': 'text/csv', '.ndjson': 'application/x-ndjson', '.jsonl': 'application/x-ndjson', '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };
const POLL_MS = 200;
const ROWS_SAID = 5;
const UPLOAD_MS = 600_000;

interface JobView {
  readonly id: string; readonly staff: string; readonly name: string; readonly type: string; readonly kind?: string; readonly state: string; readonly dryRun: boolean; readonly total?: number; readonly prepared: number;
  readonly done: number; readonly already: number; readonly refused: number; readonly acts?: number; readonly digest?: string; readonly code?: string;
  readonly signed?: readonly string[]; readonly persons?: number;
}
interface Uploaded {
  readonly upload: string; readonly columns: readonly string[]; readonly publicity: boolean; readonly unknown: readonly string[]; readonly missing: readonly string[]; readonly notRead: readonly string[];
  readonly proposals: readonly { readonly kind: string; readonly map: { readonly columns: Record<string, string> }; readonly missing: readonly string[] }[];
}

/** The name a job goes by: the file's own name and the digest of its content, so that the same file finds its job again. */
async function jobName(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `${hash.digest('hex').slice(0, 32)} ${basename(path)}`.slice(0, 200);
}

async function upload({ client }: Invocation, path: string, name: string): Promise<Uploaded> {
  const response = await client.send('POST', `/api/uploads?name=${encodeURIComponent(name)}`, Readable.toWeb(createReadStream(path)) as RequestInit['body'], TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream', AbortSignal.timeout(UPLOAD_MS));
  return (await response.json()) as Uploaded;
}

/** A job that this person made, or another's that waits for one more signature: what it holds is compared with the file before it is signed. */
async function unfinished({ client }: Invocation, name: string, type: string, kind: string | undefined): Promise<JobView | undefined> {
  const { jobs } = await client.get<{ jobs: JobView[] }>('/api/jobs');
  return jobs.find((job) => job.name === name && job.type === type && job.kind === kind && (job.staff === client.key.staff || job.state === 'waiting') && !job.dryRun && job.state !== 'done' && job.state !== 'failed');
}

function bar({ state, total = 0, prepared, done, already, refused, acts }: JobView): string {
  const [at, of] = state === 'preparing' ? [prepared + already + refused, Math.max(total, 1)] : [done + already + refused, Math.max(total, acts ?? 1)];
  const share = Math.min(1, at / of);
  return `${state.padEnd(10)} [${'#'.repeat(Math.round(30 * share)).padEnd(30, '.')}] ${String(at)}/${String(of)}  done ${String(done)}  already ${String(already)}  refused ${String(refused)}`;
}

/** What this person wants done, read here and not there. */
interface Wanted { readonly path: string; readonly type: 'issue' | 'import'; readonly map?: unknown; readonly term?: Record<string, string> }

async function* manifestOf(response: Response): AsyncGenerator<ManifestRow> {
  if (response.body) for await (const line of createInterface({ input: Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]) })) yield JSON.parse(line) as ManifestRow;
}

/** A signature over a root says nothing of what lies below: the acts are fetched and compared, row by row, with the file on this machine. */
async function check({ client, say }: Invocation, { id, digest = '', kind }: JobView, wanted: Wanted): Promise<void> {
  const [kinds, ledger] = [await client.get<KindRecord[]>('/api/kinds'), await client.ledger()];
  const record = kinds.find(({ type }) => type === kind);
  const table = await readTable({ stream: createReadStream(wanted.path), name: wanted.path });
  try {
    const manifest = manifestOf(await client.send('GET', `/api/jobs/${id}/manifest`, undefined, undefined, AbortSignal.timeout(UPLOAD_MS)));
    const acts = await checkManifest(manifest, inputRows(table, wanted, record), { digest, ledger, agency: client.key.agency, kind: record, today: today() });
    say(`${String(acts)} acts compared with ${wanted.path}: they are its rows; signing ${digest}`);
  } catch (error) {
    if (!(error instanceof ManifestFault)) throw error;
    throw new CliError(EXIT.refused, `not signed: what the gateway prepared is not what ${wanted.path} says (${error.message})\n  ${inWords(messageOf(error.code))}`);
  }
}

const isUnread = ({ refused }: JobView, values: Invocation['values']): boolean => refused > 0 && !flag(values, 'yes');

/** Follows a job to its end, or until it waits for others; signs when it waits, stops it when the user does. */
async function follow(invocation: Invocation, id: string, wanted: Wanted): Promise<JobView> {
  const { client, signal, values } = invocation;
  let shown = '';
  for (;;) {
    const job = await client.get<JobView>(`/api/jobs/${id}`);
    const line = bar(job);
    if (line !== shown && process.stderr.isTTY) process.stderr.write(`\r${line}`);
    shown = line;
    if (job.state === 'done' || job.state === 'failed' || job.state === 'stopped') {
      process.stderr.write(process.stderr.isTTY ? '\n' : `${line}\n`);
      return job;
    }
    if (job.state === 'waiting') {
      const signers = cosigned(client.key, texts(values, 'cosign')).filter(({ staff }) => job.signed?.includes(staff) !== true);
      // What is signed leaves the refused rows out: they are read before anybody signs.
      if (signers.length === 0 || isUnread(job, values)) return job;
      await check(invocation, job, wanted);
      const digest = Buffer.from(job.digest ?? '', 'base64url');
      await client.post(`/api/jobs/${id}/signatures`, { actors: signers.map((file) => signDigest(file, digest)) });
    }
    if (signal.aborted) await client.post(`/api/jobs/${id}/stop`, {}).catch(() => undefined);
    else await delay(POLL_MS);
  }
}

async function report({ client, values, say }: Invocation, path: string, job: JobView): Promise<void> {
  const file = text(values, 'report') ?? `${path}.report.csv`;
  const response = await client.send('GET', `/api/jobs/${job.id}/report?format=${file.endsWith('.ndjson') ? 'ndjson' : 'csv'}`);
  if (!response.body) return;
  await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file));
  say(`report: ${file}`);
}

interface Row { readonly row: number; readonly result: string; readonly code?: string; readonly column?: string; readonly value?: string; readonly zh?: string; readonly en?: string }

/** The first rows that were refused, so that nobody has to open the report for a slip. */
async function sayRefused({ client, say: tell }: Invocation, { id, refused }: JobView): Promise<void> {
  const response = await client.send('GET', `/api/jobs/${id}/report?format=ndjson`);
  if (!response.body) return;
  let shown = 0;
  for await (const line of createInterface({ input: Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]) })) {
    const { row, result, code = '', column, value, zh = code, en = code } = JSON.parse(line) as Row;
    if (result !== 'refused') continue;
    tell(`  row ${String(row)}  ${code}${column === undefined || column === '' ? '' : `  ${column}`}${value === undefined || value === '' ? '' : ` "${value}"`}: ${inWords({ zh, en })}`);
    if (++shown === ROWS_SAID) break;
  }
  if (refused > shown) tell(`  and ${String(refused - shown)} more in the report`);
}

async function work(invocation: Invocation, path: string, type: 'issue' | 'import', kind: string | undefined, reading: () => Pick<Wanted, 'map' | 'term'>, make: (sent: Uploaded, name: string) => Promise<Record<string, unknown> | undefined>): Promise<Exit> {
  const { client, values, say, print } = invocation;
  if (!existsSync(path)) throw new CliError(EXIT.usage, `${path}: no such file`);
  const name = await jobName(path);
  let job = flag(values, 'dry-run') ? undefined : await unfinished(invocation, name, type, kind);
  if (job) {
    say(`going on with job ${job.id} (${job.state}${job.staff === client.key.staff ? '' : `, made by ${job.staff}`})`);
    if (job.state === 'stopped') await client.post(`/api/jobs/${job.id}/resume`, {});
  } else {
    const sent = await upload(invocation, path, name);
    for (const column of sent.unknown) if (type === 'import') say(`column not used: ${column}`);
    for (const column of sent.notRead) if (type === 'import') say(`column left out on purpose: ${column}`);
    const extra = await make(sent, name);
    if (!extra) return EXIT.ok;
    job = (await client.post<{ job: JobView }>('/api/jobs', { upload: sent.upload, name, type, dryRun: flag(values, 'dry-run'), ...extra })).job;
  }
  cosigned(client.key, texts(values, 'cosign'));
  const ended = await follow(invocation, job.id, { path, type, ...reading() });
  if (ended.state === 'waiting') {
    if (isUnread(ended, values) && ended.signed?.includes(client.key.staff) !== true) {
      await report(invocation, path, ended);
      await sayRefused(invocation, ended);
      print(ended, `prepared, not signed: ${String(ended.refused)} rows are refused and would be left out, ${String(ended.acts ?? 0)} others wait for signatures\n  put the table right and run the command anew (first: yizheng jobs stop ${ended.id}), or sign the others: the same command with --yes`);
      return EXIT.someRefused;
    }
    print(ended, `signed by ${String(ended.signed?.length ?? 0)} of ${String(ended.persons ?? 1)}: waits for another person, who runs the same command with the same file and a key file of his own, or signs on the page /issue/jobs/${ended.id}`);
    return EXIT.ok;
  }
  await report(invocation, path, ended);
  if (ended.refused > 0) await sayRefused(invocation, ended);
  print(ended, `${ended.state}${ended.dryRun ? ' (dry run, nothing was written)' : ''}: ${String(ended.done)} done, ${String(ended.already)} already there, ${String(ended.refused)} refused${ended.code === undefined ? '' : `  ${ended.code}`}`);
  if (ended.state === 'stopped') return EXIT.stopped;
  if (ended.state === 'failed') return EXIT.refused;
  return ended.refused > 0 ? EXIT.someRefused : EXIT.ok;
}

/** Bulk issue from the agency's own table. The mapping is proposed once, kept in a file, and used from there on. */
export async function issueFrom(invocation: Invocation, kind: string): Promise<Exit> {
  const { values, say } = invocation;
  const path = text(values, 'from') ?? '';
  const mapPath = text(values, 'map') ?? `${path}.map.json`;
  const term: Record<string, string> = Object.fromEntries((['issued-on', 'valid-from', 'valid-until'] as const).flatMap((option) => { const value = text(values, option); return value === undefined ? [] : [[option.replace(/-(.)/, (_, letter: string) => letter.toUpperCase()), value]]; }));
  const kept = (): unknown => {
    // A second person's: what he signs is compared with the table as this file reads it, so it is his to look at.
    if (!existsSync(mapPath)) throw new CliError(EXIT.usage, `${mapPath}: no such file; the table is read by it: get it from whoever began, look at it, and run the same command again`);
    return readJson(mapPath, { zh: '列与字段的对应关系', en: 'the mapping of columns to fields' });
  };
  return work(invocation, path, 'issue', kind, () => ({ map: kept(), term }), async (sent) => {
    if (existsSync(mapPath)) return { kind, map: kept(), term };
    const proposal = sent.proposals.find((each) => each.kind === kind);
    if (!proposal) throw new CliError(EXIT.refused, `no column of ${path} is known for this kind: ${sent.columns.join(', ')}`);
    writeFileSync(mapPath, `${JSON.stringify(proposal.map, undefined, 2)}\n`, { mode: 0o600 });
    say(`proposed mapping written to ${mapPath}:`);
    for (const [column, field] of Object.entries(proposal.map.columns)) say(`  ${column} -> ${field}`);
    if (proposal.missing.length > 0) throw new CliError(EXIT.refused, `no column for: ${proposal.missing.join(', ')}; add them to ${mapPath} (columns or constants) and run again`);
    if (flag(values, 'yes') || flag(values, 'dry-run')) return { kind, map: proposal.map, term };
    say('look at it, then run the same command again (or with --yes at once)');
    return undefined;
  });
}

/** An empty table of a kind, to fill in. */
export async function writeEmpty({ client, values, print }: Invocation, kind: string): Promise<Exit> {
  const path = text(values, 'empty') ?? '';
  const format = extname(path).slice(1).toLowerCase();
  if (format !== 'xlsx' && format !== 'csv') throw new CliError(EXIT.usage, `--empty ${path}: a name that ends in .xlsx or .csv is meant`);
  if (existsSync(path)) throw new CliError(EXIT.usage, `${path} is there already: choose another name`);
  const response = await client.send('GET', `/api/kinds/${kind}/table?format=${format}`);
  writeFileSync(path, Buffer.from(await response.arrayBuffer()));
  print({ file: path }, `${path}: fill it in, then run the command with --from in place of --empty`);
  return EXIT.ok;
}

const importCommand: Command = {
  summary: 'import the national publicity table of licences (双公示) as unsealed records', usage: 'FILE [--dry-run] [--report FILE] [--yes]', takes: [1, 1],
  options: { 'dry-run': { type: 'boolean', help: 'check everything, write nothing' }, yes: { type: 'boolean', short: 'y', help: 'sign although some rows are refused' }, report: { type: 'string', value: 'FILE', help: 'result for every row; FILE.report.csv where not given' }, cosign: { type: 'string', multiple: true, value: 'FILE', help: 'key file of a second person' } },
  run: async (invocation) => work(invocation, invocation.args[0] ?? '', 'import', undefined, () => ({}), async (sent) => {
    if (!sent.publicity) throw new CliError(EXIT.refused, `not a publicity table; its columns are: ${sent.columns.join(', ')}`);
    if (sent.missing.length > 0) throw new CliError(EXIT.refused, `columns missing: ${sent.missing.join(', ')}`);
    return Promise.resolve({});
  }),
};

const jobLine = (job: JobView): string => `${job.id}  ${job.type.padEnd(6)} ${bar(job)}  ${job.name.replace(/^[0-9a-f]{32} /, '')}${job.dryRun ? '  (dry run)' : ''}${job.state === 'waiting' ? `  signed by ${String(job.signed?.length ?? 0)} of ${String(job.persons ?? 1)}` : ''}${job.code === undefined ? '' : `  ${job.code}: ${inWords(messageOf(job.code))}`}`;

const JOB_STEPS: Readonly<Record<string, (invocation: Invocation, id: string) => Promise<void>>> = {
  show: async (invocation, id) => {
    const job = await invocation.client.get<JobView>(`/api/jobs/${id}`);
    invocation.print(job, jobLine(job));
    if (job.refused > 0) await sayRefused(invocation, job);
  },
  stop: async ({ client, print }, id) => { const job = await client.post<JobView>(`/api/jobs/${id}/stop`, {}); print(job, `${jobLine(job)}\nnothing is lost: yizheng jobs resume ${id}`); },
  resume: async ({ client, print }, id) => { const job = await client.post<JobView>(`/api/jobs/${id}/resume`, {}); print(job, jobLine(job)); },
};

const jobs: Command = {
  summary: "your agency's jobs; show, stop, resume one", usage: '[show | stop | resume JOB]', takes: [0, 2], examples: ['jobs', 'jobs show JOB', 'jobs stop JOB'],
  run: async (invocation) => {
    const { client, print, args: [name, id] } = invocation;
    if (name === undefined) {
      const { jobs: all } = await client.get<{ jobs: JobView[] }>('/api/jobs');
      print(all, all.map(jobLine).join('\n') || 'no jobs');
      return EXIT.ok;
    }
    const step = Object.hasOwn(JOB_STEPS, name) ? JOB_STEPS[name] : undefined;
    if (!step || id === undefined) throw new CliError(EXIT.usage, 'usage: yizheng jobs [show | stop | resume JOB]');
    await step(invocation, id);
    return EXIT.ok;
  },
};

export const bulkCommands: Readonly<Record<string, Command>> = { import: importCommand, jobs };
