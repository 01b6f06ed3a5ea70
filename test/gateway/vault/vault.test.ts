/** The vault and a person who counts as erased: nothing opens from that moment, nothing is kept again, and what lay there goes. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Keyring } from '#gateway/keyring';
import { Erased } from '#gateway/vault/holder-keys';
import { Tombstones } from '#gateway/vault/tombstones';
import { Vault } from '#gateway/vault/vault';
import { WrappingKeys } from '#gateway/vault/wrapping';
import { newSubject } from '#test/support/erasure';
import { failsWith } from '#test/support/matchers';

const directory = mkdtempSync(join(tmpdir(), 'yizheng-vault-'));
const keyring = new Keyring(join(directory, 'keys'));
keyring.secret('vault/index.key', { create: true });
new WrappingKeys(keyring.path('vault')).make();
const gone = new Set<string>();
const vault = await Vault.open(directory, keyring, (subject) => gone.has(subject));
t.teardown(async () => {
  await vault.close();
  rmSync(directory, { recursive: true });
});

await t.test('when a person is erased', async (t) => {
  const [other, paper] = [newSubject(), { licence: 'L', version: 1, digest: 'D' }];
  const subject = await vault.person('A', 'code');
  const entry = (of: string) => ({ licence: `L-${of}`, digest: 'D', subject: of, kept: { face: { number: '1' } } });
  await vault.put([entry(subject), entry(other)]);
  await vault.putPaper(paper, subject, Buffer.from('pdf'));
  await vault.keep('application/A1/D', subject, { form: [] });
  await vault.name('case', 'A\0case', 'A1');
  gone.add(subject);
  t.strictSame([vault.get(`L-${subject}`, 'D', subject), await vault.paper(paper, subject), vault.kept('application/A1/D', subject), vault.knownHolderKey(subject)], [undefined, undefined, undefined, undefined], 'nothing opens, also before the key is destroyed');
  await failsWith(t, () => vault.keep('application/A1/E', subject, {}), Erased as never, undefined as never);
  await failsWith(t, () => vault.putPaper(paper, subject, Buffer.from('pdf')), Erased as never, undefined as never);
  await vault.put([{ ...entry(subject), digest: 'E' }, { ...entry(other), digest: 'E' }]);
  t.strictSame([vault.has({ licence: `L-${subject}`, digest: 'E' }), vault.has({ licence: `L-${other}`, digest: 'E' })], [false, true], 'neighbours in a transaction are kept');
  t.ok(vault.mayHold(subject));
  const remains = { subject, licences: [`L-${subject}`], papers: [paper], grants: [], applications: ['A1'], addresses: [] };
  await vault.erase([remains]);
  t.notOk(vault.mayHold(subject));
  gone.delete(subject);
  t.strictSame([vault.has({ licence: `L-${subject}`, digest: 'D' }), vault.knownHolderKey(subject), vault.knownPerson('A', 'code'), vault.named('case', 'A\0case')], [false, undefined, undefined, undefined], 'nothing is left');
  t.ok(vault.get(`L-${other}`, 'D', other), 'others stay');
  gone.add(subject);
  await vault.erase([remains]);
  t.notOk(vault.mayHold(subject), 'and again, as after a kill');
});

await t.test('when tombstones are kept', async (t) => {
  const path = join(directory, 'elsewhere', 'list');
  const [one, two] = [newSubject(), newSubject()];
  new Tombstones(path).add([one], '2026-06-01T02:00:00.000Z');
  const again = new Tombstones(path);
  again.add([one, two], '2026-06-02T02:00:00.000Z');
  t.strictSame(new Tombstones(path).all(), [one, two]);
  t.ok(again.has(two));
  appendFileSync(path, `\n${newSubject().slice(0, 15)}`);
  const cut = new Tombstones(path);
  t.strictSame(cut.all(), [one, two], 'half a line is nobody');
  const three = newSubject();
  cut.add([three], '2026-06-03T02:00:00.000Z');
  t.strictSame(new Tombstones(path).all(), [one, two, three]);
});
