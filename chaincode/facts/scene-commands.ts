/** Commands of scenes (场景授权): an agency, or a statute, lets another agency use kinds of licences for a purpose. */
import Type, { type Static } from 'typebox';
import { closed, code, DayText, FieldName, Label, RandomId, TypeCode, Uscc } from './parts.js';

/** More kinds than 32 are no scene that a person could take in before approving it. */
export const SCENE_KINDS_MAX = 32;
export const SceneKind = Type.Object({ kind: TypeCode, fields: Type.Array(FieldName, { minItems: 1, maxItems: 64, uniqueItems: true }) }, closed);
/** What a scene says; the same in the command, in the record and at the door. */
export const sceneParts = {
  name: Label, owner: Uscc, grantee: Uscc, kinds: Type.Array(SceneKind, { minItems: 1, maxItems: SCENE_KINDS_MAX }), purpose: code,
  basis: Type.Optional(code), from: DayText, until: Type.Optional(DayText), statute: Type.Boolean(),
};
export const ScenePut = Type.Object({ op: Type.Literal('scene.put'), id: RandomId, ...sceneParts }, closed);
export const SceneApprove = Type.Object({ op: Type.Literal('scene.approve'), id: RandomId }, closed);
export const SceneEnd = Type.Object({ op: Type.Literal('scene.end'), id: RandomId }, closed);

export const SceneAct = Type.Union([ScenePut, SceneApprove, SceneEnd]);
export type SceneAct = Static<typeof SceneAct>;
