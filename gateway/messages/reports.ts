/** Self-reports: sections, figures, and what came of checking one. */
import type { Figure } from '../documents/report.js';
import type { Message } from '../messages.js';

/** Names of sections, as `report-<section>`. */
export const REPORT_SECTION_WORDS = {
  'report-licences': { zh: '证照', en: 'Licences' },
  'report-composites': { zh: '行业综合许可证', en: 'Composite licences' },
  'report-automatic': { zh: '秒批', en: 'Issued by rule' },
  'report-applications': { zh: '办件', en: 'Applications' },
  'report-conditions': { zh: '容缺', en: 'Papers to come' },
  'report-promises': { zh: '告知承诺', en: 'Promises' },
  'report-reuse': { zh: '免交材料', en: 'Not asked again' },
  'report-uses': { zh: '用证', en: 'Uses' },
  'report-penalties': { zh: '处罚与检查', en: 'Penalties and inspections' },
  'report-reviews': { zh: '监管承接', en: 'Supervision' },
} as const satisfies Record<string, Message>;

const acts = {
  issue: { zh: '发证', en: 'issued' }, import: { zh: '存量归集', en: 'collected' }, confirm: { zh: '核实确认', en: 'confirmed' }, renew: { zh: '延续', en: 'renewed' }, change: { zh: '变更', en: 'changed' }, accept: { zh: '接收转入', en: 'taken over from another agency' },
  suspend: { zh: '暂停使用', en: 'suspended' }, restore: { zh: '恢复使用', en: 'restored' }, withdraw: { zh: '撤回', en: 'withdrawn' }, annul: { zh: '撤销', en: 'annulled' }, revoke: { zh: '吊销', en: 'revoked' }, cancel: { zh: '注销', en: 'cancelled' }, transfer: { zh: '办理转出', en: 'transferred' }, takeback: { zh: '取消转出', en: 'transfer taken back' },
} as const satisfies Record<string, Message>;
const named = (prefix: string, words: Readonly<Record<string, Message>>): Record<string, Message> => Object.fromEntries(Object.entries(words).map(([name, message]) => [`${prefix}.${name}`, message]));

/** Names of figures. */
export const FIGURE_WORDS: Readonly<Record<string, Message>> = {
  ...named('licence', acts), ...named('composite', acts),
  ...named('automatic', { issue: { zh: '按规则自动准予', en: 'granted by rule' } }),
  ...named('application', {
    receive: { zh: '收件', en: 'received' }, accept: { zh: '受理', en: 'accepted' }, correct: { zh: '要求补正', en: 'to be corrected' }, resubmit: { zh: '补正后再报', en: 'sent again' }, reject: { zh: '不予受理', en: 'not accepted' },
    granted: { zh: '准予', en: 'granted' }, refused: { zh: '不予准予', en: 'refused' }, deliver: { zh: '送达', en: 'delivered' }, withdraw: { zh: '撤回申请', en: 'withdrawn' },
  }),
  ...named('condition', {
    open: { zh: '新增', en: 'opened' }, extend: { zh: '延期', en: 'extended' }, meet: { zh: '已补齐', en: 'met' }, miss: { zh: '认定逾期', en: 'missed' }, close: { zh: '随决定转出', en: 'closed by the decision' },
    standing: { zh: '期末待补', en: 'open on the last day' }, overdue: { zh: '其中期末已逾期', en: 'of these overdue on that day' },
  }),
  ...named('promise', { given: { zh: '以承诺方式办理', en: 'issued on a promise' }, broken: { zh: '违反承诺', en: 'broken' } }),
  ...named('reuse', { material: { zh: '免交材料（以该类证照代替）', en: 'papers for which a licence of this kind stood' }, field: { zh: '免填项目（取自该类证照）', en: 'fields of the form taken from it' } }),
  ...named('grant', { used: { zh: '凭授权用证（账本计数）', en: 'uses of grants, counted on the ledger' } }),
  ...named('use', {
    own: { zh: '本机关管理的证照', en: 'of licences it manages itself' }, public: { zh: '公开内容', en: 'of what anybody sees' }, shown: { zh: '持证人出示', en: 'of what the holder showed' },
    scene: { zh: '凭场景授权', en: 'by a scene' }, grant: { zh: '凭持证人授权', en: "by the holder's grant" }, identity: { zh: '凭身份核验记录', en: 'of an identity record' },
  }),
  ...named('penalty', { on: { zh: '本机关证照受到处罚', en: 'penalties on its licences' }, by: { zh: '本机关作出处罚', en: 'penalties that it decided' } }),
  ...named('finding', { on: { zh: '本机关证照的检查结果', en: 'inspections of its licences' }, by: { zh: '本机关的检查结果', en: 'inspections that it made' } }),
  ...named('supervision', { taken: { zh: '已承接', en: 'taken over' }, late: { zh: '其中超时承接', en: 'of these after their day' }, overdue: { zh: '期末超时未承接', en: 'not taken over on the last day, and overdue' } }),
};

const ORDER = Object.keys(FIGURE_WORDS);
/** As people read them: the whole before the part, and not by the names of codes. */
export const inReadingOrder = (figures: readonly Figure[]): Figure[] => figures.toSorted((a, b) => ORDER.indexOf(a.figure) - ORDER.indexOf(b.figure) || (a.of < b.of ? -1 : 1));

/** Words of codes and of what was checked, as `report-check-<check>`. */
export const REPORT_WORDS = {
  ...REPORT_SECTION_WORDS,
  'report-check-form': { zh: '报告版式', en: 'Form' },
  'report-check-file': { zh: '报告文件', en: 'File' },
  'report-check-block': { zh: '截至区块', en: 'Block' },
  'report-check-whole': { zh: '是否完整', en: 'Nothing left out' },
  'report-check-figures': { zh: '账本数据', en: 'Figures of the ledger' },
  'report-check-uses': { zh: '用证数据', en: 'Figures of the use log' },
  'report-pass': { zh: '报告与账本一致', en: 'The report agrees with the ledger' },
  'report-fail': { zh: '报告与账本不一致', en: 'The report does not agree with the ledger' },
  'report-unchecked': { zh: '部分内容此处无法核对（不代表报告有误）', en: 'Not all of the report can be checked here (nothing was found against it)' },
  REPORT_QUARTER_AHEAD: { zh: '该季度尚未开始，请选择已开始的季度', en: 'The quarter has not begun: choose one that has' },
  REPORT_FORM_UNKNOWN: { zh: '报告版式较新，本网关不能识别：请升级后再核对', en: 'The form of the report is newer than this gateway: bring it up to date and check again' },
  REPORT_FILE_CHANGED: { zh: '文件与登记时的报告不同：有内容被改动，请重新取得文件', en: 'The file is not the report that was recorded: something in it was changed; obtain it again' },
  REPORT_BLOCK_AHEAD: { zh: '报告所称的区块在登记之后，登记时尚不存在', en: 'The block that the report names came after it was recorded' },
  REPORT_LEFT_OUT: { zh: '所取区块过早：登记之前该季度还有记录未计入，应以登记时的区块重新出具', en: 'The block was chosen too early: records of the quarter that were there when it was recorded were left out; the report is to be made anew' },
  REPORT_FIGURES: { zh: '由账本重新计算的数据与报告不同', en: 'The figures counted again from the ledger are others' },
  REPORT_USES_ELSEWHERE: { zh: '用证记录存于该机关的网关，此处无法核对：请在该网关核对', en: 'The use log lies at the gateway of that agency: check this part there' },
  REPORT_USES_ABSENT: { zh: '报告不含用证数据，此处未核对任何用证情况：请向该机关索取', en: 'The report says nothing of uses, and nothing of them was checked here: ask the agency for them' },
  REPORT_USES_LEFT_OUT: { zh: '报告漏计用证记录：该季度结束前已有更多用证记录上链，应补入后重新出具', en: 'The report leaves out use records that were under a root on the ledger when the quarter ended: it is to be made anew with them' },
  REPORT_USES_DIFFER: { zh: '由用证记录重新计算的数据与报告不同', en: 'The figures counted again from the use log are others' },
} as const satisfies Record<string, Message>;
