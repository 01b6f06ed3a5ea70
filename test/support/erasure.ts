/** A natural person of whom something is kept, and the acts by which it goes or stays. */
import { citizenCheck } from '#chaincode/facts/check-digit';
import { erasureAskDigest } from '#chaincode/facts/erasure';
import { Registrar } from '#gateway/setup';
import { signedBy, type TestDevice } from './holders.js';
import { BUREAU, KIND, LEDGER, must, sha, type TestLedger } from './ledger.js';
import type { Installation } from './installation.js';
import { byFile, randomId } from './persons.js';

export const newSubject = (): string => `person:${randomId()}`;

/** A collected record whose term, and the years of keeping after it, are long over. */
export async function longOver(ledger: TestLedger, subject: string, change: object = {}): Promise<string> {
  const act = ledger.importAct({ subject, issuedOn: '2005-01-01', validUntil: '2010-01-01', ...change }, KIND.person);
  must(await ledger.act(BUREAU, act, [byFile(ledger.of(BUREAU).clerk)]));
  return act.licence;
}

export const begin = (subject: string, change: object = {}): object => ({ op: 'erasure.begin', subject, reason: 'TERM_ENDED', ...change });
export const confirm = (subject: string): object => ({ op: 'erasure.confirm', subject });
export const askBy = (device: TestDevice, change: object = {}, id = randomId()): object => {
  const asked = { id, subject: device.subject, reason: 'CONSENT_WITHDRAWN', ...change };
  return { op: 'erasure.ask', ...asked, by: signedBy(device, erasureAskDigest(LEDGER, asked)) };
};
export const hold = (subject: string, id = randomId()): object => ({ op: 'hold.put', id, subject, case: sha('case') });

/** A person of whom nothing can be read any more. */
export async function erased(ledger: TestLedger, subject = newSubject()): Promise<string> {
  await longOver(ledger, subject);
  must(await ledger.act(BUREAU, begin(subject), ledger.two(BUREAU)));
  must(await ledger.act(BUREAU, confirm(subject), []));
  return subject;
}

const DAY_MS = 86_400_000;
const field = (name: string, change: object = {}): object => ({ name, label: { zh: '样例', en: 'sample' }, type: 'text', required: true, disclosure: 'public', max: 60, ...change });
/** A practising licence that a natural person holds, and that need not be kept when it is over. */
export const PRACTICE = '11370000000000000T907';
export const idNumber = (serial: number): string => { const head = `3703031900010100${String(serial)}`; return `${head}${citizenCheck(head) ?? ''}`; };

export const practiceKind = (): object => ({
  op: 'kind.put', type: PRACTICE, name: { zh: '样例执业证', en: 'Sample practising licence' }, aliases: [], schema: 1, holder: 'person', number: 'free', persons: {}, vouched: ['issue', 'cancel'], massFrom: 100, windowBefore: 30, windowAfter: 60, retentionYears: 0, sample: true, active: true,
  fields: [field('holderName', { role: 'holder-name' }), field('idNumber', { type: 'citizen-id', disclosure: 'restricted', max: 18, role: 'holder-code' }), field('number', { role: 'number' })],
});

export async function registerPractice({ services, administrator, file }: Installation): Promise<void> {
  const registrar = new Registrar(services, administrator);
  await registrar.register(practiceKind() as never);
  const { rights, code, name, mspId } = services.projection.get('agency', BUREAU)!;
  await registrar.register({ op: 'agency.put', code, name, mspId, active: true, rights: [...rights, { kind: PRACTICE, right: 'issue', from: '2020-01-01' }] } as never, file('approver'));
}

/** Issues it, over since two days where nothing else is said. */
export const practice = (code: string, number: string, change: object = {}) => {
  const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
  return { op: 'issue', kind: PRACTICE, issuedOn: day(10), validFrom: day(10), validUntil: day(2), face: { holderName: '测试甲', idNumber: code, number }, ...change } as const;
};
