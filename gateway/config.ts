/** Settings: a schema, read once in main, passed on as values. An unknown setting is an error; secrets come as files. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';
import { parseHours, type WorkingHours } from './acts/audit/hours.js';
import type { ProviderSettings } from './identity/provider.js';
import { AlarmSettingsError, readAlarms, type AlarmSettings } from './alarms/settings.js';
import { NoticeSettingsError, readNotices, type NoticeSettings } from './notices/settings.js';

/** `wants` says in plain words what may stand there. */
export const Settings = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080, wants: 'a whole number from 0 to 65535', description: 'port to listen on; 0 takes a free one' }),
  HOST: Type.String({ default: '127.0.0.1', description: 'address to listen on' }),
  YIZHENG_DATA: Type.String({ default: 'data', description: 'data directory' }),
  YIZHENG_PUBLIC_NAME: Type.Optional(Type.String({ pattern: '^https?://[a-z0-9.:-]+$', wants: 'an address such as https://licence.example.cn: http:// or https://, small letters, no path, no slash at the end', description: 'public name printed in QR codes and credentials; meant to outlive servers' })),
  YIZHENG_TLS_CERTIFICATE: Type.Optional(Type.String({ description: 'PEM file; with the key file the gateway speaks HTTPS' })),
  YIZHENG_TLS_KEY: Type.Optional(Type.String({ description: 'PEM file, mode 0600' })),
  YIZHENG_SEAL_PASSPHRASE: Type.Optional(Type.String({ description: 'file whose first line closes the keys of seals, mode 0600; keys/seal.passphrase in the data directory where not given' })),
  YIZHENG_TOMBSTONES: Type.Optional(Type.String({ description: 'file that keeps whom has been erased, away from the data directory and its backups; <data directory>.tombstones where not given' })),
  YIZHENG_HEADS: Type.Optional(Type.String({ description: 'directory into which a signed head of the ledger goes every day, to be carried elsewhere' })),
  YIZHENG_TIME_STAMPS: Type.Optional(Type.String({ pattern: '^https?://[^\\s]+$', wants: 'the address of an RFC 3161 authority, http:// or https://', description: 'time stamp authority for sealed PDFs; without it they bear none' })),
  YIZHENG_EXCHANGE_CA: Type.Optional(Type.String({ description: 'PEM file of the authorities that certify gateways of other agencies, besides those that Node knows' })),
  YIZHENG_OIDC_ISSUER: Type.Optional(Type.String({ pattern: '^(https://[^\\s?#]+|http://(localhost|127\\.0\\.0\\.1)(:\\d+)?[^\\s?#]*)$', wants: 'the issuer of an OpenID Connect provider, https://', description: 'identity provider of holders; without it they register at a counter' })),
  YIZHENG_OIDC_CLIENT_ID: Type.Optional(Type.String({ pattern: '^\\S+$', wants: 'the id of this gateway at the provider', description: 'this gateway at the provider' })),
  YIZHENG_OIDC_CLIENT_SECRET_FILE: Type.Optional(Type.String({ description: 'file whose first line is its secret there, mode 0600' })),
  YIZHENG_OIDC_CODE_CLAIM: Type.String({ default: 'holder_code', pattern: '^\\S+$', wants: 'the name of a claim', description: 'claim that holds the code of the holder' }),
  YIZHENG_OIDC_NAME_CLAIM: Type.String({ default: 'name', pattern: '^\\S+$', wants: 'the name of a claim', description: 'claim that holds his name' }),
  YIZHENG_OIDC_SCOPE: Type.String({ default: 'openid profile', pattern: '(^| )openid( |$)', wants: 'scopes, openid among them', description: 'what is asked of the provider' }),
  YIZHENG_WORKING_HOURS: Type.String({ default: '08:00-18:00', pattern: '^([01]\\d|2[0-3]):[0-5]\\d-([01]\\d|2[0-4]):[0-5]\\d$', wants: 'two times of the day such as 08:00-18:00', description: 'working hours, Monday to Friday in the legal zone of the ledger: auditors are shown what is done outside of them' }),
  YIZHENG_NOTICES: Type.Optional(Type.String({ description: 'file that says whom to tell of licences that end, papers that are due, and alarms: web hooks and tokens of feeds, by agency' })),
  YIZHENG_ALARMS: Type.Optional(Type.String({ description: 'file that says from when on reading is unusual' })),
  YIZHENG_LOG: Type.Enum(['silent', 'error', 'warn', 'info', 'debug'], { default: 'info', wants: 'one of silent, error, warn, info, debug', description: 'log level' }),
  YIZHENG_TRUST_PROXY: Type.Boolean({ default: false, wants: 'true or false', description: 'take the client address from X-Forwarded-For of a proxy on this machine' }),
}, { additionalProperties: false });
type Raw = Static<typeof Settings>;

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly publicName: string | undefined;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly sealPassphrase: string | undefined;
  readonly tombstones: string | undefined;
  readonly heads: string | undefined;
  readonly timeStamps: string | undefined;
  readonly exchangeAuthorities: string | undefined;
  readonly provider: ProviderSettings | undefined;
  readonly workingHours: WorkingHours;
  readonly notices: NoticeSettings | undefined;
  readonly alarms: AlarmSettings | undefined;
  readonly log: string;
  readonly trustProxy: boolean;
  readonly demo: boolean;
  /** absent: what the data directory was set up with */
  readonly ledger: 'embedded' | 'fabric' | undefined;
  readonly profile: string | undefined;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Settings of the command line; a person may have them in the same shell. */
const OF_THE_CLI = new Set(['YIZHENG_GATEWAY', 'YIZHENG_KEY']);

/** @throws ConfigError naming every setting that is wrong */
export function readConfig(env: Readonly<Record<string, string | undefined>>, args: readonly string[]): Config {
  const known = new Set(Object.keys(Settings.properties));
  const given = Object.entries(env).filter(([name, value]) => value !== undefined && value !== '' && (known.has(name) || (name.startsWith('YIZHENG_') && !OF_THE_CLI.has(name))));
  const raw: unknown = Value.Default(Settings, Value.Convert(Settings, Object.fromEntries(given)));
  if (!Value.Check(Settings, raw)) {
    const wrong = new Set([...Value.Errors(Settings, raw)].map(({ instancePath }) => instancePath.slice(1)));
    const faults = given.flatMap(([name, value]) => {
      if (!known.has(name)) return [`${name}: there is no such setting; the settings are ${[...known].join(', ')}`];
      const { wants } = Settings.properties[name as keyof Raw] as { readonly wants?: string };
      return wrong.has(name) ? [`${name}: ${wants ?? 'a text'} is meant, not "${value ?? ''}"`] : [];
    });
    throw new ConfigError(faults.join('\n'));
  }
  return configOf(raw, readArguments(args, env['NODE_ENV'] === 'production'));
}

/** All three, or none. @throws ConfigError */
function providerOf(raw: Raw): ProviderSettings | undefined {
  const [issuer, clientId, secretFile] = [raw.YIZHENG_OIDC_ISSUER, raw.YIZHENG_OIDC_CLIENT_ID, raw.YIZHENG_OIDC_CLIENT_SECRET_FILE];
  if (issuer === undefined && clientId === undefined && secretFile === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || secretFile === undefined) throw new ConfigError('YIZHENG_OIDC_ISSUER, YIZHENG_OIDC_CLIENT_ID and YIZHENG_OIDC_CLIENT_SECRET_FILE belong together');
  return { issuer, clientId, secretFile: resolve(secretFile), codeClaim: raw.YIZHENG_OIDC_CODE_CLAIM, nameClaim: raw.YIZHENG_OIDC_NAME_CLAIM, scope: raw.YIZHENG_OIDC_SCOPE };
}

/** @throws ConfigError */
function hoursOf(text: string): WorkingHours {
  const hours = parseHours(text);
  if (!hours) throw new ConfigError('YIZHENG_WORKING_HOURS: the first time of the day comes before the second');
  return hours;
}

/** A file of the operator's. @throws ConfigError */
function fromFile<T>(setting: 'YIZHENG_NOTICES' | 'YIZHENG_ALARMS', raw: Raw, read: (path: string) => T): T | undefined {
  const path = raw[setting];
  try {
    return path === undefined ? undefined : read(resolve(path));
  } catch (error) {
    throw error instanceof NoticeSettingsError || error instanceof AlarmSettingsError ? new ConfigError(`${setting}: ${error.message}`) : error;
  }
}

type Arguments = Pick<Config, 'demo' | 'ledger' | 'profile'>;

function readArguments(args: readonly string[], isProduction: boolean): Arguments {
  let given: Arguments = { demo: false, ledger: undefined, profile: undefined };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '--demo' || arg === '--no-demo') given = { ...given, demo: arg === '--demo' };
    else if (arg === '--ledger') given = { ...given, ledger: ledgerOf(args[++i]) };
    else if (arg === '--profile') given = { ...given, profile: fileOf(args[++i]) };
    else throw new ConfigError(`unknown argument ${String(arg)}: --demo, --no-demo, --ledger embedded|fabric, --profile FILE`);
  }
  if (given.profile !== undefined && given.ledger !== 'fabric') throw new ConfigError('--profile belongs to --ledger fabric');
  return { ...given, demo: given.demo && !isProduction };
}

function ledgerOf(name: string | undefined): 'embedded' | 'fabric' {
  if (name !== 'embedded' && name !== 'fabric') throw new ConfigError('--ledger is embedded or fabric');
  return name;
}

function fileOf(name: string | undefined): string {
  if (name === undefined || !existsSync(name)) throw new ConfigError(`--profile ${name ?? ''}: no such file`);
  return resolve(name);
}

function configOf(raw: Raw, given: Arguments): Config {
  const [certificate, key] = [raw.YIZHENG_TLS_CERTIFICATE, raw.YIZHENG_TLS_KEY];
  if ((certificate === undefined) !== (key === undefined)) throw new ConfigError('YIZHENG_TLS_CERTIFICATE and YIZHENG_TLS_KEY belong together');
  const provider = providerOf(raw);
  for (const file of [certificate, key, raw.YIZHENG_SEAL_PASSPHRASE, raw.YIZHENG_EXCHANGE_CA, raw.YIZHENG_NOTICES, raw.YIZHENG_ALARMS, provider?.secretFile]) if (file !== undefined && !existsSync(file)) throw new ConfigError(`${file}: no such file`);
  const authorities = raw.YIZHENG_EXCHANGE_CA === undefined ? undefined : readFileSync(raw.YIZHENG_EXCHANGE_CA, 'utf8');
  if (authorities?.includes('-----BEGIN CERTIFICATE-----') === false) throw new ConfigError(`YIZHENG_EXCHANGE_CA: ${raw.YIZHENG_EXCHANGE_CA ?? ''} is no PEM file of certificates`);
  return {
    port: raw.PORT, host: raw.HOST, data: resolve(raw.YIZHENG_DATA), publicName: raw.YIZHENG_PUBLIC_NAME,
    tls: certificate !== undefined && key !== undefined ? { certificate, key } : undefined, sealPassphrase: raw.YIZHENG_SEAL_PASSPHRASE === undefined ? undefined : resolve(raw.YIZHENG_SEAL_PASSPHRASE),
    tombstones: raw.YIZHENG_TOMBSTONES === undefined ? undefined : resolve(raw.YIZHENG_TOMBSTONES), heads: raw.YIZHENG_HEADS === undefined ? undefined : resolve(raw.YIZHENG_HEADS), timeStamps: raw.YIZHENG_TIME_STAMPS, exchangeAuthorities: authorities, provider, workingHours: hoursOf(raw.YIZHENG_WORKING_HOURS), log: raw.YIZHENG_LOG, trustProxy: raw.YIZHENG_TRUST_PROXY, notices: fromFile('YIZHENG_NOTICES', raw, readNotices), alarms: fromFile('YIZHENG_ALARMS', raw, readAlarms), ...given,
  };
}
