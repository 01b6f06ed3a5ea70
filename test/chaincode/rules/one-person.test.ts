/** What takes two persons is done by one: by a way round, in steps, or in another's name. */
import t from 'tap';
import { addDays, type Day } from '#chaincode/facts/calendar';
import type { RightRecord } from '#chaincode/facts/records';
import { FINDINGS_MAX } from '#chaincode/facts/supervision';
import { AGENCY_RIGHTS, agencyPut, BRANCH, BUREAU, KIND, KINDS, MARKET, must, newLedger, POLICE } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, randomId } from '#test/support/persons';

const base = await newLedger();

void t.test('when one registrar undoes a move of the right to issue that took two', async (t) => {
  const ledger = base.fork();
  const { registrar, approver, clerk } = ledger.of(BUREAU);
  const old = await ledger.issued();
  must(await ledger.act(BUREAU, { op: 'right.move', kind: KIND.food, right: 'issue', from: BUREAU, to: POLICE, on: ledger.today }, [byFile(registrar), byFile(approver)]));
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('cancel', old), [byGateway(clerk)]), 'ISSUER_NOT_COMPETENT');
  const entry = await ledger.act(BUREAU, agencyPut(BUREAU, { rights: AGENCY_RIGHTS[BUREAU] ?? [] }), [byFile(registrar)]);
  t.equal(entry.ok, false, 'the row that says where the right went is left out, and the right is there again');
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('cancel', old), [byGateway(clerk)]), 'ISSUER_NOT_COMPETENT');
});

void t.test('when one registrar enters a right from a past day', async (t) => {
  const ledger = base.fork();
  const { registrar, approver } = ledger.of(BUREAU);
  const known = AGENCY_RIGHTS[MARKET] ?? [];
  const enter = (from: Day, signers = [byFile(registrar)], right: RightRecord['right'] = 'penalise') => ledger.act(BUREAU, agencyPut(MARKET, { rights: [...known, { kind: KIND.person, right, from }] }), signers);
  refuses(t, await enter(addDays(ledger.today, -1)), 'ACTORS_TOO_FEW', 'actors');
  refuses(t, await enter(addDays(ledger.today, 1), undefined, 'issue'), 'ACTORS_TOO_FEW', 'actors');
  carried(t, await enter(ledger.today));
  refuses(t, await ledger.act(BUREAU, agencyPut(MARKET, { rights: known.slice(1) }), [byFile(registrar)]), 'ACTORS_TOO_FEW', 'actors');
  carried(t, await enter(addDays(ledger.today, -400), [byFile(registrar), byFile(approver)]));
});

void t.test('when one registrar changes how many persons an act of a kind takes', async (t) => {
  const ledger = base.fork();
  const { registrar, approver } = ledger.of(BUREAU);
  const [food] = KINDS;
  const put = (change: object, signers = [byFile(registrar)]) => ledger.act(BUREAU, { op: 'kind.put', ...food, ...change }, signers);
  for (const change of [{ persons: {} }, { windowBefore: 3650 }, { massFrom: 500 }, { vouched: [...(food?.vouched ?? []), 'annul'] }]) refuses(t, await put(change), 'ACTORS_TOO_FEW', 'actors');
  carried(t, await put({ retentionYears: 11 }));
  carried(t, await put({ persons: {} }, [byFile(registrar), byFile(approver)]));
});

void t.test('when one clerk dates a certificate back by way of an import', async (t) => {
  const ledger = base.fork();
  const { clerk: one } = ledger.of(BUREAU);
  const long = addDays(ledger.today, -1000);
  const row = ledger.importAct({ issuedOn: long, validFrom: long, effectiveOn: long, source: BUREAU });
  const term = { issuedOn: long, validFrom: long, validUntil: addDays(long, 1800) };
  refuses(t, await ledger.act(BUREAU, ledger.issueAct(term), [byGateway(one)]), 'ACTOR_OWN_KEY_NEEDED');
  must(await ledger.act(BUREAU, row, [byGateway(one)]));
  const confirmed = await ledger.act(BUREAU, ledger.versionAct('confirm', row.licence, term), [byGateway(one)]);
  refuses(t, confirmed, 'ACTOR_OWN_KEY_NEEDED');
  carried(t, await ledger.act(BUREAU, ledger.versionAct('confirm', row.licence, term), [byGateway(ledger.of(BUREAU).reviewer)]));
});

void t.test('when another agency is to have decided', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  refuses(t, await ledger.act(MARKET, ledger.statusAct('suspend', id, { decidedBy: BUREAU }), ledger.two(MARKET)), 'AUTHORITY_UNKNOWN', 'decidedBy');
  const branchs = await ledger.issued({ decidedBy: BUREAU }, BRANCH);
  t.equal(ledger.record(branchs).events[0]?.decidedBy, BUREAU, 'but for the one above it');
});

void t.test('when what another agency ordered is lifted', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  must(await ledger.act(MARKET, ledger.statusAct('suspend', id), ledger.two(MARKET)));
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('restore', id), [byGateway(ledger.of(BUREAU).clerk)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('restore', id), [byFile(ledger.of(BUREAU).clerk)]), 'ACTORS_TOO_FEW');
  carried(t, await ledger.act(MARKET, ledger.statusAct('restore', id), [byGateway(ledger.of(MARKET).clerk)]));
});

void t.test('when findings push out those of another agency', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  const find = (agency: string, finding: string) => ledger.act(agency, { op: 'supervision.find', id: randomId(), licence: id, version: 1, finding, onDay: ledger.today }, [byGateway(ledger.of(agency).clerk)]);
  must(await find(MARKET, 'NOT_AS_LICENSED'));
  for (let i = 0; i < FINDINGS_MAX + 5; i++) must(await find(BUREAU, 'IN_ORDER'));
  const { findings = [] } = ledger.read('supervision', id) ?? {};
  t.equal(findings.length, FINDINGS_MAX);
  t.ok(findings.some(({ finding }) => finding === 'NOT_AS_LICENSED'));
});

void t.test('when a penalty is recorded as decided by an agency that may only issue', async (t) => {
  const ledger = base.fork();
  for (const decidedBy of [BUREAU, POLICE, '91370303MA99TXT04C']) {
    const id = await ledger.issued();
    const result = await ledger.act(MARKET, ledger.statusAct('revoke', id, { decidedBy }), ledger.two(MARKET));
    t.equal(result.ok, false, `${decidedBy} has no right to punish, and would be named in the verdict`);
  }
});
