/** For the operator, on the server: first run, staff, the first seals, integrity, rebuilding the index. These open the data directory themselves. */
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join as joinPath, resolve } from 'node:path';
import { AGENCY_KEY_USES } from '#chaincode/facts/records';
import { isGatewayAddress } from '#chaincode/facts/address';
import { parseUscc } from '#chaincode/facts/holder-code';
import { selfSignedServer } from '#network/ca/server';
import { KIND, KINDS } from '#gateway/catalogue/kinds';
import { systemClock } from '#gateway/clock';
import type { KeyFile } from '#gateway/acts/licence/sign';
import { pendingAdministrator } from '#gateway/administrator';
import { writeKeyFile } from '#gateway/keyring';
import { rootDigest } from '#gateway/documents/trust-root';
import { renewIdentities, storedIdentities } from '#gateway/hosted';
import { joinLedger } from '#gateway/join';
import { messageOf } from '#gateway/messages';
import { isSetUp, openServices, paths } from '#gateway/services';
import { Registrar, setUp } from '#gateway/setup';
import { asRegistrar } from './operator/as-registrar.js';
import { DATA, dataOf, need, sealPassphrase, tombstones } from './operator/data.js';
import { fsck } from './operator/fsck.js';
import { staff } from './operator/staff.js';
import { flag, text, texts, type Command, type Invocation, type OptionHelp } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { say } from '../language.js';
import { legalDay } from '../time.js';


const FIRST_RUN: Readonly<Record<string, OptionHelp>> = {
  ...DATA, name: { type: 'string', value: 'NAME', help: 'its name' }, 'public-name': { type: 'string', value: 'URL', help: 'public name printed in QR codes, meant to outlive servers' },
  tls: { type: 'boolean', help: 'also make a self-signed TLS certificate' }, out: { type: 'string', value: 'FILE', help: "the administrator's key file; administrator.key.json where not given" },
};

/** What both ways to begin ask for. A first run that was cut short may have written its key file, and goes on with it. */
function firstRun(values: Invocation['values']) {
  const [data, code, name, publicName] = [dataOf(values), need(values, 'agency'), need(values, 'name'), need(values, 'public-name')];
  if (!parseUscc(code)) throw new CliError(EXIT.refused, `USCC_CHECK_DIGIT: ${code} is not a unified social credit code`);
  if (!/^https?:\/\/[a-z0-9.:-]+$/.test(publicName)) throw new CliError(EXIT.usage, '--public-name: an address such as https://licence.example.cn is meant');
  if (isSetUp(data)) throw new CliError(EXIT.refused, `ALREADY_SET_UP: ${data} has a ledger already; start the gateway on it, or name another directory`);
  const out = resolve(text(values, 'out') ?? 'administrator.key.json');
  const pending = pendingAdministrator(data);
  if (existsSync(out) && (!pending || readFileSync(out, 'utf8') !== keyText(pending.file))) throw new CliError(EXIT.refused, `${out} exists already; keys are not overwritten`);
  return { data, agency: { code, name }, publicName, out };
}

/** The end of a first run, in words. */
async function begun({ values, print, say }: Invocation, { data, publicName, out }: ReturnType<typeof firstRun>, more: object, next: string): Promise<Exit> {
  const tls = flag(values, 'tls') ? await makeTls(data, new URL(publicName).hostname) : undefined;
  if (tls) say(`TLS: YIZHENG_TLS_CERTIFICATE=${tls.certificate} YIZHENG_TLS_KEY=${tls.key}`);
  print({ data, administrator: out, ...more, ...(tls ? { tls } : {}) }, `set up ${data}\nadministrator's key: ${out} (keep it off this machine)\n${next}`);
  return EXIT.ok;
}

const keyText = (file: KeyFile): string => `${JSON.stringify(file, undefined, 2)}\n`;

const init: Command = {
  summary: 'first run: makes the administrator, the keys and, if asked, TLS', usage: '--agency USCC --name NAME --public-name URL [--profile FILE] [--tls]', takes: [0, 0],
  options: { ...FIRST_RUN, agency: { type: 'string', value: 'USCC', help: 'code of the agency that keeps the register' }, profile: { type: 'string', value: 'FILE', help: 'connection profile of the agency on a Fabric consortium; without it the ledger is the embedded one' } },
  run: async (invocation) => {
    const { values } = invocation;
    const { out, ...first } = firstRun(values);
    const profile = text(values, 'profile');
    const file = await setUp({ ...first, demo: false, ...(profile === undefined ? {} : { ledger: 'fabric', profile }), handOver: (file) => { writeKeyFile(out, keyText(file)); } });
    const root = await firstRoot(first.data, file);
    return begun(invocation, { ...first, out }, { root }, `root of trust: ${root} (verifiers pin it)\nnext: yizheng staff, yizheng seal; then npm start -- --no-demo, and yizheng register for agencies and kinds (yizheng kinds --json prints samples)`);
  },
};

const join: Command = {
  summary: 'first run of a further agency with a peer of its own, on the ledger of a consortium', usage: '--profile FILE --agency USCC --name NAME --public-name URL [--tls]', takes: [0, 0],
  options: { ...FIRST_RUN, agency: { type: 'string', value: 'USCC', help: 'code of the agency that joins' }, profile: { type: 'string', value: 'FILE', help: 'its connection profile, which "npm run network -- join" wrote' },
    registration: { type: 'string', value: 'FILE', help: 'what the registrar of the ledger has to write; USCC.registration.json where not given' } },
  examples: ['join --profile data/newcomer/agency/profile.json --agency 11370303009999228K --name NAME --public-name https://licence.example.cn'],
  run: async (invocation) => {
    const { values } = invocation;
    const { out, ...first } = firstRun(values);
    const registration = resolve(text(values, 'registration') ?? `${first.agency.code}.registration.json`);
    await joinLedger({ ...first, on: need(values, 'profile'), handOver: (file, acts) => {
      writeKeyFile(out, keyText(file));
      writeKeyFile(registration, `${JSON.stringify(acts, undefined, 2)}\n`);
    } });
    return begun(invocation, { ...first, out }, { registration }, `for the registrar of the ledger: ${registration}, who adds rights and runs yizheng register\nthen here: yizheng staff, yizheng seal; then npm start -- --no-demo`);
  },
};

/** One agency that signs the trust list alone, until others join it, receipts, use records and heads. @returns the digest that verifiers pin */
async function firstRoot(data: string, file: KeyFile): Promise<string> {
  const services = await openServices({ data, publicName: 'http://localhost', clock: systemClock, onFatal: () => undefined });
  try {
    const registrar = new Registrar(services, file);
    await registrar.trustRoot(1, [await registrar.agencyKey(file.agency, 'trust')]);
    for (const use of ['receipt', 'use-record', 'head'] as const) await registrar.agencyKey(file.agency, use);
    return rootDigest((await services.trustLists.proposeRoot()).document);
  } finally {
    await services.close();
  }
}

async function makeTls(data: string, host: string): Promise<{ certificate: string; key: string }> {
  const at = { certificate: joinPath(data, 'keys', 'tls.crt'), key: joinPath(data, 'keys', 'tls.key') };
  const { certificate, privateKey } = await selfSignedServer([host, 'localhost', hostname()]);
  writeKeyFile(at.key, privateKey);
  writeKeyFile(at.certificate, certificate);
  return at;
}

/** A seal in one go, before the gateway runs for the first time: applied for, made and filed by one registrar. Given again, the command finds the seal that it made. */
export async function sealAtFirstRun(invocation: Invocation, years: number): Promise<{ readonly id: string; readonly made: boolean }> {
  const [agency, name] = [need(invocation.values, 'agency'), need(invocation.values, 'name')];
  return asRegistrar(invocation, async (registrar, { projection }) => {
    const there = projection.sealsOf(agency).find((seal) => seal.name === name && seal.status === 'in-use' && seal.validUntil > new Date().toISOString());
    if (there) return { id: there.id, made: false };
    return { id: await registrar.seal({ agency, name, years }), made: true };
  });
}

const trustKey: Command = {
  summary: 'make a key with which an agency signs status lists, its part in the trust list, receipts, use records, heads of the ledger, or what its gateway asks of others', usage: `--agency USCC --use ${AGENCY_KEY_USES.join('|')} [--address URL]`, takes: [0, 0],
  options: { ...DATA, agency: { type: 'string', value: 'USCC', help: 'owner of the key' }, use: { type: 'string', value: 'USE', help: `${AGENCY_KEY_USES.join(', ')}: a key has one use for ever` },
    address: { type: 'string', value: 'URL', help: 'of a transport key: where the gateways of other agencies ask this one, such as https://licence.example.cn' } },
  examples: ['trust-key --agency 113703030099999063 --use receipt', 'trust-key --agency 113703030099999063 --use transport --address https://licence.example.cn'],
  run: async (invocation) => {
    const use = AGENCY_KEY_USES.find((each) => each === need(invocation.values, 'use'));
    if (!use) throw new CliError(EXIT.usage, `--use: one of ${AGENCY_KEY_USES.join(', ')}`);
    const address = text(invocation.values, 'address');
    // The rules ask it again. Asked here, no key file is left behind that no register has.
    if (use === 'transport' ? !isGatewayAddress(address) : address !== undefined) throw new CliError(EXIT.usage, `KEY_ADDRESS: ${say(messageOf('KEY_ADDRESS'))}`);
    const id = await asRegistrar(invocation, (registrar) => registrar.agencyKey(need(invocation.values, 'agency'), use, address));
    invocation.print({ id, use, ...(address === undefined ? {} : { address }) }, `key ${id} for ${use}${address === undefined ? '' : `  ${address}`}`);
    return EXIT.ok;
  },
};

const trustRoot: Command = {
  summary: 'register the next root of trust: whose trust keys sign the trust list, and how many of them must', usage: '--threshold K [--agency USCC ...]', takes: [0, 0],
  options: { ...DATA, threshold: { type: 'string', value: 'K', help: 'agencies that must sign' }, agency: { type: 'string', multiple: true, value: 'USCC', help: 'an agency whose newest trust key is in it; all that have one where none is named' } },
  run: async (invocation) => {
    const threshold = Number(need(invocation.values, 'threshold'));
    const wanted = texts(invocation.values, 'agency');
    const made = await asRegistrar(invocation, async (registrar, services) => {
      const newest = new Map<string, string>();
      for (const { id, agency, history } of (await services.projection.all('agency-key')).filter(({ use, status }) => use === 'trust' && status === 'in-use').sort((a, b) => ((a.history[0]?.at ?? '') < (b.history[0]?.at ?? '') ? -1 : 1))) if (history.length > 0 && (wanted.length === 0 || wanted.includes(agency))) newest.set(agency, id);
      const stranger = wanted.find((agency) => !newest.has(agency));
      if (stranger !== undefined || newest.size === 0) throw new CliError(EXIT.refused, `${stranger ?? 'no agency'} has a trust key in use: yizheng trust-key --use trust`);
      const version = await registrar.trustRoot(threshold, [...newest.values()]);
      const { document, agencies, complete } = await services.trustLists.proposeRoot();
      return { version, digest: rootDigest(document), agencies, complete };
    });
    invocation.print(made, `root ${String(made.version)}  digest ${made.digest}\n${made.complete ? 'signed by enough agencies' : `signed by ${String(made.agencies.length)}: the others sign with yizheng trust propose --of-root, yizheng trust cosign`}`);
    return EXIT.ok;
  },
};

const host: Command = {
  summary: "host an agency's ledger identity at this gateway", usage: '--agency USCC', takes: [0, 0], options: { ...DATA, agency: { type: 'string', value: 'USCC', help: 'the agency, registered before' } },
  run: async (invocation) => {
    await asRegistrar(invocation, (registrar) => registrar.host(need(invocation.values, 'agency')));
    invocation.print({ agency: need(invocation.values, 'agency') }, `hosted: ${need(invocation.values, 'agency')}`);
    return EXIT.ok;
  },
};

const identities: Command = {
  summary: 'until when the ledger identities of the hosted agencies are good; --renew makes new ones', usage: '[--renew] [--agency USCC ...]', takes: [0, 0],
  options: { ...DATA, renew: { type: 'boolean', help: 'new certificates and keys; the gateway takes them up at its next start' }, agency: { type: 'string', multiple: true, value: 'USCC', help: 'only this agency' } },
  examples: ['identities', 'identities --renew', 'identities --renew --agency 113703030099993087'],
  run: async ({ values, print, say }) => {
    const [data, agencies] = [dataOf(values), texts(values, 'agency')];
    if (!isSetUp(data)) throw new CliError(EXIT.usage, `${data} is not set up`);
    const renew = flag(values, 'renew');
    const all = renew ? await renewIdentities(data, systemClock, agencies) : storedIdentities(data, systemClock);
    const shown = agencies.length === 0 ? all : all.filter(({ agency }) => agencies.includes(agency));
    print(shown, shown.map(({ agency, endsAt, daysLeft, warning }) => `${agency}  until ${legalDay(endsAt)}  ${String(daysLeft)} days${warning === undefined ? '' : `  ${warning}`}`).join('\n'));
    if (renew) say('renewed; a running gateway takes them up at its next start');
    return EXIT.ok;
  },
};

/** Persons that sign: for an issue, and for what needs more of them. */
const personsIn = ({ persons }: (typeof KINDS)[number]): string => [`issue ${String(persons['issue'] ?? 1)}`, ...Object.entries(persons).filter(([act]) => act !== 'issue').map(([act, count]) => `${act} ${String(count)}`)].join(', ');
const shortName = (type: string): string => Object.entries(KIND).find(([, each]) => each === type)?.[0] ?? '';

const kinds: Command = {
  summary: 'the sample catalogue of kinds: a table, or with --json as acts to edit and register', usage: '[--json > kinds.json]', takes: [0, 0],
  examples: ['kinds', 'kinds --json > kinds.json', 'register kinds.json --key administrator.key.json'],
  run: async ({ values, print }) => {
    // Indented, for it is edited by hand.
    if (flag(values, 'json')) process.stdout.write(`${JSON.stringify(KINDS.map((kind) => ({ op: 'kind.put', ...kind })), undefined, 2)}\n`);
    else print(undefined, ['type                   short        fields  name; persons who sign', ...KINDS.map((kind) => `${kind.type}  ${shortName(kind.type).padEnd(11)}  ${String(kind.fields.length).padStart(6)}  ${kind.name.zh} (${kind.name.en}); ${personsIn(kind)}`)].join('\n'));
    return Promise.resolve(EXIT.ok);
  },
};

const rebuild: Command = {
  summary: 'throw the index away and build it again from block 0 (gateway stopped)', usage: '[--data DIR]', takes: [0, 0], options: DATA,
  run: async ({ values, print }) => {
    const data = dataOf(values);
    if (!isSetUp(data)) throw new CliError(EXIT.usage, `${data} is not set up`);
    const from = Date.now();
    await rm(paths(data).projection, { recursive: true, force: true });
    const services = await openServices({ data, publicName: 'http://localhost', clock: systemClock, sealPassphrase: sealPassphrase(), tombstones: tombstones(), onFatal: () => undefined });
    const block = String(services.projection.block);
    await services.close();
    print({ block, ms: Date.now() - from }, `rebuilt to block ${block} in ${String(Date.now() - from)} ms`);
    return EXIT.ok;
  },
};

const rotateWrapping: Command = {
  summary: "replace the key that wraps the holders' keys, and destroy the old one (gateway stopped; a running one does it by itself)", usage: '[--data DIR]', takes: [0, 0], options: DATA,
  run: async ({ values, print, say }) => {
    const data = dataOf(values);
    if (!isSetUp(data)) throw new CliError(EXIT.usage, `${data} is not set up`);
    const tty = process.stderr.isTTY;
    const services = await openServices({ data, publicName: 'http://localhost', clock: systemClock, tombstones: tombstones(), onFatal: () => undefined, work: false });
    try {
      const wrapped = await services.vault.holderKeys.rotate(true, (done) => { if (tty) process.stderr.write(`\r${String(done)} keys`); });
      if (tty) say('');
      print({ wrapped }, `${String(wrapped)} keys of holders are under a new wrapping key; the old one is destroyed. Backups of before open nothing any more: make new ones`);
    } finally {
      await services.close();
    }
    return EXIT.ok;
  },
};

export const operatorCommands: Readonly<Record<string, Command>> = { init, join, kinds, staff, 'trust-key': trustKey, 'trust-root': trustRoot, host, identities, fsck, rebuild, 'rotate-wrapping': rotateWrapping };
