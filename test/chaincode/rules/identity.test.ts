/** Identity records: who attests a holder, for how long, and who ends it. */
import t from 'tap';
import { identityEndDigest } from '#chaincode/facts/identity';
import { BUREAU, HOLDER, KIND, LEDGER, MARKET, newLedger, OTHER_HOLDER, POLICE } from '#test/support/ledger';
import { clerkOf, registered, signedBy } from '#test/support/holders';
import { identityPut } from '#test/support/identities';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, randomId } from '#test/support/persons';

const base = await newLedger();
const PERSON = `person:${'A'.repeat(22)}`;

void t.test('when staff attest a holder', async (t) => {
  const ledger = base.fork();
  const act = identityPut();
  refuses(t, await ledger.act(BUREAU, act, [byGateway(ledger.of(BUREAU).clerk)]), 'ACTOR_OWN_KEY_NEEDED', 'actors');
  refuses(t, await ledger.act(BUREAU, act, []), 'ACTORS_TOO_FEW', 'actors');
  refuses(t, await ledger.act(BUREAU, identityPut({ method: 'provider' }), [byGateway(ledger.of(BUREAU).clerk)]), 'ACTOR_OWN_KEY_NEEDED', 'actors');
  refuses(t, await ledger.act(BUREAU, { ...act, by: signedBy(await registered(ledger), identityEndDigest(LEDGER, act.id)) }, []), 'COMMAND_MALFORMED');
  refuses(t, await ledger.act(BUREAU, act, [byFile(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE', 'actors');
  refuses(t, await ledger.act(POLICE, act, clerkOf(ledger, POLICE)), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(BUREAU, identityPut({ subject: 'uscc:91370303MA99TXT04D' }), clerkOf(ledger, BUREAU)), 'USCC_CHECK_DIGIT', 'subject');
  carried(t, await ledger.act(BUREAU, act, clerkOf(ledger, BUREAU)), { id: act.id, status: 'in-use' });
  t.match(ledger.read('identity', act.id), { subject: HOLDER, method: 'counter', document: 'E_BUSINESS_LICENCE', agency: BUREAU, staff: [ledger.of(BUREAU).clerk.id], at: ledger.now, until: '2029-03-14', status: 'in-use' });
  refuses(t, await ledger.act(BUREAU, act, clerkOf(ledger, BUREAU)), 'IDENTITY_EXISTS', 'id');
});

void t.test('when the document or the term does not fit', async (t) => {
  const ledger = base.fork();
  for (const [change, code, field] of [
    [{ document: 'ID_CARD' }, 'IDENTITY_DOCUMENT', 'document'], [{ until: '2026-02-30' }, 'DATE_UNREAL', 'until'], [{ until: '2026-03-14' }, 'DATES_REVERSED', 'until'], [{ until: '2031-03-16' }, 'IDENTITY_TOO_LONG', 'until'],
  ] as const) refuses(t, await ledger.act(BUREAU, identityPut(change), clerkOf(ledger, BUREAU)), code, field);
  carried(t, await ledger.act(BUREAU, identityPut({ until: '2031-03-15' }), clerkOf(ledger, BUREAU)));
});

void t.test('when it is a natural person', async (t) => {
  const ledger = base.fork();
  const act = identityPut({ subject: PERSON, document: 'ID_CARD' });
  refuses(t, await ledger.act(BUREAU, act, clerkOf(ledger, BUREAU)), 'SUBJECT_NOT_YOURS', 'held');
  refuses(t, await ledger.act(BUREAU, { ...act, document: 'E_BUSINESS_LICENCE' }, clerkOf(ledger, BUREAU)), 'IDENTITY_DOCUMENT', 'document');
  const held = await ledger.issued({ subject: PERSON, validUntil: undefined }, BUREAU, KIND.person);
  carried(t, await ledger.act(BUREAU, { ...act, held }, clerkOf(ledger, BUREAU)));
});

void t.test('when it ends', async (t) => {
  const ledger = base.fork();
  const [one, two] = [identityPut(), identityPut()];
  for (const act of [one, two]) carried(t, await ledger.act(BUREAU, act, clerkOf(ledger, BUREAU)));
  const end = (id: string, change: object = {}) => ({ op: 'identity.end', id, ...change });
  refuses(t, await ledger.act(MARKET, end(one.id), clerkOf(ledger, MARKET)), 'IDENTITY_NOT_YOURS', 'id');
  refuses(t, await ledger.act(BUREAU, end(randomId()), clerkOf(ledger, BUREAU)), 'IDENTITY_UNKNOWN', 'id');
  const [device, stranger] = [await registered(ledger), await registered(ledger, OTHER_HOLDER)];
  refuses(t, await ledger.act(MARKET, end(one.id, { by: signedBy(stranger, identityEndDigest(LEDGER, one.id)) }), []), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await ledger.act(MARKET, end(one.id, { by: signedBy(device, identityEndDigest(LEDGER, two.id)) }), []), 'DEVICE_SIGNATURE', 'by');
  carried(t, await ledger.act(MARKET, end(one.id, { by: signedBy(device, identityEndDigest(LEDGER, one.id)) }), []), { id: one.id, status: 'ended' });
  refuses(t, await ledger.act(BUREAU, end(one.id), clerkOf(ledger, BUREAU)), 'IDENTITY_ENDED', 'id');
  carried(t, await ledger.act(BUREAU, end(two.id), [byGateway(ledger.of(BUREAU).clerk)]), { status: 'ended' });
  t.match(ledger.read('identity', two.id), { status: 'ended', endedAt: ledger.now });
});
