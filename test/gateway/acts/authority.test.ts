/** By whose leave: own licences, scenes, grants; and everything that one of them does not open. */
import t from 'tap';
import type { Day, Instant } from '#chaincode/facts/calendar';
import type { DelegationRecord } from '#chaincode/facts/delegation';
import type { GrantRecord } from '#chaincode/facts/grant';
import { base64url } from '#chaincode/facts/hash';
import type { SceneRecord } from '#chaincode/facts/scene';
import { decide, type Named, type Wish } from '#gateway/acts/use/authority';
import { grantDetailsCommitment, grantDetailsText, type GrantDetails } from '#gateway/documents/grant';
import { GatewayFault } from '#gateway/fault';
import { BUREAU, HOLDER, KIND, MARKET, OTHER_HOLDER, POLICE } from '#test/support/ledger';
import { faults } from '#test/support/matchers';

const LICENCE = { id: `${KIND.food}.${BUREAU}.${'7'.padStart(20, '0')}`, manager: BUREAU, subject: HOLDER };
const wish = (change: Partial<Wish> = {}): Wish => ({ agency: MARKET, licence: LICENCE, purpose: 'INSPECTION', fields: ['number', 'scope'], today: '2026-06-01' as Day, now: '2026-06-01T02:00:00.000Z' as Instant, counted: false, ...change });
const scene = (change: Partial<SceneRecord> = {}): SceneRecord => ({
  id: 'scene A', name: { zh: '复用', en: 'reuse' }, owner: BUREAU, grantee: MARKET, kinds: [{ kind: KIND.food, fields: ['number', 'scope', 'premises'] }], purpose: 'INSPECTION', from: '2026-03-15', statute: false, approvals: [{ agency: BUREAU, at: '' }], ...change,
});
const register = (scenes: readonly SceneRecord[], grant?: GrantRecord, kept?: GrantDetails, delegation?: Partial<DelegationRecord>) => ({ manager: (licence: { readonly manager: string }) => licence.manager, delegation: (id: string) => (id === delegation?.id ? (delegation as DelegationRecord) : undefined), scenes: () => scenes, grant: (id: string) => (id === grant?.id ? grant : undefined), details: () => kept });

void t.test('when an agency manages the licence', async (t) => {
  t.strictSame(decide(wish({ agency: BUREAU }), undefined, register([])), { by: 'own' });
  await faults(t, () => decide(wish({ agency: POLICE }), undefined, register([])), 'USE_NOT_AUTHORISED');
  await faults(t, () => decide(wish({ agency: BUREAU }), { scene: 'scene A' }, register([scene()])), 'USE_NOT_AUTHORISED');
});

void t.test('when a scene opens it', async (t) => {
  t.strictSame(decide(wish(), undefined, register([scene({ purpose: 'CREDIT', id: 'other' }), scene()])), { by: 'scene', id: 'scene A' });
  t.strictSame(decide(wish(), { scene: 'scene A' }, register([scene()])), { by: 'scene', id: 'scene A' });
  t.strictSame(decide(wish({ licence: { ...LICENCE, manager: POLICE } }), undefined, register([scene({ statute: true, approvals: [BUREAU, POLICE].map((agency) => ({ agency, at: '' })) })])), { by: 'scene', id: 'scene A' });
});

/** Each opens nothing, for one reason. */
const CLOSED: Readonly<Record<string, Partial<SceneRecord>>> = {
  'for another agency': { grantee: POLICE }, 'of an agency that does not manage it': { owner: POLICE }, 'for another kind': { kinds: [{ kind: KIND.drug, fields: ['number', 'scope'] }] },
  'of next month': { from: '2026-06-02' }, 'of last month': { until: '2026-05-31' }, 'that was ended': { endedAt: '2026-05-01T00:00:00.000Z' }, 'of a statute that one agency stands for': { statute: true },
};
for (const [what, change] of Object.entries(CLOSED)) {
  void t.test(`when a scene is ${what}`, (t) => faults(t, () => decide(wish(), undefined, register([scene(change)])), 'USE_NOT_AUTHORISED'));
}

void t.test('when a scene is for another purpose, or opens other fields', async (t) => {
  await faults(t, () => decide(wish({ purpose: 'CREDIT' }), undefined, register([scene()])), 'USE_PURPOSE');
  await faults(t, () => decide(wish({ purpose: 'CREDIT' }), { scene: 'scene A' }, register([scene(), scene({ id: 'B', purpose: 'CREDIT' })])), 'USE_PURPOSE');
  const error: unknown = await Promise.resolve().then(() => decide(wish({ fields: ['number', 'personInCharge', 'holderCode'] }), undefined, register([scene()]))).catch((reason: unknown) => reason);
  t.match(error, { code: 'USE_FIELDS', fields: [{ field: 'personInCharge', code: 'FIELD_NOT_OPENED' }, { field: 'holderCode' }] });
  t.ok(error instanceof GatewayFault);
  const halves = [scene({ id: 'B', kinds: [{ kind: KIND.food, fields: ['number'] }] }), scene({ id: 'C', kinds: [{ kind: KIND.food, fields: ['scope'] }] })];
  await faults(t, () => decide(wish(), undefined, register(halves)), 'USE_FIELDS');
});

const opening = Buffer.alloc(32, 7);
function granted(details: Partial<GrantDetails> = {}, change: Partial<GrantRecord> = {}): { grant: GrantRecord; named: Extract<Named, { grant: string }> } {
  const text = grantDetailsText({ v: 1, licences: [{ licence: LICENCE.id, fields: ['number', 'scope'] }], purpose: 'INSPECTION', text: { zh: '同意', en: 'agreed' }, ...details });
  const grant: GrantRecord = { id: 'grant A', subject: HOLDER, grantee: MARKET, notBefore: '2026-05-01T00:00:00.000Z', notAfter: '2026-07-01T00:00:00.000Z', uses: 3, details: grantDetailsCommitment(opening, text), assurance: 'device', agency: BUREAU, status: 'in-force', putAt: '', left: 3, used: 0, ...change };
  return { grant, named: { grant: 'grant A', details: text, opening: base64url(opening) } };
}

void t.test('when a clerk or an agent of the holder has granted it', async (t) => {
  const { grant, named } = granted({}, { delegations: ['clerk A'] });
  const by = (change: Partial<DelegationRecord>) => decide(wish(), named, register([], grant, undefined, { id: 'clerk A', status: 'revoked', ...change }));
  t.strictSame(by({}), { by: 'grant', id: 'grant A' }, 'what he gave stays when he has gone');
  t.strictSame(by({ kinds: [KIND.drug, KIND.food], purposes: ['INSPECTION'] }), { by: 'grant', id: 'grant A' });
  await faults(t, () => by({ kinds: [KIND.drug] }), 'REFUSED', 'DELEGATION_SCOPE');
  await faults(t, () => by({ purposes: ['CREDIT'] }), 'REFUSED', 'DELEGATION_SCOPE');
  await faults(t, () => by({ id: 'nobody' }), 'REFUSED', 'DELEGATION_SCOPE');
});

void t.test('when the holder has granted it', async (t) => {
  const { grant, named } = granted();
  t.strictSame(decide(wish(), named, register([], grant)), { by: 'grant', id: 'grant A' });
  const kinds = granted({ licences: undefined as never, kinds: [{ kind: KIND.food, fields: ['number', 'scope'] }] });
  t.strictSame(decide(wish(), kinds.named, register([], kinds.grant)), { by: 'grant', id: 'grant A' });
  await faults(t, () => decide(wish(), { grant: 'grant A' }, register([], grant)), 'USE_DETAILS');
  t.strictSame(decide(wish(), { grant: 'grant A' }, register([], grant, JSON.parse(named.details ?? '') as GrantDetails)), { by: 'grant', id: 'grant A' }, 'its details are kept here');
  await faults(t, () => decide(wish({ purpose: 'CREDIT' }), { grant: 'grant A' }, register([], grant, JSON.parse(named.details ?? '') as GrantDetails)), 'USE_PURPOSE');
  await faults(t, () => decide(wish(), undefined, register([], grant)), 'USE_NOT_AUTHORISED');
  await faults(t, () => decide(wish({ purpose: 'CREDIT' }), named, register([], grant)), 'USE_PURPOSE');
  await faults(t, () => decide(wish({ fields: ['premises'] }), named, register([], grant)), 'USE_FIELDS');
  await faults(t, () => decide(wish({ licence: { ...LICENCE, subject: OTHER_HOLDER } }), named, register([], grant)), 'USE_NOT_AUTHORISED');
  await faults(t, () => decide(wish({ licence: { ...LICENCE, id: LICENCE.id.replace(KIND.food, KIND.drug) } }), named, register([], grant)), 'USE_NOT_AUTHORISED');
  await faults(t, () => decide(wish(), { ...named, details: granted({ purpose: 'CREDIT' }).named.details ?? '' }, register([], grant)), 'USE_DETAILS');
  for (const bent of [base64url(Buffer.alloc(32, 8)), base64url(Buffer.alloc(31, 7)), 'x']) await faults(t, () => decide(wish(), { ...named, opening: bent }, register([], grant)), 'USE_DETAILS');
  await faults(t, () => decide(wish(), { ...named, details: ` ${named.details ?? ''}` }, register([], grant)), 'USE_DETAILS');
});

const NOT_IN_FORCE = {
  GRANT_REVOKED: { status: 'revoked' }, GRANTEE_DIFFERS: { grantee: POLICE }, GRANT_NOT_YET: { notBefore: '2026-06-01T02:00:00.001Z' }, GRANT_OVER: { notAfter: '2026-06-01T01:59:59.999Z' }, GRANT_USED_UP: { left: 0 }, GRANT_UNKNOWN: { id: 'another' },
} as const;
for (const [code, change] of Object.entries(NOT_IN_FORCE)) {
  void t.test(`when ${code} is due`, async (t) => {
    const { grant, named } = granted({}, change as Partial<GrantRecord>);
    await faults(t, () => decide(wish(), named, register([], grant)), 'REFUSED', code as keyof typeof NOT_IN_FORCE);
  });
}

void t.test('when the last use of a grant was counted, and its answer lost', async (t) => {
  const { grant, named } = granted({}, { left: 0 });
  t.strictSame(decide(wish({ counted: true }), named, register([], grant)), { by: 'grant', id: 'grant A' });
});
