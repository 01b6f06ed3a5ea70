/** A consortium of real Fabric nodes under the suite; where Fabric is not installed it says so and is counted as skipped. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinaries } from '#network/fabric/binaries';
import { profilePath, type Topology } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';
import { openFabricLedger } from '#network/fabric/ledger';
import { Network } from '#network/fabric/network';
import type { Place } from '#test/conformance/place';

export const CONTRACT = fileURLToPath(new URL('./contract.js', import.meta.url));
/** Away from the ports of a network that somebody uses. */
export const TEST_PORT = 17_050;

/** Why there is no network to test on. */
export async function absence(topology: Topology): Promise<string | undefined> {
  try {
    await findBinaries(topology);
    return undefined;
  } catch (error) {
    if (error instanceof NetworkFault) return error.message;
    throw error;
  }
}

export interface RealPlace extends Place {
  readonly network: Network;
}

interface Special {
  readonly contract?: string | undefined;
  readonly basePort?: number;
  /** changes it after every start */
  readonly adapt?: (network: Network) => Promise<void>;
}

/** A new consortium in a temporary directory. */
export async function realPlace(topology: Topology, agencies: number, { contract, basePort = TEST_PORT, adapt = async () => undefined }: Special = {}): Promise<RealPlace> {
  const directory = await mkdtemp(join(tmpdir(), `yizheng-${topology}-`));
  const choice = { topology, agencies, basePort };
  const remove = async (): Promise<void> => {
    try {
      await Network.open(directory).clean();
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
  try {
    const network = await Network.up(directory, choice, contract === undefined ? {} : { contract });
    const profile = profilePath(network.consortium.members[0]!);
    await adapt(network);
    const place: RealPlace = {
      network, ledger: await openFabricLedger(profile), choice: { ledger: 'fabric', profile },
      async restart() {
        await place.ledger.close();
        await network.down();
        await adapt(await Network.up(directory, choice));
        place.ledger = await openFabricLedger(profile);
      },
      async remove() {
        await place.ledger.close();
        await remove();
      },
    };
    return place;
  } catch (error) {
    await remove();
    throw error;
  }
}
