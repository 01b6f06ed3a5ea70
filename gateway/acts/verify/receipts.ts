/** Filed receipts: this gateway looks for itself, and signs what it found with a key of one of its agencies. */
import { base64url } from '#chaincode/facts/hash';
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import type { Clock } from '../../clock.js';
import { keyName } from '../../documents/jws.js';
import { draftReceipt, RECEIPT_FORMAT, type Receipt } from '../../documents/receipt.js';
import { GatewayFault } from '../../fault.js';
import { randomId, type Keyring, type ListSigner } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import type { Lookup } from './lookup.js';

export interface ReceiptsParts {
  readonly projection: Projection;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly lookup: Lookup;
}

export class Receipts {
  readonly #parts: ReceiptsParts;

  constructor(parts: ReceiptsParts) {
    this.#parts = parts;
  }

  /** @returns the compact JWS @throws GatewayFault RECEIPT_KEY_NOT_HERE; LEDGER_UNAVAILABLE where there is nothing to state */
  async issue(presented: Receipt['presented'], asker: Receipt['asker']): Promise<string> {
    const { projection, clock, keyring, lookup } = this.#parts;
    const { verdict } = lookup.byIdentifier(presented.identifier, { digest: presented.digest });
    if (verdict.outcome === 'unchecked') throw new GatewayFault('LEDGER_UNAVAILABLE');
    const { key, signer } = await receiptKey({ projection, keyring }, asker?.agency);
    const { outcome, status, parts } = verdict;
    const receipt: Receipt = {
      format: RECEIPT_FORMAT, ledger: projection.get('ledger', 'settings')?.ledger ?? '', iss: `urn:uscc:${key.agency}`, jti: randomId(), iat: Math.floor(clock.now() / 1000), block: Number(projection.block), presented,
      verdict: { outcome, ...(status === undefined ? {} : { status }), parts: parts.map(({ check, result, code, ageSeconds }) => ({ check, result, code, ...(ageSeconds === undefined ? {} : { ageSeconds }) })) },
      ...(asker ? { asker } : {}),
    };
    const unsigned = draftReceipt(receipt, keyName(key.spki));
    return `${unsigned}.${base64url(signer.sign(Buffer.from(unsigned)))}`;
  }

}

/** The newest key in use that lies here: of the asker's own agency, else of the one that keeps the register, else of the first. @throws GatewayFault RECEIPT_KEY_NOT_HERE */
export async function receiptKey({ projection, keyring }: Pick<ReceiptsParts, 'projection' | 'keyring'>, own: string | undefined): Promise<{ key: AgencyKeyRecord; signer: ListSigner }> {
  const registrar = projection.get('ledger', 'settings')?.registrar;
  const rank = ({ agency }: AgencyKeyRecord): number => (agency === own ? 0 : agency === registrar ? 1 : 2);
  const keys = (await projection.all('agency-key')).filter(({ use, status }) => use === 'receipt' && status === 'in-use');
  for (const key of keys.sort((a, b) => rank(a) - rank(b) || ((a.history[0]?.at ?? '') < (b.history[0]?.at ?? '') ? 1 : -1))) {
    const signer = keyring.signer('receipt', key.agency, key.id);
    if (signer) return { key, signer };
  }
  throw new GatewayFault('RECEIPT_KEY_NOT_HERE');
}
