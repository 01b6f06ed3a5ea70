/** Writes what the nodes of a consortium read: certificates, configuration, genesis block, connection profiles. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeGenesis } from '#network/channel/genesis';
import { MAX_BLOCK_BYTES, MAX_BLOCK_MESSAGES, MAX_ENVELOPE_BYTES } from '#network/embedded/genesis';
import { authorityOf, identityOf, makeCertificates, readHeld, tlsAuthorityOf, tlsOf } from '#network/fabric/certificates';
import { BUILDER, NODE_FILES, ordererConfiguration, peerConfiguration } from '#network/fabric/configuration';
import { BLOCK_TIME_MS, type Consortium, HOST, profilePath, type Site } from '#network/fabric/description';
import { writeWhole } from '#network/fabric/document';
import { profileOf } from '#network/fabric/profile';

export const genesisPath = ({ directory }: Pick<Site, 'directory'>): string => join(directory, 'genesis.block');

/** Keys, certificates and block 0 of a new consortium. @returns the ledger's id */
export async function makeConsortium(consortium: Consortium): Promise<string> {
  await mkdir(consortium.directory, { recursive: true, mode: 0o700 });
  await makeCertificates(consortium);
  const { bytes, headerHash } = genesisOf(consortium);
  writeWhole(genesisPath(consortium), bytes);
  return headerHash.toString('base64url');
}

function genesisOf({ channel, members, orderers, peers, consensus, topology }: Consortium): ReturnType<typeof makeGenesis> {
  return makeGenesis({
    channel, at: new Date(), capability: topology === 'bft' ? 'V3_0' : 'V2_0',
    organisations: members.map((agency) => ({
      mspId: agency.mspId, rootCertificate: readHeld(authorityOf(agency)).certificate, tlsRootCertificate: readHeld(tlsAuthorityOf(agency)).certificate,
      ordererAddresses: orderers.filter((orderer) => orderer.agency === agency).map(({ ports }) => `${HOST}:${String(ports.listen)}`),
      anchor: { host: HOST, port: peers.find((peer) => peer.agency === agency)!.ports.listen },
    })),
    ordering: {
      consensus, batch: { messages: MAX_BLOCK_MESSAGES, preferredBytes: MAX_BLOCK_BYTES, absoluteBytes: MAX_ENVELOPE_BYTES, timeoutMs: BLOCK_TIME_MS },
      consenters: orderers.map(({ agency, folder, ports }) => ({ mspId: agency.mspId, host: HOST, port: ports.listen, certificate: readHeld(identityOf(folder)).certificate, tlsCertificate: readHeld(tlsOf(folder)).certificate })),
    },
  });
}

/** Configuration follows from the description: written at every start, so that the directory may be moved. */
export async function writeConfiguration(site: Site, ledgerId: string): Promise<void> {
  const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
  await Promise.all([
    ...site.orderers.map((orderer) => writeFile(join(orderer.folder, 'orderer.yaml'), json(ordererConfiguration(orderer)))),
    ...site.peers.map(async (peer) => {
      await writeFile(join(peer.folder, 'core.yaml'), json(peerConfiguration(peer)));
      const bin = join(peer.folder, NODE_FILES.builder, 'bin');
      await mkdir(bin, { recursive: true });
      for (const [name, script] of Object.entries(BUILDER)) {
        await writeFile(join(bin, name), script);
        await chmod(join(bin, name), 0o755);
      }
    }),
    ...site.members.map((agency) => writeFile(profilePath(agency), json(profileOf(site, agency, ledgerId)))),
  ]);
}

export const readGenesis = (site: Site): Promise<Buffer> => readFile(genesisPath(site));
