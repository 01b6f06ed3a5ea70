/** What an agency that has been taken up needs to join: which channel it is, and which contract runs there. Nothing in it is secret. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { headerHash, readBlock } from '#network/embedded/block';
import { TOPOLOGIES } from '#network/fabric/description';
import { readDocument, writeDocument } from '#network/fabric/document';
import { NetworkFault } from '#network/fabric/fault';

const FORMAT = 'yizheng-invitation/1';
const closed = { additionalProperties: false };

const Invitation = Type.Object({
  format: Type.Literal(FORMAT),
  /** who is invited */
  mspId: Type.String(),
  topology: Type.Enum([...TOPOLOGIES]),
  channel: Type.String({ pattern: '^[a-z][a-z0-9.-]{0,248}$' }),
  chaincode: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
  /** base64url of the SHA-256 of the header of block 0 */
  ledgerId: Type.String({ minLength: 43, maxLength: 43 }),
  /** block 0, base64: with it the orderers, their TLS authorities and the peers to ask first */
  genesis: Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength: 1_400_000 }),
  /** blocks there were when it was written: fewer, and the newcomer has not caught up */
  height: Type.Integer({ minimum: 1 }),
  contract: Type.Object({ version: Type.String({ pattern: '^[A-Za-z0-9_.+-]{1,32}$' }), sequence: Type.Integer({ minimum: 1 }), /** of the bundled code, hexadecimal */ sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, closed),
}, closed);
export type Invitation = Static<typeof Invitation>;

const invitation = Compile(Invitation);

export const writeInvitation = (file: string, value: Omit<Invitation, 'format'>): void => writeDocument(file, { format: FORMAT, ...value });

/** @throws NetworkFault INVITATION_WRONG */
export function readInvitation(file: string, mspId: string): Invitation {
  const wrong = (why: string): never => {
    throw new NetworkFault('INVITATION_WRONG', `${file} ${why}: ask an agency of the consortium for the file that its "submit" wrote`);
  };
  if (!existsSync(file)) return wrong('is not there');
  const value = readDocument(file, invitation) ?? wrong('is no invitation');
  if (value.mspId !== mspId) wrong(`invites ${value.mspId}, and this is ${mspId}`);
  if (ledgerOf(value) !== value.ledgerId) wrong('holds a first block that is not the one of the ledger it names');
  return value;
}

function ledgerOf({ genesis }: Invitation): string | undefined {
  try {
    return headerHash(readBlock(Buffer.from(genesis, 'base64'))).toString('base64url');
  } catch {
    return undefined;
  }
}

/** How a contract is named in an invitation. */
export const contractDigest = (code: Uint8Array): string => createHash('sha256').update(code).digest('hex');
