/** Erasure 删除, legal holds 保全, and everything about a holder in one file. */
import { createWriteStream, renameSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { ERASURE_REASONS } from '#chaincode/facts/erasure';
import type { ErasureView, HoldView } from '#gateway/acts/wallet/erasure';
import type { Signable } from '#gateway/acts/licence/sign';
import { randomId } from '#gateway/keyring';
import { messageOf } from '#gateway/messages';
import { text, type Command, type Invocation, type OptionHelp } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { say } from '../language.js';
import { carryOut, kindOf, licenceOf, signDraft } from './licence.js';
import { commandOf, done, needed, SIGNING, type Step } from './steps.js';

/** All documents of a holder may take a while. */
const EXPORT_MS = 600_000;

const WHOSE: Readonly<Record<string, OptionHelp>> = {
  licence: { type: 'string', value: 'LICENCE', help: 'a licence of the holder, by identifier or number' }, holder: { type: 'string', value: 'CODE', help: 'or his code, with --kind' }, kind: { type: 'string', value: 'KIND', help: 'kind of a licence of his' },
};

/** Whose data are meant, as the gateway takes it. */
async function holderOf({ client, values }: Invocation): Promise<object> {
  const [licence, holder] = [text(values, 'licence'), text(values, 'holder')];
  if ((licence === undefined) === (holder === undefined)) throw new CliError(EXIT.usage, '--licence LICENCE, or --holder CODE with --kind KIND, says whose data');
  return holder === undefined ? { licence: (await licenceOf(client, licence ?? '')).identifier } : { kind: await kindOf(client, needed(values, 'kind', 'the kind of a licence of the holder')), holder };
}

function viewText({ subject, status, askedAt, answerBy, begunAt, erasedAt, waitsFor, grounds, organisation }: ErasureView): string {
  const rows = [
    ...(askedAt === undefined ? [] : [`asked ${askedAt}${answerBy === undefined ? '' : `, to be answered by ${answerBy}`}`]), ...(begunAt === undefined ? [] : [`begun ${begunAt}${waitsFor.length === 0 ? '' : `, waits for ${waitsFor.join(', ')}`}`]), ...(erasedAt === undefined ? [] : [`erased ${erasedAt}`]),
    ...(organisation ? [say(messageOf('ERASURE_ORGANISATION'))] : []), ...grounds.map(({ words, of, until, kind }) => `${say(words)}\n    ${kind ? `${say(kind)} ` : ''}${of}${until === undefined ? '' : `  until ${until}`}`),
  ];
  return [`${subject}  ${status ?? ''}`, ...(rows.length === 0 ? ['nothing stands against erasing'] : rows).map((row) => `  ${row}`)].join('\n');
}

const reasons = (): string => `one of:${Object.entries(ERASURE_REASONS).map(([code, words]) => `\n  ${code.padEnd(20)} ${say(words)}`).join('')}`;

const ERASE: Readonly<Record<string, Step>> = {
  list: { argument: '', words: 'what holders have asked for, and what is under way', run: async ({ client, print }) => {
    const { erasures } = await client.get<{ erasures: ErasureView[] }>('/api/erasures');
    print(erasures, erasures.map(viewText).join('\n') || 'nothing');
  } },
  due: { argument: '', words: 'persons of whom nothing need be kept any more, asked or not', run: async ({ client, print }) => {
    const { erasures } = await client.get<{ erasures: ErasureView[] }>('/api/erasures/due');
    print(erasures, erasures.map(({ subject, licences }) => `${subject}  ${licences.map(({ identifier }) => identifier).join(' ')}`).join('\n') || 'nobody');
  } },
  view: { argument: '', words: 'whether a holder may be erased, and if not why not', run: async (invocation) => {
    const view = await invocation.client.post<ErasureView>('/api/erasures/view', await holderOf(invocation));
    invocation.print(view, viewText(view));
  } },
  begin: { argument: '', words: 'erase what is kept of a natural person; two persons sign, and there is no way back', run: async (invocation) => {
    const reason = needed(invocation.values, 'reason', reasons());
    done(invocation, await signDraft(invocation, await invocation.client.post<Signable>('/api/erasures', { requestId: randomId(), holder: await holderOf(invocation), reason })));
  } },
};

const HOLD: Readonly<Record<string, Step>> = {
  list: { argument: '', words: "your agency's holds", run: async ({ client, print }) => {
    const { holds } = await client.get<{ holds: HoldView[] }>('/api/holds');
    print(holds, holds.map(({ id, subject, putAt, liftedAt, caseNo }) => `${id}  ${liftedAt === undefined ? 'stands ' : 'lifted '}  ${putAt}  ${caseNo ?? ''}  ${subject}`).join('\n') || 'no holds');
  } },
  put: { argument: '', words: 'keep what is there of a person for a case; two persons sign', run: async (invocation) => {
    const caseNo = needed(invocation.values, 'case', 'number of the case');
    done(invocation, await signDraft(invocation, await invocation.client.post<Signable>('/api/holds', { requestId: randomId(), holder: await holderOf(invocation), caseNo })));
  } },
  lift: { argument: 'HOLD', words: 'two persons sign', run: async (invocation, id) => { done(invocation, await carryOut(invocation, { op: 'register', act: { op: 'hold.lift', id } })); } },
};

const exportAll: Command = {
  summary: 'everything that your agency keeps about a holder, in one file to hand to him; a use record is left first', usage: '--holder CODE --kind KIND | --licence LICENCE, --case NO --out FILE', takes: [0, 0],
  options: { ...WHOSE, case: { type: 'string', value: 'NO', help: 'number of the case (受理编号)' }, purpose: { type: 'string', value: 'CODE', help: 'DATA_SUBJECT where not given' }, out: { type: 'string', value: 'FILE', help: 'the file to write (JSON, documents inside as base64)' } },
  examples: ['export --licence JY23703039999014 --case 2026-0001 --out everything.json'],
  run: async (invocation) => {
    const { client, values, print } = invocation;
    const [out, caseNo] = [needed(values, 'out', 'the file to write'), needed(values, 'case', 'the number of the case')];
    const asked = { holder: await holderOf(invocation), purpose: text(values, 'purpose') ?? 'DATA_SUBJECT', caseNo };
    const { body } = await client.send('POST', '/api/exports', JSON.stringify(asked), 'application/json', AbortSignal.timeout(EXPORT_MS));
    if (!body) throw new CliError(EXIT.internal, 'the answer is empty');
    // Under its name only when it is whole.
    const file = createWriteStream(`${out}.part`, { mode: 0o600 });
    await pipeline(Readable.fromWeb(body as ReadableStream), file);
    renameSync(`${out}.part`, out);
    print({ file: out, bytes: file.bytesWritten }, `${out}: ${String(file.bytesWritten)} bytes`);
    return EXIT.ok;
  },
};

export const erasureCommands: Readonly<Record<string, Command>> = {
  erase: commandOf({
    name: 'erase', summary: 'erasure 删除: list, due, view, begin', steps: ERASE, options: { ...WHOSE, reason: { type: 'string', value: 'CODE', help: 'begin: why, by the law' }, ...SIGNING },
    examples: ['erase view --licence LICENCE', 'erase begin --licence LICENCE --reason TERM_ENDED --cosign approver.key.json'],
  }),
  hold: commandOf({ name: 'hold', summary: 'legal holds 保全: list, put, lift', steps: HOLD, options: { ...WHOSE, case: { type: 'string', value: 'NO', help: 'put: number of the case' }, ...SIGNING }, examples: ['hold put --licence LICENCE --case 示例案〔2026〕第1号 --propose', 'hold lift HOLD --cosign approver.key.json'] }),
  export: exportAll,
};
