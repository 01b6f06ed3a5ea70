/** Identity records 身份核验记录: attested at a counter or by way of a provider, relied on for a case, ended. */
import { randomId } from '#gateway/keyring';
import type { IdentityView, Reliance } from '#gateway/acts/holder/identity';
import type { ProvidedView } from '#gateway/acts/holder/provider';
import type { Signable } from '#gateway/acts/licence/sign';
import { text, texts, type Command } from '../command.js';
import { whomOf } from './device.js';
import { carryOut, signDraft } from './licence.js';
import { commandOf, done, needed, SIGNING, type Step } from './steps.js';

const lineOf = ({ id, status, method, document, agency, until }: IdentityView): string => `${id}  ${status.padEnd(6)}  ${method.padEnd(8)}  ${document}  until ${until}  ${agency.name}`;
const waitsLine = ({ id, at, code, name, attested, device }: ProvidedView): string => `${id}  ${at}  ${code}  ${name}  ${attested ? 'attested' : 'not attested'}${device ? `  phone ${device.fingerprint}${device.registered ? ' registered' : ''}` : ''}`;
/** What a provider said, with one's own key under it. */
const provided = (what: 'identity' | 'device'): Step['run'] => async (invocation, id) => { done(invocation, await signDraft(invocation, await invocation.client.post<Signable>(`/api/provider-sign-ins/${id}/${what}`, { requestId: randomId() }))); };

const STEPS: Readonly<Record<string, Step>> = {
  list: { argument: '', words: "a holder's records", run: async (invocation) => {
    const { identities } = await invocation.client.get<{ identities: IdentityView[] }>(`/api/identities?${new URLSearchParams(await whomOf(invocation)).toString()}`);
    invocation.print(identities, identities.map(lineOf).join('\n') || 'no records');
  } },
  put: { argument: '', words: 'he stands at the counter, and you have seen the original', run: async (invocation) => {
    const { client, values } = invocation;
    const validUntil = text(values, 'valid-until');
    const document = { code: needed(values, 'code', 'the code on the document'), name: needed(values, 'name', 'the name on the document'), ...(validUntil === undefined ? {} : { validUntil }) };
    done(invocation, await signDraft(invocation, await client.post<Signable>('/api/identities', { requestId: randomId(), ...(await whomOf(invocation)), document, seen: texts(values, 'seen') })));
  } },
  rely: { argument: 'CODE', words: 'whether this holder was verified, and bears this name', run: async ({ client, values, print }, holder) => {
    const found = await client.post<Reliance>('/api/identities/reliance', { holder, name: needed(values, 'name', 'the name on your form'), purpose: needed(values, 'purpose', 'a code of /api/purposes'), caseNo: needed(values, 'case', 'your case number') });
    print(found, `${found.sameName ? 'verified, the name agrees' : 'verified, but the name differs'}  ${found.code}  ${found.method} ${found.at}  ${found.agency.name}  until ${found.until}\n  use record ${String(found.record.seq)}`);
  } },
  end: { argument: 'RECORD', words: 'your agency stands for it no longer', run: async (invocation, id) => { done(invocation, await carryOut(invocation, { op: 'register', act: { op: 'identity.end', id } })); } },
  waiting: { argument: '', words: 'who has signed in at the provider', run: async ({ client, print }) => {
    const { signIns } = await client.get<{ signIns: ProvidedView[] }>('/api/provider-sign-ins');
    print(signIns, signIns.map(waitsLine).join('\n') || 'nobody waits');
  } },
  attest: { argument: 'SIGN-IN', words: 'the identity record of one of them', run: provided('identity') },
  phone: { argument: 'SIGN-IN', words: 'his phone; a further device needs two persons', run: provided('device') },
};

export const identityCommands: Readonly<Record<string, Command>> = { identity: commandOf({
  name: 'identity', summary: 'identity records 身份核验记录: list, put, rely, end, waiting, attest, phone', steps: STEPS,
  options: {
    licence: { type: 'string', value: 'LICENCE', help: 'a licence of the holder, by identifier or number' }, organisation: { type: 'string', value: 'USCC', help: 'or his code' }, code: { type: 'string', value: 'CODE', help: 'put: on the document' }, name: { type: 'string', value: 'NAME', help: 'put, rely' },
    'valid-until': { type: 'string', value: 'DAY', help: 'put: of the document' }, seen: { type: 'string', multiple: true, value: 'WHAT', help: 'put: ID_CARD, BUSINESS_LICENCE or POWER_OF_ATTORNEY; repeat for more' },
    purpose: { type: 'string', value: 'CODE', help: 'rely: what for' }, case: { type: 'string', value: 'NUMBER', help: 'rely: your case number' }, ...SIGNING,
  },
  examples: ['identity put --organisation 91370303MA99TXT04C --code 91370303MA99TXT04C --name 示例浮云餐饮有限公司 --seen BUSINESS_LICENCE', 'identity rely 91370303MA99TXT04C --name 示例浮云餐饮有限公司 --purpose INSPECTION --case 2026-0001'],
}) };
