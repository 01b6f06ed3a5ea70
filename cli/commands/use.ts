/** Use fields of a licence for a case, and read the records that uses leave. */
import { writeFileSync } from 'node:fs';
import type { Used, UseView } from '#gateway/acts/use/use';
import { readUseProof, type UseProof } from '#gateway/documents/use-record';
import { randomId } from '#gateway/keyring';
import { messageOf } from '#gateway/messages';
import { PURPOSES } from '#chaincode/facts/purpose';
import { text, type Command, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { readJson } from '../files.js';
import { say } from '../language.js';
import { fetchTrust } from '../trust-store.js';
import { kindOf, licenceOf } from './licence.js';

const need = (values: Invocation['values'], name: string, meant: string): string => {
  const value = text(values, name);
  if (value === undefined) throw new CliError(EXIT.usage, `use needs --${name}, ${meant}`);
  return value;
};
const purposes = (): string => `one of:${Object.entries(PURPOSES).map(([code, words]) => `\n  ${code.padEnd(24)} ${say(words)}`).join('')}`;

/** The licence by name; or, at a counter, the one of a kind that a holder has. */
async function wanted({ client, args, values }: Invocation): Promise<object> {
  const [name, holder] = [args[0], text(values, 'holder')];
  if ((name === undefined) === (holder === undefined)) throw new CliError(EXIT.usage, 'use takes a LICENCE, or --holder CODE with --kind KIND');
  return name === undefined ? { kind: await kindOf(client, need(values, 'kind', 'the kind of licence')), holder } : { licence: (await licenceOf(client, name)).identifier };
}

function authorityOf(values: Invocation['values']): object | undefined {
  const [scene, grant, file] = [text(values, 'scene'), text(values, 'grant'), text(values, 'details')];
  if (scene !== undefined && grant !== undefined) throw new CliError(EXIT.usage, 'one of --scene and --grant');
  if (grant === undefined) return scene === undefined ? undefined : { scene };
  if (file === undefined) return { grant };
  const { text: details, opening } = readJson(file, { zh: '含 text 和 opening 的授权明细', en: 'the details of a grant, with "text" and "opening"' }) as { text?: string; opening?: string };
  if (details === undefined || opening === undefined) throw new CliError(EXIT.usage, `${file}: an object with "text" and "opening" is meant`);
  return { grant, details, opening };
}

/** What stands behind fields that another gateway gave. */
const PROOFS = {
  ledger: { zh: '签章文件，摘要已与账本核对', en: 'its sealed document, compared with the ledger' },
  agency: { zh: '仅凭该机关签署的答复：归集记录没有签章文件', en: "that agency's signed word alone: a collected record has no sealed document" },
} as const;

const use: Command = {
  summary: 'use fields of a licence for a case, under a scene or a grant', usage: 'LICENCE | --holder CODE --kind KIND, --purpose CODE --case NO --fields NAME,NAME [--scene ID | --grant ID]', takes: [0, 1],
  options: {
    purpose: { type: 'string', value: 'CODE', help: 'what for' }, case: { type: 'string', value: 'NO', help: 'number of the case (受理编号)' }, fields: { type: 'string', value: 'NAMES', help: 'fields of the face, with commas' },
    holder: { type: 'string', value: 'CODE', help: "the holder's social credit code or identity number, in place of a licence" }, kind: { type: 'string', value: 'KIND', help: 'kind of licence of that holder' },
    scene: { type: 'string', value: 'ID', help: 'under this scene; any that fits where not given' }, grant: { type: 'string', value: 'ID', help: "under this grant of the holder's: counts one use down" },
    details: { type: 'string', value: 'FILE', help: 'what opens the grant ("text" and "opening"), where the gateway does not keep it' }, keep: { type: 'string', value: 'FILE', help: 'keep the signed record here, and below it that of the agency that gave the fields' },
    'request-id': { type: 'string', value: 'ID', help: 'repeat a request safely' },
  },
  examples: ['use JY23703039999014 --purpose INSPECTION --case 2026-0001 --fields number,scope'],
  run: async (invocation) => {
    const { client, values, print } = invocation;
    const fields = need(values, 'fields', 'names with commas between').split(',').map((name) => name.trim());
    const asked = { purpose: need(values, 'purpose', purposes()), caseNo: need(values, 'case', 'the number of the case'), fields };
    const authority = authorityOf(values);
    const used = await client.post<Used>('/api/uses', { requestId: text(values, 'request-id') ?? randomId(), ...(await wanted(invocation)), ...asked, ...(authority ? { authority } : {}) });
    const { record, from } = used;
    const keep = text(values, 'keep');
    if (keep !== undefined) writeFileSync(keep, `${[record.token, ...(from ? [from.record] : [])].join('\n')}\n`);
    const by = 'id' in record.authority ? `${record.authority.by} ${record.authority.id}` : record.authority.by;
    print(used, [`${used.identifier}  ${used.status}${used.validUntil === undefined ? '' : `  until ${used.validUntil}`}`, ...used.fields.map(({ label, value }) => `  ${say(label).padEnd(24)} ${typeof value === 'string' ? value : value.join('; ')}`),
      ...(from ? [`  from ${from.name} (${from.code})  ${say(PROOFS[from.proof])}`] : []),
      `  record ${String(record.seq)}  ${record.at}  ${by}${record.transaction === undefined ? '' : `  transaction ${record.transaction}`}${used.replayed ? '  (the same use as before)' : ''}`].join('\n'));
    return used.status === 'VALID' ? EXIT.ok : EXIT.notInForce;
  },
};

async function proof({ client, values, print }: Invocation, seq: string): Promise<void> {
  const [found, { trust }] = [await client.get<UseProof>(`/api/uses/${seq}/proof`), await fetchTrust(client)];
  const record = await readUseProof(found, (kid) => trust.index.keys.get(kid));
  if (typeof record === 'string') throw new CliError(EXIT.untrusted, `${record}: ${say(messageOf(record))}`);
  const out = text(values, 'out');
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(found)}\n`);
  print(found, `record ${String(record.seq)} of log ${record.log} is under the root of ${String(found.size)} records\n  root ${found.root}\n  transaction ${found.transaction}  block ${found.block ?? ''}`);
}

const line = ({ seq, at, agency, staff, act, authority, purpose, caseNo, case: given, licence, fields }: UseView): string =>
  `${String(seq).padStart(6)}  ${at}  ${agency} ${staff}  ${act.padEnd(7)} ${authority.by.padEnd(6)} ${(purpose ?? '-').padEnd(12)} ${caseNo ?? (given === 'given' ? 'case given' : 'no case')}  ${licence ?? 'nothing found'}  ${fields.join(',')}`;

const uses: Command = {
  summary: 'use records of your agency (auditors), or the proof of one', usage: '[--side source] [--staff ID] [--limit N] [--before SEQ] | --proof SEQ [--out FILE]', takes: [0, 0],
  options: {
    side: { type: 'string', value: 'SIDE', help: "agency: what your staff used; source: what others used of your agency's licences" }, staff: { type: 'string', value: 'ID', help: 'only this member of staff' },
    limit: { type: 'string', value: 'N', help: 'at most N (200); 50 where not given' }, before: { type: 'string', value: 'SEQ', help: 'go on after this record' },
    proof: { type: 'string', value: 'SEQ', help: 'fetch and check the proof of this record' }, out: { type: 'string', value: 'FILE', help: 'keep the proof here' },
  },
  run: async (invocation) => {
    const { client, values, print } = invocation;
    const seq = text(values, 'proof');
    if (seq !== undefined) {
      await proof(invocation, seq);
      return EXIT.ok;
    }
    const query = new URLSearchParams(['side', 'staff', 'limit', 'before'].flatMap((name) => { const value = text(values, name); return value === undefined ? [] : [[name, value]]; }));
    const { uses: found } = await client.get<{ uses: UseView[] }>(`/api/uses?${query.toString()}`);
    print(found, found.map(line).join('\n') || 'no records');
    return EXIT.ok;
  },
};

export const useCommands: Readonly<Record<string, Command>> = { use, uses };
