/** A way through TCP that a test can cut, or make swallow everything. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Proxy {
  readonly port: number;
  /** Connections that were made so far. */
  readonly made: number;
  /** Ends all connections; new ones are let through. */
  cut(): void;
  /** From now on nothing goes through, in connections that are there and in new ones, and nobody is told. */
  swallow(): void;
  /** New connections are let through; those that were swallowed stay dead. */
  heal(): void;
  close(): Promise<void>;
}

export async function openProxy(target: number): Promise<Proxy> {
  const open = new Set<Socket>();
  let swallowing = false;
  let made = 0;
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
  };
  const server = createServer((inner) => {
    made++;
    keep(inner);
    if (swallowing) {
      inner.resume();
      return;
    }
    const outer = keep(connect(target, '127.0.0.1'));
    inner.pipe(outer).pipe(inner);
    inner.on('close', () => outer.destroy());
    outer.on('close', () => inner.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    get made() { return made; },
    cut() { for (const socket of open) socket.destroy(); },
    swallow() {
      swallowing = true;
      for (const socket of open) socket.unpipe().resume();
    },
    heal() { swallowing = false; },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, 'close');
    },
  };
}
