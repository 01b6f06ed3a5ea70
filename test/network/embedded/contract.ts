import { Contract, type Context } from 'fabric-contract-api';

/** The contract under test: each function shows one thing that the ledger must do as Fabric does. */
export class TestContract extends Contract {
  constructor() {
    super('test');
  }

  async put(ctx: Context, key: string, value: string): Promise<void> {
    await ctx.stub.putState(key, Buffer.from(value));
  }

  async putLoneSurrogate(ctx: Context): Promise<void> {
    await ctx.stub.putState('\ud800', Buffer.from('v'));
  }

  async putMany(ctx: Context, prefix: string, count: string, value: string): Promise<void> {
    for (let index = 0; index < Number(count); index++) await ctx.stub.putState(`${prefix}${index}`, Buffer.from(value));
  }

  async get(ctx: Context, key: string): Promise<string> {
    return Buffer.from(await ctx.stub.getState(key)).toString();
  }

  async del(ctx: Context, key: string): Promise<void> {
    await ctx.stub.deleteState(key);
  }

  async increment(ctx: Context, key: string): Promise<string> {
    const now = String(Number(Buffer.from(await ctx.stub.getState(key)).toString() || '0') + 1);
    await ctx.stub.putState(key, Buffer.from(now));
    return now;
  }

  async readAfterWrite(ctx: Context, key: string, value: string): Promise<string> {
    await ctx.stub.putState(key, Buffer.from(value));
    const seen = Buffer.from(await ctx.stub.getState(key)).toString();
    const inRange: string[] = [];
    for await (const { key: found } of ctx.stub.getStateByRange('', '')) inRange.push(found);
    return JSON.stringify({ seen, inRange: inRange.includes(key) });
  }

  async list(ctx: Context, start: string, end: string): Promise<string> {
    const keys: string[] = [];
    for await (const { key } of ctx.stub.getStateByRange(start, end)) keys.push(key);
    return JSON.stringify(keys);
  }

  async countInto(ctx: Context, start: string, end: string, target: string): Promise<void> {
    let count = 0;
    for await (const found of ctx.stub.getStateByRange(start, end)) if (found) count++;
    await ctx.stub.putState(target, Buffer.from(String(count)));
  }

  /** Leaves the iterator after the first result, without closing it. */
  async firstInto(ctx: Context, start: string, end: string, target: string): Promise<void> {
    const iterator = await ctx.stub.getStateByRange(start, end);
    const first = await iterator.next();
    await ctx.stub.putState(target, Buffer.from(first.value?.key ?? 'none'));
  }

  async page(ctx: Context, start: string, end: string, size: string, bookmark: string): Promise<string> {
    const { iterator, metadata } = await ctx.stub.getStateByRangeWithPagination(start, end, Number(size), bookmark);
    const keys: string[] = [];
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) keys.push(next.value.key);
    return JSON.stringify({ keys, metadata });
  }

  async pageAndPut(ctx: Context): Promise<void> {
    await ctx.stub.getStateByRangeWithPagination('', '', 1, '');
    await ctx.stub.putState('paged', Buffer.from('1'));
  }

  async composite(ctx: Context, kind: string, holder: string, number: string): Promise<void> {
    await ctx.stub.putState(ctx.stub.createCompositeKey(kind, [holder, number]), Buffer.from('1'));
  }

  async compositeOf(ctx: Context, kind: string, holder: string): Promise<string> {
    const numbers: string[] = [];
    for await (const { key } of ctx.stub.getStateByPartialCompositeKey(kind, [holder])) numbers.push(ctx.stub.splitCompositeKey(key).attributes[1] ?? '');
    return JSON.stringify(numbers);
  }

  async history(ctx: Context, key: string): Promise<string> {
    const changes: unknown[] = [];
    for await (const { value, isDelete, txId } of ctx.stub.getHistoryForKey(key)) changes.push({ value: Buffer.from(value).toString(), isDelete, txId });
    return JSON.stringify(changes);
  }

  async event(ctx: Context, name: string, payload: string): Promise<void> {
    ctx.stub.setEvent('ignored', Buffer.from('the last one wins'));
    ctx.stub.setEvent(name, Buffer.from(payload));
    await ctx.stub.putState(`event-${name}`, Buffer.from(payload));
  }

  async refuse(_ctx: Context, text: string): Promise<void> {
    throw new Error(text);
  }

  /** Forgets to await: the put fails after the run is over. */
  async forgetful(ctx: Context): Promise<string> {
    setTimeout(() => void ctx.stub.putState('late', Buffer.from('v')), 5);
    return 'done';
  }

  async who(ctx: Context): Promise<string> {
    const { clientIdentity: client, stub } = ctx;
    return JSON.stringify({ msp: client.getMSPID(), agency: client.getAttributeValue('agency'), channel: stub.getChannelID(), seconds: String(stub.getTxTimestamp().seconds) });
  }

  async privately(ctx: Context): Promise<void> {
    await ctx.stub.putPrivateData('c', 'k', Buffer.from('v'));
  }

  async transient(ctx: Context): Promise<string> {
    return Buffer.from(ctx.stub.getTransient().get('secret') ?? '').toString();
  }
}

export const contracts = [TestContract];
