/** A connection profile: what an agency's gateway needs to use the consortium. Paths in it are relative to the file. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { authorityOf, readerOf, tlsAuthorityOf } from '#network/fabric/certificates';
import { type Agency, HOST, profilePath, type Site } from '#network/fabric/description';
import { LedgerFault } from '#network/fault';

const FORMAT = 'yizheng-profile/1';
const Files = Type.Object({ certificate: Type.String({ minLength: 1 }), privateKey: Type.String({ minLength: 1 }) }, { additionalProperties: false });

const ProfileFile = Type.Object({
  format: Type.Literal(FORMAT),
  channel: Type.String({ minLength: 1 }),
  chaincode: Type.String({ minLength: 1 }),
  mspId: Type.String({ minLength: 1 }),
  /** base64url of the SHA-256 of the header of block 0: which ledger this is */
  ledgerId: Type.String({ minLength: 43, maxLength: 43 }),
  /** the agency's own peer, host:port, its TLS authority, and whether it has Fabric's gateway service (since 2.4; absent: it has) */
  peer: Type.Object({ address: Type.String({ pattern: '^[^:]+:\\d+$' }), tlsRoot: Type.String({ minLength: 1 }), gatewayService: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  /** an identity that may read */
  reader: Files,
  /** where identities of agencies are issued; absent where the authority is kept elsewhere */
  authority: Type.Optional(Files),
}, { additionalProperties: false });

/** With absolute paths. */
export type Profile = Static<typeof ProfileFile>;

const profileFile = Compile(ProfileFile);

export function profileOf({ channel, chaincode, peers }: Site, agency: Agency, ledgerId: string): Profile {
  const own = peers.find((peer) => peer.agency === agency)!;
  const here = (path: string): string => relative(agency.folder, path);
  const files = ({ certificate, privateKey }: { certificate: string; privateKey: string }) => ({ certificate: here(certificate), privateKey: here(privateKey) });
  return {
    format: FORMAT, channel, chaincode, mspId: agency.mspId, ledgerId,
    peer: { address: `${HOST}:${String(own.ports.listen)}`, tlsRoot: here(tlsAuthorityOf(agency).certificate) },
    reader: files(readerOf(agency)), authority: files(authorityOf(agency)),
  };
}

/** @throws LedgerFault LEDGER_REFUSED for a file that is missing or not a profile */
export function readProfile(file: string): Profile {
  const path = resolve(file);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new LedgerFault('LEDGER_REFUSED', `the connection profile ${path} cannot be read: "npm run network" writes one for each agency. Where it has moved, name it once: npm start -- --ledger fabric --profile FILE`, { cause });
  }
  if (!profileFile.Check(value)) {
    const wrong = [...profileFile.Errors(value)].map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
    throw new LedgerFault('LEDGER_REFUSED', `${path} is not a connection profile: ${wrong.join('; ')}`);
  }
  const at = (name: string): string => resolve(dirname(path), name);
  const files = ({ certificate, privateKey }: Static<typeof Files>) => ({ certificate: at(certificate), privateKey: at(privateKey) });
  return { ...value, peer: { ...value.peer, tlsRoot: at(value.peer.tlsRoot) }, reader: files(value.reader), ...(value.authority && { authority: files(value.authority) }) };
}

export { profilePath };
