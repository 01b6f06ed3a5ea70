/** What a holder needs for a trade, and applications from receipt to delivery. */
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import type { ApplicationView } from '#gateway/acts/applications/application-view';
import type { FilledField, MaterialsAnswer, Saved } from '#gateway/acts/applications/materials';
import { randomId } from '#gateway/keyring';
import { APPLICATION_DECISION_WORDS, APPLICATION_STATE_WORDS, UNFIT_WORDS, USE_WORDS, wordsOf } from '#gateway/messages/applications';
import { flag, text, texts, type Command, type Invocation, type OptionHelp } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { readJson } from '../files.js';
import { say } from '../language.js';
import { legalDay } from '../time.js';
import { carryOut, licenceOf } from './licence.js';

const WANTED: Readonly<Record<string, OptionHelp>> = {
  trade: { type: 'string', value: 'TRADE', help: 'a trade: hotel, pharmacy, bookshop, convenience, restaurant, cafe, supermarket, pool, cinema' },
  matter: { type: 'string', multiple: true, value: 'CODE[=VARIANT]', help: 'a matter, with its variant; repeat for several' },
};

/** What is applied for, as the door takes it. @throws CliError where nothing is named */
export function wantedOf(values: Invocation['values']): { trade?: string; matters?: { matter: string; variant?: string }[] } {
  const trade = text(values, 'trade')?.toUpperCase();
  const matters = texts(values, 'matter').map((given) => {
    const [matter = '', variant] = given.toUpperCase().split('=');
    return { matter, ...(variant === undefined ? {} : { variant }) };
  });
  if (trade === undefined && matters.length === 0) throw new CliError(EXIT.usage, 'name a --trade, or one --matter or several');
  return { ...(trade === undefined ? {} : { trade }), ...(matters.length === 0 ? {} : { matters }) };
}

const savedText = (words: string, { listed, shared, held, asked }: Saved): string => `${words}: ${String(listed)} listed, ${String(shared)} shared, ${String(held)} held, ${String(asked)} left`;

function answered({ matters, materials, form, saved }: MaterialsAnswer): string {
  const lines = materials.map(({ state, name, key, licence, identity, matters: of }) => {
    const found = licence ? `  ${licence.identifier}  ${licence.outcome}${licence.validUntil === undefined ? '' : ` until ${licence.validUntil}`}  ${say(USE_WORDS[`use-${licence.use}`])}` : identity ? `  identity record of ${identity.agency.name} until ${identity.until}` : '';
    const unfit = (licence?.unfit ?? []).map((code) => `\n${' '.repeat(10)}${say(wordsOf(UNFIT_WORDS, code))}`).join('');
    return `${state.padEnd(8)}  ${say(name)}  ${key}  [${of.join(', ')}]${found}${unfit}`;
  });
  const open = (needed: boolean): string[] => form.filter(({ source, required }) => !source && required === needed).map(({ name }) => name);
  const optional = open(false);
  return [
    matters.map(({ matter, variant, name }) => `${matter}=${variant}  ${say(name)}`).join('\n'), '', ...lines, '', `to fill in: ${open(true).join(', ')}${optional.length === 0 ? '' : `; if wished: ${optional.join(', ')}`}`,
    savedText('materials', saved.materials), savedText('fields', saved.fields),
  ].join('\n');
}

const materials: Command = {
  summary: 'what a holder needs for a trade: what is there, what may be used, what is missing', usage: 'HOLDER (--trade TRADE | --matter CODE[=VARIANT] ...)', takes: [1, 1], options: WANTED,
  examples: ['materials 91370303MA99TXT04C --trade hotel', 'materials 91370303MA99TXT04C --matter FOOD_NEW=PREPACKED'],
  run: async ({ client, args, values, print }) => {
    const answer = await client.post<MaterialsAnswer>('/api/materials', { holder: args[0], ...wantedOf(values) });
    print(answer, answered(answer));
    return EXIT.ok;
  },
};

type FormText = Record<string, string | readonly string[]>;

function formOf(values: Invocation['values']): FormText {
  const path = text(values, 'form');
  const form: FormText = path === undefined ? {} : (readJson(path, { zh: '一张表单，字段名到值的对象', en: 'an object with the fields of the form' }) as FormText);
  for (const pair of texts(values, 'field')) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CliError(EXIT.usage, `--field ${pair}: NAME=VALUE is meant`);
    form[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return form;
}

/** By 办件编号, by the id on the ledger, or by the number in another system. */
async function applicationOf({ client }: Pick<Invocation, 'client'>, name: string): Promise<ApplicationView> {
  const path = /^\d{20}$/.test(name) ? `numbers/${name}` : /^[A-Za-z0-9_-]{21}[AQgw]$/.test(name) ? name : `cases/${encodeURIComponent(name)}`;
  return client.get<ApplicationView>(`/api/applications/${path}`);
}

const statedOf = (values: Invocation['values']): Record<string, string> =>
  Object.fromEntries(Object.entries({ docNo: 'doc-no', basis: 'basis', authority: 'authority', note: 'note', delegation: 'delegation' }).flatMap(([name, option]) => { const value = text(values, option); return value === undefined ? [] : [[name, value]]; }));
const requestOf = (values: Invocation['values']): { requestId: string } => ({ requestId: text(values, 'request-id') ?? randomId() });

interface Done {
  readonly id?: string;
  readonly number?: string;
  readonly status?: string;
  readonly identifier?: string;
  readonly proposal?: string;
  readonly transaction?: string;
  readonly replayed: boolean;
}
function done({ print }: Invocation, result: Done, number: string | undefined): void {
  const waits = result.proposal !== undefined && result.status === 'open' ? `waits for another signature\n  yizheng approve ${result.proposal}\n` : '';
  print(result, `${waits}${result.replayed ? 'already done: ' : ''}${number ?? result.id ?? ''}  ${result.identifier ?? result.status ?? ''}\n  transaction ${result.transaction ?? ''}`);
}

async function receive(invocation: Invocation, holder: string): Promise<void> {
  const { client, values } = invocation;
  const wanted = { holder, ...wantedOf(values) };
  const applicant = text(values, 'applicant');
  if (applicant === undefined) throw new CliError(EXIT.usage, 'receive needs --applicant, the name of who applies');
  const [contact, caseNo, delegation] = [text(values, 'contact'), text(values, 'case-no'), text(values, 'delegation')];
  const request = requestOf(values);
  const { form } = await client.post<{ form: FilledField[] }>('/api/forms', { ...request, ...wanted });
  const filled = Object.fromEntries(form.flatMap(({ name, value }): [string, FormText[string]][] => (value === undefined ? [] : [[name, value]])));
  const result = await client.post<Done>('/api/applications', {
    ...request, ...wanted, form: { ...filled, ...formOf(values) }, given: texts(values, 'given'), channel: 'api', ...(caseNo === undefined ? {} : { caseNo }), ...(delegation === undefined ? {} : { delegation }),
    applicant: { name: applicant, capacity: flag(values, 'agent') ? 'agent' : 'holder', ...(contact === undefined ? {} : { contact }) },
  });
  done(invocation, result, result.number);
}

async function step(invocation: Invocation, name: string, act: string): Promise<void> {
  const { client, values } = invocation;
  const application = await applicationOf(invocation, name);
  const changes = formOf(values);
  const form = Object.keys(changes).length === 0 ? undefined : { ...Object.fromEntries(application.form.map((field) => [field.name, field.value])), ...changes };
  const given = texts(values, 'given');
  const result = await client.post<Done>(`/api/applications/${application.id}/steps`, { ...requestOf(values), act, after: application.events.length, ...statedOf(values), ...(form ? { form } : {}), ...(given.length > 0 ? { given } : {}) });
  done(invocation, result, application.number);
}

/** On the gateway's word; or, with --cosign or --propose, signed by the persons' own keys, naming a licence that was issued before. */
async function decide(invocation: Invocation, name: string): Promise<void> {
  const { client, values } = invocation;
  const application = await applicationOf(invocation, name);
  const [matter, docNo, licence] = [texts(values, 'matter')[0]?.toUpperCase(), text(values, 'doc-no'), text(values, 'licence')];
  const granted = flag(values, 'granted');
  if (matter === undefined || docNo === undefined || granted === flag(values, 'refused')) throw new CliError(EXIT.usage, 'decide needs --matter, --doc-no, and --granted or --refused');
  const identifier = licence === undefined ? undefined : (await licenceOf(client, licence)).identifier;
  const { note: _, ...stated } = statedOf(values);
  const outcome = granted ? 'granted' : 'refused';
  if (texts(values, 'cosign').length > 0 || flag(values, 'propose')) {
    const named = identifier === undefined ? undefined : versionOf(identifier);
    const act = { op: 'application.decide', id: application.id, after: application.events.length, authority: application.agency.code, ...stated, matter, outcome, docNo, ...named, reliedOn: application.reliedOn.map(versionOf) };
    return done(invocation, await carryOut(invocation, { op: 'register', act }), application.number);
  }
  const term = Object.fromEntries(Object.entries({ issuedOn: 'issued-on', validFrom: 'valid-from', validUntil: 'valid-until' }).flatMap(([field, option]) => { const value = text(values, option); return value === undefined ? [] : [[field, value]]; }));
  const issue = granted && identifier === undefined ? { issue: { face: formOf(values), ...term } } : {};
  const result = await client.post<Done>(`/api/applications/${application.id}/decisions`, { ...requestOf(values), after: application.events.length, ...stated, matter, outcome, docNo, ...(identifier === undefined ? {} : { licence: identifier }), ...issue });
  done(invocation, result, application.number);
}

function versionOf(identifier: string): { licence: string; version: number } {
  const own = parseOwnIdentifier(identifier);
  if (!own) throw new CliError(EXIT.refused, `IDENTIFIER_CHECK: ${identifier}`);
  return { licence: own.id, version: own.version };
}

const stateText = (state: string): string => say(wordsOf({ ...APPLICATION_STATE_WORDS, ...APPLICATION_DECISION_WORDS }, state));

function shown({ number, caseNo, holder, state, matters, form, materials: kept, events }: ApplicationView): string {
  return [
    `${number ?? ''}  ${stateText(state)}  ${holder.name ?? holder.subject}${caseNo === undefined ? '' : `  case ${caseNo}`}`,
    ...matters.map(({ matter, name, outcome, docNo, identifier }) => `  ${matter}  ${say(name)}  ${outcome === undefined ? '' : stateText(outcome)}  ${docNo ?? ''}  ${identifier ?? ''}`), '',
    ...form.map(({ name, value, source, changed }) => `  ${name} = ${typeof value === 'string' ? value : value.join('; ')}${source ? `\n      from ${source.identifier} at ${source.at}` : ''}${changed ? `\n      changed at ${changed.at}${source?.value === undefined ? '' : `; the licence says ${typeof source.value === 'string' ? source.value : source.value.join('; ')}`}` : ''}`), '',
    ...kept.map(({ state: has, name, key, identifier }) => `  ${has.padEnd(8)}  ${say(name)}  ${key}  ${identifier ?? ''}`), '',
    ...events.map(({ seq, act, state: to, at, docNo, matter, note, delegation }) => `  ${String(seq)}  ${at}  ${act} -> ${to}  ${matter ?? ''}  ${docNo ?? ''}  ${note ?? ''}${delegation ? `  by ${delegation.role} ${delegation.delegate ?? ''}` : ''}`),
  ].join('\n');
}

interface Step {
  readonly argument: string;
  readonly words: string;
  readonly run: (invocation: Invocation, argument: string) => Promise<void>;
}
const STEPS: Readonly<Record<string, Step>> = {
  receive: { argument: 'HOLDER', words: 'take one in 收件; what licences say is filled in', run: receive },
  list: { argument: '', words: "your agency's, newest first; --state", run: async ({ client, values, print }) => {
    const state = text(values, 'state');
    const { applications } = await client.get<{ applications: { number?: string; holderName?: string; state: string; receivedAt: string; matters: { zh: string; en: string }[] }[] }>(`/api/applications${state === undefined ? '' : `?state=${encodeURIComponent(state)}`}`);
    print(applications, applications.map(({ number, holderName, state: at, receivedAt, matters }) => `${number ?? ''}  ${legalDay(receivedAt)}  ${stateText(at)}  ${holderName ?? ''}  ${matters.map(say).join(', ')}`).join('\n') || 'no applications');
  } },
  show: { argument: 'NUMBER', words: 'one of them, with the source of every value', run: async (invocation, name) => {
    const application = await applicationOf(invocation, name);
    invocation.print(application, shown(application));
  } },
  accept: { argument: 'NUMBER', words: '受理', run: (invocation, name) => step(invocation, name, 'accept') },
  correct: { argument: 'NUMBER', words: '补正: --note says what', run: (invocation, name) => step(invocation, name, 'correct') },
  resubmit: { argument: 'NUMBER', words: 'put right: -f NAME=VALUE, --given KEY', run: (invocation, name) => step(invocation, name, 'resubmit') },
  reject: { argument: 'NUMBER', words: '不予受理: --doc-no', run: (invocation, name) => step(invocation, name, 'reject') },
  decide: { argument: 'NUMBER', words: '决定: --matter, --granted or --refused, --doc-no; -f number=... issues the licence', run: decide },
  deliver: { argument: 'NUMBER', words: '送达', run: (invocation, name) => step(invocation, name, 'deliver') },
  withdraw: { argument: 'NUMBER', words: 'taken back by the applicant, before the first decision', run: (invocation, name) => step(invocation, name, 'withdraw') },
};

const application: Command = {
  summary: 'applications 办件: receive, list, show, accept, correct, resubmit, reject, decide, deliver, withdraw',
  usage: `STEP [HOLDER|NUMBER]\n${Object.entries(STEPS).map(([name, { argument, words }]) => `  yizheng application ${`${name} ${argument}`.padEnd(16)} ${words}`).join('\n')}`, takes: [1, 2],
  options: {
    ...WANTED, field: { type: 'string', short: 'f', multiple: true, value: 'NAME=VALUE', help: 'a field of the form; with decide, one that the agency adds to the licence' }, form: { type: 'string', value: 'FILE', help: 'JSON object with fields of the form' },
    given: { type: 'string', multiple: true, value: 'KEY', help: 'paper handed in or promise made, as yizheng materials names it' }, applicant: { type: 'string', value: 'NAME', help: 'who applies' }, agent: { type: 'boolean', help: 'the applicant is an agent 代办' }, delegation: { type: 'string', value: 'ID', help: 'receive, resubmit, withdraw: by which he acts for the holder 委托' },
    contact: { type: 'string', value: 'TEXT', help: 'how the applicant is reached' }, 'case-no': { type: 'string', value: 'NUMBER', help: 'number of the case in another system' }, note: { type: 'string', value: 'TEXT', help: 'what is to be put right; how it was delivered' },
    state: { type: 'string', value: 'STATE', help: 'received, correction, accepted, refused-to-accept, decided, delivered, withdrawn' }, granted: { type: 'boolean', help: '准予' }, refused: { type: 'boolean', help: '不予许可' },
    licence: { type: 'string', value: 'LICENCE', help: 'a licence that was issued before' }, 'doc-no': { type: 'string', value: 'NUMBER', help: 'number of the document' }, basis: { type: 'string', value: 'CODE', help: 'legal basis code' }, authority: { type: 'string', value: 'USCC', help: 'in whose name; your agency where not given' },
    'issued-on': { type: 'string', value: 'DAY', help: 'issue day of the licence' }, 'valid-from': { type: 'string', value: 'DAY', help: 'its first day' }, 'valid-until': { type: 'string', value: 'DAY', help: 'its last day' },
    cosign: { type: 'string', multiple: true, value: 'FILE', help: 'decide: key file of a second person; --licence names what they issued' }, propose: { type: 'boolean', help: 'decide: sign first, the second person approves' }, 'request-id': { type: 'string', value: 'ID', help: 'repeat a request safely' },
  },
  examples: ['application receive 91370303MA99TXT04C --trade hotel --applicant 测试甲 -f foodScope=热食类食品制售 -f foodBusinessForm=餐饮服务经营者 -f hygieneScope=住宿', 'application accept NUMBER', 'application decide NUMBER --matter HYGIENE_NEW --granted --doc-no 张审批许字1号 -f number=鲁卫公证字1号 --valid-until 2030-03-14'],
  run: async (invocation) => {
    const [name = '', argument] = invocation.args;
    const chosen = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
    if (!chosen || (argument === undefined) !== (chosen.argument === '')) throw new CliError(EXIT.usage, `usage: yizheng application ${chosen ? `${name} ${chosen.argument}` : Object.keys(STEPS).join(' | ')}`);
    await chosen.run(invocation, argument ?? '');
    return EXIT.ok;
  },
};

export const applicationCommands: Readonly<Record<string, Command>> = { materials, application };
