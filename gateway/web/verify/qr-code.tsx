/** A text drawn as a QR code, in the page itself. */
import { useEffect, useState } from 'preact/hooks';

export function QrCode({ text, alt }: { text: string; alt: string }) {
  const [svg, setSvg] = useState('');
  useEffect(() => {
    let stopped = false;
    // Fetched only when a code is really shown.
    void import('qr').then(({ encodeQR }) => { if (!stopped) setSvg(encodeQR(text, 'svg', { ecc: 'medium' })); });
    return () => { stopped = true; };
  }, [text]);
  return <div class="wallet-qr" role="img" aria-label={alt} dangerouslySetInnerHTML={{ __html: svg }} />;
}
