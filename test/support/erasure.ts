/** A natural person of whom something is kept, and the acts by which it goes or stays. */
import { erasureAskDigest } from '#chaincode/facts/erasure';
import { signedBy, type TestDevice } from './holders.js';
import { BUREAU, KIND, LEDGER, must, sha, type TestLedger } from './ledger.js';
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
