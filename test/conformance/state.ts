import type { Test } from 'tap';
import { endorse, enter, inOrder, json, refusalOf, submit, text, type Call, type Place } from '#test/conformance/place';

/** What a contract reads, and how keys are ordered. */
export async function reads(t: Test, place: Place): Promise<void> {
  const { contract } = await enter(place);
  const list = async (start: string, end: string): Promise<string[]> => json(await contract.evaluateTransaction('list', start, end)) as string[];

  t.same(json((await endorse(contract, ['readAfterWrite', 'raw', 'v'])).getResult()), { seen: '', inRange: false }, 'its own writes are not visible');
  t.equal(text(await contract.evaluateTransaction('get', 'absent')), '', 'a missing key is empty');
  await submit(contract, 'put', 'k', 'v');
  t.same(await list('k', 'l'), ['k']);
  await submit(contract, 'put', 'k', '');
  t.same(await list('k', 'l'), [], 'an empty value deletes');

  const keys = ['\u{10000}', '\uff5e', 'é', 'z', 'a'];
  for (const key of keys) await submit(contract, 'put', `u${key}`, key);
  t.same(await list('u', 'v'), ['ua', 'uz', 'ué', 'u\uff5e', 'u\u{10000}'], 'UTF-8 byte order');
  t.same(await list('v', 'u'), [], 'a reversed range is empty');

  for (const [holder, number] of [['h1', '1'], ['h1', '2'], ['h10', '3']] as const) await submit(contract, 'composite', 'permit', holder, number);
  t.same(json(await contract.evaluateTransaction('compositeOf', 'permit', 'h1')), ['1', '2'], 'whole attributes match');
  t.notMatch((await list('', '')).join(), /permit/, 'an open start skips composite keys');

  await submit(contract, 'putMany', 'large', '250', 'x'.repeat(1000));
  t.equal((await list('large', 'larger')).length, 250, 'a range of several pages');

  const page = async (bookmark: string): Promise<unknown> => json(await contract.evaluateTransaction('page', 'u', 'v', '2', bookmark));
  t.same(await page(''), { keys: ['ua', 'uz'], metadata: { bookmark: 'ué', fetchedRecordsCount: 2 } });
  t.same(await page('ué'), { keys: ['ué', 'u\uff5e'], metadata: { bookmark: 'u\u{10000}', fetchedRecordsCount: 2 } });
  t.same(await page('u\u{10000}'), { keys: ['u\u{10000}'], metadata: { bookmark: '', fetchedRecordsCount: 1 } });
  t.match(await refusalOf(contract.submitTransaction('pageAndPut')), { code: 10 }, 'a write after a page is refused');
}

/** A key's past. */
export async function history(t: Test, place: Place): Promise<void> {
  const { contract } = await enter(place);
  const past: readonly Call[] = [['put', 'h', '1'], ['put', 'h', '2'], ['put', 'h2', 'of another key'], ['del', 'h']];
  for (const call of past) await submit(contract, ...call);
  t.same(await inOrder(contract, [['increment', 'h'], ['increment', 'h']]), [0, 11]);
  const changes = json(await contract.evaluateTransaction('history', 'h')) as { value: string; isDelete: boolean; txId: string }[];
  t.match(changes, [{ value: '1', isDelete: false }, { value: '', isDelete: true }, { value: '2' }, { value: '1' }], 'newest first, without the invalid');
  t.equal(changes.length, 4);
  t.match(changes[0]?.txId, /^[0-9a-f]{64}$/);
}

/** Many writes in one transaction, and how much fits. */
export async function limits(t: Test, place: Place): Promise<void> {
  const { contract } = await enter(place);
  await submit(contract, 'putMany', 'batch', '2500', 'value');
  t.equal((json(await contract.evaluateTransaction('list', 'batch', 'batci')) as string[]).length, 2500, 'a batch longer than the peer takes in one message');
  t.equal(text(await contract.evaluateTransaction('get', 'batch2499')), 'value');

  const large = 'x'.repeat(3 * 1024 * 1024);
  t.equal((await submit(contract, 'put', 'megabytes', large)).code, 0, 'three megabytes');
  t.equal(text(await contract.evaluateTransaction('get', 'megabytes')).length, large.length);
  const height = await place.ledger.height();
  // The value is in the proposal and in the endorsed result: twice six is more than the ten that an orderer takes.
  const error = await refusalOf(contract.submitTransaction('put', 'too-large', 'x'.repeat(6 * 1024 * 1024)));
  t.equal(error.name, 'SubmitError', `more than an orderer takes: ${error.message.slice(0, 200)}`);
  t.equal(await place.ledger.height(), height, 'nothing was ordered');
}
