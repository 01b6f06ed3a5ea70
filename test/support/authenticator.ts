/** A device that makes passkeys and signs with them, as WebAuthn Level 3 says; every key and signature is real. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { AuthenticationResponseJSON, PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { encode } from 'cborg';
import { sessionDigest } from '#gateway/identity/challenge';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const WITH_CREDENTIAL = 0x40;
const PRESENT_AND_VERIFIED = USER_PRESENT | USER_VERIFIED;

const hash = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();
const b64 = (data: Uint8Array): string => Buffer.from(data).toString('base64url');

/** What a test bends to see it refused. */
export interface Bent {
  readonly origin?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly userHandle?: string;
  /** The counter the device claims; one more than before where it is not given. */
  readonly counter?: number;
}

export class Authenticator {
  readonly #origin: string;
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #userHandle = '';
  #counter = 0;

  constructor(origin: string, readonly credentialId = randomBytes(32)) {
    this.#origin = origin;
  }

  create({ challenge, rp, user }: PublicKeyCredentialCreationOptionsJSON): RegistrationResponseJSON {
    this.#userHandle = user.id;
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' });
    const cose = encode(new Map<number, unknown>([[1, 2], [3, -7], [-1, 1], [-2, new Uint8Array(Buffer.from(x, 'base64url'))], [-3, new Uint8Array(Buffer.from(y, 'base64url'))]]));
    const length = Buffer.from([this.credentialId.length >> 8, this.credentialId.length & 0xff]);
    const authData = Buffer.concat([this.#data(rp.id ?? '', PRESENT_AND_VERIFIED | WITH_CREDENTIAL, this.#counter), Buffer.alloc(16), length, this.credentialId, cose]);
    const id = b64(this.credentialId);
    const clientDataJSON = b64(Buffer.from(JSON.stringify({ type: 'webauthn.create', challenge, origin: this.#origin, crossOrigin: false })));
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON, attestationObject: b64(encode({ fmt: 'none', attStmt: {}, authData: new Uint8Array(authData) })) } };
  }

  /** @param digest 32 bytes: what the page asks to have signed */
  get(digest: Uint8Array, { origin = this.#origin, rpId = new URL(this.#origin).hostname, flags = PRESENT_AND_VERIFIED, type = 'webauthn.get', crossOrigin = false, userHandle = this.#userHandle, counter = ++this.#counter }: Bent = {}): AuthenticationResponseJSON {
    const authenticatorData = this.#data(rpId, flags, counter);
    const client = Buffer.from(JSON.stringify({ type, challenge: b64(digest), origin, crossOrigin }));
    const signature = sign('sha256', Buffer.concat([authenticatorData, hash(client)]), this.#keys.privateKey);
    const id = b64(this.credentialId);
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response: { authenticatorData: b64(authenticatorData), clientDataJSON: b64(client), signature: b64(signature), userHandle } };
  }

  /** Signs a digest as an actor, as the page does for acts. @param key the passkey's id in the register */
  actor(staff: string, key: string, digest: Uint8Array): { staff: string; method: 'webauthn'; key: string; signature: string; authenticatorData: string; clientDataJSON: string } {
    const { signature, authenticatorData, clientDataJSON } = this.get(digest).response;
    return { staff, method: 'webauthn', key, signature: b64(p1363(Buffer.from(signature, 'base64url'))), authenticatorData, clientDataJSON };
  }

  /** Answers a sign-in challenge, as the page does. */
  signIn({ challenge, ledger }: { challenge: string; ledger: string }, bent: Bent = {}): AuthenticationResponseJSON {
    return this.get(sessionDigest(ledger, undefined, challenge), bent);
  }

  #data(rpId: string, flags: number, counter: number): Buffer {
    const tail = Buffer.alloc(5);
    tail[0] = flags;
    tail.writeUInt32BE(counter, 1);
    return Buffer.concat([hash(rpId), tail]);
  }
}

/** r and s of a DER signature, 32 bytes each. */
function p1363(der: Buffer): Buffer {
  const length = der[3] ?? 0;
  const [r, s] = [der.subarray(4, 4 + length), der.subarray(6 + length)];
  return Buffer.concat([r, s].map((part) => Buffer.concat([Buffer.alloc(32), part]).subarray(-32)));
}
