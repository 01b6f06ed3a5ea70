/** Scenes: what the ledger keeps of them, and whether one opens a licence. Gateways ask it before any data leave. */
import type { Static } from 'typebox';
import type { Day } from './calendar.js';
import type { ScenePut } from './scene-commands.js';

export interface SceneRecord extends Omit<Static<typeof ScenePut>, 'op'> {
  /** Agencies that stand for it, the one that put it first. */
  readonly approvals: readonly { readonly agency: string; readonly at: string }[];
  readonly endedAt?: string;
}

/** A statute is no agency's own word: so many agencies stand for it, the one that put it among them. */
export const STATUTE_APPROVALS = 2;

export type SceneState = 'in-force' | 'waiting' | 'not-yet' | 'over' | 'ended';

export function sceneState({ statute, approvals, from, until, endedAt }: Pick<SceneRecord, 'statute' | 'approvals' | 'from' | 'until' | 'endedAt'>, today: Day): SceneState {
  if (endedAt !== undefined) return 'ended';
  if (statute && approvals.length < STATUTE_APPROVALS) return 'waiting';
  if (today < from) return 'not-yet';
  return until !== undefined && until < today ? 'over' : 'in-force';
}

export interface Wish {
  /** Who wants to see it. */
  readonly grantee: string;
  /** Who manages the licence. */
  readonly manager: string;
  readonly kind: string;
  readonly today: Day;
}

/** The fields that a scene opens of a licence. @returns undefined where it is not in force, or not for this */
export function sceneOpens(scene: SceneRecord, { grantee, manager, kind, today }: Wish): readonly string[] | undefined {
  if (sceneState(scene, today) !== 'in-force' || scene.grantee !== grantee) return undefined;
  if (!scene.statute && scene.owner !== manager) return undefined;
  return scene.kinds.find((each) => each.kind === kind)?.fields;
}
