/** Devices at the counter: the clerk opens a pairing and sees the key that the phone has brought; the registration itself is drafted and signed at POST /api/devices. */
import Type from 'typebox';
import { RandomId, Uscc } from '#chaincode/facts/commands';
import { sessionOf } from '../access.js';
import type { OpenedPairing as OpenedPairingValue, PairingView as PairingViewValue } from '../acts/holder/pairing.js';
import type { Door } from '../app.js';
import { Identifier } from './schemas.js';

const closed = { additionalProperties: false } as const;
const SERVING = ['clerk', 'reviewer', 'approver'] as const;
/** One holder after the other. */
const OPEN_LIMIT = { max: 30, timeWindow: 60_000 };

const OpenedPairing = Type.Unsafe<OpenedPairingValue>(Type.Object({ id: Type.String(), code: Type.String({ description: 'one-time code for the holder, good for ten minutes; told once' }), expiresAt: Type.String(), further: Type.Boolean({ description: 'not the first device: two persons sign' }) }));
export const PairingView = Type.Unsafe<PairingViewValue>(Type.Object({
  state: Type.Enum(['waiting', 'brought', 'done', 'over']),
  device: Type.Optional(Type.Object({ id: Type.String(), spki: Type.String(), fingerprint: Type.String({ description: 'to be compared with the one on the phone' }) })),
}));

export const pairingDoor: Door = async (app, { services: { pairings }, limits }) => {
  app.post('/api/pairings', { config: { access: SERVING, ...limits(OPEN_LIMIT) }, schema: { tags: ['wallet'], summary: 'A one-time code for the new device of a holder at the counter', body: Type.Object({ licence: Type.Optional(Identifier), organisation: Type.Optional(Uscc) }, closed), response: { 201: OpenedPairing } } }, async (request, reply) => {
    const { staff, agency } = sessionOf(request);
    return reply.code(201).send(await pairings.open({ staff, agency }, request.body));
  });

  app.get('/api/pairings/:id', { config: { access: SERVING }, schema: { tags: ['wallet'], summary: 'How far it is, and the key that the phone brought', params: Type.Object({ id: RandomId }), response: { 200: PairingView } } }, (request) => pairings.view({ agency: sessionOf(request).agency }, request.params.id));
};
