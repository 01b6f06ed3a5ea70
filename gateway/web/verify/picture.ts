/** Reads a file that a verifier chose: a credential as text, or a picture with a QR code. Nothing is uploaded. */

export type FileReading = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: 'PICTURE_UNREADABLE' | 'PICTURE_WITHOUT_QR' | 'FILE_TOO_LARGE' | 'FILE_NOT_TEXT' };

/** A phone's photograph has 5 to 12 MB. */
const FILE_BYTES_MAX = 20 * 1024 * 1024;
/** A credential is at most half a megabyte. */
const TEXT_BYTES_MAX = 1024 * 1024;
/** Sides in pixels at which the code is looked for: large photographs are read better when reduced, dense codes when not. */
const SIDES = [900, 1600, 500, 2600];

export async function readPresentedFile(file: File): Promise<FileReading> {
  if (file.size > FILE_BYTES_MAX) return { ok: false, code: 'FILE_TOO_LARGE' };
  if (file.type.startsWith('image/')) return readPicture(file);
  if (file.size > TEXT_BYTES_MAX) return { ok: false, code: 'FILE_TOO_LARGE' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? { ok: false, code: 'FILE_NOT_TEXT' } : { ok: true, text };
  } catch {
    return { ok: false, code: 'FILE_NOT_TEXT' };
  }
}

async function readPicture(file: File): Promise<FileReading> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    for (const side of SIDES) {
      const text = await codeIn(image, image.naturalWidth || side, image.naturalHeight || side, side);
      if (text !== undefined) return { ok: true, text };
    }
    return { ok: false, code: 'PICTURE_WITHOUT_QR' };
  } catch {
    return { ok: false, code: 'PICTURE_UNREADABLE' };
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The text of a QR code in a picture, looked at so large that its longer side has `side` pixels. */
export async function codeIn(image: CanvasImageSource, width: number, height: number, side: number): Promise<string | undefined> {
  // Fetched only when a picture is really read: most verifiers come by a scanned link.
  const { decodeQR } = await import('qr/decode.js');
  const text = attempt(() => decodeQR(pixelsOf(image, width, height, side)));
  return text === '' ? undefined : text;
}

function pixelsOf(image: CanvasImageSource, width0: number, height0: number, side: number): ImageData {
  const scale = side / Math.max(width0, height0);
  const [width, height] = [Math.max(1, Math.round(width0 * scale)), Math.max(1, Math.round(height0 * scale))];
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
