/** Why a command is refused. A refusal is a typed result on the ledger's wire, never an endorsement error. */

export const REFUSAL_CODES = [
  'COMMAND_MALFORMED', 'REQUEST_ID_REUSED', 'ATOMIC_ROLLED_BACK',
  'LEDGER_NOT_INITIALISED', 'LEDGER_ALREADY_INITIALISED', 'LEDGER_MISMATCH',
  'IDENTITY_NOT_OF_AGENCY', 'AGENCY_UNKNOWN', 'AGENCY_INACTIVE', 'AGENCY_EXISTS', 'RIGHT_MISSING',
  'ACTOR_UNKNOWN', 'ACTOR_INACTIVE', 'ACTOR_ROLE', 'ACTOR_KEY_UNKNOWN', 'ACTOR_SIGNATURE', 'ACTOR_OWN_KEY_NEEDED', 'ACTORS_TOO_FEW', 'ACTORS_SAME_PERSON',
  'ACT_EXPIRED', 'ACT_EXPIRY_TOO_FAR', 'MASS_PATH', 'ORIGIN_UNREGISTERED',
  'KIND_UNKNOWN', 'KIND_INACTIVE', 'KIND_NOT_SAMPLE', 'SCHEMA_OUTDATED', 'TERM_TOO_LONG', 'TERM_MISSING',
  'SEAL_UNKNOWN', 'SEAL_NOT_OF_AGENCY', 'SEAL_NOT_IN_FORCE', 'SEAL_EXISTS', 'KEY_ALREADY_REGISTERED', 'KEY_UNKNOWN', 'KEY_EXISTS', 'KEY_NOT_IN_USE', 'ROOT_VERSION', 'ROOT_THRESHOLD',
  'LICENCE_EXISTS', 'LICENCE_UNKNOWN', 'LICENCE_CHANGED', 'VERSION_NOT_CURRENT', 'STATUS_FORBIDS', 'ORIGIN_FORBIDS', 'ISSUER_NOT_COMPETENT',
  'DATES_REVERSED', 'DATE_UNREAL', 'EFFECTIVE_DAY_OUTSIDE_WINDOW', 'TIME_STEPS_BACK', 'TRANSFER_ALREADY_TAKEN_BACK',
  'REASON_UNKNOWN', 'BASIS_UNKNOWN', 'DOCUMENT_MISSING', 'DOCUMENT_EXISTS', 'DOCUMENTS_TOO_MANY', 'DOCUMENT_NOT_APPROVED', 'DOCUMENT_NUMBER_PERSONAL',
  'PLACE_TAKEN', 'PLACE_OUT_OF_LIST', 'USCC_CHECK_DIGIT',
  'PROPOSAL_UNKNOWN', 'PROPOSAL_CLOSED', 'PROPOSAL_EXISTS', 'STAFF_EXISTS', 'STAFF_UNKNOWN', 'STALE_RECORD',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Raised by rules only; the batch turns it into a result. `field` names what to change. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  constructor(readonly code: RefusalCode, readonly field?: string) {
    super(code);
  }
}

export function demand(condition: unknown, code: RefusalCode, field?: string): asserts condition {
  if (!condition) throw new RuleError(code, field);
}
