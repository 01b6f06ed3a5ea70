/** Random lives of licences against a small model: a terminal status never becomes valid, whoever asks for what. */
import fc from 'fast-check';
import t from 'tap';
import type { LicenceRecord } from '#chaincode/facts/records';
import type { Status } from '#chaincode/facts/status';
import { BRANCH, BUREAU, MARKET, newLedger, POLICE, type TestLedger } from '#test/support/ledger';
import { ENDED, transition } from '#test/support/matrix';
import { byFile, byGateway } from '#test/support/persons';

const base = await newLedger();
const seen = { issued: 0, carried: 0, refused: 0, ended: 0 };
const SLOTS = 3;

/** What the model knows of one licence. */
interface Life {
  readonly id: string;
  status: Status;
  version: number;
  events: number;
  manager: string;
  imported: boolean;
  penal: boolean;
  suspendedBy?: string;
  takenBack: boolean;
  ended: boolean;
}
interface Model {
  readonly lives: (Life | undefined)[];
}
interface Real {
  readonly ledger: TestLedger;
}

const VERSION = ['confirm', 'renew', 'change', 'accept'];
const STATUS = ['suspend', 'restore', 'withdraw', 'annul', 'revoke', 'cancel', 'transfer', 'takeback'] as const;
const AGENCIES = [BUREAU, MARKET, BRANCH, POLICE];

/** An independent restatement of who may do what to which licence. */
function allowed(life: Life, name: string, agency: string, penal: boolean, strong: boolean, stale: boolean): boolean {
  const { from } = transition(name);
  if (stale || !from.includes(life.status)) return false;
  if (VERSION.includes(name)) {
    if ((name === 'confirm') !== life.imported) return false;
    if (name === 'accept') return true; // whom it was transferred to is asked of the record
    return agency === (name === 'confirm' ? BUREAU : life.manager);
  }
  if (name === 'takeback' && life.takenBack) return false;
  const penalty = name === 'revoke' || (name === 'suspend' && penal) || (name === 'restore' && life.penal);
  if (penalty) return agency === MARKET && strong;
  const competent = agency === life.manager || (['suspend', 'restore'].includes(name) && (agency === MARKET || (agency === BUREAU && life.manager === BUREAU)));
  const takesTwo = ['withdraw', 'annul'].includes(name) || (name === 'restore' && life.suspendedBy !== agency);
  return competent && (strong || !takesTwo);
}

class Issue implements fc.AsyncCommand<Model, Real> {
  constructor(readonly slot: number, readonly imported: boolean) {}
  check = (model: Readonly<Model>) => model.lives[this.slot] === undefined;
  async run(model: Model, { ledger }: Real): Promise<void> {
    const id = this.imported ? await ledger.imported() : await ledger.issued();
    seen.issued++;
    model.lives[this.slot] = { id, status: 'VALID', version: 1, events: 1, manager: BUREAU, imported: this.imported, penal: false, takenBack: false, ended: false };
  }
  toString = () => `${this.imported ? 'import' : 'issue'}(${String(this.slot)})`;
}

class Act implements fc.AsyncCommand<Model, Real> {
  constructor(readonly slot: number, readonly name: string, readonly agency: string, readonly strong: boolean, readonly penal: boolean, readonly stale: boolean) {}
  check = (model: Readonly<Model>) => model.lives[this.slot] !== undefined;
  async run(model: Model, { ledger }: Real): Promise<void> {
    const life = model.lives[this.slot];
    if (!life) return;
    const staleness = this.stale ? { after: Math.max(1, life.events - 1) + (life.events === 1 ? 1 : 0) } : {};
    const penal = this.name === 'suspend' && this.penal ? { reason: 'PENALTY_SUSPENSION' } : {};
    const act = VERSION.includes(this.name) ? ledger.versionAct(this.name as 'renew', life.id, staleness, this.agency) : ledger.statusAct(this.name, life.id, { ...penal, ...staleness, ...(this.name === 'transfer' ? { to: this.agency === BRANCH ? BUREAU : BRANCH } : {}) });
    const { clerk, approver } = ledger.of(this.agency);
    const before = ledger.state.map.get(`licence/${life.id}`)?.toString();
    const result = await ledger.act(this.agency, act, this.strong ? [byFile(clerk), byFile(approver)] : [byGateway(clerk)]);
    const expected = allowed(life, this.name, this.agency, this.penal, this.strong, this.stale) && !(VERSION.includes(this.name) && ![BUREAU, BRANCH].includes(this.agency)) && !(this.name === 'accept' && transferTarget(before) !== this.agency);
    if (result.ok !== expected) throw new Error(`${this.toString()}: ${JSON.stringify(result)}, the model says ${String(expected)}`);
    const after = ledger.state.map.get(`licence/${life.id}`)?.toString();
    seen[result.ok ? 'carried' : 'refused']++;
    if (!result.ok) {
      if (after !== before) throw new Error('a refused act changed the record');
      return;
    }
    this.#advance(life);
    agree(life, ledger);
  }
  #advance(life: Life): void {
    const { to } = transition(this.name);
    life.events++;
    if (this.name === 'suspend') Object.assign(life, { penal: this.penal, suspendedBy: this.agency });
    if (this.name === 'takeback') life.takenBack = true;
    if (VERSION.includes(this.name)) Object.assign(life, { version: life.version + 1, status: 'VALID', manager: this.agency, imported: false, takenBack: false });
    else life.status = to;
    if (life.ended && life.status !== 'CANCELLED') throw new Error('a terminal status was left');
    if (!life.ended && ENDED.has(life.status)) seen.ended++;
    life.ended ||= ENDED.has(life.status);
  }
  toString = () => `${this.name}(${String(this.slot)} by ${this.agency}${this.strong ? ' signed' : ''}${this.penal ? ' penal' : ''}${this.stale ? ' stale' : ''})`;
}

const transferTarget = (record: string | undefined) => (record === undefined ? undefined : (JSON.parse(record) as LicenceRecord).transferTo);

function agree(life: Life, ledger: TestLedger): void {
  const { versions, events, manager } = ledger.record(life.id);
  const current = versions.at(-1);
  const old = versions.slice(0, -1);
  const fits = current?.status === life.status && current.version === life.version && events.at(-1)?.seq === life.events && manager === life.manager && old.every(({ status }) => status === 'SUPERSEDED');
  if (!fits) throw new Error(`the record does not agree with the model: ${JSON.stringify({ life, current, seq: events.at(-1)?.seq })}`);
}

void t.test('when licences live any life', async (t) => {
  const slot = fc.nat({ max: SLOTS - 1 });
  const act = fc.tuple(slot, fc.constantFrom(...VERSION, ...STATUS), fc.oneof({ weight: 3, arbitrary: fc.constant(BUREAU) }, { weight: 2, arbitrary: fc.constantFrom(...AGENCIES) }), fc.boolean(), fc.boolean(), fc.nat({ max: 9 }));
  const commands = [
    fc.tuple(slot, fc.nat({ max: 3 })).map(([at, chance]) => new Issue(at, chance === 0)),
    act.map(([at, name, agency, strong, penal, stale]) => new Act(at, name, agency, strong, penal, stale === 0)),
    act.map(([at, name, agency, , penal]) => new Act(at, name, agency, true, penal, false)),
  ];
  await fc.assert(fc.asyncProperty(fc.commands(commands, { maxCommands: 30, size: 'max' }), async (sequence) => {
    await fc.asyncModelRun(() => ({ model: { lives: Array.from({ length: SLOTS }, () => undefined) }, real: { ledger: base.fork() } }), sequence);
  }), { numRuns: 300 });
  // The model speaks only of what happened: lives that never moved would prove nothing.
  t.strictSame(Object.entries(seen).filter(([, times]) => times < 100), [], `in 300 runs ${JSON.stringify(seen)}`);
});
