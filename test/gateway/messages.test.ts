/** A code without words would reach a clerk as a riddle: every code in the sources has a sentence in both languages. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { APPLICATION_ACTS, APPLICATION_STATES } from '#chaincode/facts/application';
import { REFUSAL_CODES } from '#chaincode/facts/refusal';
import { REASONS } from '#chaincode/facts/reason';
import { STATUSES } from '#chaincode/facts/status';
import { USES } from '#gateway/acts/use/may-use';
import { EVIDENCE_PARTS } from '#gateway/documents/evidence-bundle/part';
import { CHECKS } from '#gateway/documents/verdict';
import { FAULTS } from '#gateway/fault';
import { MESSAGES, messageOf } from '#gateway/messages';
import { APPLICATION_STATE_WORDS, STEP_WORDS, UNFIT_WORDS, USE_WORDS } from '#gateway/messages/applications';

const source = (path: string): string => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
/** Upper-case words with an underscore in quotes: how every code is written. */
const codesIn = (text: string): string[] => [...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)].map((match) => match[1] ?? '');

t.test('when the rules refuse or the gateway fails', async (t) => {
  for (const code of [...REFUSAL_CODES, ...Object.keys(FAULTS), ...CHECKS, ...STATUSES, 'EXPIRED', 'NOT_YET_VALID']) t.ok(Object.hasOwn(MESSAGES, code), code);
});

t.test('when a code is written in a source', async (t) => {
  const files = ['verdict', 'ledger-checks', 'list-checks', 'verifier', 'qr', 'trust-root', 'trust-list', 'trust-bundle', 'status-list', 'head', 'evidence-bundle/part', 'evidence-bundle/block', 'evidence-bundle/anchor', 'evidence-bundle/records', 'evidence-bundle/uses', 'evidence-bundle/verify', 'evidence-bundle/report'].map((name) => `gateway/documents/${name}.ts`).concat(['gateway/acts/verify/trust-lists.ts', 'gateway/acts/verify/status-lists.ts', 'gateway/acts/licence/face.ts', 'gateway/acts/applications/matters.ts', 'gateway/acts/applications/application.ts', 'gateway/acts/applications/application-form.ts', 'gateway/acts/licence/draft.ts', 'gateway/acts/licence/manifest.ts', 'gateway/identity/accounts.ts', 'gateway/tables/errors.ts', 'gateway/tables/mapping.ts', 'gateway/doors/verify.ts', 'chaincode/facts/identifier.ts', 'chaincode/facts/credential.ts', 'chaincode/facts/face.ts']);
  for (const file of files) {
    const codes = codesIn(source(file));
    t.ok(codes.length > 0, `${file} has codes`);
    // Reasons have their words in the table of reasons.
    for (const code of codes) t.ok(Object.hasOwn(MESSAGES, code) || Object.hasOwn(REASONS, code), `${file}: ${code}`);
  }
});

t.test('when a part of an evidence bundle is named', async (t) => {
  for (const part of EVIDENCE_PARTS) t.ok(Object.hasOwn(MESSAGES, `evidence-${part}`), part);
  for (const outcome of ['proven', 'unchecked', 'untrusted']) t.ok(Object.hasOwn(MESSAGES, `evidence-${outcome}`), outcome);
});

t.test('when a field is faulted anywhere in the gateway', async (t) => {
  const root = fileURLToPath(new URL('../../../gateway', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !/^(web|messages|catalogue|reconcile|uses\/check)\b/.test(file)); // what reconciliation finds is for operators; the catalogue's codes have names of their own
  const codes = files.flatMap((file) => [...source(`gateway/${file}`).matchAll(/code: '([A-Z][A-Z0-9_]+)'/g)].map((match) => match[1] ?? ''));
  t.ok(codes.length > 10, 'codes are found');
  for (const code of new Set(codes)) t.ok(Object.hasOwn(MESSAGES, code), code);
});

t.test('when a verdict composes a code from a status', async (t) => {
  for (const status of STATUSES) t.ok(Object.hasOwn(MESSAGES, `STATUS_${status}`), status);
  for (const dates of ['WITHIN', 'EXPIRED', 'NOT_YET_VALID']) t.ok(Object.hasOwn(MESSAGES, `DATES_${dates}`), dates);
});

t.test('when words are given', async (t) => {
  for (const [code, { zh, en }] of Object.entries(MESSAGES)) {
    t.match(zh, /\p{Script=Han}/u, `${code} in Chinese`);
    t.match(en, /^[A-Za-z]/, `${code} in English`);
    t.notMatch(en, /\p{Script=Han}/u, `${code}: no Chinese in the English`);
    t.notMatch(`${zh}${en}`, /[。.]$/, `${code}: no full stop`);
  }
});

t.test('when a code has no words', async (t) => {
  t.same(messageOf('NEVER_HEARD_OF'), { zh: 'NEVER_HEARD_OF', en: 'NEVER_HEARD_OF' });
  t.same(messageOf('constructor'), { zh: 'constructor', en: 'constructor' });
});

t.test('when a licence is not good for a matter', async (t) => {
  const codes = codesIn(source('gateway/acts/applications/materials.ts')).filter((code) => code.startsWith('MATERIAL_'));
  t.strictSame([...new Set(codes)].sort(), Object.keys(UNFIT_WORDS).sort());
  t.strictSame(Object.keys(USE_WORDS), USES.map((use) => `use-${use}`));
  t.strictSame(Object.keys(APPLICATION_STATE_WORDS), [...APPLICATION_STATES]);
  t.strictSame(Object.keys(STEP_WORDS).slice(1).sort(), [...APPLICATION_ACTS].sort());
});
