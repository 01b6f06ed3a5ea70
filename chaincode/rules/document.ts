/** Further documents of a sealed version: the digest of its PDF, registered under the approval that the version was made by. */
import { addDays, dayOf, type Instant } from '../facts/calendar.js';
import type { DocumentAct } from '../facts/commands.js';
import { splitLicenceId, type LicenceId } from '../facts/identifier.js';
import type { EventRecord, Outcome } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import { demandPersons, EXPIRY_DAYS_MAX } from './actors.js';
import { demandSeal, type LicenceContext } from './licence.js';

/** The first one, one that bears a time stamp, and room to make a lost one again. */
const PAPERS_MAX = 4;
const MAKING: ReadonlySet<string> = new Set(['issue', 'confirm', 'renew', 'change', 'accept']);

/** No event, and no change of status: what is known of the licence stays, and clerks at work on it are not disturbed. */
export async function addDocument(context: LicenceContext, act: DocumentAct): Promise<Outcome> {
  const { world, documents, content } = context;
  demand(content === undefined, 'COMMAND_MALFORMED', 'content');
  const record = await world.get('licence', act.licence);
  demand(record, 'LICENCE_UNKNOWN', 'licence');
  const version = record.versions.find((each) => each.version === act.version);
  demand(version, 'VERSION_NOT_CURRENT', 'version');
  // An imported record is nobody's document.
  demand(version.seal !== undefined, 'ORIGIN_FORBIDS', 'version');
  // Whose seal it is, and that nobody has stopped it since.
  await demandSeal(context, version.seal, splitLicenceId(act.licence as LicenceId).type);
  demandApproval(context, record.events.find((event) => event.version === act.version && MAKING.has(event.act)));
  const [document] = documents ?? [];
  demand(document?.type === 'pdf' && documents?.length === 1, 'DOCUMENT_MISSING', 'documents');
  demand(!version.documents.some(({ digest }) => digest === document.digest), 'DOCUMENT_EXISTS', 'documents');
  demand(version.documents.filter(({ type }) => type === 'pdf').length < PAPERS_MAX, 'DOCUMENTS_TOO_MANY', 'documents');
  const added = { ...version, documents: [...version.documents, document] };
  world.put('licence', act.licence, { ...record, versions: record.versions.map((each) => (each === version ? added : each)) });
  return { licence: act.licence, version: act.version };
}

/** Whoever approved the version, for as long as an approval may be carried out; anybody later, or else, with a key of his own. */
function demandApproval({ persons, moment, ledger }: LicenceContext, made: EventRecord | undefined): void {
  const fresh = made !== undefined && moment.today <= addDays(dayOf(made.recordedAt as Instant, ledger.zone), EXPIRY_DAYS_MAX);
  if (fresh && persons.every(({ staff }) => made.actors.some((actor) => actor.staff === staff))) return;
  demand(persons.every(({ method }) => method !== 'gateway'), 'DOCUMENT_NOT_APPROVED', 'actors');
  demandPersons(persons, { persons: 1, ownKey: true });
}
