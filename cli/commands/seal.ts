/** Seals: applied for, made, filed, stopped, restarted, cancelled, renewed. For registrars; approvers apply and stop too. */
import { writeFileSync } from 'node:fs';
import { TRIGGER_ROLES } from '#chaincode/facts/records';
import type { SealView } from '#gateway/seals/seals';
import { flag, text, texts, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { readText } from '../files.js';
import { legalDay } from '../time.js';
import { carryOut, kindOf } from './licence.js';
import type { Step } from './steps.js';

const YEARS = 3;

export function yearsOf(values: Invocation['values'], usual = YEARS): number {
  const years = Number(text(values, 'years') ?? usual);
  if (!Number.isInteger(years) || years < 1) throw new CliError(EXIT.usage, '--years: a whole number of years is meant');
  return years;
}

/** What is wished of a seal, as the door takes it. */
export async function wishOf({ client, values }: Invocation, usualYears = YEARS): Promise<object> {
  const triggers = texts(values, 'trigger');
  const stranger = triggers.find((role) => !TRIGGER_ROLES.some((known) => known === role));
  if (stranger !== undefined) throw new CliError(EXIT.usage, `--trigger ${stranger}: one of ${TRIGGER_ROLES.join(', ')}`);
  const kinds = await Promise.all(texts(values, 'kind').map((kind) => kindOf(client, kind)));
  const [agency, name] = [text(values, 'agency'), text(values, 'name')];
  return { years: yearsOf(values, usualYears), ...(agency === undefined ? {} : { agency }), ...(name === undefined ? {} : { name }), ...(triggers.length === 0 ? {} : { triggers }), ...(kinds.length === 0 ? {} : { kinds }) };
}

const at = (id: string, step = ''): string => `/api/seals/${encodeURIComponent(id)}${step}`;

const lineOf = ({ id, state, name, agencyName, validUntil, warning, here, renewedBy }: SealView): string =>
  `${id}  ${state.padEnd(9)} ${validUntil === undefined ? '' : `until ${legalDay(validUntil)}  `}${name}  ${agencyName}${here ? '' : '  key not here'}${renewedBy === undefined ? '' : `  renewed by ${renewedBy}`}${warning === undefined ? '' : `  ${warning}`}`;

function shown({ print }: Invocation, seal: SealView, next: string): void {
  print(seal, `${lineOf(seal)}\n${next}`);
}

/** Files what is made. @returns the words to say */
export async function file(invocation: Invocation, id: string): Promise<void> {
  const { filing, listKey } = await invocation.client.get<SealView>(at(id));
  if (filing === undefined) throw new CliError(EXIT.refused, `seal ${id} is not waiting to be filed: yizheng seal show ${id}`);
  // One registrar is enough for this one, also where two file the seal.
  if (listKey !== undefined) await carryOut({ client: invocation.client, values: {} }, { op: 'register', act: listKey });
  await act(invocation, filing);
}

async function act(invocation: Invocation, command: unknown): Promise<void> {
  const result = await carryOut(invocation, { op: 'register', act: command });
  const waits = result.status === 'open' && result.proposal !== undefined;
  invocation.print(result, waits ? `waits for another signature\n  yizheng approve ${result.proposal}` : `${result.status ?? 'filed'}  ${result.id ?? ''}  transaction ${result.transaction ?? ''}`);
}

async function make(invocation: Invocation, id: string): Promise<void> {
  const { client, values } = invocation;
  const [request, certificate] = [text(values, 'request'), text(values, 'certificate')];
  if (request !== undefined && certificate !== undefined) throw new CliError(EXIT.usage, '--request or --certificate, not both');
  if (certificate !== undefined) {
    const seal = (await (await client.send('PUT', at(id, '/certificate'), JSON.stringify({ certificate: readText(certificate) }), 'application/json')).json()) as SealView;
    return shown(invocation, seal, `certified; next: yizheng seal file ${id}`);
  }
  if (request === undefined) return shown(invocation, await client.post<SealView>(at(id, '/key'), {}), `made; next: yizheng seal file ${id}`);
  const seal = await client.post<SealView>(at(id, '/request'), {});
  writeFileSync(request, seal.request ?? '');
  shown(invocation, seal, `request for the authority: ${request}; with its answer: yizheng seal make ${id} --certificate FILE`);
}

const STEPS: Readonly<Record<string, Step>> = {
  apply: { argument: '', words: 'apply for a seal', run: async (invocation) => {
    const seal = await invocation.client.post<SealView>('/api/seals', await wishOf(invocation));
    shown(invocation, seal, `next: yizheng seal make ${seal.id}`);
  } },
  renew: { argument: 'SEAL', words: 'apply for its successor; both are good until the older one ends', run: async (invocation, renews) => {
    const seal = await invocation.client.post<SealView>('/api/seals', { ...(await wishOf(invocation)), renews });
    shown(invocation, seal, `next: yizheng seal make ${seal.id}`);
  } },
  make: { argument: 'SEAL', words: "its key, certified by the gateway's authority, or with --request, then --certificate, by another", run: make },
  file: { argument: 'SEAL', words: 'write it to the ledger 备案', run: file },
  import: { argument: 'FILE', words: "a PKCS#12 keystore with key and certificate, on the gateway's machine; --file files it at once", run: async (invocation, keystore) => (await import('./seal-import.js')).importKeystore(invocation, keystore) },
  list: { argument: '', words: 'seals and applications', run: async ({ client, print }) => {
    const { seals } = await client.get<{ seals: SealView[] }>('/api/seals');
    print(seals, seals.map(lineOf).join('\n') || 'no seals');
  } },
  show: { argument: 'SEAL', words: 'one of them', run: async ({ client, print }, id) => {
    const seal = await client.get<SealView>(at(id));
    print(seal, [lineOf(seal), `  triggered by: ${seal.triggers?.join(', ') ?? 'anybody who acts for the agency'}`, `  kinds: ${seal.kinds?.join(', ') ?? 'all'}`, ...(seal.renews === undefined ? [] : [`  renews: ${seal.renews}`]), ...(seal.history ?? []).map(({ status, at: since }) => `  ${since}  ${status}`)].join('\n'));
  } },
  stop: { argument: 'SEAL', words: 'nothing more is sealed with it; one person', run: (invocation, id) => act(invocation, { op: 'seal.status', id, status: 'stopped' }) },
  restart: { argument: 'SEAL', words: 'two persons: --cosign FILE, or --propose and approve', run: (invocation, id) => act(invocation, { op: 'seal.status', id, status: 'in-use' }) },
  cancel: { argument: 'SEAL', words: 'for ever; what it sealed stays good', run: (invocation, id) => act(invocation, { op: 'seal.status', id, status: 'cancelled' }) },
  withdraw: { argument: 'SEAL', words: 'take back an application, with its key', run: async ({ client, print }, id) => {
    await client.send('DELETE', at(id));
    print({ withdrawn: id }, `withdrawn ${id}`);
  } },
};

const seal: Command = {
  summary: "seals 印章: apply, make, file, import, list, show, stop, restart, cancel, renew, withdraw; without a step, a first run's seal (gateway stopped)",
  usage: `STEP [SEAL]\n${Object.entries(STEPS).map(([name, { argument, words }]) => `  yizheng seal ${`${name} ${argument}`.padEnd(16)} ${words}`).join('\n')}\n  yizheng seal ${'--agency --name'.padEnd(16)} all of it in one go, with the gateway stopped`,
  takes: [0, 2],
  options: {
    agency: { type: 'string', value: 'USCC', help: 'owner of the seal; your own agency where not given' }, name: { type: 'string', value: 'TEXT', help: 'name on the seal' }, years: { type: 'string', value: 'N', help: `period in years; ${String(YEARS)} where not given` },
    trigger: { type: 'string', multiple: true, value: 'ROLE', help: `only acts with such a person are sealed: ${TRIGGER_ROLES.join(', ')}` }, kind: { type: 'string', multiple: true, value: 'KIND', help: 'only licences of this kind are sealed' },
    request: { type: 'string', value: 'FILE', help: 'make: write a certificate request (PKCS#10) here' }, certificate: { type: 'string', value: 'FILE', help: "make: the authority's certificate (PEM)" },
    'passphrase-file': { type: 'string', value: 'FILE', help: 'import: first line is the passphrase of the keystore' }, file: { type: 'boolean', help: 'import: file it too' }, data: { type: 'string', value: 'DIR', help: 'import and first run: data directory (YIZHENG_DATA, or data)' },
    cosign: { type: 'string', multiple: true, value: 'FILE', help: 'key file of the second person' }, propose: { type: 'boolean', help: 'sign first; the second person approves' },
  },
  examples: ["seal apply --name '电子证照专用章' --years 3 --trigger approver", 'seal make SEAL', 'seal file SEAL', 'seal renew SEAL --years 3', 'seal restart SEAL --cosign second.key.json', 'seal import seal.p12 --passphrase-file pass --name 电子证照专用章 --file'],
  run: async (invocation) => {
    const [name, argument] = invocation.args;
    if (name === undefined) {
      const { id, made } = await (await import('./operator.js')).sealAtFirstRun(invocation, yearsOf(invocation.values));
      invocation.print({ id, made }, made ? `seal ${id}` : `there is a seal of this name in use already, nothing was made: seal ${id}`);
      return EXIT.ok;
    }
    const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
    if (!step || (argument === undefined) !== (step.argument === '')) throw new CliError(EXIT.usage, `usage: yizheng seal ${step ? `${name} ${step.argument}` : `${Object.keys(STEPS).join(' | ')}`}`);
    await step.run(invocation, argument ?? '');
    return EXIT.ok;
  },
};

/** Whether the step is to be followed by filing. */
export const alsoFiles = ({ values }: Invocation): boolean => flag(values, 'file');

export const sealCommands: Readonly<Record<string, Command>> = { seal };
