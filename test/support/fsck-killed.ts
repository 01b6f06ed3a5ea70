/** A check that is killed in the middle: node fsck-killed.js DIR STEP DONE. Slowed down, so that there is a middle. */
import { reconcile } from '#gateway/reconcile';

const [data = '', step = '', done = '0'] = process.argv.slice(2);
const still = new Int32Array(new SharedArrayBuffer(4));

await reconcile(data, (now) => {
  if (now.step !== step) return;
  Atomics.wait(still, 0, 0, 4);
  if (now.done >= Number(done)) process.kill(process.pid, 'SIGKILL');
});
