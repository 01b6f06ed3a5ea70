import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { findBinaries, isEnough, RELEASES } from '#network/fabric/binaries';
import { demandFree } from '#network/fabric/ports';
import { cleanEnvironment } from '#network/fabric/processes';

/** Programs that say a version as Fabric's do (its `version` command), and nothing else. */
function programs(directory: string, versions: Readonly<Record<string, string>>): string {
  mkdirSync(directory, { recursive: true });
  for (const [name, version] of Object.entries(versions)) {
    writeFileSync(join(directory, name), `#!/bin/sh\nprintf '${name}:\\n Version: ${version}\\n Commit SHA: 0\\n'\n`);
    chmodSync(join(directory, name), 0o755);
  }
  return directory;
}

t.test('when Fabric is looked for', async (t) => {
  const root = t.testdir({});
  const good = programs(join(root, 'good'), { peer: '3.1.5', orderer: 'v3.1.5' });
  t.match(await findBinaries('bft', { FABRIC_BIN: good }), { peer: join(good, 'peer'), orderer: join(good, 'orderer'), version: '3.1.5' });
  t.match(await findBinaries('solo', { PATH: `${join(root, 'nothing')}:${good}` }), { version: '3.1.5' });

  const missing = { code: 'FABRIC_MISSING', message: new RegExp(RELEASES) };
  await t.rejects(findBinaries('solo', {}), missing, 'nothing anywhere');
  await t.rejects(findBinaries('solo', { FABRIC_BIN: join(root, 'nothing'), PATH: good }), missing, 'FABRIC_BIN alone counts');
  const half = programs(join(root, 'half'), { peer: '3.1.5' });
  await t.rejects(findBinaries('solo', { FABRIC_BIN: half }), { code: 'FABRIC_MISSING', message: /no orderer in FABRIC_BIN/ });
  const broken = programs(join(root, 'broken'), { peer: '3.1.5' });
  writeFileSync(join(broken, 'orderer'), 'not a program', { mode: 0o755 });
  await t.rejects(findBinaries('solo', { FABRIC_BIN: broken }), { code: 'FABRIC_MISSING', message: /cannot be run/ });

  const version = { code: 'FABRIC_VERSION' };
  await t.rejects(findBinaries('solo', { FABRIC_BIN: programs(join(root, 'old'), { peer: '2.5.3', orderer: '2.5.3' }) }), version);
  await t.rejects(findBinaries('bft', { FABRIC_BIN: programs(join(root, 'lts'), { peer: '2.5.16', orderer: '2.5.16' }) }), version, 'BFT came with 3.0');
  await t.rejects(findBinaries('solo', { FABRIC_BIN: programs(join(root, 'mixed'), { peer: '3.1.5', orderer: '2.5.16' }) }), { code: 'FABRIC_VERSION', message: /one release/ });
  await t.rejects(findBinaries('solo', { FABRIC_BIN: programs(join(root, 'other'), { peer: 'latest', orderer: '3.1.5' }) }), version, 'another program of that name');
});

t.test('when versions are compared', (t) => {
  for (const [text, solo, bft] of [['2.4.9', false, false], ['2.5.3', false, false], ['2.5.4', true, false], ['2.5.16', true, false], ['2.6.0', true, false], ['3.0.0', true, true], ['3.1.5-beta', true, true], ['1.4.12', false, false]] as const) {
    t.same([isEnough(text, 'solo'), isEnough(text, 'raft'), isEnough(text, 'bft')], [solo, solo, bft], text);
  }
  t.end();
});

t.test('when ports are taken', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await t.rejects(demandFree([port]), { code: 'PORT_BUSY', message: new RegExp(String(port)) });
  server.close();
  await once(server, 'close');
  await t.resolves(demandFree([port]));
});

t.test('when variables of another network are exported', (t) => {
  t.same(cleanEnvironment({ CORE_PEER_ID: 'x', ORDERER_GENERAL_LISTENPORT: '1', FABRIC_CFG_PATH: '/etc', PATH: '/bin', FABRIC_LOGGING_SPEC: 'debug', absent: undefined }), { PATH: '/bin', FABRIC_LOGGING_SPEC: 'debug' });
  t.end();
});
