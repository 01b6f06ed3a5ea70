/** What the ledger was made to hold: records in the write sets of a bundle's transactions, and what they say of a licence. */
import { fromBase64url, importP256, sha256Text, verifyP256Aside } from '#chaincode/facts/hash';
import { textOf, utf8 } from '#chaincode/facts/text';
import type { AgencyKeyRecord, AgencyRecord, EventRecord, KindRecord, LicenceRecord, SealRecord, VersionRecord } from '#chaincode/facts/records';
import { parseCredential, type ParsedCredential } from '#chaincode/facts/credential';
import { keyName } from '../jws.js';
import { parseCertificate } from './certificate.js';
import type { OpenTransaction } from './block.js';
import type { EvidenceFact } from './format.js';
import type { Findings } from './part.js';

/** A fact whose transaction wrote the key. */
export interface Written {
  readonly fact: EvidenceFact;
  readonly transaction: OpenTransaction;
  /** Organisation whose member sent it; absent where nobody's did. */
  readonly sender?: string;
  readonly value: unknown;
}

/** The facts of a bundle by key, oldest first. */
export class Facts {
  readonly #written = new Map<string, Written[]>();

  /** @param sender organisation of whoever sent it @returns whether the transaction wrote the key */
  add(fact: EvidenceFact, transaction: OpenTransaction, sender?: string): boolean {
    const write = transaction.writes.findLast(({ key }) => key === fact.key);
    const value = write && !write.isDelete ? jsonOf(write.value) : undefined;
    if (value === undefined) return false;
    this.#written.set(fact.key, [...this.all(fact.key), { fact, transaction, value, ...(sender === undefined ? {} : { sender }) }]);
    return true;
  }

  all(key: string): readonly Written[] {
    return this.#written.get(key) ?? [];
  }

  /** The newest value that the bundle has of a key. */
  newest<T>(key: string): T | undefined {
    return this.all(key).at(-1)?.value as T | undefined;
  }

  /** A key of an agency by its name. */
  agencyKey(kid: string): AgencyKeyRecord | undefined {
    for (const [key, written] of this.#written) {
      const record = key.startsWith('agency-key/') ? (written.at(-1)?.value as AgencyKeyRecord) : undefined;
      if (record && keyName(record.spki) === kid) return record;
    }
    return undefined;
  }

  /** The organisation that speaks with a key: the agency's own, and only where its own member registered it. The register takes keys in anybody's name from whoever keeps it. */
  speaker(kid: string): string | undefined {
    const key = this.agencyKey(kid);
    const organisation = key && this.agency(key.agency)?.mspId;
    const registered = key && this.all(`agency-key/${key.id}`).find(({ transaction }) => transaction.parts.txId === key.putIn);
    return organisation === registered?.sender && (registered?.value as AgencyKeyRecord | undefined)?.spki === key?.spki ? organisation : undefined;
  }

  agency(code: string): AgencyRecord | undefined {
    return this.newest<AgencyRecord>(`agency/${code}`);
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes) ?? '') as unknown;
  } catch {
    return undefined;
  }
}

/** A bundle has no more facts than that. */
const PAGES_MAX = 4_096;

/** A licence with the versions and events that grew out of its record. */
export interface WholeLicence {
  readonly record: LicenceRecord;
  readonly versions: readonly VersionRecord[];
  readonly events: readonly EventRecord[];
}

export function wholeLicence(facts: Facts, id: string, findings: Findings): WholeLicence | undefined {
  const record = facts.newest<LicenceRecord>(`licence/${id}`);
  if (record?.id !== id) return void findings.fail('record', 'EVIDENCE_LICENCE_MISSING', id);
  const count = record.pages ?? 0;
  // The number is the bundle's, and a large one would be counted through.
  if (!Number.isSafeInteger(count) || count < 0 || count > PAGES_MAX) return void findings.fail('record', 'EVIDENCE_PAGE_MISSING', id);
  const pages = Array.from({ length: count }, (_, i): readonly [VersionRecord[]?, EventRecord[]?] => {
    const page = facts.newest<[VersionRecord[]?, EventRecord[]?]>(`page/${id}/${String(i)}`);
    if (!page) findings.fail('record', 'EVIDENCE_PAGE_MISSING', `page/${id}/${String(i)}`);
    return page ?? [];
  });
  return { record, versions: [...pages.flatMap(([versions]) => versions ?? []), ...record.versions], events: [...pages.flatMap(([, events]) => events ?? []), ...record.events] };
}

/** Every event was recorded by the transaction that it names, at its time, and none is left out. */
export function checkEvents(facts: Facts, { record, events }: WholeLicence, findings: Findings): void {
  const written = facts.all(`licence/${record.id}`);
  events.forEach((event, i) => {
    const where = `event ${String(event.seq)}`;
    if (i > 0 && event.seq !== (events[i - 1]?.seq ?? 0) + 1) findings.fail('events', 'EVIDENCE_EVENT_GAP', where);
    const by = written.find(({ transaction }) => transaction.parts.txId === event.txId);
    if (!by) return findings.fail('events', 'EVIDENCE_EVENT_MISSING', where);
    const then = (by.value as LicenceRecord).events.find(({ seq }) => seq === event.seq);
    if (JSON.stringify(then) !== JSON.stringify(event)) findings.fail('events', 'EVIDENCE_EVENT_DIFFERS', where);
    else if (event.recordedAt !== by.transaction.at) findings.fail('events', 'EVIDENCE_EVENT_TIME', where);
  });
}

/** Every seal of the licence is on the register, was in use when the ledger took in what it sealed, and so was what it took over from. Stopped later, it takes nothing back: the document was there before. */
export function checkSeals(facts: Facts, { versions, events }: WholeLicence, findings: Findings): void {
  for (const { version, seal: id } of versions) {
    if (id === undefined) continue;
    const seal = facts.newest<SealRecord>(`seal/${id}`);
    const made = events.find((event) => event.version === version)?.recordedAt ?? '';
    const where = `seal ${id}`;
    if (seal?.id !== id || !certificateOf(seal)) findings.fail('seal', 'EVIDENCE_SEAL_MISSING', where);
    else if (statusAt(seal, made) !== 'in-use' || made < seal.validFrom || made > seal.validUntil) findings.fail('seal', 'EVIDENCE_SEAL_NOT_IN_FORCE', where);
    checkRenewals(facts, seal, findings);
  }
}

function checkRenewals(facts: Facts, seal: SealRecord | undefined, findings: Findings, left = 64): void {
  if (seal?.renews === undefined) return;
  const before = facts.newest<SealRecord>(`seal/${seal.renews}`);
  if (!before || before.agency !== seal.agency || before.name !== seal.name || left === 0) findings.fail('seal', 'EVIDENCE_SEAL_CHAIN', `seal ${seal.renews}`);
  else checkRenewals(facts, before, findings, left - 1);
}

const statusAt = ({ history }: SealRecord, at: string): string | undefined => history.findLast((each) => each.at <= at)?.status;
const certificateOf = ({ certificate }: SealRecord) => parseCertificate(fromBase64url(certificate));

/** The document is the one that the ledger names by its digest, and its seal signed it. @returns it, to show its face */
export async function checkCredential(facts: Facts, credential: string | undefined, { record, versions }: WholeLicence, findings: Findings): Promise<ParsedCredential | undefined> {
  if (credential === undefined) return void findings.unchecked('credential', 'EVIDENCE_NO_CREDENTIAL');
  const parsed = parseCredential(credential);
  if (!parsed.ok || credential !== credential.trim()) return void findings.fail('credential', parsed.ok ? 'CREDENTIAL_FORM' : parsed.code);
  const version = versions.find(({ documents }) => documents.some(({ type, digest }) => type === 'credential' && digest === parsed.digest));
  if (!version) return void findings.fail('credential', 'EVIDENCE_CREDENTIAL_OTHER');
  if (version.content !== sha256Text(parsed.signingInput)) findings.fail('credential', 'EVIDENCE_CREDENTIAL_CONTENT');
  const seal = facts.newest<SealRecord>(`seal/${version.seal ?? ''}`);
  const key = seal && importP256(certificateOf(seal)?.spki ?? '');
  if (seal?.certificate !== parsed.certificate || !key || !(await verifyP256Aside(key, utf8(parsed.signingInput), parsed.signature))) findings.fail('credential', 'EVIDENCE_CREDENTIAL_SIGNATURE');
  if (!parsed.claims.certificateIdentifier.includes(record.id)) findings.fail('credential', 'EVIDENCE_CREDENTIAL_OTHER');
  if (version.version !== versions.at(-1)?.version) findings.pass('credential', 'EVIDENCE_CREDENTIAL_OLDER', `version ${String(version.version)}`);
  return parsed;
}

export const kindOf = (facts: Facts, type: string): KindRecord | undefined => facts.newest<KindRecord>(`kind/${type}`);
