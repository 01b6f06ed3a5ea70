/** Conditions as readers see them: the agency and the holder always, everybody where the kind says so. */
import { isFlagged, isOverdue, type ConditionRecord } from '#chaincode/facts/condition';
import type { KindRecord, Label, LicenceRecord } from '#chaincode/facts/records';

export interface ConditionView extends Pick<ConditionRecord, 'material' | 'dueOn' | 'consequence' | 'status'> {
  readonly name: Label;
  /** To the public only where that is what follows of it. */
  readonly overdue: boolean;
}

export const materialName = (kind: KindRecord | undefined, material: string): Label => kind?.conditions?.materials.find(({ code }) => code === material)?.name ?? { zh: material, en: material };

export function conditionsSeen({ conditions }: Pick<LicenceRecord, 'conditions'>, kind: KindRecord | undefined, audience: 'public' | 'holder' | 'agency', today: string): { readonly conditions?: readonly ConditionView[] } {
  if (!conditions || (audience === 'public' && kind?.conditions?.public !== true)) return {};
  const marked = audience === 'public' ? isFlagged : isOverdue;
  return { conditions: conditions.map((each) => ({ material: each.material, name: materialName(kind, each.material), dueOn: each.dueOn, consequence: each.consequence, status: each.status, overdue: marked(each, today) })) };
}
