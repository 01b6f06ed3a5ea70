/** A presentation: the holder's device shows chosen fields of a licence, now, to one verifier. SD-JWT with a key binding (RFC 9901, 4.3; docs/decisions/0024). Pure: phone, gateway and verifier read the same bytes. */
import { base64url, fromBase64url, importP256, sha256Text, verifyP256Aside } from '#chaincode/facts/hash';
import type { Instant } from '#chaincode/facts/calendar';
import type { DeviceStatusName } from '#chaincode/facts/device';
import { objectOf, utf8 } from '#chaincode/facts/text';
import { parseCredential, type ParsedCredential } from '#chaincode/facts/credential';
import { fail, pass, unchecked, type Finding } from './evidence.js';

/** As long as a code stands on a screen. */
export const PRESENTATION_MS = 60_000;
/** Clocks of phones and verifiers; the gateway where it was shown goes by its own. */
const TOLERANCE_MS = 5 * 60_000;
const TYPE = 'kb+jwt';

/** To whom, in answer to what, until when. */
export interface BindingFacts {
  readonly ledger: string;
  /** Origin of the gateway, or `urn:uscc:` and the agency whose challenge it answers. */
  readonly aud: string;
  /** 128 random bits: the verifier's where there is a challenge, else the phone's. */
  readonly nonce: string;
  /** Seconds since 1970. */
  readonly iat: number;
}
export interface Binding extends BindingFacts {
  /** Id of the device. */
  readonly kid: string;
  readonly exp: number;
  /** base64url SHA-256 of the credential with just the disclosures that are shown. */
  readonly sd_hash: string;
}
/** What a device has bound itself to. */
export interface Bound {
  /** What is shown, closed by a tilde: a credential with the chosen disclosures, or what opens an identity record. */
  readonly shown: string;
  readonly binding: Binding;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}
export interface ParsedPresentation extends Bound {
  readonly credential: ParsedCredential;
}

const encode = (value: unknown): string => base64url(JSON.stringify(value));

/** @param shown what is shown, closed by a tilde @returns ASCII `header.payload`, which the device signs */
export function draftBinding(shown: string, device: string, { ledger, aud, nonce, iat }: BindingFacts): string {
  return `${encode({ alg: 'ES256', typ: TYPE, kid: device })}.${encode({ iat, exp: iat + PRESENTATION_MS / 1000, aud, nonce, sd_hash: sha256Text(shown), ledger })}`;
}

/** @returns undefined where it is not of the form */
export function parsePresentation(text: string): ParsedPresentation | undefined {
  const bound = parseBound(text);
  const credential = bound && parseCredential(bound.shown);
  return bound && credential?.ok ? { ...bound, credential } : undefined;
}

/** @returns undefined where no device has signed it */
export function parseBound(text: string): Bound | undefined {
  const end = text.lastIndexOf('~') + 1;
  const [shown, [header64 = '', payload64 = '', signature64 = '', ...more]] = [text.slice(0, end), text.slice(end).split('.')];
  const [header, payload, signature] = [objectOf(fromBase64url(header64)), objectOf(fromBase64url(payload64)), fromBase64url(signature64)];
  if (more.length > 0 || !header || !payload || !signature) return undefined;
  const { alg, typ, kid, ...rest } = header;
  const binding = { ...payload, kid };
  if (alg !== 'ES256' || typ !== TYPE || Object.keys(rest).length > 0 || !isBinding(binding)) return undefined;
  return { shown, binding, signature, signed: utf8(`${header64}.${payload64}`) };
}

const MEMBERS = ['iat', 'exp', 'aud', 'nonce', 'sd_hash', 'ledger', 'kid'];
function isBinding(value: Record<string, unknown>): value is Record<string, unknown> & Binding {
  const { iat, exp, ...texts } = value;
  return Object.keys(value).length === MEMBERS.length && MEMBERS.every((name) => Object.hasOwn(value, name)) && Number.isSafeInteger(iat) && Number.isSafeInteger(exp) && Object.values(texts).every((each) => typeof each === 'string');
}

/** What a gateway says that the ledger has of the device. */
export interface KnownDevice {
  readonly id: string;
  readonly spki: string;
  readonly status: DeviceStatusName;
}

/** Whether the device of the holder has shown just this, to this verifier, now. @param device undefined: nothing is known of it */
export async function bindingFinding({ binding, shown, signed, signature }: Bound, expected: Pick<BindingFacts, 'ledger' | 'aud' | 'nonce'> & { readonly now: Instant }, device: KnownDevice | undefined): Promise<Finding> {
  const { ledger, aud, nonce, iat, exp, kid, sd_hash } = binding;
  if (sd_hash !== sha256Text(shown)) return fail('BINDING_OTHER_FIELDS');
  if (ledger !== expected.ledger || aud !== expected.aud || nonce !== expected.nonce) return fail('BINDING_OTHER_VERIFIER');
  const now = Date.parse(expected.now);
  if (exp !== iat + PRESENTATION_MS / 1000 || iat * 1000 > now + TOLERANCE_MS || exp * 1000 + TOLERANCE_MS < now) return fail('BINDING_LATE');
  if (device?.id !== kid) return unchecked('BINDING_DEVICE_UNKNOWN');
  if (device.status !== 'in-use') return fail('BINDING_DEVICE_ENDED');
  const key = importP256(device.spki);
  return key && (await verifyP256Aside(key, signed, signature)) ? pass('DEVICE_BOUND') : fail('BINDING_SIGNATURE');
}
