/** Scenes: whose licences they open to whom, who may put, approve and end them. */
import t from 'tap';
import { sceneOpens, sceneState } from '#chaincode/facts/scene';
import type { Day, Instant } from '#chaincode/facts/calendar';
import { agencyPut, BRANCH, BUREAU, KIND, KINDS, MARKET, must, newLedger, POLICE, type TestLedger } from '#test/support/ledger';
import { approver, clerkOf, scenePut } from '#test/support/holders';
import { carried, refuses } from '#test/support/matchers';
import { byFile, byGateway, byPasskey, randomId } from '#test/support/persons';

const base = await newLedger();
const approve = (id: string) => ({ op: 'scene.approve', id });
const end = (id: string) => ({ op: 'scene.end', id });
const today = '2026-03-15' as Day;
const wish = { grantee: MARKET, manager: BUREAU, kind: KIND.food, today };
const statutory = (change: object = {}) => scenePut(KIND.food, { statute: true, basis: 'GWY-716', ...change });
const sceneOf = (ledger: TestLedger, id: string) => {
  const scene = ledger.read('scene', id);
  if (!scene) throw new Error('no scene');
  return scene;
};

void t.test('when an agency opens its own licences', async (t) => {
  const ledger = base.fork();
  const act = scenePut(KIND.food, { until: '2026-12-31' });
  carried(t, await ledger.act(BUREAU, act, approver(ledger, BUREAU)), { id: act.id, status: 'in-force' });
  const { op: _, ...fields } = act;
  const scene = sceneOf(ledger, act.id);
  t.strictSame(scene, { ...fields, approvals: [{ agency: BUREAU, at: ledger.now }] });
  t.strictSame(sceneOpens(scene, wish), ['number']);
  t.equal(sceneOpens(scene, { ...wish, manager: BRANCH }), undefined, 'not the licences of others');
  t.equal(sceneOpens(scene, { ...wish, grantee: POLICE }), undefined, 'not to others');
  t.equal(sceneOpens(scene, { ...wish, kind: KIND.drug }), undefined, 'not other kinds');
  t.equal(sceneOpens(scene, { ...wish, today: '2027-01-01' as Day }), undefined, 'not after its last day');
  t.strictSame(sceneOpens(scene, { ...wish, today: '2026-12-31' as Day }), ['number'], 'on its last day');
  t.equal(sceneState(scene, '2026-03-14' as Day), 'not-yet');
  refuses(t, await ledger.act(BUREAU, act, approver(ledger, BUREAU)), 'SCENE_EXISTS', 'id');
  refuses(t, await ledger.act(MARKET, approve(act.id), approver(ledger, MARKET)), 'SCENE_NOT_STATUTE', 'id');
  carried(t, await ledger.act(BUREAU, scenePut(KIND.food), [byPasskey(ledger.of(BUREAU).approver)]));
});

void t.test('when a scene says what cannot be', async (t) => {
  const ledger = base.fork();
  const put = (change: object, agency = BUREAU) => ledger.act(agency, scenePut(KIND.food, change), approver(ledger, agency));
  refuses(t, await put({ owner: MARKET }), 'SCENE_NOT_YOURS', 'owner');
  refuses(t, await put({ grantee: BUREAU }), 'SCENE_FAVOURS_ITSELF', 'grantee');
  refuses(t, await put({ grantee: '91370303MA99TXT202' }), 'AGENCY_UNKNOWN', 'grantee');
  refuses(t, await put({ purpose: 'CURIOSITY' }), 'PURPOSE_UNKNOWN', 'purpose');
  refuses(t, await put({ purpose: 'CONSTRUCTOR' }), 'PURPOSE_UNKNOWN', 'purpose');
  refuses(t, await put({ basis: 'XZXKF-999' }), 'BASIS_UNKNOWN', 'basis');
  refuses(t, await put({ from: '2026-02-30' }), 'DATE_UNREAL', 'from');
  refuses(t, await put({ until: '2026-02-30' }), 'DATE_UNREAL', 'until');
  refuses(t, await put({ until: '2026-03-14' }), 'DATES_REVERSED', 'until');
  refuses(t, await put({ kinds: [] }), 'COMMAND_MALFORMED');
  refuses(t, await put({ kinds: [{ kind: KIND.food, fields: [] }] }), 'COMMAND_MALFORMED');
  refuses(t, await put({ kinds: [{ kind: KIND.food, fields: ['number', 'number'] }] }), 'COMMAND_MALFORMED');
  refuses(t, await put({ kinds: [1, 2].map(() => ({ kind: KIND.food, fields: ['number'] })) }), 'COMMAND_MALFORMED', 'kinds');
  refuses(t, await put({ kinds: [{ kind: KIND.food, fields: ['number', 'idNumber'] }] }), 'FIELD_UNKNOWN', 'kinds');
  refuses(t, await put({ kinds: [{ kind: '11370000000000000T999', fields: ['number'] }] }), 'KIND_UNKNOWN', 'kinds');
  refuses(t, await put({ owner: BRANCH, kinds: [{ kind: KIND.drug, fields: ['number'] }] }, BRANCH), 'RIGHT_MISSING', 'kinds');
  refuses(t, await put({ owner: POLICE }, POLICE), 'RIGHT_MISSING', 'kinds');
  carried(t, await put({ owner: MARKET, grantee: POLICE }, MARKET), { status: 'in-force' });
  must(await ledger.register({ op: 'kind.put', ...KINDS[0], active: false }));
  refuses(t, await put({}), 'KIND_INACTIVE', 'kinds');
});

void t.test('when the wrong person signs', async (t) => {
  const ledger = base.fork();
  const act = scenePut(KIND.food);
  refuses(t, await ledger.act(BUREAU, act, [byGateway(ledger.of(BUREAU).approver)]), 'ACTOR_OWN_KEY_NEEDED');
  refuses(t, await ledger.act(BUREAU, act, clerkOf(ledger, BUREAU)), 'ACTOR_ROLE');
  refuses(t, await ledger.act(BUREAU, act, []), 'ACTORS_TOO_FEW');
  refuses(t, await ledger.act(BUREAU, act, [() => byFile(ledger.of(BUREAU).approver)(Buffer.alloc(32))]), 'ACTOR_SIGNATURE');
  t.equal(ledger.read('scene', act.id), undefined);
});

void t.test('when a statute opens licences', async (t) => {
  const ledger = base.fork();
  refuses(t, await ledger.act(POLICE, statutory({ owner: POLICE, basis: undefined }), approver(ledger, POLICE)), 'BASIS_UNKNOWN', 'basis');
  const act = statutory({ owner: POLICE });
  carried(t, await ledger.act(POLICE, act, approver(ledger, POLICE)), { status: 'waiting' });
  t.equal(sceneState(sceneOf(ledger, act.id), today), 'waiting');
  t.equal(sceneOpens(sceneOf(ledger, act.id), wish), undefined, 'one agency is no statute');
  refuses(t, await ledger.act(POLICE, approve(act.id), approver(ledger, POLICE)), 'SCENE_APPROVED', 'agency');
  refuses(t, await ledger.act(MARKET, approve(act.id), approver(ledger, MARKET)), 'SCENE_FAVOURS_ITSELF', 'agency');
  refuses(t, await ledger.act(BUREAU, approve(act.id), clerkOf(ledger, BUREAU)), 'ACTOR_ROLE');
  refuses(t, await ledger.act(BUREAU, approve(randomId()), approver(ledger, BUREAU)), 'SCENE_UNKNOWN', 'id');
  carried(t, await ledger.act(BUREAU, approve(act.id), approver(ledger, BUREAU)), { status: 'in-force' });
  for (const manager of [BUREAU, BRANCH]) t.strictSame(sceneOpens(sceneOf(ledger, act.id), { ...wish, manager }), ['number'], 'everybody\'s licences');
  const own = statutory();
  must(await ledger.act(BUREAU, own, approver(ledger, BUREAU)));
  refuses(t, await ledger.act(BRANCH, approve(own.id), approver(ledger, BRANCH)), 'SCENE_APPROVED', 'agency');
  carried(t, await ledger.act(POLICE, approve(own.id), approver(ledger, POLICE)), { status: 'in-force' });
  must(await ledger.register(agencyPut(MARKET, { active: false })));
  refuses(t, await ledger.act(BUREAU, statutory(), approver(ledger, BUREAU)), 'AGENCY_UNKNOWN', 'grantee');
});

void t.test('when a scene is ended', async (t) => {
  const ledger = base.fork();
  const [plain, statute] = [scenePut(KIND.food), statutory()];
  for (const act of [plain, statute]) must(await ledger.act(BUREAU, act, approver(ledger, BUREAU)));
  must(await ledger.act(POLICE, approve(statute.id), approver(ledger, POLICE)));
  refuses(t, await ledger.act(MARKET, end(plain.id), approver(ledger, MARKET)), 'SCENE_NOT_YOURS', 'id');
  refuses(t, await ledger.act(BRANCH, end(statute.id), approver(ledger, BRANCH)), 'SCENE_NOT_YOURS', 'id');
  refuses(t, await ledger.act(BUREAU, end(plain.id), [byGateway(ledger.of(BUREAU).approver)]), 'ACTOR_OWN_KEY_NEEDED');
  ledger.now = '2026-03-15T03:00:00.000Z' as Instant;
  carried(t, await ledger.act(BUREAU, end(plain.id), approver(ledger, BUREAU)), { status: 'ended' });
  carried(t, await ledger.act(POLICE, end(statute.id), approver(ledger, POLICE)), { status: 'ended' });
  for (const { id } of [plain, statute]) {
    t.equal(sceneOf(ledger, id).endedAt, ledger.now);
    t.equal(sceneOpens(sceneOf(ledger, id), wish), undefined, 'at once');
  }
  refuses(t, await ledger.act(BUREAU, end(plain.id), approver(ledger, BUREAU)), 'SCENE_ENDED', 'id');
  refuses(t, await ledger.act(BUREAU, approve(statute.id), approver(ledger, BUREAU)), 'SCENE_ENDED', 'id');
});
