/** What a person must know besides a refusal's code to go on: what stands in the way, and what could be done instead. */
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { TRANSITIONS, VERSION_ACTS } from '#chaincode/facts/status';
import type { Projection } from '../ledger/projection.js';
import { messageOf, type Message } from '../messages.js';
import type { ReportRow, WordedRow } from '../tables/report.js';

type Records = Pick<Projection, 'get'>;

/** @param licence the licence of the refused act */
export function explained(code: string, licence: string, records: Records): Message | undefined {
  if (code === 'STATUS_FORBIDS') return statusOf(licence, records);
  if (code === 'RIGHT_MISSING') return kindOf(splitLicenceId(licence as LicenceId).type, records);
  return undefined;
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

/** A report with the words for every code, in both languages. */
export async function* worded(rows: AsyncIterable<ReportRow>, records: Records): AsyncGenerator<WordedRow, void> {
  for await (const row of rows) {
    if (row.code === undefined) { yield row; continue; }
    const words = messageOf(row.code);
    const more = row.code === 'RIGHT_MISSING' && row.kind !== undefined ? kindOf(row.kind, records) : undefined;
    yield { ...row, zh: more ? `${words.zh}（${more.zh}）` : words.zh, en: more ? `${words.en} (${more.en})` : words.en };
  }
}
