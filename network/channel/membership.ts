/** Who is on a channel, and the change set by which one agency more is. */
import { X509Certificate } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { memberGroup, type Organisation } from '#network/channel/genesis';
import { readMsp, type Authorities } from '#network/channel/msp';
import { additionUpdate, consentOf, groupAt, valueAt, type SignedUpdate } from '#network/channel/update';

const APPLICATION = 'Application';
const ADMINISTRATOR = /^OU=admin$/m;

/** An organisation as a channel names it. */
export interface Member {
  readonly mspId: string;
  /** PEM */
  readonly rootCertificates: readonly string[];
  /** PEM */
  readonly tlsRootCertificates: readonly string[];
}

export interface OrdererAddress {
  /** host:port */
  readonly address: string;
  /** PEM, all authorities of its agency */
  readonly tlsRoot: string;
}

/** How many of so many must agree: Fabric's MAJORITY. */
export const majorityOf = (count: number): number => Math.floor(count / 2) + 1;

/** Those who endorse, in the order of their names. */
export function membersOf(config: common.Config): Member[] {
  return namesIn(groupAt(config, [APPLICATION])).map((mspId) => memberAt(config, [APPLICATION, mspId]));
}

/** Where changes and transactions are ordered. */
export function orderersOf(config: common.Config): OrdererAddress[] {
  return namesIn(groupAt(config, ['Orderer'])).flatMap((mspId) => {
    const tlsRoot = memberAt(config, ['Orderer', mspId]).tlsRootCertificates.join('');
    const addresses = common.OrdererAddresses.deserializeBinary(valueAt(config, ['Orderer', mspId], 'Endpoints')).getAddressesList();
    return addresses.map((address) => ({ address, tlsRoot }));
  });
}

/** The change set that makes an agency one of those who endorse. */
export function joiningUpdate(channel: string, config: common.Config, newcomer: Organisation): Uint8Array {
  return additionUpdate(channel, config, APPLICATION, newcomer.mspId, memberGroup(newcomer));
}

/**
 * Which agency a change set would add. That it does nothing else is known only by making it again from the answer, and comparing.
 *
 * @returns undefined where it adds none, or several, or one that cannot be read
 */
export function newcomerOf(update: Uint8Array): Organisation | undefined {
  try {
    return readNewcomer(update);
  } catch {
    return undefined;
  }
}

function readNewcomer(update: Uint8Array): Organisation | undefined {
  const parsed = common.ConfigUpdate.deserializeBinary(update);
  const [reading, writing] = [parsed.getReadSet(), parsed.getWriteSet()].map((set) => set?.getGroupsMap().get(APPLICATION));
  if (!reading || !writing) return undefined;
  const added = namesIn(writing).filter((name) => !reading.getGroupsMap().has(name));
  const group = writing.getGroupsMap().get(added[0] ?? '');
  const [msp, anchors] = ['MSP', 'AnchorPeers'].map((name) => group?.getValuesMap().get(name)?.getValue_asU8());
  if (added.length !== 1 || !msp || !anchors) return undefined;
  const { mspId, rootCertificates: [rootCertificate = ''], tlsRootCertificates: [tlsRootCertificate = ''] } = readMsp(msp);
  const readable = [rootCertificate, tlsRootCertificate].every((root) => new X509Certificate(root).ca);
  const [anchor] = peer.AnchorPeers.deserializeBinary(anchors).getAnchorPeersList();
  return readable ? { mspId, rootCertificate, tlsRootCertificate, ordererAddresses: [], ...(anchor && { anchor: { host: anchor.getHost(), port: anchor.getPort() } }) } : undefined;
}

/** Whether the channel has this very agency, whatever the agency has revoked since. */
export function isOnChannel(config: common.Config, { mspId, rootCertificate, tlsRootCertificate }: Authorities): boolean {
  const known = membersOf(config).find((member) => member.mspId === mspId);
  return known !== undefined && known.rootCertificates.join('') === rootCertificate && known.tlsRootCertificates.join('') === tlsRootCertificate;
}

/** The first good signature of each member's administrators; the orderers ignore all others. */
export function consents(config: common.Config, { update, signatures }: Pick<SignedUpdate, 'update' | 'signatures'>): Map<string, common.ConfigSignature> {
  const members = new Map(membersOf(config).map((member) => [member.mspId, member]));
  const found = new Map<string, common.ConfigSignature>();
  for (const signature of signatures) {
    const consent = consentOf(update, signature);
    const member = consent && members.get(consent.mspId);
    if (!member || found.has(member.mspId) || !ADMINISTRATOR.test(consent.certificate.subject)) continue;
    if (member.rootCertificates.some((root) => isIssued(consent.certificate, root))) found.set(member.mspId, signature);
  }
  return found;
}

function isIssued(certificate: X509Certificate, root: string): boolean {
  const authority = new X509Certificate(root);
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function memberAt(config: common.Config, groups: readonly string[]): Member {
  const { rootCertificates, tlsRootCertificates } = readMsp(valueAt(config, groups, 'MSP'));
  return { mspId: groups.at(-1)!, rootCertificates, tlsRootCertificates };
}

function namesIn(group: common.ConfigGroup): string[] {
  const names: string[] = [];
  group.getGroupsMap().forEach((_, name) => names.push(name));
  return names.sort();
}
