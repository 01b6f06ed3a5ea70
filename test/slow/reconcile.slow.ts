/** A check of a whole installation that is killed, stopped and taken up again, at the same height and at a later one; and beside a gateway at work that is killed too. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { KIND } from '#gateway/catalogue/kinds';
import { randomId } from '#gateway/keyring';
import { reconcile } from '#gateway/reconcile';
import { edited } from '#test/support/damage';
import { install, permit, type Installation } from '#test/support/installation';
import { signIn, startGateway } from '#test/support/process';
import { foodFace } from '#test/support/samples';

const LICENCES = 800;
const KILLED_AT = 500;

interface State { readonly marks: Record<string, { readonly key: string; readonly block: number; readonly done: number } | undefined>; readonly index?: { readonly key: string } }
const stateOf = (data: string): State => JSON.parse(readFileSync(join(data, 'fsck', 'state.json'), 'utf8')) as State;

async function killed(data: string, step: string, done: number): Promise<void> {
  const child = spawn(process.execPath, [resolve('dist/test/support/fsck-killed.js'), data, step, String(done)], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (signal !== 'SIGKILL') throw new Error('the check came to its end');
}

/** @param when the signal is sent, once this has come true */
async function yizheng(args: readonly string[], stop?: { readonly signal: NodeJS.Signals; readonly when: () => boolean }): Promise<{ exit: number | null; out: string }> {
  const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
  child.stderr.resume();
  const ended = once(child, 'close') as Promise<[number | null]>;
  if (stop) {
    await until(stop.when);
    child.kill(stop.signal);
  }
  const [exit] = await ended;
  return { exit, out };
}

async function until(when: () => boolean): Promise<void> {
  while (!when()) await delay(20);
}

const faceOf = ({ services }: Installation, id: string, version: number): string => `face/${id}/${services.projection.get('licence', id)?.versions.find((each) => each.version === version)?.documents[0]?.digest ?? ''}`;

await t.test('when a check is killed and taken up again', { timeout: 300_000 }, async (t) => {
  const installation = await install();
  const { data } = installation;
  t.teardown(() => { rmSync(data, { recursive: true, force: true }); });
  const clerk = installation.acting('clerk');
  const issued = await Promise.all(Array.from({ length: LICENCES }, async () => (await installation.services.acts.perform(clerk, randomId(), permit())).licence ?? ''));
  const ids = issued.sort();
  const [early = '', other = '', late = ''] = [ids[5], ids[9], ids.at(-3)];
  const faces = [early, late].map((id) => faceOf(installation, id, 1));
  await installation.services.close();
  await edited(data, 'vault', (store) => store.batch(faces.map((key) => ({ type: 'del', key }))));

  await killed(data, 'licences', KILLED_AT);
  const mark = stateOf(data).marks['licence'];
  t.ok(mark && mark.done > 50 && mark.done <= KILLED_AT, `${String(mark?.done)} licences are behind it`);
  t.ok(mark && mark.key > other, 'also the one that is changed now');

  // The gateway runs meanwhile: a licence behind the mark gets another version, whose face is lost.
  await installation.restart();
  await installation.services.acts.perform(clerk, randomId(), { op: 'change', licence: other, face: { scope: '住宿；餐饮' } });
  await installation.services.acts.perform(clerk, randomId(), permit());
  const lost = faceOf(installation, other, 2);
  await installation.services.close();
  await edited(data, 'vault', (store) => store.del(lost));

  const { findings } = await reconcile(data, () => undefined);
  t.strictSame(findings.map(({ code, where }) => `${code} ${where}`).sort(), [`FACE_MISSING ${early} version 1`, `FACE_MISSING ${late} version 1`, `FACE_MISSING ${other} version 2`].sort(), 'before and behind the mark, once each');
  t.notOk(existsSync(join(data, 'fsck')), 'a check that has come to its end leaves nothing');
});

await t.test('when a gateway at work is checked, killed, and checked again', { timeout: 300_000 }, async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'yizheng-fsck-'));
  t.teardown(() => { rmSync(data, { recursive: true, force: true }); });
  let serial = 0;
  let issued = 0;
  const at = async (step: (base: string) => Promise<void>, end: NodeJS.Signals): Promise<void> => {
    const gateway = await startGateway(data);
    const headers = await signIn(gateway.base, data, 'clerk');
    let over = false;
    const issuing = Promise.all(Array.from({ length: 8 }, async () => {
      while (!over) {
        const body = JSON.stringify({ requestId: randomId(), act: { op: 'issue', kind: KIND.food, validUntil: '2030-01-01', face: foodFace(serial++) } });
        const answer = await fetch(`${gateway.base}/api/acts`, { method: 'POST', headers, body }).catch(() => undefined);
        if (answer?.status === 201) issued++;
      }
    }));
    await delay(2_000);
    await step(gateway.base);
    over = true;
    await gateway.end(end);
    await issuing;
  };
  await at(async (base) => {
    const before = issued;
    const { exit, out } = await yizheng(['fsck', '--json', '--data', data, '--gateway', base]);
    t.equal(exit, 0, out);
    t.match(JSON.parse(out), { total: 0, left: ['ledger', 'extras'] });
    t.ok(issued > before, `${String(issued - before)} issued meanwhile, and none of them a finding`);
    t.match(await yizheng(['fsck', '--data', data, '--gateway', 'http://127.0.0.1:1']), { exit: 3 }, 'no second process opens the directory');
  }, 'SIGTERM');
  // Something that a check beside a gateway looks at twice: it takes seconds.
  await edited(data, 'vault', async (store) => { await store.del((await store.keys({ gt: 'face/', lt: 'face0', limit: 1 }).all())[0] ?? ''); });
  const underWay = () => existsSync(join(data, 'fsck', 'state.json'));
  let asking: ReturnType<typeof yizheng> | undefined;
  await at(async (base) => {
    t.match(await yizheng(['fsck', '--data', data, '--gateway', base], { signal: 'SIGINT', when: underWay }), { exit: 130 }, 'stopped by Ctrl-C');
    t.ok(underWay(), 'how far it was is kept');
    const begun = Date.now();
    asking = yizheng(['fsck', '--data', data, '--gateway', base]);
    await until(() => underWay() && statSync(join(data, 'fsck', 'state.json')).mtimeMs > begun);
  }, 'SIGKILL');
  t.match(await asking, { exit: 8 }, 'the gateway was killed under it');
  t.ok(underWay());
  const { exit, out } = await yizheng(['fsck', '--data', data, '--gateway', 'http://127.0.0.1:1', '--json']);
  t.equal(exit, 3);
  t.match((JSON.parse(out) as { findings: { code: string }[] }).findings.filter(({ code }) => code !== 'FACE_EXTRA').map(({ code }) => code), ['FACE_MISSING'], 'nothing else, but for what a kill left in the vault');
  t.notOk(underWay());
});
