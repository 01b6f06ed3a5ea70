/** What a judge reads: what the ledger says of the licence, who stands for it, and what nobody has proven. */
import { identifierOf, splitLicenceId, type LicenceId } from '#chaincode/facts/identifier';
import type { EventRecord, Label, SealRecord, VersionRecord } from '#chaincode/facts/records';
import type { ParsedCredential } from '#chaincode/facts/credential';
import { faceFor, type ShownField } from '../face.js';
import type { SignedHead } from '../head.js';
import type { UseRecord } from '../use-record.js';
import type { EvidenceBundle } from './format.js';
import type { Member } from './members.js';
import { kindOf, type Facts, type WholeLicence } from './records.js';

interface Named {
  readonly code: string;
  readonly name: string;
}

/** A transaction of the bundle, and who stands for it. */
export interface FactShown {
  readonly block: number;
  readonly tx: number;
  readonly txId: string;
  readonly at: string;
  readonly creator: Member | undefined;
  readonly endorsers: readonly Member[];
}

export interface ShownTransaction {
  readonly block: number;
  readonly tx: number;
  readonly txId: string;
  readonly at: string;
  readonly sender: string;
  /** Organisations whose peers endorsed. */
  readonly endorsers: readonly string[];
}

export interface ShownEvidence {
  readonly ledger: string;
  readonly identifier: string;
  readonly kind: { readonly type: string; readonly name: Label; readonly sample: boolean };
  readonly issuer: Named;
  readonly manager: Named;
  readonly versions: readonly Pick<VersionRecord, 'version' | 'status' | 'since' | 'issuedOn' | 'validFrom' | 'validUntil' | 'documents'>[];
  readonly events: readonly EventRecord[];
  readonly seals: readonly (Named & { readonly id: string; readonly seal: string; readonly status: string })[];
  readonly face: readonly ShownField[];
  readonly uses: readonly Pick<UseRecord, 'seq' | 'at' | 'agency' | 'act' | 'purpose' | 'fields'>[];
  readonly transactions: readonly ShownTransaction[];
  /** Organisations that endorse on this ledger, and those that say what their peers made of every block here. */
  readonly organisations: readonly string[];
  readonly attesting: readonly string[];
  readonly maker?: Named & { readonly at: string };
  /** The head that the verifier had kept, and that covers. */
  readonly kept?: { readonly agency: string; readonly block: number; readonly at: string };
  /** First and last block of the chain of headers. */
  readonly chain: { readonly from: number; readonly to: number };
}

export interface ReportParts {
  readonly bundle: EvidenceBundle;
  readonly facts: Facts;
  readonly whole: WholeLicence;
  readonly credential: ParsedCredential | undefined;
  readonly uses: readonly UseRecord[];
  readonly shown: readonly FactShown[];
  readonly endorsing: readonly string[];
  readonly attesting: readonly string[];
  readonly made: SignedHead | undefined;
  readonly covering: SignedHead | undefined;
  readonly last: number;
}

export function shownOf({ bundle, facts, whole, credential, uses, shown, endorsing, attesting, made, covering, last }: ReportParts): ShownEvidence {
  const { record, versions, events } = whole;
  const id = record.id as LicenceId;
  const { type, issuer } = splitLicenceId(id);
  const kind = kindOf(facts, type);
  const named = (code: string): Named => ({ code, name: facts.agency(code)?.name ?? code });
  const seals = [...new Set(versions.flatMap(({ seal }) => seal ?? []))].flatMap((each) => facts.newest<SealRecord>(`seal/${each}`) ?? []);
  return {
    ledger: bundle.ledger, identifier: identifierOf(id, versions.at(-1)?.version ?? 1), kind: { type, name: kind?.name ?? { zh: type, en: type }, sample: kind?.sample ?? false }, issuer: named(issuer), manager: named(record.manager),
    versions, events, seals: seals.map((seal) => ({ ...named(seal.agency), id: seal.id, seal: seal.name, status: seal.status })), face: credential ? faceFor(kind?.fields ?? [], credential.face, 'holder') : [],
    uses: uses.map(({ seq, at, agency, act, purpose, fields }) => ({ seq, at, agency, act, ...(purpose === undefined ? {} : { purpose }), fields })),
    transactions: shown.map(({ block, tx, txId, at, creator, endorsers }) => ({ block, tx, txId, at, sender: creator ? `${creator.certificate.commonName} (${creator.mspId})` : '', endorsers: [...new Set(endorsers.map(({ mspId }) => mspId))].sort() })),
    organisations: endorsing, attesting, ...(made ? { maker: { ...named(made.head.agency), at: made.head.at } } : {}),
    ...(covering ? { kept: { agency: covering.head.agency, block: covering.head.height - 1, at: covering.head.at } } : {}), chain: { from: bundle.chain.from, to: last },
  };
}

/** What no bundle proves, and what this one does not. */
export function limitsOf(bundle: EvidenceBundle, shown: ShownEvidence | undefined): string[] {
  if (!shown) return [];
  const single = shown.organisations.length < 2;
  return [
    'LIMIT_RECORDED', 'LIMIT_LATER', single ? 'LIMIT_ONE_ORGANISATION' : 'LIMIT_ORGANISATIONS', ...(single || shown.kept ? [] : ['LIMIT_NO_HEAD_KEPT']),
    ...(bundle.credential === undefined ? ['LIMIT_NO_FACE'] : []), ...(bundle.uses.length > 0 ? ['LIMIT_USES'] : []),
  ];
}
