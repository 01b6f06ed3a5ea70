/** A version of the contract at each agency: its own copy of the code, its own package, its own service process. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deployed } from '#network/fabric/card';
import { readHeld, serviceClientOf, tlsAuthorityOf, tlsOf } from '#network/fabric/certificates';
import { type Agency, HOST, LOOPBACK, serviceFolder, type Site } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';
import { bundleContract, packageId, packChaincode } from '#network/fabric/package';
import type { Command } from '#network/fabric/processes';
import type { ServiceCard } from '#network/fabric/service';

const SERVICE = fileURLToPath(new URL('./service.js', import.meta.url));
const FILES = { contract: 'contract.mjs', package: 'package.tgz', card: 'service.json' } as const;

export interface Package {
  readonly agency: Agency;
  readonly id: string;
  readonly bytes: Buffer;
  readonly service: Command;
}

export interface ServiceNode {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  readonly command: Command;
}

/** Where an agency's service of a version runs. Odd and even sequences take turns on two ports. */
export function serviceNode(agency: Agency, { version, sequence }: Deployed): ServiceNode {
  const name = `chaincode${String(agency.number)}`;
  const folder = join(serviceFolder(agency), version);
  // Transactions make short-lived garbage by the megabyte; with Node's small default a quarter of all CPU goes into it.
  const args = ['--max-semi-space-size=32', '--enable-source-maps', SERVICE, FILES.card];
  const environment = { CORE_PEER_LOCALMSPID: agency.mspId, CORE_CHAINCODE_LOGGING_LEVEL: 'ERROR' };
  return { name, folder, port: agency.servicePorts[sequence % 2]!, command: { name, folder, program: process.execPath, args, environment } };
}

/** The code that an agency runs, as it was bundled. */
export const deployedContract = (agency: Agency, definition: Deployed): Buffer => readFileSync(join(serviceNode(agency, definition).folder, FILES.contract));

/**
 * Writes contract, package and card of a version for every agency.
 *
 * @param fixed the version is on the channel: its contract cannot be another one any more
 * @throws NetworkFault NETWORK_DIFFERS, CONTRACT_UNUSABLE
 */
export async function preparePackages({ members, chaincode }: Site, definition: Deployed, contract: string, fixed: boolean): Promise<Package[]> {
  const { version } = definition;
  const code = await bundleContract(contract);
  return Promise.all(members.map(async (agency) => {
    const { folder, port, command } = serviceNode(agency, definition);
    const label = `${chaincode}_${version}`;
    const at = (file: string): string => join(folder, file);
    if (existsSync(at(FILES.contract)) && !readFileSync(at(FILES.contract)).equals(code) && fixed) {
      throw new NetworkFault('NETWORK_DIFFERS', `version ${version} is on the channel with another contract: deploy this one under a new --version`);
    }
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { bytes } = packChaincode(label, code, { address: `${HOST}:${String(port)}`, root: readHeld(tlsAuthorityOf(agency)).certificate, ...readHeld(serviceClientOf(agency)) });
    const kept = fixed && existsSync(at(FILES.package)) ? await readFile(at(FILES.package)) : bytes;
    const id = packageId(label, kept);
    const tls = tlsOf(serviceFolder(agency));
    const here = (path: string): string => relative(folder, path);
    const card: ServiceCard = { packageId: id, address: `${LOOPBACK}:${String(port)}`, title: chaincode, contract: FILES.contract, certificate: here(tls.certificate), privateKey: here(tls.privateKey), clientRoot: here(tlsAuthorityOf(agency).certificate) };
    await writeFile(at(FILES.contract), code);
    await writeFile(at(FILES.package), kept, { mode: 0o600 });
    await writeFile(at(FILES.card), JSON.stringify(card, undefined, 2));
    return { agency, id, bytes: kept, service: command };
  }));
}
