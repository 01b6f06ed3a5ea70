/** Work on an installation whose gateway is stopped, in a registrar's name. */
import { systemClock } from '#gateway/clock';
import { isSetUp, openServices } from '#gateway/services';
import { Registrar } from '#gateway/setup';
import type { Invocation } from '../../command.js';
import { CliError, EXIT } from '../../exit.js';
import { say } from '../../language.js';
import { dataOf, sealPassphrase, tombstones } from './data.js';

/** A gateway that is at work has its accounts and identities in memory: nothing is added beside it, and what to do instead is said. */
function lockedBy(error: unknown, data: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'LEDGER_LOCKED') return error;
  return new CliError(EXIT.refused, `LEDGER_LOCKED: ${say({ zh: `网关正在使用 ${data}，没有办理：请先停止网关，重新运行此命令，再启动网关`, en: `the gateway is at work on ${data}, nothing was done: stop the gateway, run this command again, then start the gateway` })}`, { code: 'LEDGER_LOCKED' });
}

/** Opens the installation with the administrator's key; the gateway must not be running. */
export async function asRegistrar<T>({ values, client }: Invocation, step: (registrar: Registrar, services: Awaited<ReturnType<typeof openServices>>) => Promise<T>): Promise<T> {
  const key = client.key;
  const data = dataOf(values);
  if (!isSetUp(data)) throw new CliError(EXIT.usage, `${data} is not set up: name the data directory with --data or YIZHENG_DATA`);
  const services = await openServices({ data, publicName: 'http://localhost', clock: systemClock, sealPassphrase: sealPassphrase(), tombstones: tombstones(), onFatal: () => undefined }).catch((error: unknown) => { throw lockedBy(error, data); });
  try {
    return await step(new Registrar(services, key), services);
  } finally {
    await services.close();
  }
}
