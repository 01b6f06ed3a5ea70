/** Promises (告知承诺): the ledger has a commitment to what the holder has signed (docs/decisions/0027). */
import { base64url, sha256 } from '#chaincode/facts/hash';

/** Commitment to a signed promise, byte for byte: base64url SHA-256("yizheng/promise/1" || 0x00 || 32 random bytes || document). */
export const promiseCommitment = (opening: Uint8Array, document: Uint8Array): string => base64url(sha256('yizheng/promise/1\0', opening, document));
