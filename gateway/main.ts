/** The process: settings, first start of a demo, listening, stopping. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import pino from 'pino';
import { buildApp, type RunState } from './app.js';
import { systemClock } from './clock.js';
import { ConfigError, readConfig, type Config } from './config.js';
import { BUREAU, readDemo, seedDemo } from './demo.js';
import { hostedIdentities } from './hosted.js';
import { isSetUp, openServices } from './services.js';
import { publicNameOf, setUp } from './setup.js';

/** A free port, known before the first QR is made. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const STOP_MS = 20_000;
const DAY_MS = 86_400_000;

async function run(config: Config): Promise<void> {
  const port = config.port === 0 ? await freePort() : config.port;
  const publicName = config.publicName ?? publicNameOf(config.data) ?? `${config.tls ? 'https' : 'http'}://localhost:${String(port)}`;
  const log = pino({ level: config.log, redact: ['req.headers.authorization', 'req.headers.cookie'] });
  const state: RunState = { stopping: false, fatal: undefined };
  const firstRun = !isSetUp(config.data);
  if (firstRun && !config.demo) throw new ConfigError(`${config.data} is not set up: run "yizheng init" first, or start with --demo`);
  const { ledger, profile } = config;
  const administrator = firstRun ? await setUp({ data: config.data, agency: BUREAU, publicName, demo: true, ledger, profile }) : undefined;
  const services = await openServices({
    data: config.data, publicName, clock: systemClock, ledger, profile,
    onFatal: (error) => {
      // After a failed write only a new process can know what is on the disk.
      state.fatal = error;
      log.fatal({ err: error }, 'the ledger has stopped');
      setTimeout(() => process.exit(70), 200);
    },
    onFailure: (error) => { log.warn({ err: error }, 'something behind the doors failed'); },
  });
  if (administrator) await seedDemo(services, administrator);
  const warn = () => { for (const { agency, endsAt, daysLeft, warning } of hostedIdentities(services.submitter.identities, systemClock.now())) if (warning !== undefined) log.warn({ code: warning, agency, endsAt, daysLeft }, 'the ledger identity of an agency needs renewal: yizheng identities --renew, then start again'); };
  warn();
  setInterval(warn, DAY_MS).unref();
  const app = await buildApp({ services, state, logger: { level: config.log === 'info' ? 'warn' : config.log }, tls: config.tls, trustProxy: config.trustProxy });
  const stop = async (signal: string) => {
    if (state.stopping) return;
    state.stopping = true;
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_MS).unref();
    await app.close();
    await services.close();
    process.exit(0);
  };
  process.on('SIGINT', (signal) => void stop(signal));
  process.on('SIGTERM', (signal) => void stop(signal));
  await app.listen({ port, host: config.host });
  greet(config, app.server.address());
}

function greet(config: Config, address: ReturnType<import('node:net').Server['address']>): void {
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const base = `${config.tls ? 'https' : 'http'}://localhost:${String(port)}`;
  const demo = readDemo(config.data);
  const lines = [`Yizheng 一证  ${base}`, `  data ${config.data}    documentation ${base}/docs`];
  if (demo) {
    lines.push('  demo sign-ins (synthetic, samples only):', ...demo.signIns.map(({ name, password, who }) => `    ${name.padEnd(16)} ${password.padEnd(14)} ${who}`));
    lines.push(`  verify a licence: ${base}/l/${demo.licence}`, `  key files for the CLI: ${config.data}/demo/`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

try {
  await run(readConfig(process.env, process.argv.slice(2)));
} catch (error) {
  const known = error instanceof ConfigError || (error instanceof Error && 'code' in error);
  process.stderr.write(`${known && error instanceof Error ? `${'code' in error ? `${String(error.code)}: ` : ''}${error.message}` : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
}
