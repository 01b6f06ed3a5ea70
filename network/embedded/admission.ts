import { verifyLowS, verifyLowSPooled } from '#network/ecdsa';
import { transactionId } from '#network/embedded/crypto';
import { type MemberIdentity, type Msp, MspRefusal } from '#network/embedded/msp';
import { RpcError, STATUS } from '#network/rpc';
import { type HeaderParts, readHeader, readPair } from '#network/transaction';
import { WireError } from '#network/wire';

// Fabric's authentication.timewindow: the client's timestamp becomes the transaction's, so it must be near the peer's.
const TIME_WINDOW_MS = 15 * 60_000;
const ENDORSER_TRANSACTION = 3;

export interface Names {
  channel: string;
  chaincode: string;
  mspId: string;
}

export interface Proposal {
  parts: HeaderParts;
  header: Uint8Array;
  /** ChaincodeProposalPayload.input: what is hashed, without the transient map */
  input: Uint8Array;
  signedProposal: Uint8Array;
}

/**
 * Every check that Fabric's peer makes before it runs the contract. The attacker is a client with a valid certificate
 * and its own code in place of the SDK, or one that replays what it overheard.
 *
 * @throws RpcError
 */
export async function admitProposal(signedProposal: Uint8Array, names: Names, msp: Msp, now: number): Promise<Proposal> {
  const admitted = readable(() => {
    const [proposal, signature] = readPair(signedProposal, 1, 2);
    const [header, payload] = readPair(proposal, 1, 2);
    const parts = readHeader(header);
    checkHeader(parts, names);
    const sentAt = parts.seconds * 1000 + parts.nanos / 1e6;
    if (Math.abs(now - sentAt) > TIME_WINDOW_MS) throw refused('request unauthorized due to incorrect timestamp');
    if (parts.chaincode !== names.chaincode) throw refused(`chaincode ${names.chaincode} is the only one of this ledger`);
    const input = readPair(payload, 1, 1)[0];
    const invoked = new TextDecoder().decode(readPair(readPair(readPair(input, 1, 1)[0], 2, 2)[0], 2, 2)[0]);
    // The header names what is endorsed, the payload what runs: they must be the same.
    if (invoked !== parts.chaincode) throw refused('the proposal names two different chaincodes');
    return { proposal: { parts, header, input, signedProposal }, bytes: proposal, signature };
  });
  const { proposal, bytes, signature } = admitted;
  await admitSignedPooled(proposal.parts.creator, bytes, signature, { msp, now, code: STATUS.FAILED_PRECONDITION });
  return proposal;
}

/** Header rules shared by proposals and transactions. */
export function checkHeader(parts: HeaderParts, names: Names): void {
  if (parts.type !== ENDORSER_TRANSACTION) throw refused('invalid header type');
  if (parts.channel !== names.channel) throw refused(`channel ${names.channel} is the only one of this ledger`);
  if (parts.epoch !== 0) throw refused('epoch is non-zero');
  if (parts.nonce.length === 0) throw refused('nonce is empty');
  if (parts.creator.length === 0) throw refused('creator is empty');
  if (parts.txId !== transactionId(parts.nonce, parts.creator)) throw refused('incorrectly computed transaction id');
}

/** Accepts `message` only from a member whose certificate is valid now and whose low-s signature matches. */
export function admitSigned(creator: Uint8Array, message: Uint8Array, signature: Uint8Array, entrance: Entrance): void {
  const { key } = memberAt(creator, entrance);
  if (!verifyLowS(message, signature, key)) throw new RpcError(entrance.code, 'access denied: signature is not valid');
}

/** The same on the thread pool: verifying is the largest single cost of a transaction. */
export async function admitSignedPooled(creator: Uint8Array, message: Uint8Array, signature: Uint8Array, entrance: Entrance): Promise<void> {
  const { key } = memberAt(creator, entrance);
  if (!(await verifyLowSPooled(message, signature, key))) throw new RpcError(entrance.code, 'access denied: signature is not valid');
}

export interface Entrance {
  msp: Msp;
  /** milliseconds */
  now: number;
  /** gRPC code of a refusal, which differs by method */
  code: number;
}

function memberAt(creator: Uint8Array, { msp, now, code }: Entrance): MemberIdentity {
  try {
    return msp.memberAt(creator, now);
  } catch (error) {
    if (error instanceof MspRefusal) throw new RpcError(code, `access denied: ${error.message}`);
    throw error;
  }
}

/** Turns malformed bytes into a refusal. */
export function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw new RpcError(STATUS.INVALID_ARGUMENT, `malformed message: ${error.message}`);
    throw error;
  }
}


function refused(message: string): RpcError {
  return new RpcError(STATUS.FAILED_PRECONDITION, message);
}
