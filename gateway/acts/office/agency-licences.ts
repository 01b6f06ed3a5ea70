/** An agency's own licences, looked for: by their status, or by the code of a holder as he stands at the counter. No names are indexed. */
import { parseCitizenId, parseUscc } from '#chaincode/facts/holder-code';
import { splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord } from '#chaincode/facts/records';
import type { EffectiveStatus } from '#chaincode/facts/status';
import { GatewayFault } from '../../fault.js';
import type { Listing } from '../../ledger/listings.js';
import type { Managers } from '../../ledger/managers.js';
import type { Projection } from '../../ledger/projection.js';
import type { Vault } from '../../vault/vault.js';
import type { Drafter } from '../licence/draft.js';
import type { Acting } from '../licence/licence.js';
import type { LicenceView, Lookup } from '../verify/lookup.js';
import { statusOn } from '../verify/members.js';
import type { Asked, Uses } from '../use/use.js';

export interface AgencyLicencesParts {
  readonly projection: Projection;
  readonly vault: Pick<Vault, 'knownPerson'>;
  readonly managers: Managers;
  readonly lookup: Pick<Lookup, 'current'>;
  readonly uses: Pick<Uses, 'search' | 'note'>;
  readonly drafter: Pick<Drafter, 'today'>;
}

interface Wanted {
  readonly kind?: string | undefined;
  readonly status?: EffectiveStatus | undefined;
}

/** Rows of the index that one question reads before it answers with what it has; a page of them at a time. */
const SCAN_MAX = 20_000;
const PAGE = 500;
/** Licences of one holder that are looked through. */
const LICENCES_MAX = 500;

/** Newest first. @returns `next` where the question has read as much as it may, or older ones may be left */
export async function licencesListed({ projection, managers, drafter: { today } }: Pick<AgencyLicencesParts, 'projection' | 'managers' | 'drafter'>, agency: string, { status, limit, before, ...only }: Wanted & { readonly limit: number; readonly before?: string | undefined }): Promise<{ readonly rows: readonly Listing[]; readonly next?: string }> {
  if (status === undefined) {
    const rows = await managers.licences(agency, { ...only, limit, before });
    const last = rows.at(-1);
    return { rows, ...(last && rows.length === limit ? { next: last.cursor } : {}) };
  }
  const rows: Listing[] = [];
  let last = before;
  for (let read = 0; read < SCAN_MAX; read += PAGE) {
    const page = await managers.licences(agency, { ...only, limit: PAGE, before: last });
    for (const row of page) {
      last = row.cursor;
      const current = projection.get('licence', row.id)?.versions.at(-1);
      if (current && statusOn(projection, current, today) === status) rows.push(row);
      if (rows.length === limit) return { rows, next: last };
    }
    if (page.length < PAGE) return { rows };
  }
  return { rows, ...(last === undefined ? {} : { next: last }) };
}

/** Licences of a holder that the agency manages. Each that is found leaves a record, and so does finding none. @throws GatewayFault FACE_INVALID, NOT_FOUND, TOO_MANY_MISSES */
export async function licencesOf(parts: AgencyLicencesParts, acting: Acting, { holder, kind, status, purpose, caseNo }: Wanted & Pick<Asked, 'purpose' | 'caseNo'> & { readonly holder: string }): Promise<LicenceView[]> {
  const { projection, managers, lookup, uses, drafter: { today } } = parts;
  const isAsked = (record: LicenceRecord): boolean => {
    const current = record.versions.at(-1);
    return managers.of(record) === acting.agency && (kind === undefined || splitLicenceId(record.id as LicenceId).type === kind) && (status === undefined || (current !== undefined && statusOn(projection, current, today) === status));
  };
  const asked = { ...(purpose === undefined ? {} : { purpose }), ...(caseNo === undefined ? {} : { caseNo }) };
  const subject = subjectOf(parts, acting.agency, holder);
  const found = await uses.search(acting, asked, async () => {
    const ids = subject === undefined ? [] : await projection.licencesOf(subject, LICENCES_MAX);
    const records = ids.flatMap((id) => projection.get('licence', id) ?? []).filter(isAsked);
    if (records.length === 0) throw new GatewayFault('NOT_FOUND');
    return records;
  });
  const views = found.flatMap(({ id }) => lookup.current(id, acting.agency) ?? []);
  await Promise.all(views.map((licence) => uses.note(acting, 'look-up', { licence }, asked)));
  return views;
}

/** @returns undefined for a person whom the agency does not know @throws GatewayFault FACE_INVALID where it is neither a social credit code nor an identity number */
function subjectOf({ vault, drafter: { today } }: AgencyLicencesParts, agency: string, holder: string): string | undefined {
  const [organisation, person] = [parseUscc(holder.toUpperCase()), parseCitizenId(holder, today)];
  if (organisation === undefined && person === undefined) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'holder', code: 'HOLDER_CODE' }] });
  return organisation === undefined ? vault.knownPerson(agency, person ?? '') : `uscc:${organisation}`;
}
