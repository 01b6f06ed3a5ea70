/** A time stamp authority (RFC 3161) of OpenSSL's own, for as long as a test runs. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a program can be run here. */
export const installed = (program: string, argument = '--version'): boolean => spawnSync(program, [argument]).error === undefined;

export interface StampAuthority {
  /** DER request in, DER response out. */
  answer(request: Uint8Array): Uint8Array;
  /** PEM */
  readonly certificate: string;
  remove(): void;
}

const CONFIG = `[tsa]
default_tsa = it
[it]
serial = serial
signer_cert = tsa.crt
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
`;

export function stampAuthority(): StampAuthority {
  const directory = mkdtempSync(join(tmpdir(), 'yizheng-tsa-'));
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: directory });
    if (status !== 0) throw new Error(`openssl ${args[0] ?? ''}: ${stderr.toString()}`);
  };
  writeFileSync(join(directory, 'tsa.cnf'), CONFIG);
  writeFileSync(join(directory, 'serial'), '01\n');
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'tsa.key', '-out', 'tsa.crt', '-days', '30', '-subj', '/CN=test time stamps', '-addext', 'extendedKeyUsage=critical,timeStamping');
  return {
    certificate: readFileSync(join(directory, 'tsa.crt'), 'utf8'),
    answer(request) {
      writeFileSync(join(directory, 'request'), request);
      openssl('ts', '-reply', '-config', 'tsa.cnf', '-section', 'it', '-queryfile', 'request', '-out', 'response');
      return new Uint8Array(readFileSync(join(directory, 'response')));
    },
    remove: () => { rmSync(directory, { recursive: true, force: true }); },
  };
}
