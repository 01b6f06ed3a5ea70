/** Self-reports over months: what is counted of a quarter, as of a block; recorded, and counted again, also by another agency's gateway and where the first one lied. The rules are the real ones, the index too. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import t, { type Test } from 'tap';
import { dayOf, SHANGHAI, type Instant } from '#chaincode/facts/calendar';
import { ruleSetDigest } from '#chaincode/facts/automatic';
import { Reports, type Checked, type ReportReader } from '#gateway/acts/report/report';
import { reportDigest, type Figure, type ReportFile } from '#gateway/documents/report';
import { GatewayFault } from '#gateway/fault';
import type { Projection } from '#gateway/ledger/projection';
import { Chain } from '#test/support/blocks';
import { clerkOf, granted, grantUse, registered } from '#test/support/holders';
import { BUREAU, HOLDER, KIND, KINDS, LEDGER, MARKET, must, newLedger, sha, staffPut, type TestLedger } from '#test/support/ledger';
import { decideAct, matterPut, receiveAct, stepAct } from '#test/support/matters';
import { byFile, newPerson, type Signing } from '#test/support/persons';
import { logPlace, noteUse } from '#test/support/uses';

const base = await newLedger();
const food = KINDS.find(({ type }) => type === KIND.food);
const machine = newPerson(BUREAU, ['machine']);
const RULES = { kind: KIND.food, schema: 1, held: [{ kind: KIND.drug, daysLeft: 30 }], fields: ['number'], promise: true, perDay: 9, perHour: 9 };
must(await base.register({ op: 'kind.put', ...food, automatic: true, conditions: { materials: [{ code: 'LAYOUT', name: { zh: '平面图', en: 'floor plan' } }, { code: 'HEALTH', name: { zh: '健康证', en: 'health certificates' } }], daysMax: 30, public: false } }));
must(await base.register(staffPut(machine)));
must(await base.register(matterPut()));
must(await base.act(BUREAU, { op: 'rule-set.put', ...RULES }, base.two(BUREAU)));

const approver: ReportReader = { agency: BUREAU, roles: ['approver'] };
const act = async (ledger: TestLedger, agency: string, what: object, signers: readonly Signing[] = clerkOf(ledger, agency), document: object = {}) => {
  const result = await ledger.act(agency, what, signers, { command: { ...document, expiresAt: new Date(Date.parse(ledger.now) + 3600_000).toISOString() } });
  must(result);
  return result;
};
const on = (ledger: TestLedger, now: string) => { ledger.now = now as Instant; };
const condition = (op: string, licence: string, material: string, more: object = {}) => ({ op: `condition.${op}`, licence, material, ...more });
const term = (ledger: TestLedger) => ({ validUntil: `${String(Number(ledger.today.slice(0, 4)) + 3)}-03-14` });

const issued = async (ledger: TestLedger) => { const issue = ledger.issueAct(term(ledger)); await act(ledger, BUREAU, issue); return issue.licence; };

/** The first quarter of 2026 at the bureau, then days of the second. */
async function months() {
  const ledger = base.fork();
  const chain = new Chain(ledger);
  const drug = await ledger.issued({}, BUREAU, KIND.drug);
  const waiting = await ledger.issued({ conditions: [{ material: 'LAYOUT', dueOn: '2026-03-25', consequence: 'flag' }, { material: 'HEALTH', dueOn: '2026-04-10', consequence: 'flag' }] });
  const late = await ledger.issued({ conditions: [{ material: 'LAYOUT', dueOn: '2026-03-20', consequence: 'suspension' }] });
  const changed = await ledger.issued();
  const ruled = receiveAct();
  await act(ledger, BUREAU, ruled);
  await act(ledger, BUREAU, stepAct(ledger, 'accept', ruled.id));
  const byRule = ledger.issueAct({ reason: 'BY_RULE', promise: sha('promise'), automatic: { rules: ruleSetDigest({ agency: BUREAU, ...RULES }), inputs: sha('inputs'), reliedOn: [{ licence: drug, version: 1 }] } });
  await act(ledger, BUREAU, byRule, [byFile(machine)], ledger.sealed(byRule, { face: { number: 'A1', holderCode: HOLDER.slice(5) } }));
  await act(ledger, BUREAU, decideAct(ledger, ruled.id, { outcome: 'granted', licence: byRule.licence, version: 1, reliedOn: [{ licence: drug, version: 1 }] }));
  const received = receiveAct();
  await act(ledger, BUREAU, received);
  await act(ledger, BUREAU, stepAct(ledger, 'accept', received.id));
  const permit = await ledger.issued();
  await act(ledger, BUREAU, decideAct(ledger, received.id, { outcome: 'granted', licence: permit, version: 1, reliedOn: [{ licence: drug, version: 1 }] }));
  await act(ledger, BUREAU, ledger.issueAct({ members: [permit, drug] }, BUREAU, KIND.shop));
  const device = await registered(ledger);
  const grant = await granted(ledger, device, { uses: 3 });
  await act(ledger, MARKET, grantUse(grant.id));
  on(ledger, '2026-03-18T02:00:00.000Z');
  await act(ledger, BUREAU, ledger.versionAct('change', changed, term(ledger)));
  await act(ledger, MARKET, { op: 'supervision.take', licence: changed, version: 2 });
  on(ledger, '2026-03-24T02:00:00.000Z');
  await act(ledger, MARKET, { op: 'supervision.take', licence: drug, version: 1 });
  await act(ledger, MARKET, { op: 'supervision.find', id: 'AAAAAAAAAAAAAAAAAAAAAA', licence: permit, version: 1, finding: 'RECTIFY', onDay: '2026-03-23' });
  await act(ledger, BUREAU, condition('meet', waiting, 'LAYOUT'));
  await act(ledger, BUREAU, condition('miss', late, 'LAYOUT'));
  await act(ledger, MARKET, ledger.statusAct('revoke', permit, { decidedBy: MARKET }), ledger.two(MARKET));
  on(ledger, '2026-03-31T15:30:00.000Z');
  const lastMinute = await issued(ledger);
  return { ledger, chain, drug, waiting, late, changed, permit, lastMinute };
}

interface Gateway {
  readonly reports: Reports;
  readonly index: Projection;
}

/** A gateway over an index of the chain. */
async function gateway(t: Test, chain: Chain, { hosts = () => false, log = undefined }: { hosts?: (agency: string) => boolean; log?: unknown } = {}, index?: Projection): Promise<Gateway> {
  const read = index ?? (await chain.index(t));
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-desk-'));
  const desk = new Level<string, string>(directory);
  await desk.open();
  t.teardown(async () => { await desk.close(); rmSync(directory, { recursive: true }); });
  const drafter = { zone: SHANGHAI, get today() { return dayOf(chain.ledger.now, SHANGHAI); } };
  return { index: read, reports: new Reports({ projection: read, log: (log ?? { id: 'none' }) as never, desk, drafter, hosts, press: { report: () => Promise.reject(new Error('not drawn here')) }, publicName: 'http://yizheng.example' }) };
}
const said = ({ report }: ReportFile): Record<string, number> => Object.fromEntries(report.figures.map(({ figure, of, count }: Figure) => [of === '-' ? figure : `${figure}/${of}`, count]));
/** Codes of what was not found so; but for reports of gateways without use records, of which nothing can be checked elsewhere. */
const failed = ({ checks }: Checked): string[] => checks.filter(({ outcome }) => outcome !== 'pass').map(({ code = '' }) => code).filter((code) => code !== 'REPORT_USES_ABSENT');
const faultOf = async (work: Promise<unknown>): Promise<string> => work.then(() => '', (error: unknown) => (error instanceof GatewayFault ? [error.code, ...error.fields.map(({ code }) => code)].join(' ') : String(error)));

const FIRST = {
  [`licence.issue/${KIND.food}`]: 6, [`licence.issue/${KIND.drug}`]: 1, [`licence.change/${KIND.food}`]: 1, [`licence.revoke/${KIND.food}`]: 1, [`composite.issue/${KIND.shop}`]: 1,
  [`automatic.issue/${KIND.food}`]: 1, [`promise.given/${KIND.food}`]: 1, [`reuse.material/${KIND.drug}`]: 2, [`reuse.field/${KIND.drug}`]: 2,
  'application.receive': 2, 'application.accept': 2, 'application.granted/FOOD': 2,
  [`condition.open/${KIND.food}`]: 3, [`condition.meet/${KIND.food}`]: 1, [`condition.miss/${KIND.food}`]: 1, [`condition.standing/${KIND.food}`]: 1,
  [`penalty.on/${KIND.food}`]: 1, 'finding.on/RECTIFY': 1, [`supervision.overdue/${KIND.food}`]: 4, [`supervision.overdue/${KIND.shop}`]: 1,
};

void t.test('when a quarter is over', async (t) => {
  const { ledger, chain, permit, changed, waiting } = await months();
  on(ledger, '2026-04-01T01:00:00.000Z');
  const { reports, index } = await gateway(t, chain);
  const { file, digest, act: recording } = await reports.make(approver, BUREAU, '2026Q1');
  t.strictSame(said(file), FIRST);
  t.match(file.report, { format: 'yizheng/report/1', ledger: LEDGER, agency: BUREAU, quarter: '2026Q1', day: '2026-03-31', block: chain.head });
  t.match(recording, { op: 'report.record', agency: BUREAU, quarter: '2026Q1', block: chain.head, form: 1, digest });
  t.strictSame(said((await reports.make({ agency: MARKET, roles: ['auditor'] }, MARKET, '2026Q1')).file), {
    'grant.used': 1, [`penalty.by/${KIND.food}`]: 1, 'finding.by/RECTIFY': 1, [`supervision.taken/${KIND.food}`]: 1, [`supervision.taken/${KIND.drug}`]: 1, [`supervision.late/${KIND.drug}`]: 1, [`supervision.overdue/${KIND.food}`]: 4,
  }, 'what another agency did is in its own');
  const opened = async (figure: string, of: string, reader = approver, agency = BUREAU) => (await reports.rows(reader, agency, '2026Q1', { figure, of, limit: 50 })).rows;
  for (const { figure, of, count } of file.report.figures) t.equal((await opened(figure, of)).reduce((sum, row) => sum + row.count, 0), count, `${figure} ${of} opens as many records as it says`);
  t.match(await opened('licence.change', KIND.food), [{ noun: 'licence', id: changed, part: '2', day: '2026-03-18' }]);
  t.match(await opened('penalty.on', KIND.food), [{ id: permit, part: '2' }]);
  t.match(await opened('condition.standing', KIND.food), [{ id: waiting, part: 'HEALTH', dueOn: '2026-04-10' }]);
  for (const { figure, of } of file.report.figures) {
    const [one, whole] = [[] as string[], await opened(figure, of)];
    for (let page = await reports.rows(approver, BUREAU, '2026Q1', { figure, of, limit: 1 }); ; page = await reports.rows(approver, BUREAU, '2026Q1', { figure, of, limit: 1, after: page.next })) {
      one.push(...page.rows.map(({ cursor }) => cursor));
      if (page.next === undefined) break;
    }
    t.strictSame(one, whole.map(({ cursor }) => cursor), `${figure} ${of}, one by one`);
  }
  const pages: string[] = [];
  for (let after: string | undefined, more = true; more;) {
    const page = await reports.rows(approver, BUREAU, '2026Q1', { figure: 'licence.issue', of: KIND.food, after, limit: 2 });
    pages.push(...page.rows.map(({ id }) => id));
    after = page.next;
    more = after !== undefined;
  }
  t.strictSame(pages, (await opened('licence.issue', KIND.food)).map(({ id }) => id), 'page by page');
  t.equal(new Set(pages).size, 6);
  t.strictSame(await index.reports.rightsAt(MARKET, 0), index.get('agency', MARKET)?.rights);
});

void t.test('when it is recorded, and the quarters go on', async (t) => {
  const { ledger, chain, waiting, drug, late } = await months();
  on(ledger, '2026-04-01T01:00:00.000Z');
  const { reports } = await gateway(t, chain);
  const { file, digest, act: recording } = await reports.make(approver, BUREAU, '2026Q1');
  await act(ledger, BUREAU, recording ?? {}, [byFile(ledger.of(BUREAU).approver)]);
  t.match(await reports.verify(BUREAU, '2026Q1'), { outcome: 'unchecked', differences: [] });
  await act(ledger, BUREAU, condition('extend', waiting, 'HEALTH', { dueOn: '2026-04-20' }));
  await act(ledger, BUREAU, condition('meet', late, 'LAYOUT'));
  on(ledger, '2026-04-22T01:00:00.000Z');
  await act(ledger, BUREAU, condition('meet', waiting, 'HEALTH'));
  await act(ledger, BUREAU, ledger.statusAct('annul', drug), ledger.two(BUREAU));
  await act(ledger, MARKET, { op: 'supervision.take', licence: late, version: 1 });
  const { agency: _, ...rights } = { agency: BUREAU, rights: [] };
  must(await ledger.act(BUREAU, { op: 'agency.put', code: MARKET, name: '演示', mspId: 'MarketMSP', active: true, ...rights }, [byFile(ledger.of(BUREAU).registrar), byFile(ledger.of(BUREAU).approver)], { command: { expiresAt: '2026-04-23T00:00:00.000Z' } }));
  on(ledger, '2026-07-02T01:00:00.000Z');
  const checked = await reports.verify(BUREAU, '2026Q1', 1, file);
  t.match(checked, { outcome: 'unchecked', recorded: { version: 1, digest }, differences: [] }, 'the report of then');
  t.strictSame(failed(checked), []);
  t.strictSame(checked.checks.map(({ check, outcome }) => [check, outcome]), [['file', 'pass'], ['block', 'pass'], ['whole', 'pass'], ['figures', 'pass'], ['uses', 'unchecked']]);
  const { reports: elsewhere } = await gateway(t, chain);
  t.strictSame(failed(await elsewhere.verify(BUREAU, '2026Q1')), [], 'another gateway, from the blocks alone');
  t.strictSame(said((await reports.make(approver, BUREAU, '2026Q1', file.report.block)).file), FIRST, 'made again as of its block');
  t.match(said((await reports.make(approver, BUREAU, '2026Q2')).file), { [`condition.extend/${KIND.food}`]: 1, [`condition.meet/${KIND.food}`]: 2, [`licence.annul/${KIND.drug}`]: 1 });
  t.notOk(said((await reports.make(approver, BUREAU, '2026Q2')).file)[`condition.standing/${KIND.food}`]);
  t.strictSame(Object.keys(said((await reports.make({ agency: MARKET, roles: ['approver'] }, MARKET, '2026Q2')).file)).filter((name) => name.startsWith('supervision.overdue')), [], 'who has the right no more is not late');
});

void t.test('when the gateway that recorded it lied', async (t) => {
  const { ledger, chain } = await months();
  on(ledger, '2026-04-01T01:00:00.000Z');
  const { reports } = await gateway(t, chain);
  const { file, act: recording } = await reports.make(approver, BUREAU, '2026Q1');
  const without = { ...file, report: { ...file.report, figures: file.report.figures.filter(({ figure }) => figure !== 'penalty.on').map((each) => (each.figure === 'condition.miss' ? { ...each, count: 0 } : each)) } };
  await act(ledger, BUREAU, { ...recording, digest: reportDigest(without.report) }, [byFile(ledger.of(BUREAU).approver)]);
  const { reports: elsewhere } = await gateway(t, chain);
  const alone = await elsewhere.verify(BUREAU, '2026Q1');
  t.strictSame([alone.outcome, ...failed(alone)], ['fail', 'REPORT_FIGURES'], 'shown without the report');
  const checked = await elsewhere.verify(BUREAU, '2026Q1', 1, without);
  t.strictSame(failed(checked), ['REPORT_FIGURES']);
  t.strictSame(checked.differences, [{ figure: 'condition.miss', of: KIND.food, said: 0, found: 1 }, { figure: 'penalty.on', of: KIND.food, said: 0, found: 1 }], 'and with it, which figures');
  await act(ledger, BUREAU, { ...recording, after: reportDigest(without.report) }, [byFile(ledger.of(BUREAU).registrar)]);
  t.match(await elsewhere.verify(BUREAU, '2026Q1'), { outcome: 'unchecked', recorded: { version: 2, after: reportDigest(without.report) } }, 'the next version is right');
  t.match(await elsewhere.verify(BUREAU, '2026Q1', 1), { outcome: 'fail' }, 'and the first stays');
  t.equal(await faultOf(elsewhere.verify(BUREAU, '2026Q1', 3)), 'NOT_FOUND');
});

void t.test('when a block was chosen that leaves out what was there', async (t) => {
  const { ledger, chain, permit } = await months();
  const early = chain.blocks.length - 3; // before the permit was revoked
  on(ledger, '2026-04-01T01:00:00.000Z');
  const { reports } = await gateway(t, chain);
  const { file, act: recording } = await reports.make(approver, BUREAU, '2026Q1', early);
  t.notOk(said(file)[`penalty.on/${KIND.food}`]);
  t.strictSame((await reports.rows(approver, BUREAU, '2026Q1', { figure: 'licence.revoke', of: KIND.food, block: early, limit: 9 })).rows, [], 'nor is it opened');
  t.match((await reports.rows(approver, BUREAU, '2026Q1', { figure: 'licence.revoke', of: KIND.food, limit: 9 })).rows, [{ id: permit }]);
  await act(ledger, BUREAU, recording ?? {}, [byFile(ledger.of(BUREAU).approver)]);
  t.strictSame(failed(await reports.verify(BUREAU, '2026Q1')), ['REPORT_LEFT_OUT']);
  await act(ledger, BUREAU, { ...recording, block: chain.head + 100, after: recording?.digest }, [byFile(ledger.of(BUREAU).approver)]);
  t.strictSame(failed(await reports.verify(BUREAU, '2026Q1')), ['REPORT_BLOCK_AHEAD'], 'nor one that is still to come');
  await act(ledger, BUREAU, { ...recording, form: 2, after: recording?.digest }, [byFile(ledger.of(BUREAU).approver)]);
  const newer = await reports.verify(BUREAU, '2026Q1');
  t.strictSame([newer.outcome, ...failed(newer)], ['unchecked', 'REPORT_FORM_UNKNOWN']);
});

void t.test('when an act of the last minutes comes in a block of the next quarter', async (t) => {
  const { ledger, chain } = await months();
  on(ledger, '2026-04-01T01:00:00.000Z');
  const { reports } = await gateway(t, chain);
  const { file, act: recording } = await reports.make(approver, BUREAU, '2026Q1');
  const back = ledger.now;
  on(ledger, '2026-03-31T15:59:59.000Z');
  await issued(ledger);
  on(ledger, back);
  t.equal(said((await reports.make(approver, BUREAU, '2026Q1')).file)[`licence.issue/${KIND.food}`], 7);
  t.strictSame(said((await reports.make(approver, BUREAU, '2026Q1', file.report.block)).file), FIRST, 'not as of the block before');
  await act(ledger, BUREAU, recording ?? {}, [byFile(ledger.of(BUREAU).approver)]);
  t.strictSame(failed(await reports.verify(BUREAU, '2026Q1')), ['REPORT_LEFT_OUT']);
});

void t.test('when a byte of the file is changed', async (t) => {
  const { ledger, chain } = await months();
  on(ledger, '2026-04-01T01:00:00.000Z');
  const { reports } = await gateway(t, chain);
  const { file, act: recording } = await reports.make(approver, BUREAU, '2026Q1');
  await act(ledger, BUREAU, recording ?? {}, [byFile(ledger.of(BUREAU).approver)]);
  const [first, ...rest] = file.report.figures;
  const changes: Partial<ReportFile['report']>[] = [{ quarter: '2026Q2' }, { agency: MARKET }, { day: '2026-03-30' }, { block: file.report.block - 1 }, { ledger: sha('other') }, { figures: rest }, { figures: [{ ...first!, count: first!.count + 1 }, ...rest] }, { figures: [...rest, first!] }, { interim: true }];
  for (const change of changes) t.strictSame(failed(await reports.verify(BUREAU, '2026Q1', 1, { ...file, report: { ...file.report, ...change } })), ['REPORT_FILE_CHANGED'], Object.keys(change).join());
  t.strictSame(failed(await reports.verify(BUREAU, '2026Q1', 1, { ...file, uses: [{ figure: 'use.own', of: '-', count: 1 }] })), ['REPORT_FILE_CHANGED']);
  t.match((await reports.verify(BUREAU, '2026Q1', 1, { ...file, report: { ...file.report, figures: rest } })).differences, [{ figure: first?.figure, said: 0, found: first?.count }]);
});

void t.test('when it is asked for by somebody, or for a time, that it is not for', async (t) => {
  const { ledger, chain } = await months();
  const { reports } = await gateway(t, chain);
  t.equal(await faultOf(reports.make({ agency: MARKET, roles: ['approver', 'auditor'] }, BUREAU, '2026Q1')), 'NOT_FOUND', 'another agency');
  t.equal(await faultOf(reports.rows({ agency: MARKET, roles: ['auditor'] }, BUREAU, '2026Q1', { figure: 'licence.issue', of: KIND.food, limit: 9 })), 'NOT_FOUND');
  const { file, act: recording } = await reports.make(approver, BUREAU, '2026Q1');
  t.match([file.report.interim, recording], [true, undefined], 'a quarter that runs can be looked at, and not recorded');
  t.match(await faultOf(reports.make(approver, BUREAU, '2026Q2')), 'FACE_INVALID REPORT_QUARTER_AHEAD');
  t.match(await faultOf(reports.make(approver, BUREAU, '2026Q9')), 'FACE_INVALID DATE_UNREAL');
  t.equal(await faultOf(reports.verify(BUREAU, '2026Q1')), 'NOT_FOUND', 'nothing is recorded');
  on(ledger, '2026-04-01T01:00:00.000Z');
  t.notOk((await reports.make(approver, BUREAU, '2026Q1')).file.report.interim);
});

void t.test('when uses are counted from the log of the gateway', async (t) => {
  const { ledger, chain } = await months();
  const place = logPlace();
  const { log, close } = await place.open();
  t.teardown(async () => { await close(); place.remove(); });
  const scene = 'kJGSk5SVlpeYmZqbnJ2enw';
  const use = async (at: string, change: Parameters<typeof noteUse>[2] = {}) => { place.clock.at = Date.parse(at); await noteUse(log, '2026-0001', { agency: BUREAU, source: BUREAU, ...change }); };
  await use('2025-12-31T15:59:59.000Z');
  await use('2025-12-31T16:00:00.000Z');
  await use('2026-02-01T00:00:00.000Z', { authority: { by: 'own' } });
  await use('2026-02-01T00:00:00.000Z', { act: 'look-up' });
  await use('2026-02-02T00:00:00.000Z', { agency: MARKET });
  await use('2026-03-31T15:59:59.999Z');
  await use('2026-03-31T16:00:00.000Z');
  on(ledger, '2026-04-01T01:00:00.000Z');
  must(await ledger.act(BUREAU, { op: 'log.anchor', log: log.id, size: log.size, root: log.root(), proof: [] }, [], { command: { expiresAt: '2026-04-02T00:00:00.000Z' } }));
  const hosts = (agency: string) => agency === BUREAU;
  const { reports } = await gateway(t, chain, { hosts, log });
  const { file, act: recording } = await reports.make(approver, BUREAU, '2026Q1');
  t.strictSame(file.uses, [{ figure: 'use.own', of: '-', count: 1 }, { figure: 'use.scene', of: scene, count: 2 }]);
  t.match(file.report.uses, { log: log.id, size: 6 });
  t.strictSame((await reports.rows(approver, BUREAU, '2026Q1', { figure: 'use.scene', of: scene, limit: 9 })).rows.map(({ noun, part, day }) => [noun, part, day]), [['use', '5', '2026-03-31'], ['use', '1', '2026-01-01']]);
  t.match(await reports.rows(approver, BUREAU, '2026Q1', { figure: 'use.scene', of: scene, limit: 1 }), { rows: [{ part: '5' }], next: '5' });
  await act(ledger, BUREAU, recording ?? {}, [byFile(ledger.of(BUREAU).approver)]);
  await use('2026-04-02T00:00:00.000Z');
  t.match(await reports.verify(BUREAU, '2026Q1', 1, file), { outcome: 'pass' });
  const { reports: elsewhere } = await gateway(t, chain);
  const there = await elsewhere.verify(BUREAU, '2026Q1', 1, file);
  t.strictSame([there.outcome, ...failed(there)], ['unchecked', 'REPORT_USES_ELSEWHERE'], 'what lies at the other gateway is not called wrong');
  t.ok(there.checks.some(({ check, outcome }) => check === 'figures' && outcome === 'pass'), 'and the ledger\'s figures are counted all the same');
  await act(ledger, BUREAU, { ...recording, uses: { ...recording?.uses, digest: sha('other') }, after: recording?.digest }, [byFile(ledger.of(BUREAU).approver)]);
  t.strictSame(failed(await reports.verify(BUREAU, '2026Q1', 2)), ['REPORT_FIGURES', 'REPORT_USES_DIFFER']);
});

void t.test('when a report says nothing of uses', async (t) => {
  const { ledger, chain } = await months();
  const usesOf = (checked: Checked) => checked.checks.find(({ check }) => check === 'uses');
  const place = logPlace();
  const { log, close } = await place.open();
  t.teardown(async () => { await close(); place.remove(); });
  const anchored = async (at: string) => {
    place.clock.at = Date.parse(at) - 1_000;
    const size = log.size;
    await noteUse(log, '2026-0001', { agency: BUREAU, source: BUREAU });
    on(ledger, at);
    must(await ledger.act(BUREAU, { op: 'log.anchor', log: log.id, size: log.size, root: log.root(), proof: size === 0 ? [] : log.consistency(size) }, [], { command: { expiresAt: new Date(Date.parse(at) + 3600_000).toISOString() } }));
  };
  const recorded = async (quarter: string) => {
    const { reports } = await gateway(t, chain);
    const { act: recording } = await reports.make(approver, BUREAU, quarter);
    await act(ledger, BUREAU, recording ?? {}, [byFile(ledger.of(BUREAU).approver)]);
  };
  const verified = async (quarter: string) => (await gateway(t, chain)).reports.verify(BUREAU, quarter);

  on(ledger, '2026-04-01T01:00:00.000Z');
  await recorded('2026Q1');
  t.match(usesOf(await verified('2026Q1')), { outcome: 'unchecked', code: 'REPORT_USES_ABSENT' }, 'that nothing of them was checked is said');
  t.equal((await verified('2026Q1')).outcome, 'unchecked');

  await anchored('2026-04-02T01:00:00.000Z');
  await anchored('2026-04-02T02:00:00.000Z');
  await anchored('2026-06-30T02:00:00.000Z');
  t.match(usesOf(await verified('2026Q1')), { code: 'REPORT_USES_ABSENT' }, 'what came later proves nothing of that quarter');
  on(ledger, '2026-07-01T01:00:00.000Z');
  await recorded('2026Q2');
  const left = await verified('2026Q2');
  t.match([left.outcome, usesOf(left)], ['fail', { outcome: 'fail', code: 'REPORT_USES_LEFT_OUT' }], 'the ledger has roots of that quarter');
  const { reports: home } = await gateway(t, chain, { hosts: (agency) => agency === BUREAU, log });
  t.match(usesOf(await home.verify(BUREAU, '2026Q2')), { code: 'REPORT_USES_LEFT_OUT' }, 'and so says the gateway whose log it is');

  const { act: right } = await home.make(approver, BUREAU, '2026Q2');
  await act(ledger, BUREAU, { ...right, uses: { ...right?.uses, size: 2 } }, [byFile(ledger.of(BUREAU).approver)]);
  t.match(usesOf(await verified('2026Q2')), { code: 'REPORT_USES_LEFT_OUT' }, 'fewer than had a root when the quarter ended');
  const { act: last } = await home.make(approver, BUREAU, '2026Q2');
  await act(ledger, BUREAU, last ?? {}, [byFile(ledger.of(BUREAU).approver)]);
  t.match(usesOf(await verified('2026Q2')), { outcome: 'unchecked', code: 'REPORT_USES_ELSEWHERE' });
  t.match(usesOf(await home.verify(BUREAU, '2026Q2')), { outcome: 'pass' });

  on(ledger, '2026-10-01T01:00:00.000Z');
  await recorded('2026Q3');
  t.match(usesOf(await verified('2026Q3')), { outcome: 'unchecked', code: 'REPORT_USES_ABSENT' }, 'no root came in that quarter');
});
