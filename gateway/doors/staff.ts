/** Staff at the registrar's desk: who there is, and the end of all of a person's sessions. */
import Type from 'typebox';
import { RandomId } from '#chaincode/facts/commands';
import { sessionOf } from '../access.js';
import type { Door } from '../app.js';
import { GatewayFault } from '../fault.js';
import type { StaffView as StaffViewValue } from '../identity/staff.js';

const closed = { additionalProperties: false } as const;
const LIST_MAX = 200;
export const StaffView = Type.Unsafe<StaffViewValue>(Type.Object({ staff: Type.String(), agency: Type.String(), agencyName: Type.String(), name: Type.Optional(Type.String()), displayName: Type.Optional(Type.String()), isInitial: Type.Optional(Type.Literal(true)), roles: Type.Array(Type.String()), active: Type.Boolean() }));

const NewAccount = Type.Object({ name: Type.String({ maxLength: 40 }), displayName: Type.String({ minLength: 1, maxLength: 60 }) }, closed);
const InitialPassword = Type.Object({ name: Type.String(), password: Type.String(), until: Type.String() });

export const staffDoor: Door = async (app, { services }) => {
  const { staff, sessions, keyring } = services;
  const hosts = (agency: string): boolean => keyring.identities().has(agency);

  app.get('/api/staff', { config: { access: ['registrar'] }, schema: { tags: ['staff'], summary: 'Staff whose records your agency keeps', querystring: Type.Object({ find: Type.Optional(Type.String({ maxLength: 100, description: 'part of a name, an agency or a staff id' })) }, closed), response: { 200: Type.Object({ staff: Type.Array(StaffView), more: Type.Boolean({ description: 'there are more than are listed' }), agencies: Type.Array(Type.Object({ code: Type.String(), name: Type.String() }), { description: 'whose staff your agency enters' }) }) } } }, async (request) => {
    const wanted = (request.query.find ?? '').trim().toLowerCase();
    const found = (await staff.kept(sessionOf(request).agency)).filter(({ name, displayName, agencyName, staff: id }) => [name, displayName, agencyName, id].some((text) => text?.toLowerCase().includes(wanted)));
    return { staff: found.slice(0, LIST_MAX), more: found.length > LIST_MAX, agencies: await staff.agencies(sessionOf(request).agency, hosts) };
  });

  app.get('/api/staff/:staff/record', { config: { access: ['registrar'] }, schema: { tags: ['staff'], summary: 'A record of staff as it is on the ledger: what a staff.put that changes it begins with', params: Type.Object({ staff: RandomId }), response: { 200: Type.Any() } } }, (request) => staff.record(sessionOf(request).agency, request.params.staff));

  app.post('/api/staff/:staff/account', { config: { access: ['registrar'] }, schema: { tags: ['staff'], summary: 'A sign-in for a person whose record is on the ledger, with an initial password, told once; again, until the person has set one', params: Type.Object({ staff: RandomId }), body: NewAccount, response: { 201: InitialPassword } } }, async (request, reply) =>
    reply.code(201).send(await staff.invite(sessionOf(request).agency, request.params.staff, request.body, hosts)));

  app.delete('/api/staff/:staff/sessions', { config: { access: ['registrar'] }, schema: { tags: ['staff'], summary: "End all of a person's sessions at this gateway", params: Type.Object({ staff: RandomId }) } }, async (request, reply) => {
    if (!staff.keeps(sessionOf(request).agency, request.params.staff)) throw new GatewayFault('NOT_FOUND');
    await sessions.endAll(request.params.staff);
    return reply.code(204).send();
  });
};
