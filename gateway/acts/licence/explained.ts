/** What a person must know besides a refusal's code to go on: what stands in the way, and what could be done instead. */
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { TRANSITIONS, VERSION_ACTS } from '#chaincode/facts/status';
import type { LicenceRecord } from '#chaincode/facts/records';
import type { Projection } from '../../ledger/projection.js';
import { messageOf, type Message } from '../../messages.js';
import { choicesOf, withChoices } from '../../messages/choices.js';
import type { ReportRow, WordedRow } from '../../tables/report.js';

type Records = Pick<Projection, 'get'>;

/** @param licence the licence of the refused act */
export function explained(code: string, licence: string, records: Records): Message | undefined {
  if (code === 'STATUS_FORBIDS') return statusOf(licence, records);
  if (code === 'RIGHT_MISSING') return kindOf(splitLicenceId(licence as LicenceId).type, records);
  return code === 'ACTOR_OWN_KEY_NEEDED' || code === 'ACTORS_TOO_FEW' ? whySecond(records.get('licence', licence), records) : undefined;
}

/** Why an act that one person does elsewhere takes two here. */
function whySecond(record: LicenceRecord | undefined, records: Records): Message | undefined {
  const [first, suspended] = [record?.events[0], record?.versions.at(-1)?.status === 'SUSPENDED' ? record.events.findLast(({ act }) => act === 'suspend') : undefined];
  if (record?.versions.at(-1)?.seal === undefined && first?.act === 'import') return { zh: '归集此记录的人不能独自确认：由同事确认，或两人签名', en: 'who collected the record does not confirm it alone: a colleague does, or two sign' };
  const by = suspended && suspended.decidedBy !== record?.manager ? records.get('agency', suspended.decidedBy)?.name : undefined;
  return by === undefined ? undefined : { zh: `暂停由${by}决定：由其恢复，或本机关两人签名`, en: `${by} suspended it: that agency restores it, or two sign here` };
}

/** What the field of a refused act may be: of a list that stands for all, or of what the kind of the licence says. */
export function choicesFor(code: string, act: { readonly op: string; readonly licence?: string | undefined; readonly matters?: readonly string[] }, records: Records): readonly string[] | undefined {
  if (code !== 'CONDITION_NOT_ALLOWED') return choicesOf(code, act.op);
  const kinds = act.licence === undefined ? (act.matters ?? []).flatMap((matter) => records.get('matter', matter)?.kind ?? []) : [splitLicenceId(act.licence as LicenceId).type];
  const materials = kinds.flatMap((kind) => records.get('kind', kind)?.conditions?.materials.map((material) => material.code) ?? []);
  return materials.length === 0 ? undefined : [...new Set(materials)];
}

/** Whose turn it is: roles that this many persons must have between them. */
const STEPS: Readonly<Record<1 | 2 | 3, Message>> = {
  1: { zh: '承办人（clerk）、审核人（reviewer）或批准人（approver）一人', en: 'one person: a clerk, a reviewer or an approver' },
  2: { zh: '两人：承办人（clerk）或审核人（reviewer）一人，批准人（approver）一人', en: 'two persons: a clerk or a reviewer, and an approver' },
  3: { zh: '三人：承办人（clerk）、审核人（reviewer）、批准人（approver）各一人', en: 'three persons: a clerk, a reviewer and an approver' },
};
/** Acts of the register by the first word of their name; the contract says the same (rules/registrar). */
const REGISTRAR = new Set(['agency', 'right', 'staff', 'kind', 'matter', 'trade', 'agency-key', 'trust-root', 'setting']);
const ROLES_FOR: Readonly<Record<string, readonly string[]>> = { seal: ['registrar', 'approver'], scene: ['approver', 'registrar'], report: ['approver', 'registrar'] };

/** @param had roles of those who signed, a set for each person */
export function rolesFor(op: string, had: readonly (readonly string[])[], needed: 1 | 2 | 3): Message {
  const noun = op.split('.')[0] ?? '';
  const one = REGISTRAR.has(noun) ? ['registrar'] : ROLES_FOR[noun];
  const wanted = one ? { zh: `登记岗位之一：${one.join('、')}`, en: `a person with the role ${one.join(' or ')}` } : STEPS[needed];
  const signed = had.map((roles) => roles.join('+')).join(', ');
  return { zh: `需要${wanted.zh}；已签名人员的岗位：${signed || '无'}`, en: `needed: ${wanted.en}; those who signed have: ${signed || 'none'}` };
}

/** The present status, and the acts that the published matrix allows from it. */
function statusOf(licence: string, records: Records): Message | undefined {
  const record = records.get('licence', licence);
  const status = record?.versions.at(-1)?.status;
  if (record === undefined || status === undefined) return undefined;
  const versionActs: readonly string[] = VERSION_ACTS;
  const possible = Object.entries(TRANSITIONS).filter(([act, { from }]) => from.includes(status) && (!versionActs.includes(act) || (act === 'confirm') === (record.versions.at(-1)?.seal === undefined)));
  const acts = possible.map(([act]) => messageOf(act));
  const present = messageOf(status);
  return {
    zh: `当前状态：${present.zh}；可以办理：${acts.map(({ zh }) => zh).join('、') || '无'}`,
    en: `present status: ${status} (${present.en}); allowed: ${possible.map(([act]) => act).join(', ') || 'nothing'}`,
  };
}

function kindOf(type: string, records: Records): Message | undefined {
  const kind = records.get('kind', type);
  return kind && { zh: `证照类型：${kind.name.zh}（${type}）`, en: `kind: ${kind.name.en} (${type})` };
}

/** A report with the words for every code, in both languages. @param type kind of all rows, where they have one: whose choices are told */
export async function* worded(rows: AsyncIterable<ReportRow>, records: Records, type?: string): AsyncGenerator<WordedRow, void> {
  const fields = type === undefined ? [] : (records.get('kind', type)?.fields ?? []);
  for await (const row of rows) {
    if (row.code === undefined) { yield row; continue; }
    const field = row.code === 'FIELD_NOT_A_CHOICE' ? fields.find(({ name, label }) => [name, label.zh, label.en].includes(row.column ?? '')) : undefined;
    const words = withChoices(messageOf(row.code), field?.choices ?? choicesOf(row.code, 'licence.issue'));
    const more = row.code === 'RIGHT_MISSING' && row.kind !== undefined ? kindOf(row.kind, records) : undefined;
    yield { ...row, zh: more ? `${words.zh}（${more.zh}）` : words.zh, en: more ? `${words.en} (${more.en})` : words.en };
  }
}
