/** fsck over a whole installation: whatever was done to its stores with the gateway stopped is found, and what follows from something whole is put right. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { signAct } from '#gateway/acts/licence/sign';
import { randomId } from '#gateway/keyring';
import { REPAIR_WORDS } from '#gateway/messages/findings';
import { reconcile, type Finding } from '#gateway/reconcile';
import { FINDING_KINDS, REPAIRS } from '#gateway/reconcile/finding';
import { paperName } from '#gateway/vault/papers';
import { copied, edited, flipped } from '#test/support/damage';
import { objected } from '#test/support/delegations';
import { newDevice, takenUp } from '#test/support/holders';
import { install } from '#test/support/installation';
import { HOLDER } from '#test/support/ledger';

const said = ({ code, where }: Pick<Finding, 'code' | 'where'>) => `${code} ${where}`;
const check = (data: string, repair = false) => reconcile(data, () => undefined, { repair });
const found = async (data: string) => (await check(data)).findings.map(said);

void t.test('when every kind of finding is named', (t) => {
  t.strictSame(Object.keys(REPAIR_WORDS).sort(), [...REPAIRS].sort(), 'what is to be done is said in words');
  for (const [code, { repair, between }] of Object.entries(FINDING_KINDS)) t.ok(REPAIRS.includes(repair) && between.length === 2, code);
  t.end();
});

void t.test('when vault and use log were tampered with', async (t) => {
  const installation = await install();
  const { services, data } = installation;
  t.teardown(() => { rmSync(data, { recursive: true, force: true }); });
  const shown = services.lookup.byNumber('JY23703039999014');
  for (let i = 0; i < 5; i++) await services.uses.note(installation.acting('market'), 'look-up', shown);
  const attest = async () => {
    const draft = await services.identities.atCounter(installation.acting('clerk'), randomId(), { organisation: HOLDER.slice(5) }, { code: HOLDER.slice(5), name: '示例浮云餐饮有限公司' }, ['BUSINESS_LICENCE']);
    await services.acts.sign(installation.acting('clerk'), draft.requestId, [signAct(installation.file('clerk'), draft)]);
    return draft.requestId;
  };
  const [identity, _kept, phone] = [await attest(), await attest(), await takenUp(installation, newDevice())];
  const [first, second] = await services.projection.licencesOf(HOLDER, 2);
  const [objection] = [await objected(installation, first ?? '', phone), await objected(installation, second ?? '', phone)];
  await services.close();
  await edited(data, 'uses', (store) => store.del('r/000000000002'));
  await edited(data, 'vault', (store) => store.batch([{ type: 'del', key: `identity/${identity}` }, { type: 'del', key: `objection/${objection}` }]));
  const words = [`IDENTITY_MISSING identity ${identity}`, `WORDS_MISSING objection ${objection}`];
  t.match(await found(data), [...words, 'USE_MISSING record 2']);
  const { findings } = await check(data, true);
  t.strictSame(findings.filter(({ repaired }) => repaired), [], 'nothing of that follows from anything');
  t.match(await found(data), [...words, 'USE_MISSING record 2'], 'and nothing was made up');
  rmSync(join(data, 'uses'), { recursive: true });
  t.match(await found(data), [...words, `USE_LOG_MISSING log ${services.useLog.id}`], 'a log that is gone altogether is missed');
});

void t.test('when every store was damaged in every way', async (t) => {
  const installation = await install();
  const { services, data } = installation;
  t.teardown(() => { rmSync(data, { recursive: true, force: true }); });
  const shown = services.lookup.byNumber('JY23703039999014');
  for (let i = 0; i < 6; i++) await services.uses.note(installation.acting('market'), 'look-up', shown);
  await services.anchoring.anchor();
  services.papers.start();
  const [A = '', B = '', C = ''] = await services.projection.licencesOf(HOLDER, 3);
  for (const id of [A, B]) {
    const record = services.projection.get('licence', id);
    if (record) await services.papers.pdf(record, 1);
  }
  await services.papers.close();
  const record = (id: string) => services.projection.get('licence', id);
  const face = (id: string) => `face/${id}/${record(id)?.versions[0]?.documents[0]?.digest ?? ''}`;
  const paper = (id: string) => {
    const digest = record(id)?.versions[0]?.documents.find(({ type }) => type === 'pdf')?.digest ?? '';
    const name = paperName({ licence: id, version: 1, digest });
    return join(data, 'papers', name.slice(0, 2), name);
  };
  const transaction = record(A)?.events[0]?.txId ?? '';
  const [faces, papers] = [[face(A), face(B), face(C)] as const, [paper(A), paper(B)] as const];
  await services.close();
  t.strictSame(await found(data), [], 'nothing was there before');

  await edited(data, 'projection', (store) => store.batch([
    { type: 'del', key: `subject/${HOLDER}/${A}` }, { type: 'put', key: 'paper/nobody', value: new Uint8Array() }, { type: 'put', key: `tx/${transaction}`, value: Buffer.from('99') },
    { type: 'put', key: `r/licence/${C}`, value: Buffer.from(`0.0 ${JSON.stringify({ ...record(C), manager: 'nobody' })}`) },
  ]));
  await edited(data, 'vault', async (store) => {
    await copied(store, faces[2], `face/${C}/nothing`);
    await flipped(store, faces[1]);
    await store.del(faces[0]);
  });
  const stray = 'a'.repeat(64);
  rmSync(papers[0]);
  writeFileSync(papers[1], readFileSync(papers[1]).map((byte, i) => (i === 40 ? byte ^ 1 : byte)));
  mkdirSync(join(data, 'papers', 'aa'), { recursive: true });
  writeFileSync(join(data, 'papers', 'aa', stray), 'left by a crash');
  await edited(data, 'uses', async (store) => {
    await store.put('t/00/000000000001', new Uint8Array(32));
    await store.del('t/01/000000000000');
    const [row = ''] = await store.keys({ gt: 's/', lt: 's0', limit: 1 }).all();
    await store.del(row);
    await store.put('anchor/000000000001', Buffer.from(JSON.stringify({ root: 'A', txId: 'nowhere', at: '2026-01-01T00:00:00.000Z' })));
  });
  const sent = (txId: string, by: string) => Buffer.from(JSON.stringify({ txId, agency: by, transaction: '' }));
  await edited(data, 'desk', (store) => store.batch([
    { type: 'put', key: `outbox/${transaction}`, value: sent(transaction, '113703030099999999') },
    { type: 'put', key: 'outbox/unknown', value: sent('unknown', '113703030099999999') },
    { type: 'put', key: 'outbox/torn', value: Buffer.from('{"txId":"to') },
  ]));

  const seen = await check(data);
  const expected = {
    index: [`INDEX_ROW_EXTRA paper/nobody`, `INDEX_ROW_DIFFERS r/licence/${C}`, `INDEX_ROW_MISSING subject/${HOLDER}/${A}`, `INDEX_ROW_DIFFERS tx/${transaction}`],
    vault: [`FACE_MISSING ${A} version 1`, `FACE_DAMAGED ${B} version 1`, `PAPER_MISSING ${A} version 1`, `PAPER_DAMAGED ${B} version 1`],
    outbox: ['OUTBOX_DAMAGED torn', 'OUTBOX_AGENCY_UNKNOWN unknown', `OUTBOX_SETTLED ${transaction}`],
    uses: ['USE_ANCHOR_UNKNOWN root of 1'],
  };
  const codes = new Set(seen.findings.map(said));
  for (const each of Object.values(expected).flat()) t.ok(codes.has(each), each);
  t.ok(seen.findings.some(({ code }) => code === 'USE_CHANGED') && seen.findings.some(({ code }) => code === 'USE_ROW_MISSING'), 'hashes and rows of the use log');
  t.strictSame(seen.left, ['extras'], 'with an outbox that is not empty nobody knows what is extra in the vault');
  t.match(seen.findings.find(({ code }) => code === 'FACE_MISSING'), { invariant: 'v', found: 'missing', between: ['ledger', 'vault'], repair: 'vault' });
  t.notOk(existsSync(join(data, 'set-aside')), 'a check changes nothing');

  await check(data, true);
  const rest = [...expected.vault, 'OUTBOX_AGENCY_UNKNOWN unknown'].sort();
  t.strictSame((await found(data)).sort(), rest, 'what follows from something whole is right, and everything else as it was');

  await edited(data, 'desk', (store) => store.del('outbox/unknown'));
  const extras = await check(data, true);
  t.match(extras.findings.filter(({ found }) => found === 'extra'), [{ code: 'FACE_EXTRA', where: `${C} nothing`, repaired: true }, { code: 'PAPER_EXTRA', where: `papers/aa/${stray}`, repaired: true }]);
  t.equal(readFileSync(join(extras.aside ?? '', 'papers', stray), 'utf8'), 'left by a crash', 'moved, not destroyed');
  const traces = readdirSync(join(data, 'set-aside')).flatMap((run) => readFileSync(join(data, 'set-aside', run, 'trace.ndjson'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { code: string; before?: string }));
  t.match(traces.find(({ code }) => code === 'FACE_EXTRA')?.before, /^[A-Za-z0-9+/]{100}/, 'with what lay there');
  t.match(traces.find(({ code }) => code === 'OUTBOX_SETTLED')?.before, /"txId"/);
  t.strictSame((await found(data)).sort(), expected.vault.sort(), 'what nothing tells stays for a person');
  t.notOk(existsSync(join(data, 'fsck')), 'nothing is left of the checks');
});
