/** Changes of a running channel's configuration, signed by those whom its policies ask. */
import { randomBytes, X509Certificate } from 'node:crypto';
import { common, msp } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Credentials } from '#network/ca/authority';
import { readP256PrivateKey, signLowS, verifyLowS } from '#network/ecdsa';
import { transactionId } from '#network/embedded/crypto';

const CONFIG_UPDATE = 2;

export interface ChannelSigner extends Credentials {
  readonly mspId: string;
}

/** A value of the configuration, by the groups that lead to it. */
export interface Change {
  /** below the channel's own group, e.g. Application, Agency1MSP */
  readonly groups: readonly string[];
  readonly value: string;
  readonly bytes: Uint8Array;
}

/** The bytes of a value as it is now. @throws RangeError where there is none */
export function valueAt(config: common.Config, groups: readonly string[], value: string): Uint8Array {
  const found = groupAt(config, groups).getValuesMap().get(value);
  if (!found) throw new RangeError(`the channel has no ${[...groups, value].join('/')}`);
  return found.getValue_asU8();
}

/** A change set: groups as they are, values one version on. Fabric refuses it when somebody else was faster. */
export function configUpdate(channel: string, config: common.Config, changes: readonly Change[]): Uint8Array {
  const [readSet, writeSet] = [bare(config.getChannelGroup()!), bare(config.getChannelGroup()!)];
  for (const { groups, value, bytes } of changes) {
    let [from, reading, writing] = [config.getChannelGroup()!, readSet, writeSet];
    for (const name of groups) {
      from = from.getGroupsMap().get(name) ?? from;
      reading = step(reading, name, from);
      writing = step(writing, name, from);
    }
    const old = from.getValuesMap().get(value);
    const changed = new common.ConfigValue();
    changed.setVersion((old?.getVersion() ?? -1) + 1);
    changed.setModPolicy(old?.getModPolicy() ?? 'Admins');
    changed.setValue(bytes);
    writing.getValuesMap().set(value, changed);
  }
  const update = new common.ConfigUpdate();
  update.setChannelId(channel);
  update.setReadSet(readSet);
  update.setWriteSet(writeSet);
  return update.serializeBinary();
}

/** A change set that puts one group more into another, as everything else in it stays: a list of members is one value, and named as a whole. */
export function additionUpdate(channel: string, config: common.Config, parent: string, name: string, group: common.ConfigGroup): Uint8Array {
  const from = groupAt(config, [parent]);
  const [readSet, writeSet] = [bare(config.getChannelGroup()!), bare(config.getChannelGroup()!)];
  const [reading, writing] = [listed(from), listed(from)];
  writing.setVersion(from.getVersion() + 1);
  writing.getGroupsMap().set(name, group);
  readSet.getGroupsMap().set(parent, reading);
  writeSet.getGroupsMap().set(parent, writing);
  const update = new common.ConfigUpdate();
  update.setChannelId(channel);
  update.setReadSet(readSet);
  update.setWriteSet(writeSet);
  return update.serializeBinary();
}

/** One agency's consent to a change set. */
export function signUpdate(update: Uint8Array, signer: ChannelSigner): common.ConfigSignature {
  const header = signatureHeader(signer).serializeBinary();
  const signature = new common.ConfigSignature();
  signature.setSignatureHeader(header);
  signature.setSignature(signLowS(Buffer.concat([header, update]), readP256PrivateKey(signer.privateKey)));
  return signature;
}

/** A change set and who has consented to it. */
export interface SignedUpdate {
  readonly channel: string;
  readonly update: Uint8Array;
  readonly signatures: readonly common.ConfigSignature[];
}

/** The envelope that an orderer takes; without a sender the one that agencies hand each other, which Fabric's own `peer channel signconfigtx` reads too. */
export function updateEnvelope({ channel, update, signatures }: SignedUpdate, sender?: ChannelSigner): common.Envelope {
  const content = new common.ConfigUpdateEnvelope();
  content.setConfigUpdate(update);
  content.setSignaturesList([...signatures]);
  const creator = sender ? signatureHeader(sender) : new common.SignatureHeader();
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(CONFIG_UPDATE);
  channelHeader.setChannelId(channel);
  if (sender) channelHeader.setTxId(transactionId(creator.getNonce_asU8(), creator.getCreator_asU8()));
  channelHeader.setTimestamp(timestamps.Timestamp.fromDate(new Date()));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(creator.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(content.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  if (sender) envelope.setSignature(signLowS(envelope.getPayload_asU8(), readP256PrivateKey(sender.privateKey)));
  return envelope;
}

/** @throws Error for bytes that are no such envelope */
export function readUpdate(bytes: Uint8Array): SignedUpdate {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const header = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array());
  if (header.getType() !== CONFIG_UPDATE) throw new TypeError('not a change of a channel');
  const content = common.ConfigUpdateEnvelope.deserializeBinary(payload.getData_asU8());
  const update = content.getConfigUpdate_asU8();
  return { channel: common.ConfigUpdate.deserializeBinary(update).getChannelId(), update, signatures: content.getSignaturesList() };
}

/** Who made a signature over the change set, if it is one. The certificate is judged by the caller. */
export function consentOf(update: Uint8Array, signature: common.ConfigSignature): { mspId: string; certificate: X509Certificate } | undefined {
  try {
    const header = signature.getSignatureHeader_asU8();
    const identity = msp.SerializedIdentity.deserializeBinary(common.SignatureHeader.deserializeBinary(header).getCreator_asU8());
    const certificate = new X509Certificate(identity.getIdBytes_asU8());
    const holds = verifyLowS(Buffer.concat([header, update]), signature.getSignature_asU8(), certificate.publicKey);
    return holds ? { mspId: identity.getMspid(), certificate } : undefined;
  } catch {
    return undefined;
  }
}

export function groupAt(config: common.Config, groups: readonly string[]): common.ConfigGroup {
  let group = config.getChannelGroup()!;
  for (const name of groups) {
    const next = group.getGroupsMap().get(name);
    if (!next) throw new RangeError(`the channel has no ${groups.join('/')}`);
    group = next;
  }
  return group;
}

/** The group with its version and nothing in it. */
function bare(group: common.ConfigGroup): common.ConfigGroup {
  const copy = new common.ConfigGroup();
  copy.setVersion(group.getVersion());
  copy.setModPolicy(group.getModPolicy());
  return copy;
}

/** The group with the versions of everything that is directly in it. */
function listed(group: common.ConfigGroup): common.ConfigGroup {
  const copy = bare(group);
  group.getGroupsMap().forEach((each, name) => copy.getGroupsMap().set(name, versioned(new common.ConfigGroup(), each)));
  group.getValuesMap().forEach((each, name) => copy.getValuesMap().set(name, versioned(new common.ConfigValue(), each)));
  group.getPoliciesMap().forEach((each, name) => copy.getPoliciesMap().set(name, versioned(new common.ConfigPolicy(), each)));
  return copy;
}

function versioned<T extends { getVersion(): number; setVersion(version: number): unknown }>(empty: T, from: T): T {
  empty.setVersion(from.getVersion());
  return empty;
}

function step(parent: common.ConfigGroup, name: string, from: common.ConfigGroup): common.ConfigGroup {
  const known = parent.getGroupsMap().get(name);
  if (known) return known;
  const made = bare(from);
  parent.getGroupsMap().set(name, made);
  return made;
}

function signatureHeader({ mspId, certificate }: ChannelSigner): common.SignatureHeader {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(Buffer.from(certificate));
  const header = new common.SignatureHeader();
  header.setCreator(identity.serializeBinary());
  header.setNonce(randomBytes(24));
  return header;
}
