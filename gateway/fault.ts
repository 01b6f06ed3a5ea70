/** What goes wrong around the rules: infrastructure and bad requests. A rule's refusal is a result, not a fault. */
import type { RefusalCode } from '#chaincode/facts/refusal';

/** Code to HTTP status; the one table (RFC 9457 titles come from the code). */
export const FAULTS = {
  REQUEST_MALFORMED: 400, FACE_INVALID: 422, NOT_SIGNED_IN: 401, SIGN_IN_FAILED: 401, CHALLENGE_STALE: 401, KEY_REFUSED: 401, PASSKEY_PENDING: 401, PASSKEY_COUNTER: 401, PASSKEY_NOT_MADE: 422, PASSKEYS_TOO_MANY: 409, PASSWORD_WRONG: 403, PASSWORD_NONE: 409, PASSWORD_INITIAL: 403, PASSWORD_INITIAL_OVER: 403, HOLDER_NOT_SIGNED_IN: 401, DEVICE_REFUSED: 401, PAIRING_CODE: 403, FORBIDDEN: 403, OPERATOR_REFUSED: 403, NOT_FOUND: 404,
  TOO_MANY_REQUESTS: 429, TOO_LARGE: 413, MEDIA_TYPE: 415, CONFLICT: 409, REFUSED: 409,
  DRAFT_UNKNOWN: 404, JOB_UNKNOWN: 404, JOB_STATE: 409, JOB_DAMAGED: 500, UPLOAD_DAMAGED: 409, REPORT_DAMAGED: 500, TABLE_INVALID: 422, MAP_INVALID: 422,
  AGENCY_NOT_HOSTED: 409, SEAL_NOT_HERE: 409, SEAL_LOCKED: 500, SEAL_STATE: 409, SEALS_WAITING: 409, SEAL_CERTIFICATE: 422, FACE_NOT_HERE: 409, FACE_ERASED: 410, PAPER_NOT_HERE: 404, PAPER_WAITS: 503, PRINT_FETCHED: 410,
  USE_NOT_AUTHORISED: 403, USE_PURPOSE: 403, USE_FIELDS: 403, USE_DETAILS: 422, TOO_MANY_MISSES: 429, USE_KEY_NOT_HERE: 409, USE_NOT_ANCHORED: 503, USE_DAMAGED: 500,
  SOURCE_UNREACHABLE: 503, SOURCE_REFUSED: 403, SOURCE_ANSWER_WRONG: 502, ASSERTION_REFUSED: 401, EXCHANGE_RECORD: 422, EXCHANGE_NOT_COUNTED: 409,
  RECEIPT_KEY_NOT_HERE: 404, HEAD_KEY_NOT_HERE: 404, EVIDENCE_INCOMPLETE: 409, EVIDENCE_TOO_LONG: 409, LIST_KEY_NOT_HERE: 404, TRUST_NOT_SET_UP: 404, TRUST_FORM: 422, TRUST_DIFFERS: 409, TRUST_INCOMPLETE: 409,
  PROVIDER_NONE: 404, PROVIDER_UNAVAILABLE: 503, PROVIDER_FLOW: 403, PROVIDER_REFUSED: 403, PROVIDER_CLAIMS: 403, PROVIDER_HOLDER: 403, PROVIDED_UNKNOWN: 404,
  PRESENTATION_OVER: 410, PRESENTATION_USED: 410, PRESENTATION_CHALLENGE: 404, IDENTITY_TO_AGENCIES: 403,
  RULES_NOT_MET: 422,
  LEDGER_UNAVAILABLE: 503, LEDGER_CONFLICT: 503, ENDORSEMENT_MISMATCH: 503, LEDGER_REJECTED: 500, BUSY: 503, COMMIT_UNKNOWN: 202, STOPPING: 503, INTERNAL: 500,
} as const satisfies Record<string, number>;
export type FaultCode = keyof typeof FAULTS;

export type FaultOutcome = 'no-effect' | 'unknown' | 'committed';

export interface FieldFault {
  readonly field: string;
  readonly code: string;
  /** What in the field is meant, where that is not the whole of it. */
  readonly characters?: string;
  /** What the field may be, where it is one of a list that the code alone does not name. */
  readonly choices?: readonly string[];
  /** What exactly is wrong, in place of the words of the code. */
  readonly words?: { readonly zh: string; readonly en: string };
}

export class GatewayFault extends Error {
  override readonly name = 'GatewayFault';
  readonly outcome: FaultOutcome;
  readonly fields: readonly FieldFault[];
  readonly refusal: RefusalCode | undefined;
  /** What a client may need to go on: a transaction id, a request id. Never face data. */
  readonly detail: Readonly<Record<string, string>>;
  /** What stands in the way here, for a person, in both languages. Never face data. */
  readonly explained: { readonly zh: string; readonly en: string } | undefined;

  constructor(readonly code: FaultCode, options: { outcome?: FaultOutcome; fields?: readonly FieldFault[]; refusal?: RefusalCode; detail?: Readonly<Record<string, string>>; explained?: { readonly zh: string; readonly en: string } | undefined; cause?: unknown } = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.outcome = options.outcome ?? 'no-effect';
    this.fields = options.fields ?? [];
    this.refusal = options.refusal;
    this.detail = options.detail ?? {};
    this.explained = options.explained;
  }
}
