/** How a channel is ordered: who the consenters are, what cuts a block, and the options of Raft and SmartBFT. */
import { common, orderer } from '@hyperledger/fabric-protos';
import { setIdentities, setImplicit, setValue, RULE } from '#network/channel/policies';

export interface Consenter {
  readonly mspId: string;
  readonly host: string;
  readonly port: number;
  /** PEM of the orderer's identity, by which BFT blocks are signed */
  readonly certificate: string;
  /** PEM; presented as server and as client */
  readonly tlsCertificate: string;
}

export interface BatchLimits {
  readonly messages: number;
  readonly preferredBytes: number;
  readonly absoluteBytes: number;
  readonly timeoutMs: number;
}

export interface RaftOptions {
  readonly type: 'etcdraft';
  readonly tickMs: number;
  /** ticks without a leader until an election */
  readonly electionTicks: number;
}

export interface BftOptions {
  readonly type: 'BFT';
  /** after which a follower sends a waiting request on to the leader */
  readonly forwardMs: number;
  /** after which a request that still waits makes the followers complain about the leader */
  readonly complainMs: number;
  readonly viewChangeMs: number;
  readonly heartbeatMs: number;
}

export interface Ordering {
  readonly consenters: readonly Consenter[];
  readonly batch: BatchLimits;
  readonly consensus: RaftOptions | BftOptions;
}

const BLOCK_VALIDATION = 'BlockValidation';
const SNAPSHOT_BYTES = 16 * 1024 * 1024;
const BFT_POOL = 400; // requests waiting at one orderer; Fabric's own default
const BFT_BUFFER = 200; // consensus messages waiting; Fabric's own default
const BFT_HEARTBEATS = 10;
const BFT_FORGET = '3m';

const ms = (value: number): string => `${String(value)}ms`;

/** Signatures on a block of `nodes` orderers, of which a third less one may lie. */
export const bftQuorum = (nodes: number): number => Math.ceil((nodes + Math.floor((nodes - 1) / 3) + 1) / 2);

/** Puts consensus, batch limits, consenters and the policy of block signatures into the orderer group. */
export function setOrdering(group: common.ConfigGroup, { consenters, batch, consensus }: Ordering): void {
  const size = new orderer.BatchSize();
  size.setMaxMessageCount(batch.messages);
  size.setAbsoluteMaxBytes(batch.absoluteBytes);
  size.setPreferredMaxBytes(batch.preferredBytes);
  const timeout = new orderer.BatchTimeout();
  timeout.setTimeout(ms(batch.timeoutMs));
  const type = new orderer.ConsensusType();
  type.setType(consensus.type);
  setValue(group, 'BatchSize', size);
  setValue(group, 'BatchTimeout', timeout);
  setValue(group, 'ChannelRestrictions', new orderer.ChannelRestrictions());
  if (consensus.type === 'etcdraft') {
    type.setMetadata(raftMetadata(consenters, consensus));
    // Writers of the orderer group are orderers, or any client could sign a block that peers take.
    setImplicit(group, BLOCK_VALIDATION, 'Writers', RULE.any);
  } else {
    type.setMetadata(bftMetadata(batch, consensus));
    setBftConsenters(group, consenters);
  }
  setValue(group, 'ConsensusType', type);
}

/** The consenter mapping of BFT, and with it whose signatures make a block valid. */
export function setBftConsenters(group: common.ConfigGroup, consenters: readonly Consenter[]): void {
  const mapping = new common.Orderers();
  mapping.setConsenterMappingList(consenters.map((each, index) => {
    const consenter = new common.Consenter();
    consenter.setId(index + 1);
    consenter.setHost(each.host);
    consenter.setPort(each.port);
    consenter.setMspId(each.mspId);
    consenter.setIdentity(Buffer.from(each.certificate));
    consenter.setClientTlsCert(Buffer.from(each.tlsCertificate));
    consenter.setServerTlsCert(Buffer.from(each.tlsCertificate));
    return consenter;
  }));
  setValue(group, 'Orderers', mapping);
  setIdentities(group, BLOCK_VALIDATION, bftQuorum(consenters.length), consenters);
}

function raftMetadata(consenters: readonly Consenter[], { tickMs, electionTicks }: RaftOptions): Uint8Array {
  const options = new orderer.etcdraft.Options();
  options.setTickInterval(ms(tickMs));
  options.setElectionTick(electionTicks);
  options.setHeartbeatTick(1);
  options.setMaxInflightBlocks(5);
  options.setSnapshotIntervalSize(SNAPSHOT_BYTES);
  const metadata = new orderer.etcdraft.ConfigMetadata();
  metadata.setConsentersList(consenters.map((each) => {
    const consenter = new orderer.etcdraft.Consenter();
    consenter.setHost(each.host);
    consenter.setPort(each.port);
    consenter.setClientTlsCert(Buffer.from(each.tlsCertificate));
    consenter.setServerTlsCert(Buffer.from(each.tlsCertificate));
    return consenter;
  }));
  metadata.setOptions(options);
  return metadata.serializeBinary();
}

function bftMetadata(batch: BatchLimits, { forwardMs, complainMs, viewChangeMs, heartbeatMs }: BftOptions): Uint8Array {
  const options = new orderer.smartbft.Options();
  options.setRequestBatchMaxCount(batch.messages);
  options.setRequestBatchMaxBytes(batch.absoluteBytes);
  options.setRequestBatchMaxInterval(ms(batch.timeoutMs));
  options.setRequestMaxBytes(batch.absoluteBytes);
  options.setRequestPoolSize(BFT_POOL);
  options.setIncomingMessageBufferSize(BFT_BUFFER);
  options.setRequestForwardTimeout(ms(forwardMs));
  options.setRequestComplainTimeout(ms(complainMs));
  options.setRequestAutoRemoveTimeout(BFT_FORGET);
  options.setViewChangeResendInterval(ms(viewChangeMs / 2));
  options.setViewChangeTimeout(ms(viewChangeMs));
  options.setLeaderHeartbeatTimeout(ms(heartbeatMs));
  options.setLeaderHeartbeatCount(BFT_HEARTBEATS);
  options.setCollectTimeout('1s');
  options.setSyncOnStart(true); // a quiet channel does not tell one that was down what it missed
  options.setSpeedUpViewChange(false);
  options.setLeaderRotation(orderer.smartbft.Options.Rotation.ROTATION_OFF);
  return options.serializeBinary();
}
