/** What runs under the suite, on every ledger: the rules of the product, and the contract whose functions each show one thing. */
import { LicenceContract } from '#chaincode/contract';
import { TestContract } from '#test/network/embedded/contract';

export const contracts = [LicenceContract, TestContract];
