/** The auditor's questions: what happened to a licence, what somebody did, what was so as of a day; and whether another gateway tells the same. */
import { writeFileSync } from 'node:fs';
import type { AuditedAct } from '#gateway/acts/audit/act-views';
import type { Dossier, DossierAsOf } from '#gateway/acts/audit/audit';
import type { Figures } from '#gateway/acts/audit/figures';
import type { LicenceView } from '#gateway/acts/verify/lookup';
import type { TraceView } from '#gateway/acts/audit/trace';
import type { UseView } from '#gateway/acts/use/use';
import { compareHistories, type PublicEvent } from '#gateway/documents/history';
import { Client } from '../client.js';
import { flag, text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { readJson } from '../files.js';
import { say } from '../language.js';
import { kindOf, licenceOf } from './licence.js';
import { commandOf, needed, type Step } from './steps.js';
import { traceLine } from './trace.js';

/** Query of the options that were given, under the names of the door. */
const queryOf = (pairs: Readonly<Record<string, string | undefined>>): string => {
  const query = new URLSearchParams(Object.entries(pairs).filter((pair): pair is [string, string] => pair[1] !== undefined)).toString();
  return query === '' ? '' : `?${query}`;
};
const pathOf = async ({ client }: Invocation, licence: string): Promise<string> => `/api/audit/licences/${encodeURIComponent((await licenceOf(client, licence)).identifier)}`;
const asked = ({ values }: Invocation) => ({ purpose: text(values, 'purpose'), case: text(values, 'case') });

const useLine = ({ seq, at, agency, staff, act, purpose, case: given, licence }: UseView): string => `  ${String(seq).padStart(6)}  ${at}  ${act.padEnd(7)} ${agency} ${staff}  ${purpose ?? '-'}  ${given === 'given' ? 'case' : 'no case'}  ${licence ?? 'nothing found'}`;

const actLine = ({ at, act, noun, status, effectiveOn, by, actors, reason, basis, docNo, identifier, id, about, details, transaction, block, outside }: AuditedAct): string =>
  [at, act.padEnd(9), `-> ${status.padEnd(10)}`, ...(effectiveOn === undefined ? [] : [`from ${effectiveOn}`]), identifier ?? `${noun} ${id}`, about && say(about), details && say({ zh: details.map(({ words }) => words.zh).join('、'), en: details.map(({ words }) => words.en).join(', ') }), `${by.name} (${by.code})`, actors.map(({ staff, name }) => name ?? staff).join(' + '), reason, basis, docNo, `transaction ${transaction.slice(0, 16)}`, block === undefined ? undefined : `block ${block}`, outside ? 'outside working hours' : undefined].filter((part) => part !== undefined && part !== '').join('  ');

async function licence(invocation: Invocation, name: string): Promise<void> {
  const found = await invocation.client.get<Dossier>(`${await pathOf(invocation, name)}${queryOf({ ...asked(invocation), before: text(invocation.values, 'before') })}`);
  const { licence: view, versions, events, relied, traces: left, uses, usesBefore } = found;
  invocation.print(found, [
    `${view.identifier}  ${view.status}  ${say(view.kind.name)}  ${view.manager.name}`,
    ...versions.map(({ version, identifier, issuedOn, validUntil, status, since }) => `  version ${String(version)}  ${identifier}  issued ${issuedOn}  ${validUntil === undefined ? 'no end' : `until ${validUntil}`}  ${status} since ${since}`),
    'history', ...events.map((event) => `  ${String(event.seq).padStart(3)}  ${actLine(event)}`),
    'relied on by', ...(relied.map(({ noun, id, owner, at, identifier, state }) => `  ${noun.padEnd(9)} ${identifier ?? id}  ${owner}  ${at}  ${state}`)),
    ...(left.length === 0 ? [] : ['left to be done', ...left.map((each) => `  ${traceLine(each)}`)]),
    'looked at by', ...uses.map(useLine),
    ...(usesBefore === undefined ? [] : [`  --before ${String(usesBefore)} goes on`]),
  ].join('\n'));
}

async function asOf(invocation: Invocation, name: string): Promise<void> {
  const { client, values, print } = invocation;
  const found = await client.get<DossierAsOf>(`${await pathOf(invocation, name)}/as-of${queryOf({ on: needed(values, 'on', 'the day that is asked about, yyyy-mm-dd'), known: text(values, 'known'), ...asked(invocation) })}`);
  const { status, version, event, on, known, members = [], licence: view } = found;
  print(found, [
    status === 'NOT_RECORDED' ? `${status}  ${say({ zh: `到 ${known} 为止，账本上没有该证照的任何记录，因此没有照面可显示`, en: `nothing of this licence had been recorded by ${known}, so there is no face to show` })}` : `${status}  on ${on}, as recorded by ${known}${version === undefined ? '' : `  version ${String(version)}`}${event === undefined ? '' : `  by act ${String(event)}`}`,
    ...members.map((member) => `  ${member.status.padEnd(13)} ${member.licence}${member.required ? '' : '  (not required)'}`),
    ...(view?.face ?? []).map(({ label, value }) => `  ${say(label).padEnd(24)} ${typeof value === 'string' ? value : value.join('; ')}`),
  ].join('\n'));
}

/** What is asked of acts, under the names of the door. */
async function searchOf({ client, values }: Invocation): Promise<Record<string, string | undefined>> {
  const [of, kind] = [text(values, 'licence'), text(values, 'kind')];
  return {
    ...(of === undefined ? {} : { licence: (await licenceOf(client, of)).identifier }), ...(kind === undefined ? {} : { kind: await kindOf(client, kind) }), ...(flag(values, 'outside') ? { outside: 'true' } : {}),
    ...Object.fromEntries(['actor', 'agency', 'noun', 'act', 'from', 'to', 'limit', 'before'].map((name) => [name, text(values, name)])),
  };
}

async function search(invocation: Invocation): Promise<void> {
  const found = await invocation.client.get<{ acts: AuditedAct[]; next?: string }>(`/api/audit/acts${queryOf(await searchOf(invocation))}`);
  invocation.print(found, [found.acts.map(actLine).join('\n') || 'none here', ...(found.next === undefined ? [] : [`--before ${found.next}`])].join('\n'));
}

async function holder({ client, values, print }: Invocation, code: string): Promise<void> {
  const caseNo = text(values, 'case');
  const { licences } = await client.post<{ licences: LicenceView[] }>('/api/audit/holders', { kind: await kindOf(client, needed(values, 'kind', 'the kind of licence')), holder: code, purpose: needed(values, 'purpose', 'what for, AUDIT for instance'), ...(caseNo === undefined ? {} : { caseNo }) });
  print(licences, licences.map(({ identifier, status, manager }) => `${identifier}  ${status.padEnd(10)} ${manager.name}`).join('\n'));
}

async function uses(invocation: Invocation): Promise<void> {
  const { client, values, print } = invocation;
  const query = Object.fromEntries(['question', 'agency', 'staff', 'purpose', 'limit', 'before'].map((name) => [name, text(values, name)]));
  if (text(values, 'out') !== undefined) return written(invocation, '/api/audit/uses/export', query);
  const found = await client.get<{ uses: UseView[]; next?: number }>(`/api/audit/uses${queryOf(query)}`);
  print(found, [found.uses.map(useLine).join('\n') || 'none here', ...(found.next === undefined ? [] : [`--before ${String(found.next)}`])].join('\n'));
}

async function traces(invocation: Invocation): Promise<void> {
  const { client, values, print } = invocation;
  const found = await client.get<{ traces: TraceView[]; next?: string }>(`/api/audit/traces${queryOf(Object.fromEntries(['agency', 'state', 'limit', 'before'].map((name) => [name, text(values, name)])))}`);
  print(found, [found.traces.map(traceLine).join('\n') || 'none here', ...(found.next === undefined ? [] : [`--before ${found.next}`])].join('\n'));
}

async function figures({ client, values, print }: Invocation): Promise<void> {
  const found = await client.get<Figures>(`/api/audit/figures${queryOf({ from: needed(values, 'from', 'the first day'), to: needed(values, 'to', 'the last day'), by: text(values, 'by') })}`);
  print(found, [
    ...found.acts.map(({ period, act, count }) => `${period}  ${act.padEnd(10)} ${String(count)}`), 'papers saved', ...found.saved.map(({ period, count }) => `${period}  ${String(count)}`),
    `uses${found.usesComplete ? '' : ' (the newest only)'}`, ...found.uses.map(({ agency, purpose, count }) => `${agency}  ${purpose.padEnd(22)} ${String(count)}`),
  ].join('\n'));
}

const exported = async (invocation: Invocation): Promise<void> => written(invocation, '/api/audit/export', await searchOf(invocation));

/** What a question finds, as a file whose name says its format. */
async function written({ client, values, say: tell }: Invocation, path: string, query: Readonly<Record<string, string | undefined>>): Promise<void> {
  const file = needed(values, 'out', 'a file: .csv, .xlsx or .json');
  const format = /\.(csv|xlsx|json)$/.exec(file)?.[1];
  if (format === undefined) throw new CliError(EXIT.usage, '--out: a file that ends in .csv, .xlsx or .json');
  const answer = await client.send('GET', `${path}${queryOf({ ...query, format })}`);
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  const next = answer.headers.get('x-yizheng-next');
  tell(next === null ? `all of it is in ${file}` : `${file} is full: go on with --before ${decodeURIComponent(next)}`);
}

/** Histories are public: the other gateway is asked as anybody would. */
async function compare({ client, values, print }: Invocation, name: string): Promise<void> {
  const { identifier } = await licenceOf(client, name);
  const path = `/api/licences/${encodeURIComponent(identifier)}/history`;
  const [file, gateway] = [text(values, 'file'), text(values, 'with')];
  if ((file === undefined) === (gateway === undefined)) throw new CliError(EXIT.usage, '--with URL, the gateway of another agency; or --file, a history that it gave');
  const there = file === undefined ? await new Client({ gateway: (gateway ?? '').replace(/\/$/, '') }).get<PublicEvent[]>(path) : (readJson(file, { zh: '该网关给出的办理记录', en: 'a history that the other gateway gave' }) as PublicEvent[]);
  const differences = compareHistories(await client.get<PublicEvent[]>(path), there);
  if (differences.length > 0) throw new CliError(EXIT.untrusted, differences.map(({ seq, found }) => `event ${String(seq)}: ${found}`).join('\n'), { differences });
  print({ identifier, events: there.length, differences }, `${identifier}: both tell the same ${String(there.length)} events`);
}

const STEPS: Readonly<Record<string, Step>> = {
  licence: { argument: 'LICENCE', words: 'its whole history: versions, acts, what relied on it, who looked', run: licence },
  'as-of': { argument: 'LICENCE', words: 'status and face on a day (--on), as recorded by a day (--known)', run: asOf },
  search: { argument: '', words: 'acts by licence, actor, agency, kind, record, act, days; --outside working hours', run: search },
  holder: { argument: 'CODE', words: 'licences of a holder; needs --kind and --purpose, and is recorded', run: holder },
  uses: { argument: '', words: 'who looked: --question no-case, copies, reprints or outside; --staff; as a file with --out', run: uses },
  traces: { argument: '', words: 'what fallen licences left to be done: --state open or closed', run: traces },
  figures: { argument: '', words: 'counts from day to day: acts, papers saved, uses', run: figures },
  export: { argument: '', words: 'what search finds, as a file (--out)', run: exported },
  compare: { argument: 'LICENCE', words: 'the history here beside that of another gateway (--with, --file)', run: compare },
};

export const auditCommands: Readonly<Record<string, Command>> = { audit: commandOf({
  name: 'audit', summary: 'audit 审计: history, acts, as of a day (auditors; reads only)', steps: STEPS,
  options: {
    on: { type: 'string', value: 'DAY', help: 'as-of: what was in force on this day' }, known: { type: 'string', value: 'DAY', help: 'as-of: as it was recorded by this day; today where not given' },
    licence: { type: 'string', value: 'LICENCE', help: 'search: one licence' }, actor: { type: 'string', value: 'STAFF', help: 'search: acts of one person, by the id of his staff record or his sign-in name' }, agency: { type: 'string', value: 'USCC', help: 'search: decided by this agency, or on what it manages' },
    kind: { type: 'string', value: 'KIND', help: 'search, holder: kind of licence' }, act: { type: 'string', value: 'ACT', help: 'search: issue, annul, decide, staff.leave, right.move, ...; another word lists all' }, noun: { type: 'string', value: 'RECORD', help: 'search: acts on licence, application, staff, seal, right, kind, rule-set, scene, report, ...' }, from: { type: 'string', value: 'DAY', help: 'search, export, figures: recorded on this day or later' }, to: { type: 'string', value: 'DAY', help: 'search, export, figures: recorded on this day or earlier' },
    question: { type: 'string', value: 'WHAT', help: 'uses: no-case, copies, reprints, outside' }, staff: { type: 'string', value: 'STAFF', help: 'uses: of one person' }, state: { type: 'string', value: 'STATE', help: 'traces: open or closed' }, by: { type: 'string', value: 'PERIOD', help: 'figures: day or month' }, out: { type: 'string', value: 'FILE', help: 'export, uses: .csv, .xlsx or .json' },
    outside: { type: 'boolean', help: 'search: only outside of working hours' }, limit: { type: 'string', value: 'N', help: 'at most N (200); 50 where not given' }, before: { type: 'string', value: 'CURSOR', help: 'go on after this row' },
    purpose: { type: 'string', value: 'CODE', help: 'what for' }, case: { type: 'string', value: 'NO', help: 'number of the case' }, with: { type: 'string', value: 'URL', help: 'compare: the other gateway' }, file: { type: 'string', value: 'FILE', help: 'compare: the history it gave, as JSON' },
  },
  examples: ['audit licence JY23703039999014', 'audit as-of JY23703039999014 --on 2026-03-01 --known 2026-03-31', 'audit search --act annul --from 2026-01-01', 'audit search --actor clerk --outside', 'audit search --noun staff', 'audit search --act right.move', 'audit uses --question no-case', 'audit uses --question outside --out uses.xlsx', 'audit export --from 2026-01-01 --out acts.xlsx', 'audit compare JY23703039999014 --with https://licence.example.cn'],
}) };
