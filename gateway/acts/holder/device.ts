/** Devices of holders: taken up at the counter, or by another device whose signature this gateway only carries. */
import type { DeviceRecord } from '#chaincode/facts/device';
import type { ByDevice } from '#chaincode/facts/device-commands';
import type { Projection } from '../../ledger/projection.js';
import type { Counter, Seen, Whom } from '../use/counter.js';
import type { Acting, ActResult, DraftView, LicenceActs } from '../licence/licence.js';

export interface DeviceKey {
  readonly id: string;
  readonly spki: string;
}
export type DeviceView = Pick<DeviceRecord, 'id' | 'method' | 'delegation' | 'status' | 'history'>;

export interface DevicesParts {
  readonly projection: Projection;
  readonly acts: LicenceActs;
  readonly counter: Counter;
  /** The agency that carries what nobody of an agency does. */
  readonly carrier: () => string;
}

export class Devices {
  constructor(private readonly parts: DevicesParts) {}

  /** A draft for the staff to sign: one person for the first device, two for a further one. @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async atCounter(acting: Acting, requestId: string, whom: Whom, device: DeviceKey, seen: readonly Seen[]): Promise<DraftView> {
    return this.forSubject(acting, requestId, this.parts.counter.subjectOf(whom), device, seen);
  }

  async forSubject(acting: Acting, requestId: string, subject: string, { id, spki }: DeviceKey, seen: readonly Seen[]): Promise<DraftView> {
    const attested = await this.parts.counter.attest(acting, requestId, subject, { device: id, seen });
    return this.parts.acts.draft(acting, requestId, { op: 'register', act: { op: 'device.put', id, subject, alg: 'ES256', spki, ...attested } });
  }

  /** The new device's id is the request's too: sent again it is the same request. @throws GatewayFault REFUSED */
  async takeUp({ id, spki }: DeviceKey, { subject, delegation }: { readonly subject: string; readonly delegation?: string }, by: ByDevice): Promise<ActResult> {
    return this.parts.acts.carry(this.parts.carrier(), id, { op: 'device.put', id, subject, alg: 'ES256', spki, ...(delegation === undefined ? {} : { delegation }), by });
  }

  /** @throws GatewayFault REFUSED */
  async layAside(requestId: string, id: string, status: 'lost' | 'revoked', by: ByDevice): Promise<ActResult> {
    return this.parts.acts.carry(this.parts.carrier(), requestId, { op: 'device.status', id, status, by });
  }

  /** @throws GatewayFault FACE_INVALID, NOT_FOUND */
  async list(whom: Whom): Promise<DeviceView[]> {
    return this.of(this.parts.counter.subjectOf(whom));
  }

  /** All devices that ever spoke for a subject. */
  async of(subject: string): Promise<DeviceView[]> {
    const devices = await this.parts.projection.devicesOf(subject);
    return devices.map(({ id, method, delegation, status, history }) => ({ id, method, ...(delegation === undefined ? {} : { delegation }), status, history })).sort((a, b) => ((a.history[0]?.at ?? '') < (b.history[0]?.at ?? '') ? -1 : 1));
  }
}
