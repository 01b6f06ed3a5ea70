/** Which agency's peer computes something else than the others: asked of each by itself, over one and the same proposal. */
import { createHash } from 'node:crypto';
import { common, gateway as gatewayProtos } from '@hyperledger/fabric-protos';
import type { ErrorDetail, Gateway } from '@hyperledger/fabric-gateway';
import { readActions, readPayload } from '#network/transaction';

export interface PeerAnswer {
  readonly mspId: string;
  /** host:port, where Fabric named it */
  readonly address?: string;
  /** the first digits of the SHA-256 of what the peer would have signed; absent where it did not answer */
  readonly digest?: string;
}

export interface Disagreement {
  /** ms */
  readonly at: number;
  readonly answers: readonly PeerAnswer[];
  /** those that differ from the majority; where there is none, from the gateway's own agency */
  readonly differing: readonly string[];
}

/** Fabric has no code for it; its gateway writes this in the details of the error (internal/pkg/gateway/endorsement.go). */
const DIFFERS = 'ProposalResponsePayloads do not match';
const ASK_MS = 5_000;
const DIGITS = 12;

export const differsOf = (details: readonly ErrorDetail[]): readonly ErrorDetail[] => details.filter(({ message }) => message.includes(DIFFERS));

/**
 * @param proposal bytes of the SDK's proposal that was answered differently
 * @param named peers that Fabric said differ from the first, which is `own`
 */
export async function compareAnswers(gateway: Gateway, proposal: Uint8Array, own: string, named: readonly ErrorDetail[], at: number): Promise<Disagreement> {
  const addresses = new Map(named.map(({ mspId, address }) => [mspId, address]));
  const answers = await Promise.all([...new Set([own, ...addresses.keys()])].map(async (mspId): Promise<PeerAnswer> => {
    const address = addresses.get(mspId);
    const digest = await digestOf(gateway, proposal, mspId).catch(() => undefined);
    return { mspId, ...(address !== undefined && { address }), ...(digest !== undefined && { digest }) };
  }));
  return { at, answers, differing: differing(answers, own) };
}

/** What an agency's own peer would sign. */
async function digestOf(gateway: Gateway, proposal: Uint8Array, mspId: string): Promise<string> {
  const asked = gatewayProtos.ProposedTransaction.deserializeBinary(proposal);
  asked.setEndorsingOrganizationsList([mspId]);
  const transaction = await gateway.newProposal(asked.serializeBinary()).endorse({ deadline: Date.now() + ASK_MS });
  const envelope = gatewayProtos.PreparedTransaction.deserializeBinary(transaction.getBytes()).getEnvelope() ?? new common.Envelope();
  const [action] = readActions(readPayload(envelope.getPayload_asU8()).data);
  return createHash('sha256').update(action?.responsePayload ?? '').digest('hex').slice(0, DIGITS);
}

export function differing(answers: readonly PeerAnswer[], own: string): string[] {
  const answered = answers.filter(({ digest }) => digest !== undefined);
  const shared = answered.find(({ digest }) => answered.filter((each) => each.digest === digest).length * 2 > answered.length);
  const right = (shared ?? answered.find(({ mspId }) => mspId === own))?.digest;
  return answered.filter(({ digest }) => digest !== right).map(({ mspId }) => mspId);
}
