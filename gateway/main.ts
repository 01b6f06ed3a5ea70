/** The process: settings, first start of a demo, listening, stopping. */
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import pino from 'pino';
import { buildApp, type RunState } from './app.js';
import { systemClock } from './clock.js';
import { ConfigError, readConfig, type Config } from './config.js';
import { BUREAU, readDemo, seedDemo } from './demo.js';
import { connectionCertificates, hostedIdentities } from './hosted.js';
import { isSetUp, openServices, type Services } from './services.js';
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
  const made = config.heads === undefined ? undefined : mkdirSync(config.heads, { recursive: true });
  if (made !== undefined) process.stdout.write(`made the directory ${config.heads ?? ''} for signed heads of the ledger (YIZHENG_HEADS)\n`);
  const services = await openServices({
    data: config.data, publicName, clock: systemClock, ledger, profile, sealPassphrase: config.sealPassphrase, tombstones: config.tombstones, print: true, heads: config.heads, timeStamps: config.timeStamps, exchangeAuthorities: config.exchangeAuthorities, provider: config.provider, workingHours: config.workingHours, notices: config.notices, alarmSettings: config.alarms, tlsCertificate: config.tls?.certificate,
    onFatal: (error) => {
      // After a failed write only a new process can know what is on the disk.
      state.fatal = error;
      log.fatal({ err: error }, 'the ledger has stopped');
      setTimeout(() => process.exit(70), 200);
    },
    onFailure: (error) => { log.warn({ err: error }, 'something behind the doors failed'); },
  });
  if (config.demo && services.projection.get('ledger', 'settings')?.demo !== true) {
    await services.close();
    throw new ConfigError(`${config.data} is an installation of its own, not a demo: start it with --no-demo (npm start -- --no-demo), or name another directory in YIZHENG_DATA for a demo`);
  }
  if (administrator) await seedDemo(services, administrator);
  const warn = () => {
    for (const { use, endsAt, daysLeft, warning } of connectionCertificates(services.ledger, systemClock.now())) if (warning !== undefined) log.warn({ code: warning, use, endsAt, daysLeft }, 'a certificate on the way to the ledger needs renewal: npm run network -- renew');
    for (const { agency, endsAt, daysLeft, warning } of hostedIdentities(services.submitter.identities, systemClock.now())) if (warning !== undefined) log.warn({ code: warning, agency, endsAt, daysLeft }, 'the ledger identity of an agency needs renewal: yizheng identities --renew, then start again');
  };
  warn();
  setInterval(warn, DAY_MS).unref();
  setInterval(() => void warnOfSeals(services, log), DAY_MS).unref();
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
  try {
    await app.listen({ port, host: config.host });
  } catch (error) {
    await app.close();
    await services.close();
    throw error;
  }
  greet(config, app.server.address());
  void warnOfSeals(services, log);
  sayMisnamed(publicName, port);
}

/** Seals that end, and keys of seals that do not open: known before somebody wants to seal. */
async function warnOfSeals({ seals }: Services, log: pino.Logger): Promise<void> {
  for (const { agency, seal, endsAt, daysLeft, warning } of await seals.ending()) if (warning !== undefined) log.warn({ code: warning, agency, seal, endsAt, daysLeft }, 'a seal needs renewal: yizheng seal renew, or /issue/seals');
  for (const { agency, seal, error } of await seals.tryKeys()) log.error({ agency, seal, err: error }, 'the key of a seal does not open');
}

/** A name that leads to this machine leads to a port; a name of the world leads through whatever stands before the gateway. */
function sayMisnamed(publicName: string, port: number): void {
  const { hostname, port: named, protocol } = new URL(publicName);
  const leadsTo = named === '' ? (protocol === 'https:' ? 443 : 80) : Number(named);
  if (!['localhost', '127.0.0.1'].includes(hostname) || leadsTo === port) return;
  process.stderr.write(`warning: links, QR codes and passkeys name ${publicName}, but the gateway listens on port ${String(port)}: what is issued now leads to the wrong place. Start with PORT=${String(leadsTo)}, or set YIZHENG_PUBLIC_NAME\n`);
}

/** What a person can do about an error of the system or of the settings; undefined where only its stack says anything. */
function wordsOf(error: unknown, port: string | undefined): string | undefined {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const [code, at] = [String(error.code), port ?? '8080'];
  if (code === 'EADDRINUSE') return `port ${at} is taken, perhaps by a gateway that still runs: stop it, or take another port, as in PORT=8081`;
  if (code === 'EACCES' && 'syscall' in error && error.syscall === 'listen') return `port ${at} may not be used by this user: take one above 1023, as in PORT=8080`;
  return `${code}: ${error.message}`;
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
  process.stderr.write(`${wordsOf(error, process.env['PORT']) ?? String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
}
