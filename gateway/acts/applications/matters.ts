/** What is applied for: matters with their variants, whose materials and form fields are joined, so that nothing is asked twice. */
import type { Day } from '#chaincode/facts/calendar';
import { parseCitizenId, parseUscc } from '#chaincode/facts/holder-code';
import { materialKey, type FormField, type Material, type MatterRecord } from '#chaincode/facts/matter';
import { MATTERS_MAX } from '#chaincode/facts/matter-commands';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';

export interface WantedMatter {
  readonly matter: string;
  /** Absent: the first variant, the usual case. */
  readonly variant?: string | undefined;
}
/** A trade, some matters, or some matters of a trade. */
export interface Wanted {
  readonly trade?: string | undefined;
  readonly matters?: readonly WantedMatter[] | undefined;
}
export interface ChosenMatter {
  readonly record: MatterRecord;
  readonly variant: string;
  readonly materials: readonly Material[];
}

/** @throws GatewayFault FACE_INVALID where a trade, matter or variant is not there, or nothing is named */
export function chosen(projection: Projection, { trade, matters }: Wanted): readonly ChosenMatter[] {
  const known = trade === undefined ? undefined : projection.get('trade', trade);
  if (trade !== undefined && known?.active !== true) throw faultOf('trade', 'TRADE_UNKNOWN');
  const wanted = matters ?? known?.matters.map((matter): WantedMatter => ({ matter })) ?? [];
  if (wanted.length === 0) throw faultOf('matters', 'FIELD_MISSING');
  if (wanted.length > MATTERS_MAX || new Set(wanted.map(({ matter }) => matter)).size !== wanted.length) throw faultOf('matters', 'MATTERS_DOUBLED');
  return wanted.map(({ matter, variant }) => {
    const record = projection.get('matter', matter);
    if (!record || (known && !known.matters.includes(matter))) throw faultOf('matters', 'MATTER_UNKNOWN', known?.matters);
    if (!record.active) throw faultOf('matters', 'MATTER_INACTIVE');
    const found = variant === undefined ? record.variants[0] : record.variants.find(({ code }) => code === variant);
    if (!found) throw faultOf('matters', 'VARIANT_UNKNOWN', record.variants.map(({ code }) => code));
    return { record, variant: found.code, materials: found.materials };
  });
}

const faultOf = (field: string, code: string, choices?: readonly string[]): GatewayFault => new GatewayFault('FACE_INVALID', { fields: [{ field, code, ...(choices ? { choices } : {}) }] });

/** A material of several matters: handed in once, with the strictest of their conditions. */
export interface JoinedMaterial {
  readonly key: string;
  readonly material: Material;
  readonly matters: readonly MatterRecord[];
}

export function joinedMaterials(matters: readonly ChosenMatter[]): readonly JoinedMaterial[] {
  const joined = new Map<string, JoinedMaterial>();
  for (const { record, materials } of matters) {
    for (const material of materials) {
      const key = materialKey(material);
      const earlier = joined.get(key);
      joined.set(key, { key, material: earlier ? stricter(earlier.material, material) : material, matters: [...(earlier?.matters ?? []), record] });
    }
  }
  return [...joined.values()];
}

function stricter(one: Material, other: Material): Material {
  if (one.type !== 'licence' || other.type !== 'licence') return one;
  const daysLeft = Math.max(one.daysLeft ?? 0, other.daysLeft ?? 0);
  const fields = [...new Set([...(one.fields ?? []), ...(other.fields ?? [])])];
  return { type: 'licence', kind: one.kind, ...(daysLeft > 0 ? { daysLeft } : {}), ...(fields.length > 0 ? { fields } : {}) };
}

/** A field of several matters: filled in once, filled from wherever any of them may be. */
export interface JoinedField {
  readonly field: FormField;
  readonly matters: readonly MatterRecord[];
}

export function joinedFields(matters: readonly ChosenMatter[]): readonly JoinedField[] {
  const joined = new Map<string, JoinedField>();
  for (const { record } of matters) {
    for (const field of record.form) {
      const earlier = joined.get(field.name);
      joined.set(field.name, { field: earlier ? { ...earlier.field, required: earlier.field.required || field.required } : field, matters: [...(earlier?.matters ?? []), record] });
    }
  }
  return [...joined.values()];
}

/** Whoever applies, as the ledger knows him. A natural person of whom the agency has heard nothing has no subject yet. */
export function holderOf(vault: Vault, agency: string, code: string, today: Day): { readonly code: string; readonly subject: string | undefined; readonly person: boolean } {
  const given = code.trim().toUpperCase();
  if (parseUscc(given)) return { code: given, subject: `uscc:${given}`, person: false };
  const citizen = parseCitizenId(given, today);
  if (!citizen) throw faultOf('holder', 'HOLDER_CODE');
  return { code: citizen, subject: vault.knownPerson(agency, citizen), person: true };
}
