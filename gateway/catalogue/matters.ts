/** Sample matters and trades, as data: what an operator registers instead comes from the agency's own list of matters. */
import type { FormField, MatterRecord, Material, TradeRecord, Variant } from '#chaincode/facts/matter';
import type { Label } from '#chaincode/facts/records';
import { KIND, KINDS, type KindName } from './kinds.js';

/** Fields that every matter asks for alike: one on the one form, filled from the business licence. */
const SHARED: Readonly<Record<string, Label>> = {
  holderName: { zh: '申请人名称', en: 'Name of applicant' },
  holderCode: { zh: '统一社会信用代码', en: 'Unified social credit code' },
  personInCharge: { zh: '法定代表人（负责人）', en: 'Legal representative (person in charge)' },
  premises: { zh: '经营场所', en: 'Premises' },
};

/** The face of the licence that is granted, without its number, which the agency gives. */
function formFor(kind: KindName): readonly FormField[] {
  const fields = KINDS.find(({ type }) => type === KIND[kind])?.fields ?? [];
  return fields.filter(({ role }) => role !== 'number').map(({ role: _, ...field }) => {
    const shared = SHARED[field.name];
    return shared
      ? { ...field, label: shared, fills: field.name, from: [{ kind: KIND.business, field: field.name }] }
      : { ...field, name: `${kind}${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`, fills: field.name, from: [] };
  });
}

const businessLicence: Material = { type: 'licence', kind: KIND.business, daysLeft: 30, fields: Object.keys(SHARED) };
const paper = (code: string, zh: string, en: string): Material => ({ type: 'paper', code, name: { zh, en } });
const truth: Material = { type: 'promise', code: 'TRUTH', name: { zh: '申请材料真实性承诺书', en: 'Promise that what is handed in is true' } };
const floorPlan = paper('FLOOR_PLAN', '经营场所平面图', 'Floor plan of the premises');
const useOfPremises = paper('USE_OF_PREMISES', '经营场所使用证明', 'Proof that the premises may be used');
const usual = (...materials: Material[]): Variant => ({ code: 'USUAL', name: { zh: '一般情形', en: 'Usual case' }, materials: [businessLicence, truth, ...materials] });

const matter = (code: string, zh: string, en: string, kind: KindName, purpose: string, variants: readonly Variant[]): MatterRecord =>
  ({ code, version: 1, name: { zh, en }, kind: KIND[kind], purpose, form: formFor(kind), variants, active: true });

export const MATTERS: readonly MatterRecord[] = [
  matter('FOOD_NEW', '食品经营许可新办', 'New food business permit', 'food', 'FOOD_PERMIT', [
    usual(floorPlan, useOfPremises, paper('EQUIPMENT', '主要设备设施和操作流程', 'Equipment and working steps'), paper('FOOD_SAFETY_RULES', '食品安全管理制度', 'Food safety rules')),
    { code: 'PREPACKED', name: { zh: '仅销售预包装食品（告知承诺）', en: 'Prepacked food only (on a promise)' }, materials: [businessLicence, truth, { type: 'promise', code: 'FOOD_SAFETY', name: { zh: '食品安全承诺书', en: 'Promise on food safety' } }] },
  ]),
  matter('HYGIENE_NEW', '公共场所卫生许可新办', 'New public-place hygiene permit', 'hygiene', 'HYGIENE_PERMIT', [
    usual(floorPlan, useOfPremises, paper('HYGIENE_TEST', '卫生检测或评价报告', 'Hygiene test report'), paper('HYGIENE_RULES', '卫生管理制度', 'Hygiene rules')),
  ]),
  matter('PUBLICATION_NEW', '出版物零售经营许可新办', 'New publication business permit', 'publication', 'PUBLICATION_PERMIT', [usual(useOfPremises)]),
  matter('DRUG_NEW', '药品零售经营许可新办', 'New drug business permit', 'drug', 'DRUG_PERMIT', [
    usual(floorPlan, useOfPremises, paper('PHARMACIST', '执业药师注册证', 'Registration of the pharmacist'), paper('QUALITY_RULES', '药品质量管理制度', 'Rules on the quality of drugs')),
  ]),
  matter('DEVICE_NEW', '第三类医疗器械经营许可新办', 'New medical device permit (class III)', 'device', 'PERMIT_OTHER', [
    usual(floorPlan, useOfPremises, paper('DEVICE_QUALITY_MANAGER', '质量负责人学历或职称证明', 'Degree or title of the person in charge of quality'), paper('DEVICE_QUALITY_RULES', '医疗器械质量管理制度', 'Rules on the quality of devices')),
  ]),
  matter('LIQUOR_NEW', '酒类商品零售许可新办', 'New liquor retail permit', 'liquor', 'PERMIT_OTHER', [usual(useOfPremises)]),
  matter('FIRE_CHECK', '公众聚集场所投入使用、营业前消防安全检查', 'Fire safety inspection before opening', 'fire', 'PERMIT_OTHER', [
    usual(floorPlan, paper('FIRE_RULES', '消防安全制度、灭火和应急疏散预案', 'Fire safety rules and plan of evacuation'), paper('FIRE_ACCEPTANCE', '建设工程消防验收或备案文件', 'Fire acceptance of the building')),
    { code: 'PROMISED', name: { zh: '告知承诺', en: 'On a promise' }, materials: [businessLicence, truth, { type: 'promise', code: 'FIRE_SAFETY', name: { zh: '消防安全告知承诺书', en: 'Promise on fire safety' } }] },
  ]),
  matter('SPORTS_NEW', '经营高危险性体育项目许可新办', 'New high-risk sports permit', 'sports', 'PERMIT_OTHER', [
    usual(useOfPremises, paper('SPORTS_FACILITIES', '体育设施符合国家标准的说明', 'Statement that the facilities meet the national standard'), paper('SPORTS_STAFF', '社会体育指导人员、救助人员资格证明', 'Qualifications of instructors and lifeguards'), paper('SPORTS_RULES', '安全保障制度和措施', 'Safety rules')),
  ]),
  matter('FILM_NEW', '电影放映经营许可新办', 'New film screening permit', 'film', 'PERMIT_OTHER', [usual(floorPlan, useOfPremises)]),
];

export const TRADES: readonly TradeRecord[] = [
  { code: 'HOTEL', name: { zh: '宾馆（含早餐）', en: 'Hotel with breakfast' }, matters: ['FOOD_NEW', 'HYGIENE_NEW'], active: true },
  { code: 'PHARMACY', name: { zh: '药店', en: 'Pharmacy' }, matters: ['DRUG_NEW', 'FOOD_NEW', 'DEVICE_NEW'], active: true },
  { code: 'BOOKSHOP', name: { zh: '书店', en: 'Bookshop' }, matters: ['PUBLICATION_NEW', 'FOOD_NEW'], active: true },
  { code: 'CONVENIENCE', name: { zh: '便利店', en: 'Convenience store' }, matters: ['FOOD_NEW', 'LIQUOR_NEW', 'FIRE_CHECK'], active: true },
  { code: 'RESTAURANT', name: { zh: '小餐饮', en: 'Small restaurant' }, matters: ['FOOD_NEW', 'FIRE_CHECK'], active: true },
  { code: 'CAFE', name: { zh: '咖啡茶馆', en: 'Cafe and tea house' }, matters: ['FOOD_NEW', 'LIQUOR_NEW', 'FIRE_CHECK'], active: true },
  { code: 'SUPERMARKET', name: { zh: '商场超市', en: 'Supermarket' }, matters: ['FOOD_NEW', 'LIQUOR_NEW', 'HYGIENE_NEW', 'FIRE_CHECK'], active: true },
  { code: 'POOL', name: { zh: '游泳馆', en: 'Swimming pool' }, matters: ['SPORTS_NEW', 'HYGIENE_NEW'], active: true },
  { code: 'CINEMA', name: { zh: '电影院', en: 'Cinema' }, matters: ['FILM_NEW', 'HYGIENE_NEW', 'FIRE_CHECK', 'FOOD_NEW'], active: true },
];
