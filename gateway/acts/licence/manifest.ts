/** What a job has its signers sign, and the check of it at the signer's own desk: the root is over these acts, and these acts are the rows of the signer's table. */
import { actDigest, commitment, treeDigest } from '#chaincode/facts/act-digest';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { addDays, type Day } from '#chaincode/facts/calendar';
import { CHUNK, type IssueCommand, type LicenceCommand } from '#chaincode/facts/commands';
import { base64url, fromBase64url, sha256Text } from '#chaincode/facts/hash';
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import { leafHash, rootOf } from '#chaincode/facts/merkle';
import type { KindRecord } from '#chaincode/facts/records';
import { parseCredential, type Face } from '#chaincode/facts/credential';
import type { UnsignedCredential } from '../../documents/credential.js';
import type { InputRow } from './bulk-rows.js';
import { stateOf } from './collect.js';
import { EXPIRES_DAYS } from './draft.js';
import type { ImportInput, IssueInput } from './inputs.js';
import { checkFace, type CheckedFace } from './face.js';

/** One act of a job, in the order of the tree. */
export interface ManifestRow {
  /** Number of the row in the table, as its report has it. */
  readonly row: number;
  readonly requestId: string;
  readonly act: LicenceCommand;
  /** base64url; what the act makes, as the act digest has it. */
  readonly content: string;
  readonly expiresAt: string;
  /** Bulk issue: the document that the seal is to sign. */
  readonly document?: UnsignedCredential;
  /** Import: opens the commitment to the row (base64url, 32 bytes). */
  readonly opening?: string;
}

/** Why a manifest is not to be signed. */
export class ManifestFault extends Error {
  override readonly name = 'ManifestFault';
  /** @param row of the table; absent where the whole is meant */
  constructor(readonly code: 'ROOT_DIFFERS' | 'ROW_NOT_IN_TABLE' | 'ACT_DIFFERS' | 'DOCUMENT_DIFFERS' | 'FACE_DIFFERS', readonly row?: number) {
    super(row === undefined ? code : `${code} in row ${String(row)}`);
  }
}

export interface Signing {
  /** base64url: the root that is to be signed. */
  readonly digest: string;
  readonly ledger: string;
  readonly agency: string;
  /** The kind of a bulk issue; absent for an import. */
  readonly kind?: KindRecord | undefined;
  /** Today, for codes that bear a birthday. */
  readonly today: Day;
}

/** Reads manifest and table side by side. @returns acts covered by the root @throws ManifestFault */
export async function checkManifest(manifest: AsyncIterable<ManifestRow>, table: AsyncIterable<InputRow>, signing: Signing): Promise<number> {
  const rows = table[Symbol.asyncIterator]();
  const blocks: Uint8Array[] = [];
  let leaves: Uint8Array[] = [];
  let acts = 0;
  for await (const each of manifest) {
    checkRow(each, await rowOf(rows, each.row), signing);
    leaves.push(leafHash(actDigest({ ledger: signing.ledger, agency: signing.agency, requestId: each.requestId, act: each.act, content: each.content, expiresAt: each.expiresAt })));
    acts++;
    if (leaves.length === CHUNK) {
      blocks.push(rootOf(leaves));
      leaves = [];
    }
  }
  if (leaves.length > 0) blocks.push(rootOf(leaves));
  if (blocks.length === 0 || base64url(treeDigest(rootOf(blocks), acts)) !== signing.digest) throw new ManifestFault('ROOT_DIFFERS');
  return acts;
}

/** Both ascend; rows of the table that were refused are passed over. */
async function rowOf(rows: AsyncIterator<InputRow>, wanted: number): Promise<Extract<InputRow, { input: unknown }>> {
  for (let next = await rows.next(); next.done !== true; next = await rows.next()) {
    if (next.value.number < wanted) continue;
    if (next.value.number === wanted && 'input' in next.value) return next.value;
    break;
  }
  throw new ManifestFault('ROW_NOT_IN_TABLE', wanted);
}

function checkRow(row: ManifestRow, { input }: Extract<InputRow, { input: unknown }>, signing: Signing): void {
  if (input.op === 'issue') checkIssue(row, input, signing);
  else if (input.op === 'import') checkImport(row, input, signing);
  else throw new ManifestFault('ACT_DIFFERS', row.row);
}

function checkIssue({ row, act, content, document }: ManifestRow, input: IssueInput, { agency, kind, today }: Signing): void {
  if (act.op !== 'licence.issue' || !kind) throw new ManifestFault('ACT_DIFFERS', row);
  const { type, issuer } = splitLicenceId(act.licence as LicenceId);
  const issuedOn = input.issuedOn ?? (isLately(act.issuedOn, today) ? act.issuedOn : '');
  const says = { schema: kind.schema, issuedOn, validFrom: input.validFrom ?? issuedOn, ...(kind.composite && input.validUntil === undefined ? {} : { validUntil: input.validUntil }), conditions: undefined, promise: undefined, automatic: undefined, reason: 'APPLICATION', basis: undefined, decidedBy: agency, docNo: input.docNo, effectiveOn: issuedOn };
  // Members the gateway has found: the contract takes only the holder's own, of the kinds listed, and the document must name the same.
  if (type !== kind.type || issuer !== agency || differs(act, says) || (kind.composite === undefined) !== (act.members === undefined)) throw new ManifestFault('ACT_DIFFERS', row);
  const face = faceIn(row, act, content, document);
  const checked = checkedFace(kind, input, today);
  if (!checked || canonical(face) !== canonical(checked.face)) throw new ManifestFault('FACE_DIFFERS', row);
  if (kind.holder === 'organisation' && act.subject !== `uscc:${checked.holderCode}`) throw new ManifestFault('ACT_DIFFERS', row);
}

/** The face of the document that the seal is to sign, if it is the document of this act. @throws ManifestFault DOCUMENT_DIFFERS */
function faceIn(row: number, act: IssueCommand, content: string, document: UnsignedCredential | undefined): Face {
  // The signature is still to come: any bytes stand for it, what counts is what it will be over.
  const parsed = document && parseCredential(`${document.signingInput}.AA~${document.disclosures.map((disclosure) => `${disclosure}~`).join('')}`);
  if (!document || parsed?.ok !== true || sha256Text(document.signingInput) !== content || parsed.claims.certificateIdentifier !== identifierOf(act.licence as LicenceId, 1) || parsed.claims._sd.length !== document.disclosures.length || parsed.claims.composition?.members.map(({ licence }) => licence).join() !== act.members?.join()) throw new ManifestFault('DOCUMENT_DIFFERS', row);
  return parsed.face;
}

/** Whether an act says anything else than it must. */
const differs = <T extends object>(act: T, says: { readonly [K in keyof T]?: unknown }): boolean => Object.entries(says).some(([name, value]) => act[name as keyof T] !== value);

/** Where the table has no day of issue, it is the day on which the job was prepared; clocks of two machines may be a day apart. */
const isLately = (day: string, today: Day): boolean => addDays(today, -EXPIRES_DAYS - 1) <= day && day <= addDays(today, 1);

/** undefined: the table's row would have been refused, and yet stands in the manifest. */
function checkedFace(kind: KindRecord, { face }: IssueInput, today: Day): CheckedFace | undefined {
  try {
    return checkFace(kind, face, today);
  } catch {
    return undefined;
  }
}

function checkImport({ row, act, content, opening = '' }: ManifestRow, { record }: ImportInput, { agency }: Signing): void {
  if (act.op !== 'licence.import') throw new ManifestFault('ACT_DIFFERS', row);
  const { issuer } = splitLicenceId(act.licence as LicenceId);
  const [attributed, source, validFrom] = record.edition === 'current' ? [record.agencyCode, record.sourceCode, record.validFrom] : [agency, agency, record.decidedOn];
  const says = {
    source, status: stateOf(record), issuedOn: record.decidedOn, validFrom, validUntil: record.validUntil, reason: 'COLLECTION', basis: undefined, decidedBy: attributed, docNo: record.documentNo, effectiveOn: record.decidedOn,
    ...(record.uscc === undefined ? {} : { subject: `uscc:${record.uscc}` }),
  };
  if (issuer !== attributed || differs(act, says)) throw new ManifestFault('ACT_DIFFERS', row);
  if (base64url(commitment('yizheng/import-row/1', fromBase64url(opening) ?? new Uint8Array(), canonical(record as unknown as Canonical))) !== content) throw new ManifestFault('FACE_DIFFERS', row);
}
