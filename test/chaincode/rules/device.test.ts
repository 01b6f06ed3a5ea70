/** Devices of holders: how the first comes, how further ones come, how they go. */
import { webcrypto } from 'node:crypto';
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { grantDigest } from '#chaincode/facts/grant';
import { BRANCH, BUREAU, HOLDER, KIND, LEDGER, MARKET, must, newLedger, OTHER_HOLDER, POLICE, staffPut, type TestLedger } from '#test/support/ledger';
import { approver, atCounter, clerkOf, devicePut, grantOf, laidAside, newDevice, registered, takenUpBy } from '#test/support/holders';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, byPasskey, newKey, newPerson, randomId } from '#test/support/persons';

const base = await newLedger();
const PERSON = `person:${'A'.repeat(22)}`;
const lost = (id: string, status = 'lost') => ({ op: 'device.status', id, status });
const personal = (ledger: TestLedger) => ledger.issued({ subject: PERSON, validUntil: undefined }, BUREAU, KIND.person);

void t.test('when the first device comes at a counter', async (t) => {
  const ledger = base.fork();
  const device = newDevice();
  const act = atCounter(device);
  refuses(t, await ledger.act(BUREAU, act, [byGateway(ledger.of(BUREAU).clerk)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(BUREAU, act, []), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, act, [byFile(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE');
  refuses(t, await ledger.act(BUREAU, devicePut(device), clerkOf(ledger, BUREAU)), 'EVIDENCE_MISSING', 'evidence');
  refuses(t, await ledger.act(POLICE, act, clerkOf(ledger, POLICE)), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(BUREAU, atCounter(newDevice('uscc:91370303MA99TXT04D')), clerkOf(ledger, BUREAU)), 'USCC_CHECK_DIGIT', 'subject');
  refuses(t, await ledger.act(BUREAU, atCounter(device, { spki: 'A'.repeat(122) }), clerkOf(ledger, BUREAU)), 'COMMAND_MALFORMED', 'spki');
  carried(t, await ledger.act(BUREAU, act, clerkOf(ledger, BUREAU)), { id: device.id, status: 'in-use' });
  t.match(ledger.read('device', device.id), { subject: HOLDER, spki: device.spki, method: 'counter', agency: BUREAU, staff: [ledger.of(BUREAU).clerk.id], status: 'in-use', history: [{ status: 'in-use', at: ledger.now }] });
  t.strictSame(ledger.read('holder', HOLDER), { subject: HOLDER, devices: [device.id], registered: 1 });
  t.strictSame(ledger.read('key', device.spki), { use: 'device', owner: device.id });
  refuses(t, await ledger.act(BUREAU, act, ledger.two(BUREAU)), 'DEVICE_EXISTS', 'id');
});

void t.test('when a key is used for two things', async (t) => {
  const ledger = base.fork();
  const device = await registered(ledger);
  refuses(t, await ledger.act(BUREAU, atCounter({ ...device, id: randomId() }), ledger.two(BUREAU)), 'KEY_ALREADY_REGISTERED');
  refuses(t, await ledger.act(BUREAU, atCounter({ ...newDevice(OTHER_HOLDER), spki: ledger.of(BUREAU).clerk.file.spki }), clerkOf(ledger, BUREAU)), 'KEY_ALREADY_REGISTERED');
  refuses(t, await ledger.register(staffPut({ ...newPerson(BUREAU, ['clerk']), file: { ...newKey('key-file'), spki: device.spki } })), 'KEY_ALREADY_REGISTERED', 'keys');
});

void t.test('when a natural person comes', async (t) => {
  const ledger = base.fork();
  const device = newDevice(PERSON);
  refuses(t, await ledger.act(BUREAU, atCounter(device), clerkOf(ledger, BUREAU)), 'SUBJECT_NOT_YOURS', 'held');
  refuses(t, await ledger.act(BUREAU, atCounter(device, { held: ledger.licence() }), clerkOf(ledger, BUREAU)), 'SUBJECT_NOT_YOURS', 'held');
  refuses(t, await ledger.act(BUREAU, atCounter(device, { held: await ledger.issued() }), clerkOf(ledger, BUREAU)), 'SUBJECT_NOT_YOURS', 'held');
  const held = await personal(ledger);
  refuses(t, await ledger.act(BRANCH, atCounter(device, { held }), clerkOf(ledger, BRANCH)), 'SUBJECT_NOT_YOURS', 'held');
  carried(t, await ledger.act(BUREAU, atCounter(device, { held }), clerkOf(ledger, BUREAU)));
});

void t.test('when a further device comes', async (t) => {
  const ledger = base.fork();
  const first = await registered(ledger);
  const [second, third] = [newDevice(), newDevice()];
  refuses(t, await ledger.act(BUREAU, atCounter(second), clerkOf(ledger, BUREAU)), 'ACTORS_TOO_FEW');
  const { clerk } = ledger.of(BUREAU);
  refuses(t, await ledger.act(BUREAU, atCounter(second), [byFile(clerk), byPasskey(clerk)]), 'ACTORS_SAME_PERSON');
  refuses(t, await ledger.act(MARKET, takenUpBy(newDevice(), second), []), 'DEVICE_UNKNOWN', 'by');
  carried(t, await ledger.act(MARKET, takenUpBy(first, second), []), { id: second.id, status: 'in-use' });
  t.match(ledger.read('device', second.id), { method: 'device', device: first.id, agency: MARKET, staff: [] }, 'whoever carries it need not be anybody');
  carried(t, await ledger.act(BUREAU, atCounter(third), ledger.two(BUREAU)));
  t.strictSame(ledger.read('holder', HOLDER), { subject: HOLDER, devices: [first.id, second.id, third.id], registered: 3 });
  const stranger = await registered(ledger, OTHER_HOLDER);
  refuses(t, await ledger.act(BUREAU, takenUpBy(stranger, newDevice()), []), 'DEVICE_OF_OTHER_HOLDER', 'by');
  const swapped = newDevice();
  refuses(t, await ledger.act(BUREAU, { ...takenUpBy(first, swapped), spki: newDevice().spki }, []), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await ledger.act(BUREAU, { ...takenUpBy(first, swapped), id: randomId() }, []), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await ledger.act(BUREAU, takenUpBy(first, swapped, { evidence: 'A'.repeat(43) }), []), 'COMMAND_MALFORMED', 'by');
});

void t.test('when the key is made in a browser', async (t) => {
  const ledger = base.fork();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  await t.rejects(webcrypto.subtle.exportKey('pkcs8', privateKey), 'it cannot be taken out');
  const phone = { ...newDevice(), spki: Buffer.from(await webcrypto.subtle.exportKey('spki', publicKey)).toString('base64url') };
  must(await ledger.act(BUREAU, atCounter(phone), clerkOf(ledger, BUREAU)));
  const grant = grantOf();
  const signature = Buffer.from(await webcrypto.subtle.sign(algorithm, privateKey, grantDigest(LEDGER, grant) as BufferSource)).toString('base64url');
  carried(t, await ledger.act(BUREAU, { op: 'grant.put', grant, by: { device: phone.id, signature } }, []), { status: 'in-force' });
});

void t.test('when ten are in use', async (t) => {
  const ledger = base.fork();
  const first = await registered(ledger);
  for (let i = 1; i < 10; i++) must(await ledger.act(BUREAU, takenUpBy(first, newDevice()), []));
  refuses(t, await ledger.act(BUREAU, takenUpBy(first, newDevice()), []), 'DEVICES_TOO_MANY', 'subject');
  const [, other = ''] = ledger.read('holder', HOLDER)?.devices ?? [];
  must(await ledger.act(BUREAU, lost(other), [byGateway(ledger.of(BUREAU).clerk)]));
  carried(t, await ledger.act(BUREAU, takenUpBy(first, newDevice()), []));
});

void t.test('when a device is lost', async (t) => {
  const ledger = base.fork();
  const device = await registered(ledger);
  refuses(t, await ledger.act(BUREAU, lost(randomId()), clerkOf(ledger, BUREAU)), 'DEVICE_UNKNOWN', 'id');
  refuses(t, await ledger.act(BUREAU, lost(device.id, 'in-use'), clerkOf(ledger, BUREAU)), 'COMMAND_MALFORMED');
  refuses(t, await ledger.act(POLICE, lost(device.id), clerkOf(ledger, POLICE)), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(BUREAU, lost(device.id), [byGateway(ledger.of(BUREAU).auditor)]), 'ACTOR_ROLE');
  refuses(t, await ledger.act(BUREAU, lost(device.id), []), 'ACTORS_TOO_FEW');
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  carried(t, await ledger.act(BRANCH, lost(device.id), [byGateway(ledger.of(BRANCH).clerk)]), { status: 'lost' });
  t.strictSame(ledger.read('device', device.id)?.history.map(({ status }) => status), ['in-use', 'lost']);
  t.strictSame(ledger.read('holder', HOLDER), { subject: HOLDER, devices: [], registered: 1 });
  refuses(t, await ledger.act(BUREAU, lost(device.id, 'revoked'), clerkOf(ledger, BUREAU)), 'DEVICE_NOT_IN_USE', 'id');
  refuses(t, await ledger.act(BUREAU, takenUpBy(device, newDevice()), []), 'DEVICE_NOT_IN_USE', 'by');
  refuses(t, await ledger.act(BUREAU, atCounter(newDevice()), approver(ledger, BUREAU)), 'ACTORS_TOO_FEW');
  carried(t, await ledger.act(BUREAU, atCounter(newDevice()), ledger.two(BUREAU)));
});

void t.test('when a natural person\'s device is lost', async (t) => {
  const ledger = base.fork();
  const device = await registered(ledger, PERSON, { held: await personal(ledger) });
  refuses(t, await ledger.act(BRANCH, lost(device.id), clerkOf(ledger, BRANCH)), 'SUBJECT_NOT_YOURS', 'id');
  carried(t, await ledger.act(BUREAU, lost(device.id), clerkOf(ledger, BUREAU)));
});

void t.test('when devices lay each other aside', async (t) => {
  const ledger = base.fork();
  const first = await registered(ledger);
  const second = newDevice();
  must(await ledger.act(BUREAU, takenUpBy(first, second), []));
  const stranger = await registered(ledger, OTHER_HOLDER);
  refuses(t, await ledger.act(BUREAU, laidAside(first, stranger), []), 'DEVICE_OF_OTHER_HOLDER', 'by');
  refuses(t, await ledger.act(BUREAU, { ...laidAside(first, second, 'lost'), status: 'revoked' }, []), 'DEVICE_SIGNATURE', 'by');
  refuses(t, await ledger.act(BUREAU, { ...laidAside(first, second), id: second.id }, []), 'DEVICE_SIGNATURE', 'by');
  carried(t, await ledger.act(MARKET, laidAside(first, second), []), { status: 'lost' });
  refuses(t, await ledger.act(MARKET, laidAside(second, first), []), 'DEVICE_NOT_IN_USE', 'by');
  carried(t, await ledger.act(MARKET, laidAside(second, second, 'revoked'), []), { status: 'revoked' });
  t.strictSame(ledger.read('holder', HOLDER)?.devices, []);
});
