/** Certificates of seals: what the contract files, and what it does not. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import t from 'tap';
import { BUREAU, newLedger, sealPut, type TestSeal } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { randomId } from '#test/support/persons';

const { digitalSignature, keyAgreement, keyCertSign, nonRepudiation } = x509.KeyUsageFlags;
const ALGORITHM = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' };
x509.cryptoProvider.set(webcrypto as unknown as Crypto);

async function sealWith(...extensions: readonly x509.Extension[]): Promise<TestSeal> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=seal', keys, signingAlgorithm: ALGORITHM, notBefore: new Date('2020-01-01'), notAfter: new Date('2040-01-01'),
    extensions: [...extensions, new x509.SubjectAlternativeNameExtension([{ type: 'url', value: `urn:uscc:${BUREAU}` }])],
  });
  return { certificate: '', privateKey: '', id: randomId(), agency: BUREAU, der: Buffer.from(certificate.rawData).toString('base64url') };
}
const usage = (flags: number) => new x509.KeyUsagesExtension(flags, true);
const forMail = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.emailProtection]);
const authority = new x509.BasicConstraintsExtension(true);

const CASES: readonly (readonly [what: string, extensions: readonly x509.Extension[], fit: boolean])[] = [
  ['for signatures', [usage(digitalSignature)], true],
  ['for signatures that are not denied', [usage(digitalSignature | nonRepudiation)], true],
  ['for agreeing on keys', [usage(keyAgreement)], false],
  ['without a usage', [], false],
  ['for mail', [usage(digitalSignature), forMail], false],
  ['of an authority', [usage(digitalSignature), authority], false],
  ['of an authority that signs certificates alone', [usage(keyCertSign), authority], false],
];

const ledger = await newLedger();
for (const [what, extensions, fit] of CASES) {
  t.test(`when a seal has a certificate ${what}`, async (t) => {
    const outcome = await ledger.fork().register(sealPut(await sealWith(...extensions)));
    if (fit) carried(t, outcome);
    else refuses(t, outcome, 'COMMAND_MALFORMED', 'certificate');
  });
}
