/** Transactions: one outcome a request id, all-or-nothing, malformed input, the same bytes on every peer. */
import fc from 'fast-check';
import t from 'tap';
import { runBatch, type RequestResult } from '#chaincode/rules/batch';
import { World } from '#chaincode/world';
import { BUREAU, callerOf, MemoryState, must, newLedger, shownWith, sha, staffPut, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, randomId } from '#test/support/persons';
import { pathsOf, replaced } from '#test/support/paths';

const base = await newLedger();
const caller = callerOf(BUREAU);
const clerk = (ledger: TestLedger) => [byGateway(ledger.of(BUREAU).clerk)];
const first = (results: readonly RequestResult[]) => results[0] ?? { requestId: '', results: [] };

void t.test('when a request is sent again', async (t) => {
  const ledger = base.fork();
  const act = ledger.issueAct();
  const request = ledger.request(BUREAU, [ledger.command(act)], clerk(ledger));
  const one = first(await ledger.submit([request], caller));
  t.equal(one.recordedIn, undefined);
  const before = new Map(ledger.state.map);
  const two = first(await ledger.submit([request], caller));
  t.strictSame(two.results, one.results, 'the first result');
  t.equal(two.recordedIn, ledger.record(act.licence).events[0]?.txId);
  const rebuilt = first(await ledger.submit([{ ...request, commands: [ledger.command({ ...act, place: ledger.place() })] }], caller));
  t.strictSame(rebuilt.results, one.results, 'also for a command built anew from the same content');
  const other = first(await ledger.submit([{ ...request, content: sha('other') }], caller));
  t.match(other.results, [{ ok: false, code: 'REQUEST_ID_REUSED', field: 'requestId' }]);
  t.strictSame(ledger.state.map, before, 'and nothing is written');
  const within = await ledger.fork().submit([request, request], caller);
  t.strictSame(within.map(({ results }) => results), [one.results, one.results], 'twice in one transaction');
});

void t.test('when part of a request was refused', async (t) => {
  const ledger = base.fork();
  const [good, bad, late] = [ledger.issueAct(), ledger.issueAct({ reason: 'PENALTY_REVOCATION' }), ledger.issueAct({ validUntil: '2099-01-01' })];
  const request = ledger.request(BUREAU, [ledger.command(good), ledger.command(bad)], clerk(ledger));
  const one = first(await ledger.submit([request], caller));
  t.match(one.results, [{ ok: true }, { ok: false, code: 'REASON_UNKNOWN' }]);
  t.equal(one.recordedIn, undefined);
  const mended = { ...request, commands: [(request['commands'] as object[])[0], ledger.command({ ...bad, reason: 'APPLICATION' })] };
  const two = first(await ledger.submit([mended], caller));
  t.match(two.results, [one.results[0] as object, { ok: true, licence: bad.licence }], 'the first is not done twice, the second is done now');
  t.equal(ledger.record(good.licence).events.length, 1);
  const three = first(await ledger.submit([mended], caller));
  t.strictSame(three.results, two.results);
  t.type(three.recordedIn, 'string');
  const refused = ledger.request(BUREAU, [ledger.command(late)], clerk(ledger));
  await ledger.submit([refused], caller);
  t.equal(ledger.read('request', `${BUREAU}/${String(refused['requestId'])}`), undefined, 'a refusal is not recorded');
  const fewer = first(await ledger.submit([{ ...mended, commands: mended.commands.slice(0, 1) }], caller));
  t.equal(fewer.results.length, 1, 'as many results as commands');
});

void t.test('when all or nothing is asked', async (t) => {
  const ledger = base.fork();
  const [one, two, three] = [ledger.issueAct(), ledger.issueAct({ docNo: '1' }), ledger.issueAct({ seal: randomId() })];
  const before = new Map(ledger.state.map);
  const request = ledger.request(BUREAU, [one, two, three].map((act) => ledger.command(act)), [byFile(ledger.of(BUREAU).clerk)], { atomic: true });
  t.match(first(await ledger.submit([request], caller)).results, [{ ok: false, code: 'ATOMIC_ROLLED_BACK' }, { ok: false, code: 'ATOMIC_ROLLED_BACK' }, { ok: false, code: 'SEAL_UNKNOWN' }]);
  t.strictSame(ledger.state.map, before, 'nothing is written, no place taken');
  const again = ledger.request(BUREAU, [ledger.command(one), ledger.command(two)], clerk(ledger), { atomic: true });
  t.match(first(await ledger.submit([again], caller)).results, [{ ok: true }, { ok: true }]);
  const [kept, lost] = [ledger.issueAct(), ledger.issueAct()];
  const mixed = await ledger.submit([
    ledger.request(BUREAU, [ledger.command(kept)], clerk(ledger)),
    ledger.request(BUREAU, [ledger.command(lost), ledger.command(kept)], clerk(ledger), { atomic: true }),
  ], caller);
  t.match(mixed.map(({ results }) => results), [[{ ok: true }], [{ code: 'ATOMIC_ROLLED_BACK' }, { code: 'LICENCE_EXISTS' }]]);
  t.ok(ledger.read('licence', kept.licence));
  t.equal(ledger.read('licence', lost.licence), undefined, 'another request of the transaction is not touched');
});

void t.test('when commands of one transaction build on each other', async (t) => {
  const ledger = base.fork();
  const act = ledger.issueAct();
  const suspend = { op: 'licence.suspend', licence: act.licence, version: 1, after: 1, reason: 'RECTIFICATION', decidedBy: BUREAU, effectiveOn: ledger.today };
  const [results] = await ledger.submit([ledger.request(BUREAU, [ledger.command(act), ledger.command(suspend)], clerk(ledger))], caller);
  t.match(results?.results, [{ ok: true, status: 'VALID' }, { ok: true, status: 'SUSPENDED' }]);
  t.equal(ledger.record(act.licence).events.length, 2);
});

void t.test('when the ledger was never begun', async (t) => {
  const request = base.fork().request(BUREAU, [base.fork().command(base.fork().issueAct())], clerk(base));
  const [result] = await runBatch(new World(new MemoryState()), caller, base.fork().moment(), [request], shownWith([request]));
  refuses(t, result?.results[0], 'LEDGER_NOT_INITIALISED');
});

void t.test('when a command is malformed', async (t) => {
  const ledger = base.fork();
  const good = ledger.request(BUREAU, [ledger.command(ledger.issueAct())], clerk(ledger)) as { commands: [{ act: Record<string, unknown> }] } & Record<string, unknown>;
  const act = (change: object) => ({ ...good, commands: [{ ...good.commands[0], act: { ...good.commands[0].act, ...change } }] });
  const cases: Record<string, unknown> = {
    null: null, text: 'request', number: 5, list: [], empty: {}, 'unknown field': { ...good, extra: 1 }, 'unknown field in the command': { ...good, commands: [{ ...good.commands[0], extra: 1 }] }, 'unknown field in the act': act({ extra: 1 }),
    'proto in the text': JSON.parse(JSON.stringify(good).replace('{"agency"', '{"__proto__":{"x":1},"agency"')), 'proto in the act': JSON.parse(JSON.stringify(good).replace('"op"', '"__proto__":{"op":"x"},"op"')), 'constructor as field': act({ constructor: 'x' }),
    'no agency': { ...good, agency: undefined }, 'agency null': { ...good, agency: null }, 'agency lower': { ...good, agency: BUREAU.toLowerCase() + 'a' }, 'request id short': { ...good, requestId: 'abc' }, 'request id stray bits': { ...good, requestId: `${'A'.repeat(21)}B` }, 'request id with slash': { ...good, requestId: `${'A'.repeat(20)}/A` },
    'four actors': { ...good, actors: Array.from({ length: 4 }, () => (good['actors'] as object[])[0]) }, 'actor method unknown': { ...good, actors: [{ staff: randomId(), method: 'word' }] }, 'actor with a signature too short': { ...good, actors: [{ staff: randomId(), method: 'key-file', key: randomId(), signature: 'AA' }] },
    'no commands': { ...good, commands: [] }, 'too many commands': { ...good, commands: Array.from({ length: 501 }, () => good.commands[0]) }, 'commands no list': { ...good, commands: { 0: good.commands[0], length: 1 } }, 'atomic text': { ...good, atomic: 'yes' }, 'tree negative': { ...good, tree: { index: -1, size: 1, path: [] } }, 'tree path long': { ...good, tree: { index: 0, size: 1, path: Array.from({ length: 31 }, () => sha('a')) } },
    'op unknown': act({ op: 'licence.destroy' }), 'op missing': act({ op: undefined }), 'op a list': act({ op: ['licence.issue'] }), 'op inherited': act({ op: 'toString' }), 'licence short': act({ licence: 'x' }), 'licence with newline': act({ licence: `${String(good.commands[0].act['licence'])}\n` }),
    'version text': act({ op: 'licence.suspend', version: '1', after: 1 }), 'schema fraction': act({ schema: 1.5 }), 'schema huge': act({ schema: 1e21 }), 'schema NaN': act({ schema: NaN }), 'place negative': act({ place: { list: 1, index: -1 } }), 'place beyond': act({ place: { list: 2 ** 32, index: 0 } }), 'place extra': act({ place: { list: 1, index: 1, x: 1 } }),
    'document number long': act({ docNo: '字'.repeat(65) }), 'document number with control': act({ docNo: 'a\u0000b' }), 'document number with newline': act({ docNo: 'a\n' }), 'document number empty': act({ docNo: '' }), 'reason lower': act({ reason: 'application' }), 'reason long': act({ reason: 'A'.repeat(49) }), 'reason null': act({ reason: null }), 'day short': act({ issuedOn: '2026-3-1' }), 'day an instant': act({ effectiveOn: '2026-03-15T00:00:00.000Z' }), 'subject with colon': act({ subject: 'uscc:' }), 'subject a name': act({ subject: '测试甲' }),
    'document of unknown type': { ...good, commands: [{ ...good.commands[0], documents: [{ type: 'photo', alg: 'sha-256', digest: sha('x') }] }] }, 'digest of another algorithm': { ...good, commands: [{ ...good.commands[0], documents: [{ type: 'credential', alg: 'md5', digest: sha('x') }] }] }, 'no documents in the list': { ...good, commands: [{ ...good.commands[0], documents: [] }] }, 'expiry without milliseconds': { ...good, commands: [{ ...good.commands[0], expiresAt: '2026-03-20T00:00:00Z' }] }, 'expiry missing': { ...good, commands: [{ ...good.commands[0], expiresAt: undefined }] },
    'proposal in a proposal': act({ op: 'proposal.open', id: randomId(), command: { act: { op: 'proposal.approve', id: randomId() }, expiresAt: '2026-03-20T00:00:00.000Z', requestId: randomId() } }),
  };
  const before = new Map(ledger.state.map);
  for (const [what, request] of Object.entries(cases)) {
    const [result] = await ledger.submit([request], caller);
    t.ok(result && result.results.length >= 1 && result.results.every((each) => !each.ok && each.code === 'COMMAND_MALFORMED'), `${what}: ${JSON.stringify(result?.results[0])}`);
  }
  t.strictSame(ledger.state.map, before);
  const [bad, fine] = await ledger.submit([{ ...good, extra: 1 }, good], caller);
  refuses(t, bad?.results[0], 'COMMAND_MALFORMED');
  carried(t, fine?.results[0]);
});

void t.test('when nobody acts', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  const proposed = { act: ledger.statusAct('suspend', licence), expiresAt: '2026-03-18T00:00:00.000Z', requestId: randomId() };
  const id = randomId();
  carried(t, await ledger.act(BUREAU, { op: 'proposal.open', id, command: proposed }, [byFile(ledger.of(BUREAU).clerk)]));
  const acts = [ledger.issueAct(), ledger.importAct(), ledger.statusAct('suspend', licence), ledger.versionAct('renew', licence), { op: 'document.add', licence, version: 1 }, { op: 'proposal.approve', id }, { op: 'proposal.withdraw', id }, { op: 'proposal.open', id: randomId(), command: proposed }, staffPut(ledger.of(BUREAU).clerk)];
  for (const act of acts) {
    const papers = (act as { op: string }).op === 'document.add' ? { documents: [{ type: 'pdf', alg: 'sha-256', digest: sha('pdf') }] } : {};
    refuses(t, await ledger.act(BUREAU, act, [], { command: papers }), 'ACTORS_TOO_FEW', 'actors');
  }
});

void t.test('when text fields carry lone surrogates', async (t) => {
  const ledger = base.fork();
  for (const signer of [byGateway(ledger.of(BUREAU).clerk), byFile(ledger.of(BUREAU).clerk)]) {
    const request = ledger.request(BUREAU, [ledger.command(ledger.issueAct({ docNo: 'a\ud800' }))], [signer]);
    refuses(t, first(await ledger.submit([request], caller)).results[0], 'COMMAND_MALFORMED');
  }
});

void t.test('when anything at all is sent', async () => {
  const ledger = base.fork();
  const good = ledger.request(BUREAU, [ledger.command(ledger.issueAct())], clerk(ledger));
  const paths = pathsOf(good);
  await fc.assert(fc.asyncProperty(fc.constantFrom(...paths), fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('__proto__', 'constructor', '', '\u0000', 'licence.issue', -1, 1e308)), async (path, value) => {
    const request = replaced(good, path, value);
    const [result] = await ledger.fork().submit([request], caller);
    return Array.isArray(result?.results) && result.results.length >= 1;
  }), { numRuns: 300 });
});

void t.test('when peers hold the same state written in another order', async (t) => {
  const ledger = base.fork();
  const ids = [await ledger.issued(), await ledger.issued(), await ledger.imported()];
  must(await ledger.act(BUREAU, ledger.statusAct('suspend', ids[0] ?? ''), [byFile(ledger.of(BUREAU).clerk)]));
  const requests = [
    ledger.request(BUREAU, [ledger.command(ledger.statusAct('restore', ids[0] ?? '')), ledger.command(ledger.versionAct('renew', ids[1] ?? ''))], clerk(ledger)),
    ledger.request(BUREAU, [ledger.command(ledger.versionAct('confirm', ids[2] ?? '')), ledger.command(ledger.issueAct()), ledger.command(ledger.issueAct({ reason: 'NO' }))], [byFile(ledger.of(BUREAU).clerk)]),
    ledger.request(BUREAU, [ledger.command({ op: 'right.move', kind: ids[0]?.slice(0, 21), right: 'issue', from: BUREAU, to: '113703030099993087', on: '2026-04-01' })], [byFile(ledger.of(BUREAU).registrar), byFile(ledger.of(BUREAU).approver)]),
  ];
  const moment = ledger.moment();
  const run = async (map: Map<string, Buffer>) => {
    const writes: [string, string][] = [];
    const world = new World({ get: (key) => Promise.resolve(map.get(key) ?? new Uint8Array()), put: (key, value) => Promise.resolve(void writes.push([key, Buffer.from(value).toString('utf8')])) });
    const results = await runBatch(world, caller, moment, requests, shownWith(requests));
    await world.flush();
    return { writes, results };
  };
  const one = await run(ledger.state.map);
  t.match(one.results.map(({ results }) => results.map(({ ok }) => ok)), [[true, true], [true, true, false], [true]]);
  const again = await run(new Map([...ledger.state.map].reverse()));
  t.strictSame(again, one, 'byte for byte');
  t.strictSame(one.writes.map(([key]) => key), one.writes.map(([key]) => key).sort(), 'in key order');
  t.equal(new Set(one.writes.map(([key]) => key)).size, one.writes.length, 'each key once');
});

void t.test('when the keys of stored objects are in another order', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  const requests = [ledger.request(BUREAU, [ledger.command(ledger.statusAct('suspend', id)), ledger.command(ledger.issueAct())], clerk(ledger))];
  const moment = ledger.moment();
  const shuffled = new Map([...ledger.state.map].map(([key, value]) => [key, Buffer.from(JSON.stringify(reversedKeys(JSON.parse(value.toString('utf8')))))]));
  const run = async (map: Map<string, Buffer>) => {
    const state = new MemoryState(new Map(map));
    const world = new World(state);
    const results = await runBatch(world, caller, moment, requests, shownWith(requests));
    await world.flush();
    return { results, state: [...state.map].map(([key, value]) => [key, sorted(JSON.parse(value.toString('utf8')))]) };
  };
  t.strictSame(await run(shuffled), await run(ledger.state.map), 'the same results and the same facts');
});

const reversedKeys = (value: unknown): unknown => (Array.isArray(value) ? value.map(reversedKeys) : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).reverse().map(([key, member]) => [key, reversedKeys(member)])) : value);
const sorted = (value: unknown): unknown => (Array.isArray(value) ? value.map(sorted) : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)])) : value);
