/** For whom a device speaks at this gateway, and how far: asked of the ledger's records as they are now. The contract asks all of it again where something is signed. */
import { reaches, standingFault, type DelegatedAct, type DelegationRecord } from '#chaincode/facts/delegation';
import type { ByDevice } from '#chaincode/facts/device-commands';
import { fromBase64url, importP256, verifyP256 } from '#chaincode/facts/hash';
import type { RefusalCode } from '#chaincode/facts/refusal';
import { nowOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';

/** Whose device is signed in; without one, a holder whom an identity provider has named, who only reads his own. */
export interface SignedIn {
  readonly device?: string;
  readonly subject: string;
  /** Of the person whose device it is; absent: the holder's own. */
  readonly delegation?: string;
}

export interface Standing {
  readonly subject: string;
  /** What limits it; none for the holder's own devices. */
  readonly delegations: readonly DelegationRecord[];
}

export const refused = (refusal: RefusalCode, field: string): GatewayFault => new GatewayFault('REFUSED', { refusal, fields: [{ field, code: refusal }] });

/** @param mandate a delegation to the signed-in organisation as an agent: then it speaks for whoever gave it @throws GatewayFault NOT_FOUND for anybody else's, REFUSED */
export function standing(projection: Projection, clock: Clock, { subject, device, delegation }: SignedIn, act: DelegatedAct | 'holder', mandate?: string): Standing {
  const get = (id: string) => projection.get('delegation', id);
  const agent = mandate === undefined ? undefined : get(mandate);
  if (mandate !== undefined && (device === undefined || `uscc:${agent?.delegate ?? ''}` !== subject)) throw new GatewayFault('NOT_FOUND');
  const delegations = [agent, delegation === undefined ? undefined : get(delegation)].filter((each) => each !== undefined);
  for (const each of [mandate, delegation]) {
    const fault = each === undefined ? undefined : standingFault({ delegation: each }, nowOf(clock), get, act);
    if (fault) throw refused(fault, 'delegation');
  }
  return { subject: agent?.subject ?? subject, delegations };
}

export const inReach = (delegations: readonly DelegationRecord[], what: Parameters<typeof reaches>[1]): boolean => delegations.every((each) => reaches(each, what));

/** Asked here, nobody without a device of the holder, or of an agent of his, fills the vault. @returns the delegations by which it was signed @throws GatewayFault REFUSED */
export function demandSigned(projection: Projection, { device: id, signature, delegation }: ByDevice, subject: string, digest: (ledger: string) => Uint8Array): readonly DelegationRecord[] {
  const [device, mandate] = [projection.get('device', id), delegation === undefined ? undefined : projection.get('delegation', delegation)];
  if (!device) throw refused('DEVICE_UNKNOWN', 'by');
  if (delegation !== undefined && !mandate) throw refused('DELEGATION_UNKNOWN', 'by');
  if (mandate && (mandate.subject !== subject || mandate.delegate === undefined)) throw refused('DELEGATION_OF_OTHER', 'by');
  if (device.subject !== (mandate?.delegate === undefined ? subject : `uscc:${mandate.delegate}`)) throw refused('DEVICE_OF_OTHER_HOLDER', 'by');
  const [key, bytes, ledger] = [importP256(device.spki), fromBase64url(signature), projection.get('ledger', 'settings')?.ledger];
  if (!key || !bytes || ledger === undefined || !verifyP256(key, digest(ledger), bytes)) throw refused('DEVICE_SIGNATURE', 'by');
  const own = device.delegation === undefined ? undefined : projection.get('delegation', device.delegation);
  return [mandate, own].filter((each) => each !== undefined);
}
