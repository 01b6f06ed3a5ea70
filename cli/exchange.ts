/** The package that goes between networks which are not joined: documents and all that is needed to check them, listed by digest. */
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sha256Text } from '#chaincode/facts/hash';
import { CliError, EXIT } from './exit.js';

const FORMAT = 'yizheng/package/1';
const MANIFEST = 'manifest.json';
export const PACKED_BUNDLE = 'trust.json';
const NAME = /^[\w][\w.-]{0,127}$/;

interface Entry {
  readonly name: string;
  readonly bytes: number;
  /** base64url SHA-256 */
  readonly digest: string;
}
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly files: readonly Entry[];
}

const entryOf = (directory: string, name: string): Entry => {
  const content = readFileSync(join(directory, name));
  return { name, bytes: content.length, digest: sha256Text(content) };
};

/** A document: a file to copy, or a text to write under a name. */
export type Packed = { readonly file: string } | { readonly name: string; readonly text: string };

/** Makes a package in a directory that is not there yet. */
export function writePackage(directory: string, bundle: string, documents: readonly Packed[]): Manifest {
  if (existsSync(directory)) throw new CliError(EXIT.refused, `${directory} exists already`);
  const names = documents.map((each) => ('file' in each ? basename(each.file) : each.name));
  const wrong = names.find((name, i) => !NAME.test(name) || name === MANIFEST || name === PACKED_BUNDLE || names.indexOf(name) !== i);
  if (wrong !== undefined) throw new CliError(EXIT.refused, `${wrong}: names in a package are letters, digits, dots and dashes, and each is there once`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, PACKED_BUNDLE), bundle);
  for (const [i, document] of documents.entries()) {
    const to = join(directory, names[i] ?? '');
    if ('file' in document) copyFileSync(document.file, to);
    else writeFileSync(to, document.text);
  }
  const manifest: Manifest = { format: FORMAT, files: [PACKED_BUNDLE, ...names].map((name) => entryOf(directory, name)) };
  // Last: a package without it was cut short.
  writeFileSync(join(directory, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

/** Every file of a package as its list says, and no other. The list guards against loss, not against forgers: what is in the files is signed. @throws CliError */
export function readPackage(directory: string): Manifest {
  const manifest = manifestOf(directory);
  for (const entry of manifest.files) {
    const path = join(directory, entry.name);
    if (!existsSync(path) || !lstatSync(path).isFile()) throw new CliError(EXIT.refused, `PACKAGE_INCOMPLETE: ${entry.name} is missing`);
    if (entryOf(directory, entry.name).digest !== entry.digest) throw new CliError(EXIT.refused, `PACKAGE_DAMAGED: ${entry.name} is not the file of the list`);
  }
  const stranger = readdirSync(directory).find((name) => name !== MANIFEST && !manifest.files.some((entry) => entry.name === name));
  if (stranger !== undefined) throw new CliError(EXIT.refused, `PACKAGE_FOREIGN: ${stranger} is not in the list`);
  return manifest;
}

function manifestOf(directory: string): Manifest {
  const broken = new CliError(EXIT.refused, `PACKAGE_FORM: ${directory} is not a package made by yizheng trust pack`);
  let value: Partial<Manifest>;
  try {
    value = JSON.parse(readFileSync(join(directory, MANIFEST), 'utf8')) as Partial<Manifest>;
  } catch {
    throw broken;
  }
  const { format, files } = value;
  // Names come from outside: one with a slash in it would lead out of the directory.
  if (format !== FORMAT || !Array.isArray(files) || !files.every((entry: Partial<Entry> | null) => typeof entry?.name === 'string' && NAME.test(entry.name) && typeof entry.digest === 'string')) throw broken;
  return value as Manifest;
}
