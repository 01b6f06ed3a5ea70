/** Delegations 委托: carried when a device has signed, listed for the holder with what was done by each. Who a person is lies here, under the holder's key, and nowhere on the chain. */
import type { Delegation } from '#chaincode/facts/delegation-commands';
import { delegationDigest, delegationState, type DelegationRecord, type DelegationState } from '#chaincode/facts/delegation';
import type { ByDevice } from '#chaincode/facts/device-commands';
import { nowOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Acted } from '../../ledger/holder-rows.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import type { Counter, Whom } from '../use/counter.js';
import type { ActResult, LicenceActs } from '../licence/licence.js';
import { demandSigned, standing, type SignedIn } from '../use/standing.js';

export interface DelegationView extends Pick<DelegationRecord, 'id' | 'subject' | 'role' | 'delegate' | 'acts' | 'kinds' | 'purposes' | 'notBefore' | 'notAfter' | 'above' | 'putAt' | 'revokedAt'> {
  /** revoked also where the one that it rests on was. */
  readonly state: DelegationState;
  /** What the holder calls him; absent where that is kept at another gateway. */
  readonly label?: string;
  readonly devices: readonly { readonly id: string; readonly at: string }[];
  readonly last?: Acted;
}

export interface DelegationsParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly acts: LicenceActs;
  readonly counter: Counter;
  readonly clock: Clock;
  /** The agency that carries what nobody of an agency does. */
  readonly carrier: () => string;
}

/** Where the name that a holder gives one of his people lies. */
export const labelAddress = (id: string): string => `delegation/${id}`;
/** What was done by one of them, on one page. */
const ACTS_MAX = 100;

export class Delegations {
  constructor(private readonly parts: DelegationsParts) {}

  /** The giver's yes. Its id is the request's too: sent again it is the same request. @throws GatewayFault REFUSED */
  async put(delegation: Delegation, label: string | undefined, by: ByDevice): Promise<ActResult> {
    const { projection, vault, acts, carrier } = this.parts;
    const { id, subject } = delegation;
    const carry = (): Promise<ActResult> => acts.carry(carrier(), id, { op: 'delegation.put', delegation, by });
    // What is on the ledger keeps its name: nobody puts another behind it.
    if (projection.get('delegation', id) ?? label === undefined) return carry();
    demandSigned(projection, by, subject, (ledger) => delegationDigest(ledger, delegation));
    await vault.keep(labelAddress(id), subject, label);
    try {
      return await carry();
    } catch (error) {
      if (error instanceof GatewayFault && error.outcome === 'no-effect') await vault.forget(labelAddress(id));
      throw error;
    }
  }

  /** @throws GatewayFault REFUSED */
  async revoke(requestId: string, id: string, by: ByDevice): Promise<ActResult> {
    return this.parts.acts.carry(this.parts.carrier(), requestId, { op: 'delegation.revoke', id, by });
  }

  /** Those of the holder, or of a manager that he himself gave. @throws GatewayFault REFUSED */
  async list(who: SignedIn): Promise<DelegationView[]> {
    const { subject } = standing(this.parts.projection, this.parts.clock, who, 'members');
    const all = await this.parts.projection.delegations({ of: subject });
    return this.#views(all.filter(({ above }) => who.delegation === undefined || above === who.delegation), true);
  }

  /** Those by which the signed-in organisation is somebody's agent; of its people, each sees those that he may act by. */
  async mandates({ subject, delegation }: SignedIn): Promise<DelegationView[]> {
    const own = delegation === undefined ? undefined : this.parts.projection.get('delegation', delegation);
    const mandates = await this.parts.projection.delegations({ to: subject });
    return this.#views(mandates.filter(({ acts }) => own === undefined || acts.some((act) => own.acts.includes(act))), false);
  }

  /** For staff, who have somebody before them. No name: that is the holder's. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async atCounter(whom: Whom): Promise<DelegationView[]> {
    return this.#views(await this.parts.projection.delegations({ of: this.parts.counter.subjectOf(whom) }), false);
  }

  /** What was done by one of them. @throws GatewayFault NOT_FOUND, REFUSED */
  async acts(who: SignedIn, id: string): Promise<Acted[]> {
    if (!(await this.list(who)).some((each) => each.id === id)) throw new GatewayFault('NOT_FOUND');
    return this.parts.projection.actedBy(id, ACTS_MAX);
  }

  /** What the holder calls one of his people. */
  label(id: string): string | undefined {
    const record = this.parts.projection.get('delegation', id);
    return record && (this.parts.vault.kept(labelAddress(id), record.subject) as string | undefined);
  }

  async #views(all: readonly DelegationRecord[], named: boolean): Promise<DelegationView[]> {
    const views = await Promise.all(all.map((record) => this.#view(record, named)));
    return views.sort((a, b) => (a.putAt < b.putAt ? 1 : -1));
  }

  async #view(record: DelegationRecord, named: boolean): Promise<DelegationView> {
    const { projection, clock } = this.parts;
    const { device: _device, signature: _signature, agency: _agency, status: _status, revokedBy: _by, staff: _staff, devices, ...shown } = record;
    const above = record.above === undefined ? undefined : projection.get('delegation', record.above);
    const [own, over] = [record, above].map((each) => each && delegationState(each, nowOf(clock)));
    const [[last], label] = [await projection.actedBy(record.id, 1), named ? this.label(record.id) : undefined];
    return {
      ...shown, state: own === 'in-force' && over !== undefined ? over : (own ?? 'revoked'), ...(label === undefined ? {} : { label }),
      devices: devices.map((id) => ({ id, at: projection.get('device', id)?.history[0]?.at ?? '' })), ...(last ? { last } : {}),
    };
  }
}
