/** A chaincode package: what an agency installs on its peer. Its id is the hash of its bytes, so it names the very contract. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { NetworkFault } from '#network/fabric/fault';

const BLOCK = 512;
// The shim recognises contracts by its own classes: they must come from the one copy that the service loads.
const SHARED = ['fabric-contract-api', 'fabric-shim', 'reflect-metadata'];

export interface Connection {
  /** host:port */
  readonly address: string;
  /** PEM: authority of the service's certificate */
  readonly root: string;
  /** PEM: what the peer presents */
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * The compiled contract with everything of ours it imports, as one module: later builds do not change what runs. Without the comments in
 * which the bundler names its files, so that the same contract gives the same bytes in every directory, and agencies can compare theirs.
 *
 * @throws NetworkFault CONTRACT_UNUSABLE
 */
export async function bundleContract(file: string): Promise<Buffer> {
  try {
    const { outputFiles } = await build({ entryPoints: [file], bundle: true, write: false, format: 'esm', platform: 'node', target: 'node20', external: SHARED, logLevel: 'silent', legalComments: 'none', minifyWhitespace: true, banner: { js: "import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);" } });
    return Buffer.from(outputFiles[0]!.contents);
  } catch (cause) {
    throw new NetworkFault('CONTRACT_UNUSABLE', `the contract ${file} cannot be packed: build first, and give a compiled module`, { cause });
  }
}

export function packChaincode(label: string, contract: Uint8Array, { address, root, certificate, privateKey }: Connection): { bytes: Buffer; id: string } {
  const connection = { address, dial_timeout: '5s', tls_required: true, client_auth_required: true, root_cert: root, client_cert: certificate, client_key: privateKey };
  const code = tarGz([['connection.json', Buffer.from(JSON.stringify(connection))], ['contract.mjs', contract]]);
  const bytes = tarGz([['metadata.json', Buffer.from(JSON.stringify({ type: 'ccaas', label }))], ['code.tar.gz', code]]);
  return { bytes, id: packageId(label, bytes) };
}

export const packageId = (label: string, bytes: Uint8Array): string => `${label}:${createHash('sha256').update(bytes).digest('hex')}`;

/** POSIX ustar, without anything of the machine or the moment: the same content gives the same bytes. */
function tarGz(files: readonly (readonly [name: string, content: Uint8Array])[]): Buffer {
  const parts = files.flatMap(([name, content]) => [tarHeader(name, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]));
}

function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): number => header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'ascii');
  header.write(name, 0, 'ascii');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  header.write('        0', 148, 'ascii'); // checksum counts as blanks; type: a file
  header.write('ustar\x0000', 257, 'ascii');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'ascii');
  return header;
}
