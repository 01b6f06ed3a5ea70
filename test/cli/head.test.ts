/** Heads at the command line, where a gateway tells of another time or of another ledger. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Client } from '#cli/client';
import type { Invocation } from '#cli/command';
import { headCommands } from '#cli/commands/head';
import { keepHead, keptHeads } from '#cli/head-store';
import { fetchTrust, importTrust } from '#cli/trust-store';
import { sha256Text } from '#chaincode/facts/hash';
import { parseHead, type SignedHead } from '#gateway/documents/head';
import { randomId } from '#gateway/keyring';
import { installApp } from '#test/support/app';
import { permit } from '#test/support/installation';

const { installation: { services, acting }, app } = await installApp();
const json = async (url: string): Promise<unknown> => (await app.inject(url)).json();
const headNow = async (query = ''): Promise<SignedHead> => {
  const parsed = parseHead(((await json(`/api/ledger/head${query}`)) as { head: string }).head);
  if (!parsed) throw new Error('no head');
  return parsed;
};
/** @param told in place of what the gateway would say now */
async function run(heads: string, args: readonly string[], { told, values = {} }: { told?: SignedHead; values?: object } = {}): Promise<{ exit: number; text: string }> {
  const client = { get: (path: string) => (told && path === '/api/ledger/head' ? Promise.resolve({ head: told.token }) : json(path)) } as unknown as Client;
  let text = '';
  const invocation: Invocation = { client, args, values: { heads, trust: heads, ...values }, print: (_, words) => { text += words; }, say: () => undefined, signal: new AbortController().signal };
  const exit = await headCommands['head']?.run(invocation).catch((error: unknown) => {
    text += String(error);
    return (error as { exit: number }).exit;
  });
  return { exit: exit ?? -1, text };
}
void t.test('when a head of before is given out again', async (t) => {
  const heads = t.testdir({});
  const old = await headNow();
  t.match(await run(heads, ['fetch']), { exit: 0 });
  const at = Date.now;
  t.teardown(() => { Date.now = at; });
  Date.now = () => at() + 3_600_000;
  t.match(await run(heads, ['fetch'], { told: old }), { exit: 5, text: /HEAD_STALE/ }, 'a ledger that was cut off since would go unseen');
});

void t.test('when a gateway says of its last block that there are more', async (t) => {
  t.match(await run(t.testdir({}), ['fetch'], { told: await headNow('?block=3') }), { exit: 5, text: /HEAD_STALE/ }, 'by such heads nobody would find what was cut off');
});

void t.test('when two heads of one instant are kept', async (t) => {
  const heads = t.testdir({});
  const one = await headNow();
  const two = { ...one, token: `${one.token.slice(0, -4)}AAAA` };
  t.not(keepHead(heads, one), keepHead(heads, two), 'one does not take the place of the other: both are the proof');
  t.equal(keepHead(heads, two), keepHead(heads, two));
});

void t.test('when somebody asks for the head of an earlier block', async (t) => {
  const heads = t.testdir({});
  t.match(await run(heads, ['fetch']), { exit: 0 });
  keepHead(heads, await headNow('?block=3'));
  t.match(await run(heads, ['check']), { exit: 0, text: /3 heads/ }, 'it is no proof that the ledger was cut short');
  await services.acts.perform(acting('clerk'), randomId(), permit());
  t.match(await run(heads, ['check']), { exit: 0 });
});

void t.test('when what the verifier trusts is of another ledger', async (t) => {
  const directory = t.testdir({});
  const { bundle, pin } = await fetchTrust({ get: json } as unknown as Client);
  writeFileSync(join(directory, 'given.json'), JSON.stringify(bundle));
  await importTrust(directory, join(directory, 'given.json'), pin);
  const now = await headNow();
  t.match(await run(directory, ['fetch']), { exit: 0 });
  const [header = '', payload = '', signature = ''] = now.token.split('.');
  const other = sha256Text('another ledger');
  const told = Buffer.from(Buffer.from(payload, 'base64url').toString().replace(now.head.ledger, other)).toString('base64url');
  const { exit, text } = await run(directory, ['fetch'], { told: { ...now, token: [header, told, signature].join('.') } });
  t.equal(exit, 5);
  for (const words of ['HEADS_FOREIGN', other, now.head.ledger, directory, '--trust DIR']) t.ok(text.includes(words), `it says which, and what to do: ${words}`);
});

void t.test('when the gateway has another ledger now', async (t) => {
  const heads = t.testdir({});
  const now = await headNow();
  keepHead(heads, { ...now, head: { ...now.head, ledger: sha256Text('the ledger of before') } });
  t.match(await run(heads, ['fetch']), { exit: 5, text: /HEADS_FOREIGN/ }, 'written anew from block 0');
  t.match(await run(heads, ['fetch'], { values: { ledger: now.head.ledger } }), { exit: 0 }, 'unless one means it');
  t.match(await run(heads, ['fetch']), { exit: 0 }, 'once');
});

void t.test('when a head is printed', async (t) => {
  const heads = t.testdir({});
  const out = join(heads, 'now.pdf');
  t.match(await run(heads, ['print'], { values: { out } }), { exit: 0, text: /now\.pdf: \d+ blocks/ });
  t.equal(readFileSync(out).subarray(0, 5).toString(), '%PDF-');
  const [kept] = keptHeads(heads, (await headNow()).head.ledger);
  t.ok(kept, 'the one of now is kept too');
  const file = keepHead(heads, await headNow('?block=3'));
  t.match(await run(heads, ['print', file], { values: { out } }), { exit: 0, text: /4 blocks/ }, 'or one that was kept');
  t.match(await run(heads, ['print', kept?.token ?? ''], { values: { out } }), { exit: 0 }, 'or what was scanned');
  t.match(await run(heads, ['print']), { exit: 2, text: /--out/ });
  t.match(await run(heads, ['print', file.replace('.head', '.none')], { values: { out } }), { exit: 10 });
});
