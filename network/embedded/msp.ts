import { type KeyObject, X509Certificate } from 'node:crypto';
import type { IdentityRole } from '#network/ca/authority';
import { verifyLowS } from '#network/ecdsa';
import { readIdentity } from '#network/transaction';

// Parsing a certificate costs 70-110 us and every transaction carries one; clients are few.
const MEMO_LIMIT = 4_096;
const MAX_CREATOR_BYTES = 16_384;
const ROLES: readonly string[] = ['client', 'peer', 'orderer', 'admin'];

export interface MemberIdentity {
  key: KeyObject;
  role: IdentityRole;
  notBeforeMs: number;
  notAfterMs: number;
}

/** Why an identity is not accepted; constant text, without anything the caller sent. */
export class MspRefusal extends Error {
  override readonly name = 'MspRefusal';
}

/**
 * The one organisation of the embedded ledger: accepts certificates issued by its authority, exactly one level deep,
 * with a role in OU. Expiry is a question of the moment of asking (Fabric: at the entrance, not when a block is
 * validated, or a replay years later would judge differently), so it has a method of its own.
 */
export class Msp {
  readonly mspId: string;
  readonly #root: X509Certificate;
  readonly #memo = new Map<string, MemberIdentity | MspRefusal>();

  constructor(mspId: string, rootCertificate: string) {
    this.mspId = mspId;
    this.#root = new X509Certificate(rootCertificate);
  }

  /** @throws MspRefusal */
  member(creator: Uint8Array): MemberIdentity {
    if (creator.length > MAX_CREATOR_BYTES) throw new MspRefusal('creator is too long');
    const memoKey = Buffer.from(creator.buffer, creator.byteOffset, creator.length).toString('latin1');
    let found = this.#memo.get(memoKey);
    if (!found) {
      found = this.#judge(creator);
      // An attacker can make unlimited wrong creators: forget all rather than grow.
      if (this.#memo.size >= MEMO_LIMIT) this.#memo.clear();
      this.#memo.set(memoKey, found);
    }
    if (found instanceof MspRefusal) throw found;
    return found;
  }

  /** The member if its certificate is valid at `now` (milliseconds). @throws MspRefusal */
  memberAt(creator: Uint8Array, now: number): MemberIdentity {
    const member = this.member(creator);
    if (now > member.notAfterMs) throw new MspRefusal('client identity expired');
    if (now < member.notBeforeMs) throw new MspRefusal('client identity not yet valid');
    return member;
  }

  /** True if `creator` belongs to the organisation and signed `message` with low s. */
  signed(creator: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    try {
      return verifyLowS(message, signature, this.member(creator).key);
    } catch (error) {
      if (error instanceof MspRefusal) return false;
      throw error;
    }
  }

  #judge(creator: Uint8Array): MemberIdentity | MspRefusal {
    try {
      const { mspId, certificate } = readIdentity(creator);
      if (mspId !== this.mspId) return new MspRefusal('creator organisation is unknown');
      const pem = Buffer.from(certificate).toString('latin1');
      // Two certificates in one text would let our parser see one and the contract's parser the other.
      if (!pem.startsWith('-----BEGIN CERTIFICATE-----\n') || pem.lastIndexOf('-----BEGIN') !== 0) return new MspRefusal('creator is malformed');
      return this.#judgeCertificate(new X509Certificate(pem));
    } catch {
      return new MspRefusal('creator is malformed');
    }
  }

  #judgeCertificate(certificate: X509Certificate): MemberIdentity | MspRefusal {
    if (certificate.ca || !certificate.checkIssued(this.#root) || !certificate.verify(this.#root.publicKey)) {
      return new MspRefusal('creator was not issued by the authority of the organisation');
    }
    const key = certificate.publicKey;
    if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return new MspRefusal('creator key is not P-256');
    const { OU } = certificate.toLegacyObject().subject as { OU?: string | string[] };
    const roles = [OU ?? []].flat().filter((unit) => ROLES.includes(unit));
    if (roles.length !== 1) return new MspRefusal('creator must have exactly one role');
    const role = roles[0] as IdentityRole;
    return { key, role, notBeforeMs: Date.parse(certificate.validFrom), notAfterMs: Date.parse(certificate.validTo) };
  }
}
