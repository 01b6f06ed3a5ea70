/** The thread that draws and seals papers. It holds no key: what is to be signed goes out, the signature comes back. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { drawFace } from '../documents/pdf/face.js';
import { drawHead } from '../documents/pdf/head.js';
import { drawReport } from '../documents/pdf/report.js';
import { sealPicture } from '../documents/pdf/picture.js';
import { sealPdf, stampPdf } from '../documents/pdf/seal.js';
import { openFonts } from './fonts.js';
import { askStamp } from './stamp.js';
import type { FromWorker, Order, ToWorker } from './press.js';

/** A tenth of what others get while they are busy: issuing goes first, and who asks for a paper still gets it in seconds. */
const LOW = 10;
// On Linux a thread has a priority of its own; elsewhere the scheduler shares as it likes.
try {
  setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), LOW);
} catch {
  // Printing is then as important as issuing, which is slower but not wrong.
}

const port = parentPort;
if (!port) throw new Error('not a thread');
const fonts = openFonts();
const pictures = new Map<string, string>();
const signatures = new Map<number, (signature: Uint8Array) => void>();
const say = (message: FromWorker): void => { port.postMessage(message); };

function pictureOf(agency: string, words: string): string {
  const key = `${agency}\0${words}`;
  let picture = pictures.get(key);
  if (picture === undefined) pictures.set(key, (picture = sealPicture(fonts.bold, agency, words)));
  return picture;
}

async function carryOut(id: number, order: Order): Promise<{ pdf: Uint8Array; stamped: boolean } | undefined> {
  if ('sealed' in order) {
    const pdf = await stampPdf(order.sealed, (data) => askStamp(order.authority, data));
    return pdf && { pdf, stamped: true };
  }
  if ('report' in order) return { pdf: await drawReport(order.report, fonts), stamped: false };
  if ('head' in order) return { pdf: await drawHead(order.head, fonts), stamped: false };
  const { paper, certificate, words, authority } = order;
  const stamp = authority === undefined ? undefined : (data: Uint8Array) => askStamp(authority, data);
  const drawn = await drawFace(paper, fonts);
  return sealPdf(drawn.pdf, {
    certificate, picture: pictureOf(paper.agency, words), place: drawn.seal, at: paper.madeAt, stamp,
    sign: (data) => new Promise((resolve) => {
      signatures.set(id, resolve);
      say({ id, sign: data });
    }),
  });
}

port.on('message', (message: ToWorker) => {
  if ('signature' in message) {
    signatures.get(message.id)?.(message.signature);
    signatures.delete(message.id);
    return;
  }
  const { id, order } = message;
  carryOut(id, order).then((done) => { say({ id, ...(done ? { done } : {}) }); }, (error: unknown) => { say({ id, failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }); });
});
