/** Commands of holders' devices: a key made on the phone, registered for a subject. */
import Type, { type Static } from 'typebox';
import { closed, LicenceIdText, literals, RandomId, Sha256, Signature, Spki, Subject } from './parts.js';

/** The signature of a device in use of the same subject, or of an agent's, which names the delegation it acts by. Without it, staff act at a counter. */
export const ByDevice = Type.Object({ device: RandomId, signature: Signature, delegation: Type.Optional(RandomId) }, closed);
export type ByDevice = Static<typeof ByDevice>;
/** At a counter: commitment to what the staff saw, and for a natural person a licence by which the agency knows him. */
export const counterParts = { evidence: Type.Optional(Sha256), held: Type.Optional(LicenceIdText) };

/** `delegation`: of one of the holder's people, who has only what that says. Without it, the device is the holder's own. */
export const DevicePut = Type.Object({ op: Type.Literal('device.put'), id: RandomId, subject: Subject, alg: Type.Literal('ES256'), spki: Spki, delegation: Type.Optional(RandomId), ...counterParts, by: Type.Optional(ByDevice) }, closed);
export const DeviceStatus = Type.Object({ op: Type.Literal('device.status'), id: RandomId, status: literals(['lost', 'revoked']), by: Type.Optional(ByDevice) }, closed);

export const DeviceAct = Type.Union([DevicePut, DeviceStatus]);
export type DeviceAct = Static<typeof DeviceAct>;
