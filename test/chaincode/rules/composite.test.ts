/** Composite licences: what the contract lets be put together, and what all say together. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { rollUp, type CompositeRule } from '#chaincode/facts/composite';
import type { RefusalCode } from '#chaincode/facts/refusal';
import { BRANCH, BUREAU, KIND, KINDS, MARKET, must, newLedger, OTHER_HOLDER, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, randomId } from '#test/support/persons';

const base = await newLedger();
const shop = (ledger: TestLedger, members: readonly string[], change: object = {}) => ledger.issueAct({ members, validUntil: '2029-03-14', ...change }, BUREAU, KIND.shop);
const byClerk = (ledger: TestLedger) => [byGateway(ledger.of(BUREAU).clerk)];
const put = (ledger: TestLedger, act: object) => ledger.act(BUREAU, act, byClerk(ledger));
const food = (ledger: TestLedger, change: object = {}) => ledger.issued(change);
const drug = (ledger: TestLedger, change: object = {}) => ledger.issued(change, BUREAU, KIND.drug);

t.test('when permits of one holder are put together', async (t) => {
  const ledger = base.fork();
  const [one, other] = [await food(ledger), await drug(ledger, { validUntil: '2028-12-31' })];
  const act = shop(ledger, [one, other], { validUntil: '2028-12-31' });
  carried(t, await put(ledger, act), { version: 1, status: 'VALID' });
  t.match(ledger.record(act.licence).versions[0], { members: [{ licence: one, required: true }, { licence: other, required: false }], rollUp: 'required', validUntil: '2028-12-31' });
  t.equal(ledger.record(one).versions[0]?.members, undefined);

  must(await ledger.act(BUREAU, ledger.statusAct('suspend', other), byClerk(ledger)));
  t.equal(ledger.record(act.licence).events.length, 1, 'what befalls a member is not written to the composite');
  refuses(t, await put(ledger, ledger.versionAct('change', act.licence, { members: [one, other], validUntil: '2028-12-31' })), 'MEMBER_NOT_IN_FORCE', 'members');
  carried(t, await put(ledger, ledger.versionAct('change', act.licence, { members: [one] })), { version: 2 });
  t.match(ledger.record(act.licence).versions.map(({ members }) => members?.length), [2, 1], 'dropping one is a new version');
  refuses(t, await put(ledger, ledger.versionAct('change', act.licence)), 'MEMBERS_MISSING', 'members');
});

t.test('when permits and composite are issued in one act', async (t) => {
  const ledger = base.fork();
  const member = ledger.issueAct();
  const issue = (change: object) => ledger.send(BUREAU, [ledger.command(member), ledger.command(shop(ledger, [member.licence], change))], [byFile(ledger.of(BUREAU).clerk)], { atomic: true });
  const [refused] = await issue({ validUntil: '2027-01-01' });
  t.match(refused, { ok: false, code: 'ATOMIC_ROLLED_BACK' });
  t.equal(ledger.read('licence', member.licence), undefined, 'all or nothing');
  for (const result of await issue({})) carried(t, result, { version: 1 });
});

t.test('when what is put together does not belong together', async (t) => {
  const ledger = base.fork();
  const [own, theirs, imported, suspended] = [await food(ledger), await food(ledger, { subject: OTHER_HOLDER }), await ledger.imported(), await food(ledger)];
  must(await ledger.act(BUREAU, ledger.statusAct('suspend', suspended), byClerk(ledger)));
  const composite = shop(ledger, [own]);
  must(await put(ledger, composite));
  const triple = await ledger.issued({}, BUREAU, KIND.triple);
  const wrong: readonly (readonly [members: readonly string[], code: RefusalCode, change?: object, field?: string])[] = [
    [[theirs], 'MEMBER_OF_OTHER_HOLDER'], [[own, own], 'MEMBER_TWICE'], [[imported], 'MEMBER_NOT_IN_FORCE'], [[suspended], 'MEMBER_NOT_IN_FORCE'],
    [[composite.licence], 'MEMBER_KIND'], [[own, triple], 'MEMBER_KIND'], [[ledger.licence()], 'MEMBER_UNKNOWN'], [[await drug(ledger)], 'MEMBER_REQUIRED'],
    [[own], 'MEMBER_TERM', { validUntil: '2029-03-13' }, 'validUntil'], [[own], 'MEMBER_TERM', { validUntil: undefined }, 'validUntil'], [[], 'COMMAND_MALFORMED', {}, '/commands/0/act/members'],
  ];
  for (const [members, code, change = {}, field = 'members'] of wrong) refuses(t, await put(ledger, JSON.parse(JSON.stringify(shop(ledger, members, change))) as object), code, field);
  refuses(t, await put(ledger, ledger.issueAct({ members: [own] })), 'MEMBERS_NOT_ALLOWED', 'members');
  refuses(t, await put(ledger, ledger.issueAct({}, BUREAU, KIND.shop)), 'MEMBERS_MISSING', 'members');
  ledger.now = '2026-03-14T15:59:59.000Z' as Instant;
  const future = base.fork();
  const member = await food(future, { validFrom: '2026-03-20' });
  refuses(t, await put(future, shop(future, [member])), 'MEMBER_NOT_IN_FORCE', 'members');
});

t.test('when a member falls between the proposal of a composite and its approval', async (t) => {
  const ledger = base.fork();
  must(await ledger.register({ op: 'kind.put', ...KINDS.find(({ type }) => type === KIND.shop), persons: { issue: 2 } }));
  const { clerk, approver } = ledger.of(BUREAU);
  const proposed = async (members: readonly string[]) => {
    const [id, act] = [randomId(), shop(ledger, members)];
    const document = ledger.sealed(act);
    const command = { act, expiresAt: '2026-03-18T02:00:00.000Z', requestId: randomId(), content: document.content };
    must(await ledger.act(BUREAU, { op: 'proposal.open', id, command }, [byFile(clerk)]));
    return { id, licence: act.licence, approve: () => ledger.act(BUREAU, { op: 'proposal.approve', id }, [byFile(approver)], { command: { documents: document.documents } }) };
  };
  const [fallen, held, whole] = [await food(ledger), await food(ledger), await food(ledger)];
  const [one, two, three] = [await proposed([fallen]), await proposed([held]), await proposed([whole])];
  must(await ledger.act(MARKET, ledger.statusAct('revoke', fallen), ledger.two(MARKET)));
  must(await put(ledger, ledger.statusAct('suspend', held)));
  for (const { id, licence, approve } of [one, two]) {
    refuses(t, await approve(), 'MEMBER_NOT_IN_FORCE', 'members');
    t.equal(ledger.read('licence', licence), undefined, 'nothing was issued');
    t.equal(ledger.read('proposal', id)?.status, 'open');
  }
  must(await put(ledger, ledger.statusAct('restore', held)));
  carried(t, await two.approve(), { licence: two.licence, version: 1 });
  carried(t, await three.approve(), { licence: three.licence, version: 1 });
  refuses(t, await one.approve(), 'MEMBER_NOT_IN_FORCE', 'members');
});

t.test('when a permit of another agency is to be a member', async (t) => {
  const ledger = base.fork();
  const member = await ledger.issued({}, BRANCH);
  const { clerk, approver } = ledger.of(BRANCH);
  const part = (change: object = {}) => ({ op: 'part.put', licence: member, to: BUREAU, kind: KIND.shop, until: '2026-03-31', ...change });
  refuses(t, await put(ledger, shop(ledger, [member])), 'MEMBER_NOT_YOURS', 'members');
  refuses(t, await ledger.act(BRANCH, part(), [byGateway(clerk)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(BUREAU, part(), [byFile(ledger.of(BUREAU).clerk)]), 'ISSUER_NOT_COMPETENT', 'agency');
  refuses(t, await ledger.act(BRANCH, part({ to: BRANCH }), [byFile(clerk)]), 'AGENCY_UNKNOWN', 'to');
  refuses(t, await ledger.act(BRANCH, part({ kind: KIND.food }), [byFile(clerk)]), 'MEMBER_KIND', 'kind');
  refuses(t, await ledger.act(BRANCH, part({ until: '2026-03-14' }), [byFile(clerk)]), 'DATES_REVERSED', 'until');
  refuses(t, await ledger.act(BRANCH, part({ until: '2026-02-30' }), [byFile(clerk)]), 'DATE_UNREAL', 'until');
  refuses(t, await ledger.act(BRANCH, part({ licence: ledger.licence() }), [byFile(clerk)]), 'LICENCE_UNKNOWN', 'licence');
  refuses(t, await ledger.act(BRANCH, { op: 'part.end', licence: member, to: BUREAU }, [byFile(clerk)]), 'PART_UNKNOWN', 'licence');
  carried(t, await ledger.act(BRANCH, part(), [byFile(clerk)]), { status: 'in-force' });
  refuses(t, await ledger.act(MARKET, shop(ledger, [member]), ledger.two(MARKET)), 'ISSUER_NOT_COMPETENT');
  const act = shop(ledger, [member]);
  carried(t, await put(ledger, act));
  refuses(t, await ledger.act(MARKET, { op: 'part.end', licence: member, to: BUREAU }, ledger.two(MARKET)), 'ISSUER_NOT_COMPETENT', 'agency');
  carried(t, await ledger.act(BRANCH, { op: 'part.end', licence: member, to: BUREAU }, [byFile(approver)]), { status: 'ended' });
  refuses(t, await put(ledger, ledger.versionAct('change', act.licence, { members: [member] })), 'MEMBER_NOT_YOURS', 'members');
  carried(t, await ledger.act(BRANCH, part(), [byFile(clerk)]));
  ledger.now = '2026-04-01T02:00:00.000Z' as Instant;
  refuses(t, await ledger.act(BUREAU, shop(ledger, [member]), byClerk(ledger), { command: { expiresAt: '2026-04-02T00:00:00.000Z' } }), 'MEMBER_NOT_YOURS', 'members');
});

t.test('when the rule of a kind contradicts the catalogue', async (t) => {
  const rule = (change: Partial<CompositeRule>, more: object = {}) => ({ op: 'kind.put', ...KINDS.find(({ type }) => type === KIND.shop), type: '11370000000000000T930', composite: { members: [{ kind: KIND.food, required: true }], term: 'none', rollUp: 'all', ...change }, ...more });
  const register = (act: object) => base.fork().register(act);
  carried(t, await register(rule({})));
  refuses(t, await register(rule({ members: [{ kind: '11370000000000000T999', required: true }] })), 'KIND_UNKNOWN', 'composite');
  refuses(t, await register(rule({ members: [{ kind: KIND.shop, required: true }] })), 'MEMBER_COMPOSITE', 'composite');
  refuses(t, await register(rule({ members: [{ kind: '11370000000000000T930', required: true }] })), 'MEMBER_COMPOSITE', 'composite');
  refuses(t, await register(rule({ members: [{ kind: KIND.food, required: true }, { kind: KIND.food, required: false }] })), 'MEMBER_TWICE', 'composite');
  refuses(t, await register(rule({}, { termYears: 5 })), 'MEMBER_TERM', 'termYears');
  carried(t, await register(rule({ term: 'fixed' }, { termYears: 5 })));
  const kind = (type: string, change: object) => register(JSON.parse(JSON.stringify({ op: 'kind.put', ...KINDS.find((each) => each.type === type), ...change })) as object);
  refuses(t, await kind(KIND.food, { composite: { members: [{ kind: KIND.drug, required: true }], term: 'none', rollUp: 'all' } }), 'KIND_COMPOSITE', 'composite');
  refuses(t, await kind(KIND.shop, { composite: undefined }), 'KIND_COMPOSITE', 'composite');
  carried(t, await kind(KIND.shop, { retentionYears: 7 }));
  const loose = { composite: { members: [{ kind: KIND.food, required: false }], term: 'none', rollUp: 'required' } };
  refuses(t, await kind(KIND.shop, loose), 'SCHEMA_OUTDATED', 'schema');
  carried(t, await kind(KIND.shop, { ...loose, schema: 2 }));
});

t.test('when the states of members are rolled up', (t) => {
  const [good, bad, unknown] = [{ required: true, status: 'VALID' }, { required: true, status: 'SUSPENDED' }, { required: true, status: undefined }] as const;
  const optional = <T extends object>(member: T) => ({ ...member, required: false });
  t.equal(rollUp('all', [good, optional(good)]), 'VALID');
  t.equal(rollUp('all', [good, optional(bad)]), 'RESTRICTED');
  t.equal(rollUp('required', [good, optional(bad)]), 'VALID');
  t.equal(rollUp('required', [bad, optional(good)]), 'RESTRICTED');
  t.equal(rollUp('all', [good, unknown]), undefined, 'not known is neither');
  t.equal(rollUp('all', [bad, unknown]), 'RESTRICTED', 'one is enough');
  t.equal(rollUp('required', [good, optional(unknown)]), 'VALID');
  t.end();
});
