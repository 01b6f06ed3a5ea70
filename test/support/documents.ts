/** Documents of one small register: real seals, credentials and QRs, and the facts a ledger would answer with. */
import { createPrivateKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { SHANGHAI, type Day, type Instant } from '#chaincode/facts/calendar';
import { base64url, certificateKey, sha256, verifyP256 } from '#chaincode/facts/hash';
import { identifierOf, licenceId, parseOwnIdentifier, type LicenceId } from '#chaincode/facts/identifier';
import type { EventRecord, LicenceRecord, SealRecord, VersionRecord } from '#chaincode/facts/records';
import type { EffectiveStatus } from '#chaincode/facts/status';
import { credentialHeader, type Composition, type CredentialMember, type Face } from '#chaincode/facts/credential';
import { compact, credentialDigest, draftCredential, sealCredential } from '#gateway/documents/credential';
import { draftQr, keyIdOf, sealQr, type QrFacts } from '#gateway/documents/qr';
import { credentialOf, documentOf, presentCredential, presentQr, type Finding, type LedgerFacts, type Presented } from '#gateway/documents/evidence';
import { presentPdf } from '#gateway/documents/pdf/present';
import { judge, type Verdict } from '#gateway/documents/verdict';
import { createAuthority } from '#network/ca/authority';
import { BUREAU, HOLDER, KIND, MARKET, newSeal, type TestSeal } from './ledger.js';

export const TODAY = '2026-06-01' as Day;
export const NOW = '2026-06-01T02:00:00.000Z' as Instant;
export const RECORDED = '2026-03-15T02:00:00.000Z';
export const FACE: Face = { holderName: '示例浮云餐饮有限公司', personInCharge: '测试甲', number: 'JY23703039999014', members: ['𬭬', '䶮'] };

const opened = new Map<string, KeyObject>();
export function signWith({ privateKey }: TestSeal, data: Uint8Array): Buffer {
  const key = opened.get(privateKey) ?? createPrivateKey(privateKey);
  opened.set(privateKey, key);
  return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
}

export interface Made {
  readonly id: LicenceId;
  readonly credential: string;
  readonly jwt: string;
  readonly disclosures: readonly string[];
  readonly digest: string;
  readonly qr: string;
}

/** A register in memory. Tests replace facts in it to play the attacker or the careless gateway. */
export class Register {
  readonly seals = new Map<string, SealRecord>();
  readonly records = new Map<string, LicenceRecord>();
  /** Of the members of any composite, in their order. */
  memberStatuses: readonly EffectiveStatus[] = [];
  constructor(readonly bureau: TestSeal, readonly market: TestSeal, readonly stranger: TestSeal) {
    for (const seal of [bureau, market]) this.seals.set(seal.id, sealRecord(seal));
  }

  copy(): Register {
    const copy = new Register(this.bureau, this.market, this.stranger);
    for (const [id, seal] of this.seals) copy.seals.set(id, seal);
    for (const [id, record] of this.records) copy.records.set(id, record);
    return copy;
  }

  edit(id: string, change: (record: LicenceRecord) => LicenceRecord): void {
    const record = this.records.get(id);
    if (record) this.records.set(id, change(record));
  }

  /** Changes the current version. */
  version(id: string, change: Partial<VersionRecord>): void {
    this.edit(id, (record) => ({ ...record, versions: record.versions.map((version, i) => (i === record.versions.length - 1 ? { ...version, ...change } : version)) }));
  }

  /** What the ledger answers for something presented; the same look-up as the verify door's. */
  facts(presented: Presented, identifier?: string): LedgerFacts {
    const credential = credentialOf(presented);
    const named = credential ? credential.claims.certificateIdentifier : presented.by === 'qr' && presented.qr.ok ? presented.qr.identifier : identifier;
    const own = named === undefined ? undefined : parseOwnIdentifier(named);
    const record = own && this.records.get(own.id);
    const version = record?.versions.find((each) => each.version === own?.version);
    const made = record?.events.find((event) => event.version === own?.version);
    const seals = [...this.seals.values()];
    const seal = presented.by === 'identifier' ? seals.find(({ id }) => id === version?.seal)
      : credential ? seals.find(({ certificate }) => certificate === credential.certificate)
      : seals.find(({ certificate }) => presented.by === 'qr' && presented.qr.ok && Buffer.from(keyIdOf(Buffer.from(certificate, 'base64url'))).equals(presented.qr.keyId));
    const sealing = presented.by === 'pdf' && presented.pdf.ok ? presented.pdf.seals : [];
    return { record, version, made, seal, seals: sealing.map(({ certificate }) => seals.find((each) => each.certificate === certificate)), sealKey: seal && certificateKey(seal.certificate), lineAgency: BUREAU, members: version?.members?.map(({ licence }, i) => ({ licence, status: this.memberStatuses[i] ?? 'VALID', line: { list: 1, index: 40 + i }, lineAgency: BUREAU })), knownAt: NOW };
  }

  assess(presented: Presented, { reachable = true, today = TODAY, identifier, binding, checkers }: { reachable?: boolean; binding?: Finding | undefined; today?: Day; identifier?: string | undefined; checkers?: Parameters<typeof judge>[1] } = {}): Verdict {
    const facts = this.facts(presented, identifier);
    const [signed, key] = [documentOf(presented)?.signed, facts.sealKey];
    return judge({ presented, ledger: reachable ? facts : undefined, signatureHolds: signed && key && verifyP256(key, signed.data, signed.signature), binding, today, now: NOW, zone: SHANGHAI }, checkers);
  }

  /** Makes a document as a gateway does and records it; `change` is what differs from a good one. */
  issue(change: MakeOptions = {}): Made {
    const made = make(this.bureau, change);
    const version: VersionRecord = {
      version: 1, schema: 1, documents: [{ type: 'credential', alg: 'sha-256', digest: made.digest }], content: base64url(sha256(made.jwt.slice(0, made.jwt.lastIndexOf('.')))), seal: this.bureau.id, place: { list: 1, index: 2 }, issuedOn: '2026-03-15', validFrom: '2026-03-15', validUntil: '2029-03-14', status: 'VALID', since: '2026-03-15',
      ...(change.composition ? { members: change.composition.members.map(({ licence, required }) => ({ licence, required })), rollUp: change.composition.rollUp } : {}),
    };
    const event: EventRecord = { seq: 1, version: 1, act: 'issue', status: 'VALID', reason: 'APPLICATION', decidedBy: BUREAU, effectiveOn: '2026-03-15', recordedAt: RECORDED, txId: '0'.repeat(64), actors: [] };
    this.records.set(made.id, { id: made.id, origin: 'issued', manager: BUREAU, subject: HOLDER, line: { list: 1, index: 3 }, versions: [version], events: [event] });
    return made;
  }
}

export interface MakeOptions {
  readonly by?: TestSeal;
  /** The certificate named in the document, where it is another than the signer's. */
  readonly named?: TestSeal;
  readonly iss?: string;
  readonly type?: string;
  readonly validFrom?: string;
  readonly validUntil?: string | undefined;
  readonly face?: Face;
  readonly header?: string;
  readonly signature?: (input: Uint8Array) => Uint8Array;
  readonly payload?: (payload: Record<string, unknown>) => unknown;
  readonly qr?: Partial<QrFacts>;
  readonly id?: LicenceId;
  readonly version?: number;
  readonly composition?: Composition;
}

/** A permit as a composite lists it; what is at its places differs by `index`. */
export const member = (index: number, change: Partial<CredentialMember> = {}): CredentialMember => ({
  licence: licenceId(KIND.food, BUREAU, `MEMBER${String(index).padStart(14, '0')}`), required: true, validUntil: '2029-03-14' as Day, line: { uri: 'https://yizheng.example/status-lists/113703030099999063/1', idx: index }, ...change,
});

let serial = 1;

export function make(bureau: TestSeal, change: MakeOptions = {}): Made {
  const signer = change.by ?? bureau;
  const named = change.named ?? signer;
  const id = change.id ?? licenceId(KIND.food, BUREAU, String(serial++).padStart(20, '0'));
  const identifier = identifierOf(id, change.version ?? 1);
  const [validFrom, validUntil] = [(change.validFrom ?? '2026-03-15') as Day, ('validUntil' in change ? change.validUntil : '2029-03-14') as Day | undefined];
  const header = change.header ?? credentialHeader(named.der);
  const drafted = draftCredential(header, {
    type: change.type ?? KIND.food, schema: 1, issuer: change.iss ?? BUREAU, identifier, face: change.face ?? FACE, issuedAt: 1773540000, validFrom, validUntil, zone: SHANGHAI,
    place: { uri: 'https://yizheng.example/status-lists/113703030099999063/1', idx: 2 }, line: { uri: 'https://yizheng.example/status-lists/113703030099999063/1', idx: 3 }, composition: change.composition, salt: () => randomBytes(16),
  });
  const unsigned = change.payload ? { ...drafted, signingInput: `${header}.${base64url(Buffer.from(JSON.stringify(change.payload(payloadOf(drafted.signingInput)))))}` } : drafted;
  const sealed = sealCredential(unsigned, (change.signature ?? ((input) => signWith(signer, input)))(Buffer.from(unsigned.signingInput)));
  const digest = credentialDigest(sealed);
  const qr = draftQr(keyIdOf(Buffer.from(named.der, 'base64url')), { identifier, issuedOn: '2026-03-15' as Day, validFrom, validUntil, digest, list: 1, place: 2, line: { list: 1, index: 3 }, secret: randomBytes(16), displayName: '示例浮云餐饮有限公司', ...change.qr });
  return { id, credential: compact(sealed), jwt: sealed.jwt, disclosures: sealed.disclosures, digest, qr: sealQr(qr, (change.signature ?? ((input) => signWith(signer, input)))(qr.toBeSigned)) };
}

export const payloadOf = (jwt: string): Record<string, unknown> => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

export const byCredential = presentCredential;
export const byPdf = presentPdf;
export const byQr = (text: string): Presented => presentQr(`https://evil.example/q#1.${text}`);

const sealRecord = (seal: TestSeal): SealRecord => ({
  id: seal.id, agency: seal.agency, name: '测试专用章', use: 'seal', alg: 'ES256', certificate: seal.der, validFrom: '2026-01-01T00:00:00.000Z', validUntil: '2030-01-01T00:00:00.000Z', status: 'in-use', history: [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }],
});

export async function newRegister(): Promise<Register> {
  const authority = await createAuthority({ commonName: 'test seal authority', organization: 'test' });
  const [bureau, market, stranger] = await Promise.all([newSeal(BUREAU, authority), newSeal(MARKET, authority), newSeal(BUREAU, authority)]);
  return new Register(bureau, market, stranger);
}
