/** Random lives of grants against a small model: never more uses than the holder said, none after he took it back, none outside of its time. */
import fc from 'fast-check';
import t from 'tap';
import { instantOf } from '#chaincode/facts/calendar';
import type { Grant } from '#chaincode/facts/grant-commands';
import { callerOf, MARKET, newLedger, POLICE, START, type TestLedger } from '#test/support/ledger';
import { granted, grantPut, grantRevoke, grantUse, registered } from '#test/support/holders';
import { byGateway } from '#test/support/persons';

const base = await newLedger();
const device = await registered(base);
const seen = { used: 0, revoked: 0, usedUp: 0, over: 0, early: 0, back: 0, foreign: 0, replayed: 0 };
const HOUR_MS = 3_600_000;
const GRANTS = 2;

type Step =
  | { readonly do: 'use'; readonly grant: number; readonly agency: string }
  | { readonly do: 'revoke' | 'again'; readonly grant: number }
  | { readonly do: 'clock'; readonly hours: number };
const grant = fc.nat({ max: GRANTS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('use' as const), grant, agency: fc.constantFrom(MARKET, MARKET, MARKET, POLICE) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('revoke' as const, 'again' as const), grant }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clock' as const), hours: fc.constantFrom(-1, 1, 2) }) },
);

/** What a reader of the law would keep of one grant. */
interface Life {
  readonly grant: Grant;
  left: number;
  revoked: boolean;
  last: number;
}

/** Every reason for which a use must be refused. */
function reasons({ grant: { notBefore, notAfter }, left, revoked, last }: Life, agency: string, now: number): (keyof typeof seen)[] {
  return [
    ...(agency === MARKET ? [] : ['foreign' as const]), ...(revoked ? ['revoked' as const] : []), ...(left === 0 ? ['usedUp' as const] : []),
    ...(now > Date.parse(notAfter) ? ['over' as const] : []), ...(now < Date.parse(notBefore) ? ['early' as const] : []), ...(now < last ? ['back' as const] : []),
  ];
}

/** Runs steps, some of them in one transaction, and compares every answer with the model's. */
async function live(steps: readonly (readonly Step[])[], ledger: TestLedger): Promise<void> {
  let now = Date.parse(START);
  const lives: Life[] = [];
  for (let i = 0; i < GRANTS; i++) lives.push({ grant: await granted(ledger, device, { uses: i + 2, notBefore: instantOf(now + i * HOUR_MS), notAfter: instantOf(now + (i + 3) * HOUR_MS) }), left: i + 2, revoked: false, last: now });
  for (const batch of steps) {
    for (const each of batch) if (each.do === 'clock') now += each.hours * HOUR_MS;
    ledger.now = instantOf(now);
    const acts = batch.filter((each) => each.do !== 'clock');
    for (const agency of [MARKET, POLICE]) {
      const mine = acts.filter((each) => (each.do === 'use' ? each.agency : MARKET) === agency);
      const requests = mine.map((each) => requestOf(ledger, agency, each, lives[each.grant]!));
      const results = requests.length === 0 ? [] : await ledger.submit(requests, callerOf(agency));
      for (const [i, each] of mine.entries()) advance(lives[each.grant]!, each, results[i]?.results[0]?.ok === true, now);
    }
  }
  for (const { grant: { id, uses }, left, revoked } of lives) {
    const record = ledger.read('grant', id);
    if (record?.left !== left || record.used !== uses - left || (record.status === 'revoked') !== revoked) throw new Error(`the record does not agree with the model: ${JSON.stringify({ record, left, revoked })}`);
  }
}

function requestOf(ledger: TestLedger, agency: string, each: Exclude<Step, { do: 'clock' }>, { grant }: Life): unknown {
  const act = { use: () => grantUse(grant.id), revoke: () => grantRevoke(grant.id, device), again: () => grantPut(grant, device) }[each.do]();
  return ledger.request(agency, [ledger.command(act)], each.do === 'use' ? [byGateway(ledger.of(agency).clerk)] : []);
}

function advance(life: Life, each: Exclude<Step, { do: 'clock' }>, carried: boolean, now: number): void {
  const against = each.do === 'use' ? reasons(life, each.agency, now) : each.do === 'again' ? ['replayed' as const] : life.revoked ? ['revoked' as const] : [];
  if (carried !== (against.length === 0)) throw new Error(`${JSON.stringify(each)}: carried ${String(carried)}, the model says ${against.join() || 'yes'}`);
  for (const reason of against) seen[reason]++;
  if (!carried) return;
  if (each.do === 'revoke') life.revoked = true;
  else {
    seen.used++;
    life.left--;
    life.last = now;
  }
}

void t.test('when grants live', async (t) => {
  await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 }), (steps) => live(steps, base.fork())), { numRuns: 100 });
  t.strictSame(Object.entries(seen).filter(([, times]) => times < 20), [], `in 100 runs ${JSON.stringify(seen)}`);
});
