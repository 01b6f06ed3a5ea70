/** The card of a consortium: what was chosen and what is deployed. Everything else in the directory follows from it or is data. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { AGENCIES_MAX, TOPOLOGIES } from '#network/fabric/description';
import { NetworkFault } from '#network/fabric/fault';

const FORMAT = 'yizheng-consortium/1';

const Deployed = Type.Object({ version: Type.String(), sequence: Type.Integer({ minimum: 1 }) }, { additionalProperties: false });
export type Deployed = Static<typeof Deployed>;

const Card = Type.Object({
  format: Type.Literal(FORMAT),
  topology: Type.Enum([...TOPOLOGIES]),
  agencies: Type.Integer({ minimum: 1, maximum: AGENCIES_MAX }),
  basePort: Type.Integer({ minimum: 1024, maximum: 65_000 }),
  /** base64url of the SHA-256 of the header of block 0 */
  ledgerId: Type.String({ minLength: 43, maxLength: 43 }),
  deployed: Type.Optional(Deployed),
  /** being deployed, or left behind by a deployment that was cut short: the channel says whether it was committed */
  next: Type.Optional(Deployed),
}, { additionalProperties: false });
export type Card = Static<typeof Card>;

const card = Compile(Card);
const cardPath = (directory: string): string => join(directory, 'consortium.json');

/** @returns undefined where there is no consortium @throws NetworkFault NETWORK_DIFFERS for a card that is not ours */
export function readCard(directory: string): Card | undefined {
  let text: string;
  try {
    text = readFileSync(cardPath(directory), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const value: unknown = parse(text);
  if (!card.Check(value)) throw new NetworkFault('NETWORK_DIFFERS', `${cardPath(directory)} is not the card of a consortium: restore it, or choose another directory with --dir`);
  return value;
}

/** There whole or not at all. */
export function writeCard(directory: string, value: Omit<Card, 'format'>): void {
  const temporary = `${cardPath(directory)}.new`;
  writeFileSync(temporary, `${JSON.stringify({ format: FORMAT, ...value }, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, cardPath(directory));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
