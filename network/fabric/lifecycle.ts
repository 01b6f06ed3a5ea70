/** Chaincode lifecycle: every agency installs and approves for itself, then all commit. */
import { setTimeout as delay } from 'node:timers/promises';
import { common, peer } from '@hyperledger/fabric-protos';
import { majorityOf, membersOf } from '#network/channel/membership';
import { channelConfig, type PeerCalls } from '#network/fabric/calls';
import type { Agency, Site } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';

const LIFECYCLE = '_lifecycle';
const METADATA = 'org.hyperledger.fabric:GetMetadata';
const AGAIN_MS = 50;
const { lifecycle } = peer;

export interface Definition {
  readonly version: string;
  readonly sequence: number;
}

/** Tries until it works; for what other agencies' peers learn a moment later. */
async function eventually<T>(limitMs: number, what: string, attempt: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + limitMs; ;) {
    try {
      return await attempt();
    } catch (cause) {
      if (Date.now() >= deadline) throw new NetworkFault('CALL_REFUSED', `${what} did not succeed in ${String(limitMs / 1000)} s: ${cause instanceof Error ? describeFailure(cause) : String(cause)}`, { cause });
      await delay(AGAIN_MS);
    }
  }
}

/** An SDK error with what each peer said. */
export function describeFailure(error: Error): string {
  const details = (error as { details?: readonly { mspId: string; message: string }[] }).details;
  return Array.isArray(details) && details.length > 0 ? `${error.message} (${details.map(({ mspId, message }) => `${mspId}: ${message}`).join('; ')})` : error.message;
}

/** The peers of a directory in chaincode matters. Agencies whose peer does not run are left out of `calls`. */
export class Lifecycle {
  constructor(private readonly site: Site, private readonly calls: ReadonlyMap<Agency, PeerCalls>, private readonly limitMs: number) {}

  /** What is committed on the channel. */
  async committed(): Promise<Definition | undefined> {
    const [calls] = this.calls.values();
    const bytes = await calls!.call(this.site.channel, LIFECYCLE, 'QueryChaincodeDefinitions', [new lifecycle.QueryChaincodeDefinitionsArgs().serializeBinary()]);
    const found = lifecycle.QueryChaincodeDefinitionsResult.deserializeBinary(bytes).getChaincodeDefinitionsList().find((each) => each.getName() === this.site.chaincode);
    return found && { version: found.getVersion(), sequence: found.getSequence() };
  }

  async install(agency: Agency, id: string, bytes: Uint8Array): Promise<void> {
    const calls = this.calls.get(agency)!;
    const installed = lifecycle.QueryInstalledChaincodesResult.deserializeBinary(await calls.call('', LIFECYCLE, 'QueryInstalledChaincodes', [new lifecycle.QueryInstalledChaincodesArgs().serializeBinary()]));
    if (installed.getInstalledChaincodesList().some((each) => each.getPackageId() === id)) return;
    const args = new lifecycle.InstallChaincodeArgs();
    args.setChaincodeInstallPackage(bytes);
    await calls.call('', LIFECYCLE, 'InstallChaincode', [args.serializeBinary()]);
  }

  /** Says for one agency that its package is this definition; nothing where it has said so. */
  async approve(agency: Agency, { version, sequence }: Definition, id: string): Promise<void> {
    if ((await this.#approved(agency, sequence)) === id) return;
    const local = new lifecycle.ChaincodeSource.Local();
    local.setPackageId(id);
    const source = new lifecycle.ChaincodeSource();
    source.setLocalPackage(local);
    const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
    args.setName(this.site.chaincode);
    args.setVersion(version);
    args.setSequence(sequence);
    args.setSource(source);
    await eventually(this.limitMs, `the approval of ${agency.name}`, () => this.#submit(agency, 'ApproveChaincodeDefinitionForMyOrg', args.serializeBinary(), [agency.mspId]));
  }

  /** The package an agency has approved for a definition; a peer refuses to tell where there is none. */
  async #approved(agency: Agency, sequence: number): Promise<string | undefined> {
    const args = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
    args.setName(this.site.chaincode);
    args.setSequence(sequence);
    try {
      const bytes = await this.calls.get(agency)!.call(this.site.channel, LIFECYCLE, 'QueryApprovedChaincodeDefinition', [args.serializeBinary()]);
      return lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary(bytes).getSource()?.getLocalPackage()?.getPackageId();
    } catch (error) {
      if (error instanceof NetworkFault) return undefined;
      throw error;
    }
  }

  /**
   * Agencies of other directories are asked where those of this one are no majority.
   *
   * @throws NetworkFault APPROVALS_MISSING
   */
  async commit(definition: Definition): Promise<void> {
    const args = new lifecycle.CommitChaincodeDefinitionArgs();
    args.setName(this.site.chaincode);
    args.setVersion(definition.version);
    args.setSequence(definition.sequence);
    const [agency, calls] = [...this.calls][0]!;
    const needed = majorityOf(membersOf(await channelConfig(calls, this.site.channel)).length);
    const own = [...this.calls.keys()].map(({ mspId }) => mspId);
    const endorsers = own.length >= needed ? own : await this.#approvers(calls, definition);
    if (endorsers.length < needed) {
      throw new NetworkFault('APPROVALS_MISSING', `${endorsers.join(', ')} approve${endorsers.length === 1 ? 's' : ''} of contract ${definition.version}, and the channel asks for ${String(needed)}: another agency deploys the same version, and then this one again`);
    }
    await eventually(this.limitMs, 'the commit of the contract', () => this.#submit(agency, 'CommitChaincodeDefinition', args.serializeBinary(), endorsers));
  }

  /** Every agency of the channel that has approved of a definition. */
  async #approvers(calls: PeerCalls, { version, sequence }: Definition): Promise<string[]> {
    const args = new lifecycle.CheckCommitReadinessArgs();
    args.setName(this.site.chaincode);
    args.setVersion(version);
    args.setSequence(sequence);
    const bytes = await calls.call(this.site.channel, LIFECYCLE, 'CheckCommitReadiness', [args.serializeBinary()]);
    const approvers: string[] = [];
    lifecycle.CheckCommitReadinessResult.deserializeBinary(bytes).getApprovalsMap().forEach((isApproved, mspId) => {
      if (isApproved) approvers.push(mspId);
    });
    return approvers.sort();
  }

  /** Waits until the peers have so many blocks. */
  async reached(height: number): Promise<void> {
    await Promise.all([...this.calls].map(([agency, calls]) => eventually(this.limitMs, `catching up with block ${String(height - 1)} at ${agency.name}`, async () => {
      const info = common.BlockchainInfo.deserializeBinary(await calls.call(this.site.channel, 'qscc', 'GetChainInfo', [Buffer.from(this.site.channel)]));
      if (info.getHeight() < height) throw new Error(`it has ${String(info.getHeight())} blocks; its log says why`);
    })));
  }

  /** Waits until every peer's gateway can gather a majority of endorsements: only that says that the network is ready. */
  async endorsable(): Promise<void> {
    await Promise.all([...this.calls].map(([agency, calls]) => eventually(this.limitMs, `an endorsement through ${agency.name}`, () => this.#endorse(calls))));
  }

  /** Waits until every peer endorses by itself, whether or not a majority could do without it. */
  async endorsing(): Promise<void> {
    await Promise.all([...this.calls].map(([agency, calls]) => eventually(this.limitMs, `an endorsement by ${agency.name}`, () => this.#endorse(calls, agency))));
  }

  async #endorse(calls: PeerCalls, by?: Agency): Promise<void> {
    const contract = calls.gateway.getNetwork(this.site.channel).getContract(this.site.chaincode);
    await contract.newProposal(METADATA, by && { endorsingOrganizations: [by.mspId] }).endorse();
  }

  async #submit(agency: Agency, name: string, argument: Uint8Array, endorsers: readonly string[]): Promise<void> {
    const contract = this.calls.get(agency)!.gateway.getNetwork(this.site.channel).getContract(LIFECYCLE);
    await contract.submit(name, { arguments: [argument], endorsingOrganizations: [...endorsers] });
  }
}
