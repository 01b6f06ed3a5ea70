/** The commands by which an agency joins a running consortium: what is asked for is done by its parts, what they answer is said here. */
import { X509Certificate } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Organisation } from '#network/channel/genesis';
import { majorityOf } from '#network/channel/membership';
import type { TakingUp } from '#network/commands';
import { apply, applicationPath, organisationOf, readApplication, readPlace } from '#network/fabric/application';
import { profilePath, type Place } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';
import { readInvitation, writeInvitation } from '#network/fabric/invitation';
import { consent, invite, propose, readUpdateFile, review, submit, writeUpdateFile, type Review } from '#network/fabric/membership';
import { Network, type Say } from '#network/fabric/network';

export interface Options {
  readonly agency?: string | undefined;
  readonly out?: string | undefined;
  readonly contract?: string | undefined;
}

/** @throws NetworkFault */
export async function applyFor(directory: string, place: Place, say: Say): Promise<void> {
  const application = await apply(directory, place);
  wordsOf(organisationOf(application)).forEach(say);
  say(`\nwritten to ${applicationPath(directory)}: hand it to an agency of the consortium, and tell the others the fingerprints by another way`);
}

/** @throws NetworkFault */
export async function joinBy(directory: string, file: string, { contract }: Options, say: Say): Promise<void> {
  const place = readPlace(directory);
  if (!place) throw new NetworkFault('NETWORK_MISSING', `there is no agency in ${directory}: make one with "npm run network -- apply", or name its directory with --dir`);
  const network = await Network.join(directory, readInvitation(resolve(file), place.mspId), { say, ...(contract === undefined ? {} : { contract: resolve(contract) }) });
  say(`${place.mspId} endorses\n\nIts gateway: yizheng join --profile ${profilePath(network.consortium.members[0]!)}`);
}

/** What agencies of the channel do to take up another one. @throws NetworkFault */
export async function takeUp(directory: string, command: TakingUp, files: readonly string[], { agency, out }: Options, say: Say): Promise<void> {
  const network = Network.open(directory);
  const [file = '', ...copies] = files.map((each) => resolve(each));
  await network.seated(agency, async (seat) => {
    if (command === 'propose') {
      const application = readApplication(file);
      const update = await propose(seat, application);
      const target = resolve(out ?? join(network.directory, `${application.mspId}.update`));
      writeUpdateFile(target, update);
      wordsOfReview(await review(seat, update)).forEach(say);
      return say(`\nwritten to ${target}: every agency looks at it with "show" and consents with "sign"`);
    }
    const update = readUpdateFile(file);
    if (command === 'show') return wordsOfReview(await review(seat, update)).forEach(say);
    if (command === 'sign') {
      const signed = await consent(seat, update);
      writeUpdateFile(file, signed.update);
      return wordsOfReview(signed.review).forEach(say);
    }
    const { newcomer: { mspId } } = await submit(seat, [update, ...copies.map(readUpdateFile)]);
    const target = resolve(out ?? join(network.directory, `${mspId}.invitation.json`));
    writeInvitation(target, await invite(seat, mspId, network.deployed, await network.committed(seat)));
    say(`${mspId} is on ${seat.site.channel}, ledger ${network.ledgerId}\nwritten to ${target}: hand it to the newcomer, and tell it the ledger by another way`);
  });
}

/** An agency for the eyes of those who compare. */
function wordsOf({ mspId, rootCertificate, tlsRootCertificate, anchor }: Organisation): string[] {
  const authority = (pem: string): string => {
    const { fingerprint256, validTo } = new X509Certificate(pem);
    return `${fingerprint256} until ${new Date(validTo).toISOString().slice(0, 10)}`;
  };
  return [`agency         ${mspId}`, `  authority    ${authority(rootCertificate)}`, `  for TLS      ${authority(tlsRootCertificate)}`, `  peer         ${anchor ? `${anchor.host}:${String(anchor.port)}` : 'none'}`];
}

function wordsOfReview({ channel, ledgerId, newcomer, members, signed, needed, done }: Review): string[] {
  const count = members.length;
  return [
    `channel        ${channel}, ledger ${ledgerId}, of ${members.join(', ')}`,
    ...(done ? ['on the channel already:'] : ['the change adds, and nothing else:']), ...wordsOf(newcomer),
    ...(done ? [] : [
      `then           ${String(majorityOf(count + 1))} of ${String(count + 1)} agencies must endorse, in place of ${String(majorityOf(count))} of ${String(count)}`,
      `signed by      ${signed.join(', ') || 'nobody'}: ${String(signed.length)} of the ${String(needed)} that are needed`,
    ]),
  ];
}
