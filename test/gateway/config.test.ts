/** Settings: what is wrong is said in words that an operator can act on. */
import { resolve } from 'node:path';
import t from 'tap';
import { ConfigError, readConfig } from '#gateway/config';

const refused = (env: Record<string, string>, args: readonly string[] = []): string => {
  try { readConfig(env, args); } catch (error) { if (error instanceof ConfigError) return error.message; throw error; }
  return 'taken';
};

t.test('when nothing is set', async (t) => {
  t.match(readConfig({}, []), { port: 8080, host: '127.0.0.1', data: resolve('data'), publicName: undefined, tls: undefined, log: 'info', trustProxy: false, demo: false });
  t.equal(readConfig({}, ['--demo']).demo, true);
  t.equal(readConfig({}, ['--demo', '--no-demo']).demo, false, 'the last one counts');
  t.equal(readConfig({ NODE_ENV: 'production' }, ['--demo']).demo, false);
  t.equal(readConfig({ YIZHENG_KEY: 'x', YIZHENG_GATEWAY: 'y', PORT: '' }, []).port, 8080, 'what belongs to the command line, or is empty, is passed over');
});

t.test('when a setting is wrong', async (t) => {
  for (const [env, words] of [
    [{ PORT: 'abc' }, 'PORT: a whole number from 0 to 65535 is meant, not "abc"'], [{ PORT: '70000' }, 'PORT: a whole number from 0 to 65535 is meant, not "70000"'],
    [{ YIZHENG_LOG: 'loud' }, 'YIZHENG_LOG: one of silent, error, warn, info, debug is meant, not "loud"'], [{ YIZHENG_TRUST_PROXY: 'maybe' }, 'YIZHENG_TRUST_PROXY: true or false is meant, not "maybe"'],
  ] as const) t.equal(refused(env), words);
  t.match(refused({ YIZHENG_PUBLIC_NAME: 'https://Licence.example/' }), /^YIZHENG_PUBLIC_NAME: an address such as https:.* not "https:\/\/Licence\.example\/"$/);
  t.match(refused({ YIZHENG_PROT: '1' }), /^YIZHENG_PROT: there is no such setting; the settings are PORT, HOST/);
  t.strictSame(refused({ PORT: 'x', YIZHENG_A: '1' }).split('\n').map((line) => line.split(':')[0]), ['PORT', 'YIZHENG_A'], 'all of them at once');
  for (const env of [{ PORT: 'x' }, { YIZHENG_LOG: 'x' }, { YIZHENG_A: '1' }, { YIZHENG_PUBLIC_NAME: 'x' }]) t.notMatch(refused(env), /must|schema|pattern|instancePath|propert/i, 'none of the validator\'s own words');
  t.match(refused({ YIZHENG_TLS_KEY: 'x' }), /belong together/);
  t.match(refused({ YIZHENG_OIDC_ISSUER: 'https://id.example' }), /YIZHENG_OIDC_ISSUER, .* belong together/);
  for (const issuer of ['http://id.example', 'id.example', 'https://id.example?x=1']) t.match(refused({ YIZHENG_OIDC_ISSUER: issuer }), /YIZHENG_OIDC_ISSUER: the issuer of an OpenID Connect provider/, issuer);
  t.match(refused({ YIZHENG_OIDC_ISSUER: 'https://id.example', YIZHENG_OIDC_CLIENT_ID: 'x', YIZHENG_OIDC_CLIENT_SECRET_FILE: 'no-such' }), /no-such: no such file/);
  t.match(readConfig({ YIZHENG_OIDC_ISSUER: 'https://id.example', YIZHENG_OIDC_CLIENT_ID: 'x', YIZHENG_OIDC_CLIENT_SECRET_FILE: 'package.json' }, []).provider, { issuer: 'https://id.example', clientId: 'x', secretFile: resolve('package.json'), codeClaim: 'holder_code', nameClaim: 'name', scope: 'openid profile' });
  t.match(refused({ YIZHENG_TLS_KEY: 'no-such', YIZHENG_TLS_CERTIFICATE: 'no-such' }), /no-such: no such file/);
  t.match(refused({ YIZHENG_EXCHANGE_CA: 'no-such' }), /no-such: no such file/);
  t.match(refused({ YIZHENG_EXCHANGE_CA: 'package.json' }), /YIZHENG_EXCHANGE_CA: package\.json is no PEM file/);
  t.match(refused({}, ['--dmeo']), /--dmeo: --demo, --no-demo, --ledger embedded\|fabric, --profile FILE/);
});
