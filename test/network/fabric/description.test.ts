import t from 'tap';
import { ordererConfiguration, peerConfiguration } from '#network/fabric/configuration';
import { AGENCIES_MAX, describe, portsOf, TOPOLOGIES, defaultAgencies } from '#network/fabric/description';

t.test('when a consortium is described', (t) => {
  for (const topology of TOPOLOGIES) {
    for (const agencies of [1, defaultAgencies(topology), AGENCIES_MAX]) {
      const consortium = describe('/c', { topology, agencies, basePort: 7050 });
      const ports = portsOf(consortium);
      t.equal(new Set(ports).size, ports.length, 'no port twice');
      t.same([Math.min(...ports), Math.max(...ports)], [7050, 7050 + ports.length - 1], 'one range');
      t.ok(ports.length <= 1000);
      t.equal(consortium.peers.length, agencies, 'each agency has a peer');
      t.ok([...consortium.orderers, ...consortium.peers].every(({ agency, folder }) => folder.startsWith(`${agency.folder}/`)), 'and keeps its nodes in its own folder');
    }
  }
  const orderers = (topology: 'solo' | 'raft' | 'bft', agencies: number) => describe('/c', { topology, agencies, basePort: 7050 }).orderers.map(({ name, agency }) => `${name} ${agency.name}`);
  t.same(orderers('solo', 2), ['orderer1 agency1']);
  t.same(orderers('raft', 3), ['orderer1 agency1', 'orderer2 agency2', 'orderer3 agency3'], 'no agency orders alone');
  t.same(orderers('bft', 2), ['orderer1 agency1', 'orderer2 agency2', 'orderer3 agency1', 'orderer4 agency2']);
  t.end();
});

t.test('when configuration is written', (t) => {
  const { peers: [peer], orderers: [orderer] } = describe('/c', { topology: 'solo', agencies: 1, basePort: 7050 });
  for (const text of [JSON.stringify(peerConfiguration(peer!)), JSON.stringify(ordererConfiguration(orderer!))]) {
    t.notMatch(text, /0\.0\.0\.0|":\d+"/, 'only loopback');
    t.match(text, /127\.0\.0\.1:70\d\d/);
  }
  t.match(peerConfiguration(peer!), {
    peer: { localMspId: 'Agency1MSP', tls: { enabled: true }, handlers: { authFilters: [{ name: 'DefaultAuth' }, { name: 'ExpirationCheck' }] }, authentication: { timewindow: '15m' } },
    chaincode: { keepalive: 0, runtimeParams: { useWriteBatch: true } },
    ledger: { history: { enableHistoryDatabase: true } },
  }, 'with the keys whose absence nobody notices');
  t.match(ordererConfiguration(orderer!), { General: { TLS: { Enabled: true } }, Admin: { TLS: { Enabled: true, ClientAuthRequired: true } }, ChannelParticipation: { MaxRequestBodySize: 1024 * 1024 } });
  t.end();
});
