/** The register of matters and trades: what can be applied for, and what is needed. */
import type { PlainAct } from '../facts/commands.js';
import { canonical } from '../facts/canonical.js';
import { materialKey, type FormField, type Material, type MatterRecord } from '../facts/matter.js';
import { isPurpose } from '../facts/purpose.js';
import type { KindRecord, Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { World } from '../world.js';
import { demandRegistrar, type RegistryContext } from './registrar.js';

type ActOf<Op extends PlainAct['op']> = Extract<PlainAct, { op: Op }>;

/** An agency's own registrars keep its own matters; those of every agency are kept by the registrar of the whole ledger. */
export async function putMatter(context: RegistryContext, act: ActOf<'matter.put'>): Promise<Outcome> {
  const { world } = context;
  const known = await world.get('matter', act.code);
  demandRegistrar(context, act.agency);
  if (known) demandRegistrar(context, known.agency);
  // Applications rest on it: what a matter grants stays, another licence is another matter.
  demand(known === undefined || known.kind === act.kind, 'COMMAND_MALFORMED', 'kind');
  demand(act.agency === undefined || (await world.get('agency', act.agency)), 'AGENCY_UNKNOWN', 'agency');
  const { op: _, ...record } = act;
  demand(known === undefined || act.version > known.version || (act.version === known.version && sameButActive(record, known)), 'STALE_RECORD', 'version');
  demand(isPurpose(act.purpose), 'PURPOSE_UNKNOWN', 'purpose');
  await demandForm(world, act);
  demandDistinct(act.variants.map(({ code }) => code), 'variants');
  for (const { materials } of act.variants) await demandMaterials(world, materials);
  world.put('matter', act.code, record);
  return { id: act.code };
}

/** Taken out of use and back again without a new version: who applies needs no other form. */
const sameButActive = (one: MatterRecord, other: MatterRecord): boolean => canonical({ ...one, active: true } as never) === canonical({ ...other, active: true } as never);

const demandDistinct = (names: readonly string[], field: string): void => { demand(new Set(names).size === names.length, 'COMMAND_MALFORMED', field); };

/** What a field fills is a field of the granted kind; where it is filled from is a field of a kind on the ledger. */
async function demandForm(world: World, { kind, form }: { kind?: string; form: readonly FormField[] }): Promise<void> {
  const granted = kind === undefined ? undefined : await world.get('kind', kind);
  demand(kind === undefined || granted, 'KIND_UNKNOWN', 'kind');
  demandDistinct(form.map(({ name }) => name), 'form');
  demandDistinct(form.flatMap(({ fills }) => fills ?? []), 'form');
  for (const { fills, from } of form) {
    demand(fills === undefined || (granted && has(granted, fills)), 'COMMAND_MALFORMED', 'form');
    for (const source of from) await demandFields(world, source.kind, [source.field], 'form');
  }
}

async function demandMaterials(world: World, materials: readonly Material[]): Promise<void> {
  demandDistinct(materials.map(materialKey), 'variants');
  for (const material of materials) if (material.type === 'licence') await demandFields(world, material.kind, material.fields ?? [], 'variants');
}

async function demandFields(world: World, type: string, fields: readonly string[], field: string): Promise<void> {
  const kind = await world.get('kind', type);
  demand(kind, 'KIND_UNKNOWN', field);
  demand(fields.every((name) => has(kind, name)), 'COMMAND_MALFORMED', field);
}

const has = (kind: KindRecord, name: string): boolean => kind.fields.some((field) => field.name === name);

export async function putTrade(context: RegistryContext, act: ActOf<'trade.put'>): Promise<Outcome> {
  demandRegistrar(context);
  for (const matter of act.matters) demand(await context.world.get('matter', matter), 'MATTER_UNKNOWN', 'matters');
  const { op: _, ...record } = act;
  context.world.put('trade', act.code, record);
  return { id: act.code };
}
