/** Looking at licences: verdict, face, history, lists, codes. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { buffer as readBytes } from 'node:stream/consumers';
import { instantOf, type Instant } from '#chaincode/facts/calendar';
import { EFFECTIVE_STATUSES } from '#chaincode/facts/status';
import type { EventRecord } from '#chaincode/facts/records';
import { textOf } from '#chaincode/facts/text';
import type { Answer, LicenceView } from '#gateway/acts/verify/lookup';
import { presentCredential, presentQr, type Presented } from '#gateway/documents/evidence';
import { parsePresentationCode } from '#gateway/documents/presentation-code';
import { isEvidenceText, mayBeNumber, presentedAs, type GivenFile } from '#gateway/documents/presented';
import { assessReceipt, receiptAt, type ReceiptAssessment } from '#gateway/documents/receipt';
import type { Part } from '#gateway/documents/verdict';
import { assess, type Assessment, type ShownDocument } from '#gateway/documents/verifier';
import { messageOf } from '#gateway/messages';
import { flag, text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { say } from '../language.js';
import { fetchTrust, hasTrust, readTrust, TRUST, trustDirectory } from '../trust-store.js';
import { kindOf, licenceOf } from './licence.js';

const EXITS: Readonly<Record<Answer['verdict']['outcome'], Exit>> = { valid: EXIT.ok, 'not-in-force': EXIT.notInForce, untrusted: EXIT.untrusted, unchecked: EXIT.unchecked, imported: EXIT.imported };

/** Off line too a copy says what it is for. */
type Assessed = Assessment & Pick<Answer, 'pdf'>;

function verdictText({ verdict, ...answer }: Answer | Assessed): string {
  const marks = { pass: '+', fail: '-', unchecked: '?' };
  // A copy may have ended while the licence is in force: the first line is then the copy's.
  const status = verdict.outcome === 'not-in-force' && verdict.status === 'VALID' ? undefined : verdict.status;
  const head = `${verdict.outcome.toUpperCase()}${status === undefined ? '' : `  ${status} ${messageOf(status).zh}`}`;
  const said = 'licence' in answer && answer.licence ? ['', licenceText(answer.licence)] : 'document' in answer && answer.document ? ['', documentText(answer.document)] : [];
  const purpose = 'pdf' in answer ? answer.pdf?.purpose : undefined;
  const copy = purpose ? [`  ${say({ zh: '加注件，仅供', en: 'a copy, only for' })} ${lineOf(purpose.cause)}, ${lineOf(purpose.requester)}, ${say({ zh: '至', en: 'until' })} ${purpose.expiresOn}`] : [];
  return [head, ...copy, ...(verdict.basis === 'lists' && verdict.parts.some(({ source }) => source) ? [`  ${say(messageOf('BASIS_LISTS'))}`] : []), ...verdict.parts.map((part) => `  ${marks[part.result]} ${part.check.padEnd(10)} ${say(messageOf(part.code))}${ageText(part)}`), ...said].join('\n');
}

const UNITS: readonly (readonly [seconds: number, unit: string])[] = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];

/** How old what a part rests on is, and what that is where it is not the ledger itself. */
function ageText({ ageSeconds, source }: Part): string {
  if (ageSeconds === undefined) return '';
  const [size, unit] = UNITS.find(([seconds]) => ageSeconds >= 2 * seconds) ?? [1, 's'];
  const age = `${String(Math.floor(ageSeconds / size))} ${unit}`;
  if (!source) return `  (${age})`;
  const of = source.of === 'status-list' ? `status list ${String(source.list)} of ${source.agency ?? ''}` : source.of === 'trust-list' ? 'trust list' : 'gateway';
  return `  (${age}: ${of} as of ${source.at}${source.block === undefined ? '' : `, block ${String(source.block)}`})`;
}

/** In one line: a value of several could look like parts of the verdict. */
const lineOf = (value: string | readonly string[]): string => (typeof value === 'string' ? value : value.join('；')).replace(/\s+/g, ' ');

function documentText({ identifier, kind, issuer, issuedOn, validFrom, validUntil, displayName, face, members = [] }: ShownDocument): string {
  const term = validFrom === undefined ? [] : [['term', `${validFrom} to ${validUntil ?? '长期 no end'}`]];
  const rows = [
    ['identifier', identifier], ['kind', `${kind.name.zh} ${kind.name.en}${kind.sample ? '  样例 非有效证照' : ''}`], ['issuer', `${issuer.name} ${issuer.code}`], ...(issuedOn === undefined ? [] : [['issued', issuedOn]]), ...term,
    ...(displayName === undefined ? [] : [['name', lineOf(displayName)]]), ...face.map(({ label, value }) => [label.zh, lineOf(value)]),
    ...members.map((member) => ['member', [member.kind.zh, member.licence, member.status ?? 'not checked', ...(member.required ? [] : ['optional'])].join('  ')]),
  ];
  return rows.map(([name = '', value = '']) => `  ${name.padEnd(12)} ${value}`).join('\n');
}

const reasonText = ({ reason, reasonCode = '' }: { readonly reason?: LicenceView['reason'] | undefined; readonly reasonCode?: string | undefined }): string => (reason ? ` (${reason.zh} ${reasonCode})` : '');

function licenceText(licence: LicenceView): string {
  const rows: [string, string][] = [
    ['identifier', licence.identifier], ['kind', `${licence.kind.name.zh} ${licence.kind.name.en}${licence.sample ? '  样例 非有效证照' : ''}`], ['issuer', `${licence.issuer.name} ${licence.issuer.code}`],
    ...(licence.origin === 'imported' ? [['record', `imported from ${licence.source ?? ''}, unsealed, not confirmed`] as [string, string]] : []),
    ['status', `${licence.status} since ${licence.since}${reasonText(licence)}`], ['term', `${licence.validFrom ?? licence.issuedOn} to ${licence.validUntil ?? '长期 no end'}`],
    ...licence.face.map(({ label, value }): [string, string] => [label.zh, lineOf(value)]),
    ...(licence.members ?? []).map(({ kind, identifier, number, status, since, reason, reasonCode, decidedBy, docNo, validUntil, required }): [string, string] => ['member', [
      kind.name.zh, number ?? identifier, `${status}${status === 'VALID' ? '' : ` since ${since}${reasonText({ reason, reasonCode })}${decidedBy ? ` ${decidedBy.name}` : ''}${docNo === undefined ? '' : ` ${docNo}`}`}`,
      validUntil === undefined ? '长期 no end' : `until ${validUntil}`, ...(required ? [] : ['optional']),
    ].join('  ')]),
    ...(licence.conditions ?? []).map(({ material, name, status, dueOn, overdue }): [string, string] => ['condition', `${material} ${name.zh}  ${status}${overdue ? ' OVERDUE' : ''}  due ${dueOn}`]),
    ...(licence.erased ? [['face', `${say(messageOf('FACE_ERASED'))}${licence.erased.since === undefined ? '' : `  (${licence.erased.since})`}`] as [string, string]] : []),
    ['recorded', `${licence.recordedAt}  transaction ${licence.transaction}  block ${licence.block ?? ''}`],
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`).join('\n');
}

/** A file, standard input, a link, a credential or an identifier: what was given decides what is asked. */
async function given({ args }: Invocation): Promise<GivenFile> {
  const [what = ''] = args;
  const file = what === '-' ? undefined : statSync(what, { throwIfNoEntry: false });
  if (file?.isDirectory() === true) throw new CliError(EXIT.usage, `${what}: a directory; give a file in it`);
  if (!file && /\.(pdf|txt|json|html)$/i.test(what) && !what.includes('://')) throw new CliError(EXIT.usage, `${what}: no such file`);
  const content = what === '-' ? await readBytes(process.stdin) : file ? readFileSync(what) : Buffer.from(what);
  if (content.subarray(0, 5).toString('latin1') === '%PDF-') return { by: 'pdf', bytes: content };
  const said = contentOf(content);
  if (isEvidenceText(said)) throw new CliError(EXIT.usage, 'this is an evidence bundle: yizheng evidence verify FILE --head FILE');
  const presented = presentedAs(said);
  if (!presented || (presented.by === 'number' && !mayBeNumber(presented.number))) throw new CliError(EXIT.usage, `${what}: no credential, QR code, receipt of a check, identifier or number is in it; a receipt of a hand-over is a page to be read, with the agency's signature inside`);
  return presented;
}

/** The text that a file holds. */
function contentOf(bytes: Uint8Array): string {
  const text = textOf(bytes);
  if (text === undefined) throw new CliError(EXIT.usage, 'this file is neither a PDF nor a text: give a sealed PDF, a credential, the text of a QR code, an identifier or a number');
  return text;
}

type Licensed = Exclude<GivenFile, { by: 'receipt' }>;

/** Once, and from the gateway where it lies alone. */
async function redeem({ client }: Invocation, text: string): Promise<Answer> {
  const { id = '', secret = '' } = parsePresentationCode(text) ?? {};
  // An identity is shown to a challenge only, never by a code.
  return client.post<Answer>(`/api/presentations/${id}/redemption`, { secret });
}

async function ask(invocation: Invocation, presented: Licensed): Promise<Answer> {
  const { client } = invocation;
  if (presented.by === 'presentation') return redeem(invocation, presented.code);
  if (presented.by === 'pdf') return client.post<Answer>('/api/verify', { pdf: Buffer.from(presented.bytes).toString('base64') });
  if (presented.by === 'credential' || presented.by === 'qr') return client.post<Answer>('/api/verify', presented.by === 'qr' ? { qr: presented.qr } : { credential: presented.credential });
  const { identifier } = await licenceOf(client, presented.by === 'identifier' ? presented.identifier : presented.number);
  return client.post<Answer>('/api/verify', { identifier });
}

/** Without a network: against what was imported. */
async function askLists(invocation: Invocation, presented: Licensed): Promise<Assessed> {
  const { values } = invocation;
  if (presented.by === 'presentation') throw new CliError(EXIT.usage, 'a dynamic code is checked on line only: leave --offline away');
  const maxAge = text(values, 'max-age');
  const [, count, unit] = maxAge === undefined ? [] : (/^([1-9]\d{0,3})([hd])$/.exec(maxAge) ?? []);
  if (maxAge !== undefined && count === undefined) throw new CliError(EXIT.usage, '--max-age: hours or days, such as 6h or 3d');
  const directory = trustDirectory(values);
  if (!hasTrust(directory)) invocation.say(`${directory} holds no trust bundle: on a machine with a network, yizheng trust export FILE; here, yizheng trust import FILE --root DIGEST`);
  const document: Presented = presented.by === 'pdf' ? await (await import('#gateway/documents/pdf/present')).presentPdf(presented.bytes) : presented.by === 'credential' ? presentCredential(presented.credential) : presented.by === 'qr' ? presentQr(presented.qr) : { by: 'identifier' };
  const assessed = await assess({ presented: document, trust: await readTrust(directory), now: nowOf(), ...(count === undefined ? {} : { statusAgeMaxMs: Number(count) * (unit === 'd' ? 24 : 1) * 3600_000 }) });
  const purpose = document.by === 'pdf' && document.pdf.ok ? document.pdf.purpose : undefined;
  return { ...assessed, ...(purpose ? { pdf: { seals: [], stampedAt: [], purpose } } : {}) };
}

interface Listed { readonly licences: readonly LicenceView[]; readonly next?: string }

const nowOf = (): Instant => instantOf(Date.now());

/** The gateway's word where there is one; off line where that was asked for, or where nobody answers and lists are at hand. */
async function verdictOn(invocation: Invocation, presented: Licensed): Promise<Answer | Assessed> {
  const { values } = invocation;
  if (flag(values, 'offline') || text(values, 'trust') !== undefined) return askLists(invocation, presented);
  try {
    return await ask(invocation, presented);
  } catch (error) {
    const canDoWithout = (presented.by === 'credential' || presented.by === 'qr' || presented.by === 'pdf') && hasTrust(trustDirectory(values));
    if (!(error instanceof CliError) || error.exit !== EXIT.unavailable || !canDoWithout) throw error;
    invocation.say(error.message);
    return askLists(invocation, presented);
  }
}

/**
 * A receipt speaks of its own hour. A genuine one exits like something unchecked, for it says nothing of the licence now: a script that wants a valid
 * licence must not be content with an old receipt.
 */
async function verifyReceipt(invocation: Invocation, token: string): Promise<Exit> {
  const { values, print } = invocation;
  const directory = trustDirectory(values);
  const here = flag(values, 'offline') || text(values, 'trust') !== undefined || hasTrust(directory);
  const found = await assessReceipt(token, here ? await readTrust(directory) : (await fetchTrust(invocation.client)).trust, nowOf());
  print(found, receiptText(found));
  return found.outcome === 'untrusted' ? EXIT.untrusted : EXIT.unchecked;
}

function receiptText({ outcome, code, receipt, issuer, kind }: ReceiptAssessment): string {
  const head = `RECEIPT ${outcome.toUpperCase()}  ${say(messageOf(code))}`;
  if (!receipt) return head;
  const { presented, verdict, asker, jti, block } = receipt;
  const rows = [
    ['said by', `${issuer?.name ?? ''} ${issuer?.code ?? ''}`], ['at', receiptAt(receipt)], ['verdict', `${verdict.outcome.toUpperCase()} ${verdict.status ?? ''}  ${say(messageOf(verdict.status ?? verdict.outcome))}`], ['identifier', presented.identifier],
    ...(kind ? [['kind', `${say(kind.name)}${kind.sample ? '  样例 非有效证照' : ''}`]] : []), ...(presented.digest === undefined ? [] : [['digest', presented.digest]]), ...(asker ? [['asked by', `${asker.agency} ${asker.staff}`]] : []), ['receipt', `${jti}  block ${String(block)}`],
  ];
  return [head, ...rows.map(([name = '', value = '']) => `  ${name.padEnd(12)} ${value}`), `  ${say(messageOf('RECEIPT_THEN'))}`].join('\n');
}

const verify: Command = {
  summary: 'verdict on a licence: identifier, number, link, sealed PDF, credential file, QR link, dynamic code or - for standard input; off line too; also on a receipt', usage: 'WHAT [--offline] [--trust DIR]', takes: [1, 1],
  options: { offline: { type: 'boolean', help: 'ask nobody: check against what was imported (yizheng trust import)' }, ...TRUST, 'max-age': { type: 'string', value: 'AGE', help: 'off line: how old a status list may be, such as 6h or 3d; 24h where not given' } },
  examples: ['verify JY23703039999014', 'verify licence.pdf', 'verify credential.txt --offline', 'verify "https://host/q#1.…"'],
  run: async (invocation) => {
    const presented = await given(invocation);
    if (presented.by === 'receipt') return verifyReceipt(invocation, presented.receipt);
    const answer = await verdictOn(invocation, presented);
    invocation.print(answer, verdictText(answer));
    return EXITS[answer.verdict.outcome];
  },
};

/** What makes a PDF a copy for one purpose: all of it, or none. */
function copyOf(values: Invocation['values']): { cause: string; requester: string; expiresOn: string } | undefined {
  const [cause, requester, expiresOn] = [text(values, 'cause'), text(values, 'requester'), text(values, 'until')];
  if (cause === undefined && requester === undefined && expiresOn === undefined) return undefined;
  if (cause === undefined || requester === undefined || expiresOn === undefined) throw new CliError(EXIT.usage, 'a copy for one purpose needs --cause, --requester and --until');
  return { cause, requester, expiresOn };
}

const show: Command = {
  summary: 'the face and state of a licence; its sealed PDF (--pdf), or a copy for one purpose', usage: 'LICENCE [--pdf FILE [--cause TEXT --requester WHO --until DAY]]', takes: [1, 1],
  options: {
    pdf: { type: 'string', value: 'FILE', help: 'write the sealed PDF there; for staff of the managing agency' }, cause: { type: 'string', value: 'TEXT', help: 'a copy for this purpose (加注件) instead' },
    requester: { type: 'string', value: 'WHO', help: 'who asked for the copy' }, until: { type: 'string', value: 'DAY', help: 'the last day on which the copy may be used' },
  },
  examples: ['show JY23703039999014 --pdf licence.pdf', 'show JY23703039999014 --pdf copy.pdf --cause 银行开户 --requester 示例银行 --until 2026-12-31'],
  run: async ({ client, args, values, print }) => {
    const { identifier } = await licenceOf(client, args[0] ?? '');
    const path = text(values, 'pdf');
    if (path !== undefined) {
      const copy = copyOf(values);
      const at = `/api/licences/${encodeURIComponent(identifier)}`;
      const pdf = Buffer.from(await (await (copy ? client.send('POST', `${at}/copies`, JSON.stringify(copy), 'application/json') : client.send('GET', `${at}/pdf`))).arrayBuffer());
      writeFileSync(path, pdf);
      print({ identifier, file: path, bytes: pdf.length }, `${path}: ${String(pdf.length)} bytes`);
      return EXIT.ok;
    }
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
  summary: "your agency's licences, newest first; --holder CODE those of one holder, on record as at a counter", usage: '[--kind KIND] [--status STATUS] [--limit N] [--before CURSOR] | --holder CODE [--kind KIND] [--status STATUS]', takes: [0, 0],
  options: {
    kind: { type: 'string', value: 'KIND', help: 'only this kind' }, status: { type: 'string', value: 'STATUS', help: `only these: ${EFFECTIVE_STATUSES.join(', ')}` }, holder: { type: 'string', value: 'CODE', help: 'of a holder, by social credit code or identity number; names are not indexed' },
    purpose: { type: 'string', value: 'CODE', help: 'with --holder: what for' }, case: { type: 'string', value: 'NO', help: 'with --holder: number of the case' }, limit: { type: 'string', value: 'N', help: 'at most N (200); 50 where not given' }, before: { type: 'string', value: 'CURSOR', help: 'go on after this row' },
  },
  examples: ['list --status SUSPENDED', 'list --holder 91370303MA99TXT04C'],
  run: async ({ client, values, print }) => {
    const [kind, status, holder] = [text(values, 'kind'), text(values, 'status')?.toUpperCase(), text(values, 'holder')];
    const given = (pairs: Readonly<Record<string, string | undefined>>) => Object.fromEntries(Object.entries(pairs).filter((pair): pair is [string, string] => pair[1] !== undefined));
    if (status !== undefined && !EFFECTIVE_STATUSES.some((each) => each === status)) throw new CliError(EXIT.usage, `--status ${status}: one of ${EFFECTIVE_STATUSES.join(', ')}`);
    const wanted = given({ kind: kind === undefined ? undefined : await kindOf(client, kind), status });
    const { licences, next } = holder === undefined
      ? await client.get<Listed>(`/api/licences?${new URLSearchParams({ ...wanted, limit: text(values, 'limit') ?? '50', ...given({ before: text(values, 'before') }) }).toString()}`)
      : await client.post<Listed>('/api/licences/holders', { ...wanted, holder, ...given({ purpose: text(values, 'purpose'), caseNo: text(values, 'case') }) });
    const name = (licence: LicenceView) => licence.face.find((field) => field.name === 'holderName')?.value ?? '';
    print(licences, [licences.map((licence) => `${licence.identifier}  ${licence.status.padEnd(10)} ${licence.kind.name.zh}  ${licence.erased ? say({ zh: '（已删除）', en: '(erased)' }) : String(name(licence))}`).join('\n') || 'no licences', ...(next === undefined ? [] : [`--before ${next}`])].join('\n'));
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
