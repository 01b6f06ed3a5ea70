import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { openFabricLedger } from '#network/fabric/ledger';

// Tests run where package.json is.
const ROOT = process.cwd();
const PACKAGE = 'fabric-network';

t.test('when no profile asks for it', (t) => {
  t.type(openFabricLedger, 'function');
  t.same(Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes(PACKAGE)), [], `${PACKAGE} is not loaded`);
  t.end();
});

t.test('when a profile asks for it and it is not installed', (t) => {
  // Away from here: packages are looked for in every directory above.
  const installation = mkdtempSync(join(tmpdir(), 'yizheng-legacy-'));
  t.teardown(() => rmSync(installation, { recursive: true }));
  cpSync(join(ROOT, 'dist/network'), join(installation, 'dist/network'), { recursive: true });
  const { imports, type } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(installation, 'package.json'), JSON.stringify({ imports, type }));
  mkdirSync(join(installation, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) if (name !== PACKAGE) symlinkSync(join(ROOT, 'node_modules', name), join(installation, 'node_modules', name));
  const module = (name: string): string => JSON.stringify(pathToFileURL(join(installation, 'dist/network/fabric', name)).href);
  const script = `
    const [{ LegacyClient }, { dial }, { PeerLink }] = await Promise.all([import(${module('legacy/client.js')}), import(${module('calls.js')}), import(${module('link.js')})]);
    const { privateKey } = (await import('node:crypto')).generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    const place = { channel: 'c', mspId: 'M', address: 'localhost:1', tlsRoot: '', reader: { certificate: '', privateKey } };
    await LegacyClient.open(place, new PeerLink(() => dial(place.address, ''))).catch(({ code, message }) => console.log(JSON.stringify({ code, message })));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  t.match(JSON.parse(stdout || '{}'), { code: 'LEDGER_REFUSED', message: /npm install .*fabric-network@2\.2\.20/ }, stderr);
  t.end();
});
