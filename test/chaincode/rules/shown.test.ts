/** The sealed document of an act, as it is shown to those who endorse: what differs from the act, and what the act's seal has not signed, is not recorded. */
import t from 'tap';
import { sha256Text } from '#chaincode/facts/hash';
import { readShown } from '#chaincode/facts/shown';
import { clerkOf } from '#test/support/holders';
import { BRANCH, BUREAU, callerOf, KIND, MARKET, must, newLedger, newSeal, sealPut, shownWith, type TestLedger } from '#test/support/ledger';
import { carried, refuses } from '#test/support/matchers';
import type { SealedChange } from '#test/support/sealed';

const base = await newLedger();
const sent = (ledger: TestLedger, act: object, change: SealedChange = {}, agency: string = BUREAU) => ledger.act(agency, act, ledger.two(agency), { command: ledger.sealed(act, change) });
const claim = (name: string, value: unknown): SealedChange => ({ claims: (claims) => ({ ...claims, [name]: value }) });
const at = (agency: string, list: number, idx: number) => ({ status_list: { uri: `http://localhost:8080/status-lists/${agency}/${String(list)}`, idx } });

/** One thing after the other that the document says otherwise than the act, and the name under which it is told. */
const DIFFERENT: readonly (readonly [string, string, SealedChange])[] = [
  ['the issuer', 'iss', claim('iss', `urn:uscc:${MARKET}`)],
  ['the kind', 'vct', claim('vct', `urn:yizheng:${KIND.drug}:1`)],
  ['the form of the kind', 'vct', claim('vct', `urn:yizheng:${KIND.food}:2`)],
  ['the licence', 'certificateIdentifier', claim('certificateIdentifier', `1.2.156.3005.2.${KIND.food}.${BUREAU}.00000000000000000009.001.0`)],
  ['the first day', 'validFrom', claim('nbf', 1_500_000_000)],
  ['no first day', 'validFrom', claim('nbf', undefined)],
  ['the last day', 'validUntil', claim('exp', 2_500_000_000)],
  ['no last day', 'validUntil', claim('exp', undefined)],
  ['the place in the list', 'place', claim('status', at(BUREAU, 1, 131_071))],
  ['the list', 'place', claim('status', at(BUREAU, 2, 0))],
  ["another agency's list", 'place', claim('status', at(MARKET, 1, 0))],
  ['the place of the line', 'line', claim('line', at(BUREAU, 1, 131_071))],
  ["the line in another agency's list", 'line', { claims: (claims) => ({ ...claims, line: { status_list: { uri: `http://localhost:8080/status-lists/${MARKET}/1`, idx: (claims['line'] as { status_list: { idx: number } }).status_list.idx } } }) }],
  ['members', 'members', { claims: (claims) => ({ ...claims, composition: { members: [{ licence: `${KIND.food}.${BUREAU}.00000000000000000001`, required: true, line: at(BUREAU, 1, 1) }], rollUp: 'all' } }) }],
  ['a claim more', 'claims', claim('premises', '另一市路1号')],
  ['digests inside of a place', 'claims', { claims: ({ status, ...claims }) => ({ ...claims, status: { ...(status as object), _sd: ['x'] } }) }],
  ['a list inside of a place', 'claims', { claims: ({ line, ...claims }) => ({ ...claims, line: { status_list: { ...(line as { status_list: object }).status_list, premises: 'x' } } }) }],
  ['a claim twice', 'claims', { text: (payload) => payload.replace('{', `{"iss":"urn:uscc:${MARKET}",`) }],
  ['white space', 'claims', { text: (payload) => `${payload} ` }],
  ['a header with a key', 'header', { header: { jwk: { kty: 'EC' } } }],
  ['a header in another order', 'header', { header: { typ: 'dc+sd-jwt', alg: 'ES256', kid: undefined, cty: 'x' } }],
  ['long before', 'iat', claim('iat', 1_500_000_000)],
  ['later', 'iat', claim('iat', 2_500_000_000)],
];

void t.test('when a document says something else than its act', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  for (const [name, field, change] of DIFFERENT) {
    await t.test(name, async (t) => {
      const [issue, renewal] = [ledger.issueAct(), ledger.versionAct('renew', licence)];
      refuses(t, await sent(ledger, issue, change), 'DOCUMENT_NOT_OF_ACT', field);
      refuses(t, await sent(ledger, renewal, change), 'DOCUMENT_NOT_OF_ACT', field);
    });
  }
  carried(t, await sent(ledger, ledger.issueAct()), { version: 1 });
  carried(t, await sent(ledger, ledger.issueAct({ issuedOn: '1965-05-01', validFrom: '1965-05-01', validUntil: '1970-04-30' })), { version: 1 });
  carried(t, await sent(ledger, ledger.versionAct('renew', licence)), { version: 2 });
});

void t.test('when others signed than the seal, or persons something else', async (t) => {
  const ledger = base.fork();
  const act = ledger.issueAct();
  const other = await newSeal(BUREAU, ledger.authority);
  must(await ledger.register(sealPut(other)));
  refuses(t, await sent(ledger, act, { signedBy: other }), 'DOCUMENT_UNSEALED', 'seal');
  refuses(t, await sent(ledger, act, { signedBy: other, header: { x5c: [Buffer.from(other.der, 'base64url').toString('base64')] } }), 'DOCUMENT_UNSEALED', 'seal');
  const [one, two] = [ledger.sealed(act), ledger.sealed(act)];
  refuses(t, await ledger.act(BUREAU, act, ledger.two(BUREAU), { command: { ...one, content: two.content } }), 'DOCUMENT_NOT_OF_ACT', 'content');
  carried(t, await ledger.act(BUREAU, act, ledger.two(BUREAU), { command: two }));
});

void t.test('when it is not shown, or what is shown is none', async (t) => {
  const ledger = base.fork();
  const act = ledger.issueAct();
  const request = ledger.request(BUREAU, [ledger.command(act)], clerkOf(ledger, BUREAU));
  const [[digest = '', document] = []] = [...shownWith([request])];
  const { jwt = '' } = document?.credential ?? {};
  t.equal(digest, sha256Text(jwt));
  const shown = (...presentations: string[]) => ledger.submit([request], callerOf(BUREAU), readShown(presentations));
  for (const [name, presentation] of Object.entries({ 'nothing': '', 'no tilde': jwt, 'two parts': `${jwt.slice(0, jwt.lastIndexOf('.'))}~`, 'one character more': `${jwt}A~`, 'a disclosure of another': `${jwt}~WyJhIiwiYiIsImMiXQ~`, 'no JSON': 'a.b.c~', 'empty parts': '..~' })) {
    t.comment(name);
    refuses(t, (await shown(presentation))[0]?.results[0], 'DOCUMENT_NOT_SHOWN', 'documents');
  }
  const stranger = ledger.sealed(ledger.issueAct());
  refuses(t, (await ledger.submit([request], callerOf(BUREAU), shownWith([{ commands: [stranger] }])))[0]?.results[0], 'DOCUMENT_NOT_SHOWN', 'documents');
  carried(t, (await shown(`${jwt}~`))[0]?.results[0]);
});

void t.test('when a request comes twice in one transaction, sealed anew', async (t) => {
  const ledger = base.fork();
  const act = ledger.issueAct();
  const first = ledger.request(BUREAU, [ledger.command(act)], clerkOf(ledger, BUREAU));
  const again = { ...first, commands: [ledger.command(act)] };
  const [one, two] = await ledger.submit([first, again], callerOf(BUREAU));
  carried(t, one?.results[0], { version: 1 });
  carried(t, two?.results[0], { version: 1 });
  t.ok(two?.recordedIn !== undefined, 'the first outcome, told again');
});

void t.test('when a composite says other members than its act', async (t) => {
  const ledger = base.fork();
  const [member, further] = [await ledger.issued(), await ledger.issued()];
  const act = ledger.issueAct({ members: [member], validUntil: '2029-03-14' }, BUREAU, KIND.shop);
  type Members = { members: Record<string, unknown>[]; rollUp: string };
  const composed = (change: (composition: Members) => object): SealedChange => ({ claims: (claims) => ({ ...claims, composition: change(claims['composition'] as Members) }) });
  const first = (change: object) => composed(({ members, ...rest }) => ({ ...rest, members: [{ ...members[0], ...change }] }));
  for (const [name, change] of Object.entries<SealedChange>({
    'another': first({ licence: further }), 'needed no more': first({ required: false }), 'a longer term': first({ validUntil: '2039-03-14' }), 'another line': first({ line: at(BUREAU, 1, 131_071) }), "another agency's line": composed(({ members, ...rest }) => ({ ...rest, members: [{ ...members[0], line: { status_list: { ...(members[0]?.['line'] as { status_list: object }).status_list, uri: `http://localhost:8080/status-lists/${MARKET}/1` } } }] })),
    'one more': composed(({ members, ...rest }) => ({ ...rest, members: [members[0], { ...members[0], licence: further }] })), 'another rule': composed(({ members }) => ({ members, rollUp: 'all' })),
  })) {
    t.comment(name);
    refuses(t, await sent(ledger, act, change), 'DOCUMENT_NOT_OF_ACT', 'members');
  }
  refuses(t, await sent(ledger, act, { claims: ({ composition: _, ...claims }) => claims }), 'DOCUMENT_NOT_OF_ACT', 'members');
  carried(t, await sent(ledger, act));
});

void t.test('when a member was renewed after the composite was drafted', async (t) => {
  const ledger = base.fork();
  const member = await ledger.issued();
  const act = ledger.issueAct({ members: [member], validUntil: '2029-03-14' }, BUREAU, KIND.shop);
  const document = ledger.sealed(act);
  must(await ledger.act(BUREAU, ledger.versionAct('change', member), ledger.two(BUREAU)));
  carried(t, await ledger.act(BUREAU, act, ledger.two(BUREAU), { command: document }), {});
});

void t.test('when another agency makes the next version', async (t) => {
  const ledger = base.fork();
  const licence = await ledger.issued();
  must(await ledger.act(BUREAU, ledger.statusAct('transfer', licence), ledger.two(BUREAU)));
  const accept = ledger.versionAct('accept', licence, {}, BRANCH);
  refuses(t, await sent(ledger, accept, { claims: (claims) => ({ ...claims, line: { status_list: { ...(claims['line'] as { status_list: { idx: number } }).status_list, uri: `http://localhost:8080/status-lists/${BRANCH}/1` } } }) }, BRANCH), 'DOCUMENT_NOT_OF_ACT', 'line');
  carried(t, await sent(ledger, accept, {}, BRANCH), { version: 2 });
});
