/** The product's rules, and beside them on the same channel what an application starts from: one licence a transaction, checked and put. */
import { Contract, type Context } from 'fabric-contract-api';
import { LicenceContract } from '#chaincode/contract';

export class NaiveContract extends Contract {
  constructor() {
    super('naive');
  }

  async Issue(context: Context, id: string, licence: string): Promise<void> {
    const there = await context.stub.getState(id);
    if (there.length > 0) throw new Error(`the licence ${id} already exists`);
    await context.stub.putState(id, Buffer.from(licence));
  }

  async Read(context: Context, id: string): Promise<string> {
    const licence = await context.stub.getState(id);
    if (licence.length === 0) throw new Error(`the licence ${id} does not exist`);
    return Buffer.from(licence).toString();
  }
}

export const contracts = [LicenceContract, NaiveContract];
