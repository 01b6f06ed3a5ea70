/** The default catalogue of kinds, as data. Type codes carry a wrong check character on purpose; an operator loads the real ones. */
import type { CompositeRule } from '#chaincode/facts/composite';
import type { FaceField, KindRecord } from '#chaincode/facts/records';

const DEFINER = '11370000000000000T';
export const KIND = {
  food: `${DEFINER}901`, hygiene: `${DEFINER}902`, publication: `${DEFINER}904`, drug: `${DEFINER}905`, business: `${DEFINER}906`,
  device: `${DEFINER}911`, liquor: `${DEFINER}912`, fire: `${DEFINER}913`, sports: `${DEFINER}914`, film: `${DEFINER}915`,
  hotel: `${DEFINER}921`, pharmacy: `${DEFINER}922`, bookshop: `${DEFINER}923`, convenience: `${DEFINER}924`, restaurant: `${DEFINER}925`, cafe: `${DEFINER}926`, supermarket: `${DEFINER}927`, pool: `${DEFINER}928`, cinema: `${DEFINER}929`,
  collected: `${DEFINER}990`,
} as const;
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

/** When it ends, and which members count (docs/decisions/0026). */
type Rule = Pick<CompositeRule, 'term' | 'rollUp'> & Pick<KindRecord, 'termYears'>;
/** Every permit is needed for all that is done there: one that fails restricts the whole. */
const WHOLE: Rule = { term: 'earliest', rollUp: 'all' };
/** What is optional is a side line, whose permit stands and falls by itself. */
const MAIN: Rule = { term: 'earliest', rollUp: 'required' };

/** One certificate for a trade, over its permits. */
const composite = (kind: KindName, zh: string, en: string, members: Partial<Record<KindName, 'required' | 'optional'>>, { term, rollUp, ...more }: Rule): KindRecord => ({
  ...base, type: KIND[kind], name: { zh: `行业综合许可证（${zh}）`, en: `Industry composite licence (${en})` }, number: 'free', ...more,
  composite: { members: Object.entries(members).map(([member, need]) => ({ kind: KIND[member as KindName], required: need === 'required' })), term, rollUp },
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
  // 医疗器械监督管理条例 art. 42; the number is 鲁淄药监械经营许, the year and four digits.
  { ...base, type: KIND.device, name: { zh: '医疗器械经营许可证（第三类）', en: 'Medical device business permit (class III)' }, aliases: ['医疗器械经营许可证', '第三类医疗器械经营许可证', '第三类医疗器械经营许可'], number: 'free', termYears: 5, persons: { ...base.persons, issue: 2 }, fields: [
    holderName('企业名称', 'Name of enterprise'), holderCode, inCharge('法定代表人', 'Legal representative'), field('manager', '企业负责人', 'Person in charge of the enterprise', { disclosure: 'holder', role: 'person-name', max: 60 }),
    address('residence', '住所', 'Registered address', { required: false }), address('premises', '经营场所', 'Premises'), address('warehouse', '库房地址', 'Warehouse address', { required: false }), field('mode', '经营方式', 'Mode of business', { type: 'choice', choices: ['零售', '批发', '批零兼营'], max: 10 }), scope('经营范围', 'Scope of business'), number('许可证编号', 'Permit number'),
  ] },
  // Where local rules ask for one; the term is theirs.
  { ...base, type: KIND.liquor, name: { zh: '酒类商品零售许可证', en: 'Liquor retail permit' }, aliases: ['酒类零售许可证'], number: 'free', fields: [
    holderName('单位名称', 'Name of unit'), holderCode, inCharge(), address('premises', '经营地址', 'Business address'), scope('经营范围', 'Scope of business'), number('许可证号', 'Permit number'),
  ] },
  // 消防法 art. 15; without a term: what is rebuilt or put to another use is inspected anew.
  { ...base, type: KIND.fire, name: { zh: '公众聚集场所投入使用、营业前消防安全检查意见书', en: 'Fire safety inspection of a public place before opening' }, aliases: ['公众聚集场所投入使用、营业前消防安全检查合格证', '消防安全检查意见书'], number: 'free', fields: [
    holderName('单位（场所）名称', 'Name of unit (place)'), holderCode, inCharge('消防安全责任人', 'Person responsible for fire safety'), address('premises', '场所地址', 'Address of the place'), field('use', '使用性质', 'Use of the place', { max: 60 }),
    field('floors', '场所所在层数', 'Floors', { required: false, max: 40 }), field('area', '场所建筑面积（平方米）', 'Floor area (m²)', { required: false, max: 20 }), number('文号', 'Document number'),
  ] },
  // 全民健身条例 art. 32.
  { ...base, type: KIND.sports, name: { zh: '高危险性体育项目经营许可证', en: 'High-risk sports business permit' }, aliases: ['经营高危险性体育项目许可'], number: 'free', termYears: 5, fields: [
    holderName('经营机构名称', 'Name of operator'), holderCode, inCharge('经营机构负责人', 'Person in charge'), address('premises', '经营场所地址', 'Address of the premises'), scope('许可经营的高危险性体育项目', 'High-risk sports permitted'),
    field('staff', '社会体育指导人员和救助人员数量', 'Number of instructors and lifeguards', { max: 40 }), number('许可证编号', 'Permit number'),
  ] },
  // 电影产业促进法 art. 24.
  { ...base, type: KIND.film, name: { zh: '电影放映经营许可证', en: 'Film screening permit' }, number: 'free', fields: [
    holderName('单位名称', 'Name of unit'), holderCode, inCharge(), address('premises', '地址', 'Address'), scope('经营项目', 'Items of business'), number('证号', 'Number'),
  ] },
  composite('hotel', '宾馆', 'hotel', { food: 'required', hygiene: 'required' }, WHOLE),
  composite('pharmacy', '药店', 'pharmacy', { drug: 'required', food: 'optional', device: 'optional' }, MAIN),
  // No end of its own: a coffee corner's permit that ends must not take the bookshop's certificate off the wall.
  composite('bookshop', '书店', 'bookshop', { publication: 'required', food: 'optional' }, { term: 'none', rollUp: 'required' }),
  composite('convenience', '便利店', 'convenience store', { food: 'required', liquor: 'optional', publication: 'optional', fire: 'optional' }, MAIN),
  composite('restaurant', '小餐饮', 'small restaurant', { food: 'required', liquor: 'optional', fire: 'optional' }, WHOLE),
  composite('cafe', '咖啡茶馆', 'cafe and tea house', { food: 'required', liquor: 'optional', fire: 'optional' }, WHOLE),
  // Many permits, each renewed in its own time: days of its own, so that it is looked through every five years at the latest.
  composite('supermarket', '商场超市', 'supermarket', { food: 'required', fire: 'required', hygiene: 'optional', liquor: 'optional', publication: 'optional' }, { term: 'fixed', rollUp: 'required', termYears: 5 }),
  composite('pool', '游泳馆', 'swimming pool', { sports: 'required', hygiene: 'required', food: 'optional' }, MAIN),
  composite('cinema', '电影院', 'cinema', { film: 'required', hygiene: 'required', fire: 'required', food: 'optional' }, MAIN),
  { ...base, type: KIND.collected, name: { zh: '行政许可（归集）', en: 'Administrative licence (collected)' }, number: 'free', paper: 'sheet', fields: [
    holderName('行政相对人名称', 'Name of holder'), field('holderCode', '行政相对人代码', 'Code of holder', { required: false, role: 'holder-code', max: 40 }), field('personInCharge', '法定代表人', 'Legal representative', { required: false, disclosure: 'holder', role: 'person-name', max: 60 }),
    field('certificateName', '许可证书名称', 'Name of certificate', { required: false }), field('licenceClass', '许可类别', 'Class of licence', { required: false, max: 60 }), { ...scope('许可内容', 'Content of licence'), required: false }, number('许可编号', 'Licence number'),
  ] },
];
