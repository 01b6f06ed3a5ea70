/** One description of what runs in a directory, a whole consortium or one agency of it, from which every file, port and folder follows. */
import { join } from 'node:path';
import type { BftOptions, RaftOptions } from '#network/channel/consensus';

export const TOPOLOGIES = ['solo', 'raft', 'bft'] as const;
export type Topology = (typeof TOPOLOGIES)[number];

/** What is chosen; the rest follows. */
export interface Choice {
  readonly topology: Topology;
  readonly agencies: number;
  /** first of a contiguous range */
  readonly basePort: number;
}

export interface Node {
  readonly name: string;
  /** absolute; everything of the node is in it */
  readonly folder: string;
  readonly agency: Agency;
}

export interface OrdererNode extends Node {
  readonly kind: 'orderer';
  readonly ports: { readonly listen: number; readonly admin: number; readonly operations: number };
}

export interface PeerNode extends Node {
  readonly kind: 'peer';
  readonly ports: { readonly listen: number; readonly chaincode: number; readonly operations: number };
}

export interface Agency {
  readonly number: number;
  readonly name: string;
  readonly mspId: string;
  /** absolute; authority, administrator, nodes and connection profile of the agency */
  readonly folder: string;
  /** of its chaincode service: a new version starts on the one while the old one still answers on the other */
  readonly servicePorts: readonly [number, number];
}

/** What lies in one directory: every agency of a consortium, or the one that has joined it. */
export interface Site {
  readonly directory: string;
  readonly topology: Topology;
  readonly channel: string;
  readonly chaincode: string;
  readonly members: readonly Agency[];
  readonly orderers: readonly OrdererNode[];
  readonly peers: readonly PeerNode[];
}

/** Agencies and nodes alone, as far as they are known before there is a channel. */
export type Holders = Pick<Site, 'members' | 'orderers' | 'peers'>;

export interface Consortium extends Choice, Site {
  readonly consensus: RaftOptions | BftOptions;
}

/** An agency in a directory of its own. */
export interface Place {
  readonly mspId: string;
  /** first of a contiguous range */
  readonly basePort: number;
}

/** Fabric's rule for names of groups in a channel, with a length that fits a certificate's field. */
export const MSP_ID = '^[A-Za-z][A-Za-z0-9.-]{1,62}$';
export const HOST = 'localhost';
export const LOOPBACK = '127.0.0.1';
export const DEFAULT_PORT = 7050;
/** Of an agency in a directory of its own: clear of a consortium on the same machine. */
export const DEFAULT_AGENCY_PORT = 7150;
/** A lone issue waits for its block about this long; shorter makes small blocks, which cost every peer a disk write. */
export const BLOCK_TIME_MS = 100;
/** Ports stay below the next well-known block, and one machine cannot run more anyway. */
export const AGENCIES_MAX = 8;

const DEFAULT_AGENCIES: Readonly<Record<Topology, number>> = { solo: 2, raft: 3, bft: 4 };
const ORDERERS: Readonly<Record<Topology, number>> = { solo: 1, raft: 3, bft: 4 };
const ORDERER_PORTS = 3;
const PEER_PORTS = 5;

const CONSENSUS: Readonly<Record<Topology, RaftOptions | BftOptions>> = {
  // Alone nobody else can lead, so waiting for a leader is lost time.
  solo: { type: 'etcdraft', tickMs: 100, electionTicks: 3 },
  raft: { type: 'etcdraft', tickMs: 100, electionTicks: 10 },
  // Fabric's own 20 s until the others complain about a dead leader is a counter's patience spent on one licence.
  bft: { type: 'BFT', forwardMs: 1_000, complainMs: 3_000, viewChangeMs: 6_000, heartbeatMs: 4_000 },
};

export const defaultAgencies = (topology: Topology): number => DEFAULT_AGENCIES[topology];

/** Lays out folders and ports. An agency orders where it is its turn, and always endorses. */
export function describe(directory: string, choice: Choice): Consortium {
  const orderers = ORDERERS[choice.topology];
  const peersFrom = choice.basePort + orderers * ORDERER_PORTS;
  const placed = Array.from({ length: choice.agencies }, (_, index) => {
    const name = `agency${String(index + 1)}`;
    return place(index + 1, name, join(directory, name), { mspId: `Agency${String(index + 1)}MSP`, basePort: peersFrom + index * PEER_PORTS });
  });
  const members = placed.map(({ agency }) => agency);
  return {
    ...choice, directory, channel: 'yizheng', chaincode: 'yizheng', members, consensus: CONSENSUS[choice.topology],
    orderers: Array.from({ length: orderers }, (_, index) => {
      const agency = members[index % members.length]!;
      const name = `orderer${String(index + 1)}`;
      const listen = choice.basePort + index * ORDERER_PORTS;
      return { kind: 'orderer', name, agency, folder: join(agency.folder, name), ports: { listen, admin: listen + 1, operations: listen + 2 } };
    }),
    peers: placed.map(({ peer }) => peer),
  };
}

/** Lays out an agency that has a directory of its own. */
export function describeAgency(directory: string, chosen: Place): Holders {
  const { agency, peer } = place(1, 'agency', join(directory, 'agency'), chosen);
  return { members: [agency], orderers: [], peers: [peer] };
}

/** An agency with its peer; the ports are the peer's, then those of its chaincode service. */
function place(number: number, name: string, folder: string, { mspId, basePort }: Place): { agency: Agency; peer: PeerNode } {
  const agency: Agency = { number, name, mspId, folder, servicePorts: [basePort + 3, basePort + 4] };
  const peer = `peer${String(number)}`;
  return { agency, peer: { kind: 'peer', name: peer, agency, folder: join(folder, peer), ports: { listen: basePort, chaincode: basePort + 1, operations: basePort + 2 } } };
}

/** Every port that is listened on. */
export function portsOf({ orderers, peers, members }: Holders): number[] {
  return [...[...orderers, ...peers].flatMap(({ ports }) => Object.values(ports)), ...members.flatMap(({ servicePorts }) => servicePorts)];
}

/** Where the chaincode service of an agency lives, a folder for each version in it. */
export const serviceFolder = (agency: Agency): string => join(agency.folder, `chaincode${String(agency.number)}`);
export const profilePath = (agency: Agency): string => join(agency.folder, 'profile.json');
