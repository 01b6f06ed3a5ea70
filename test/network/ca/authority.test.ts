import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import t from 'tap';
import { createAuthority, issueIdentity, issueRevocationList, issueServer } from '#network/ca/authority';

t.test('when a node is certified', async (t) => {
  const authority = await createAuthority({ commonName: 'TLS CA', organization: 'Agency1MSP' });
  const root = new X509Certificate(authority.certificate);
  const made = await issueServer(authority, { commonName: 'peer1', hosts: ['localhost', '127.0.0.1'] });
  const certificate = new X509Certificate(made.certificate);
  t.ok(certificate.checkIssued(root) && certificate.verify(root.publicKey));
  t.equal(certificate.checkHost('localhost'), 'localhost');
  t.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
  t.equal(certificate.checkHost('example.cn'), undefined);
  t.same(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'], 'as server and as client');
  t.equal(certificate.ca, false);

  const again = await issueServer(authority, { commonName: 'peer1', hosts: ['localhost'], privateKey: made.privateKey });
  t.equal(again.privateKey, made.privateKey);
  const renewed = new X509Certificate(again.certificate);
  t.ok(renewed.publicKey.equals(certificate.publicKey), 'the same key');
  t.not(renewed.serialNumber, certificate.serialNumber, 'another certificate');
  const identity = await issueIdentity(authority, { commonName: 'p', role: 'peer' });
  const same = await issueIdentity(authority, { commonName: 'p', role: 'peer', privateKey: identity.privateKey });
  t.ok(new X509Certificate(same.certificate).checkPrivateKey(createPrivateKey(identity.privateKey)));
  const far = await issueServer(authority, { commonName: 'c', hosts: ['localhost'], notAfter: new Date('9999-12-31T23:59:59Z') });
  t.equal(new X509Certificate(far.certificate).validTo, root.validTo, 'never longer than its authority');
});

t.test('when a certificate is revoked', async (t) => {
  const authority = await createAuthority({ commonName: 'CA', organization: 'Agency1MSP' });
  const [bad, good] = await Promise.all(['bad', 'good'].map((commonName) => issueIdentity(authority, { commonName, role: 'client' })));
  const { serialNumber } = new X509Certificate(bad!.certificate);
  const list = await issueRevocationList(authority, [{ serialNumber: serialNumber.toLowerCase(), at: new Date() }], new Date());
  t.match(list, /^-----BEGIN X509 CRL-----\n/, 'under the label that Go reads');
  const read = new x509.X509Crl(list);
  t.ok(await read.verify({ publicKey: new x509.X509Certificate(authority.certificate) }));
  t.ok(read.getExtension('2.5.29.35'), 'Fabric finds the authority by its key identifier');

  const directory = t.testdir({});
  const file = (name: string, content: string): string => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const [ca, crl] = [file('ca.pem', authority.certificate), file('crl.pem', list)];
  const check = (certificate: string) => execFileSync('openssl', ['verify', '-CAfile', ca, '-CRLfile', crl, '-crl_check', certificate], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  let openssl = true;
  try {
    execFileSync('openssl', ['version']);
  } catch {
    openssl = false;
  }
  await t.test('read by OpenSSL', { skip: openssl ? false : 'no openssl' }, (t) => {
    t.match(check(file('good.pem', good!.certificate)), /OK/);
    t.throws(() => check(file('bad.pem', bad!.certificate)), /revoked/);
    t.end();
  });
});
