/** A document checked where it lies, with a gateway's word on what the ledger has: the word is compared, and never mends what lists find wrong. */
import t from 'tap';
import { addDays, type Instant } from '#chaincode/facts/calendar';
import type { Registered } from '#gateway/documents/evidence';
import type { Outcome } from '#gateway/documents/verdict';
import { assess, type Question } from '#gateway/documents/verifier';
import { byCredential, byPdf, byQr, make, newRegister, NOW, signWith, TODAY, type MakeOptions } from '#test/support/documents';
import { sealedPaper } from '#test/support/papers';
import { LISTED_AT, sealChanged, SUSPENDED, TestTrust } from '#test/support/trust';

const register = await newRegister();
const instant = (ms: number): Instant => new Date(ms).toISOString() as Instant;
const HOUR = 3_600_000;

interface Given {
  /** What the ledger has. */
  readonly registered?: MakeOptions;
  /** What is shown, if another. */
  readonly shown?: MakeOptions;
  readonly told?: (told: Registered) => Registered | undefined;
  readonly places?: Readonly<Record<number, number>>;
  readonly listed?: number;
  readonly stopped?: Instant;
  readonly question?: Partial<Question>;
  readonly by?: 'credential' | 'qr';
}

async function verdicts({ registered = {}, shown, told = (same) => same, places = {}, listed = LISTED_AT, stopped, question, by }: Given = {}) {
  const copy = register.copy();
  const kept = copy.issue(registered);
  if (stopped) sealChanged(copy, { status: 'stopped', history: [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }, { status: 'stopped', at: stopped }] });
  const lists = new TestTrust(copy);
  const trust = await lists.opened({ statusLists: [lists.token({ places, issuedAt: listed, nextUpdateAt: listed + 300, expiresAt: listed + 7 * 86_400 })] });
  const made = shown ? make(copy.bureau, { id: kept.id, ...shown }) : kept;
  const both = [['credential', byCredential(made.credential)], ['qr', byQr(made.qr)]] as const;
  return Promise.all(both.filter(([how]) => by === undefined || by === how).map(([, presented]) => {
    const { seal: _, seals: __, sealKey: ___, ...facts } = copy.facts(presented);
    return assess({ presented, trust, now: NOW, registered: told(facts), ...question });
  }));
}

const cases: readonly [name: string, outcome: Outcome, code: string, given: Given][] = [
  ['the same on the ledger', 'valid', 'ON_LEDGER', {}],
  ['another document than the one registered', 'untrusted', 'DIGEST_DIFFERS', { shown: {} }],
  ['other dates than those registered', 'untrusted', 'DATES_DIFFER', { shown: { validUntil: '2039-03-14' } }],
  ['nothing on the ledger', 'untrusted', 'NOT_ON_LEDGER', { told: ({ knownAt }) => ({ knownAt }) }],
  ['no such version on the ledger', 'untrusted', 'VERSION_NOT_ON_LEDGER', { told: ({ version: _, ...told }) => told }],
  ['forged, and the gateway calls it valid', 'untrusted', 'SIGNATURE_WRONG', { shown: { signature: (input) => signWith(register.stranger, input) } }],
  ['sealed by a stranger, and the gateway calls it valid', 'untrusted', 'ISSUER_UNKNOWN', { registered: { by: register.stranger } }],
  ["another agency's seal than the licence's", 'untrusted', 'ISSUER_NOT_OF_LICENCE', { shown: { by: register.market }, by: 'qr' }],
  ['suspended by its list of an hour ago, restored since', 'valid', 'STATUS_VALID', { places: { 2: SUSPENDED } }],
  ['suspended by a list newer than the word', 'not-in-force', 'STATUS_SUSPENDED', { places: { 2: SUSPENDED }, listed: Date.parse(NOW) / 1000, told: (told) => ({ ...told, knownAt: instant(Date.parse(NOW) - 60_000) }) }],
  ['suspended since its list', 'not-in-force', 'STATUS_SUSPENDED', { told: (told) => ({ ...told, ...(told.version ? { version: { ...told.version, status: 'SUSPENDED' } } : {}) }) }],
  ['a seal stopped since: the ledger knows the hour', 'valid', 'SEAL_IN_FORCE', { stopped: '2026-05-01T00:00:00.000Z' as Instant }],
  ['a seal stopped before it was recorded', 'untrusted', 'SEAL_NOT_IN_FORCE', { stopped: '2026-03-15T01:00:00.000Z' as Instant, by: 'qr' }],
  ['a seal stopped since, and no word', 'unchecked', 'SEAL_STOPPED_SINCE', { stopped: '2026-05-01T00:00:00.000Z' as Instant, told: () => undefined }],
  ['a word of yesterday', 'unchecked', 'SEAL_STOPPED_SINCE', { stopped: '2026-05-01T00:00:00.000Z' as Instant, told: (told) => ({ ...told, knownAt: instant(Date.parse(NOW) - 24 * HOUR) }) }],
  ['a word from tomorrow', 'unchecked', 'CLOCK_BEHIND', { told: (told) => ({ ...told, knownAt: instant(Date.parse(NOW) + 24 * HOUR) }) }],
  ['no lists at all', 'unchecked', 'TRUST_LIST_MISSING', { question: { trust: undefined } }],
  ['its term over', 'not-in-force', 'DATES_EXPIRED', { registered: { validUntil: addDays(TODAY, -1) }, told: (told) => ({ ...told, ...(told.version ? { version: { ...told.version, validUntil: addDays(TODAY, -1) } } : {}) }) }],
];

for (const [name, outcome, code, given] of cases) {
  t.test(`when there is ${name}`, async (t) => {
    for (const { by, verdict } of await verdicts(given)) {
      t.equal(verdict.outcome, outcome, by);
      t.ok(verdict.parts.some((part) => part.code === code), `${by}: ${verdict.parts.map((part) => part.code).join(' ')}`);
    }
  });
}

t.test('when a forger dates his document after the lists, so that they cannot know his seal', async (t) => {
  const copy = register.copy();
  const kept = copy.issue();
  const trust = await new TestTrust(copy).opened();
  for (const ahead of [0, 86_400]) {
    const forged = make(copy.stranger, { id: kept.id, payload: (payload) => ({ ...payload, iat: Date.parse(NOW) / 1000 + ahead }) });
    const presented = byCredential(forged.credential);
    const { seal: _, seals: __, sealKey: ___, ...facts } = copy.facts(presented);
    for (const [registered, code] of [[facts, 'DIGEST_DIFFERS'], [{ knownAt: NOW }, 'NOT_ON_LEDGER']] as const) {
      const { verdict } = await assess({ presented, trust, now: NOW, registered });
      t.equal(verdict.outcome, 'untrusted');
      t.ok(verdict.parts.some((part) => part.code === code), `${code}: ${verdict.parts.map((part) => part.code).join(' ')}`);
    }
    t.match(await assess({ presented, trust, now: NOW }), { verdict: { outcome: 'unchecked' }, document: { face: { length: 0 } } }, 'off line nobody knows, and his face is not shown');
  }
  const future = make(copy.stranger, { named: copy.bureau, payload: (payload) => ({ ...payload, iat: Date.parse(NOW) / 1000 + 86_400 }) });
  t.match(await assess({ presented: byCredential(future.credential), trust, now: NOW }), { verdict: { outcome: 'untrusted' } }, 'and under our name his date puts no clock in doubt');
});

t.test('when a sealed PDF is compared', async (t) => {
  const copy = register.copy();
  const made = copy.issue();
  const lists = new TestTrust(copy);
  const trust = await lists.opened();
  const [mine, strangers] = await Promise.all([copy.bureau, copy.stranger].map(async (seal) => (await sealedPaper(seal, made)).pdf));
  const presented = await byPdf(mine ?? new Uint8Array());
  const digest = presented.pdf.ok ? (presented.pdf.digests.at(-1) ?? '') : '';
  const told = (digests: readonly string[]): Registered => {
    const { seal: _, seals: __, sealKey: ___, ...facts } = copy.facts(presented);
    return { ...facts, ...(facts.version ? { version: { ...facts.version, documents: [...facts.version.documents, ...digests.map((each) => ({ type: 'pdf', alg: 'sha-256', digest: each }) as const)] } } : {}) };
  };
  const judged = async (registered: Registered | undefined, shown = presented) => (await assess({ presented: shown, trust, now: NOW, registered })).verdict;
  const codes = ({ parts }: { parts: readonly { code: string }[] }) => parts.map(({ code }) => code);
  t.match(await judged(told([digest])), { outcome: 'valid', basis: 'ledger' });
  t.ok(codes(await judged(told([digest]))).includes('PDF_REGISTERED'));
  const unregistered = await judged(told([]));
  t.equal(unregistered.outcome, 'unchecked', 'that its form is right does not make it the one registered');
  t.ok(codes(unregistered).includes('PDF_NOT_REGISTERED'));
  t.match(await judged(told(['x'.repeat(43)])), { outcome: 'untrusted' });
  t.match(await judged(undefined), { outcome: 'valid', basis: 'lists' });
  const foreign = await judged(told([digest]), await byPdf(strangers ?? new Uint8Array()));
  t.equal(foreign.outcome, 'untrusted', "a stranger's seal around our credential");
});

t.test('when the word was counted', async (t) => {
  for (const { verdict } of await verdicts()) {
    t.match(verdict, { basis: 'ledger', status: 'VALID' });
    t.match(verdict.parts.find(({ check }) => check === 'ledger'), { result: 'pass', ageSeconds: 0 });
  }
  for (const { verdict } of await verdicts({ told: () => undefined })) {
    t.equal(verdict.basis, 'lists');
    t.notOk(verdict.parts.some(({ check }) => check === 'ledger'), 'nobody has asked the ledger');
  }
});
