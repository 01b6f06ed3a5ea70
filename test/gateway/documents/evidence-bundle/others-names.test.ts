/** Keys that the keeper of the register registers in the names of others: for validation codes, and for uses. */
import { sign } from 'node:crypto';
import t from 'tap';
import { base64url } from '#chaincode/facts/hash';
import { leafHash } from '#chaincode/facts/merkle';
import { bundleDigest } from '#gateway/documents/evidence-bundle/format';
import { keyName } from '#gateway/documents/jws';
import { draftUse, USE_FORMAT, useText, type UseRecord } from '#gateway/documents/use-record';
import { newKeyPair } from '#gateway/keyring';
import { against, check, open } from '#test/support/evidence';
import { Consortium, LICENCE } from '#test/support/consortium-evidence';

const found = async (chain: Consortium) => {
  const assessment = await check(chain.bundle(), { heads: [], ledger: chain.ledger });
  return { outcome: assessment.outcome, against: against(assessment), open: open(assessment).filter((code) => !['EVIDENCE_NO_CREDENTIAL', 'EVIDENCE_NO_USES'].includes(code)) };
};

void t.test('when the keeper registers keys in the others\' names, and they retire what they never made', async (t) => {
  const chain = await Consortium.make(3);
  // The keeper's transaction registers everything, head keys of all in its own hands too.
  const keeper = chain.transaction(chain.records(), [0, 1]);
  chain.order([keeper]);
  t.match(await found(chain), { outcome: 'unchecked' }, 'so far they count for nobody');
  // Each of the others finds a key that is not its own and retires it.
  const retired = chain.fork();
  retired.order(Object.entries(chain.records()).filter(([key]) => /^agency-key\/[12]$/.test(key)).map(([key, value]) => retired.transaction({ [key]: { ...(value as object), status: 'retired', putIn: keeper.txId } }, [0, 1], { sender: Number(key.at(-1)) })));
  t.match(await found(retired), { outcome: 'unchecked', open: ['EVIDENCE_CODES_UNSAID'] }, 'a key that it laid aside is not one that it registered');
});

void t.test('when the keeper of the register invents uses by another agency, in a log of its own', async (t) => {
  const chain = await Consortium.make(3);
  const [own, other] = ['113703030099999063', '11370303009999228K'];
  chain.order(chain.founding([0, 1]));
  const pair = newKeyPair();
  const record: UseRecord = { format: USE_FORMAT, log: 'log-of-the-keeper', seq: 0, at: '2026-06-01T02:00:00.000Z', agency: other, staff: 'somebody', act: 'use', authority: { by: 'own' }, purpose: 'INSPECTION', case: 'none', licence: LICENCE, version: 1, source: own, fields: ['number'], personal: base64url(Buffer.alloc(32)) };
  const leaf = useText(record);
  const unsigned = draftUse(leaf, keyName(pair.spki));
  const token = `${unsigned}.${base64url(sign('sha256', Buffer.from(unsigned), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }))}`;
  const root = base64url(leafHash(Buffer.from(leaf)));
  const written = chain.transaction({ 'agency-key/invented': { id: 'invented', agency: other, use: 'use-record', alg: 'ES256', spki: pair.spki, status: 'in-use', history: [], putIn: '$TX' }, [`log/${record.log}`]: { id: record.log, agency: own, size: 1, root } }, [0, 1]);
  chain.order([written]);
  const bundle = chain.bundle();
  const uses = [{ record: token, size: 1, root, path: [], transaction: written.txId }];
  const unmade = { ...bundle, uses, made: '' };
  const assessment = await check({ ...unmade, made: chain.head(0, chain.height - 1, bundleDigest(unmade)) }, { heads: [], ledger: chain.ledger });
  t.not(assessment.outcome, 'proven', `the other agency never used it, and has registered no such key: ${JSON.stringify(open(assessment))} ${JSON.stringify(against(assessment))}`);
});
