/** A holder at the counter: whom the agency has before it, and the commitment to what its staff saw. The opening stays here. */
import type { Level } from 'level';
import { commitment } from '#chaincode/facts/act-digest';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { COUNTER_TAG } from '#chaincode/facts/device';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { parseUscc } from '#chaincode/facts/holder-code';
import { GatewayFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import type { Acting } from '../licence/licence.js';
import type { Managers } from '../../ledger/managers.js';

/** What staff may have looked at. */
export const SEEN = ['ID_CARD', 'BUSINESS_LICENCE', 'POWER_OF_ATTORNEY', 'ONE_TIME_CODE', 'IDENTITY_PROVIDER'] as const;
export type Seen = (typeof SEEN)[number];

/** Whom it is about: a licence that he holds, by its identifier, or an organisation by its code. */
export interface Whom {
  readonly licence?: string | undefined;
  readonly organisation?: string | undefined;
}

/** A natural person has few licences at one agency. */
const LICENCES_MAX = 200;

export class Counter {
  constructor(private readonly parts: { readonly desk: Level<string, string>; readonly keyring: Keyring; readonly projection: Projection; readonly managers: Pick<Managers, 'of'> }) {}

  /** @throws GatewayFault FACE_INVALID, NOT_FOUND */
  subjectOf({ licence, organisation }: Whom): string {
    if (organisation !== undefined) {
      if (licence !== undefined || !parseUscc(organisation)) throw invalid('organisation', licence === undefined ? 'USCC_CHECK_DIGIT' : 'FIELD_UNEXPECTED');
      return `uscc:${organisation}`;
    }
    if (licence === undefined) throw invalid('licence', 'FIELD_MISSING');
    const own = parseOwnIdentifier(licence);
    if (!own) throw invalid('licence', 'IDENTIFIER_CHECK');
    const record = this.parts.projection.get('licence', own.id);
    if (!record) throw new GatewayFault('NOT_FOUND');
    return record.subject;
  }

  /**
   * What an act at the counter carries besides itself. The same request gives the same bytes, so that it can be sent again.
   * @param seen what the staff looked at; no number and no name
   */
  async attest(acting: Acting, requestId: string, subject: string, seen: Readonly<Record<string, Canonical>>): Promise<{ evidence: string; held?: string }> {
    const text = canonical({ v: 1, requestId, staff: acting.staff, ...seen });
    const opening = hmacSha256(this.parts.keyring.secret(`agencies/${acting.agency}/counter.key`, { create: true }), requestId);
    const evidence = base64url(commitment(COUNTER_TAG, opening, text));
    await this.parts.desk.put(`counter/${evidence}`, JSON.stringify({ agency: acting.agency, text }), { sync: true });
    const held = await this.held(acting.agency, subject);
    return { evidence, ...(held === undefined ? {} : { held }) };
  }

  /** A licence by which an agency knows a natural person. */
  async held(agency: string, subject: string): Promise<string | undefined> {
    const { projection, managers } = this.parts;
    if (subject.startsWith('uscc:')) return undefined;
    return (await projection.licencesOf(subject, LICENCES_MAX)).find((id) => { const record = projection.get('licence', id); return record && managers.of(record) === agency; });
  }
}

export const invalid = (field: string, code: string): GatewayFault => new GatewayFault('FACE_INVALID', { fields: [{ field, code }] });
