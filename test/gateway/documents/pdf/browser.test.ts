/** The reader of PDFs as a browser gets it: loaded with the first PDF, without anything of Node's, and saying the same. */
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import t from 'tap';
import { byPdf, make, newRegister } from '#test/support/documents';
import { sealedPaper } from '#test/support/papers';

/** Fetched only by whoever drops a PDF in. */
const GZIP_BYTES_MAX = 120 * 1024;

const { outputFiles, metafile } = await build({ stdin: { contents: "export { presentPdf } from './present.js';", resolveDir: resolve('dist/gateway/documents/pdf') }, bundle: true, format: 'esm', minify: true, write: false, metafile: true, target: ['chrome107', 'safari16', 'firefox110'], logLevel: 'silent' });
const code = outputFiles[0]?.text ?? '';

t.test('when the reader is bundled', async (t) => {
  t.strictSame(Object.keys(metafile.inputs).filter((file) => /facts\/hash\.js$|^node:|gateway\/(?!documents)|pdfkit|fontkit/.test(file)), [], 'the maker stays outside');
  t.notMatch(code, /\bnode:|\brequire\(/);
  const bytes = gzipSync(code).length;
  t.ok(bytes < GZIP_BYTES_MAX, `${String(bytes)} bytes compressed`);
});

t.test('when it runs where Node has nothing to offer', async (t) => {
  const register = await newRegister();
  const { pdf } = await sealedPaper(register.bureau, make(register.bureau));
  const flipped = pdf.slice();
  flipped[20_000] = (flipped[20_000] ?? 0) ^ 1;
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    for (const name of ['Buffer', 'process', 'require', 'setImmediate']) delete globalThis[name];
    import('data:text/javascript,' + encodeURIComponent(workerData.code)).then(async ({ presentPdf }) => {
      parentPort.postMessage(await Promise.all(workerData.files.map((file) => presentPdf(file))));
    });`;
  const worker = new Worker(script, { eval: true, workerData: { code, files: [pdf, flipped] } });
  const answers = await new Promise<unknown[]>((done, fail) => { worker.once('message', done).once('error', fail); });
  await worker.terminate();
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array || (each as { type?: string } | null)?.type === 'Buffer' ? undefined : each)));
  t.strictSame(plain(answers), plain(await Promise.all([byPdf(pdf), byPdf(flipped)])));
  t.match(answers, [{ pdf: { ok: true } }, { pdf: { ok: false, code: 'PDF_DIGEST' } }]);
});
