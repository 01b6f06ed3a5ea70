/** The next version of the contract under test: a contract more, over the same state. */
import { Contract, type Context } from 'fabric-contract-api';
import { TestContract } from '#test/network/embedded/contract';

class NextContract extends Contract {
  constructor() {
    super('next');
  }

  async double(ctx: Context, key: string): Promise<string> {
    const twice = String(2 * Number(Buffer.from(await ctx.stub.getState(key)).toString()));
    await ctx.stub.putState(key, Buffer.from(twice));
    return twice;
  }
}

export const contracts = [TestContract, NextContract];
