/** Objections: the holder's device, or whom he lets object, against the version in force; answered by the agency that manages the licence. */
import { addDays } from '../facts/calendar.js';
import { reaches } from '../facts/delegation.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { ObjectionAct } from '../facts/objection-commands.js';
import { OBJECTION_DAYS, objectionDigest, REMEDIES } from '../facts/objection.js';
import type { LicenceRecord, Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { World } from '../world.js';
import { demandPersons } from './actors.js';
import { retain } from './erasure.js';
import { demandDevice } from './holder.js';
import type { RegistryContext } from './registrar.js';
import { managerOn } from './rights.js';

type ActOf<Op extends ObjectionAct['op']> = Extract<ObjectionAct, { op: Op }>;

export async function applyObjection(context: RegistryContext, act: ObjectionAct): Promise<Outcome> {
  return act.op === 'objection.put' ? put(context, act) : answer(context, act);
}

async function put(context: RegistryContext, { objection, by }: ActOf<'objection.put'>): Promise<Outcome> {
  const { world, moment, agency, ledger } = context;
  const { id, licence, subject } = objection;
  demand((await world.get('objection', id)) === undefined, 'OBJECTION_EXISTS', 'id');
  const record = await knownLicence(world, licence);
  demand(record.subject === subject, 'SUBJECT_NOT_YOURS', 'licence');
  demand(record.versions.at(-1)?.version === objection.version, 'VERSION_NOT_CURRENT', 'version');
  const { type } = splitLicenceId(licence as LicenceId);
  const known = (await world.get('kind', type))?.fields.map(({ name }) => name) ?? [];
  demand(objection.fields.every((name) => known.includes(name)), 'FIELD_UNKNOWN', 'fields');
  const { device, delegations } = await demandDevice(context, by, subject, objectionDigest(ledger.ledger, objection), 'object');
  demand(delegations.every((each) => reaches(each, { kind: type })), 'DELEGATION_SCOPE', 'licence');
  const last = await world.get('objected', licence);
  demand(last === undefined || (await world.get('objection', last.open))?.status !== 'open', 'OBJECTION_OPEN', 'licence');
  await retain(context, subject);
  world.put('objected', licence, { open: id });
  world.put('objection', id, {
    ...objection, device: device.id, signature: by.signature, ...(delegations.length === 0 ? {} : { delegations: delegations.map((each) => each.id) }), agency, manager: await managerOn(world, record.manager, type, moment.today),
    status: 'open', filedAt: moment.now, after: record.events.at(-1)?.seq ?? 0, dueOn: addDays(moment.today, OBJECTION_DAYS), txId: moment.txId,
  });
  return { id, status: 'open' };
}

/** To agree is to have put it right; to disagree is to say why. */
async function answer({ world, moment, agency, persons }: RegistryContext, { id, outcome, remedy, details }: ActOf<'objection.answer'>): Promise<Outcome> {
  const objection = await world.get('objection', id);
  demand(objection, 'OBJECTION_UNKNOWN', 'id');
  const record = await knownLicence(world, objection.licence);
  demand((await managerOn(world, record.manager, splitLicenceId(record.id as LicenceId).type, moment.today)) === agency, 'ISSUER_NOT_COMPETENT', 'id');
  demandPersons(persons, { persons: 1, ownKey: false });
  demand(objection.status === 'open', 'OBJECTION_ANSWERED', 'id');
  demand(moment.now >= objection.filedAt, 'TIME_STEPS_BACK');
  const event = record.events.find(({ seq }) => seq === remedy);
  const due = outcome === 'accepted';
  demand(due === (remedy !== undefined) && (!due || (event !== undefined && event.seq > objection.after && REMEDIES.some((act) => act === event.act))), 'OBJECTION_REMEDY', 'remedy');
  world.put('objection', id, {
    ...objection, status: outcome,
    answer: { agency, at: moment.now, txId: moment.txId, actors: persons.map(({ staff, method }) => ({ staff, method })), ...(remedy === undefined ? {} : { remedy }), details },
  });
  return { id, status: outcome };
}

async function knownLicence(world: World, id: string): Promise<LicenceRecord> {
  const record = await world.get('licence', id);
  demand(record, 'LICENCE_UNKNOWN', 'licence');
  return record;
}
