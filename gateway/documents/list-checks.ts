/** The checks of a verdict against signed lists, where the ledger is not asked. What the lists cannot say is unchecked, never wrong. */
import { addDays, dayOf, instantOf, type Day } from '#chaincode/facts/calendar';
import { parseOwnIdentifier, splitLicenceId } from '#chaincode/facts/identifier';
import type { EffectiveStatus, ListedStatus, Status } from '#chaincode/facts/status';
import { sealAtClaimed, stopsOf } from './claimed-time.js';
import { credentialOf, documentOf, fail, pass, sealedAlike, unchecked, type Document, type Evidence, type Finding, type ListFacts, type PlaceFinding, type Presented, type Source } from './evidence.js';
import { LEDGER_CHECKS } from './ledger-checks.js';
import { membersByLists } from './members.js';
import { parseListUri } from '#chaincode/facts/list-uri';
import type { TrustedSeal, TrustList } from './trust-list.js';

type ListCheck = (evidence: Evidence, lists: ListFacts) => Finding | undefined;

/** A check that rests on the trust list, with the document read and the list one to rely on. */
const trusting = (check: (evidence: Evidence, parts: { document: Document; list: TrustList; source: Source; seal: TrustedSeal | undefined }) => Finding | undefined): ListCheck => (evidence, { trust, seal }) => {
  const document = documentOf(evidence.presented);
  if (!('list' in trust)) return unchecked(trust.code, trust.source);
  return document && check(evidence, { document, ...trust, seal });
};

/** When a document says it was drafted: a credential to the second, a QR not at all. */
function draftedAt(presented: Presented): number | undefined {
  const credential = credentialOf(presented);
  return credential && credential.claims.iat * 1000;
}

/** Whether a document may be younger than a list that does not know its seal. A QR says only its day. */
function youngerThan(presented: Presented, { issuedAt, zone }: TrustList): boolean {
  const drafted = draftedAt(presented);
  if (drafted !== undefined) return drafted >= Date.parse(issuedAt);
  return presented.by === 'qr' && presented.qr.ok && presented.qr.issuedOn >= dayOf(issuedAt, zone);
}

/** Acts are recorded up to a month after they are drafted (docs/decisions/0005): a right may begin or end in between. */
const RECORDED_WITHIN_DAYS = 31;

/** Whole, and sealed by whoever sealed the credential. That it is the file registered, and who else has sealed it, only the ledger knows. */
const file: ListCheck = ({ presented }) => {
  if (presented.by !== 'pdf' || !presented.pdf.ok) return undefined;
  if (presented.pdf.seals.length > 1 || !sealedAlike(presented.pdf)) return unchecked('PDF_SEAL_UNCHECKED');
  return pass(presented.pdf.purpose ? 'PDF_COPY' : 'PDF_SEALED');
};

const issuer = trusting(({ presented }, { document, list, source, seal }) => {
  if (!seal) return youngerThan(presented, list) ? unchecked('SEAL_NEWER_THAN_LIST', source) : fail('ISSUER_UNKNOWN', source);
  if (document.issuer !== undefined && document.issuer !== `urn:uscc:${seal.agency}`) return fail('ISSUER_NOT_OF_SEAL', source);
  const kind = document.identifier.split('.')[5];
  const rights = list.agencies.find(({ code }) => code === seal.agency)?.issues.filter((right) => right.kind === kind) ?? [];
  // A right taken out of the register altogether says nothing of what was issued under it.
  if (rights.length === 0) return unchecked('ISSUER_RIGHT_UNKNOWN', source);
  const drafted = draftedAt(presented);
  const day = drafted === undefined ? undefined : dayOf(instantOf(drafted), list.zone);
  const covers = day === undefined || rights.some(({ from, until }) => from <= addDays(day, RECORDED_WITHIN_DAYS) && (until === undefined || day <= until));
  return covers ? pass('ISSUER_REGISTERED', source) : fail('ISSUER_WITHOUT_RIGHT', source);
});

const signature = trusting(({ signatureHolds }, { source, seal }) => {
  // Without a key that this platform can use, nobody has looked.
  if (!seal || signatureHolds === undefined) return unchecked('SIGNATURE_KEY_UNKNOWN', source);
  return signatureHolds ? pass('SIGNATURE_OK', source) : fail('SIGNATURE_WRONG', source);
});

/** Without the ledger nobody knows when a document was sealed, only when it says it was drafted: what bears a seal that was stopped since is left to the ledger. */
const seal = trusting(({ presented }, { source, seal: used }) => {
  if (!used) return unchecked('SEAL_UNKNOWN', source);
  const drafted = draftedAt(presented);
  if (drafted !== undefined) return sealAtClaimed(used, drafted, source);
  return stopsOf(used).length === 0 ? pass('SEAL_IN_FORCE', source) : unchecked('SEAL_STOPPED_SINCE', source);
});

/** What the document says fits together. Whether the ledger says the same, only the ledger knows. */
const claims = trusting(({ presented }, { document, list, source, seal: used }) => {
  const own = parseOwnIdentifier(document.identifier);
  if (!own) return fail('IDENTIFIER_WRONG', source);
  const { type } = splitLicenceId(own.id);
  if (document.type !== undefined && !document.type.startsWith(`urn:yizheng:${type}:`)) return fail('TYPE_DIFFERS', source);
  const credential = credentialOf(presented);
  if (credential && used) {
    const { status: named, line } = credential.claims;
    // The place of the version lies with whoever sealed; that of the line with whoever sealed the first version.
    if (parseListUri(named.status_list.uri)?.agency !== used.agency || !list.agencies.some(({ code }) => code === parseListUri(line.status_list.uri)?.agency)) return fail('PLACES_DIFFER', source);
  }
  return pass('CLAIMS_CONSISTENT', source);
});

/** Of a seal younger than the list: what the gateway says the ledger has can contradict the document, never make it good. A forger, too, has a seal that no list knows, and any date he likes. */
const ledger: ListCheck = (evidence, { registered }) => {
  const found = registered && LEDGER_CHECKS.ledger(evidence, registered);
  return found?.result === 'fail' ? found : undefined;
};

const isKnown = (place: PlaceFinding | undefined): place is Extract<PlaceFinding, { status: ListedStatus }> => place !== undefined && 'status' in place;

/** The two places together: what is over by either is over; in force only by both. A gateway's own newer word counts before both. */
const status: ListCheck = (_evidence, { trust, version, line, live }) => {
  const places = [version, line];
  const newest = places.filter(isKnown).map(({ source }) => source.at).sort().at(-1);
  if (live && (newest === undefined || live.knownAt >= newest)) return spoken(live.status, { of: 'gateway', at: live.knownAt });
  if (!('list' in trust)) return unchecked(trust.code, trust.source);
  const over = places.find((place) => isKnown(place) && place.status !== 'VALID');
  if (isKnown(over)) return spoken(over.status, over.source);
  const open = places.find((place) => !isKnown(place));
  if (open && !isKnown(open)) return unchecked(open.code, open.source);
  const oldest = places.filter(isKnown).sort((a, b) => (a.source.at < b.source.at ? -1 : 1))[0];
  return oldest ? pass('STATUS_VALID', oldest.source) : unchecked('STATUS_LIST_MISSING');
};

/** Dates are read from the document: a status that only repeats them is no status. */
const FROM_DATES: ReadonlySet<EffectiveStatus> = new Set(['VALID', 'EXPIRED', 'NOT_YET_VALID']);
const spoken = (said: EffectiveStatus, source: Source): Finding => (FROM_DATES.has(said) ? pass('STATUS_VALID', source) : fail(`STATUS_${said}`, source));

const dates: ListCheck = ({ presented, now, today }, { trust }) => {
  // Everything else can wait for a better list; the day is this machine's own word.
  if (!('list' in trust) && trust.code === 'CLOCK_BEHIND') return unchecked(trust.code, trust.source);
  const on = datesOf(presented, Date.parse(now) / 1000, today);
  return on === 'VALID' ? pass('DATES_WITHIN') : fail(`DATES_${on}`);
};

function datesOf(presented: Presented, seconds: number, today: Day): 'VALID' | 'EXPIRED' | 'NOT_YET_VALID' {
  let [begun, ended] = [true, false];
  const credential = credentialOf(presented);
  if (credential) {
    const { nbf, exp } = credential.claims;
    [begun, ended] = [nbf === undefined || nbf <= seconds, exp !== undefined && exp <= seconds];
  } else if (presented.by === 'qr' && presented.qr.ok) {
    const { validFrom, validUntil } = presented.qr;
    [begun, ended] = [validFrom <= today, validUntil !== undefined && validUntil < today];
  }
  return ended ? 'EXPIRED' : begun ? 'VALID' : 'NOT_YET_VALID';
}

/** The status as readers know it, from what the checks found. */
export function listedStatus(parts: readonly { readonly check: string; readonly result: string; readonly code: string }[]): EffectiveStatus | undefined {
  const found = (check: string) => parts.find((part) => part.check === check);
  const [written, term] = [found('status'), found('dates')];
  if (written?.result === 'fail') return written.code.slice('STATUS_'.length) as Status;
  if (written?.result !== 'pass' || !term || term.result === 'unchecked') return undefined;
  // A copy whose time has ended says nothing of the licence.
  return term.result === 'pass' || !term.code.startsWith('DATES_') ? 'VALID' : (term.code.slice('DATES_'.length) as EffectiveStatus);
}

export const LIST_CHECKS = { file, issuer, signature, seal, ledger, claims, status, members: membersByLists, dates } as const satisfies Record<string, ListCheck>;
