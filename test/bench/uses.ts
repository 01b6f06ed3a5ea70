/** Uses of licences: under a scene, under a grant that the ledger counts first, the log by itself, and one holder's log among many. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { grantDigest } from '#chaincode/facts/grant';
import { base64url } from '#chaincode/facts/hash';
import { signAct, type KeyFile, type Signable } from '#gateway/acts/licence/sign';
import { KIND } from '#gateway/catalogue/kinds';
import { MATTERS } from '#gateway/catalogue/matters';
import { grantDetailsCommitment, grantDetailsText } from '#gateway/documents/grant';
import { randomId } from '#gateway/keyring';
import { BUREAU, MARKET } from '#test/support/ledger';
import { logPlace, useOf } from '#test/support/uses';
import { session, type Server } from './client.js';
import { QUICK, quantile, record, rounds, type Figure } from './figures.js';

const CLIENTS = 64;
const HOLDERS = QUICK ? 10_000 : 100_000;
const RECORDS = QUICK ? 100_000 : 1_000_000;
/** Records that one asks for at once. */
const BATCH = 4_096;
const ASKED = 200;
/** Of the demo. */
const HOLDER = '91370303MA99TXT04C';

const keyFile = (server: Server, name: string): KeyFile => JSON.parse(readFileSync(server.signIns.find((signIn) => signIn.name === name)?.keyFile ?? '', 'utf8')) as KeyFile;
const post = async <T>(server: Server, path: string, headers: Record<string, string>, body: object, method = 'POST'): Promise<T> => {
  const response = await fetch(`${server.address}${path}`, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
};

/** Drafted at a door, and signed by a person's own key. */
async function signed(server: Server, name: string, path: string, body: object): Promise<void> {
  const [headers, requestId] = [await session(server, name), randomId()];
  const shown = await post<Signable>(server, path, headers, { requestId, ...body });
  await post(server, `/api/drafts/${requestId}/signatures`, headers, { actors: [signAct(keyFile(server, name), shown)] });
}

/** Uses by clients side by side; each is a request of its own. */
async function usesPerSecond(server: Server, headers: Record<string, string>, use: object, times: number[] = [], clients = CLIENTS): Promise<number> {
  const count = QUICK ? 500 : 4_000;
  let left = count;
  const begun = performance.now();
  await Promise.all(Array.from({ length: clients }, async () => {
    while (left-- > 0) {
      const from = performance.now();
      await post(server, '/api/uses', headers, { requestId: randomId(), caseNo: '2026-1', licence: server.licence, ...use });
      times.push(performance.now() - from);
    }
  }));
  return count / ((performance.now() - begun) / 1000);
}

const MATTERS_ASKED = 5;

/** What a holder has, and what is missing, for a trade of five matters. */
async function materials(server: Server): Promise<void> {
  const matters = Array.from({ length: MATTERS_ASKED }, (_, i) => ({ ...structuredClone(MATTERS[i % MATTERS.length]), code: `MEASURED_${String(i)}` }));
  for (const matter of matters) await signed(server, 'registrar', '/api/drafts', { act: { op: 'register', act: { op: 'matter.put', ...matter } } });
  const headers = await session(server);
  const times: number[] = [];
  for (let i = 0; i < ASKED; i++) {
    const from = performance.now();
    await post(server, '/api/materials', headers, { holder: HOLDER, matters: matters.map(({ code }) => ({ matter: code })) });
    times.push(performance.now() - from);
  }
  record(`materials of ${String(MATTERS_ASKED)} matters, p50`, 'ms', [quantile(times, 0.5)]);
  record(`materials of ${String(MATTERS_ASKED)} matters, p99`, 'ms', [quantile(times, 0.99)]);
}

/** @param against what an ordinary look-up manages */
export async function uses(server: Server, against: Figure): Promise<void> {
  const fields = ['number', 'scope'];
  const scene = { op: 'scene.put', id: randomId(), name: { zh: '监督检查复用', en: 'inspection' }, owner: BUREAU, grantee: MARKET, kinds: [{ kind: KIND.food, fields }], purpose: 'INSPECTION', from: '2020-01-01', statute: false };
  await signed(server, 'approver', '/api/drafts', { act: { op: 'register', act: scene } });
  const headers = await session(server, 'market');
  record('scene look-up over HTTP, recorded first, 64 clients', '/s', await rounds(() => usesPerSecond(server, headers, { fields, purpose: 'INSPECTION' })), against);
  const grant = await granted(server, fields);
  const times: number[] = [];
  record('granted use over HTTP, counted on the ledger first', '/s', await rounds(() => usesPerSecond(server, headers, { fields, purpose: 'CREDIT', authority: grant }, times)), against);
  for (const share of [0.5, 0.99]) record(`granted use, ${String(CLIENTS)} clients, p${String(share * 100)}`, 'ms', [quantile(times, share)]);
  await materials(server);
}

async function granted(server: Server, fields: readonly string[]): Promise<object> {
  const { ledger } = (await (await fetch(`${server.address}/api/ledger`)).json()) as { ledger: string };
  const licence = server.licence.split('.').slice(5, 8).join('.');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [organisation, device] = [HOLDER, { id: randomId(), spki: base64url(publicKey.export({ format: 'der', type: 'spki' })) }];
  await signed(server, 'approver', '/api/devices', { organisation, device, seen: ['BUSINESS_LICENCE'] });
  const [details, opening] = [grantDetailsText({ v: 1, licences: [{ licence, fields }], purpose: 'CREDIT', text: { zh: '信贷审查', en: 'a credit' } }), Buffer.alloc(32, 1)];
  const grant = { id: randomId(), subject: `uscc:${organisation}`, grantee: MARKET, notBefore: new Date(Date.now() - 60_000).toISOString(), notAfter: new Date(Date.now() + 3600_000).toISOString(), uses: 100_000, details: grantDetailsCommitment(opening, details) };
  const signature = base64url(sign('sha256', grantDigest(ledger, grant), { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  await post(server, `/api/grants/${grant.id}`, { 'content-type': 'application/json' }, { grant, text: details, opening: base64url(opening), by: { device: device.id, signature } }, 'PUT');
  return { grant: grant.id };
}

/** The log by itself, and how long one holder's last fifty records take among all. */
export async function useLog(): Promise<void> {
  const licenceOf = (holder: number): string => `${KIND.food}.${BUREAU}.${String(holder).padStart(20, '0')}`;
  const subjectOf = (holder: number): string => `person:${String(holder).padStart(22, 'A')}`;
  const place = logPlace(undefined, (licence) => subjectOf(Number(licence.slice(-20))));
  const { log, vault, close } = await place.open();
  for (let holder = 0; holder < HOLDERS; holder += BATCH) await Promise.all(Array.from({ length: Math.min(BATCH, HOLDERS - holder) }, (_, i) => vault.holderKey(subjectOf(holder + i))));
  const begun = performance.now();
  for (let first = 0; first < RECORDS; first += BATCH) {
    await Promise.all(Array.from({ length: Math.min(BATCH, RECORDS - first) }, (_, i) => {
      const holder = (first + i) % HOLDERS;
      return log.append(log.prepare(useOf({ licence: licenceOf(holder) }), { subject: subjectOf(holder), caseNo: String(first + i) }));
    }));
  }
  record(`use records, ${RECORDS.toLocaleString('en')} of ${HOLDERS.toLocaleString('en')} holders`, '/s', [RECORDS / ((performance.now() - begun) / 1000)]);
  const times: number[] = [];
  for (let i = 0; i < ASKED; i++) {
    const from = performance.now();
    await log.ofHolder(subjectOf((i * 104_729) % HOLDERS), { limit: 50 });
    times.push(performance.now() - from);
  }
  record("one holder's log among them", 'ms', times);
  record("one holder's log, slowest of a hundred", 'ms', [quantile(times, 0.99)]);
  await close();
  place.remove();
}
