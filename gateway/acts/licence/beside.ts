/** What is kept beside a sealed document, under the same key: the promise under which it was issued, and what the rules were applied to. The ledger has commitments to both. */
import { isByRule } from '#chaincode/facts/automatic';
import { base64url } from '#chaincode/facts/hash';
import { promiseCommitment } from '#chaincode/facts/promise';
import type { Beside } from '../../vault/vault.js';
import type { IssueCommand } from '#chaincode/facts/commands';
import { GatewayFault } from '../../fault.js';
import type { RefusalCode } from '#chaincode/facts/refusal';
import { quotaKey } from '#chaincode/world';
import type { Projection } from '../../ledger/projection.js';
import type { IssueInput } from './inputs.js';

/** A page or two, scanned. */
export const PROMISE_BYTES_MAX = 200_000;

export interface Promised {
  readonly commitment: string;
  readonly kept: NonNullable<Beside['promise']>;
}

/** @param document base64 @throws GatewayFault FACE_INVALID */
export function promised(document: string | undefined, opening: () => Uint8Array): Promised | undefined {
  if (document === undefined) return undefined;
  const bytes = Buffer.from(document, 'base64');
  if (bytes.length === 0 || bytes.length > PROMISE_BYTES_MAX) throw new GatewayFault('FACE_INVALID', { fields: [{ field: 'promise', code: 'PROMISE_SIZE' }] });
  const random = opening();
  return { commitment: promiseCommitment(random, bytes), kept: { opening: base64url(random), document } };
}

/** What the act says of it. */
export const besideIn = ({ conditions, automatic }: IssueInput, promise: Promised | undefined): Pick<IssueCommand, 'conditions' | 'promise' | 'automatic'> => ({
  ...(conditions ? { conditions: [...conditions] } : {}), ...(promise ? { promise: promise.commitment } : {}),
  ...(automatic ? { automatic: { rules: automatic.rules, inputs: automatic.inputs.commitment, reliedOn: [...automatic.reliedOn] } } : {}),
});

/** What is kept. */
export function besideOf({ automatic }: IssueInput, promise: Promised | undefined): { readonly beside?: Beside } {
  const inputs = automatic && { opening: automatic.inputs.opening, text: automatic.inputs.text };
  return promise || inputs ? { beside: { ...(promise ? { promise: promise.kept } : {}), ...(inputs ? { inputs } : {}) } } : {};
}

/** Why rules with this digest are not applied now. Asked before a document is sealed, which the endorsers would see for nothing. */
export function rulesFault(projection: Projection, agency: string, type: string, digest: string): RefusalCode | undefined {
  const [rules, kind] = [projection.get('rule-set', quotaKey(agency, type)), projection.get('kind', type)];
  if (!rules) return 'RULES_UNKNOWN';
  if (!kind || !isByRule(kind)) return 'RULES_NOT_FOR_KIND';
  if (rules.status === 'stopped') return 'RULES_STOPPED';
  return rules.digest === digest && rules.schema === kind.schema ? undefined : 'RULES_CHANGED';
}
