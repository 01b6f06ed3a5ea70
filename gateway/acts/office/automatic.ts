/** Issue by rule (秒批): what a machine may ask for is tried against the agency's rules; the contract tries all of it again, and counts. */
import type { Relied } from '#chaincode/facts/application';
import { BY_RULE, fieldsBlank, inputsCommitment, isWithin, type RuleSet, type RuleSetRecord } from '#chaincode/facts/automatic';
import { addDays } from '#chaincode/facts/calendar';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { base64url, hmacSha256 } from '#chaincode/facts/hash';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { KindRecord } from '#chaincode/facts/records';
import { quotaKey, requestKey } from '#chaincode/world';
import type { Face } from '#chaincode/facts/credential';
import { GatewayFault, type FieldFault } from '../../fault.js';
import type { Keyring } from '../../keyring.js';
import type { Projection } from '../../ledger/projection.js';
import type { Drafter } from '../licence/draft.js';
import type { IssueInput } from '../licence/inputs.js';
import { rulesFault } from '../licence/beside.js';
import { checkFace } from '../licence/face.js';
import { statusOn } from '../verify/members.js';
import type { Acting, DraftView, LicenceActs } from '../licence/licence.js';

/** A holder with more has more than any rule asks for. */
const HELD_MAX = 200;

export interface AutomaticParts {
  readonly projection: Projection;
  readonly keyring: Keyring;
  readonly drafter: Drafter;
  readonly acts: Pick<LicenceActs, 'draft'>;
}
export type AutomaticInput = Pick<IssueInput, 'kind' | 'face' | 'promise' | 'docNo' | 'validUntil'>;

export class Automatic {
  constructor(private readonly parts: AutomaticParts) {}

  /** Rules of an agency, with what is left of today's quota. */
  async rules(agency: string): Promise<(RuleSetRecord & { readonly leftToday: number })[]> {
    const { projection, drafter } = this.parts;
    return (await projection.all('rule-set')).filter((rules) => rules.agency === agency).map((rules) => {
      const quota = projection.get('quota', quotaKey(agency, rules.kind));
      return { ...rules, leftToday: rules.perDay - (quota?.day === drafter.today ? quota.inDay : 0) };
    });
  }

  /** A draft for the machine to sign. @throws GatewayFault FACE_INVALID; REFUSED with RULES_UNKNOWN, RULES_STOPPED; RULES_NOT_MET with every rule that is not met */
  async draft(acting: Acting, requestId: string, input: AutomaticInput): Promise<DraftView> {
    const { projection, drafter, keyring, acts } = this.parts;
    const kind = drafter.kind(input.kind);
    const rules = projection.get('rule-set', quotaKey(acting.agency, kind.type));
    if (!rules) throw new GatewayFault('REFUSED', { refusal: 'RULES_UNKNOWN' });
    // What was carried out before is told again, whatever has become of the rules since.
    const isDone = projection.get('request', requestKey(acting.agency, requestId)) !== undefined;
    const stands = isDone ? undefined : rulesFault(projection, acting.agency, kind.type, rules.digest);
    if (stands !== undefined) throw new GatewayFault('REFUSED', { refusal: stands });
    const { face, holderCode } = checkFace(kind, input.face, drafter.today);
    const reliedOn = await this.#held(rules, await drafter.subjectOf(acting.agency, kind, holderCode));
    const faults = [...unmet(rules, kind, face, input.promise), ...rules.held.filter((_, i) => reliedOn[i] === undefined).map((held): FieldFault => ({ field: 'held', code: 'RULES_HELD', characters: projection.get('kind', held.kind)?.name.zh ?? held.kind }))];
    if (!isDone && faults.length > 0) throw new GatewayFault('RULES_NOT_MET', { fields: faults });
    const relied = reliedOn.filter((each) => each !== undefined);
    const opening = hmacSha256(keyring.secret(`agencies/${acting.agency}/rules.key`, { create: true }), 'inputs\0', requestId);
    const text = canonical({ v: 1, rules: rules.digest, kind: kind.type, face, reliedOn: relied, promise: input.promise !== undefined } as unknown as Canonical);
    const automatic = { rules: rules.digest, reliedOn: relied, inputs: { commitment: inputsCommitment(opening, text), opening: base64url(opening), text } };
    return acts.draft(acting, requestId, { op: 'issue', ...input, reason: BY_RULE, automatic });
  }

  /** For each licence that the rules want, one that the holder has in force for long enough. */
  async #held({ held }: RuleSet, subject: string): Promise<(Relied | undefined)[]> {
    const { projection, drafter } = this.parts;
    const today = drafter.today;
    const records = (await projection.licencesOf(subject, HELD_MAX)).flatMap((id) => projection.get('licence', id) ?? []);
    return held.map(({ kind, daysLeft }) => records.flatMap((record) => {
      const current = record.versions.at(-1);
      const fits = current?.seal !== undefined && splitLicenceId(record.id as LicenceId).type === kind && statusOn(projection, current, today) === 'VALID' && (current.validUntil === undefined || current.validUntil >= addDays(today, daysLeft));
      return fits ? [{ licence: record.id, version: current.version }] : [];
    })[0]);
  }
}

/** Of the face and the promise. All of it at once, for the applicant; the contract refuses the first. */
function unmet(rules: RuleSet, kind: KindRecord, face: Face, promise: string | undefined): FieldFault[] {
  return [
    ...fieldsBlank(rules, face).map((field) => ({ field: kind.fields.find(({ name }) => name === field)?.label.zh ?? field, code: 'FIELD_MISSING' })),
    ...(isWithin(rules, face) ? [] : [{ field: rules.address?.field ?? '', code: 'RULES_ADDRESS', characters: rules.address?.within.join('、') ?? '' }]),
    ...(rules.promise && promise === undefined ? [{ field: 'promise', code: 'PROMISE_MISSING' }] : []),
  ];
}
