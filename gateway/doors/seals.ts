/** Seals at the registrar's desk: applied for, made, certified. What is signed (filing, stopping, restarting, cancelling) goes the way of every act, as a draft. */
import Type from 'typebox';
import { AgencyKeyPut, RandomId, SealKinds, SealName, SealPut, SealTriggers, Uscc } from '#chaincode/facts/commands';
import { sessionOf } from '../access.js';
import type { Door } from '../app.js';
import { YEARS_MAX, type SealView as SealViewValue } from '../seals/seals.js';

const closed = { additionalProperties: false } as const;
/** A certificate, at most with the bytes of its PEM form. */
const CERTIFICATE_MAX = 16_384;
const Wish = Type.Object({
  agency: Type.Optional(Uscc), name: Type.Optional(SealName), years: Type.Integer({ minimum: 1, maximum: YEARS_MAX }), triggers: Type.Optional(SealTriggers), kinds: Type.Optional(SealKinds),
  renews: Type.Optional(Type.String({ ...RandomId, description: 'the seal to renew: name, and what is not said anew, are taken from it' })),
}, closed);
const SealView = Type.Unsafe<SealViewValue>(Type.Object({
  id: Type.String(), agency: Type.String(), agencyName: Type.String(), name: Type.String(), alg: Type.String(), state: Type.Enum(['applied', 'requested', 'made', 'in-use', 'stopped', 'cancelled']),
  triggers: Type.Optional(Type.Array(Type.String())), kinds: Type.Optional(Type.Array(Type.String())), renews: Type.Optional(Type.String()), renewedBy: Type.Optional(Type.String()),
  validFrom: Type.Optional(Type.String()), validUntil: Type.Optional(Type.String()), daysLeft: Type.Optional(Type.Integer()), warning: Type.Optional(Type.String()),
  here: Type.Boolean({ description: 'its key is at this gateway' }), certificate: Type.Optional(Type.String({ description: 'DER, base64url' })),
  history: Type.Optional(Type.Array(Type.Object({ status: Type.String(), at: Type.String() }))), appliedAt: Type.Optional(Type.String()),
  request: Type.Optional(Type.String({ description: 'PKCS#10, PEM: for the outside authority' })), filing: Type.Optional(Type.Unsafe<NonNullable<SealViewValue['filing']>>(Type.Object({ ...SealPut.properties }, { description: 'the act that files it: what a registrar signs' }))),
  listKey: Type.Optional(Type.Unsafe<NonNullable<SealViewValue['listKey']>>(Type.Object({ ...AgencyKeyPut.properties }, { description: 'signed before it, where the agency has no key for its status lists yet' }))),
}));

export const sealsDoor: Door = async (app, { services }) => {
  const { seals } = services;
  const at = { params: Type.Object({ id: RandomId }) };

  app.get('/api/seals', { config: { access: ['registrar', 'approver'] }, schema: { tags: ['seals'], summary: 'Seals whose records your agency keeps, and applications for seals', response: { 200: Type.Object({ seals: Type.Array(SealView) }) } } }, async (request) => ({ seals: await seals.list(sessionOf(request).agency) }));

  app.get('/api/seals/:id', { config: { access: ['registrar', 'approver'] }, schema: { tags: ['seals'], summary: 'One of them', ...at, response: { 200: SealView } } }, (request) => seals.view(sessionOf(request).agency, request.params.id));

  app.post('/api/seals', { config: { access: ['registrar', 'approver'] }, schema: { tags: ['seals'], summary: 'Apply for a seal, or for the renewal of one', body: Wish, response: { 201: SealView } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    return reply.code(201).send(await seals.apply({ staff, agency }, request.body));
  });

  app.post('/api/seals/:id/key', { config: { access: ['registrar'] }, schema: { tags: ['seals'], summary: "Make the key, certified by the gateway's own authority", ...at, response: { 201: SealView } } }, async (request, reply) => reply.code(201).send(await seals.make(sessionOf(request).agency, request.params.id)));

  app.post('/api/seals/:id/request', { config: { access: ['registrar'] }, schema: { tags: ['seals'], summary: 'Make the key, and a request for an outside authority', ...at, response: { 201: SealView } } }, async (request, reply) => reply.code(201).send(await seals.request(sessionOf(request).agency, request.params.id)));

  app.put('/api/seals/:id/certificate', { config: { access: ['registrar'] }, schema: { tags: ['seals'], summary: 'Hand in the certificate of an outside authority', ...at, body: Type.Object({ certificate: Type.String({ minLength: 1, maxLength: CERTIFICATE_MAX, description: 'PEM' }) }, closed), response: { 200: SealView } } }, (request) =>
    seals.certify(sessionOf(request).agency, request.params.id, request.body.certificate));

  app.delete('/api/seals/:id', { config: { access: ['registrar'] }, schema: { tags: ['seals'], summary: 'Take back an application, with the key made for it; nothing of it is on the ledger', ...at } }, async (request, reply) => {
    await seals.withdraw(sessionOf(request).agency, request.params.id);
    return reply.code(204).send();
  });
};
