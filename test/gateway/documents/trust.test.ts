/** Roots, trust lists, status lists and bundles: what is taken, and every way in which a stranger, a thief or an old file is refused. */
import { createHash } from 'node:crypto';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { getListFromStatusListJWT } from '@owf/token-status-list';
import { generalVerify, importSPKI } from 'jose';
import { createPublicKey } from 'node:crypto';
import t from 'tap';
import type { Instant } from '#chaincode/facts/calendar';
import { base64url } from '#chaincode/facts/hash';
import { STATUS_LIST_VALUE, STATUSES } from '#chaincode/facts/status';
import type { SignedDocument } from '#gateway/documents/jws';
import { parseListUri } from '#chaincode/facts/list-uri';
import { openStatusList, PLACES_MAX, setValue, statusOfValue, valueAt, type StatusListFault } from '#gateway/documents/status-list';
import { openBundle, type BundleFault, type TrustBundle } from '#gateway/documents/trust-bundle';
import { rootDigest, rootText, ROOT_TYPE } from '#gateway/documents/trust-root';
import { trustListText, TRUST_LIST_TYPE } from '#gateway/documents/trust-list';
import { newRegister } from '#test/support/documents';
import { BUREAU, LEDGER, MARKET } from '#test/support/ledger';
import { BLOCK, LISTED_AT, newListKey, sealAsKey, signedBy, SUSPENDED, TestTrust, type ListKey, type TokenOptions } from '#test/support/trust';

const register = await newRegister();
const trust = new TestTrust(register);
const [bureau, market, police] = trust.trustKeys as [ListKey, ListKey, ListKey];
const [bureauLists, marketLists] = trust.listKeys as [ListKey, ListKey];
const stranger = newListKey(BUREAU, 'trust');
const known = await trust.opened();
const later = (ms: number): Instant => new Date(LISTED_AT * 1000 + ms).toISOString() as Instant;

void t.test('when a value is written and read', async (t) => {
  // Token Status List, section 4.1: the first place of a byte lies in its lower half.
  const bytes = new Uint8Array(2);
  for (const [index, value] of [[0, 1], [1, 2], [2, 0], [3, 15], [1, 11]] as const) setValue(bytes, index, value);
  t.strictSame([...bytes], [0xb1, 0xf0]);
  t.strictSame([0, 1, 2, 3, 4, -1].map((index) => valueAt(bytes, index)), [1, 11, 0, 15, undefined, undefined]);
  for (const status of STATUSES) t.equal(statusOfValue(STATUS_LIST_VALUE[status]), status);
  t.equal(statusOfValue(15), 'RESTRICTED');
  for (const value of [4, 5, 6, 7, 8, 9, 10]) t.equal(statusOfValue(value), undefined, 'not ours, or not yet');
});

void t.test('when an address names a list', async (t) => {
  const at = (path: string) => parseListUri(`https://old.example:8443/status-lists/${path}`);
  t.strictSame(at(`${BUREAU}/4`), { agency: BUREAU, list: 4 }, 'the host does not count');
  for (const path of [`${BUREAU}/04`, `${BUREAU}/-1`, `${BUREAU}/4/`, `${BUREAU}/4?x`, `${BUREAU}/`, '4', `${BUREAU.slice(0, -1)}4/4`, `x/${BUREAU}/4`]) t.equal(at(path), undefined, path);
  for (const uri of ['', `status-lists/${BUREAU}/4`, `file:///status-lists/${BUREAU}/4`, `https://a/b/status-lists/${BUREAU}/4`]) t.equal(parseListUri(uri), undefined, uri);
});

const keys = { ledger: LEDGER, keys: known.index.keys };
const otherList = `https://yizheng.example/status-lists/${BUREAU}/2`;

/** Every way in which a status list is not one. */
const LISTS: Readonly<Record<string, readonly [StatusListFault, TokenOptions | string]>> = {
  'of another agency, under its own key': ['STATUS_LIST_FOREIGN', { key: marketLists }],
  'of another agency, by the name inside': ['STATUS_LIST_FOREIGN', { agency: MARKET }],
  'by a key nobody registered': ['STATUS_LIST_KEY_UNKNOWN', { key: stranger }],
  "by the agency's seal": ['STATUS_LIST_KEY_USE', { key: sealAsKey(register.bureau) }],
  "by the agency's trust key": ['STATUS_LIST_KEY_USE', { key: bureau }],
  'without a subject that names a list': ['STATUS_LIST_SUBJECT', { uri: `https://yizheng.example/status-lists/1` }],
  'of another ledger': ['STATUS_LIST_FOREIGN_LEDGER', { ledger: 'A'.repeat(43) }],
  'with one bit a place': ['STATUS_LIST_BITS', { claims: (claims) => ({ ...claims, status_list: { ...(claims['status_list'] as object), bits: 1 } }) }],
  'with eight bits a place': ['STATUS_LIST_BITS', { claims: (claims) => ({ ...claims, status_list: { ...(claims['status_list'] as object), bits: 8 } }) }],
  'with bits in words': ['STATUS_LIST_FORM', { claims: (claims) => ({ ...claims, status_list: { ...(claims['status_list'] as object), bits: '4' } }) }],
  'a bomb': ['STATUS_LIST_TOO_LARGE', { lst: deflateSync(Buffer.alloc(8 << 20)) }],
  'one byte over the limit': ['STATUS_LIST_TOO_LARGE', { lst: deflateSync(Buffer.alloc(PLACES_MAX / 2 + 1)) }],
  'not compressed': ['STATUS_LIST_COMPRESSION', { lst: Buffer.alloc(64, 1) }],
  'compressed without a head': ['STATUS_LIST_COMPRESSION', { lst: deflateRawSync(Buffer.alloc(64)) }],
  'compressed as gzip': ['STATUS_LIST_COMPRESSION', { lst: gzipSync(Buffer.alloc(64)) }],
  'cut short': ['STATUS_LIST_COMPRESSION', { lst: deflateSync(Buffer.alloc(8192)).subarray(0, -5) }],
  'with padding in its values': ['STATUS_LIST_COMPRESSION', { claims: (claims) => ({ ...claims, status_list: { bits: 4, lst: 'eNpjAAAAAQAB=' } }) }],
  'without an end': ['STATUS_LIST_FORM', { claims: ({ exp: _, ...claims }) => claims }],
  'without a block': ['STATUS_LIST_FORM', { claims: ({ block: _, ...claims }) => claims }],
  'with a time beyond all calendars': ['STATUS_LIST_FORM', { claims: (claims) => ({ ...claims, iat: 8e15 }) }],
  'of another type': ['STATUS_LIST_TYPE', { header: base64url(JSON.stringify({ alg: 'ES256', typ: 'dc+sd-jwt', kid: 'x' })) }],
  'with alg none': ['STATUS_LIST_TYPE', { header: base64url(JSON.stringify({ alg: 'none', typ: 'statuslist+jwt', kid: 'x' })) }],
  'with a critical header': ['STATUS_LIST_TYPE', { header: base64url(JSON.stringify({ alg: 'ES256', typ: 'statuslist+jwt', kid: 'x', crit: ['b64'] })) }],
  'with its signature cut': ['STATUS_LIST_SIGNATURE', trust.token().slice(0, -22)],
  'with its payload changed': ['STATUS_LIST_SIGNATURE', trust.token().split('.').map((part, i) => (i === 1 ? trust.token({ places: { 1: 1 } }).split('.')[1] : part)).join('.')],
  'with four parts': ['STATUS_LIST_FORM', `${trust.token()}.x`],
  'of nothing': ['STATUS_LIST_FORM', ''],
  'too long to look at': ['STATUS_LIST_TOO_LARGE', 'x'.repeat(2 << 20)],
};

void t.test('when a status list is opened', async (t) => {
  const list = await openStatusList(trust.token({ places: { 7: SUSPENDED } }), keys);
  t.match(list, { ok: true, agency: BUREAU, list: 1, block: BLOCK, issuedAt: LISTED_AT, nextUpdateAt: LISTED_AT + 300 });
  t.equal(list.ok && valueAt(list.values, 7), SUSPENDED);
  for (const [what, [code, given]] of Object.entries(LISTS)) {
    const refused = await openStatusList(typeof given === 'string' ? given : trust.token(given), keys);
    t.equal(refused.ok ? 'taken' : refused.code, code, what);
  }
});

void t.test('when the key of a list was laid aside', async (t) => {
  const withStatus = async (status: ListKey['status'], at: string, before: ListKey['history'] = []) => {
    const list = trust.list({ keys: [{ ...bureauLists, status, history: [...bureauLists.history, ...before, { status, at }] }].map(({ privateKey: _, ...key }) => key) });
    const opened = await openBundle(trust.bundle({ trustList: signedBy(TRUST_LIST_TYPE, trustListText(list), [bureau, market]) }), trust.pin);
    return opened.ok ? 'taken' : opened.code;
  };
  t.equal(await withStatus('retired', later(1)), 'taken', 'retired after it signed');
  t.equal(await withStatus('retired', later(-1)), 'STATUS_LIST_KEY_STOPPED', 'retired before it signed');
  t.equal(await withStatus('stopped', later(1)), 'STATUS_LIST_KEY_STOPPED', 'a thief would date his lists back');
  t.equal(await withStatus('stopped', later(2), [{ status: 'retired', at: later(1) }]), 'STATUS_LIST_KEY_STOPPED', 'retired at first, then found in other hands');
});

const unsigned = (document: SignedDocument): SignedDocument => ({ ...document, signatures: [] });
const twice = (document: SignedDocument): SignedDocument => ({ ...document, signatures: [...document.signatures, ...document.signatures] });
const next = { version: 2, threshold: 2, keys: [bureau, police].map(({ id, agency, alg, spki }) => ({ id, agency, alg, spki })) };
const list = (change: Parameters<TestTrust['list']>[0], by = [bureau, market]): Partial<TrustBundle> => ({ trustList: trust.signedList(change, by) });
const spelled = (text: string): SignedDocument => signedBy(TRUST_LIST_TYPE, text, [bureau, market]);

/** Every way in which a bundle is not taken by a verifier that has the root pinned and, where said, a bundle before. */
const BUNDLES: Readonly<Record<string, readonly [BundleFault, unknown, ('known' | undefined)?]>> = {
  'no bundle': ['BUNDLE_FORM', { format: 'x' }], nothing: ['BUNDLE_FORM', null], 'lists that are no texts': ['BUNDLE_FORM', trust.bundle({ statusLists: [1] as never })],
  'a root nobody pinned': ['ROOT_NOT_PINNED', trust.bundle({ roots: [trust.signedRoot({ threshold: 1 }, [bureau])] })], 'no root': ['ROOT_NOT_PINNED', trust.bundle({ roots: [] })],
  'roots that are no documents': ['ROOT_FORM', trust.bundle({ roots: [{}] as never })],
  'a root signed by one of two': ['ROOT_SIGNATURES_TOO_FEW', trust.bundle({ roots: [trust.signedRoot({}, [bureau])] })],
  'a root signed by one twice': ['ROOT_SIGNATURES_TOO_FEW', trust.bundle({ roots: [twice(trust.signedRoot({}, [bureau]))] })],
  'a root nobody signed': ['ROOT_SIGNATURES_TOO_FEW', trust.bundle({ roots: [unsigned(trust.signedRoot())] })],
  'a next root its own keys did not sign': ['ROOT_SIGNATURES_TOO_FEW', trust.bundle({ roots: [trust.signedRoot(), trust.signedRoot(next, [bureau, market])] })],
  'a next root the one before did not sign': ['ROOT_SIGNATURES_TOO_FEW', trust.bundle({ roots: [trust.signedRoot(), trust.signedRoot({ ...next, keys: [police, stranger].map(({ id, agency, alg, spki }) => ({ id, agency, alg, spki })) }, [police, stranger])] })],
  'a root that leaves one out': ['ROOT_SKIPPED', trust.bundle({ roots: [trust.signedRoot(), trust.signedRoot({ ...next, version: 3 }, [bureau, police, market])] })],
  'a root of another ledger': ['ROOT_SKIPPED', trust.bundle({ roots: [trust.signedRoot(), trust.signedRoot({ ...next, ledger: 'A'.repeat(43) }, [bureau, police, market])] })],
  'a root with one agency twice': ['ROOT_FORM', trust.bundle({ roots: [trust.signedRoot(), trust.signedRoot({ ...next, keys: [bureau, { ...newListKey(BUREAU, 'trust') }].map(({ id, agency, alg, spki }) => ({ id, agency, alg, spki })) }, [bureau, market])] })],
  'a root with one key twice': ['ROOT_FORM', trust.bundle({ roots: [trust.signedRoot(), trust.signedRoot({ ...next, keys: [bureau, { ...bureau, agency: MARKET }].map(({ id, agency, alg, spki }) => ({ id, agency, alg, spki })) }, [bureau, market])] })],
  'a root that wants more than it has': ['ROOT_FORM', trust.bundle({ roots: [trust.signedRoot(), trust.signedRoot({ ...next, threshold: 3 }, [bureau, police, market])] })],
  'a root that wants none': ['ROOT_FORM', trust.bundle({ roots: [trust.signedRoot(), trust.signedRoot({ ...next, threshold: 0 }, [bureau, police, market])] })],
  'a root in another spelling': ['ROOT_FORM', trust.bundle({ roots: [trust.signedRoot(), signedBy(ROOT_TYPE, ` ${rootText(trust.root(next))}`, [bureau, police, market])] })],
  'a list signed by one of two': ['TRUST_LIST_SIGNATURES_TOO_FEW', trust.bundle(list({}, [bureau]))],
  'a list signed by one twice': ['TRUST_LIST_SIGNATURES_TOO_FEW', trust.bundle({ trustList: twice(trust.signedList({}, [bureau])) })],
  'a list signed by one and a stranger': ['TRUST_LIST_SIGNATURES_TOO_FEW', trust.bundle(list({}, [bureau, stranger]))],
  'a list signed with status-list keys': ['TRUST_LIST_SIGNATURES_TOO_FEW', trust.bundle(list({}, [bureauLists, marketLists]))],
  'a list with a signature for something else': ['TRUST_LIST_SIGNATURES_TOO_FEW', trust.bundle({ trustList: { ...trust.signedList({}, [bureau]), signatures: [...trust.signedList({}, [bureau]).signatures, ...trust.signedList({ block: 1 }, [market]).signatures] } })],
  'a list with signatures of a root': ['TRUST_LIST_SIGNATURES_TOO_FEW', trust.bundle({ trustList: signedBy(ROOT_TYPE, trustListText(trust.list()), [bureau, market]) })],
  'a list by a root that nobody knows yet': ['TRUST_LIST_SIGNATURES_TOO_FEW', trust.bundle(list({ root: 2 }, [bureau, police].slice(1)))],
  'a list of a later root': ['TRUST_LIST_FOREIGN_ROOT', trust.bundle(list({ root: 2 }))],
  'a list of another ledger': ['TRUST_LIST_FOREIGN_LEDGER', trust.bundle(list({ ledger: 'A'.repeat(43) }))],
  'a list in another spelling': ['TRUST_LIST_FORM', trust.bundle({ trustList: spelled(JSON.stringify(trust.list())) })],
  'a list of another format': ['TRUST_LIST_FORM', trust.bundle({ trustList: spelled(trustListText({ ...trust.list(), format: 'yizheng/trust-list/2' as never })) })],
  'a list with a day that is none': ['TRUST_LIST_FORM', trust.bundle(list({ nextUpdate: '2026-13-01T00:00:00.000Z' as Instant }))],
  'no list': ['TRUST_LIST_FORM', trust.bundle({ trustList: undefined as never })],
  'an earlier list': ['TRUST_LIST_ROLLED_BACK', trust.bundle(list({ block: BLOCK - 1 })), 'known'],
  'a list of the same block and an earlier hour': ['TRUST_LIST_ROLLED_BACK', trust.bundle(list({ issuedAt: later(-1) })), 'known'],
  'an earlier status list': ['STATUS_LIST_ROLLED_BACK', trust.bundle({ statusLists: [trust.token({ block: BLOCK - 1 })] }), 'known'],
  'a status list of an earlier hour': ['STATUS_LIST_ROLLED_BACK', trust.bundle({ statusLists: [trust.token({ issuedAt: LISTED_AT - 1 })] }), 'known'],
  'a shrunk status list': ['STATUS_LIST_SHRUNK', trust.bundle({ statusLists: [trust.token({ block: BLOCK + 1, size: 4096 })] }), 'known'],
  'two status lists of one name, the second older': ['STATUS_LIST_ROLLED_BACK', trust.bundle({ statusLists: [trust.token({ block: BLOCK + 1 }), trust.token()] })],
  'one bad status list among good ones': ['STATUS_LIST_FOREIGN', trust.bundle({ statusLists: [trust.token(), trust.token({ uri: otherList, key: marketLists })] })],
};

void t.test('when a bundle is opened', async (t) => {
  for (const [what, [code, bundle, seen]] of Object.entries(BUNDLES)) {
    const refused = await openBundle(bundle, trust.pin, seen && known);
    t.equal(refused.ok ? 'taken' : refused.code, code, what);
  }
  t.ok(Object.keys(BUNDLES).length + Object.keys(LISTS).length >= 60, 'cases');
});

void t.test('when a bundle follows another', async (t) => {
  const again = await openBundle(trust.bundle(), trust.pin, known);
  t.ok(again.ok, 'the same once more');
  const newer = await trust.opened({ statusLists: [trust.token({ uri: otherList })] }, known);
  t.strictSame([...newer.statusLists.keys()].sort(), [`${BUREAU}/1`, `${BUREAU}/2`], 'lists it does not bring stay');
  const keyless = await trust.opened({ trustList: trust.signedList({ keys: trust.list().keys.filter(({ use }) => use === 'trust'), block: BLOCK + 1 }), statusLists: [] }, known);
  t.equal(keyless.statusLists.size, 0, 'a list whose key is gone goes');
});

void t.test('when the root is handed on', async (t) => {
  const rotated = trust.signedRoot(next, [bureau, police, market]);
  const roots = [trust.signedRoot(), rotated];
  const after = await openBundle(trust.bundle({ roots, trustList: trust.signedList({ root: 2 }, [bureau, police]) }), trust.pin, known);
  t.ok(after.ok && after.roots.root.version === 2);
  if (!after.ok) return;
  const refused = async (bundle: Partial<TrustBundle>) => { const opened = await openBundle(trust.bundle(bundle), trust.pin, after); return opened.ok ? 'taken' : opened.code; };
  t.equal(await refused({}), 'ROOT_ROLLED_BACK', 'the old root alone');
  t.equal(await refused({ roots: [trust.signedRoot(), trust.signedRoot({ ...next, issuedAt: '2026-06-01T00:00:00.000Z' }, [bureau, police, market])] }), 'ROOT_ROLLED_BACK', 'another root of the same version');
  t.equal(await refused({ roots, trustList: trust.signedList({ root: 1 }, [bureau, police]) }), 'TRUST_LIST_FOREIGN_ROOT', 'a list of the root before');
  t.equal(await refused({ roots, trustList: trust.signedList({ root: 2 }, [bureau, market]) }), 'TRUST_LIST_SIGNATURES_TOO_FEW', 'by a key that is out');
  const pinnedLater = await openBundle(trust.bundle({ roots, trustList: trust.signedList({ root: 2 }, [bureau, police]) }), rootDigest(rotated));
  t.ok(pinnedLater.ok && pinnedLater.roots.signed.length === 1, 'who pinned the second begins there');
});

void t.test('when other software reads them', async (t) => {
  const pem = (spki: string) => createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' }).export({ format: 'pem', type: 'spki' }).toString();
  const document = trust.signedList();
  const { payload } = await generalVerify(document as never, await importSPKI(pem(bureau.spki), 'ES256'));
  t.equal(Buffer.from(payload).toString('utf8'), trustListText(trust.list()));
  t.equal(trust.pin, createHash('sha256').update(rootText(trust.root())).digest('base64url'));
  const values = getListFromStatusListJWT(trust.token({ places: { 7: SUSPENDED, 8: 11 } }));
  t.strictSame([6, 7, 8, 9].map((index) => values.getStatus(index)), [0, SUSPENDED, 11, 0]);
});
