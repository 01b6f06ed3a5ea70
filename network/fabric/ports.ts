import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LOOPBACK } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';

/** A node that was killed lets go of its ports only when the last of its threads has ended, which nobody can wait for. */
const PATIENCE_MS = 1_500;
const LOOK_MS = 50;

/** @throws NetworkFault PORT_BUSY, naming every port that is taken */
export async function demandFree(ports: readonly number[]): Promise<void> {
  let busy = await taken(ports);
  for (let waited = 0; busy.length > 0 && waited < PATIENCE_MS; waited += LOOK_MS) {
    await delay(LOOK_MS);
    busy = await taken(busy);
  }
  if (busy.length > 0) throw new NetworkFault('PORT_BUSY', `something already listens on port ${busy.join(', ')}: stop it, or choose other ports with --base-port. Nothing was started.`);
}

/** Resolves if somebody listens. */
export function answers(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, LOOPBACK, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

async function taken(ports: readonly number[]): Promise<number[]> {
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, index) => !free[index]);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, LOOPBACK, () => probe.close(() => resolve(true)));
  });
}
