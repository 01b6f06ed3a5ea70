/** What acts about holders, documents and proposals say of themselves. Ids and codes alone: no face, and no name of a holder. */
import type { Act } from '#chaincode/facts/commands';
import type { Around, Said } from './register-acts.js';

const by = ({ by }: { readonly by?: object | undefined }): string => (by ? 'device' : 'counter');

/** @returns undefined for an act that stands in a record of its own */
export function holderActOf(act: Act, around: Around): Said | undefined {
  const { agency, known } = around;
  switch (act.op) {
    case 'device.put': return { noun: 'device', id: act.id, act: act.op, manager: agency, details: [by(act)] };
    case 'device.status': return { noun: 'device', id: act.id, act: act.status === 'lost' ? 'device.lost' : 'device.revoke', manager: known.owner('device', act.id) ?? agency, details: [by(act)] };
    case 'grant.put': return { noun: 'grant', id: act.grant.id, act: act.op, manager: agency, details: [by(act)] };
    case 'grant.revoke': return { noun: 'grant', id: act.id, act: act.op, manager: known.owner('grant', act.id) ?? agency, details: [by(act)] };
    case 'grant.use': return { noun: 'grant', id: act.grant, act: act.op, manager: known.owner('grant', act.grant) ?? agency };
    case 'delegation.put': return { noun: 'delegation', id: act.delegation.id, act: act.op, manager: agency, details: ['device'] };
    case 'delegation.revoke': return { noun: 'delegation', id: act.id, act: act.op, manager: known.owner('delegation', act.id) ?? agency, details: [by(act)] };
    case 'identity.put': return { noun: 'identity', id: act.id, act: act.op, manager: agency, details: [act.method, act.document] };
    case 'identity.end': return { noun: 'identity', id: act.id, act: act.op, manager: known.owner('identity', act.id) ?? agency, details: [by(act)] };
    case 'erasure.ask': case 'erasure.begin': return { noun: 'erasure', id: act.subject, act: act.op, manager: agency, details: [act.reason] };
    case 'hold.put': return { noun: 'hold', id: act.id, act: act.op, manager: agency };
    case 'hold.lift': return { noun: 'hold', id: act.id, act: act.op, manager: known.owner('hold', act.id) ?? agency };
    case 'part.put': case 'part.end': return { noun: 'part', licence: act.licence, id: `${act.licence}:${act.to}`, act: act.op, manager: agency };
    case 'document.add': return { noun: 'document', licence: act.licence, id: `${act.licence}:${String(act.version)}`, act: act.op, manager: agency };
    default: return undefined;
  }
}
