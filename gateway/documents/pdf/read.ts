/**
 * Reads a presented PDF: who sealed it, what is inside, whether anything was added. Pure; runs in a browser too.
 * What the pages show is never believed: an attacker can draw anything and can seal it with a key of his own. The face is the credential's.
 */
import * as asn1js from 'asn1js';
import { BasicConstraints, Certificate } from 'pkijs';
import { instantOf, parseDay, type Instant } from '#chaincode/facts/calendar';
import { canonical, CanonicalError, type Canonical } from '#chaincode/facts/canonical';
import { base64url, importP256, sha256, sha256Text, verifyP256Aside } from '#chaincode/facts/hash';
import { AttachmentWrong, readBase, type Base } from './base.js';
import { CmsMalformed, compareBytes, derSignature, readCms, signedAttributes } from './cms.js';
import { dictOf, listOf, nameOf, numberOf, PdfMalformed, PdfString, readObject, type PdfDict } from './objects.js';
import { CREDENTIAL_FILE, mm, PURPOSE_FILE, type Purpose } from './paper.js';
import { ROOM, ROOM_STAMPED, sectionsOf, stateOf, TooManyUpdates, type Revision } from './revisions.js';
import { readStamp, type TimeStamp } from './time-stamp.js';
import { appendUpdate, fillGap, signedBytes, type Update } from './update.js';

/** Ours are below 200 KiB; a scan of a licence is no sealed PDF. */
export const PDF_MAX = 2 * 1024 * 1024;
/** A seal may show itself, and nothing wider (the largest official seal is 42 mm across). */
const SEAL_SIDE_MAX = mm(45);

export const PDF_FAULTS = [
  'PDF_TOO_LARGE', 'PDF_FORM', 'PDF_UPDATES_TOO_MANY', 'PDF_UNSEALED', 'PDF_CHANGED', 'PDF_DIGEST', 'PDF_CMS', 'PDF_SIGNATURE', 'PDF_CERTIFICATE_PURPOSE', 'PDF_CERTIFICATE_PERIOD',
  'PDF_TIME_STAMP', 'PDF_CREDENTIAL_MISSING', 'PDF_CREDENTIAL_DOUBLED', 'PDF_CREDENTIAL_FILTERED', 'PDF_PURPOSE',
] as const;
export type PdfFault = (typeof PDF_FAULTS)[number];

export interface PdfSeal {
  /** base64url DER. Whose it is, the ledger says. */
  readonly certificate: string;
  /** When whoever sealed says that he did. */
  readonly claimedAt: Instant;
  readonly stamp?: TimeStamp;
}
export interface ParsedPdf {
  readonly ok: true;
  /** Compact SD-JWT, as attached. */
  readonly credential: string;
  readonly seals: readonly [PdfSeal, ...PdfSeal[]];
  /** Stamps over the whole file, added after sealing. */
  readonly stamps: readonly TimeStamp[];
  /** base64url SHA-256 of the file as it was after each seal or stamp, the last of the whole file: one of them is on the ledger. */
  readonly digests: readonly string[];
  /** Absent for the licence itself. */
  readonly purpose?: Purpose;
}
export interface RefusedPdf {
  readonly ok: false;
  readonly code: PdfFault;
}

class Refused extends Error {
  constructor(readonly code: PdfFault) {
    super(code);
  }
}
const refuse = (code: PdfFault): never => { throw new Refused(code); };

/** Never throws on hostile input. */
export async function readPdf(bytes: Uint8Array): Promise<ParsedPdf | RefusedPdf> {
  if (bytes.length > PDF_MAX) return { ok: false, code: 'PDF_TOO_LARGE' };
  try {
    return await read(bytes);
  } catch (error) {
    const code = faultOf(error);
    return { ok: false, code: code === 'PDF_FORM' && (await wasSealed(bytes)) ? 'PDF_CHANGED' : code };
  }
}

function faultOf(error: unknown): PdfFault {
  if (error instanceof Refused || error instanceof AttachmentWrong) return error.code;
  if (error instanceof TooManyUpdates) return 'PDF_UPDATES_TOO_MANY';
  if (error instanceof CmsMalformed) return 'PDF_CMS';
  if (error instanceof PdfMalformed || error instanceof RangeError) return 'PDF_FORM';
  throw error;
}

const ENDS_MAX = 16;

/** Whether the file is a good one of ours with something else behind it. */
async function wasSealed(bytes: Uint8Array): Promise<boolean> {
  const mark = new TextEncoder().encode('%%EOF\n');
  let ends = 0;
  for (let at = bytes.indexOf(0x25); at >= 0 && ends < ENDS_MAX; at = bytes.indexOf(0x25, at + 1)) {
    if (compareBytes(bytes.subarray(at, at + mark.length), mark) !== 0) continue;
    ends++;
    const end = at + mark.length;
    // The first ends the drawn pages, and the seal's comes after it.
    if (ends > 1 && end < bytes.length && await read(bytes.subarray(0, end)).then(() => true, () => false)) return true;
  }
  return false;
}

async function read(bytes: Uint8Array): Promise<ParsedPdf> {
  const revisions = sectionsOf(bytes);
  const [first] = revisions;
  if (revisions.at(-1)?.end !== bytes.length) throw new PdfMalformed();
  if (revisions.length === 1) return refuse('PDF_UNSEALED');
  const base = readBase(bytes.subarray(0, first.end), first);
  const [seals, stamps, digests]: [PdfSeal[], TimeStamp[], string[]] = [[], [], []];
  for (let i = 1; i < revisions.length; i++) {
    const end = revisions[i]?.end ?? 0;
    const { update, contents } = readUpdate(bytes, base, revisions.slice(0, i + 1));
    const written = appendUpdate(bytes.subarray(0, revisions[i - 1]?.end), base, update, stateOf(revisions.slice(0, i)));
    // Everything in the update that is not a seal or a stamp shows here: overlaid text, a changed page, another catalogue, a hidden object.
    if (compareBytes(fillGap(written, contents), bytes.subarray(0, end)) !== 0) return refuse('PDF_CHANGED');
    const covered = signedBytes(written);
    if (update.kind === 'seal') seals.push(await checkSeal(contents, covered, update.date));
    else stamps.push((await readStamp(tokenOf(contents), covered)) ?? refuse('PDF_TIME_STAMP'));
    digests.push(sha256Text(bytes.subarray(0, end)));
  }
  const [seal, ...further] = seals;
  if (!seal) return refuse('PDF_UNSEALED');
  const purpose = purposeOf(base);
  return { ok: true, credential: new TextDecoder().decode(base.attached.get(CREDENTIAL_FILE.name)), seals: [seal, ...further], stamps, digests, ...(purpose ? { purpose } : {}) };
}

/** The values that an update of ours is a function of. */
function readUpdate(bytes: Uint8Array, base: Base, revisions: readonly Revision[]): { update: Update; contents: Uint8Array } {
  const { offsets } = revisions.at(-1) ?? { offsets: new Map<number, number>() };
  const { next } = stateOf(revisions.slice(0, -1));
  // An update that does not begin with a signature field where the next one goes is somebody else's.
  if (!offsets.has(next) || !offsets.has(next + 1)) return refuse('PDF_CHANGED');
  const widget = dictOf(readObject(bytes, offsets, next).value);
  if (nameOf(widget.get('FT')) !== 'Sig' || numberOf(widget.get('V')) !== next + 1) return refuse('PDF_CHANGED');
  const signature = dictOf(readObject(bytes, offsets, next + 1).value);
  const contents = contentsOf(signature);
  const room = contents.length;
  if (room !== ROOM && room !== ROOM_STAMPED) return refuse('PDF_CHANGED');
  if (nameOf(signature.get('SubFilter')) === 'ETSI.RFC3161') return { update: { kind: 'stamp', room }, contents };
  const date = (signature.get('M') as Partial<PdfString> | undefined)?.raw ?? '';
  if (!/^\(D:\d{14}Z\)$/.test(date)) return refuse('PDF_CHANGED');
  const { stream: picture } = readObject(bytes, offsets, next + 2);
  return { update: { kind: 'seal', place: placeOf(widget, base), picture: picture ?? refuse('PDF_CHANGED'), date: date.slice(1, -1), room }, contents };
}

function placeOf(widget: PdfDict, { box: [width, height] }: Base): { x: number; y: number; side: number } {
  const [x, y, right, top] = listOf(widget.get('Rect'));
  if (typeof x !== 'number' || typeof y !== 'number' || typeof right !== 'number' || typeof top !== 'number') return refuse('PDF_CHANGED');
  const side = right - x;
  const fits = side > 0 && side <= SEAL_SIDE_MAX && top - y === side && x >= 0 && y >= 0 && right <= width && top <= height;
  return fits ? { x, y, side } : refuse('PDF_CHANGED');
}

function contentsOf(signature: PdfDict): Uint8Array {
  const text = (signature.get('Contents') as Partial<PdfString> | undefined)?.raw ?? '';
  // Small letters only: the same byte in capitals would be another file with the same signature.
  if (!/^<(?:[0-9a-f]{2})*>$/.test(text)) return refuse('PDF_CMS');
  return Uint8Array.from({ length: (text.length - 2) / 2 }, (_, i) => Number.parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16));
}

/** A DER value without the zeros behind it. */
function tokenOf(contents: Uint8Array): Uint8Array {
  const offset = endOf(contents);
  if (offset <= 0 || contents.subarray(offset).some((byte) => byte !== 0)) return refuse('PDF_TIME_STAMP');
  return contents.subarray(0, offset);
}

/** @returns -1 for what is no DER: of some wrong values the library says so by an answer, of others, as of a wrong date, by an error */
function endOf(contents: Uint8Array): number {
  try {
    return asn1js.fromBER(Uint8Array.from(contents).buffer).offset;
  } catch {
    return -1;
  }
}

async function checkSeal(contents: Uint8Array, covered: Uint8Array, date: string): Promise<PdfSeal> {
  const cms = readCms(contents);
  if (compareBytes(cms.digest, sha256(covered)) !== 0) return refuse('PDF_DIGEST');
  const certificate = base64url(cms.certificate);
  const parsed = Certificate.fromBER(Uint8Array.from(cms.certificate).buffer);
  const key = importP256(base64url(new Uint8Array(parsed.subjectPublicKeyInfo.toSchema().toBER())));
  if (!key) return refuse('PDF_CERTIFICATE_PURPOSE');
  if (!(await verifyP256Aside(key, signedAttributes(cms), cms.signature))) return refuse('PDF_SIGNATURE');
  const claimedAt = instantOf(Date.parse(date.replace(/^D:(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) || 0);
  checkCertificate(parsed, claimedAt);
  if (!cms.timeStamp) return { certificate, claimedAt };
  return { certificate, claimedAt, stamp: (await readStamp(cms.timeStamp, derSignature(cms.signature))) ?? refuse('PDF_TIME_STAMP') };
}

const KEY_USAGE = '2.5.29.15';
const BASIC_CONSTRAINTS = '2.5.29.19';
const EXT_KEY_USAGE = '2.5.29.37';
const DIGITAL_SIGNATURE = 0x80;

/** An end entity's certificate for signing documents, at the time it says. An authority, a server or a time stamp is not a seal. */
function checkCertificate(certificate: Certificate, at: Instant): void {
  const extension = (id: string) => certificate.extensions?.find(({ extnID }) => extnID === id)?.parsedValue as unknown;
  const [usage, constraints] = [extension(KEY_USAGE), extension(BASIC_CONSTRAINTS)];
  const signs = usage instanceof asn1js.BitString && ((usage.valueBlock.valueHexView[0] ?? 0) & DIGITAL_SIGNATURE) !== 0;
  const authority = constraints instanceof BasicConstraints && constraints.cA;
  if (!signs || authority || extension(EXT_KEY_USAGE) !== undefined) refuse('PDF_CERTIFICATE_PURPOSE');
  const [from, until] = [certificate.notBefore.value.getTime(), certificate.notAfter.value.getTime()];
  if (Date.parse(at) < from || Date.parse(at) > until) refuse('PDF_CERTIFICATE_PERIOD');
}

function purposeOf(base: Base): Purpose | undefined {
  const bytes = base.attached.get(PURPOSE_FILE.name);
  if (!bytes) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const { cause, requester, expiresOn, madeAt } = JSON.parse(text) as Record<keyof Purpose, unknown>;
    const until = typeof expiresOn === 'string' ? parseDay(expiresOn) : undefined;
    // What is no day never ends.
    if (typeof cause !== 'string' || typeof requester !== 'string' || !until || typeof madeAt !== 'string' || Number.isNaN(Date.parse(madeAt))) return refuse('PDF_PURPOSE');
    const purpose: Purpose = { cause, requester, expiresOn: until, madeAt: madeAt as Instant };
    return canonical(purpose as unknown as Canonical) === text ? purpose : refuse('PDF_PURPOSE');
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof CanonicalError) return refuse('PDF_PURPOSE');
    throw error;
  }
}
