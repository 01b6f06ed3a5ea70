/** Evidence as one agency would forge it, with its own keys and a gateway of its own making. */
import t from 'tap';
import { base64url } from '#chaincode/facts/hash';
import type { EvidenceBundle } from '#gateway/documents/evidence-bundle/format';
import { against, changed, check, open } from '#test/support/evidence';
import { Consortium } from '#test/support/consortium-evidence';

const [OWN, OTHER] = ['113703030099999063', '11370303009999228K'] as const;
/** What is written otherwise where keys begin so. */
const begins = (with_: string, change: (i: number) => object) => (key: string, i: number): object => (key.startsWith(with_) ? change(i) : {});
const found = async (chain: Consortium, bundle: EvidenceBundle | string = chain.bundle(), heads: readonly string[] = []) => {
  const assessment = await check(bundle, { heads, ledger: chain.ledger });
  return { outcome: assessment.outcome, against: against(assessment), open: open(assessment).filter((code) => !['EVIDENCE_NO_CREDENTIAL', 'EVIDENCE_NO_USES'].includes(code)) };
};

void t.test('when the one organisation of an embedded ledger invents others', async (t) => {
  const chain = await Consortium.make(3, { founders: 1 });
  chain.reconfigure([0, 1, 2]);
  chain.order(chain.founding([0, 1]));
  t.match(await found(chain), { outcome: 'unchecked', against: [], open: ['EVIDENCE_CONFIG_UNSAID', 'EVIDENCE_NO_HEAD'] }, 'their signatures are its own');
});

void t.test('when one agency with one orderer puts the others out', async (t) => {
  const chain = await Consortium.make(3);
  const real = chain.fork();
  chain.reconfigure([0]);
  chain.order(chain.founding([0]));
  t.match(await found(chain, chain.bundle({ attesting: [0] })), { outcome: 'unchecked' });
  t.match(await found(chain, chain.bundle({ attesting: [0] }), [chain.head(0)]), { outcome: 'unchecked', open: ['EVIDENCE_CONFIG_UNSAID'] }, 'a kept head does not cover what lies before the chain');
  // On the chain it is covered.
  real.order([real.transaction({ 'list/before': 1 }, [0, 1])]);
  real.leave(2);
  real.order(real.founding([0, 1]));
  t.match(await found(real, real.bundle({ attesting: [0, 1] })), { outcome: 'unchecked', open: ['EVIDENCE_NO_HEAD'] });
  t.match(await found(real, real.bundle({ attesting: [0, 1] }), [real.head(1)]), { outcome: 'proven' });
});

void t.test('when one organisation has many agencies speak for the codes', async (t) => {
  const chain = await Consortium.make(3);
  chain.order(chain.founding([0, 1], begins('agency/', () => ({ mspId: 'Agency1MSP' }))));
  const whole = chain.bundle();
  t.match(await found(chain, whole), { outcome: 'unchecked', open: ['EVIDENCE_CODES_UNSAID'] });
  const without = changed(whole, (b) => { b.facts = b.facts.filter(({ key }) => !key.startsWith('agency/')); });
  t.match(await found(chain, without), { open: ['EVIDENCE_CODES_UNSAID'] }, 'nor where it does not say whose they are');
  const invented = await Consortium.make(3);
  invented.order(invented.founding([0, 1], begins('agency/', (i) => ({ mspId: `Invented${String(i)}MSP` }))));
  t.match(await found(invented), { outcome: 'unchecked', open: ['EVIDENCE_CODES_UNSAID'] }, 'organisations that the channel has not');
});

void t.test('when the keeper of the register registers keys in the names of the others', async (t) => {
  const chain = await Consortium.make(3);
  chain.order([chain.transaction(chain.records(), [0, 1])]);
  t.match(await found(chain), { outcome: 'unchecked', against: [], open: ['EVIDENCE_CODES_UNSAID'] }, 'endorsed as it is, it speaks for nobody else');
  const right = await Consortium.make(3);
  right.order(right.founding([0, 1]));
  t.match(await found(right), { outcome: 'proven' }, 'each with the key that it registered itself');
});

void t.test('when a key that was stopped speaks for the codes', async (t) => {
  const chain = await Consortium.make(3);
  chain.order(chain.founding([0, 1], begins('agency-key/', (i) => (i > 1 ? { status: 'stopped' } : {}))));
  t.match(await found(chain), { outcome: 'unchecked', open: ['EVIDENCE_CODES_UNSAID'] });
});

void t.test('when agencies speak for another block of that number', async (t) => {
  const chain = await Consortium.make(3);
  const other = chain.fork();
  const transaction = chain.transaction(chain.records(), [0, 1]);
  chain.order([transaction]);
  other.order([other.endorsedBy(transaction, [0, 1])]);
  t.match(await found(chain, changed(chain.bundle(), (b) => { b.heads = [other.head(1, 1), other.head(2, 1)]; })), { outcome: 'untrusted', against: ['EVIDENCE_CODES_DIFFER'] }, 'the same codes and writes, sent and endorsed otherwise');
});

void t.test('when a head is given that nobody signed', async (t) => {
  const chain = await Consortium.make(1);
  chain.order(chain.founding([0]));
  const [header = '', payload = '', signature = ''] = chain.head(0).split('.');
  const earlier = base64url(Buffer.from(payload, 'base64url').toString().replace(/"at":"[^"]*"/, '"at":"2020-01-01T00:00:00.000Z"'));
  t.match(await found(chain, chain.bundle(), [[header, earlier, signature].join('.')]), { outcome: 'untrusted', against: ['HEAD_SIGNATURE'] });
  const others = base64url(Buffer.from(payload, 'base64url').toString().replace(OWN, OTHER));
  t.match(await found(chain, chain.bundle(), [[header, others, signature].join('.')]), { outcome: 'untrusted', against: ['HEAD_SIGNATURE'] }, "in another agency's name");
  const stranger = (await Consortium.make(1)).head(0).split('.');
  t.match(await found(chain, chain.bundle(), [[stranger[0], payload, stranger[2]].join('.')]), { outcome: 'unchecked', open: ['EVIDENCE_HEAD_UNKNOWN'] }, 'with a key that nobody knows');
});

void t.test('when a hash is as long as a book', async (t) => {
  const chain = await Consortium.make(1);
  chain.order(chain.founding([0]));
  t.match(await found(chain, changed(chain.bundle(), (b) => { b.blocks[0]!.previous = base64url(Buffer.alloc(1 << 20)); })), { outcome: 'untrusted' }, 'an answer, and no end of the verifier');
});
