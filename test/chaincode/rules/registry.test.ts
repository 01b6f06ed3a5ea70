/** The register: rights and their moves, staff and keys, kinds, seals, settings. */
import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import type { RightRecord } from '#chaincode/facts/records';
import { initialise } from '#chaincode/rules/setup';
import { RuleError } from '#chaincode/facts/refusal';
import { World } from '#chaincode/world';
import { AGENCY_RIGHTS, agencyPut, BRANCH, BUREAU, callerOf, KIND, KINDS, LEDGER, MARKET, MemoryState, must, newLedger, newSeal, POLICE, sealPut, staffPut, type TestLedger } from '#test/support/ledger';
import { carried, failsWith, refuses } from '#test/support/matchers';
import { byFile, byGateway, newKey, newPerson, ORIGIN, randomId, recordKey } from '#test/support/persons';

const base = await newLedger();
const suspend = (ledger: TestLedger, agency: string, id: string, change: object = {}) => ledger.act(agency, ledger.statusAct('suspend', id, change), ledger.two(agency));
const move = (kind: string, right: string, from: string, to: string, on: string) => ({ op: 'right.move', kind, right, from, to, on });

void t.test('when rights differ by agency', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  const drug = await ledger.issued({}, BUREAU, KIND.triple);
  refuses(t, await suspend(ledger, POLICE, id), 'ISSUER_NOT_COMPETENT', 'agency');
  refuses(t, await ledger.act(POLICE, ledger.statusAct('revoke', id), ledger.two(POLICE)), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('revoke', id), ledger.two(BUREAU)), 'RIGHT_MISSING');
  refuses(t, await ledger.act(MARKET, ledger.statusAct('revoke', drug), ledger.two(MARKET)), 'RIGHT_MISSING');
  refuses(t, await ledger.act(MARKET, ledger.statusAct('cancel', id), ledger.two(MARKET)), 'ISSUER_NOT_COMPETENT');
  carried(t, await suspend(ledger, MARKET, id), { status: 'SUSPENDED' });
  carried(t, await ledger.act(BUREAU, ledger.statusAct('restore', id), ledger.two(BUREAU)));
  refuses(t, await ledger.act(POLICE, ledger.importAct(), ledger.two(POLICE)), 'RIGHT_MISSING');
  refuses(t, await ledger.act(MARKET, ledger.issueAct({}, MARKET), ledger.two(MARKET)), 'RIGHT_MISSING');
  refuses(t, await ledger.act(MARKET, ledger.issueAct(), ledger.two(MARKET)), 'ISSUER_NOT_COMPETENT', 'licence');
});

void t.test('when a right reaches only one agency', async (t) => {
  const ledger = base.fork();
  const reach = (over: string): RightRecord[] => [{ kind: KIND.food, right: 'supervise', from: '2020-01-01', over }];
  const [ours, branch] = [await ledger.issued(), await ledger.issued({}, BRANCH)];
  must(await ledger.register(agencyPut(POLICE, { rights: reach(BRANCH) })));
  refuses(t, await suspend(ledger, POLICE, ours), 'ISSUER_NOT_COMPETENT');
  carried(t, await suspend(ledger, POLICE, branch), { status: 'SUSPENDED' });
  refuses(t, await suspend(ledger, BUREAU, branch), 'STATUS_FORBIDS');
  const other = await ledger.issued({}, BRANCH);
  refuses(t, await suspend(ledger, BUREAU, other), 'ISSUER_NOT_COMPETENT', 'agency');
});

void t.test('when a right has days', async (t) => {
  const ledger = base.fork();
  for (const [row, ok] of [[{ from: '2026-03-15' }, true], [{ from: '2026-03-16' }, false], [{ from: '2020-01-01', until: '2026-03-15' }, true], [{ from: '2020-01-01', until: '2026-03-14' }, false]] as const) {
    must(await ledger.register(agencyPut(BRANCH, { rights: [{ kind: KIND.food, right: 'issue', ...row }] })));
    const result = await ledger.act(BRANCH, ledger.issueAct({}, BRANCH), [byGateway(ledger.of(BRANCH).clerk)]);
    if (ok) carried(t, result);
    else refuses(t, result, 'RIGHT_MISSING');
  }
});

void t.test('when the right to issue has moved', async (t) => {
  const ledger = base.fork();
  const old = await ledger.issued();
  must(await ledger.register(move(KIND.food, 'issue', BUREAU, POLICE, '2026-03-16')));
  const seal = await newSeal(POLICE, ledger.authority);
  must(await ledger.register(sealPut(seal)));
  carried(t, await suspend(ledger, BUREAU, old));
  refuses(t, await ledger.act(POLICE, ledger.statusAct('cancel', old), ledger.two(POLICE)), 'ISSUER_NOT_COMPETENT');
  carried(t, await ledger.act(BUREAU, ledger.statusAct('restore', old), ledger.two(BUREAU)));
  ledger.now = '2026-03-15T16:00:00.000Z' as Instant; // the 16th in Shanghai
  refuses(t, await ledger.act(BUREAU, ledger.issueAct(), ledger.two(BUREAU)), 'RIGHT_MISSING');
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('cancel', old), ledger.two(BUREAU)), 'ISSUER_NOT_COMPETENT');
  refuses(t, await ledger.act(BUREAU, ledger.versionAct('renew', old), ledger.two(BUREAU)), 'ISSUER_NOT_COMPETENT');
  carried(t, await ledger.act(POLICE, ledger.versionAct('renew', old, { seal: seal.id }, POLICE), ledger.two(POLICE)), { version: 2 });
  t.equal(ledger.record(old).manager, POLICE);
  t.match(ledger.read('agency', BUREAU)?.rights.find(({ kind, right }) => kind === KIND.food && right === 'issue'), { until: '2026-03-15', to: POLICE });
  must(await ledger.register(move(KIND.food, 'issue', POLICE, BRANCH, '2026-03-17')));
  ledger.now = '2026-03-17T02:00:00.000Z' as Instant;
  carried(t, await ledger.act(BRANCH, ledger.statusAct('cancel', old), ledger.two(BRANCH)), { status: 'CANCELLED' });
});

void t.test('when the right to issue has moved and back', async (t) => {
  const ledger = base.fork();
  const old = await ledger.issued();
  const { registrar, approver } = ledger.of(BUREAU);
  const past = (from: string, to: string, on: string) => ledger.act(BUREAU, move(KIND.food, 'issue', from, to, on), [byFile(registrar), byFile(approver)]);
  must(await past(BUREAU, POLICE, '2026-03-10'));
  must(await past(POLICE, BUREAU, '2026-03-12'));
  carried(t, await ledger.act(BUREAU, ledger.statusAct('cancel', old), ledger.two(BUREAU)), { status: 'CANCELLED' });
  refuses(t, await past(BUREAU, POLICE, '2026-03-12'), 'RIGHT_MISSING', 'from');
});

void t.test('when an entry says where a right went', async (t) => {
  const ledger = base.fork();
  const rights = ledger.read('agency', BUREAU)?.rights ?? [];
  const gone = rights.map((row) => (row.kind === KIND.food && row.right === 'issue' ? { ...row, until: '2026-03-14', to: POLICE } : row));
  refuses(t, await ledger.register(agencyPut(BUREAU, { rights: gone })), 'RIGHT_MISSING', 'rights');
  must(await ledger.register(move(KIND.food, 'issue', BUREAU, POLICE, '2026-03-16')));
  carried(t, await ledger.register(agencyPut(BUREAU, { rights: ledger.read('agency', BUREAU)?.rights ?? [] })), { id: BUREAU });
});

void t.test('when a right is to have moved on a past day', async (t) => {
  const ledger = base.fork();
  const { registrar, approver, clerk } = ledger.of(BUREAU);
  const moved = (on: string, signers: Parameters<TestLedger['act']>[2], agency = BUREAU) => ledger.act(agency, move(KIND.food, 'issue', BUREAU, POLICE, on), signers);
  refuses(t, await moved('2026-03-14', [byFile(registrar)]), 'ACTORS_TOO_FEW', 'actors');
  refuses(t, await moved('2026-03-14', [byFile(registrar), byFile(registrar)]), 'ACTORS_SAME_PERSON', 'actors');
  refuses(t, await moved('2026-03-14', [byFile(registrar), byFile(clerk)]), 'ACTOR_ROLE', 'actors');
  const second = newPerson(BUREAU, ['approver']);
  must(await ledger.register(staffPut(second)));
  refuses(t, await moved('2026-03-14', [byFile(approver), byFile(second)]), 'ACTOR_ROLE', 'actors');
  refuses(t, await moved('2026-03-14', [byFile(ledger.of(MARKET).registrar), byFile(ledger.of(MARKET).approver)], MARKET), 'RIGHT_MISSING', 'agency');
  t.notOk(ledger.read('agency', POLICE)?.rights.length, 'nothing has moved');
  for (const on of ['2026-03-15', '2026-04-01']) refuses(t, await moved(on, [byFile(registrar)]), 'ACTORS_TOO_FEW', 'actors');
  carried(t, await ledger.fork().act(BUREAU, move(KIND.food, 'supervise', MARKET, POLICE, '2026-03-15'), [byFile(registrar)]), { id: POLICE });
  carried(t, await moved('2026-03-14', [byFile(registrar), byFile(approver)]), { id: POLICE });
  // 01:00 of the 15th in Shanghai is the 14th in UTC: the legal day counts.
  const early = base.fork();
  early.now = '2026-03-14T17:00:00.000Z' as Instant;
  refuses(t, await early.register(move(KIND.food, 'supervise', MARKET, POLICE, '2026-03-14')), 'ACTORS_TOO_FEW', 'actors');
});

void t.test('when a right moves that reaches only one agency', async (t) => {
  const ledger = base.fork();
  must(await ledger.register(move(KIND.food, 'supervise', BUREAU, POLICE, '2026-03-15')));
  t.match(ledger.read('agency', POLICE)?.rights, [{ kind: KIND.food, right: 'supervise', from: '2026-03-15', over: BUREAU }], 'it reaches no further than before');
  refuses(t, await suspend(ledger, POLICE, await ledger.issued({}, BRANCH)), 'ISSUER_NOT_COMPETENT');
  carried(t, await suspend(ledger, POLICE, await ledger.issued()));
});

void t.test('when a supervisor reaches the licences of an agency that took rights over', async (t) => {
  const ledger = base.fork();
  const old = await ledger.issued();
  must(await ledger.register(move(KIND.food, 'issue', BUREAU, BRANCH, '2026-03-15')));
  refuses(t, await suspend(ledger, BUREAU, old), 'ISSUER_NOT_COMPETENT');
  must(await ledger.register(agencyPut(POLICE, { rights: [{ kind: KIND.food, right: 'supervise', from: '2020-01-01', over: BRANCH }] })));
  carried(t, await suspend(ledger, POLICE, old));
});

void t.test('when a town branch acts', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued({}, BRANCH);
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('cancel', id), ledger.two(BUREAU)), 'ISSUER_NOT_COMPETENT');
  carried(t, await ledger.act(BRANCH, ledger.statusAct('cancel', id), ledger.two(BRANCH)));
  refuses(t, await ledger.act(BRANCH, ledger.issueAct({ seal: ledger.seals[BUREAU]?.id }, BRANCH), ledger.two(BRANCH)), 'SEAL_NOT_OF_AGENCY');
  refuses(t, await ledger.act(BUREAU, agencyPut(BRANCH, { mspId: 'MarketMSP' }), [byFile(ledger.of(BUREAU).registrar), byFile(ledger.of(BUREAU).approver)]), 'IDENTITY_NOT_OF_AGENCY', 'mspId');
  refuses(t, await ledger.register(agencyPut(BRANCH, { parent: BRANCH })), 'AGENCY_UNKNOWN', 'parent');
  refuses(t, await ledger.register(agencyPut(BRANCH, { parent: '91370303MA99TXT202' })), 'AGENCY_UNKNOWN', 'parent');
});

void t.test('when an agency is registered', async (t) => {
  const ledger = base.fork();
  const { clerk } = ledger.of(BUREAU);
  refuses(t, await ledger.act(BUREAU, agencyPut(MARKET), [byFile(clerk)]), 'ACTOR_ROLE', 'actors');
  refuses(t, await ledger.act(MARKET, agencyPut(MARKET, { rights: AGENCY_RIGHTS[BUREAU] ?? [] }), [byFile(ledger.of(MARKET).registrar)]), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.register(agencyPut('11370303009999228J', { mspId: 'OtherMSP' })), 'USCC_CHECK_DIGIT', 'code');
  const rights = (change: object) => agencyPut(POLICE, { rights: [{ kind: KIND.food, right: 'issue', from: '2020-01-01', ...change }] });
  refuses(t, await ledger.register(rights({ from: '2026-02-30' })), 'DATE_UNREAL', 'rights');
  refuses(t, await ledger.register(rights({ until: '2026-02-30' })), 'DATE_UNREAL');
  refuses(t, await ledger.register(rights({ until: '2019-12-31' })), 'DATES_REVERSED', 'rights');
  refuses(t, await ledger.register(move(KIND.food, 'issue', BUREAU, BUREAU, '2026-03-16')), 'AGENCY_UNKNOWN', 'to');
  refuses(t, await ledger.register(move(KIND.food, 'issue', BUREAU, POLICE, '2026-02-30')), 'DATE_UNREAL', 'on');
  refuses(t, await ledger.register(move(KIND.food, 'penalise', BUREAU, POLICE, '2026-03-16')), 'RIGHT_MISSING', 'from');
  refuses(t, await ledger.act(MARKET, move(KIND.food, 'issue', BUREAU, MARKET, '2026-03-16'), [byFile(ledger.of(MARKET).registrar)]), 'RIGHT_MISSING', 'agency');
});

void t.test('when staff are registered', async (t) => {
  const ledger = base.fork();
  const { clerk } = ledger.of(MARKET);
  const stranger = newPerson(MARKET, ['clerk']);
  carried(t, await ledger.act(MARKET, staffPut(stranger), [byFile(ledger.of(MARKET).registrar)]), { id: stranger.id });
  refuses(t, await ledger.act(MARKET, staffPut(newPerson(BUREAU, ['registrar'])), [byFile(ledger.of(MARKET).registrar)]), 'RIGHT_MISSING');
  refuses(t, await ledger.act(MARKET, staffPut({ ...ledger.of(BUREAU).clerk, agency: MARKET }), [byFile(ledger.of(MARKET).registrar)]), 'STAFF_EXISTS', 'id');
  refuses(t, await ledger.register(staffPut(clerk, { person: randomId() })), 'STAFF_EXISTS', 'id');
  refuses(t, await ledger.register(staffPut(clerk, { agency: BUREAU })), 'STAFF_EXISTS');
  refuses(t, await ledger.register(staffPut(clerk, { keys: [] })), 'STALE_RECORD', 'keys');
  refuses(t, await ledger.register(staffPut(clerk, { keys: [{ ...recordKey(clerk.file), spki: newKey('key-file').spki }, recordKey(clerk.passkey)] })), 'STALE_RECORD');
  refuses(t, await ledger.register(staffPut(clerk, { keys: [{ ...recordKey(clerk.file), method: 'webauthn' }, recordKey(clerk.passkey)] })), 'STALE_RECORD');
  const taken = { ...newPerson(MARKET, ['approver']), file: { ...clerk.file, id: randomId() } };
  refuses(t, await ledger.register(staffPut(taken)), 'KEY_ALREADY_REGISTERED', 'keys');
  const doubled = newPerson(MARKET, ['approver']);
  refuses(t, await ledger.register(staffPut({ ...doubled, passkey: { ...doubled.passkey, spki: doubled.file.spki } })), 'KEY_ALREADY_REGISTERED');
  t.equal(ledger.read('key', doubled.file.spki), undefined, 'a refused act claims no key');
  refuses(t, await ledger.register(staffPut({ ...newPerson(MARKET, ['clerk']), agency: '91370303MA99TXT202' })), 'AGENCY_UNKNOWN', 'agency');
  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'der', type: 'spki' });
  refuses(t, await ledger.register(staffPut(doubled, { keys: [{ ...recordKey(doubled.file), spki: Buffer.concat([p384, Buffer.alloc(3)]).toString('base64url') }] })), 'COMMAND_MALFORMED');
  const sameId = { ...recordKey(newKey('key-file')), id: randomId() };
  refuses(t, await ledger.register(staffPut(doubled, { keys: [sameId, { ...recordKey(newKey('key-file')), id: sameId.id }] })), 'COMMAND_MALFORMED', 'keys');
});

void t.test('when the keeper of the register enters staff of an agency that has a registrar', async (t) => {
  const ledger = base.fork();
  const { registrar, approver } = ledger.of(BUREAU);
  const { clerk } = ledger.of(MARKET);
  const [alone, both] = [[byFile(registrar)], [byFile(registrar), byFile(approver)]];
  const dismissed = staffPut(clerk, { active: false });
  refuses(t, await ledger.act(BUREAU, staffPut(newPerson(MARKET, ['registrar'])), alone), 'ACTORS_TOO_FEW', 'actors');
  refuses(t, await ledger.act(BUREAU, staffPut(newPerson(MARKET, ['clerk'])), alone), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, staffPut(clerk, { keys: [recordKey(clerk.file), recordKey(clerk.passkey), recordKey(newKey('key-file'))] }), alone), 'ACTORS_TOO_FEW', 'actors');
  refuses(t, await ledger.act(BUREAU, { ...dismissed, roles: ['approver'] }, alone), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, staffPut(newPerson(MARKET, ['clerk'])), [byFile(ledger.of(BUREAU).reviewer), byFile(approver)]), 'ACTOR_ROLE');
  carried(t, await ledger.act(BUREAU, dismissed, alone));
  refuses(t, await ledger.act(BUREAU, staffPut(clerk), alone), 'ACTORS_TOO_FEW');
  carried(t, await ledger.act(BUREAU, staffPut(clerk), both));
  const own = ledger.of(MARKET).registrar;
  carried(t, await ledger.act(BUREAU, staffPut(own, { active: false }), alone));
  refuses(t, await ledger.act(BUREAU, staffPut(newPerson(MARKET, ['registrar'])), alone), 'ACTORS_TOO_FEW', 'actors');
  carried(t, await ledger.act(BUREAU, staffPut(newPerson(MARKET, ['registrar'])), both));
});

void t.test('when an agency has no registrar yet', async (t) => {
  const ledger = base.fork();
  const fresh = '11370303009999113D';
  must(await ledger.register({ ...agencyPut(fresh), mspId: 'FreshMSP' }));
  const { registrar } = ledger.of(BUREAU);
  for (const roles of [['clerk'], ['registrar']] as const) carried(t, await ledger.act(BUREAU, staffPut(newPerson(fresh, roles)), [byFile(registrar)]));
  refuses(t, await ledger.act(BUREAU, staffPut(newPerson(fresh, ['clerk'])), [byFile(registrar)]), 'ACTORS_TOO_FEW');
});

void t.test('when another gateway is to speak for an agency', async (t) => {
  const ledger = base.fork();
  const { registrar, approver } = ledger.of(BUREAU);
  const moved = agencyPut(MARKET, { mspId: 'BureauMSP' });
  refuses(t, await ledger.act(BUREAU, moved, [byFile(registrar)]), 'ACTORS_TOO_FEW', 'actors');
  carried(t, await ledger.act(BUREAU, moved, [byFile(registrar), byFile(approver)]));
});

void t.test('when a kind is registered', async (t) => {
  const ledger = base.fork();
  const put = (change: object) => ledger.register({ op: 'kind.put', ...KINDS[0], ...change });
  refuses(t, await put({ sample: false }), 'KIND_NOT_SAMPLE', 'sample');
  const fields = [{ ...KINDS[0]?.fields[0], max: 61 }];
  refuses(t, await put({ fields }), 'SCHEMA_OUTDATED', 'schema');
  for (const name of ['status', 'iss', 'exp', 'cnf', 'line', 'vct']) refuses(t, await put({ fields: [{ ...fields[0], name }], schema: 2 }), 'COMMAND_MALFORMED', 'fields');
  refuses(t, await put({ fields: [...fields, ...fields], schema: 2 }), 'COMMAND_MALFORMED', 'fields');
  carried(t, await put({ fields, schema: 2 }));
  refuses(t, await put({ schema: 1 }), 'SCHEMA_OUTDATED');
  refuses(t, await ledger.act(BUREAU, ledger.issueAct(), [byGateway(ledger.of(BUREAU).clerk)]), 'SCHEMA_OUTDATED', 'schema');
  carried(t, await put({ fields, schema: 2, active: false }));
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ schema: 2 }), [byGateway(ledger.of(BUREAU).clerk)]), 'KIND_INACTIVE', 'licence');
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({}, BUREAU, `${KIND.food.slice(0, -1)}2`), [byGateway(ledger.of(BUREAU).clerk)]), 'KIND_UNKNOWN', 'licence');
  refuses(t, await ledger.act(MARKET, { op: 'kind.put', ...KINDS[0] }, [byFile(ledger.of(MARKET).registrar)]), 'RIGHT_MISSING');
});

void t.test('when the ledger is no demo', async (t) => {
  const ledger = await newLedger({ demo: false });
  carried(t, await ledger.register({ op: 'kind.put', ...KINDS[0], sample: false }));
});

void t.test('when a seal is registered', async (t) => {
  const ledger = base.fork();
  const seal = await newSeal(MARKET, ledger.authority);
  const registrar = [byFile(ledger.of(MARKET).registrar)];
  const put = (change: object, of = seal) => ledger.act(MARKET, sealPut(of, change), registrar);
  refuses(t, await put({ validUntil: '2026-01-01T00:00:00.000Z' }), 'DATES_REVERSED', 'validUntil');
  refuses(t, await put({ validUntil: '2041-01-01T00:00:00.000Z' }), 'COMMAND_MALFORMED', 'certificate');
  refuses(t, await put({ validFrom: '2019-01-01T00:00:00.000Z' }), 'COMMAND_MALFORMED');
  refuses(t, await put({ certificate: 'A'.repeat(600) }), 'COMMAND_MALFORMED');
  for (const uri of [`urn:uscc:${BUREAU}`, `urn:uscc:${MARKET}0`, `URN:USCC:${MARKET}`]) refuses(t, await put({}, await newSeal(MARKET, ledger.authority, uri)), 'COMMAND_MALFORMED', 'certificate');
  refuses(t, await ledger.act(MARKET, sealPut(await newSeal(BUREAU, ledger.authority)), registrar), 'RIGHT_MISSING');
  refuses(t, await put({ validFrom: '2026-99-01T00:00:00.000Z', validUntil: '2027-99-01T00:00:00.000Z' }), 'COMMAND_MALFORMED');
  carried(t, await put({}), { id: seal.id });
  refuses(t, await put({}), 'SEAL_EXISTS', 'id');
  refuses(t, await put({ id: randomId() }), 'KEY_ALREADY_REGISTERED');
  refuses(t, await ledger.register(sealPut({ ...seal, id: randomId() }, { agency: POLICE })), 'COMMAND_MALFORMED');
  refuses(t, await ledger.register(sealPut({ ...seal, id: randomId() }, { agency: '91370303MA99TXT202' })), 'AGENCY_UNKNOWN');
  const status = (to: string, signers: Parameters<TestLedger['act']>[2], agency = MARKET) => ledger.act(agency, { op: 'seal.status', id: seal.id, status: to }, signers);
  refuses(t, await status('stopped', [byFile(ledger.of(POLICE).registrar)], POLICE), 'SEAL_NOT_OF_AGENCY', 'id');
  refuses(t, await status('stopped', [byFile(ledger.of(MARKET).clerk)]), 'ACTOR_ROLE');
  refuses(t, await status('in-use', registrar), 'STATUS_FORBIDS', 'status');
  carried(t, await status('stopped', [byFile(ledger.of(MARKET).approver)]));
  refuses(t, await status('in-use', registrar), 'ACTORS_TOO_FEW');
  carried(t, await status('in-use', [...registrar, byFile(ledger.of(MARKET).approver)]));
  carried(t, await status('cancelled', registrar));
  refuses(t, await status('in-use', [...registrar, byFile(ledger.of(MARKET).approver)]), 'STATUS_FORBIDS');
  t.strictSame(ledger.read('seal', seal.id)?.history.map((each) => each.status), ['in-use', 'stopped', 'in-use', 'cancelled']);
  refuses(t, await ledger.register({ op: 'seal.status', id: randomId(), status: 'stopped' }), 'SEAL_UNKNOWN', 'id');
});

void t.test('when a key would get a second use', async (t) => {
  const ledger = base.fork();
  const seal = ledger.seals[BUREAU];
  const spki = Object.keys(Object.fromEntries(ledger.state.map)).find((key) => key.startsWith('key/') && ledger.state.map.get(key)?.toString().includes(seal?.id ?? '-'))?.slice(4) ?? '';
  refuses(t, await ledger.register(staffPut({ ...newPerson(BUREAU, ['clerk']), file: { ...newKey('key-file'), spki } })), 'KEY_ALREADY_REGISTERED', 'keys');
});

void t.test('when settings change', async (t) => {
  const ledger = base.fork();
  const setting = { op: 'setting.put', origins: ['https://new.example'], rpId: 'new.example' };
  refuses(t, await ledger.act(MARKET, setting, [byFile(ledger.of(MARKET).registrar)]), 'RIGHT_MISSING');
  carried(t, await ledger.register(setting));
  t.match(ledger.read('ledger', 'settings'), { origins: ['https://new.example'], rpId: 'new.example', demo: true, registrar: BUREAU, ledger: LEDGER });
  refuses(t, await ledger.register({ ...setting, origins: ['https://new.example/path'] }), 'COMMAND_MALFORMED');
  refuses(t, await ledger.register({ ...setting, demo: false }), 'COMMAND_MALFORMED');
  t.not(ORIGIN, 'https://new.example');
});

void t.test('when a ledger is begun', async (t) => {
  const administrator = newPerson(BUREAU, ['registrar']);
  const setup = { ledger: LEDGER, demo: true, zone: { name: 'Asia/Shanghai', utcOffsetMinutes: 480 }, origins: [ORIGIN], rpId: 'yizheng.example', agency: { code: BUREAU, name: '局', mspId: 'BureauMSP' }, administrator: { id: administrator.id, person: administrator.person, key: recordKey(administrator.file) } };
  const begin = (change: object, caller = callerOf(BUREAU), state = new MemoryState()) => initialise(new World(state), caller, base.fork().moment(), { ...setup, ...change });
  t.strictSame(await begin({}), { registrar: BUREAU });
  await failsWith(t, () => begin({}, callerOf(BUREAU), base.fork().state), RuleError, 'LEDGER_ALREADY_INITIALISED');
  await failsWith(t, () => begin({}, callerOf(MARKET)), RuleError, 'IDENTITY_NOT_OF_AGENCY');
  await failsWith(t, () => begin({}, { mspId: 'BureauMSP', agency: undefined }), RuleError, 'IDENTITY_NOT_OF_AGENCY');
  await failsWith(t, () => begin({ agency: { ...setup.agency, code: '113703030099999064' } }), RuleError, 'USCC_CHECK_DIGIT');
  await failsWith(t, () => begin({ administrator: { ...setup.administrator, key: recordKey(administrator.passkey) } }), RuleError, 'COMMAND_MALFORMED');
  await failsWith(t, () => begin({ administrator: { ...setup.administrator, key: { ...recordKey(administrator.file), spki: 'A'.repeat(122) } } }), RuleError, 'COMMAND_MALFORMED');
});
