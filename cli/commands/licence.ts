/** Acts on one licence, signed with the key of whoever runs the command. */
import { CONSEQUENCES } from '#chaincode/facts/condition';
import { REASONS } from '#chaincode/facts/reason';
import { STATUS_ACTS, VERSION_ACTS } from '#chaincode/facts/status';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { signAct, type KeyFile, type Signable } from '#gateway/acts/licence/sign';
import { randomId } from '#gateway/keyring';
import { cosigned, type Client } from '../client.js';
import { text, texts, type Command, type Invocation, type OptionHelp } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { readFile, readJson } from '../files.js';
import { say } from '../language.js';
import { issueFrom, writeEmpty } from './bulk.js';

const DECISION: Readonly<Record<string, OptionHelp>> = {
  reason: { type: 'string', value: 'CODE', help: 'reason code (yizheng codes lists them)' },
  basis: { type: 'string', value: 'CODE', help: 'legal basis code' },
  'decided-by': { type: 'string', value: 'USCC', help: 'deciding agency; yours where not given' },
  'doc-no': { type: 'string', value: 'NUMBER', help: 'number of the decision document 决定书文号' },
  'effective-on': { type: 'string', value: 'DAY', help: 'day of effect, yyyy-mm-dd' },
  propose: { type: 'boolean', help: 'sign first and let it wait for the others (yizheng proposals)' },
  cosign: { type: 'string', multiple: true, value: 'FILE', help: 'key file of a second (third) person, where the act needs several' },
  'request-id': { type: 'string', value: 'ID', help: 'repeat a request safely: 128 random bits, base64url' },
};
const TERM: Readonly<Record<string, OptionHelp>> = {
  'issued-on': { type: 'string', value: 'DAY', help: 'issue day; today where not given' },
  'valid-from': { type: 'string', value: 'DAY', help: 'first day of validity' },
  'valid-until': { type: 'string', value: 'DAY', help: 'last day of validity; none for a licence without end' },
};
export const FACE: Readonly<Record<string, OptionHelp>> = {
  field: { type: 'string', short: 'f', multiple: true, value: 'NAME=VALUE', help: 'a field of the face; repeat for each' },
  face: { type: 'string', value: 'FILE', help: 'JSON object with the fields of the face' },
  member: { type: 'string', multiple: true, value: 'LICENCE', help: 'member permit of a composite licence, identifier or number; repeat for each, in the order of the certificate' },
};

/** Identifiers of the members; none where none are named. */
async function membersOf({ client, values }: Pick<Invocation, 'client' | 'values'>): Promise<{ members?: string[] }> {
  const named = texts(values, 'member');
  return named.length === 0 ? {} : { members: await Promise.all(named.map(async (name) => (await licenceOf(client, name)).identifier)) };
}

export interface ActResult {
  readonly licence?: string;
  readonly identifier?: string;
  readonly status?: string;
  readonly version?: number;
  readonly transaction?: string;
  readonly block?: string;
  readonly id?: string;
  readonly proposal?: string;
  readonly replayed: boolean;
}

/** Drafts at the gateway, signs here, sends the signatures. */
export async function carryOut(invocation: Pick<Invocation, 'client' | 'values'>, act: unknown): Promise<ActResult> {
  const signers = signersOf(invocation);
  return signDraft(invocation, await invocation.client.post<Signable>('/api/drafts', { requestId: text(invocation.values, 'request-id') ?? randomId(), act }), signers);
}

/** The person and those beside him. */
const signersOf = ({ client, values }: Pick<Invocation, 'client' | 'values'>): readonly KeyFile[] => cosigned(client.key, texts(values, 'cosign'));

/** Signs what the gateway has drafted. */
export async function signDraft(invocation: Pick<Invocation, 'client' | 'values'>, shown: Signable, signers = signersOf(invocation)): Promise<ActResult> {
  const { client, values } = invocation;
  return client.post<ActResult>(`/api/drafts/${shown.requestId}/${values['propose'] === true ? 'proposal' : 'signatures'}`, { actors: signers.map((file) => signAct(file, shown)) });
}

function decisionOf(values: Invocation['values']): Record<string, string | undefined> {
  const pick = { reason: 'reason', basis: 'basis', decidedBy: 'decided-by', docNo: 'doc-no', effectiveOn: 'effective-on', issuedOn: 'issued-on', validFrom: 'valid-from', validUntil: 'valid-until' };
  return Object.fromEntries(Object.entries(pick).map(([name, option]): [string, string | undefined] => [name, text(values, option)]).filter(([, value]) => value !== undefined));
}

function faceIn(path: string): Record<string, unknown> {
  const face = readJson(path, { zh: '照面字段的对象', en: 'an object with the fields of the face' });
  if (typeof face !== 'object' || face === null || Array.isArray(face)) throw new CliError(EXIT.usage, `--face ${path}: a JSON object with the fields of the face is meant`);
  return face as Record<string, unknown>;
}

export function faceOf(values: Invocation['values']): Record<string, unknown> {
  const path = text(values, 'face');
  const face = path === undefined ? {} : faceIn(path);
  for (const pair of texts(values, 'field')) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CliError(EXIT.usage, `--field ${pair}: NAME=VALUE is meant`);
    face[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return face;
}

/** MATERIAL=DAY, with what follows when it is missed after a further sign. */
function conditionsOf(values: Invocation['values']): { conditions?: object[] } {
  const conditions = texts(values, 'condition').map((given) => {
    const [material = '', dueOn = '', consequence = 'reminder', ...more] = given.split('=');
    if (material === '' || dueOn === '' || more.length > 0 || !CONSEQUENCES.some((each) => each === consequence)) throw new CliError(EXIT.usage, `--condition ${given}: MATERIAL=DAY or MATERIAL=DAY=CONSEQUENCE is meant, the consequence one of ${CONSEQUENCES.join(', ')}`);
    return { material, dueOn, consequence };
  });
  return conditions.length === 0 ? {} : { conditions };
}

/** The signed promise, as the door takes it. */
function promiseOf(values: Invocation['values']): { promise?: string } {
  const path = text(values, 'promise');
  return path === undefined ? {} : { promise: readFile(path).toString('base64') };
}

/** A kind by type code, short name (food, hygiene, ...) or Chinese name. */
export async function kindOf(client: Client, name: string): Promise<string> {
  const kinds = await client.get<{ type: string; name: { zh: string; en: string } }[]>('/api/kinds');
  const wanted = name.toLowerCase();
  const found = kinds.filter((kind) => kind.type === name || kind.name.zh === name || kind.name.en.toLowerCase().split(/\W+/).includes(wanted));
  if (found.length !== 1) throw new CliError(EXIT.usage, `--kind ${name}: ${found.length === 0 ? 'no such kind' : 'several kinds'}; known: ${kinds.map((kind) => `${kind.type} ${kind.name.zh} (${kind.name.en})`).join(', ')}`);
  return found[0]?.type ?? '';
}

/** The licence of an identifier or of a licence number. */
export async function licenceOf(client: Client, name: string): Promise<{ licence: string; identifier: string }> {
  const own = parseOwnIdentifier(name);
  if (own) return { licence: own.id, identifier: name };
  if (/^1\.2\.156\./.test(name)) throw new CliError(EXIT.refused, 'IDENTIFIER_CHECK: the check character does not fit: compare the identifier with the licence');
  const { licence } = await client.get<{ licence: { licence: string; identifier: string } }>(`/api/numbers/${encodeURIComponent(name)}`);
  return licence;
}

function printed({ print }: Invocation, verb: string, result: ActResult): void {
  if (result.proposal !== undefined && result.identifier === undefined) {
    print(result, `${result.status === 'open' ? 'waits for another signature' : result.status ?? ''}: proposal ${result.proposal}\n  yizheng approve ${result.proposal}   transaction ${result.transaction ?? ''}  block ${result.block ?? ''}`);
    return;
  }
  print(result, `${result.replayed ? 'already done: ' : ''}${verb} ${result.identifier ?? ''}\n  status ${result.status ?? ''}  version ${String(result.version ?? '')}\n  transaction ${result.transaction ?? ''}  block ${result.block ?? ''}`);
}

const issue: Command = {
  summary: 'issue a licence, or many from a table (--from)',
  usage: '--kind KIND (--field NAME=VALUE ... | --face FILE | --from TABLE [--map MAP])', takes: [0, 0],
  options: { kind: { type: 'string', value: 'KIND', help: 'kind of licence: type code, Chinese name or a word of its English name' }, ...FACE, ...TERM, ...DECISION,
    condition: { type: 'string', multiple: true, value: 'MATERIAL=DAY', help: `a paper still to come 容缺, by its last day; MATERIAL=DAY=CONSEQUENCE says what follows: ${CONSEQUENCES.join(', ')} (reminder where not given); repeat for each` },
    promise: { type: 'string', value: 'FILE', help: 'the signed promise 告知承诺书' },
    from: { type: 'string', value: 'TABLE', help: 'CSV, XLSX or NDJSON: one licence a row' }, map: { type: 'string', value: 'FILE', help: 'column mapping; written on the first run, edit and reuse it' },
    empty: { type: 'string', value: 'FILE', help: 'write an empty table of the kind, .xlsx or .csv, and issue nothing' },
    'dry-run': { type: 'boolean', help: 'check everything, issue nothing' }, report: { type: 'string', value: 'FILE', help: 'result for every row; TABLE.report.csv where not given' }, yes: { type: 'boolean', short: 'y', help: 'accept the proposed mapping, and sign a table although some of its rows are refused' } },
  examples: ['issue --kind food --valid-until 2031-03-14 -f holderName=样例小吃店 -f holderCode=92370303MA99TXT124 ...', 'issue --kind food --face permit.json --valid-until 2031-03-14 --condition LAYOUT=2026-04-01=suspension --promise promise.pdf', 'issue --kind hotel --empty hotels.xlsx', 'issue --from permits.xlsx --kind food --map food.map.json'],
  run: async (invocation) => {
    const { client, values } = invocation;
    const name = text(values, 'kind');
    if (name === undefined) throw new CliError(EXIT.usage, 'issue needs --kind');
    const kind = await kindOf(client, name);
    if (text(values, 'empty') !== undefined) return writeEmpty(invocation, kind);
    if (text(values, 'from') !== undefined) {
      const alone = ['condition', 'promise'].find((option) => values[option] !== undefined);
      if (alone !== undefined) throw new CliError(EXIT.usage, `--${alone} is for one licence, not for a table`);
      return issueFrom(invocation, kind);
    }
    printed(invocation, 'issued', await carryOut(invocation, { op: 'issue', kind, face: faceOf(values), ...(await membersOf(invocation)), ...conditionsOf(values), ...promiseOf(values), ...decisionOf(values) }));
    return EXIT.ok;
  },
};

const SUMMARIES: Readonly<Record<string, string>> = {
  confirm: 'confirm and seal an imported record', renew: 'renew: the next version with a new term', change: 'change fields: the next version', accept: 'accept a licence transferred to your agency',
  suspend: 'suspend 暂停使用', restore: 'restore a suspended licence', withdraw: 'withdraw 撤回', annul: 'annul 撤销', revoke: 'revoke 吊销 (a penalty)', cancel: 'cancel 注销', transfer: 'transfer to another agency 办理转出', takeback: 'take a transfer back, once',
};

const versionCommands = Object.fromEntries(VERSION_ACTS.map((op): [string, Command] => [op, {
  summary: SUMMARIES[op] ?? op, usage: 'LICENCE [--field NAME=VALUE ...]', takes: [1, 1], options: { ...FACE, ...TERM, ...DECISION },
  run: async (invocation) => {
    const { licence } = await licenceOf(invocation.client, invocation.args[0] ?? '');
    const face = faceOf(invocation.values);
    printed(invocation, op, await carryOut(invocation, { op, licence, ...(Object.keys(face).length > 0 ? { face } : {}), ...(await membersOf(invocation)), ...decisionOf(invocation.values) }));
    return EXIT.ok;
  },
}]));

const statusCommands = Object.fromEntries(STATUS_ACTS.map((op): [string, Command] => [op, {
  summary: SUMMARIES[op] ?? op, usage: `LICENCE --reason CODE${op === 'transfer' ? ' --to USCC' : ''}`, takes: [1, 1], options: { ...DECISION, ...(op === 'transfer' ? { to: { type: 'string', value: 'USCC', help: 'the receiving agency' } } : {}) },
  run: async (invocation) => {
    const [to, reason] = [text(invocation.values, 'to'), text(invocation.values, 'reason')];
    if (reason === undefined) throw new CliError(EXIT.usage, `${op} needs --reason, one of:${Object.entries(REASONS).filter(([, { acts }]) => acts.includes(op)).map(([code, words]) => `\n  ${code.padEnd(24)} ${say(words)}`).join('')}`);
    if (op === 'transfer' && to === undefined) throw new CliError(EXIT.usage, 'transfer needs --to, the code of the receiving agency');
    const { licence } = await licenceOf(invocation.client, invocation.args[0] ?? '');
    printed(invocation, op, await carryOut(invocation, { op, licence, ...(to === undefined ? {} : { to }), ...decisionOf(invocation.values) }));
    return EXIT.ok;
  },
}]));

interface WaitingJob { readonly id: string; readonly type: string; readonly kind?: string; readonly name: string; readonly state: string; readonly acts?: number; readonly signed?: readonly string[]; readonly persons?: number }
type Waiting = Signable & { readonly id: string; readonly digest: string; readonly signers: readonly string[]; readonly act: { readonly op: string; readonly licence?: string; readonly reason?: string } };

const proposals: Command = {
  summary: 'acts and tables that wait for a signature', usage: '', takes: [0, 0],
  run: async ({ client, print }) => {
    const { proposals: waiting } = await client.get<{ proposals: Waiting[] }>('/api/proposals');
    // Tables wait as jobs, not as proposals: whoever looks for what he has to sign must find both.
    const { jobs } = await client.get<{ jobs: WaitingJob[] }>('/api/jobs');
    const tables = jobs.filter(({ state }) => state === 'waiting').map(({ id, type, kind, name, acts = 0, signed = [], persons = 1 }) => `job ${id}  ${type} ${kind ?? ''}  ${String(acts)} acts of ${name.replace(/^[0-9a-f]{32} /, '')}  signed by ${String(signed.length)} of ${String(persons)}\n  yizheng jobs show ${id}; signed by the same command with the same file, or at /issue/jobs/${id}`);
    print(waiting, [...waiting.map(({ id, act, signers, expiresAt }) => `${id}  ${act.op.padEnd(18)} ${act.licence ?? ''} ${act.reason ?? ''}  signed by ${String(signers.length)}, until ${expiresAt}`), ...tables].join('\n') || 'nothing waits');
    return EXIT.ok;
  },
};

const approve: Command = {
  summary: 'sign a waiting proposal; the last signature carries it out', usage: 'PROPOSAL', takes: [1, 1],
  run: async (invocation) => {
    const { client, args } = invocation;
    const { proposals: waiting } = await client.get<{ proposals: Waiting[] }>('/api/proposals');
    const proposal = waiting.find(({ id }) => id === args[0]);
    if (!proposal) throw new CliError(EXIT.notFound, `no proposal ${args[0] ?? ''} waits at your agency`);
    const { requestId, ledger, agency, act, content, expiresAt } = proposal;
    const actor = signAct(client.key, { requestId, ledger, agency, act, content, expiresAt });
    printed(invocation, 'approved', await client.post<ActResult>(`/api/proposals/${proposal.id}/approvals`, { requestId: randomId(), actors: [actor] }));
    return EXIT.ok;
  },
};

const reject: Command = {
  summary: 'withdraw a waiting proposal', usage: 'PROPOSAL', takes: [1, 1],
  run: async (invocation) => {
    printed(invocation, 'withdrawn', await carryOut(invocation, { op: 'register', act: { op: 'proposal.withdraw', id: invocation.args[0] } }));
    return EXIT.ok;
  },
};

export const licenceCommands: Readonly<Record<string, Command>> = { issue, ...versionCommands, ...statusCommands, proposals, approve, reject };
