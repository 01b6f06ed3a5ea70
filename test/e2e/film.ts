/** What the browser's camera sees: a film of a QR code, or of nothing (Y4M). */
import encodeQR from 'qr';

const [WIDTH, HEIGHT, GREY] = [1280, 720, 128];

/** A picture of the code as a camera delivers it: some grey around white paper, three pictures a second. */
export function filmOf(text: string): Buffer {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const scale = Math.floor((HEIGHT * 0.9) / modules.length);
  const [left, top] = [Math.floor((WIDTH - modules.length * scale) / 2), Math.floor((HEIGHT - modules.length * scale) / 2)];
  const luma = Buffer.alloc(WIDTH * HEIGHT, GREY);
  for (let y = 0; y < modules.length * scale; y++) {
    for (let x = 0; x < modules.length * scale; x++) luma[(top + y) * WIDTH + left + x] = modules[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true ? 30 : 225;
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, GREY)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${String(WIDTH)} H${String(HEIGHT)} F3:1 Ip A1:1 C420jpeg\n`), frame, frame, frame]);
}

export function blank(): Buffer {
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.alloc((WIDTH * HEIGHT * 3) / 2, GREY)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${String(WIDTH)} H${String(HEIGHT)} F3:1 Ip A1:1 C420jpeg\n`), frame, frame]);
}
