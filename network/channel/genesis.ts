/** Block 0 of a Fabric application channel. */
import { randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { setOrdering, type Ordering } from '#network/channel/consensus';
import { mspConfig, type Authorities } from '#network/channel/msp';
import { ADMINS, newGroup, ROLE, RULE, setImplicit, setMetaPolicies, setRole, setValue } from '#network/channel/policies';
import { dataHash, headerHash, writeBlock } from '#network/embedded/block';
import { transactionId } from '#network/embedded/crypto';

const CONFIG = 1;

export interface Organisation extends Authorities {
  /** host:port of its orderers; none: it orders nothing */
  readonly ordererAddresses: readonly string[];
  /** the peer that other organisations' peers may ask first */
  readonly anchor?: { readonly host: string; readonly port: number };
}

export interface GenesisRequest {
  readonly channel: string;
  readonly at: Date;
  /** in the order of their names; all of them endorse, those with orderer addresses order */
  readonly organisations: readonly Organisation[];
  readonly ordering: Ordering;
  /** of the channel: V3_0 for BFT */
  readonly capability: 'V2_0' | 'V3_0';
}

export interface Genesis {
  readonly bytes: Buffer;
  readonly headerHash: Buffer;
}

/** The block from which every orderer and peer of the channel starts. */
export function makeGenesis(request: GenesisRequest): Genesis {
  const config = new common.Config();
  config.setChannelGroup(channelGroup(request));
  const configEnvelope = new common.ConfigEnvelope();
  configEnvelope.setConfig(config);

  const nonce = randomBytes(24);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(CONFIG);
  channelHeader.setVersion(1);
  channelHeader.setChannelId(request.channel);
  channelHeader.setTxId(transactionId(nonce, new Uint8Array(0)));
  channelHeader.setTimestamp(timestamps.Timestamp.fromDate(request.at));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(configEnvelope.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());

  const envelopes = [envelope.serializeBinary()];
  const empty = new Uint8Array(0);
  const block = { number: 0, previousHash: empty, dataHash: dataHash(envelopes), envelopes, metadata: [empty, empty, Uint8Array.of(0), empty, empty] };
  return { bytes: writeBlock(block).bytes, headerHash: headerHash(block) };
}

function channelGroup(request: GenesisRequest): common.ConfigGroup {
  const group = newGroup();
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  const structure = new common.BlockDataHashingStructure();
  structure.setWidth(0xffffffff);
  setValue(group, 'HashingAlgorithm', hashing);
  setValue(group, 'BlockDataHashingStructure', structure);
  setValue(group, 'Capabilities', capabilities(request.capability));
  setMetaPolicies(group);
  group.getGroupsMap().set('Orderer', ordererGroup(request));
  group.getGroupsMap().set('Application', applicationGroup(request));
  return group;
}

function ordererGroup({ organisations, ordering }: GenesisRequest): common.ConfigGroup {
  const group = newGroup();
  setValue(group, 'Capabilities', capabilities('V2_0'));
  setMetaPolicies(group);
  setOrdering(group, ordering);
  for (const organisation of organisations) {
    if (organisation.ordererAddresses.length === 0) continue;
    const addresses = new common.OrdererAddresses();
    addresses.setAddressesList([...organisation.ordererAddresses]);
    const member = organisationGroup(organisation, ROLE.orderer);
    setValue(member, 'Endpoints', addresses);
    group.getGroupsMap().set(organisation.mspId, member);
  }
  return group;
}

function applicationGroup({ organisations }: GenesisRequest): common.ConfigGroup {
  const group = newGroup();
  setValue(group, 'Capabilities', capabilities('V2_5'));
  setMetaPolicies(group);
  setImplicit(group, 'Endorsement', 'Endorsement', RULE.majority);
  setImplicit(group, 'LifecycleEndorsement', 'Endorsement', RULE.majority);
  for (const organisation of organisations) group.getGroupsMap().set(organisation.mspId, memberGroup(organisation));
  return group;
}

/** An organisation as one of those who endorse. */
export function memberGroup(organisation: Organisation): common.ConfigGroup {
  const group = organisationGroup(organisation, ROLE.member);
  setRole(group, 'Endorsement', organisation.mspId, ROLE.peer);
  if (organisation.anchor) {
    const anchor = new peer.AnchorPeer();
    anchor.setHost(organisation.anchor.host);
    anchor.setPort(organisation.anchor.port);
    const anchors = new peer.AnchorPeers();
    anchors.setAnchorPeersList([anchor]);
    setValue(group, 'AnchorPeers', anchors);
  }
  return group;
}

function organisationGroup(organisation: Organisation, writer: typeof ROLE.member | typeof ROLE.orderer): common.ConfigGroup {
  const group = newGroup();
  const { mspId } = organisation;
  setValue(group, 'MSP', mspConfig(organisation));
  setRole(group, 'Readers', mspId, ROLE.member);
  setRole(group, 'Writers', mspId, writer);
  setRole(group, ADMINS, mspId, ROLE.admin);
  return group;
}

function capabilities(name: string): common.Capabilities {
  const list = new common.Capabilities();
  list.getCapabilitiesMap().set(name, new common.Capability());
  return list;
}
