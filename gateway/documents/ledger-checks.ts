/** The checks of a verdict against what the ledger says. */
import { startOfDay, addDays, type Day, type LegalZone } from '#chaincode/facts/calendar';
import { sha256Text } from '#chaincode/facts/hash';
import { parseOwnIdentifier } from '#chaincode/facts/identifier';
import { effectiveStatus } from '#chaincode/facts/status';
import type { VersionRecord } from '#chaincode/facts/records';
import { sealAtClaimed } from './claimed-time.js';
import { credentialOf, documentOf, fail, NOTHING_TO_CHECK, pass, sealedAlike, unchecked, type Evidence, type Finding, type LedgerFacts, type Presented, type PresentedPdf } from './evidence.js';
import { membersAgree, membersByLedger } from './members.js';
import { pointsTo } from '#chaincode/facts/list-uri';

type LedgerCheck = (evidence: Evidence, ledger: LedgerFacts) => Finding | undefined;

/** The file is the one registered, or a copy for one purpose; and whoever else has sealed it is known. */
const file: LedgerCheck = ({ presented }, { seal, seals = [], version }) => {
  if (presented.by !== 'pdf' || !presented.pdf.ok) return undefined;
  const { pdf } = presented;
  const [first, ...others] = seals;
  if (pdf.seals.slice(1).some((_, i) => !others[i])) return fail('PDF_FURTHER_SEAL_UNKNOWN');
  if (pdf.purpose) {
    // A copy is made when it is asked for, perhaps long after the first seal was replaced by another of the same agency.
    if (!sealedAlike(pdf) && first?.agency !== seal?.agency) return fail('PDF_SEAL_OF_ANOTHER');
    return unregistered(pdf, seals) ?? pass('PDF_COPY');
  }
  const papers = version?.documents.filter(({ type }) => type === 'pdf') ?? [];
  if (papers.length === 0) return unchecked('PDF_NOT_REGISTERED');
  const registered = pdf.digests.findLastIndex((digest) => papers.some((paper) => paper.digest === digest));
  if (registered < 0) return fail('PDF_DIGEST_DIFFERS');
  // Seals that joined after what the ledger has.
  return (registered === pdf.digests.length - 1 ? undefined : unregistered(pdf, [undefined, ...others])) ?? pass('PDF_REGISTERED');
};

/** No block bears the time of these seals, as it does that of a registered file. @returns the first that was not, or may not have been, in force */
function unregistered({ seals: sealed }: PresentedPdf, seals: readonly (LedgerFacts['seal'])[]): Finding | undefined {
  const findings = seals.flatMap((seal, i) => (seal ? [sealAtClaimed(seal, Date.parse(sealed[i]?.claimedAt ?? ''))] : []));
  return findings.find(({ result }) => result === 'fail') ?? findings.find(({ result }) => result === 'unchecked');
}

/** The certificate is one the ledger registers as a seal, of the agency that the document and its identifier name. */
const issuer: LedgerCheck = ({ presented }, { seal, version }) => {
  const document = documentOf(presented);
  if (!seal) return fail('ISSUER_UNKNOWN');
  if (document?.issuer !== undefined && document.issuer !== `urn:uscc:${seal.agency}`) return fail('ISSUER_NOT_OF_SEAL');
  if (version?.seal !== undefined && version.seal !== seal.id) return fail('ISSUER_NOT_OF_LICENCE');
  return pass('ISSUER_REGISTERED');
};

const signature: LedgerCheck = ({ signatureHolds }, { sealKey }) => {
  if (!sealKey) return unchecked('SIGNATURE_KEY_UNKNOWN');
  return signatureHolds === true ? pass('SIGNATURE_OK') : fail('SIGNATURE_WRONG');
};

/** In force when the ledger recorded the version: a seal stopped later does not undo what it sealed before. */
const seal: LedgerCheck = (_evidence, { version, seal: used, made }) => {
  if (version && version.seal === undefined) return undefined;
  if (!used || !made) return unchecked('SEAL_UNKNOWN');
  const at = made.recordedAt;
  const status = used.history.findLast((change) => change.at <= at)?.status;
  const inForce = status === 'in-use' && used.validFrom <= at && at <= used.validUntil;
  return inForce ? pass('SEAL_IN_FORCE') : fail('SEAL_NOT_IN_FORCE');
};

const onLedger: LedgerCheck = ({ presented }, { record, version }) => {
  const document = documentOf(presented);
  if (!record) return fail('NOT_ON_LEDGER');
  if (!version) return fail('VERSION_NOT_ON_LEDGER');
  const shown = presented.by === 'identifier' ? presented.digest : document?.digest;
  if (shown !== undefined && !version.documents.some(({ digest }) => digest === shown)) return fail('DIGEST_DIFFERS');
  // A gateway that seals something else than its clerks have signed can register its digest, but not their approval of it.
  if (credentialOf(presented) && document && sha256Text(document.signed.data) !== version.content) return fail('CONTENT_DIFFERS');
  return pass(record.origin === 'imported' && version.seal === undefined ? 'IMPORTED_RECORD' : 'ON_LEDGER');
};

/** The document says what the ledger says. A gateway could have registered the digest of a document with other dates. */
const claims: LedgerCheck = ({ presented, zone }, ledger) => {
  const document = documentOf(presented);
  const own = document && parseOwnIdentifier(document.identifier);
  if (!own) return fail('IDENTIFIER_WRONG');
  const { record, version } = ledger;
  if (!record || !version) return NOTHING_TO_CHECK;
  if (own.id !== record.id || own.version !== version.version) return fail('IDENTIFIER_DIFFERS');
  if (document.type !== undefined && document.type !== `urn:yizheng:${record.id.slice(0, 21)}:${String(version.schema)}`) return fail('TYPE_DIFFERS');
  if (!datesAgree(presented, version, zone)) return fail('DATES_DIFFER');
  if (!membersAgree(presented, ledger)) return fail('MEMBERS_DIFFER');
  return placesAgree(presented, ledger) ? pass('CLAIMS_AGREE') : fail('PLACES_DIFFER');
};

/** Otherwise a document could point at the place of another licence, one that is never suspended. */
function placesAgree(presented: Presented, { record, version, seal: used, lineAgency }: LedgerFacts): boolean {
  const [place, line] = [version?.place, record?.line];
  if (place === undefined || line === undefined) return true;
  if (presented.by === 'qr' && presented.qr.ok) {
    const { list, place: index, line: other } = presented.qr;
    return list === place.list && index === place.index && other.list === line.list && other.index === line.index && (other.agency ?? used?.agency) === lineAgency;
  }
  const credential = credentialOf(presented);
  if (!credential) return true;
  const { status: named, line: namedLine } = credential.claims;
  return pointsTo(named.status_list, place, used?.agency) && pointsTo(namedLine.status_list, line, lineAgency);
}

function datesAgree(presented: Presented, version: VersionRecord, zone: LegalZone): boolean {
  if (presented.by === 'qr' && presented.qr.ok) {
    const { issuedOn, validFrom, validUntil } = presented.qr;
    return issuedOn === version.issuedOn && validFrom === version.validFrom && validUntil === version.validUntil;
  }
  const credential = credentialOf(presented);
  if (!credential) return true;
  const { nbf, exp } = credential.claims;
  const from = version.validFrom === undefined ? undefined : startOfDay(version.validFrom as Day, zone);
  const until = version.validUntil === undefined ? undefined : startOfDay(addDays(version.validUntil as Day, 1), zone);
  return nbf === from && exp === until;
}

const status: LedgerCheck = (_evidence, { version }) => {
  if (!version) return NOTHING_TO_CHECK;
  return version.status === 'VALID' ? pass('STATUS_VALID') : fail(`STATUS_${version.status}`);
};

const dates: LedgerCheck = ({ today }, { version }) => {
  if (!version) return NOTHING_TO_CHECK;
  const on = effectiveStatus('VALID', version.validFrom, version.validUntil, today);
  return on === 'VALID' ? pass('DATES_WITHIN') : fail(`DATES_${on}`);
};

export const LEDGER_CHECKS = { file, issuer, signature, seal, ledger: onLedger, claims, status, members: membersByLedger, dates };
