/** Scenes as people read them. They are put, approved and ended as every act of the register is: drafted and signed. */
import { PURPOSES, type Purpose } from '#chaincode/facts/purpose';
import type { Label } from '#chaincode/facts/records';
import { sceneState, STATUTE_APPROVALS, type SceneRecord, type SceneState } from '#chaincode/facts/scene';
import { todayOf, type Clock } from '../../clock.js';
import { GatewayFault } from '../../fault.js';
import type { Projection } from '../../ledger/projection.js';
import type { Drafter } from '../licence/draft.js';

export interface Named {
  readonly code: string;
  readonly name: string;
}
export interface SceneView {
  readonly id: string;
  readonly name: Label;
  readonly state: SceneState;
  readonly owner: Named;
  readonly grantee: Named;
  readonly statute: boolean;
  readonly kinds: readonly { readonly type: string; readonly name: Label; readonly fields: readonly { readonly name: string; readonly label: Label }[] }[];
  readonly purpose: Purpose & { readonly code: string };
  readonly basis?: string;
  readonly from: string;
  readonly until?: string;
  readonly approvals: readonly (Named & { readonly at: string })[];
  readonly endedAt?: string;
  /** What the asker's agency may do about it. */
  readonly may: readonly ('approve' | 'end')[];
}

export interface SceneFilter {
  readonly kind?: string | undefined;
  readonly state?: SceneState | undefined;
  readonly as?: 'owner' | 'grantee' | undefined;
}

export class Scenes {
  constructor(private readonly parts: { readonly projection: Projection; readonly drafter: Drafter; readonly clock: Clock }) {}

  /** What concerns an agency: what it gave, what it got, and statutes, which concern everybody. Those in force first, then by name. */
  list(agency: string, { kind, state, as }: SceneFilter = {}): SceneView[] {
    const concerns = ({ owner, grantee, statute }: SceneRecord) => (as === 'owner' ? owner === agency : as === 'grantee' ? grantee === agency : statute || owner === agency || grantee === agency);
    const scenes = this.parts.projection.scenes().filter((scene) => concerns(scene) && (kind === undefined || scene.kinds.some((each) => each.kind === kind)));
    const views = scenes.map((scene) => this.#view(scene, agency)).filter((view) => state === undefined || view.state === state);
    return views.sort((a, b) => Number(a.state !== 'in-force') - Number(b.state !== 'in-force') || a.name.zh.localeCompare(b.name.zh, 'zh') || (a.id < b.id ? -1 : 1));
  }

  /** @throws GatewayFault NOT_FOUND */
  view(agency: string, id: string): SceneView {
    const found = this.list(agency).find((scene) => scene.id === id);
    if (!found) throw new GatewayFault('NOT_FOUND');
    return found;
  }

  #view(scene: SceneRecord, agency: string): SceneView {
    const { id, name, statute, basis, from, until, endedAt, approvals } = scene;
    const state = sceneState(scene, todayOf(this.parts.clock, this.parts.drafter.zone));
    const stands = approvals.some((each) => each.agency === agency);
    const open = endedAt === undefined;
    return {
      id, name, state, owner: this.#named(scene.owner), grantee: this.#named(scene.grantee), statute, kinds: scene.kinds.map((each) => this.#kind(each)),
      purpose: { code: scene.purpose, ...(PURPOSES[scene.purpose] ?? { zh: scene.purpose, en: scene.purpose }) },
      ...(basis === undefined ? {} : { basis }), from, ...(until === undefined ? {} : { until }),
      approvals: approvals.map((each) => ({ ...this.#named(each.agency), at: each.at })), ...(endedAt === undefined ? {} : { endedAt }),
      may: [...(open && statute && !stands && scene.grantee !== agency && approvals.length < STATUTE_APPROVALS ? ['approve' as const] : []), ...(open && stands ? ['end' as const] : [])],
    };
  }

  #kind({ kind, fields }: SceneRecord['kinds'][number]): SceneView['kinds'][number] {
    const record = this.parts.projection.get('kind', kind);
    const labelOf = (name: string): Label => record?.fields.find((field) => field.name === name)?.label ?? { zh: name, en: name };
    return { type: kind, name: record?.name ?? { zh: kind, en: kind }, fields: fields.map((name) => ({ name, label: labelOf(name) })) };
  }

  #named(code: string): Named {
    return { code, name: this.parts.projection.get('agency', code)?.name ?? code };
  }
}
