/** Heads of the ledger, signed by an agency of this gateway: for whoever keeps them elsewhere, and over evidence that is taken from here. */
import { base64url } from '#chaincode/facts/hash';
import { instantOf } from '#chaincode/facts/calendar';
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import type { Clock } from '../../clock.js';
import { draftHead, HEAD_FORMAT, headHolds, parseHead, type Head } from '../../documents/head.js';
import { keyName } from '../../documents/jws.js';
import { GatewayFault } from '../../fault.js';
import type { Keyring, ListSigner } from '../../keyring.js';
import type { EvidenceBlocks } from '../../ledger/evidence-blocks.js';
import type { Projection } from '../../ledger/projection.js';
import type { Press } from '../../press/press.js';

export interface HeadsParts {
  readonly projection: Pick<Projection, 'get' | 'all' | 'block' | 'keysOfUse'>;
  readonly press: Pick<Press, 'head'>;
  readonly keyring: Pick<Keyring, 'signer'>;
  readonly blocks: EvidenceBlocks;
  readonly clock: Clock;
}

export class Heads {
  readonly #parts: HeadsParts;

  constructor(parts: HeadsParts) {
    this.#parts = parts;
  }

  /**
   * @param block the last block that the index has where none is named
   * @returns the compact JWS
   * @throws GatewayFault HEAD_KEY_NOT_HERE; NOT_FOUND for a block that is not there yet
   */
  async sign({ block, evidence }: { readonly block?: number; readonly evidence?: string } = {}): Promise<string> {
    const { projection, blocks, clock } = this.#parts;
    const last = Number(projection.block);
    if ((block ?? last) > last) throw new GatewayFault('NOT_FOUND');
    const { key, signer } = await this.key();
    const seen = await blocks.head(block ?? last);
    const head: Head = { format: HEAD_FORMAT, ledger: projection.get('ledger', 'settings')?.ledger ?? '', agency: key.agency, ...seen, at: instantOf(clock.now()), ...((block ?? last) < last ? { earlier: true } : {}), ...(evidence === undefined ? {} : { evidence }) };
    const unsigned = draftHead(head, keyName(key.spki));
    return `${unsigned}.${base64url(signer.sign(Buffer.from(unsigned)))}`;
  }

  /** A head on a sheet of paper, the one of now where none is given. @returns the PDF. @throws GatewayFault FACE_INVALID HEAD_FORM, HEAD_SIGNATURE; as `sign` */
  async paper(given?: string): Promise<{ readonly pdf: Uint8Array; readonly height: number }> {
    const { projection, press } = this.#parts;
    const signed = parseHead(given ?? (await this.sign()));
    if (!signed) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'head', code: 'HEAD_FORM' }] });
    const key = projection.keysOfUse('head').find(({ spki, status }) => keyName(spki) === signed.kid && status !== 'stopped');
    // What is drawn here looks true: no head that nobody on this ledger signed.
    const isOurs = key?.agency === signed.head.agency && signed.head.ledger === projection.get('ledger', 'settings')?.ledger && (await headHolds(signed, key.spki));
    if (!isOurs) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'head', code: 'HEAD_SIGNATURE' }] });
    const { head, kid, token } = signed;
    return { pdf: await press.head({ signed: { head, kid, token }, agencyName: projection.get('agency', head.agency)?.name }), height: head.height };
  }

  /** The newest key in use that lies here: of the agency that keeps the register, else of any. @throws GatewayFault HEAD_KEY_NOT_HERE */
  async key(): Promise<{ readonly key: AgencyKeyRecord; readonly signer: ListSigner }> {
    const { projection, keyring } = this.#parts;
    const registrar = projection.get('ledger', 'settings')?.registrar;
    const keys = (await projection.all('agency-key')).filter(({ use, status }) => use === 'head' && status === 'in-use');
    const since = ({ history }: AgencyKeyRecord): string => history[0]?.at ?? '';
    for (const key of keys.sort((a, b) => Number(b.agency === registrar) - Number(a.agency === registrar) || (since(a) < since(b) ? 1 : -1))) {
      const signer = keyring.signer('head', key.agency, key.id);
      if (signer) return { key, signer };
    }
    throw new GatewayFault('HEAD_KEY_NOT_HERE');
  }
}
