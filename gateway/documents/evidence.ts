/** What a verdict is made of: the document presented, and what is known about it from the ledger or from signed lists. */
import type { Day, Instant, LegalZone } from '#chaincode/facts/calendar';
import { verifyP256Aside, type PublicKey } from '#chaincode/facts/hash';
import type { EventRecord, LicenceRecord, Place, SealRecord, VersionRecord } from '#chaincode/facts/records';
import type { EffectiveStatus, ListedStatus } from '#chaincode/facts/status';
import { utf8 } from '#chaincode/facts/text';
import { parseCredential, type CredentialFault, type ParsedCredential } from '#chaincode/facts/credential';
import type { ParsedPdf, RefusedPdf } from './pdf/read.js';
import { parseQr, type ParsedQr, type QrFault } from './qr.js';
import type { TrustList, TrustedSeal } from './trust-list.js';

type PresentedCredential = ParsedCredential | { readonly ok: false; readonly code: CredentialFault };
/** A PDF that could be read, with what was found inside. */
export type PresentedPdf = ParsedPdf & { readonly inside: PresentedCredential };
export type Presented =
  /** `digest`: of a document that lies elsewhere, base64url. */
  | { readonly by: 'identifier'; readonly digest?: string | undefined }
  | { readonly by: 'credential'; readonly credential: PresentedCredential }
  /** Shown by a device of the holder; whether it was, `binding` of the evidence says. */
  | { readonly by: 'presentation'; readonly credential: PresentedCredential }
  | { readonly by: 'pdf'; readonly pdf: PresentedPdf | RefusedPdf }
  | { readonly by: 'qr'; readonly qr: ParsedQr | { readonly ok: false; readonly code: QrFault } };

export const presentCredential = (text: string): Presented => ({ by: 'credential', credential: parseCredential(text) });
export const presentQr = (text: string): Presented => ({ by: 'qr', qr: parseQr(text) });

/** What the ledger has of a licence version: public on the chain, so that a gateway can tell it to anybody. */
export interface Registered {
  readonly record?: Pick<LicenceRecord, 'id' | 'origin' | 'line'> | undefined;
  /** The version presented; the current one where none was named. */
  readonly version?: VersionRecord | undefined;
  /** The event that made the version. */
  readonly made?: Pick<EventRecord, 'recordedAt'> | undefined;
  /** The agency in whose status lists the licence has its line. */
  readonly lineAgency?: string | undefined;
  /** Of a composite: its members as they are today. */
  readonly members?: readonly MemberFacts[] | undefined;
  readonly knownAt: Instant;
}

export interface MemberFacts {
  readonly licence: string;
  readonly status: EffectiveStatus;
  readonly line?: Place | undefined;
  readonly lineAgency?: string | undefined;
}

/** What is asked of a registered seal; the trust list says as much as the ledger. */
type SealFacts = Pick<SealRecord, 'id' | 'agency' | 'validFrom' | 'validUntil' | 'status' | 'history'>;

/** What the ledger says, as far as it could be asked. */
export interface LedgerFacts extends Registered {
  /** The seal that the document names by certificate or key id; for a look-up, the seal of the version. */
  readonly seal?: SealFacts | undefined;
  /** The registered seals by whose certificates a PDF is sealed, in the order of its seals. */
  readonly seals?: readonly (SealFacts | undefined)[];
  /** The public key in the seal's certificate. */
  readonly sealKey?: PublicKey | undefined;
}

/** Where a finding comes from, and of when that is. */
export interface Source {
  readonly of: 'trust-list' | 'status-list' | 'gateway';
  readonly at: Instant;
  readonly block?: number;
  /** Of a status list: whose, and which. */
  readonly agency?: string;
  readonly list?: number;
}

/** What a status list says about one place, or why it says nothing. */
export type PlaceFinding =
  | { readonly status: ListedStatus; readonly source: Source }
  | { readonly code: string; readonly source?: Source };

/** A gateway's own word on the status, which is newer than any list. Only from a gateway that the caller trusts, over a connection that proves which it is. */
export interface LiveStatus {
  readonly identifier: string;
  readonly status: EffectiveStatus;
  readonly knownAt: Instant;
}

/** What signed lists say about a document. */
export interface ListFacts {
  /** The trust list, or why there is none that can be relied on now. */
  readonly trust: { readonly list: TrustList; readonly source: Source } | { readonly code: string; readonly source?: Source };
  /** The seal that the document names. */
  readonly seal?: TrustedSeal | undefined;
  readonly version?: PlaceFinding | undefined;
  readonly line?: PlaceFinding | undefined;
  /** Of the members that a composite names; without a status where the lists do not say. */
  readonly members?: readonly { readonly licence: string; readonly status: EffectiveStatus | undefined; readonly source: Source | undefined }[] | undefined;
  readonly live?: LiveStatus | undefined;
  /** What a gateway says that the ledger has of a document whose seal the lists do not know. */
  readonly registered?: Registered | undefined;
}

export interface Evidence {
  readonly presented: Presented;
  /** undefined: the ledger could not be asked. */
  readonly ledger?: LedgerFacts | undefined;
  /** What there is instead of the ledger, or beside its word as a gateway tells it. */
  readonly lists?: ListFacts | undefined;
  /** Whether the signature of `signedOf` holds; checked before, because browsers and thread pools answer later. Absent never counts as right. */
  readonly signatureHolds?: boolean | undefined;
  /** Of a presentation: what was found of the device that made it. */
  readonly binding?: Finding | undefined;
  readonly today: Day;
  readonly now: Instant;
  readonly zone: LegalZone;
}

/** The credential that was presented, by itself or inside a PDF. */
export function credentialOf(presented: Presented): ParsedCredential | undefined {
  const given = presented.by === 'credential' || presented.by === 'presentation' ? presented.credential : presented.by === 'pdf' && presented.pdf.ok ? presented.pdf.inside : undefined;
  return given?.ok === true ? given : undefined;
}

/** The first seal of a PDF is the seal of the credential inside. */
export const sealedAlike = ({ seals: [seal], inside }: PresentedPdf): boolean => inside.ok && inside.certificate === seal.certificate;

/** A document as every check sees it, whichever form it has. */
export interface Document {
  readonly identifier: string;
  readonly digest: string;
  readonly issuer?: string;
  readonly type?: string;
  readonly signed: { readonly data: Uint8Array; readonly signature: Uint8Array };
}

/** The common face of a credential and a QR that could be read. */
export function documentOf(presented: Presented): Document | undefined {
  const credential = credentialOf(presented);
  if (credential) {
    const { claims, digest, signingInput, signature } = credential;
    return { identifier: claims.certificateIdentifier, digest, issuer: claims.iss, type: claims.vct, signed: { data: utf8(signingInput), signature } };
  }
  if (presented.by === 'qr' && presented.qr.ok) {
    const { identifier, digest, toBeSigned, signature } = presented.qr;
    return { identifier, digest, signed: { data: toBeSigned, signature } };
  }
  return undefined;
}

/**
 * Whether the key signed the document. The key is the registered seal's; the certificate inside the document is only a name to look it up by.
 * @returns undefined where there is no document or no key
 */
export async function signatureHolds(presented: Presented, key: PublicKey | undefined): Promise<boolean | undefined> {
  const document = documentOf(presented);
  return document && key ? verifyP256Aside(key, document.signed.data, document.signed.signature) : undefined;
}

/** One check's result. `at`: of when the facts are that it relied on; `source`: where they come from. */
export interface Finding {
  readonly result: 'pass' | 'fail' | 'unchecked';
  readonly code: string;
  readonly source?: Source | undefined;
}
export const pass = (code: string, source?: Source): Finding => ({ result: 'pass', code, source });
export const fail = (code: string, source?: Source): Finding => ({ result: 'fail', code, source });
export const unchecked = (code: string, source?: Source): Finding => ({ result: 'unchecked', code, source });
export const NOTHING_TO_CHECK = unchecked('NOTHING_TO_CHECK');
