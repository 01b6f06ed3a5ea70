import { randomBytes } from 'node:crypto';
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { dataHash, headerHash, writeBlock } from '#network/embedded/block';
import { transactionId } from '#network/embedded/crypto';

const ADMINS = 'Admins';
const CONFIG = 1;
const SIGNATURE_POLICY = 1;
const IMPLICIT_META_POLICY = 3;
const ROLE = { member: 0, admin: 1, client: 2, peer: 3, orderer: 4 };
const RULE = { any: 0, majority: 2 };

// What the embedded orderer really does, so that the channel says the truth about its blocks.
export const MAX_BLOCK_MESSAGES = 500;
export const MAX_BLOCK_BYTES = 8 * 1024 * 1024;
export const MAX_ENVELOPE_BYTES = 10 * 1024 * 1024;

export interface GenesisRequest {
  channel: string;
  mspId: string;
  /** PEM */
  rootCertificate: string;
  /** PEM; named as the only consenter */
  ordererCertificate: string;
  at: Date;
}

export interface Genesis {
  bytes: Buffer;
  headerHash: Buffer;
}

/** Block 0: a Fabric application channel of one organisation that is peer and orderer at once. */
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
  const group = new common.ConfigGroup();
  group.setModPolicy(ADMINS);
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  const structure = new common.BlockDataHashingStructure();
  structure.setWidth(0xffffffff);
  setValue(group, 'HashingAlgorithm', hashing);
  setValue(group, 'BlockDataHashingStructure', structure);
  setValue(group, 'Capabilities', capabilities('V2_0'));
  setMetaPolicies(group);
  group.getGroupsMap().set('Orderer', ordererGroup(request));
  group.getGroupsMap().set('Application', applicationGroup(request));
  return group;
}

function ordererGroup(request: GenesisRequest): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(ADMINS);
  const consensus = new orderer.ConsensusType();
  consensus.setType('etcdraft');
  consensus.setMetadata(raftMetadata(request.ordererCertificate));
  const size = new orderer.BatchSize();
  size.setMaxMessageCount(MAX_BLOCK_MESSAGES);
  size.setAbsoluteMaxBytes(MAX_ENVELOPE_BYTES);
  size.setPreferredMaxBytes(MAX_BLOCK_BYTES);
  const timeout = new orderer.BatchTimeout();
  timeout.setTimeout('1ms'); // in truth none: a block takes whatever waits
  setValue(group, 'ConsensusType', consensus);
  setValue(group, 'BatchSize', size);
  setValue(group, 'BatchTimeout', timeout);
  setValue(group, 'ChannelRestrictions', new orderer.ChannelRestrictions());
  setValue(group, 'Capabilities', capabilities('V2_0'));
  setMetaPolicies(group);
  setPolicy(group, 'BlockValidation', IMPLICIT_META_POLICY, implicitMeta('Writers', RULE.any));
  group.getGroupsMap().set(request.mspId, organisationGroup(request, ['127.0.0.1:7050']));
  return group;
}

function applicationGroup(request: GenesisRequest): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(ADMINS);
  setValue(group, 'Capabilities', capabilities('V2_5'));
  setMetaPolicies(group);
  setPolicy(group, 'Endorsement', IMPLICIT_META_POLICY, implicitMeta('Endorsement', RULE.majority));
  setPolicy(group, 'LifecycleEndorsement', IMPLICIT_META_POLICY, implicitMeta('Endorsement', RULE.majority));
  group.getGroupsMap().set(request.mspId, organisationGroup(request));
  return group;
}

function organisationGroup(request: GenesisRequest, endpoints?: string[]): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(ADMINS);
  setValue(group, 'MSP', mspConfig(request));
  if (endpoints) {
    const addresses = new common.OrdererAddresses();
    addresses.setAddressesList(endpoints);
    setValue(group, 'Endpoints', addresses);
  }
  const { mspId } = request;
  setPolicy(group, 'Readers', SIGNATURE_POLICY, anyOf(mspId, ROLE.member));
  setPolicy(group, 'Writers', SIGNATURE_POLICY, anyOf(mspId, ROLE.member));
  setPolicy(group, ADMINS, SIGNATURE_POLICY, anyOf(mspId, ROLE.admin));
  if (!endpoints) setPolicy(group, 'Endorsement', SIGNATURE_POLICY, anyOf(mspId, ROLE.peer));
  return group;
}

function mspConfig({ mspId, rootCertificate }: GenesisRequest): msp.MSPConfig {
  const root = Buffer.from(rootCertificate);
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  const units = new msp.FabricNodeOUs();
  units.setEnable(true);
  const unit = (name: string): msp.FabricOUIdentifier => {
    const identifier = new msp.FabricOUIdentifier();
    identifier.setCertificate(root);
    identifier.setOrganizationalUnitIdentifier(name);
    return identifier;
  };
  units.setClientOuIdentifier(unit('client'));
  units.setPeerOuIdentifier(unit('peer'));
  units.setAdminOuIdentifier(unit('admin'));
  units.setOrdererOuIdentifier(unit('orderer'));
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(mspId);
  fabric.setRootCertsList([root]);
  fabric.setTlsRootCertsList([root]);
  fabric.setCryptoConfig(crypto);
  fabric.setFabricNodeOus(units);
  const config = new msp.MSPConfig();
  config.setConfig(fabric.serializeBinary());
  return config;
}

function raftMetadata(certificate: string): Uint8Array {
  const pem = Buffer.from(certificate);
  const consenter = new orderer.etcdraft.Consenter();
  consenter.setHost('127.0.0.1');
  consenter.setPort(7050);
  consenter.setClientTlsCert(pem);
  consenter.setServerTlsCert(pem);
  const options = new orderer.etcdraft.Options();
  options.setTickInterval('500ms');
  options.setElectionTick(10);
  options.setHeartbeatTick(1);
  options.setMaxInflightBlocks(5);
  options.setSnapshotIntervalSize(16 * 1024 * 1024);
  const metadata = new orderer.etcdraft.ConfigMetadata();
  metadata.setConsentersList([consenter]);
  metadata.setOptions(options);
  return metadata.serializeBinary();
}

function capabilities(name: string): common.Capabilities {
  const list = new common.Capabilities();
  list.getCapabilitiesMap().set(name, new common.Capability());
  return list;
}

function setMetaPolicies(group: common.ConfigGroup): void {
  setPolicy(group, 'Readers', IMPLICIT_META_POLICY, implicitMeta('Readers', RULE.any));
  setPolicy(group, 'Writers', IMPLICIT_META_POLICY, implicitMeta('Writers', RULE.any));
  setPolicy(group, ADMINS, IMPLICIT_META_POLICY, implicitMeta(ADMINS, RULE.majority));
}

function implicitMeta(subPolicy: string, rule: number): Uint8Array {
  const policy = new common.ImplicitMetaPolicy();
  policy.setSubPolicy(subPolicy);
  policy.setRule(rule as common.ImplicitMetaPolicy.RuleMap[keyof common.ImplicitMetaPolicy.RuleMap]);
  return policy.serializeBinary();
}

function anyOf(mspId: string, role: number): Uint8Array {
  const mspRole = new msp.MSPRole();
  mspRole.setMspIdentifier(mspId);
  mspRole.setRole(role as msp.MSPRole.MSPRoleTypeMap[keyof msp.MSPRole.MSPRoleTypeMap]);
  const principal = new msp.MSPPrincipal();
  principal.setPrincipal(mspRole.serializeBinary());
  const signedBy = new common.SignaturePolicy();
  signedBy.setSignedBy(0);
  const outOf = new common.SignaturePolicy.NOutOf();
  outOf.setN(1);
  outOf.setRulesList([signedBy]);
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(outOf);
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setRule(rule);
  envelope.setIdentitiesList([principal]);
  return envelope.serializeBinary();
}

function setPolicy(group: common.ConfigGroup, name: string, type: number, value: Uint8Array): void {
  const policy = new common.Policy();
  policy.setType(type);
  policy.setValue(value);
  const configPolicy = new common.ConfigPolicy();
  configPolicy.setModPolicy(ADMINS);
  configPolicy.setPolicy(policy);
  group.getPoliciesMap().set(name, configPolicy);
}

function setValue(group: common.ConfigGroup, name: string, message: { serializeBinary(): Uint8Array }): void {
  const value = new common.ConfigValue();
  value.setModPolicy(ADMINS);
  value.setValue(message.serializeBinary());
  group.getValuesMap().set(name, value);
}
