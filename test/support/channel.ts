/** Channels of made-up agencies with real authorities, for what is decided about a channel before any node is asked. */
import { common } from '@hyperledger/fabric-protos';
import { createAuthority, issueIdentity, type Credentials } from '#network/ca/authority';
import { makeGenesis, type Genesis, type Organisation } from '#network/channel/genesis';

export interface Member {
  readonly organisation: Organisation;
  readonly authority: Credentials;
  readonly administrator: Credentials;
}

export async function makeMember(mspId: string, port: number, ordererAddresses: readonly string[] = []): Promise<Member> {
  const [authority, tlsAuthority] = [await createAuthority({ commonName: `${mspId} CA`, organization: mspId }), await createAuthority({ commonName: `${mspId} TLS CA`, organization: mspId })];
  return {
    organisation: { mspId, rootCertificate: authority.certificate, tlsRootCertificate: tlsAuthority.certificate, ordererAddresses, anchor: { host: 'localhost', port } },
    authority, administrator: await issueIdentity(authority, { commonName: 'administrator', role: 'admin' }),
  };
}

/** Block 0 of a channel `yizheng`, which the first member orders. */
export function genesisOf(members: readonly Member[], type: 'etcdraft' | 'BFT' = 'etcdraft'): Genesis {
  const { mspId, rootCertificate: certificate } = members[0]!.organisation;
  return makeGenesis({
    channel: 'yizheng', at: new Date(), capability: type === 'BFT' ? 'V3_0' : 'V2_0',
    organisations: members.map(({ organisation }) => organisation),
    ordering: {
      consenters: [{ mspId, host: 'localhost', port: 7050, certificate, tlsCertificate: certificate }], batch: { messages: 500, preferredBytes: 1, absoluteBytes: 2, timeoutMs: 100 },
      consensus: type === 'BFT' ? { type, forwardMs: 1, complainMs: 2, viewChangeMs: 4, heartbeatMs: 5 } : { type, tickMs: 100, electionTicks: 10 },
    },
  });
}

/** The configuration in that block. */
export function configOf(members: readonly Member[], type: 'etcdraft' | 'BFT' = 'etcdraft'): common.Config {
  const envelope = common.Envelope.deserializeBinary(common.Block.deserializeBinary(genesisOf(members, type).bytes).getData()!.getDataList_asU8()[0]!);
  return common.ConfigEnvelope.deserializeBinary(common.Payload.deserializeBinary(envelope.getPayload_asU8()).getData_asU8()).getConfig()!;
}
