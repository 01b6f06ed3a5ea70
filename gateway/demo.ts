/** Demo agencies, staff, kinds, seals and licences: synthetic, marked for ever, made through the same doors as real ones. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainAct } from '#chaincode/facts/commands';
import type { RightRecord } from '#chaincode/facts/records';
import { addDays, addYears } from '#chaincode/facts/calendar';
import type { IssueInput } from './acts/licence/inputs.js';
import { signAct, type KeyFile } from './acts/licence/sign.js';
import { KIND, KINDS } from './catalogue/kinds.js';
import { MATTERS, TRADES } from './catalogue/matters.js';
import { randomId, writeKeyFile } from './keyring.js';
import type { Services } from './services.js';
import { Registrar } from './setup.js';

export const BUREAU = { code: '113703030099999063', name: '示例市张店区行政审批服务局（演示）' } as const;
const POLICE = { code: '11370303009999914X', name: '示例市公安局张店分局（演示）' } as const;
export const MARKET = { code: '11370303009999228K', name: '示例市张店区市场监督管理局（演示）' } as const;
const BRANCH = { code: '113703030099993087', name: '示例市张店区示例镇便民服务中心（演示）' } as const;

export interface SignIn {
  readonly name: string;
  readonly password: string;
  readonly who: string;
  readonly keyFile: string;
}
interface DemoCard {
  readonly signIns: readonly SignIn[];
  readonly licence: string;
}

const cardPath = (data: string): string => join(data, 'demo', 'sign-ins.json');
export const keyPath = (data: string, name: string): string => join(data, 'demo', `${name}.key.json`);

/** What an earlier start made. */
export function readDemo(data: string): DemoCard | undefined {
  if (!existsSync(cardPath(data))) return undefined;
  const { signIns, licence } = JSON.parse(readFileSync(cardPath(data), 'utf8')) as DemoCard;
  // A directory may have been moved since.
  return { signIns: signIns.map((signIn) => ({ ...signIn, keyFile: keyPath(data, signIn.name) })), licence };
}

const rights = (kinds: readonly string[], names: readonly RightRecord['right'][], over?: string): RightRecord[] =>
  kinds.flatMap((kind) => names.map((right) => ({ kind, right, from: '2020-01-01', ...(over === undefined ? {} : { over }) })));

/** Fills a fresh demo ledger. Sign-in secrets are made here and kept beside the data, never in the source. */
export async function seedDemo(services: Services, administrator: KeyFile): Promise<DemoCard> {
  const registrar = new Registrar(services, administrator);
  const { mspId } = services.ledger;
  const all = KINDS.map(({ type }) => type);
  for (const kind of KINDS) await registrar.register({ op: 'kind.put', ...(structuredClone(kind) as Omit<Extract<PlainAct, { op: 'kind.put' }>, 'op'>) });
  for (const matter of MATTERS) await registrar.register({ op: 'matter.put', ...(structuredClone(matter) as Omit<Extract<PlainAct, { op: 'matter.put' }>, 'op'>) });
  for (const trade of TRADES) await registrar.register({ op: 'trade.put', ...trade, matters: [...trade.matters] });
  const agencies = [
    { ...BUREAU, rights: [...rights(all, ['issue', 'import']), ...rights(all, ['supervise'], BUREAU.code)] },
    { ...MARKET, rights: [...rights([KIND.food, KIND.drug, KIND.business, KIND.device, KIND.liquor], ['supervise', 'penalise']), ...rights(all, ['import'])] },
    { ...POLICE, rights: [] },
    { ...BRANCH, parent: BUREAU.code, rights: rights([KIND.food], ['issue']) },
  ];
  for (const agency of agencies) {
    await registrar.register({ op: 'agency.put', mspId, active: true, ...agency });
    if (agency.code !== BUREAU.code) await registrar.host(agency.code);
  }
  for (const agency of [BUREAU, BRANCH]) await registrar.seal({ agency: agency.code, name: `${agency.name}电子证照专用章`, years: 5 });
  const keys: string[] = [];
  for (const { code } of [BUREAU, MARKET, POLICE]) keys.push(await registrar.agencyKey(code, 'trust'));
  await registrar.trustRoot(2, keys);
  await registrar.agencyKey(BUREAU.code, 'receipt');
  const signIns = await seedStaff(services, registrar);
  writeKeyFile(keyPath(services.data, 'administrator'), JSON.stringify(administrator, undefined, 2));
  const licence = await seedLicences(services, signIns);
  await seedRules(services, registrar, signIns);
  const card = { signIns: signIns.map(({ file: _, ...signIn }) => signIn), licence };
  writeKeyFile(cardPath(services.data), JSON.stringify(card, undefined, 2));
  return card;
}

type Staffed = SignIn & { readonly file: KeyFile };

async function seedStaff(services: Services, registrar: Registrar): Promise<Staffed[]> {
  const staff = [
    { name: 'clerk', agency: BUREAU, roles: ['clerk'], who: '承办人 clerk' },
    { name: 'approver', agency: BUREAU, roles: ['approver', 'reviewer'], who: '批准人 approver' },
    { name: 'market', agency: MARKET, roles: ['clerk'], who: '市场监管承办人 clerk of the market supervision' },
    { name: 'market-approver', agency: MARKET, roles: ['approver'], who: '市场监管批准人 approver of the market supervision' },
    { name: 'branch', agency: BRANCH, roles: ['clerk', 'approver'], who: '镇便民服务中心 town branch' },
    { name: 'auditor', agency: BUREAU, roles: ['auditor'], who: '审计 auditor' },
    { name: 'registrar', agency: BUREAU, roles: ['registrar'], who: '登记管理员 registrar' },
  ] as const;
  const made: Staffed[] = [];
  for (const { name, agency, roles, who } of staff) {
    const { id, file } = await registrar.staff({ agency: agency.code, roles: [...roles], withKey: true });
    if (!file) throw new Error('no key file was made');
    const password = randomBytes(9).toString('base64url').replace(/[-_]/g, 'x');
    await services.accounts.create(name, who, id, password);
    const keyFile = keyPath(services.data, name);
    writeKeyFile(keyFile, JSON.stringify(file, undefined, 2));
    made.push({ name, password, who, keyFile, file });
  }
  return made;
}

/** Food permits by rule (秒批): what a kiosk may ask for, and the key file of its machine. */
async function seedRules({ acts, data }: Services, registrar: Registrar, signIns: readonly Staffed[]): Promise<void> {
  const { file } = await registrar.staff({ agency: BUREAU.code, roles: ['machine'], withKey: true });
  if (file) writeKeyFile(keyPath(data, 'machine'), JSON.stringify(file, undefined, 2));
  const two = signIns.flatMap(({ name, file: key }) => (name === 'clerk' || name === 'approver' ? [key] : []));
  const [acting, requestId] = [{ staff: two[0]?.staff ?? '', agency: BUREAU.code }, randomId()];
  const act = { op: 'rule-set.put', kind: KIND.food, schema: 1, held: [{ kind: KIND.business, daysLeft: 0 }], fields: ['residence'], address: { field: 'premises', within: ['示例市张店区'] }, promise: true, perDay: 200, perHour: 60 } as const;
  const shown = await acts.draft(acting, requestId, { op: 'register', act: structuredClone(act) as unknown as Extract<PlainAct, { op: 'rule-set.put' }> });
  await acts.sign(acting, requestId, two.map((key) => signAct(key, shown)));
}

const RESTAURANT = { holderName: '示例浮云餐饮有限公司', holderCode: '91370303MA99TXT04C', personInCharge: '测试甲' };
const SNACKS = { holderName: '张店区样例小吃店', holderCode: '92370303MA99TXT124', personInCharge: '测试乙' };
const PHARMACY = { holderName: '示例平安大药房第九十九分店', holderCode: '91370303MA99TXT202', personInCharge: '测试甲' };
const BOOKSHOP = { holderName: '样例书屋', holderCode: '92370303MA99TXT39U', personInCharge: '测试乙' };
const premises = '示例市张店区示例路1号';

async function seedLicences(services: Services, signIns: readonly Staffed[]): Promise<string> {
  const today = services.drafter.today;
  const term = (years: number) => ({ issuedOn: today, validFrom: today, validUntil: addDays(addYears(today, years), -1) });
  const docNo = (n: number) => `张审批（演示）许字〔${today.slice(0, 4)}〕第${String(n)}号`;
  const issue = async (who: readonly string[], input: Omit<IssueInput, 'op'>) => {
    const files = who.map((name) => signIns.find((signIn) => signIn.name === name)?.file).filter((file) => file !== undefined);
    const acting = { staff: files[0]?.staff ?? '', agency: BUREAU.code };
    const requestId = randomId();
    const shown = await services.acts.draft(acting, requestId, { op: 'issue', basis: 'XZXKF-38', ...input });
    return services.acts.sign(acting, requestId, files.map((file) => signAct(file, shown)));
  };
  const food = await issue(['clerk'], { kind: KIND.food, docNo: docNo(1), ...term(5), face: { ...RESTAURANT, premises, businessForm: '餐饮服务经营者', scope: '热食类食品制售；冷食类食品制售', number: 'JY23703039999014', complaints: '12315' } });
  const snacks = await issue(['clerk'], { kind: KIND.food, docNo: docNo(2), ...term(5), face: { ...SNACKS, premises, businessForm: '食品销售经营者', scope: '预包装食品销售', number: 'JY13703039999026' } });
  await issue(['clerk'], { kind: KIND.hygiene, docNo: docNo(3), ...term(4), face: { ...RESTAURANT, premises, scope: '住宿', number: '（演示）鲁卫公证字〔2026〕第0001号' } });
  await issue(['clerk'], { kind: KIND.publication, docNo: docNo(4), issuedOn: today, face: { ...BOOKSHOP, premises, mode: '零售', scope: '图书、期刊零售', number: '（演示）新出发张字第0001号' } });
  await issue(['clerk', 'approver'], { kind: KIND.drug, docNo: docNo(5), ...term(5), face: { ...PHARMACY, qualityManager: '测试乙', premises, mode: '零售', scope: '中成药；化学药制剂', number: '（演示）鲁DB533000001' } });
  await issue(['clerk'], { kind: KIND.business, docNo: docNo(6), issuedOn: today, face: { ...RESTAURANT, number: RESTAURANT.holderCode, enterpriseType: '有限责任公司', capital: '壹佰万元整', foundedOn: '2026-03-15', premises, scope: '餐饮服务；住宿服务' } });
  const clerk = signIns[0]?.file;
  if (clerk) await services.acts.perform({ staff: clerk.staff, agency: BUREAU.code }, randomId(), { op: 'suspend', licence: snacks.licence ?? '', reason: 'RECTIFICATION', basis: 'SPAQF-124', docNo: docNo(7) });
  return food.identifier ?? '';
}
