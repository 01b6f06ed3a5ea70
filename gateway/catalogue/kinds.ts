/** The default catalogue of kinds, as data. Type codes carry a wrong check character on purpose; an operator loads the real ones. */
import type { FaceField, KindRecord } from '#chaincode/facts/records';

const DEFINER = '11370000000000000T';
export const KIND = { food: `${DEFINER}901`, hygiene: `${DEFINER}902`, publication: `${DEFINER}904`, drug: `${DEFINER}905`, business: `${DEFINER}906`, hotel: `${DEFINER}921`, pharmacy: `${DEFINER}922`, bookshop: `${DEFINER}923`, convenience: `${DEFINER}924`, collected: `${DEFINER}990` } as const;
/** Short names that a person types. */
export type KindName = keyof typeof KIND;

type Options = Partial<Pick<FaceField, 'type' | 'required' | 'disclosure' | 'max' | 'choices' | 'role'>>;
const field = (name: string, zh: string, en: string, options: Options = {}): FaceField => ({
  name, label: { zh, en }, type: 'text', required: true, disclosure: 'public', max: 200, ...options,
});

const holderName = (zh: string, en: string) => field('holderName', zh, en, { role: 'holder-name', max: 120 });
const holderCode = field('holderCode', '统一社会信用代码', 'Unified social credit code', { type: 'uscc', role: 'holder-code', max: 18 });
const inCharge = (zh = '法定代表人（负责人）', en = 'Legal representative (person in charge)') => field('personInCharge', zh, en, { disclosure: 'holder', role: 'person-name', max: 60 });
const number = (zh: string, en: string) => field('number', zh, en, { role: 'number', max: 60 });
const scope = (zh: string, en: string) => field('scope', zh, en, { type: 'long-text', role: 'scope', max: 2000 });
const address = (name: string, zh: string, en: string, options: Options = {}) => field(name, zh, en, { role: 'address', ...options });

const ORDINARY = ['issue', 'renew', 'change', 'suspend', 'restore', 'cancel', 'confirm', 'import'];
const base = {
  schema: 1, holder: 'organisation', persons: { revoke: 2, annul: 2, withdraw: 2 }, vouched: ORDINARY, massFrom: 100,
  windowBefore: 30, windowAfter: 60, retentionYears: 10, sample: true, active: true, aliases: [] as string[],
} as const satisfies Partial<KindRecord>;

/** Papers that may follow (容缺), within thirty days. */
const LATER = {
  materials: [{ code: 'LAYOUT', name: { zh: '平面布置图', en: 'Floor plan' } }, { code: 'HEALTH_CERTIFICATES', name: { zh: '从业人员健康证明', en: 'Health certificates of staff' } }, { code: 'TENANCY', name: { zh: '场所使用证明', en: 'Proof of use of the premises' } }],
  daysMax: 30, public: false,
} as const satisfies KindRecord['conditions'];

/** One certificate for a trade, over its permits; it ends with the first of them. */
const composite = (kind: KindName, zh: string, en: string, members: Partial<Record<KindName, 'required' | 'optional'>>): KindRecord => ({
  ...base, type: KIND[kind], name: { zh: `行业综合许可证（${zh}）`, en: `Industry composite licence (${en})` }, number: 'free',
  composite: { members: Object.entries(members).map(([member, need]) => ({ kind: KIND[member as KindName], required: need === 'required' })), term: 'earliest', rollUp: 'all' },
  fields: [holderName('经营者名称', 'Name of operator'), holderCode, inCharge(), address('premises', '经营场所', 'Premises'), number('综合许可证编号', 'Composite licence number')],
});

export const KINDS: readonly KindRecord[] = [
  { ...base, type: KIND.food, name: { zh: '食品经营许可证', en: 'Food business permit' }, aliases: ['食品经营许可', '食品流通许可证', '餐饮服务许可证'], number: 'food-permit', termYears: 5, automatic: true, conditions: LATER, fields: [
    holderName('经营者名称', 'Name of operator'), holderCode, inCharge(),
    address('residence', '住所', 'Registered address', { required: false }), address('premises', '经营场所', 'Premises'),
    field('businessForm', '主体业态', 'Form of business', { type: 'choice', choices: ['食品销售经营者', '餐饮服务经营者', '集中用餐单位食堂'], max: 20 }),
    scope('经营项目', 'Items of business'), number('许可证编号', 'Permit number'), field('complaints', '投诉举报电话', 'Complaints telephone', { required: false, max: 40 }),
  ] },
  { ...base, type: KIND.hygiene, name: { zh: '公共场所卫生许可证', en: 'Public-place hygiene permit' }, aliases: ['卫生许可证', '公共场所卫生许可'], number: 'free', termYears: 4, conditions: LATER, fields: [
    holderName('单位名称', 'Name of unit'), holderCode, inCharge(), address('premises', '地址', 'Address'), scope('许可项目', 'Permitted items'), number('编号', 'Number'),
  ] },
  { ...base, type: KIND.publication, name: { zh: '出版物经营许可证', en: 'Publication business permit' }, aliases: ['出版物零售经营许可证'], number: 'free', fields: [
    holderName('单位名称', 'Name of unit'), holderCode, inCharge(), address('premises', '地址', 'Address'), field('economicType', '经济类型', 'Economic type', { required: false, max: 40 }),
    field('mode', '经营方式', 'Mode of business', { type: 'choice', choices: ['零售', '批发'], max: 10 }), scope('经营范围', 'Scope of business'), number('证号', 'Number'),
  ] },
  { ...base, type: KIND.drug, name: { zh: '药品经营许可证', en: 'Drug business permit' }, aliases: ['药品零售许可证'], number: 'free', termYears: 5, persons: { ...base.persons, issue: 2 }, fields: [
    holderName('企业名称', 'Name of enterprise'), holderCode, inCharge('法定代表人', 'Legal representative'), field('qualityManager', '质量负责人', 'Person in charge of quality', { disclosure: 'holder', role: 'person-name', max: 60 }),
    address('premises', '经营地址', 'Business address'), address('warehouse', '仓库地址', 'Warehouse address', { required: false }), field('mode', '经营方式', 'Mode of business', { max: 40 }), scope('经营范围', 'Scope of business'), number('证号', 'Number'),
  ] },
  { ...base, type: KIND.business, name: { zh: '营业执照', en: 'Business licence' }, number: 'uscc', fields: [
    holderName('名称', 'Name'), { ...holderCode, role: 'holder-code' }, number('统一社会信用代码（编号）', 'Unified social credit code (number)'), field('enterpriseType', '类型', 'Type', { max: 60 }), inCharge('法定代表人／经营者', 'Legal representative / operator'),
    field('capital', '注册资本', 'Registered capital', { required: false, max: 60 }), field('foundedOn', '成立日期', 'Date of establishment', { type: 'day', max: 10 }), address('premises', '住所／经营场所', 'Address'), scope('经营范围', 'Scope of business'),
  ] },
  composite('hotel', '宾馆', 'hotel', { food: 'required', hygiene: 'required' }),
  composite('pharmacy', '药店', 'pharmacy', { drug: 'required', food: 'optional' }),
  composite('bookshop', '书店', 'bookshop', { publication: 'required', food: 'optional' }),
  composite('convenience', '便利店', 'convenience store', { food: 'required', publication: 'optional' }),
  { ...base, type: KIND.collected, name: { zh: '行政许可（归集）', en: 'Administrative licence (collected)' }, number: 'free', paper: 'sheet', fields: [
    holderName('行政相对人名称', 'Name of holder'), field('holderCode', '行政相对人代码', 'Code of holder', { required: false, role: 'holder-code', max: 40 }), field('personInCharge', '法定代表人', 'Legal representative', { required: false, disclosure: 'holder', role: 'person-name', max: 60 }),
    field('certificateName', '许可证书名称', 'Name of certificate', { required: false }), field('licenceClass', '许可类别', 'Class of licence', { required: false, max: 60 }), { ...scope('许可内容', 'Content of licence'), required: false }, number('许可编号', 'Licence number'),
  ] },
];
