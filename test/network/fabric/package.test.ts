import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bundleContract, packChaincode } from '#network/fabric/package';

const connection = { address: 'localhost:7057', root: 'root', certificate: 'certificate', privateKey: 'key' };

t.test('when a contract is packed', (t) => {
  const directory = t.testdir({ inner: {} });
  const { bytes, id } = packChaincode('yizheng_1.0', Buffer.from('the contract'), connection);
  t.equal(id, `yizheng_1.0:${createHash('sha256').update(bytes).digest('hex')}`);
  t.ok(bytes.equals(packChaincode('yizheng_1.0', Buffer.from('the contract'), connection).bytes), 'the same bytes every time');
  t.not(packChaincode('yizheng_1.0', Buffer.from('another contract'), connection).id, id, 'another contract has another id');

  // Read by the system's own tar, which knows nothing of how it was written.
  const file = join(directory, 'package.tgz');
  writeFileSync(file, bytes);
  execFileSync('tar', ['-xzf', file, '-C', directory]);
  execFileSync('tar', ['-xzf', join(directory, 'code.tar.gz'), '-C', join(directory, 'inner')]);
  const read = (name: string): string => execFileSync('cat', [join(directory, name)], { encoding: 'utf8' });
  t.equal(read('metadata.json'), '{"type":"ccaas","label":"yizheng_1.0"}');
  t.match(JSON.parse(read('inner/connection.json')), { address: 'localhost:7057', tls_required: true, client_auth_required: true, client_cert: 'certificate' });
  t.equal(read('inner/contract.mjs'), 'the contract');
  t.end();
});

t.test('when the compiled contract is bundled', async (t) => {
  const bundle = (await bundleContract('dist/chaincode/contract.js')).toString();
  t.match(bundle, /LicenceContract/);
  t.same([...new Set([...bundle.matchAll(/\bimport\b[^;"']*\bfrom ?["']([^"'#.]+)["']/g)].map(([, name]) => name))].filter((name) => !name?.startsWith('node:') && name !== 'crypto').sort(), ['fabric-contract-api'], 'everything of ours is inside');
  t.notMatch(bundle, /dist\/chaincode|node_modules/, 'and nothing of where it was built: agencies compare theirs');
  await t.rejects(bundleContract(join(t.testdir({}), 'nothing.js')), { code: 'CONTRACT_UNUSABLE' });
});
