import { createPrivateKey } from 'node:crypto';
import type { Transaction } from '@hyperledger/fabric-gateway';
import { gateway as gatewayProtos } from '@hyperledger/fabric-protos';
import type { Test } from 'tap';
import { createAuthority, issueIdentity } from '#network/ca/authority';
import { signLowS } from '#network/ecdsa';
import { readActions, readIdentity, readPayload } from '#network/transaction';
import { connectAs, contractOf, endorse, enter, json, refusalOf, submit, text, type Place } from '#test/conformance/place';

/** The SDK's calls, and what a contract learns of its caller. */
export async function calls(t: Test, place: Place): Promise<void> {
  const { contract, gateway, credentials } = await enter(place);
  const { ledger } = place;
  const endorsed = await endorse(contract, ['increment', 'calls']);
  t.equal(text(endorsed.getResult()), '1', 'the result is known before the outcome');
  const height = await ledger.height();
  const commit = await endorsed.submit();
  t.match(await commit.getStatus(), { code: 0, successful: true, blockNumber: height, transactionId: endorsed.getTransactionId() });
  t.equal(await ledger.height(), height + 1n);
  t.equal(text(await contract.evaluateTransaction('get', 'calls')), '1');
  t.equal(await ledger.height(), height + 1n, 'reading makes no block');

  const who = json(await contract.evaluateTransaction('who')) as { seconds: string };
  t.match(who, { msp: ledger.mspId, agency: 'agency-1', channel: ledger.channel }, 'attributes come from the certificate');
  t.ok(Math.abs(Number(who.seconds) - Date.now() / 1000) < 60, "the time is the client's");
  t.equal(text(await contract.evaluate('transient', { transientData: { secret: 's' } })), 's');
  const whole = gateway.getNetwork(ledger.channel).getContract(ledger.chaincode);
  t.match(json(await whole.evaluateTransaction('org.hyperledger.fabric:GetMetadata')), { contracts: { test: {}, licence: {} } });

  t.equal(text(await contract.evaluate('get', { arguments: ['calls'], endorsingOrganizations: [ledger.mspId] })), '1');
  const own = await contract.newProposal('put', { arguments: ['own', '1'], endorsingOrganizations: [ledger.mspId] }).endorse();
  t.same(endorsersOf(own), [ledger.mspId], 'those endorse that were named');

  const key = createPrivateKey(credentials.privateKey);
  const proposal = gateway.newSignedProposal(...signedBy(key, contract.newProposal('put', { arguments: ['offline', '1'] })));
  const transaction = gateway.newSignedTransaction(...signedBy(key, await proposal.endorse()));
  const status = await gateway.newSignedCommit(...signedBy(key, await transaction.submit())).getStatus();
  t.equal(status.code, 0, 'signed elsewhere');
}

function endorsersOf(transaction: Transaction): string[] {
  const envelope = gatewayProtos.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope()!;
  const { data } = readPayload(envelope.getPayload_asU8());
  return readActions(data)[0]!.endorsements.map(({ endorser }) => readIdentity(endorser).mspId);
}

function signedBy(key: ReturnType<typeof createPrivateKey>, part: { getBytes(): Uint8Array; getDigest(): Uint8Array }): [Uint8Array, Uint8Array] {
  return [part.getBytes(), signLowS(part.getDigest(), key)];
}

/** Every refusal leaves the ledger as it was and says which kind it is. */
export async function errors(t: Test, place: Place): Promise<void> {
  const { contract, gateway } = await enter(place);
  const { ledger } = place;
  const height = await ledger.height();
  t.match(await refusalOf(contract.submitTransaction('refuse', 'CODE: no')), { name: 'EndorseError', code: 10, details: ['chaincode response 500, CODE: no'] });
  t.match(await refusalOf(contract.evaluateTransaction('refuse', 'CODE: no')), { name: 'GatewayError', code: 2, details: ['chaincode response 500, CODE: no'] });
  t.match(await refusalOf(contract.submitTransaction('noSuchFunction')), { name: 'EndorseError', code: 10 });
  t.match(await refusalOf(contract.submitTransaction('put', 'one argument')), { name: 'EndorseError', code: 10 }, 'too few arguments');
  const nowhere = gateway.getNetwork('elsewhere').getContract(ledger.chaincode);
  t.equal((await refusalOf(nowhere.submitTransaction('put', 'k', 'v'))).name, 'EndorseError', 'a channel that is not there');
  const nobody = gateway.getNetwork(ledger.channel).getContract('no-such-chaincode');
  t.equal((await refusalOf(nobody.submitTransaction('put', 'k', 'v'))).name, 'EndorseError', 'a contract that is not there');

  const unsigned = contract.newProposal('put', { arguments: ['k', 'v'] });
  t.equal((await refusalOf(gateway.newSignedProposal(unsigned.getBytes(), Buffer.from('not a signature')).endorse())).name, 'EndorseError', 'a wrong signature');
  const authority = await createAuthority({ commonName: 'stranger', organization: ledger.mspId });
  const stranger = await issueIdentity(authority, { commonName: 'stranger', role: 'client' });
  t.equal((await refusalOf(contractOf(ledger, connectAs(ledger, stranger)).submitTransaction('put', 'k', 'v'))).name, 'EndorseError', "a stranger's certificate");
  const { credentials } = await enter(place);
  t.equal((await refusalOf(contractOf(ledger, connectAs(ledger, credentials, 'OtherMSP')).submitTransaction('put', 'k', 'v'))).name, 'EndorseError', "a member under another's name");
  t.equal(await ledger.height(), height, 'nothing was ordered');
  t.match(await refusalOf(ledger.block(height + 1_000n)), { name: 'LedgerFault', code: 'LEDGER_REFUSED' }, 'a block that is not there');
  t.equal((await submit(contract, 'put', 'after', 'all')).code, 0, 'and it goes on');
}
