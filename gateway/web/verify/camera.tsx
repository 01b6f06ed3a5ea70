/** Reads a QR code through the camera. Pictures stay in the page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { problemOf } from '../api.js';
import { useLanguage } from '../language.js';
import { VERIFY } from '../words/verify.js';
import { codeIn } from './picture.js';

/** A look takes 5 to 40 ms; a hand is not quicker than this. */
const LOOK_MS = 120;
/** A dense code needs these pixels; more only slow a phone down. */
const SIDE = 1000;

type CameraFault = 'CAMERA_REFUSED' | 'CAMERA_MISSING' | 'CAMERA_INSECURE';

/** Whether this page may ask for a camera at all: browsers give it only to secure pages. */
export const hasCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === 'function';

export function Camera({ found, close }: { found: (text: string) => void; close: () => void }) {
  const { say } = useLanguage();
  const video = useRef<HTMLVideoElement>(null);
  const [fault, setFault] = useState<CameraFault>();
  useEffect(() => {
    const stop = new AbortController();
    watch(video.current, stop.signal).then((text) => { if (text !== undefined) found(text); }, (error: unknown) => { if (!stop.signal.aborted) setFault(faultOf(error)); });
    return () => stop.abort();
  }, []);
  return (
    <div class="camera">
      {fault ? <p class="field-fault" role="alert">{say(problemOf(fault).words)}</p> : <p role="status">{say(VERIFY.aim)}</p>}
      {!fault && <video ref={video} class="camera-view" muted playsInline aria-label={say(VERIFY.cameraView)} />}
      <p><button type="button" class="button" onClick={close}>{say(VERIFY.stopCamera)}</button></p>
    </div>
  );
}

/** Looks until a code is read or somebody stops. The camera's light goes out in either case. */
async function watch(video: HTMLVideoElement | null, signal: AbortSignal): Promise<string | undefined> {
  if (!video) return undefined;
  if (!hasCamera()) throw new DOMException('no camera in an insecure page', 'SecurityError');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: 'environment' }, width: { ideal: 1920 }, height: { ideal: 1080 } } });
  try {
    video.srcObject = stream;
    await video.play();
    while (!signal.aborted) {
      const text = video.videoWidth > 0 ? await codeIn(video, video.videoWidth, video.videoHeight, SIDE) : undefined;
      if (text !== undefined && !signal.aborted) return text;
      await new Promise((resolve) => { setTimeout(resolve, LOOK_MS); });
    }
    return undefined;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  }
}

function faultOf(error: unknown): CameraFault {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return 'CAMERA_REFUSED';
  return name === 'SecurityError' ? 'CAMERA_INSECURE' : 'CAMERA_MISSING';
}
