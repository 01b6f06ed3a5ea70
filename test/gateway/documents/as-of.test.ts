/** As of a day, on both axes: acts that take effect later, and acts that were back-dated. */
import t from 'tap';
import { SHANGHAI, type Day } from '#chaincode/facts/calendar';
import type { EventRecord, VersionRecord } from '#chaincode/facts/records';
import { asOf, type Whole } from '#gateway/documents/as-of';

const event = (seq: number, act: string, status: string, effectiveOn: string, recordedOn: string, version = 1): EventRecord =>
  ({ seq, version, act, status, reason: 'X', decidedBy: 'A', effectiveOn, recordedAt: `${recordedOn}T02:00:00.000Z`, txId: String(seq), actors: [] }) as unknown as EventRecord;
const version = (number: number, validFrom: string, validUntil: string, change: Partial<VersionRecord> = {}): VersionRecord =>
  ({ version: number, schema: 1, documents: [], content: '', issuedOn: validFrom, validFrom, validUntil, status: 'VALID', since: validFrom, ...change });

const food: Whole = {
  versions: [version(1, '2026-01-10', '2026-12-31', { status: 'SUPERSEDED' }), version(2, '2027-01-01', '2031-12-31', { status: 'ANNULLED' })],
  events: [
    event(1, 'issue', 'VALID', '2026-01-10', '2026-01-10'), event(2, 'suspend', 'SUSPENDED', '2026-03-01', '2026-03-03'), event(3, 'restore', 'VALID', '2026-04-01', '2026-04-01'),
    event(4, 'renew', 'VALID', '2027-01-01', '2026-12-20', 2), event(5, 'annul', 'ANNULLED', '2027-02-01', '2027-03-15', 2),
  ],
};
const at = (whole: Whole, on: string, known = '2030-01-01') => asOf(whole, { on: on as Day, known: known as Day }, SHANGHAI, () => undefined);

void t.test('when the day in force and the day known are moved', async (t) => {
  const said: readonly (readonly [on: string, known: string, status: string, version?: number])[] = [
    ['2026-02-01', '2026-01-09', 'NOT_RECORDED'], ['2026-01-09', '2026-01-10', 'NOT_YET_VALID', 1], ['2026-01-10', '2026-01-10', 'VALID', 1],
    // Suspended from the 1st, which was recorded on the 3rd.
    ['2026-03-02', '2026-03-02', 'VALID', 1], ['2026-03-02', '2026-03-03', 'SUSPENDED', 1], ['2026-04-01', '2030-01-01', 'VALID', 1],
    // Renewed ahead: the old version stays in force until the new one begins.
    ['2026-12-31', '2026-12-25', 'VALID', 1], ['2027-01-01', '2026-12-25', 'VALID', 2], ['2027-01-01', '2026-12-19', 'EXPIRED', 1],
    // Annulled with effect from six weeks before.
    ['2027-02-10', '2027-03-14', 'VALID', 2], ['2027-02-10', '2027-03-15', 'ANNULLED', 2], ['2027-01-31', '2027-03-15', 'VALID', 2],
  ];
  for (const [on, known, status, number] of said) t.match(at(food, on, known), { status, ...(number === undefined ? {} : { version: number }) }, `on ${on}, known by ${known}`);
});

void t.test('when something is done before a new version takes effect', async (t) => {
  const ahead: Whole = {
    versions: [version(1, '2026-01-10', '2026-12-31', { status: 'SUPERSEDED' }), version(2, '2027-01-01', '2031-12-31')],
    events: [event(1, 'issue', 'VALID', '2026-01-10', '2026-01-10'), event(2, 'renew', 'VALID', '2027-01-01', '2026-12-01', 2), event(3, 'suspend', 'SUSPENDED', '2026-12-10', '2026-12-10', 2), event(4, 'restore', 'VALID', '2026-12-20', '2026-12-20', 2)],
  };
  t.match(at(ahead, '2026-12-15'), { status: 'SUSPENDED', version: 1, event: 3 }, 'the older one is in force, and suspended');
  t.match(at(ahead, '2026-12-25'), { status: 'VALID', version: 1, event: 4 });
  t.match(at(ahead, '2027-01-01'), { status: 'VALID', version: 2, event: 4 });
});

void t.test('when something is recorded shortly before midnight', async (t) => {
  const late: Whole = { versions: food.versions, events: [{ ...event(1, 'issue', 'VALID', '2026-01-10', '2026-01-10'), recordedAt: '2026-01-10T16:00:00.000Z' }] };
  t.equal(at(late, '2026-01-10', '2026-01-10').status, 'NOT_RECORDED', 'in the legal zone it is the next day already');
  t.equal(at(late, '2026-01-10', '2026-01-11').status, 'VALID');
});

void t.test('when a member of a composite falls', async (t) => {
  const whole: Whole = { versions: [version(1, '2026-02-01', '2031-01-01', { members: [{ licence: 'FOOD', required: true }], rollUp: 'all' })], events: [event(1, 'issue', 'VALID', '2026-02-01', '2026-02-01')] };
  const composite = (on: string, known: string) => asOf(whole, { on: on as Day, known: known as Day }, SHANGHAI, (id) => (id === 'FOOD' ? food : undefined));
  t.match(composite('2026-03-02', '2026-03-02'), { status: 'VALID', members: [{ licence: 'FOOD', status: 'VALID' }] }, 'nobody knew');
  t.match(composite('2026-03-02', '2026-03-03'), { status: 'RESTRICTED', members: [{ licence: 'FOOD', status: 'SUSPENDED', event: 2 }] });
  t.match(composite('2026-04-02', '2026-04-02'), { status: 'VALID' });
  t.match(asOf(whole, { on: '2026-03-02' as Day, known: '2026-03-02' as Day }, SHANGHAI, () => undefined), { status: 'VALID', members: [{ status: 'NOT_RECORDED' }] }, 'a member of which nothing is known restricts nothing');
});
