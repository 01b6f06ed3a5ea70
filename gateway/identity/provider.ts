/**
 * An identity provider outside (OpenID Connect): authorisation code with PKCE, state bound to the browser, nonce bound to the key of the phone where it brings one. What the
 * provider says is believed for reading; on the ledger it needs the signature of a person of an agency.
 */
import { readFileSync } from 'node:fs';
import { LRUCache } from 'lru-cache';
import type { Configuration } from 'openid-client';
import { fromBase64url, sha256Text } from '#chaincode/facts/hash';
import { GatewayFault } from '../fault.js';
import { randomId } from '../keyring.js';

export interface ProviderSettings {
  /** Its issuer identifier: an address by HTTPS, or of this machine. */
  readonly issuer: string;
  readonly clientId: string;
  /** File whose first line is the client's secret. */
  readonly secretFile: string;
  /** Claims of the ID token: the holder's social credit code or identity number, and the name. */
  readonly codeClaim: string;
  readonly nameClaim: string;
  readonly scope: string;
}
/** A phone that brings its key: the provider's token is then about this very key. */
export interface BroughtKey {
  readonly id: string;
  readonly spki: string;
}
/** Who has signed in, as the provider says. */
export interface ProviderWord {
  readonly issuer: string;
  readonly code: string;
  readonly name: string;
  /** As the provider signed it. */
  readonly idToken: string;
  readonly device?: BroughtKey;
}

interface Flow {
  readonly browser: string;
  readonly verifier: string;
  readonly nonce: string;
  readonly device?: BroughtKey | undefined;
}

/** Beyond this the provider is away; the pages have their own patience. */
const DEADLINE_S = 8;
/** A person looks for the card, types, confirms. */
const FLOW_MS = 10 * 60_000;
const FLOWS_MAX = 5_000;
export const PROVIDER_CALLBACK = '/api/wallet/provider/callback';

/** base64url SHA-256 of the key's SubjectPublicKeyInfo: what the provider signs as nonce. */
export const nonceOf = ({ spki }: Pick<BroughtKey, 'spki'>): string => sha256Text(fromBase64url(spki) ?? new Uint8Array());

export class IdentityProvider {
  readonly #flows = new LRUCache<string, Flow>({ max: FLOWS_MAX, ttl: FLOW_MS });
  #known: Promise<{ readonly client: typeof import('openid-client'); readonly config: Configuration }> | undefined;

  /** @param gateway origin of the public name */
  constructor(private readonly settings: ProviderSettings, private readonly gateway: string) {}

  /** What the provider publishes of itself; asked anew after it could not be reached. @throws GatewayFault PROVIDER_UNAVAILABLE */
  async #configuration() {
    this.#known ??= this.#discover();
    try {
      return await this.#known;
    } catch (cause) {
      this.#known = undefined;
      throw new GatewayFault('PROVIDER_UNAVAILABLE', { cause });
    }
  }

  async #discover() {
    // Loaded with the first sign-in: most gateways have no provider.
    const client = await import('openid-client');
    const { issuer, clientId, secretFile } = this.settings;
    const [secret = ''] = readFileSync(secretFile, 'utf8').split('\n');
    const isLocal = new URL(issuer).protocol === 'http:';
    const config = await client.discovery(new URL(issuer), clientId, undefined, client.ClientSecretBasic(secret.trim()), { timeout: DEADLINE_S, execute: [client.enableNonRepudiationChecks, ...(isLocal ? [client.allowInsecureRequests] : [])] });
    return { client, config };
  }

  /** @returns where the browser goes, and what it must bring back beside the state @throws GatewayFault PROVIDER_UNAVAILABLE */
  async begin(device: BroughtKey | undefined): Promise<{ readonly url: string; readonly browser: string }> {
    const { client, config } = await this.#configuration();
    const [verifier, state, browser] = [client.randomPKCECodeVerifier(), client.randomState(), randomId()];
    const nonce = device ? nonceOf(device) : client.randomNonce();
    this.#flows.set(state, { browser, verifier, nonce, device });
    // A session that somebody left open at the provider identifies nobody: whoever is there shows it now.
    const url = client.buildAuthorizationUrl(config, { prompt: 'login', redirect_uri: this.gateway + PROVIDER_CALLBACK, scope: this.settings.scope, state, nonce, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' });
    return { url: url.href, browser };
  }

  /**
   * The browser is back. Each flow is good once.
   * @param query of the callback @param browser what this browser was given, so that nobody is signed in by a stranger's link
   * @throws GatewayFault PROVIDER_FLOW, PROVIDER_REFUSED, PROVIDER_CLAIMS, PROVIDER_UNAVAILABLE
   */
  async finish(query: string, browser: string | undefined): Promise<ProviderWord> {
    const address = new URL(`${this.gateway}${PROVIDER_CALLBACK}?${query}`);
    const state = address.searchParams.get('state') ?? '';
    const flow = this.#flows.get(state);
    if (!flow || browser !== flow.browser) throw new GatewayFault('PROVIDER_FLOW');
    this.#flows.delete(state);
    const { client, config } = await this.#configuration();
    let idToken: string | undefined;
    let claims: Readonly<Record<string, unknown>> | undefined;
    try {
      const tokens = await client.authorizationCodeGrant(config, address, { pkceCodeVerifier: flow.verifier, expectedState: state, expectedNonce: flow.nonce, idTokenExpected: true });
      [idToken, claims] = [tokens.id_token, tokens.claims()];
    } catch (cause) {
      throw new GatewayFault(isAway(cause) ? 'PROVIDER_UNAVAILABLE' : 'PROVIDER_REFUSED', { cause });
    }
    const [code, name] = [claims?.[this.settings.codeClaim], claims?.[this.settings.nameClaim]];
    if (idToken === undefined || typeof code !== 'string' || typeof name !== 'string') throw new GatewayFault('PROVIDER_CLAIMS');
    return { issuer: this.settings.issuer, code, name, idToken, ...(flow.device ? { device: flow.device } : {}) };
  }
}

/** No answer, or one that says nothing about the person. */
const isAway = (cause: unknown): boolean => cause instanceof Error && (['TimeoutError', 'AbortError', 'TypeError'].includes(cause.name) || ('code' in cause && cause.code === 'OAUTH_TIMEOUT'));
