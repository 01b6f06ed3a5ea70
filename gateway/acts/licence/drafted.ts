/** What the drafter makes: an act ready to be signed, with its document before the seal and after. */
import type { Static } from 'typebox';
import type { Command, PlainAct, ProposalWithdraw } from '#chaincode/facts/commands';
import type { Face } from '#chaincode/facts/credential';
import type { UnsignedCredential } from '../../documents/credential.js';
import type { QrFacts } from '../../documents/qr.js';
import type { Beside, VaultEntry } from '../../vault/vault.js';

/** A document waiting for its seal. */
export interface Unsealed {
  /** Id of the seal that is to sign. */
  readonly seal: string;
  readonly credential: UnsignedCredential;
  readonly qr: Omit<QrFacts, 'digest' | 'secret'>;
  readonly face: Face;
  /** base64url, 16 bytes. */
  readonly secret: string;
  readonly subject: string;
  readonly beside?: Beside;
}

/** An act ready to be signed by its actors; the seal signs after the last of them. */
export interface Draft {
  readonly agency: string;
  readonly act: PlainAct | Static<typeof ProposalWithdraw>;
  readonly content?: string;
  readonly expiresAt: string;
  readonly lane: number;
  readonly unsealed?: Unsealed;
  /** An imported row: kept, committed to, not sealed. */
  readonly collected?: VaultEntry;
}

/** A command ready for the ledger, and what the vault keeps of it. */
export interface Sealed {
  readonly command: Command;
  readonly entry?: VaultEntry;
}
