/** A head on paper: what is scanned, or typed, from it is the head again, and its signature holds. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import decodeQr from 'qr/decode.js';
import t from 'tap';
import { readHeads } from '#cli/head-store';
import { base64url, sha256Text } from '#chaincode/facts/hash';
import { draftHead, HEAD_FORMAT, headHolds, parseHead, type Head } from '#gateway/documents/head';
import { keyName } from '#gateway/documents/jws';
import { drawHead, headLines } from '#gateway/documents/pdf/head';
import { AGENCY, asText, fonts } from '#test/support/papers';
import { installed } from '#test/support/tsa';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-head-paper-'));
t.teardown(() => { rmSync(directory, { recursive: true, force: true }); });
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = base64url(publicKey.export({ format: 'der', type: 'spki' }));
function signedHead(change: Partial<Head> = {}) {
  const unsigned = draftHead({ format: HEAD_FORMAT, ledger: sha256Text('a ledger'), agency: '113703030099999063', height: 4_711, hash: sha256Text('the last block'), commitHash: sha256Text('its codes'), at: '2026-06-01T02:00:00.000Z', ...change }, keyName(spki));
  const signed = parseHead(`${unsigned}.${base64url(sign('sha256', Buffer.from(unsigned), { key: privateKey, dsaEncoding: 'ieee-p1363' }))}`);
  if (!signed) throw new Error('no head');
  return signed;
}
const skip = installed('pdftotext', '-v') ? false : 'poppler-utils is not installed';
const pdfOf = async (signed = signedHead()): Promise<string> => {
  const file = join(directory, 'head.pdf');
  writeFileSync(file, await drawHead({ signed, agencyName: AGENCY }, fonts));
  return file;
};
/** The page as a scanner of a hundred dots an inch sees it. */
function scanned(file: string): string {
  const page = spawnSync('pdftoppm', ['-r', '100', '-singlefile', file], { maxBuffer: 1 << 24 }).stdout;
  const header = /^P6\n(\d+) (\d+)\n255\n/.exec(page.subarray(0, 40).toString('latin1'));
  const [width, height] = [Number(header?.[1]), Number(header?.[2])];
  const rgb = page.subarray(header?.[0].length);
  const data = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => (i % 4 === 3 ? 255 : rgb[3 * Math.floor(i / 4) + (i % 4)] ?? 0));
  return decodeQr({ width, height, data });
}

void t.test('when the sheet is scanned', { skip }, async (t) => {
  for (const [what, change] of [['an ordinary one', {}], ['the longest there is', { earlier: true as const, height: Number.MAX_SAFE_INTEGER, evidence: sha256Text('a bundle') }]] as const) {
    const signed = signedHead(change);
    const text = scanned(await pdfOf(signed));
    t.equal(text, signed.token, `${what}: all of it is in the code`);
    const read = parseHead(text);
    t.ok(read && (await headHolds(read, spki)), 'its signature holds');
    t.notOk(read && (await headHolds({ ...read, signed: Buffer.from('another head') }, spki)));
    t.match(read?.head, change);
  }
});

void t.test('when the sheet is read', { skip }, async (t) => {
  const signed = signedHead();
  const { stdout } = spawnSync('pdftotext', ['-layout', await pdfOf(signed), '-'], { encoding: 'utf8' });
  const plain = stdout.replaceAll(/\s/g, '');
  for (const part of [signed.head.ledger, '4711', '4710', signed.head.hash, signed.head.commitHash ?? '', signed.head.at, signed.head.agency, AGENCY, signed.kid, signed.token]) t.ok(plain.includes(part), part);
  t.ok(stdout.includes(signed.head.hash.slice(0, 9).replace(/^(.{4})(.{4})(.)$/, '$1 $2 $3')), 'hashes stand in groups');
  t.equal(spawnSync('pdfinfo', [join(directory, 'head.pdf')], { encoding: 'utf8' }).stdout.match(/Pages:\s+(\d+)/)?.[1], '1', 'on one page');
  const typed = join(directory, 'typed.head');
  writeFileSync(typed, `\n${headLines(signed.token).join('\r\n')}  \n`);
  t.strictSame(readHeads(typed).map(({ token }) => token), [signed.token], 'typed with spaces and line ends it is the head');
  t.strictSame(readHeads(signed.token).map(({ token }) => token), [signed.token], 'and so is what a scanner gives');
});

void t.test('when the same head is drawn twice', async (t) => {
  const signed = signedHead();
  const [a, b] = [await drawHead({ signed }, fonts), await drawHead({ signed }, fonts)];
  t.ok(Buffer.from(a).equals(Buffer.from(b)), 'the same bytes');
  t.match(asText(Buffer.from(a)), /<pdfaid:part>3<\/pdfaid:part>/);
});
