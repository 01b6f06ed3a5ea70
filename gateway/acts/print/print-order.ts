/** The certificate centre: print orders given, sealed, released, handed over against a code; several at once, each with a result of its own. Printing itself is a job (print-batch.ts). */
import { base64url, fromBase64url, hmacSha256 } from '#chaincode/facts/hash';
import { instantOf } from '#chaincode/facts/calendar';
import type { Command } from '#chaincode/facts/commands';
import { pickUpCommitment, PICK_UP_ALPHABET, PICK_UP_LENGTH, type PrintOrderRecord, type PrintState } from '#chaincode/facts/print-order';
import type { PrintOrderAct } from '#chaincode/facts/print-order-commands';
import type { LicenceRecord } from '#chaincode/facts/records';
import type { Result } from '#chaincode/rules/batch';
import type { Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import { laneOf, type Lanes } from '../../ledger/lanes.js';
import type { Projection } from '../../ledger/projection.js';
import { printOrders, printOrdersOf } from '../../ledger/centre-rows.js';
import type { Vault } from '../../vault/vault.js';
import { invalid } from '../use/counter.js';
import { EXPIRES_DAYS, type Drafter } from '../licence/draft.js';
import { findByIdentifier } from '../use/find.js';
import type { Acting, ActResult, LicenceActs } from '../licence/licence.js';
import type { Managers } from '../../ledger/managers.js';
import { viewOf, type PrintOrderView } from './print-order-view.js';
import type { Uses } from '../use/use.js';

/** Orders in one request, and in one file for the printer: about 12 MB. */
export const PRINT_ORDERS_MAX = 200;
const DAY_MS = 86_400_000;

/** What became of one of several. */
export interface PrintDone {
  readonly id: string;
  /** As it was named. */
  readonly licence?: string;
  readonly status?: string;
  readonly code?: string;
  /** Of a release: told here and nowhere else. */
  readonly pickUp?: string;
  readonly transaction?: string;
}
export interface StepInput {
  readonly act: 'seal' | 'release' | 'cancel';
  /** `after`: the last event the person saw; absent: the newest the gateway knows. */
  readonly orders: readonly { readonly id: string; readonly after?: number | undefined }[];
  readonly reason?: string | undefined;
}

export interface PrintOrdersParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly managers: Pick<Managers, 'of'>;
  readonly keyring: Keyring;
  readonly lanes: Pick<Lanes, 'submit'>;
  readonly acts: Pick<LicenceActs, 'contentOf' | 'performBuilt'>;
  readonly uses: Pick<Uses, 'search'>;
  readonly drafter: Pick<Drafter, 'today'>;
  readonly clock: Clock;
}

/** Where what opens the commitment to a pick-up code lies, under the holder's key. */
export const pickUpAddress = (order: string): string => `pick-up/${order}`;
interface KeptPickUp { readonly opening: string; readonly code: string }

/** The code of a certificate that waits for its holder, where this gateway released it. */
export function pickUpOf({ projection, vault }: { readonly projection: Pick<Projection, 'get'>; readonly vault: Pick<Vault, 'kept' | 'isErased'> }, { id, subject }: LicenceRecord): { readonly agency: string; readonly code: string } | undefined {
  const order = projection.get('print-order', projection.get('printing', id)?.open ?? '');
  if (order?.state !== 'released' || vault.isErased(subject)) return undefined;
  const kept = vault.kept(pickUpAddress(order.id), subject) as KeptPickUp | undefined;
  return kept && { agency: order.agency, code: kept.code };
}

export class PrintOrders {
  constructor(private readonly parts: PrintOrdersParts) {}

  /** From licences that were issued: the current version of each. @throws GatewayFault FACE_INVALID, NOT_FOUND for another agency's licence too */
  async order(acting: Acting, requestId: string, identifiers: readonly string[]): Promise<PrintDone[]> {
    const { projection, managers } = this.parts;
    const wanted = identifiers.map((identifier, i) => {
      const record = findByIdentifier(projection, identifier);
      if (managers.of(record) !== acting.agency) throw new GatewayFault('NOT_FOUND');
      return { id: base64url(this.#secret(acting.agency, 'order', requestId, String(i)).subarray(0, 16)), licence: record.id, version: record.versions.at(-1)?.version ?? 1 };
    });
    const done = await this.submit(acting, requestId, { order: identifiers }, wanted.map((each) => ({ op: 'print.order', ...each })));
    return done.map((each, i) => ({ ...each, id: wanted[i]?.id ?? '', licence: identifiers[i] ?? '' }));
  }

  /** Seals, releases or gives up several. @throws GatewayFault NOT_FOUND for another agency's order too, FACE_INVALID */
  async step(acting: Acting, requestId: string, input: StepInput): Promise<PrintDone[]> {
    const { act, orders, reason } = input;
    if ((act === 'cancel') !== (reason !== undefined)) throw invalid('reason', reason === undefined ? 'FIELD_MISSING' : 'FIELD_UNEXPECTED');
    const records = orders.map(({ id }) => this.record(acting.agency, id));
    const codes = act === 'release' ? await Promise.all(records.map((record) => this.#code(acting, requestId, record))) : [];
    const acts = records.map((record, i): PrintOrderAct => {
      const step = { id: record.id, after: orders[i]?.after ?? record.events.length };
      if (act === 'cancel') return { op: 'print.cancel', ...step, reason: reason ?? '' };
      return act === 'seal' ? { op: 'print.seal', ...step } : { op: 'print.release', ...step, pickUp: codes[i]?.pickUp ?? '' };
    });
    const done = await this.submit(acting, requestId, { step: input }, acts);
    return Promise.all(done.map(async (each, i) => {
      const code = codes[i];
      if (each.status === 'cancelled') await this.parts.vault.forget(pickUpAddress(each.id));
      if (each.status !== 'released' || !code) return each;
      // Only what the ledger has: the code of a release that was refused, or has been replaced since, must not take the place of the one that stands.
      const release = this.record(acting.agency, each.id).events.findLast((event) => event.act === 'release');
      // And only who released it is told again: a request's id is no secret.
      if (release?.pickUp !== code.pickUp || !release.actors.some(({ staff }) => staff === acting.staff)) return each;
      await code.keep();
      return { ...each, pickUp: code.code };
    }));
  }

  /** A code and its commitment: the same request makes the same ones, so that an answer that was lost can be asked for again. */
  async #code({ agency }: Acting, requestId: string, { id: order, licence, version }: PrintOrderRecord): Promise<{ code: string; pickUp: string; keep: () => Promise<void> }> {
    const opening = this.#secret(agency, 'opening', requestId, order);
    let left = this.#secret(agency, 'code', requestId, order).readBigUInt64BE();
    const letters = BigInt(PICK_UP_ALPHABET.length);
    let code = '';
    // 64 bits over 31^8: no letter is likelier than another by more than a millionth.
    for (let i = 0; i < PICK_UP_LENGTH; i++, left /= letters) code += PICK_UP_ALPHABET[Number(left % letters)] ?? '';
    const subject = this.parts.projection.get('licence', licence)?.subject ?? '';
    return { code, pickUp: pickUpCommitment(opening, { order, licence, version, code }), keep: () => this.parts.vault.keep(pickUpAddress(order), subject, { opening: base64url(opening), code } satisfies KeptPickUp) };
  }

  #secret(agency: string, what: string, requestId: string, of: string): Buffer {
    return hmacSha256(this.parts.keyring.secret(`agencies/${agency}/pick-up.key`, { create: true }), [what, requestId, of].join('\0'));
  }

  /**
   * The receiver says his code. A wrong one is on record, and whoever says too many is heard no more for a while.
   * @throws GatewayFault NOT_FOUND, TOO_MANY_MISSES, REFUSED (PICK_UP_CODE, PICK_UP_USED, PRINT_SUPERSEDED, PRINT_NOT_IN_FORCE)
   */
  async handOver(acting: Acting, requestId: string, id: string, { code: text, after }: { readonly code: string; readonly after?: number | undefined }): Promise<ActResult> {
    const { vault, acts, uses, projection } = this.parts;
    const record = this.record(acting.agency, id);
    const { licence, version, state, events } = record;
    const code = text.toUpperCase().replaceAll(/[\s-]/g, '');
    const kept = vault.kept(pickUpAddress(id), projection.get('licence', licence)?.subject ?? '') as KeptPickUp | undefined;
    const result = await acts.performBuilt(acting, requestId, { handOver: id, code }, async () => {
      if (state === 'handed-over') throw new GatewayFault('REFUSED', { refusal: 'PICK_UP_USED', fields: [{ field: 'code', code: 'PICK_UP_USED' }] });
      if (state !== 'released') throw new GatewayFault('REFUSED', { refusal: 'PRINT_ORDER_STATE' });
      const opening = kept && fromBase64url(kept.opening);
      const told = events.findLast(({ act }) => act === 'release')?.pickUp;
      await uses.search(acting, { caseNo: id }, () => (opening && pickUpCommitment(opening, { order: id, licence, version, code }) === told ? Promise.resolve() : Promise.reject(new GatewayFault('NOT_FOUND')))).catch((error: unknown) => {
        throw error instanceof GatewayFault && error.code === 'NOT_FOUND' ? new GatewayFault('REFUSED', { refusal: 'PICK_UP_CODE', fields: [{ field: 'code', code: 'PICK_UP_CODE' }] }) : error;
      });
      return { input: { op: 'register', act: { op: 'print.hand-over', id, after: after ?? events.length, code, opening: kept?.opening ?? '' } } };
    });
    await vault.forget(pickUpAddress(id));
    return result;
  }

  /** Acts on print orders in one transaction, on the word of the gateway: each is done or refused by itself. */
  async submit({ staff, agency }: Acting, requestId: string, asked: unknown, acts: readonly PrintOrderAct[]): Promise<PrintDone[]> {
    const { lanes, acts: requests, projection, clock } = this.parts;
    const expiresAt = instantOf(clock.now() + EXPIRES_DAYS * DAY_MS);
    const commands = acts.map((act): Command => ({ act, expiresAt }));
    const { results, block, txId, recordedIn } = await lanes.submit({ request: { agency, requestId, content: requests.contentOf(agency, asked), actors: [{ staff, method: 'gateway' }], commands }, entries: [] }, laneOf(requestId));
    if (block !== undefined) await projection.reached(block);
    const transaction = txId ?? recordedIn;
    return acts.map(({ id }, i) => doneOf(id, results[i], transaction));
  }

  /** @throws GatewayFault NOT_FOUND for another agency's too */
  record(agency: string, id: string): PrintOrderRecord {
    const record = this.parts.projection.get('print-order', id);
    if (record?.agency !== agency) throw new GatewayFault('NOT_FOUND');
    return record;
  }

  /** @throws GatewayFault NOT_FOUND */
  view({ agency, staff }: Acting, id: string): PrintOrderView {
    return this.#view(this.record(agency, id), staff);
  }

  /** Those of an agency, newest first; in a state that something follows, the oldest first: that is the order of the work. Of one licence, all that there were. */
  async list({ agency, staff }: Acting, { state, licence, limit, after }: { readonly state?: PrintState | undefined; readonly licence?: string | undefined; readonly limit: number; readonly after?: string | undefined }): Promise<(PrintOrderView & { readonly cursor: string })[]> {
    const { projection } = this.parts;
    const of = licence === undefined ? undefined : findByIdentifier(projection, licence);
    const newest = of !== undefined || state === undefined || state === 'handed-over' || state === 'cancelled';
    const rows = await projection.keysUnder(of ? printOrdersOf(of.id) : printOrders(agency, state), { limit, newest, ...(newest ? { until: after } : { after }) });
    return rows.flatMap((cursor) => {
      const record = projection.get('print-order', cursor.slice(cursor.lastIndexOf('/') + 1));
      return record?.agency === agency ? [{ ...this.#view(record, staff), cursor }] : [];
    });
  }

  #view(record: PrintOrderRecord, staff: string): PrintOrderView {
    const { projection, vault, drafter } = this.parts;
    return viewOf({ projection, vault, today: drafter.today }, record, staff);
  }
}

function doneOf(id: string, result: Result | undefined, transaction: string | undefined): PrintDone {
  if (!result) throw new GatewayFault('INTERNAL');
  return result.ok ? { id, status: result.status ?? '', ...(transaction === undefined ? {} : { transaction }) } : { id, code: result.code };
}
