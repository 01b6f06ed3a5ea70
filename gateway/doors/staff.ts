/** Staff at the registrar's desk: who there is, and the end of all of a person's sessions. */
import Type from 'typebox';
import { RandomId } from '#chaincode/facts/commands';
import { sessionOf } from '../access.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import type { StaffView as StaffViewValue } from '../identity/staff.js';

const closed = { additionalProperties: false } as const;
const LIST_MAX = 200;
export const StaffView = Type.Unsafe<StaffViewValue>(Type.Object({ staff: Type.String(), agency: Type.String(), agencyName: Type.String(), name: Type.Optional(Type.String()), displayName: Type.Optional(Type.String()), roles: Type.Array(Type.String()), active: Type.Boolean() }));

export const staffDoor: Door = async (app, { services }) => {
  const { staff, sessions } = services;

  app.get('/api/staff', { config: { access: ['registrar'] }, schema: { tags: ['staff'], summary: 'Staff whose records your agency keeps', querystring: Type.Object({ find: Type.Optional(Type.String({ maxLength: 100, description: 'part of a name, an agency or a staff id' })) }, closed), response: { 200: Type.Object({ staff: Type.Array(StaffView), more: Type.Boolean({ description: 'there are more than are listed' }) }) } } }, async (request) => {
    const wanted = (request.query.find ?? '').trim().toLowerCase();
    const found = (await staff.kept(sessionOf(request).agency)).filter(({ name, displayName, agencyName, staff: id }) => [name, displayName, agencyName, id].some((text) => text?.toLowerCase().includes(wanted)));
    return { staff: found.slice(0, LIST_MAX), more: found.length > LIST_MAX };
  });

  app.delete('/api/staff/:staff/sessions', { config: { access: ['registrar'] }, schema: { tags: ['staff'], summary: "End all of a person's sessions at this gateway", params: Type.Object({ staff: RandomId }) } }, async (request, reply) => {
    if (!staff.keeps(sessionOf(request).agency, request.params.staff)) throw new GatewayFault('NOT_FOUND');
    await sessions.endAll(request.params.staff);
    return reply.code(204).send();
  });
};
