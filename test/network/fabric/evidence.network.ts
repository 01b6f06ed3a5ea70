/** Evidence of real Fabric: blocks that real orderers signed and real peers validated, verified by Fabric's rules without any of them. */
import { sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { usccCheck } from '#chaincode/facts/check-digit';
import { base64url } from '#chaincode/facts/hash';
import { absence, realPlace } from '#test/conformance/network';
import { profilePath } from '#network/fabric/description';
import { Evidence } from '#gateway/acts/evidence/evidence';
import { bundleText, type EvidenceBundle } from '#gateway/documents/evidence-bundle/format';
import { draftHead, HEAD_FORMAT } from '#gateway/documents/head';
import { keyName } from '#gateway/documents/jws';
import { newKeyPair, randomId } from '#gateway/keyring';
import { EvidenceBlocks } from '#gateway/ledger/evidence-blocks';
import { joinLedger } from '#gateway/join';
import { openServices, type Services } from '#gateway/services';
import { Registrar } from '#gateway/setup';
import { against, changed, check, flipped, open, usedLicence } from '#test/support/evidence';
import { install, PUBLIC_NAME } from '#test/support/installation';

const PORT = 24_050;
const NAME = '示例区卫生健康局（演示）';
const codeOf = (index: number): string => { const body = `1137030300999912${String(index)}`; return `${body}${usccCheck(body) ?? ''}`; };

async function proven(t: Test, topology: 'solo' | 'bft', agencies: number): Promise<void> {
  const place = await realPlace(topology, agencies, { basePort: topology === 'solo' ? PORT : PORT + 200 });
  t.teardown(() => place.remove());
  const installation = await install(place.choice);
  t.teardown(() => installation.remove());
  const { services } = installation;
  const { licence } = await usedLicence(installation);
  // Other agencies, each with a gateway at a peer of its own, which says what that peer made of the blocks.
  const registrar = new Registrar(services, installation.administrator);
  const others: Services[] = [];
  for (const [i, member] of place.network.consortium.members.slice(1).entries()) {
    const [data, profile, code] = [mkdtempSync(join(tmpdir(), 'yizheng-member-')), profilePath(member), codeOf(i)];
    const registration: Parameters<Registrar['register']>[0][] = [];
    const administrator = await joinLedger({ data, on: profile, agency: { code, name: `${NAME}${member.mspId}` }, publicName: PUBLIC_NAME, handOver: (_file, acts) => { registration.push(...(acts as typeof registration)); } });
    for (const act of registration) await registrar.register(act);
    const other = await openServices({ data, publicName: PUBLIC_NAME, clock: installation.clock, ledger: 'fabric', profile, onFatal: (error) => { throw error; } });
    t.teardown(async () => {
      await other.close();
      rmSync(data, { recursive: true });
    });
    await new Registrar(other, administrator).agencyKey(code, 'head');
    others.push(other);
  }
  const heard = async (last: bigint) => Promise.all([services, ...others].map(({ projection }) => projection.reached(last, 10_000)));
  const attest = async (numbers: readonly number[]): Promise<string[]> => {
    await heard(BigInt(Math.max(...numbers)));
    return (await Promise.all(others.map(({ heads }) => Promise.all(numbers.map((block) => heads.sign({ block })))))).flat();
  };
  await heard((await others.at(-1)!.ledger.height()) - 1n);
  const blocks = new EvidenceBlocks(services.ledger);
  const make = (by: typeof attest): Promise<EvidenceBundle> => {
    const record = services.projection.get('licence', licence);
    if (!record) throw new Error('no licence');
    return new Evidence({ projection: services.projection, managers: services.managers, lookup: services.lookup, log: services.useLog, blocks, heads: services.heads, attest: by }).make(record, { agency: record.manager, faceOf: 1 });
  };

  const bundle = await make(attest);
  const found = await check(bundle, { heads: [], ledger: bundle.ledger });
  t.strictSame([found.outcome, against(found), open(found)], ['proven', [], []], `by the agencies' signatures: ${JSON.stringify(found.parts.filter(({ result }) => result !== 'pass'))}`);
  t.equal(found.parts.find(({ part }) => part === 'head')?.code, 'EVIDENCE_AGENCIES');
  t.equal(found.shown?.organisations.length, agencies);
  t.ok((found.shown?.transactions ?? []).every(({ endorsers }) => endorsers.length > agencies / 2), 'a majority endorsed each');
  t.ok(bundle.blocks.every(({ signatures }) => signatures.every(({ by }) => by === (topology === 'bft' ? 'number' : 'certificate'))), 'as orderers name themselves');
  t.equal((await check(bundle, { heads: [await services.heads.sign({ block: bundle.chain.from + bundle.chain.data.length - 1 })] })).outcome, 'proven', 'and by a head that was kept');

  // A key in the other's name, which the keeper of the register has registered itself, speaks for nobody.
  const pair = newKeyPair();
  await registrar.register({ op: 'agency-key.put', id: randomId(), agency: codeOf(0), use: 'head', alg: 'ES256', spki: pair.spki });
  await heard((await services.ledger.height()) - 1n);
  const inTheirName = async (numbers: readonly number[]): Promise<string[]> => Promise.all(numbers.map(async (block) => {
    const unsigned = draftHead({ format: HEAD_FORMAT, ledger: services.ledger.ledgerId, agency: codeOf(0), ...(await blocks.head(block)), at: new Date().toISOString() }, keyName(pair.spki));
    return `${unsigned}.${base64url(sign('sha256', Buffer.from(unsigned), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }))}`;
  }));
  const spoken = await check(await make(inTheirName), { heads: [], ledger: bundle.ledger });
  t.strictSame([spoken.outcome, against(spoken), open(spoken)], ['unchecked', [], ['EVIDENCE_CODES_UNSAID']], 'nor does the keeper of the register in their names');

  const alone = await check(await make(async () => []), { heads: [], ledger: bundle.ledger });
  t.strictSame([alone.outcome, open(alone)], ['unchecked', ['EVIDENCE_CODES_UNSAID']], 'one agency alone does not stand for the validation codes');
  const damages: [string, string, Parameters<typeof changed>[1]][] = [
    ["an orderer's signature", 'EVIDENCE_BLOCK_SIGNATURE', (b) => { const first = b.blocks[0]?.signatures[0]; if (first) first.header = flipped(first.header); }],
    ['what the orderers signed besides', 'EVIDENCE_CONFIG_MISSING', (b) => { const first = b.blocks[0]; if (first) first.value = 'CgIIAQ'; }],
    ['a validation code', 'EVIDENCE_TX_INVALID', (b) => { const last = b.blocks.at(-1); if (last) last.codes = Buffer.alloc(Buffer.from(last.codes, 'base64url').length, 11).toString('base64url'); }],
    ['the configuration', 'EVIDENCE_GENESIS', (b) => { b.config[0]!.envelopes[0] = `AA${b.config[0]!.envelopes[0]!.slice(2)}`; }],
  ];
  for (const [what, code, change] of damages) t.ok(against(await check(changed(bundle, change), { heads: [], ledger: bundle.ledger })).includes(code), what);
  t.comment(`${topology}: ${String(bundleText(bundle).length)} bytes, ${String(bundle.blocks.length)} blocks`);
}

for (const [topology, agencies] of [['solo', 2], ['bft', 4]] as const) {
  const absent = await absence(topology);
  await t.test(`when evidence is of a consortium: ${topology}`, { skip: absent ?? false, timeout: 400_000 }, (t) => proven(t, topology, agencies));
}
