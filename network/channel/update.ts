/** Changes of a running channel's configuration, signed by those whom its policies ask. */
import { randomBytes } from 'node:crypto';
import { common, msp } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Credentials } from '#network/ca/authority';
import { readP256PrivateKey, signLowS } from '#network/ecdsa';
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

/** One agency's consent to a change set. */
export function signUpdate(update: Uint8Array, signer: ChannelSigner): common.ConfigSignature {
  const header = signatureHeader(signer).serializeBinary();
  const signature = new common.ConfigSignature();
  signature.setSignatureHeader(header);
  signature.setSignature(signLowS(Buffer.concat([header, update]), readP256PrivateKey(signer.privateKey)));
  return signature;
}

/** The envelope that an orderer takes. */
export function updateEnvelope(channel: string, update: Uint8Array, signatures: readonly common.ConfigSignature[], sender: ChannelSigner): common.Envelope {
  const content = new common.ConfigUpdateEnvelope();
  content.setConfigUpdate(update);
  content.setSignaturesList([...signatures]);
  const creator = signatureHeader(sender);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(CONFIG_UPDATE);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(transactionId(creator.getNonce_asU8(), creator.getCreator_asU8()));
  channelHeader.setTimestamp(timestamps.Timestamp.fromDate(new Date()));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(creator.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(content.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  envelope.setSignature(signLowS(envelope.getPayload_asU8(), readP256PrivateKey(sender.privateKey)));
  return envelope;
}

function groupAt(config: common.Config, groups: readonly string[]): common.ConfigGroup {
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
