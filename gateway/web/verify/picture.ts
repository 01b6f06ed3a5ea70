/** Finds the QR code in a picture. Pictures stay on the device. */

type PictureReading = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly code: 'PICTURE_UNREADABLE' | 'PICTURE_TOO_LARGE' | 'PICTURE_WITHOUT_QR' };

/** Four bytes each while it is looked at: a few kilobytes can unfold into more than the device has. Cameras of phones have 12 to 108 million. */
const PIXELS_MAX = 120e6;

/** Sides in pixels at which the code is looked for: large photographs are read better when reduced, dense codes when not. */
const SIDES = [900, 1600, 500, 2600];

export async function readPicture(file: File): Promise<PictureReading> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    // Loaded, its size is known; unfolded it is only when it is drawn.
    await new Promise((resolve, reject) => { image.onload = resolve; image.onerror = reject; image.src = url; });
    if (image.naturalWidth * image.naturalHeight > PIXELS_MAX) return { ok: false, code: 'PICTURE_TOO_LARGE' };
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
