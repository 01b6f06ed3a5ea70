/** A holder's people and agents, and his objections: given by real devices. */
import { randomBytes } from 'node:crypto';
import { filingDigest, type Filing } from '#chaincode/facts/application';
import type { Delegation } from '#chaincode/facts/delegation-commands';
import { delegationDigest, delegationRevokeDigest } from '#chaincode/facts/delegation';
import { deviceDigest } from '#chaincode/facts/device';
import { grantDigest, grantRevokeDigest } from '#chaincode/facts/grant';
import type { Grant } from '#chaincode/facts/grant-commands';
import type { Objection } from '#chaincode/facts/objection-commands';
import { OBJECTION_TAG, objectionDigest, wordsCommitment } from '#chaincode/facts/objection';
import { devicePut, newDevice, signedBy, type TestDevice } from './holders.js';
import type { Installation } from './installation.js';
import { BUREAU, HOLDER, LEDGER, must, OTHER_HOLDER, sha, type TestLedger } from './ledger.js';
import { receiveAct } from './matters.js';
import { randomId } from './persons.js';

/** A clerk of the holder from the test's beginning on; `change` is what the test is about. */
export const delegationOf = (change: Partial<Delegation> = {}): Delegation =>
  ({ id: randomId(), subject: HOLDER, role: 'clerk', acts: ['show', 'grant'], notBefore: '2026-03-15T02:00:00.000Z', notAfter: '2027-03-15T02:00:00.000Z', ...change });
export const managerOf = (change: Partial<Delegation> = {}): Delegation => delegationOf({ role: 'manager', acts: ['show', 'grant', 'apply', 'members'], ...change });
/** The other holder acts for the holder. */
export const agentOf = (change: Partial<Delegation> = {}): Delegation => delegationOf({ role: 'agent', delegate: OTHER_HOLDER.slice(5), acts: ['grant', 'apply'], ...change });

export const delegationPut = (delegation: Delegation, by: TestDevice, signed: Delegation = delegation): object => ({ op: 'delegation.put', delegation, by: signedBy(by, delegationDigest(LEDGER, signed)) });
export const delegationRevoke = (id: string, by: TestDevice): object => ({ op: 'delegation.revoke', id, by: signedBy(by, delegationRevokeDigest(LEDGER, id)) });
export const memberPut = (device: TestDevice, delegation: string, by: TestDevice): object => devicePut(device, { delegation, by: signedBy(by, deviceDigest(LEDGER, { ...device, alg: 'ES256', delegation })) });
export const grantFor = (grant: Grant, by: TestDevice, delegation: string): object => ({ op: 'grant.put', grant, by: { ...signedBy(by, grantDigest(LEDGER, grant)), delegation } });
export const revokeFor = (id: string, by: TestDevice, delegation: string): object => ({ op: 'grant.revoke', id, by: { ...signedBy(by, grantRevokeDigest(LEDGER, id)), delegation } });

export async function delegated(ledger: TestLedger, by: TestDevice, delegation: Delegation): Promise<Delegation> {
  must(await ledger.act(BUREAU, delegationPut(delegation, by), []));
  return delegation;
}

/** One of the holder's people, with a phone. */
export async function member(ledger: TestLedger, by: TestDevice, delegation: Delegation = delegationOf()): Promise<TestDevice & { readonly delegation: string }> {
  await delegated(ledger, by, delegation);
  const device = newDevice(delegation.subject);
  must(await ledger.act(BUREAU, memberPut(device, delegation.id, by), []));
  return { ...device, delegation: delegation.id };
}

/** An application that a device of the holder has filed with the bureau; `change` comes after the signature. */
export function filedAct(by: TestDevice, change: object = {}, { agency = BUREAU, mandate }: { agency?: string; mandate?: string } = {}) {
  const act = receiveAct();
  const filing: Filing = { id: act.id, subject: HOLDER, agency, matters: [{ matter: 'FOOD', variant: 'USUAL', version: 1 }], details: sha('filed') };
  return { ...act, channel: 'wallet', filed: { details: filing.details, by: { ...signedBy(by, filingDigest(LEDGER, filing)), ...(mandate === undefined ? {} : { delegation: mandate }) } }, ...change };
}

/** An objection of the holder to the number of a licence; `change` is what the test is about. */
export const objectionOf = (licence: string, change: Partial<Objection> = {}): Objection => ({ id: randomId(), subject: HOLDER, licence, version: 1, fields: ['number'], reason: 'WRONG', details: sha('words'), ...change });
export const objectionPut = (objection: Objection, by: TestDevice): object => ({ op: 'objection.put', objection, by: signedBy(by, objectionDigest(LEDGER, objection)) });
export const answerAct = (id: string, change: object = {}): object => ({ op: 'objection.answer', id, outcome: 'rejected', details: sha('answer'), ...change });

/** At a gateway, with its words. @returns the objection's id */
export async function objected({ services }: Pick<Installation, 'services'>, licence: string, by: TestDevice, text = '号码有误'): Promise<string> {
  const opening = randomBytes(32);
  const objection = objectionOf(licence, { subject: by.subject, details: wordsCommitment(OBJECTION_TAG, opening, text) });
  await services.objections.put(objection, { text, opening: opening.toString('base64url') }, signedBy(by, objectionDigest(services.ledger.ledgerId, objection)));
  return objection.id;
}
