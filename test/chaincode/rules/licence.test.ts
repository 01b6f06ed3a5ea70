/** Licences: the transition matrix, versions, terms, days, paging. */
import t from 'tap';
import { addDays, type Day, type Instant } from '#chaincode/facts/calendar';
import type { EventRecord } from '#chaincode/facts/records';
import { STATUSES, type Status } from '#chaincode/facts/status';
import { BRANCH, BUREAU, HOLDER, KIND, MARKET, must, newLedger, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { MATRIX } from '#test/support/matrix';
import { byFile, byGateway, type Signing } from '#test/support/persons';

const base = await newLedger();
const clerk = (ledger: TestLedger, agency = BUREAU): Signing[] => [byFile(ledger.of(agency).clerk)];

/** A licence brought to a status by lawful acts only. */
async function licenceAt(ledger: TestLedger, status: Status): Promise<string> {
  const id = await ledger.issued();
  const way: Readonly<Record<Status, readonly string[]>> = { VALID: [], SUSPENDED: ['suspend'], SUPERSEDED: [], CANCELLED: ['cancel'], WITHDRAWN: ['withdraw'], ANNULLED: ['annul'], REVOKED: ['revoke'], TRANSFERRED: ['transfer'] };
  for (const name of way[status]) must(await perform(ledger, name, id));
  return id;
}

/** The act by whoever is competent for it, with enough persons. */
async function perform(ledger: TestLedger, name: string, id: string, change: object = {}) {
  const agency = name === 'revoke' ? MARKET : name === 'accept' ? BRANCH : BUREAU;
  const act = ['renew', 'change', 'confirm', 'accept'].includes(name) ? ledger.versionAct(name as 'renew', id, change, agency) : ledger.statusAct(name, id, change);
  return ledger.act(agency, act, ledger.two(agency));
}

void t.test('when any act meets any status', async (t) => {
  let met = 0;
  for (const status of STATUSES) {
    if (status === 'SUPERSEDED') continue; // never the current version's: see the old version below
    for (const [name, { from, to }] of Object.entries(MATRIX)) {
      const ledger = base.fork();
      const id = await licenceAt(ledger, status);
      const before = ledger.state.map.get(`licence/${id}`)?.toString();
      const result = await perform(ledger, name, id);
      met++;
      const versions = ledger.record(id).versions;
      if (!from.includes(status)) {
        refuses(t, result, 'STATUS_FORBIDS', 'op');
        t.equal(ledger.state.map.get(`licence/${id}`)?.toString(), before, `${name} from ${status} changes nothing`);
      } else if (name === 'confirm') refuses(t, result, 'ORIGIN_FORBIDS');
      else {
        carried(t, result);
        t.equal(versions.at(to === 'SUPERSEDED' ? -2 : -1)?.status, to, `${name} leads from ${status} to ${to}`);
      }
    }
  }
  t.equal(met, 7 * 12);
});

void t.test('when an old version is acted upon', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  must(await perform(ledger, 'renew', id));
  t.equal(ledger.record(id).versions[0]?.status, 'SUPERSEDED');
  for (const name of ['suspend', 'restore', 'withdraw', 'annul', 'revoke', 'cancel', 'transfer', 'takeback']) refuses(t, await perform(ledger, name, id, { version: 1 }), 'VERSION_NOT_CURRENT', 'version');
  refuses(t, await perform(ledger, 'renew', id, { version: 2 }), 'VERSION_NOT_CURRENT', 'version');
  refuses(t, await perform(ledger, 'renew', id, { version: 4 }), 'VERSION_NOT_CURRENT', 'version');
});

void t.test('when a licence is renewed to the last day that it has', async (t) => {
  const [ledger, endless] = [base.fork(), base.fork()];
  const id = await ledger.issued();
  const { validUntil } = ledger.record(id).versions[0] ?? {};
  refuses(t, await perform(ledger, 'renew', id, { validUntil }), 'NOTHING_CHANGED', 'validUntil');
  t.equal(ledger.record(id).versions.length, 1, 'paper stays good');
  carried(t, await perform(ledger, 'renew', id), { version: 2 });
  carried(t, await perform(ledger, 'change', id, { validUntil: ledger.record(id).versions[1]?.validUntil }), { version: 3 }); // of a change the ledger cannot tell
  const person = `person:${'A'.repeat(22)}`;
  const open = await endless.issued({ subject: person, validUntil: undefined }, BUREAU, KIND.person);
  refuses(t, await perform(endless, 'renew', open, { validUntil: undefined }), 'NOTHING_CHANGED', 'validUntil');
});

void t.test('when a licence is issued', async (t) => {
  const ledger = base.fork();
  const act = ledger.issueAct();
  const command = ledger.command(act) as { content: string; documents: readonly { digest: string }[] };
  const [result] = await ledger.send(BUREAU, [command], [byGateway(ledger.of(BUREAU).clerk)]);
  t.strictSame(result, { ok: true, licence: act.licence, version: 1, status: 'VALID' });
  const record = ledger.record(act.licence);
  t.strictSame(record.versions, [{ version: 1, schema: 1, documents: command.documents, content: command.content, issuedOn: '2026-03-15', validFrom: '2026-03-15', status: 'VALID', since: '2026-03-15', validUntil: '2029-03-14', seal: act['seal'], place: act['place'] }]);
  t.match(record, { origin: 'issued', manager: BUREAU, subject: HOLDER, line: act['line'] as object });
  t.match(record.events, [{ seq: 1, act: 'issue', status: 'VALID', reason: 'APPLICATION', basis: 'XZXKF-38', decidedBy: BUREAU, recordedAt: ledger.now, txId: /^[0-9a-f]{64}$/, actors: [{ staff: ledger.of(BUREAU).clerk.id, method: 'gateway' }] }]);
});

void t.test('when the term is at its bounds', async (t) => {
  const ledger = base.fork();
  const issue = (change: object) => ledger.act(BUREAU, ledger.issueAct(change), clerk(ledger));
  carried(t, await issue({ validUntil: '2031-03-15' }));
  refuses(t, await issue({ validUntil: '2031-03-16' }), 'TERM_TOO_LONG');
  carried(t, await issue({ validUntil: '2026-03-15' }), { status: 'VALID' });
  refuses(t, await issue({ validUntil: '2026-03-14' }), 'DATES_REVERSED');
  refuses(t, await issue({ validUntil: undefined }), 'TERM_MISSING');
  refuses(t, await issue({ validFrom: '2024-02-29', validUntil: '2029-03-01' }), 'TERM_TOO_LONG', 'validUntil');
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ validFrom: '2024-02-29', validUntil: '2029-02-28' }), ledger.two(BUREAU)));
});

void t.test('when the effective day is at its bounds', async (t) => {
  const ledger = base.fork();
  const { clerk: one, approver } = ledger.of(BUREAU);
  const issue = (days: number, signers: Signing[]) => ledger.act(BUREAU, ledger.issueAct({ effectiveOn: addDays(ledger.today, days) }), signers);
  carried(t, await issue(60, [byGateway(one)]));
  refuses(t, await issue(61, [byGateway(one)]), 'EFFECTIVE_DAY_OUTSIDE_WINDOW');
  carried(t, await issue(-30, [byGateway(one)]), { status: 'VALID' });
  refuses(t, await issue(-31, [byGateway(one)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await issue(-31, [byFile(one)]), 'ACTORS_TOO_FEW');
  carried(t, await issue(-31, [byFile(one), byFile(approver)]));
  const id = await ledger.issued();
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('suspend', id, { effectiveOn: addDays(ledger.today, 1) }), clerk(ledger)), 'EFFECTIVE_DAY_OUTSIDE_WINDOW', 'effectiveOn');
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('suspend', id, { effectiveOn: addDays(ledger.today, -1) }), clerk(ledger)), 'EFFECTIVE_DAY_OUTSIDE_WINDOW', 'effectiveOn');
});

void t.test('when a certificate says of itself that it is older than the act', async (t) => {
  const ledger = base.fork();
  const on = (days: number) => addDays(ledger.today, days);
  for (const says of [{ validFrom: on(-31) }, { issuedOn: on(-31) }, { issuedOn: on(-31), validFrom: ledger.today }]) {
    refuses(t, await ledger.act(BUREAU, ledger.issueAct(says), [byGateway(ledger.of(BUREAU).clerk)]), 'ACTOR_OWN_KEY_NEEDED');
    refuses(t, await ledger.act(BUREAU, ledger.issueAct(says), [byFile(ledger.of(BUREAU).clerk)]), 'ACTORS_TOO_FEW');
    carried(t, await ledger.act(BUREAU, ledger.issueAct(says), ledger.two(BUREAU)));
  }
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ issuedOn: on(-30), validFrom: on(-30) }), clerk(ledger)));
  const id = await ledger.issued({ issuedOn: on(-100), validFrom: on(-90) });
  carried(t, await ledger.fork().act(BUREAU, ledger.versionAct('change', id, { issuedOn: on(-100), validFrom: on(-90) }), clerk(ledger)), { version: 2 });
  refuses(t, await ledger.act(BUREAU, ledger.versionAct('change', id, { validFrom: on(-91) }), clerk(ledger)), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, ledger.versionAct('renew', id, { issuedOn: on(-99) }), clerk(ledger)), 'ACTORS_TOO_FEW');
});

void t.test('when the legal day turns in Shanghai', async (t) => {
  const ledger = base.fork();
  ledger.now = '2026-03-15T15:59:59.999Z' as Instant;
  const id = await ledger.issued();
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('suspend', id, { effectiveOn: '2026-03-16' }), clerk(ledger)), 'EFFECTIVE_DAY_OUTSIDE_WINDOW');
  ledger.now = '2026-03-15T16:00:00.000Z' as Instant;
  carried(t, await ledger.act(BUREAU, ledger.statusAct('suspend', id, { effectiveOn: '2026-03-16' }), clerk(ledger)));
});

void t.test('when two clerks change one licence', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  const [first, second] = [ledger.statusAct('suspend', id), ledger.versionAct('renew', id)];
  carried(t, await ledger.act(BUREAU, first, clerk(ledger)));
  refuses(t, await ledger.act(BUREAU, second, clerk(ledger)), 'LICENCE_CHANGED', 'after');
  const [both] = await ledger.submit([ledger.request(BUREAU, [ledger.command(ledger.statusAct('restore', id)), ledger.command(ledger.statusAct('restore', id))], clerk(ledger))], { mspId: 'BureauMSP', agency: BUREAU });
  t.match(both?.results, [{ ok: true, status: 'VALID' }, { ok: false, code: 'LICENCE_CHANGED' }], 'in one transaction, too');
});

void t.test('when the clock steps back', async (t) => {
  const ledger = base.fork();
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  const id = await ledger.issued();
  ledger.now = '2026-03-15T02:59:59.999Z' as Instant;
  refuses(t, await ledger.act(BUREAU, ledger.statusAct('suspend', id), clerk(ledger)), 'TIME_STEPS_BACK');
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  carried(t, await ledger.act(BUREAU, ledger.statusAct('suspend', id), clerk(ledger)), { status: 'SUSPENDED' });
});

void t.test('when a record was imported', async (t) => {
  const ledger = base.fork();
  const id = await ledger.imported();
  t.match(ledger.record(id), { origin: 'imported', source: MARKET, versions: [{ status: 'VALID', documents: [{ type: 'import-row' }] }] });
  for (const name of ['renew', 'change']) refuses(t, await perform(ledger, name, id), 'ORIGIN_FORBIDS');
  carried(t, await perform(ledger, 'confirm', id));
  t.match(ledger.record(id).versions, [{ version: 1, status: 'SUPERSEDED' }, { version: 2, status: 'VALID', seal: ledger.seals[BUREAU]?.id }]);
  refuses(t, await perform(ledger, 'confirm', id), 'ORIGIN_FORBIDS', 'op');
  carried(t, await perform(ledger, 'renew', id));
  for (const status of ['CANCELLED', 'REVOKED', 'ANNULLED', 'WITHDRAWN', 'SUSPENDED']) refuses(t, await perform(ledger, 'confirm', await ledger.imported({ status })), 'STATUS_FORBIDS');
  const market = ledger.importAct({ decidedBy: MARKET });
  must(await ledger.act(MARKET, market, clerk(ledger, MARKET)));
  carried(t, await ledger.act(BUREAU, ledger.versionAct('confirm', market.licence), clerk(ledger)));
  t.equal(ledger.record(market.licence).manager, BUREAU, 'confirmed by the agency whose code is in the identifier, not by the one that collected it');
});

void t.test('when a licence is transferred', async (t) => {
  const ledger = base.fork();
  const id = await licenceAt(ledger, 'TRANSFERRED');
  refuses(t, await ledger.act(MARKET, ledger.versionAct('accept', id, {}, MARKET), ledger.two(MARKET)), 'ISSUER_NOT_COMPETENT');
  carried(t, await perform(ledger, 'takeback', id));
  t.match(ledger.record(id), { takenBack: true });
  t.equal(ledger.record(id).transferTo, undefined);
  carried(t, await perform(ledger, 'transfer', id));
  refuses(t, await perform(ledger, 'takeback', id), 'TRANSFER_ALREADY_TAKEN_BACK');
  carried(t, await perform(ledger, 'accept', id));
  t.match(ledger.record(id), { manager: BRANCH, versions: [{ status: 'SUPERSEDED' }, { status: 'VALID' }] });
  t.strictSame([ledger.record(id).transferTo, ledger.record(id).takenBack], [undefined, undefined]);
  refuses(t, await perform(ledger, 'suspend', id), 'ISSUER_NOT_COMPETENT');
  refuses(t, await ledger.act(BRANCH, ledger.statusAct('transfer', id, { to: BRANCH }), ledger.two(BRANCH)), 'AGENCY_UNKNOWN', 'to');
  refuses(t, await ledger.act(BRANCH, ledger.statusAct('suspend', id, { to: BUREAU }), ledger.two(BRANCH)), 'COMMAND_MALFORMED', 'to');
  const later = await ledger.issued();
  refuses(t, await perform(ledger, 'transfer', later, { to: undefined }), 'COMMAND_MALFORMED', 'to');
});

void t.test('when a life is long', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  for (let i = 0; i < 60; i++) must(await perform(ledger, i % 2 === 0 ? 'suspend' : 'restore', id));
  for (let i = 0; i < 20; i++) must(await perform(ledger, 'renew', id));
  const record = ledger.record(id);
  t.ok(record.events.length <= 32 && record.versions.length <= 8, 'bounded inline');
  const pages = Array.from({ length: record.pages ?? 0 }, (_, i) => ledger.read('page', `${id}/${String(i)}`) as [{ version: number; status: string }[], EventRecord[]]);
  t.ok(pages.length >= 3);
  const events = [...pages.flatMap(([, page]) => page), ...record.events];
  t.strictSame(events.map(({ seq }) => seq), Array.from({ length: 81 }, (_, i) => i + 1), 'every event, once, in order');
  t.strictSame(events.map(({ act }) => act), ['issue', ...Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 'suspend' : 'restore')), ...Array.from({ length: 20 }, () => 'renew')]);
  const versions = [...pages.flatMap(([page]) => page), ...record.versions];
  t.strictSame(versions.map(({ version }) => version), Array.from({ length: 21 }, (_, i) => i + 1));
  t.ok(versions.slice(0, -1).every(({ status }) => status === 'SUPERSEDED'));
  t.equal(ledger.state.map.get(`page/${id}/${String(pages.length)}`), undefined);
});

void t.test('when a version number would have four digits', async (t) => {
  const ledger = base.fork();
  const id = await ledger.issued();
  refuses(t, await perform(ledger, 'renew', id, { version: 1000 }), 'COMMAND_MALFORMED');
});

void t.test('when holders are persons', async (t) => {
  const ledger = base.fork();
  const person = `person:${'A'.repeat(22)}`;
  carried(t, await ledger.act(BUREAU, ledger.issueAct({ subject: person, validUntil: undefined }, BUREAU, KIND.person), clerk(ledger)));
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({}, BUREAU, KIND.person), clerk(ledger)), 'COMMAND_MALFORMED', 'subject');
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ subject: person }), clerk(ledger)), 'COMMAND_MALFORMED', 'subject');
  refuses(t, await ledger.act(BUREAU, ledger.issueAct({ subject: 'uscc:91370303MA99TXT04D' }), clerk(ledger)), 'USCC_CHECK_DIGIT', 'subject');
});

void t.test('when places are given out', async (t) => {
  const ledger = base.fork();
  const issue = (change: object, agency = BUREAU) => ledger.act(agency, ledger.issueAct(change, agency), clerk(ledger, agency));
  carried(t, await issue({ place: { list: 7, index: 5 }, line: { list: 8, index: 5 } }), { version: 1 });
  refuses(t, await issue({ place: { list: 7, index: 5 } }), 'PLACE_TAKEN', 'place');
  refuses(t, await issue({ line: { list: 8, index: 5 } }), 'PLACE_TAKEN');
  refuses(t, await issue({ place: { list: 7, index: 9 }, line: { list: 7, index: 9 } }), 'PLACE_TAKEN');
  carried(t, await issue({ place: { list: 7, index: 9 } }));
  carried(t, await issue({ place: { list: 7, index: 16383 }, line: { list: 7, index: 0 } }));
  refuses(t, await issue({ place: { list: 7, index: 16384 } }), 'PLACE_OUT_OF_LIST');
  carried(t, await issue({ place: { list: 7, index: 5 } }, BRANCH));
  t.strictSame([...Buffer.from(ledger.read('list', `${BUREAU}/7`)?.taken ?? '', 'base64').subarray(0, 2)], [0b00100001, 0b10], 'refused places are not taken');
});

void t.test('when a seal is asked for', async (t) => {
  const ledger = base.fork();
  const issue = (change: object) => ledger.act(BUREAU, ledger.issueAct(change), clerk(ledger));
  refuses(t, await issue({ seal: 'A'.repeat(22) }), 'SEAL_UNKNOWN', 'seal');
  refuses(t, await issue({ seal: ledger.seals[BRANCH]?.id }), 'SEAL_NOT_OF_AGENCY');
  const id = ledger.seals[BUREAU]?.id ?? '';
  must(await ledger.register({ op: 'seal.status', id, status: 'stopped' }));
  refuses(t, await issue({}), 'SEAL_NOT_IN_FORCE');
  must(await ledger.act(BUREAU, { op: 'seal.status', id, status: 'in-use' }, [byFile(ledger.of(BUREAU).registrar), byFile(ledger.of(BUREAU).approver)]));
  carried(t, await issue({}));
  for (const [now, ok] of [['2030-01-01T00:00:00.000Z', true], ['2030-01-01T00:00:00.001Z', false]] as const) {
    ledger.now = now as Instant;
    const day = now.slice(0, 10) as Day;
    const result = await ledger.act(BUREAU, ledger.issueAct({ validUntil: addDays(day, 100) }), clerk(ledger), { command: { expiresAt: '2030-01-05T00:00:00.000Z' } });
    if (ok) carried(t, result);
    else refuses(t, result, 'SEAL_NOT_IN_FORCE');
  }
});
