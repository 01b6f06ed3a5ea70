import { createPrivateKey } from 'node:crypto';
import { gateway, msp } from '@hyperledger/fabric-protos';
import t from 'tap';
import { signLowS } from '#network/ecdsa';
import { connectAs, contractOf, refusalOf, type Running, startLedger, text } from '#test/network/embedded/support';

t.test('when the stock SDK is used as with a network', async (t) => {
  const { contract, gateway: sdk, ledger, credentials } = await startLedger(t);

  t.equal(text(await contract.submitTransaction('increment', 'n')), '1', 'submit returns the result');
  t.equal(text(await contract.evaluateTransaction('get', 'n')), '1', 'evaluate reads what was committed');
  t.equal(await ledger.height(), 2n, 'evaluate makes no block');

  const commit = await contract.submitAsync('put', { arguments: ['a', 'x'] });
  const status = await commit.getStatus();
  t.match(status, { code: 0, successful: true, blockNumber: 2n, transactionId: commit.getTransactionId() });

  const who = JSON.parse(text(await contract.evaluateTransaction('who'))) as { seconds: string };
  t.match(who, { msp: 'YizhengMSP', agency: 'agency-1', channel: 'yizheng' }, 'attributes come from the certificate');
  t.ok(Math.abs(Number(who.seconds) - Date.now() / 1000) < 60, 'the timestamp is the client\'s');
  t.equal(text(await contract.evaluate('transient', { transientData: { secret: 's' } })), 's');
  t.match(JSON.parse(text(await contract.evaluateTransaction('org.hyperledger.fabric:GetMetadata'))), { contracts: { test: {} } });

  await t.test('signing elsewhere', async (t) => {
    const key = createPrivateKey(credentials.privateKey);
    const unsigned = contract.newProposal('put', { arguments: ['offline', '1'] });
    const proposal = sdk.newSignedProposal(unsigned.getBytes(), signLowS(unsigned.getDigest(), key));
    const endorsed = await proposal.endorse();
    const transaction = sdk.newSignedTransaction(endorsed.getBytes(), signLowS(endorsed.getDigest(), key));
    const submitted = await transaction.submit();
    const signed = sdk.newSignedCommit(submitted.getBytes(), signLowS(submitted.getDigest(), key));
    t.equal((await signed.getStatus()).code, 0);
    t.equal(text(await contract.evaluateTransaction('get', 'offline')), '1');
  });
});

t.test('when the contract refuses', async (t) => {
  const { contract, ledger } = await startLedger(t);
  const endorse = await refusalOf(contract.submitTransaction('refuse', 'CODE: no'));
  t.match(endorse, { name: 'EndorseError', code: 10, details: ['chaincode response 500, CODE: no'] });
  const evaluate = await refusalOf(contract.evaluateTransaction('refuse', 'CODE: no'));
  t.match(evaluate, { name: 'GatewayError', code: 2, details: ['chaincode response 500, CODE: no'] });
  t.match(await refusalOf(contract.submitTransaction('noSuchFunction')), { code: 10 });
  t.match(await refusalOf(contract.submitTransaction('put', 'one argument')), { code: 10 }, 'too few arguments');
  t.match((await refusalOf(contract.submitTransaction('privately'))).details, [/private data is not supported/]);
  t.match(await refusalOf(contract.submitTransaction('putLoneSurrogate')), { code: 10 }, 'a key without UTF-8 form');
  t.equal(await ledger.height(), 1n, 'nothing was ordered');

  t.equal(text(await contract.submitTransaction('forgetful')), 'done');
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(text(await contract.evaluateTransaction('get', 'late')), '', 'a write after the end is lost, and nothing else');
});

/** A CommitStatus call as the SDK would make it, with a deadline; resolves to the gRPC code. */
function askStatus({ ledger, credentials }: Running, txId: string, deadlineMs: number): Promise<number> {
  const creator = new msp.SerializedIdentity();
  creator.setMspid(ledger.mspId);
  creator.setIdBytes(Buffer.from(credentials.certificate));
  const request = new gateway.CommitStatusRequest();
  request.setChannelId('yizheng');
  request.setTransactionId(txId);
  request.setIdentity(creator.serializeBinary());
  const signed = new gateway.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  signed.setSignature(signLowS(signed.getRequest_asU8(), createPrivateKey(credentials.privateKey)));
  const serialize = (): Buffer => Buffer.from(signed.serializeBinary());
  return new Promise((resolve) => {
    ledger.client.makeUnaryRequest('/gateway.Gateway/CommitStatus', serialize, (bytes) => bytes, signed, { deadline: Date.now() + deadlineMs }, (error) => resolve(error?.code ?? 0));
  });
}

t.test('when nobody answers in time', async (t) => {
  const running = await startLedger(t);
  const { ledger, contract, credentials } = running;
  const endorsed = await contract.newProposal('put', { arguments: ['k2', 'v'] }).endorse();
  t.equal(await askStatus(running, endorsed.getTransactionId(), 50), 4, 'an unknown transaction is waited for until the deadline');
  const waiting = askStatus(running, endorsed.getTransactionId(), 10_000);
  await endorsed.submit();
  t.equal(await waiting, 0, 'who waits is told');
  t.equal(await askStatus(running, endorsed.getTransactionId(), 10_000), 0, 'a known one is answered at once');
  t.match(await refusalOf(contractOf(connectAs(ledger, credentials, { endorseMs: 0 })).submitTransaction('put', 'k', 'v')), { code: 4 });
});
