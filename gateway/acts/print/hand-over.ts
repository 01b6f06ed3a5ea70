/** Receipts of hand-over: what the ledger has of a print order that is through, signed by the agency. */
import { base64url } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { draftHandOver, HAND_OVER_FORMAT, handOverPage, type HandOver } from '../../documents/hand-over.js';
import { keyName } from '../../documents/jws.js';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import type { Drafter } from '../licence/draft.js';
import { namesOf } from './print-order-view.js';
import type { PrintOrders } from './print-order.js';
import { receiptKey } from '../verify/receipts.js';

export interface HandOversParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly drafter: Pick<Drafter, 'zone'>;
  readonly orders: Pick<PrintOrders, 'record'>;
}

export class HandOvers {
  constructor(private readonly parts: HandOversParts) {}

  /** @returns the receipt (compact JWS), and a page of it for people @throws GatewayFault NOT_FOUND where nothing was handed over, RECEIPT_KEY_NOT_HERE */
  async receipt(agency: string, id: string): Promise<{ token: string; page: string }> {
    const { projection, vault, keyring, drafter, orders } = this.parts;
    const { licence, version, events, prints } = orders.record(agency, id);
    const [opened, commitment] = [events.at(-1)?.opened, events.findLast(({ act }) => act === 'release')?.pickUp];
    if (!opened || commitment === undefined) throw new GatewayFault('NOT_FOUND');
    const receipt: HandOver = {
      format: HAND_OVER_FORMAT, ledger: projection.get('ledger', 'settings')?.ledger ?? '', iss: `urn:uscc:${agency}`, order: id, identifier: identifierOf(licence as LicenceId, version), prints,
      steps: events.map(({ act, at, txId, actors, reason }) => ({ act, at, transaction: txId, staff: actors.map(({ staff }) => staff), ...(reason === undefined ? {} : { reason }) })), receiver: { ...opened, commitment },
    };
    const { key, signer } = await receiptKey({ projection, keyring }, agency);
    const unsigned = draftHandOver(receipt, keyName(key.spki));
    const token = `${unsigned}.${base64url(signer.sign(Buffer.from(unsigned)))}`;
    const kind = projection.get('kind', splitLicenceId(licence as LicenceId).type);
    const offset = drafter.zone.utcOffsetMinutes * 60_000;
    const when = (at: string): string => new Date(Date.parse(at) + offset).toISOString().slice(0, 19).replace('T', ' ');
    return { token, page: handOverPage(token, receipt, { agency: projection.get('agency', agency)?.name ?? agency, kind: kind?.name.zh ?? licence, ...namesOf(projection, vault, licence, version), sample: kind?.sample ?? false, when }) };
  }
}
