/** A real OpenID Connect provider (oidc-provider) on a port of this machine. Whoever comes is the account that the test says: there is nobody to type a password. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider, type Configuration } from 'oidc-provider';

export interface Account {
  readonly code: string;
  readonly name: string;
}
export interface TestProvider {
  readonly issuer: string;
  readonly secret: string;
  /** Who is at the provider's page. */
  account: Account;
  /** Plays the browser: from the gateway's address to the one where the provider sends it back. */
  visit(url: string): Promise<string>;
  close(): Promise<void>;
}

export const CLIENT = 'yizheng';

/** @param redirect addresses where the gateway takes people back */
export async function startProvider(redirect: readonly string[], change: Partial<Configuration> = {}): Promise<TestProvider> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const started: TestProvider = { issuer, secret: 'a secret of the test', account: { code: '91370303MA99TXT04C', name: '示例浮云餐饮有限公司' }, visit: (url) => visit(url, issuer), close: () => closed(server) };
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT, client_secret: started.secret, redirect_uris: [...redirect], token_endpoint_auth_method: 'client_secret_basic' }],
    claims: { openid: ['sub'], profile: ['name', 'holder_code'] }, conformIdTokenClaims: false,
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: id.split('/')[1] ?? '', holder_code: id.split('/')[0] ?? '' }) }),
    features: { devInteractions: { enabled: false } }, interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` }, cookies: { keys: ['a key of the test'] },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client?.clientId ?? '', accountId: ctx.oidc.session?.accountId ?? '' });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
    ...change,
  });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') === true) void provider.interactionFinished(request, response, { login: { accountId: `${started.account.code}/${started.account.name}` } });
    else void handle(request, response);
  });
  return started;
}

async function visit(from: string, issuer: string): Promise<string> {
  const cookies = new Map<string, string>();
  for (let url = from, step = 0; step < 10; step++) {
    const response = await fetch(url, { redirect: 'manual', headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    await response.arrayBuffer();
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    url = new URL(response.headers.get('location') ?? '', url).href;
    if (!url.startsWith(issuer)) return url;
  }
  throw new Error('the provider goes round in circles');
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
