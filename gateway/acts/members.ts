/** The members of a composite licence as they are today: for the verdict, and for whoever reads it. */
import type { Day } from '#chaincode/facts/calendar';
import type { KindRecord, Label, LicenceRecord, VersionRecord } from '#chaincode/facts/records';
import { rollUp } from '#chaincode/facts/composite';
import { effectiveStatus, type EffectiveStatus } from '#chaincode/facts/status';
import type { MemberFacts } from '../documents/evidence.js';
import type { Projection } from '../ledger/projection.js';
import type { LicenceView } from './lookup.js';

/** What is public of a permit, and what the composite asks of it. */
export type MemberView = Pick<LicenceView, 'identifier' | 'licence' | 'kind' | 'manager' | 'status' | 'since' | 'reason' | 'decidedBy' | 'docNo' | 'validUntil'> & { readonly required: boolean; readonly number?: string };

/** @returns undefined for a version that lists none */
export function memberFacts(projection: Projection, version: VersionRecord | undefined, today: Day): MemberFacts[] | undefined {
  return version?.members?.flatMap(({ licence }) => {
    const record = projection.get('licence', licence);
    const current = record?.versions.at(-1);
    if (!record || !current) return [];
    return { licence, status: effectiveStatus(current.status, current.validFrom, current.validUntil, today), line: record.line, lineAgency: projection.lineAgency(record) };
  });
}

/** The status of a version on a day, a composite's by its members. A member of which nothing is known restricts nothing: the ledger took it in. */
export function statusOn(projection: Projection, version: VersionRecord, today: Day): EffectiveStatus {
  const own = effectiveStatus(version.status, version.validFrom, version.validUntil, today);
  if (own !== 'VALID' || !version.members || !version.rollUp) return own;
  const facts = memberFacts(projection, version, today) ?? [];
  return rollUp(version.rollUp, version.members.map(({ licence, required }) => ({ required, status: facts.find((each) => each.licence === licence)?.status }))) ?? own;
}

/** @param view the current version, as anybody sees it */
export function memberViews({ members }: VersionRecord, recordOf: (licence: string) => LicenceRecord | undefined, kindOf: (type: string) => KindRecord | undefined, view: (record: LicenceRecord) => LicenceView | undefined): MemberView[] | undefined {
  return members?.flatMap(({ licence, required }) => {
    const record = recordOf(licence);
    const shown = record && view(record);
    if (!shown) return [];
    const { identifier, kind, manager, status, since, reason, decidedBy, docNo, validUntil } = shown;
    const named = kindOf(kind.type)?.fields.find(({ role }) => role === 'number')?.name;
    const number = shown.face.find(({ name }) => name === named)?.value;
    return { identifier, licence, kind, manager, required, status, since, ...defined({ reason, decidedBy, docNo, validUntil, number: typeof number === 'string' ? number : undefined }) };
  });
}

function defined(parts: { reason: Label | undefined; decidedBy: MemberView['decidedBy'] | undefined; docNo: string | undefined; validUntil: string | undefined; number: string | undefined }): Partial<MemberView> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}
