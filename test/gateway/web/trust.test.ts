/** What a device keeps and takes: real signatures, a shelf in memory, a gateway that tests turn into another one. */
import t from 'tap';
import { BUNDLE_FORMAT } from '#gateway/documents/trust-bundle';
import { rootDigest } from '#gateway/documents/trust-root';
import { DeviceTrust, FRESH_MS, type Shelf } from '#gateway/web/verify/trust';
import { newRegister, NOW } from '#test/support/documents';
import { BUREAU, MARKET } from '#test/support/ledger';
import { LISTED_AT, TestTrust, type ListKey } from '#test/support/trust';

const register = await newRegister();
const [ours, theirs] = [new TestTrust(register), new TestTrust(register)];
const NAME = `${BUREAU}/1`;

function memory(kept = new Map<string, string>()): Shelf & { kept: Map<string, string> } {
  return {
    kept,
    read: async (name) => kept.get(name),
    write: async (texts) => { for (const [name, text] of Object.entries(texts)) if (text === undefined) kept.delete(name); else kept.set(name, text); },
    names: async () => [...kept.keys()],
  };
}

/** A gateway: what it answers by path, and what it was asked. */
class Gateway {
  readonly asked: string[] = [];
  answers: Record<string, string>;
  up = true;
  constructor(trust: TestTrust, tokens: Record<string, string> = { [NAME]: trust.token() }) {
    this.answers = {
      '/trust-list': JSON.stringify(trust.signedList()), '/trust-list/root/1': JSON.stringify(trust.signedRoot()), '/api/bundle': JSON.stringify(trust.bundle({ statusLists: Object.values(tokens) })),
      ...Object.fromEntries(Object.entries(tokens).map(([name, token]) => [`/status-lists/${name}`, token])),
    };
  }

  source = async (path: string): Promise<string | undefined> => {
    this.asked.push(path);
    if (!this.up) throw new TypeError('no network');
    return this.answers[path];
  };
}

let now = Date.parse(NOW);
const device = (shelf: Shelf, gateway: Gateway) => new DeviceTrust(shelf, gateway.source, () => now);

t.test('when a device meets a gateway for the first time', async (t) => {
  const [shelf, gateway] = [memory(), new Gateway(ours)];
  const first = device(shelf, gateway);
  t.equal(await first.open([NAME]), undefined, 'nothing is trusted yet');
  await first.update([NAME]);
  t.equal(first.pin, ours.pin);
  t.ok(first.trust?.statusLists.has(NAME));
  t.strictSame(gateway.asked.toSorted(), [`/status-lists/${NAME}`, '/trust-list', '/trust-list/root/1'].toSorted(), 'only what the document needs');
  await first.update([NAME]);
  t.equal(gateway.asked.length, 3, 'not again at once');
  now += FRESH_MS;
  await first.update([NAME]);
  t.equal(gateway.asked.length, 6);
  gateway.up = false;
  const again = device(shelf, gateway);
  t.ok((await again.open([NAME]))?.statusLists.has(NAME), 'and another day, without a network');
  await t.rejects(again.update([NAME]));
  t.equal((await again.open([NAME]))?.index.list.block, first.trust?.index.list.block);
  t.strictSame(again.refusals, []);
});

t.test('when what is kept was changed', async (t) => {
  const flipped = (text: string): string => `${text.slice(0, -20)}${text.at(-20) === 'A' ? 'B' : 'A'}${text.slice(-19)}`;
  for (const [name, change, code] of [
    ['trust', (text: string) => text.replace(/"trustList":\{"payload":"(.)/, '"trustList":{"payload":"f'), 'TRUST_LIST_SIGNATURES_TOO_FEW'],
    ['trust', (text: string) => text.replace(/"roots":\[.*\],"trustList"/, `"roots":[${JSON.stringify(theirs.signedRoot())}],"trustList"`), 'ROOT_NOT_PINNED'], ['trust', () => 'x', 'BUNDLE_FORM'], ['trust', () => '{}', 'BUNDLE_FORM'],
    [`status-list/${NAME}`, flipped, 'STATUS_LIST_SIGNATURE'], [`status-list/${NAME}`, () => theirs.token(), 'STATUS_LIST_KEY_UNKNOWN'], [`status-list/${NAME}`, () => 'x', 'STATUS_LIST_FORM'],
    [`status-list/${NAME}`, () => ours.token({ uri: `https://yizheng.example/status-lists/${BUREAU}/2` }), 'STATUS_LIST_SUBJECT'],
  ] as const) {
    const [shelf, gateway] = [memory(), new Gateway(ours)];
    await device(shelf, gateway).update([NAME]);
    const [kept, offline] = [shelf.kept.get(name) ?? '', new Gateway(ours)];
    const changed = change(kept);
    t.not(changed, kept, 'set-up');
    shelf.kept.set(name, changed);
    offline.up = false;
    const found = device(shelf, offline);
    const trust = await found.open([NAME]);
    t.notOk(trust?.statusLists.has(NAME), `${name}: ${code}`);
    t.match(found.refusals, [{ code, of: 'device' }]);
    t.equal(found.pin, ours.pin, 'the pin stays');
    t.notOk(shelf.kept.has(name), 'and what was changed is gone');
    offline.up = true;
    await found.update([NAME]);
    t.ok(found.trust?.statusLists.has(NAME), 'fetched anew, under the same pin');
    t.match(found.refusals, [{ code }], 'and still said');
  }
});

t.test('when the gateway has another root', async (t) => {
  const [shelf, gateway] = [memory(), new Gateway(ours)];
  await device(shelf, gateway).update([NAME]);
  const other = new Gateway(theirs);
  const met = device(shelf, other);
  await met.update([NAME]);
  t.match(met.refusals, [{ code: 'ROOT_NOT_PINNED', of: 'gateway', root: rootDigest(theirs.signedRoot()) }]);
  t.ok(met.isEstranged, 'its word counts for nothing');
  t.equal(met.pin, ours.pin);
  t.equal((await met.open([NAME]))?.roots.root.keys[0]?.spki, ours.root().keys[0]?.spki, 'what was trusted before stays');
  t.equal(await met.prepare(), false);
  await met.repin(rootDigest(theirs.signedRoot()));
  t.equal(met.trust, undefined);
  await met.update([NAME]);
  t.equal(met.trust?.roots.root.keys[0]?.spki, theirs.root().keys[0]?.spki, 'until a person says so');
  t.notOk(met.isEstranged);
});

t.test('when the root is handed on', async (t) => {
  const [shelf, gateway] = [memory(), new Gateway(ours)];
  await device(shelf, gateway).update([NAME]);
  const next = new TestTrust(register);
  Object.assign(next, { listKeys: ours.listKeys });
  const second = next.signedRoot({ version: 2 }, [...next.trustKeys, ...ours.trustKeys]);
  const list = next.signedList({ root: 2, keys: ours.list().keys });
  const handed = new Gateway(ours);
  Object.assign(handed.answers, { '/trust-list': JSON.stringify(list), '/trust-list/root/2': JSON.stringify(second) });
  const met = device(shelf, handed);
  await met.update([NAME]);
  t.strictSame([met.pin, met.trust?.roots.root.version, met.refusals], [ours.pin, 2, []]);
  handed.answers['/trust-list/root/2'] = JSON.stringify(theirs.signedRoot({ version: 2 }));
  now += FRESH_MS;
  await met.update([NAME]);
  t.match(met.refusals, [{ code: 'ROOT_SIGNATURES_TOO_FEW' }], 'but not by a stranger');
  t.equal(met.trust?.roots.root.version, 2);
});

t.test('when one list of several is wrong', async (t) => {
  const market = `${MARKET}/1`;
  const good = ours.token({ uri: `https://yizheng.example/status-lists/${MARKET}/1`, agency: MARKET, key: ours.listKeys[1] as ListKey });
  const gateway = new Gateway(ours, { [NAME]: theirs.token(), [market]: good });
  const met = device(memory(), gateway);
  await met.update([NAME, market]);
  t.strictSame([met.trust?.statusLists.has(NAME), met.trust?.statusLists.has(market)], [false, true]);
  t.match(met.refusals, [{ code: 'STATUS_LIST_KEY_UNKNOWN', of: 'gateway' }]);
  t.notOk(met.isEstranged);
});

t.test('when many of the lists that are fetched for later are wrong', async (t) => {
  const gateway = new Gateway(ours);
  gateway.answers['/api/bundle'] = JSON.stringify(ours.bundle({ statusLists: [...Array.from({ length: 40 }, () => theirs.token()), ours.token()] }));
  const met = device(memory(), gateway);
  t.ok(await met.prepare());
  t.ok(met.trust?.statusLists.has(NAME), 'the good one is taken');
  t.strictSame(met.refusals.map(({ code }) => code), Array(40).fill('STATUS_LIST_KEY_UNKNOWN'), 'and each of the others is said');
});

t.test('when everything is fetched for later', async (t) => {
  const [shelf, gateway] = [memory(), new Gateway(ours)];
  const met = device(shelf, gateway);
  t.equal(await met.prepare(), true);
  t.strictSame(met.prepared, { fetchedAt: now, asOf: LISTED_AT * 1000, lists: 1 });
  gateway.up = false;
  const later = device(shelf, gateway);
  t.ok((await later.open([NAME]))?.statusLists.has(NAME));
  t.equal(later.prepared?.lists, 1);
  gateway.up = true;
  gateway.answers['/api/bundle'] = JSON.stringify({ format: BUNDLE_FORMAT, roots: [ours.signedRoot()], trustList: ours.signedList(), statusLists: [ours.token({ issuedAt: LISTED_AT - 60, block: 39 })] });
  t.equal(await later.prepare(), true);
  t.match(later.refusals, [{ code: 'STATUS_LIST_ROLLED_BACK', of: 'gateway' }], 'an older list does not replace a newer one');
  t.equal((await later.open([NAME]))?.statusLists.get(NAME)?.issuedAt, LISTED_AT);
  now = (LISTED_AT + 8 * 86_400) * 1000;
  gateway.answers['/api/bundle'] = JSON.stringify({ format: BUNDLE_FORMAT, roots: [ours.signedRoot()], trustList: ours.signedList(), statusLists: [] });
  await later.prepare();
  t.notOk(shelf.kept.has(`status-list/${NAME}`), 'what has expired is not kept for ever');
  now = Date.parse(NOW);
});

t.test('when the device keeps nothing', async (t) => {
  const closed: Shelf = { read: () => Promise.reject(new Error('no')), write: () => Promise.reject(new Error('no')), names: () => Promise.reject(new Error('no')) };
  const met = device(closed, new Gateway(ours));
  await met.update([NAME]);
  t.ok((await met.open([NAME]))?.statusLists.has(NAME), 'it works as long as the page is open');
});

t.test('when several ask at once', async (t) => {
  const gateway = new Gateway(ours);
  const met = device(memory(), gateway);
  await Promise.all([met.update([NAME]), met.update([NAME]), met.open([NAME]), met.update([NAME])]);
  t.equal(gateway.asked.length, 3, 'one asks, the others wait for it');
});

t.test('when the gateway has no lists', async (t) => {
  const gateway = new Gateway(ours);
  gateway.answers = {};
  const met = device(memory(), gateway);
  await met.update([NAME]);
  t.equal(met.trust, undefined);
  t.equal(await met.prepare(), false);
});
