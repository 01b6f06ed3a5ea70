/** The command line as a person uses it, where Fabric is not installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/network/main.js', ...args], { encoding: 'utf8', env: { PATH: '/nowhere', ...env } });
  return { status, stdout, stderr };
};

t.test('when Fabric is not installed', (t) => {
  const directory = join(t.testdir({}), 'consortium');
  t.match(run(['up', '--dir', directory]), { status: 3, stderr: /^FABRIC_MISSING: .*no orderer, no peer in PATH.*https:\/\/github\.com\/hyperledger\/fabric\/releases.*FABRIC_BIN/ });
  t.match(run(['up', '--dir', directory], { FABRIC_BIN: '/nowhere' }), { status: 3, stderr: /FABRIC_BIN \(\/nowhere\)/ });
  t.notOk(existsSync(directory), 'nothing was made');
  t.end();
});

t.test('when an agency applies', (t) => {
  const directory = join(t.testdir({}), 'newcomer');
  const applied = run(['apply', '--msp', 'NewcomerMSP', '--dir', directory]);
  t.match(applied, { status: 0, stdout: /NewcomerMSP\n +authority +([0-9A-F]{2}:){31}/ });
  t.same(run(['apply', '--msp', 'NewcomerMSP', '--dir', directory]).stdout, applied.stdout, 'again, with the same keys');
  t.match(run(['apply', '--msp', 'OtherMSP', '--dir', directory]), { status: 3, stderr: /^NETWORK_DIFFERS: .*NewcomerMSP/ });
  t.match(run(['join', join(directory, 'application.json'), '--dir', directory]), { status: 3, stderr: /^INVITATION_WRONG: / });
  t.match(run(['up', '--dir', directory]), { status: 3, stderr: /^NETWORK_MISSING: .*join/ }, 'there is nothing to start yet');
  t.end();
});

t.test('when the command line is wrong', (t) => {
  const directory = t.testdir({});
  t.match(run(['--help']), { status: 0, stdout: /--topology/ });
  t.match(run([]), { status: 0, stdout: /deploy/ });
  for (const args of [['fly'], ['up', '--topology', 'ring'], ['up', '--agencies', '0'], ['up', '--agencies', '99'], ['up', '--agencies', 'two'], ['up', '--base-port', '80'], ['up', '--base-port', '65000', '--topology', 'bft', '--agencies', '8', '--strange'], ['logs'], ['kill'], ['deploy'], ['down', 'peer1'], ['status', 'x', 'y'], ['revoke'], ['apply'], ['apply', '--msp', 'No such name'], ['apply', '--msp', 'AMSP', '--base-port', '80'], ['propose'], ['show'], ['sign'], ['submit'], ['join'], ['sign', 'a', 'b']]) {
    t.equal(run([...args, '--dir', directory]).status, 2, args.join(' '));
  }
  for (const args of [['down'], ['status'], ['logs', 'peer1'], ['kill', 'peer1'], ['deploy', '--version', '2'], ['renew'], ['clean'], ['propose', 'a'], ['join', 'a']]) t.match(run([...args, '--dir', directory]), { status: 3, stderr: /^NETWORK_MISSING: / }, args.join(' '));
  writeFileSync(join(directory, 'consortium.json'), '{"format":"something else"}');
  t.match(run(['status', '--dir', directory]), { status: 3, stderr: /^NETWORK_DIFFERS: / }, "another program's file");
  t.end();
});
