/** The configuration files of Fabric's programs: the fewest keys that work, and those whose absence is a trap. JSON is valid YAML. */
import { join } from 'node:path';
import { HOST, LOOPBACK, type OrdererNode, type PeerNode } from '#network/fabric/description';

const BCCSP = { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } };
const CHECK_EVERY = '1s';
/** Fabric's own limit of calls in flight at a peer's gateway; clients stay below it. */
export const GATEWAY_LIMIT = 500;
const JOIN_BODY_BYTES = 1024 * 1024;
// SmartBFT orderers that start together ask each other for blocks, and each waits this long before it answers: 5 s by default.
const PULL_WAIT = '1s';
const RANGE_LIMIT = 100_000; // keys of one range; Fabric's own default is a tenth when the key is absent

/** File names inside a node's folder. */
export const NODE_FILES = { msp: 'msp', tlsCertificate: 'tls.crt', tlsKey: 'tls.key', tlsRoot: 'tls-ca.crt', data: 'data', builder: 'builder' } as const;

const at = (port: number): string => `${LOOPBACK}:${String(port)}`;

export function peerConfiguration({ name, folder, agency, ports }: PeerNode): object {
  const address = `${HOST}:${String(ports.listen)}`;
  const inFolder = (file: string): string => join(folder, file);
  return {
    peer: {
      id: name, listenAddress: at(ports.listen), address, chaincodeListenAddress: at(ports.chaincode), chaincodeAddress: `${HOST}:${String(ports.chaincode)}`,
      localMspId: agency.mspId, mspConfigPath: inFolder(NODE_FILES.msp), fileSystemPath: inFolder(NODE_FILES.data), BCCSP,
      tls: { enabled: true, cert: { file: inFolder(NODE_FILES.tlsCertificate) }, key: { file: inFolder(NODE_FILES.tlsKey) }, rootcert: { file: inFolder(NODE_FILES.tlsRoot) } },
      // A peer that asked another agency's peer before that one had joined asks again only after the reconnect interval.
      gossip: {
        externalEndpoint: address, orgLeader: true, useLeaderElection: false, reconnectInterval: CHECK_EVERY, aliveTimeInterval: CHECK_EVERY,
        requestStateInfoInterval: CHECK_EVERY, publishStateInfoInterval: CHECK_EVERY,
      },
      discovery: { enabled: true },
      // Without the filters a peer checks neither the end of a certificate nor the time of a proposal, and says nothing.
      handlers: { authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }], endorsers: { escc: { name: 'DefaultEndorsement' } }, validators: { vscc: { name: 'DefaultValidation' } } },
      authentication: { timewindow: '15m' },
      limits: { concurrency: { gatewayService: GATEWAY_LIMIT } },
      gateway: { enabled: true, endorsementTimeout: '31s', broadcastTimeout: '10s', dialTimeout: '10s' },
    },
    chaincode: {
      externalBuilders: [{ name: 'service', path: inFolder(NODE_FILES.builder) }],
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
      keepalive: 0, // the Node shim ends its process at a keepalive message
      executetimeout: '30s', installTimeout: '30s', startuptimeout: '30s',
      runtimeParams: { useWriteBatch: true, useGetMultipleKeys: true },
    },
    ledger: { history: { enableHistoryDatabase: true }, state: { stateDatabase: 'goleveldb', totalQueryLimit: RANGE_LIMIT } },
    operations: { listenAddress: at(ports.operations) },
    metrics: { provider: 'prometheus' },
  };
}

export function ordererConfiguration({ folder, agency, ports }: OrdererNode): object {
  const inFolder = (file: string): string => join(folder, file);
  const tls = { Enabled: true, Certificate: inFolder(NODE_FILES.tlsCertificate), PrivateKey: inFolder(NODE_FILES.tlsKey), RootCAs: [inFolder(NODE_FILES.tlsRoot)] };
  const data = inFolder(NODE_FILES.data);
  return {
    General: { ListenAddress: LOOPBACK, ListenPort: ports.listen, LocalMSPID: agency.mspId, LocalMSPDir: inFolder(NODE_FILES.msp), BCCSP, TLS: { ...tls, ClientAuthRequired: false }, Cluster: { ReplicationPullTimeout: PULL_WAIT } },
    FileLedger: { Location: join(data, 'ledger') },
    // Only the agency's own certificates may administer its orderer.
    Admin: { ListenAddress: at(ports.admin), TLS: { ...tls, ClientAuthRequired: true, ClientRootCAs: [inFolder(NODE_FILES.tlsRoot)] } },
    Operations: { ListenAddress: at(ports.operations) },
    Metrics: { Provider: 'prometheus' },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: JOIN_BODY_BYTES },
    Consensus: { WALDir: join(data, 'wal'), SnapDir: join(data, 'snapshots') },
  };
}

/** The node's part of its MSP folder that says which unit of a certificate means which role. */
export const nodeUnits: object = {
  NodeOUs: {
    Enable: true,
    ...Object.fromEntries(['Client', 'Peer', 'Admin', 'Orderer'].map((role) => [`${role}OUIdentifier`, { Certificate: 'cacerts/ca.pem', OrganizationalUnitIdentifier: role.toLowerCase() }])),
  },
};

/** An external builder for chaincode that runs as a service: nothing to build, only the connection is handed on. */
export const BUILDER: Readonly<Record<'detect' | 'build' | 'release', string>> = {
  detect: '#!/bin/sh\ngrep -q \'"type":"ccaas"\' "$2/metadata.json"\n',
  build: '#!/bin/sh\ncp "$1/connection.json" "$3/"\n',
  release: '#!/bin/sh\nmkdir -p "$2/chaincode/server" && cp "$1/connection.json" "$2/chaincode/server/"\n',
};
