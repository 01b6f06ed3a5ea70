/** npm run bench -- --documents: credential, sealed PDF and paper QR beside the machine's signatures; then the verify page in Chromium, as a phone and with a pile of documents. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import encodeQr from 'qr';
import { SHANGHAI } from '#chaincode/facts/calendar';
import { verifyP256 } from '#chaincode/facts/hash';
import { documentOf, presentCredential, presentQr, type Presented } from '#gateway/documents/evidence';
import { drawFace } from '#gateway/documents/pdf/face';
import { readPdf } from '#gateway/documents/pdf/read';
import { sealPdf } from '#gateway/documents/pdf/seal';
import { judge } from '#gateway/documents/verdict';
import { make, newRegister, NOW, TODAY } from '#test/support/documents';
import { fonts, paperOf, sealing } from '#test/support/papers';
import { end, start } from './client.js';
import { MS, record, rounds, sayMachine } from './figures.js';
import { libraryIssue, libraryVerify, rate, signatureLimit, verifyLimit } from './library.js';
import { pages } from './pages.js';

const PUBLIC_NAME = 'https://zz.example.gov.cn';
/** The longest name of an organisation that stands on a QR in full. */
const LONG_NAME = '示例市张店区示例街道示例社区服务有限公司';

export async function documents(): Promise<void> {
  sayMachine('documents');
  const register = await newRegister();
  const { bureau } = register;
  const sign = record('machine: P-256 sign, one core', '/s', await rounds(() => signatureLimit(MS)));
  const verify = record('machine: P-256 verify, one core', '/s', await rounds(() => verifyLimit(MS)));
  record('bare SD-JWT library: issue a credential', '/s', await rounds(() => libraryIssue(MS)), sign);
  record('bare SD-JWT library: verify it', '/s', await rounds(() => libraryVerify(MS)), verify);
  record('issue: credential and QR, two signatures', '/s', await rounds(() => rate(MS, () => make(bureau))), sign);
  const issued = register.issue();
  const check = (present: () => Presented): number => {
    const presented = present();
    const [facts, signed] = [register.facts(presented), documentOf(presented)?.signed];
    const key = facts.sealKey;
    const { outcome } = judge({ presented, ledger: facts, signatureHolds: signed && key && verifyP256(key, signed.data, signed.signature), today: TODAY, now: NOW, zone: SHANGHAI });
    if (outcome !== 'valid') throw new Error(outcome);
    return 1;
  };
  record('verify: credential, whole verdict', '/s', await rounds(() => rate(MS, () => check(() => presentCredential(issued.credential)))), verify);
  record('verify: QR, whole verdict', '/s', await rounds(() => rate(MS, () => check(() => presentQr(`${PUBLIC_NAME}/q#1.${issued.qr}`)))), verify);
  const paper = paperOf(issued);
  const print = async (): Promise<Uint8Array> => {
    const { pdf, seal } = await drawFace(paper, fonts);
    return (await sealPdf(pdf, sealing(bureau, seal))).pdf;
  };
  record('sealed PDF: draw and seal', '/s', await rounds(() => rate(MS, print)), sign);
  const pdf = await print();
  record('sealed PDF: read and check', '/s', await rounds(() => rate(MS, () => readPdf(pdf))), verify);
  record('sealed PDF: size', 'KB', [pdf.length / 1e3]);
  qr('as most', issued.qr);
  qr('longest name', register.issue({ qr: { displayName: LONG_NAME } }).qr);

  const data = mkdtempSync(join(tmpdir(), 'yizheng-bench-'));
  const server = await start(data);
  try {
    await pages(server);
  } finally {
    await end(server);
    rmSync(data, { recursive: true, force: true });
  }
}

/** The printed square has no margin of its own: 25 and 30 mm are its edge. */
function qr(which: string, payload: string): void {
  const modules = encodeQr(`${PUBLIC_NAME}/q#1.${payload}`, 'raw', { ecc: 'medium', border: 1 }).length - 2;
  record(`paper QR, ${which}: payload`, 'bytes', [Buffer.from(payload, 'base64url').length]);
  record(`paper QR, ${which}: modules an edge`, '', [modules]);
  for (const edge of [25, 30]) record(`paper QR, ${which}: module at ${String(edge)} mm`, 'mm', [edge / modules]);
}
