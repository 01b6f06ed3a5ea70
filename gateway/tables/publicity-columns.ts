import { headerKey } from './text.js';

/** The columns that are read. */
export type PublicityField =
  | 'holderName' | 'holderType' | 'uscc' | 'registrationNumber' | 'legalRepresentative'
  | 'documentName' | 'documentNo' | 'licenceClass' | 'certificateName' | 'licenceNo' | 'content'
  | 'decidedOn' | 'validFrom' | 'validUntil' | 'agencyName' | 'agencyCode' | 'state'
  | 'sourceName' | 'sourceCode' | 'note';

/**
 * The table had an older form (one end date, no start, other numbers for the holder's codes, and a
 * state coded 0, 1, 2, 3), of which files are still published; the same code means different things in the two.
 */
export type PublicityEdition = 'current' | 'older';

/** What a header may be called: Chinese names as published, and the pinyin names of the exchange tables. */
const NAMES: Readonly<Record<PublicityField, readonly string[]>> = {
  holderName: ['行政相对人名称', '行政相对人', '相对人名称', '许可相对人名称', 'XK_XDR_MC', 'XK_XDR'],
  holderType: ['行政相对人类别', '行政相对人类型', '相对人类别', 'XK_XDR_LB', 'XK_XDR_TYPE'],
  uscc: ['行政相对人代码_1', '行政相对人代码_1(统一社会信用代码)', '行政相对人代码(统一社会信用代码)', '行政相对人统一社会信用代码',
    '统一社会信用代码', 'XK_XDR_SHXYM'],
  registrationNumber: ['行政相对人代码_2(工商注册号)', '行政相对人代码_2(工商登记码)', '行政相对人代码_3(工商登记码)',
    '行政相对人代码_3(工商注册号)', '工商注册号', '工商登记码', 'XK_XDR_GSZC', 'XK_XDR_GSDJ'],
  legalRepresentative: ['法定代表人', '法定代表人姓名', '法定代表人(负责人)', '法定代表人(负责人)姓名', '法定代表人或负责人',
    '法定代表人/负责人', '负责人', 'XK_FRDB', 'XK_FDDB', 'XK_FR'],
  documentName: ['行政许可决定文书名称', '许可决定文书名称', '许可决定书名称', '行政许可决定书名称', '许可文书名称', '项目名称', 'XK_XKWS', 'XK_XMMC'],
  documentNo: ['行政许可决定文书号', '行政许可决定书文号', '行政许可决定文书文号', '许可决定文书号', '许可决定书文号', '许可文书号', '决定书文号', 'XK_WSH'],
  licenceClass: ['许可类别', '行政许可类别', '许可类型', '审批类别', 'XK_XKLB', 'XK_SPLB'],
  certificateName: ['许可证书名称', '行政许可证书名称', '许可证名称', 'XK_XKZS'],
  licenceNo: ['许可编号', '许可证编号', '许可证书编号', '行政许可编号', '行政许可编码', 'XK_XKBH'],
  content: ['许可内容', '行政许可内容', '许可事项内容', 'XK_NR', 'XK_XKNR'],
  decidedOn: ['许可决定日期', '行政许可决定日期', '决定日期', '许可日期', 'XK_JDRQ'],
  validFrom: ['有效期自', '有效期起', '有效期始', '许可有效期自', '许可有效期起', '有效期开始日期', '有效期起始日期', '许可起始日期', 'XK_YXQZ'],
  validUntil: ['有效期至', '有效期止', '许可有效期至', '许可有效期止', '有效期截止日期', '有效期结束日期', '许可截止期', '许可截止日期', 'XK_YXQZI', 'XK_JZQ'],
  agencyName: ['许可机关', '行政许可机关', '许可机关名称', '许可决定机关', '许可部门', 'XK_XKJG', 'XK_XZJG'],
  agencyCode: ['许可机关统一社会信用代码', '许可机关代码', '行政许可机关统一社会信用代码', '许可部门统一社会信用代码', 'XK_XKJGDM'],
  state: ['当前状态', '许可状态', '许可当前状态', 'XK_ZT'],
  sourceName: ['数据来源单位', '数据来源单位名称', '来源单位', 'XK_LYDW'],
  sourceCode: ['数据来源单位统一社会信用代码', '数据来源单位代码', 'XK_LYDWDM'],
  note: ['备注', '其他备注', 'BZ', 'XK_BZ'],
};

/**
 * Columns that are known and left unread. Numbers of identity documents of persons are not needed to
 * record what an agency decided, so they are not taken in at all (data minimisation, PIPL art. 6).
 */
const NOT_READ = [
  '行政相对人代码_3(组织机构代码)', '行政相对人代码_2(组织机构代码)', '组织机构代码', 'XK_XDR_ZZJG', 'XK_XDR_ZDM',
  '行政相对人代码_4(税务登记号)', '税务登记号', 'XK_XDR_SWDJ',
  '行政相对人代码_5(事业单位证书号)', '事业单位证书号', 'XK_XDR_SYDW', '行政相对人代码_5(居民身份证号)', '居民身份证号', '居民身份证号码', 'XK_XDR_SFZ',
  '行政相对人代码_6(社会组织登记证号)', '社会组织登记证号', 'XK_XDR_SHZZ',
  '行政相对人代码_3', '行政相对人代码_4', '行政相对人代码_5', '行政相对人代码_6',
  '法定代表人证件类型', '法定代表人身份证件类型', 'XK_FR_ZJLX', 'XK_FR_ZHLX', '法定代表人证件号码', '法定代表人证件号', '法定代表人身份证号',
  '法定代表人身份证号码', 'XK_FR_SFZH', 'XK_FR_ZJHM', 'XK_FR_ZHHM', '证件类型', 'XK_XDR_ZJLX', '证件号码', 'XK_XDR_ZJHM',
  '地方编码', 'DFBM', 'XK_DFBM', '数据更新时间戳', 'SJC', 'XK_SJC', '数据导出时间', '序号',
];
/** Columns only the older form has. */
const OLDER_ONLY = ['项目名称', 'XK_XMMC', '审批类别', 'XK_SPLB', '许可截止期', 'XK_JZQ', '地方编码', 'DFBM', 'XK_XDR_ZDM', 'XK_XDR_GSDJ', 'XK_XDR_SFZ',
  '行政相对人代码_2(组织机构代码)', '行政相对人代码_5(居民身份证号)'];
/** Columns only the current form has. */
const CURRENT_ONLY = ['行政许可决定文书名称', 'XK_XKWS', '有效期自', 'XK_YXQZ', '数据来源单位', 'XK_LYDW', '许可机关统一社会信用代码', 'XK_XKJGDM'];

const FIELD_BY_KEY = new Map(Object.entries(NAMES).flatMap(([field, names]) => names.map((name) => [headerKey(name), field as PublicityField] as const)));
const NOT_READ_KEYS = new Set(NOT_READ.map(headerKey));
const OLDER_KEYS = new Set(OLDER_ONLY.map(headerKey));
const CURRENT_KEYS = new Set(CURRENT_ONLY.map(headerKey));
/** Without its meaning in brackets, the second code is one thing in one edition and another in the other. */
const BARE_SECOND_CODE = headerKey('行政相对人代码_2');

export const PUBLICITY_FIELDS = Object.keys(NAMES) as readonly PublicityField[];

/** The edition the columns point to, as the majority of the columns that only one of them has. */
export function editionOf(columns: readonly string[]): PublicityEdition {
  const keys = columns.map(headerKey);
  const older = keys.filter((key) => OLDER_KEYS.has(key)).length;
  return older > keys.filter((key) => CURRENT_KEYS.has(key)).length ? 'older' : 'current';
}

/** The field a header stands for; 'not-read' for a known one without use; undefined for a stranger. */
export function fieldOf(column: string, edition: PublicityEdition): PublicityField | 'not-read' | undefined {
  const key = headerKey(column);
  if (key === BARE_SECOND_CODE) return edition === 'current' ? 'registrationNumber' : 'not-read';
  return FIELD_BY_KEY.get(key) ?? (NOT_READ_KEYS.has(key) ? 'not-read' : undefined);
}

/** The canonical Chinese name of a field, for reports of what is missing. */
export function canonicalName(field: PublicityField): string {
  return NAMES[field][0] ?? field;
}
