/**
 * What Fabric's rules say of a chain, from its blocks alone: hashes, signatures of orderers, clients and endorsers, ids of transactions and the chain of
 * commit hashes. It reads with Fabric's own messages and takes members from the channel's configuration, so that it judges real chains too.
 * It does not ask again whether what was read was still so (MVCC), nor for revocation lists.
 */
import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import { verifyLowS } from '#network/ecdsa';
import { blockFault, type BlockParts, commitHash, headerHash, readBlock, readCommitHash, type Update, type UpdateSet } from '#network/embedded/block';
import { headerBytes, sha256, transactionId } from '#network/embedded/crypto';
import { Msp } from '#network/embedded/msp';
import { sortUtf8 } from '#network/embedded/order';
import { bftQuorum } from '#network/channel/consensus';

export type RuleFault =
  | 'BLOCK_UNREADABLE' | 'BLOCK_NUMBER' | 'PREVIOUS_HASH' | 'DATA_HASH' | 'BLOCK_SIGNATURE' | 'LAST_CONFIG' | 'FILTER_LENGTH' | 'COMMIT_HASH'
  | 'TX_UNREADABLE' | 'TX_CHANNEL' | 'TX_ID' | 'CREATOR_SIGNATURE' | 'PROPOSAL_HASH' | 'ENDORSEMENT' | 'CONFIG_SIGNATURE';

const TYPE = { config: 1, transaction: 3 } as const;
const METADATA = { signatures: 0, filter: 2 } as const;
const VALID = 0;
const PUBLIC = '';

interface Members {
  readonly channel: string;
  readonly msps: ReadonlyMap<string, Msp>;
  readonly endorsing: readonly string[];
  readonly ordering: readonly string[];
  /** who orders by SmartBFT, by number; none: Raft */
  readonly consenters: ReadonlyMap<number, Uint8Array>;
}

/** Takes the blocks of one channel in their order, from block 0. */
export class FabricRules {
  #members: Members | undefined;
  #number = 0;
  #lastConfig = 0;
  #previous: Uint8Array = new Uint8Array(0);
  #commitHash: Uint8Array = new Uint8Array(0);

  /** @returns what is wrong with the block; it is not taken then */
  block(bytes: Uint8Array): RuleFault[] {
    let block: BlockParts;
    try {
      block = readBlock(bytes);
    } catch {
      return ['BLOCK_UNREADABLE'];
    }
    const fault = blockFault(block, this.#number, this.#previous);
    const faults = new Set<RuleFault>(fault ? [fault] : []);
    const filter = block.metadata[METADATA.filter] ?? new Uint8Array(0);
    if (filter.length !== block.envelopes.length) faults.add('FILTER_LENGTH');
    if (this.#number > 0) this.#signatures(block).forEach((each) => faults.add(each));
    const { sets, config } = this.#transactions(block, filter, faults);
    const expected = commitHash(filter, sets, this.#commitHash);
    if (this.#number > 0 && !expected.equals(readCommitHash(block))) faults.add('COMMIT_HASH');
    if (faults.size > 0) return [...faults];
    if (config) this.#members = config;
    if (config) this.#lastConfig = this.#number;
    if (this.#number > 0) this.#commitHash = expected;
    this.#previous = headerHash(block);
    this.#number++;
    return [];
  }

  /** OrdererBlockMetadata, and one orderer's signature over it, or those of a quorum. */
  #signatures(block: BlockParts): RuleFault[] {
    try {
      const metadata = common.Metadata.deserializeBinary(block.metadata[METADATA.signatures]!);
      const value = metadata.getValue_asU8();
      const signers = metadata.getSignaturesList().map((signed) => this.#signer(block, value, signed));
      const { consenters } = this.#members!;
      const needed = consenters.size === 0 ? 1 : bftQuorum(consenters.size);
      const isSigned = !signers.includes(undefined) && new Set(signers).size >= needed;
      const isConfig = common.OrdererBlockMetadata.deserializeBinary(value).getLastConfig()?.getIndex() === this.#lastConfigAfter(block);
      return [...(isSigned ? [] : ['BLOCK_SIGNATURE' as const]), ...(isConfig ? [] : ['LAST_CONFIG' as const])];
    } catch {
      return ['BLOCK_SIGNATURE'];
    }
  }

  /** A block of configuration names itself. */
  #lastConfigAfter(block: BlockParts): number {
    const header = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(block.envelopes[0] ?? new Uint8Array(0)).getPayload_asU8()).getHeader();
    const isConfig = common.ChannelHeader.deserializeBinary(header?.getChannelHeader_asU8() ?? new Uint8Array(0)).getType() === TYPE.config;
    return isConfig ? block.number : this.#lastConfig;
  }

  #signer(block: BlockParts, value: Uint8Array, signed: common.MetadataSignature): string | undefined {
    const { consenters } = this.#members!;
    const named = signed.getIdentifierHeader_asU8();
    const header = named.length > 0 ? named : signed.getSignatureHeader_asU8();
    const message = Buffer.concat([value, header, headerBytes(block.number, block.previousHash, block.dataHash)]);
    const creator = named.length > 0 ? consenters.get(common.IdentifierHeader.deserializeBinary(named).getIdentifier()) : common.SignatureHeader.deserializeBinary(header).getCreator_asU8();
    return creator && this.#signed(creator, message, signed.getSignature_asU8(), 'orderer', this.#members!.ordering);
  }

  /** @returns the identity, where it is of one of these organisations, in the role, and has signed */
  #signed(creator: Uint8Array, message: Uint8Array, signature: Uint8Array, role: string | undefined, mspIds: readonly string[]): string | undefined {
    try {
      const { mspId, key, role: own } = this.#member(creator);
      const isRight = mspIds.includes(mspId) && (role === undefined || role === own) && verifyLowS(message, signature, key);
      return isRight ? Buffer.from(creator).toString('base64') : undefined;
    } catch {
      return undefined;
    }
  }

  #member(creator: Uint8Array) {
    const mspId = msp.SerializedIdentity.deserializeBinary(creator).getMspid();
    return { mspId, ...this.#members!.msps.get(mspId)!.member(creator) };
  }

  /** Checks those that the block calls valid, and gathers what they wrote. */
  #transactions(block: BlockParts, filter: Uint8Array, faults: Set<RuleFault>): { sets: UpdateSet[]; config: Members | undefined } {
    const written = new Writes(block.number);
    let config: Members | undefined;
    for (const [tx, bytes] of block.envelopes.entries()) {
      if (filter[tx] !== VALID) continue;
      try {
        const envelope = common.Envelope.deserializeBinary(bytes);
        const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
        const channel = common.ChannelHeader.deserializeBinary(payload.getHeader()!.getChannelHeader_asU8());
        if (channel.getType() === TYPE.config) config = this.#config(envelope, payload, faults);
        else if (channel.getType() === TYPE.transaction) this.#transaction(envelope, payload, channel, faults).forEach((set) => written.add(set, tx));
        else faults.add('TX_UNREADABLE');
      } catch {
        faults.add('TX_UNREADABLE');
      }
    }
    return { sets: written.sets(), config };
  }

  /** A new configuration is wrapped and signed by an orderer. */
  #config(envelope: common.Envelope, payload: common.Payload, faults: Set<RuleFault>): Members {
    const { creator } = headerOf(payload);
    const isSigned = this.#number === 0 || this.#signed(creator, envelope.getPayload_asU8(), envelope.getSignature_asU8(), 'orderer', this.#members!.ordering) !== undefined;
    if (!isSigned) faults.add('CONFIG_SIGNATURE');
    return membersOf(payload);
  }

  #transaction(envelope: common.Envelope, payload: common.Payload, channel: common.ChannelHeader, faults: Set<RuleFault>): ledger.rwset.NsReadWriteSet[] {
    const { creator, nonce } = headerOf(payload);
    const { msps, endorsing, channel: name } = this.#members!;
    if (channel.getChannelId() !== name) faults.add('TX_CHANNEL');
    if (channel.getTxId() !== transactionId(nonce, creator)) faults.add('TX_ID');
    if (this.#signed(creator, envelope.getPayload_asU8(), envelope.getSignature_asU8(), undefined, [...msps.keys()]) === undefined) faults.add('CREATOR_SIGNATURE');

    const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
    const proposed = peer.ChaincodeActionPayload.deserializeBinary(action!.getPayload_asU8());
    const response = proposed.getAction()!.getProposalResponsePayload_asU8();
    const endorsed = peer.ProposalResponsePayload.deserializeBinary(response);
    const proposalHash = sha256(payload.getHeader()!.getChannelHeader_asU8(), payload.getHeader()!.getSignatureHeader_asU8(), proposed.getChaincodeProposalPayload_asU8());
    if (!proposalHash.equals(endorsed.getProposalHash_asU8())) faults.add('PROPOSAL_HASH');

    const sets = ledger.rwset.TxReadWriteSet.deserializeBinary(peer.ChaincodeAction.deserializeBinary(endorsed.getExtension_asU8()).getResults_asU8()).getNsRwsetList();
    const endorsers = proposed.getAction()!.getEndorsementsList().filter((each) => {
      const by = each.getEndorser_asU8();
      return this.#signed(by, Buffer.concat([response, by]), each.getSignature_asU8(), 'peer', endorsing) !== undefined;
    });
    if (!isEndorsed(sets, new Set(endorsers.map((each) => this.#member(each.getEndorser_asU8()).mspId)), endorsing)) faults.add('ENDORSEMENT');
    return sets;
  }
}

/**
 * The channel's default for contracts and for their deployment is peers of a majority of organisations. What goes into an organisation's own
 * collection, as its approval of a contract does, needs that organisation alone.
 */
function isEndorsed(sets: readonly ledger.rwset.NsReadWriteSet[], by: ReadonlySet<string>, endorsing: readonly string[]): boolean {
  const own = sets.flatMap((set) => set.getCollectionHashedRwsetList().filter((each) => hashedWrites(each).length > 0).map((each) => each.getCollectionName()));
  const isPublic = own.length === 0 || sets.some((set) => publicWrites(set).length > 0);
  return own.every((collection) => by.has(collection.replace(OWN_COLLECTION, ''))) && (!isPublic || by.size > endorsing.length / 2);
}

const OWN_COLLECTION = /^_implicit_org_/;

const publicWrites = (set: ledger.rwset.NsReadWriteSet) => ledger.rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8()).getWritesList();
const hashedWrites = (set: ledger.rwset.CollectionHashedReadWriteSet) => ledger.rwset.kvrwset.HashedRWSet.deserializeBinary(set.getHashedRwset_asU8()).getHashedWritesList();

function headerOf(payload: common.Payload): { creator: Uint8Array; nonce: Uint8Array } {
  const header = common.SignatureHeader.deserializeBinary(payload.getHeader()!.getSignatureHeader_asU8());
  return { creator: header.getCreator_asU8(), nonce: header.getNonce_asU8() };
}

/** What a block leaves of the writes of its valid transactions. */
class Writes {
  readonly #block: number;
  /** by namespace, collection, key */
  readonly #sets = new Map<string, Map<string, Map<string, Update>>>();

  constructor(block: number) {
    this.#block = block;
  }

  add(set: ledger.rwset.NsReadWriteSet, tx: number): void {
    const version = { block: this.#block, tx };
    const namespace = set.getNamespace();
    for (const write of publicWrites(set)) {
      this.#keys(namespace, PUBLIC).set(write.getKey(), { value: write.getIsDelete() ? undefined : write.getValue_asU8(), version });
    }
    for (const collection of set.getCollectionHashedRwsetList()) {
      for (const write of hashedWrites(collection)) {
        const key = Buffer.from(write.getKeyHash_asU8()).toString('hex');
        this.#keys(namespace, collection.getCollectionName()).set(key, { value: write.getIsDelete() ? undefined : write.getValueHash_asU8(), version });
      }
    }
  }

  sets(): UpdateSet[] {
    return sortUtf8(this.#sets.keys()).flatMap((namespace) => sortUtf8(this.#sets.get(namespace)!.keys()).map((collection) => {
      const keys = this.#sets.get(namespace)!.get(collection)!;
      const updates = sortUtf8(keys.keys()).map((key) => [collection === PUBLIC ? key : Buffer.from(key, 'hex'), keys.get(key)!] as const);
      return { namespace, ...(collection !== PUBLIC && { collection }), updates };
    }));
  }

  #keys(namespace: string, collection: string): Map<string, Update> {
    const collections = entry(this.#sets, namespace, () => new Map<string, Map<string, Update>>());
    return entry(collections, collection, () => new Map<string, Update>());
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

/** Members of a channel, as its configuration says. */
function membersOf(payload: common.Payload): Members {
  const channel = common.ChannelHeader.deserializeBinary(payload.getHeader()!.getChannelHeader_asU8()).getChannelId();
  const groups = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig()!.getChannelGroup()!.getGroupsMap();
  const [application, ordering] = ['Application', 'Orderer'].map((name) => groups.get(name)!);
  const msps = new Map([...mspsOf(application!), ...mspsOf(ordering!)].map((each) => [each.mspId, each]));
  const mapping = ordering!.getValuesMap().get('Orderers');
  const consenters = new Map((mapping ? common.Orderers.deserializeBinary(mapping.getValue_asU8()).getConsenterMappingList() : []).map((each) => {
    const identity = new msp.SerializedIdentity();
    identity.setMspid(each.getMspId());
    identity.setIdBytes(each.getIdentity_asU8());
    return [each.getId(), identity.serializeBinary()];
  }));
  return { channel, msps, endorsing: mspsOf(application!).map(({ mspId }) => mspId), ordering: mspsOf(ordering!).map(({ mspId }) => mspId), consenters };
}

function mspsOf(group: common.ConfigGroup): Msp[] {
  return [...group.getGroupsMap().entries()].map(([mspId, organisation]: [string, common.ConfigGroup]) => {
    const config = msp.MSPConfig.deserializeBinary(organisation.getValuesMap().get('MSP')!.getValue_asU8());
    const [root] = msp.FabricMSPConfig.deserializeBinary(config.getConfig_asU8()).getRootCertsList_asU8();
    return new Msp(mspId, Buffer.from(root!).toString('utf8'));
  });
}
