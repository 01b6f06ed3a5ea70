/** Reconciliation (fsck): ledger, index, vault and outbox against each other. Finds; repairs nothing that it would have to invent. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { APPLICATION_STEPS, type ApplicationState } from '#chaincode/facts/application';
import { TERMINAL, TRANSITIONS, type Status } from '#chaincode/facts/status';
import type { EventRecord, LicenceRecord } from '#chaincode/facts/records';
import { sha256Text } from '#chaincode/facts/hash';
import { checkLedger } from '#network/embedded/check';
import { ApplicationShelf } from './acts/application-shelf.js';
import { openedIdentity } from './acts/identity.js';
import { saidIn } from './acts/objection.js';
import { systemClock } from './clock.js';
import { profileOf } from './ledger/open.js';
import { Projection } from './ledger/projection.js';
import { keyName } from './documents/jws.js';
import { checkUses } from './uses/check.js';
import { isSetUp, openServices, type ServiceOptions, type Services } from './services.js';
import { GatewayFault } from './fault.js';
import type { PaperKey } from './vault/papers.js';
import type { Vault } from './vault/vault.js';

export interface Finding {
  /** Which invariant, in the words of the README: a acknowledged, b replay, c index, d terminal, e accountable, f outbox, u use records, v vault. */
  readonly invariant: 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'u' | 'v';
  readonly code: string;
  readonly where: string;
}
export interface Reconciled {
  readonly blocks: number;
  /** counted where (b) was checked: on the embedded ledger */
  readonly transactions?: number;
  readonly licences: number;
  readonly uses: number;
  readonly findings: readonly Finding[];
}
export type Progress = (step: string, done: number) => void;

const FINDINGS_MAX = 1000; // a broken disk breaks everything at once; the first thousand say enough
const STEP = 5_000;

/** Checks an installation that is not running. @throws GatewayFault NOT_FOUND where nothing is set up; LedgerFault where the ledger cannot be opened */
export async function reconcile(data: string, progress: Progress, { tombstones }: Pick<ServiceOptions, 'tombstones'> = {}): Promise<Reconciled> {
  if (!isSetUp(data)) throw new GatewayFault('NOT_FOUND');
  const findings: Finding[] = [];
  const found = (finding: Finding) => { if (findings.length < FINDINGS_MAX) findings.push(finding); };
  // On a consortium every peer has checked every block itself, and none of them is ours to read from the disk.
  const replayed = profileOf(data) === undefined ? await checkLedger(join(data, 'ledger'), { onProgress: ({ block }) => { progress('ledger', block); } }) : undefined;
  for (const { code, block, key } of replayed?.problems ?? []) found({ invariant: 'b', code, where: key ?? `block ${String(block ?? '')}` });
  const services = await openServices({ data, publicName: 'http://localhost', clock: systemClock, tombstones, onFatal: () => undefined, work: false });
  try {
    await compareIndex(services, found, progress);
    const licences = await checkLicences(services, found, progress);
    await checkApplications(services, found);
    await checkWords(services, found);
    await checkErased(services, found);
    await checkAcknowledged(services, found);
    await checkOutbox(services, found);
    const uses = await checkUseLog(services, found, progress);
    const blocks = replayed?.blocks ?? Number(await services.ledger.height());
    return { blocks, ...(replayed && { transactions: replayed.transactions }), licences, uses, findings };
  } finally {
    await services.close();
  }
}

type Found = (finding: Finding) => void;

/** (c) The index equals what a fresh replay of the blocks gives. */
async function compareIndex(services: Services, found: Found, progress: Progress): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'yizheng-fsck-'));
  const fresh = await Projection.open(directory, services.ledger.chaincode);
  try {
    const [agency = ''] = services.keyring.identities().keys();
    fresh.follow(services.submitter.network(agency), () => services.ledger.height());
    const head = (await services.ledger.height()) - 1n;
    while (!(await fresh.reached(head, 1_000))) progress('replay', Number(fresh.block));
    let rows = 0;
    for await (const [key, row] of differences(fresh, services.projection)) {
      if (row !== undefined) found({ invariant: 'c', code: row, where: key });
      if (++rows % STEP === 0) progress('index', rows);
    }
  } finally {
    await fresh.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Walks two sorted indexes side by side. */
async function* differences(right: Projection, ours: Projection): AsyncIterable<[string, string | undefined]> {
  const [a, b] = [right.rows(), ours.rows()];
  let [x, y] = [await a.next(), await b.next()];
  while (!x.done || !y.done) {
    const [keyA, keyB] = [x.done ? undefined : x.value[0], y.done ? undefined : y.value[0]];
    if (keyB === undefined || (keyA !== undefined && keyA < keyB)) { yield [keyA ?? '', 'INDEX_ROW_MISSING']; x = await a.next(); }
    else if (keyA === undefined || keyB < keyA) { yield [keyB, 'INDEX_ROW_EXTRA']; y = await b.next(); }
    else { yield [keyA, x.done || y.done || x.value[1] === y.value[1] ? undefined : 'INDEX_ROW_DIFFERS']; [x, y] = [await a.next(), await b.next()]; }
  }
}

/** (d) and (e), and that every face the ledger has a digest of is in the vault. */
async function checkLicences({ projection, vault, keyring }: Services, found: Found, progress: Progress): Promise<number> {
  const hosted = keyring.identities();
  let licences = 0;
  for await (const [id, record] of projection.records('licence')) {
    if (++licences % STEP === 0) progress('licences', licences);
    const events = [...pagesOf(projection, record), ...record.events];
    checkHistory(events, id, found);
    // Erased by law: that nothing is there is as it should be.
    if (!hosted.has(record.manager) || vault.isErased(record.subject)) continue;
    for (const { documents, version } of record.versions) {
      const where = `${id} version ${String(version)}`;
      if (!vault.get(id, documents[0]?.digest ?? '', record.subject)) found({ invariant: 'v', code: 'FACE_MISSING', where });
      for (const { type, digest } of documents) if (type === 'pdf' && !(await paperHolds(vault, { licence: id, version, digest }, record.subject))) found({ invariant: 'v', code: 'PAPER_MISSING', where });
    }
  }
  return licences;
}

/** Kept, whole, and the file that the ledger names. */
async function paperHolds(vault: Vault, key: PaperKey, subject: string): Promise<boolean> {
  try {
    const pdf = await vault.paper(key, subject);
    return pdf !== undefined && sha256Text(pdf) === key.digest;
  } catch {
    return false;
  }
}

function pagesOf(projection: Projection, record: LicenceRecord): EventRecord[] {
  return Array.from({ length: record.pages ?? 0 }, (_, i) => (projection.get('page', `${record.id}/${String(i)}`)?.[1] ?? []) as EventRecord[]).flat();
}

function checkHistory(events: readonly EventRecord[], id: string, found: Found): void {
  let status: Status | undefined;
  let recordedAt = '';
  for (const [i, event] of events.entries()) {
    const where = `${id} event ${String(event.seq)}`;
    if (event.seq !== i + 1) found({ invariant: 'd', code: 'EVENT_SEQUENCE', where });
    if (event.actors.length === 0 || event.decidedBy === '' || event.txId === '') found({ invariant: 'e', code: 'EVENT_UNACCOUNTED', where });
    if (event.recordedAt < recordedAt) found({ invariant: 'd', code: 'EVENT_TIME', where });
    const rule = TRANSITIONS[event.act as keyof typeof TRANSITIONS] as (typeof TRANSITIONS)['suspend'] | undefined;
    if (status !== undefined && !rule?.from.includes(status)) found({ invariant: 'd', code: TERMINAL.has(status) ? 'TERMINAL_LEFT' : 'TRANSITION_UNKNOWN', where });
    [status, recordedAt] = [event.status, event.recordedAt];
  }
}

/** (d), (e) and (v) of applications: steps by the published table, and the form that the ledger has committed to. */
async function checkApplications({ projection, vault, keyring }: Services, found: Found): Promise<void> {
  const hosted = keyring.identities();
  const shelf = new ApplicationShelf(vault);
  for await (const [id, record] of projection.records('application')) {
    let state: ApplicationState | undefined;
    for (const [i, event] of record.events.entries()) {
      const where = `application ${id} event ${String(event.seq)}`;
      if (event.seq !== i + 1) found({ invariant: 'd', code: 'EVENT_SEQUENCE', where });
      if (event.actors.length === 0 || event.authority === '' || event.txId === '') found({ invariant: 'e', code: 'EVENT_UNACCOUNTED', where });
      const rule = event.act === 'receive' ? undefined : APPLICATION_STEPS[event.act];
      if (rule ? state === undefined || !rule.from.includes(state) : state !== undefined) found({ invariant: 'd', code: 'TRANSITION_UNKNOWN', where });
      if (event.details !== undefined && hosted.has(record.agency) && !vault.isErased(record.subject) && !isKept(() => shelf.holds(record, event.details ?? ''))) found({ invariant: 'v', code: 'FORM_MISSING', where });
      state = event.state;
    }
  }
}

/** (v) What opens identity records, and what was said for and against objections, at the gateway where the ledger heard of it. */
async function checkWords({ projection, vault, keyring }: Services, found: Found): Promise<void> {
  const hosted = keyring.identities();
  const demandKept = (code: string, where: string, { subject }: { readonly subject: string }, agency: string | undefined, read: () => string | object | undefined): void => {
    if (agency !== undefined && hosted.has(agency) && !vault.isErased(subject) && !isKept(() => read() !== undefined)) found({ invariant: 'v', code, where });
  };
  for await (const [id, record] of projection.records('identity')) demandKept('IDENTITY_MISSING', `identity ${id}`, record, record.agency, () => openedIdentity(vault, record));
  for await (const [id, record] of projection.records('objection')) {
    demandKept('WORDS_MISSING', `objection ${id}`, record, record.agency, () => saidIn(vault, record, 'objection'));
    demandKept('WORDS_MISSING', `answer to objection ${id}`, record, record.answer?.agency, () => saidIn(vault, record, 'answer'));
  }
}

/** Damaged is as good as gone. */
function isKept(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    return false;
  }
}

/** (v) Nothing of an erased person lies here. The next start destroys what does. */
async function checkErased({ projection, vault, tombstones }: Services, found: Found): Promise<void> {
  const subjects = new Set(tombstones.all());
  for await (const [subject] of projection.records('erasure')) if (vault.isErased(subject)) subjects.add(subject);
  for (const subject of subjects) if (vault.mayHold(subject)) found({ invariant: 'v', code: 'ERASED_STILL_HERE', where: subject });
}

/** (a) What a job reported as done is on the ledger. */
async function checkAcknowledged({ queue, desk, projection }: Services, found: Found): Promise<void> {
  for await (const key of desk.keys({ gt: 'job/', lt: 'job0' })) {
    const job = key.slice(4);
    try {
      for await (const row of queue.rows(job)) {
        if (row.result !== 'done' || row.transaction === undefined) continue;
        if (projection.blockOf(row.transaction) === undefined) found({ invariant: 'a', code: 'ACKNOWLEDGED_MISSING', where: `job ${job} row ${String(row.row)}` });
      }
    } catch (error) {
      if (!(error instanceof GatewayFault)) throw error;
      found({ invariant: 'a', code: error.code, where: `job ${job}` });
    }
  }
}

/** (u) Every use is there, signed and unchanged, and under the root on the ledger; no log has gone. */
async function checkUseLog({ useLog, projection, data }: Services, found: Found, progress: Progress): Promise<number> {
  const keys = new Map((await projection.all('agency-key')).map((key) => [keyName(key.spki), key]));
  for await (const { code, where } of checkUses(useLog, projection.get('log', useLog.id), (kid) => keys.get(kid), (done) => { progress('uses', done); })) found({ invariant: 'u', code, where });
  // An embedded ledger has one gateway, and that one log.
  if (profileOf(data) === undefined) for await (const [id] of projection.records('log')) if (id !== useLog.id) found({ invariant: 'u', code: 'USE_LOG_MISSING', where: `log ${id}` });
  return useLog.size;
}

/** (f) Opening has tried to settle everything; what is left is named, and is tried again at the next start. */
async function checkOutbox({ desk }: Services, found: Found): Promise<void> {
  const store: Level<string, string> = desk;
  for await (const key of store.keys({ gt: 'outbox/', lt: 'outbox0' })) found({ invariant: 'f', code: 'OUTCOME_UNKNOWN', where: key.slice(7) });
}
