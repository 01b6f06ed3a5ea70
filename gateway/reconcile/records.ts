/** (d), (e) and (v): every record's history against the rules, and what the ledger has a digest of against the vault. */
import { APPLICATION_STEPS, type ApplicationRecord, type ApplicationState } from '#chaincode/facts/application';
import { sha256Text } from '#chaincode/facts/hash';
import type { EventRecord, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import { TERMINAL, TRANSITIONS, type Status } from '#chaincode/facts/status';
import type { Noun, RecordTypes } from '#chaincode/world';
import { ApplicationShelf } from '../acts/applications/application-shelf.js';
import { openedIdentity } from '../acts/holder/identity.js';
import { saidIn } from '../acts/holder/objection.js';
import { Damaged } from '../cipher.js';
import { whole } from '../ledger/pages.js';
import type { Services } from '../services.js';
import { paperName, type PaperKey } from '../vault/papers.js';
import type { Check } from './check.js';
import type { Seen } from './finding.js';

/** Licences with something amiss that are looked at again together, beside a gateway at work. */
const TOGETHER = 64;
/** Or when the first of them has waited so long. */
const WAITING_MS = 10_000;
/** Names of papers written in one go. */
const NAMES = 500;

/**
 * Looks at every record of a noun, but at those that an earlier run found right and nothing has been written to since.
 * @returns records
 */
async function eachRecord<N extends Noun>(check: Check, noun: N, judge: (id: string, record: RecordTypes[N]) => Promise<readonly Seen[]> | readonly Seen[], of?: number): Promise<number> {
  const { projection } = check.services;
  const { state } = check.scratch;
  const earlier = state.marks[noun];
  check.begin(`${noun}s`, 0);
  const anew = new Set(state.noted.flatMap(({ record }) => (record?.startsWith(`${noun}/`) ? [record.slice(noun.length + 1)] : [])));
  const takeBack = (id: string) => { check.takeBack(({ record }) => record === `${noun}/${id}`); };
  // A row that was written over may hold anything.
  const look = async (id: string, read: () => RecordTypes[N] | undefined): Promise<readonly Seen[]> => {
    try {
      const record = read();
      return record ? await judge(id, record) : [];
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return [{ code: 'RECORD_UNREADABLE', where: `${noun} ${id}` }];
      throw error;
    }
  };
  const block = Number(projection.block);
  let doubtful: string[] = [];
  let done = 0;
  let doubtfulAt = 0;
  const settle = async () => {
    const seen = await check.twice(async () => (await Promise.all(doubtful.map(async (id) => (await look(id, () => projection.get(noun, id))).map((each) => ({ ...each, record: `${noun}/${id}` }))))).flat());
    // In one step with what is found again: a kill in between would lose it behind the mark.
    for (const id of doubtful) takeBack(id);
    for (const each of seen) check.found(each, { record: each.record });
    doubtful = [];
  };
  for await (const row of projection.written(noun)) {
    done++;
    const known = earlier !== undefined && row.id <= earlier.key && row.block <= earlier.block && !anew.has(row.id);
    if (!known && (await look(row.id, row.record)).length > 0) doubtful.push(row.id);
    else if (anew.has(row.id)) takeBack(row.id);
    if (doubtful.length === 1 && doubtful[0] === row.id) doubtfulAt = Date.now();
    // With nothing under way there is nothing to wait for; else a mark must not stand still for long.
    if (doubtful.length > 0 && (!check.live || doubtful.length === TOGETHER || Date.now() - doubtfulAt > WAITING_MS)) await settle();
    // Up to the mark of an earlier run that mark stays; from there on everything before is known as of now.
    if (doubtful.length === 0 && (earlier === undefined || row.id > earlier.key)) state.marks[noun] = { key: row.id, block, done };
    await check.turn(done, of);
  }
  await settle();
  state.marks[noun] = { key: '\uffff', block, done };
  return done;
}

type Place = Pick<Services, 'projection' | 'vault' | 'keyring'>;

/** (d) and (e), and that every face and every sealed PDF the ledger has a digest of is in the vault. @param of how many there are, where it is known @returns licences */
export async function checkLicences(check: Check, of?: number): Promise<number> {
  const hosted = check.services.keyring.identities();
  let names: string[] = [];
  const { papers } = check.scratch;
  const write = async () => { await papers.batch(names.map((key) => ({ type: 'put', key, value: '' }))); names = []; };
  const licences = await eachRecord(check, 'licence', async (id, record) => {
    const { versions, events } = whole(check.services.projection, record);
    for (const { version, documents } of versions) for (const { type, digest } of documents) if (type === 'pdf') names.push(paperName({ licence: id, version, digest }));
    if (names.length >= NAMES) await write();
    return [...historyOf(events, id), ...(await keptOf(check.services, hosted, record, versions))];
  }, of);
  await write();
  return licences;
}

/** What lies in the vault of one licence. Of whom was erased by law, nothing lies there, as it should be. */
async function keptOf({ vault }: Place, hosted: ReadonlyMap<string, unknown>, record: LicenceRecord, versions: readonly VersionRecord[]): Promise<Seen[]> {
  if (!hosted.has(record.manager) || vault.isErased(record.subject)) return [];
  const seen: Seen[] = [];
  for (const { documents, version } of versions) {
    const where = `${record.id} version ${String(version)}`;
    const face = faceFault(vault, record, documents[0]?.digest ?? '');
    if (face) seen.push({ code: face, where });
    for (const { type, digest } of documents) {
      const paper = type === 'pdf' ? await paperFault(vault, { licence: record.id, version, digest }, record.subject) : undefined;
      if (paper) seen.push({ code: paper, where });
    }
  }
  return seen;
}

function faceFault(vault: Place['vault'], { id, subject }: LicenceRecord, digest: string): 'FACE_MISSING' | 'FACE_DAMAGED' | 'FACE_DIFFERS' | undefined {
  try {
    const kept = vault.get(id, digest, subject);
    if (!kept) return 'FACE_MISSING';
    // The digest of a sealed document is that of its signed part, before the first tilde.
    return kept.credential !== undefined && sha256Text(kept.credential.slice(0, kept.credential.indexOf('~'))) !== digest ? 'FACE_DIFFERS' : undefined;
  } catch (error) {
    if (error instanceof Damaged || error instanceof SyntaxError) return 'FACE_DAMAGED';
    throw error;
  }
}

async function paperFault(vault: Place['vault'], key: PaperKey, subject: string): Promise<'PAPER_MISSING' | 'PAPER_DAMAGED' | 'PAPER_DIFFERS' | undefined> {
  try {
    const pdf = await vault.paper(key, subject);
    if (!pdf) return 'PAPER_MISSING';
    return sha256Text(pdf) === key.digest ? undefined : 'PAPER_DIFFERS';
  } catch (error) {
    if (error instanceof Damaged) return 'PAPER_DAMAGED';
    throw error;
  }
}

function historyOf(events: readonly EventRecord[], id: string): Seen[] {
  const seen: Seen[] = [];
  let status: Status | undefined;
  let recordedAt = '';
  for (const [i, event] of events.entries()) {
    const where = `${id} event ${String(event.seq)}`;
    if (event.seq !== i + 1) seen.push({ code: 'EVENT_SEQUENCE', where });
    if (event.actors.length === 0 || event.decidedBy === '' || event.txId === '') seen.push({ code: 'EVENT_UNACCOUNTED', where });
    if (event.recordedAt < recordedAt) seen.push({ code: 'EVENT_TIME', where });
    const rule = TRANSITIONS[event.act as keyof typeof TRANSITIONS] as (typeof TRANSITIONS)['suspend'] | undefined;
    if (status !== undefined && !rule?.from.includes(status)) seen.push({ code: TERMINAL.has(status) ? 'TERMINAL_LEFT' : 'TRANSITION_UNKNOWN', where });
    [status, recordedAt] = [event.status, event.recordedAt];
  }
  return seen;
}

/** (d), (e) and (v) of applications: steps by the published table, and the form that the ledger has committed to. */
export async function checkApplications(check: Check): Promise<void> {
  const { vault, keyring } = check.services;
  const hosted = keyring.identities();
  const shelf = new ApplicationShelf(vault);
  await eachRecord(check, 'application', (id, record) => {
    const kept = (details: string) => !hosted.has(record.agency) || vault.isErased(record.subject) || isKept(() => shelf.holds(record, details));
    return stepsOf(id, record, kept);
  });
}

function stepsOf(id: string, record: ApplicationRecord, kept: (details: string) => boolean): Seen[] {
  const seen: Seen[] = [];
  let state: ApplicationState | undefined;
  for (const [i, event] of record.events.entries()) {
    const where = `application ${id} event ${String(event.seq)}`;
    if (event.seq !== i + 1) seen.push({ code: 'EVENT_SEQUENCE', where });
    if (event.actors.length === 0 || event.authority === '' || event.txId === '') seen.push({ code: 'EVENT_UNACCOUNTED', where });
    const rule = event.act === 'receive' ? undefined : APPLICATION_STEPS[event.act];
    if (rule ? state === undefined || !rule.from.includes(state) : state !== undefined) seen.push({ code: 'TRANSITION_UNKNOWN', where });
    if (event.details !== undefined && !kept(event.details)) seen.push({ code: 'FORM_MISSING', where });
    state = event.state;
  }
  return seen;
}

/** (v) What opens identity records, and what was said for and against objections, at the gateway where the ledger heard of it. */
export async function checkWords(check: Check): Promise<void> {
  const { vault, keyring } = check.services;
  const hosted = keyring.identities();
  const demanded = (code: 'IDENTITY_MISSING' | 'WORDS_MISSING', where: string, subject: string, agency: string | undefined, read: () => string | object | undefined): Seen[] =>
    (agency !== undefined && hosted.has(agency) && !vault.isErased(subject) && !isKept(() => read() !== undefined) ? [{ code, where }] : []);
  await eachRecord(check, 'identity', (id, record) => demanded('IDENTITY_MISSING', `identity ${id}`, record.subject, record.agency, () => openedIdentity(vault, record)));
  await eachRecord(check, 'objection', (id, record) => [
    ...demanded('WORDS_MISSING', `objection ${id}`, record.subject, record.agency, () => saidIn(vault, record, 'objection')),
    ...demanded('WORDS_MISSING', `answer to objection ${id}`, record.subject, record.answer?.agency, () => saidIn(vault, record, 'answer')),
  ]);
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
export async function checkErased(check: Check): Promise<void> {
  const { projection, vault, tombstones } = check.services;
  check.begin('erased');
  check.takeBack();
  const seen = await check.twice(async () => {
    const subjects = new Set(tombstones.all());
    for await (const [subject] of projection.records('erasure')) if (vault.isErased(subject)) subjects.add(subject);
    return [...subjects].filter((subject) => vault.mayHold(subject)).map((where): Seen => ({ code: 'ERASED_STILL_HERE', where }));
  });
  for (const each of seen) check.found(each);
}
