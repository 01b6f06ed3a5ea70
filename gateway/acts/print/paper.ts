/** What the paper of a version is made of, and having it drawn and sealed. */
import type { Day } from '#chaincode/facts/calendar';
import { instantOf } from '#chaincode/facts/calendar';
import { fromBase64url } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { LicenceRecord, SealRecord, VersionRecord } from '#chaincode/facts/records';
import type { Clock } from '../../clock.js';
import { withhold } from '../../documents/credential.js';
import { faceFor } from '../../documents/face.js';
import type { Paper, PaperMember, Purpose } from '../../documents/pdf/paper.js';
import { qrUrl } from '../../documents/qr.js';
import type { Projection } from '../../ledger/projection.js';
import type { Press, Printed } from '../../press/press.js';
import type { Vault } from '../../vault/vault.js';
import type { Drafter } from '../licence/draft.js';
import { faceFault } from '../licence/gone.js';

export interface PrintParts {
  readonly projection: Projection;
  readonly vault: Vault;
  readonly drafter: Pick<Drafter, 'signer'>;
  readonly press: Press;
  readonly clock: Clock;
  readonly publicName: string;
  /** Address of a time stamp authority. */
  readonly authority?: string | undefined;
}

/** A version, and the seal that its paper gets. */
export interface ToPrint {
  readonly record: LicenceRecord;
  readonly version: VersionRecord;
  readonly seal: SealRecord;
}

/** Draws and seals. @param purpose makes it a copy for that purpose @throws GatewayFault FACE_NOT_HERE, SEAL_LOCKED; PressFailed */
export async function printPaper(parts: PrintParts, { record, version, seal }: ToPrint, purpose?: Omit<Purpose, 'madeAt'>): Promise<Printed> {
  const signer = await parts.drafter.signer(seal);
  const paper = paperOf(parts, { record, version, seal }, purpose);
  const words = seal.name.startsWith(paper.agency) && seal.name !== paper.agency ? seal.name.slice(paper.agency.length) : seal.name;
  return parts.press.print({ paper, certificate: fromBase64url(seal.certificate) ?? new Uint8Array(), words, authority: parts.authority }, (data) => signer.sign(data));
}

function paperOf({ projection, vault, publicName, clock }: PrintParts, { record, version, seal }: ToPrint, purpose: Omit<Purpose, 'madeAt'> | undefined): Paper {
  const kind = projection.get('kind', splitLicenceId(record.id as LicenceId).type);
  const kept = vault.get(record.id, version.documents[0]?.digest ?? '', record.subject);
  // Another version of the kind may have other fields: what its clerks have not seen is not printed.
  if (!kind || kind.schema !== version.schema || kept?.credential === undefined || kept.qr === undefined) throw faceFault(vault, record.subject);
  const shown = faceFor(kind.fields, kept.face, 'holder');
  const members = version.members?.map(({ licence }) => memberOnPaper({ projection, vault }, licence));
  const madeAt = instantOf(Math.floor(clock.now() / 1000) * 1000);
  return {
    form: kind.paper ?? 'wall', title: kind.name, fields: kind.fields, face: Object.fromEntries(shown.map(({ name, value }) => [name, value])), members, identifier: identifierOf(record.id as LicenceId, version.version),
    agency: projection.get('agency', seal.agency)?.name ?? seal.agency, issuedOn: version.issuedOn as Day, validFrom: (version.validFrom ?? version.issuedOn) as Day, validUntil: version.validUntil as Day | undefined, sample: kind.sample,
    qr: qrUrl(publicName, kept.qr), credential: withhold(kept.credential, new Set(shown.filter(({ masked }) => masked).map(({ name }) => name))), madeAt, ...(purpose ? { purpose: { ...purpose, madeAt } } : {}),
  };
}

/** Its number where its face is kept here; of another agency's permit the name and the day are all that is known. */
function memberOnPaper({ projection, vault }: Pick<PrintParts, 'projection' | 'vault'>, licence: string): PaperMember {
  const record = projection.get('licence', licence);
  const current = record?.versions.at(-1);
  const { type } = splitLicenceId(licence as LicenceId);
  const kind = projection.get('kind', type);
  const name = kind?.fields.find(({ role, disclosure }) => role === 'number' && disclosure === 'public')?.name;
  const number = record && current && name !== undefined ? vault.get(licence, current.documents[0]?.digest ?? '', record.subject)?.face[name] : undefined;
  return { name: kind?.name.zh ?? type, number: typeof number === 'string' ? number : undefined, validUntil: current?.validUntil as Day | undefined };
}
