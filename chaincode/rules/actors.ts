/** Who acts: persons, their roles and their signatures. The gateway's word is enough only where a kind says so. */
import { actDigest, massDigest, treeDigest } from '../facts/act-digest.js';
import { daysBetween, type Day } from '../facts/calendar.js';
import { CHUNK, type Act, type Actor, type Command, type Request } from '../facts/commands.js';
import { base64url, fromBase64url, importP256, sha256, verifyP256 } from '../facts/hash.js';
import { leafHash, rootFromSubtree, rootOf } from '../facts/merkle.js';
import type { LedgerRecord, Role, StaffKey, StaffRecord } from '../facts/records.js';
import { demand } from '../facts/refusal.js';
import type { Moment, World } from '../world.js';

/** An actor whose account, key and signature have been checked. */
export interface Person {
  readonly staff: string;
  readonly person: string;
  readonly roles: readonly Role[];
  readonly method: Actor['method'];
  readonly key: string;
}

/** What an act demands of its actors: how many persons, of which roles, and whether each must sign with a key of his own. */
export interface Demand {
  readonly persons: 1 | 2 | 3;
  readonly ownKey: boolean;
  readonly roles?: readonly Role[];
}

/** Acts expire so that a signature lying about cannot be used a year later. */
export const EXPIRY_DAYS_MAX = 31;

/** Acts in which nobody of an agency acts: a holder's device has signed, or the gateway's identity is enough: for the root of its log, and to say that it has erased. Every other rule counts on at least one person. */
export const actsAlone = (act: Act): boolean => act.op === 'log.anchor' || act.op === 'erasure.confirm' || ('by' in act && act.by !== undefined);

/** Checks accounts and signatures of a request once; the demands of each act are checked against the result. */
export async function checkActors(world: World, ledger: LedgerRecord, request: Request): Promise<readonly Person[]> {
  demand(request.actors.length > 0 || request.commands.every(({ act }) => actsAlone(act)), 'ACTORS_TOO_FEW', 'actors');
  const digest = request.actors.some((actor) => actor.method !== 'gateway') ? await signedDigest(world, ledger.ledger, request) : undefined;
  const persons: Person[] = [];
  for (const actor of request.actors) {
    const staff = await world.get('staff', actor.staff);
    demand(staff?.agency === request.agency, 'ACTOR_UNKNOWN', 'actors');
    demand(staff.active, 'ACTOR_INACTIVE', 'actors');
    if (actor.method !== 'gateway') checkSignature(ledger, staff, actor, digest ?? new Uint8Array());
    persons.push({ staff: staff.id, person: staff.person, roles: staff.roles, method: actor.method, key: actor.method === 'gateway' ? '' : actor.key });
  }
  return persons;
}

async function signedDigest(world: World, ledger: string, request: Request): Promise<Uint8Array> {
  const digests: Uint8Array[] = [];
  for (const command of request.commands) digests.push(await digestOf(world, ledger, request, command));
  const [only] = digests;
  if (request.tree === undefined) {
    if (digests.length === 1 && only) return only;
    return massDigest(digests);
  }
  const { index, size } = request.tree;
  const path = request.tree.path.map((hash) => fromBase64url(hash) ?? new Uint8Array());
  const root = rootFromSubtree(rootOf(digests.map(leafHash)), index, digests.length, size, CHUNK, path);
  demand(root, 'MASS_PATH', 'tree');
  return treeDigest(root, size);
}

/** The digest persons sign. Opening or approving a proposal signs the proposed act itself, so that all sign identical content. */
async function digestOf(world: World, ledger: string, request: Request, { act, content, expiresAt }: Command): Promise<Buffer> {
  if (act.op === 'proposal.open') return actDigest({ ledger, agency: request.agency, ...act.command });
  if (act.op === 'proposal.approve') {
    const proposal = await world.get('proposal', act.id);
    demand(proposal?.agency === request.agency, 'PROPOSAL_UNKNOWN', 'id');
    return actDigest({ ledger, agency: proposal.agency, requestId: proposal.requestId, act: proposal.act, content: proposal.content, expiresAt: proposal.expiresAt });
  }
  return actDigest({ ledger, agency: request.agency, requestId: request.requestId, act, content, expiresAt });
}

function checkSignature(ledger: LedgerRecord, staff: StaffRecord, actor: Exclude<Actor, { method: 'gateway' }>, digest: Uint8Array): void {
  const key = staff.keys.find((known) => known.id === actor.key);
  // A passkey's signature is over browser data: accepted as a raw signature it would let a page sign acts unseen.
  demand(key?.active === true && key.method === actor.method, 'ACTOR_KEY_UNKNOWN', 'actors');
  demand(signedBy(ledger, key, actor, digest), 'ACTOR_SIGNATURE', 'actors');
}

/** Whether a key of a person made this signature over the digest: raw for a key file, through browser data for a passkey. */
export function signedBy(ledger: LedgerRecord, key: StaffKey, actor: Exclude<Actor, { method: 'gateway' }>, digest: Uint8Array): boolean {
  const publicKey = importP256(key.spki);
  const signature = fromBase64url(actor.signature);
  if (!publicKey || !signature) return false;
  if (actor.method === 'key-file') return verifyP256(publicKey, digest, signature);
  const data = fromBase64url(actor.authenticatorData);
  const client = fromBase64url(actor.clientDataJSON);
  if (!data || !client || !assertionFits(ledger, data, client, digest)) return false;
  return verifyP256(publicKey, Buffer.concat([data, sha256(client)]), signature);
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/** WebAuthn Level 3, section 7.2: type, challenge, origin, relying party, user present and verified. */
function assertionFits(ledger: LedgerRecord, data: Buffer, clientBytes: Buffer, digest: Uint8Array): boolean {
  const client = parseClientData(clientBytes);
  if (client?.['type'] !== 'webauthn.get' || client['challenge'] !== base64url(digest)) return false;
  if (client['crossOrigin'] === true || typeof client['origin'] !== 'string' || !ledger.origins.includes(client['origin'])) return false;
  if (data.length < 37 || !data.subarray(0, 32).equals(sha256(ledger.rpId))) return false;
  const flags = data[32] ?? 0;
  return (flags & USER_PRESENT) !== 0 && (flags & USER_VERIFIED) !== 0;
}

function parseClientData(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A machine issues by rule (rules/automatic), and is nobody anywhere else. */
export function demandPeople(persons: readonly Person[]): void {
  demand(persons.every(({ roles }) => !roles.includes('machine')), 'ACTOR_MACHINE', 'actors');
}

/** Enough different persons, with fitting roles and, where demanded, keys of their own. */
export function demandPersons(persons: readonly Person[], needed: Demand): void {
  demandPeople(persons);
  const own = persons.filter((person) => person.method !== 'gateway');
  if (needed.ownKey || needed.persons > 1) demand(own.length === persons.length, 'ACTOR_OWN_KEY_NEEDED', 'actors');
  demand(persons.length >= needed.persons, 'ACTORS_TOO_FEW', 'actors');
  if (persons.length > 1) {
    demand(new Set(persons.map((each) => each.person)).size === persons.length, 'ACTORS_SAME_PERSON', 'actors');
    demand(new Set(persons.map((each) => each.key)).size === persons.length, 'ACTORS_SAME_PERSON', 'actors');
  }
  if (needed.roles) {
    const allowed = needed.roles;
    demand(persons.every((each) => each.roles.some((role) => allowed.includes(role))), 'ACTOR_ROLE', 'actors');
  } else demand(rolesCover(persons, needed.persons), 'ACTOR_ROLE', 'actors');
}

/** Steps of approval: 承办 (clerk), 审核 (reviewer), 批准 (approver); one person needs any of the three. */
const STEPS: Readonly<Record<1 | 2 | 3, readonly (readonly Role[])[]>> = {
  1: [['clerk', 'reviewer', 'approver']],
  2: [['clerk', 'reviewer'], ['approver']],
  3: [['clerk'], ['reviewer'], ['approver']],
};

/** Whether the persons can be matched one to one to the steps. At most three of each: every order is tried. */
function rolesCover(persons: readonly Person[], needed: 1 | 2 | 3, step = 0, used: readonly Person[] = []): boolean {
  const roles = STEPS[needed][step];
  if (!roles) return true;
  return persons.some((person) => !used.includes(person) && person.roles.some((role) => roles.includes(role)) && rolesCover(persons, needed, step + 1, [...used, person]));
}

/** An act is carried out only before it expires, and may not be signed for a far future. */
export function demandFresh(expiresAt: string, moment: Moment): void {
  demand(expiresAt > moment.now, 'ACT_EXPIRED', 'expiresAt');
  demand(daysBetween(moment.today, expiresAt.slice(0, 10) as Day) <= EXPIRY_DAYS_MAX, 'ACT_EXPIRY_TOO_FAR', 'expiresAt');
}

/** A gateway identity may speak only for its own agency: MSP and certificate attribute must both fit. */
export interface Caller {
  readonly mspId: string;
  readonly agency: string | undefined;
}
export async function demandCaller(world: World, caller: Caller, agency: string): Promise<void> {
  const record = await world.get('agency', agency);
  demand(record, 'AGENCY_UNKNOWN', 'agency');
  demand(record.active, 'AGENCY_INACTIVE', 'agency');
  demand(caller.mspId === record.mspId && caller.agency === agency, 'IDENTITY_NOT_OF_AGENCY', 'agency');
}
