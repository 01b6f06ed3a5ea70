/** What follows an issue, and what comes before one without a person: open conditions, supervision, rules and the kiosk that asks by them. */
import type { RuleSetRecord } from '#chaincode/facts/automatic';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { FINDINGS } from '#chaincode/facts/supervision';
import type { Signable } from '#gateway/acts/licence/sign';
import type { ConditionItem, UntakenItem } from '#gateway/acts/office/work';
import { randomId } from '#gateway/keyring';
import type { Client } from '../client.js';
import { flag, text, type Command, type Invocation } from '../command.js';
import { EXIT } from '../exit.js';
import { readFile, readJson } from '../files.js';
import { say } from '../language.js';
import { today } from '../time.js';
import { carryOut, faceOf, FACE, kindOf, licenceOf, signDraft } from './licence.js';
import { PAGE, pageQuery, printPage } from './list.js';
import { commandOf, done, needed, SIGNING, type Step } from './steps.js';

const register = (invocation: Invocation, act: object) => carryOut(invocation, { op: 'register', act });
const LIST = { kind: { type: 'string', value: 'KIND', help: 'list: only of this kind' }, ...PAGE } as const;
async function listQuery({ client, values }: Invocation): Promise<URLSearchParams> {
  const [query, kind] = [pageQuery(values), text(values, 'kind')];
  if (kind !== undefined) query.set('kind', await kindOf(client, kind));
  return query;
}

const conditionLine = ({ dueOn, overdue, name, material, consequence, identifier, application, matter }: ConditionItem): string =>
  `${dueOn}${overdue ? ' OVERDUE' : '        '}  ${material} ${name.zh}  ${consequence}  ${identifier ?? `${application ?? ''} --matter ${matter ?? ''}`}`;

/** A licence by identifier or number; with --matter the id of an application. */
async function conditionOf({ client, values }: Invocation, name: string): Promise<object> {
  const [matter, material] = [text(values, 'matter'), needed(values, 'material', 'code of the paper, as yizheng condition list shows it')];
  return matter === undefined ? { licence: (await licenceOf(client, name)).licence, material } : { application: name, matter, material };
}
const conditionStep = (op: string, more: (values: Invocation['values']) => object = () => ({})): Step['run'] => async (invocation, name) => {
  done(invocation, await register(invocation, { op: `condition.${op}`, ...(await conditionOf(invocation, name)), ...more(invocation.values) }));
};
const CONDITION_STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: 'papers still to come, those due first, first; --overdue only those, --kind only of one kind', run: async (invocation) => {
    const query = await listQuery(invocation);
    if (flag(invocation.values, 'overdue')) query.set('overdue', '1');
    const { conditions } = await invocation.client.get<{ conditions: ConditionItem[] }>(`/api/conditions?${query.toString()}`);
    printPage(invocation, conditions, conditionLine, 'nothing is still to come');
  } },
  meet: { argument: 'LICENCE', words: 'it has come', run: conditionStep('meet') },
  extend: { argument: 'LICENCE', words: 'until --due; once', run: conditionStep('extend', (values) => ({ dueOn: needed(values, 'due', 'the new last day'), ...(text(values, 'basis') === undefined ? {} : { basis: text(values, 'basis') }) })) },
  miss: { argument: 'LICENCE', words: 'its day is over and it has not come', run: conditionStep('miss') },
};

const untakenLine = ({ licence, dueOn, overdue }: UntakenItem): string => `${dueOn}${overdue ? ' OVERDUE' : '        '}  ${licence.identifier}  ${licence.kind.name.zh}  ${licence.manager.name}${licence.status === 'VALID' ? '' : `  ${licence.status}`}`;
const SUPERVISE_STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: 'new versions that your agency has not taken over; --kind only of one kind', run: async (invocation) => {
    const { versions } = await invocation.client.get<{ versions: UntakenItem[] }>(`/api/supervision?${(await listQuery(invocation)).toString()}`);
    printPage(invocation, versions, untakenLine, 'everything is taken over');
  } },
  take: { argument: 'LICENCE', words: 'take its current version over', run: async (invocation, name) => {
    const { licence, version } = await currentOf(invocation.client, name);
    done(invocation, await register(invocation, { op: 'supervision.take', licence, version }));
  } },
  find: { argument: 'LICENCE', words: 'what an inspection found: --finding', run: async (invocation, name) => {
    const { values } = invocation;
    const finding = needed(values, 'finding', Object.entries(FINDINGS).map(([code, words]) => `${code} ${say(words)}`).join(', '));
    const { licence, version } = await currentOf(invocation.client, name);
    const docNo = text(values, 'doc-no');
    done(invocation, await register(invocation, { op: 'supervision.find', id: randomId(), licence, version, finding, onDay: text(values, 'on') ?? today(), ...(docNo === undefined ? {} : { docNo }) }));
  } },
};
async function currentOf(client: Client, name: string): Promise<{ licence: string; version: number }> {
  const { licence, identifier } = await licenceOf(client, name);
  const found = await client.get<{ licence: { currentIdentifier: string } }>(`/api/licences/${encodeURIComponent(identifier)}`);
  return { licence, version: parseOwnIdentifier(found.licence.currentIdentifier)?.version ?? 1 };
}

type Rules = RuleSetRecord & { readonly leftToday: number };
const RULES_STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: 'rules of your agency, and what is left of today', run: async ({ client, print }) => {
    const { rules } = await client.get<{ rules: Rules[] }>('/api/rule-sets');
    print(rules, rules.map(({ kind, version, status, perHour, perDay, leftToday, digest }) => `${kind}  version ${String(version)}  ${status}  ${String(leftToday)} of ${String(perDay)} left today, ${String(perHour)} an hour  ${digest}`).join('\n') || 'no rules');
  } },
  put: { argument: 'FILE', words: 'put rules in force (JSON); two persons sign', run: async (invocation, path) => { done(invocation, await register(invocation, { op: 'rule-set.put', ...(readJson(path, { zh: '一套规则', en: 'a set of rules' }) as object) })); } },
  stop: { argument: 'KIND', words: 'at once; one person', run: async (invocation, kind) => { done(invocation, await register(invocation, { op: 'rule-set.stop', kind: await kindOf(invocation.client, kind) })); } },
  resume: { argument: 'KIND', words: 'two persons sign', run: async (invocation, kind) => { done(invocation, await register(invocation, { op: 'rule-set.resume', kind: await kindOf(invocation.client, kind) })); } },
};

/** What a kiosk does: asks by the rules, signs as the machine, and has the licence. */
const kiosk: Command = {
  summary: 'ask for a licence by rule 秒批, with the key of a machine', usage: '--kind KIND (--field NAME=VALUE ... | --face FILE) [--promise FILE]', takes: [0, 0],
  options: { kind: { type: 'string', value: 'KIND', help: 'kind of licence' }, ...FACE, promise: { type: 'string', value: 'FILE', help: 'the signed promise 告知承诺书' }, 'valid-until': { type: 'string', value: 'DAY', help: 'last day of validity' }, 'doc-no': { type: 'string', value: 'NUMBER', help: 'number of the decision document' } },
  examples: ['kiosk --key machine.key.json --kind food --face permit.json --promise promise.pdf --valid-until 2031-03-14'],
  run: async (invocation) => {
    const { client, values, print } = invocation;
    const from = performance.now();
    const [promise, validUntil, docNo] = [text(values, 'promise'), text(values, 'valid-until'), text(values, 'doc-no')];
    const kind = await kindOf(client, needed(values, 'kind', 'which licence is asked for'));
    const shown = await client.post<Signable>('/api/automatic', { requestId: randomId(), kind, face: faceOf(values), ...(promise === undefined ? {} : { promise: readFile(promise).toString('base64') }), ...(validUntil === undefined ? {} : { validUntil }), ...(docNo === undefined ? {} : { docNo }) });
    const result = await signDraft(invocation, shown);
    print({ ...result, seconds: (performance.now() - from) / 1000 }, `issued ${result.identifier ?? ''}\n  status ${result.status ?? ''}  in ${((performance.now() - from) / 1000).toFixed(2)} s`);
    return EXIT.ok;
  },
};

export const workCommands: Readonly<Record<string, Command>> = {
  condition: commandOf({
    name: 'condition', summary: 'papers still to be handed in 容缺: list, meet, extend, miss', steps: CONDITION_STEPS,
    options: { ...LIST, overdue: { type: 'boolean', help: 'list: only those whose day is over' }, material: { type: 'string', value: 'CODE', help: 'which paper' }, matter: { type: 'string', value: 'CODE', help: 'of an application: the matter' }, due: { type: 'string', value: 'DAY', help: 'extend: the new last day' }, basis: { type: 'string', value: 'CODE', help: 'extend: legal basis' }, ...SIGNING },
    examples: ['condition list --overdue', 'condition meet JY23703038800010 --material LAYOUT'],
  }),
  supervise: commandOf({
    name: 'supervise', summary: 'supervision after issue 审管联动: list, take, find', steps: SUPERVISE_STEPS,
    options: { ...LIST, finding: { type: 'string', value: 'CODE', help: 'find: what was found' }, on: { type: 'string', value: 'DAY', help: 'find: day of the inspection; today where not given' }, 'doc-no': { type: 'string', value: 'NUMBER', help: 'find: number of the record' }, ...SIGNING },
    examples: ['supervise list', 'supervise take JY23703038800010', 'supervise find JY23703038800010 --finding RECTIFY'],
  }),
  rules: commandOf({ name: 'rules', summary: 'rules for issue without a person 秒批: list, put, stop, resume', steps: RULES_STEPS, options: { ...SIGNING }, examples: ['rules put docs/samples/food-rules.json --cosign approver.key.json', 'rules stop food'] }),
  kiosk,
};
