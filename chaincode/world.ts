/** Key layout and typed access to the world state. A batch sees its own writes; a refused command leaves none. */
import type { Day, Instant } from './facts/calendar.js';
import type { ApplicationRecord } from './facts/application.js';
import type { QuotaRecord, RuleSetRecord } from './facts/automatic.js';
import type { PartRecord } from './facts/composite.js';
import type { MatterRecord, TradeRecord } from './facts/matter.js';
import type { DelegationRecord } from './facts/delegation.js';
import type { DeviceRecord, HolderRecord } from './facts/device.js';
import type { ErasureRecord, HoldRecord, RetentionRecord } from './facts/erasure.js';
import type { GrantRecord } from './facts/grant.js';
import type { IdentityRecord } from './facts/identity.js';
import type { LogRecord } from './facts/log.js';
import type { ObjectedRecord, ObjectionRecord } from './facts/objection.js';
import type { PrintingRecord, PrintOrderRecord } from './facts/print-order.js';
import type { AgencyKeyRecord, AgencyRecord, KindRecord, LedgerRecord, LicenceRecord, ProposalRecord, RequestRecord, SealRecord, StaffRecord, TrustRootRecord } from './facts/records.js';
import type { ReportsRecord } from './facts/report.js';
import type { SceneRecord } from './facts/scene.js';
import type { SupervisionRecord } from './facts/supervision.js';
import type { TraceRecord } from './facts/trace.js';

/** State is read and written as bytes; on Fabric this is the chaincode stub. */
export interface State {
  get(key: string): Promise<Uint8Array>;
  put(key: string, value: Uint8Array): Promise<void>;
}

/** Bitmap of the taken places of one status list, base64. */
export interface StatusListRecord {
  readonly agency: string;
  readonly number: number;
  readonly taken: string;
}
export interface KeyUse {
  readonly use: 'staff' | 'seal' | 'device' | AgencyKeyRecord['use'];
  readonly owner: string;
}

/** That an agency has had a registrar of its own. */
export interface RegistrarRecord {
  readonly since: Instant;
}

export interface RecordTypes {
  ledger: LedgerRecord;
  agency: AgencyRecord;
  staff: StaffRecord;
  /** By agency. */
  registrar: RegistrarRecord;
  kind: KindRecord;
  seal: SealRecord;
  'agency-key': AgencyKeyRecord;
  /** By version. */
  'trust-root': TrustRootRecord;
  licence: LicenceRecord;
  page: readonly unknown[];
  list: StatusListRecord;
  /** Every public key once, for one use: a key registered as a seal is never accepted as a person's. */
  key: KeyUse;
  request: RequestRecord;
  proposal: ProposalRecord;
  matter: MatterRecord;
  trade: TradeRecord;
  application: ApplicationRecord;
  log: LogRecord;
  scene: SceneRecord;
  device: DeviceRecord;
  /** By subject. */
  holder: HolderRecord;
  grant: GrantRecord;
  part: PartRecord;
  /** By subject; natural persons only. */
  retention: RetentionRecord;
  erasure: ErasureRecord;
  hold: HoldRecord;
  identity: IdentityRecord;
  delegation: DelegationRecord;
  objection: ObjectionRecord;
  /** By licence. */
  objected: ObjectedRecord;
  /** By agency and kind, as the next. */
  'rule-set': RuleSetRecord;
  quota: QuotaRecord;
  /** By licence. */
  supervision: SupervisionRecord;
  trace: TraceRecord;
  /** By agency and quarter. */
  report: ReportsRecord;
  'print-order': PrintOrderRecord;
  /** By licence. */
  printing: PrintingRecord;
}
export type Noun = keyof RecordTypes;

export const keyOf = (noun: Noun, id: string): string => `${noun}/${id}`;
export const requestKey = (agency: string, requestId: string): string => `${agency}/${requestId}`;
export const partKey = (licence: string, agency: string): string => `${licence}/${agency}`;
export const quotaKey = (agency: string, kind: string): string => `${agency}/${kind}`;
export const listKey = (agency: string, list: number): string => `${agency}/${String(list)}`;

/** What is fixed for a transaction: its id, its time, its legal day, who submitted it. */
export interface Moment {
  readonly txId: string;
  readonly now: Instant;
  readonly today: Day;
}

export class World {
  readonly #state: State;
  readonly #loaded = new Map<string, unknown>();
  #layers: Map<string, unknown>[] = [new Map<string, unknown>()];

  constructor(state: State) {
    this.#state = state;
  }

  async get<N extends Noun>(noun: N, id: string): Promise<RecordTypes[N] | undefined> {
    const key = keyOf(noun, id);
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const written = this.#layers[i]?.get(key);
      if (written !== undefined) return written as RecordTypes[N];
    }
    if (!this.#loaded.has(key)) this.#loaded.set(key, parsed(await this.#state.get(key)));
    return this.#loaded.get(key) as RecordTypes[N] | undefined;
  }

  /** Reads records that will be asked for, all at once: over a network one message instead of one a record. */
  async load(keys: Iterable<string>): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#loaded.has(key));
    const values = await Promise.all(missing.map((key) => this.#state.get(key)));
    for (const [i, key] of missing.entries()) this.#loaded.set(key, parsed(values[i]));
  }

  put<N extends Noun>(noun: N, id: string, record: RecordTypes[N]): void {
    this.#layers.at(-1)?.set(keyOf(noun, id), record);
  }

  /** Runs a step whose writes are kept only if it returns. */
  async attempt<T>(step: () => Promise<T>): Promise<T> {
    const layer = new Map<string, unknown>();
    const depth = this.#layers.push(layer);
    try {
      const result = await step();
      const below = this.#layers[depth - 2];
      for (const [key, record] of layer) below?.set(key, record);
      return result;
    } finally {
      this.#layers = this.#layers.slice(0, depth - 1);
    }
  }

  /** Writes everything once, in key order, so that every peer produces the same write set. */
  async flush(): Promise<void> {
    const writes = [...(this.#layers[0] ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, record] of writes) await this.#state.put(key, Buffer.from(JSON.stringify(record)));
  }
}

const parsed = (bytes: Uint8Array = new Uint8Array()): unknown => (bytes.length === 0 ? undefined : JSON.parse(Buffer.from(bytes).toString('utf8')));
