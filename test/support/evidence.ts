/** Evidence to try things out on: a real bundle of a suspended licence with three uses, and ways to change what is in it. */
import { base64url } from '#chaincode/facts/hash';
import { canonical, type Canonical } from '#chaincode/facts/canonical';
import { KIND } from '#gateway/catalogue/kinds';
import { bundleText, type EvidenceBlock, type EvidenceBundle } from '#gateway/documents/evidence-bundle/format';
import { verifyEvidence, type EvidenceAssessment, type EvidenceQuestion } from '#gateway/documents/evidence-bundle/verify';
import { randomId } from '#gateway/keyring';
import { readActions, readEnvelope, readHeader, readPayload, readResult } from '#network/transaction';
import { permit, signed, type Installation } from '#test/support/installation';

type Writable<T> = T extends readonly (infer E)[] ? Writable<E>[] : T extends object ? { -readonly [K in keyof T]: Writable<T[K]> } : T;
export type LooseBundle = Writable<EvidenceBundle>;

/** A licence that was issued, suspended, and used by another agency. @returns its id and identifier */
export async function usedLicence(installation: Installation): Promise<{ licence: string; identifier: string }> {
  const { services } = installation;
  const [bureau, market] = [installation.acting('clerk'), installation.acting('market')];
  const { licence = '', identifier = '' } = await services.acts.perform(bureau, randomId(), permit());
  const scene = randomId();
  await signed(installation, ['approver'], { op: 'register', act: { op: 'scene.put', id: scene, name: { zh: '卫生监督复用', en: 'reuse for inspection' }, owner: bureau.agency, grantee: market.agency, kinds: [{ kind: KIND.hygiene, fields: ['number', 'scope', 'holderName'] }], purpose: 'INSPECTION', from: '2020-01-01', statute: false } });
  for (const caseNo of ['甲', '乙', '丙']) await services.uses.use(market, randomId(), { licence: identifier, purpose: 'INSPECTION', caseNo: `示例检字〔2026〕${caseNo}号`, fields: ['number', 'scope'] });
  await services.anchoring.anchor();
  await signed(installation, ['clerk', 'approver'], { op: 'suspend', licence, reason: 'RECTIFICATION', basis: 'SPAQF-124' });
  await services.projection.reached((await services.ledger.height()) - 1n, 10_000);
  return { licence, identifier };
}

/** The bundle of a licence, as its managing agency gets it. */
export async function evidenceOf({ services }: Installation, licence: string, { face = true } = {}): Promise<EvidenceBundle> {
  const record = services.projection.get('licence', licence);
  if (!record) throw new Error('there is no such licence');
  return services.evidence.make(record, { agency: record.manager, ...(face ? { faceOf: 1 } : {}) });
}

/** Written again after a change. */
export function changed(bundle: EvidenceBundle, change: (bundle: LooseBundle) => void): string {
  const loose = structuredClone(bundle) as LooseBundle;
  change(loose);
  return canonical(loose as unknown as Canonical);
}

export const check = (text: string | EvidenceBundle, question: Omit<EvidenceQuestion, 'text'>): Promise<EvidenceAssessment> => verifyEvidence({ text: typeof text === 'string' ? text : bundleText(text), ...question });

/** What was found against it; that the whole was changed goes without saying. */
export const against = ({ parts }: EvidenceAssessment): string[] => [...new Set(parts.filter(({ result }) => result === 'fail').map(({ code }) => code))].filter((code) => code !== 'EVIDENCE_CHANGED').sort();
export const open = ({ parts }: EvidenceAssessment): string[] => [...new Set(parts.filter(({ result }) => result === 'unchecked').map(({ code }) => code))].sort();

/** One bit of one byte. @param at in the middle where not given */
export function flipped(text: string, at?: number): string {
  const bytes = Buffer.from(text, 'base64url');
  const place = at ?? Math.floor(bytes.length / 2);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return base64url(bytes);
}

/** Of a compact JWS: 0 header, 1 payload, 2 signature. */
export const flippedPart = (token: string, part: number, at?: number): string => token.split('.').map((each, i) => (i === part ? flipped(each, at) : each)).join('.');

/** Parts of a transaction, views of its envelope, by name. */
export function partsOf(envelope: Uint8Array) {
  const { bytes: payload, signature } = readEnvelope(envelope);
  const { header, data } = readPayload(payload);
  const { channelHeader, creator, nonce, signatureHeader, txId, channel } = readHeader(header);
  const [action] = readActions(data);
  if (!action) throw new Error('no transaction');
  const { results, proposalHash } = readResult(action.responsePayload);
  return { payload, signature, channelHeader, creator, nonce, signatureHeader, txId, channel, actionHeader: action.header, proposalPayload: action.proposalPayload, results, proposalHash, endorsements: action.endorsements };
}
export type TransactionParts = ReturnType<typeof partsOf>;

/** Flips a bit inside a part of an envelope. @param where the part, or a text that stands in it */
export function flippedIn(block: Writable<EvidenceBlock>, tx: number, part: (parts: TransactionParts) => Uint8Array, text?: string): void {
  const envelope = Buffer.from(block.envelopes[tx] ?? '', 'base64url');
  const view = part(partsOf(envelope));
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.length);
  const inside = text === undefined ? Math.floor(view.length / 2) : bytes.indexOf(text);
  if (inside < 0) throw new Error(`${text ?? ''} is not there`);
  bytes[inside] = (bytes[inside] ?? 0) ^ 1;
  block.envelopes[tx] = base64url(envelope);
}
