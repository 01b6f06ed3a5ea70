/** A seal that an authority hands out as a keystore. Its key goes from file to file on the gateway's own machine; over the network go the certificate and the signatures. */
import { X509Certificate } from 'node:crypto';
import { join, resolve } from 'node:path';
import { SealKeyFiles } from '#gateway/seals/key-files';
import { PassphraseFile } from '#gateway/seals/passphrase';
import { readKeystore, type Keystore } from '#gateway/seals/pkcs12';
import { YEARS_MAX, type SealView } from '#gateway/seals/seals';
import { isSetUp, paths } from '#gateway/services';
import { text, type Invocation } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { readFile, readText } from '../files.js';
import { alsoFiles, file, wishOf } from './seal.js';

export async function importKeystore(invocation: Invocation, path: string): Promise<void> {
  const { client, values, print, say } = invocation;
  const data = resolve(text(values, 'data') ?? process.env['YIZHENG_DATA'] ?? 'data');
  if (!isSetUp(data)) throw new CliError(EXIT.usage, `${data} is no data directory of a gateway: a key is imported on the gateway's machine, by its user (--data)`);
  const passphraseFile = text(values, 'passphrase-file');
  if (passphraseFile === undefined) throw new CliError(EXIT.usage, '--passphrase-file is needed: its first line opens the keystore');
  const keystore = await readKeystore(readFile(path), readText(passphraseFile).split(/\r?\n/, 1)[0] ?? '');
  const applied = await client.post<SealView>('/api/seals', await wishOf(invocation, YEARS_MAX));
  try {
    await handOver(invocation, data, applied, keystore);
  } catch (error) {
    await client.send('DELETE', `/api/seals/${applied.id}`).catch(() => { say(`left behind: yizheng seal withdraw ${applied.id}`); });
    throw error;
  }
  if (alsoFiles(invocation)) return file(invocation, applied.id);
  print(applied, `imported ${applied.id}; next: yizheng seal file ${applied.id}`);
}

/** The gateway compares the certificate with the key that it then finds on its disk. */
async function handOver({ client }: Invocation, data: string, { id, agency }: SealView, { key, certificate }: Keystore): Promise<void> {
  const { keys } = paths(data);
  const given = process.env['YIZHENG_SEAL_PASSPHRASE'] || undefined;
  await new SealKeyFiles(keys, new PassphraseFile(given ?? join(keys, 'seal.passphrase'), given === undefined)).store(agency, id, key);
  await client.send('PUT', `/api/seals/${id}/certificate`, JSON.stringify({ certificate: new X509Certificate(certificate).toString() }), 'application/json');
}
