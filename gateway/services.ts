/** Opens everything the doors need, in order, and closes it in reverse. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Level } from 'level';
import { isErased, isNatural } from '#chaincode/facts/erasure';
import { LedgerFault } from '#network/fault';
import type { Ledger } from '#network/ledger';
import { Managers } from './ledger/managers.js';
import { forgetAdministrator } from './administrator.js';
import { Applications } from './acts/applications/application.js';
import { Audit } from './acts/audit/audit.js';
import { Bulk, type BulkPlan } from './acts/licence/bulk.js';
import type { BulkParams } from './acts/licence/bulk-rows.js';
import { Counter } from './acts/use/counter.js';
import { Delegations } from './acts/holder/delegation.js';
import { Devices } from './acts/holder/device.js';
import { Drafter } from './acts/licence/draft.js';
import { Evidence } from './acts/evidence/evidence.js';
import { Exchange } from './acts/use/exchange.js';
import { Filings } from './acts/applications/filing.js';
import { Grants } from './acts/use/grant.js';
import { WORKING_HOURS, type WorkingHours } from './acts/audit/hours.js';
import { GrantRequests } from './acts/use/grant-request.js';
import { HeadSending } from './acts/evidence/head-sending.js';
import { Heads } from './acts/evidence/heads.js';
import { Identities } from './acts/holder/identity.js';
import { LicenceActs } from './acts/licence/licence.js';
import { Erasing } from './acts/wallet/erasing.js';
import { Erasures } from './acts/wallet/erasure.js';
import { Exports } from './acts/wallet/export.js';
import { Lookup } from './acts/verify/lookup.js';
import { Materials } from './acts/applications/materials.js';
import { registerOf } from './acts/use/may-use.js';
import { ProviderSignIns } from './acts/holder/provider.js';
import { Receipts } from './acts/verify/receipts.js';
import { Reports } from './acts/report/report.js';
import { Scenes } from './acts/use/scene.js';
import { Source } from './acts/use/source.js';
import { StatusLists } from './acts/verify/status-lists.js';
import { Traces } from './acts/audit/trace.js';
import { Transport } from './acts/transport/transport.js';
import { TrustLists } from './acts/verify/trust-lists.js';
import { PaperShelf } from './acts/print/paper-shelf.js';
import { Copies } from './acts/print/copies.js';
import { Automatic } from './acts/office/automatic.js';
import { Objections } from './acts/holder/objection.js';
import { Work } from './acts/office/work.js';
import { Pairings } from './acts/holder/pairing.js';
import { Papers } from './acts/print/papers.js';
import { Presentations } from './acts/holder/presentation.js';
import { Uses } from './acts/use/use.js';
import { Wallet } from './acts/wallet/wallet.js';
import { openCentre, sweepCentre, type Centre } from './centre.js';
import type { Clock } from './clock.js';
import { keyName } from './documents/jws.js';
import { Accounts } from './identity/accounts.js';
import { Challenges } from './identity/challenge.js';
import { Passkeys } from './identity/passkeys.js';
import { IdentityProvider, type ProviderSettings } from './identity/provider.js';
import { Sessions } from './identity/sessions.js';
import { Staff } from './identity/staff.js';
import { PrintFiles } from './jobs/prints.js';
import { Queue } from './jobs/queue.js';
import { Spools } from './jobs/spool.js';
import { Uploads } from './jobs/uploads.js';
import { Keyring } from './keyring.js';
import { EvidenceBlocks } from './ledger/evidence-blocks.js';
import { Lanes } from './ledger/lanes.js';
import { openedElsewhere } from './ledger/locked.js';
import { keepProfile, openLedger, type LedgerChoice } from './ledger/open.js';
import { Outbox } from './ledger/outbox.js';
import { Places } from './ledger/places.js';
import { Projection } from './ledger/projection.js';
import { Submitter } from './ledger/submit.js';
import type { NoticeSettings } from './notices/settings.js';
import { Press } from './press/press.js';
import { SealKeyFiles } from './seals/key-files.js';
import { PassphraseFile } from './seals/passphrase.js';
import { Seals } from './seals/seals.js';
import { Anchoring } from './uses/anchoring.js';
import { UseLog } from './uses/log.js';
import { Tombstones } from './vault/tombstones.js';
import { Vault } from './vault/vault.js';
import { WrappingKeys } from './vault/wrapping.js';
import type { AlarmSettings } from './alarms/settings.js';
import { openWatch, type AlarmServices } from './watch.js';

/** How often documents of proposals that have expired, and requests that nobody has answered, are looked for. */
const SWEEP_MS = 3600_000;
/** A wrapping key lives so long: what was erased is in no backup from thirty days on, also where a gateway stood still for a day. */
const WRAPPING_MS = 28 * 86_400_000;
/** How often the outbox is looked through for transactions of unknown outcome. */
const SETTLE_EVERY_MS = 5_000;
/** A start waits so long for outcomes of the last run; readers need none of them. */
const SETTLE_FIRST_MS = 5_000;

export interface Services extends Centre, AlarmServices {
  readonly data: string;
  readonly publicName: string;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly ledger: Ledger;
  readonly submitter: Submitter;
  readonly projection: Projection;
  readonly vault: Vault;
  readonly desk: Level<string, string>;
  readonly places: Places;
  readonly lanes: Lanes;
  readonly drafter: Drafter;
  readonly acts: LicenceActs;
  readonly managers: Managers;
  readonly lookup: Lookup;
  readonly receipts: Receipts;
  readonly materials: Materials;
  readonly applications: Applications;
  readonly statusLists: StatusLists;
  readonly trustLists: TrustLists;
  readonly papers: Papers;
  readonly copies: Copies;
  readonly accounts: Accounts;
  readonly challenges: Challenges;
  readonly passkeys: Passkeys;
  readonly sessions: Sessions;
  readonly staff: Staff;
  readonly scenes: Scenes;
  readonly delegations: Delegations;
  readonly filings: Filings;
  readonly objections: Objections;
  readonly work: Work;
  readonly automatic: Automatic;
  readonly devices: Devices;
  readonly grants: Grants;
  readonly grantRequests: GrantRequests;
  readonly pairings: Pairings;
  readonly wallet: Wallet;
  readonly presentations: Presentations;
  readonly identities: Identities;
  readonly provider: IdentityProvider | undefined;
  readonly provided: ProviderSignIns;
  readonly seals: Seals;
  readonly sealKeys: SealKeyFiles;
  readonly uses: Uses;
  readonly audit: Audit;
  readonly traces: Traces;
  readonly reports: Reports;
  readonly transport: Transport;
  readonly exchange: Exchange;
  readonly source: Source;
  readonly useLog: UseLog;
  readonly anchoring: Anchoring;
  readonly heads: Heads;
  readonly headSending: HeadSending;
  readonly evidence: Evidence;
  readonly tombstones: Tombstones;
  readonly erasing: Erasing;
  readonly erasures: Erasures;
  readonly exports: Exports;
  readonly uploads: Uploads;
  readonly bulk: Bulk;
  readonly queue: Queue<BulkParams, BulkPlan>;
  close(): Promise<void>;
}

export interface ServiceOptions extends LedgerChoice {
  readonly data: string;
  readonly publicName: string;
  readonly clock: Clock;
  readonly onFatal: (error: unknown) => void;
  readonly onFailure?: (error: unknown) => void;
  /** File whose first line closes the keys of seals; one of the gateway's own making where not given. */
  readonly sealPassphrase?: string | undefined;
  /** File that keeps whom has been erased, away from the data directory and its backups; beside it where not given. */
  readonly tombstones?: string | undefined;
  /** false: look only, set no unfinished job going. */
  readonly work?: boolean;
  /** Make the sealed PDFs that wait, as long as the services are open. */
  readonly print?: boolean;
  /** Address of a time stamp authority for them. */
  readonly timeStamps?: string | undefined;
  /** PEM of authorities that certify the gateways of other agencies, besides those of Node. */
  readonly exchangeAuthorities?: string | undefined;
  /** Directory into which signed heads of the ledger go, daily. */
  readonly heads?: string | undefined;
  /** A ledger that is open already, and that others share: whoever opened it closes it. */
  readonly shared?: Ledger;
  /** Outside of which acts are shown to auditors as such. */
  readonly workingHours?: WorkingHours | undefined;
  /** Where holders sign in with an account of theirs. */
  readonly provider?: ProviderSettings | undefined;
  /** Whom to tell of terms that end. */
  readonly notices?: NoticeSettings | undefined;
  /** From when on something is an alarm. */
  readonly alarmSettings?: AlarmSettings | undefined;
  /** File of the certificate by which the gateway speaks HTTPS. */
  readonly tlsCertificate?: string | undefined;
}

export const paths = (data: string) => ({ keys: join(data, 'keys'), projection: join(data, 'projection'), desk: join(data, 'desk'), jobs: join(data, 'jobs'), trust: join(data, 'trust'), uses: join(data, 'uses') });

/** Whether a first run has been made here. */
export const isSetUp = (data: string): boolean => WrappingKeys.exist(join(data, 'keys', 'vault'));

/** @throws LedgerFault, KeyMissing, SealKeyFault */
export async function openServices(options: ServiceOptions): Promise<Services> {
  const { data, publicName, clock } = options;
  const at = paths(data);
  const keyring = new Keyring(at.keys);
  const ledger = options.shared ?? (await openLedger(data, options, options.onFatal));
  const closers: (() => Promise<void> | void)[] = options.shared ? [] : [() => ledger.close()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const sealKeys = new SealKeyFiles(at.keys, new PassphraseFile(options.sealPassphrase ?? join(at.keys, 'seal.passphrase'), options.sealPassphrase === undefined));
    if (options.work !== false) await sealKeys.prepare();
    const projection = await Projection.open(at.projection, ledger.chaincode).catch((error: unknown) => { throw openedElsewhere(data, error); });
    closers.push(() => projection.close());
    const known = projection.get('ledger', 'settings')?.ledger;
    if (known !== undefined && known !== ledger.ledgerId) throw new LedgerFault('LEDGER_REFUSED', `${data} belongs to ledger ${known}; this one is ${ledger.ledgerId}`);
    const tombstones = new Tombstones(options.tombstones ?? `${data}.tombstones`);
    const vault = await Vault.open(data, keyring, (subject) => isNatural(subject) && (tombstones.has(subject) || isErased(projection.get('erasure', subject))));
    closers.push(() => vault.close());
    const desk = new Level(at.desk);
    await desk.open();
    closers.push(() => desk.close());
    const sessions = await Sessions.open(desk, clock);
    const identities = keyring.identities();
    const submitter = new Submitter(ledger, identities, new Outbox(desk));
    closers.push(() => submitter.close());
    submitter.endorser.onDisagreement = (found) => { options.onFailure?.(Object.assign(new Error('peers of different agencies do not compute the same'), { code: 'ENDORSEMENT_MISMATCH', ...found })); };
    const [reader] = identities.keys();
    if (reader === undefined) throw new Error('no agency identity in the keyring');
    if (options.onFailure) projection.onFailure = options.onFailure;
    projection.follow(submitter.network(reader), () => ledger.height());
    const useLog = await openUseLog(at.uses, { projection, keyring, vault, clock }, carrierOf(projection, submitter, reader));
    closers.push(() => useLog.close());
    const lanes = new Lanes(submitter, vault, ledger.transactionsAtOnce);
    closers.push(() => lanes.drain());
    const anchoring = new Anchoring({ log: useLog, lanes, projection, keyring, clock });
    if (options.onFailure) anchoring.onFailure = options.onFailure;
    await Promise.race([submitter.recover(), delay(SETTLE_FIRST_MS, undefined, { ref: false })]);
    await projection.reached((await ledger.height()) - 1n, 600_000);
    await projection.compare(() => ledger.height());
    if (projection.get('ledger', 'settings')?.ledger === ledger.ledgerId) keepProfile(data, options);
    forgetAdministrator(data); // left behind by a first run that ended without its last step
    const places = new Places(projection, lanes.count);
    const drafter = new Drafter({ projection, keyring, sealKeys, vault, places, clock, publicName });
    const acts = new LicenceActs({ drafter, lanes, projection, keyring, vault, clock });
    const managers = new Managers({ projection, drafter });
    const lookup = new Lookup({ projection, vault, keyring, drafter, managers, clock });
    const carrier = (wanted?: string) => (wanted !== undefined && submitter.hosts(wanted) ? wanted : carrierOf(projection, submitter, reader));
    const counter = new Counter({ desk, keyring, projection, managers });
    const grants = new Grants({ projection, vault, managers, acts, clock, carrier });
    const grantRequests = new GrantRequests({ desk, vault, keyring, projection, grants, acts, counter, clock });
    const register = registerOf(projection, managers, grants);
    const hosted = () => identities.keys();
    const blocks = new EvidenceBlocks(ledger);
    const press = new Press();
    closers.push(() => press.close());
    const heads = new Heads({ projection, keyring, blocks, press, clock });
    const transport = new Transport({ projection, keyring, hosted, clock });
    const exchange = new Exchange({ transport, log: useLog, projection, managers, lookup, authorities: options.exchangeAuthorities });
    const headSending = new HeadSending({ heads, projection, transport, desk, hosts: (agency) => submitter.hosts(agency), clock, directory: options.heads, authorities: options.exchangeAuthorities });
    if (options.onFailure) headSending.onFailure = options.onFailure;
    const source = new Source({ transport, log: useLog, projection, vault, lookup, register, hosted, drafter, clock });
    const uses = new Uses({ log: useLog, projection, vault, keyring, managers, lookup, acts, register, exchange, drafter, clock });
    const pairings = new Pairings({ desk, keyring, projection, managers, counter, clock });
    const evidence = new Evidence({ projection, managers, lookup, log: useLog, blocks, heads, attest: (numbers) => headSending.attest(numbers) });
    const receipts = new Receipts({ projection, keyring, clock, lookup });
    const materials = new Materials({ projection, vault, lookup, drafter, managers, clock, register, uses, acts });
    const filings = new Filings({ desk, vault, projection, materials, clock, hosts: (agency) => submitter.hosts(agency) });
    const applications = new Applications({ projection, vault, acts, materials, drafter, clock, filings });
    const statusLists = new StatusLists({ projection, keyring, clock, publicName });
    const trustLists = new TrustLists({ projection, keyring, clock, statusLists, directory: at.trust });
    const printing = { projection, vault, drafter, press, clock, publicName, authority: options.timeStamps };
    const papers = new Papers({ ...printing, lanes, acts, lookup, shelf: new PaperShelf(desk), busy: () => queue.isWorking });
    const copies = new Copies({ ...printing, managers, lookup, uses });
    if (options.onFailure) papers.onFailure = options.onFailure;
    const wallet = new Wallet({ projection, vault, lookup, papers, grants, grantRequests, uses, applications, clock });
    const printFiles = new PrintFiles(at.jobs, keyring.secret('prints.key', { create: true }));
    const erasing = new Erasing({ prints: printFiles, projection, vault, desk, lanes, acts, lookup, keyring, tombstones, clock, hosts: (agency) => submitter.hosts(agency) });
    if (options.onFailure) erasing.onFailure = options.onFailure;
    const erasures = new Erasures({ projection, vault, keyring, managers, acts, lookup, uses, drafter, clock, carrier });
    // What came back with a backup goes before anything is served.
    if (options.work !== false) await erasing.replay();
    const devices = new Devices({ projection, acts, counter, carrier });
    const holderIdentities = new Identities({ projection, vault, keyring, acts, counter, uses, drafter, clock, carrier });
    const delegations = new Delegations({ projection, vault, acts, counter, clock, carrier });
    const objections = new Objections({ projection, vault, managers, acts, clock, carrier });
    const exports = new Exports({ projection, managers, vault, lookup, papers, grants, grantRequests, wallet, uses, identities: holderIdentities, objections, delegations, filings, erasures, clock, publicName });
    const provided = new ProviderSignIns({ desk, vault, keyring, projection, identities: holderIdentities, devices, counter, drafter, clock });
    const presentations = new Presentations({ projection, lookup, identities: holderIdentities, uses, clock, gateway: new URL(publicName).origin });
    const uploads = new Uploads(at.jobs, keyring.secret('uploads.key', { create: true }));
    const spools = new Spools(at.jobs);
    const bulk = new Bulk({ projection, drafter, places, lanes, acts, clock, vault }, uploads, spools);
    const queue = new Queue<BulkParams, BulkPlan>(desk, keyring.secret('reports.key', { create: true }), clock, bulk.handle, async (job) => {
      await spools.forget(job.id);
      if (!queue.needs(({ upload }) => upload === job.params.upload)) await uploads.forget(job.params.upload);
    });
    queue.onIdle = () => { papers.goOn(); };
    if (options.onFailure) queue.onFailure = options.onFailure;
    const unfinished = await queue.load();
    bulk.keepLists(unfinished);
    await spools.sweep(new Set(unfinished.map(({ id }) => id)));
    await uploads.sweep(new Set(unfinished.map(({ params }) => params.upload)), clock.now());
    closers.push(() => queue.close());
    const centre = await openCentre({ desk, projection, vault, keyring, lanes, acts, uses, drafter, managers, papers, clock, publicName, printFiles, notices: options.notices, onFailure: options.onFailure });
    closers.push(() => centre.printQueue.close());
    const accounts = new Accounts(desk, clock);
    const seals = new Seals({ desk, projection, keyring, keys: sealKeys, clock, hosts: (agency) => submitter.identities.has(agency) });
    const alarmed = openWatch({ data, desk, clock, publicName, ledger, projection, submitter, managers, seals, useLog, headSending, hooks: centre.hooks, drafter, accounts, notices: options.notices, settings: options.alarmSettings, tls: options.tlsCertificate });
    if (options.onFailure) alarmed.watch.onFailure = options.onFailure;
    if (options.work !== false) {
      queue.start();
      centre.printQueue.start();
      centre.hooks.start();
      closers.push(() => centre.hooks.close());
      anchoring.start();
      closers.push(() => anchoring.close());
      erasing.start();
      closers.push(() => erasing.close());
      const sweep = async () => {
        await acts.sweepProposals();
        await grantRequests.sweep();
        await pairings.sweep();
        await seals.sweep();
        await provided.sweep();
        await filings.sweep();
        await sweepCentre(centre, clock);
      };
      await sweep();
      // Of a million holders this takes a while, and nobody waits for it.
      const rewrap = () => { vault.holderKeys.rotate(clock.now() - vault.holderKeys.wrappedSince > WRAPPING_MS).catch((error: unknown) => { options.onFailure?.(error); }); };
      rewrap();
      const sweeping = setInterval(() => { sweep().catch((error: unknown) => { options.onFailure?.(error); }); rewrap(); }, SWEEP_MS).unref();
      const settling = setInterval(() => { submitter.recover().catch((error: unknown) => { options.onFailure?.(error); }); }, SETTLE_EVERY_MS).unref();
      closers.push(() => { clearInterval(sweeping); clearInterval(settling); });
    }
    if (options.print === true) {
      // With the gateway itself: a tool that opens the installation for a moment sends nothing.
      headSending.start();
      closers.push(() => { headSending.close(); });
      alarmed.watch.start();
      closers.push(() => alarmed.watch.close());
      papers.start();
      closers.push(() => papers.close());
    }
    const traces = new Traces({ projection, managers, lookup, grants, acts, drafter, clock });
    const audit = new Audit({ projection, vault, lookup, uses, log: useLog, traces, grants, drafter, clock, hours: options.workingHours ?? WORKING_HOURS, hosted, names: () => accounts.all() });
    return {
      data, publicName, clock, keyring, ledger, submitter, projection, vault, desk, places, lanes, drafter, managers, acts, lookup, papers,
      copies, receipts, materials, applications, statusLists, trustLists, uses, transport, exchange, source, useLog, anchoring,
      accounts, staff: new Staff(projection, accounts), scenes: new Scenes({ projection, drafter, clock }),
      devices, grants, grantRequests, pairings, wallet, seals, sealKeys,
      challenges: new Challenges(projection, new URL(publicName).origin, clock), passkeys: new Passkeys(desk, projection, clock),
      sessions, uploads, bulk, queue, close, tombstones, erasing, erasures, exports, presentations, identities: holderIdentities,
      provider: options.provider && new IdentityProvider(options.provider, new URL(publicName).origin), provided,
      delegations, objections, filings, heads, headSending, evidence, work: new Work({ projection, managers, lookup, drafter }), automatic: new Automatic({ projection, keyring, drafter, acts }), audit, traces, reports: new Reports({ projection, log: useLog, desk, drafter, press, publicName, hosts: (agency) => submitter.hosts(agency) }),
      ...centre, ...alarmed,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The log of this gateway. */
async function openUseLog(directory: string, { projection, keyring, vault, clock }: Pick<Services, 'projection' | 'keyring' | 'vault' | 'clock'>, agency: string): Promise<UseLog> {
  return UseLog.open(directory, agency, {
    keyring, vault, clock, subjectOf: (id) => (projection.get('licence', id) ?? projection.get('identity', id))?.subject,
    signerOf: (of) => {
      for (const { id, spki, status } of projection.agencyKeys('use-record', of)) {
        const signer = status === 'in-use' ? keyring.signer('use-record', of, id) : undefined;
        if (signer) return { kid: keyName(spki), signer };
      }
      return undefined;
    },
  });
}

/** The agency whose gateway this is to holders: the one that keeps the register where it is hosted here, else the first. */
function carrierOf(projection: Projection, submitter: Submitter, first: string): string {
  const registrar = projection.get('ledger', 'settings')?.registrar;
  return registrar !== undefined && submitter.hosts(registrar) ? registrar : first;
}
