/** Work lists: open conditions of an agency by their day, and new versions that a supervising agency has not taken over. */
import { isOverdue, type ConditionRecord } from '#chaincode/facts/condition';
import { addDays, dayOf, type Instant } from '#chaincode/facts/calendar';
import type { Label } from '#chaincode/facts/records';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { TAKE_OVER_DAYS, type SupervisionRecord } from '#chaincode/facts/supervision';
import type { Projection } from '../../ledger/projection.js';
import { awaitedOf, kindOfGroup, untakenOf } from '../../ledger/work-rows.js';
import { materialName } from '../licence/conditions.js';
import type { Drafter } from '../licence/draft.js';
import type { Lookup, LicenceView } from '../verify/lookup.js';
import type { Managers } from '../../ledger/managers.js';

export interface ConditionItem extends Pick<ConditionRecord, 'material' | 'matter' | 'dueOn' | 'consequence'> {
  readonly name: Label;
  readonly licence?: string;
  readonly identifier?: string;
  readonly application?: string;
  readonly overdue: boolean;
  readonly cursor: string;
}
export interface UntakenItem {
  readonly cursor: string;
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

  /** Those due first, first. @param kind only papers for licences of it, or for a matter that leads to one @param after cursor of the last one seen */
  async conditions(agency: string, { overdue, kind, limit, after }: { readonly overdue: boolean; readonly kind?: string | undefined; readonly limit: number; readonly after?: string | undefined }): Promise<ConditionItem[]> {
    const { projection, managers, drafter } = this.parts;
    const under = await managers.under(agency, awaitedOf, kindOfGroup);
    const keys = await projection.keysUnder(kind === undefined ? under : under.filter((prefix) => this.#kindOf(prefix.split('/').at(-2) ?? '') === kind), { limit, after, ...(overdue ? { until: drafter.today } : {}) });
    return keys.flatMap((cursor) => this.#condition(cursor) ?? []);
  }

  #kindOf(group: string): string | undefined {
    return kindOfGroup(group) ?? this.parts.projection.get('matter', group.slice(group.indexOf(':') + 1))?.kind;
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

  /** Versions of licences that the agency supervises, the oldest first. @param after cursor of the last one seen */
  async untaken(agency: string, { kind: only, limit, after }: { readonly kind?: string | undefined; readonly limit: number; readonly after?: string | undefined }): Promise<UntakenItem[]> {
    const { projection, managers, lookup, drafter } = this.parts;
    const { today, zone } = drafter;
    const under = new Set<string>();
    for (const { right, kind, over, from, until } of projection.get('agency', agency)?.rights ?? []) {
      if (right !== 'supervise' || from > today || (until !== undefined && until < today) || (only !== undefined && kind !== only)) continue;
      for await (const manager of projection.partsUnder(untakenOf(kind))) if (over === undefined || managers.ofKind(manager, kind) === over) under.add(`${untakenOf(kind)}${manager}/`);
    }
    return (await projection.keysUnder([...under], { limit, after })).flatMap((cursor) => {
      const [recordedAt = '', licence = ''] = cursor.split('/');
      const view = lookup.current(licence, agency);
      const dueOn = addDays(dayOf(recordedAt as Instant, zone), TAKE_OVER_DAYS);
      return view ? [{ cursor, licence: view, recordedAt, dueOn, overdue: dueOn < today }] : [];
    });
  }

  /** Who took a licence over, and what was found since. */
  supervision(licence: string): SupervisionRecord | undefined {
    return this.parts.projection.get('supervision', licence);
  }
}
