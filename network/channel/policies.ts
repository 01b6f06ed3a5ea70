/** Fabric's policies and the values of a channel's configuration tree. */
import { common, msp } from '@hyperledger/fabric-protos';

export const ADMINS = 'Admins';
export const ROLE = { member: 0, admin: 1, client: 2, peer: 3, orderer: 4 } as const;
export const RULE = { any: 0, majority: 2 } as const;

const SIGNATURE_POLICY = 1;
const IMPLICIT_META_POLICY = 3;
const IDENTITY = 2; // MSPPrincipal.Classification

type Role = (typeof ROLE)[keyof typeof ROLE];

/** What may be put into the tree: any protobuf message. */
export interface Message {
  serializeBinary(): Uint8Array;
}

export function setValue(group: common.ConfigGroup, name: string, message: Message): void {
  const value = new common.ConfigValue();
  value.setModPolicy(ADMINS);
  value.setValue(message.serializeBinary());
  group.getValuesMap().set(name, value);
}

export function newGroup(): common.ConfigGroup {
  const group = new common.ConfigGroup();
  group.setModPolicy(ADMINS);
  return group;
}

/** Readers and Writers: any of the organisations below; Admins: a majority of them. */
export function setMetaPolicies(group: common.ConfigGroup): void {
  setImplicit(group, 'Readers', 'Readers', RULE.any);
  setImplicit(group, 'Writers', 'Writers', RULE.any);
  setImplicit(group, ADMINS, ADMINS, RULE.majority);
}

export function setImplicit(group: common.ConfigGroup, name: string, subPolicy: string, rule: (typeof RULE)[keyof typeof RULE]): void {
  const policy = new common.ImplicitMetaPolicy();
  policy.setSubPolicy(subPolicy);
  policy.setRule(rule);
  setPolicy(group, name, IMPLICIT_META_POLICY, policy);
}

/** Any one member of `mspId` in this role. */
export function setRole(group: common.ConfigGroup, name: string, mspId: string, role: Role): void {
  const mspRole = new msp.MSPRole();
  mspRole.setMspIdentifier(mspId);
  mspRole.setRole(role);
  const principal = new msp.MSPPrincipal();
  principal.setPrincipal(mspRole.serializeBinary());
  setPolicy(group, name, SIGNATURE_POLICY, outOf(1, [principal]));
}

/** `count` of these very certificates. */
export function setIdentities(group: common.ConfigGroup, name: string, count: number, identities: readonly { mspId: string; certificate: string }[]): void {
  const principals = identities.map(({ mspId, certificate }) => {
    const identity = new msp.SerializedIdentity();
    identity.setMspid(mspId);
    identity.setIdBytes(Buffer.from(certificate));
    const principal = new msp.MSPPrincipal();
    principal.setPrincipalClassification(IDENTITY);
    principal.setPrincipal(identity.serializeBinary());
    return principal;
  });
  setPolicy(group, name, SIGNATURE_POLICY, outOf(count, principals));
}

function outOf(count: number, principals: msp.MSPPrincipal[]): common.SignaturePolicyEnvelope {
  const some = new common.SignaturePolicy.NOutOf();
  some.setN(count);
  some.setRulesList(principals.map((_, index) => {
    const signedBy = new common.SignaturePolicy();
    signedBy.setSignedBy(index);
    return signedBy;
  }));
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(some);
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setRule(rule);
  envelope.setIdentitiesList(principals);
  return envelope;
}

function setPolicy(group: common.ConfigGroup, name: string, type: number, value: Message): void {
  const policy = new common.Policy();
  policy.setType(type);
  policy.setValue(value.serializeBinary());
  const configPolicy = new common.ConfigPolicy();
  configPolicy.setModPolicy(ADMINS);
  configPolicy.setPolicy(policy);
  group.getPoliciesMap().set(name, configPolicy);
}
