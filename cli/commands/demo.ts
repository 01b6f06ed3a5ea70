/** The whole way of one business on a running demo: from its business licence to one certificate for its trade, a permit suspended, and who sees it. Every step is done by its own person through the doors, and timed. */
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { addDays, addYears, instantOf, type Day } from '#chaincode/facts/calendar';
import { mod11_10, usccCheck } from '#chaincode/facts/check-digit';
import type { Answer } from '#gateway/acts/verify/lookup';
import type { FilledField, MaterialsAnswer } from '#gateway/acts/applications/materials';
import type { Signable } from '#gateway/acts/licence/sign';
import { presentQr } from '#gateway/documents/evidence';
import { verifyEvidence } from '#gateway/documents/evidence-bundle/verify';
import { assess } from '#gateway/documents/verifier';
import { randomId } from '#gateway/keyring';
import { readKeyFile, type Client } from '../client.js';
import { text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { fetchTrust } from '../trust-store.js';
import { today as legalToday } from '../time.js';
import { carryOut, kindOf, signDraft, type ActResult } from './licence.js';

const TRIES = 8;
const AGAIN_MS = 500;
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** A company and a permit number that belong to nobody (codes with MA99TX). */
function newBusiness(): { code: string; foodNumber: string } {
  const head = `91370303MA99TX${Array.from({ length: 3 }, () => ALPHABET[randomInt(ALPHABET.length)] ?? '0').join('')}`;
  const digits = `2370303${String(randomInt(100_000, 699_999))}`;
  return { code: `${head}${usccCheck(head) ?? ''}`, foodNumber: `JY${digits}${mod11_10(digits) ?? ''}` };
}

interface Told {
  readonly step: string;
  readonly ms: number;
  readonly said: string;
}

class Story {
  readonly told: Told[] = [];
  readonly #clients = new Map<string, Client>();

  constructor(private readonly invocation: Invocation, private readonly directory: string) {}

  /** The door as one of the demo's people, or nobody. */
  as(name: string): Client {
    const known = this.#clients.get(name);
    if (known) return known;
    const client = this.invocation.client.as(readKeyFile(join(this.directory, `${name}.key.json`)));
    this.#clients.set(name, client);
    return client;
  }

  get anybody(): Client {
    return this.invocation.client.as(undefined);
  }

  act(name: string, act: object): Promise<ActResult> {
    return carryOut({ client: this.as(name), values: {} }, act);
  }

  async step<T>(step: string, work: () => Promise<readonly [T, string]>): Promise<T> {
    const from = performance.now();
    const [result, said] = await work();
    const told = { step, ms: performance.now() - from, said };
    this.told.push(told);
    this.invocation.say(`${told.ms.toFixed(0).padStart(6)} ms  ${step}\n            ${said}`);
    return result;
  }
}

const statusOf = ({ verdict }: Answer): string => `${verdict.outcome.toUpperCase()} ${verdict.status ?? ''}`;
const named = (result: ActResult): string => result.identifier ?? '';

async function run(invocation: Invocation): Promise<typeof EXIT.ok> {
  const directory = join(text(invocation.values, 'data') ?? process.env['YIZHENG_DATA'] ?? 'data', 'demo');
  if (!existsSync(join(directory, 'machine.key.json'))) throw new CliError(EXIT.usage, `${directory} holds no keys of a demo: start one with npm start, or name its data directory: --data DIR`);
  const story = new Story(invocation, directory);
  const from = performance.now();
  const { code, foodNumber } = newBusiness();
  const today = legalToday();
  const until = (years: number): string => addDays(addYears(today, years), -1);
  const docNo = (what: string): string => `张审批（演示）${what}字〔${today.slice(0, 4)}〕第${foodNumber.slice(-6)}号`;
  const kindNamed = (name: string) => kindOf(story.anybody, name);
  const kinds = { business: await kindNamed('营业执照'), food: await kindNamed('食品经营许可证'), hotel: await kindNamed('行业综合许可证（宾馆）') };
  const holder = { holderName: '示例云上宾馆有限公司', holderCode: code, personInCharge: '测试甲', premises: '示例市张店区示例路9号' };

  await story.step('a business licence is on the ledger', async () => {
    const made = await story.act('clerk', { op: 'issue', kind: kinds.business, docNo: docNo('照'), face: { ...holder, number: code, enterpriseType: '有限责任公司', foundedOn: today, scope: '住宿服务；餐饮服务' } });
    return [made, named(made)];
  });
  const wanted = { holder: code, trade: 'HOTEL' };
  const request = { requestId: randomId() };
  const application = await story.step('one form for the trade: what is there is filled in, what is missing is named', async () => {
    const clerk = story.as('clerk');
    const { answer, form } = await clerk.post<{ answer: MaterialsAnswer; form: FilledField[] }>('/api/forms', { ...request, ...wanted });
    const filled = Object.fromEntries(form.flatMap(({ name, value, required, choices }): [string, string | readonly string[]][] => (value === undefined ? (required ? [[name, choices?.[1] ?? '住宿；早餐']] : []) : [[name, value]])));
    const given = answer.materials.filter(({ state }) => state !== 'held').map(({ key }) => key).filter((key) => !key.includes('FLOOR_PLAN'));
    const made = await clerk.post<ActResult & { number?: string }>('/api/applications', { ...request, ...wanted, form: filled, given, channel: 'counter', applicant: { name: '测试甲', capacity: 'holder' } });
    const { materials, fields } = answer.saved;
    return [made.id ?? '', `${made.number ?? ''}: ${String(materials.listed)} papers listed, ${String(materials.asked)} asked for; ${String(fields.listed)} fields, ${String(fields.held + fields.shared)} not asked again`];
  });
  let after = 1;
  await story.step('accepted, the floor plan to come within twenty days (容缺受理)', async () => {
    const made = await story.as('clerk').post<ActResult>(`/api/applications/${application}/steps`, { requestId: randomId(), act: 'accept', after: after++, conditions: [{ matter: 'HYGIENE_NEW', material: 'LAYOUT', dueOn: addDays(today, 20), consequence: 'suspension' }] });
    return [made, made.status ?? ''];
  });
  const food = await story.step('the food permit at the kiosk, by rule, in the name of nobody (秒批)', async () => {
    const face = { ...holder, residence: holder.premises, businessForm: '餐饮服务经营者', scope: '热食类食品制售', number: foodNumber };
    const shown = await story.as('machine').post<Signable>('/api/automatic', { requestId: randomId(), kind: kinds.food, face, promise: Buffer.from('食品经营许可告知承诺书（样例）').toString('base64'), validUntil: until(5), docNo: docNo('食') });
    const made = await signDraft({ client: story.as('machine'), values: {} }, shown);
    return [made, named(made)];
  });
  const hygiene = await story.step('decided: the food permit stands, the hygiene permit is issued with the decision', async () => {
    const decide = (matter: string, more: object) => story.as('clerk').post<ActResult>(`/api/applications/${application}/decisions`, { requestId: randomId(), after: after++, matter, outcome: 'granted', docNo: docNo(matter === 'FOOD_NEW' ? '食' : '卫'), ...more });
    await decide('FOOD_NEW', { licence: named(food) });
    const made = await decide('HYGIENE_NEW', { issue: { face: { number: `（演示）鲁卫公证字〔${today.slice(0, 4)}〕第${foodNumber.slice(-6)}号` }, validUntil: until(4) } });
    return [made, named(made)];
  });
  await story.step('the floor plan has come', async () => {
    const made = await story.act('clerk', { op: 'register', act: { op: 'condition.meet', licence: hygiene.licence, material: 'LAYOUT' } });
    return [made, made.status ?? ''];
  });
  const composite = await story.step('one certificate for the trade, over both permits (行业综合许可证)', async () => {
    const made = await story.act('clerk', { op: 'issue', kind: kinds.hotel, members: [named(food), named(hygiene)], docNo: docNo('综'), face: { ...holder, number: `（演示）综许〔${today.slice(0, 4)}〕第${foodNumber.slice(-6)}号` } });
    return [made, named(made)];
  });
  const { qr } = await story.as('clerk').get<{ qr: string }>(`/api/licences/${named(composite)}/credential`);
  const scan = () => story.anybody.post<Answer>('/api/verify', { qr });
  await story.step('an inspector scans the code on the wall', async () => {
    const answer = await scan();
    return [answer, `${statusOf(answer)}: ${(answer.licence?.members ?? []).map(({ kind, status }) => `${kind.name.zh} ${status}`).join(', ')}`];
  });
  const { trust } = await fetchTrust(story.anybody);
  await story.step('the same in the basement, without a network', async () => {
    const { verdict } = await assess({ presented: presentQr(qr), trust, now: instantOf(Date.now()) });
    return [verdict, `${verdict.outcome.toUpperCase()} ${verdict.status ?? ''} by lists`];
  });
  await story.step('supervision takes the food permit over, inspects, and suspends it (审管联动)', async () => {
    const market = (act: object) => story.act('market', { op: 'register', act });
    await market({ op: 'supervision.take', licence: food.licence, version: 1 });
    await market({ op: 'supervision.find', id: randomId(), licence: food.licence, version: 1, finding: 'RECTIFY', onDay: today });
    const made = await story.act('market', { op: 'suspend', licence: food.licence, reason: 'RECTIFICATION', basis: 'SPAQF-124', docNo: docNo('市监') });
    return [made, made.status ?? ''];
  });
  await story.step('the next scan says which permit, since when, and by whose decision', async () => {
    const answer = await scan();
    const member = answer.licence?.members?.find(({ status }) => status !== 'VALID');
    return [answer, `${statusOf(answer)}: ${member?.kind.name.zh ?? ''} ${member?.status ?? ''} since ${member?.since ?? ''}, ${member?.reason?.zh ?? ''}, ${member?.decidedBy?.name ?? ''} ${member?.docNo ?? ''}`];
  });
  await story.step('a bank, and a bureau of another county, ask by number, without an account', async () => {
    const answer = await story.anybody.get<Answer>(`/api/numbers/${encodeURIComponent(foodNumber)}`);
    return [answer, statusOf(answer)];
  });
  await story.step('the auditor reads what happened, and what was in force on a day', async () => {
    const auditor = story.as('auditor');
    const events = await auditor.get<{ act: string }[]>(`/api/licences/${named(food)}/history`);
    const on = async (day: Day) => `${day} ${(await auditor.get<{ status: string }>(`/api/audit/licences/${named(composite)}/as-of?on=${day}`)).status}`;
    return [events, `${events.map(({ act }) => act).join(', ')}; the certificate: ${await on(addDays(today, -1))}, ${await on(today)}`];
  });
  await story.step('and takes a proof away, which holds without the ledger (存证包)', async () => {
    // The head is kept first. Where the sealed PDF reached the ledger between the two, it is too old: once more.
    for (let tries = 0; ; tries++) {
      const { head } = await story.anybody.get<{ head: string }>('/api/ledger/head');
      const file = await (await story.as('auditor').send('GET', `/api/evidence/${named(food)}`)).text();
      const { outcome } = await verifyEvidence({ text: file, heads: [head], trust });
      if (outcome === 'proven' || tries === TRIES) return [outcome, `${outcome}, ${String(file.length)} bytes, against a signed head`];
      await delay(AGAIN_MS);
    }
  });
  const seconds = (performance.now() - from) / 1000;
  invocation.print({ seconds, steps: story.told, identifier: named(composite), qr }, `${String(story.told.length)} steps in ${seconds.toFixed(2)} s\n  ${named(composite)}\n  ${qr}`);
  return EXIT.ok;
}

export const demoCommands: Readonly<Record<string, Command>> = { demo: {
  summary: 'the whole way of one business on a running demo, each step timed', usage: '[--data DIR]', takes: [0, 0],
  options: { data: { type: 'string', value: 'DIR', help: 'data directory of the demo, for its key files; data where not given' } }, examples: ['demo'], run,
} };
