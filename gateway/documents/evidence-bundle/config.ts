/** A channel's configuration, read from its block: who its members are and what its policies ask (Fabric: common.Config). */
import { readEnvelope, readHeader, readPair, readPayload } from '#network/transaction';
import { utf8Text, WireReader } from '#network/wire';

const CONFIG = 1;

export interface Group {
  readonly groups: ReadonlyMap<string, Group>;
  readonly values: ReadonlyMap<string, Uint8Array>;
  /** common.Policy */
  readonly policies: ReadonlyMap<string, { readonly type: number; readonly value: Uint8Array }>;
}

/** msp.FabricMSPConfig, as far as it says who is a member; PEM. */
export interface Organisation {
  readonly mspId: string;
  readonly roots: readonly string[];
  readonly intermediates: readonly string[];
  readonly revocations: readonly string[];
}

/** Who orders by SmartBFT, by number. */
export interface Consenter {
  readonly mspId: string;
  readonly identity: Uint8Array;
}

export interface ChannelConfig {
  readonly channel: string;
  readonly application: Group;
  readonly ordering: Group;
  readonly organisations: ReadonlyMap<string, Organisation>;
  readonly consenters: ReadonlyMap<number, Consenter>;
}

const EMPTY_GROUP: Group = { groups: new Map(), values: new Map(), policies: new Map() };
const first = (bytes: Uint8Array, field: number): Uint8Array => readPair(bytes, field, field)[0];

/** @returns undefined where the envelope is no configuration @throws WireError */
export function readConfig(envelope: Uint8Array): ChannelConfig | undefined {
  const { header, data } = readPayload(readEnvelope(envelope).bytes);
  const { type, channel } = readHeader(header);
  if (type !== CONFIG) return undefined;
  const root = readGroup(first(first(data, 1), 2));
  const [application, ordering] = [root.groups.get('Application') ?? EMPTY_GROUP, root.groups.get('Orderer') ?? EMPTY_GROUP];
  const members = [...application.groups, ...ordering.groups].flatMap(([name, group]): [string, Organisation][] => {
    const msp = group.values.get('MSP');
    return msp ? [[name, readOrganisation(first(msp, 2))]] : [];
  });
  return { channel, application, ordering, organisations: new Map(members), consenters: readConsenters(ordering.values.get('Orderers')) };
}

function readGroup(bytes: Uint8Array): Group {
  const [groups, values, policies] = [new Map<string, Group>(), new Map<string, Uint8Array>(), new Map<string, { type: number; value: Uint8Array }>()];
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field < 2 || reader.field > 4) {
      reader.skip();
      continue;
    }
    const { field } = reader;
    const [name, value] = readPair(reader.bytes(), 1, 2);
    if (field === 2) groups.set(utf8Text(name), readGroup(value));
    else if (field === 3) values.set(utf8Text(name), first(value, 2));
    else policies.set(utf8Text(name), readPolicy(first(value, 2)));
  }
  return { groups, values, policies };
}

function readPolicy(bytes: Uint8Array): { type: number; value: Uint8Array } {
  const policy: { type: number; value: Uint8Array } = { type: 0, value: new Uint8Array() };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    if (reader.field === 1) policy.type = reader.number();
    else if (reader.field === 2) policy.value = reader.bytes();
    else reader.skip();
  }
  return policy;
}

function readOrganisation(bytes: Uint8Array): Organisation {
  const lists: Record<number, string[]> = { 1: [], 2: [], 3: [], 5: [] };
  const reader = new WireReader(bytes);
  while (reader.next()) {
    const list = lists[reader.field];
    if (list) list.push(utf8Text(reader.bytes()));
    else reader.skip();
  }
  return { mspId: lists[1]?.[0] ?? '', roots: lists[2] ?? [], intermediates: lists[3] ?? [], revocations: lists[5] ?? [] };
}

function readConsenters(bytes: Uint8Array = new Uint8Array()): Map<number, Consenter> {
  const consenters = new Map<number, Consenter>();
  const list = new WireReader(bytes);
  while (list.next()) {
    if (list.field !== 1) {
      list.skip();
      continue;
    }
    const reader = new WireReader(list.bytes());
    let [id, mspId, identity] = [0, '', new Uint8Array() as Uint8Array];
    while (reader.next()) {
      if (reader.field === 1) id = reader.number();
      else if (reader.field === 4) mspId = reader.string();
      else if (reader.field === 5) identity = reader.bytes();
      else reader.skip();
    }
    consenters.set(id, { mspId, identity });
  }
  return consenters;
}

/** The configuration in force, as the orderers sign it with a block: OrdererBlockMetadata{last_config{index}}. @throws WireError */
export function lastConfigOf(value: Uint8Array): number {
  const reader = new WireReader(first(value, 1));
  let index = 0;
  while (reader.next()) {
    if (reader.field === 1) index = reader.number();
    else reader.skip();
  }
  return index;
}

