/** The verdict on a licence, in parts. Each check says pass, fail or unchecked; unchecked never turns into either. */
import { effectiveStatus, type EffectiveStatus } from '#chaincode/facts/status';
import { credentialOf, documentOf, fail, NOTHING_TO_CHECK, pass, sealedAlike, unchecked, type Evidence, type Finding, type Source } from './evidence.js';
import { LEDGER_CHECKS } from './ledger-checks.js';
import { LIST_CHECKS, listedStatus } from './list-checks.js';

export const CHECKS = ['form', 'file', 'issuer', 'signature', 'seal', 'ledger', 'claims', 'status', 'members', 'dates', 'device'] as const;
export type Check = (typeof CHECKS)[number];

export interface Part {
  readonly check: Check;
  readonly result: 'pass' | 'fail' | 'unchecked';
  readonly code: string;
  /** Seconds since the facts relied on were known to be current. */
  readonly ageSeconds?: number;
  /** Where they come from, if not from the ledger. */
  readonly source?: Source;
}

/** valid: may be relied on. not-in-force: genuine, but suspended, ended, replaced. untrusted: do not rely on it. unchecked: nothing was found against it, something could not be checked. imported: in force as its source says, but collected and confirmed by nobody. */
export type Outcome = 'valid' | 'not-in-force' | 'untrusted' | 'unchecked' | 'imported';

export interface Verdict {
  readonly outcome: Outcome;
  readonly status?: EffectiveStatus;
  /** lists: checked against signed lists alone; the ledger was not asked whether it has this very document. */
  readonly basis: 'ledger' | 'lists';
  readonly parts: readonly Part[];
}

export type Checker = (evidence: Evidence) => Finding | undefined;

const UNREACHABLE = unchecked('LEDGER_UNREACHABLE');

const form: Checker = ({ presented }) => {
  if (presented.by === 'identifier') return undefined;
  const parsed = presented.by === 'credential' || presented.by === 'presentation' ? presented.credential : presented.by === 'qr' ? presented.qr : presented.pdf.ok ? presented.pdf.inside : presented.pdf;
  if (!parsed.ok) return fail(parsed.code);
  // A stranger's seal on a file around a credential of ours: seen without asking anybody.
  return presented.by === 'pdf' && presented.pdf.ok && !presented.pdf.purpose && !sealedAlike(presented.pdf) ? fail('PDF_SEAL_OF_ANOTHER') : pass('FORM_OK');
};

/** Checks about the document itself: a look-up by identifier has none. */
const OF_DOCUMENTS: ReadonlySet<Check> = new Set(['issuer', 'signature', 'claims']);

/** A check by what there is: the ledger, or signed lists instead of it. */
const checker = (check: Exclude<Check, 'form' | 'device'>): Checker => (evidence) => {
  const { presented, ledger, lists } = evidence;
  if (presented.by !== 'identifier' && !documentOf(presented)) return NOTHING_TO_CHECK;
  if (presented.by === 'identifier' && OF_DOCUMENTS.has(check)) return undefined;
  // Lists say where a document has its place; an identifier alone has none.
  // Whether a file is the one registered, lists do not know.
  const byLists = lists && presented.by !== 'identifier' && !(ledger && check === 'file');
  if (!ledger && !byLists) return UNREACHABLE;
  return graver(ledger && LEDGER_CHECKS[check](evidence, ledger), byLists ? LIST_CHECKS[check](evidence, lists) : undefined);
};

const GRAVITY = { fail: 2, pass: 1, unchecked: 0 } as const;
/** Of two answers to the same question: what either found wrong is wrong; what either could check is checked. */
const graver = (a: Finding | undefined, b: Finding | undefined): Finding | undefined => (a && b ? (GRAVITY[b.result] > GRAVITY[a.result] ? b : a) : (a ?? b));

/** Of a PDF only. */
const file: Checker = (evidence) => (evidence.presented.by === 'pdf' ? checker('file')(evidence) : undefined);

/** Of a composite only; an identifier by itself does not tell that it is one. */
const members: Checker = (evidence) => {
  const { presented, ledger, lists } = evidence;
  const said = graver(ledger && LEDGER_CHECKS.members(evidence, ledger), lists && LIST_CHECKS.members(evidence, lists));
  return said ?? (credentialOf(presented)?.claims.composition && !ledger && !lists ? UNREACHABLE : undefined);
};

const dates: Checker = (evidence) => {
  const { presented, today } = evidence;
  // Known without asking anybody: the copy says it of itself.
  const ended = presented.by === 'pdf' && presented.pdf.ok && presented.pdf.purpose !== undefined && today > presented.pdf.purpose.expiresOn;
  return ended ? fail('PURPOSE_ENDED') : checker('dates')(evidence);
};

/** Of a presentation only: that the holder's own device has made it, for this verifier, now. Whose the device is, is known by way of the ledger. */
const device: Checker = ({ presented, ledger, lists, binding }) => {
  if (presented.by !== 'presentation') return undefined;
  if (!documentOf(presented)) return NOTHING_TO_CHECK;
  if (!ledger && !(lists && 'list' in lists.trust)) return lists && 'code' in lists.trust ? unchecked(lists.trust.code, lists.trust.source) : UNREACHABLE;
  return binding ?? unchecked('BINDING_DEVICE_UNKNOWN');
};

export const CHECKERS: Readonly<Record<Check, Checker>> = {
  form, file, issuer: checker('issuer'), signature: checker('signature'), seal: checker('seal'), ledger: checker('ledger'), claims: checker('claims'), status: checker('status'), members, dates, device,
};

const IN_FORCE: ReadonlySet<Check> = new Set(['status', 'members', 'dates']);

/** Runs the checks. @param checkers all of them, always; tests take one away to see that something misses it. */
export function judge(evidence: Evidence, checkers: Partial<Readonly<Record<Check, Checker>>> = CHECKERS): Verdict {
  const { ledger, lists, now } = evidence;
  const parts: Part[] = [];
  for (const check of CHECKS) {
    const finding = checkers[check]?.(evidence);
    if (!finding) continue;
    const { source, ...found } = finding;
    const at = source?.at ?? (check === 'form' ? undefined : ledger?.knownAt);
    parts.push({ check, ...found, ...(at === undefined ? {} : { ageSeconds: Math.max(0, Math.round((Date.parse(now) - Date.parse(at)) / 1000)) }), ...(source ? { source } : {}) });
  }
  const status = restricted(statusOf(evidence, parts), parts);
  return { outcome: outcomeOf(parts), ...(status === undefined ? {} : { status }), basis: !ledger && lists ? 'lists' : 'ledger', parts };
}

function statusOf({ ledger, lists, today }: Evidence, parts: readonly Part[]): EffectiveStatus | undefined {
  if (ledger && !lists) return ledger.version && effectiveStatus(ledger.version.status, ledger.version.validFrom, ledger.version.validUntil, today);
  return lists && listedStatus(parts);
}

/** Its own status comes first: what is revoked is not merely restricted. */
const restricted = (status: EffectiveStatus | undefined, parts: readonly Part[]): EffectiveStatus | undefined =>
  status === 'VALID' && parts.some(({ check, result }) => check === 'members' && result === 'fail') ? 'RESTRICTED' : status;

function outcomeOf(parts: readonly Part[]): Outcome {
  if (parts.some(({ check, result }) => result === 'fail' && !IN_FORCE.has(check))) return 'untrusted';
  if (parts.some(({ result }) => result === 'unchecked')) return 'unchecked';
  // What its source says is over is over, confirmed or not.
  if (parts.some(({ result }) => result === 'fail')) return 'not-in-force';
  return parts.some(({ code }) => code === 'IMPORTED_RECORD') ? 'imported' : 'valid';
}
