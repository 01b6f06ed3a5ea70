/** Every refusal code has a case that reaches it: a new code without one fails here. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { Objection } from '#chaincode/facts/objection-commands';
import type { Instant } from '#chaincode/facts/calendar';
import { REFUSAL_CODES, RuleError, type RefusalCode } from '#chaincode/facts/refusal';
import { runBatch, type Result } from '#chaincode/rules/batch';
import { initialise } from '#chaincode/rules/setup';
import { World } from '#chaincode/world';
import { agencyPut, BRANCH, BUREAU, callerOf, KIND, KINDS, MARKET, massRequests, MemoryState, must, newLedger, newSeal, OTHER_HOLDER, POLICE, sealPut, staffPut, type TestLedger } from '#test/support/ledger';
import { approver, atCounter, clerkOf, counterGrant, granted, grantOf, grantPut, grantUse, newDevice, registered, scenePut, takenUpBy, type TestDevice } from '#test/support/holders';
import { identityPut } from '#test/support/identities';
import { agentOf, answerAct, delegated, delegationOf, delegationPut, delegationRevoke, grantFor, member, objectionOf, objectionPut } from '#test/support/delegations';
import { decideAct, matterPut, receiveAct, stepAct } from '#test/support/matters';
import { tracing } from '#test/support/traces';
import { PRINT_CASES } from '#test/support/print-orders';
import { byFile, byGateway, newKey, newPerson, randomId, recordKey, type Signing } from '#test/support/persons';

const base = await newLedger();

/** Codes that no input reaches, and why. Taking one into use makes its case necessary. */
const UNREACHABLE: Partial<Record<RefusalCode, string>> = {
  LEDGER_MISMATCH: 'the ledger is inside every signed digest: a signature for another ledger is ACTOR_SIGNATURE',
  AGENCY_EXISTS: 'agency.put writes the whole record, new or not',
  ORIGIN_UNREGISTERED: 'a passkey used at another origin is ACTOR_SIGNATURE: the contract tells a forger nothing',
  STAFF_UNKNOWN: 'staff.put writes the whole record, new or not',
};

/** Codes that the test of their own rule expects (`refuses(t, ..., 'CODE'`). */
const ELSEWHERE: ReadonlySet<string> = new Set(readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.js') && !name.startsWith('refusals'))
  .flatMap((name) => [...readFileSync(new URL(name, import.meta.url), 'utf8').matchAll(/refuses\(t, .*, '([A-Z_]+)'/g)].map(([, code = '']) => code)));

type Case = (ledger: TestLedger) => Promise<Result | undefined>;
const clerk = (ledger: TestLedger): Signing[] => [byGateway(ledger.of(BUREAU).clerk)];
const issue = (change: object, signers = clerk): Case => (ledger) => ledger.act(BUREAU, ledger.issueAct(change), signers(ledger));
const status = (name: string, change: object = {}, agency: string = BUREAU): Case => async (ledger) => ledger.act(agency, ledger.statusAct(name, await ledger.issued(), change), ledger.two(agency));
const register = (act: (ledger: TestLedger) => object): Case => (ledger) => ledger.register(act(ledger));
const filedSeal = async (ledger: TestLedger, change: object): Promise<string> => {
  const seal = await newSeal(BUREAU, ledger.authority);
  must(await ledger.register(sealPut(seal, change)));
  return seal.id;
};
const kind = (change: object) => register(() => ({ op: 'kind.put', ...KINDS[0], ...change }));
const revoke = (signers: (ledger: TestLedger) => Signing[]): Case => async (ledger) => ledger.act(MARKET, ledger.statusAct('revoke', await ledger.issued()), signers(ledger));
const expiring = (expiresAt: string): Case => (ledger) => ledger.act(BUREAU, ledger.issueAct(), clerk(ledger), { command: { expiresAt } });
const proposal = async (ledger: TestLedger) => {
  const id = randomId();
  const open = { op: 'proposal.open', id, command: { act: ledger.statusAct('revoke', await ledger.issued()), expiresAt: '2026-03-18T00:00:00.000Z', requestId: randomId() } };
  must(await ledger.act(MARKET, open, [byFile(ledger.of(MARKET).clerk)]));
  return { id, open };
};

const listKey = () => ({ op: 'agency-key.put', id: randomId(), agency: BUREAU, use: 'status-list', alg: 'ES256', spki: newKey('key-file').spki });
/** The digest of a PDF for a licence that its clerk has issued. */
const paper = (digest: string) => ({ documents: [{ type: 'pdf', alg: 'sha-256', digest: digest.repeat(43) }] });
const addition = async (ledger: TestLedger, signers: Signing[], digests: readonly string[]) => {
  const licence = await ledger.issued();
  for (const digest of digests.slice(0, -1)) must(await ledger.act(BUREAU, { op: 'document.add', licence, version: 1 }, clerk(ledger), { command: paper(digest) }));
  return ledger.act(BUREAU, { op: 'document.add', licence, version: 1 }, signers, { command: paper(digests.at(-1) ?? '') });
};
/** A certificate over these members. */
const composed = (members: (ledger: TestLedger) => Promise<string[]> | string[], type: string = KIND.shop): Case => async (ledger) => ledger.act(BUREAU, ledger.issueAct({ members: await members(ledger) }, BUREAU, type), clerk(ledger));
/** A root of a log that has one. */
const anchored = async (ledger: TestLedger, change: object, agency: string = BUREAU) => {
  const act = { op: 'log.anchor', log: randomId(), size: 2, root: 'A'.repeat(43), proof: [] };
  must(await ledger.act(BUREAU, act, []));
  return ledger.act(agency, { ...act, ...change }, []);
};

/** An act on an identity record that the bureau has made. */
const attested = (act: (id: string) => object, agency: string = BUREAU): Case => async (ledger) => {
  const put = identityPut();
  must(await ledger.act(BUREAU, put, clerkOf(ledger, BUREAU)));
  return ledger.act(agency, act(put.id), clerkOf(ledger, agency));
};
const scene = (change: object = {}): Case => (ledger) => ledger.act(BUREAU, scenePut(KIND.food, change), approver(ledger, BUREAU));
/** An act on a scene that the bureau has put. */
const onScene = (op: string, agency: string, change: object = {}, times = 1): Case => async (ledger) => {
  const act = scenePut(KIND.food, change);
  must(await ledger.act(BUREAU, act, approver(ledger, BUREAU)));
  for (let i = 1; i < times; i++) must(await ledger.act(agency, { op, id: act.id }, approver(ledger, agency)));
  return ledger.act(agency, { op, id: act.id }, approver(ledger, agency));
};
const lose = async (ledger: TestLedger, id: string) => ledger.act(BUREAU, { op: 'device.status', id, status: 'lost' }, clerkOf(ledger, BUREAU));
/** A use of a grant that the holder's device has signed. */
const useOf = (change: object, between?: (ledger: TestLedger, id: string) => Promise<unknown>, agency: string = MARKET): Case => async (ledger) => {
  const { id } = await granted(ledger, await registered(ledger), change);
  await between?.(ledger, id);
  return ledger.act(agency, grantUse(id), [byGateway(ledger.of(agency).clerk)]);
};
/** What is tried with a delegation of the holder's device. */
const delegating = (change: Parameters<typeof delegationOf>[0], tried: (ledger: TestLedger, id: string, owner: TestDevice) => Promise<Result>): Case => async (ledger) => {
  const owner = await registered(ledger);
  return tried(ledger, (await delegated(ledger, owner, delegationOf(change))).id, owner);
};
/** What is tried when the holder has objected to a licence. */
const objecting = (tried: (ledger: TestLedger, act: { objection: Objection }, owner: TestDevice) => Promise<Result>): Case => async (ledger) => {
  const owner = await registered(ledger);
  const objection = objectionOf(await ledger.issued());
  const act = { ...objectionPut(objection, owner), objection };
  must(await ledger.act(BUREAU, act, []));
  return tried(ledger, act, owner);
};
const revokeAtCounter = (id: string) => ({ op: 'grant.revoke', id });
const counter = (change: object, parts: object = {}): Case => (ledger) => ledger.act(BUREAU, counterGrant(change, parts), clerkOf(ledger, BUREAU));
const matter = { matter: 'FOOD', variant: 'USUAL', version: 1 };
const receive = (change: object): Case => async (ledger) => {
  must(await ledger.register(matterPut()));
  return ledger.act(BUREAU, receiveAct(change), clerk(ledger));
};
/** An application after some steps, and what is tried on it then. */
const applied = (steps: readonly string[], tried: (ledger: TestLedger, id: string) => object): Case => async (ledger) => {
  must(await ledger.register(matterPut()));
  const act = receiveAct({ matters: [matter] });
  must(await ledger.act(BUREAU, act, clerk(ledger)));
  for (const name of steps) must(await ledger.act(BUREAU, stepAct(ledger, name, act.id), clerk(ledger)));
  return ledger.act(BUREAU, tried(ledger, act.id), clerk(ledger));
};

const CASES: Partial<Record<RefusalCode, Case>> = {
  DOCUMENT_EXISTS: (ledger) => addition(ledger, clerk(ledger), ['A', 'A']),
  DOCUMENTS_TOO_MANY: (ledger) => addition(ledger, clerk(ledger), ['A', 'E', 'I', 'M', 'Q']),
  DOCUMENT_NOT_APPROVED: (ledger) => addition(ledger, [byGateway(ledger.of(BUREAU).reviewer)], ['A']),
  COMMAND_MALFORMED: issue({ extra: 1 }),
  REQUEST_ID_REUSED: async (ledger) => {
    const requestId = randomId();
    must(await ledger.act(BUREAU, ledger.issueAct(), clerk(ledger), { requestId }));
    return ledger.act(BUREAU, ledger.issueAct(), clerk(ledger), { requestId, content: 'B'.repeat(43) });
  },
  ATOMIC_ROLLED_BACK: async (ledger) => (await ledger.send(BUREAU, [ledger.command(ledger.issueAct()), ledger.command(ledger.issueAct({ schema: 2 }))], clerk(ledger), { atomic: true }))[0],
  LEDGER_NOT_INITIALISED: async (ledger) => (await runBatch(new World(new MemoryState()), callerOf(BUREAU), ledger.moment(), [ledger.request(BUREAU, [ledger.command(ledger.issueAct())], clerk(ledger))], new Map()))[0]?.results[0],
  LEDGER_ALREADY_INITIALISED: async (ledger) => {
    const error: unknown = await initialise(new World(ledger.state), callerOf(BUREAU), ledger.moment(), {} as never).catch((reason: unknown) => reason);
    return error instanceof RuleError ? { ok: false, code: error.code } : undefined;
  },
  IDENTITY_NOT_OF_AGENCY: (ledger) => ledger.act(BUREAU, ledger.issueAct(), clerk(ledger), { caller: callerOf(MARKET) }),
  AGENCY_UNKNOWN: (ledger) => ledger.act('91370303MA99TXT202', ledger.issueAct(), clerk(ledger)),
  AGENCY_INACTIVE: async (ledger) => {
    must(await ledger.register(agencyPut(BRANCH, { active: false })));
    return ledger.act(BRANCH, ledger.issueAct({}, BRANCH), [byGateway(ledger.of(BRANCH).clerk)]);
  },
  RIGHT_MISSING: status('revoke'),
  ACTOR_UNKNOWN: issue({}, (ledger) => [byGateway(ledger.of(MARKET).clerk)]),
  ACTOR_INACTIVE: async (ledger) => {
    must(await ledger.register(staffPut(ledger.of(BUREAU).clerk, { active: false })));
    return issue({})(ledger);
  },
  ACTOR_ROLE: issue({}, (ledger) => [byGateway(ledger.of(BUREAU).auditor)]),
  ACTOR_KEY_UNKNOWN: issue({}, (ledger) => [byFile(ledger.of(BUREAU).clerk, ledger.of(BUREAU).approver.file)]),
  ACTOR_SIGNATURE: issue({}, (ledger) => [() => byFile(ledger.of(BUREAU).clerk)(Buffer.alloc(32))]),
  ACTOR_OWN_KEY_NEEDED: revoke((ledger) => [byGateway(ledger.of(MARKET).clerk), byGateway(ledger.of(MARKET).approver)]),
  ACTORS_TOO_FEW: revoke((ledger) => [byFile(ledger.of(MARKET).approver)]),
  ACTORS_SAME_PERSON: revoke((ledger) => [byFile(ledger.of(MARKET).approver), byFile(ledger.of(MARKET).approver)]),
  ACT_EXPIRED: expiring('2026-03-15T01:59:59.999Z'),
  ACT_EXPIRY_TOO_FAR: expiring('2027-03-15T02:00:00.000Z'),
  MASS_PATH: async (ledger) => {
    const [request] = massRequests(ledger, BUREAU, [ledger.command(ledger.issueAct())], [byFile(ledger.of(BUREAU).clerk)]);
    return (await ledger.submit([{ ...request, tree: { index: 256, size: 300, path: [] } }], callerOf(BUREAU)))[0]?.results[0];
  },
  KIND_UNKNOWN: (ledger) => ledger.act(BUREAU, ledger.issueAct({}, BUREAU, '11370000000000000T999'), clerk(ledger)),
  KIND_INACTIVE: async (ledger) => {
    must(await kind({ active: false })(ledger));
    return issue({})(ledger);
  },
  KIND_NOT_SAMPLE: kind({ sample: false }),
  SCHEMA_OUTDATED: issue({ schema: 2 }),
  TERM_TOO_LONG: issue({ validUntil: '2031-03-16' }),
  TERM_MISSING: issue({ validUntil: undefined }),
  SEAL_UNKNOWN: issue({ seal: 'A'.repeat(22) }),
  SEAL_NOT_OF_AGENCY: issue({ seal: base.seals[BRANCH]?.id }),
  SEAL_NOT_IN_FORCE: async (ledger) => {
    must(await ledger.register({ op: 'seal.status', id: ledger.seals[BUREAU]?.id, status: 'cancelled' }));
    return issue({})(ledger);
  },
  SEAL_NOT_YOURS: async (ledger) => issue({ seal: await filedSeal(ledger, { triggers: ['approver'] }) })(ledger),
  SEAL_NOT_FOR_KIND: async (ledger) => issue({ seal: await filedSeal(ledger, { kinds: [KIND.drug] }) })(ledger),
  SEAL_EXISTS: register((ledger) => sealPut(ledger.seals[BUREAU] as never)),
  KEY_ALREADY_REGISTERED: register((ledger) => staffPut({ ...newPerson(BUREAU, ['clerk']), file: { ...ledger.of(BUREAU).clerk.file, id: randomId() } })),
  KEY_UNKNOWN: register(() => ({ op: 'agency-key.status', id: randomId(), status: 'stopped' })),
  KEY_EXISTS: async (ledger) => {
    const act = listKey();
    must(await ledger.register(act));
    return ledger.register({ ...listKey(), id: act.id });
  },
  KEY_ADDRESS: register(() => ({ ...listKey(), use: 'transport' })),
  KEY_NOT_IN_USE: async (ledger) => {
    const act = listKey();
    must(await ledger.register(act));
    must(await ledger.register({ op: 'agency-key.status', id: act.id, status: 'stopped' }));
    return ledger.register({ op: 'agency-key.status', id: act.id, status: 'retired' });
  },
  ROOT_VERSION: register(() => ({ op: 'trust-root.put', version: 2, threshold: 1, keys: [randomId()] })),
  ROOT_THRESHOLD: async (ledger) => {
    const act = { ...listKey(), use: 'trust' };
    must(await ledger.register(act));
    return ledger.register({ op: 'trust-root.put', version: 1, threshold: 2, keys: [act.id] });
  },
  LICENCE_EXISTS: async (ledger) => issue({ licence: await ledger.issued() })(ledger),
  LICENCE_UNKNOWN: async (ledger) => ledger.act(BUREAU, { ...ledger.statusAct('suspend', await ledger.issued()), licence: ledger.licence() }, clerk(ledger)),
  LICENCE_CHANGED: status('suspend', { after: 2 }),
  VERSION_NOT_CURRENT: status('suspend', { version: 2 }),
  STATUS_FORBIDS: status('restore'),
  ORIGIN_FORBIDS: async (ledger) => ledger.act(BUREAU, ledger.versionAct('renew', await ledger.imported()), clerk(ledger)),
  ISSUER_NOT_COMPETENT: status('cancel', {}, POLICE),
  DATES_REVERSED: issue({ validUntil: '2026-03-14' }),
  DATE_UNREAL: issue({ issuedOn: '2026-02-29' }),
  EFFECTIVE_DAY_OUTSIDE_WINDOW: issue({ effectiveOn: '2027-03-15' }),
  TIME_STEPS_BACK: async (ledger) => {
    const act = ledger.statusAct('suspend', await ledger.issued());
    ledger.now = '2026-03-15T01:00:00.000Z' as Instant;
    return ledger.act(BUREAU, act, clerk(ledger));
  },
  TRANSFER_ALREADY_TAKEN_BACK: async (ledger) => {
    const id = await ledger.issued();
    for (const name of ['transfer', 'takeback', 'transfer']) must(await ledger.act(BUREAU, ledger.statusAct(name, id), clerk(ledger)));
    return ledger.act(BUREAU, ledger.statusAct('takeback', id), clerk(ledger));
  },
  REASON_UNKNOWN: issue({ reason: 'RECTIFIED' }),
  BASIS_UNKNOWN: issue({ basis: 'XZXKF-999' }),
  DOCUMENT_MISSING: (ledger) => ledger.act(BUREAU, ledger.issueAct(), clerk(ledger), { command: { documents: undefined } }),
  DOCUMENT_NUMBER_PERSONAL: issue({ docNo: '决字370303190001010016号' }),
  PLACE_TAKEN: issue({ place: { list: 9, index: 1 }, line: { list: 9, index: 1 } }),
  PLACE_OUT_OF_LIST: issue({ place: { list: 9, index: 16384 } }),
  USCC_CHECK_DIGIT: issue({ decidedBy: '113703030099999064' }),
  PROPOSAL_UNKNOWN: (ledger) => ledger.act(MARKET, { op: 'proposal.approve', id: randomId() }, [byFile(ledger.of(MARKET).approver)]),
  PROPOSAL_CLOSED: async (ledger) => {
    const { id } = await proposal(ledger);
    must(await ledger.act(MARKET, { op: 'proposal.withdraw', id }, [byFile(ledger.of(MARKET).clerk)]));
    return ledger.act(MARKET, { op: 'proposal.approve', id }, [byFile(ledger.of(MARKET).approver)]);
  },
  PROPOSAL_EXISTS: async (ledger) => ledger.act(MARKET, (await proposal(ledger)).open, [byFile(ledger.of(MARKET).clerk)]),
  STAFF_EXISTS: register((ledger) => staffPut(ledger.of(BUREAU).clerk, { person: randomId() })),
  MEMBERS_MISSING: issue({ licence: base.licence(KIND.shop) }),
  MEMBERS_NOT_ALLOWED: composed(async (ledger) => [await ledger.issued()], KIND.food),
  MEMBER_UNKNOWN: composed((ledger) => [ledger.licence()]),
  MEMBER_OF_OTHER_HOLDER: composed(async (ledger) => [await ledger.issued({ subject: OTHER_HOLDER })]),
  MEMBER_KIND: composed(async (ledger) => [await ledger.issued({}, BUREAU, KIND.triple)]),
  MEMBER_NOT_IN_FORCE: composed(async (ledger) => [await ledger.imported()]),
  MEMBER_TWICE: composed(async (ledger) => { const one = await ledger.issued(); return [one, one]; }),
  MEMBER_COMPOSITE: kind({ type: '11370000000000000T930', composite: { members: [{ kind: KIND.shop, required: true }], term: 'fixed', rollUp: 'all' } }),
  KIND_COMPOSITE: kind({ composite: { members: [{ kind: KIND.drug, required: true }], term: 'fixed', rollUp: 'all' } }),
  MEMBER_REQUIRED: composed(async (ledger) => [await ledger.issued({}, BUREAU, KIND.drug)]),
  MEMBER_TERM: composed(async (ledger) => [await ledger.issued({ validUntil: '2028-01-01' })]),
  MEMBER_NOT_YOURS: composed(async (ledger) => [await ledger.issued({}, BRANCH)]),
  PART_UNKNOWN: (ledger) => ledger.act(BUREAU, { op: 'part.end', licence: ledger.licence(), to: MARKET }, [byFile(ledger.of(BUREAU).clerk)]),
  LOG_NOT_YOURS: (ledger) => anchored(ledger, { size: 2 }, MARKET),
  LOG_SHRINKS: (ledger) => anchored(ledger, { size: 1 }),
  LOG_INCONSISTENT: (ledger) => anchored(ledger, { root: 'E'.repeat(43) }),
  STALE_RECORD: register((ledger) => staffPut(ledger.of(BUREAU).clerk, { keys: [recordKey(ledger.of(BUREAU).clerk.file)] })),
  PURPOSE_UNKNOWN: scene({ purpose: 'CURIOSITY' }),
  FIELD_UNKNOWN: scene({ kinds: [{ kind: KIND.food, fields: ['idNumber'] }] }),
  EVIDENCE_MISSING: counter({}, { evidence: undefined }),
  SUBJECT_NOT_YOURS: counter({ subject: `person:${'A'.repeat(22)}` }),
  SCENE_UNKNOWN: (ledger) => ledger.act(BUREAU, { op: 'scene.end', id: randomId() }, approver(ledger, BUREAU)),
  SCENE_EXISTS: async (ledger) => {
    const act = scenePut(KIND.food);
    must(await ledger.act(BUREAU, act, approver(ledger, BUREAU)));
    return ledger.act(BUREAU, act, approver(ledger, BUREAU));
  },
  SCENE_ENDED: onScene('scene.end', BUREAU, {}, 2),
  SCENE_NOT_YOURS: scene({ owner: MARKET }),
  SCENE_NOT_STATUTE: onScene('scene.approve', POLICE),
  SCENE_APPROVED: onScene('scene.approve', BRANCH, { statute: true, basis: 'GWY-716' }),
  SCENE_FAVOURS_ITSELF: scene({ grantee: BUREAU }),
  DEVICE_UNKNOWN: (ledger) => lose(ledger, randomId()),
  DEVICE_EXISTS: async (ledger) => ledger.act(BUREAU, atCounter({ ...newDevice(), id: (await registered(ledger)).id }), ledger.two(BUREAU)),
  DEVICE_NOT_IN_USE: async (ledger) => {
    const { id } = await registered(ledger);
    must(await lose(ledger, id));
    return lose(ledger, id);
  },
  DEVICE_OF_OTHER_HOLDER: async (ledger) => ledger.act(BUREAU, grantPut(grantOf(), await registered(ledger, OTHER_HOLDER)), []),
  DEVICE_SIGNATURE: async (ledger) => ledger.act(BUREAU, grantPut(grantOf(), await registered(ledger), grantOf()), []),
  DEVICES_TOO_MANY: async (ledger) => {
    const first = await registered(ledger);
    for (let i = 1; i < 10; i++) must(await ledger.act(BUREAU, takenUpBy(first, newDevice()), []));
    return ledger.act(BUREAU, takenUpBy(first, newDevice()), []);
  },
  DELEGATION_UNKNOWN: async (ledger) => ledger.act(BUREAU, delegationRevoke(randomId(), await registered(ledger)), []),
  DELEGATION_EXISTS: delegating({}, async (ledger, id, owner) => ledger.act(BUREAU, delegationPut(delegationOf({ id }), owner), [])),
  DELEGATION_REVOKED: delegating({}, async (ledger, id, owner) => {
    must(await ledger.act(BUREAU, delegationRevoke(id, owner), []));
    return ledger.act(BUREAU, delegationRevoke(id, owner), []);
  }),
  DELEGATION_NOT_YET: delegating(agentOf({ notBefore: '2026-03-15T02:00:00.001Z' }), async (ledger, id) => ledger.act(BUREAU, grantFor(grantOf(), await registered(ledger, OTHER_HOLDER), id), [])),
  DELEGATION_OVER: async (ledger) => ledger.act(BUREAU, delegationPut(delegationOf({ notBefore: '2025-01-01T00:00:00.000Z', notAfter: '2026-01-01T00:00:00.000Z' }), await registered(ledger)), []),
  DELEGATION_TOO_LONG: async (ledger) => ledger.act(BUREAU, delegationPut(delegationOf({ notAfter: '2029-03-15T02:00:00.001Z' }), await registered(ledger)), []),
  DELEGATION_SCOPE: async (ledger) => ledger.act(BUREAU, grantPut(grantOf(), await member(ledger, await registered(ledger), delegationOf({ acts: ['show'] }))), []),
  DELEGATION_EXCEEDS: async (ledger) => ledger.act(BUREAU, delegationPut(delegationOf({ acts: ['members'] }), await registered(ledger)), []),
  DELEGATION_OF_OTHER: delegating(agentOf(), async (ledger, id) => ledger.act(BUREAU, grantFor(grantOf({ subject: OTHER_HOLDER }), await registered(ledger, OTHER_HOLDER), id), [])),
  OBJECTION_UNKNOWN: (ledger) => ledger.act(BUREAU, answerAct(randomId()), clerk(ledger)),
  OBJECTION_EXISTS: objecting((ledger, act) => ledger.act(BUREAU, act, [])),
  OBJECTION_OPEN: objecting((ledger, { objection }, owner) => ledger.act(BUREAU, objectionPut({ ...objection, id: randomId() }, owner), [])),
  OBJECTION_ANSWERED: objecting(async (ledger, { objection: { id } }) => {
    must(await ledger.act(BUREAU, answerAct(id), clerk(ledger)));
    return ledger.act(BUREAU, answerAct(id), clerk(ledger));
  }),
  OBJECTION_REMEDY: objecting((ledger, { objection: { id } }) => ledger.act(BUREAU, answerAct(id, { outcome: 'accepted' }), clerk(ledger))),
  TRACE_UNKNOWN: tracing(({ permit }) => ({ item: { composite: permit } })),
  TRACE_NOT_YOURS: tracing(() => ({}), MARKET),
  TRACE_CLOSED: tracing(() => ({}), BUREAU, 2),
  TRACE_OUTCOME: tracing(() => ({ outcome: 'ended' })),
  GRANT_UNKNOWN: (ledger) => ledger.act(MARKET, grantUse(randomId()), [byGateway(ledger.of(MARKET).clerk)]),
  GRANT_EXISTS: async (ledger) => {
    const device = await registered(ledger);
    return ledger.act(BUREAU, grantPut(await granted(ledger, device), device), []);
  },
  GRANT_REVOKED: useOf({}, async (ledger, id) => { must(await ledger.act(BUREAU, revokeAtCounter(id), clerkOf(ledger, BUREAU))); }),
  GRANT_NOT_YET: useOf({ notBefore: '2026-03-15T02:00:00.001Z' }),
  GRANT_OVER: useOf({ notAfter: '2026-03-15T02:00:00.001Z' }, (ledger) => {
    ledger.now = '2026-03-15T02:00:00.002Z' as Instant;
    return Promise.resolve();
  }),
  GRANT_USED_UP: useOf({ uses: 1 }, async (ledger, id) => { must(await ledger.act(MARKET, grantUse(id), [byGateway(ledger.of(MARKET).clerk)])); }),
  GRANT_TOO_LONG: counter({ notAfter: '2026-03-16T02:00:00.001Z' }),
  GRANT_USES: counter({ uses: 11 }),
  GRANT_NOT_YOURS: async (ledger) => ledger.act(MARKET, revokeAtCounter((await granted(ledger, await registered(ledger))).id), clerkOf(ledger, MARKET)),
  GRANTEE_DIFFERS: useOf({}, undefined, POLICE),
  IDENTITY_UNKNOWN: (ledger) => ledger.act(BUREAU, { op: 'identity.end', id: randomId() }, clerk(ledger)),
  IDENTITY_EXISTS: attested((id) => identityPut({ id })),
  IDENTITY_ENDED: async (ledger) => {
    const { id } = identityPut();
    must(await ledger.act(BUREAU, identityPut({ id }), clerkOf(ledger, BUREAU)));
    must(await ledger.act(BUREAU, { op: 'identity.end', id }, clerk(ledger)));
    return ledger.act(BUREAU, { op: 'identity.end', id }, clerk(ledger));
  },
  IDENTITY_NOT_YOURS: attested((id) => ({ op: 'identity.end', id }), MARKET),
  IDENTITY_DOCUMENT: (ledger) => ledger.act(BUREAU, identityPut({ document: 'ID_CARD' }), clerkOf(ledger, BUREAU)),
  IDENTITY_TOO_LONG: (ledger) => ledger.act(BUREAU, identityPut({ until: '2031-03-16' }), clerkOf(ledger, BUREAU)),
  MATTER_UNKNOWN: receive({ matters: [{ ...matter, matter: 'NONE' }] }),
  MATTER_INACTIVE: async (ledger) => { must(await ledger.register(matterPut('SHUT', { active: false }))); return ledger.act(BUREAU, receiveAct({ matters: [{ ...matter, matter: 'SHUT' }] }), clerk(ledger)); },
  MATTER_OUTDATED: receive({ matters: [{ ...matter, version: 2 }] }),
  MATTER_NOT_OF_AGENCY: async (ledger) => {
    must(await ledger.register(matterPut()));
    return ledger.act(MARKET, receiveAct({ authority: MARKET }), [byGateway(ledger.of(MARKET).clerk)]);
  },
  MATTER_DECIDED: async (ledger) => {
    must(await ledger.register(matterPut()));
    must(await ledger.register(matterPut('MORE')));
    const act = receiveAct({ matters: [matter, { ...matter, matter: 'MORE' }] });
    must(await ledger.act(BUREAU, act, clerk(ledger)));
    must(await ledger.act(BUREAU, stepAct(ledger, 'accept', act.id), clerk(ledger)));
    must(await ledger.act(BUREAU, decideAct(ledger, act.id), clerk(ledger)));
    return ledger.act(BUREAU, decideAct(ledger, act.id), clerk(ledger));
  },
  VARIANT_UNKNOWN: receive({ matters: [{ ...matter, variant: 'NONE' }] }),
  TRADE_UNKNOWN: receive({ trade: 'NONE' }),
  APPLICATION_UNKNOWN: applied([], (ledger) => stepAct(ledger, 'accept', randomId())),
  APPLICATION_EXISTS: applied([], (_, id) => receiveAct({ id })),
  APPLICATION_CHANGED: applied(['accept'], (ledger, id) => stepAct(ledger, 'withdraw', id, { after: 1 })),
  APPLICATION_STATE: applied(['accept'], (ledger, id) => stepAct(ledger, 'correct', id)),
  CORRECTIONS_TOO_MANY: applied(Array.from({ length: 8 }, () => ['correct', 'resubmit']).flat(), (ledger, id) => stepAct(ledger, 'correct', id)),
  AUTHORITY_UNKNOWN: applied([], (ledger, id) => stepAct(ledger, 'accept', id, { authority: MARKET })),
  DOCUMENT_NUMBER_MISSING: applied([], (ledger, id) => stepAct(ledger, 'reject', id, { docNo: undefined })),
  OUTCOME_LICENCE: applied(['accept'], (ledger, id) => decideAct(ledger, id, { outcome: 'granted' })),
  ...PRINT_CASES,
  RELIED_UNKNOWN: applied(['accept'], (ledger, id) => decideAct(ledger, id, { reliedOn: [{ licence: ledger.licence(), version: 1 }] })),
  RELIED_UNFIT: async (ledger) => {
    const others = await ledger.issued({ subject: OTHER_HOLDER });
    return applied(['accept'], (_, id) => decideAct(ledger, id, { reliedOn: [{ licence: others, version: 1 }] }))(ledger);
  },
};

/** What else reaches a code: each reason by its own name. */
const FURTHER: readonly (readonly [string, RefusalCode, Case])[] = [
  ['a reason named like a member of every object', 'REASON_UNKNOWN', issue({ reason: 'CONSTRUCTOR' })],
  ['a decision of an agency with a wrong code', 'USCC_CHECK_DIGIT', status('suspend', { decidedBy: '113703030099999064' })],
  ['an identifier of an issuer with a wrong code', 'USCC_CHECK_DIGIT', (ledger) => ledger.act(BUREAU, ledger.issueAct({ licence: `${KIND.food}.113703030099999064.${'0'.repeat(20)}` }), clerk(ledger))],
  ['an import from a source with a wrong code', 'USCC_CHECK_DIGIT', (ledger) => ledger.act(BUREAU, ledger.importAct({ source: '11370303009999228J' }), clerk(ledger))],
  ['a validity that begins on no day', 'DATE_UNREAL', issue({ validFrom: '2026-04-31' })],
  ['a validity that ends on no day', 'DATE_UNREAL', issue({ validUntil: '2027-02-29' })],
  ['an effect on no day', 'DATE_UNREAL', issue({ effectiveOn: '2026-02-30' })],
  ['an identity number with x in a document number', 'DOCUMENT_NUMBER_PERSONAL', status('suspend', { docNo: '37030319000615019x' })],
  ['two documents', 'DOCUMENT_MISSING', (ledger) => ledger.act(BUREAU, ledger.issueAct(), clerk(ledger), { command: { documents: [1, 2].map(() => ({ type: 'credential', alg: 'sha-256', digest: 'A'.repeat(43) })) } })],
  ['a credential that nobody has signed', 'DOCUMENT_MISSING', (ledger) => ledger.act(BUREAU, ledger.issueAct(), clerk(ledger), { command: { content: undefined } })],
  ['a row in place of a credential', 'DOCUMENT_MISSING', (ledger) => ledger.act(BUREAU, ledger.issueAct(), clerk(ledger), { command: { documents: [{ type: 'import-row', alg: 'sha-256', digest: 'A'.repeat(43) }] } })],
  ['a new version without a document', 'DOCUMENT_MISSING', async (ledger) => ledger.act(BUREAU, ledger.versionAct('renew', await ledger.issued()), clerk(ledger), { command: { documents: undefined } })],
  ['a second line', 'COMMAND_MALFORMED', async (ledger) => ledger.act(BUREAU, ledger.versionAct('renew', await ledger.issued(), { line: ledger.place() }), clerk(ledger))],
  ['no line at a confirmation', 'COMMAND_MALFORMED', async (ledger) => ledger.act(BUREAU, ledger.versionAct('confirm', await ledger.imported(), { line: undefined }), clerk(ledger))],
  ['an import over a licence', 'LICENCE_EXISTS', async (ledger) => ledger.act(BUREAU, ledger.importAct({ licence: await ledger.issued() }), clerk(ledger))],
  ['an issue over an imported record', 'LICENCE_EXISTS', async (ledger) => issue({ licence: await ledger.imported() })(ledger)],
  ['a version of nothing', 'LICENCE_UNKNOWN', async (ledger) => ledger.act(BUREAU, { ...ledger.versionAct('renew', await ledger.issued()), licence: ledger.licence() }, clerk(ledger))],
];

for (const [code, run] of Object.entries(CASES)) {
  void t.test(`when ${code} is due`, async (t) => {
    const ledger = base.fork();
    const result = await run(ledger);
    t.match(result, { ok: false, code });
  });
}

void t.test('when a refusal has further reasons', async (t) => {
  for (const [what, code, run] of FURTHER) t.match(await run(base.fork()), { ok: false, code }, what);
});

void t.test('when a code has no case', (t) => {
  for (const code of REFUSAL_CODES) t.ok((code in CASES || ELSEWHERE.has(code)) !== (code in UNREACHABLE), `${code} has a case or a reason for none`);
  t.end();
});
