/** What was done, as an auditor finds it again: one row for each question (when, who, which agency, which kind, which licence, which act), each ending in the act itself. A scan reads keys alone. */
import type { ApplicationRecord } from '#chaincode/facts/application';
import { dayOf, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { ConditionRecord } from '#chaincode/facts/condition';
import type { ObjectionRecord } from '#chaincode/facts/objection';
import type { PrintOrderRecord } from '#chaincode/facts/print-order';
import type { EventRecord, LicenceRecord } from '#chaincode/facts/records';
import type { SupervisionRecord } from '#chaincode/facts/supervision';
import type { TraceRecord } from '#chaincode/facts/trace';
import type { ActNoun } from './act-names.js';

/** An act that persons made, in the record in which it stands. */
export interface IndexedAct {
  readonly at: string;
  readonly noun: ActNoun;
  /** Of the record; of a condition `<licence or application>:<material>:<matter>`, of supervision `<licence>:<finding>`, of a right `<kind>:<right>:<from>:<to>`, of rules `<kind>:<agency>`, of a report `<agency>:<quarter>`, of a part `<licence>:<agency>`, of a document `<licence>:<version>`. */
  readonly id: string;
  /** In the record; of the register, which keeps no acts, among those on it. */
  readonly seq: number;
  readonly act: string;
  /** The agency that decided; of the register, that signed. */
  readonly by: string;
  /** The agency whose licence, or case, it was then. */
  readonly manager: string;
  /** The agency whose staff signed, where it is neither. */
  readonly signed?: string;
}
/** With what only rows are made from. */
export interface MadeAct extends IndexedAct {
  readonly actors: readonly string[];
  /** Type of the licence; of other records none. */
  readonly kind?: string;
  /** The licence that it is about, where no record of the licence leads to it. */
  readonly licence?: string;
  /** Licences that a decision relied on. */
  readonly relied?: number;
}

/** Nouns of which there are as many as licences: whoever asks for them reads them by day, agency or act. */
const EVERYDAY_NOUNS: ReadonlySet<ActNoun> = new Set(['licence', 'application', 'print-order', 'document', 'proposal']);
/** Acts by which most licences come to be: whoever asks for them reads them by day or kind, and a row for each would be the most of the index. */
const EVERYDAY: ReadonlySet<string> = new Set(['issue', 'import', 'receive', 'accept', 'document.add', 'proposal.open', 'proposal.approve', 'grant.use']);

/** Where acts are looked for; each is the beginning of keys. */
export const BY = {
  time: () => 'act/t/',
  actor: (staff: string) => `act/s/${staff}/`,
  agency: (code: string) => `act/a/${code}/`,
  kind: (type: string) => `act/k/${type}/`,
  licence: (id: string) => `act/l/${id}/`,
  /** @returns undefined where there are no such rows */
  noun: (noun: ActNoun) => (EVERYDAY_NOUNS.has(noun) ? undefined : `act/o/${noun}/`),
  /** @returns undefined where there are no such rows */
  act: (name: string) => (EVERYDAY.has(name) ? undefined : `act/n/${name}/`),
} as const;

export const tailOf = ({ at, noun, id, seq, act, by, manager, signed }: IndexedAct): string => [at, noun, id, String(seq), act, by, manager, ...(signed === undefined ? [] : [signed])].join('/');

export function actOf(tail: string): IndexedAct {
  const [at = '', noun = '', id = '', seq = '', act = '', by = '', manager = '', signed] = tail.split('/');
  return { at, noun: noun as IndexedAct['noun'], id, seq: Number(seq), act, by, manager, ...(signed === undefined ? {} : { signed }) };
}

/** Agencies in whose rows an act lies: a right that moves, and a part of a composite, is the business of both. */
export const agenciesOf = ({ noun, id, by, manager, signed = by }: Pick<IndexedAct, 'noun' | 'id' | 'by' | 'manager' | 'signed'>): ReadonlySet<string> =>
  new Set([by, manager, signed, ...(noun === 'right' ? id.split(':').slice(2) : []), ...(noun === 'part' ? id.split(':').slice(1) : [])]);

/** With the agency whose staff signed: an act in which another is named as the one that decided is that agency's all the same. @param agencyOf of staff, by id */
export function withSigner<T extends IndexedAct>(act: T, actors: readonly string[], agencyOf: (staff: string) => string | undefined): T {
  const signed = actors.map(agencyOf).find((agency) => agency !== undefined && agency !== act.by && agency !== act.manager);
  return signed === undefined ? act : { ...act, signed };
}

/** Keys of the rows of an act. */
export function rowsOf(act: MadeAct): string[] {
  const tail = tailOf(act);
  const prefixes = [BY.time(), ...act.actors.map(BY.actor), ...[...agenciesOf(act)].map(BY.agency), ...(act.kind === undefined ? [] : [BY.kind(act.kind)]), ...(act.licence === undefined ? [] : [BY.licence(act.licence)]), ...[BY.act(act.act), BY.noun(act.noun)].filter((prefix) => prefix !== undefined)];
  return prefixes.map((prefix) => prefix + tail);
}

const staffOf = (actors: readonly { readonly staff: string }[]): string[] => [...new Set(actors.map(({ staff }) => staff))];

/** The acts that a record got by these transactions. @param managerOf a licence whose page it is */
export function actsIn(key: string, record: object, transactions: Pick<ReadonlySet<string>, 'has'>, managerOf: (licence: string) => string | undefined): MadeAct[] {
  if (key.startsWith('licence/')) {
    const { id, manager, events, conditions } = record as LicenceRecord;
    return [...licenceActs(id, manager, events, transactions), ...conditionActs({ id, agency: manager, kind: typeOf(id) }, conditions, transactions)];
  }
  if (key.startsWith('page/')) {
    const licence = key.slice('page/'.length, key.lastIndexOf('/'));
    return licenceActs(licence, managerOf(licence) ?? '', (record as readonly [unknown, EventRecord[]?])[1] ?? [], transactions);
  }
  if (key.startsWith('application/')) {
    const { id, agency, events, conditions } = record as ApplicationRecord;
    return [...conditionActs({ id, agency }, conditions, transactions), ...events.filter(({ txId }) => transactions.has(txId)).map(({ seq, act, at, actors, authority, reliedOn }): MadeAct => ({ at, noun: 'application', id, seq, act, by: authority, manager: agency, actors: staffOf(actors), ...(reliedOn && reliedOn.length > 0 ? { relied: reliedOn.length } : {}) }))];
  }
  if (key.startsWith('trace/')) {
    const { id, licence, agency, at, txId, actors, outcome } = record as TraceRecord;
    return transactions.has(txId) ? [{ at, noun: 'trace', id, licence, seq: 1, act: outcome, by: agency, manager: agency, actors: staffOf(actors) }] : [];
  }
  if (key.startsWith('print-order/')) {
    const { id, agency, events } = record as PrintOrderRecord;
    return events.filter(({ txId }) => transactions.has(txId)).map(({ seq, act, reason, at, actors }) => ({ at, noun: 'print-order', id, seq, act: `print.${act === 'print' && reason !== undefined ? 'again' : act}`, by: agency, manager: agency, actors: staffOf(actors) }));
  }
  if (key.startsWith('supervision/')) {
    const { licence, takenOver, findings } = record as SupervisionRecord;
    const about = (agency: string) => ({ noun: 'supervision', by: agency, manager: managerOf(licence) ?? agency, kind: typeOf(licence) }) as const;
    return [
      ...takenOver.filter(({ txId }) => transactions.has(txId)).map(({ agency, version, at, staff }): MadeAct => ({ ...about(agency), at, id: `${licence}:`, seq: version, act: 'supervision.take', actors: [staff] })),
      ...findings.filter(({ txId }) => transactions.has(txId)).map(({ id, agency, at, staff }): MadeAct => ({ ...about(agency), at, id: `${licence}:${id}`, seq: 1, act: 'supervision.find', actors: [staff] })),
    ];
  }
  const { id, licence, manager, answer, status } = record as ObjectionRecord;
  if (!key.startsWith('objection/') || !answer || !transactions.has(answer.txId)) return [];
  return [{ at: answer.at, noun: 'objection', id, licence, seq: 1, act: status, by: answer.agency, manager, actors: staffOf(answer.actors) }];
}

const typeOf = (licence: string): string => splitLicenceId(licence as LicenceId).type;

/** Of conditions what persons did later: they open with the act that took the licence or the application without the paper, and close with the decision. */
const LATER: ReadonlySet<string> = new Set(['extend', 'meet', 'miss']);

function conditionActs({ id, agency, kind }: { readonly id: string; readonly agency: string; readonly kind?: string }, conditions: readonly ConditionRecord[] = [], transactions: Pick<ReadonlySet<string>, 'has'>): MadeAct[] {
  return conditions.flatMap(({ material, matter = '', steps }) => steps.flatMap(({ act, at, txId, actors }, i): MadeAct[] =>
    (LATER.has(act) && transactions.has(txId) ? [{ at, noun: 'condition', id: `${id}:${material}:${matter}`, seq: i + 1, act: `condition.${act}`, by: agency, manager: agency, ...(kind === undefined ? {} : { kind }), actors: staffOf(actors) }] : [])));
}

function licenceActs(id: string, manager: string, events: readonly EventRecord[], transactions: Pick<ReadonlySet<string>, 'has'>): MadeAct[] {
  const type = typeOf(id);
  return events.filter(({ txId }) => transactions.has(txId)).map(({ seq, act, recordedAt, decidedBy, actors }) => ({ at: recordedAt, noun: 'licence', id, seq, act, by: decidedBy, manager, kind: type, actors: staffOf(actors) }));
}

/** How often something was done on a day, by the agency that manages what it was done to. */
export interface Tally {
  readonly agency: string;
  readonly day: Day;
  /** Type of the licence; `-` for other records. */
  readonly kind: string;
  /** An act; `relied` counts licences that decisions relied on. */
  readonly act: string;
  readonly count: number;
}

const tallyKey = (agency: string, day: string, kind: string, act: string): string => `tally/${agency}/${day}/${kind}/${act}`;

/** What acts add to the counts, by key. */
export function talliesOf(acts: readonly MadeAct[], zone: LegalZone): Map<string, number> {
  const sums = new Map<string, number>();
  const add = (key: string, count: number) => sums.set(key, (sums.get(key) ?? 0) + count);
  for (const { at, noun, act, manager, kind = '-', relied } of acts) {
    const day = dayOf(at as Instant, zone);
    add(tallyKey(manager, day, noun === 'licence' ? kind : '-', act), 1);
    if (relied !== undefined) add(tallyKey(manager, day, '-', 'relied'), relied);
  }
  return sums;
}

export function tallyOf([key, value]: readonly [string, string]): Tally {
  const [, agency = '', day = '', kind = '', act = ''] = key.split('/');
  return { agency, day: day as Day, kind, act, count: Number(value) };
}
