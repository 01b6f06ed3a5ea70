/** Two gateways in one process, each with a directory, a vault and a log of its own, over one embedded ledger. The first, of a demo, listens; the second belongs to an agency that has joined. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usccCheck } from '#chaincode/facts/check-digit';
import type { PlainAct } from '#chaincode/facts/commands';
import { grantDigest } from '#chaincode/facts/grant';
import { base64url, sha256Text } from '#chaincode/facts/hash';
import type { Acting } from '#gateway/acts/licence/licence';
import type { KeyFile } from '#gateway/acts/licence/sign';
import { buildApp, type App } from '#gateway/app';
import { grantDetailsCommitment, grantDetailsText, type GrantDetails } from '#gateway/documents/grant';
import { keyName } from '#gateway/documents/jws';
import { draftUse, useText, type UseRecord } from '#gateway/documents/use-record';
import { joinLedger } from '#gateway/join';
import { randomId } from '#gateway/keyring';
import { openServices, type Services } from '#gateway/services';
import { Registrar } from '#gateway/setup';
import { checkUses } from '#gateway/uses/check';
import type { KeptUse } from '#gateway/uses/log';
import type { Test } from 'tap';
import { install, PUBLIC_NAME, signed, type Installation } from './installation.js';

/** Synthetic. */
export const ELSEWHERE = { code: `11370303009999777${usccCheck('11370303009999777') ?? ''}`, name: '示例市张店区文化和旅游局（演示）' };

export interface TwoGateways {
  readonly source: Installation & { readonly app: App; readonly address: string; readonly registrar: Registrar };
  readonly other: { readonly services: Services; readonly app: App; readonly acting: Acting; readonly registrar: Registrar; readonly administrator: KeyFile; headers(): { authorization: string } };
  close(): Promise<void>;
}

/** @param address of the second, at which nobody listens */
export async function twoGateways(address = 'http://localhost:9'): Promise<TwoGateways> {
  const installation = await install();
  const { services, clock } = installation;
  const registrar = new Registrar(services, installation.administrator);
  const app = await buildApp({ services });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const source = { ...installation, app, registrar, address: `http://localhost:${String((app.server.address() as AddressInfo).port)}` };
  await registrar.agencyKey(installation.acting('clerk').agency, 'transport', source.address);

  const data = mkdtempSync(join(tmpdir(), 'yizheng-other-'));
  const registration: PlainAct[] = [];
  const administrator = await joinLedger({ data, on: services.ledger, agency: ELSEWHERE, publicName: PUBLIC_NAME, handOver: (_file, acts) => { registration.push(...acts); } });
  for (const act of registration) await registrar.register(act as Parameters<Registrar['register']>[0]);
  const others = await openServices({ data, publicName: PUBLIC_NAME, clock, shared: services.ledger, onFatal: (error) => { throw error; } });
  const own = new Registrar(others, administrator);
  const { id: staff } = await own.staff({ agency: ELSEWHERE.code, roles: ['clerk', 'auditor'], withKey: false });
  await own.agencyKey(ELSEWHERE.code, 'use-record');
  await own.agencyKey(ELSEWHERE.code, 'transport', address);
  const othersApp = await buildApp({ services: others, rateLimits: false });
  await othersApp.ready();
  const acting = { staff, agency: ELSEWHERE.code };
  return {
    source, other: { services: others, app: othersApp, acting, registrar: own, administrator, headers: () => ({ authorization: `Bearer ${othersApp.jwt.sign({ ...acting, displayName: '', method: 'password', ...others.sessions.begin(staff) })}` }) },
    async close() {
      for (const each of [othersApp, app]) await each.close();
      await others.close();
      await installation.remove();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** What reconciliation finds in both logs. */
export async function findings({ source: { services: A }, other: { services: B } }: TwoGateways): Promise<object[]> {
  const keys = new Map((await A.projection.all('agency-key')).map((key) => [keyName(key.spki), key]));
  return (await Promise.all([A, B].map(({ useLog }) => listed(checkUses(useLog, { onLedger: undefined, keyOf: (kid) => keys.get(kid) }))))).flat();
}

export async function listed<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Changes what a service does until the test is over. */
export function instead<T extends object, K extends keyof T>(t: Test, target: T, name: K, replacement: (original: T[K]) => T[K]): void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const original = (target[name] as (...args: unknown[]) => unknown).bind(target) as T[K];
  Object.defineProperty(target, name, { value: replacement(original), configurable: true, writable: true });
  t.teardown(() => { if (own) Object.defineProperty(target, name, own); else Reflect.deleteProperty(target, name); });
}

/** A record of the second with something changed, and its signature again. */
export function altered({ other: { services } }: TwoGateways, { record, ...kept }: KeptUse, change: Partial<UseRecord>): KeptUse {
  const [key] = services.projection.agencyKeys('use-record', ELSEWHERE.code);
  const unsigned = draftUse(useText({ ...record, ...change }), keyName(key?.spki ?? ''));
  const signature = services.keyring.signer('use-record', ELSEWHERE.code, key?.id ?? '')?.sign(Buffer.from(unsigned));
  return { ...kept, record: { ...record, ...change }, token: `${unsigned}.${base64url(signature ?? '')}` };
}
/** A device of a holder, and what it grants to the second; the first keeps the details. */
export async function granted({ source, source: { services } }: TwoGateways, organisation: string, uses: number, opened: Omit<GrantDetails, 'v' | 'text'>) {
  const [subject, ledger] = [`uscc:${organisation}`, services.projection.get('ledger', 'settings')?.ledger ?? ''];
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const device = { id: randomId(), subject, alg: 'ES256' as const, spki: base64url(publicKey.export({ format: 'der', type: 'spki' })) };
  await signed(source, ['clerk', 'approver'], { op: 'register', act: { op: 'device.put', ...device, evidence: sha256Text('seen at the counter') } });
  const random = Buffer.alloc(32, 9);
  const details = grantDetailsText({ v: 1, ...opened, text: { zh: '同意', en: 'yes' } });
  const now = Date.now();
  const grant = { id: randomId(), subject, grantee: ELSEWHERE.code, notBefore: new Date(now - 60_000).toISOString(), notAfter: new Date(now + 3600_000).toISOString(), uses, details: grantDetailsCommitment(random, details) };
  const signature = base64url(sign('sha256', grantDigest(ledger, grant), { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  await services.grants.put({ grant, text: details, opening: base64url(random) }, { device: device.id, signature });
  return { grant: grant.id, details, opening: base64url(random) };
}

/** Both have read what the ledger has. */
export async function bothHeard({ source: { services: A }, other: { services: B } }: TwoGateways): Promise<void> {
  const head = (await A.ledger.height()) - 1n;
  await Promise.all([A, B].map(({ projection }) => projection.reached(head)));
}

/** The codes of a problem: its own, and those of its fields. */
export const said = (answer: { json(): unknown }): string => {
  const { code, fields = [] } = answer.json() as { code?: string; fields?: { code: string }[] };
  return [code, ...fields.map((field) => field.code)].join(' ');
};
