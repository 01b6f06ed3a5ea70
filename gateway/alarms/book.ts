/** Which alarms are open, what was told of them, and who has seen them. An alarm and the messages that tell of it are one write: both or none. */
import type { BatchOperation, Level } from 'level';
import { instantOf } from '#chaincode/facts/calendar';
import type { Clock } from '../clock.js';
import { GatewayFault } from '../fault.js';
import type { Put } from '../notices/hooks.js';
import { DAY_MS, idOf, rankOf, type Alarm, type AlarmKind, type Found, type Moment, type Telling } from './alarm.js';

/** Alarms that are over and still listed. */
export const CLOSED_MAX = 500;
/** Of one alarm: who looked last. */
const SEEN_MAX = 50;
/** What was told of one that grew so much since is news. */
const WORSE_TIMES = 2;

type Store = Level<string, string>;
type Operation = BatchOperation<Store, string, string>;

export interface BookParts {
  readonly desk: Store;
  readonly clock: Clock;
  /** Puts messages into the queue together with rows of ours. */
  readonly tell: (messages: readonly Put[], rows: readonly Operation[]) => Promise<void>;
  /** Messages that tell of an alarm. */
  readonly messages: (alarm: Alarm, telling: Telling) => readonly Put[];
}

const openKey = (id: string): string => `alarm/${id}`;
const closedKey = ({ closedAt = '', id }: Alarm): string => `alarm-closed/${closedAt}/${id}`;

export class Book {
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: BookParts) {}

  /** Open alarms, in the order of their names. */
  async open(): Promise<Alarm[]> {
    return (await this.parts.desk.values({ gt: 'alarm/', lt: 'alarm0' }).all()).map((text) => JSON.parse(text) as Alarm);
  }

  /** Those that are over, the last first. */
  async closed(limit: number): Promise<Alarm[]> {
    return (await this.parts.desk.values({ gt: 'alarm-closed/', lt: 'alarm-closed0', reverse: true, limit }).all()).map((text) => JSON.parse(text) as Alarm);
  }

  /** Takes what is so now. @param kinds that were looked for: what is open of them and not found is over @param mayClose false: nothing is over, whatever was not found */
  settle(found: readonly Found[], kinds: ReadonlySet<AlarmKind>, moment: Moment, mayClose: boolean): Promise<void> {
    return this.#alone(async () => {
      const open = new Map((await this.open()).map((alarm) => [alarm.id, alarm]));
      const now = new Map(found.map((each) => [idOf(each), each]));
      const rows: Operation[] = [];
      const messages: Put[] = [];
      const keep = (alarm: Alarm, telling?: Telling): void => {
        if (telling !== undefined) messages.push(...this.parts.messages(alarm, telling));
        rows.push(...(alarm.closedAt === undefined ? [put(openKey(alarm.id), alarm)] : [put(closedKey(alarm), alarm), { type: 'del' as const, key: openKey(alarm.id) }]));
      };
      for (const [id, each] of now) {
        const known = open.get(id);
        const [alarm, telling] = known ? again(known, each, moment) : raised(each, moment);
        if (telling !== undefined || JSON.stringify(alarm) !== JSON.stringify(known)) keep(alarm, telling);
      }
      for (const alarm of open.values()) if (mayClose && kinds.has(alarm.kind) && !now.has(alarm.id)) keep({ ...alarm, closedAt: moment.now, told: alarm.told + 1 }, 'closed');
      if (rows.length > 0) await this.parts.tell(messages, rows);
      if (rows.some(({ key }) => key.startsWith('alarm-closed/'))) await this.#trim();
    });
  }

  /** Somebody has seen it: kept beside it, and hidden from nobody. @throws GatewayFault NOT_FOUND where it is not open, or not for him */
  async see(id: string, staff: string, mayHe: (alarm: Alarm) => boolean): Promise<Alarm> {
    return this.#alone(async () => {
      const text = await this.parts.desk.get(openKey(id));
      const alarm = text === undefined ? undefined : (JSON.parse(text) as Alarm);
      if (!alarm || !mayHe(alarm)) throw new GatewayFault('NOT_FOUND');
      const seen = { ...alarm, seen: [...alarm.seen.filter((each) => each.staff !== staff), { staff, at: instantOf(this.parts.clock.now()) }].slice(-SEEN_MAX) };
      await this.parts.desk.put(openKey(id), JSON.stringify(seen), { sync: true });
      return seen;
    });
  }

  async #trim(): Promise<void> {
    const { desk } = this.parts;
    const keys = await desk.keys({ gt: 'alarm-closed/', lt: 'alarm-closed0' }).all();
    await desk.batch(keys.slice(0, Math.max(0, keys.length - CLOSED_MAX)).map((key) => ({ type: 'del', key })));
  }

  /** One after the other: each begins with what the last one wrote. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

const put = (key: string, alarm: Alarm): Operation => ({ type: 'put', key, value: JSON.stringify(alarm) });

const raised = (found: Found, { now }: Moment): [Alarm, Telling] =>
  [{ ...found, id: idOf(found), since: found.since ?? now, raisedAt: now, toldAt: now, told: 1, toldSeverity: found.severity, toldCount: found.count ?? 0, seen: [] }, 'raised'];

/** As it is now. Told again where it got worse than what was told, or a day after that. */
function again(known: Alarm, found: Found, { now, ms }: Moment): [Alarm, Telling?] {
  const { id, raisedAt, toldAt, told, toldSeverity, toldCount, seen } = known;
  const alarm = { ...found, id, since: found.since ?? known.since, raisedAt, toldAt, told, toldSeverity, toldCount, seen };
  const next = { ...alarm, toldAt: now, told: told + 1, toldSeverity: found.severity, toldCount: found.count ?? 0 };
  if (rankOf(found.severity) > rankOf(toldSeverity) || (found.count ?? 0) >= Math.max(1, toldCount) * WORSE_TIMES) return [next, 'worse'];
  // A clock that was put back is no day that went by, and no reason to wait for it to come again.
  if (ms < Date.parse(toldAt)) return [{ ...alarm, toldAt: now }];
  return ms - Date.parse(toldAt) >= DAY_MS ? [next, 'still'] : [alarm];
}
