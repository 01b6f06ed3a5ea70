/** The process of a chaincode service: one agency's own copy of the contract, for its own peer. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadChaincode } from '#network/shim';
import { chaincodeServer } from '#network/fabric/batching';

/** The service's card, in its folder; paths are relative to it. */
export interface ServiceCard {
  readonly packageId: string;
  /** host:port */
  readonly address: string;
  readonly title: string;
  readonly contract: string;
  readonly certificate: string;
  readonly privateKey: string;
  /** authority of the peers that may dial in */
  readonly clientRoot: string;
}

const card = JSON.parse(readFileSync(process.argv[2] ?? 'service.json', 'utf8')) as ServiceCard;
const { chaincode } = await loadChaincode(pathToFileURL(resolve(card.contract)).href, card.title);
await chaincodeServer(chaincode, {
  ccid: card.packageId, address: card.address,
  // A transaction comes with its proposal, its arguments twice: gRPC's 4 MB are spent on a value of two. The peer bounds it at 100 MB.
  'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1,
  tlsProps: { key: readFileSync(card.privateKey), cert: readFileSync(card.certificate), clientCACerts: readFileSync(card.clientRoot) },
}).start();
process.stdout.write(`${new Date().toISOString()} ${card.packageId} serves on ${card.address}\n`);
