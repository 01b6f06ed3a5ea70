/** What a holder needs for some matters: what is there and what it is worth, what may be used and by what, what is missing. Nothing is opened to say so. */
import { addDays } from '#chaincode/facts/calendar';
import { base64url, fromBase64url } from '#chaincode/facts/hash';
import type { IdentityRecord } from '#chaincode/facts/identity';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { FormField, Material, MatterRecord } from '#chaincode/facts/matter';
import type { Label, LicenceRecord } from '#chaincode/facts/records';
import type { FaceValue } from '#chaincode/facts/credential';
import type { Outcome } from '../../documents/verdict.js';
import { nowOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import type { Register } from '../use/authority.js';
import type { Drafter } from '../licence/draft.js';
import { identityInUse } from '../holder/identity.js';
import type { Acting, LicenceActs } from '../licence/licence.js';
import type { Lookup } from '../verify/lookup.js';
import type { Managers } from '../../ledger/managers.js';
import { chosen, holderOf, joinedFields, joinedMaterials, type ChosenMatter, type JoinedField, type JoinedMaterial, type Wanted } from './matters.js';
import { MayUse, weakest, type Use } from '../use/may-use.js';
import type { Uses } from '../use/use.js';

/** held: at hand, and may be used. grant: at hand, and the holder must let it be used. unfit: there, but not good for this. missing: not there. asked: still given by the applicant. */
export type MaterialState = 'held' | 'grant' | 'unfit' | 'missing' | 'asked';

/** A licence that was found. No field of its face; which fields it would give. */
export interface FoundLicence {
  readonly identifier: string;
  readonly licence: string;
  readonly version: number;
  readonly manager: { readonly code: string; readonly name: string };
  readonly outcome: Outcome;
  readonly status?: string;
  readonly validFrom?: string;
  readonly validUntil?: string;
  readonly use: Use;
  readonly gives: readonly string[];
  /** Why it is not good for this. */
  readonly unfit: readonly string[];
}
export interface MaterialAnswer {
  readonly key: string;
  readonly type: Material['type'];
  readonly name: Label;
  readonly matters: readonly string[];
  readonly state: MaterialState;
  readonly daysLeft?: number;
  readonly licence?: FoundLicence;
  /** How many licences of the kind the holder has. */
  readonly found?: number;
  /** The identity record that answers for a copy of a card. */
  readonly identity?: { readonly id: string; readonly agency: { readonly code: string; readonly name: string }; readonly at: string; readonly until: string };
}
/** The licence, and its field, from which a field of the form is filled. */
export interface FieldSource {
  readonly identifier: string;
  readonly licence: string;
  readonly version: number;
  readonly kind: string;
  readonly field: string;
  readonly use: Use;
}
export interface FieldAnswer extends Omit<FormField, 'fills' | 'from'> {
  readonly matters: readonly string[];
  readonly source?: FieldSource;
}
/** listed: counted for every matter by itself. shared: not asked again. held: not asked, because a licence has it. asked: what is left. */
export interface Saved {
  readonly listed: number;
  readonly shared: number;
  readonly held: number;
  readonly asked: number;
}
export interface MaterialsAnswer {
  readonly trade?: string;
  readonly matters: readonly { readonly matter: string; readonly variant: string; readonly version: number; readonly name: Label; readonly kind?: string }[];
  readonly materials: readonly MaterialAnswer[];
  readonly form: readonly FieldAnswer[];
  readonly saved: { readonly materials: Saved; readonly fields: Saved };
  readonly checkedAt: string;
}

/** A field with what it is filled with now. */
export interface FilledField extends FieldAnswer {
  readonly value?: FaceValue;
  /** When the source was read. */
  readonly at?: string;
}

/** Holders with more licences of the kinds in question than this are no holders of a permit or two. */
const LICENCES_MAX = 500;

/** Uses of one licence for one form. */
const ROUNDS_MAX = 16;
const LEFT_TO_HAND: ReadonlySet<string> = new Set(['FACE_NOT_HERE', 'USE_NOT_AUTHORISED', 'USE_PURPOSE', 'USE_FIELDS', 'REFUSED', 'SOURCE_UNREACHABLE', 'SOURCE_REFUSED', 'SOURCE_ANSWER_WRONG', 'FACE_ERASED']);

export interface MaterialsParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly lookup: Lookup;
  readonly drafter: Drafter;
  readonly managers: Pick<Managers, 'of'>;
  readonly clock: Clock;
  readonly register: Register;
  readonly uses: Pick<Uses, 'use' | 'note'>;
  readonly acts: Pick<LicenceActs, 'contentOf'>;
}

export class Materials {
  readonly #parts: MaterialsParts;

  constructor(parts: MaterialsParts) {
    this.#parts = parts;
  }

  /**
   * The answer at the counter: that a holder's licences were looked for is recorded before it leaves.
   * @param holder social credit code, or number of a natural person @throws GatewayFault FACE_INVALID
   */
  async ask(acting: Acting, holder: string, wanted: Wanted): Promise<MaterialsAnswer> {
    const { uses, lookup } = this.#parts;
    const { answer, matters } = await this.#look(acting.agency, holder, wanted);
    const found = new Set(answer.materials.flatMap(({ licence }) => licence?.identifier ?? []));
    for (const identifier of found) {
      const { licence } = lookup.byIdentifier(identifier, { agency: acting.agency });
      // No field of the face is shown, so none is recorded as seen.
      for (const purpose of purposesOf(matters.map(({ record }) => record))) await uses.note(acting, 'look-up', licence ? { licence: { ...licence, face: [] } } : {}, { purpose });
    }
    return answer;
  }

  /** The same, where nobody is told. @throws GatewayFault FACE_INVALID */
  async answer(agency: string, holder: string, wanted: Wanted): Promise<MaterialsAnswer> {
    return (await this.#look(agency, holder, wanted)).answer;
  }

  /**
   * The one form, filled from the licences at hand. Each licence is used once for each purpose, with the fields for it, under a record of its own;
   * asked again for the same case, the same uses answer.
   * @param requestId of the application @param caseNo number of the case for which they are used
   */
  async fill(acting: Acting, { requestId, caseNo }: { readonly requestId: string; readonly caseNo: string }, holder: string, wanted: Wanted): Promise<{ readonly answer: MaterialsAnswer; readonly form: readonly FilledField[] }> {
    const { answer, held, matters } = await this.#look(acting.agency, holder, wanted);
    const purposeOf = (code: string): string => matters.find(({ record }) => record.code === code)?.record.purpose ?? '';
    const needs = new Map<string, { readonly source: FieldSource; readonly purpose: string; readonly fields: Set<string> }>();
    for (const { source, matters: of } of answer.form) {
      if (!source || source.use === 'no') continue;
      for (const purpose of new Set(of.map(purposeOf))) {
        const key = `${source.identifier} ${purpose}`;
        const need = needs.get(key) ?? { source, purpose, fields: new Set() };
        needs.set(key, need);
        need.fields.add(source.field);
      }
    }
    const used = new Map<string, Opened>();
    /** Agencies whose gateways do not answer: nobody at a counter waits for each of their licences. */
    const away = new Set<string>();
    for (const [key, { source, purpose, fields }] of needs) used.set(key, await this.#use(acting, { ...held, away }, { requestId, caseNo, source, purpose, fields: [...fields].sort() }));
    const form = answer.form.map((field): FilledField => {
      const { source } = field;
      const opened = source ? [...new Set(field.matters.map(purposeOf))].map((purpose) => used.get(`${source.identifier} ${purpose}`)) : [];
      const value = source && opened[0]?.values.get(source.field);
      // Open for all its purposes, or not filled for any.
      return value === undefined || !opened.every((each) => each?.values.has(source?.field ?? '')) ? field : { ...field, value, at: opened[0]?.at ?? '' };
    });
    return { answer, form };
  }

  async #use(acting: Acting, { licences, mayUse, away }: Held & { readonly away: Set<string> }, { requestId, caseNo, source, purpose, fields }: { readonly requestId: string; readonly caseNo: string; readonly source: FieldSource; readonly purpose: string; readonly fields: readonly string[] }): Promise<Opened> {
    const { uses, acts } = this.#parts;
    const licence = licences.find(({ id }) => id === source.licence);
    const { grant } = licence ? mayUse.use({ licence, purpose, fields }) : {};
    if (licence && away.has(licence.manager)) return NOT_OPENED;
    const input = { licence: source.identifier, purpose, caseNo, fields, ...(grant === undefined ? {} : { authority: { grant } }) };
    for (let round = 0; ; round++) {
      const id = fromBase64url(acts.contentOf(acting.agency, { form: requestId, staff: acting.staff, input, round }))?.subarray(0, 16) ?? new Uint8Array();
      try {
        const { fields: given, record } = await uses.use(acting, base64url(id), input);
        return { values: new Map(given.map(({ name, value }) => [name, value])), at: record.at };
      } catch (error) {
        if (!(error instanceof GatewayFault)) throw error;
        // A form that lay open for so long that its uses are not answered again: they are made anew.
        if (error.refusal === 'REQUEST_ID_REUSED' && round < ROUNDS_MAX) continue;
        // Closed in the meantime, or not to be had from the gateway that keeps it: the form is filled in by hand.
        if (!LEFT_TO_HAND.has(error.code)) throw error;
        if (licence && error.code === 'SOURCE_UNREACHABLE') away.add(licence.manager);
        return NOT_OPENED;
      }
    }
  }

  async #look(agency: string, holder: string, wanted: Wanted): Promise<{ readonly answer: MaterialsAnswer; readonly held: Held; readonly matters: readonly ChosenMatter[] }> {
    const { projection, vault, drafter, clock, register } = this.#parts;
    const matters = chosen(projection, wanted);
    const { subject } = holderOf(vault, agency, holder, drafter.today);
    const identity = subject === undefined ? undefined : await identityInUse(projection, subject, drafter.today);
    const held: Held = { ...(identity ? { identity } : {}), licences: await this.#licencesOf(subject), mayUse: await MayUse.of(projection, register, { agency, subject, today: drafter.today, now: nowOf(clock) }) };
    const materials = joinedMaterials(matters).map((joined) => this.#material(joined, held));
    const form = joinedFields(matters).map((joined) => this.#field(joined, materials, held));
    const answer: MaterialsAnswer = {
      ...(wanted.trade === undefined ? {} : { trade: wanted.trade }),
      matters: matters.map(({ record, variant }) => ({ matter: record.code, variant, version: record.version, name: record.name, ...(record.kind === undefined ? {} : { kind: record.kind }) })),
      materials, form, saved: savedBy(matters, materials, form), checkedAt: nowOf(clock),
    };
    return { answer, held, matters };
  }

  async #licencesOf(subject: string | undefined): Promise<readonly LicenceRecord[]> {
    const ids = subject === undefined ? [] : await this.#parts.projection.licencesOf(subject, LICENCES_MAX);
    return ids.flatMap((id) => this.#parts.projection.get('licence', id) ?? []);
  }

  #material({ key, material, matters }: JoinedMaterial, held: Held): MaterialAnswer {
    const named = { key, type: material.type, matters: matters.map(({ code }) => code) };
    if (material.type === 'paper' && material.identity !== undefined && material.identity === held.identity?.document) return { ...named, name: material.name, state: 'held', identity: this.#identity(held.identity) };
    if (material.type !== 'licence') return { ...named, name: material.name, state: 'asked' };
    const { kind, daysLeft, fields = [] } = material;
    const name = this.#parts.projection.get('kind', kind)?.name ?? { zh: kind, en: kind };
    const found = ofKind(held, kind).map((record) => this.#found(held, record, { purposes: purposesOf(matters), fields, daysLeft }));
    const [best] = found.sort((a, b) => RANK.indexOf(stateOf(a)) - RANK.indexOf(stateOf(b)) || ((a.validUntil ?? '9999') < (b.validUntil ?? '9999') ? 1 : -1));
    return { ...named, name, state: best ? stateOf(best) : 'missing', ...(daysLeft === undefined ? {} : { daysLeft }), ...(best ? { licence: best } : {}), found: found.length };
  }

  #identity({ id, agency, at, until }: IdentityRecord): NonNullable<MaterialAnswer['identity']> {
    return { id, agency: { code: agency, name: this.#parts.projection.get('agency', agency)?.name ?? agency }, at, until };
  }

  #found(held: Held, record: LicenceRecord, { purposes, fields, daysLeft }: Need): FoundLicence {
    const { projection, lookup, drafter, managers } = this.#parts;
    const manager = managers.of(record);
    const current = record.versions.at(-1);
    const version = current?.version ?? 1;
    const identifier = identifierOf(record.id as LicenceId, version);
    const { verdict: { outcome, status } } = lookup.byIdentifier(identifier);
    const use = useOf(held, record, purposes, fields);
    const { validFrom, validUntil } = current ?? {};
    return {
      identifier, licence: record.id, version, manager: { code: manager, name: projection.get('agency', manager)?.name ?? manager }, outcome, ...(status === undefined ? {} : { status }),
      ...(validFrom === undefined ? {} : { validFrom }), ...(validUntil === undefined ? {} : { validUntil }), use, gives: fields,
      unfit: [...unfitFor(outcome), ...(daysLeft !== undefined && validUntil !== undefined && validUntil < addDays(drafter.today, daysLeft) ? ['MATERIAL_ENDS_SOON'] : []), ...this.#absent(record, version, use, fields)],
    };
  }

  /** Fields that may be empty are looked for only on the agency's own licences: of another's, that is known when it is used. */
  #absent(record: LicenceRecord, version: number, use: Use, fields: readonly string[]): string[] {
    const face = use === 'own' ? this.#parts.lookup.kept(record, version)?.face : undefined;
    return face && fields.some((name) => !Object.hasOwn(face, name)) ? ['MATERIAL_FIELD_ABSENT'] : [];
  }

  /** From the licence that answers for the material of its kind, else from any of the kind that is in force. */
  #field({ field, matters }: JoinedField, materials: readonly MaterialAnswer[], held: Held): FieldAnswer {
    const { fills: _, from, ...shown } = field;
    const source = from.map(({ kind, field: name }): FieldSource | undefined => {
      const found = materials.find(({ key }) => key === `licence/${kind}`)?.licence ?? this.#inForce(kind, held);
      const record = found?.outcome === 'valid' ? this.#parts.projection.get('licence', found.licence) : undefined;
      if (!found || !record) return undefined;
      const use = useOf(held, record, purposesOf(matters), [name]);
      if (this.#absent(record, found.version, use, [name]).length > 0) return undefined;
      return { identifier: found.identifier, licence: found.licence, version: found.version, kind, field: name, use };
    }).find((each) => each !== undefined);
    return { ...shown, matters: matters.map(({ code }) => code), ...(source ? { source } : {}) };
  }

  #inForce(kind: string, held: Held): FoundLicence | undefined {
    return ofKind(held, kind).map((record) => this.#found(held, record, { purposes: [], fields: [] })).find(({ outcome }) => outcome === 'valid');
  }
}

/** What a holder has, and what the agency that asks may use of it. */
interface Held {
  readonly identity?: IdentityRecord;
  readonly licences: readonly LicenceRecord[];
  readonly mayUse: MayUse;
}
/** What a use gave. */
interface Opened {
  readonly values: ReadonlyMap<string, FaceValue>;
  readonly at: string;
}
const NOT_OPENED: Opened = { values: new Map(), at: '' };
const purposesOf = (matters: readonly Pick<MatterRecord, 'purpose'>[]): readonly string[] => [...new Set(matters.map(({ purpose }) => purpose))];

interface Need {
  readonly purposes: readonly string[];
  readonly fields: readonly string[];
  readonly daysLeft?: number | undefined;
}

const kindOf = ({ id }: LicenceRecord): string => splitLicenceId(id as LicenceId).type;
const ofKind = ({ licences }: Held, kind: string): readonly LicenceRecord[] => licences.filter((record) => kindOf(record) === kind);
const useOf = ({ mayUse }: Held, licence: LicenceRecord, purposes: readonly string[], fields: readonly string[]): Use => weakest(purposes.map((purpose) => mayUse.use({ licence, purpose, fields }).use));

const RANK: readonly MaterialState[] = ['held', 'grant', 'unfit'];
const stateOf = ({ unfit, use }: FoundLicence): MaterialState => (unfit.length > 0 ? 'unfit' : use === 'no' ? 'grant' : 'held');

/** What could not be checked is not called bad, and cannot be relied on either. */
function unfitFor(outcome: Outcome): readonly string[] {
  const codes: Readonly<Record<Outcome, readonly string[]>> = { valid: [], 'not-in-force': ['MATERIAL_NOT_IN_FORCE'], untrusted: ['MATERIAL_UNTRUSTED'], unchecked: ['MATERIAL_UNCHECKED'], imported: ['MATERIAL_UNCONFIRMED'] };
  return codes[outcome];
}

function savedBy(matters: readonly ChosenMatter[], materials: readonly MaterialAnswer[], form: readonly FieldAnswer[]): MaterialsAnswer['saved'] {
  const count = (listed: number, joined: number, held: number): Saved => ({ listed, shared: listed - joined, held, asked: joined - held });
  return {
    materials: count(matters.flatMap((each) => each.materials).length, materials.length, materials.filter(({ state }) => state === 'held').length),
    fields: count(matters.flatMap(({ record }) => record.form).length, form.length, form.filter(({ source }) => source && source.use !== 'no').length),
  };
}

