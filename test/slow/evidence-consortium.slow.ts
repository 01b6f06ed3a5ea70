/** Evidence of a consortium: who endorsed, who had left, who ordered, and whose word the validation codes are. */
import t from 'tap';
import { against, changed, check, open } from '#test/support/evidence';
import { Consortium, LICENCE } from '#test/support/consortium-evidence';

/** Several agencies, a licence written by those who endorse. */
async function written(endorsers: readonly number[], { agencies = 3, bft = false } = {}): Promise<Consortium> {
  const chain = await Consortium.make(agencies, { bft });
  chain.order(chain.founding(endorsers));
  chain.order([chain.transaction({ 'list/x': 1 }, endorsers)]);
  return chain;
}
const ofLicence = (chain: Consortium, options = {}) => chain.bundle(options);

void t.test('when a majority endorsed', async (t) => {
  const chain = await written([0, 1]);
  const found = await check(ofLicence(chain), { heads: [], ledger: chain.ledger });
  t.strictSame([found.outcome, against(found), open(found)], ['proven', [], ['EVIDENCE_NO_CREDENTIAL', 'EVIDENCE_NO_USES']]);
  t.match(found.parts.find(({ part }) => part === 'head'), { result: 'pass', code: 'EVIDENCE_AGENCIES' });
  t.match(found.shown, { organisations: ['Agency1MSP', 'Agency2MSP', 'Agency3MSP'], attesting: ['Agency1MSP', 'Agency2MSP', 'Agency3MSP'], transactions: [{ endorsers: ['Agency1MSP', 'Agency2MSP'] }, {}, {}, {}] });
  t.strictSame(found.limits, ['LIMIT_RECORDED', 'LIMIT_LATER', 'LIMIT_ORGANISATIONS', 'LIMIT_NO_HEAD_KEPT', 'LIMIT_NO_FACE']);
  const held = await check(ofLicence(chain), { heads: [chain.head(2)] });
  t.strictSame([held.outcome, held.shown?.kept?.agency], ['proven', '113703030099993087'], "against another agency's head too");
  t.notOk(held.limits.includes('LIMIT_NO_HEAD_KEPT'));
});

void t.test('when orderers sign by number', async (t) => {
  const chain = await written([0, 1], { bft: true });
  const found = await check(ofLicence(chain), { heads: [], ledger: chain.ledger });
  t.strictSame([found.outcome, against(found)], ['proven', []]);
  const less = await check(changed(ofLicence(chain), (b) => { for (const { signatures } of b.blocks) signatures.splice(1); }), { heads: [], ledger: chain.ledger });
  t.ok(against(less).includes('EVIDENCE_BLOCK_UNSIGNED'), 'a quorum is not reached');
  const twice = await check(changed(ofLicence(chain), (b) => { for (const { signatures } of b.blocks) signatures.fill(signatures[0]!); }), { heads: [], ledger: chain.ledger });
  t.ok(against(twice).includes('EVIDENCE_BLOCK_UNSIGNED'), 'nobody counts twice');
  const others = await check(changed(ofLicence(chain), (b) => { for (const { signatures } of b.blocks) signatures[0]!.header = signatures[1]!.header; }), { heads: [], ledger: chain.ledger });
  t.ok(against(others).includes('EVIDENCE_BLOCK_SIGNATURE'), "nobody signs under another's number");
});

void t.test('when an endorsement is dropped', async (t) => {
  const chain = await Consortium.make();
  const whole = chain.transaction(chain.records(), [0, 1]);
  chain.order([chain.endorsedBy(whole, [0])]);
  const found = await check(ofLicence(chain), { heads: [chain.head(1)] });
  t.strictSame([found.outcome, against(found)], ['untrusted', ['EVIDENCE_ENDORSEMENTS_TOO_FEW']], 'though the sender, the orderer and a kept head are right');
});

void t.test('when one peer endorses twice', async (t) => {
  const chain = await Consortium.make();
  chain.order([chain.endorsedBy(chain.transaction(chain.records(), [0]), [0, 0])]);
  t.strictSame(against(await check(ofLicence(chain), { heads: [], ledger: chain.ledger })), ['EVIDENCE_ENDORSEMENTS_TOO_FEW']);
});

void t.test('when an agency that had left endorses', async (t) => {
  const chain = await Consortium.make();
  chain.order([chain.transaction({ 'list/before': 1 }, [0, 2])]);
  chain.leave(2);
  chain.order([chain.transaction(chain.records(), [0, 2])]);
  const found = await check(ofLicence(chain, { attesting: [0, 1] }), { heads: [], ledger: chain.ledger });
  t.strictSame(against(found), ['EVIDENCE_ENDORSEMENTS_TOO_FEW', 'EVIDENCE_ENDORSER_NOT_MEMBER'], 'what it endorsed before it left stands');
  const right = await Consortium.make();
  right.order([right.transaction({ 'list/before': 1 }, [0, 2])]);
  right.leave(2, [0, 1]);
  right.order(right.founding([0, 1]));
  t.equal((await check(ofLicence(right, { attesting: [0, 1] }), { heads: [], ledger: right.ledger })).outcome, 'proven');
});

void t.test('when an agency that had left sends, or orders', async (t) => {
  const sends = await Consortium.make();
  sends.leave(2);
  sends.order([sends.transaction(sends.records(), [0, 1], { sender: 2 })]);
  t.strictSame(against(await check(ofLicence(sends, { attesting: [0, 1] }), { heads: [], ledger: sends.ledger })), ['EVIDENCE_CREATOR_NOT_MEMBER']);
  const orders = await Consortium.make();
  orders.leave(2);
  orders.order([orders.transaction(orders.records(), [0, 1])], [0], [2]);
  t.strictSame(against(await check(ofLicence(orders, { attesting: [0, 1] }), { heads: [], ledger: orders.ledger })), ['EVIDENCE_BLOCK_SIGNATURE']);
});

void t.test('when the configuration that took an agency out is withheld, or forged', async (t) => {
  const chain = await Consortium.make();
  chain.leave(2);
  chain.order([chain.transaction(chain.records(), [0, 1])]);
  const bundle = ofLicence(chain, { attesting: [0, 1] });
  t.ok(against(await check(changed(bundle, (b) => { b.config.pop(); }), { heads: [], ledger: chain.ledger })).includes('EVIDENCE_CONFIG_MISSING'));
  t.ok(against(await check(changed(bundle, (b) => { b.config[1]!.signatures = []; }), { heads: [], ledger: chain.ledger })).includes('EVIDENCE_CONFIG_SIGNATURE'));
  t.ok(against(await check(changed(bundle, (b) => { b.config[1]!.value = b.blocks[0]!.value.replace(/.$/, 'A'); }), { heads: [], ledger: chain.ledger })).includes('EVIDENCE_CONFIG_SIGNATURE'));
  const foreign = await Consortium.make();
  foreign.leave(2);
  t.ok(against(await check(changed(bundle, (b) => { b.config[1] = structuredClone(foreign.config[1]) as never; }), { heads: [], ledger: chain.ledger })).includes('EVIDENCE_CONFIG_SIGNATURE'), 'one of another channel');
});

void t.test('when an invalid transaction is presented as valid', async (t) => {
  const chain = await Consortium.make();
  chain.order([chain.transaction(chain.records(), [0, 1])], [11]);
  t.strictSame(against(await check(ofLicence(chain), { heads: [chain.head(1)] })), ['EVIDENCE_TX_INVALID'], 'with its code');
  const flippedCode = changed(ofLicence(chain), (b) => { b.blocks[0]!.codes = 'AA'; });
  t.strictSame(against(await check(flippedCode, { heads: [chain.head(1)] })), ['EVIDENCE_COMMIT_HASH'], 'with another code');
  // The forger computes the commit hash anew, for no orderer signs it.
  const forged = await Consortium.make();
  const transaction = forged.transaction(forged.records(), [0, 1]);
  forged.order([transaction], [11]);
  const honest = [0, 1, 2].map((index) => forged.head(index, 1));
  const altered = changed(ofLicence(forged, { attesting: [] }), (b) => { const [block] = b.blocks; block!.codes = 'AA'; block!.commitHash = forged.commitHashIfValid(1, transaction); b.made = ''; });
  const unsaid = await check(altered, { heads: [], ledger: forged.ledger });
  t.strictSame([unsaid.outcome, open(unsaid).includes('EVIDENCE_CODES_UNSAID')], ['unchecked', true], 'nobody says so');
  t.strictSame(against(await check(changed(JSON.parse(altered) as never, (b) => { b.heads = honest; }), { heads: [], ledger: forged.ledger })), ['EVIDENCE_CODES_DIFFER'], 'the agencies say otherwise');
  t.strictSame(against(await check(altered, { heads: [forged.head(1, 1)] })), ['EVIDENCE_CODES_DIFFER'], 'a head kept at that block says otherwise');
});

void t.test('when too few agencies speak for the validation codes', async (t) => {
  const chain = await written([0, 1]);
  const one = await check(ofLicence(chain, { attesting: [0] }), { heads: [], ledger: chain.ledger });
  t.strictSame([one.outcome, open(one)], ['unchecked', ['EVIDENCE_CODES_UNSAID', 'EVIDENCE_NO_CREDENTIAL', 'EVIDENCE_NO_USES']]);
  const twice = await check(changed(ofLicence(chain, { attesting: [0] }), (b) => { b.heads = b.heads.flatMap((each) => [each, each]); }), { heads: [], ledger: chain.ledger });
  t.ok(open(twice).includes('EVIDENCE_CODES_UNSAID'), 'nobody counts twice');
});

void t.test('when a fact lies about its transaction', async (t) => {
  const chain = await Consortium.make();
  const late = chain.transaction(chain.records(), [0, 1], { at: new Date('2026-06-01T03:00:00.000Z') });
  chain.order([late]);
  t.strictSame(against(await check(ofLicence(chain), { heads: [], ledger: chain.ledger })), ['EVIDENCE_EVENT_TIME']);
  const foreign = await Consortium.make();
  foreign.order([foreign.transaction(foreign.records(), [0, 1], { channel: 'other' })]);
  t.strictSame(against(await check(ofLicence(foreign), { heads: [], ledger: foreign.ledger })), ['EVIDENCE_TX_CHANNEL']);
  const gap = await Consortium.make();
  const licence = gap.licence() as { events: { seq: number }[] };
  gap.order([gap.transaction({ ...gap.records(), [`licence/${LICENCE}`]: { ...licence, events: [licence.events[0], { ...licence.events[0], seq: 3 }] } }, [0, 1])]);
  t.strictSame(against(await check(ofLicence(gap), { heads: [], ledger: gap.ledger })), ['EVIDENCE_EVENT_GAP']);
});

void t.test('when a head of another agency, or of no agency, closes the bundle', async (t) => {
  const chain = await written([0, 1]);
  const stranger = await Consortium.make();
  const unknown = await check(changed(ofLicence(chain), (b) => { b.made = stranger.head(0); }), { heads: [], ledger: chain.ledger });
  t.ok(against(unknown).includes('EVIDENCE_MAKER_HEAD'));
  const made = await check(ofLicence(chain, { maker: 2 }), { heads: [], ledger: chain.ledger });
  t.equal(made.shown?.maker?.code, '113703030099993087', 'it says who made it');
});

void t.test('when one organisation writes another history with its keys', async (t) => {
  const chain = await Consortium.make(1);
  const before = chain.head(0);
  const forged = chain.fork();
  chain.order([chain.transaction({ ...chain.records(), 'list/true': 1 }, [0])]);
  chain.order([chain.transaction({ 'list/more': 1 }, [0])]);
  const kept = chain.head(0, 1);
  forged.order([forged.transaction({ ...forged.records(), 'list/false': 1 }, [0])]);
  forged.order([forged.transaction({ 'list/more': 1 }, [0])]);
  t.equal((await check(ofLicence(chain), { heads: [kept] })).outcome, 'unchecked', 'a head of before the last fact covers only what was there');
  t.equal((await check(ofLicence(chain), { heads: [kept, chain.head(0)] })).outcome, 'proven');
  const found = await check(ofLicence(forged), { heads: [kept] });
  t.strictSame([found.outcome, against(found)], ['untrusted', ['EVIDENCE_CODES_DIFFER', 'EVIDENCE_HEAD_DIFFERS']], 'every signature is right, and the head that somebody kept is another');
  const unseen = await check(ofLicence(forged), { heads: [before] });
  t.strictSame([unseen.outcome, open(unseen).includes('EVIDENCE_HEAD_OLDER')], ['unchecked', true], 'one that was kept before cannot tell');
  t.ok((await check(ofLicence(chain), { heads: [kept, chain.head(0)] })).limits.includes('LIMIT_ONE_ORGANISATION'));
});

void t.test('when a block is signed again after its content was rewritten', async (t) => {
  const chain = await written([0, 1]);
  const forged = await written([0, 1]);
  const heads = [chain.head(0)];
  const mixed = changed(ofLicence(chain), (b) => { b.blocks[0] = structuredClone(ofLicence(forged).blocks[0]) as never; });
  const found = against(await check(mixed, { heads }));
  t.ok(found.includes('EVIDENCE_DATA_HASH'), found.join());
  const own = chain.fork();
  t.ok(against(await check(ofLicence(own), { heads: [forged.head(0)] })).includes('EVIDENCE_LEDGER_OTHER'), 'a bundle of another ledger');
});

void t.test('when a record has another shape than any of ours', async (t) => {
  for (const licence of [{ id: LICENCE }, { id: LICENCE, versions: 1, events: [null] }, { id: LICENCE, versions: [{}], events: {}, pages: 1e9 }]) {
    const chain = await Consortium.make();
    chain.order([chain.transaction({ ...chain.records(), [`licence/${LICENCE}`]: licence }, [0, 1])]);
    t.strictSame((await check(ofLicence(chain), { heads: [], ledger: chain.ledger })).outcome, 'untrusted', 'it is refused, and nothing breaks');
  }
});

void t.test('when bytes of an identity or a configuration are nothing', async (t) => {
  const chain = await written([0, 1]);
  const bundle = ofLicence(chain);
  for (const header of ['', 'AA', 'CgA', 'CgQICAgI']) t.ok(against(await check(changed(bundle, (b) => { b.blocks[0]!.signatures[0]!.header = header; }), { heads: [], ledger: chain.ledger })).includes('EVIDENCE_BLOCK_SIGNATURE'), header);
  for (const at of [10, 200, 900, 1_500, 2_500]) {
    const found = await check(changed(bundle, (b) => { const bytes = Buffer.from(b.config[0]!.envelopes[0]!, 'base64url'); bytes.fill(255, at, at + 8); b.config[0]!.envelopes[0] = bytes.toString('base64url'); }), { heads: [], ledger: chain.ledger });
    t.equal(found.outcome, 'untrusted', `configuration at ${String(at)}`);
  }
});
