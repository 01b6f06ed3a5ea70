/** The card of a directory: what was chosen and what is deployed. Everything else in it follows from the card or is data. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { AGENCIES_MAX, describe, describeAgency, TOPOLOGIES, type Site } from '#network/fabric/description';
import { readDocument, writeDocument } from '#network/fabric/document';
import { NetworkFault } from '#network/fabric/fault';

/** Of a consortium that the launcher has made. */
export const MADE = 'yizheng-consortium/1';
/** Of one agency that has joined a channel. */
export const JOINED = 'yizheng-membership/1';

const closed = { additionalProperties: false };
const Deployed = Type.Object({ version: Type.String(), sequence: Type.Integer({ minimum: 1 }) }, closed);
export type Deployed = Static<typeof Deployed>;

const shared = {
  topology: Type.Enum([...TOPOLOGIES]),
  basePort: Type.Integer({ minimum: 1024, maximum: 65_000 }),
  /** base64url of the SHA-256 of the header of block 0 */
  ledgerId: Type.String({ minLength: 43, maxLength: 43 }),
  deployed: Type.Optional(Deployed),
  /** being deployed, or left behind by a deployment that was cut short: the channel says whether it was committed */
  next: Type.Optional(Deployed),
};
const Made = Type.Object({ format: Type.Literal(MADE), agencies: Type.Integer({ minimum: 1, maximum: AGENCIES_MAX }), ...shared }, closed);
const Joined = Type.Object({ format: Type.Literal(JOINED), mspId: Type.String(), channel: Type.String(), chaincode: Type.String(), ...shared }, closed);
export type Card = Static<typeof Made> | Static<typeof Joined>;

const card = Compile(Type.Union([Made, Joined]));
const cardPath = (directory: string): string => join(directory, 'consortium.json');

/** @returns undefined where there is none @throws NetworkFault NETWORK_DIFFERS for a card that is not ours */
export function readCard(directory: string): Card | undefined {
  if (!existsSync(cardPath(directory))) return undefined;
  const value = readDocument(cardPath(directory), card);
  if (!value) throw new NetworkFault('NETWORK_DIFFERS', `${cardPath(directory)} is not the card of a consortium: restore it, or choose another directory with --dir`);
  return value;
}

export const writeCard = (directory: string, value: Card): void => writeDocument(cardPath(directory), value);

/** What a card describes. */
export function siteOf(directory: string, value: Card): Site {
  if (value.format === MADE) return describe(directory, value);
  const { topology, channel, chaincode } = value;
  return { directory, topology, channel, chaincode, ...describeAgency(directory, value) };
}
