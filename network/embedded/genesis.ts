import { type Genesis, makeGenesis } from '#network/channel/genesis';

// What the embedded orderer really does, so that the channel says the truth about its blocks.
export const MAX_BLOCK_MESSAGES = 500;
export const MAX_BLOCK_BYTES = 8 * 1024 * 1024;
export const MAX_ENVELOPE_BYTES = 10 * 1024 * 1024;

const HOST = '127.0.0.1';
const PORT = 7050;

export interface EmbeddedGenesisRequest {
  channel: string;
  mspId: string;
  /** PEM */
  rootCertificate: string;
  /** PEM; named as the only consenter */
  ordererCertificate: string;
  at: Date;
}

/** Block 0 of one organisation that is peer and orderer at once. */
export function makeEmbeddedGenesis({ channel, mspId, rootCertificate, ordererCertificate, at }: EmbeddedGenesisRequest): Genesis {
  return makeGenesis({
    channel, at, capability: 'V2_0',
    organisations: [{ mspId, rootCertificate, tlsRootCertificate: rootCertificate, ordererAddresses: [`${HOST}:${String(PORT)}`] }],
    ordering: {
      consenters: [{ mspId, host: HOST, port: PORT, certificate: ordererCertificate, tlsCertificate: ordererCertificate }],
      batch: { messages: MAX_BLOCK_MESSAGES, preferredBytes: MAX_BLOCK_BYTES, absoluteBytes: MAX_ENVELOPE_BYTES, timeoutMs: 1 }, // in truth none: a block takes whatever waits
      consensus: { type: 'etcdraft', tickMs: 500, electionTicks: 10 },
    },
  });
}
