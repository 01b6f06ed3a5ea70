/** Slots: so many at once, some wait, the rest are sent away. */
import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { Slots } from '#gateway/identity/turns';

void t.test('when more come than there are slots', async (t) => {
  const slots = new Slots(2, 3);
  const ends: (() => void)[] = [];
  let atOnce = 0;
  const step = async (name: number) => {
    t.ok(++atOnce <= 2);
    await new Promise<void>((resolve) => { ends.push(resolve); });
    atOnce--;
    if (name === 1) throw new Error('fails');
    return name;
  };
  const taken = [0, 1, 2, 3, 4, 5, 6].map((name) => slots.take(() => step(name)).catch((error: unknown) => (error as { code?: string; message: string }).code ?? (error as Error).message));
  for (let i = 0; i < 5; i++) {
    await turn();
    ends.shift()?.();
  }
  t.strictSame(await Promise.all(taken), [0, 'fails', 2, 3, 4, 'BUSY', 'BUSY'], 'in order; a step that fails frees its slot');
  const again = slots.take(() => step(7));
  await turn();
  ends.shift()?.();
  t.equal(await again, 7, 'and the slots are free again');
});
