import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** What every act may use. */
const ACTS = ['gateway/uses', 'gateway/notices', 'gateway/alarms', 'gateway/documents', 'gateway/vault', 'gateway/ledger', 'gateway/jobs', 'gateway/tables', 'gateway/messages', 'gateway/press', 'gateway/seals/signer', 'gateway/identity/turns', 'gateway/cipher', 'gateway/clock', 'gateway/fault', 'gateway/keyring', 'chaincode'];
/** Floors of the acts, and those that each stands on. */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  licence: [], transport: [], verify: ['licence'], use: ['licence', 'verify', 'transport'], print: ['licence', 'verify', 'use'], holder: ['licence', 'verify', 'use'], applications: ['licence', 'verify', 'use', 'holder'],
  wallet: ['licence', 'verify', 'use', 'print', 'holder', 'applications'], office: ['licence', 'verify', 'use', 'print'], audit: ['licence', 'verify', 'use'], report: ['licence', 'audit'], evidence: ['verify', 'transport'],
};

/** What a room may import; the first entry that fits a file decides. Rooms not named may import nothing of ours. */
const ROOMS: readonly (readonly [room: string, may: readonly string[]])[] = [
  ['chaincode/facts', ['chaincode/facts']],
  ['chaincode/world', ['chaincode/facts']],
  ['chaincode/rules', ['chaincode/facts', 'chaincode/rules', 'chaincode/world']],
  ['chaincode/contract', ['chaincode']],
  ['network', ['network', 'chaincode/contract']],
  // How Fabric's messages lie in their bytes: pure, and read by verifiers of evidence in browsers too.
  ['gateway/documents/evidence-bundle', ['gateway/documents', 'network/wire', 'network/transaction', 'network/rwset', 'chaincode/facts']],
  ['gateway/documents', ['gateway/documents', 'chaincode/facts']],
  ['gateway/tables', ['gateway/tables']],
  ['gateway/messages', ['gateway/messages', 'gateway/fault', 'gateway/documents', 'gateway/tables', 'gateway/alarms/alarm', 'chaincode/facts']],
  ['gateway/catalogue', ['gateway/catalogue', 'chaincode/facts']],
  // The thread that draws and seals; keys stay outside of it.
  ['gateway/press', ['gateway/press', 'gateway/documents', 'chaincode/facts']],
  ['gateway/vault', ['gateway/vault', 'gateway/documents', 'gateway/cipher', 'gateway/keyring', 'chaincode/facts']],
  ['gateway/ledger', ['gateway/ledger', 'gateway/documents', 'gateway/vault', 'gateway/fault', 'gateway/keyring', 'network', 'chaincode']],
  ['gateway/jobs', ['gateway/jobs', 'gateway/tables', 'gateway/clock', 'gateway/fault', 'gateway/cipher', 'gateway/keyring', 'chaincode']],
  // The gateway's own source of signatures; acts know no more of it than how to ask.
  ['gateway/seals', ['gateway/seals', 'gateway/identity/staff', 'gateway/identity/turns', 'gateway/ledger', 'gateway/clock', 'gateway/fault', 'gateway/keyring', 'network/ca', 'chaincode']],
  // What was used, by whom, for what: written before data leave, and on the ledger within seconds.
  ['gateway/uses', ['gateway/uses', 'gateway/documents', 'gateway/vault', 'gateway/ledger', 'gateway/cipher', 'gateway/clock', 'gateway/fault', 'gateway/keyring', 'chaincode/facts']],
  // What is told to programs of agencies; it knows nothing of what it tells.
  ['gateway/notices', ['gateway/notices', 'gateway/clock', 'chaincode/facts/hash']],
  // What somebody has to look at: found in the records, kept until it is over. It asks no act, and acts only show it.
  ['gateway/alarms', ['gateway/alarms', 'gateway/notices', 'gateway/uses', 'gateway/ledger', 'gateway/documents', 'gateway/clock', 'gateway/fault', 'chaincode/facts']],
  // What a floor of acts may build on: the one below, and what all of them may.
  ...Object.entries(FLOORS).map(([room, below]): [string, string[]] => [`gateway/acts/${room}`, [...ACTS, ...[room, ...below].map((each) => `gateway/acts/${each}`)]]),
  ['gateway/identity', ['gateway/identity', 'gateway/ledger', 'gateway/clock', 'gateway/fault', 'gateway/keyring', 'chaincode']],
  // The types of what the doors answer, of which nothing is in the bundle, and the documents' own code, which is pure.
  ['gateway/web', ['gateway/web', 'gateway/messages', 'gateway/tables/cell', 'gateway/acts/verify/lookup', 'gateway/acts/applications/materials', 'gateway/acts/applications/application-view', 'gateway/acts/wallet/wallet', 'gateway/acts/holder/pairing', 'gateway/acts/use/grant', 'gateway/acts/use/grant-request', 'gateway/acts/wallet/erasure', 'gateway/identity/staff', 'gateway/seals/seals', 'gateway/documents', 'chaincode/facts', 'gateway/acts/holder/presentation', 'gateway/acts/holder/identity', 'gateway/acts/holder/provider', 'gateway/acts/holder/delegation', 'gateway/acts/holder/device', 'gateway/acts/holder/objection', 'gateway/acts/applications/filing', 'gateway/acts/office/work', 'gateway/acts/licence/conditions', 'gateway/acts/audit/audit', 'gateway/acts/audit/act-views', 'gateway/acts/audit/figures', 'gateway/acts/audit/trace', 'gateway/acts/use/use', 'gateway/acts/print/print-order', 'gateway/acts/print/print-order-view', 'gateway/acts/audit/alarm', 'gateway/acts/office/terms', 'gateway/acts/report/report', 'gateway/acts/report/report-names']],
  ['gateway/doors', ['gateway/doors', 'gateway/acts', 'gateway/uses', 'gateway/documents', 'gateway/identity', 'gateway/seals/seals', 'gateway/tables', 'gateway/access', 'gateway/app', 'gateway/services', 'gateway/hosted', 'gateway/operator-pass', 'gateway/reconcile/live', 'gateway/clock', 'gateway/fault', 'gateway/keyring', 'gateway/alarms/alarm', 'chaincode']],
  ['gateway', ['gateway', 'network', 'chaincode']],
  // The command line talks HTTP; its operator's tools open the installation through the gateway's own front.
  ['cli/commands/operator', ['cli', 'gateway', 'network', 'chaincode/facts']],
  // A key is handed over on the machine of the gateway, never over a network.
  ['cli/commands/seal-import', ['cli', 'gateway/seals', 'gateway/services']],
  // A bulk signer reads the table as the gateway does, and compares.
  ['cli/commands/bulk', ['cli', 'gateway/acts/licence/sign', 'gateway/acts/licence/manifest', 'gateway/acts/licence/bulk-rows', 'gateway/messages', 'gateway/tables', 'chaincode/facts']],
  // A head is drawn where it was checked.
  ['cli/commands/head', ['cli', 'gateway/documents', 'gateway/messages', 'gateway/press/fonts', 'chaincode/facts']],
  ['cli', ['cli', 'gateway/acts/licence/sign', 'gateway/acts/verify/lookup', 'gateway/acts/applications/materials', 'gateway/acts/applications/application-view', 'gateway/acts/use/scene', 'gateway/acts/holder/device', 'gateway/acts/use/grant', 'gateway/acts/use/grant-request', 'gateway/acts/wallet/erasure', 'gateway/acts/use/use', 'gateway/seals/seals', 'gateway/documents', 'gateway/messages', 'gateway/keyring', 'chaincode/facts', 'gateway/acts/holder/identity', 'gateway/acts/holder/provider', 'gateway/acts/holder/delegation', 'gateway/acts/holder/objection', 'gateway/acts/office/work', 'gateway/acts/audit/audit', 'gateway/acts/audit/act-views', 'gateway/acts/audit/trace', 'gateway/acts/audit/figures', 'gateway/acts/print/print-order', 'gateway/acts/print/print-order-view', 'gateway/acts/office/terms', 'gateway/acts/audit/alarm', 'gateway/acts/report/report', 'gateway/acts/report/report-names']],
  ['test', ['test', 'chaincode', 'network', 'gateway', 'cli']],
];

const within = (path: string, room: string): boolean => path === room || path.startsWith(`${room}/`) || path.startsWith(`${room}.`);

function sources(directory: string): string[] {
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const IMPORT = /(?:from|import\()\s*['"]([^'"]+)['"]/g;

/** Our own modules that a file imports, as paths from the root, without endings. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, name = '']) => name).flatMap((name) => {
    if (name.startsWith('#')) return [name.slice(1)];
    return name.startsWith('.') ? [relative(ROOT, resolve(ROOT, dirname(file), name)).replace(/\.jsx?$/, '')] : [];
  });
}

function violations(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const may = ROOMS.find(([room]) => within(file, room))?.[1] ?? [];
    return importsOf(file).filter((target) => !may.some((room) => within(target, room))).map((target) => `${file} imports ${target}`);
  });
}

t.test('when one room imports another', (t) => {
  const files = ['chaincode', 'network', 'gateway', 'cli', 'test'].flatMap(sources);
  t.ok(files.length > 80, 'the sources are found');
  t.strictSame(violations(files), [], 'imports go one way');
  t.end();
});

t.test('when the gateway is loaded', (t) => {
  const files = ['gateway', 'cli'].flatMap(sources);
  // The chaincode library swallows uncaught errors of the process that loads it: only the ledger's worker does.
  t.strictSame(files.filter((file) => importsOf(file).includes('chaincode/contract') || /from 'fabric-/.test(readFileSync(join(ROOT, file), 'utf8'))), []);
  t.end();
});

t.test('when the rules are read', (t) => {
  for (const file of sources('chaincode').filter((each) => each !== 'chaincode/contract.ts')) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    t.notMatch(text, /Date\.now|new Date\(\)|Math\.random|\bprocess\.|\bfetch\(|toLocale|node:(fs|net|http|os)/, `${file}: no clock, no chance, no machine`);
    t.notMatch(text, /fabric-/, `${file}: does not know Fabric`);
  }
  t.end();
});

t.test('when the top level is listed', (t) => {
  const tracked = readdirSync(ROOT).filter((name) => !name.startsWith('.') && !['node_modules', 'dist', 'data'].includes(name));
  t.strictSame(tracked.filter((name) => !['chaincode', 'gateway', 'cli', 'network', 'test', 'docs', 'package.json', 'package-lock.json', 'tsconfig.json', 'eslint.config.js', 'README.md', 'LICENSE', 'SECURITY.md', 'CONTRIBUTING.md'].includes(name)), []);
  t.end();
});
