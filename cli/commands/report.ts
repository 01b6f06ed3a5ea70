/** Self-reports 自查报告: an agency's figures of a quarter, made, recorded, opened, and checked against the ledger. */
import { writeFileSync } from 'node:fs';
import type { Checked, ReportRow, ReportView } from '#gateway/acts/report/report';
import type { ReportNames } from '#gateway/acts/report/report-names';
import { sectionOf, type Figure, type FigureDifference } from '#gateway/documents/report';
import { messageOf } from '#gateway/messages';
import { FIGURE_WORDS, inReadingOrder } from '#gateway/messages/reports';
import { flag, text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { readJson } from '../files.js';
import { say } from '../language.js';
import { carryOut } from './licence.js';
import { commandOf, needed, type Step } from './steps.js';

const MARKS = { pass: '+', fail: '-', unchecked: '?' } as const;

const figureWords = (figure: string): string => { const words = Object.hasOwn(FIGURE_WORDS, figure) ? FIGURE_WORDS[figure] : undefined; return words ? say(words) : figure; };
const figureLine = ({ of }: ReportNames, { figure, of: what, count }: Figure): string => {
  const label = of[what];
  return `  ${String(count).padStart(9)}  ${figure.padEnd(20)} ${what === '-' ? '' : `${what} `}${[figureWords(figure), ...(label ? [say(label)] : [])].join('  ')}`;
};

/** Figures under the headings of their sections. */
function reportText({ file: { report, uses }, digest, names, recorded }: ReportView): string {
  const lines: string[] = [];
  let section: string | undefined;
  for (const figure of inReadingOrder([...report.figures, ...uses])) {
    const next = sectionOf(figure.figure);
    if (next !== section && next !== undefined) lines.push('', say(messageOf(`report-${next}`)));
    section = next;
    lines.push(figureLine(names, figure));
  }
  const last = recorded.at(-1);
  return [`${names.agency} ${report.agency}  ${report.quarter}  ${say({ zh: '截至', en: 'as of' })} ${report.day}, block ${String(report.block)}${report.interim ? `  ${say({ zh: '季度未结束', en: 'the quarter is not over' })}` : ''}`, ...lines, '', `digest ${digest}`,
    ...(last ? [`on the ledger: version ${String(last.version)}  block ${String(last.block)}  ${last.digest}  ${last.at}`] : [])].join('\n');
}

const pathOf = ({ client, values }: Invocation, quarter: string): string => `/api/reports/${text(values, 'agency') ?? client.key.agency}/${quarter}`;
const blockOf = (values: Invocation['values']): string => { const block = text(values, 'block'); return block === undefined ? '' : `?block=${block}`; };

async function make(invocation: Invocation, quarter: string): Promise<void> {
  const { client, values, print } = invocation;
  const out = text(values, 'out');
  const made = await client.get<ReportView>(`${pathOf(invocation, quarter)}${blockOf(values)}`);
  if (out !== undefined) {
    const format = /\.(xlsx|pdf)$/.exec(out)?.[1] ?? 'json';
    writeFileSync(out, Buffer.from(await (await client.send('GET', `${pathOf(invocation, quarter)}/file?format=${format}&block=${String(made.file.report.block)}`)).arrayBuffer()));
  }
  if (!flag(values, 'record')) return print(made, reportText(made));
  if (!made.act) throw new CliError(EXIT.refused, `REPORT_QUARTER_OPEN: ${say(messageOf('REPORT_QUARTER_OPEN'))}`);
  const { id, transaction, block } = await carryOut(invocation, { op: 'register', act: made.act });
  print({ ...made, transaction, recordedIn: block }, `${reportText(made)}\nrecorded ${id ?? ''}  transaction ${transaction ?? ''}  block ${block ?? ''}`);
}

async function open(invocation: Invocation, quarter: string): Promise<void> {
  const { client, values, print } = invocation;
  const query = new URLSearchParams([['figure', needed(values, 'figure', 'as yizheng report make shows it')], ['of', text(values, 'of') ?? '-'], ...['block', 'after', 'limit'].flatMap((name): [string, string][] => { const value = text(values, name); return value === undefined ? [] : [[name, value]]; })]);
  const found = await client.get<{ rows: ReportRow[]; next?: string }>(`${pathOf(invocation, quarter)}/rows?${query.toString()}`);
  const line = ({ day, noun, id, identifier, part, dueOn, block, count }: ReportRow): string => [day, noun, identifier ?? id, part, ...(dueOn === undefined ? [] : [`due ${dueOn}`]), ...(block === undefined ? [] : [`block ${String(block)}`]), ...(count === 1 ? [] : [`x ${String(count)}`])].join('  ');
  print(found, [found.rows.map(line).join('\n') || 'nothing', ...(found.next === undefined ? [] : [`--after ${found.next}`])].join('\n'));
}

const readReport = (path: string): unknown => readJson(path, { zh: '自查报告文件（yizheng report make --out 生成）', en: 'the file of a report, as yizheng report make --out writes it' });
const EXITS = { pass: EXIT.ok, fail: EXIT.untrusted, unchecked: EXIT.unchecked } as const;
const differenceLine = ({ figure, of, said, found }: FigureDifference): string => `  ${figure.padEnd(20)} ${of}  ${say({ zh: '报告', en: 'report' })} ${String(said)}, ${say({ zh: '账本', en: 'ledger' })} ${String(found)}`;

async function verify(invocation: Invocation, quarter: string): Promise<void> {
  const { client, values, print } = invocation;
  const [file, version] = [text(values, 'file'), text(values, 'version')];
  const found = await client.post<Checked>(`${pathOf(invocation, quarter)}/check`, { ...(file === undefined ? {} : { file: readReport(file) }), ...(version === undefined ? {} : { version: Number(version) }) });
  const { recorded, checks, outcome, differences } = found;
  print(found, [`${found.agency}  ${found.quarter}  version ${String(recorded.version)}  block ${String(recorded.block)}  ${recorded.at}`, ...checks.map(({ check, outcome: result, code }) => `  ${MARKS[result]} ${say(messageOf(`report-check-${check}`))}${code === undefined ? '' : `  ${code}: ${say(messageOf(code))}`}`), ...differences.map(differenceLine), say(messageOf(`report-${outcome}`))].join('\n'));
  if (outcome !== 'pass') throw new CliError(EXITS[outcome], say(messageOf(`report-${outcome}`)));
}

async function list(invocation: Invocation, quarter: string): Promise<void> {
  const { recorded } = await invocation.client.get<ReportView>(pathOf(invocation, quarter));
  invocation.print(recorded, recorded.map(({ version, block, digest, after, at, actors }) => `${String(version)}  ${at}  block ${String(block)}  ${digest}${after === undefined ? '' : `  after ${after}`}  ${actors.map(({ staff }) => staff).join(' ')}`).join('\n') || 'none is recorded');
}

const STEPS: Readonly<Record<string, Step>> = {
  make: { argument: 'QUARTER', words: 'the figures, as 2026Q3; --record signs their digest onto the ledger', run: make },
  open: { argument: 'QUARTER', words: 'the records behind a figure: --figure, --of', run: open },
  verify: { argument: 'QUARTER', words: 'count a recorded report again and compare; --file too', run: verify },
  list: { argument: 'QUARTER', words: 'what is recorded of a quarter', run: list },
};

export const reportCommands: Readonly<Record<string, Command>> = { report: commandOf({
  name: 'report', summary: 'self-report 自查报告: figures of a quarter, each with its records, checked against the ledger', steps: STEPS,
  options: {
    agency: { type: 'string', value: 'USCC', help: 'whose report; your agency\'s where not given' }, block: { type: 'string', value: 'N', help: 'make, open: as known by this block' },
    record: { type: 'boolean', help: 'make: sign it onto the ledger (approver, registrar)' }, out: { type: 'string', value: 'FILE', help: 'make: keep it: .json, to be checked later, .xlsx or .pdf' }, cosign: { type: 'string', multiple: true, value: 'FILE', help: 'make: key file of a second person' },
    figure: { type: 'string', value: 'NAME', help: 'open: which figure' }, of: { type: 'string', value: 'CODE', help: 'open: of which kind, matter or scene' }, after: { type: 'string', value: 'CURSOR', help: 'open: go on after this row' }, limit: { type: 'string', value: 'N', help: 'open: at most N (200); 50 where not given' },
    file: { type: 'string', value: 'FILE', help: 'verify: the report as it was handed over' }, version: { type: 'string', value: 'N', help: 'verify: which one; the last where not given' },
  },
  examples: ['report make 2026Q3 --record --out 2026Q3.json --key approver.key.json', 'report open 2026Q3 --figure licence.issue --of 11370000000000000T901', 'report verify 2026Q3 --file 2026Q3.json'],
}) };
