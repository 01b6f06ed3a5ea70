/** Matters and a trade for a ledger in memory: hotel = food + drug, for the test's own kinds. */
import { KIND, type TestLedger } from './ledger.js';
import { randomId } from './persons.js';
import { sha, HOLDER, BUREAU } from './ledger.js';

const label = { zh: '样例', en: 'sample' };
export const formField = (name: string, change: object = {}): object => ({ name, label, type: 'text', required: true, disclosure: 'public', max: 60, from: [], ...change });

export const matterPut = (code = 'FOOD', change: object = {}): object => ({
  op: 'matter.put', code, version: 1, name: { zh: '食品经营许可新办', en: 'New food permit' }, kind: KIND.food, purpose: 'FOOD_PERMIT',
  form: [formField('number', { fills: 'number', from: [{ kind: KIND.drug, field: 'number' }] })],
  variants: [{ code: 'USUAL', name: label, materials: [{ type: 'licence', kind: KIND.drug, daysLeft: 30, fields: ['number'] }, { type: 'promise', code: 'TRUTH', name: label }, { type: 'paper', code: 'FLOOR_PLAN', name: label }] }],
  active: true, ...change,
});
export const drugPut = (change: object = {}): object => matterPut('DRUG', { kind: KIND.drug, purpose: 'DRUG_PERMIT', ...change });

export const receiveAct = (change: object = {}): Record<string, unknown> & { id: string } => ({
  op: 'application.receive', id: randomId(), subject: HOLDER, channel: 'counter', matters: [{ matter: 'FOOD', variant: 'USUAL', version: 1 }], authority: BUREAU, details: sha('form'), ...change,
});

export function stepAct(ledger: TestLedger, name: string, id: string, change: object = {}): object {
  return { op: `application.${name}`, id, after: ledger.read('application', id)?.events.at(-1)?.seq ?? 1, authority: BUREAU, ...(name === 'reject' ? { docNo: '张审批不受字〔2026〕第1号' } : {}), ...change };
}
export const decideAct = (ledger: TestLedger, id: string, change: object = {}): object => stepAct(ledger, 'decide', id, { matter: 'FOOD', outcome: 'refused', docNo: '张审批决字〔2026〕第1号', reliedOn: [], ...change });
