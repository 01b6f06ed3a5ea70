/** Time stamps (RFC 3161): what is asked of an authority, and what its answer is worth. Carrying them over the network is somebody else's work. */
import * as asn1js from 'asn1js';
import { AlgorithmIdentifier, Certificate, ContentInfo, ExtKeyUsage, MessageImprint, SignedData, TimeStampReq, TimeStampResp, TSTInfo } from 'pkijs';
import { instantOf, type Instant } from '#chaincode/facts/calendar';
import { base64url, sha256 } from '#chaincode/facts/hash';
import { compareBytes } from './cms.js';

const SHA256 = '2.16.840.1.101.3.4.2.1';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const EXT_KEY_USAGE = '2.5.29.37';
/** PKIStatus granted, granted with modifications. */
const GRANTED = 1;

const exact = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

/** DER TimeStampReq over SHA-256 of the data. @param nonce 8 random bytes */
export function stampRequest(data: Uint8Array, nonce: Uint8Array): Uint8Array {
  return new Uint8Array(new TimeStampReq({
    version: 1, certReq: true, nonce: new asn1js.Integer({ valueHex: exact(Uint8Array.of(1, ...nonce)) }),
    messageImprint: new MessageImprint({ hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256, algorithmParams: new asn1js.Null() }), hashedMessage: new asn1js.OctetString({ valueHex: exact(sha256(data)) }) }),
  }).toSchema().toBER());
}

export interface TimeStamp {
  /** When the authority says that the data existed. */
  readonly at: Instant;
  /** base64url DER of the authority's certificate. Whether it is trusted is for the caller to say. */
  readonly authority: string;
}

/** The token of an answer. @returns undefined where it was refused, is no answer to this question, or is signed wrongly */
export async function stampToken(response: Uint8Array, data: Uint8Array, nonce: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const answer = TimeStampResp.fromBER(exact(response));
    if (Number(answer.status.status) > GRANTED || !answer.timeStampToken) return undefined;
    const token = new Uint8Array(answer.timeStampToken.toSchema().toBER());
    const given = infoOf(signedOf(token)).nonce?.valueBlock.valueHexView;
    if (!given || compareBytes(given, Uint8Array.of(1, ...nonce)) !== 0) return undefined;
    return (await readStamp(token, data)) ? token : undefined;
  } catch {
    return undefined;
  }
}

const signedOf = (token: Uint8Array): SignedData => new SignedData({ schema: ContentInfo.fromBER(exact(token)).content as unknown });

function infoOf(signed: SignedData): TSTInfo {
  const content = signed.encapContentInfo.eContent?.getValue();
  if (!content) throw new TypeError('no content');
  return TSTInfo.fromBER(content);
}

/** @returns undefined where the token is not over these data, or its signature or its signer's purpose is wrong. Never throws on hostile input. */
export async function readStamp(token: Uint8Array, data: Uint8Array): Promise<TimeStamp | undefined> {
  try {
    const signed = signedOf(token);
    const info = infoOf(signed);
    const { hashAlgorithm, hashedMessage } = info.messageImprint;
    if (signed.signerInfos.length !== 1 || hashAlgorithm.algorithmId !== SHA256 || compareBytes(hashedMessage.valueBlock.valueHexView, sha256(data)) !== 0) return undefined;
    const { signatureVerified, signerCertificate } = await signed.verify({ signer: 0, data: exact(data), checkChain: false, extendedMode: true });
    if (signatureVerified !== true || !signerCertificate || !stamps(signerCertificate)) return undefined;
    return { at: instantOf(info.genTime.getTime()), authority: base64url(new Uint8Array(signerCertificate.toSchema(false).toBER())) };
  } catch {
    return undefined;
  }
}

/** RFC 3161, 2.3: this purpose and no other. */
function stamps(certificate: Certificate): boolean {
  const usage = certificate.extensions?.find(({ extnID }) => extnID === EXT_KEY_USAGE)?.parsedValue as unknown;
  return usage instanceof ExtKeyUsage && usage.keyPurposes.length === 1 && usage.keyPurposes[0] === TIME_STAMPING;
}
