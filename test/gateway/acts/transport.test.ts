/** Who asks whom, by which key: the register decides, and an assertion is good once. */
import t from 'tap';
import { Transport } from '#gateway/acts/transport/transport';
import { askedDigest } from '#gateway/documents/exchange';
import { keyName } from '#gateway/documents/jws';
import { randomId, type ListSigner } from '#gateway/keyring';
import { GatewayFault } from '#gateway/fault';
import type { AgencyKeyRecord } from '#chaincode/facts/records';
import { newListKey, signedAs } from '#test/support/trust';
import { BRANCH, BUREAU, MARKET, POLICE } from '#test/support/ledger';

const [AT_BUREAU, AT_MARKET] = ['https://bureau.example.cn', 'https://market.example.cn'];
const NOW = Date.parse('2026-06-01T02:00:00.000Z');
const key = (agency: string, address: string, change: object = {}) => newListKey(agency, 'transport', { address, id: randomId(), ...change });
const digest = askedDigest({ record: 'x', random: 'x', personal: {} });

/** A register, and gateways that read it: each has the keys of the agencies that it hosts. */
function world(keys: (AgencyKeyRecord & { privateKey: string })[] = [key(BUREAU, AT_BUREAU), key(MARKET, AT_MARKET)]) {
  const clock = { at: NOW, now: () => clock.at };
  const agencies = new Map<string, object>([[BUREAU, { active: true }], [BRANCH, { active: true, parent: BUREAU }], [MARKET, { active: true }], [POLICE, { active: true }]]);
  const projection = { get: (_noun: string, code: string) => agencies.get(code), agencyKeys: (use: string, agency: string) => keys.filter((each) => each.use === use && each.agency === agency) } as never;
  const keyring = { signer: (_use: string, agency: string, id: string): ListSigner | undefined => { const found = keys.find((each) => each.agency === agency && each.id === id); return found && { alg: 'ES256', sign: (data) => signedAs(found.privateKey, data) }; } };
  const gateway = (...hosted: string[]) => new Transport({ projection, keyring, hosted: () => hosted, clock });
  return { keys, clock, agencies, gateway, bureau: gateway(BUREAU, BRANCH), market: gateway(MARKET) };
}
const codes = async (tried: () => unknown): Promise<string> => Promise.resolve().then(tried).then(() => 'taken', (error: unknown) => (error instanceof GatewayFault ? error.fields.map(({ code }) => code).join() || error.code : String(error)));

t.test('when an agency asks another', async (t) => {
  const { bureau, market } = world();
  const { assertion, expected } = market.assert(market.way(MARKET, BUREAU), digest);
  t.strictSame(expected, { iss: `urn:uscc:${BUREAU}`, aud: `urn:uscc:${MARKET}`, jti: expected.jti, request: digest });
  t.match(await bureau.check(`Bearer ${assertion}`), { agency: MARKET, request: digest, jti: expected.jti, own: { agency: BUREAU, address: AT_BUREAU } });
  t.equal(await codes(() => bureau.check(`Bearer ${assertion}`)), 'ASSERTION_USED');
  t.equal(await codes(() => bureau.check(assertion)), 'ASSERTION_FORM');
  t.equal(await codes(() => bureau.check(undefined)), 'ASSERTION_FORM');
});

t.test('when the same comes twice at once', async (t) => {
  const { bureau, market } = world();
  const { assertion } = market.assert(market.way(MARKET, BUREAU), digest);
  t.strictSame((await Promise.all([1, 2].map(() => codes(() => bureau.check(`Bearer ${assertion}`))))).sort(), ['ASSERTION_USED', 'taken']);
});

t.test('when a branch asks or is asked', async (t) => {
  const { bureau, market, agencies } = world();
  t.match(market.way(MARKET, BRANCH), { to: { agency: BUREAU, address: AT_BUREAU } }, 'by the agency that it is a branch of');
  t.match(bureau.way(BRANCH, MARKET), { own: { agency: BUREAU }, to: { address: AT_MARKET } });
  t.ok(bureau.speaksFor({ agency: BUREAU }, BRANCH));
  t.notOk(bureau.speaksFor({ agency: BRANCH }, BUREAU), 'not the other way round');
  t.notOk(bureau.speaksFor({ agency: MARKET }, BRANCH));
  agencies.set(BRANCH, { active: false, parent: BUREAU });
  t.notOk(bureau.speaksFor({ agency: BUREAU }, BRANCH), 'a branch out of service');
});

t.test('when keys change', async (t) => {
  const moved = key(BUREAU, 'https://new.example.cn');
  const { keys, bureau, market, agencies } = world([moved, key(BUREAU, AT_BUREAU), key(MARKET, AT_MARKET)]);
  t.equal(market.way(MARKET, BUREAU).to.address, 'https://new.example.cn', 'the newest takes over');
  t.strictSame(bureau.own().map(({ address }) => address), ['https://new.example.cn', AT_BUREAU], 'the old address is answered too');
  const ask = () => market.assert(market.way(MARKET, BUREAU), digest).assertion;
  const early = ask();
  keys[0] = { ...moved, status: 'retired' };
  t.equal(market.way(MARKET, BUREAU).to.address, AT_BUREAU);
  t.equal(await codes(() => bureau.check(`Bearer ${early}`)), 'ASSERTION_AUDIENCE');
  const way = market.way(MARKET, BUREAU);
  t.strictSame(keys.map(({ spki }) => market.keyOf(way)(keyName(spki)) !== undefined), [false, true, false], 'answers are signed by a key of the source in use');
  agencies.set(MARKET, { active: false });
  t.equal(await codes(() => bureau.check(`Bearer ${ask()}`)), 'ASSERTION_KEY', 'an agency out of service');
  agencies.set(MARKET, { active: true });
  const last = ask();
  keys[2] = { ...keys[2]!, status: 'stopped' };
  t.equal(await codes(() => bureau.check(`Bearer ${last}`)), 'ASSERTION_KEY');
  t.equal(await codes(ask), 'TRANSPORT_KEY_NOT_HERE');
});

t.test('when there is no way', async (t) => {
  const { bureau, market } = world();
  t.equal(await codes(() => market.way(MARKET, POLICE)), 'TRANSPORT_ADDRESS_NONE');
  t.equal(await codes(() => market.way(POLICE, BUREAU)), 'TRANSPORT_KEY_NOT_HERE');
  t.equal(await codes(() => bureau.way(BUREAU, BRANCH)), 'FACE_NOT_HERE', 'it would ask itself');
});

t.test('when clocks differ, or a gateway was started again', async (t) => {
  const { bureau, market, clock, gateway } = world();
  const at = async (ms: number): Promise<string> => {
    clock.at = NOW + ms;
    const { assertion } = market.assert(market.way(MARKET, BUREAU), digest);
    clock.at = NOW;
    return codes(() => bureau.check(`Bearer ${assertion}`));
  };
  for (const [ms, code] of [[29_000, 'taken'], [32_000, 'ASSERTION_TIME'], [-91_000, 'ASSERTION_TIME']] as const) t.equal(await at(ms), code, String(ms));
  const { assertion } = market.assert(market.way(MARKET, BUREAU), digest);
  clock.at = NOW + 2_000;
  t.equal(await codes(() => gateway(BUREAU).check(`Bearer ${assertion}`)), 'ASSERTION_USED', 'whether it was used before the start, nobody knows');
});
