/** Roots, trust lists, status lists and bundles over the register of `documents.ts`, signed with real keys. Tests replace parts to play the attacker. */
import { deflateSync } from 'node:zlib';
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { SHANGHAI, type Instant } from '#chaincode/facts/calendar';
import { base64url, certificateKey } from '#chaincode/facts/hash';
import type { AgencyKeyRecord, KindRecord, SealRecord } from '#chaincode/facts/records';
import { STATUS_LIST_VALUE } from '#chaincode/facts/status';
import { keyName, protectedHeader, signingInput, withSignature, type SignedDocument } from '#gateway/documents/jws';
import { listUri } from '#chaincode/facts/list-uri';
import { draftStatusList, setValue, type StatusListFacts } from '#gateway/documents/status-list';
import { BUNDLE_FORMAT, openBundle, type Trust, type TrustBundle } from '#gateway/documents/trust-bundle';
import { TRUST_LIST_FORMAT, TRUST_LIST_TYPE, trustContent, trustListText, type TrustList } from '#gateway/documents/trust-list';
import { ROOT_FORMAT, ROOT_TYPE, rootDigest, rootText, type TrustRoot } from '#gateway/documents/trust-root';
import { newKeyPair } from '#gateway/keyring';
import { NOW, type Register } from './documents.js';
import { BUREAU, KIND, KINDS, LEDGER, MARKET, POLICE } from './ledger.js';

export interface ListKey extends AgencyKeyRecord {
  readonly privateKey: string;
}

export function newListKey(agency: string, use: AgencyKeyRecord['use'], change: Partial<AgencyKeyRecord> = {}): ListKey {
  return { id: base64url(`${use} ${agency}`).slice(0, 21) + 'A', agency, use, alg: 'ES256', status: 'in-use', history: [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }], putIn: 'x', ...newKeyPair(), ...change };
}

export const signedAs = (privateKey: string, data: Uint8Array): Buffer => sign('sha256', data, { key: createPrivateKey(privateKey), dsaEncoding: 'ieee-p1363' });
export const spkiOfSeal = (certificate: string): string => base64url(certificateKey(certificate)?.export({ format: 'der', type: 'spki' }) ?? Buffer.alloc(0));

export function signedBy(typ: string, payload: string, keys: readonly Pick<ListKey, 'spki' | 'privateKey'>[]): SignedDocument {
  let document: SignedDocument = { payload: base64url(payload), signatures: [] };
  for (const { spki, privateKey } of keys) {
    const header = protectedHeader(typ, keyName(spki));
    document = withSignature(document, header, signedAs(privateKey, signingInput(header, document.payload)));
  }
  return document;
}

/** Seconds. */
export const LISTED_AT = Date.parse(NOW) / 1000 - 3600;
export const BLOCK = 40;

/** Three agencies, of which two must sign; status-list keys for two; the seals of the register. */
export class TestTrust {
  readonly trustKeys = [BUREAU, MARKET, POLICE].map((agency) => newListKey(agency, 'trust'));
  readonly listKeys = [BUREAU, MARKET].map((agency) => newListKey(agency, 'status-list'));
  constructor(readonly register: Register) {}

  root(change: Partial<TrustRoot> = {}): TrustRoot {
    return { format: ROOT_FORMAT, ledger: LEDGER, version: 1, threshold: 2, keys: this.trustKeys.map(({ id, agency, alg, spki }) => ({ id, agency, alg, spki })), issuedAt: '2026-01-02T00:00:00.000Z', ...change };
  }

  signedRoot(change: Partial<TrustRoot> = {}, keys: readonly ListKey[] = this.trustKeys): SignedDocument {
    return signedBy(ROOT_TYPE, rootText(this.root(change)), keys);
  }

  list(change: Partial<TrustList> = {}): TrustList {
    const rights = (kinds: readonly string[]) => kinds.map((kind) => ({ kind, right: 'issue', from: '2020-01-01' }));
    const agencies = [{ code: BUREAU, name: '演示局', active: true, rights: rights(Object.values(KIND)) }, { code: MARKET, name: '演示市场局', active: true, rights: rights([KIND.food]) }, { code: POLICE, name: '演示分局', active: true, rights: [] }];
    const content = trustContent({ ledger: { ledger: LEDGER, zone: SHANGHAI }, agencies, seals: [...this.register.seals.values()], keys: [...this.trustKeys, ...this.listKeys], kinds: KINDS.map(faced) }, spkiOfSeal);
    return { format: TRUST_LIST_FORMAT, root: 1, block: BLOCK, issuedAt: new Date(LISTED_AT * 1000).toISOString() as Instant, nextUpdate: '2026-06-08T01:00:00.000Z' as Instant, ...content, ...change };
  }

  signedList(change: Partial<TrustList> = {}, keys: readonly ListKey[] = this.trustKeys): SignedDocument {
    return signedBy(TRUST_LIST_TYPE, trustListText(this.list(change)), keys);
  }

  bundle(change: Partial<TrustBundle> = {}): TrustBundle {
    return { format: BUNDLE_FORMAT, roots: [this.signedRoot()], trustList: this.signedList(), statusLists: [this.token()], ...change };
  }

  get pin(): string {
    return rootDigest(this.signedRoot());
  }

  /** A bundle that must open. */
  async opened(change: Partial<TrustBundle> = {}, seen?: Trust): Promise<Trust> {
    const trust = await openBundle(this.bundle(change), this.pin, seen);
    if (!trust.ok) throw new Error(`set-up: ${trust.code}`);
    return trust;
  }

  /** List 1 of the bureau, every place VALID but those given. */
  token({ places = {}, size = 8192, lst, key = this.listKeys[0] as ListKey, header, claims, ...facts }: TokenOptions = {}): string {
    const values = new Uint8Array(size);
    for (const [index, value] of Object.entries(places)) setValue(values, Number(index), value);
    const unsigned = draftStatusList({ uri: listUri('https://yizheng.example', BUREAU, 1), agency: BUREAU, ledger: LEDGER, block: BLOCK, issuedAt: LISTED_AT, nextUpdateAt: LISTED_AT + 300, expiresAt: LISTED_AT + 7 * 86_400, ...facts }, lst ?? deflateSync(values), keyName(key.spki));
    const [first = '', second = ''] = unsigned.split('.');
    const payload = claims ? base64url(JSON.stringify(claims(JSON.parse(Buffer.from(second, 'base64url').toString('utf8')) as Record<string, unknown>))) : second;
    const input = `${header ?? first}.${payload}`;
    return `${input}.${base64url(signedAs(key.privateKey, Buffer.from(input)))}`;
  }
}

export interface TokenOptions extends Partial<StatusListFacts> {
  readonly places?: Readonly<Record<number, number>>;
  /** Bytes of the values. */
  readonly size?: number;
  readonly lst?: Uint8Array;
  readonly key?: Pick<ListKey, 'spki' | 'privateKey'>;
  readonly header?: string;
  readonly claims?: (claims: Record<string, unknown>) => unknown;
}

export const SUSPENDED = STATUS_LIST_VALUE.SUSPENDED;
/** The face of `documents.ts`, so that it can be shown. */
const faced = (kind: KindRecord): KindRecord => ({ ...kind, fields: [...kind.fields, { name: 'holderName', label: { zh: '名称', en: 'name' }, type: 'text', required: true, disclosure: 'public', max: 60 }, { name: 'personInCharge', label: { zh: '负责人', en: 'person in charge' }, type: 'text', required: true, disclosure: 'holder', max: 60 }] });
/** A seal's key, as if it were registered for lists. */
export const sealAsKey = ({ certificate, privateKey }: Register['bureau']): Pick<ListKey, 'spki' | 'privateKey'> => ({ privateKey, spki: base64url(createPublicKey(certificate).export({ format: 'der', type: 'spki' })) });
export const sealChanged = (register: Register, change: Partial<SealRecord>): void => {
  const seal = register.seals.get(register.bureau.id);
  if (seal) register.seals.set(seal.id, { ...seal, ...change });
};
