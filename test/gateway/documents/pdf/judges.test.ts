/** What programs that know nothing of us say about our PDFs: pdfsig (poppler) and OpenSSL. Where one is not installed, its tests say so. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createAuthority } from '#network/ca/authority';
import { readPdf } from '#gateway/documents/pdf/read';
import { sealPdf, stampPdf } from '#gateway/documents/pdf/seal';
import { stampRequest, stampToken } from '#gateway/documents/pdf/time-stamp';
import { make } from '#test/support/documents';
import { BUREAU, MARKET, newSeal } from '#test/support/ledger';
import { asText, sealedPaper, sealing } from '#test/support/papers';
import { installed, stampAuthority } from '#test/support/tsa';

const authority = await createAuthority({ commonName: 'test seal authority', organization: 'test' });
const [bureau, market] = await Promise.all([newSeal(BUREAU, authority), newSeal(MARKET, authority)]);
const { pdf, place } = await sealedPaper(bureau, make(bureau));
const twice = (await sealPdf(pdf, sealing(market, { ...place, x: place.x - 130 }))).pdf;
const damaged = pdf.slice();
damaged[20_000] = (damaged[20_000] ?? 0) ^ 1;

const directory = mkdtempSync(join(tmpdir(), 'yizheng-judges-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
const at = (name: string, content: Uint8Array | string): string => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const run = (program: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, text: stdout + stderr };
};

t.test('when pdfsig judges', { skip: installed('pdfsig', '-v') ? false : 'pdfsig (poppler-utils) is not installed' }, async (t) => {
  const good = run('pdfsig', at('good.pdf', pdf)).text;
  t.match(good, /Signature is Valid/);
  t.match(good, /Total document signed/);
  t.match(good, /ETSI\.CAdES\.detached/);
  const both = run('pdfsig', at('twice.pdf', twice)).text;
  t.equal(both.match(/Signature is Valid/g)?.length, 2, 'the second seal leaves the first valid');
  const bad = run('pdfsig', at('damaged.pdf', damaged)).text;
  t.match(bad, /Digest Mismatch/);
  t.notMatch(bad, /Signature is Valid/);
});

/** The CMS of the first seal and what it covers. */
function partsOf(bytes: Uint8Array): { cms: Buffer; covered: Buffer } {
  const [, a = '', b = '', c = ''] = /\/ByteRange \[0 (\d+) (\d+) (\d+)\]/.exec(asText(bytes)) ?? [];
  const whole = Buffer.from(bytes);
  const cms = Buffer.from(whole.subarray(Number(a) + 1, Number(b) - 1).toString('latin1'), 'hex');
  return { cms: cms.subarray(0, 4 + cms.readUInt16BE(2)), covered: Buffer.concat([whole.subarray(0, Number(a)), whole.subarray(Number(b), Number(b) + Number(c))]) };
}

t.test('when OpenSSL judges', { skip: installed('openssl', 'version') ? false : 'openssl is not installed' }, async (t) => {
  const { cms, covered } = partsOf(pdf);
  const judge = (content: Buffer, ca = authority.certificate) => run('openssl', 'cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', at('cms.der', cms), '-content', at('content', content), '-CAfile', at('ca.pem', ca), '-purpose', 'any', '-out', '/dev/null');
  t.equal(judge(covered).status, 0, 'signature, chain and signing-certificate-v2 (-cades)');
  t.not(judge(partsOf(damaged).covered).status, 0, 'the damaged one');
  t.not(judge(covered, (await createAuthority({ commonName: 'another', organization: 'elsewhere' })).certificate).status, 0, 'a chain to an unknown root');
});

const nonce = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 0x88);

t.test('when an authority stamps the time', { skip: installed('openssl', 'version') ? false : 'openssl is not installed' }, async (t) => {
  const tsa = stampAuthority();
  t.teardown(() => { tsa.remove(); });
  const stamp = (data: Uint8Array) => stampToken(tsa.answer(stampRequest(data, nonce)), data, nonce);
  const der = Buffer.from(tsa.certificate.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString('base64url');
  const stamped = await sealedPaper(bureau, make(bureau), {}, { stamp });
  const read = await readPdf(stamped.pdf);
  t.match(read, { ok: true, seals: [{ stamp: { authority: der } }] }, 'level B-T: over the signature');
  t.match(read.ok && read.seals[0].stamp?.at, /^20\d\d-/);
  if (installed('pdfsig', '-v')) t.match(run('pdfsig', at('stamped.pdf', stamped.pdf)).text, /Signature is Valid/);

  const away = await sealPdf((await sealedPaper(bureau, make(bureau))).pdf, sealing(market, { ...place, x: 100 }, { stamp: async () => undefined }));
  t.equal(away.stamped, false, 'an authority that does not answer stops nothing');
  t.match(await readPdf(away.pdf), { ok: true });
  const later = await stampPdf(pdf, stamp);
  const added = await readPdf(later ?? new Uint8Array());
  t.match(added, { ok: true, seals: [{}], stamps: [{ authority: der }] }, 'added later, over the whole file');
  const before = await readPdf(pdf);
  t.ok(added.ok && before.ok && added.digests[0] === before.digests[0], 'and the file before it is found in it');
  t.equal(await stampPdf(pdf, async () => undefined), undefined);

  t.equal(await stampToken(tsa.answer(stampRequest(pdf, nonce)), damaged, nonce), undefined, 'a stamp over something else');
  t.equal(await stampToken(tsa.answer(stampRequest(pdf, nonce)), pdf, nonce.map((byte) => byte ^ 1)), undefined, 'an answer to another question');
  t.equal(await stampToken(Uint8Array.of(0x30, 0x80, 1), pdf, nonce), undefined);
  const token = await stampToken(tsa.answer(stampRequest(pdf, nonce)), pdf, nonce);
  t.match(await readPdf((await stampPdf(pdf, async () => token)) ?? pdf), { ok: false, code: 'PDF_TIME_STAMP' }, 'a stamp of another file');
  const flipped = (later ?? pdf).slice();
  const inside = asText(flipped).lastIndexOf('/Contents <') + 400;
  flipped[inside] = (flipped[inside] ?? 0) ^ 1;
  t.match(await readPdf(flipped), { ok: false });
});
