/** The verifier without a ledger: a document, what is trusted, the hour; out comes a verdict in parts. Pure: no disk, no network, no clock; one source for Node and browsers. */
import { dayOf, instantOf, SHANGHAI, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import { base64url, importP256 } from '#chaincode/facts/hash';
import { parseOwnIdentifier, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { Label } from '#chaincode/facts/records';
import type { EffectiveStatus } from '#chaincode/facts/status';
import { credentialOf, documentOf, signatureHolds, type LedgerFacts, type ListFacts, type LiveStatus, type PlaceFinding, type Presented, type Registered, type Source, type Finding } from './evidence.js';
import { faceFor, type ShownField } from './face.js';
import { parseListUri } from '#chaincode/facts/list-uri';
import { listName, statusOfValue, valueAt, type StatusList } from './status-list.js';
import type { Trust } from './trust-bundle.js';
import type { TrustedSeal } from './trust-list.js';
import { CHECKERS, judge, type Verdict } from './verdict.js';

export interface Question {
  readonly presented: Presented;
  /** undefined: nothing was ever imported. */
  readonly trust: Trust | undefined;
  readonly now: Instant;
  /** How old a status list may be, in milliseconds; it also ends by itself. */
  readonly statusAgeMaxMs?: number;
  readonly live?: LiveStatus | undefined;
  /** What a gateway says that the ledger has of the document: it is compared here, so that the document stays here. It never mends what the lists find wrong. */
  readonly registered?: Registered | undefined;
  /** Of a presentation: what was found of the device that made it. */
  readonly binding?: Finding | undefined;
}
export interface Assessment {
  readonly by: Presented['by'];
  readonly verdict: Verdict;
  readonly checkedAt: Instant;
  /** What the document says of itself; left out where it is not to be trusted. */
  readonly document?: ShownDocument;
}
export interface ShownDocument {
  readonly identifier: string;
  /** base64url, as the ledger has it. */
  readonly digest: string;
  readonly kind: { readonly type: string; readonly name: Label; readonly sample: boolean };
  readonly issuer: { readonly code: string; readonly name: string };
  readonly issuedOn?: Day;
  readonly validFrom?: Day;
  readonly validUntil?: Day;
  /** Of a QR: to compare with the wall. */
  readonly displayName?: string;
  readonly face: readonly ShownField[];
  /** Of a composite licence; a status where the lists say one. */
  readonly members?: readonly { readonly licence: string; readonly kind: Label; readonly required: boolean; readonly validUntil?: string; readonly status?: EffectiveStatus }[];
}

/** A day: what an inspector's morning list lasts. Whoever works in a closed network says another. */
export const STATUS_AGE_MS = 24 * 3600_000;
/** A list dated further ahead than that says that this machine's clock is behind. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** A gateway that has heard nothing from its ledger for so long does not know either. */
const LIVE_AGE_MS = 10 * 60_000;

/** @param checkers as in `judge` */
export async function assess(question: Question, checkers = CHECKERS as Parameters<typeof judge>[1]): Promise<Assessment> {
  const { presented, trust, now } = question;
  const zone = trust?.index.list.zone ?? SHANGHAI;
  const seal = trust && sealOf(presented, trust);
  const holds = await signatureHolds(presented, seal && importP256(seal.spki));
  const lists = listFacts(question, seal, holds === true);
  const verdict = judge({ presented, lists, ledger: ledgerFacts(question, lists), signatureHolds: holds, binding: question.binding, now, today: dayOf(now, zone), zone }, checkers);
  const document = verdict.outcome === 'untrusted' ? undefined : shownDocument(question, seal, lists, holds === true);
  return { by: presented.by, verdict, checkedAt: now, ...(document ? { document } : {}) };
}

/** The ledger's word by way of a gateway, about a document whose seal signed lists know, and while both clocks agree. */
function ledgerFacts({ registered, presented, trust: trusted, now }: Question, { trust, seal }: Pick<ListFacts, 'trust' | 'seal'>): LedgerFacts | undefined {
  if (!registered || !seal || !isHeard(registered, now, trust)) return undefined;
  const seals = presented.by === 'pdf' && presented.pdf.ok ? presented.pdf.seals.map(({ certificate }) => trusted?.index.seals.get(certificate)) : [];
  return { ...registered, seal, seals, sealKey: importP256(seal.spki) };
}

/** While both clocks agree. */
const isHeard = (word: Registered, now: Instant, trust: ListFacts['trust']): boolean => isFresh(word, now) && !('code' in trust && trust.code === 'CLOCK_BEHIND');
const isFresh = ({ knownAt }: { readonly knownAt: Instant }, now: Instant): boolean => Date.parse(now) - Date.parse(knownAt) < LIVE_AGE_MS;

/** The newest word of a gateway on the status. */
function spokenStatus({ live, registered, presented }: Question): LiveStatus | undefined {
  const identifier = documentOf(presented)?.identifier;
  if (registered?.version && identifier !== undefined) return { identifier, status: registered.version.status, knownAt: registered.knownAt };
  return live?.identifier === identifier ? live : undefined;
}

function listFacts(question: Question, seal: TrustedSeal | undefined, isSigned: boolean): ListFacts {
  const { presented, trust, now, registered } = question;
  const places = placesOf(presented, seal);
  const used = places && trust ? [places.version, places.line].flatMap(({ agency, list }) => trust.statusLists.get(listName(agency, list)) ?? []) : [];
  const read = (which: 'version' | 'line') => places && trust && placeFinding(question, trust.statusLists.get(listName(places[which].agency, places[which].list)), places[which].index);
  const said = spokenStatus(question);
  const listed = trustFinding(question, used, isSigned);
  const told = !seal && registered && isHeard(registered, now, listed) ? registered : undefined;
  return { trust: listed, registered: told, seal, version: read('version'), line: read('line'), members: memberFindings(question), live: said && isFresh(said, now) ? said : undefined };
}

/** @param isSigned whether the hour in the document is the seal's: a forger would have every clock be behind */
function trustFinding({ presented, trust, now, live, registered }: Question, used: readonly StatusList[], isSigned: boolean): ListFacts['trust'] {
  if (!trust) return { code: 'TRUST_LIST_MISSING' };
  const { list } = trust.index;
  const source: Source = { of: 'trust-list', at: list.issuedAt, block: list.block };
  const drafted = isSigned ? (credentialOf(presented)?.claims.iat ?? 0) * 1000 : 0;
  const spoken = [live, registered].flatMap((word) => (word ? [Date.parse(word.knownAt)] : []));
  const latest = Math.max(Date.parse(list.issuedAt), drafted, ...used.map(({ issuedAt }) => issuedAt * 1000), ...spoken);
  if (latest > Date.parse(now) + CLOCK_TOLERANCE_MS) return { code: 'CLOCK_BEHIND', source };
  return list.nextUpdate <= now ? { code: 'TRUST_LIST_STALE', source } : { list, source };
}

/** The seal that a document names: by its certificate, or by its key id. */
function sealOf(presented: Presented, { index }: Trust): TrustedSeal | undefined {
  const credential = credentialOf(presented);
  if (credential) return index.seals.get(credential.certificate);
  return presented.by === 'qr' && presented.qr.ok ? index.seals.get(base64url(presented.qr.keyId)) : undefined;
}

/** The status lists in which a document has its places. A QR is not understood before its seal is known. */
export function listsNamed(presented: Presented, trust: Trust | undefined): readonly string[] {
  const places = placesOf(presented, trust && sealOf(presented, trust));
  const members = membersNamed(presented).flatMap(({ place }) => place ?? []);
  return places ? [...new Set([places.version, places.line, ...members].map(({ agency, list }) => listName(agency, list)))] : [];
}

interface NamedPlace {
  readonly agency: string;
  readonly list: number;
  readonly index: number;
}

/** Where a document has its two places. A QR names no agency but another than its seal's. */
function placesOf(presented: Presented, seal: TrustedSeal | undefined): { version: NamedPlace; line: NamedPlace } | undefined {
  const credential = credentialOf(presented);
  if (credential) {
    const { status, line } = credential.claims;
    const named = ({ uri, idx }: { uri: string; idx: number }) => { const list = parseListUri(uri); return list && { ...list, index: idx }; };
    const [own, whole] = [named(status.status_list), named(line.status_list)];
    return own && whole && { version: own, line: whole };
  }
  if (presented.by !== 'qr' || !presented.qr.ok || !seal) return undefined;
  const { list, place, line } = presented.qr;
  return { version: { agency: seal.agency, list, index: place }, line: { agency: line.agency ?? seal.agency, list: line.list, index: line.index } };
}

function membersNamed(presented: Presented) {
  return (credentialOf(presented)?.claims.composition?.members ?? []).map(({ line: { status_list: { uri, idx } }, ...member }) => {
    const list = parseListUri(uri);
    return { ...member, place: list && { ...list, index: idx } };
  });
}

/** A member whose day has passed may have been renewed since: the line lives on, and only the ledger knows its new end. */
function memberFindings(question: Question): ListFacts['members'] {
  const { presented, trust, now } = question;
  const today = dayOf(now, trust?.index.list.zone ?? SHANGHAI);
  const named = membersNamed(presented);
  return trust && named.length > 0 ? named.map(({ licence, validUntil, place }) => {
    const found = place && placeFinding(question, trust.statusLists.get(listName(place.agency, place.list)), place.index);
    if (!found || !('status' in found)) return { licence, status: undefined, source: found?.source };
    const over = found.status === 'VALID' && validUntil !== undefined && validUntil < today;
    return { licence, status: over ? undefined : found.status, source: found.source };
  }) : undefined;
}

function placeFinding({ now, statusAgeMaxMs = STATUS_AGE_MS }: Question, list: StatusList | undefined, index: number): PlaceFinding {
  if (!list) return { code: 'STATUS_LIST_MISSING' };
  const { agency, issuedAt, expiresAt, block } = list;
  const source: Source = { of: 'status-list', at: instantOf(issuedAt * 1000), block, agency, list: list.list };
  if (expiresAt * 1000 <= Date.parse(now)) return { code: 'STATUS_LIST_EXPIRED', source };
  if (Date.parse(now) - issuedAt * 1000 > statusAgeMaxMs) return { code: 'STATUS_LIST_OLD', source };
  const value = valueAt(list.values, index);
  if (value === undefined) return { code: 'STATUS_PLACE_MISSING', source };
  const status = statusOfValue(value);
  return status === undefined ? { code: 'STATUS_VALUE_UNKNOWN', source } : { status, source };
}

/** @param isSigned otherwise anybody could have written the face */
function shownDocument({ presented, trust }: Question, seal: TrustedSeal | undefined, { members }: ListFacts, isSigned: boolean): ShownDocument | undefined {
  const document = documentOf(presented);
  const own = document && parseOwnIdentifier(document.identifier);
  if (!document || !own) return undefined;
  const { type, issuer } = splitLicenceId(own.id);
  const kind = trust?.index.kinds.get(type);
  const code = seal?.agency ?? issuer;
  return {
    identifier: document.identifier, digest: document.digest, kind: { type, name: kind?.name ?? { zh: type, en: type }, sample: kind?.sample ?? false }, issuer: { code, name: trust?.index.agencies.get(code)?.name ?? code },
    ...termOf(presented, trust?.index.list.zone ?? SHANGHAI), face: isSigned ? faceFor(kind?.fields ?? [], credentialOf(presented)?.face ?? {}, 'holder') : [],
    ...(isSigned && members ? { members: shownMembers(presented, trust, members) } : {}),
  };
}

function shownMembers(presented: Presented, trust: Trust | undefined, found: NonNullable<ListFacts['members']>): NonNullable<ShownDocument['members']> {
  return membersNamed(presented).map(({ licence, required, validUntil }) => {
    const { type } = splitLicenceId(licence as LicenceId);
    const status = found.find((each) => each.licence === licence)?.status;
    return { licence, kind: trust?.index.kinds.get(type)?.name ?? { zh: type, en: type }, required, ...(validUntil === undefined ? {} : { validUntil }), ...(status === undefined ? {} : { status }) };
  });
}

type Term = Pick<ShownDocument, 'issuedOn' | 'validFrom' | 'validUntil' | 'displayName'>;

/** Days, and of a QR the name on the wall. */
function termOf(presented: Presented, zone: LegalZone): Term {
  if (presented.by === 'qr' && presented.qr.ok) {
    const { issuedOn, validFrom, validUntil, displayName } = presented.qr;
    return { issuedOn, validFrom, ...(validUntil && { validUntil }), ...(displayName !== undefined && { displayName }) };
  }
  const credential = credentialOf(presented);
  if (!credential) return {};
  const { nbf, exp } = credential.claims;
  const day = (seconds: number) => dayOf(instantOf(seconds * 1000), zone);
  return { ...(nbf !== undefined && { validFrom: day(nbf) }), ...(exp !== undefined && { validUntil: day(exp - 1) }) };
}
