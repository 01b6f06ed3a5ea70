/** Tokens between commands: kept for one gateway and one key, read by their owner alone, used until they end or are refused. */
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Client } from '#cli/client';
import { SessionStore } from '#cli/session-store';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-sessions-'));
t.teardown(() => { rmSync(directory, { recursive: true }); });
const NOW = Date.parse('2026-03-14T01:00:00.000Z');
const tokenUntil = (ms: number, mark = ''): string => `x.${Buffer.from(JSON.stringify({ exp: ms / 1000, mark })).toString('base64url')}.y`;
const GATE = { gateway: 'http://localhost:8080', staff: 'clerk', key: 'k1' };

void t.test('when a token is kept', (t) => {
  let now = NOW;
  const place = join(directory, 'kept');
  const store = new SessionStore(place, () => now);
  const token = tokenUntil(NOW + 3_600_000);
  t.equal(store.find(GATE), undefined);
  store.keep(GATE, token);
  t.equal(store.find(GATE), token);
  for (const other of [{ gateway: 'http://evil.example' }, { staff: 'other' }, { key: 'k2' }]) t.equal(store.find({ ...GATE, ...other }), undefined, JSON.stringify(other));
  const [name = ''] = readdirSync(place);
  t.strictSame([statSync(place).mode & 0o777, statSync(join(place, name)).mode & 0o777, readdirSync(place).length], [0o700, 0o600, 1]);
  chmodSync(join(place, name), 0o644);
  t.equal(store.find(GATE), undefined, 'what others may have read is not used');
  store.keep(GATE, token);
  now = NOW + 3_600_000 - 59_000;
  t.equal(store.find(GATE), undefined, 'nor what is about to end');
  store.keep({ ...GATE, staff: 'second' }, tokenUntil(now + 3_600_000));
  t.equal(readdirSync(place).length, 1, 'what has ended goes');
  store.forget({ ...GATE, staff: 'second' });
  t.strictSame(readdirSync(place), []);
  writeFileSync(join(directory, 'file'), '');
  const nowhere = new SessionStore(join(directory, 'file', 'x'), () => now);
  nowhere.keep(GATE, token);
  t.equal(nowhere.find(GATE), undefined, 'where nothing can be kept, nothing fails');
  t.end();
});

void t.test('when commands follow one another, and the session is ended between them', async (t) => {
  const seen: string[] = [];
  let good = '';
  const server = createServer((request, response) => {
    const say = (status: number, body: object) => { response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)); };
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    request.resume();
    request.on('end', () => {
      if (request.url === '/api/session/challenge') return say(200, { challenge: 'c', ledger: 'l' });
      if (request.url === '/api/session' && request.method === 'POST') { good = tokenUntil(Date.now() + 3_600_000, String(seen.length)); return say(201, { token: good }); }
      return request.headers.authorization === `Bearer ${good}` ? say(200, { jobs: [] }) : say(401, { code: 'NOT_SIGNED_IN', title: 'no', status: 401 });
    });
  }).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  t.teardown(() => server.close());
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyFile = { format: 'yizheng-key/1', staff: 'clerk', key: 'k', agency: 'a', privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string } as const;
  const command = () => new Client({ gateway: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, keyFile, sessions: new SessionStore(join(directory, 'client')) });
  const asked = async (work: (client: Client) => Promise<unknown>) => { seen.length = 0; await work(command()); return [...seen]; };
  const jobs = (client: Client) => client.get('/api/jobs');
  const signIn = ['GET /api/session/challenge', 'POST /api/session'];
  t.strictSame(await asked(jobs), [...signIn, 'GET /api/jobs']);
  t.strictSame(await asked(jobs), ['GET /api/jobs'], 'the second command goes on with the session of the first');
  good = 'ended by a registrar';
  t.strictSame(await asked(jobs), ['GET /api/jobs', ...signIn, 'GET /api/jobs'], 'refused, it signs in anew');
  t.strictSame(await asked(jobs), ['GET /api/jobs'], 'and keeps that one');
  good = 'ended again';
  const upload = (client: Client) => client.send('POST', '/api/uploads?name=x', new ReadableStream({ start(stream) { stream.enqueue(Buffer.from('table')); stream.close(); } }), 'text/csv');
  t.strictSame(await asked(upload), ['GET /api/session', ...signIn, 'GET /api/session', 'POST /api/uploads?name=x'], 'a stream, which goes once, is sent with a session that stands');
});
