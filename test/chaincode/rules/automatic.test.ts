/** Issue by rule: rules that fit, a machine that does nothing else, what must be held, and a quota that holds. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { ruleSetDigest } from '#chaincode/facts/automatic';
import { clerkOf } from '#test/support/holders';
import { BUREAU, HOLDER, KIND, KINDS, MARKET, must, newLedger, OTHER_HOLDER, sha, staffPut, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, newPerson, randomId } from '#test/support/persons';
import type { SealedChange } from '#test/support/sealed';

const base = await newLedger();
const food = KINDS.find(({ type }) => type === KIND.food);
must(await base.register({ op: 'kind.put', ...food, automatic: true }));
const machine = newPerson(BUREAU, ['machine']);
must(await base.register(staffPut(machine)));
const RULES = { kind: KIND.food, schema: 1, held: [{ kind: KIND.drug, daysLeft: 30 }], fields: ['number'], promise: true, perDay: 3, perHour: 2 };
const put = (change: object = {}) => ({ op: 'rule-set.put', ...RULES, ...change });
const digest = ruleSetDigest({ agency: BUREAU, ...RULES });

async function ready(): Promise<{ ledger: TestLedger; held: string }> {
  const ledger = base.fork();
  must(await ledger.act(BUREAU, put(), ledger.two(BUREAU)));
  return { ledger, held: await ledger.issued({}, BUREAU, KIND.drug) };
}
const FACE = { number: 'A1', holderCode: HOLDER.slice(5) };
/** The act, with a document that it is of. */
const byMachine = (ledger: TestLedger, act: { licence: string }, signers = [byFile(machine)], document: object = ledger.sealed(act, { face: FACE })) => ledger.act(BUREAU, act, signers, { command: document });
const byRule = (ledger: TestLedger, held: string, change: object = {}) => ledger.issueAct({ reason: 'BY_RULE', promise: sha('promise'), automatic: { rules: digest, inputs: sha('inputs'), reliedOn: [{ licence: held, version: 1 }] }, ...change });

void t.test('when rules are put', async (t) => {
  const ledger = base.fork();
  const two = ledger.two(BUREAU);
  refuses(t, await ledger.act(BUREAU, put(), clerkOf(ledger, BUREAU)), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(MARKET, put(), ledger.two(MARKET)), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(BUREAU, put({ kind: KIND.drug }), two), 'RULES_NOT_FOR_KIND', 'kind');
  refuses(t, await ledger.act(BUREAU, put({ schema: 2 }), two), 'SCHEMA_OUTDATED', 'schema');
  refuses(t, await ledger.act(BUREAU, put({ held: [{ kind: '11370000000000000T999', daysLeft: 0 }] }), two), 'RULES_DISAGREE', 'held');
  refuses(t, await ledger.act(BUREAU, put({ held: [{ kind: KIND.food, daysLeft: 0 }] }), two), 'RULES_DISAGREE', 'held');
  refuses(t, await ledger.act(BUREAU, put({ fields: ['colour'] }), two), 'RULES_DISAGREE', 'fields');
  refuses(t, await ledger.act(BUREAU, put({ address: { field: 'number', within: ['示例市'] } }), two), 'RULES_DISAGREE', 'address');
  refuses(t, await ledger.act(BUREAU, put({ perHour: 4 }), two), 'RULES_DISAGREE', 'perHour');
  carried(t, await ledger.act(BUREAU, put(), two), { version: 1, status: 'in-force' });
  t.match(ledger.read('rule-set', `${BUREAU}/${KIND.food}`), { version: 1, digest, status: 'in-force', history: [{ version: 1, at: ledger.now }] });
  carried(t, await ledger.act(BUREAU, put({ perDay: 5 }), two), { version: 2 });
});

void t.test('when a machine issues by rule', async (t) => {
  const { ledger, held } = await ready();
  const act = byRule(ledger, held);
  carried(t, await byMachine(ledger, act), { status: 'VALID', version: 1 });
  t.match(ledger.record(act.licence).versions[0], { automatic: { rules: digest, version: 1, inputs: sha('inputs'), reliedOn: [{ licence: held, version: 1 }] }, promise: sha('promise') });
  t.match(ledger.record(act.licence).events[0], { reason: 'BY_RULE', actors: [{ staff: machine.id, method: 'key-file' }] });
});

void t.test('when it is not by the rules', async (t) => {
  const { ledger, held } = await ready();
  const by = async (change: object, signers = [byFile(machine)]) => byMachine(ledger, byRule(ledger, held, change), signers);
  const relied = (reliedOn: readonly object[], rules = digest) => ({ automatic: { rules, inputs: sha('inputs'), reliedOn } });
  refuses(t, await by({ automatic: undefined, reason: 'APPLICATION' }), 'ACTOR_MACHINE', 'actors');
  refuses(t, await by({ automatic: undefined }), 'REASON_UNKNOWN', 'reason');
  refuses(t, await by({ reason: 'APPLICATION' }), 'REASON_UNKNOWN', 'reason');
  refuses(t, await by({}, [byGateway(machine)]), 'ACTOR_NO_MACHINE', 'actors');
  refuses(t, await by({}, clerkOf(ledger, BUREAU)), 'ACTOR_NO_MACHINE', 'actors');
  refuses(t, await by({}, [byFile(machine), byFile(ledger.of(BUREAU).clerk)]), 'ACTOR_NO_MACHINE', 'actors');
  refuses(t, await by({ promise: undefined }), 'PROMISE_MISSING', 'promise');
  refuses(t, await by(relied([], sha('other rules'))), 'RULES_CHANGED', 'automatic');
  refuses(t, await by(relied([])), 'RULES_HELD', 'reliedOn');
  refuses(t, await by(relied([{ licence: held, version: 2 }])), 'RULES_HELD', 'reliedOn');
  refuses(t, await by({ subject: OTHER_HOLDER }), 'RULES_HELD', 'reliedOn');
  refuses(t, await by({ effectiveOn: '2026-03-14' }), 'RULES_BEYOND', 'automatic');
  refuses(t, await by({ validFrom: '2020-01-01', validUntil: '2024-12-31' }), 'RULES_BEYOND', 'automatic');
  refuses(t, await by({ validFrom: '2026-03-16' }), 'RULES_BEYOND', 'automatic');
  const named = { licence: held, version: 1 };
  for (const licence of [await ledger.issued({ subject: OTHER_HOLDER }, BUREAU, KIND.drug), await ledger.issued(), ledger.licence(KIND.drug)]) refuses(t, await by(relied([named, { licence, version: 1 }])), 'RULES_HELD', 'reliedOn');
  must(await ledger.act(BUREAU, ledger.statusAct('suspend', held), clerkOf(ledger, BUREAU)));
  refuses(t, await by({}), 'RULES_HELD', 'reliedOn');
  t.equal(ledger.read('quota', `${BUREAU}/${KIND.food}`), undefined, 'what was refused has used nothing of the quota');
});

void t.test('when the face is not what the rules ask for, or is not shown', async (t) => {
  const ledger = base.fork();
  const FIELDS = [['number', 'text', true, 'public', 'number'], ['holderCode', 'uscc', true, 'public', 'holder-code'], ['premises', 'text', true, 'public', 'address'], ['residence', 'text', false, 'public'], ['size', 'text', false, 'holder'], ['phone', 'text', true, 'holder'], ['goods', 'list', false, 'public'], ['form', 'choice', false, 'public'], ['constructor', 'text', false, 'public']] as const;
  const kind = { ...food, automatic: true, schema: 2, fields: FIELDS.map(([name, type, required, disclosure, role]) => ({ name, label: { zh: name, en: name }, type, required, disclosure, max: 60, ...(role ? { role } : {}), ...(type === 'choice' ? { choices: ['甲', '乙'] } : {}) })) };
  must(await ledger.register({ op: 'kind.put', ...kind }));
  const rules = { ...RULES, schema: 2, held: [], promise: false, fields: ['residence', 'size', 'goods', 'constructor'], address: { field: 'premises', within: ['示例市张店区', '示例市别处'] }, perDay: 100, perHour: 100 };
  must(await ledger.act(BUREAU, { op: 'rule-set.put', ...rules }, ledger.two(BUREAU)));
  const WHOLE = { ...FACE, premises: '示例市张店区示例路1号', residence: '示例路2号', size: '80', phone: '0533-0000000', goods: ['粮油'], constructor: '无' };
  const issue = () => ledger.issueAct({ reason: 'BY_RULE', schema: 2, automatic: { rules: ruleSetDigest({ agency: BUREAU, ...rules }), inputs: sha('inputs'), reliedOn: [] } });
  const by = (face: object, change: SealedChange = {}, act = issue()) => byMachine(ledger, act, [byFile(machine)], ledger.sealed(act, { face: face as Record<string, unknown>, ...change }));
  const without = (name: string) => Object.fromEntries(Object.entries(WHOLE).filter(([each]) => each !== name));

  carried(t, await by(WHOLE));
  carried(t, await by({ ...WHOLE, premises: '示例市别处路1号', form: '乙' }));
  for (const name of ['number', 'premises', 'residence', 'size', 'phone', 'goods', 'constructor']) {
    refuses(t, await by(without(name)), 'RULES_FIELDS', name);
    for (const blank of name === 'goods' ? [[], [''], ['粮油', ' '], '粮油'] : ['', ' ', '\u3000', '\u200b', '\t', ['x']]) refuses(t, await by({ ...WHOLE, [name]: blank }), 'RULES_FIELDS', name);
  }
  refuses(t, await by({ ...WHOLE, form: '丙' }), 'RULES_FIELDS', 'form');
  refuses(t, await by({ ...WHOLE, other: '1' }), 'RULES_FIELDS', 'other');
  refuses(t, await by({ ...WHOLE, holderCode: OTHER_HOLDER.slice(5) }), 'RULES_HOLDER', 'holderCode');
  for (const premises of ['另一市张店区示例路1号', ' 示例市张店区示例路1号', '示例市张店区\n另一市路1号']) refuses(t, await by({ ...WHOLE, premises }), 'RULES_ADDRESS', 'premises');
  for (const premises of ['示例市张店区\u202e另一市路1号', ['示例市张店区']]) refuses(t, await by({ ...WHOLE, premises }), 'RULES_FIELDS', 'premises');

  // A second value under a name, or a field that stays closed: nobody can tell what else it says.
  refuses(t, await by(WHOLE, { closed: { premises: '另一市路1号' } }), 'RULES_SHOWN', 'documents');
  refuses(t, await by(without('phone'), { closed: { premises: '另一市路1号' } }), 'RULES_SHOWN', 'documents');
  refuses(t, await by(without('residence'), { closed: { residence: '示例路2号' } }), 'RULES_SHOWN', 'documents');
  t.equal(ledger.read('quota', `${BUREAU}/${KIND.food}`)?.inDay, 2, 'what was refused has used nothing of the quota');
  t.notMatch(JSON.stringify([...ledger.state.map.values()].map(String)), /示例路|0533/, 'nothing of what was shown is on the ledger');
});

void t.test('when what is held ends too soon', async (t) => {
  const { ledger } = await ready();
  const held = await ledger.issued({ validUntil: '2026-04-13' }, BUREAU, KIND.drug);
  refuses(t, await byMachine(ledger, byRule(ledger, held)), 'RULES_HELD', 'reliedOn');
});

void t.test('when what is held is a record that nobody here has confirmed', async (t) => {
  const { ledger } = await ready();
  const { licence, ...act } = ledger.importAct({}, KIND.drug);
  must(await ledger.act(BUREAU, { licence, ...act }, clerkOf(ledger, BUREAU)));
  refuses(t, await byMachine(ledger, byRule(ledger, licence)), 'RULES_HELD', 'reliedOn');
});

void t.test('when a composite is held, a member of which was suspended', async (t) => {
  const ledger = base.fork();
  must(await ledger.register({ op: 'kind.put', ...KINDS.find(({ type }) => type === KIND.triple), automatic: true }));
  const rules = { ...RULES, kind: KIND.triple, held: [{ kind: KIND.shop, daysLeft: 0 }] };
  must(await ledger.act(BUREAU, { op: 'rule-set.put', ...rules }, ledger.two(BUREAU)));
  const member = await ledger.issued();
  const shop = await ledger.issued({ members: [member] }, BUREAU, KIND.shop);
  const issue = () => byMachine(ledger, ledger.issueAct({ reason: 'BY_RULE', promise: sha('promise'), automatic: { rules: ruleSetDigest({ agency: BUREAU, ...rules }), inputs: sha('inputs'), reliedOn: [{ licence: shop, version: 1 }] } }, BUREAU, KIND.triple));
  carried(t, await issue());
  must(await ledger.act(BUREAU, ledger.statusAct('suspend', member), clerkOf(ledger, BUREAU)));
  refuses(t, await issue(), 'RULES_HELD', 'reliedOn');
});

void t.test('when the quota is spent', async (t) => {
  const { ledger, held } = await ready();
  const next = () => byMachine(ledger, byRule(ledger, held, { issuedOn: '2026-03-15', effectiveOn: '2026-03-15' }));
  carried(t, await next());
  carried(t, await next());
  refuses(t, await next(), 'RULES_QUOTA', 'automatic');
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  carried(t, await next());
  refuses(t, await next(), 'RULES_QUOTA', 'automatic');
  ledger.now = '2026-03-15T02:59:00.000Z' as Instant;
  refuses(t, await next(), 'TIME_STEPS_BACK');
  ledger.now = '2026-03-15T16:00:00.000Z' as Instant;
  carried(t, await byMachine(ledger, byRule(ledger, held, { issuedOn: '2026-03-16', validFrom: '2026-03-16', effectiveOn: '2026-03-16' })), {});
});

void t.test('when several come in one transaction', async (t) => {
  const { ledger, held } = await ready();
  const made = [1, 2, 3].map(() => {
    const act = byRule(ledger, held);
    return ledger.request(BUREAU, [ledger.command(act, ledger.sealed(act, { face: FACE }))], [byFile(machine)]);
  });
  const results = (await ledger.submit(made, { mspId: 'BureauMSP', agency: BUREAU })).flatMap((each) => each.results);
  t.strictSame(results.map(({ ok }) => ok), [true, true, false], 'each counts before the next');
  refuses(t, results[2], 'RULES_QUOTA', 'automatic');
});

void t.test('when one person stops it', async (t) => {
  const { ledger, held } = await ready();
  const [stop, resume] = ['stop', 'resume'].map((name) => ({ op: `rule-set.${name}`, kind: KIND.food })) as [object, object];
  refuses(t, await ledger.act(BUREAU, resume, ledger.two(BUREAU)), 'RULES_IN_FORCE', 'kind');
  refuses(t, await ledger.act(MARKET, stop, clerkOf(ledger, MARKET)), 'RULES_UNKNOWN', 'kind');
  refuses(t, await ledger.act(BUREAU, stop, [byFile(machine)]), 'ACTOR_MACHINE', 'actors');
  carried(t, await ledger.act(BUREAU, stop, [byGateway(ledger.of(BUREAU).clerk)]), { status: 'stopped' });
  refuses(t, await ledger.act(BUREAU, stop, [byGateway(ledger.of(BUREAU).clerk)]), 'RULES_STOPPED', 'kind');
  refuses(t, await byMachine(ledger, byRule(ledger, held)), 'RULES_STOPPED', 'automatic');
  refuses(t, await ledger.act(BUREAU, resume, clerkOf(ledger, BUREAU)), 'ACTORS_TOO_FEW');
  carried(t, await ledger.act(BUREAU, resume, ledger.two(BUREAU)), { status: 'in-force' });
  carried(t, await byMachine(ledger, byRule(ledger, held)));
});

void t.test('when what a kind says is not for other agencies to see', async (t) => {
  const { ledger, held } = await ready();
  const field = { name: 'person', label: { zh: '身份号码', en: 'identity number' }, type: 'text', required: false, disclosure: 'public', max: 40 };
  for (const change of [{ disclosure: 'restricted' }, { type: 'citizen-id' }]) {
    const fork = ledger.fork();
    must(await fork.register({ op: 'kind.put', ...food, automatic: true, schema: 2, fields: [...(food?.fields ?? []), { ...field, ...change }] }));
    refuses(t, await fork.act(BUREAU, put({ schema: 2 }), fork.two(BUREAU)), 'RULES_NOT_FOR_KIND', 'kind');
    refuses(t, await byMachine(fork, byRule(fork, held, { schema: 2 })), 'RULES_NOT_FOR_KIND', 'automatic');
  }
  refuses(t, await ledger.register({ op: 'kind.put', ...food, automatic: true, holder: 'person' }), 'SCHEMA_OUTDATED', 'schema');
});

void t.test('when the catalogue moves on under the rules', async (t) => {
  const { ledger, held } = await ready();
  must(await ledger.register({ op: 'kind.put', ...food, automatic: true, schema: 2 }));
  refuses(t, await byMachine(ledger, byRule(ledger, held, { schema: 2 })), 'RULES_CHANGED', 'automatic');
  must(await ledger.register({ op: 'kind.put', ...food, automatic: false, schema: 2 }));
  refuses(t, await byMachine(ledger, byRule(ledger, held, { schema: 2 })), 'RULES_NOT_FOR_KIND', 'automatic');
});

void t.test('when a machine would be a person, or a person a machine', async (t) => {
  const ledger = base.fork();
  refuses(t, await ledger.register(staffPut(newPerson(BUREAU, ['machine', 'clerk']))), 'ROLE_MACHINE', 'roles');
  refuses(t, await ledger.register(staffPut({ ...machine, roles: ['clerk'] })), 'ROLE_MACHINE', 'roles');
  refuses(t, await ledger.register(staffPut({ ...ledger.of(BUREAU).clerk, roles: ['machine'] })), 'ROLE_MACHINE', 'roles');
  const open = { op: 'proposal.open', id: randomId(), command: { act: ledger.issueAct(), content: sha('content'), expiresAt: '2026-03-20T02:00:00.000Z', requestId: randomId() } };
  t.notOk((await ledger.act(BUREAU, open, [byFile(machine)])).ok, 'it proposes nothing');
});
