/** The verdict on a licence, in parts. Each check says pass, fail or unchecked; unchecked never turns into either. */
import { startOfDay, addDays, type Day, type Instant, type LegalZone } from '#chaincode/facts/calendar';
import { certificateKey, sha256, sha256Text, type PublicKey } from '#chaincode/facts/hash';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { effectiveStatus, type EffectiveStatus } from '#chaincode/facts/status';
import type { EventRecord, LicenceRecord, Place, SealRecord, VersionRecord } from '#chaincode/facts/records';
import type { CredentialFault, ParsedCredential, StatusPlace } from './credential.js';
import type { ParsedQr, QrFault } from './qr.js';

export const CHECKS = ['form', 'issuer', 'signature', 'seal', 'ledger', 'claims', 'status', 'dates'] as const;
export type Check = (typeof CHECKS)[number];

export interface Part {
  readonly check: Check;
  readonly result: 'pass' | 'fail' | 'unchecked';
  readonly code: string;
  /** Seconds since the facts relied on were known to be current. */
  readonly ageSeconds?: number;
}

/** valid: may be relied on. not-in-force: genuine, but suspended, ended, replaced. untrusted: do not rely on it. unchecked: nothing was found against it, something could not be checked. imported: in force as its source says, but collected and confirmed by nobody. */
export type Outcome = 'valid' | 'not-in-force' | 'untrusted' | 'unchecked' | 'imported';

export interface Verdict {
  readonly outcome: Outcome;
  readonly status?: EffectiveStatus;
  readonly parts: readonly Part[];
}

export type Presented =
  | { readonly by: 'identifier' }
  | { readonly by: 'credential'; readonly credential: ParsedCredential | { readonly ok: false; readonly code: CredentialFault } }
  | { readonly by: 'qr'; readonly qr: ParsedQr | { readonly ok: false; readonly code: QrFault } };

/** What the ledger says, as far as it could be asked. */
export interface LedgerFacts {
  readonly record?: LicenceRecord | undefined;
  /** The version presented; the current one where none was named. */
  readonly version?: VersionRecord | undefined;
  /** The event that made the version. */
  readonly made?: EventRecord | undefined;
  /** The seal that the document names by certificate or key id; for a look-up, the seal of the version. */
  readonly seal?: SealRecord | undefined;
  readonly knownAt: Instant;
}

export interface Evidence {
  readonly presented: Presented;
  /** undefined: the ledger could not be asked. */
  readonly ledger: LedgerFacts | undefined;
  /** Whether the signature of `signedOf` holds; checked before, because browsers and thread pools answer later. Absent counts as wrong. */
  readonly signatureHolds?: boolean | undefined;
  readonly today: Day;
  readonly now: Instant;
  readonly zone: LegalZone;
}

type Finding = Omit<Part, 'check' | 'ageSeconds'>;
type Checker = (evidence: Evidence) => Finding | undefined;

const pass = (code: string): Finding => ({ result: 'pass', code });
const fail = (code: string): Finding => ({ result: 'fail', code });
const UNREACHABLE: Finding = { result: 'unchecked', code: 'LEDGER_UNREACHABLE' };
const NOTHING_TO_CHECK: Finding = { result: 'unchecked', code: 'NOTHING_TO_CHECK' };

interface Document {
  readonly identifier: string;
  readonly digest: string;
  readonly issuer?: string;
  readonly type?: string;
  readonly signed: { readonly data: Uint8Array; readonly signature: Uint8Array };
}

/** The common face of a credential and a QR that could be read. */
function documentOf(presented: Presented): Document | undefined {
  if (presented.by === 'credential' && presented.credential.ok) {
    const { claims, digest, signingInput, signature } = presented.credential;
    return { identifier: claims.certificateIdentifier, digest, issuer: claims.iss, type: claims.vct, signed: { data: Buffer.from(signingInput), signature } };
  }
  if (presented.by === 'qr' && presented.qr.ok) {
    const { identifier, digest, toBeSigned, signature } = presented.qr;
    return { identifier, digest, signed: { data: toBeSigned, signature } };
  }
  return undefined;
}

const form: Checker = ({ presented }) => {
  if (presented.by === 'identifier') return undefined;
  const parsed = presented.by === 'credential' ? presented.credential : presented.qr;
  return parsed.ok ? pass('FORM_OK') : fail(parsed.code);
};

/** The certificate is one the ledger registers as a seal, of the agency that the document and its identifier name. */
const issuer: Checker = ({ presented, ledger }) => {
  if (presented.by === 'identifier') return undefined;
  const document = documentOf(presented);
  if (!document) return NOTHING_TO_CHECK;
  if (!ledger) return UNREACHABLE;
  if (!ledger.seal) return fail('ISSUER_UNKNOWN');
  if (document.issuer !== undefined && document.issuer !== `urn:uscc:${ledger.seal.agency}`) return fail('ISSUER_NOT_OF_SEAL');
  if (ledger.version?.seal !== undefined && ledger.version.seal !== ledger.seal.id) return fail('ISSUER_NOT_OF_LICENCE');
  return pass('ISSUER_REGISTERED');
};

/** What is to hold for a document: the key is the registered seal's; the certificate inside the document is only a name to look it up by. */
export function signedOf(presented: Presented, seal: SealRecord | undefined): (Document['signed'] & { readonly key: PublicKey }) | undefined {
  const [document, key] = [documentOf(presented), seal && certificateKey(seal.certificate)];
  return document && key ? { ...document.signed, key } : undefined;
}

const signature: Checker = ({ presented, ledger, signatureHolds }) => {
  if (presented.by === 'identifier') return undefined;
  if (!documentOf(presented)) return NOTHING_TO_CHECK;
  if (!ledger) return UNREACHABLE;
  if (!signedOf(presented, ledger.seal)) return { result: 'unchecked', code: 'SIGNATURE_KEY_UNKNOWN' };
  return signatureHolds === true ? pass('SIGNATURE_OK') : fail('SIGNATURE_WRONG');
};

/** In force when the ledger recorded the version: a seal stopped later does not undo what it sealed before. */
const seal: Checker = ({ presented, ledger }) => {
  if (presented.by !== 'identifier' && !documentOf(presented)) return NOTHING_TO_CHECK;
  if (!ledger) return UNREACHABLE;
  if (ledger.version && ledger.version.seal === undefined) return undefined;
  if (!ledger.seal || !ledger.made) return { result: 'unchecked', code: 'SEAL_UNKNOWN' };
  const at = ledger.made.recordedAt;
  const status = ledger.seal.history.findLast((change) => change.at <= at)?.status;
  const inForce = status === 'in-use' && ledger.seal.validFrom <= at && at <= ledger.seal.validUntil;
  return inForce ? pass('SEAL_IN_FORCE') : fail('SEAL_NOT_IN_FORCE');
};

const onLedger: Checker = ({ presented, ledger }) => {
  if (!ledger) return UNREACHABLE;
  const document = documentOf(presented);
  if (presented.by !== 'identifier' && !document) return NOTHING_TO_CHECK;
  if (!ledger.record) return fail('NOT_ON_LEDGER');
  if (!ledger.version) return fail('VERSION_NOT_ON_LEDGER');
  if (document && !ledger.version.documents.some(({ digest }) => digest === document.digest)) return fail('DIGEST_DIFFERS');
  // A gateway that seals something else than its clerks have signed can register its digest, but not their approval of it.
  if (presented.by === 'credential' && document && sha256Text(document.signed.data) !== ledger.version.content) return fail('CONTENT_DIFFERS');
  return pass(ledger.record.origin === 'imported' && ledger.version.seal === undefined ? 'IMPORTED_RECORD' : 'ON_LEDGER');
};

/** The document says what the ledger says. A gateway could have registered the digest of a document with other dates. */
const claims: Checker = (evidence) => {
  const { presented, ledger, zone } = evidence;
  const document = documentOf(presented);
  if (presented.by === 'identifier') return undefined;
  if (!document) return NOTHING_TO_CHECK;
  if (!ledger) return UNREACHABLE;
  const own = parseOwnIdentifier(document.identifier);
  if (!own) return fail('IDENTIFIER_WRONG');
  const { record, version } = ledger;
  if (!record || !version) return NOTHING_TO_CHECK;
  if (own.id !== record.id || own.version !== version.version) return fail('IDENTIFIER_DIFFERS');
  if (document.type !== undefined && document.type !== `urn:yizheng:${record.id.slice(0, 21)}:${String(version.schema)}`) return fail('TYPE_DIFFERS');
  if (!datesAgree(presented, version, zone)) return fail('DATES_DIFFER');
  return placesAgree(presented, version, record.line) ? pass('CLAIMS_AGREE') : fail('PLACES_DIFFER');
};

/** Otherwise a document could point at the place of another licence, one that is never suspended. */
function placesAgree(presented: Presented, { place }: VersionRecord, line: Place | undefined): boolean {
  if (place === undefined || line === undefined) return true;
  if (presented.by === 'qr' && presented.qr.ok) {
    const { list, place: index, line: other } = presented.qr;
    return list === place.list && index === place.index && other.list === line.list && other.index === line.index;
  }
  if (presented.by !== 'credential' || !presented.credential.ok) return true;
  const { status: named, line: namedLine } = presented.credential.claims;
  return pointsTo(named.status_list, place) && pointsTo(namedLine.status_list, line);
}

/** The list's number is the last part of its address. */
const pointsTo = ({ uri, idx }: StatusPlace, { list, index }: Place): boolean => idx === index && uri.endsWith(`/${String(list)}`);

function datesAgree(presented: Presented, version: VersionRecord, zone: LegalZone): boolean {
  if (presented.by === 'qr' && presented.qr.ok) {
    const { issuedOn, validFrom, validUntil } = presented.qr;
    return issuedOn === version.issuedOn && validFrom === version.validFrom && validUntil === version.validUntil;
  }
  if (presented.by !== 'credential' || !presented.credential.ok) return true;
  const { nbf, exp } = presented.credential.claims;
  const from = version.validFrom === undefined ? undefined : startOfDay(version.validFrom as Day, zone);
  const until = version.validUntil === undefined ? undefined : startOfDay(addDays(version.validUntil as Day, 1), zone);
  return nbf === from && exp === until;
}

const status: Checker = ({ ledger }) => {
  if (!ledger) return UNREACHABLE;
  if (!ledger.version) return NOTHING_TO_CHECK;
  return ledger.version.status === 'VALID' ? pass('STATUS_VALID') : fail(`STATUS_${ledger.version.status}`);
};

const dates: Checker = ({ ledger, today }) => {
  if (!ledger) return UNREACHABLE;
  if (!ledger.version) return NOTHING_TO_CHECK;
  const on = effectiveStatus('VALID', ledger.version.validFrom, ledger.version.validUntil, today);
  return on === 'VALID' ? pass('DATES_WITHIN') : fail(`DATES_${on}`);
};

export const CHECKERS: Readonly<Record<Check, Checker>> = { form, issuer, signature, seal, ledger: onLedger, claims, status, dates };

const IN_FORCE: ReadonlySet<Check> = new Set(['status', 'dates']);

/** Runs the checks. @param checkers all of them, always; tests take one away to see that something misses it. */
export function judge(evidence: Evidence, checkers: Partial<Readonly<Record<Check, Checker>>> = CHECKERS): Verdict {
  const { ledger, now, today } = evidence;
  const ageSeconds = ledger ? Math.max(0, Math.round((Date.parse(now) - Date.parse(ledger.knownAt)) / 1000)) : undefined;
  const parts: Part[] = [];
  for (const check of CHECKS) {
    const finding = checkers[check]?.(evidence);
    if (finding) parts.push({ check, ...finding, ...(ageSeconds === undefined || check === 'form' ? {} : { ageSeconds }) });
  }
  const version = ledger?.version;
  const known = version ? { status: effectiveStatus(version.status, version.validFrom, version.validUntil, today) } : {};
  return { outcome: outcomeOf(parts), ...known, parts };
}

function outcomeOf(parts: readonly Part[]): Outcome {
  if (parts.some(({ check, result }) => result === 'fail' && !IN_FORCE.has(check))) return 'untrusted';
  if (parts.some(({ result }) => result === 'unchecked')) return 'unchecked';
  // What its source says is over is over, confirmed or not.
  if (parts.some(({ result }) => result === 'fail')) return 'not-in-force';
  return parts.some(({ code }) => code === 'IMPORTED_RECORD') ? 'imported' : 'valid';
}

/** A short name for a certificate in logs and pages: first 16 hex digits of its SHA-256. */
export const fingerprint = (certificate: string): string => sha256(Buffer.from(certificate, 'base64url')).toString('hex').slice(0, 16);
