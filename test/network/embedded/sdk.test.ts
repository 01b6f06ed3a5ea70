import { createPrivateKey } from 'node:crypto';
import { gateway, msp } from '@hyperledger/fabric-protos';
import t from 'tap';
import { signLowS } from '#network/ecdsa';
import { connectAs, contractOf, refusalOf, type Running, startLedger, text } from '#test/network/embedded/support';

t.test('when the contract asks for what this ledger does not do', async (t) => {
  const { contract, ledger } = await startLedger(t);
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
