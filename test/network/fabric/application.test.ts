/** Files that the newcomer writes and reads; without any node. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { issueServer } from '#network/ca/authority';
import { apply, applicationPath, organisationOf, readApplication, readPlace, type Application } from '#network/fabric/application';
import { authorityOf, readHeld, tlsAuthorityOf } from '#network/fabric/certificates';
import { describeAgency } from '#network/fabric/description';
import { readInvitation, writeInvitation } from '#network/fabric/invitation';
import { genesisOf, makeMember } from '#test/support/channel';

const place = { mspId: 'NewcomerMSP', basePort: 7150 };
const directory = join(t.testdir({}), 'newcomer');
const application = await apply(directory, place);

t.test('when an agency applies', async (t) => {
  t.same(readApplication(applicationPath(directory)), application);
  t.same(organisationOf(application), { mspId: 'NewcomerMSP', rootCertificate: application.rootCertificate, tlsRootCertificate: application.tlsRootCertificate, ordererAddresses: [], anchor: { host: 'localhost', port: 7150 } });
  t.notMatch(readFileSync(applicationPath(directory), 'utf8'), /PRIVATE KEY/);
  t.same(await apply(directory, place), application, 'again, its keys stay');
  t.same(readPlace(directory), { format: 'yizheng-agency/1', ...place });
  await t.rejects(apply(directory, { ...place, mspId: 'OtherMSP' }), { code: 'NETWORK_DIFFERS' });
  await t.rejects(apply(directory, { ...place, basePort: 7250 }), { code: 'NETWORK_DIFFERS' });
  t.throws(() => readPlace(t.testdir({ 'agency.json': '{}' })), { code: 'NETWORK_DIFFERS' }, 'a card that is not ours');
});

t.test('when an application is not one', async (t) => {
  const folder = t.testdir({});
  const [agency] = describeAgency(directory, place).members;
  const server = await issueServer(readHeld(tlsAuthorityOf(agency!)), { commonName: 'x', hosts: ['localhost'] });
  const given = (change: Partial<Record<keyof Application, unknown>>, file = join(folder, 'a.json')): string => {
    writeFileSync(file, JSON.stringify({ ...application, ...change }));
    return file;
  };
  const wrong: Readonly<Record<string, Partial<Record<keyof Application | 'more', unknown>>>> = {
    'a name that no channel takes': { mspId: 'New comer' },
    'a name with a path': { mspId: '../MSP' },
    'something more': { more: 1 },
    'no certificate': { rootCertificate: 'none' },
    'a key with it': { rootCertificate: `${application.rootCertificate}${readHeld(authorityOf(agency!)).privateKey}` },
    'a server in place of an authority': { tlsRootCertificate: server.certificate },
    'one authority for both': { tlsRootCertificate: application.rootCertificate },
    'an address that is none': { peer: { host: 'localhost:1', port: 7150 } },
  };
  for (const [what, change] of Object.entries(wrong)) t.throws(() => readApplication(given(change)), { code: 'APPLICATION_WRONG' }, what);
  for (const text of ['', '[]', '{"format":"yizheng-application/1"}']) {
    writeFileSync(join(folder, 'b.json'), text);
    t.throws(() => readApplication(join(folder, 'b.json')), { code: 'APPLICATION_WRONG' }, text);
  }
  t.throws(() => readApplication(join(folder, 'nothing.json')), { code: 'APPLICATION_WRONG', message: /not there/ });
});

t.test('when an invitation is read', async (t) => {
  const file = join(t.testdir({}), 'i.json');
  const members = [await makeMember('AMSP', 7051, ['localhost:7050'])];
  const { bytes, headerHash } = genesisOf(members);
  const invitation = {
    mspId: 'NewcomerMSP', topology: 'solo', channel: 'yizheng', chaincode: 'yizheng', ledgerId: headerHash.toString('base64url'), genesis: bytes.toString('base64'), height: 5,
    contract: { version: '1.0', sequence: 1, sha256: 'a'.repeat(64) },
  } as const;
  writeInvitation(file, invitation);
  t.match(readInvitation(file, 'NewcomerMSP'), invitation);
  t.throws(() => readInvitation(file, 'OtherMSP'), { code: 'INVITATION_WRONG', message: /invites NewcomerMSP/ });
  t.throws(() => readInvitation(join(t.testdirName, 'nothing'), 'NewcomerMSP'), { code: 'INVITATION_WRONG' });
  for (const change of [{ genesis: genesisOf(members).bytes.toString('base64') }, { genesis: 'AAAA' }, { ledgerId: 'x' }, { height: 0 }, { more: 1 }, { channel: '../x' }, { contract: { ...invitation.contract, version: '../1' } }]) {
    writeInvitation(file, { ...invitation, ...change } as never);
    t.throws(() => readInvitation(file, 'NewcomerMSP'), { code: 'INVITATION_WRONG' }, JSON.stringify(change).slice(0, 40));
  }
});
