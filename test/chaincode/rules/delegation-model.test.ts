/** Random lives of a company's people against a small model, several acts in one transaction: nobody does more than he was given, passes on more, or anything after the end of what he rests on. */
import fc from 'fast-check';
import t from 'tap';
import { instantOf } from '#chaincode/facts/calendar';
import type { DelegatedAct } from '#chaincode/facts/delegation';
import { callerOf, MARKET, newLedger, START, type TestLedger } from '#test/support/ledger';
import { delegationOf, delegationPut, delegationRevoke, memberPut } from '#test/support/delegations';
import { grantOf, grantPut, newDevice, registered, type TestDevice } from '#test/support/holders';

const base = await newLedger();
const owner = await registered(base);
const HOUR_MS = 3_600_000;
const PEOPLE = 5;
const seen = { gave: 0, granted: 0, revoked: 0, 'not his to give': 0, 'more than he has': 0, 'not in force': 0, 'not his act': 0, 'longer than he may': 0, 'not his to end': 0, 'ended already': 0 };
type Reason = keyof typeof seen;

/** Whoever is meant by a number: the owner, or one of those there are. */
const who = fc.nat({ max: PEOPLE });
const acts = fc.subarray<DelegatedAct>(['show', 'grant', 'apply', 'members'], { minLength: 1 });
const hours = fc.integer({ min: 1, max: 6 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('give' as const), by: who, role: fc.constantFrom('manager' as const, 'clerk' as const), acts, hours }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('grant' as const), by: who, hours }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('revoke' as const), by: who, whom: fc.constantFrom(1, 1, 2, 2, 3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), hours: fc.integer({ min: 0, max: 2 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

/** What a reader of the record 0023 would keep of one person. */
interface Person {
  readonly id: string;
  readonly device: TestDevice;
  readonly role: 'manager' | 'clerk';
  readonly acts: readonly DelegatedAct[];
  readonly from: number;
  readonly until: number;
  readonly above: Person | undefined;
  revoked: boolean;
}

const stands = (person: Person, now: number): boolean => !person.revoked && person.from <= now && now <= person.until && (person.above === undefined || stands(person.above, now));
const fault = (person: Person | undefined, act: DelegatedAct, now: number): Reason[] => (person === undefined ? [] : !stands(person, now) ? ['not in force'] : person.acts.includes(act) ? [] : ['not his act']);

/** One act, and every reason for which it must be refused. */
function planned(each: Exclude<Step, { do: 'clock' }>, people: Person[], now: number): { readonly acts: object[]; readonly against: Reason[]; readonly done: () => void } {
  const by = people[each.by - 1];
  const device = by?.device ?? owner;
  const until = now + ('hours' in each ? each.hours : 0) * HOUR_MS;
  if (each.do === 'grant') {
    const grant = grantOf({ notBefore: instantOf(now), notAfter: instantOf(until) });
    return { acts: [grantPut(grant, device)], against: [...fault(by, 'grant', now), ...(by && until > by.until ? ['longer than he may' as const] : [])], done: () => seen.granted++ };
  }
  if (each.do === 'revoke') {
    const whom = people[each.whom - 1];
    if (!whom) return { acts: [], against: [], done: () => undefined };
    const his = by === undefined || by === whom || (whom.above === by && fault(by, 'members', now).length === 0);
    return { acts: [delegationRevoke(whom.id, device)], against: [...(his ? [] : ['not his to end' as const]), ...(whom.revoked ? ['ended already' as const] : [])], done: () => { whom.revoked = true; seen.revoked++; } };
  }
  const delegation = delegationOf({ role: each.role, acts: each.acts, notBefore: instantOf(now), notAfter: instantOf(until) });
  const person: Person = { id: delegation.id, device: newDevice(), role: each.role, acts: each.acts, from: now, until, above: by, revoked: false };
  const beyond = by !== undefined && (each.role !== 'clerk' || !each.acts.every((act) => by.acts.includes(act)) || until > by.until || now < by.from);
  const against: Reason[] = [...fault(by, 'members', now), ...(each.acts.includes('members') && each.role === 'clerk' ? ['not his to give' as const] : []), ...(beyond ? ['more than he has' as const] : [])];
  return { acts: [delegationPut(delegation, device), memberPut(person.device, delegation.id, device)], against, done: () => { people.push(person); seen.gave++; } };
}

async function live(steps: readonly (readonly Step[])[], ledger: TestLedger): Promise<void> {
  let now = Date.parse(START);
  const people: Person[] = [];
  for (const batch of steps) {
    for (const each of batch) if (each.do === 'clock') now += each.hours * HOUR_MS;
    ledger.now = instantOf(now);
    const expected: { readonly each: Step; readonly against: readonly Reason[] }[] = [];
    const requests: unknown[] = [];
    for (const each of batch) {
      if (each.do === 'clock' || (each.do === 'give' && people.length === PEOPLE)) continue;
      const { acts: made, against, done } = planned(each, people, now);
      if (made.length === 0) continue;
      requests.push(ledger.request(MARKET, made.map((act) => ledger.command(act)), [], { atomic: true }));
      expected.push({ each, against });
      for (const reason of against) seen[reason]++;
      if (against.length === 0) done();
    }
    const results = requests.length === 0 ? [] : await ledger.submit(requests, callerOf(MARKET));
    for (const [i, { each, against }] of expected.entries()) {
      const outcome = results[i]?.results ?? [];
      if (outcome.every((result) => result.ok) !== (against.length === 0)) throw new Error(`${JSON.stringify(each)}: ${JSON.stringify(outcome)}, the model says ${against.join() || 'yes'}`);
    }
  }
}

void t.test('when people of a company live', async (t) => {
  await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 10 }), (steps) => live(steps, base.fork())), { numRuns: 100 });
  t.strictSame(Object.entries(seen).filter(([, times]) => times < 8), [], `in 100 runs ${JSON.stringify(seen)}`);
});
