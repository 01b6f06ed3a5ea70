/** A ledger in memory as blocks: what its rules wrote, in Fabric's messages, unsigned, for an index that reads blocks. So a test moves through the months, and the rules are the real ones. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, ledger as ledgerProtos, msp, peer } from '@hyperledger/fabric-protos';
import protobufTimestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Test } from 'tap';
import { Projection } from '#gateway/ledger/projection';
import type { TestLedger } from './ledger.js';

const CHAINCODE = 'yizheng';
const TRANSACTION = 3;

interface Transaction {
  readonly txId: string;
  readonly at: string;
  readonly writes: ReadonlyMap<string, Uint8Array>;
}

function envelopeOf({ txId, at, writes }: Transaction): Uint8Array {
  const set = new ledgerProtos.rwset.kvrwset.KVRWSet();
  set.setWritesList([...writes].map(([key, value]) => { const write = new ledgerProtos.rwset.kvrwset.KVWrite(); write.setKey(key); write.setValue(value); return write; }));
  const named = new ledgerProtos.rwset.NsReadWriteSet();
  named.setNamespace(CHAINCODE);
  named.setRwset(set.serializeBinary());
  const all = new ledgerProtos.rwset.TxReadWriteSet();
  all.setNsRwsetList([named]);
  const action = new peer.ChaincodeAction();
  action.setResults(all.serializeBinary());
  const response = new peer.ProposalResponsePayload();
  response.setExtension$(action.serializeBinary());
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(response.serializeBinary());
  const proposal = new peer.ChaincodeProposalPayload();
  const input = new peer.ChaincodeInvocationSpec();
  const spec = new peer.ChaincodeSpec();
  const args = new peer.ChaincodeInput();
  args.setArgsList([Buffer.from('Submit')]);
  spec.setInput(args);
  input.setChaincodeSpec(spec);
  proposal.setInput(input.serializeBinary());
  const payload = new peer.ChaincodeActionPayload();
  payload.setAction(endorsed);
  payload.setChaincodeProposalPayload(proposal.serializeBinary());
  const one = new peer.TransactionAction();
  one.setPayload(payload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([one]);
  const channel = new common.ChannelHeader();
  channel.setType(TRANSACTION);
  channel.setTxId(txId);
  channel.setTimestamp(protobufTimestamp.Timestamp.fromDate(new Date(at)));
  const creator = new msp.SerializedIdentity();
  creator.setMspid('TestMSP');
  const signed = new common.SignatureHeader();
  signed.setCreator(creator.serializeBinary());
  const header = new common.Header();
  header.setChannelHeader(channel.serializeBinary());
  header.setSignatureHeader(signed.serializeBinary());
  const whole = new common.Payload();
  whole.setHeader(header);
  whole.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(whole.serializeBinary());
  return envelope.serializeBinary();
}

export function blockOf(number: number, transactions: readonly Transaction[]): common.Block {
  const block = new common.Block();
  const header = new common.BlockHeader();
  header.setNumber(number);
  block.setHeader(header);
  const data = new common.BlockData();
  data.setDataList(transactions.map(envelopeOf));
  block.setData(data);
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList([new Uint8Array(), new Uint8Array(), new Uint8Array(transactions.length)]);
  block.setMetadata(metadata);
  return block;
}

/** Writes blocks of all that the ledger carries out, one a transaction, into every index that follows. */
export class Chain {
  readonly blocks: common.Block[] = [];
  readonly #indexes: Projection[] = [];

  /** What is on the ledger already is block 0. */
  constructor(readonly ledger: TestLedger) {
    this.#add({ txId: 'setup', at: ledger.now, writes: new Map(ledger.state.map) });
    let [writes, txId] = [new Map<string, Uint8Array>(), ''];
    const [put, moment, submit] = [ledger.state.put.bind(ledger.state), ledger.moment.bind(ledger), ledger.submit.bind(ledger)];
    ledger.state.put = (key, value) => { writes.set(key, value); return put(key, value); };
    ledger.moment = () => { const made = moment(); txId = made.txId; return made; };
    ledger.submit = async (...request) => {
      writes = new Map();
      const results = await submit(...request);
      if (writes.size > 0) await this.#follow(this.#add({ txId, at: ledger.now, writes }));
      return results;
    };
  }

  #add(transaction: Transaction): common.Block {
    const block = blockOf(this.blocks.length, [transaction]);
    this.blocks.push(block);
    return block;
  }

  async #follow(block: common.Block): Promise<void> {
    for (const index of this.#indexes) await index.apply(block);
  }

  /** An index of its own, with everything so far; closed with the test. @param changed a block as this index is told it */
  async index(t: Test, changed: (block: common.Block) => common.Block = (block) => block): Promise<Projection> {
    const directory = mkdtempSync(join(tmpdir(), 'yizheng-index-'));
    const index = await Projection.open(directory, CHAINCODE);
    t.teardown(async () => { await index.close(); rmSync(directory, { recursive: true }); });
    for (const block of this.blocks) await index.apply(changed(block));
    this.#indexes.push(index);
    return index;
  }

  /** Number of the last block. */
  get head(): number {
    return this.blocks.length - 1;
  }
}
