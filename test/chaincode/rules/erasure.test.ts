/** Erasure: where the law allows it, and otherwise why not; and that nothing of an erased person is taken in again. */
import t from 'tap';
import { SHANGHAI, type Day, type Instant } from '#chaincode/facts/calendar';
import { groundOfApplication, groundOfLicence } from '#chaincode/facts/erasure';
import { HOLDS_MAX } from '#chaincode/rules/erasure';
import { askBy, begin, confirm, hold, longOver, newSubject } from '#test/support/erasure';
import { atCounter, clerkOf, granted, grantOf, grantPut, grantRevoke, grantUse, newDevice, registered } from '#test/support/holders';
import { BRANCH, BUREAU, HOLDER, KIND, MARKET, must, newLedger, POLICE, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { matterPut, receiveAct, stepAct } from '#test/support/matters';
import { byFile, byGateway } from '#test/support/persons';

const base = await newLedger();
const two = (ledger: TestLedger, agency: string = BUREAU) => ledger.two(agency);

void t.test('when nothing stands against it', async (t) => {
  const [ledger, subject] = [base.fork(), newSubject()];
  const licence = await longOver(ledger, subject);
  t.strictSame(ledger.read('retention', subject), { subject, licences: [licence], applications: [], holds: [], agencies: [BUREAU] }, 'what is kept is named');
  refuses(t, await ledger.act(BUREAU, begin(subject), [byFile(ledger.of(BUREAU).approver)]), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, begin(subject), [byGateway(ledger.of(BUREAU).clerk), byGateway(ledger.of(BUREAU).approver)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(BRANCH, begin(subject), two(ledger, BRANCH)), 'SUBJECT_NOT_YOURS', 'subject');
  refuses(t, await ledger.act(BUREAU, begin(subject, { reason: 'TIDYING' }), two(ledger)), 'REASON_UNKNOWN', 'reason');
  refuses(t, await ledger.act(BUREAU, confirm(subject), []), 'ERASURE_NOT_BEGUN', 'subject');
  carried(t, await ledger.act(BUREAU, begin(subject), two(ledger)), { id: subject, status: 'ERASING' });
  t.match(ledger.read('erasure', subject), { status: 'ERASING', reason: 'TERM_ENDED', agency: BUREAU, begunAt: ledger.now, keepers: [{ agency: BUREAU }], staff: [ledger.of(BUREAU).clerk.id, ledger.of(BUREAU).approver.id] });
  refuses(t, await ledger.act(BUREAU, begin(subject), two(ledger)), 'SUBJECT_ERASED', 'subject');
  refuses(t, await ledger.act(MARKET, confirm(subject), []), 'ERASURE_NOT_YOURS', 'subject');
  carried(t, await ledger.act(BUREAU, confirm(subject), []), { status: 'ERASED' });
  t.match(ledger.read('erasure', subject), { status: 'ERASED', erasedAt: ledger.now, keepers: [{ agency: BUREAU, at: ledger.now }] });
  refuses(t, await ledger.act(BUREAU, confirm(subject), []), 'ERASURE_NOT_BEGUN', 'subject');
});

void t.test('when several agencies keep something', async (t) => {
  const [ledger, subject] = [base.fork(), newSubject()];
  await longOver(ledger, subject);
  must(await ledger.act(MARKET, ledger.importAct({ subject, issuedOn: '2005-01-01', validUntil: '2010-01-01' }), [byFile(ledger.of(MARKET).clerk)]));
  carried(t, await ledger.act(MARKET, begin(subject), two(ledger, MARKET)), { status: 'ERASING' });
  carried(t, await ledger.act(BUREAU, confirm(subject), []), { status: 'ERASING' });
  refuses(t, await ledger.act(BUREAU, confirm(subject), []), 'ERASURE_NOT_YOURS', 'subject');
  carried(t, await ledger.act(MARKET, confirm(subject), []), { status: 'ERASED' });
});

void t.test('when a licence is in force, or must still be kept', async (t) => {
  const day = (text: string) => text as Day;
  const licence = (status: 'VALID' | 'CANCELLED' | 'REVOKED' | 'SUSPENDED', validUntil?: string) => ({ id: 'L', versions: [{ status, since: '2020-05-01', ...(validUntil === undefined ? {} : { validUntil }) }] as never });
  t.match(groundOfLicence(licence('VALID'), 10, day('2026-01-01')), { code: 'ERASURE_IN_FORCE', of: 'L', until: undefined });
  t.match(groundOfLicence(licence('SUSPENDED', '2026-01-01'), 0, day('2026-01-01')), { code: 'ERASURE_IN_FORCE', until: '2026-01-01' }, 'on its last day');
  t.match(groundOfLicence(licence('VALID', '2025-12-31'), 10, day('2026-01-01')), { code: 'ERASURE_RETENTION', until: '2035-12-31' });
  t.match(groundOfLicence(licence('VALID', '2025-12-31'), 10, day('2035-12-31')), { code: 'ERASURE_RETENTION' }, 'on the last day of keeping');
  t.equal(groundOfLicence(licence('VALID', '2025-12-31'), 10, day('2036-01-01')), undefined);
  t.match(groundOfLicence(licence('CANCELLED', '2029-12-31'), 10, day('2026-01-01')), { code: 'ERASURE_RETENTION', until: '2030-05-01' }, 'from the day it ended');
  t.equal(groundOfLicence(licence('REVOKED', '2029-12-31'), 5, day('2026-01-01')), undefined);

  const [ledger, subject] = [base.fork(), newSubject()];
  await longOver(ledger, subject);
  const valid = await ledger.issued({ subject }, BUREAU, KIND.person);
  t.equal(ledger.read('retention', subject)?.licences.length, 2);
  refuses(t, await ledger.act(BUREAU, begin(subject), two(ledger)), 'ERASURE_IN_FORCE', 'subject');
  must(await ledger.act(BUREAU, ledger.statusAct('cancel', valid), two(ledger)));
  refuses(t, await ledger.act(BUREAU, begin(subject), two(ledger)), 'ERASURE_RETENTION', 'subject');
  ledger.now = '2036-03-15T02:00:00.000Z' as Instant;
  const later = { command: { expiresAt: '2036-03-20T02:00:00.000Z' } };
  refuses(t, await ledger.act(BUREAU, begin(subject), two(ledger), later), 'ERASURE_RETENTION', 'subject');
  ledger.now = '2036-03-15T16:00:00.000Z' as Instant;
  carried(t, await ledger.act(BUREAU, begin(subject), two(ledger), later), { status: 'ERASING' });
});

void t.test('when others have written something of the person', async (t) => {
  const [ledger, subject] = [base.fork(), newSubject()];
  const held = await longOver(ledger, subject);
  const device = await registered(ledger, subject, { held });
  must(await ledger.act(BUREAU, ledger.importAct({ subject, issuedOn: '2005-01-01', validUntil: '2010-01-01' }), [byFile(ledger.of(BUREAU).clerk)]));
  carried(t, await ledger.act(MARKET, hold(subject, 'kJGSk5SVlpeYmZqbnJ2enw'), two(ledger, MARKET)), { status: 'in-force' });
  must(await ledger.act(MARKET, { op: 'hold.lift', id: 'kJGSk5SVlpeYmZqbnJ2enw' }, two(ledger, MARKET)));
  const other = grantOf({ subject, grantee: POLICE });
  must(await ledger.act(BRANCH, grantPut(other, device), []));
  t.strictSame(ledger.read('retention', subject)?.agencies, [BUREAU, MARKET, BRANCH], 'who manages, who held, who carried');
  carried(t, await ledger.act(POLICE, grantUse(other.id), [byGateway(ledger.of(POLICE).clerk)]));
  refuses(t, await ledger.act(POLICE, begin(subject), two(ledger, POLICE)), 'SUBJECT_NOT_YOURS', 'subject');
  must(await ledger.act(BUREAU, begin(subject), two(ledger)));
  for (const agency of [BUREAU, MARKET, BRANCH]) carried(t, await ledger.act(agency, confirm(subject), []), { status: 'ERASING' });
  carried(t, await ledger.act(POLICE, confirm(subject), []), { status: 'ERASED' });
});

void t.test('when an application is under way, or must still be kept', async (t) => {
  const application = (state: 'received' | 'delivered' | 'withdrawn') => ({ id: 'A', state, events: [{ at: '2020-05-01T17:00:00.000Z' }] as never });
  t.match(groundOfApplication(application('received'), 10, SHANGHAI, '2050-01-01' as Day), { code: 'ERASURE_APPLICATION', of: 'A' });
  t.match(groundOfApplication(application('delivered'), 10, SHANGHAI, '2030-05-02' as Day), { code: 'ERASURE_RETENTION', until: '2030-05-02' }, 'by the legal day');
  t.equal(groundOfApplication(application('withdrawn'), 10, SHANGHAI, '2030-05-03' as Day), undefined);

  const [ledger, subject] = [base.fork(), newSubject()];
  must(await ledger.register(matterPut('FOOD', { kind: KIND.person })));
  const act = receiveAct({ subject });
  must(await ledger.act(BUREAU, act, [byGateway(ledger.of(BUREAU).clerk)]));
  t.strictSame(ledger.read('retention', subject)?.applications, [act.id]);
  refuses(t, await ledger.act(BUREAU, begin(subject), two(ledger)), 'ERASURE_APPLICATION', 'subject');
  must(await ledger.act(BUREAU, stepAct(ledger, 'withdraw', act.id), [byGateway(ledger.of(BUREAU).clerk)]));
  refuses(t, await ledger.act(BUREAU, begin(subject), two(ledger)), 'ERASURE_RETENTION', 'subject');
});

void t.test('when a hold stands', async (t) => {
  const [ledger, subject] = [base.fork(), newSubject()];
  await longOver(ledger, subject);
  refuses(t, await ledger.act(POLICE, hold(subject), two(ledger, POLICE)), 'SUBJECT_NOT_YOURS', 'subject');
  refuses(t, await ledger.act(BUREAU, hold(subject), clerkOf(ledger, BUREAU)), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, hold(HOLDER), two(ledger)), 'ERASURE_ORGANISATION', 'subject');
  const id = 'kJGSk5SVlpeYmZqbnJ2enw';
  carried(t, await ledger.act(BUREAU, hold(subject, id), two(ledger)), { id, status: 'in-force' });
  refuses(t, await ledger.act(BUREAU, hold(subject, id), two(ledger)), 'HOLD_EXISTS', 'id');
  refuses(t, await ledger.act(BUREAU, begin(subject), two(ledger)), 'ERASURE_HOLD', 'subject');
  const lift = { op: 'hold.lift', id };
  refuses(t, await ledger.act(BUREAU, { ...lift, id: newSubject().slice(7) }, two(ledger)), 'HOLD_UNKNOWN', 'id');
  refuses(t, await ledger.act(MARKET, lift, two(ledger, MARKET)), 'HOLD_NOT_YOURS', 'id');
  refuses(t, await ledger.act(BUREAU, lift, clerkOf(ledger, BUREAU)), 'ACTORS_TOO_FEW');
  carried(t, await ledger.act(BUREAU, lift, two(ledger)), { status: 'lifted' });
  refuses(t, await ledger.act(BUREAU, lift, two(ledger)), 'HOLD_LIFTED', 'id');
  t.match(ledger.read('hold', id), { agency: BUREAU, liftedAt: ledger.now });
  carried(t, await ledger.act(BUREAU, begin(subject), two(ledger)), { status: 'ERASING' });
  refuses(t, await ledger.act(BUREAU, hold(subject), two(ledger)), 'SUBJECT_ERASED', 'subject');
});

void t.test('when supervision holds what another agency keeps', async (t) => {
  const [ledger, subject] = [base.fork(), newSubject()];
  must(await ledger.act(BUREAU, ledger.importAct({ subject, issuedOn: '2005-01-01', validUntil: '2010-01-01' }), [byFile(ledger.of(BUREAU).clerk)]));
  for (let i = 0; i < HOLDS_MAX; i++) carried(t, await ledger.act(MARKET, hold(subject), two(ledger, MARKET)));
  refuses(t, await ledger.act(MARKET, hold(subject), two(ledger, MARKET)), 'HOLDS_TOO_MANY', 'subject');
});

void t.test('when the holder asks', async (t) => {
  const [ledger, subject] = [base.fork(), newSubject()];
  const held = await ledger.issued({ subject }, BUREAU, KIND.person);
  const device = await registered(ledger, subject, { held });
  refuses(t, await ledger.act(BUREAU, { ...askBy(device), reason: 'OTHER_STATUTE' }, []), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await ledger.act(BUREAU, { ...askBy(device), subject: newSubject() }, []), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await ledger.act(BUREAU, askBy(device, { reason: 'TIDYING' }), []), 'REASON_UNKNOWN', 'reason');
  const company = await registered(ledger);
  refuses(t, await ledger.act(BUREAU, askBy(company), []), 'ERASURE_ORGANISATION', 'subject');
  const asked = askBy(device);
  carried(t, await ledger.act(BUREAU, asked, []), { status: 'REFUSED' });
  t.match(ledger.read('erasure', subject), { status: 'REFUSED', asks: [{ reason: 'CONSENT_WITHDRAWN', at: ledger.now, device: device.id, grounds: [{ code: 'ERASURE_IN_FORCE', of: held, until: '2029-03-14' }] }] }, 'why not, and until when');
  refuses(t, await ledger.act(BUREAU, asked, []), 'ERASURE_ASKED', 'subject');
  ledger.now = '2040-03-15T02:00:00.000Z' as Instant;
  const later = { command: { expiresAt: '2040-03-20T02:00:00.000Z' } };
  carried(t, await ledger.act(BUREAU, askBy(device), [], later), { status: 'ASKED' });
  refuses(t, await ledger.act(BUREAU, askBy(device), [], later), 'ERASURE_ASKED', 'subject');
  carried(t, await ledger.act(BUREAU, begin(subject), two(ledger), later), { status: 'ERASING' });
  t.equal(ledger.read('erasure', subject)?.asks.length, 2, 'what was asked stays');
  refuses(t, await ledger.act(BUREAU, askBy(device), [], later), 'SUBJECT_ERASED', 'subject');
});

void t.test('when a person is erased', async (t) => {
  const [ledger, subject] = [base.fork(), newSubject()];
  const held = await longOver(ledger, subject);
  const device = await registered(ledger, subject, { held });
  const grant = await granted(ledger, device);
  carried(t, await ledger.act(MARKET, grantUse(grant.id), [byGateway(ledger.of(MARKET).clerk)]));
  must(await ledger.act(BUREAU, begin(subject), two(ledger)));
  const gone = async (what: Promise<unknown>) => { refuses(t, (await what) as never, 'SUBJECT_ERASED'); };
  await gone(ledger.act(MARKET, grantUse(grant.id), [byGateway(ledger.of(MARKET).clerk)]));
  await gone(ledger.act(BUREAU, grantPut(grantOf({ subject }), device), []));
  await gone(ledger.act(BUREAU, grantRevoke(grant.id, device), []));
  await gone(ledger.act(BUREAU, atCounter(newDevice(subject), { held }), two(ledger)));
  await gone(ledger.act(BUREAU, ledger.issueAct({ subject }, BUREAU, KIND.person), two(ledger)));
  await gone(ledger.act(BUREAU, ledger.importAct({ subject }), two(ledger)));
  await gone(ledger.act(BUREAU, ledger.versionAct('confirm', held), two(ledger)));
  must(await ledger.register(matterPut('FOOD', { kind: KIND.person })));
  await gone(ledger.act(BUREAU, receiveAct({ subject }), [byGateway(ledger.of(BUREAU).clerk)]));
  t.match(ledger.record(held), { subject, versions: [{ status: 'VALID' }] }, 'what happened stays on the ledger');
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ subject: newSubject() }, BUREAU, KIND.person), two(ledger)), { status: 'VALID' });
});

void t.test('when it is an organisation', async (t) => {
  const ledger = base.fork();
  await ledger.issued();
  refuses(t, await ledger.act(BUREAU, begin(HOLDER), two(ledger)), 'ERASURE_ORGANISATION', 'subject');
  t.equal(ledger.read('retention', HOLDER), undefined, 'nothing is written that nobody asks for');
});
