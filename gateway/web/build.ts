/** Bundles the pages into dist/gateway/web/bundle. Run after tsc: `node dist/gateway/web/build.js`. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const source = at('../../../gateway/web/');
const bundle = at('./bundle/');
/** A phone on a weak signal loads this much before it shows a verdict; a third of it is the verifier, which needs no server afterwards. */
const GZIP_BYTES_MAX = 96 * 1024;

// Chunks of an earlier build would be served beside the new ones.
rmSync(bundle, { recursive: true, force: true });
mkdirSync(bundle, { recursive: true });
const { metafile } = await build({
  entryPoints: { app: at('./main.js'), style: join(source, 'styles/app.css') },
  outdir: bundle, bundle: true, format: 'esm', splitting: true, minify: true, sourcemap: true, target: ['chrome107', 'safari16', 'firefox110'],
  metafile: true, entryNames: 'app', chunkNames: '[name]-[hash]', legalComments: 'none', charset: 'utf8', logLevel: 'warning',
});
// Whoever is handed evidence loads it; nothing of it is shared with the pages, which it would only cut into more pieces.
await build({ entryPoints: { 'evidence-worker': at('./verify/evidence-worker.js') }, outdir: bundle, bundle: true, format: 'iife', minify: true, target: ['chrome107', 'safari16', 'firefox110'], legalComments: 'none', charset: 'utf8', logLevel: 'warning' });
cpSync(join(source, 'index.html'), join(bundle, 'index.html'));
for (const file of ['icon.svg', 'manifest.webmanifest']) cpSync(join(source, file), join(bundle, file));
const files = readdirSync(bundle).filter((file) => !/\.(map|html)$/.test(file));
const integrityOf = (file: string): string => `sha256-${createHash('sha256').update(readFileSync(join(bundle, file))).digest('base64')}`;
const kept = [['/', integrityOf('index.html')], ...files.sort().map((file) => [`/assets/${file}`, integrityOf(file)])];
const version = createHash('sha256').update(JSON.stringify(kept)).digest('hex').slice(0, 16);
await build({
  entryPoints: { 'service-worker': at('./service-worker.js') }, outdir: bundle, bundle: true, format: 'iife', minify: true, target: ['chrome107', 'safari16', 'firefox110'], logLevel: 'warning',
  define: { FILES: JSON.stringify(kept), VERSION: JSON.stringify(version) },
});
const sizes = readdirSync(bundle).filter((file) => /\.(js|css|html)$/.test(file)).map((file) => ({ file, bytes: gzipSync(readFileSync(join(bundle, file))).length }));
/** What the application's own file asks for at once, and what that asks for; the rest is loaded by whoever opens it. */
const atOnce = (file: string): string[] => [file, ...(metafile.outputs[join(relative('.', bundle), file)]?.imports ?? []).filter(({ kind }) => kind === 'import-statement').flatMap(({ path }) => atOnce(basename(path)))];
const loaded = new Set(['index.html', 'app.css', ...atOnce('app.js')]);
const first = sizes.filter(({ file }) => loaded.has(file)).reduce((sum, { bytes }) => sum + bytes, 0);
process.stdout.write(`pages: ${sizes.map(({ file, bytes }) => `${file} ${(bytes / 1024).toFixed(1)}`).join(', ')} KiB gzip\n`);
if (first > GZIP_BYTES_MAX) throw new Error(`the pages weigh ${String(first)} bytes compressed, more than ${String(GZIP_BYTES_MAX)}`);
