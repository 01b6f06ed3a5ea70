/** Takes a certificate out of use: its agency's revocation list goes into the channel, where every peer and orderer reads it. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { common } from '@hyperledger/fabric-protos';
import { issueRevocationList, type Revocation } from '#network/ca/authority';
import { orderersOf } from '#network/channel/membership';
import { withRevocations } from '#network/channel/msp';
import { configUpdate, signUpdate, updateEnvelope, valueAt, type Change } from '#network/channel/update';
import { broadcastToAny, channelConfig, type PeerCalls } from '#network/fabric/calls';
import { administratorOf, authorityOf, readHeld } from '#network/fabric/certificates';
import { NODE_FILES } from '#network/fabric/configuration';
import type { Agency, Site } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';

const listPath = ({ folder }: Agency): string => join(folder, 'ca', 'revoked.json');

/** What an agency has revoked so far. */
export function revocationsOf(agency: Agency): Revocation[] {
  if (!existsSync(listPath(agency))) return [];
  return (JSON.parse(readFileSync(listPath(agency), 'utf8')) as { serialNumber: string; at: string }[]).map(({ serialNumber, at }) => ({ serialNumber, at: new Date(at) }));
}

/** The agency whose authority issued a certificate. @throws NetworkFault CERTIFICATE_UNKNOWN */
export function issuerOf({ members }: Site, file: string): { agency: Agency; serialNumber: string } {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(readFileSync(file));
  } catch (cause) {
    throw new NetworkFault('CERTIFICATE_UNKNOWN', `${file} is not a certificate`, { cause });
  }
  const agency = members.find((each) => {
    const root = new X509Certificate(readHeld(authorityOf(each)).certificate);
    return certificate.checkIssued(root) && certificate.verify(root.publicKey);
  });
  if (!agency) throw new NetworkFault('CERTIFICATE_UNKNOWN', `${file} was issued by no agency in this directory`);
  return { agency, serialNumber: certificate.serialNumber.toLowerCase() };
}

/**
 * Sends an agency's list to the channel, then keeps it: a list that did not arrive is not remembered as if it had.
 * The agency's administrator alone may change what the channel says of the agency.
 *
 * @returns the sequence of the configuration that holds it
 */
export async function publishRevocations(site: Site, calls: PeerCalls, agency: Agency, revocations: readonly Revocation[]): Promise<number> {
  const list = await issueRevocationList(readHeld(authorityOf(agency)), revocations, new Date());
  const config = await channelConfig(calls, site.channel);
  const groups = [['Application', agency.mspId], ...(site.orderers.some((orderer) => orderer.agency === agency) ? [['Orderer', agency.mspId]] : [])];
  await submitChanges(site, config, agency, groups.map((path) => ({ groups: path, value: 'MSP', bytes: withRevocations(valueAt(config, path, 'MSP'), list) })));
  await writeFile(listPath(agency), JSON.stringify(revocations, undefined, 2), { mode: 0o600 });
  // The nodes' own copy, read at their next start.
  await Promise.all([...site.orderers, ...site.peers].filter((node) => node.agency === agency).map(async ({ folder }) => {
    const path = join(folder, NODE_FILES.msp, 'crls', 'revoked.pem');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, list);
  }));
  return config.getSequence() + 1;
}

async function submitChanges({ channel }: Site, config: common.Config, agency: Agency, changes: readonly Change[]): Promise<void> {
  const signer = { mspId: agency.mspId, ...readHeld(administratorOf(agency)) };
  const update = configUpdate(channel, config, changes);
  await broadcastToAny(orderersOf(config), updateEnvelope({ channel, update, signatures: [signUpdate(update, signer)] }, signer));
}
