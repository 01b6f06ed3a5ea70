/** Who acts: stolen gateways, forged and borrowed signatures, passkeys, two persons, mass acts. */
import t from 'tap';
import { BUREAU, BRANCH, callerOf, KIND, KINDS, MARKET, massRequests, must, newLedger, sha, staffPut, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, byPasskey, newPerson, ORIGIN, randomId, recordKey, type Assertion, type Signing } from '#test/support/persons';
import type { Result } from '#chaincode/rules/batch';
import { personsFor } from '#chaincode/rules/licence';

const base = await newLedger();
const all = <T>(results: readonly { results: readonly T[] }[]): T[] => results.flatMap(({ results: each }) => each);

/** A penalty: the market agency revokes a licence of the bureau. */
async function revoke(ledger: TestLedger, signers: readonly Signing[], change: object = {}, options: object = {}): Promise<Result> {
  const id = await ledger.issued();
  return ledger.act(MARKET, ledger.statusAct('revoke', id, change), signers, options);
}

void t.test("when another agency's gateway speaks", async (t) => {
  const ledger = base.fork();
  const act = ledger.issueAct();
  const clerk = byGateway(ledger.of(BUREAU).clerk);
  refuses(t, await ledger.act(BUREAU, act, [clerk], { caller: callerOf(MARKET) }), 'IDENTITY_NOT_OF_AGENCY', 'agency');
  refuses(t, await ledger.act(BUREAU, act, [clerk], { caller: { mspId: 'MarketMSP', agency: BUREAU } }), 'IDENTITY_NOT_OF_AGENCY');
  refuses(t, await ledger.act(BUREAU, act, [clerk], { caller: { mspId: 'BureauMSP', agency: BRANCH } }), 'IDENTITY_NOT_OF_AGENCY');
  refuses(t, await ledger.act(BUREAU, act, [clerk], { caller: { mspId: 'BureauMSP', agency: undefined } }), 'IDENTITY_NOT_OF_AGENCY');
  t.equal(ledger.read('licence', act.licence), undefined);
  must(await ledger.register({ op: 'agency.put', code: BRANCH, name: '演示', mspId: 'BureauMSP', active: false, rights: [] }));
  refuses(t, await ledger.act(BRANCH, ledger.issueAct({}, BRANCH), [byGateway(ledger.of(BRANCH).clerk)]), 'AGENCY_INACTIVE');
  const own = ledger.request(MARKET, [ledger.command(act)], [byGateway(ledger.of(BUREAU).clerk)]);
  refuses(t, all(await ledger.submit([own], callerOf(MARKET)))[0], 'ACTOR_UNKNOWN', 'actors');
});

void t.test('when the actor is not who he says', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  const bureau = ledger.of(BUREAU);
  const forged: Signing = (digest) => ({ ...byFile(clerk)(digest), signature: Buffer.alloc(64, 7).toString('base64url') } as never);
  refuses(t, await revoke(ledger, [forged, byFile(approver)]), 'ACTOR_SIGNATURE', 'actors');
  refuses(t, await revoke(ledger, [byFile(clerk, { ...approver.file, id: clerk.file.id }), byFile(approver)]), 'ACTOR_SIGNATURE', 'actors');
  refuses(t, await revoke(ledger, [byFile(clerk, approver.file), byFile(approver)]), 'ACTOR_KEY_UNKNOWN', 'actors');
  refuses(t, await revoke(ledger, [byFile(clerk, clerk.passkey), byFile(approver)]), 'ACTOR_KEY_UNKNOWN', 'actors');
  refuses(t, await revoke(ledger, [byPasskey(clerk, { key: clerk.file }), byFile(approver)]), 'ACTOR_KEY_UNKNOWN');
  refuses(t, await revoke(ledger, [byFile(bureau.clerk), byFile(bureau.approver)]), 'ACTOR_UNKNOWN');
  refuses(t, await revoke(ledger, [byFile(newPerson(MARKET, ['clerk'])), byFile(approver)]), 'ACTOR_UNKNOWN');
  refuses(t, await revoke(ledger, [byFile(clerk), byFile(approver)], {}, { ledger: sha('another ledger') }), 'ACTOR_SIGNATURE');
  carried(t, await revoke(ledger, [byFile(clerk), byFile(approver)]), { status: 'REVOKED' });
});

void t.test('when what was signed is changed afterwards', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  const good = ledger.request(MARKET, [ledger.command(ledger.statusAct('revoke', id))], ledger.two(MARKET)) as { requestId: string; commands: { act: object; expiresAt: string }[] };
  const [command] = good.commands;
  const edits: Record<string, object> = {
    reason: { commands: [{ ...command, act: { ...command?.act, basis: 'GWY-716' } }] }, licence: { commands: [{ ...command, act: { ...command?.act, licence: await ledger.issued() } }] },
    expiry: { commands: [{ ...command, expiresAt: '2026-03-21T02:00:00.000Z' }] }, content: { commands: [{ ...command, content: sha('x') }] }, 'request id': { requestId: randomId() }, agency: { agency: BUREAU },
    'a second command': { commands: [command, command] }, tree: { tree: { index: 0, size: 1, path: [] } },
  };
  for (const [what, edit] of Object.entries(edits)) {
    const [result] = all(await ledger.submit([{ ...good, ...edit }], callerOf(what === 'agency' ? BUREAU : MARKET)));
    refuses(t, result, what === 'agency' ? 'ACTOR_UNKNOWN' : 'ACTOR_SIGNATURE');
  }
  t.equal(ledger.record(id).versions[0]?.status, 'VALID');
  carried(t, all(await ledger.submit([good], callerOf(MARKET)))[0]);
});

void t.test('when an account or a key is no longer in force', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  must(await ledger.register(staffPut(clerk, { keys: [recordKey(clerk.file, false), recordKey(clerk.passkey)] })));
  refuses(t, await revoke(ledger, [byFile(clerk), byFile(approver)]), 'ACTOR_KEY_UNKNOWN');
  carried(t, await revoke(ledger, [byPasskey(clerk), byFile(approver)]));
  refuses(t, await ledger.register(staffPut(clerk)), 'STALE_RECORD', 'keys');
  must(await ledger.register(staffPut(clerk, { active: false, keys: [recordKey(clerk.file, false), recordKey(clerk.passkey)] })));
  refuses(t, await revoke(ledger, [byPasskey(clerk), byFile(approver)]), 'ACTOR_INACTIVE');
  refuses(t, await ledger.act(MARKET, ledger.importAct(), [byGateway(clerk)]), 'ACTOR_INACTIVE');
});

void t.test('when a passkey signs', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(MARKET);
  carried(t, await revoke(ledger, [byPasskey(clerk), byPasskey(approver)]));
  carried(t, await revoke(ledger, [byPasskey(clerk, { flags: 0x1d }), byFile(approver)]), { status: 'REVOKED' });
  const wrong: Record<string, Assertion> = {
    'type of a registration': { type: 'webauthn.create' }, 'no type': { type: '' }, 'challenge of another act': { challenge: sha('other') }, 'challenge padded': { challenge: `${sha('other')}=` },
    'foreign origin': { origin: 'https://evil.example' }, 'subdomain': { origin: `https://a.${ORIGIN.slice(8)}` }, 'other scheme': { origin: ORIGIN.replace('https', 'http') }, 'other port': { origin: `${ORIGIN}:8443` }, 'framed elsewhere': { crossOrigin: true },
    'other relying party': { rpId: 'evil.example' }, 'user not present': { flags: 0x04 }, 'user not verified': { flags: 0x01 }, 'no flags': { flags: 0 },
    'client data no JSON': { client: `{"type":"webauthn.get"${' '.repeat(40)}` }, 'client data null': { client: `null${' '.repeat(40)}` }, 'client data a list': { client: `["webauthn.get"]${' '.repeat(40)}` },
    "another person's key": { key: { ...approver.passkey, id: clerk.passkey.id } },
  };
  for (const [what, change] of Object.entries(wrong)) {
    const result = await revoke(ledger, [byPasskey(clerk, change), byFile(approver)]);
    t.match(result, { ok: false, code: 'ACTOR_SIGNATURE', field: 'actors' }, what);
  }
  const short: Signing = (digest) => ({ ...byPasskey(clerk)(digest), authenticatorData: 'A'.repeat(49) } as never);
  refuses(t, await revoke(ledger, [short, byFile(approver)]), 'ACTOR_SIGNATURE');
});

void t.test('when two persons are needed', async (t) => {
  const ledger = base.fork();
  const { clerk, approver, reviewer, auditor } = ledger.of(MARKET);
  const twice = newPerson(MARKET, ['approver'], clerk.person);
  must(await ledger.register(staffPut(twice)));
  refuses(t, await revoke(ledger, [byFile(clerk)]), 'ACTORS_TOO_FEW', 'actors');
  refuses(t, await revoke(ledger, [byFile(clerk), byFile(twice)]), 'ACTORS_SAME_PERSON', 'actors');
  refuses(t, await revoke(ledger, [byFile(clerk), byFile(clerk)]), 'ACTORS_SAME_PERSON');
  refuses(t, await revoke(ledger, [byFile(clerk), byPasskey(clerk)]), 'ACTORS_SAME_PERSON');
  refuses(t, await revoke(ledger, [byFile(clerk), byFile(reviewer)]), 'ACTOR_ROLE', 'actors');
  refuses(t, await revoke(ledger, [byFile(approver), byFile(auditor)]), 'ACTOR_ROLE');
  carried(t, await revoke(ledger, [byFile(approver), byFile(clerk)]));
  carried(t, await revoke(ledger, [byPasskey(reviewer), byFile(approver)]));
  carried(t, await revoke(ledger, [byFile(clerk), byFile(reviewer), byFile(approver)]), { status: 'REVOKED' });
  refuses(t, await ledger.act(BUREAU, ledger.issueAct(), [byGateway(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE');
  refuses(t, await ledger.act(BUREAU, ledger.issueAct(), [byGateway(ledger.of(BUREAU).registrar)]), 'ACTOR_ROLE');
});

void t.test('when three persons are needed', async (t) => {
  const ledger = base.fork();
  const { clerk, reviewer, approver } = ledger.of(BUREAU);
  const cancel = async (signers: readonly Signing[]) => ledger.act(BUREAU, ledger.statusAct('cancel', await ledger.issued({}, BUREAU, KIND.triple)), signers);
  refuses(t, await cancel([byFile(clerk), byFile(approver)]), 'ACTORS_TOO_FEW');
  refuses(t, await cancel([byFile(clerk), byFile(approver), byFile(approver)]), 'ACTORS_SAME_PERSON');
  const many = newPerson(BUREAU, ['clerk', 'reviewer', 'approver']);
  const second = newPerson(BUREAU, ['clerk', 'reviewer', 'approver']);
  for (const person of [many, second]) must(await ledger.register(staffPut(person)));
  carried(t, await cancel([byFile(many), byFile(second), byFile(reviewer)]), { status: 'CANCELLED' });
  refuses(t, await cancel([byFile(clerk), byFile(approver), byFile(newPerson(BUREAU, ['clerk']))]), 'ACTOR_UNKNOWN');
  carried(t, await cancel([byFile(approver), byFile(reviewer), byFile(clerk)]));
});

void t.test("when the gateway's word is not enough", async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(BUREAU);
  const market = ledger.of(MARKET);
  refuses(t, await revoke(ledger, [byGateway(market.clerk), byGateway(market.approver)]), 'ACTOR_OWN_KEY_NEEDED', 'actors');
  refuses(t, await revoke(ledger, [byFile(market.clerk), byGateway(market.approver)]), 'ACTOR_OWN_KEY_NEEDED');
  const id = await ledger.issued();
  refuses(t, await ledger.act(MARKET, ledger.statusAct('suspend', id, { reason: 'PENALTY_SUSPENSION' }), [byGateway(market.clerk)]), 'ACTOR_OWN_KEY_NEEDED');
  carried(t, await ledger.act(MARKET, ledger.statusAct('suspend', id, { reason: 'PENALTY_SUSPENSION' }), [byFile(market.clerk)]));
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('restore', id), [byFile(clerk)]), 'RIGHT_MISSING');
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({}, BUREAU, KIND.triple), [byGateway(clerk)]), 'ACTOR_OWN_KEY_NEEDED', 'actors');
  refuses(t, await ledger.act(BUREAU, { op: 'staff.put', id: randomId(), agency: BUREAU, person: randomId(), roles: ['clerk'], active: true, keys: [] }, [byGateway(ledger.of(BUREAU).registrar)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(BUREAU, { op: 'seal.status', id: ledger.seals[BUREAU]?.id, status: 'stopped' }, [byGateway(approver)]), 'ACTOR_OWN_KEY_NEEDED');
  const mass = (signer: Signing, count: number) => ledger.send(BUREAU, Array.from({ length: count }, () => ledger.command(ledger.issueAct())), [signer]);
  t.ok((await mass(byGateway(clerk), 2)).every(({ ok }) => ok), 'below massFrom');
  for (const result of await mass(byGateway(clerk), 3)) refuses(t, result, 'ACTOR_OWN_KEY_NEEDED');
  t.ok((await mass(byFile(clerk), 3)).every(({ ok }) => ok));
});

void t.test('when many licences are ended at once, or issued over the limit', async (t) => {
  const ledger = base.fork();
  const { clerk, approver } = ledger.of(BUREAU);
  const two = [byFile(clerk), byFile(approver)];
  const cancels = async (count: number) => Promise.all(Array.from({ length: count }, async () => ledger.command(ledger.statusAct('cancel', await ledger.issued()))));
  for (const result of await ledger.send(BUREAU, await cancels(3), [byFile(clerk)])) refuses(t, result, 'ACTORS_TOO_FEW', 'actors');
  t.ok((await ledger.send(BUREAU, await cancels(2), [byFile(clerk)])).every(({ ok }) => ok), 'below massFrom one is enough');
  t.ok((await ledger.send(BUREAU, await cancels(3), two)).every(({ ok }) => ok));
  const food = KINDS.find(({ type }) => type === KIND.food);
  must(await ledger.register({ op: 'kind.put', ...food, twoFrom: 4 }));
  const issues = (count: number, signers: readonly Signing[]) => ledger.send(BUREAU, Array.from({ length: count }, () => ledger.command(ledger.issueAct())), signers);
  t.ok((await issues(3, [byFile(clerk)])).every(({ ok }) => ok));
  for (const result of await issues(4, [byFile(clerk)])) refuses(t, result, 'ACTORS_TOO_FEW', 'actors');
  t.ok((await issues(4, two)).every(({ ok }) => ok));
  t.equal(personsFor({ persons: {}, massFrom: 100 }, 'issue', { mass: 9_999 }), 1);
  t.equal(personsFor({ persons: {}, massFrom: 100 }, 'issue', { mass: 10_000 }), 2, 'where the kind says nothing');
  t.equal(personsFor({ persons: { issue: 3 }, massFrom: 100 }, 'issue', { mass: 10_000 }), 3);
});

void t.test('when a penalty is lifted on the word of the gateway', async (t) => {
  const ledger = base.fork();
  const market = ledger.of(MARKET);
  const id = await ledger.issued();
  must(await ledger.act(MARKET, ledger.statusAct('suspend', id, { reason: 'PENALTY_SUSPENSION' }), [byFile(market.clerk)]));
  refuses(t, await ledger.act(MARKET, ledger.statusAct('restore', id), [byGateway(market.clerk)]), 'ACTOR_OWN_KEY_NEEDED');
  carried(t, await ledger.act(MARKET, ledger.statusAct('restore', id), [byFile(market.clerk)]));
});

void t.test('when a mass act is signed once', async (t) => {
  const commandsOf = (ledger: TestLedger, count: number) => Array.from({ length: count }, () => ledger.command(ledger.issueAct()));
  const signers = (ledger: TestLedger) => [byPasskey(ledger.of(BUREAU).clerk)];
  const ledger = base.fork();
  const requests = massRequests(ledger, BUREAU, commandsOf(ledger, 700), signers(ledger)) as { requestId: string; tree: { index: number; size: number; path: string[] }; commands: { act: object }[] }[];
  t.strictSame(requests.map(({ commands, tree }) => [commands.length, tree.index, tree.path.length]), [[256, 0, 2], [256, 256, 2], [188, 512, 1]]);
  const [first, second, third] = requests;
  if (!first || !second || !third) throw new Error('three chunks');
  const one = (request: object, from = ledger) => from.fork().submit([request], callerOf(BUREAU)).then((results) => all(results)[0]);
  refuses(t, await one({ ...first, tree: { ...first.tree, index: 256 } }), 'ACTOR_SIGNATURE');
  refuses(t, await one({ ...first, tree: { ...first.tree, index: 100 } }), 'MASS_PATH');
  refuses(t, await one({ ...first, tree: { ...first.tree, index: 512 } }), 'MASS_PATH');
  refuses(t, await one({ ...first, tree: { ...first.tree, size: 255 } }), 'MASS_PATH');
  refuses(t, await one({ ...first, tree: { ...first.tree, size: 1100 } }), 'MASS_PATH', 'tree');
  for (const size of [699, 513, 701, 768]) refuses(t, await one({ ...first, tree: { ...first.tree, size } }), 'ACTOR_SIGNATURE', 'actors');
  refuses(t, await one({ ...first, tree: { ...first.tree, path: second.tree.path } }), 'ACTOR_SIGNATURE');
  refuses(t, await one({ ...first, tree: { ...first.tree, path: first.tree.path.slice(1) } }), 'MASS_PATH');
  refuses(t, await one((({ tree: _, ...rest }) => rest)(first)), 'ACTOR_SIGNATURE');
  const edited = { ...third, commands: third.commands.map((command, i) => (i === 100 ? { ...command, act: { ...command.act, subject: 'uscc:92370303MA99TXT124' } } : command)) };
  refuses(t, await one(edited), 'ACTOR_SIGNATURE');
  refuses(t, await one({ ...third, commands: third.commands.slice(1) }), 'MASS_PATH', 'tree');
  refuses(t, await one({ ...second, requestId: first.requestId }), 'ACTOR_SIGNATURE');
  for (const request of [third, first, second]) t.ok(all(await ledger.submit([request], callerOf(BUREAU))).every(({ ok }) => ok), 'in any order');
});

void t.test('when acts expire', async (t) => {
  const ledger = base.fork();
  const suspend = async (expiresAt: string) => ledger.act(BUREAU, ledger.statusAct('suspend', await ledger.issued()), [byFile(ledger.of(BUREAU).clerk)], { command: { expiresAt } });
  refuses(t, await suspend(ledger.now), 'ACT_EXPIRED', 'expiresAt');
  carried(t, await suspend('2026-03-15T02:00:00.001Z'));
  carried(t, await suspend('2026-04-15T23:59:59.999Z'));
  refuses(t, await suspend('2026-04-16T00:00:00.000Z'), 'ACT_EXPIRY_TOO_FAR', 'expiresAt');
  for (const expiresAt of ['2026-13-45T99:99:99.999Z', '2026-02-30T00:00:00.000Z', '9999-99-99T00:00:00.000Z']) t.match(await suspend(expiresAt), { ok: false }, expiresAt);
});
