/** Who is a member of a channel, and whether those who signed satisfy a policy, as Fabric's MSP and policies have it. */
import { readIdentity, readPair, type IdentityParts } from '#network/transaction';
import { readRepeated, utf8Text, WireReader } from '#network/wire';
import { sameBytes } from '../block-header.js';
import { derOfPem, isIssuedBy, parseCertificate, revokedSerials, signatureHolds, type Certificate } from './certificate.js';
import type { ChannelConfig, Group } from './config.js';

const ROLES = ['member', 'admin', 'client', 'peer', 'orderer'] as const;
type Role = (typeof ROLES)[number];
const SIGNATURE_POLICY = 1;
const IMPLICIT_META_POLICY = 3;
const PEM = 'CERTIFICATE';

export interface Member {
  /** msp.SerializedIdentity */
  readonly identity: Uint8Array;
  readonly mspId: string;
  readonly role: Role;
  readonly certificate: Certificate;
}
/** An organisation that the channel does not have; a certificate that its authority did not issue, or has revoked; no role. */
export type MemberFault = 'unknown' | 'foreign' | 'revoked' | 'role';

/** Members as one configuration has them. Whether a certificate had ended is no question of a block, as in Fabric: it was asked at the entrance. */
export class Members {
  readonly #config: ChannelConfig;
  readonly #known = new Map<string, Promise<Member | MemberFault>>();

  constructor(config: ChannelConfig) {
    this.#config = config;
  }

  get endorsing(): readonly string[] {
    return [...this.#config.application.groups.keys()].sort();
  }

  /** A majority of them. */
  get needed(): number {
    return Math.floor(this.#config.application.groups.size / 2) + 1;
  }

  get channel(): string {
    return this.#config.channel;
  }

  member(identity: Uint8Array): Promise<Member | MemberFault> {
    const key = utf8Text(identity);
    const known = this.#known.get(key) ?? this.#judge(identity);
    this.#known.set(key, known);
    return known;
  }

  async #judge(identity: Uint8Array): Promise<Member | MemberFault> {
    const named = identityIn(identity);
    const organisation = named && this.#config.organisations.get(named.mspId);
    if (!organisation) return 'unknown';
    const { mspId, certificate: pem } = named;
    const certificate = parseCertificate(derOfPem(utf8Text(pem), PEM));
    const authorities = [...organisation.roots, ...organisation.intermediates].flatMap((each) => parseCertificate(derOfPem(each, PEM)) ?? []);
    const issued = certificate && !certificate.isAuthority && (await Promise.all(authorities.map((each) => isIssuedBy(certificate, each)))).includes(true);
    if (!certificate || issued !== true) return 'foreign';
    if (organisation.revocations.some((list) => revokedSerials(derOfPem(list, 'X509 CRL')).includes(certificate.serial))) return 'revoked';
    const roles = ROLES.filter((role) => role !== 'member' && certificate.units.includes(role));
    const [role] = roles;
    return roles.length === 1 && role !== undefined ? { identity, mspId, role, certificate } : 'role';
  }

  /** A consenter of SmartBFT by its number, as Fabric makes its identity. */
  consenter(number: number): Uint8Array | undefined {
    const found = this.#config.consenters.get(number);
    return found && serialized(found.mspId, found.identity);
  }

  /** @returns who signed, or why the signature does not count */
  async signer(identity: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<Member | MemberFault | 'signature'> {
    const member = await this.member(identity);
    if (typeof member === 'string') return member;
    return (await signatureHolds(member.certificate.spki, message, signature)) ? member : 'signature';
  }

  endorsed(by: readonly Member[]): boolean {
    return satisfied(this.#config.application, 'Endorsement', distinct(by));
  }

  ordered(by: readonly Member[]): boolean {
    return satisfied(this.#config.ordering, 'BlockValidation', distinct(by));
  }
}

function identityIn(bytes: Uint8Array): IdentityParts | undefined {
  try {
    return readIdentity(bytes);
  } catch {
    return undefined; // bytes that name nobody
  }
}

const utf8 = new TextEncoder();

/** msp.SerializedIdentity{mspid, id_bytes}. */
function serialized(mspId: string, certificate: Uint8Array): Uint8Array {
  const name = utf8.encode(mspId);
  return Uint8Array.of(0x0a, ...varint(name.length), ...name, 0x12, ...varint(certificate.length), ...certificate);
}

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value % 128) | 0x80, ...varint(Math.floor(value / 128))]);

/** Each identity counts once, however often it signed. */
const distinct = (members: readonly Member[]): Member[] => members.filter((member, i) => members.findIndex(({ identity }) => sameBytes(identity, member.identity)) === i);

/** Whether a policy of a group is satisfied by these signers. */
function satisfied(group: Group, name: string, by: readonly Member[]): boolean {
  const policy = group.policies.get(name);
  if (policy?.type === IMPLICIT_META_POLICY) return implied(group, policy.value, by);
  return policy?.type === SIGNATURE_POLICY && signedBy(policy.value, by);
}

/** common.ImplicitMetaPolicy{sub_policy, rule}: any, all, or a majority of the organisations below. */
function implied(group: Group, bytes: Uint8Array, by: readonly Member[]): boolean {
  const reader = new WireReader(bytes);
  let [sub, rule] = ['', 0];
  while (reader.next()) {
    if (reader.field === 1) sub = reader.string();
    else if (reader.field === 2) rule = reader.number();
    else reader.skip();
  }
  const below = [...group.groups.values()];
  const needed = rule === 0 ? 1 : rule === 1 ? below.length : Math.floor(below.length / 2) + 1;
  return below.filter((each) => satisfied(each, sub, by)).length >= needed;
}

/** common.SignaturePolicyEnvelope{rule, identities}: nobody counts twice. */
function signedBy(bytes: Uint8Array, by: readonly Member[]): boolean {
  const principals = readRepeated(bytes, 3);
  const judge = (rule: Uint8Array, used: boolean[]): boolean => {
    const reader = new WireReader(rule);
    while (reader.next()) {
      if (reader.field === 1) {
        const principal = principals[reader.number()];
        const found = by.findIndex((member, i) => used[i] !== true && principal !== undefined && is(member, principal));
        if (found < 0) return false;
        return (used[found] = true);
      }
      if (reader.field === 2) return outOf(reader.bytes(), used, judge);
      reader.skip();
    }
    return false;
  };
  return judge(readPair(bytes, 2, 2)[0], []);
}

function outOf(bytes: Uint8Array, used: boolean[], judge: (rule: Uint8Array, used: boolean[]) => boolean): boolean {
  const reader = new WireReader(bytes);
  const rules: Uint8Array[] = [];
  let needed = 0;
  while (reader.next()) {
    if (reader.field === 1) needed = reader.number();
    else if (reader.field === 2) rules.push(reader.bytes());
    else reader.skip();
  }
  let count = 0;
  for (const rule of rules) {
    const tried = [...used];
    if (!judge(rule, tried)) continue;
    count++;
    used.splice(0, used.length, ...tried);
  }
  return count >= needed;
}

/** msp.MSPPrincipal: a role of an organisation, or one very certificate. */
function is(member: Member, principal: Uint8Array): boolean {
  const reader = new WireReader(principal);
  let [kind, value] = [0, new Uint8Array() as Uint8Array];
  while (reader.next()) {
    if (reader.field === 1) kind = reader.number();
    else if (reader.field === 2) value = reader.bytes();
    else reader.skip();
  }
  if (kind === 2) return sameBytes(value, member.identity);
  if (kind !== 0) return false;
  const role = new WireReader(value);
  let [mspId, wanted] = ['', 0];
  while (role.next()) {
    if (role.field === 1) mspId = role.string();
    else if (role.field === 2) wanted = role.number();
    else role.skip();
  }
  return member.mspId === mspId && (wanted === 0 || ROLES[wanted] === member.role);
}
