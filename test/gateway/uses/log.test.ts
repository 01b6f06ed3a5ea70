/** The use log: durable, gapless, in pages, found out when changed, and taken up again after a kill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { base64url, fromBase64url } from '#chaincode/facts/hash';
import { leafHash, rootOf } from '#chaincode/facts/merkle';
import type { LogRecord } from '#chaincode/facts/log';
import { utf8 } from '#chaincode/facts/text';
import { personalCommitment, readUse, readUseProof, releaseOf, USE_PROOF_FORMAT, useText, type UseProof } from '#gateway/documents/use-record';
import { checkUses, type UseFinding } from '#gateway/uses/check';
import type { KeptUse, UseLog } from '#gateway/uses/log';
import { BUREAU, HOLDER, KIND, MARKET, OTHER_HOLDER, POLICE } from '#test/support/ledger';
import { faults } from '#test/support/matchers';
import { CLERK, LICENCE, logPlace, noteUse, useOf, type LogPlace } from '#test/support/uses';

const OTHER_LICENCE = `${KIND.food}.${BUREAU}.${'8'.padStart(20, '0')}`;
const holders = (licence: string): string => (licence === OTHER_LICENCE ? OTHER_HOLDER : HOLDER);

function placeFor(t: Test): LogPlace {
  const place = logPlace(undefined, holders);
  t.teardown(() => { place.remove(); });
  return place;
}
const anchorAt = (log: UseLog, size = log.size): LogRecord => ({ id: log.id, agency: BUREAU, size, root: log.root(size), at: '', txId: '', anchors: 1 });
const seqs = (page: readonly KeptUse[]): number[] => page.map(({ record }) => record.seq);

async function findings(place: Pick<LogPlace, 'keyOf'>, log: UseLog, onLedger?: LogRecord): Promise<string[]> {
  const found: string[] = [];
  for await (const { code, where } of checkUses(log, { onLedger, keyOf: place.keyOf })) found.push(`${code} ${where}`);
  return found;
}

void t.test('when uses are written at once', async (t) => {
  const place = placeFor(t);
  const { log, close } = await place.open();
  const kept = await Promise.all(Array.from({ length: 700 }, (_, i) => noteUse(log, `case ${String(i)}`)));
  t.strictSame(seqs(kept), kept.map((_, i) => i), 'numbers in the order of asking, without a gap');
  t.equal(log.size, 700);
  t.equal(log.root(), base64url(rootOf(kept.map(({ record }) => leafHash(utf8(useText(record)))))), 'the tree of RFC 9162 over the leaves');
  t.strictSame(await readUse(kept[3]?.token ?? '', place.keyOf), kept[3]?.record, 'signed by the agency that used');
  t.match(kept[3]?.record, { agency: MARKET, staff: CLERK, case: 'given', licence: LICENCE, at: '2026-06-01T02:00:00.000Z' });
  t.notMatch(JSON.stringify(kept.map(({ record }) => record)), /91370303MA99TXT04C|case 3/, 'nothing of the person and of the case in a leaf');
  t.strictSame(kept[3]?.personal, { subject: HOLDER, caseNo: 'case 3' });
  t.equal(personalCommitment(fromBase64url(kept[3]?.random ?? '') ?? new Uint8Array(), { subject: HOLDER, caseNo: 'case 3' }), kept[3]?.record.personal);
  t.strictSame(await findings(place, log, anchorAt(log)), []);
  await close();
});

void t.test('when whoever got an answer writes again in the same step', async (t) => {
  const place = placeFor(t);
  const { log, close } = await place.open();
  const missed = async (left: number): Promise<void> => {
    await log.append(log.prepare({ agency: MARKET, staff: CLERK, act: 'look-up', authority: { by: 'public' }, fields: [] }, {}));
    if (left > 0) await missed(left - 1);
  };
  t.equal(await Promise.race([missed(20).then(() => 'written'), delay(10_000, 'nobody came by')]), 'written');
  t.equal(log.size, 21);
  await close();
});

void t.test('when pages are read', async (t) => {
  const place = placeFor(t);
  const { log, close } = await place.open();
  for (let i = 0; i < 10; i++) {
    const [licence, subject] = i % 2 === 0 ? [LICENCE, HOLDER] : [OTHER_LICENCE, OTHER_HOLDER];
    await noteUse(log, undefined, { licence, ...(i < 8 ? {} : { agency: BUREAU, staff: 'another' }) }, subject);
  }
  t.strictSame(seqs(await log.ofHolder(HOLDER, { limit: 3 })), [8, 6, 4], 'newest first');
  t.strictSame(seqs(await log.ofHolder(HOLDER, { limit: 3, before: 4 })), [2, 0]);
  t.strictSame(seqs(await log.ofHolder('uscc:92370303MA99TXT39U', { limit: 3 })), [], 'a holder nobody asked for');
  t.strictSame(seqs(await log.page('agency', MARKET, { limit: 3 })), [7, 6, 5]);
  t.strictSame(seqs(await log.page('staff', 'another', { limit: 3 })), [9, 8]);
  t.strictSame(seqs(await log.page('source', BUREAU, { limit: 3 })), [7, 6, 5], 'its own uses are not listed a second time');
  await log.append(log.prepare({ agency: MARKET, staff: CLERK, act: 'look-up', authority: { by: 'public' }, fields: [] }, {}));
  t.equal(await log.misses(CLERK, '2026-06-01T00:00:00.000Z', 5), 1);
  t.equal(await log.misses(CLERK, '2026-06-01T03:00:00.000Z', 5), 0);
  t.match(log.read(10), { record: { case: 'none' }, personal: {} });
  t.equal(log.read(11), undefined);
  await close();
});

void t.test("when an agency has no key here, or the holder's is gone", async (t) => {
  const place = placeFor(t);
  const { log, close } = await place.open();
  await faults(t, () => log.append(log.prepare(useOf({ agency: '11370303009999914X' }), { subject: HOLDER })), 'USE_KEY_NOT_HERE');
  t.equal(log.size, 0, 'nothing was written');
  await noteUse(log);
  await close();
  const nobody = await logPlace(place.directory, () => 'person:AAAAAAAAAAAAAAAAAAAAAA').open();
  t.match(nobody.log.read(0), { record: { licence: LICENCE }, personal: undefined }, 'the account stays, the person does not');
  t.strictSame(await findings(place, nobody.log, anchorAt(nobody.log)), [], 'erased is not tampered with');
  await nobody.close();
});

void t.test('when a record proves its place', async (t) => {
  const place = placeFor(t);
  const { log, close } = await place.open();
  const kept = await Promise.all(Array.from({ length: 21 }, () => noteUse(log)));
  for (const size of [7, 16, 21]) await log.anchors.put({ size, root: log.root(size), txId: `tx ${String(size)}`, at: '' });
  t.match(await log.anchors.of(6), { size: 7, txId: 'tx 7' });
  t.match(await log.anchors.of(7), { size: 16, txId: 'tx 16' });
  t.equal(await log.anchors.of(21), undefined, 'not on the ledger yet');
  const { record, token } = kept[9] as KeptUse;
  const proof: UseProof = { format: USE_PROOF_FORMAT, ledger: '', record: token, size: 16, root: log.root(16), path: log.inclusion(9, 16), transaction: 'tx 16' };
  t.strictSame(await readUseProof(proof, place.keyOf), record);
  t.equal(await readUseProof({ ...proof, record: kept[8]?.token ?? '' }, place.keyOf), 'USE_NOT_INCLUDED', 'another record');
  t.equal(await readUseProof({ ...proof, root: log.root(21) }, place.keyOf), 'USE_NOT_INCLUDED', 'another root');
  t.equal(await readUseProof({ ...proof, path: proof.path.map(() => 'x') }, place.keyOf), 'USE_NOT_INCLUDED');
  const changed = Buffer.from(useText({ ...record, purpose: 'CREDIT' })).toString('base64url');
  t.equal(await readUseProof({ ...proof, record: [token.split('.')[0], changed, token.split('.')[2]].join('.') }, place.keyOf), 'USE_SIGNATURE', 'another purpose');
  t.equal(await readUse(token, () => undefined), 'USE_KEY_UNKNOWN');
  t.equal(await readUse(token, (kid) => ({ ...place.keyOf(kid)!, use: 'receipt' })), 'USE_KEY_UNKNOWN', 'a key for another use');
  t.equal(await readUse(token, (kid) => ({ ...place.keyOf(kid)!, agency: BUREAU })), 'USE_KEY_UNKNOWN', 'a key of another agency');
  for (const bent of ['', token.slice(1), `${token}.x`, token.replace(/\.[^.]+\./, `.${base64url(` ${useText(record)}`)}.`), token.replace(/\.[^.]+\./, `.${base64url('{}')}.`)]) t.equal(await readUse(bent, place.keyOf), 'USE_FORM', bent.slice(0, 20));
  await close();
});

/** What somebody with the disk in hand may do; all of it shows. */
const TAMPERED: Readonly<Record<string, { readonly edit: Parameters<LogPlace['edit']>[0]; readonly found: RegExp }>> = {
  'takes a record away': { edit: (store) => store.del('r/000000000004'), found: /^USE_MISSING record 4$/ },
  'takes the last record away': { edit: async (store) => { await store.del('r/000000000008'); await store.del('t/00/000000000008'); }, found: /^USES_LOST records from 8 to 8$/ },
  'puts one record in the place of another': { edit: async (store) => store.put('r/000000000004', (await store.get('r/000000000005'))!), found: /^USE_DAMAGED record 4$/ },
  'changes a byte': { edit: async (store) => { const value = (await store.get('r/000000000004'))!; value[60]! ^= 1; await store.put('r/000000000004', value); }, found: /^USE_DAMAGED record 4$/ },
  'changes a hash of the tree': { edit: (store) => store.put('t/00/000000000004', new Uint8Array(32)), found: /^USE_CHANGED record 4$/ },
  'takes a hash of the tree away': { edit: (store) => store.del('t/01/000000000001'), found: /^USE_CHANGED record 3$/ },
  'hides a record from its holder': { edit: async (store) => { for (const key of await store.keys({ gt: 'h/', lt: 'h0' }).all()) if (key.endsWith('4')) await store.del(key); }, found: /^USE_ROW_MISSING record 4$/ },
};

/** A log of nine records, all under a root, opened again after somebody's hand was in it. */
async function edited(t: Test, edit: Parameters<LogPlace['edit']>[0]) {
  const place = placeFor(t);
  const first = await place.open();
  for (let i = 0; i < 9; i++) await noteUse(first.log);
  const onLedger = anchorAt(first.log);
  await first.close();
  await place.edit(edit);
  return { place, onLedger, ...(await place.open()) };
}

for (const [what, { edit, found }] of Object.entries(TAMPERED)) {
  void t.test(`when somebody ${what}`, async (t) => {
    const { place, onLedger, log, close } = await edited(t, edit);
    const all = await findings(place, log, onLedger);
    t.ok(all.some((each) => found.test(each)), all.join('; '));
    await close();
  });
}

const MENDED: Readonly<Record<string, { readonly edit: Parameters<LogPlace['edit']>[0]; readonly left: readonly string[] }>> = {
  'hashes at the edge of the tree are gone': { edit: (store) => store.batch([{ type: 'del', key: 't/03/000000000000' }, { type: 'del', key: 't/00/000000000008' }, { type: 'del', key: 't/02/000000000001' }]), left: [] },
  'hashes are wrong, and rows of pages are gone': { edit: async (store) => { await store.put('t/02/000000000000', new Uint8Array(32)); for (const key of await store.keys({ gt: 's/', lt: 's0' }).all()) await store.del(key); }, left: [] },
  'a hash is wrong and a record is gone': { edit: (store) => store.batch([{ type: 'put', key: 't/00/000000000001', value: new Uint8Array(32) }, { type: 'del', key: 'r/000000000004' }]), left: ['USE_MISSING record 4', 'USE_CHANGED record 1'] },
};

for (const [what, { edit, left }] of Object.entries(MENDED)) {
  void t.test(`when ${what}, and it is mended`, async (t) => {
    const { place, onLedger, log, close } = await edited(t, edit);
    const seen: UseFinding[] = [];
    for await (const each of checkUses(log, { onLedger, keyOf: place.keyOf })) seen.push(each);
    t.ok(seen.length > 0, 'something is found');
    for (const { mend } of seen) await mend?.();
    const rest = await findings(place, log, onLedger);
    t.strictSame(rest.filter((each) => left.includes(each)), left, 'what follows from nothing stays as it is');
    if (left.length === 0) {
      t.strictSame(rest, []);
      await noteUse(log);
      t.strictSame(await findings(place, log, onLedger), [], 'and the log goes on');
    }
    await close();
  });
}

void t.test('when somebody with every key writes the log anew', async (t) => {
  const [ours, theirs] = [placeFor(t), placeFor(t)];
  const [first, forged] = [await ours.open(), await theirs.open()];
  for (let i = 0; i < 9; i++) await noteUse(first.log);
  for (let i = 0; i < 9; i++) await noteUse(forged.log, undefined, i === 4 ? { purpose: 'CREDIT' } : {});
  t.strictSame(await findings(theirs, forged.log, anchorAt(forged.log)), [], 'nothing shows in the log by itself');
  t.strictSame(await findings(theirs, forged.log, anchorAt(first.log)), ['USE_ROOT_DIFFERS root of 9'], 'the root on the ledger tells');
  await first.close();
  await forged.close();
});

void t.test('when the gateway is killed while it writes', async (t) => {
  const place = placeFor(t);
  const told = new Map<number, string>();
  for (let round = 0; round < 2; round++) {
    const child = spawn(process.execPath, [fileURLToPath(new URL('writer.worker.js', import.meta.url)), place.directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let count = 0;
    for await (const line of createInterface(child.stdout)) {
      const [seq = '', personal = ''] = line.split(' ');
      told.set(Number(seq), personal);
      if (++count === 60) child.kill('SIGKILL');
    }
    await ended;
    await delay(1);
    const { log, close } = await place.open();
    t.ok(log.size >= told.size, `${String(told.size)} were told of, ${String(log.size)} are there`);
    t.strictSame([...told].filter(([seq, personal]) => log.read(seq)?.record.personal !== personal), [], 'what was told of is there');
    t.strictSame(await findings(place, log, anchorAt(log)), [], 'and the tree goes on over it');
    const { record } = await noteUse(log);
    t.equal(record.seq, log.size - 1);
    told.set(record.seq, record.personal);
    await close();
  }
});

void t.test('when the clock goes back, and the disk fails', async (t) => {
  const place = placeFor(t);
  const { log, close } = await place.open();
  await noteUse(log);
  place.clock.at -= 60_000;
  t.equal((await noteUse(log)).record.at, '2026-06-01T02:00:00.000Z', 'time does not');
  await close();
  const again = await place.open();
  t.equal((await noteUse(again.log)).record.at, '2026-06-01T02:00:00.000Z', 'nor after a start');
  await again.close();
  await t.rejects(noteUse(again.log), 'what is not durable is not told of');
  await t.rejects(noteUse(again.log));
  t.equal(again.log.size, 3);
});

void t.test('when fields were released to another gateway', async (t) => {
  const [there, place] = [placeFor(t), placeFor(t)];
  const [elsewhere, here] = [await there.open(), await place.open()];
  const asked = await noteUse(elsewhere.log, '2026-0001');
  const releasing = (change: Parameters<typeof useOf>[0] = {}) => here.log.prepare(useOf({ agency: POLICE, source: BUREAU, release: releaseOf(asked.record), ...change }), { subject: HOLDER, caseNo: '2026-0001' });
  const kept = await here.log.append(releasing(), { asked: asked.token });
  t.strictSame(await readUse(kept.token, place.keyOf), kept.record, 'signed by the source');
  t.match(kept.record, { agency: POLICE, source: BUREAU, release: { log: elsewhere.log.id, seq: 0 } });
  t.strictSame(here.log.read(0), kept, 'with the record that asked for it');
  t.strictSame([await here.log.page('agency', POLICE, { limit: 5 }), await here.log.page('staff', CLERK, { limit: 5 })], [[], []], 'nobody of ours used it');
  t.strictSame([seqs(await here.log.page('source', BUREAU, { limit: 5 })), seqs(await here.log.ofHolder(HOLDER, { limit: 5 }))], [[0], [0]], 'it is found by source and holder');
  t.notOk(existsSync(place.keyring.path('agencies', POLICE)), 'and makes no keys of a stranger');
  await here.log.append(here.log.prepare({ agency: POLICE, staff: CLERK, act: 'look-up', authority: { by: 'scene', id: 'x' }, source: BUREAU, release: releaseOf(asked.record), fields: [] }, {}), { asked: asked.token });
  await elsewhere.log.append(elsewhere.log.prepare({ agency: MARKET, staff: CLERK, act: 'look-up', authority: { by: 'scene', id: 'x' }, source: BUREAU, fields: [] }, {}));
  for (const who of [CLERK, POLICE]) t.equal(await here.log.misses(who, '', 5), 1, 'what was not found counts against whoever asked');
  t.equal(await elsewhere.log.misses(CLERK, '', 5), 0, 'that another is asked is no miss yet');
  const both = { keyOf: (kid: string) => place.keyOf(kid) ?? there.keyOf(kid) };
  t.strictSame(await findings(both, here.log), []);
  t.strictSame(await findings(place, here.log), ['USE_RELEASE_DIFFERS record 0', 'USE_RELEASE_DIFFERS record 1'], 'by a key that is not registered');
  const other = await noteUse(elsewhere.log, '2026-0002');
  await here.log.append(releasing(), { asked: other.token });
  await here.log.append(releasing());
  await noteUse(here.log, '3', {}).then(async () => here.log.append(here.log.prepare(useOf(), { subject: HOLDER }), { asked: asked.token }));
  t.strictSame(await findings(both, here.log), ['USE_RELEASE_DIFFERS record 2', 'USE_RELEASE_DIFFERS record 3', 'USE_RELEASE_DIFFERS record 5'], 'what it answers is another record, or none');
  const [header = '', , signature = ''] = kept.token.split('.');
  const changed = (change: object): string => `${header}.${base64url(useText(Object.fromEntries(Object.entries({ ...kept.record, ...change }).filter(([, value]) => value !== undefined)) as never))}.${signature}`;
  for (const change of [{ source: MARKET }, { release: undefined }]) t.equal(await readUse(changed(change), place.keyOf), 'USE_KEY_UNKNOWN', 'a source signs nothing as somebody else');
  for (const change of [{ source: undefined }, { release: {} }, { release: 'x' }, { release: { ...kept.record.release, more: 1 } }, { release: { ...kept.record.release, seq: -1 } }]) t.equal(await readUse(changed(change), place.keyOf), 'USE_FORM', JSON.stringify(change));
  await elsewhere.close();
  await here.close();
});
