/** Looking at licences: verdict, face, history, lists, codes. */
import { existsSync, readFileSync } from 'node:fs';
import { text as readStream } from 'node:stream/consumers';
import type { EventRecord } from '#chaincode/facts/records';
import type { Answer, LicenceView } from '#gateway/acts/lookup';
import { messageOf } from '#gateway/messages';
import { text, type Command, type Invocation } from '../command.js';
import { EXIT, type Exit } from '../exit.js';
import { say } from '../language.js';
import { kindOf, licenceOf } from './licence.js';

const EXITS: Readonly<Record<Answer['verdict']['outcome'], Exit>> = { valid: EXIT.ok, 'not-in-force': EXIT.notInForce, untrusted: EXIT.untrusted, unchecked: EXIT.unchecked, imported: EXIT.imported };

function verdictText({ verdict, licence }: Answer): string {
  const marks = { pass: '+', fail: '-', unchecked: '?' };
  const head = `${verdict.outcome.toUpperCase()}${verdict.status === undefined ? '' : `  ${verdict.status} ${messageOf(verdict.status).zh}`}`;
  return [head, ...verdict.parts.map(({ check, result, code, ageSeconds }) => `  ${marks[result]} ${check.padEnd(10)} ${say(messageOf(code))}${ageSeconds === undefined ? '' : `  (${String(ageSeconds)} s)`}`), ...(licence ? ['', licenceText(licence)] : [])].join('\n');
}

function licenceText(licence: LicenceView): string {
  const rows: [string, string][] = [
    ['identifier', licence.identifier], ['kind', `${licence.kind.name.zh} ${licence.kind.name.en}${licence.sample ? '  样例 非有效证照' : ''}`], ['issuer', `${licence.issuer.name} ${licence.issuer.code}`],
    ...(licence.origin === 'imported' ? [['record', `imported from ${licence.source ?? ''}, unsealed, not confirmed`] as [string, string]] : []),
    ['status', `${licence.status} since ${licence.since}${licence.reason ? ` (${licence.reason.zh})` : ''}`], ['term', `${licence.validFrom ?? licence.issuedOn} to ${licence.validUntil ?? '长期 no end'}`],
    ...licence.face.map(({ label, value }): [string, string] => [label.zh, typeof value === 'string' ? value : value.join('；')]),
    ['recorded', `${licence.recordedAt}  transaction ${licence.transaction}  block ${licence.block ?? ''}`],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`).join('\n');
}

/** A file, standard input, a link, a credential or an identifier: what was given decides what is asked. */
async function ask({ client, args }: Invocation): Promise<Answer> {
  const [given = ''] = args;
  const content = (given === '-' ? await readStream(process.stdin) : existsSync(given) ? readFileSync(given, 'utf8') : given).trim();
  if (content.includes('~')) return client.post<Answer>('/api/verify', { credential: content });
  if (content.includes('#1.')) return client.post<Answer>('/api/verify', { qr: content });
  // A link to a licence page holds the identifier.
  const { identifier } = await licenceOf(client, /1\.2\.156\.3005\.2\.[0-9A-Za-z.]+/.exec(content)?.[0] ?? content);
  return client.post<Answer>('/api/verify', { identifier });
}

const verify: Command = {
  summary: 'verdict on a licence: identifier, number, link, credential file, QR link or - for standard input', usage: 'WHAT', takes: [1, 1],
  examples: ['verify JY23703039999014', 'verify credential.txt', 'verify "https://host/q#1.…"'],
  run: async (invocation) => {
    const answer = await ask(invocation);
    invocation.print(answer, verdictText(answer));
    return EXITS[answer.verdict.outcome];
  },
};

const show: Command = {
  summary: 'the face and state of a licence', usage: 'LICENCE', takes: [1, 1],
  run: async ({ client, args, print }) => {
    const { identifier } = await licenceOf(client, args[0] ?? '');
    const answer = await client.get<Answer>(`/api/licences/${encodeURIComponent(identifier)}`);
    print(answer.licence, answer.licence ? licenceText(answer.licence) : '');
    return EXIT.ok;
  },
};

const status: Command = {
  summary: 'the status of a licence, in one line', usage: 'LICENCE', takes: [1, 1],
  run: async ({ client, args, print }) => {
    const { identifier } = await licenceOf(client, args[0] ?? '');
    const answer = await client.get<{ status: string; since: string; validUntil?: string }>(`/api/status/${encodeURIComponent(identifier)}`);
    print(answer, `${answer.status} since ${answer.since}${answer.validUntil === undefined ? '' : `, until ${answer.validUntil}`}`);
    return answer.status === 'VALID' ? EXIT.ok : EXIT.notInForce;
  },
};

const history: Command = {
  summary: 'what happened to a licence', usage: 'LICENCE', takes: [1, 1],
  run: async ({ client, args, print }) => {
    const { identifier } = await licenceOf(client, args[0] ?? '');
    const events = await client.get<Omit<EventRecord, 'actors'>[]>(`/api/licences/${encodeURIComponent(identifier)}/history`);
    print(events, events.map((event) => `${String(event.seq).padStart(3)}  ${event.recordedAt}  v${String(event.version)} ${event.act.padEnd(9)} -> ${event.status.padEnd(10)} from ${event.effectiveOn}  ${event.reason} ${event.basis ?? ''} ${event.docNo ?? ''}  ${event.txId.slice(0, 16)}`).join('\n'));
    return EXIT.ok;
  },
};

const list: Command = {
  summary: "your agency's licences, newest first", usage: '[--kind KIND] [--limit N] [--before CURSOR]', takes: [0, 0],
  options: { kind: { type: 'string', value: 'KIND', help: 'only this kind' }, limit: { type: 'string', value: 'N', help: 'at most N (200); 50 where not given' }, before: { type: 'string', value: 'CURSOR', help: 'go on after this row' } },
  run: async ({ client, values, print }) => {
    const kind = text(values, 'kind');
    const query = new URLSearchParams({ limit: text(values, 'limit') ?? '50', ...(kind === undefined ? {} : { kind: await kindOf(client, kind) }), ...(text(values, 'before') === undefined ? {} : { before: text(values, 'before') ?? '' }) });
    const { licences } = await client.get<{ licences: (LicenceView & { cursor: string })[] }>(`/api/licences?${query.toString()}`);
    const name = (licence: LicenceView) => licence.face.find((field) => field.name === 'holderName')?.value ?? '';
    print(licences, licences.map((licence) => `${licence.identifier}  ${licence.status.padEnd(10)} ${licence.kind.name.zh}  ${String(name(licence))}`).join('\n') || 'no licences');
    return EXIT.ok;
  },
};

const codes: Command = {
  summary: 'reason codes and legal bases', usage: '', takes: [0, 0],
  run: async ({ client, print }) => {
    const { reasons, bases } = await client.get<{ reasons: Record<string, { acts: string[]; zh: string; en: string }>; bases: Record<string, { zh: string; en: string }> }>('/api/codes');
    print({ reasons, bases }, [...Object.entries(reasons).map(([code, { acts, zh, en }]) => `${code.padEnd(24)} ${zh} ${en}  (${acts.join(', ')})`), '', ...Object.entries(bases).map(([code, { zh, en }]) => `${code.padEnd(24)} ${zh} ${en}`)].join('\n'));
    return EXIT.ok;
  },
};

export const verifyCommands: Readonly<Record<string, Command>> = { verify, show, status, history, list, codes };
