/** Scenes: an agency opens its own licences of a kind to another one; a statute, for which several agencies stand, opens everybody's. */
import { parseDay } from '../facts/calendar.js';
import type { SceneAct } from '../facts/scene-commands.js';
import { isPurpose } from '../facts/purpose.js';
import { BASES } from '../facts/reason.js';
import type { Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { SceneRecord } from '../facts/scene.js';
import type { World } from '../world.js';
import { demandPersons } from './actors.js';
import type { RegistryContext } from './registrar.js';
import { hasRight } from './rights.js';

type ActOf<Op extends SceneAct['op']> = Extract<SceneAct, { op: Op }>;

export async function applyScene(context: RegistryContext, act: SceneAct): Promise<Outcome> {
  // A stolen identity of a gateway opens nothing: somebody who may decide for the agency signs with a key of his own.
  demandPersons(context.persons, { persons: 1, ownKey: true, roles: ['approver', 'registrar'] });
  switch (act.op) {
    case 'scene.put': return put(context, act);
    case 'scene.approve': return approve(context, act.id);
    case 'scene.end': return end(context, act.id);
  }
}

async function put(context: RegistryContext, act: ActOf<'scene.put'>): Promise<Outcome> {
  const { world, moment, agency } = context;
  demand(act.owner === agency, 'SCENE_NOT_YOURS', 'owner');
  demand((await world.get('scene', act.id)) === undefined, 'SCENE_EXISTS', 'id');
  demand(isPurpose(act.purpose), 'PURPOSE_UNKNOWN', 'purpose');
  demand(act.basis === undefined ? !act.statute : Object.hasOwn(BASES, act.basis), 'BASIS_UNKNOWN', 'basis');
  checkTerm(act);
  demand((await world.get('agency', act.grantee))?.active, 'AGENCY_UNKNOWN', 'grantee');
  demand(act.grantee !== act.owner, 'SCENE_FAVOURS_ITSELF', 'grantee');
  demand(new Set(act.kinds.map(({ kind }) => kind)).size === act.kinds.length, 'COMMAND_MALFORMED', 'kinds');
  for (const each of act.kinds) await checkKind(context, each, act.statute);
  const { op: _, ...fields } = act;
  const record: SceneRecord = { ...fields, approvals: [{ agency, at: moment.now }] };
  world.put('scene', act.id, record);
  return { id: act.id, status: act.statute ? 'waiting' : 'in-force' };
}

function checkTerm({ from, until }: ActOf<'scene.put'>): void {
  demand(parseDay(from), 'DATE_UNREAL', 'from');
  demand(until === undefined || parseDay(until), 'DATE_UNREAL', 'until');
  demand(until === undefined || from <= until, 'DATES_REVERSED', 'until');
}

/** The owner gives away only what is his; fields that the kind does not have would open something else after its next change. */
async function checkKind({ world, moment, agency }: RegistryContext, { kind, fields }: ActOf<'scene.put'>['kinds'][number], statute: boolean): Promise<void> {
  const record = await world.get('kind', kind);
  demand(record, 'KIND_UNKNOWN', 'kinds');
  demand(record.active, 'KIND_INACTIVE', 'kinds');
  demand(fields.every((name) => record.fields.some((field) => field.name === name)), 'FIELD_UNKNOWN', 'kinds');
  const owns = statute || (await hasRight(world, agency, kind, 'issue', moment.today)) || (await hasRight(world, agency, kind, 'import', moment.today));
  demand(owns, 'RIGHT_MISSING', 'kinds');
}

async function approve({ world, moment, agency }: RegistryContext, id: string): Promise<Outcome> {
  const scene = await openScene(world, id);
  demand(scene.statute, 'SCENE_NOT_STATUTE', 'id');
  demand(scene.grantee !== agency, 'SCENE_FAVOURS_ITSELF', 'agency');
  // A bureau and its own branch are one voice.
  const house = await houseOf(world, agency);
  for (const each of scene.approvals) demand((await houseOf(world, each.agency)) !== house, 'SCENE_APPROVED', 'agency');
  world.put('scene', id, { ...scene, approvals: [...scene.approvals, { agency, at: moment.now }] });
  return { id, status: 'in-force' };
}

const houseOf = async (world: World, agency: string): Promise<string> => (await world.get('agency', agency))?.parent ?? agency;

/** Whoever stands for it takes it back at once; what has ended does not begin again. */
async function end({ world, moment, agency }: RegistryContext, id: string): Promise<Outcome> {
  const scene = await openScene(world, id);
  demand(scene.approvals.some((each) => each.agency === agency), 'SCENE_NOT_YOURS', 'id');
  world.put('scene', id, { ...scene, endedAt: moment.now });
  return { id, status: 'ended' };
}

async function openScene(world: World, id: string): Promise<SceneRecord> {
  const scene = await world.get('scene', id);
  demand(scene, 'SCENE_UNKNOWN', 'id');
  demand(scene.endedAt === undefined, 'SCENE_ENDED', 'id');
  return scene;
}
