/** Two gateways in one process, each with a directory, a vault and a log of its own, over one embedded ledger. The first, of a demo, listens; the second belongs to an agency that has joined. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usccCheck } from '#chaincode/facts/check-digit';
import type { PlainAct } from '#chaincode/facts/commands';
import type { Acting } from '#gateway/acts/licence';
import type { KeyFile } from '#gateway/acts/sign';
import { buildApp, type App } from '#gateway/app';
import { joinLedger } from '#gateway/join';
import { openServices, type Services } from '#gateway/services';
import { Registrar } from '#gateway/setup';
import { install, PUBLIC_NAME, type Installation } from './installation.js';

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
