/** How the agencies of a channel take up another one: one proposes, each looks and signs, one submits and writes the invitation. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { common } from '@hyperledger/fabric-protos';
import { common as protos } from '@hyperledger/fabric-protos';
import type { Organisation } from '#network/channel/genesis';
import { consents, isOnChannel, joiningUpdate, majorityOf, membersOf, newcomerOf, orderersOf } from '#network/channel/membership';
import { readUpdate, signUpdate, updateEnvelope, type ChannelSigner, type SignedUpdate } from '#network/channel/update';
import { organisationOf, publicKey, type Application } from '#network/fabric/application';
import { broadcastToAny, channelConfig, type PeerCalls } from '#network/fabric/calls';
import type { Deployed } from '#network/fabric/card';
import { administratorOf, readHeld } from '#network/fabric/certificates';
import { deployedContract } from '#network/fabric/deployment';
import type { Agency, Site } from '#network/fabric/description';
import { writeWhole } from '#network/fabric/document';
import { NetworkFault } from '#network/fabric/fault';
import { readGenesis } from '#network/fabric/folders';
import { contractDigest, type Invitation } from '#network/fabric/invitation';

const TAKEN_UP_MS = 20_000;
const LOOK_MS = 50;

/** One agency of the channel, as its administrator: its own keys, and the channel as its own peer sees it. */
export interface Seat {
  readonly site: Site;
  readonly agency: Agency;
  readonly calls: PeerCalls;
  readonly ledgerId: string;
}

/** What an update does, in the terms of those who are asked to sign it. */
export interface Review {
  readonly channel: string;
  readonly ledgerId: string;
  readonly newcomer: Organisation;
  readonly members: readonly string[];
  readonly signed: readonly string[];
  /** signatures that the channel asks for */
  readonly needed: number;
  /** the channel has the agency already */
  readonly done: boolean;
}

/** @throws NetworkFault UPDATE_WRONG */
export function readUpdateFile(file: string): SignedUpdate {
  try {
    return readUpdate(readFileSync(file));
  } catch (cause) {
    throw new NetworkFault('UPDATE_WRONG', `${file} ${existsSync(file) ? 'is no change of a channel' : 'is not there'}: name the file that "propose" wrote`, { cause });
  }
}

export const writeUpdateFile = (file: string, update: SignedUpdate): void => writeWhole(file, updateEnvelope(update).serializeBinary());

/** The change by which an applicant would join. @throws NetworkFault AGENCY_KNOWN */
export async function propose({ site: { channel }, calls }: Seat, application: Application): Promise<SignedUpdate> {
  return proposed(channel, await channelConfig(calls, channel), organisationOf(application));
}

/** The same, of a configuration at hand. */
export function proposed(channel: string, config: common.Config, newcomer: Organisation): SignedUpdate {
  demandUnknown(config, newcomer);
  return { channel, update: joiningUpdate(channel, config, newcomer), signatures: [] };
}

/**
 * Reads an update against the channel as it is.
 *
 * @throws NetworkFault UPDATE_WRONG where it does anything but add one agency in the usual form, UPDATE_STALE, AGENCY_KNOWN
 */
export async function review(seat: Seat, update: SignedUpdate): Promise<Review> {
  return reviewed(seat, await channelConfig(seat.calls, seat.site.channel), update);
}

/** The same, of a configuration at hand. */
export function reviewed({ site: { channel }, ledgerId }: { readonly site: Pick<Site, 'channel'>; readonly ledgerId: string }, config: common.Config, update: SignedUpdate): Review {
  if (update.channel !== channel) throw new NetworkFault('UPDATE_WRONG', `the update is for channel ${update.channel}, and this is ${channel}`);
  const newcomer = newcomerOf(update.update);
  if (!newcomer) throw new NetworkFault('UPDATE_WRONG', 'the update does not add one agency: it is not of "propose"');
  const members = membersOf(config).map(({ mspId }) => mspId);
  const facts = { channel, ledgerId, newcomer, members, needed: majorityOf(members.length) };
  if (isOnChannel(config, newcomer)) return { ...facts, signed: [], done: true };
  demandUnknown(config, newcomer);
  if (!Buffer.from(update.update).equals(joiningUpdate(channel, config, newcomer))) throw differs(config, update, newcomer);
  return { ...facts, signed: [...consents(config, update).keys()].sort(), done: false };
}

/** An update of ours that was made of another configuration is stale; any other is not of ours. */
function differs(config: common.Config, { update }: SignedUpdate, { mspId }: Organisation): NetworkFault {
  const version = (set: common.ConfigGroup | undefined): number | undefined => set?.getGroupsMap().get('Application')?.getVersion();
  const made = version(protos.ConfigUpdate.deserializeBinary(update).getReadSet());
  if (made !== version(config.getChannelGroup())) return stale(mspId);
  return new NetworkFault('UPDATE_WRONG', `the update does something else besides adding ${mspId}, or adds it with other rights than "propose" gives: do not sign it`);
}

const stale = (mspId: string): NetworkFault => new NetworkFault('UPDATE_STALE', `the channel has been changed since this update was made: propose ${mspId} again, and have it signed again`);

function demandUnknown(config: common.Config, { mspId, rootCertificate, tlsRootCertificate }: Organisation): void {
  const members = membersOf(config);
  if (members.some((member) => member.mspId === mspId)) throw new NetworkFault('AGENCY_KNOWN', `${mspId} is another agency of the channel: the newcomer applies under an MSP id of its own`);
  const keys = new Set(members.flatMap((member) => [...member.rootCertificates, ...member.tlsRootCertificates]).map(publicKey));
  if ([rootCertificate, tlsRootCertificate].some((root) => keys.has(publicKey(root)))) throw new NetworkFault('AGENCY_KNOWN', `${mspId} names an authority of another agency as its own: the newcomer makes its own`);
}

/** The update with this agency's consent, once. */
export async function consent(seat: Seat, update: SignedUpdate): Promise<{ update: SignedUpdate; review: Review }> {
  const before = await review(seat, update);
  const { mspId } = seat.agency;
  if (before.done || before.signed.includes(mspId)) return { update, review: before };
  const signature = signUpdate(update.update, signerOf(seat.agency));
  return { update: { ...update, signatures: [...update.signatures, signature] }, review: { ...before, signed: [...before.signed, mspId].sort() } };
}

/**
 * Puts an agency on the channel. Copies of one update, each signed by others, count together; again changes nothing.
 *
 * @throws NetworkFault UPDATE_UNSIGNED, and those of `review`
 */
export async function submit(seat: Seat, copies: readonly SignedUpdate[]): Promise<Review> {
  const [first, ...others] = copies;
  if (!first || others.some(({ update }) => !Buffer.from(update).equals(first.update))) throw new NetworkFault('UPDATE_WRONG', 'these are not copies of one update');
  const { site: { channel }, agency, calls } = seat;
  const update = { ...first, signatures: copies.flatMap(({ signatures }) => signatures) };
  const config = await channelConfig(calls, channel);
  const found = reviewed(seat, config, update);
  if (found.done) return found;
  const { signed, needed, members, newcomer } = found;
  if (signed.length < needed) {
    const missing = members.filter((mspId) => !signed.includes(mspId));
    throw new NetworkFault('UPDATE_UNSIGNED', `${String(signed.length)} of the ${String(needed)} signatures that the channel asks for${signed.length > 0 ? ` (${signed.join(', ')})` : ''}: have it signed by ${missing.join(', ')}`);
  }
  const envelope = updateEnvelope({ ...update, signatures: [...consents(config, update).values()] }, signerOf(agency));
  try {
    await broadcastToAny(orderersOf(config), envelope);
  } catch (error) {
    const now = await channelConfig(calls, channel);
    if (!isOnChannel(now, newcomer)) throw now.getSequence() === config.getSequence() ? error : stale(newcomer.mspId);
  }
  for (const deadline = Date.now() + TAKEN_UP_MS; !isOnChannel(await channelConfig(calls, channel), newcomer);) {
    if (Date.now() > deadline) throw new NetworkFault('NODE_FAILED', `an orderer has taken the update, and it is not at the peer of ${agency.name} after ${String(TAKEN_UP_MS / 1000)} s: see its log, then submit again`);
    await delay(LOOK_MS);
  }
  return { ...found, done: true };
}

/** For an agency that is on the channel. @param deployed what runs here @throws NetworkFault CONTRACT_DIFFERS */
export async function invite({ site, agency, calls, ledgerId }: Seat, mspId: string, deployed: Deployed | undefined, committed: Deployed | undefined): Promise<Omit<Invitation, 'format'>> {
  if (!deployed || committed?.version !== deployed.version || committed.sequence !== deployed.sequence) {
    throw new NetworkFault('CONTRACT_DIFFERS', `${agency.name} runs contract ${deployed?.version ?? 'none'} and the channel ${committed?.version ?? 'none'}: deploy that here, then submit again`);
  }
  const { directory: _, topology, channel, chaincode } = site;
  const info = protos.BlockchainInfo.deserializeBinary(await calls.call(channel, 'qscc', 'GetChainInfo', [Buffer.from(channel)]));
  return {
    mspId, topology, channel, chaincode, ledgerId, genesis: (await readGenesis(site)).toString('base64'), height: info.getHeight(),
    contract: { ...deployed, sha256: contractDigest(deployedContract(agency, deployed)) },
  };
}

const signerOf = (agency: Agency): ChannelSigner => ({ mspId: agency.mspId, ...readHeld(administratorOf(agency)) });
