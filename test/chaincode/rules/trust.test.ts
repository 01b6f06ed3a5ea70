/** Keys that sign lists, each with one use for ever, and roots of trust, one after the other. */
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { BUREAU, MARKET, must, newLedger, POLICE, staffPut, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import { byFile, newKey, newPerson, randomId } from '#test/support/persons';

const base = await newLedger();
type Use = 'trust' | 'status-list' | 'transport';
const put = (agency: string, use: Use, change: object = {}) => ({ op: 'agency-key.put', id: randomId(), agency, use, alg: 'ES256', spki: newKey('key-file').spki, ...change });
const status = (id: string, to: string) => ({ op: 'agency-key.status', id, status: to });
const root = (version: number, threshold: number, keys: readonly string[]) => ({ op: 'trust-root.put', version, threshold, keys });

/** Registers a trust key for each of the agencies. */
async function trustKeys(ledger: TestLedger, ...agencies: string[]): Promise<string[]> {
  const acts = agencies.map((agency) => put(agency, 'trust'));
  for (const act of acts) must(await ledger.register(act));
  return acts.map(({ id }) => id);
}

void t.test('when an agency gets a key for its lists', async (t) => {
  const ledger = base.fork();
  const act = put(MARKET, 'status-list');
  carried(t, await ledger.act(MARKET, act, [byFile(ledger.of(MARKET).registrar)]), { id: act.id, status: 'in-use' });
  t.match(ledger.read('agency-key', act.id), { agency: MARKET, use: 'status-list', spki: act.spki, status: 'in-use', history: [{ status: 'in-use', at: ledger.now }] });
  t.strictSame(ledger.read('key', act.spki), { use: 'status-list', owner: act.id });
  carried(t, await ledger.register(put(MARKET, 'status-list')), { status: 'in-use' });
  refuses(t, await ledger.register(put(MARKET, 'trust', { id: act.id })), 'KEY_EXISTS', 'id');
  refuses(t, await ledger.register(put(MARKET, 'trust', { spki: act.spki })), 'KEY_ALREADY_REGISTERED');
  refuses(t, await ledger.register(put(MARKET, 'status-list', { spki: ledger.of(BUREAU).clerk.file.spki })), 'KEY_ALREADY_REGISTERED');
  refuses(t, await ledger.register(staffPut({ ...newPerson(BUREAU, ['clerk']), file: { ...newKey('key-file'), spki: act.spki } })), 'KEY_ALREADY_REGISTERED', 'keys');
  // The same point in its hybrid form (X9.62): the library opens it, and it would be another name for another use.
  const hybrid = Buffer.from(act.spki, 'base64url');
  hybrid[26] = 6 | (hybrid[90] ?? 0) & 1;
  refuses(t, await ledger.register(put(MARKET, 'trust', { spki: hybrid.toString('base64url') })), 'COMMAND_MALFORMED', 'spki');
  refuses(t, await ledger.register(put('91370303MA99TXT202', 'trust')), 'AGENCY_UNKNOWN', 'agency');
  refuses(t, await ledger.register(put(MARKET, 'trust', { spki: 'A'.repeat(122) })), 'COMMAND_MALFORMED', 'spki');
  refuses(t, await ledger.register(put(MARKET, 'seal' as Use)), 'COMMAND_MALFORMED');
  refuses(t, await ledger.act(MARKET, put(POLICE, 'trust'), [byFile(ledger.of(MARKET).registrar)]), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.act(MARKET, put(MARKET, 'trust'), [byFile(ledger.of(MARKET).approver)]), 'ACTOR_ROLE', 'actors');
});

void t.test('when a key is laid aside', async (t) => {
  const ledger = base.fork();
  const act = put(MARKET, 'status-list');
  carried(t, await ledger.register(act));
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  refuses(t, await ledger.act(POLICE, status(act.id, 'stopped'), [byFile(ledger.of(POLICE).registrar)]), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.register(status(randomId(), 'stopped')), 'KEY_UNKNOWN', 'id');
  refuses(t, await ledger.register(status(act.id, 'in-use')), 'COMMAND_MALFORMED');
  carried(t, await ledger.act(MARKET, status(act.id, 'retired'), [byFile(ledger.of(MARKET).registrar)]), { status: 'retired' });
  refuses(t, await ledger.register(status(act.id, 'retired')), 'KEY_NOT_IN_USE', 'status');
  carried(t, await ledger.register(status(act.id, 'stopped')), { status: 'stopped' });
  refuses(t, await ledger.register(status(act.id, 'retired')), 'KEY_NOT_IN_USE', 'status');
  t.strictSame(ledger.read('agency-key', act.id)?.history, [{ status: 'in-use', at: '2026-03-15T02:00:00.000Z' }, { status: 'retired', at: ledger.now }, { status: 'stopped', at: ledger.now }]);
});

void t.test('when roots follow each other', async (t) => {
  const ledger = base.fork();
  const [bureau = '', market = '', police = ''] = await trustKeys(ledger, BUREAU, MARKET, POLICE);
  refuses(t, await ledger.register(root(2, 2, [bureau, market])), 'ROOT_VERSION', 'version');
  refuses(t, await ledger.act(MARKET, root(1, 1, [market]), [byFile(ledger.of(MARKET).registrar)]), 'RIGHT_MISSING', 'agency');
  refuses(t, await ledger.register(root(1, 3, [bureau, market])), 'ROOT_THRESHOLD', 'keys');
  const [again = ''] = await trustKeys(ledger, BUREAU);
  refuses(t, await ledger.register(root(1, 2, [bureau, again])), 'ROOT_THRESHOLD', 'keys');
  refuses(t, await ledger.register(root(1, 1, [bureau, bureau])), 'ROOT_THRESHOLD', 'keys');
  refuses(t, await ledger.register(root(1, 1, [randomId()])), 'KEY_UNKNOWN', 'keys');
  const lists = put(BUREAU, 'status-list');
  carried(t, await ledger.register(lists));
  refuses(t, await ledger.register(root(1, 1, [lists.id])), 'KEY_UNKNOWN', 'keys');
  refuses(t, await ledger.register(root(1, 0, [bureau])), 'COMMAND_MALFORMED');
  carried(t, await ledger.register(root(1, 2, [bureau, market])), { id: '1' });
  refuses(t, await ledger.register(root(1, 2, [bureau, police])), 'ROOT_VERSION', 'version');
  carried(t, await ledger.register(status(market, 'stopped')));
  refuses(t, await ledger.register(root(2, 2, [bureau, market])), 'KEY_NOT_IN_USE', 'keys');
  carried(t, await ledger.register(root(2, 2, [bureau, police])), { id: '2' });
  t.strictSame(ledger.read('trust-root', '1'), { version: 1, threshold: 2, keys: [bureau, market], issuedAt: ledger.now }, 'the earlier root stays as it was');
});

void t.test('when an agency says where its gateway is asked', async (t) => {
  const ledger = base.fork();
  const transport = (address?: string, use: Use = 'transport') => put(MARKET, use, address === undefined ? {} : { address });
  for (const address of ['https://licence.example.cn', 'https://10.0.0.1:8443', 'http://localhost:8080', 'http://127.0.0.1']) {
    const act = transport(address);
    carried(t, await ledger.act(MARKET, act, [byFile(ledger.of(MARKET).registrar)]), { id: act.id });
    t.match(ledger.read('agency-key', act.id), { use: 'transport', address, status: 'in-use' });
    t.strictSame(ledger.read('key', act.spki), { use: 'transport', owner: act.id }, 'for this use alone');
  }
  const wrong = [undefined, 'http://licence.example.cn', 'https://licence.example.cn/', 'https://licence.example.cn/path', 'https://user@licence.example.cn', 'https://Licence.example.cn', 'https://licence.example.cn:0', 'https://licence.example.cn?x', 'ftp://licence.example.cn', 'https://', 'licence.example.cn'];
  for (const address of wrong) refuses(t, await ledger.register(transport(address)), 'KEY_ADDRESS', 'address');
  refuses(t, await ledger.register(transport('https://licence.example.cn', 'status-list')), 'KEY_ADDRESS', 'address');
  refuses(t, await ledger.act(POLICE, transport('https://licence.example.cn'), [byFile(ledger.of(POLICE).registrar)]), 'RIGHT_MISSING', 'agency');
});
