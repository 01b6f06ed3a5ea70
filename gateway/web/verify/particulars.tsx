/** Who holds what, since when it is not in force, and by whose decision. */
import { STATUS_WORDS } from '../../messages/statuses.js';
import { dayText, instantText, termText } from '../format.js';
import { useKept } from '../fetched.js';
import { useLanguage } from '../language.js';
import type { AgencyView, Answer, KindRecord, LicenceView } from '../types.js';
import { LICENCE } from '../words/licence.js';
import { VERIFY } from '../words/verify.js';

type Role = NonNullable<KindRecord['fields'][number]['role']>;

/** The names in the default catalogue: they stand in until the catalogue has come, so that no name jumps into place. */
const USUAL: Readonly<Partial<Record<Role, string>>> = { 'holder-name': 'holderName', 'holder-code': 'holderCode', address: 'premises', number: 'number', scope: 'scope' };

/** The value of the field that plays a role; kinds name their fields as they like. */
export function useRoleValue(licence: LicenceView | undefined): (role: Role) => string | undefined {
  const kinds = useKept<readonly KindRecord[]>('/api/kinds');
  const fields = kinds?.find(({ type }) => type === licence?.kind.type)?.fields;
  return (role) => {
    // The last address is where the business is done; the first may be the registered one.
    const names = fields?.filter((field) => field.role === role).map(({ name }) => name) ?? [USUAL[role]];
    const value = licence?.face.findLast(({ name }) => names.includes(name))?.value;
    return typeof value === 'string' ? value : undefined;
  };
}

/** An agency's name; its code where it is not on the list. */
export function useAgencyName(): (code: string) => string {
  const agencies = useKept<readonly AgencyView[]>('/api/agencies');
  return (code) => agencies?.find((agency) => agency.code === code)?.name ?? code;
}

/** Since when, why, and who decided: for whatever is not in force. */
export function StatusReason({ licence }: { licence: Pick<LicenceView, 'status' | 'since' | 'reason' | 'decidedBy' | 'docNo' | 'validUntil'> }) {
  const { say, language } = useLanguage();
  // Of a composite the members say it, each for itself.
  if (licence.status === 'VALID' || licence.status === 'NOT_YET_VALID' || licence.status === 'RESTRICTED') return null;
  if (licence.status === 'EXPIRED') return licence.validUntil === undefined ? null : <p class="status-reason">{say(LICENCE.endedOn)} {dayText(licence.validUntil, language)}</p>;
  return (
    <dl class="status-reason">
      <div><dt>{say(LICENCE.since)}</dt><dd>{dayText(licence.since, language)}</dd></div>
      {licence.reason && <div><dt>{say(LICENCE.reason)}</dt><dd>{say(licence.reason)}</dd></div>}
      {licence.decidedBy !== undefined && <div><dt>{say(LICENCE.decidedBy)}</dt><dd>{licence.decidedBy.name}</dd></div>}
      {licence.docNo !== undefined && <div><dt>{say(LICENCE.docNo)}</dt><dd>{licence.docNo}</dd></div>}
    </dl>
  );
}

/** That no face is kept any more, and that this says nothing against the licence. */
export function ErasedNote({ licence: { erased } }: { licence: LicenceView }) {
  const { say, language } = useLanguage();
  return erased ? <p class="status-reason"><strong>{say(LICENCE.erased)}</strong>{erased.since !== undefined && <> {instantText(erased.since, language)}</>}<br />{say(LICENCE.erasedNote)}</p> : null;
}

/** What the gateway shows of the licence; without its word, what the document says of itself. */
export function Particulars({ answer: { licence, document, verdict: { outcome } } }: { answer: Answer }) {
  const { say, language } = useLanguage();
  const role = useRoleValue(licence);
  const shown = licence ?? document;
  if (!shown) return null;
  const rows = [
    { word: VERIFY.kind, value: say(shown.kind.name) },
    { word: VERIFY.holder, value: role('holder-name') ?? document?.displayName },
    { word: VERIFY.address, value: role('address') },
    { word: VERIFY.number, value: role('number') },
    { word: VERIFY.issuer, value: shown.issuer.name },
    { word: VERIFY.term, value: termText(shown.validFrom, shown.validUntil, language) },
    { word: VERIFY.registered, value: licence && (outcome === 'imported' || outcome === 'unchecked') ? say(STATUS_WORDS[licence.status as keyof typeof STATUS_WORDS] ?? { zh: licence.status, en: licence.status }) : undefined },
  ];
  return (
    <dl class="particulars">
      {rows.map(({ word, value }) => value !== undefined && <div key={word.en}><dt>{say(word)}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}
