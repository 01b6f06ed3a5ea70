/** Evidence bundles: made by a gateway, verified anywhere, with a report that a judge can read. */
import { writeFileSync } from 'node:fs';
import { parseBundle } from '#gateway/documents/evidence-bundle/format';
import type { EvidencePart } from '#gateway/documents/evidence-bundle/part';
import type { ShownEvidence } from '#gateway/documents/evidence-bundle/report';
import { verifyEvidence, type EvidenceAssessment } from '#gateway/documents/evidence-bundle/verify';
import { messageOf } from '#gateway/messages';
import { text, texts, type Command, type Invocation } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { readText } from '../files.js';
import { HEADS, headsDirectory, keptHeads, readHeads } from '../head-store.js';
import { say } from '../language.js';
import { hasTrust, readTrust, TRUST, trustDirectory } from '../trust-store.js';
import { licenceOf } from './licence.js';

const EXITS: Readonly<Record<EvidenceAssessment['outcome'], Exit>> = { proven: EXIT.ok, unchecked: EXIT.unchecked, untrusted: EXIT.untrusted };
const MARKS = { pass: '+', fail: '-', unchecked: '?' } as const;

async function make({ client, values, print }: Invocation, [what, ...more]: readonly string[]): Promise<Exit> {
  const out = text(values, 'out');
  if (what === undefined || more.length > 0 || out === undefined) throw new CliError(EXIT.usage, 'usage: yizheng evidence make LICENCE --out FILE');
  const { identifier } = await licenceOf(client, what);
  const content = await (await client.send('GET', `/api/evidence/${encodeURIComponent(identifier)}`)).text();
  writeFileSync(out, content);
  const bundle = parseBundle(content);
  print({ file: out, bytes: content.length, blocks: bundle?.blocks.length, facts: bundle?.facts.length, uses: bundle?.uses.length, face: bundle?.credential !== undefined },
    `${out}  ${String(content.length)} bytes  ${String(bundle?.blocks.length ?? 0)} blocks  ${String(bundle?.uses.length ?? 0)} use records${bundle?.credential === undefined ? `  ${say(messageOf('LIMIT_NO_FACE'))}` : ''}`);
  return EXIT.ok;
}

async function verify({ values, print }: Invocation, [file, ...more]: readonly string[]): Promise<Exit> {
  if (file === undefined || more.length > 0) throw new CliError(EXIT.usage, 'usage: yizheng evidence verify FILE [--head FILE ...] [--ledger ID] [--trust DIR]');
  const content = readText(file);
  const given = texts(values, 'head');
  const heads = given.length > 0 ? given.flatMap(readHeads) : keptHeads(headsDirectory(values), parseBundle(content)?.ledger ?? '-');
  const directory = trustDirectory(values);
  const found = await verifyEvidence({ text: content, heads: heads.map(({ token }) => token), ledger: text(values, 'ledger'), trust: hasTrust(directory) ? await readTrust(directory) : undefined });
  print(found, reportText(found));
  return EXITS[found.outcome];
}

const partLine = ({ part, result, code, where }: EvidencePart): string => `  ${MARKS[result]} ${say(messageOf(`evidence-${part}`)).padEnd(24)} ${say(messageOf(code))}${where === undefined ? '' : `  (${where})`}`;

/** What a judge reads: the finding, its parts, what the ledger says, who stands for it, and what is not proven. */
export function reportText({ outcome, parts, shown, limits }: EvidenceAssessment): string {
  const head = `${say({ zh: '存证包', en: 'EVIDENCE' })}  ${say(messageOf(`evidence-${outcome}`))}`;
  const notProven = limits.length > 0 ? ['', say({ zh: '证明了什么，没有证明什么', en: 'What is proven and what is not' }), ...limits.map((code) => `  * ${say(messageOf(code))}`)] : [];
  return [head, ...parts.map(partLine), ...(shown ? ['', ...shownLines(shown)] : []), ...notProven].join('\n');
}

const oneLine = (value: string | readonly string[]): string => (typeof value === 'string' ? value : value.join('；')).replace(/\s+/g, ' ');

function shownLines({ ledger, identifier, kind, issuer, manager, versions, events, seals, face, uses, transactions, organisations, attesting, maker, kept, chain }: ShownEvidence): string[] {
  const rows: [string, string][] = [
    ['identifier', identifier], ['kind', `${say(kind.name)}${kind.sample ? '  样例 非有效证照' : ''}`], ['issuer', `${issuer.name} ${issuer.code}`], ['managed by', `${manager.name} ${manager.code}`],
    ...versions.map(({ version, status, since, validFrom, validUntil }): [string, string] => [`version ${String(version)}`, `${status} ${say(messageOf(status))}  since ${since}  ${validFrom ?? ''} to ${validUntil ?? '长期 no end'}`]),
    ...face.map(({ label, value }): [string, string] => [say(label), oneLine(value)]),
    ...events.map(({ seq, act, status, reason, effectiveOn, recordedAt, docNo, decidedBy, txId }): [string, string] => [`event ${String(seq)}`, `${act} -> ${status}  ${reason}  ${decidedBy}${docNo === undefined ? '' : `  ${docNo}`}  effective ${effectiveOn}  recorded ${recordedAt}  ${placeOf(transactions, txId)}`]),
    ...seals.map(({ id, seal, name, status }): [string, string] => ['seal', `${seal}  ${name}  ${status}  ${id}`]),
    ...uses.map(({ seq, at, agency, act, purpose, fields }): [string, string] => [`use ${String(seq)}`, `${at}  ${agency}  ${act}${purpose === undefined ? '' : `  ${purpose}`}  ${fields.join(',')}`]),
    ['ledger', ledger], ['organisations', organisations.join(', ')], ['say valid', attesting.join(', ') || '-'],
    ...transactions.map(({ block, tx, txId, at, sender, endorsers }): [string, string] => [`block ${String(block)}`, `transaction ${String(tx)}  ${at}  sent by ${sender}, endorsed by ${endorsers.join(', ')}  ${txId}`]),
    ['chain', `blocks ${String(chain.from)} to ${String(chain.to)}`], ...(maker ? [['made by', `${maker.name} ${maker.code}  ${maker.at}`] as [string, string]] : []),
    ...(kept ? [['held against', `block ${String(kept.block)}, signed by ${kept.agency} at ${kept.at}`] as [string, string]] : []),
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(14)} ${value}`);
}

const placeOf = (transactions: ShownEvidence['transactions'], txId: string): string => {
  const found = transactions.find((each) => each.txId === txId);
  return found ? `block ${String(found.block)}` : '';
};

const evidence: Command = {
  summary: 'a file that proves what the ledger has of a licence, without the ledger: make one, verify one', usage: 'make LICENCE --out FILE | verify FILE [--head FILE ...]', takes: [1, 2],
  options: { out: { type: 'string', value: 'FILE', help: 'make: the file' }, head: { type: 'string', multiple: true, value: 'FILE', help: 'verify: a signed head that you have kept, or a directory of them; those of yizheng head where none is given' }, ...HEADS, ...TRUST,
    ledger: { type: 'string', value: 'ID', help: 'verify: the ledger that you expect, where you have neither a head nor a trust list' } },
  examples: ['evidence make JY23703039999014 --out case.json --key auditor.key.json', 'evidence verify case.json --head kept.head'],
  run: async (invocation) => {
    const [name = '', ...args] = invocation.args;
    if (name === 'make') return make(invocation, args);
    if (name === 'verify') return verify(invocation, args);
    throw new CliError(EXIT.usage, `evidence ${name}: one of make, verify`);
  },
};

export const evidenceCommands: Readonly<Record<string, Command>> = { evidence };
