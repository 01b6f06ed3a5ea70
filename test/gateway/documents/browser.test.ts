/** The verifier as a browser gets it: one bundle without anything of Node's, and the same verdicts from it. */
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import t from 'tap';
import * as node from '#chaincode/facts/hash';
import * as browser from '#chaincode/facts/hash.browser';
import { assess } from '#gateway/documents/verifier';
import { byCredential, byQr, make, newRegister, NOW, signWith } from '#test/support/documents';
import { SUSPENDED, TestTrust } from '#test/support/trust';

/** A phone on a basement's last bar of signal loads this much more to verify by itself. */
const GZIP_BYTES_MAX = 24 * 1024;
const ENTRY = "export { assess } from './verifier.js'; export { openBundle } from './trust-bundle.js'; export { presentCredential, presentQr } from './evidence.js'; export { presentedAs } from './presented.js';";

const { outputFiles, metafile } = await build({ stdin: { contents: ENTRY, resolveDir: resolve('dist/gateway/documents') }, bundle: true, format: 'esm', minify: true, write: false, metafile: true, target: ['chrome107', 'safari16', 'firefox110'], logLevel: 'silent' });
const [bundle] = outputFiles;
const code = bundle?.text ?? '';

t.test('when the verifier is bundled', async (t) => {
  const inputs = Object.keys(metafile.inputs);
  t.ok(inputs.some((file) => file.endsWith('facts/hash.browser.js')));
  t.strictSame(inputs.filter((file) => /facts\/hash\.js$|^node:|gateway\/(?!documents)/.test(file)), []);
  t.strictSame(Object.values(metafile.outputs).flatMap(({ imports }) => imports), [], 'nothing is left to load');
  t.notMatch(code, /\bnode:|\brequire\(/);
  const bytes = gzipSync(code).length;
  t.ok(bytes < GZIP_BYTES_MAX, `${String(bytes)} bytes compressed`);
});

t.test('when both platforms hash and read', async (t) => {
  for (const data of ['', 'x', '样例', new Uint8Array(20_000).fill(7)]) {
    t.equal(browser.sha256Text(data), node.sha256Text(data));
    t.equal(browser.base64url(data), node.base64url(data));
  }
  t.strictSame([...browser.sha256('a', Uint8Array.of(1))], [...node.sha256('a', Uint8Array.of(1))]);
  for (const text of ['', 'AA', 'AB', 'AAA', 'A', 'AAAA', 'AAAA=', 'A A', 'A\nAA', '+/+/', '-_-_', 'é', 'AAAAA']) t.strictSame(browser.fromBase64url(text) && [...browser.fromBase64url(text) ?? []], node.fromBase64url(text) && [...node.fromBase64url(text) ?? []], JSON.stringify(text));
});

t.test('when it runs where Node has nothing to offer', async (t) => {
  const register = await newRegister();
  const trust = new TestTrust(register);
  const [good, bad] = [make(register.bureau), make(register.bureau, { signature: (input) => signWith(register.stranger, input) })];
  const offered = trust.bundle({ statusLists: [trust.token({ places: { 3: SUSPENDED } })] });
  const questions = [good.credential, `https://x.example/q#1.${good.qr}`, bad.credential, `${good.credential.slice(0, -2)}~`, `#1.${bad.qr}`];
  const script = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { bundle, pin, questions, now, code } = workerData;
    for (const name of ['Buffer', 'process', 'require', 'setImmediate']) delete globalThis[name];
    import('data:text/javascript,' + encodeURIComponent(code)).then(async ({ assess, openBundle, presentedAs, presentCredential, presentQr }) => {
      const trust = await openBundle(bundle, pin);
      const answers = [];
      for (const text of questions) {
        const given = presentedAs(text);
        answers.push(await assess({ presented: given.by === 'qr' ? presentQr(given.qr) : presentCredential(given.credential), trust, now }));
      }
      parentPort.postMessage({ answers, buffer: typeof Buffer });
    });`;
  const worker = new Worker(script, { eval: true, workerData: { bundle: offered, pin: trust.pin, questions, now: NOW, code } });
  const { answers, buffer } = await new Promise<{ answers: unknown[]; buffer: string }>((done, fail) => { worker.once('message', done).once('error', fail); });
  await worker.terminate();
  t.equal(buffer, 'undefined');
  const opened = await trust.opened(offered);
  const here = await Promise.all([byCredential(good.credential), byQr(good.qr), byCredential(bad.credential), byCredential(`${good.credential.slice(0, -2)}~`), byQr(bad.qr)].map((presented) => assess({ presented, trust: opened, now: NOW })));
  t.strictSame(answers, here);
  t.strictSame(here.map(({ verdict }) => verdict.outcome), ['not-in-force', 'not-in-force', 'untrusted', 'untrusted', 'untrusted']);
});
