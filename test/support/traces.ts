/** A licence on which a composite and a granted decision rely, in a ledger in memory. */
import type { Result } from '#chaincode/rules/batch';
import { BUREAU, KIND, must, type TestLedger } from './ledger.js';
import { decideAct, matterPut, receiveAct, stepAct } from './matters.js';
import { byGateway } from './persons.js';

export interface ReliedOn {
  readonly licence: string;
  readonly composite: string;
  readonly application: string;
  /** Of the decision. */
  readonly seq: number;
  /** What it granted. */
  readonly permit: string;
}

/** @param change of the licence that is relied on */
export async function reliedOn(ledger: TestLedger, change: object = {}): Promise<ReliedOn> {
  const clerk = [byGateway(ledger.of(BUREAU).clerk)];
  const act = async (what: object) => { must(await ledger.act(BUREAU, what, clerk)); };
  if (!ledger.read('matter', 'FOOD')) must(await ledger.register(matterPut()));
  const licence = await ledger.issued(change, BUREAU, KIND.drug);
  const received = receiveAct();
  await act(received);
  await act(stepAct(ledger, 'accept', received.id));
  const permit = await ledger.issued();
  await act(decideAct(ledger, received.id, { outcome: 'granted', licence: permit, version: 1, reliedOn: [{ licence, version: 1 }] }));
  const composed = ledger.issueAct({ members: [permit, licence] }, BUREAU, KIND.shop);
  await act(composed);
  return { licence, composite: composed.licence, application: received.id, seq: 3, permit };
}

/** What is tried with such a licence after it was annulled. @param times that it is tried */
export const tracing = (change: (relied: ReliedOn) => object, agency: string = BUREAU, times = 1) => async (ledger: TestLedger): Promise<Result> => {
  const relied = await reliedOn(ledger);
  must(await ledger.act(BUREAU, ledger.statusAct('annul', relied.licence), ledger.two(BUREAU)));
  const act = { op: 'trace.close', licence: relied.licence, event: 2, item: { composite: relied.composite }, outcome: 'upheld', ...change(relied) };
  const signers = [byGateway(ledger.of(agency).clerk)];
  for (let i = 1; i < times; i++) must(await ledger.act(agency, act, signers));
  return ledger.act(agency, act, signers);
};
