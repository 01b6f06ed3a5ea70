/** Checks a credential or a QR code in this page: nothing of it leaves the device but its identifier, and the token that its secret makes. */
import { instantOf } from '#chaincode/facts/calendar';
import { utf8 } from '#chaincode/facts/text';
import { documentOf, presentCredential, presentQr, type Finding, type LiveStatus, type Presented, type Registered } from '../../documents/evidence.js';
import type { GivenFile } from '../../documents/presented.js';
import { assessReceipt, type ReceiptAssessment } from '../../documents/receipt.js';
import type { Trust } from '../../documents/trust-bundle.js';
import { assess, listsNamed } from '../../documents/verifier.js';
import { call, isUnreachable } from '../api.js';
import { toBase64url } from '../bytes.js';
import type { Answer, LicenceView, PdfView } from '../types.js';
import { deviceTrust } from './device.js';

/** With something to go by, a verdict from lists is better than a long wait for a better one. */
export const PATIENCE_MS = { withTrust: 5_000, withNothing: 15_000 };

/** What a gateway says of an identifier. */
interface Word {
  readonly registered?: Registered;
  readonly live?: LiveStatus;
  readonly licence?: LicenceView;
}

type Document = Extract<GivenFile, { by: 'credential' | 'pdf' | 'qr' }>;

async function present(given: Document): Promise<Presented> {
  if (given.by === 'qr') return presentQr(given.qr);
  if (given.by === 'credential') return presentCredential(given.credential);
  // Fetched with the first PDF: it brings what reads certificates.
  const { presentPdf } = await import('../../documents/pdf/present.js');
  return presentPdf(given.bytes);
}

export async function checkHere(given: Document): Promise<Answer> {
  const presented = await present(given);
  return judged(presented, documentOf(presented) ? await prepared(presented) : {});
}

/** @param word what the gateway says beside the lists @param binding of a presentation: what was found of the device that made it */
export async function judged(presented: Presented, word: Word, binding?: Finding): Promise<Answer> {
  const trust = await deviceTrust.open(listsNamed(presented, deviceTrust.trust));
  // After another root, what this gateway says is said by another.
  const { licence, ...said } = deviceTrust.isEstranged ? {} : word;
  const assessment = await assess({ presented, trust, now: instantOf(Date.now()), ...said, binding });
  if (assessment.verdict.outcome === 'untrusted') return assessment;
  const pdf = pdfView(presented, trust);
  return { ...assessment, ...(licence ? { licence } : {}), ...(pdf ? { pdf } : {}) };
}

/** What a PDF says beside the credential inside: who has sealed it, and what a copy is for. */
function pdfView(presented: Presented, trust: Trust | undefined): PdfView | undefined {
  if (presented.by !== 'pdf' || !presented.pdf.ok) return undefined;
  const { seals, stamps, purpose } = presented.pdf;
  const agencyOf = (certificate: string) => {
    const code = trust?.index.seals.get(certificate)?.agency;
    return code === undefined ? {} : { agency: { code, name: trust?.index.agencies.get(code)?.name ?? code } };
  };
  return { seals: seals.map(({ certificate, claimedAt, stamp }) => ({ ...agencyOf(certificate), claimedAt, ...(stamp ? { stampedAt: stamp.at } : {}) })), stampedAt: stamps.map(({ at }) => at), ...(purpose ? { purpose } : {}) };
}

export async function checkReceipt(token: string): Promise<ReceiptAssessment> {
  await inTime(deviceTrust.update([]).catch(() => undefined), AbortSignal.timeout((await deviceTrust.open()) ? PATIENCE_MS.withTrust : PATIENCE_MS.withNothing));
  return assessReceipt(token, deviceTrust.trust, instantOf(Date.now()));
}

/** @returns undefined where it takes longer than the signal */
export function inTime<T>(step: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return Promise.race([step, new Promise<undefined>((resolve) => { signal.addEventListener('abort', () => resolve(undefined)); })]);
}

/** Asks the network for the lists and the gateway's word, and goes on without either when it takes long. */
async function prepared(presented: Presented): Promise<Word> {
  const kept = await deviceTrust.open();
  if (!navigator.onLine) return {};
  const patience = AbortSignal.timeout(kept ? PATIENCE_MS.withTrust : PATIENCE_MS.withNothing);
  const [word] = await Promise.all([inTime(askGateway(presented, patience), patience), inTime(updateFor(presented).catch(() => undefined), patience)]);
  return word ?? {};
}

export async function updateFor(presented: Presented): Promise<void> {
  await deviceTrust.update(listsNamed(presented, deviceTrust.trust));
  // Which lists a QR means is known only with its seal.
  const named = listsNamed(presented, deviceTrust.trust);
  if (named.some((name) => deviceTrust.trust?.statusLists.has(name) !== true)) await deviceTrust.update(named);
}

async function askGateway(presented: Presented, signal: AbortSignal): Promise<Word> {
  const identifier = documentOf(presented)?.identifier ?? '';
  const at = encodeURIComponent(identifier);
  const secret = presented.by === 'qr' && presented.qr.ok ? presented.qr.secret : undefined;
  const reply = await call<Answer>(`/api/licences/${at}`, { signal, ...(secret ? { headers: { 'x-lookup-token': await lookupToken(secret) } } : {}) });
  if (reply.ok) {
    const { licence, registered } = reply.value;
    return { ...(licence ? { licence } : {}), ...(registered ? { registered } : {}) };
  }
  if (reply.problem.code === 'NOT_FOUND') return { registered: { knownAt: instantOf(Date.now()) } };
  if (!isUnreachable(reply.problem) || reply.problem.code === 'NETWORK') return {};
  // The one line has no limit and needs the least.
  const status = await call<LiveStatus>(`/api/status/${at}`, { signal });
  return status.ok ? { live: status.value } : {};
}

/** HKDF-SHA-256 of the document secret (docs/decisions/0007): proves that one holds the document, without showing it. */
export async function lookupToken(secret: Uint8Array): Promise<string> {
  const key = await crypto.subtle.importKey('raw', Uint8Array.from(secret), 'HKDF', false, ['deriveBits']);
  return toBase64url(new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: Uint8Array.from(utf8('lookup')) }, key, 256)));
}
