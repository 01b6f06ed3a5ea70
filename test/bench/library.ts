/** What stands beside our figures: the bare SD-JWT library and the machine's own signatures. */
import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { foodFace } from '#test/support/samples';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const data = randomBytes(1024);
const p1363 = { dsaEncoding: 'ieee-p1363' } as const;

/** Runs for about `ms` and gives the rate a second. */
export async function rate(ms: number, step: () => unknown): Promise<number> {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < ms) {
    await step();
    count++;
  }
  return count / ((performance.now() - start) / 1000);
}

export const signatureLimit = (ms: number): Promise<number> => rate(ms, () => sign('sha256', data, { key: privateKey, ...p1363 }));
export function verifyLimit(ms: number): Promise<number> {
  const signature = sign('sha256', data, { key: privateKey, ...p1363 });
  return rate(ms, () => verify('sha256', data, { key: publicKey, ...p1363 }, signature));
}

const library = new SDJwtVcInstance({
  signer: async (text: string) => sign('sha256', Buffer.from(text), { key: privateKey, ...p1363 }).toString('base64url'),
  verifier: async (text: string, signature: string) => verify('sha256', Buffer.from(text), { key: publicKey, ...p1363 }, Buffer.from(signature, 'base64url')),
  signAlg: 'ES256', hasher: (text: string | ArrayBuffer) => new Uint8Array(createHash('sha256').update(typeof text === 'string' ? text : new Uint8Array(text)).digest()), hashAlg: 'sha-256',
  saltGenerator: async () => randomBytes(16).toString('base64url'),
});

const face = foodFace(1);
const claims = { iss: 'urn:uscc:113703030099999063', vct: 'urn:yizheng:11370000000000000T901:1', iat: 1_795_000_000, ...face };
const frame = { _sd: Object.keys(face) } as never;

export const libraryIssue = (ms: number): Promise<number> => rate(ms, () => library.issue(claims, frame));
export async function libraryVerify(ms: number): Promise<number> {
  const credential = await library.issue(claims, frame);
  return rate(ms, () => library.verify(credential));
}
