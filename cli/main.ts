#!/usr/bin/env node
/** The command line: a record of name to command, parsed strictly. Results go to standard output, words to standard error. */
import { parseArgs } from 'node:util';
import { messageOf } from '#gateway/messages';
import { Client, readKeyFile } from './client.js';
import { flag, text, type Command, type OptionHelp } from './command.js';
import { withDashes } from './dashes.js';
import { CliError, EXIT, type Exit } from './exit.js';
import { harmless, say } from './language.js';
import { SessionStore } from './session-store.js';
import { byBeijing } from './time.js';
import { accountCommands } from './commands/account.js';
import { alarmCommands } from './commands/alarms.js';
import { applicationCommands } from './commands/application.js';
import { auditCommands } from './commands/audit.js';
import { bulkCommands } from './commands/bulk.js';
import { delegationCommands } from './commands/delegation.js';
import { deviceCommands } from './commands/device.js';
import { evidenceCommands } from './commands/evidence.js';
import { headCommands } from './commands/head.js';
import { erasureCommands } from './commands/erasure.js';
import { identityCommands } from './commands/identity.js';
import { objectionCommands } from './commands/objection.js';
import { demoCommands } from './commands/demo.js';
import { workCommands } from './commands/work.js';
import { grantCommands } from './commands/grant.js';
import { licenceCommands } from './commands/licence.js';
import { printOrderCommands } from './commands/print-order.js';
import { registerCommands } from './commands/register.js';
import { sceneCommands } from './commands/scene.js';
import { sealCommands } from './commands/seal.js';
import { reportCommands } from './commands/report.js';
import { traceCommands } from './commands/trace.js';
import { termsCommands } from './commands/terms.js';
import { trustCommands } from './commands/trust.js';
import { useCommands } from './commands/use.js';
import { verifyCommands } from './commands/verify.js';

const COMMANDS: Readonly<Record<string, Command>> = { ...licenceCommands, ...bulkCommands, ...applicationCommands, ...verifyCommands, ...trustCommands, ...evidenceCommands, ...headCommands, ...registerCommands, ...sealCommands, ...useCommands, ...sceneCommands, ...deviceCommands, ...grantCommands, ...erasureCommands, ...accountCommands, ...identityCommands, ...delegationCommands, ...objectionCommands, ...workCommands, ...reportCommands, ...demoCommands, ...auditCommands, ...traceCommands, ...printOrderCommands, ...termsCommands, ...alarmCommands };

/** The operator's tools open the installation themselves and load half the gateway; everybody else is spared the wait. */
const operatorTools = async (): Promise<Readonly<Record<string, Command>>> => (await import('./commands/operator.js')).operatorCommands;

const COMMON: Readonly<Record<string, OptionHelp>> = {
  gateway: { type: 'string', value: 'URL', help: 'address of the gateway (YIZHENG_GATEWAY, the key file, or http://localhost:8080)' },
  key: { type: 'string', short: 'k', value: 'FILE', help: 'your key file (YIZHENG_KEY)' },
  json: { type: 'boolean', help: 'results as JSON' },
  help: { type: 'boolean', short: 'h', help: 'this help' },
};

function optionLines(options: Readonly<Record<string, OptionHelp>>): string[] {
  return Object.entries(options).map(([name, { short, value, help }]) => `  ${`${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(28)} ${help}`);
}

function helpOf(name: string, command: Command): string {
  return [
    command.summary, '', `  yizheng ${name} ${command.usage}`, '',
    ...optionLines({ ...command.options, ...COMMON }), ...(command.examples ? ['', 'Examples:', ...command.examples.map((example) => `  yizheng ${example}`)] : []),
    '', 'Exit: 0 done or valid, 2 usage, 3 refused, 4 not in force, 5 untrusted, 6 could not be checked, 7 unconfirmed record, 8 unavailable, 9 some rows refused, 10 not found, 11 critical alarm', '',
  ].join('\n');
}

async function overview(): Promise<string> {
  const lines = Object.entries({ ...COMMANDS, ...(await operatorTools()) }).map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`);
  return ['Yizheng 一证: licences issued once, trusted everywhere', '', '  yizheng COMMAND [--json] [--gateway URL] [--key FILE]', '', ...lines, '', 'yizheng COMMAND --help says more.', ''].join('\n');
}

async function run(argv: readonly string[]): Promise<Exit> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(await overview());
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS : await operatorTools();
  const command = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!command) throw new CliError(EXIT.usage, `there is no command ${name}; yizheng --help lists them`);
  const { values, positionals } = parse(name, command, rest);
  if (flag(values, 'help')) {
    process.stdout.write(helpOf(name, command));
    return EXIT.ok;
  }
  const [least, most] = command.takes;
  if (positionals.length < least || positionals.length > most) throw new CliError(EXIT.usage, `usage: yizheng ${name} ${command.usage}`);
  const stop = new AbortController();
  process.once('SIGINT', () => { stop.abort(); });
  return command.run({
    client: connect(values), args: positionals, values, signal: stop.signal,
    print: (value, words) => process.stdout.write(flag(values, 'json') ? `${JSON.stringify(value)}\n` : `${harmless(byBeijing(words))}\n`),
    say: (line) => process.stderr.write(`${harmless(byBeijing(line))}\n`),
  });
}

function parse(name: string, command: Command, rest: string[]) {
  const options = Object.fromEntries(Object.entries({ ...command.options, ...COMMON }).map(([option, { type, short, multiple }]) => [option, { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) }]));
  try {
    return parseArgs({ args: withDashes(rest, options), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new CliError(EXIT.usage, `${error instanceof Error ? error.message : ''}\nusage: yizheng ${name} ${command.usage}`);
  }
}

function connect(values: Parameters<typeof text>[0]): Client {
  const path = text(values, 'key') ?? process.env['YIZHENG_KEY'];
  const keyFile = path === undefined || path === '' ? undefined : readKeyFile(path);
  const gateway = text(values, 'gateway') ?? process.env['YIZHENG_GATEWAY'] ?? keyFile?.gateway ?? 'http://localhost:8080';
  return new Client({ gateway: gateway.replace(/\/$/, ''), keyFile, sessions: new SessionStore(), onWait: (seconds) => { process.stderr.write(`${say({ zh: `登录过于频繁，${String(seconds)} 秒后继续`, en: `too many sign-ins: going on in ${String(seconds)} s` })}\n`); } });
}

/** A fault of the gateway or the ledger, met by an operator's tool that opens them itself. */
interface Fault extends Error {
  readonly code: string;
  readonly refusal?: string;
  readonly fields?: readonly { readonly field: string; readonly code: string }[];
}
const isFault = (error: unknown): error is Fault => error instanceof Error && (['GatewayFault', 'LedgerFault', 'KeyMissing', 'SealKeyFault', 'KeystoreFault'].includes(error.name) || ('syscall' in error && 'code' in error));

function wordsOf(error: CliError | Fault): string {
  if (error instanceof CliError) return error.message;
  const code = error.refusal ?? error.code;
  const words = say(messageOf(code));
  const fields = (error.fields ?? []).map((fault) => `\n  ${fault.field}: ${say(messageOf(fault.code))}`).join('');
  return `${words !== code ? `${code}: ${words}` : error.message.startsWith(`${code}:`) ? error.message : `${code}: ${error.message}`}${fields}`;
}

// Whoever reads no further, as `head` does, has what he wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE') process.exit(EXIT.ok); else throw error; });

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const known = error instanceof CliError || isFault(error);
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: known ? error.message : 'INTERNAL', ...(error instanceof CliError && typeof error.detail === 'object' ? error.detail : {}) })}\n`);
  process.stderr.write(`${known ? byBeijing(wordsOf(error)) : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = error instanceof CliError ? error.exit : known ? EXIT.refused : EXIT.internal;
}
