import { setTimeout as delay } from 'node:timers/promises';
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { common, gateway, ledger as ledgerProtos, peer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import t from 'tap';
import { createAuthority, issueIdentity } from '#network/ca/authority';
import { isLowS, signLowS } from '#network/ecdsa';
import { connectAs, contractOf, issueBy, refusalOf, type Running, startLedger, text } from '#test/network/embedded/support';

/** Takes an endorsed transaction apart, changes what the endorser signed or what it was asked, and packs it again. */
function forge(bytes: Uint8Array, change: (parts: { action: peer.ChaincodeActionPayload; result: peer.ProposalResponsePayload; header: common.Header }) => void): Uint8Array {
  const prepared = gateway.PreparedTransaction.deserializeBinary(bytes);
  const envelope = prepared.getEnvelope()!;
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
  const transactionAction = transaction.getActionsList()[0]!;
  const action = peer.ChaincodeActionPayload.deserializeBinary(transactionAction.getPayload_asU8());
  const result = peer.ProposalResponsePayload.deserializeBinary(action.getAction()!.getProposalResponsePayload_asU8());
  change({ action, result, header: payload.getHeader()! });
  action.getAction()!.setProposalResponsePayload(result.serializeBinary());
  transactionAction.setPayload(action.serializeBinary());
  payload.setData(transaction.serializeBinary());
  envelope.setPayload(payload.serializeBinary());
  return prepared.serializeBinary();
}

async function outcomeOf({ gateway: sdk }: Running, bytes: Uint8Array): Promise<number> {
  const submitted = await sdk.newTransaction(bytes).submit();
  return (await submitted.getStatus()).code;
}

t.test('when a client changes what was endorsed', async (t) => {
  const running = await startLedger(t);
  const { contract } = running;
  const endorse = async (): Promise<Uint8Array> => (await contract.newProposal('put', { arguments: ['k', 'honest'] }).endorse()).getBytes();

  const otherWrites = forge(await endorse(), ({ result }) => {
    const chaincodeAction = peer.ChaincodeAction.deserializeBinary(result.getExtension_asU8());
    const set = ledgerProtos.rwset.TxReadWriteSet.deserializeBinary(chaincodeAction.getResults_asU8());
    const write = new ledgerProtos.rwset.kvrwset.KVWrite();
    write.setKey('k');
    write.setValue(Buffer.from('forged'));
    const values = new ledgerProtos.rwset.kvrwset.KVRWSet();
    values.setWritesList([write]);
    set.getNsRwsetList()[0]!.setRwset(values.serializeBinary());
    chaincodeAction.setResults(set.serializeBinary());
    result.setExtension$(chaincodeAction.serializeBinary());
  });
  t.equal(await outcomeOf(running, otherWrites), 10, 'another write set: endorsement policy failure');

  const noEndorsement = forge(await endorse(), ({ action }) => action.getAction()!.setEndorsementsList([]));
  t.equal(await outcomeOf(running, noEndorsement), 10, 'no endorsement');

  const selfEndorsed = forge(await endorse(), ({ action, result, header }) => {
    const endorsement = action.getAction()!.getEndorsementsList()[0]!;
    const { creator } = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()).toObject();
    const endorser = Buffer.from(creator as string, 'base64');
    endorsement.setEndorser(endorser);
    endorsement.setSignature(signLowS(Buffer.concat([result.serializeBinary(), endorser]), createPrivateKey(running.credentials.privateKey)));
  });
  t.equal(await outcomeOf(running, selfEndorsed), 10, 'endorsed by a client: not a peer');

  const otherArguments = forge(await endorse(), ({ action }) => {
    const proposal = peer.ChaincodeProposalPayload.deserializeBinary(action.getChaincodeProposalPayload_asU8());
    const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8());
    spec.getChaincodeSpec()!.getInput()!.setArgsList(['put', 'k', 'never asked'].map((arg) => Buffer.from(arg)));
    proposal.setInput(spec.serializeBinary());
    action.setChaincodeProposalPayload(proposal.serializeBinary());
  });
  t.equal(await outcomeOf(running, otherArguments), 5, 'other arguments than were endorsed: the proposal hash differs');

  const twice = await endorse();
  t.equal(await outcomeOf(running, twice), 0);
  const height = await running.ledger.height();
  t.equal(await outcomeOf(running, twice), 0, 'a second copy is answered with the first outcome');
  t.equal(text(await contract.evaluateTransaction('get', 'k')), 'honest');
  while ((await running.ledger.height()) === height) await delay(1); // its block comes after the answer
  const block = common.Block.deserializeBinary(await running.ledger.block(height));
  t.same([...block.getMetadata()!.getMetadataList_asU8()[2]!], [9], 'and is in the chain as a duplicate');
});

t.test('when a proposal is not what it says', async (t) => {
  const running = await startLedger(t);
  const { contract, gateway: sdk, credentials, ledger } = running;
  const key = createPrivateKey(credentials.privateKey);

  /** The proposal with a changed channel header, signed by its creator all the same. */
  const send = (change: (header: common.ChannelHeader) => void): Promise<{ code: number; message: string }> => {
    const proposed = gateway.ProposedTransaction.deserializeBinary(contract.newProposal('put', { arguments: ['k', 'v'] }).getBytes());
    const proposal = peer.Proposal.deserializeBinary(proposed.getProposal()!.getProposalBytes_asU8());
    const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
    const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
    change(channelHeader);
    header.setChannelHeader(channelHeader.serializeBinary());
    proposal.setHeader(header.serializeBinary());
    proposed.getProposal()!.setProposalBytes(proposal.serializeBinary());
    const signature = signLowS(proposal.serializeBinary(), key);
    return refusalOf(sdk.newSignedProposal(proposed.serializeBinary(), signature).endorse());
  };

  t.match(await send((header) => header.setTxId(randomBytes(32).toString('hex'))), { code: 9, message: /transaction id/ });
  t.match(await send((header) => header.setChannelId('other')), { code: 9, message: /channel/ });
  t.match(await send((header) => header.setEpoch(1)), { code: 9, message: /epoch/ });
  t.match(await send((header) => header.setType(1)), { code: 9, message: /type/ });
  const shifted = (ms: number) => (header: common.ChannelHeader): void => header.setTimestamp(timestamps.Timestamp.fromDate(new Date(Date.now() + ms)));
  t.match(await send(shifted(-16 * 60_000)), { code: 9, message: /timestamp/ });
  t.match(await send(shifted(16 * 60_000)), { code: 9, message: /timestamp/ });

  const unsigned = contract.newProposal('put', { arguments: ['k', 'v'] });
  const garbage = sdk.newSignedProposal(unsigned.getBytes(), Buffer.from('not a signature'));
  t.match(await refusalOf(garbage.endorse()), { code: 9, message: /signature/ });
  const high = sdk.newSignedProposal(unsigned.getBytes(), highS(unsigned.getDigest(), credentials.privateKey));
  t.match(await refusalOf(high.endorse()), { code: 9, message: /signature/ }, 'the other of two valid signatures');
  const endorsed = await contract.newProposal('put', { arguments: ['k', 'v'] }).endorse();
  const highTransaction = sdk.newSignedTransaction(endorsed.getBytes(), highS(endorsed.getDigest(), credentials.privateKey));
  t.match(await refusalOf(highTransaction.submit()), { code: 7 });
  t.equal(await ledger.height(), 1n, 'nothing was ordered');
});

t.test('when the sender is not a member', async (t) => {
  const { directory, ledger } = await startLedger(t);
  const refusal = async (credentials: { certificate: string; privateKey: string }, mspId = ledger.mspId): Promise<string> => {
    const stranger = { ...ledger, client: ledger.client, mspId } as typeof ledger;
    const { code, message } = await refusalOf(contractOf(connectAs(stranger, credentials)).submitTransaction('put', 'k', 'v'));
    t.equal(code, 9);
    return message;
  };
  const member = await issueBy(directory, { commonName: 'm', role: 'client' });
  t.match(await refusal(member, 'OtherMSP'), /unknown/);
  const authority = await createAuthority({ commonName: 'YizhengMSP embedded authority', organization: 'YizhengMSP' });
  t.match(await refusal(await issueIdentity(authority, { commonName: 'm', role: 'client' })), /not issued/, 'an authority of the same name');
  t.match(await refusal(authority), /not issued/, 'a self-signed one');
  t.match(await refusal(await issueBy(directory, { commonName: 'm', role: 'client', notBefore: new Date(0), notAfter: new Date(Date.now() - 1000) })), /expired/);
  t.match(await refusal(await issueBy(directory, { commonName: 'm', role: 'client', notBefore: new Date(Date.now() + 60_000) })), /not yet valid/);
  t.match(await refusal({ ...member, certificate: member.certificate + member.certificate }), /malformed/, 'two certificates in one text');
  t.match(await refusal({ ...member, certificate: 'nonsense' }), /malformed/);
});

/** A valid signature with s in the upper half, which everything but Fabric accepts. */
function highS(message: Uint8Array, privateKey: string): Buffer {
  for (;;) {
    const signature = sign('sha256', message, privateKey);
    if (!isLowS(signature)) return signature;
  }
}
