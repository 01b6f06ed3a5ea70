/** No byte of an evidence bundle can be another without being found, and every part is found by a check of its own. */
import t from 'tap';
import { bundleText, type EvidenceBundle } from '#gateway/documents/evidence-bundle/format';
import { parseUse } from '#gateway/documents/use-record';
import { randomId } from '#gateway/keyring';
import { against, changed, check, evidenceOf, flipped, flippedIn, flippedPart, open, usedLicence, type LooseBundle, type TransactionParts } from '#test/support/evidence';
import { install, permit } from '#test/support/installation';

const installation = await install();
t.teardown(() => installation.remove());
const { services } = installation;
const { licence } = await usedLicence(installation);
const bundle = await evidenceOf(installation, licence);
const other = await services.acts.perform(installation.acting('clerk'), randomId(), permit());
const others = await evidenceOf(installation, other.licence ?? '');
const kept = [await services.heads.sign({ block: bundle.chain.from + bundle.chain.data.length - 1 })];
const text = bundleText(bundle);
const find = (changedText: string) => check(changedText, { heads: kept });

/** The fact, block and transaction that wrote a key last. */
function written(of: EvidenceBundle, prefix: string): { fact: number; block: number; tx: number } {
  const fact = of.facts.findLastIndex(({ key }) => key.startsWith(prefix));
  const { block, tx } = of.facts[fact] ?? { block: -1, tx: 0 };
  return { fact, block: of.blocks.findIndex(({ number }) => number === block), tx };
}
const [first, suspended, seal] = [written(bundle, 'kind/'), written(bundle, 'licence/'), written(bundle, 'seal/')];
const blockAt = (b: LooseBundle, place = suspended) => b.blocks[place.block] as LooseBundle['blocks'][number];
const inTransaction = (part: (parts: TransactionParts) => Uint8Array, within?: (bundle: LooseBundle) => string) => (b: LooseBundle) => { flippedIn(blockAt(b), suspended.tx, part, within?.(b)); };
const endorsement = ({ endorsements }: TransactionParts) => endorsements[0] ?? { endorser: new Uint8Array(), signature: new Uint8Array() };
const signatureOf = (b: LooseBundle) => blockAt(b).signatures[0] as LooseBundle['blocks'][number]['signatures'][number];
const useOf = (b: LooseBundle, i = 1) => b.uses[i] as LooseBundle['uses'][number];
const replaced = (list: string[], i: number, by: (value: string) => string): void => { list[i] = by(list[i] ?? ''); };

type Case = readonly [name: string, code: string, change: (bundle: LooseBundle) => void];
const CASES: readonly Case[] = [
  ['the name of the ledger', 'EVIDENCE_GENESIS', (b) => { b.ledger = flipped(b.ledger); }],
  ['the name of the licence', 'EVIDENCE_LICENCE_MISSING', (b) => { b.licence = `${b.licence.slice(0, -1)}${b.licence.endsWith('A') ? 'B' : 'A'}`; }],
  ['the format', 'EVIDENCE_FORM', (b) => { (b as { format: string }).format = 'yizheng/evidence/2'; }],
  ['a member more', 'EVIDENCE_FORM', (b) => { Object.assign(b, { note: 'x' }); }],
  ['a spelling of bytes', 'EVIDENCE_FORM', (b) => { b.ledger = `${b.ledger}=`; }],
  ['the configuration', 'EVIDENCE_GENESIS', (b) => { replaced(b.config[0]?.envelopes ?? [], 0, flipped); }],
  ['the number of the first block', 'EVIDENCE_GENESIS', (b) => { Object.assign(b.config[0] ?? {}, { number: 1 }); }],
  ['a block before the first', 'EVIDENCE_GENESIS', (b) => { Object.assign(b.config[0] ?? {}, { previous: bundle.ledger }); }],
  ['a value beside the first block', 'EVIDENCE_CONFIG_UNREADABLE', (b) => { Object.assign(b.config[0] ?? {}, { value: 'AA' }); }],
  ['codes beside the configuration', 'EVIDENCE_CONFIG_UNREADABLE', (b) => { Object.assign(b.config[0] ?? {}, { codes: 'AA' }); }],
  ['the configuration taken out', 'EVIDENCE_CONFIG_MISSING', (b) => { b.config = []; }],
  ['where the chain begins', 'EVIDENCE_BLOCK_OUTSIDE', (b) => { b.chain.from += 1; }],
  ['the hash before the chain', 'EVIDENCE_PREVIOUS_HASH', (b) => { b.chain.previous = flipped(b.chain.previous); }],
  ['a header of a block shown', 'EVIDENCE_DATA_HASH', (b) => { replaced(b.chain.data, 0, flipped); }],
  ['a header between', 'EVIDENCE_HEAD_DIFFERS', (b) => { replaced(b.chain.data, 1, flipped); }],
  ['the last header', 'EVIDENCE_HEAD_DIFFERS', (b) => { replaced(b.chain.data, b.chain.data.length - 1, flipped); }],
  ['a header taken out', 'EVIDENCE_BLOCK_OUTSIDE', (b) => { b.chain.data.splice(1, 1); }],
  ['the number of a block', 'EVIDENCE_DATA_HASH', (b) => { blockAt(b, first).number += 1; }],
  ['the link of a block', 'EVIDENCE_PREVIOUS_HASH', (b) => { blockAt(b).previous = flipped(blockAt(b).previous); }],
  ['what the orderer signed besides', 'EVIDENCE_BLOCK_SIGNATURE', (b) => { blockAt(b).value = Buffer.concat([Buffer.from(blockAt(b).value, 'base64url'), Buffer.of(24, 1)]).toString('base64url'); }],
  ['who ordered', 'EVIDENCE_BLOCK_SIGNATURE', (b) => { signatureOf(b).header = flipped(signatureOf(b).header); }],
  ["the orderer's nonce", 'EVIDENCE_BLOCK_SIGNATURE', (b) => { signatureOf(b).header = flipped(signatureOf(b).header, Buffer.from(signatureOf(b).header, 'base64url').length - 1); }],
  ["the orderer's signature", 'EVIDENCE_BLOCK_SIGNATURE', (b) => { signatureOf(b).signature = flipped(signatureOf(b).signature); }],
  ['how the orderer names itself', 'EVIDENCE_BLOCK_SIGNATURE', (b) => { signatureOf(b).by = 'number'; }],
  ["the orderer's signature taken out", 'EVIDENCE_BLOCK_UNSIGNED', (b) => { blockAt(b).signatures = []; }],
  ['a validation code', 'EVIDENCE_TX_INVALID', (b) => { blockAt(b).codes = flipped(blockAt(b).codes, suspended.tx); }],
  ['a validation code more', 'EVIDENCE_CODES_MISSING', (b) => { blockAt(b).codes = Buffer.concat([Buffer.from(blockAt(b).codes, 'base64url'), Buffer.of(0)]).toString('base64url'); }],
  ['the commit hash', 'EVIDENCE_COMMIT_HASH', (b) => { blockAt(b).commitHash = flipped(blockAt(b).commitHash); }],
  ['the commit hash before', 'EVIDENCE_COMMIT_HASH', (b) => { blockAt(b).commitHashBefore = flipped(blockAt(b).commitHashBefore); }],
  ["the client's signature", 'EVIDENCE_CREATOR_SIGNATURE', inTransaction(({ signature }) => signature)],
  ["the client's certificate", 'EVIDENCE_CREATOR_NOT_MEMBER', inTransaction(({ creator }) => creator)],
  ['the nonce', 'EVIDENCE_TX_ID', inTransaction(({ nonce }) => nonce)],
  ['the transaction id', 'EVIDENCE_TX_ID', inTransaction(({ channelHeader }) => channelHeader, (b) => services.projection.get('licence', b.licence)?.events.at(-1)?.txId ?? '-')],
  ['the channel', 'EVIDENCE_TX_CHANNEL', inTransaction(({ channelHeader }) => channelHeader, () => services.ledger.channel)],
  ['the header that was endorsed', 'EVIDENCE_PROPOSAL', inTransaction(({ actionHeader }) => actionHeader)],
  ['what was proposed', 'EVIDENCE_PROPOSAL', inTransaction(({ proposalPayload }) => proposalPayload)],
  ['the hash of what was proposed', 'EVIDENCE_PROPOSAL', inTransaction(({ proposalHash }) => proposalHash)],
  ['what was written', 'EVIDENCE_ENDORSEMENT_SIGNATURE', inTransaction(({ results }) => results, () => 'RECTIFICATION')],
  ['the key that was written', 'EVIDENCE_RECORD_NOT_WRITTEN', inTransaction(({ results }) => results, (b) => `licence/${b.licence}\u001a`)],
  ['the endorser', 'EVIDENCE_ENDORSER_NOT_MEMBER', inTransaction((parts) => endorsement(parts).endorser)],
  ["the endorser's signature", 'EVIDENCE_ENDORSEMENT_SIGNATURE', inTransaction((parts) => endorsement(parts).signature)],
  ['the form of a transaction', 'EVIDENCE_TX_UNREADABLE', (b) => { replaced(blockAt(b).envelopes, suspended.tx, (each) => flipped(each, 1)); }],
  ['a transaction more', 'EVIDENCE_CODES_MISSING', (b) => { blockAt(b).envelopes.push('AA'); }],
  ['the key of a fact', 'EVIDENCE_RECORD_NOT_WRITTEN', (b) => { Object.assign(b.facts[seal.fact] ?? {}, { key: 'seal/x' }); }],
  ['the block of a fact', 'EVIDENCE_BLOCK_MISSING', (b) => { Object.assign(b.facts.at(-1) ?? {}, { block: 1_000_000 }); }],
  ['the transaction of a fact', 'EVIDENCE_TX_UNREADABLE', (b) => { Object.assign(b.facts.at(-1) ?? {}, { tx: 9 }); }],
  ['the order of facts', 'EVIDENCE_FORM', (b) => { b.facts.reverse(); }],
  ['the fact of the first event', 'EVIDENCE_EVENT_MISSING', (b) => { b.facts.splice(b.facts.findIndex(({ key }) => key.startsWith('licence/')), 1); }],
  ['the fact of the seal', 'EVIDENCE_SEAL_MISSING', (b) => { b.facts.splice(seal.fact, 1); }],
  ['a block that nothing points at', 'EVIDENCE_BLOCK_IDLE', (b) => { b.facts.splice(first.fact, 1); }],
  ['a block of a fact', 'EVIDENCE_BLOCK_MISSING', (b) => { b.blocks.splice(suspended.block, 1); }],
  ['the order of blocks', 'EVIDENCE_FORM', (b) => { b.blocks.reverse(); }],
  ['a field of the face', 'DISCLOSURE_FOREIGN', (b) => { b.credential = b.credential?.replace(/~[^~]+/, (each) => `~${flipped(each.slice(1), 0)}`) ?? ''; }],
  ['a salt of the face', 'DISCLOSURE_FOREIGN', (b) => { b.credential = b.credential?.replace(/~[^~]+/, (each) => `~${flipped(each.slice(1), 5)}`) ?? ''; }],
  ['the content of the credential', 'EVIDENCE_CREDENTIAL_OTHER', (b) => { b.credential = b.credential?.replace(/\.[^.]+\./, (each) => `.${Buffer.from(Buffer.from(each.slice(1, -1), 'base64url').toString().replace(/"iat":1/, '"iat":2')).toString('base64url')}.`) ?? ''; }],
  ['the signature of the credential', 'EVIDENCE_CREDENTIAL_OTHER', (b) => { b.credential = b.credential?.replace(/\.[\w-]+~/, (each) => `.${flipped(each.slice(1, -1))}~`) ?? ''; }],
  ['the type of the credential', 'CREDENTIAL_TYPE', (b) => { b.credential = `${Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'jwt' })).toString('base64url')}${b.credential?.slice(b.credential.indexOf('.')) ?? ''}`; }],
  ['a blank after the credential', 'CREDENTIAL_FORM', (b) => { b.credential = `${b.credential ?? ''} `; }],
  ['the credential of another licence', 'EVIDENCE_CREDENTIAL_OTHER', (b) => { b.credential = others.credential ?? ''; }],
  ['the content of a use record', 'USE_FORM', (b) => { useOf(b).record = flippedPart(useOf(b).record, 1, 3); }],
  ['the signature of a use record', 'USE_SIGNATURE', (b) => { useOf(b).record = flippedPart(useOf(b).record, 2); }],
  ['the key of a use record', 'USE_KEY_UNKNOWN', (b) => { useOf(b).record = useOf(b).record.replace(/^[^.]+/, (each) => Buffer.from(Buffer.from(each, 'base64url').toString().replace(/"kid":"./, (kid) => `${kid.slice(0, -1)}${kid.endsWith('x') ? 'y' : 'x'}`)).toString('base64url')); }],
  ['the size of a log', 'USE_NOT_INCLUDED', (b) => { useOf(b).size += 1_000; }],
  ['the root over a use', 'USE_NOT_INCLUDED', (b) => { useOf(b).root = flipped(useOf(b).root); }],
  ['the path of a use', 'USE_NOT_INCLUDED', (b) => { replaced(useOf(b).path, 0, flipped); }],
  ['the transaction of a root', 'EVIDENCE_USE_ROOT', (b) => { useOf(b).transaction = '0'.repeat(64); }],
  ['the order of uses', 'EVIDENCE_USE_ORDER', (b) => { b.uses.reverse(); }],
  ['a use twice', 'EVIDENCE_USE_ORDER', (b) => { b.uses.push(structuredClone(useOf(b, b.uses.length - 1))); }],
  ['the fact of a root', 'EVIDENCE_USE_ROOT', (b) => { b.facts = b.facts.filter(({ key }) => !key.startsWith('log/')); }],
  ['the fact of the key of uses', 'USE_KEY_UNKNOWN', (b) => { b.facts = b.facts.filter(({ key }) => key !== `agency-key/${services.projection.agencyKeys('use-record', installation.acting('market').agency)[0]?.id ?? ''}`); }],
  ['what an agency says of codes', 'EVIDENCE_ATTESTATION_FORM', (b) => { replaced(b.heads, 0, (each) => flippedPart(each, 1, 2)); }],
  ['the signature under codes', 'EVIDENCE_ATTESTATION_SIGNATURE', (b) => { replaced(b.heads, 0, (each) => flippedPart(each, 2)); }],
  ['codes of another block', 'EVIDENCE_ATTESTATION_FORM', (b) => { b.heads.push(kept[0] ?? ''); b.blocks.pop(); }],
  ['the form of the closing head', 'EVIDENCE_MAKER_FORM', (b) => { b.made = flippedPart(b.made, 0); }],
  ['the content of the closing head', 'EVIDENCE_MAKER_FORM', (b) => { b.made = flippedPart(b.made, 1, 2); }],
  ['the signature of the closing head', 'EVIDENCE_MAKER_SIGNATURE', (b) => { b.made = flippedPart(b.made, 2); }],
  ['the closing head of another bundle', 'EVIDENCE_MAKER_HEAD', (b) => { b.made = others.made; }],
];

void t.test('when nothing was changed', async (t) => {
  const found = await find(text);
  t.equal(found.outcome, 'proven', JSON.stringify(found.parts.filter(({ result }) => result !== 'pass')));
  t.strictSame(open(found), []);
  t.match(found.shown, { events: [{ act: 'issue' }, { act: 'suspend', reason: 'RECTIFICATION' }], kept: { block: kept.length > 0 ? bundle.chain.from + bundle.chain.data.length - 1 : 0 } });
  t.equal(found.shown?.uses.length, 3);
  t.equal(found.shown?.face.find(({ name }) => name === 'scope')?.value, '住宿');
  t.strictSame(found.limits, ['LIMIT_RECORDED', 'LIMIT_LATER', 'LIMIT_ONE_ORGANISATION', 'LIMIT_USES']);
});

void t.test('when one byte is another', async (t) => {
  t.ok(CASES.length >= 40);
  for (const [name, code, change] of CASES) {
    const altered = changed(bundle, change);
    t.not(altered, text, name);
    const found = await find(altered);
    t.equal(found.outcome, 'untrusted', name);
    t.ok(against(found).includes(code), `${name}: ${code} among ${against(found).join(', ')}`);
    t.equal(found.shown, undefined, `${name}: nothing of it is shown`);
  }
});

void t.test('when the text is written in another way', async (t) => {
  for (const altered of [` ${text}`, `${text}\n`, text.slice(0, -1), text.replace('"codes":', '"codes": '), '{}', '', 'null', '[]']) t.strictSame(against(await find(altered)), ['EVIDENCE_FORM']);
});

void t.test('when any byte is another', async (t) => {
  const step = Math.floor(text.length / 150);
  const believed: string[] = [];
  for (let at = step >> 1; at < text.length; at += step) {
    const altered = `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`;
    const found = await find(altered);
    if (found.outcome !== 'untrusted') believed.push(`byte ${String(at)}: ${text.slice(at - 20, at + 20)}`);
  }
  t.strictSame(believed, [], 'every one of them is found');
});

void t.test('when something is taken out', async (t) => {
  const without = await find(changed(bundle, (b) => { b.uses.splice(1, 1); }));
  t.strictSame([without.outcome, without.parts.find(({ part }) => part === 'whole')?.code], ['untrusted', 'EVIDENCE_CHANGED'], 'a use record, though the others hold');
  const unsigned = await find(changed(bundle, (b) => { b.uses.splice(1, 1); b.made = ''; }));
  t.strictSame([unsigned.outcome, open(unsigned)], ['unchecked', ['EVIDENCE_UNSIGNED']], 'and with it the signature over all: nobody says that it is whole');
  const unsaid = await find(changed(bundle, (b) => { b.heads = []; b.made = ''; }));
  t.strictSame([unsaid.outcome, open(unsaid)], ['unchecked', ['EVIDENCE_CODES_UNSAID', 'EVIDENCE_UNSIGNED']], 'what was said of validation codes');
  const head = await services.heads.sign();
  const faceless = await check(await evidenceOf(installation, licence, { face: false }), { heads: [head] });
  t.strictSame([faceless.outcome, open(faceless), faceless.shown?.face], ['proven', ['EVIDENCE_NO_CREDENTIAL'], []], 'the face, by whoever made it');
  t.ok(faceless.limits.includes('LIMIT_NO_FACE'));
});

void t.test('when a use record is changed in its log', async (t) => {
  const record = parseUse(bundle.uses[1]?.record ?? '')?.record;
  t.ok(record && record.seq > 0);
  const found = await find(changed(bundle, (b) => { const [first, second] = [useOf(b, 0), useOf(b, 1)]; [first.record, second.record] = [second.record, first.record]; }));
  t.ok(against(found).includes('USE_NOT_INCLUDED'), 'each has its place in the tree');
});

void t.test('when it is held against nothing, or against the wrong thing', async (t) => {
  const alone = await check(text, { heads: [] });
  t.strictSame([alone.outcome, open(alone)], ['unchecked', ['EVIDENCE_LEDGER_UNPINNED', 'EVIDENCE_NO_HEAD']]);
  const named = await check(text, { heads: [], ledger: bundle.ledger });
  t.strictSame([named.outcome, open(named)], ['unchecked', ['EVIDENCE_NO_HEAD']], 'one organisation alone proves nothing by its own signatures');
  t.ok(against(await check(text, { heads: kept, ledger: others.ledger.replace(/^./, (each) => (each === 'A' ? 'B' : 'A')) })).includes('EVIDENCE_LEDGER_OTHER'));
  const older = await check(text, { heads: [await services.heads.sign({ block: bundle.chain.from })] });
  t.strictSame(open(older), ['EVIDENCE_HEAD_OLDER']);
  const later = await check(text, { heads: [await services.heads.sign()] });
  t.strictSame(open(later), ['EVIDENCE_HEAD_BEYOND']);
  t.ok(against(await check(text, { heads: ['a.b.c'] })).includes('EVIDENCE_HEAD_FORM'));
});
