/** Grants: what counts as the holder's yes, and everything that must not pass for it. The ledger is called directly, as with a stolen identity of a gateway. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { grantDigest } from '#chaincode/facts/grant';
import { agencyPut, BRANCH, BUREAU, callerOf, HOLDER, KIND, MARKET, must, newLedger, OTHER_HOLDER, POLICE, sha, staffPut, type TestLedger } from '#test/support/ledger';
import { approver, clerkOf, counterGrant, granted, grantOf, grantPut, grantRevoke, grantUse, laidAside, newDevice, registered, signedBy, takenUpBy } from '#test/support/holders';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, randomId } from '#test/support/persons';

const base = await newLedger();
const device = await registered(base);
const PERSON = `person:${'A'.repeat(22)}`;
const asClerk = (ledger: TestLedger, agency = MARKET) => [byGateway(ledger.of(agency).clerk)];
const use = (ledger: TestLedger, id: string, agency = MARKET) => ledger.act(agency, grantUse(id), asClerk(ledger, agency));

void t.test('when the holder grants by device', async (t) => {
  const ledger = base.fork();
  const grant = grantOf();
  const act = grantPut(grant, device) as { by: { signature: string } };
  carried(t, await ledger.act(BUREAU, act, []), { id: grant.id, status: 'in-force', left: 3 });
  t.strictSame(ledger.read('grant', grant.id), { ...grant, assurance: 'device', device: device.id, signature: act.by.signature, agency: BUREAU, status: 'in-force', putAt: ledger.now, left: 3, used: 0 });
  refuses(t, await ledger.act(BUREAU, act, []), 'GRANT_EXISTS', 'id');
  refuses(t, await ledger.act(MARKET, act, []), 'GRANT_EXISTS', 'id');
  for (const left of [2, 1, 0]) carried(t, await use(ledger, grant.id), { grant: grant.id, left });
  refuses(t, await use(ledger, grant.id), 'GRANT_USED_UP', 'grant');
  t.match(ledger.read('grant', grant.id), { left: 0, used: 3, status: 'in-force' });
});

void t.test('when something else is signed than is shown', async (t) => {
  const ledger = base.fork();
  const grant = grantOf();
  for (const change of [{ grantee: POLICE }, { notBefore: '2026-03-15T01:00:00.000Z' }, { notAfter: '2026-07-01T00:00:00.000Z' }, { uses: 4 }, { details: sha('others') }, { id: randomId() }]) {
    refuses(t, await ledger.act(BUREAU, grantPut({ ...grant, ...change }, device, grant), []), 'DEVICE_SIGNATURE', 'by');
  }
  const digest = grantDigest(sha('another ledger'), grant);
  refuses(t, await ledger.act(BUREAU, { op: 'grant.put', grant, by: signedBy(device, digest) }, []), 'DEVICE_SIGNATURE', 'by');
  t.equal(ledger.read('grant', grant.id), undefined);
});

void t.test('when another device signs', async (t) => {
  const ledger = base.fork();
  const [stranger, unknown] = [await registered(ledger, OTHER_HOLDER), newDevice()];
  const grant = grantOf();
  refuses(t, await ledger.act(BUREAU, grantPut(grant, stranger), []), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await ledger.act(BUREAU, grantPut(grant, unknown), []), 'DEVICE_UNKNOWN', 'by');
  refuses(t, await ledger.act(BUREAU, { op: 'grant.put', grant, by: signedBy(stranger, grantDigest(sha('genesis of the test ledger'), grant), device.id) }, []), 'DEVICE_SIGNATURE', 'by');
  const second = newDevice();
  must(await ledger.act(BUREAU, takenUpBy(device, second), []));
  must(await ledger.act(BUREAU, laidAside(device, second), []));
  refuses(t, await ledger.act(BUREAU, grantPut(grant, device), []), 'DEVICE_NOT_IN_USE', 'by');
  carried(t, await ledger.act(BUREAU, grantPut(grant, second), []));
});

void t.test('when a gateway\'s identity is stolen', async (t) => {
  const ledger = base.fork();
  const grant = grantOf();
  refuses(t, await ledger.act(BUREAU, counterGrant(), []), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, counterGrant(), [byGateway(ledger.of(BUREAU).approver)]), 'ACTOR_OWN_KEY_NEEDED');
  const staffKey = ledger.of(BUREAU).clerk.file;
  refuses(t, await ledger.act(BUREAU, { op: 'grant.put', grant, by: signedBy({ ...device, privateKey: staffKey.privateKey }, grantDigest(sha('genesis of the test ledger'), grant)) }, []), 'DEVICE_SIGNATURE', 'by');
  const good = await granted(ledger, device);
  refuses(t, await ledger.act(MARKET, grantUse(good.id), asClerk(ledger), { caller: callerOf(POLICE) }), 'IDENTITY_NOT_OF_AGENCY');
  refuses(t, await use(ledger, good.id, POLICE), 'GRANTEE_DIFFERS', 'grant');
  refuses(t, await use(ledger, good.id, BUREAU), 'GRANTEE_DIFFERS', 'grant');
  refuses(t, await ledger.act(MARKET, grantUse(good.id), []), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(MARKET, grantUse(good.id), [byGateway(ledger.of(POLICE).clerk)]), 'ACTOR_UNKNOWN');
  const mixed = await ledger.send(MARKET, [ledger.command(grantPut(grantOf(), device)), ledger.command(grantUse(good.id))], []);
  for (const result of mixed) refuses(t, result, 'ACTORS_TOO_FEW');
});

void t.test('when the clerk\'s role has ended', async (t) => {
  const ledger = base.fork();
  const grant = await granted(ledger, device);
  const { clerk } = ledger.of(MARKET);
  refuses(t, await ledger.act(MARKET, grantUse(grant.id), [byGateway(ledger.of(MARKET).auditor)]), 'ACTOR_ROLE');
  must(await ledger.register(staffPut(clerk, { roles: ['auditor'] })));
  refuses(t, await use(ledger, grant.id), 'ACTOR_ROLE');
  must(await ledger.register(staffPut(clerk, { active: false })));
  refuses(t, await use(ledger, grant.id), 'ACTOR_INACTIVE');
  must(await ledger.register(agencyPut(MARKET, { active: false })));
  refuses(t, await ledger.act(MARKET, grantUse(grant.id), [byGateway(ledger.of(MARKET).approver)]), 'AGENCY_INACTIVE');
  refuses(t, await ledger.act(BUREAU, grantPut(grantOf(), device), []), 'AGENCY_UNKNOWN', 'grantee');
  t.equal(ledger.read('grant', grant.id)?.left, 3);
});

void t.test('when it is taken back', async (t) => {
  const ledger = base.fork();
  const grant = await granted(ledger, device);
  const stranger = await registered(ledger, OTHER_HOLDER);
  const counter = { op: 'grant.revoke', id: grant.id };
  refuses(t, await ledger.act(BUREAU, grantRevoke(randomId(), device), []), 'GRANT_UNKNOWN', 'grant');
  refuses(t, await ledger.act(BUREAU, grantRevoke(grant.id, stranger), []), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await ledger.act(BUREAU, { ...grantRevoke(randomId(), device), id: grant.id }, []), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await ledger.act(MARKET, counter, clerkOf(ledger, MARKET)), 'GRANT_NOT_YOURS', 'id');
  refuses(t, await ledger.act(BUREAU, counter, [byGateway(ledger.of(BUREAU).clerk)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(BUREAU, counter, []), 'ACTORS_TOO_FEW');
  carried(t, await use(ledger, grant.id), { left: 2 });
  carried(t, await ledger.act(MARKET, grantRevoke(grant.id, device), []), { id: grant.id, status: 'revoked' });
  t.match(ledger.read('grant', grant.id), { status: 'revoked', revokedAt: ledger.now, left: 2, used: 1 });
  refuses(t, await use(ledger, grant.id), 'GRANT_REVOKED', 'grant');
  refuses(t, await ledger.act(BUREAU, counter, clerkOf(ledger, BUREAU)), 'GRANT_REVOKED', 'id');
  refuses(t, await ledger.act(BUREAU, grantPut(grant, device), []), 'GRANT_EXISTS', 'id');
  const other = await granted(ledger, device);
  carried(t, await ledger.act(BUREAU, { ...counter, id: other.id }, clerkOf(ledger, BUREAU)), { status: 'revoked' });
});

void t.test('when use and revocation meet in one second', async (t) => {
  const ledger = base.fork();
  const [before, after] = [await granted(ledger, device), await granted(ledger, device)];
  const requests = [before, after].flatMap(({ id }, i) => {
    const pair = [ledger.request(MARKET, [ledger.command(grantUse(id))], asClerk(ledger)), ledger.request(MARKET, [ledger.command(grantRevoke(id, device))], [])];
    return i === 0 ? pair : pair.reverse();
  });
  const results = (await ledger.submit(requests, callerOf(MARKET))).map(({ results: [result] }) => (result?.ok === true ? 'carried' : result?.code));
  t.strictSame(results, ['carried', 'carried', 'carried', 'GRANT_REVOKED'], 'the order in the block decides, not the clock');
  t.equal(ledger.read('grant', after.id)?.used, 0);
});

void t.test('when the clock is played with', async (t) => {
  const ledger = base.fork();
  const grant = await granted(ledger, device, { notBefore: '2026-03-15T03:00:00.000Z', notAfter: '2026-03-15T05:00:00.000Z', uses: 9 });
  const at = async (now: string) => {
    ledger.now = now as Instant;
    return use(ledger, grant.id);
  };
  refuses(t, await at('2026-03-15T02:59:59.999Z'), 'GRANT_NOT_YET', 'grant');
  carried(t, await at('2026-03-15T03:00:00.000Z'));
  carried(t, await at('2026-03-15T05:00:00.000Z'));
  refuses(t, await at('2026-03-15T05:00:00.001Z'), 'GRANT_OVER', 'grant');
  refuses(t, await at('2026-03-15T04:59:59.999Z'), 'TIME_STEPS_BACK');
  carried(t, await at('2026-03-15T05:00:00.000Z'));
  refuses(t, await ledger.act(BUREAU, grantPut(grantOf({ notAfter: '2026-03-15T04:59:59.999Z' }), device), []), 'GRANT_OVER', 'notAfter');
  ledger.now = '2026-03-15T04:00:00.000Z' as Instant;
  const later = await granted(ledger, device, { notBefore: '2026-03-15T01:00:00.000Z' });
  ledger.now = '2026-03-15T03:59:59.999Z' as Instant;
  refuses(t, await use(ledger, later.id), 'TIME_STEPS_BACK');
});

void t.test('when a grant lasts too long', async (t) => {
  const ledger = base.fork();
  const put = (change: object) => ledger.act(BUREAU, grantPut(grantOf(change), device), []);
  refuses(t, await put({ notAfter: '2029-03-15T02:00:00.001Z' }), 'GRANT_TOO_LONG', 'notAfter');
  carried(t, await put({ notAfter: '2029-03-15T02:00:00.000Z' }));
  refuses(t, await put({ notAfter: '2026-03-15T02:00:00.000Z' }), 'DATES_REVERSED', 'notAfter');
  refuses(t, await put({ notBefore: '2026-02-30T02:00:00.000Z' }), 'DATE_UNREAL', 'notBefore');
  refuses(t, await put({ notAfter: '2026-03-15T24:00:00.000Z' }), 'DATE_UNREAL', 'notAfter');
  refuses(t, await put({ notBefore: '2026-13-15T02:00:00.000Z' }), 'DATE_UNREAL', 'notBefore');
  refuses(t, await put({ uses: 0 }), 'COMMAND_MALFORMED');
  refuses(t, await ledger.act(BUREAU, { ...grantPut(grantOf(), device), evidence: sha('seen') }, []), 'COMMAND_MALFORMED', 'by');
  refuses(t, await put({ uses: 100_001 }), 'COMMAND_MALFORMED');
  refuses(t, await put({ grantee: '91370303MA99TXT202' }), 'AGENCY_UNKNOWN', 'grantee');
});

void t.test('when the holder grants at a counter', async (t) => {
  const ledger = base.fork();
  const put = (change: object = {}, parts: object = {}, agency = BUREAU) => ledger.act(agency, counterGrant(change, parts), clerkOf(ledger, agency));
  refuses(t, await put({ notAfter: '2026-03-16T02:00:00.001Z' }), 'GRANT_TOO_LONG', 'notAfter');
  refuses(t, await put({ notBefore: '2027-03-15T02:00:00.000Z', notAfter: '2027-03-16T02:00:00.000Z' }), 'GRANT_TOO_LONG', 'notAfter');
  refuses(t, await put({ uses: 11 }), 'GRANT_USES', 'uses');
  refuses(t, await put({}, { evidence: undefined }), 'EVIDENCE_MISSING', 'evidence');
  refuses(t, await put({}, {}, POLICE), 'RIGHT_MISSING', 'agency');
  refuses(t, await put({ subject: PERSON }), 'SUBJECT_NOT_YOURS', 'held');
  refuses(t, await ledger.act(BUREAU, counterGrant(), [byFile(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE');
  const held = await ledger.issued({ subject: PERSON, validUntil: undefined }, BUREAU, KIND.person);
  refuses(t, await put({ subject: PERSON }, { held }, BRANCH), 'SUBJECT_NOT_YOURS', 'held');
  carried(t, await put({ subject: PERSON }, { held }));
  const act = counterGrant({ uses: 10 }) as { grant: { id: string } };
  carried(t, await ledger.act(BUREAU, act, approver(ledger, BUREAU)), { left: 10 });
  t.match(ledger.read('grant', act.grant.id), { assurance: 'counter', staff: [ledger.of(BUREAU).approver.id], evidence: sha('seen'), subject: HOLDER });
  t.equal(ledger.read('grant', act.grant.id)?.signature, undefined);
  carried(t, await use(ledger, act.grant.id), { left: 9 });
});

void t.test('when a request is repeated', async (t) => {
  const ledger = base.fork();
  const grant = await granted(ledger, device);
  const act = grantUse(grant.id) as { leaf: string };
  const request = ledger.request(MARKET, [ledger.command(act)], asClerk(ledger));
  const [first] = await ledger.submit([request], callerOf(MARKET));
  const [again] = await ledger.submit([request], callerOf(MARKET));
  t.match(first, { results: [{ ok: true, left: 2, leaf: act.leaf }] }, 'for this very use');
  t.match(again, { results: [{ ok: true, left: 2 }] });
  t.ok(again?.recordedIn, 'the first result, and no second use');
  t.equal(ledger.read('grant', grant.id)?.left, 2);
});
