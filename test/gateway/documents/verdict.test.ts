/** Verdicts: named cases with their outcome and code; then each check is taken away, and some case must miss it. */
import t from 'tap';
import type { Day, Instant } from '#chaincode/facts/calendar';
import type { MemberRecord } from '#chaincode/facts/composite';
import type { VersionRecord } from '#chaincode/facts/records';
import type { EffectiveStatus } from '#chaincode/facts/status';
import type { Composition } from '#chaincode/facts/credential';
import { fail, pass, type Presented } from '#gateway/documents/evidence';
import { CHECKERS, CHECKS, type Check, type Outcome } from '#gateway/documents/verdict';
import { byCredential, byPdf, byQr, make, member, newRegister, signWith, type Made, type MakeOptions, type Register } from '#test/support/documents';
import { sha256Text } from '#chaincode/facts/hash';
import { sealPdf } from '#gateway/documents/pdf/seal';
import { MARKET } from '#test/support/ledger';
import { MADE_AT, sealedPaper, sealing } from '#test/support/papers';
import { identifierOf } from '#chaincode/facts/identifier';

const base = await newRegister();

interface Case {
  readonly name: string;
  readonly outcome: Outcome;
  /** A code among the parts. */
  readonly code: string;
  readonly register: Register;
  readonly presented: Presented;
  readonly options?: Parameters<Register['assess']>[1];
}
const cases: Case[] = [];

type Show = (made: Made) => Presented;
const credential: Show = ({ credential: text }) => byCredential(text);
const qr: Show = ({ qr: text }) => byQr(text);
const identifier: Show = () => ({ by: 'identifier' });

/** A licence made with `make`, facts edited by `edit`, shown in each of the ways. */
function add(name: string, outcome: Outcome, code: string, { made, edit, shows = [credential, qr], options }: { made?: MakeOptions; edit?: (register: Register, made: Made) => void; shows?: readonly Show[]; options?: Case['options'] } = {}): void {
  for (const show of shows) {
    const register = base.copy();
    const document = register.issue(made ?? {});
    edit?.(register, document);
    cases.push({ name: `${name}, by ${show === credential ? 'credential' : show === qr ? 'QR' : show === shown ? 'presentation' : 'identifier'}`, outcome, code, register, presented: show(document), options: { ...options, identifier: identifierOf(document.id, 1) } });
  }
}
const everyWay = { shows: [credential, qr, identifier] };
const broken = (input: Uint8Array) => signWith(base.bureau, Buffer.concat([input, Buffer.from('x')]));

/** As a device of the holder shows it. */
const shown: Show = ({ credential: text }) => ({ ...byCredential(text), by: 'presentation' }) as Presented;
for (const [name, outcome, binding] of [['shown by the holder', 'valid', pass('DEVICE_BOUND')], ['shown by another device', 'untrusted', fail('BINDING_SIGNATURE')], ['nothing known of the device', 'unchecked', undefined]] as const) add(name, outcome, binding?.code ?? 'BINDING_DEVICE_UNKNOWN', { shows: [shown], options: { binding } });

add('a good one', 'valid', 'ON_LEDGER', everyWay);
add('without an end', 'valid', 'DATES_WITHIN', { made: { validUntil: undefined }, edit: (register, { id }) => register.edit(id, (record) => ({ ...record, versions: record.versions.map(({ validUntil: _, ...version }) => version) })), shows: everyWay.shows });
add('on its last day', 'valid', 'DATES_WITHIN', { ...everyWay, options: { today: '2029-03-14' as Day } });
add('the day after', 'not-in-force', 'DATES_EXPIRED', { ...everyWay, options: { today: '2029-03-15' as Day } });
add('the day before it begins', 'not-in-force', 'DATES_NOT_YET_VALID', { ...everyWay, options: { today: '2026-03-14' as Day } });
for (const status of ['SUSPENDED', 'CANCELLED', 'REVOKED', 'ANNULLED', 'WITHDRAWN', 'TRANSFERRED', 'SUPERSEDED'] as const) add(status.toLowerCase(), 'not-in-force', `STATUS_${status}`, { ...everyWay, edit: (register, { id }) => register.version(id, { status }) });
const composed = (statuses: readonly EffectiveStatus[], change: Partial<Composition> = {}, edit?: (register: Register, made: Made) => void) => ({
  ...everyWay, made: { composition: { members: [member(40), member(41, { required: false })], rollUp: 'required' as const, ...change } },
  edit: (register: Register, made: Made) => { register.memberStatuses = statuses; edit?.(register, made); },
});
add('a composite whose members are in force', 'valid', 'MEMBERS_IN_FORCE', composed(['VALID', 'VALID']));
add('a composite that can do without one', 'valid', 'MEMBERS_REQUIRED_IN_FORCE', composed(['VALID', 'REVOKED']));
add('a composite that needs all', 'not-in-force', 'MEMBERS_RESTRICTED', composed(['VALID', 'EXPIRED'], { rollUp: 'all' }));
for (const status of ['SUSPENDED', 'REVOKED', 'ANNULLED', 'EXPIRED', 'TRANSFERRED'] as const) add(`a composite with a member ${status.toLowerCase()}`, 'not-in-force', 'MEMBERS_RESTRICTED', composed([status, 'VALID']));
add('a composite that is itself revoked', 'not-in-force', 'STATUS_REVOKED', composed(['VALID', 'VALID'], {}, (register, { id }) => register.version(id, { status: 'REVOKED' })));
const others = (edit: (members: readonly MemberRecord[]) => Partial<VersionRecord>) => ({ ...composed(['VALID', 'VALID'], {}, (register, { id }) => register.version(id, edit(register.records.get(id)?.versions[0]?.members ?? []))), shows: [credential] });
add('a composite that hides a member', 'untrusted', 'MEMBERS_DIFFER', others((members) => ({ members: [...members, { licence: 'x', required: true }] })));
add('a composite with another member', 'untrusted', 'MEMBERS_DIFFER', others(([first]) => ({ members: [first ?? { licence: 'x', required: true }, { licence: member(77).licence, required: false }] })));
add('a composite that calls a member optional', 'untrusted', 'MEMBERS_DIFFER', others((members) => ({ members: members.map((each) => ({ ...each, required: true })) })));
add('a composite rolled up by another rule', 'untrusted', 'MEMBERS_DIFFER', others(() => ({ rollUp: 'all' })));
add('a composite whose member points elsewhere', 'untrusted', 'MEMBERS_DIFFER', { ...composed(['VALID', 'VALID'], { members: [member(40), member(42)] }), shows: [credential] });
add('a composite that the ledger has as a plain licence', 'untrusted', 'MEMBERS_DIFFER', others(() => ({ members: [] })));
add('members that nobody knows how to roll up', 'untrusted', 'CREDENTIAL_CLAIMS', { made: { payload: (payload) => ({ ...payload, composition: { members: [], rollUp: 'any' } }) }, shows: [credential] });
add('the ledger cannot be asked', 'unchecked', 'LEDGER_UNREACHABLE', { ...everyWay, options: { reachable: false } });
add('a forgery and the ledger cannot be asked', 'unchecked', 'LEDGER_UNREACHABLE', { made: { signature: broken }, options: { reachable: false } });
add('signature wrong, though its digest is on the ledger', 'untrusted', 'SIGNATURE_WRONG', { made: { signature: broken } });
add('signature of zeros', 'untrusted', 'SIGNATURE_WRONG', { made: { signature: () => Buffer.alloc(64) } });
add('signature of no length', 'untrusted', 'SIGNATURE_WRONG', { made: { signature: () => Buffer.alloc(0) } });
add('signed by a stranger', 'untrusted', 'ISSUER_UNKNOWN', { made: { by: base.stranger } });
add("signed by a stranger under the seal's name", 'untrusted', 'SIGNATURE_WRONG', { made: { by: base.stranger, named: base.bureau } });
add('seal of another agency', 'untrusted', 'ISSUER_NOT_OF_SEAL', { made: { by: base.market }, shows: [credential] });
add('seal of another agency', 'untrusted', 'ISSUER_NOT_OF_LICENCE', { made: { by: base.market }, shows: [qr] });
add('seal and name of another agency', 'untrusted', 'ISSUER_NOT_OF_LICENCE', { made: { by: base.market, iss: MARKET } });
add('name of another agency, registered so', 'untrusted', 'ISSUER_NOT_OF_SEAL', { made: { iss: MARKET }, shows: [credential] });
add('made again with the stolen seal key', 'untrusted', 'DIGEST_DIFFERS', { edit: (register, { id }) => register.version(id, { documents: [{ type: 'credential', alg: 'sha-256', digest: 'A'.repeat(43) }] }) });
add('never on the ledger', 'untrusted', 'NOT_ON_LEDGER', { edit: (register, { id }) => void register.records.delete(id) });
add('a version that the ledger has not', 'untrusted', 'VERSION_NOT_ON_LEDGER', { made: { version: 2 } });
add('the end of validity differs', 'untrusted', 'DATES_DIFFER', { made: { validUntil: '2035-01-01' } });
add('no end where the ledger has one', 'untrusted', 'DATES_DIFFER', { made: { validUntil: undefined } });
add('the beginning differs', 'untrusted', 'DATES_DIFFER', { made: { validFrom: '2026-01-01' } });
add('sealed other than its clerks have signed', 'untrusted', 'CONTENT_DIFFERS', { edit: (register, { id }) => register.version(id, { content: 'A'.repeat(43) }), shows: [credential] });
add('the place in the status list is of another licence', 'untrusted', 'PLACES_DIFFER', { edit: (register, { id }) => register.version(id, { place: { list: 1, index: 9 } }) });
add('the list is another one', 'untrusted', 'PLACES_DIFFER', { edit: (register, { id }) => register.version(id, { place: { list: 11, index: 2 } }) });
add('the place of the line is of another licence', 'untrusted', 'PLACES_DIFFER', { edit: (register, { id }) => register.edit(id, (record) => ({ ...record, line: { list: 1, index: 9 } })) });
add('the day of issue differs', 'untrusted', 'DATES_DIFFER', { made: { qr: { issuedOn: '2025-01-01' as Day } }, shows: [qr] });
add('the kind differs', 'untrusted', 'TYPE_DIFFERS', { made: { type: '11370000000000000T905' }, shows: [credential] });
add('the schema differs', 'untrusted', 'TYPE_DIFFERS', { edit: (register, { id }) => register.version(id, { schema: 2 }), shows: [credential] });
add('no identifier of ours', 'untrusted', 'IDENTIFIER_WRONG', { made: { payload: (payload) => ({ ...payload, certificateIdentifier: 'x' }) }, shows: [credential] });
add('seal stopped before', 'untrusted', 'SEAL_NOT_IN_FORCE', { ...everyWay, edit: (register) => sealWas(register, [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }, { status: 'stopped', at: '2026-03-15T01:59:59.999Z' }]) });
add('seal stopped after', 'valid', 'SEAL_IN_FORCE', { ...everyWay, edit: (register) => sealWas(register, [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }, { status: 'stopped', at: '2026-03-15T02:00:00.001Z' }]) });
add('seal cancelled after', 'valid', 'SEAL_IN_FORCE', { edit: (register) => sealWas(register, [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }, { status: 'cancelled', at: '2026-05-01T00:00:00.000Z' }]) });
add('seal stopped and started before', 'valid', 'SEAL_IN_FORCE', { edit: (register) => sealWas(register, [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }, { status: 'stopped', at: '2026-02-01T00:00:00.000Z' }, { status: 'in-use', at: '2026-03-01T00:00:00.000Z' }]) });
add('seal registered after', 'untrusted', 'SEAL_NOT_IN_FORCE', { edit: (register) => sealWas(register, [{ status: 'in-use', at: '2026-03-16T00:00:00.000Z' }]) });
add('seal expired before', 'untrusted', 'SEAL_NOT_IN_FORCE', { edit: (register) => sealIs(register, { validUntil: '2026-03-15T01:59:59.999Z' }) });
add('seal expired since', 'valid', 'SEAL_IN_FORCE', { edit: (register) => sealIs(register, { validUntil: '2026-03-15T02:00:00.000Z' }) });
add('an imported record', 'imported', 'IMPORTED_RECORD', { edit: imported, shows: [identifier] });
add('an imported record, cancelled', 'not-in-force', 'STATUS_CANCELLED', { edit: (register, made) => { imported(register, made); register.version(made.id, { status: 'CANCELLED' }); }, shows: [identifier] });
add('a credential for an imported record', 'untrusted', 'DIGEST_DIFFERS', { edit: imported });
add('the event that made it is not at hand', 'unchecked', 'SEAL_UNKNOWN', { edit: (register, { id }) => register.edit(id, (record) => ({ ...record, events: [] })) });

/** Two licences: the document of one presented as if it were of the other. */
for (const show of [credential, qr]) {
  const register = base.copy();
  const [one, two] = [register.issue(), register.issue()];
  register.version(two.id, { documents: [{ type: 'credential', alg: 'sha-256', digest: one.digest }] });
  register.records.delete(one.id);
  cases.push({ name: `one document registered for another licence, by ${show === qr ? 'QR' : 'credential'}`, outcome: 'untrusted', code: 'NOT_ON_LEDGER', register, presented: show(one) });
}
for (const [what, text] of Object.entries({ 'no credential': 'x~', 'alg none': 'eyJhbGciOiJub25lIn0.e30.~', empty: '' })) {
  cases.push({ name: what, outcome: 'untrusted', code: what === 'alg none' ? 'CREDENTIAL_TYPE' : 'CREDENTIAL_FORM', register: base, presented: byCredential(text) });
  cases.push({ name: `${what}, unreachable`, outcome: 'untrusted', code: what === 'alg none' ? 'CREDENTIAL_TYPE' : 'CREDENTIAL_FORM', register: base, presented: byCredential(text), options: { reachable: false } });
}
cases.push({ name: 'no QR', outcome: 'untrusted', code: 'QR_FORM', register: base, presented: byQr('AAAA') });
{
  const register = base.copy();
  const made = register.issue();
  const other = make(base.bureau);
  cases.push({ name: 'disclosure swapped', outcome: 'untrusted', code: 'DISCLOSURE_FOREIGN', register, presented: byCredential(`${made.jwt}~${other.disclosures[0] ?? ''}~`) });
  cases.push({ name: 'disclosure doubled', outcome: 'untrusted', code: 'DISCLOSURE_DOUBLED', register, presented: byCredential(`${made.jwt}~${made.disclosures[0] ?? ''}~${made.disclosures[0] ?? ''}~`) });
  cases.push({ name: 'disclosures dropped', outcome: 'valid', code: 'ON_LEDGER', register, presented: byCredential(`${made.jwt}~`) });
}

/** Sealed PDFs; each case says what differs from a good one. */
async function addPdf(name: string, outcome: Outcome, code: string, { edit, change = {}, sealed = {}, by, further, options }: { edit?: (register: Register, made: Made) => void; change?: Parameters<typeof sealedPaper>[2]; sealed?: Parameters<typeof sealedPaper>[3]; by?: typeof base.bureau; further?: typeof base.bureau; options?: Case['options'] } = {}): Promise<void> {
  const register = base.copy();
  const made = register.issue();
  const { pdf, place } = await sealedPaper(by ?? base.bureau, made, change, sealed);
  register.edit(made.id, (record) => ({ ...record, versions: record.versions.map((version) => ({ ...version, documents: [...version.documents, { type: 'pdf', alg: 'sha-256', digest: sha256Text(pdf) }] })) }));
  edit?.(register, made);
  const shown = further ? (await sealPdf(pdf, sealing(further, { ...place, x: place.x - 130 }))).pdf : pdf;
  cases.push({ name: `${name}, by PDF`, outcome, code, register, presented: await byPdf(shown), options });
}
const purpose = { cause: '办理银行贷款', requester: '示例银行张店支行', expiresOn: '2026-06-01' as Day, madeAt: MADE_AT };
await addPdf('a good one', 'valid', 'PDF_REGISTERED');
await addPdf('sealed again by another agency', 'valid', 'PDF_REGISTERED', { further: base.market });
await addPdf('sealed again by a stranger', 'untrusted', 'PDF_FURTHER_SEAL_UNKNOWN', { further: base.stranger });
await addPdf('a genuine credential in a file sealed by a stranger with our name', 'untrusted', 'PDF_SEAL_OF_ANOTHER', { by: base.stranger });
await addPdf('a genuine credential in a file sealed by another agency', 'untrusted', 'PDF_SEAL_OF_ANOTHER', { by: base.market });
await addPdf('made again with the stolen seal key', 'untrusted', 'PDF_DIGEST_DIFFERS', { edit: (register, { id }) => register.edit(id, (record) => ({ ...record, versions: record.versions.map((version) => ({ ...version, documents: version.documents.map((each) => (each.type === 'pdf' ? { ...each, digest: 'A'.repeat(43) } : each)) })) })) });
await addPdf('not registered yet', 'unchecked', 'PDF_NOT_REGISTERED', { edit: (register, { id }) => register.edit(id, (record) => ({ ...record, versions: record.versions.map((version) => ({ ...version, documents: version.documents.filter(({ type }) => type !== 'pdf') })) })) });
await addPdf('suspended', 'not-in-force', 'STATUS_SUSPENDED', { edit: (register, { id }) => register.version(id, { status: 'SUSPENDED' }) });
await addPdf('a copy for one purpose', 'valid', 'PDF_COPY', { change: { purpose } });
await addPdf('a copy whose time has ended', 'not-in-force', 'PURPOSE_ENDED', { change: { purpose }, options: { today: '2026-06-02' as Day } });
/** The key of a stopped seal is in a thief's hand: around a genuine credential he can seal a copy for any purpose, today or with yesterday's date. */
const stopped = (at: string) => (register: Register) => sealWas(register, [{ status: 'in-use', at: '2026-01-02T00:00:00.000Z' }, { status: 'stopped', at }]);
await addPdf('a copy sealed after the seal was stopped', 'untrusted', 'SEAL_NOT_IN_FORCE', { change: { purpose }, sealed: { at: '2026-05-01T02:00:00.000Z' as Instant }, edit: stopped('2026-04-01T00:00:00.000Z') });
await addPdf('a copy that claims a time before the seal was stopped', 'unchecked', 'SEAL_STOPPED_SINCE', { change: { purpose }, edit: stopped('2026-04-01T00:00:00.000Z') });
await addPdf('a copy sealed after the seal has ended', 'untrusted', 'SEAL_NOT_IN_FORCE', { change: { purpose }, sealed: { at: '2026-05-01T02:00:00.000Z' as Instant }, edit: (register) => sealIs(register, { validUntil: '2026-04-30T00:00:00.000Z' }) });
await addPdf('sealed again with a seal that was stopped', 'untrusted', 'SEAL_NOT_IN_FORCE', { further: base.market, edit: (register) => marketWas(register, '2026-03-01T00:00:00.000Z') });
await addPdf('sealed again with a seal that was stopped since', 'unchecked', 'SEAL_STOPPED_SINCE', { further: base.market, edit: (register) => marketWas(register, '2026-04-01T00:00:00.000Z') });
await addPdf('registered, its seal stopped since', 'valid', 'PDF_REGISTERED', { edit: stopped('2026-04-01T00:00:00.000Z') });
await addPdf('a copy sealed by another agency', 'untrusted', 'PDF_SEAL_OF_ANOTHER', { change: { purpose }, by: base.market });
cases.push({ name: 'no PDF', outcome: 'untrusted', code: 'PDF_FORM', register: base, presented: await byPdf(new Uint8Array(9)) });

function sealWas(register: Register, history: readonly { status: 'in-use' | 'stopped' | 'cancelled'; at: string }[]): void {
  sealIs(register, { history, status: history.at(-1)?.status ?? 'in-use' });
}
function marketWas(register: Register, stoppedAt: string): void {
  const seal = register.seals.get(register.market.id);
  if (seal) register.seals.set(seal.id, { ...seal, status: 'stopped', history: [...seal.history, { status: 'stopped', at: stoppedAt }] });
}
function sealIs(register: Register, change: object): void {
  const seal = register.seals.get(register.bureau.id);
  if (seal) register.seals.set(seal.id, { ...seal, ...change });
}
function imported(register: Register, { id }: Made): void {
  register.edit(id, (record) => ({ ...record, origin: 'imported', source: MARKET, versions: record.versions.map(({ seal: _, place: __, ...version }) => ({ ...version, documents: [{ type: 'import-row', alg: 'sha-256', digest: 'B'.repeat(43) }] })) }));
}

void t.test('when a document or an identifier is judged', (t) => {
  for (const { name, outcome, code, register, presented, options } of cases) {
    const verdict = register.assess(presented, options);
    t.equal(verdict.outcome, outcome, `${name}: ${verdict.parts.map((part) => part.code).join(' ')}`);
    t.ok(verdict.parts.some((part) => part.code === code), `${name}: says ${code}`);
  }
  t.ok(cases.length >= 50, `${String(cases.length)} cases`);
  t.end();
});

void t.test('when the ledger cannot be asked', (t) => {
  for (const { name, register, presented, options } of cases) {
    const { outcome, parts } = register.assess(presented, { ...options, reachable: false });
    const unreadable = parts.some(({ check, result }) => check === 'form' && result === 'fail');
    t.equal(outcome, unreadable ? 'untrusted' : 'unchecked', `${name}: never invalid and never valid`);
  }
  t.end();
});

void t.test('when a check is taken away', (t) => {
  for (const removed of CHECKS) {
    const checkers = Object.fromEntries(Object.entries(CHECKERS).filter(([check]) => check !== removed)) as Partial<Record<Check, (typeof CHECKERS)[Check]>>;
    const missed = cases.filter(({ register, presented, options, outcome }) => register.assess(presented, { ...options, checkers }).outcome !== outcome);
    t.ok(missed.length > 0, `${removed}: ${missed.slice(0, 3).map(({ name }) => name).join('; ')}`);
    t.ok(removed === 'form' || removed === 'ledger' || missed.some(({ register, presented, options }) => ['valid', 'not-in-force'].includes(register.assess(presented, { ...options, checkers }).outcome)), `${removed}: without it something bad would pass`);
  }
  t.end();
});
