import { createServer } from 'node:net';
import { LOOPBACK } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';

/** @throws NetworkFault PORT_BUSY, naming every port that is taken */
export async function demandFree(ports: readonly number[]): Promise<void> {
  const free = await Promise.all(ports.map(isFree));
  const busy = ports.filter((_, index) => !free[index]);
  if (busy.length > 0) throw new NetworkFault('PORT_BUSY', `something already listens on port ${busy.join(', ')}: stop it, or choose other ports with --base-port. Nothing was started.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, LOOPBACK, () => probe.close(() => resolve(true)));
  });
}
