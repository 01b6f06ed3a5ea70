/** A holder's people and agents: what they may, what they pass on, and everybody who goes beyond it. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { BUREAU, callerOf, HOLDER, KIND, MARKET, must, newLedger, OTHER_HOLDER, POLICE, type TestLedger } from '#test/support/ledger';
import { agentOf, delegated, delegationOf, delegationPut, delegationRevoke, filedAct, grantFor, managerOf, member, memberPut, revokeFor } from '#test/support/delegations';
import { atCounter, clerkOf, granted, grantOf, grantPut, grantRevoke, laidAside, newDevice, registered, takenUpBy, type TestDevice } from '#test/support/holders';
import { carried, refuses } from '#test/support/matchers';
import { formField, matterPut, receiveAct, stepAct } from '#test/support/matters';
import { byGateway, randomId } from '#test/support/persons';

const base = await newLedger();
const owner = await registered(base);
const agency = await registered(base, OTHER_HOLDER);
const LATER = '2027-03-15T02:00:00.001Z' as Instant;
/** Carried by an agency in which nobody acts. */
const carry = (ledger: TestLedger, act: object) => ledger.act(MARKET, act, []);

void t.test('when the owner gives a delegation', async (t) => {
  const ledger = base.fork();
  const delegation = delegationOf();
  carried(t, await carry(ledger, delegationPut(delegation, owner)), { id: delegation.id, status: 'in-force' });
  t.match(ledger.read('delegation', delegation.id), { ...delegation, device: owner.id, signature: /^[\w-]{86}$/, agency: MARKET, devices: [], status: 'in-force', putAt: ledger.now });
  refuses(t, await carry(ledger, delegationPut(delegation, owner)), 'DELEGATION_EXISTS', 'id');
  refuses(t, await carry(ledger, delegationPut(delegationOf(), owner, delegation)), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await carry(ledger, delegationPut(delegationOf(), agency)), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await ledger.act(BUREAU, { op: 'delegation.put', delegation: delegationOf() }, ledger.two(BUREAU)), 'COMMAND_MALFORMED');
});

/** Each is no delegation, for one reason. */
const BAD: readonly (readonly [string, Parameters<typeof delegationOf>[0], string, string])[] = [
  ['a clerk who may have clerks', { acts: ['show', 'members'] }, 'DELEGATION_EXCEEDS', 'acts'], ['an agent who may have clerks', { role: 'agent', delegate: OTHER_HOLDER.slice(5), acts: ['members'] }, 'DELEGATION_EXCEEDS', 'acts'],
  ['an agent of no name', { role: 'agent' }, 'COMMAND_MALFORMED', 'delegate'], ['a clerk of another organisation', { delegate: OTHER_HOLDER.slice(5) }, 'COMMAND_MALFORMED', 'delegate'],
  ['himself for an agent', { role: 'agent', delegate: HOLDER.slice(5) }, 'COMMAND_MALFORMED', 'delegate'], ['an agent with a wrong code', { role: 'agent', delegate: '92370303MA99TXT125' }, 'USCC_CHECK_DIGIT', 'delegate'],
  ['a kind that there is not', { kinds: ['11370000000000000T999'] }, 'KIND_UNKNOWN', 'kinds'], ['a purpose that there is not', { purposes: ['CURIOSITY'] }, 'PURPOSE_UNKNOWN', 'purposes'],
  ['an end before the beginning', { notAfter: '2026-03-15T02:00:00.000Z' }, 'DATES_REVERSED', 'notAfter'], ['an end that has been', { notBefore: '2025-01-01T00:00:00.000Z', notAfter: '2026-03-15T01:59:59.999Z' }, 'DELEGATION_OVER', 'notAfter'],
  ['more than three years', { notAfter: '2029-03-15T02:00:00.001Z' }, 'DELEGATION_TOO_LONG', 'notAfter'], ['a day that there is not', { notBefore: '2026-02-30T00:00:00.000Z' }, 'DATE_UNREAL', 'notBefore'],
];
void t.test('when a delegation is not of the form', async (t) => {
  const ledger = base.fork();
  for (const [what, change, code, field] of BAD) t.match(await carry(ledger, delegationPut(delegationOf(change), owner)), { ok: false, code, field }, what);
  const PERSON = `person:${'A'.repeat(22)}`;
  const phone = await registered(ledger, PERSON, { held: await ledger.issued({ subject: PERSON, validUntil: undefined }, BUREAU, KIND.person) });
  refuses(t, await carry(ledger, delegationPut(delegationOf({ subject: PERSON }), phone)), 'COMMAND_MALFORMED', 'role');
  carried(t, await carry(ledger, delegationPut(agentOf({ subject: PERSON }), phone)));
});

void t.test('when a person gets a phone', async (t) => {
  const ledger = base.fork();
  const { id } = await delegated(ledger, owner, delegationOf());
  const phone = newDevice();
  refuses(t, await carry(ledger, memberPut(phone, randomId(), owner)), 'DELEGATION_UNKNOWN', 'delegation');
  refuses(t, await carry(ledger, { ...memberPut(phone, id, owner), delegation: undefined }), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await carry(ledger, { ...takenUpBy(owner, phone), delegation: id }), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await ledger.act(BUREAU, atCounter(phone, { delegation: id }), ledger.two(BUREAU)), 'COMMAND_MALFORMED', 'delegation');
  refuses(t, await carry(ledger, memberPut(newDevice(OTHER_HOLDER), id, agency)), 'DELEGATION_OF_OTHER', 'delegation');
  const mandate = await delegated(ledger, owner, agentOf());
  refuses(t, await carry(ledger, memberPut(phone, mandate.id, owner)), 'DELEGATION_OF_OTHER', 'delegation');
  carried(t, await carry(ledger, memberPut(phone, id, owner)), { status: 'in-use' });
  t.match(ledger.read('device', phone.id), { delegation: id, method: 'device', device: owner.id });
  t.strictSame(ledger.read('delegation', id)?.devices, [phone.id]);
  t.strictSame(ledger.read('holder', HOLDER)?.devices, [owner.id], "it is none of the holder's own");
  for (let i = 1; i < 3; i++) must(await carry(ledger, memberPut(newDevice(), id, owner)));
  refuses(t, await carry(ledger, memberPut(newDevice(), id, owner)), 'DEVICES_TOO_MANY', 'delegation');
  must(await carry(ledger, laidAside(phone, phone)));
  t.equal(ledger.read('delegation', id)?.devices.length, 2);
  carried(t, await carry(ledger, memberPut(newDevice(), id, owner)));
  must(await carry(ledger, delegationRevoke(id, owner)));
  refuses(t, await carry(ledger, memberPut(newDevice(), id, owner)), 'DELEGATION_REVOKED', 'by');
});

void t.test('when a clerk acts within what he has, and beyond it', async (t) => {
  const ledger = base.fork();
  const clerk = await member(ledger, owner);
  const grant = grantOf();
  carried(t, await carry(ledger, grantPut(grant, clerk)));
  t.match(ledger.read('grant', grant.id), { device: clerk.id, delegations: [clerk.delegation], assurance: 'device' });
  refuses(t, await carry(ledger, grantPut(grantOf({ notAfter: LATER }), clerk)), 'DELEGATION_EXCEEDS', 'notAfter');
  const shower = await member(ledger, owner, delegationOf({ acts: ['show', 'apply'] }));
  refuses(t, await carry(ledger, grantPut(grantOf(), shower)), 'DELEGATION_SCOPE', 'by');
  const tomorrow = await member(ledger, owner, delegationOf({ notBefore: '2026-03-15T02:00:00.001Z' })).catch((error: unknown) => error);
  t.match(tomorrow, { message: /DELEGATION_NOT_YET/ }, 'no phone before it begins');
});

void t.test('when a clerk reaches for what is the owner\'s', async (t) => {
  const ledger = base.fork();
  const clerk = await member(ledger, owner);
  const other = await member(ledger, owner);
  const all = await member(ledger, owner, managerOf());
  const own = await granted(ledger, owner);
  for (const device of [clerk, all]) {
    refuses(t, await carry(ledger, takenUpBy(device, newDevice())), 'DELEGATION_SCOPE', 'by');
    refuses(t, await carry(ledger, memberPut(newDevice(), device.delegation, device)), 'DELEGATION_SCOPE', 'by');
    refuses(t, await carry(ledger, laidAside(owner, device)), 'DELEGATION_SCOPE', 'by');
    refuses(t, await carry(ledger, laidAside(other, device)), 'DELEGATION_SCOPE', 'by');
    refuses(t, await carry(ledger, grantRevoke(own.id, device)), 'DELEGATION_SCOPE', 'by');
    refuses(t, await carry(ledger, delegationRevoke(other.delegation, device)), 'DELEGATION_SCOPE', 'by');
  }
  refuses(t, await carry(ledger, delegationPut(delegationOf(), clerk)), 'DELEGATION_SCOPE', 'by');
  const his = await granted(ledger, clerk);
  refuses(t, await carry(ledger, grantRevoke(his.id, other)), 'DELEGATION_SCOPE', 'by');
  carried(t, await carry(ledger, grantRevoke(his.id, clerk)));
  carried(t, await carry(ledger, laidAside(other, owner)));
});

void t.test('when a manager has clerks', async (t) => {
  const ledger = base.fork();
  const manager = await member(ledger, owner, managerOf({ kinds: [KIND.food, KIND.drug], purposes: ['CREDIT', 'TENDER'] }));
  const within = { acts: ['grant'], kinds: [KIND.food], purposes: ['CREDIT'] } satisfies Parameters<typeof delegationOf>[0];
  const more: readonly (readonly [string, Parameters<typeof delegationOf>[0], string])[] = [
    ['an act', { acts: ['object'] }, 'acts'], ['a kind', { kinds: [KIND.food, KIND.triple] }, 'kinds'], ['every kind', { kinds: undefined as never }, 'kinds'], ['a purpose', { purposes: ['AUDIT'] }, 'purposes'], ['every purpose', { purposes: undefined as never }, 'purposes'],
    ['a longer time', { notAfter: LATER }, 'notAfter'], ['an earlier time', { notBefore: '2026-03-15T01:59:59.999Z' }, 'notBefore'], ['a manager', { role: 'manager' }, 'role'], ['an agent', { role: 'agent', delegate: OTHER_HOLDER.slice(5) }, 'role'],
  ];
  for (const [what, change, field] of more) t.match(await carry(ledger, delegationPut(delegationOf({ ...within, ...change }), manager)), { ok: false, code: 'DELEGATION_EXCEEDS', field }, `more than he has: ${what}`);
  const clerk = await member(ledger, manager, delegationOf(within));
  t.match(ledger.read('delegation', clerk.delegation), { above: manager.delegation, device: manager.id });
  const his = await granted(ledger, clerk);
  t.match(await carry(ledger, grantRevoke(his.id, manager)), { ok: true }, 'and takes back what they gave');
  carried(t, await carry(ledger, laidAside(clerk, manager)));
  t.match(await carry(ledger, memberPut(newDevice(), clerk.delegation, owner)), { ok: true }, 'so may the owner');
  const second = await member(ledger, manager, delegationOf(within));
  carried(t, await carry(ledger, delegationRevoke(clerk.delegation, manager)));
  must(await carry(ledger, delegationRevoke(manager.delegation, owner)));
  refuses(t, await carry(ledger, grantPut(grantOf(), second)), 'DELEGATION_REVOKED', 'by');
  refuses(t, await carry(ledger, delegationPut(delegationOf(within), manager)), 'DELEGATION_REVOKED', 'by');
  refuses(t, await carry(ledger, delegationRevoke(second.delegation, manager)), 'DELEGATION_REVOKED', 'by');
});

void t.test('when a clerk is removed', async (t) => {
  const ledger = base.fork();
  const clerk = await member(ledger, owner);
  const before = await granted(ledger, clerk);
  const [remove, sign] = [delegationRevoke(clerk.delegation, owner), grantPut(grantOf(), clerk)].map((act) => ledger.request(MARKET, [ledger.command(act)], []));
  const fork = ledger.fork();
  const codes = (results: Awaited<ReturnType<TestLedger['submit']>>) => results.map(({ results: [result] }) => (result?.ok === true ? 'done' : result?.code));
  t.strictSame(codes(await ledger.submit([remove, sign], callerOf(MARKET))), ['done', 'DELEGATION_REVOKED'], 'in the same batch as the removal');
  t.strictSame(codes(await fork.submit([sign, remove], callerOf(MARKET))), ['done', 'done'], 'the order decides');
  t.match(ledger.read('delegation', clerk.delegation), { status: 'revoked', revokedAt: ledger.now, revokedBy: owner.id });
  refuses(t, await carry(ledger, grantRevoke(before.id, clerk)), 'DELEGATION_REVOKED', 'by');
  refuses(t, await carry(ledger, delegationRevoke(clerk.delegation, owner)), 'DELEGATION_REVOKED', 'id');
  refuses(t, await carry(ledger, delegationPut({ ...delegationOf(), id: clerk.delegation }, owner)), 'DELEGATION_EXISTS', 'id');
  t.equal(ledger.read('grant', before.id)?.status, 'in-force', 'what he had given stays');
  t.match(await carry(ledger, grantRevoke(before.id, owner)), { ok: true }, 'until the owner takes it back');
  refuses(t, await carry(ledger, delegationRevoke(randomId(), owner)), 'DELEGATION_UNKNOWN', 'delegation');
});

void t.test('when a delegation is over', async (t) => {
  const ledger = base.fork();
  const clerk = await member(ledger, owner);
  ledger.now = '2027-03-15T02:00:00.000Z' as Instant;
  const command = { expiresAt: '2027-03-16T00:00:00.000Z' };
  const grant = (device: TestDevice) => grantPut(grantOf({ notAfter: '2027-03-15T02:00:00.000Z' }), device);
  t.match(await ledger.act(MARKET, grant(clerk), [], { command }), { ok: true }, 'to its last moment');
  ledger.now = LATER;
  refuses(t, await ledger.act(MARKET, grantPut(grantOf({ notAfter: '2027-04-15T02:00:00.000Z' }), clerk), [], { command }), 'DELEGATION_OVER', 'by');
  t.match(await ledger.act(MARKET, laidAside(clerk, clerk), [], { command }), { ok: true }, 'it still lays itself aside');
});

void t.test('when a delegation ends at a counter, or is given up', async (t) => {
  const ledger = base.fork();
  const clerk = await member(ledger, owner);
  const end = { op: 'delegation.revoke', id: clerk.delegation };
  refuses(t, await ledger.act(BUREAU, end, [byGateway(ledger.of(BUREAU).clerk)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(BUREAU, end, []), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(POLICE, end, clerkOf(ledger, POLICE)), 'RIGHT_MISSING', 'agency');
  carried(t, await ledger.fork().act(BUREAU, end, clerkOf(ledger, BUREAU)), { status: 'revoked' });
  t.match(await carry(ledger, delegationRevoke(clerk.delegation, clerk)), { ok: true }, 'by himself');
  const mandate = await delegated(ledger, owner, agentOf());
  refuses(t, await carry(ledger, delegationRevoke(mandate.id, await member(ledger, agency, delegationOf({ subject: OTHER_HOLDER })))), 'DELEGATION_SCOPE', 'by');
  t.match(await carry(ledger, delegationRevoke(mandate.id, agency)), { ok: true }, 'by the agent');
});

void t.test('when an agent acts for a holder', async (t) => {
  const ledger = base.fork();
  const mandate = await delegated(ledger, owner, agentOf());
  refuses(t, await carry(ledger, grantPut(grantOf(), agency)), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await carry(ledger, grantFor(grantOf(), owner, mandate.id)), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await carry(ledger, grantFor(grantOf(), agency, randomId())), 'DELEGATION_UNKNOWN', 'by');
  refuses(t, await carry(ledger, grantFor(grantOf({ subject: OTHER_HOLDER }), agency, mandate.id)), 'DELEGATION_OF_OTHER', 'by');
  const clerk = await member(ledger, owner);
  refuses(t, await carry(ledger, grantFor(grantOf(), clerk, clerk.delegation)), 'DELEGATION_OF_OTHER', 'by');
  const grant = grantOf();
  carried(t, await carry(ledger, grantFor(grant, agency, mandate.id)));
  t.match(ledger.read('grant', grant.id), { subject: HOLDER, device: agency.id, delegations: [mandate.id] });
  refuses(t, await carry(ledger, grantFor(grantOf({ notAfter: LATER }), agency, mandate.id)), 'DELEGATION_EXCEEDS', 'notAfter');
  const own = await granted(ledger, owner);
  refuses(t, await carry(ledger, revokeFor(own.id, agency, mandate.id)), 'DELEGATION_SCOPE', 'by');
  carried(t, await carry(ledger, revokeFor(grant.id, agency, mandate.id)));
  const filing = await delegated(ledger, owner, agentOf({ acts: ['apply'] }));
  refuses(t, await carry(ledger, grantFor(grantOf(), agency, filing.id)), 'DELEGATION_SCOPE', 'by');
  must(await carry(ledger, delegationRevoke(mandate.id, owner)));
  refuses(t, await carry(ledger, grantFor(grantOf(), agency, mandate.id)), 'DELEGATION_REVOKED', 'by');
});

void t.test('when the agent has people of its own', async (t) => {
  const ledger = base.fork();
  const mandate = await delegated(ledger, owner, agentOf());
  const [giver, shower] = [await member(ledger, agency, delegationOf({ subject: OTHER_HOLDER })), await member(ledger, agency, delegationOf({ subject: OTHER_HOLDER, acts: ['show'] }))];
  refuses(t, await carry(ledger, grantFor(grantOf(), shower, mandate.id)), 'DELEGATION_SCOPE', 'by');
  const grant = grantOf();
  carried(t, await carry(ledger, grantFor(grant, giver, mandate.id)));
  t.strictSame(ledger.read('grant', grant.id)?.delegations, [mandate.id, giver.delegation], 'both are named');
  must(await carry(ledger, delegationRevoke(giver.delegation, agency)));
  refuses(t, await carry(ledger, grantFor(grantOf(), giver, mandate.id)), 'DELEGATION_REVOKED', 'by');
});

void t.test('when an agent stands at a counter', async (t) => {
  const ledger = base.fork();
  must(await ledger.register(matterPut()));
  must(await ledger.register(matterPut('WORD', { kind: undefined, agency: BUREAU, form: [formField('number')] })));
  const file = (delegation: string, change: object = {}) => ledger.act(BUREAU, receiveAct({ delegation, ...change }), [byGateway(ledger.of(BUREAU).clerk)]);
  const mandate = await delegated(ledger, owner, agentOf({ acts: ['apply'], kinds: [KIND.food], purposes: ['FOOD_PERMIT'] }));
  const act = receiveAct({ delegation: mandate.id });
  carried(t, await ledger.act(BUREAU, act, [byGateway(ledger.of(BUREAU).clerk)]));
  t.match(ledger.read('application', act.id)?.events, [{ act: 'receive', delegation: mandate.id }], 'who stood there is on record');
  const step = (name: string) => ledger.act(BUREAU, stepAct(ledger, name, act.id, { delegation: mandate.id }), [byGateway(ledger.of(BUREAU).clerk)]);
  refuses(t, await step('accept'), 'COMMAND_MALFORMED', 'delegation');
  refuses(t, await file(randomId()), 'DELEGATION_UNKNOWN', 'delegation');
  refuses(t, await file((await delegated(ledger, agency, agentOf({ subject: OTHER_HOLDER, delegate: HOLDER.slice(5) }))).id), 'DELEGATION_OF_OTHER', 'delegation');
  refuses(t, await file((await delegated(ledger, owner, agentOf({ acts: ['grant'] }))).id), 'DELEGATION_SCOPE', 'by');
  refuses(t, await file((await delegated(ledger, owner, agentOf({ kinds: [KIND.drug] }))).id), 'DELEGATION_SCOPE', 'matters');
  refuses(t, await file((await delegated(ledger, owner, agentOf({ purposes: ['CREDIT'] }))).id), 'DELEGATION_SCOPE', 'matters');
  refuses(t, await file(mandate.id, { matters: [{ matter: 'WORD', variant: 'USUAL', version: 1 }] }), 'DELEGATION_SCOPE', 'matters');
  must(await carry(ledger, delegationRevoke(mandate.id, owner)));
  refuses(t, await file(mandate.id), 'DELEGATION_REVOKED', 'by');
  refuses(t, await step('withdraw'), 'DELEGATION_REVOKED', 'by');
});

void t.test('when an application was filed from a wallet', async (t) => {
  const ledger = base.fork();
  must(await ledger.register(matterPut()));
  const receive = (act: object) => ledger.act(BUREAU, act, [byGateway(ledger.of(BUREAU).clerk)]);
  refuses(t, await receive({ ...receiveAct(), channel: 'wallet' }), 'COMMAND_MALFORMED', 'channel');
  refuses(t, await receive(filedAct(owner, { channel: 'counter' })), 'COMMAND_MALFORMED', 'channel');
  refuses(t, await receive(filedAct(agency)), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await receive(filedAct(owner, { id: randomId() })), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await receive(filedAct(owner, {}, { agency: MARKET })), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await ledger.act(BUREAU, filedAct(owner), []), 'ACTORS_TOO_FEW');
  const act = filedAct(owner);
  carried(t, await receive(act));
  t.match(ledger.read('application', act.id), { channel: 'wallet', events: [{ filed: { device: owner.id, signature: /^[\w-]{86}$/, details: act.filed.details } }] });
  refuses(t, await receive(filedAct(await member(ledger, owner))), 'DELEGATION_SCOPE', 'by');
  refuses(t, await receive(filedAct(await member(ledger, owner, delegationOf({ acts: ['apply'], kinds: [KIND.drug] })))), 'DELEGATION_SCOPE', 'matters');
  const clerk = await member(ledger, owner, delegationOf({ acts: ['apply'], kinds: [KIND.food] }));
  const waiting = filedAct(clerk);
  must(await carry(ledger, delegationRevoke(clerk.delegation, owner)));
  refuses(t, await receive(waiting), 'DELEGATION_REVOKED', 'by');
  const mandate = await delegated(ledger, owner, agentOf({ acts: ['apply'] }));
  const byAgent = filedAct(agency, {}, { mandate: mandate.id });
  carried(t, await receive(byAgent));
  t.strictSame(ledger.read('application', byAgent.id)?.events[0]?.filed?.delegations, [mandate.id]);
});
