/** Work lists: open conditions of an agency by their day, and new versions that a supervising agency has not taken over. */
import { isOverdue, type ConditionRecord } from '#chaincode/facts/condition';
import { addDays, dayOf, type Instant } from '#chaincode/facts/calendar';
import type { Label } from '#chaincode/facts/records';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { TAKE_OVER_DAYS, type SupervisionRecord } from '#chaincode/facts/supervision';
import type { Projection } from '../ledger/projection.js';
import { awaitedOf, kindOfGroup, untakenOf } from '../ledger/work-rows.js';
import { materialName } from './conditions.js';
import type { Drafter } from './draft.js';
import type { Lookup, LicenceView } from './lookup.js';
import type { Managers } from '../ledger/managers.js';

export interface ConditionItem extends Pick<ConditionRecord, 'material' | 'matter' | 'dueOn' | 'consequence'> {
  readonly name: Label;
  readonly licence?: string;
  readonly identifier?: string;
  readonly application?: string;
  readonly overdue: boolean;
  readonly cursor: string;
}
export interface UntakenItem {
  readonly licence: LicenceView;
  readonly recordedAt: string;
  /** Day by which it is to be taken over. */
  readonly dueOn: string;
  readonly overdue: boolean;
}

export interface WorkParts {
  readonly projection: Projection;
  readonly managers: Pick<Managers, 'under' | 'ofKind'>;
  readonly lookup: Pick<Lookup, 'current'>;
  readonly drafter: Pick<Drafter, 'today' | 'zone'>;
}

export class Work {
  constructor(private readonly parts: WorkParts) {}

  /** Those due first, first. @param after cursor of the last one seen */
  async conditions(agency: string, { overdue, limit, after }: { readonly overdue: boolean; readonly limit: number; readonly after?: string | undefined }): Promise<ConditionItem[]> {
    const { projection, managers, drafter } = this.parts;
    const keys = await projection.keysUnder(await managers.under(agency, awaitedOf, kindOfGroup), { limit, after, ...(overdue ? { until: drafter.today } : {}) });
    return keys.flatMap((cursor) => this.#condition(cursor) ?? []);
  }

  #condition(cursor: string): ConditionItem | undefined {
    const { projection, drafter } = this.parts;
    const [, of, id = '', matter = '', material] = cursor.split('/');
    const record = of === 'licence' ? projection.get('licence', id) : projection.get('application', id);
    const found = record?.conditions?.find((each) => each.material === material && (each.matter ?? '') === matter);
    if (!record || !found) return undefined;
    const type = of === 'licence' ? splitLicenceId(id as LicenceId).type : (projection.get('matter', matter)?.kind ?? '');
    const name = materialName(projection.get('kind', type), found.material);
    const whose = 'versions' in record ? { licence: id, identifier: identifierOf(id as LicenceId, record.versions.at(-1)?.version ?? 1) } : { application: id, matter };
    return { ...whose, material: found.material, name, dueOn: found.dueOn, consequence: found.consequence, overdue: isOverdue(found, drafter.today), cursor };
  }

  /** Versions of licences that the agency supervises, the oldest first. */
  async untaken(agency: string, limit: number): Promise<UntakenItem[]> {
    const { projection, managers, lookup, drafter } = this.parts;
    const { today, zone } = drafter;
    const rights = (projection.get('agency', agency)?.rights ?? []).filter(({ right, from, until }) => right === 'supervise' && from <= today && (until === undefined || today <= until));
    const found = await Promise.all(rights.map(async ({ kind, over }) => {
      const under: string[] = [];
      for await (const manager of projection.partsUnder(untakenOf(kind))) if (over === undefined || managers.ofKind(manager, kind) === over) under.push(`${untakenOf(kind)}${manager}/`);
      return (await projection.keysUnder(under, { limit })).map((key) => key.split('/') as [at: string, licence: string]);
    }));
    return [...new Map(found.flat().map(([at, licence]) => [licence, at])).entries()].sort(([, a], [, b]) => (a < b ? -1 : 1)).slice(0, limit).flatMap(([licence, recordedAt]) => {
      const view = lookup.current(licence, agency);
      const dueOn = addDays(dayOf(recordedAt as Instant, zone), TAKE_OVER_DAYS);
      return view ? [{ licence: view, recordedAt, dueOn, overdue: dueOn < today }] : [];
    });
  }

  /** Who took a licence over, and what was found since. */
  supervision(licence: string): SupervisionRecord | undefined {
    return this.parts.projection.get('supervision', licence);
  }
}
