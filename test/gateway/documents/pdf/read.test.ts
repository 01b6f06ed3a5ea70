/** Attacks on sealed PDFs: each is refused, with its own code. The base line is checked first, so that a refusal means what it says. */
import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import t from 'tap';
import { createAuthority, issueIdentity } from '#network/ca/authority';
import { readPdf, PDF_FAULTS, type PdfFault } from '#gateway/documents/pdf/read';
import { sealPdf, stampPdf } from '#gateway/documents/pdf/seal';
import { sealPicture } from '#gateway/documents/pdf/picture';
import { drawFace } from '#gateway/documents/pdf/face';
import { make, newRegister } from '#test/support/documents';
import { BUREAU, newSeal } from '#test/support/ledger';
import { asBytes, asText, fonts, MADE_AT, newest, paperOf, patched, sealedPaper, sealing, updated } from '#test/support/papers';

const register = await newRegister();
const { bureau, market } = register;
const made = make(bureau);
const drawn = await drawFace(paperOf(made), fonts);
const { pdf, place } = await sealedPaper(bureau, made);
const twice = (await sealPdf(pdf, sealing(market, { ...place, x: place.x - 130 }))).pdf;
const codeOf = async (bytes: Uint8Array): Promise<PdfFault | 'accepted'> => {
  const read = await readPdf(bytes);
  return read.ok ? 'accepted' : read.code;
};

t.test('when a paper is as it was sealed', async (t) => {
  const read = await readPdf(pdf);
  t.match(read, { ok: true, credential: made.credential, seals: [{ certificate: bureau.der, claimedAt: MADE_AT }], stamps: [] });
  const second = await readPdf(twice);
  t.match(second, { ok: true, credential: made.credential, seals: [{ certificate: bureau.der }, { certificate: market.der }] }, 'a second seal leaves the first valid');
  t.ok(read.ok && second.ok && second.digests[0] === read.digests[0] && second.digests.length === 2, 'and the first file is found in the second');
  t.notOk(read.ok && read.purpose, 'the licence itself has no purpose');
});

t.test('when a copy is made for one purpose', async (t) => {
  const purpose = { cause: '办理银行贷款', requester: '示例银行张店支行', expiresOn: '2026-12-31' as never, madeAt: MADE_AT };
  const copy = await sealedPaper(bureau, made, { purpose });
  t.match(await readPdf(copy.pdf), { ok: true, purpose, credential: made.credential });
  t.equal(await codeOf(patched(copy.pdf, '2026-12-31', '2036-12-31')), 'PDF_DIGEST', 'its end is under the seal');
});

t.test('when any one byte is flipped', async (t) => {
  const accepted: number[] = [];
  // Every byte of what the seal added but the zeros and the picture in bulk, and a sample of the rest.
  for (let at = 0; at < pdf.length; at += at > drawn.pdf.length && at < drawn.pdf.length + 5_800 ? 53 : 1_499) {
    const changed = pdf.slice();
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    if ((await codeOf(changed)) === 'accepted') accepted.push(at);
  }
  t.same(accepted, []);
});

const update = (objects: Record<number, string>) => () => updated(pdf, objects);
const free = 5_000 - 1_000;
const page = newest(pdf, 'Page');
const catalog = newest(pdf, 'Catalog');
const overlay = (text: string) => `<< /Type /Annot /Subtype /FreeText /Rect [100 300 500 400] /F 4 /DA (/Helv 30 Tf) /Contents (${text}) >>`;
/** A seal by somebody else over a file of his own making. */
const strangers = async () => {
  const authority = await createAuthority({ commonName: 'another authority', organization: 'elsewhere' });
  return newSeal(BUREAU, authority);
};
const certified = async (request: Partial<Parameters<typeof issueIdentity>[1]>) => {
  const authority = await createAuthority({ commonName: 'another authority', organization: 'elsewhere' });
  const issued = await issueIdentity(authority, { commonName: 'seal', role: 'client', uris: [`urn:uscc:${BUREAU}`], ...request });
  return { ...issued, id: '', agency: BUREAU, der: Buffer.from(issued.certificate.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString('base64url') };
};
const signatureAt = asText(pdf).lastIndexOf('/Contents <') + 11;
const replaced = (bytes: Uint8Array, at: number, text: string) => asBytes(asText(bytes).slice(0, at) + text + asText(bytes).slice(at + text.length));
const sealedBy = async (seal: Awaited<ReturnType<typeof strangers>>, change: Parameters<typeof sealedPaper>[3] = {}) => (await sealPdf(drawn.pdf, sealing(seal, place, change))).pdf;
/** A base of another making: its bytes are changed before it is sealed, lengths kept. */
const sealedOver = async (base: Uint8Array) => (await sealPdf(base, sealing(bureau, place))).pdf;

const ATTACKS: readonly (readonly [what: string, code: PdfFault, attack: () => Uint8Array | Promise<Uint8Array>])[] = [
  ['10 MB', 'PDF_TOO_LARGE', () => new Uint8Array(10 << 20)],
  ['nothing', 'PDF_FORM', () => new Uint8Array()],
  ['noise', 'PDF_FORM', () => randomBytes(20_000)],
  ['another PDF without a seal', 'PDF_UNSEALED', () => drawn.pdf],
  ['1,000 updates', 'PDF_UPDATES_TOO_MANY', () => { let file = pdf; for (let i = 0; i < 1000; i++) file = updated(file, { [free]: 'null' }); return file; }],
  ['nine updates', 'PDF_UPDATES_TOO_MANY', () => { let file = pdf; for (let i = 0; i < 9; i++) file = updated(file, { [free]: 'null' }); return file; }],
  ['an update that adds an object nobody refers to', 'PDF_CHANGED', update({ [free]: 'null' })],
  ['text laid over the page by an annotation', 'PDF_CHANGED', update({ [free]: overlay('valid until 2099'), [page.number]: page.source.replace('/Annots [', `/Annots [${String(free)} 0 R `) })],
  ['another content stream for the page', 'PDF_CHANGED', update({ [page.number]: page.source.replace(/\/Contents \d+ 0 R/, `/Contents ${String(free)} 0 R`), [free]: '<< /Length 0 >>' })],
  ['another size of the page', 'PDF_CHANGED', update({ [page.number]: page.source.replace('841.89', '841.88') })],
  ['another catalogue', 'PDF_CHANGED', update({ [catalog.number]: catalog.source })],
  ['a script that runs on opening', 'PDF_CHANGED', update({ [catalog.number]: catalog.source.replace('/Type /Catalog', '/Type /Catalog\n/OpenAction << /S /JavaScript /JS (app.alert(1)) >>') })],
  ['a second credential attached later', 'PDF_CHANGED', update({ [catalog.number]: catalog.source.replace(/\/AF \[(\d+) 0 R\]/, `/AF [$1 0 R ${String(free)} 0 R]`), [free]: '<< /Type /Filespec /UF (credential.sd-jwt) >>' })],
  ['the attached credential exchanged later', 'PDF_CHANGED', () => updated(pdf, { [Number(/\/EF <<\n\/F (\d+) 0 R/.exec(asText(pdf))?.[1])]: '<< /Type /EmbeddedFile /Length 0 >>' })],
  ['the seal removed by an update', 'PDF_CHANGED', update({ [catalog.number]: catalog.source.replace(/\/AcroForm << [^>]*>>/, '') })],
  ['bytes after the end', 'PDF_CHANGED', () => asBytes(`${asText(pdf)}% one line more\n`)],
  ['a line feed after the end', 'PDF_CHANGED', () => asBytes(`${asText(pdf)}\n`)],
  ['another PDF behind it', 'PDF_CHANGED', () => asBytes(asText(pdf) + asText(drawn.pdf))],
  ['another PDF before it', 'PDF_FORM', () => asBytes(asText(drawn.pdf) + asText(pdf))],
  ['the end cut off', 'PDF_FORM', () => pdf.slice(0, -100)],
  ['the drawing changed under the seal', 'PDF_DIGEST', () => replaced(pdf, 20_000, 'drawn')],
  ['the credential changed under the seal', 'PDF_DIGEST', () => patched(pdf, made.credential.slice(100, 120), 'A'.repeat(20))],
  ['the claimed time changed', 'PDF_DIGEST', () => patched(pdf, '(D:20260315020000Z)', '(D:20270315020000Z)')],
  ['a ByteRange that leaves a part of the file out', 'PDF_CHANGED', () => patched(pdf, /\/ByteRange \[0 (\d)/, '/ByteRange [0 9')],
  ['the signature of another paper', 'PDF_DIGEST', async () => { const other = asText((await sealedPaper(bureau, make(bureau))).pdf); const at = other.lastIndexOf('/Contents <') + 11; return replaced(pdf, signatureAt, other.slice(at, at + 4_000)); }],
  ['a signature of nothing but zeros', 'PDF_CMS', () => replaced(pdf, signatureAt, '0'.repeat(4_000))],
  ['capitals in the hexadecimal string', 'PDF_CMS', () => replaced(pdf, signatureAt, asText(pdf).slice(signatureAt, signatureAt + 3_000).toUpperCase())],
  ['something in the room behind the signature', 'PDF_CMS', () => replaced(pdf, signatureAt + 5_000, 'beef')],
  ['the signature by another key under our certificate', 'PDF_SIGNATURE', () => sealedBy(bureau, { sign: sealing(market, place).sign })],
  ['the certificate of an authority', 'PDF_CERTIFICATE_PURPOSE', async () => { const authority = await createAuthority({ commonName: BUREAU, organization: 'x' }); return sealedBy({ ...authority, id: '', agency: BUREAU, der: Buffer.from(authority.certificate.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString('base64url') }); }],
  ['a certificate that has ended', 'PDF_CERTIFICATE_PERIOD', async () => sealedBy(await certified({ notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }))],
  ['a certificate that has not begun', 'PDF_CERTIFICATE_PERIOD', async () => sealedBy(await certified({ notBefore: new Date('2026-06-01') }))],
  ['a seal as wide as the page', 'PDF_CHANGED', async () => (await sealPdf(pdf, sealing(market, { x: 0, y: 0, side: 500 }))).pdf],
  ['a seal beside the page', 'PDF_CHANGED', async () => (await sealPdf(pdf, sealing(market, { x: 800, y: 0, side: 108 }))).pdf],
  ['a page before the first seal that carries a note', 'PDF_FORM', async () => sealedOver(patched(drawn.pdf, /\/Annots \[\]|\/Contents (\d+) 0 R\n/, '/AA 1 0 R'))],
  ['no credential attached', 'PDF_CREDENTIAL_MISSING', async () => sealedOver(detached(drawn.pdf))],
  ['a credential under another name', 'PDF_CREDENTIAL_DOUBLED', async () => sealedOver(patched(drawn.pdf, '/UF (credential.sd-jwt)', '/UF (credential.sd-jwx)'))],
  ['another file named as the credential in /AF', 'PDF_CREDENTIAL_DOUBLED', async () => sealedOver(patched(drawn.pdf, /\/AF \[\d+/, '/AF [9'))],
  ['a chain of updates in a circle', 'PDF_UPDATES_TOO_MANY', () => { const file = updated(pdf, { [free]: 'null' }); const at = /startxref\n(\d+)\n%%EOF\n$/.exec(asText(file))?.[1] ?? ''; return patched(file, /\/Prev \d+ >>\n(?=startxref\n\d+\n%%EOF\n$)/, `/Prev ${at} >>\n`); }],
  ['a credential that unfolds into gigabytes', 'PDF_CREDENTIAL_FILTERED', async () => sealedOver(bombed(drawn.pdf))],
  ['a purpose that is no purpose', 'PDF_PURPOSE', async () => sealedOver(patched((await drawFace(paperOf(made, { purpose: { cause: '办理银行贷款', requester: '示例银行', expiresOn: '2026-12-31' as never, madeAt: MADE_AT } }), fonts)).pdf, '{"cause"', '{"caus" '))],
  ['a purpose without an end', 'PDF_PURPOSE', async () => sealedOver((await drawFace(paperOf(made, { purpose: { cause: '办理银行贷款', requester: '示例银行', expiresOn: '长期' as never, madeAt: MADE_AT } }), fonts)).pdf)],
  ['a time stamp that is no time', 'PDF_TIME_STAMP', () => stampedWith(Uint8Array.of(0x18, 3, 0x31, 0x32, 0x33))],
  ['a time stamp that is no DER', 'PDF_TIME_STAMP', () => stampedWith(Uint8Array.of(0x30, 0x84, 0xff))],
  ['the same key twice in a dictionary', 'PDF_FORM', async () => sealedOver(patched(drawn.pdf, '/Lang (zh-CN)', '/Pages 1 0 R '))],
  ['encryption', 'PDF_FORM', async () => sealedOver(patched(drawn.pdf, '<<\n/Size', '<<\n/Encrypt 1 0 R\n/Size'))],
];

/** Anybody can add a stamp of his own. */
const stampedWith = async (token: Uint8Array): Promise<Uint8Array> => (await stampPdf(pdf, () => Promise.resolve(token))) ?? new Uint8Array();

/** The credential's entries taken out of the catalogue, lengths kept. */
function detached(base: Uint8Array): Uint8Array {
  const without = patched(base, /\/AF \[\d+ 0 R\]/, ' '.repeat(/\/AF \[\d+ 0 R\]/.exec(asText(base))?.[0].length ?? 0));
  const [names = ''] = /\/EmbeddedFiles <<\n[^>]*>>/.exec(asText(base)) ?? [];
  return patched(without, names, ' '.repeat(names.length));
}
function bombed(base: Uint8Array): Uint8Array {
  const bomb = deflateSync(Buffer.alloc(1 << 20)).subarray(0, 8).toString('latin1');
  const [subtype = ''] = /\/Subtype \/application#2Fdc\+sd-jwt|\/Subtype \/application\S*/.exec(asText(base)) ?? [];
  const filter = `/Filter /FlateDecode`.padEnd(subtype.length, ' ');
  return patched(patched(base, subtype, filter.slice(0, Math.max(subtype.length, filter.length))), made.credential.slice(0, 8), bomb);
}

t.test('when a paper is attacked', async (t) => {
  for (const [what, code, attack] of ATTACKS) {
    const bytes = await Promise.resolve().then(attack).catch((error: unknown) => error);
    // Some cannot even be sealed: the maker reads as strictly as the verifier.
    if (bytes instanceof Error) t.equal((bytes as { code?: string }).code ?? (bytes.name === 'PdfMalformed' ? 'PDF_FORM' : bytes.message), code, what);
    else t.equal(await codeOf(bytes as Uint8Array), code, what);
  }
  t.ok(ATTACKS.length >= 35);
});

t.test('when a stranger seals with our name', async (t) => {
  const stranger = await strangers();
  const read = await readPdf(await sealedBy(stranger));
  // The file is well-formed and his own seal is right: that it is not ours, the certificate says.
  t.match(read, { ok: true, seals: [{ certificate: stranger.der }] });
  t.not(stranger.der, bureau.der);
});

t.test('when the codes are counted', async (t) => {
  const met = new Set<string>(ATTACKS.map(([, code]) => code));
  t.same(PDF_FAULTS.filter((code) => !met.has(code)), []);
});

t.test('when a picture of a seal is drawn', async (t) => {
  const picture = sealPicture(fonts.bold, '示例市张店区行政审批服务局（演示）', '电子证照专用章');
  t.notMatch(picture, /\bTj|\bDo|\bBI/, 'outlines only: no font, no image');
  t.equal(sealPicture(fonts.bold, '局', '章'), sealPicture(fonts.bold, '局', '章'));
});
