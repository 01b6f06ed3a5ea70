import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { kill, logPath, running, start, stop, until } from '#network/fabric/processes';

const node = (folder: string, code: string) => ({ name: 'node1', folder, program: process.execPath, args: ['-e', code] });
const WAITS = 'process.stdout.write("up\\n"); setInterval(() => undefined, 1000);';

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

t.test('when a node is started and stopped', async (t) => {
  const folder = t.testdir({});
  t.equal(running(folder), undefined);
  t.equal(await stop(folder), false, 'nothing to stop');
  t.equal(start(node(folder, WAITS)), true);
  const pid = running(folder);
  t.type(pid, 'number');
  t.equal(start(node(folder, WAITS)), false, 'it runs already');
  t.equal(running(folder), pid);
  while (!readFileSync(logPath(folder), 'utf8').includes('up')) await delay(10);
  t.equal(await stop(folder), true);
  t.equal(running(folder), undefined);
  let there = true;
  for (let waited = 0; there && waited < 2_000; waited += 20) {
    await delay(20); // its parent, here this very process, collects it a moment later
    there = isThere(pid!);
  }
  t.equal(there, false, 'the process is gone');
  t.notOk(existsSync(join(folder, 'pid')));

  start(node(folder, WAITS));
  t.equal(await kill(folder), true);
  t.equal(running(folder), undefined, 'killed');
});

t.test("when a pid has become another process's", async (t) => {
  const folder = t.testdir({});
  writeFileSync(join(folder, 'pid'), String(process.pid));
  t.equal(running(folder), undefined, 'a process elsewhere is not ours');
  t.equal(await stop(folder), false);
  t.equal(await kill(folder), false);
  for (const wrong of ['', 'x', '0', '1', '-1', '99999999']) {
    writeFileSync(join(folder, 'pid'), wrong);
    t.equal(running(folder), undefined, wrong);
  }
});

t.test('when a node does not answer', async (t) => {
  const folder = t.testdir({});
  start(node(folder, ''));
  await t.rejects(until({ name: 'node1', folder }, 5_000, () => Promise.reject(new Error('no'))), { code: 'NODE_FAILED', message: /node1 has ended.*logs node1/ });
  start(node(folder, WAITS));
  await t.rejects(until({ name: 'node1', folder }, 100, () => Promise.reject(new Error('no'))), { code: 'NODE_FAILED', message: /did not answer/ });
  t.equal(await until({ name: 'node1', folder }, 100, () => Promise.resolve('yes')), 'yes');
  t.equal(await kill(folder), true); // here and not later: with the folder its pid would be gone
});
